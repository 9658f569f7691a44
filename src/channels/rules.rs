//! The rules: an ordered list, the first that fits names the group. Data, so that they can be changed.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::arrival::Arrival;
use crate::error::{Error, FieldError, Result};

/// The group of a touchpoint that no rule fits.
pub const UNASSIGNED: &str = "Unassigned";

/// The default rules: those of Google Analytics 4 ("Default channel group", Manual traffic), a group for messengers, and
/// groups for offline touchpoints.
const PUBLISHED: &str = include_str!("rules.json");
static DEFAULT: LazyLock<(Vec<Rule>, Arc<Compiled>)> = LazyLock::new(|| {
    let rules: Vec<Rule> = serde_json::from_str(PUBLISHED).unwrap_or_default();
    let compiled = Compiled::new(&rules).unwrap_or_default();
    (rules, Arc::new(compiled))
});

crate::text_enum! {
    /// What a condition looks at.
    pub enum ArrivalField {
        /// Where the client came from: `utm_source`, else what a click id says, else the host of the page before;
        /// `(direct)` where there is none.
        Source = "source",
        /// What kind of site the source is: `search`, `social`, `video`, `shopping`, `webmail`, `other`.
        SourceKind = "source_kind",
        /// By which medium: `utm_medium`, else `cpc`, `organic`, `referral`; `(none)` for a visit from nowhere.
        Medium = "medium",
        /// The campaign's name.
        Campaign = "campaign",
        /// The name of the click id, such as `gclid`.
        ClickId = "click_id",
        /// The touchpoint's channel.
        Channel = "channel",
        /// `true` or `false`.
        Online = "online",
        /// The touchpoint's kind.
        Kind = "kind",
    }
}

/// A condition: exactly one of `is` and `matches`. Case does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChannelCondition)]
pub struct Test {
    /// What it looks at.
    #[schema(inline)]
    pub field: ArrivalField,
    /// The value is one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 200)]
    pub is: Option<Vec<String>>,
    /// The whole value matches this regular expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500)]
    pub matches: Option<String>,
}

/// Conditions that hold together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChannelConditions)]
pub struct Clause {
    /// All of them must hold.
    #[schema(min_items = 1, max_items = 10)]
    pub all: Vec<Test>,
}

/// A rule: touchpoints that fit any of its clauses are of its group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChannelRule)]
pub struct Rule {
    /// The group's name; several rules may name one group.
    #[schema(min_length = 1, max_length = 64)]
    pub group: String,
    /// Any of them must hold.
    #[schema(min_items = 1, max_items = 20)]
    pub any: Vec<Clause>,
}

/// The rules as they are by default.
#[must_use]
pub fn published() -> Vec<Rule> {
    DEFAULT.0.clone()
}

/// [`published`], ready for use.
#[must_use]
pub fn published_compiled() -> Arc<Compiled> {
    DEFAULT.1.clone()
}

/// The most regular expressions of all rules: each takes up to 256 KiB when it is ready.
const MOST_PATTERNS: usize = 200;

/// Rules ready for use.
#[derive(Debug, Default)]
pub struct Compiled(Vec<(String, Vec<Vec<Ready>>)>);

#[derive(Debug)]
enum Ready {
    Is(ArrivalField, HashSet<String>),
    Matches(ArrivalField, Regex),
}

impl Compiled {
    /// Makes rules ready.
    ///
    /// # Errors
    /// Every bad part, by its path: `rules[2].any[0].all[1].matches`.
    pub fn new(rules: &[Rule]) -> Result<Self> {
        let mut faults = Vec::new();
        if rules.len() > 200 {
            return Err(Error::field("rules", "length", "must be at most 200"));
        }
        let tests = rules.iter().flat_map(|rule| &rule.any).flat_map(|clause| &clause.all);
        if tests.filter(|test| test.matches.is_some()).count() > MOST_PATTERNS {
            return Err(Error::field("rules", "length", "must have at most 200 regular expressions in all"));
        }
        let mut ready = Vec::with_capacity(rules.len());
        for (n, rule) in rules.iter().enumerate() {
            let at = format!("rules[{n}]");
            let is_name = (1..=64).contains(&rule.group.trim().chars().count());
            if !is_name || rule.group.chars().any(char::is_control) {
                faults.push(FieldError::new(format!("{at}.group"), "length", "must be 1 to 64 printable characters"));
            }
            if !(1..=20).contains(&rule.any.len()) {
                faults.push(FieldError::new(format!("{at}.any"), "length", "must have 1 to 20 entries"));
            }
            let clauses = rule.any.iter().enumerate();
            let clauses = clauses.map(|(c, clause)| clause.ready(&format!("{at}.any[{c}].all"), &mut faults)).collect();
            ready.push((rule.group.trim().to_owned(), clauses));
        }
        if faults.is_empty() { Ok(Self(ready)) } else { Err(Error::invalid(faults)) }
    }

