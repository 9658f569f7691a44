//! What an interaction is made of, and how a request becomes one.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use super::{InteractionId, limits};
use crate::accounts::{ApiKeyId, Principal, UserId};
use crate::contacts::{ClientRef, ContactId, ContactRef};
use crate::db::schema::timeline_entries;
use crate::db::types::{Instant, Json};
use crate::error::{Error, FieldError, Result};
use crate::http::Version;
use crate::pipelines::LeadId;
use crate::timeline::EntryType;

crate::text_enum! {
    /// Where a touchpoint happened.
    pub enum Channel {
        /// A web site or an app.
        Web = "web",
        /// E-mail.
        Email = "email",
        /// A chat or messenger.
        Chat = "chat",
        /// A social network.
        Social = "social",
        /// An advertisement.
        Ad = "ad",
        /// A text message.
        Sms = "sms",
        /// A push notification.
        Push = "push",
        /// A telephone call.
        Call = "call",
        /// A meeting.
        Meeting = "meeting",
        /// A shop or branch.
        Store = "store",
        /// A fair, a talk, a webinar on site.
        Event = "event",
        /// Paper mail.
        Mail = "mail",
        /// Somebody's note about the client.
        Note = "note",
        /// Anything else.
        Other = "other",
    }
}

impl Channel {
    /// Whether touchpoints of this channel are online where nobody says.
    #[must_use]
    pub const fn is_online(self) -> bool {
        matches!(self, Self::Web | Self::Email | Self::Chat | Self::Social | Self::Ad | Self::Sms | Self::Push)
    }

    pub(super) const fn entry_type(self) -> EntryType {
        if matches!(self, Self::Note) { EntryType::Note } else { EntryType::Interaction }
    }
}

crate::text_enum! {
    /// Who turned to whom.
    pub enum Direction {
        /// The client to us.
        Inbound = "inbound",
        /// We to the client.
        Outbound = "outbound",
        /// Among ourselves, about the client.
        Internal = "internal",
    }
}

/// A touchpoint with a client.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = timeline_entries, treat_none_as_default_value = false)]
pub struct Interaction {
    /// Its id, also that of its timeline entry.
    pub id: InteractionId,
    /// The client.
    pub contact_id: ContactId,
    #[serde(skip)]
    pub(super) entry_type: EntryType,
    /// Where it happened.
    #[diesel(select_expression = timeline_entries::channel.assume_not_null())]
    pub channel: Channel,
    /// Online or offline.
    #[diesel(select_expression = timeline_entries::online.assume_not_null())]
    pub online: bool,
    /// Who turned to whom.
    pub direction: Option<Direction>,
    /// A free word such as `page_view`, `form`, `purchase`, `visit`.
    pub kind: Option<String>,
    /// When it happened.
    pub occurred_at: Instant,
    /// How long it took.
    pub duration_seconds: Option<i32>,
    /// One line about it.
    pub subject: Option<String>,
    /// The text.
    pub body: Option<String>,
    /// Money that changed hands, in the currency's minor unit; negative for a refund.
    pub amount: Option<i64>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// The campaign it belongs to.
    pub campaign: Option<String>,
    /// Where the client came from.
    pub utm_source: Option<String>,
    /// By which medium.
    pub utm_medium: Option<String>,
    /// Through which campaign.
    pub utm_campaign: Option<String>,
    /// For which search term.
    pub utm_term: Option<String>,
    /// On which advertisement.
    pub utm_content: Option<String>,
    /// How the client came: the group of the first channel rule that fits; `null` for notes, what happens among ourselves
    /// and steps within a visit.
    pub channel_group: Option<String>,
    /// The lead it is about.
    pub lead_id: Option<LeadId>,
    /// The system it was recorded in.
    pub source: Option<String>,
    /// Its id there; the same pair again is the same interaction.
    pub source_id: Option<String>,
    /// Whatever else is known.
    #[schema(value_type = Option<Object>)]
    pub properties: Option<Json<Box<RawValue>>>,
    /// The person who recorded it.
    pub user_id: Option<UserId>,
    /// The program that recorded it.
    pub api_key_id: Option<ApiKeyId>,
    /// Counts corrections.
    pub version: Version,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// When it was last corrected.
    pub updated_at: Instant,
    /// When it was deleted.
    pub deleted_at: Option<Instant>,
}

