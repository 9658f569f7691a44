//! What a touchpoint says about how the client came: its source, medium and campaign, from what the sender says, else
//! from click ids, else from the page before.

use serde::Deserialize;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::clicks;
use super::sources::{SourceKind, kind_of};
use crate::interactions::{Channel, Direction, Interaction};

/// The source of a visit that came from nowhere.
pub const DIRECT: &str = "(direct)";
const NONE: &str = "(none)";
const NOT_SET: &str = "(not set)";

/// A touchpoint as the rules see it; every text in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Where it happened.
    pub channel: Channel,
    /// Online or offline.
    pub online: bool,
    /// The touchpoint's own word for what it is.
    pub kind: String,
    /// Where the client came from: `google`, a host, `(direct)`; empty where that is not known.
    pub source: String,
    /// What kind of site the source is.
    pub source_kind: SourceKind,
    /// By which medium: `cpc`, `organic`, `referral`, `(none)`.
    pub medium: String,
    /// Through which campaign.
    pub campaign: String,
    /// The click id's name.
    pub click_id: String,
}

/// What properties may say of a visit.
#[derive(Debug, Default, Deserialize)]
struct Page {
    #[serde(default)]
    url: Value,
    #[serde(default)]
    referrer: Value,
    #[serde(default)]
    click_ids: Value,
}

/// Where a visit came from, as addresses and campaign fields tell it.
#[derive(Debug, Clone, Default)]
pub struct Said<'a> {
    /// The page's address.
    pub url: Option<&'a str>,
    /// The page before.
    pub referrer: Option<&'a str>,
    /// `utm_source`.
    pub source: Option<&'a str>,
    /// `utm_medium`.
    pub medium: Option<&'a str>,
    /// The campaign's name.
    pub campaign: Option<&'a str>,
    /// The names of click ids.
    pub clicks: Vec<&'a str>,
}

impl Arrival {
    /// What a touchpoint says; `None` where nobody came by it: notes, what happens among ourselves, and the steps within
    /// a visit, whose first page tells where it came from.
    #[must_use]
    pub fn of(touch: &Interaction) -> Option<Self> {
        if touch.channel == Channel::Note || touch.direction == Some(Direction::Internal) {
            return None;
        }
        let page: Page =
            touch.properties.as_ref().and_then(|raw| serde_json::from_str(raw.0.get()).ok()).unwrap_or_default();
        let said = Said {
            url: page.url.as_str(),
            referrer: page.referrer.as_str(),
            source: touch.utm_source.as_deref(),
            medium: touch.utm_medium.as_deref(),
            campaign: touch.utm_campaign.as_deref().or(touch.campaign.as_deref()),
            clicks: page.click_ids.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect(),
        };
        Self::told(touch.channel, touch.online, touch.kind.as_deref().unwrap_or_default(), &said)
    }

    /// [`Arrival::of`] what is told of a touchpoint.
    #[must_use]
    pub fn told(channel: Channel, online: bool, kind: &str, said: &Said<'_>) -> Option<Self> {
        let page = said.url.and_then(|url| Url::parse(url).ok());
        let mut tags = Tags::of(page.as_ref());
        tags.take("utm_source", said.source);
        tags.take("utm_medium", said.medium);
        tags.take("utm_campaign", said.campaign);
        let click = clicks::CLICKS.iter().find(|click| {
            said.clicks.contains(&click.name) || tags.clicks.iter().any(|name| name.as_str() == click.name)
        });
        let before = said.referrer.and_then(host);
        let is_tagged = [&tags.source, &tags.medium, &tags.campaign].iter().any(|tag| tag.is_some()) || click.is_some();
        let is_visit = channel == Channel::Web && online;
        if is_visit && !is_tagged {
            let here = page.as_ref().and_then(Url::host_str).map(bare);
            let within = before.as_deref().zip(here.as_deref()).is_some_and(|(before, here)| same_site(before, here));
            // An event that no page sent tells nothing of a visit.
            let elsewhere = kind == "track" && said.url.is_none() && before.is_none();
            if within || elsewhere {
                return None;
            }
        }
        let referred = before.as_deref().filter(|_| tags.source.is_none() && click.and_then(|c| c.source).is_none());
        let source = tags.source.clone().or_else(|| click.and_then(|click| click.source).map(str::to_owned));
        let source = source.or_else(|| referred.map(str::to_owned));
        let source = source.unwrap_or_else(|| if is_visit && !is_tagged { DIRECT.into() } else { String::new() });
        let source_kind = kind_of(&source);
        let medium = tags.medium.clone().or_else(|| click.and_then(|click| click.medium).map(str::to_owned));
        let medium = medium.unwrap_or_else(|| {
            let word = match (referred, source_kind) {
                (Some(_), SourceKind::Search) => "organic",
                (Some(_), _) => "referral",
                (None, _) if source == DIRECT => NONE,
                (None, _) => NOT_SET,
            };
            word.to_owned()
        });
        Some(Self {
            channel,
            online,
            kind: kind.to_lowercase(),
            source_kind,
            source,
            medium,
            campaign: tags.campaign.unwrap_or_default(),
            click_id: click.map(|click| click.name.to_owned()).unwrap_or_default(),
        })
    }
}

/// The campaign fields and click ids of an address.
#[derive(Debug, Default)]
struct Tags {
    source: Option<String>,
    medium: Option<String>,
    campaign: Option<String>,
    clicks: Vec<String>,
}

impl Tags {
    fn of(page: Option<&Url>) -> Self {
        let mut tags = Self::default();
        let query = page.and_then(Url::query).unwrap_or_default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if clicks::named(&name).is_some() {
                if !value.is_empty() {
                    tags.clicks.push(name.into_owned());
                }
            } else {
                tags.take(&name, Some(&value));
            }
        }
        tags
    }

    /// Takes a campaign field; what is said outright outweighs the address.
    fn take(&mut self, name: &str, value: Option<&str>) {
        let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) else { return };
        let field = match name {
            "utm_source" => &mut self.source,
            "utm_medium" => &mut self.medium,
            "utm_campaign" => &mut self.campaign,
            _ => return,
        };
        *field = Some(value.to_lowercase());
    }
}

/// The host of an address, without `www.`.
fn host(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    url.host_str().filter(|host| !host.is_empty()).map(bare)
}

fn bare(host: &str) -> String {
    let host = host.to_lowercase();
    host.strip_prefix("www.").unwrap_or(&host).to_owned()
}

/// One host, or one within the other.
fn same_site(a: &str, b: &str) -> bool {
    let below = |inner: &str, outer: &str| inner.strip_suffix(outer).is_some_and(|rest| rest.ends_with('.'));
    a == b || below(a, b) || below(b, a)
}
