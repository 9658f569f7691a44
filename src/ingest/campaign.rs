//! Where a visit came from: campaign fields, click ids and the referrer, from what the sender says or from the URL.

use std::borrow::Cow;

use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use crate::channels::clicks;
use crate::interactions::Interaction;

/// Campaign fields that have no column of their own.
const MORE: [&str; 4] = ["utm_id", "utm_source_platform", "utm_creative_format", "utm_marketing_tactic"];
/// The most characters of a campaign field; the whole stays in the event's context.
const MOST: usize = 200;

/// Where a visit came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Where the client came from.
    pub source: Option<String>,
    /// By which medium.
    pub medium: Option<String>,
    /// Through which campaign.
    pub campaign: Option<String>,
    /// For which search term.
    pub term: Option<String>,
    /// On which advertisement.
    pub content: Option<String>,
    /// What else a campaign's address says, by the name of its parameter.
    pub more: Vec<(&'static str, String)>,
    /// Ids of clicks, by the name of their parameter.
    pub click_ids: Vec<(&'static str, String)>,
    /// The page's address.
    pub url: Option<String>,
    /// The page before.
    pub referrer: Option<String>,
    /// The page's title.
    pub title: Option<String>,
    /// The page's path.
    pub path: Option<String>,
}

impl Origin {
    /// Reads the circumstances of an event, and for a page also its properties.
    #[must_use]
    pub fn of(context: &Map<String, Value>, properties: Option<&Map<String, Value>>) -> Self {
        let page = context.get("page").and_then(Value::as_object);
        let said = |name: &str| {
            let own = properties.and_then(|properties| text(properties, name));
            own.or_else(|| page.and_then(|page| text(page, name)))
        };
        let url = said("url");
        let mut origin =
            Self { referrer: said("referrer"), title: said("title"), path: said("path"), ..Self::default() };
        origin.read_query(&query(url.as_deref(), said("search").as_deref()));
        origin.path = origin.path.or_else(|| Some(parsed(url.as_deref()?)?.path().to_owned()));
        origin.url = url;
        if let Some(campaign) = context.get("campaign").and_then(Value::as_object) {
            let named = |name| text(campaign, name).map(|text| cut(&text));
            origin.source = named("source").or(origin.source);
            origin.medium = named("medium").or(origin.medium);
            origin.campaign = named("name").or(origin.campaign);
            origin.term = named("term").or(origin.term);
            origin.content = named("content").or(origin.content);
        }
        origin
    }

    /// Takes campaign fields and click ids from the parameters of a URL or form.
    pub fn read_query(&mut self, query: &str) {
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            self.read_parameter(&name, &value);
        }
    }

    /// Takes one parameter; says whether it belongs here.
    pub fn read_parameter(&mut self, name: &str, value: &str) -> bool {
        let field = match name {
            "utm_source" => &mut self.source,
            "utm_medium" => &mut self.medium,
            "utm_campaign" => &mut self.campaign,
            "utm_term" => &mut self.term,
            "utm_content" => &mut self.content,
            _ => {
                let (known, list) = match (clicks::named(name), MORE.iter().find(|more| **more == name)) {
                    (Some(click), _) => (click.name, &mut self.click_ids),
                    (None, Some(more)) => (*more, &mut self.more),
                    (None, None) => return false,
                };
                if !value.is_empty() && !value.contains('\0') {
                    list.push((known, cut(value)));
                }
                return true;
            }
        };
        if field.is_none() && !value.trim().is_empty() && !value.contains('\0') {
            *field = Some(cut(value));
        }
        true
    }

    /// Puts the campaign fields into a touchpoint.
    pub fn fill(&self, row: &mut Interaction) {
        row.utm_source.clone_from(&self.source);
        row.utm_medium.clone_from(&self.medium);
        row.utm_campaign.clone_from(&self.campaign);
        row.utm_term.clone_from(&self.term);
        row.utm_content.clone_from(&self.content);
        row.campaign.clone_from(&self.campaign);
    }

    /// The campaign fields without a column as JSON; `None` where there are none.
    #[must_use]
    pub fn more(&self) -> Option<Value> {
        object(&self.more)
    }

    /// The click ids as JSON; `None` where there are none.
    #[must_use]
    pub fn clicks(&self) -> Option<Value> {
        object(&self.click_ids)
    }
}

fn object(list: &[(&'static str, String)]) -> Option<Value> {
    let map: Map<String, Value> =
        list.iter().map(|(name, text)| ((*name).to_owned(), Value::from(text.as_str()))).collect();
    (!map.is_empty()).then_some(Value::Object(map))
}

fn text(map: &Map<String, Value>, name: &str) -> Option<String> {
    map.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn cut(text: &str) -> String {
    text.chars().take(MOST).collect()
}

fn parsed(url: &str) -> Option<Url> {
    Url::parse(url).ok()
}

/// The parameters of the page, from its URL or from what the sender calls `search`.
fn query<'a>(url: Option<&str>, search: Option<&'a str>) -> Cow<'a, str> {
    if let Some(search) = search {
        return search.trim_start_matches('?').into();
    }
    let url = url.and_then(parsed);
    url.and_then(|url| url.query().map(str::to_owned)).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(context: &Value, properties: &Value) -> Origin {
        Origin::of(context.as_object().unwrap(), properties.as_object())
    }

    #[test]
    fn a_url_tells_campaign_and_clicks() {
        let page = json!({ "page": {
            "url": "https://shop.example/a?utm_source=news+letter&utm_campaign=spring%202026&gclid=abc&fbclid=&x=1#top",
            "referrer": "https://search.example/", "title": "A",
        } });
        let origin = of(&page, &json!({}));
        assert_eq!(origin.source.as_deref(), Some("news letter"));
        assert_eq!(origin.campaign.as_deref(), Some("spring 2026"));
        assert_eq!(origin.clicks(), Some(json!({ "gclid": "abc" })));
        assert_eq!((origin.path.as_deref(), origin.referrer.as_deref()), (Some("/a"), Some("https://search.example/")));
    }

    #[test]
    fn what_the_sender_says_outweighs_the_url() {
        let context = json!({
            "campaign": { "name": "c", "medium": null, "source": 7 },
            "page": { "url": "https://a.example/?utm_campaign=x", "search": "?utm_medium=cpc&ttclid=t" },
        });
        let origin = of(&context, &json!({ "url": "https://a.example/own", "referrer": "r" }));
        assert_eq!((origin.campaign.as_deref(), origin.medium.as_deref()), (Some("c"), Some("cpc")));
        assert_eq!((origin.url.as_deref(), origin.source), (Some("https://a.example/own"), None));
        assert_eq!(origin.click_ids, [("ttclid", "t".to_owned())]);
    }

    #[test]
    fn click_ids_of_all_networks_and_the_other_campaign_fields_are_kept() {
        let page = json!({ "page": { "url": "https://a.example/?_openstat=x&ysclid=1&yqrid=2&utm_id=7&utm_marketing_tactic=t" } });
        let origin = of(&page, &json!({}));
        assert_eq!(origin.clicks(), Some(json!({ "_openstat": "x", "ysclid": "1", "yqrid": "2" })));
        assert_eq!(origin.more(), Some(json!({ "utm_id": "7", "utm_marketing_tactic": "t" })));
    }

    #[test]
    fn a_url_that_is_none_tells_nothing() {
        let odd = json!({ "page": { "url": "not a url", "search": "%%%=&utm_source=%ff%00" }, "campaign": "x" });
        assert_eq!(of(&odd, &json!({})), Origin { url: Some("not a url".into()), ..Origin::default() });
    }
}
