//! A webhook as stored and shown, and what may be said about one in a request.

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;
use validator::Validate;

use super::WebhookId;
use super::addresses::Allowed;
use crate::accounts::{ApiKeyId, UserId};
use crate::db::schema::webhooks;
use crate::db::types::{Instant, Json};
use crate::error::{Error, FieldError, Result};
use crate::http::{Version, nullable};
use crate::interactions::Channel;
use crate::pipelines::{PipelineId, StageId};
use crate::segments::SegmentId;
use crate::sync::change::{self, ChangeType};
use crate::sync::present::Facts;
use crate::text::{filled, trimmed};

crate::text_enum! {
    /// Why nothing is sent.
    pub enum PauseReason {
        /// Somebody wanted it.
        Requested = "requested",
        /// A delivery was tried for three days, and nothing else arrived meanwhile.
        Failing = "failing",
        /// The receiver answered 410.
        Gone = "gone",
    }
}

/// An address that is told of changes.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhooks, treat_none_as_default_value = false)]
pub struct Webhook {
    pub id: WebhookId,
    pub url: String,
    pub description: Option<String>,
    /// The types of changes it is told of: `contact.merged`, `contact.*` for all of contacts, `*` for all.
    #[schema(value_type = Vec<String>)]
    pub types: Json<Vec<String>>,
    #[schema(value_type = WebhookFilter)]
    pub filter: Json<WebhookFilter>,
    /// Whether each delivery waits until the one before has arrived.
    pub ordered: bool,
    /// Until when the secret before the last rotation signs, too.
    pub previous_until: Option<Instant>,
    /// Until when the receiver wants a rest.
    pub not_before: Option<Instant>,
    /// The first failure since something last arrived; `null` where all is well.
    pub failing_since: Option<Instant>,
    /// Set while nothing is sent. What happens meanwhile is sent when it is resumed.
    pub paused_at: Option<Instant>,
    pub pause_reason: Option<PauseReason>,
    /// Who made it: a person, …
    pub created_by: Option<UserId>,
    /// … or a program.
    pub created_by_key: Option<ApiKeyId>,
    pub version: Version,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// Set where it is deleted.
    pub deleted_at: Option<Instant>,
}

/// A webhook with its secret, which is shown this once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NewSecret {
    pub id: WebhookId,
    /// `whsec_…`. It cannot be shown again: `null` where a retried request is answered again.
    pub secret: Option<String>,
    pub webhook: Webhook,
}

/// Which records' changes are told. All conditions must hold; a record without such a property does not pass. Erasures pass
/// the owner and the tag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookFilter {
    /// Leads of this pipeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_id: Option<PipelineId>,
    /// Leads in this stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_id: Option<StageId>,
    /// Contacts, companies and leads of this owner; interactions and tasks of this owner's contacts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<UserId>,
    /// Contacts and companies with this tag; leads, interactions and tasks of such contacts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    pub tag: Option<String>,
    /// Interactions of this channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline)]
    pub channel: Option<Channel>,
    /// Entries into this segment and exits from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment_id: Option<SegmentId>,
}

impl WebhookFilter {
    /// Whether all passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a change of a record with these facts passes.
    #[must_use]
    pub fn passes(&self, change: ChangeType, facts: &Facts<'_>) -> bool {
        fn is<T: PartialEq>(wanted: Option<&T>, found: Option<&T>) -> bool {
            wanted.is_none_or(|wanted| found == Some(wanted))
        }
        // Of an erased person nothing is known any more, and whoever may know the person must hear of it.
        let erased = change == ChangeType::ContactErased;
        is(self.pipeline_id.as_ref(), facts.pipeline.as_ref())
            && is(self.stage_id.as_ref(), facts.stage.as_ref())
            && is(self.channel.as_ref(), facts.channel.as_ref())
            && is(self.segment_id.as_ref(), facts.segment.as_ref())
            && (erased || is(self.owner_id.as_ref(), facts.owner.as_ref()))
            && (erased || self.tag.as_ref().is_none_or(|tag| facts.tags.contains(tag)))
    }
}

/// What is said about a webhook: in a PATCH absent fields stay and `null` clears. A new one needs `url` and `types`.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookInput {
    /// Where to: https, and a public address unless the settings allow others.
    #[validate(length(min = 1, max = 2000), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 2000, example = "https://example.com/hooks/touchline")]
    url: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 500))]
    #[schema(value_type = Option<String>, max_length = 500)]
    description: Option<Option<String>>,
    /// Types of changes: `contact.merged`, `contact.*` for all of contacts, `*` for all.
    #[validate(length(min = 1, max = 50))]
    #[schema(min_items = 1, max_items = 50, example = json!(["contact.*", "lead.stage_changed"]))]
    types: Option<Vec<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<WebhookFilter>)]
    filter: Option<Option<WebhookFilter>>,
    /// Whether each delivery waits until the one before has arrived: `false` where absent.
    ordered: Option<bool>,
}