    /// Every group that a touchpoint may come to be in.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(group, _)| group.as_str()).chain([UNASSIGNED])
    }

    /// The group, and the number of the rule that fits, from 0.
    #[must_use]
    pub fn group(&self, arrival: &Arrival) -> (&str, Option<usize>) {
        let fits = |clauses: &[Vec<Ready>]| clauses.iter().any(|all| all.iter().all(|test| test.holds(arrival)));
        match self.0.iter().position(|(_, clauses)| fits(clauses)) {
            Some(n) => (self.0.get(n).map_or(UNASSIGNED, |(group, _)| group.as_str()), Some(n)),
            None => (UNASSIGNED, None),
        }
    }
}

impl Clause {
    fn ready(&self, at: &str, faults: &mut Vec<FieldError>) -> Vec<Ready> {
        if !(1..=10).contains(&self.all.len()) {
            faults.push(FieldError::new(at.to_owned(), "length", "must have 1 to 10 entries"));
        }
        self.all.iter().enumerate().filter_map(|(n, test)| test.ready(&format!("{at}[{n}]"), faults)).collect()
    }
}

impl Test {
    fn ready(&self, at: &str, faults: &mut Vec<FieldError>) -> Option<Ready> {
        match (&self.is, &self.matches) {
            (Some(values), None) => {
                if !(1..=200).contains(&values.len()) || values.iter().any(|value| value.len() > 500) {
                    let message = "must have 1 to 200 entries of at most 500 characters";
                    faults.push(FieldError::new(format!("{at}.is"), "length", message));
                }
                Some(Ready::Is(self.field, values.iter().map(|value| value.trim().to_lowercase()).collect()))
            }
            (None, Some(pattern)) if (1..=500).contains(&pattern.len()) => {
                // Linear in the text whatever the pattern; the limit bounds the memory of a hostile one.
                let mut whole = RegexBuilder::new(&format!("^(?:{pattern})$"));
                let built = whole.case_insensitive(true).size_limit(1 << 18).build();
                if built.is_err() {
                    let message = "is not a regular expression, or one that is too large";
                    faults.push(FieldError::new(format!("{at}.matches"), "format", message));
                }
                built.ok().map(|regex| Ready::Matches(self.field, regex))
            }
            (None, Some(_)) => {
                faults.push(FieldError::new(format!("{at}.matches"), "length", "must be 1 to 500 characters"));
                None
            }
            _ => {
                faults.push(FieldError::new(at.to_owned(), "choice", "must have exactly one of is and matches"));
                None
            }
        }
    }
}

impl Ready {
    fn holds(&self, arrival: &Arrival) -> bool {
        match self {
            Self::Is(field, values) => values.contains(value(arrival, *field)),
            Self::Matches(field, regex) => regex.is_match(value(arrival, *field)),
        }
    }
}

