//! Corrections: what may change about a recorded interaction. Its client and its origin may not.

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use super::model::raw;
use super::{Channel, Direction, Interaction, limits};
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::http::nullable;
use crate::pipelines::LeadId;

/// A correction. Absent fields stay; `null` clears.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InteractionPatch {
    /// Where it happened; `online` then becomes what the channel is, unless given too.
    pub channel: Option<Channel>,
    /// Online or offline.
    pub online: Option<bool>,
    /// Who turned to whom.
    #[serde(default, deserialize_with = "nullable")]
    pub direction: Option<Option<Direction>>,
    /// A free word.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub kind: Option<Option<String>>,
    /// When it happened: it moves along the timeline.
    pub occurred_at: Option<Instant>,
    /// How long it took; at most a year.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(range(min = 0, max = 31_622_400))]
    #[schema(minimum = 0, maximum = 31_622_400)]
    pub duration_seconds: Option<Option<i32>>,
    /// One line about it.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 500))]
    #[schema(max_length = 500)]
    pub subject: Option<Option<String>>,
    /// The text.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 65_536))]
    #[schema(max_length = 65_536)]
    pub body: Option<Option<String>>,
    /// Money in the currency's minor unit.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(range(min = -9_007_199_254_740_991_i64, max = 9_007_199_254_740_991_i64))]
    #[schema(minimum = -9_007_199_254_740_991_i64, maximum = 9_007_199_254_740_991_i64)]
    pub amount: Option<Option<i64>>,
    /// ISO 4217.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: Option<Option<String>>,
    /// The campaign it belongs to.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub campaign: Option<Option<String>>,
    /// The lead it is about, one of this client's.
    #[serde(default, deserialize_with = "nullable")]
    pub lead_id: Option<Option<LeadId>>,
    /// Whatever else is known; replaces all properties.
    #[serde(default, deserialize_with = "nullable")]
    pub properties: Option<Option<Map<String, Value>>>,
}

impl InteractionPatch {
    /// The interaction as corrected at `now`.
    ///
    /// # Errors
    /// Every field that does not hold together.
    pub fn apply(self, before: &Interaction, now: Instant) -> Result<Interaction> {
        let mut errors = Vec::new();
        if let Some(Some(map)) = &self.properties {
            limits::properties(&mut errors, map);
        }
        let channel = self.channel.unwrap_or(before.channel);
        let default = if self.channel.is_some() { channel.is_online() } else { before.online };
        let old = before.clone();
        let after = Interaction {
            channel,
            entry_type: channel.entry_type(),
            online: self.online.unwrap_or(default),
            direction: self.direction.unwrap_or(old.direction),
            kind: self.kind.unwrap_or(old.kind),
            occurred_at: self.occurred_at.unwrap_or(old.occurred_at),
            duration_seconds: self.duration_seconds.unwrap_or(old.duration_seconds),
            subject: self.subject.unwrap_or(old.subject),
            body: self.body.unwrap_or(old.body),
            amount: self.amount.unwrap_or(old.amount),
            currency: self.currency.unwrap_or(old.currency),
            campaign: self.campaign.unwrap_or(old.campaign),
            lead_id: self.lead_id.unwrap_or(old.lead_id),
            properties: match &self.properties {
                None => old.properties,
                Some(given) => given.as_ref().map(raw).transpose()?,
            },
            version: old.version + 1,
            updated_at: now,
            ..old
        };
        after.check(&mut errors, now);
        if errors.is_empty() { Ok(after) } else { Err(Error::invalid(errors)) }
    }
}