/// A touchpoint to record.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInteraction {
    /// The client, by id or by anything that identifies them.
    #[validate(nested)]
    pub contact: ContactRef,
    /// Whether an unknown identity makes a new contact (default true).
    pub create_contact: Option<bool>,
    /// Where it happened.
    pub channel: Channel,
    /// Online or offline; by default as the channel is.
    pub online: Option<bool>,
    /// Who turned to whom.
    pub direction: Option<Direction>,
    /// A free word such as `page_view`, `form`, `purchase`, `visit`.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub kind: Option<String>,
    /// When it happened (default now): since 1900, at most 5 minutes ahead.
    pub occurred_at: Option<Instant>,
    /// How long it took; at most a year.
    #[validate(range(min = 0, max = 31_622_400))]
    #[schema(minimum = 0, maximum = 31_622_400)]
    pub duration_seconds: Option<i32>,
    /// One line about it.
    #[validate(length(max = 500))]
    #[schema(max_length = 500)]
    pub subject: Option<String>,
    /// The text.
    #[validate(length(max = 65_536))]
    #[schema(max_length = 65_536)]
    pub body: Option<String>,
    /// Money in the currency's minor unit; needs `currency`.
    #[validate(range(min = -9_007_199_254_740_991_i64, max = 9_007_199_254_740_991_i64))]
    #[schema(minimum = -9_007_199_254_740_991_i64, maximum = 9_007_199_254_740_991_i64)]
    pub amount: Option<i64>,
    /// ISO 4217; needs `amount`.
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: Option<String>,
    /// The campaign it belongs to.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub campaign: Option<String>,
    /// Where the client came from.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub utm_source: Option<String>,
    /// By which medium.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub utm_medium: Option<String>,
    /// Through which campaign.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub utm_campaign: Option<String>,
    /// For which search term.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub utm_term: Option<String>,
    /// On which advertisement.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub utm_content: Option<String>,
    /// The lead it is about, one of this client's.
    pub lead_id: Option<LeadId>,
    /// The system it was recorded in.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    pub source: Option<String>,
    /// Its id there; needs `source`. The same pair again changes nothing.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub source_id: Option<String>,
    /// Whatever else is known: at most 32 KiB of JSON, 16 levels deep.
    pub properties: Option<Map<String, Value>>,
}

/// A touchpoint that holds together and lacks only its client.
#[derive(Debug, Clone)]
pub struct Draft {
    /// How the client is addressed.
    pub client: ClientRef,
    /// Whether an unknown identity makes a new contact.
    pub create_contact: bool,
    interaction: Interaction,
}

impl Draft {
    /// The interaction of this client, recorded by `by`.
    #[must_use]
    pub fn of(&self, by: &Principal, contact: ContactId) -> Interaction {
        Interaction {
            contact_id: contact,
            user_id: by.actor.user(),
            api_key_id: by.actor.key(),
            ..self.interaction.clone()
        }
    }

    /// The same about a lead.
    #[must_use]
    pub fn about(&self, lead: LeadId) -> Self {
        Self { interaction: Interaction { lead_id: Some(lead), ..self.interaction.clone() }, ..self.clone() }
    }

    /// The same with an id of its own, and known in its system by another.
    #[must_use]
    pub fn known_as(&self, source_id: String) -> Self {
        let id = InteractionId::new();
        let interaction = Interaction { id, source_id: Some(source_id), ..self.interaction.clone() };
        Self { interaction, ..self.clone() }
    }

    /// What identifies it in the system it comes from.
    #[must_use]
    pub fn source(&self) -> Option<(&str, &str)> {
        self.interaction.source.as_deref().zip(self.interaction.source_id.as_deref())
    }