fn value(arrival: &Arrival, field: ArrivalField) -> &str {
    match field {
        ArrivalField::Source => &arrival.source,
        ArrivalField::SourceKind => arrival.source_kind.as_str(),
        ArrivalField::Medium => &arrival.medium,
        ArrivalField::Campaign => &arrival.campaign,
        ArrivalField::ClickId => &arrival.click_id,
        ArrivalField::Channel => arrival.channel.as_str(),
        ArrivalField::Online if arrival.online => "true",
        ArrivalField::Online => "false",
        ArrivalField::Kind => &arrival.kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::arrival::Said;
    use crate::interactions::Channel;
    use proptest::prelude::*;

    fn visit(url: &str, referrer: &str) -> Option<&'static str> {
        let said = Said { url: Some(url), referrer: Some(referrer), ..Said::default() };
        let arrival = Arrival::told(Channel::Web, true, "page_view", &said)?;
        Some(leaked(&arrival))
    }

    fn leaked(arrival: &Arrival) -> &'static str {
        published_compiled().group(arrival).0.to_owned().leak()
    }

    fn tagged(source: &str, medium: &str, campaign: &str) -> &'static str {
        visit(&format!("https://we.example/?utm_source={source}&utm_medium={medium}&utm_campaign={campaign}"), "")
            .unwrap()
    }

    #[test]
    fn the_published_rules_are_understood() {
        assert_eq!(DEFAULT.0.len(), 25);
        assert!(Compiled::new(&published()).is_ok());
    }

    #[test]
    fn campaign_fields_decide_as_published() {
        for (source, medium, campaign, group) in [
            ("google", "cpc", "brand", "Paid Search"),
            ("google", "CPC", "Cross-network push", "Cross-network"),
            ("google", "cpm", "", "Paid Search"),
            ("site.example", "cpm", "", "Display"),
            ("site.example", "banner", "", "Display"),
            ("site.example", "cpv", "", "Paid Other"),
            ("amazon.de", "cpc", "", "Paid Shopping"),
            ("x", "ppc", "workshop", "Paid Other"),
            ("x", "ppc", "eshopper", "Paid Shopping"),
            ("facebook", "paid_social", "", "Paid Social"),
            ("youtube", "retargeting", "", "Paid Video"),
            ("facebook", "whatever", "", "Organic Social"),
            ("telegram", "messenger", "", "Messenger"),
            ("vk", "messenger", "", "Messenger"),
            ("x", "sm", "", "Organic Social"),
            ("x", "organic", "", "Organic Search"),
            ("x", "web-video", "", "Organic Video"),
            ("partner.example", "link", "", "Referral"),
            ("newsletter", "e-mail", "", "Email"),
            ("x", "affiliate", "", "Affiliates"),
            ("spotify", "audio", "", "Audio"),
            ("sms", "x", "", "SMS"),
            ("x", "web-push", "", "Mobile Push Notifications"),
            ("x", "mobile-app", "", "Mobile Push Notifications"),
            ("firebase", "x", "", "Mobile Push Notifications"),
            ("x", "y", "", "Unassigned"),
            ("x", "y", "spring shopping", "Organic Shopping"),
        ] {
            assert_eq!(tagged(source, medium, campaign), group, "{source} {medium} {campaign}");
        }
    }

    #[test]
    fn click_ids_and_referrers_decide_where_nobody_says() {
        let here = "https://we.example/a";
        for (query, referrer, group) in [
            ("", "", Some("Direct")),
            ("", "https://www.google.com/", Some("Organic Search")),
            ("?gclid=1", "https://www.google.com/", Some("Paid Search")),
            ("?gclid=", "https://www.google.com/", Some("Organic Search")),
            ("?dclid=1", "", Some("Display")),
            ("?yclid=1", "https://yandex.ru/", Some("Paid Search")),
            ("?ysclid=1", "", Some("Organic Search")),
            ("?ymclid=1", "", Some("Paid Shopping")),
            ("?fbclid=1", "https://l.facebook.com/", Some("Organic Social")),
            ("?utm_source=news&utm_medium=email&gclid=1", "", Some("Email")),
            ("?yqrid=1", "", Some("Print/Mail")),
            ("", "https://blog.example/post", Some("Referral")),
            ("", "https://mail.google.com/", Some("Referral")),
            ("", "https://docs.google.com/", Some("Referral")),
            ("", "https://we.example/b", None),
            ("", "http://www.we.example/b", None),
            ("", "https://shop.we.example/b", None),
            ("?utm_source=x&utm_medium=email", "https://we.example/b", Some("Email")),
            ("", "nonsense", Some("Direct")),
        ] {
            assert_eq!(visit(&format!("{here}{query}"), referrer), group, "{query} {referrer}");
        }
    }

    #[test]
    fn a_touchpoint_without_campaign_is_known_by_its_channel() {
        for (channel, group) in [
            (Channel::Store, "Store"),
            (Channel::Call, "Phone"),
            (Channel::Event, "Event"),
            (Channel::Meeting, "Meeting"),
            (Channel::Mail, "Print/Mail"),
            (Channel::Email, "Email"),
            (Channel::Sms, "SMS"),
            (Channel::Push, "Mobile Push Notifications"),
            (Channel::Chat, "Messenger"),
            (Channel::Social, "Organic Social"),
            (Channel::Ad, "Paid Other"),
            (Channel::Web, "Direct"),
            (Channel::Other, "Unassigned"),
        ] {
            let arrival = Arrival::told(channel, channel.is_online(), "", &Said::default()).unwrap();
            assert_eq!(leaked(&arrival), group);
        }
    }

    #[test]
    fn bad_rules_are_told_by_their_paths() {
        let rules = serde_json::json!([
            { "group": "", "any": [{ "all": [{ "field": "source", "is": ["x"], "matches": "y" }] }] },
            { "group": "A", "any": [{ "all": [{ "field": "medium", "matches": "(" }] }, { "all": [] }] },
            { "group": "B", "any": [{ "all": [{ "field": "medium", "matches": "(?:a{1000}){1000}" }] }] },
        ]);
        let rules: Vec<Rule> = serde_json::from_value(rules).unwrap();
        let fields: Vec<_> = Compiled::new(&rules).unwrap_err().errors.into_iter().map(|e| e.field).collect();
        let paths = [
            "rules[0].group",
            "rules[0].any[0].all[0]",
            "rules[1].any[0].all[0].matches",
            "rules[1].any[1].all",
            "rules[2].any[0].all[0].matches",
        ];
        assert_eq!(fields, paths);
    }

    /// The published paid-medium pattern, read by hand.
    fn is_paid(medium: &str) -> bool {
        medium.contains("cp") || medium == "ppc" || medium == "retargeting" || medium.starts_with("paid")
    }

    proptest! {
        #[test]
        fn any_arrival_has_one_group_and_paid_media_are_paid(source in "[a-z.]{0,12}", medium in "(cpc|ppc|paid|[a-z]{0,4})[a-z]{0,3}") {
            let group = tagged(&source, &medium, "");
            let paid = ["Paid Shopping", "Paid Search", "Paid Social", "Paid Video", "Paid Other"].contains(&group);
            prop_assert_eq!(paid, is_paid(&medium) && group != "Display");
        }

        #[test]
        fn no_address_breaks_it(url in ".{0,60}", referrer in ".{0,60}") {
            let said = Said { url: Some(&url), referrer: Some(&referrer), ..Said::default() };
            if let Some(arrival) = Arrival::told(Channel::Web, true, "", &said) {
                prop_assert!(!published_compiled().group(&arrival).0.is_empty());
            }
        }
    }
}