/// What is known of a webhook, checked.
#[derive(Debug, Clone, Default)]
pub struct WebhookChange {
    pub url: Option<String>,
    pub description: Option<Option<String>>,
    pub types: Option<Vec<String>>,
    pub filter: Option<WebhookFilter>,
    pub ordered: Option<bool>,
}

impl WebhookInput {
    /// Checks what was said.
    ///
    /// # Errors
    /// Every bad field.
    pub fn parse(self, allowed: &Allowed) -> Result<WebhookChange> {
        let mut errors = Vec::new();
        let url = self.url.as_deref().and_then(|url| {
            parse_url(url.trim(), allowed)
                .map_err(|message| errors.push(FieldError::new("url", "format", message)))
                .ok()
        });
        if let Some(types) = &self.types {
            errors.extend(change::selected("types", types.iter().map(String::as_str)).err().into_iter().flatten());
        }
        let filter = self.filter.map(Option::unwrap_or_default);
        if let Some(Err(bad)) = filter.as_ref().map(Validate::validate) {
            errors.extend(crate::http::flatten(&bad).into_iter().map(|bad| bad.within("filter")));
        }
        if !errors.is_empty() {
            return Err(Error::invalid(errors));
        }
        let description = self.description.map(|text| text.as_deref().and_then(trimmed));
        Ok(WebhookChange { url, description, types: self.types, filter, ordered: self.ordered })
    }
}

fn parse_url(text: &str, allowed: &Allowed) -> std::result::Result<String, String> {
    let url: Url = text.parse().map_err(|_| "must be a URL such as https://example.com/hooks".to_owned())?;
    match url.scheme() {
        "https" => {}
        "http" if allowed.any_private() => {}
        "http" => return Err("must be https, unless TOUCHLINE_WEBHOOK_NETWORKS allows private networks".to_owned()),
        _ => return Err("must be https".to_owned()),
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("must name a host".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("must have neither a user, nor a password, nor a fragment".to_owned());
    }
    allowed.check(&url).map_err(|refused| refused.to_string())?;
    Ok(url.into())
}

impl Webhook {
    /// The types it is told of.
    #[must_use]
    pub fn selected(&self) -> BTreeSet<ChangeType> {
        change::selected("types", self.types.0.iter().map(String::as_str)).unwrap_or_default()
    }

    /// Takes over what is said.
    pub fn apply(&mut self, change: WebhookChange) {
        if let Some(url) = change.url {
            self.url = url;
        }
        if let Some(description) = change.description {
            self.description = description;
        }
        if let Some(types) = change.types {
            self.types = Json(types);
        }
        if let Some(filter) = change.filter {
            self.filter = Json(filter);
        }
        self.ordered = change.ordered.unwrap_or(self.ordered);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str, networks: &[ipnet::IpNet]) -> bool {
        parse_url(url, &Allowed::new(networks)).is_err()
    }

    #[test]
    fn a_url_is_https_and_holds_no_secret() {
        for url in [
            "example.com",
            "http://example.com",
            "ftp://example.com",
            "https://me:pw@example.com",
            "https://example.com/#x",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://10.0.0.1/",
            "javascript:alert(1)",
            "https://",
        ] {
            assert!(refused(url, &[]), "{url}");
        }
        assert!(!refused("https://example.com/hooks?a=b", &[]));
        let local = ["127.0.0.0/8".parse().unwrap()];
        assert!(!refused("http://127.0.0.1:8080/", &local));
        assert!(refused("http://10.0.0.1:8080/", &local));
    }

    #[test]
    fn every_condition_of_a_filter_must_hold() {
        let tags = ["vip".to_owned()];
        let facts = Facts { tags: &tags, channel: Some(Channel::Call), ..Facts::default() };
        let passes = |filter: WebhookFilter, change| filter.passes(change, &facts);
        let tag = |tag: &str| WebhookFilter { tag: Some(tag.to_owned()), ..WebhookFilter::default() };
        assert!(passes(WebhookFilter::default(), ChangeType::TaskCreated));
        assert!(passes(tag("vip"), ChangeType::InteractionRecorded));
        assert!(!passes(tag("other"), ChangeType::InteractionRecorded));
        assert!(passes(tag("other"), ChangeType::ContactErased));
        let call = WebhookFilter { channel: Some(Channel::Email), ..tag("vip") };
        assert!(!passes(call, ChangeType::InteractionRecorded));
    }
}