    /// The system it comes from.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        self.interaction.source.as_deref()
    }

    /// The lead it is about.
    #[must_use]
    pub const fn lead_id(&self) -> Option<LeadId> {
        self.interaction.lead_id
    }
}

impl NewInteraction {
    /// Makes what was asked hold together, taking `now` for a time that was not given and `region` for a phone number
    /// without country code.
    ///
    /// # Errors
    /// Every bad field.
    pub fn parse(self, now: Instant, region: &str) -> Result<Draft> {
        let mut errors = Vec::new();
        let client = self.contact.parse(region).map_err(|error| errors.extend(error.errors)).ok();
        if self.source_id.is_some() && self.source.is_none() {
            errors.push(FieldError::new("source", "required", "is required with a source_id"));
        }
        if let Some(map) = &self.properties {
            limits::properties(&mut errors, map);
        }
        let interaction = Interaction {
            id: InteractionId::new(),
            contact_id: ContactId(crate::db::types::Guid(uuid::Uuid::nil())),
            entry_type: self.channel.entry_type(),
            channel: self.channel,
            online: self.online.unwrap_or(self.channel.is_online()),
            direction: self.direction,
            kind: self.kind,
            occurred_at: self.occurred_at.unwrap_or(now),
            duration_seconds: self.duration_seconds,
            subject: self.subject,
            body: self.body,
            amount: self.amount,
            currency: self.currency,
            campaign: self.campaign,
            utm_source: self.utm_source,
            utm_medium: self.utm_medium,
            utm_campaign: self.utm_campaign,
            utm_term: self.utm_term,
            utm_content: self.utm_content,
            channel_group: None,
            lead_id: self.lead_id,
            source: self.source,
            source_id: self.source_id,
            properties: self.properties.as_ref().map(raw).transpose()?,
            user_id: None,
            api_key_id: None,
            version: 1,
            recorded_at: now,
            updated_at: now,
            deleted_at: None,
        };
        interaction.check(&mut errors, now);
        match client {
            Some(client) if errors.is_empty() => {
                Ok(Draft { client, create_contact: self.create_contact.unwrap_or(true), interaction })
            }
            _ => Err(Error::invalid(errors)),
        }
    }
}

pub(super) fn raw(map: &Map<String, Value>) -> Result<Json<Box<RawValue>>> {
    serde_json::value::to_raw_value(map).map(Json).map_err(Error::internal)
}

impl Interaction {
    /// A touchpoint of which nothing else is known yet.
    #[must_use]
    pub fn blank(by: &Principal, contact: ContactId, channel: Channel, occurred_at: Instant) -> Self {
        let now = Instant::now();
        Self {
            id: InteractionId::new(),
            contact_id: contact,
            entry_type: channel.entry_type(),
            channel,
            online: channel.is_online(),
            direction: None,
            kind: None,
            occurred_at,
            duration_seconds: None,
            subject: None,
            body: None,
            amount: None,
            currency: None,
            campaign: None,
            utm_source: None,
            utm_medium: None,
            utm_campaign: None,
            utm_term: None,
            utm_content: None,
            channel_group: None,
            lead_id: None,
            source: None,
            source_id: None,
            properties: None,
            user_id: by.actor.user(),
            api_key_id: by.actor.key(),
            version: 1,
            recorded_at: now,
            updated_at: now,
            deleted_at: None,
        }
    }

    pub(super) fn check(&self, errors: &mut Vec<FieldError>, now: Instant) {
        limits::happened(errors, self.occurred_at, now);
        limits::money(errors, self.amount, self.currency.as_deref());
        limits::plain(
            errors,
            &[
                ("kind", self.kind.as_deref()),
                ("subject", self.subject.as_deref()),
                ("campaign", self.campaign.as_deref()),
                ("utm_source", self.utm_source.as_deref()),
                ("utm_medium", self.utm_medium.as_deref()),
                ("utm_campaign", self.utm_campaign.as_deref()),
                ("utm_term", self.utm_term.as_deref()),
                ("utm_content", self.utm_content.as_deref()),
                ("source", self.source.as_deref()),
                ("source_id", self.source_id.as_deref()),
            ],
        );
    }
}
