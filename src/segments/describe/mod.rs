//! What a rule says, in plain words: English, Russian, Portuguese.

mod facts;
mod words;

use super::catalogue::Catalogue;
use super::rule::{Field, Members, Node, Range, Rule, Scalar, Span, Test, TextTest, Window};
use crate::contacts::ConsentState;
use words::Words;

crate::text_enum! {
    /// A language that rules are put into words in.
    pub enum Language {
        /// English.
        English = "en",
        /// Russian.
        Russian = "ru",
        /// Portuguese.
        Portuguese = "pt",
    }
}

/// The rule in words.
#[must_use]
pub fn describe(rule: &Rule, catalogue: &Catalogue, language: Language) -> String {
    let words = match language {
        Language::English => &words::ENGLISH,
        Language::Russian => &words::RUSSIAN,
        Language::Portuguese => &words::PORTUGUESE,
    };
    let text = Speaker { words, catalogue }.node(&rule.node, true);
    if rule.zone == chrono_tz::UTC { text } else { format!("{text} [{}]", rule.zone) }
}

struct Speaker<'a> {
    words: &'a Words,
    catalogue: &'a Catalogue,
}

impl Speaker<'_> {
    fn node(&self, node: &Node, outermost: bool) -> String {
        let w = self.words;
        match node {
            Node::All(nodes) => self.joined(nodes, w.and, outermost),
            Node::Any(nodes) => self.joined(nodes, w.or, outermost),
            Node::Not(node) => format!("{} ({})", w.not, self.node(node, true)),
            Node::Field(field, test) => format!("{} {}", self.field(field), self.test(test)),
            Node::Changed(field, span) => {
                format!("{}: {} {} {}", self.field(field), w.changed, w.in_last, self.span(*span))
            }
            Node::Tag(tag) => format!("{} “{tag}”", w.tag),
            Node::Consent(channel, state) => {
                let state = match state {
                    Some(ConsentState::Granted) => w.granted,
                    Some(ConsentState::Withdrawn) => w.withdrawn,
                    None => w.unsaid,
                };
                format!("{} ({channel}): {state}", w.consent)
            }
            Node::Touch(test) => self.touch(test),
            Node::Sequence(sequence) => self.sequence(sequence),
            Node::Lead(test) => self.lead(test),
            Node::Rfm(test) => self.rfm(test),
            Node::Segment(id, Members::Rule(_) | Members::Listed) => {
                let name = self.catalogue.segments.get(id).map(|segment| segment.name.clone());
                format!("{} “{}”", w.segment, name.unwrap_or_else(|| id.to_string()))
            }
        }
    }

    fn joined(&self, nodes: &[Node], by: &str, outermost: bool) -> String {
        if let [only] = nodes {
            return self.node(only, outermost);
        }
        let parts: Vec<_> = nodes.iter().map(|node| self.node(node, false)).collect();
        let joined = parts.join(&format!(" {by} "));
        match (parts.is_empty(), outermost) {
            (true, _) => self.words.nothing.to_owned(),
            (false, true) => joined,
            (false, false) => format!("({joined})"),
        }
    }

    fn field(&self, field: &Field) -> String {
        match field {
            Field::Own(own) => self.words.name(own.as_str()).to_owned(),
            Field::Custom(key, _) => {
                self.catalogue.contact_fields.get(key).map_or_else(|| key.clone(), |custom| custom.label.clone())
            }
            Field::CompanyCustom(key, _) => {
                let label = self.catalogue.company_fields.get(key).map_or(key.as_str(), |custom| custom.label.as_str());
                format!("{label} ({})", self.words.name("company"))
            }
        }
    }

    /// What a value must be.
    pub(super) fn test(&self, test: &Test) -> String {
        let w = self.words;
        match test {
            Test::Empty => w.is_empty.to_owned(),
            Test::Filled => w.is_filled.to_owned(),
            Test::Among(values) => format!("{} {}", w.is, self.scalars(values)),
            Test::NotAmong(values) => format!("{} {}", w.is_not, self.scalars(values)),
            Test::Text(how, wanted) => format!("{} “{wanted}”", self.how(*how)),
            Test::Between(least, most) => {
                let scalar = |value: &Scalar| self.scalar(value);
                self.between(least.as_ref().map(scalar), most.as_ref().map(scalar))
            }
            Test::Money(currency, least, most) => {
                let shown = |amount: &f64| money(*amount, currency);
                self.between(least.as_ref().map(shown), most.as_ref().map(shown))
            }
            Test::In(window) => self.window(*window),
            Test::LastDays(days) => format!("{} {}", w.in_last, self.days(*days)),
            Test::NextDays(days) => format!("{} {}", w.in_next, self.days(*days)),
            Test::Anniversary(days) => format!("{} {}", w.anniversary, self.days(*days)),
            Test::Domain(domains) => {
                let quoted: Vec<_> = domains.iter().map(|domain| format!("“{domain}”")).collect();
                format!("{} {}", w.at_domain, quoted.join(&format!(" {} ", w.or)))
            }
            Test::Holds(texts, each) => {
                let quoted: Vec<_> = texts.iter().map(|text| format!("“{text}”")).collect();
                format!("{} {}", if *each { w.has_all } else { w.has_any }, quoted.join(", "))
            }
        }
    }

    pub(super) fn how(&self, how: TextTest) -> &'static str {
        match how {
            TextTest::Contains => self.words.contains,
            TextTest::StartsWith => self.words.starts_with,
            TextTest::EndsWith => self.words.ends_with,
        }
    }

    fn scalars(&self, values: &[Scalar]) -> String {
        let shown: Vec<_> = values.iter().map(|value| self.scalar(value)).collect();
        shown.join(&format!(" {} ", self.words.or))
    }

    fn scalar(&self, value: &Scalar) -> String {
        match value {
            Scalar::Text(text) => format!("“{text}”"),
            Scalar::Number(number) => number.to_string(),
            Scalar::Truth(true) => self.words.yes.to_owned(),
            Scalar::Truth(false) => self.words.no.to_owned(),
            Scalar::User(id) => self.catalogue.users.get(id).cloned().unwrap_or_else(|| id.to_string()),
            Scalar::Company(id) => self.catalogue.companies.get(id).cloned().unwrap_or_else(|| id.to_string()),
        }
    }

    /// A range whose ends are in words already.
    pub(super) fn between(&self, least: Option<String>, most: Option<String>) -> String {
        let least = least.map(|least| format!("{} {least}", self.words.at_least));
        let most = most.map(|most| format!("{} {most}", self.words.at_most));
        let ends: Vec<_> = least.into_iter().chain(most).collect();
        ends.join(&format!(" {} ", self.words.and))
    }

    /// A range of something.
    pub(super) fn range(&self, range: Range, shown: impl Fn(i64) -> String) -> String {
        self.between(range.least.map(&shown), range.most.map(&shown))
    }

    /// When; nothing for ever.
    pub(super) fn window(&self, window: Window) -> String {
        let w = self.words;
        match window {
            Window::Fixed(from, to) => {
                let from = from.map(|from| format!("{} {from}", w.since));
                let to = to.map(|to| format!("{} {to}", w.before));
                from.into_iter().chain(to).collect::<Vec<_>>().join(" ")
            }
            Window::Last(span) => format!("{} {}", w.in_last, self.span(span)),
            Window::Before(span) => format!("{} {}", w.before_last, self.span(span)),
        }
    }

    /// A length of time in the largest unit that it is a whole number of.
    pub(super) fn span(&self, span: Span) -> String {
        let w = self.words;
        let seconds = span.0 / 1_000_000;
        let units = [(86_400, &w.days), (3600, &w.hours), (60, &w.minutes), (1, &w.seconds)];
        let fitting = units.into_iter().find(|(length, _)| seconds % length == 0);
        let (length, forms) = fitting.unwrap_or((1, &w.seconds));
        let count = seconds / length;
        format!("{count} {}", w.form(forms, count))
    }

    fn days(&self, days: u32) -> String {
        format!("{days} {}", self.words.form(&self.words.days, days.into()))
    }
}

/// An amount with its currency; in whole units where the currency has a minor one.
pub(super) fn money(amount: f64, currency: &str) -> String {
    let exponent = iso_currency::Currency::from_code(currency).and_then(iso_currency::Currency::exponent).unwrap_or(0);
    let digits = usize::from(exponent);
    format!("{:.digits$} {currency}", amount / 10_f64.powi(i32::from(exponent)))
}
