//! A delivery and the attempts to make it, as stored and as shown.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::{DeliveryId, WebhookId};
use crate::contacts::ContactId;
use crate::db::schema::{webhook_attempts as attempts, webhook_deliveries as deliveries};
use crate::db::types::{Guid, Instant};
use crate::pipelines::LeadId;
use crate::sync::change::ChangeType;
use crate::sync::log::{Logged, Place};
use crate::sync::present;

crate::text_enum! {
    /// How far a delivery has come.
    pub enum DeliveryStatus {
        /// It is to be sent, or sent again.
        Pending = "pending",
        /// It has arrived.
        Delivered = "delivered",
        /// It was given up.
        Failed = "failed",
        /// It was skipped when its webhook was resumed.
        Skipped = "skipped",
    }
}

/// A delivery as stored: the place of the change and what it is about, nothing of the record itself.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = deliveries, treat_none_as_default_value = false)]
pub struct Row {
    pub id: DeliveryId,
    pub webhook_id: WebhookId,
    pub kind: String,
    pub record_id: Guid,
    pub contact_id: Option<ContactId>,
    pub lead_id: Option<LeadId>,
    pub place_txid: i64,
    pub place_seq: i64,
    pub changed_at: Instant,
    pub status: DeliveryStatus,
    pub attempts: i32,
    pub due_at: Option<Instant>,
    pub last_status: Option<i32>,
    pub last_error: Option<String>,
    pub created_at: Instant,
    pub finished_at: Option<Instant>,
}

/// What a test delivery is called.
pub const TEST: &str = "webhook.test";

impl Row {
    /// A delivery of a change, due at once.
    #[must_use]
    pub fn new(webhook: WebhookId, row: &Logged, change: ChangeType, now: Instant) -> Self {
        let is_contact = change.as_str().starts_with("contact.");
        Self {
            id: DeliveryId::new(),
            webhook_id: webhook,
            kind: change.as_str().to_owned(),
            record_id: row.record_id,
            contact_id: row.contact_id.or_else(|| is_contact.then_some(ContactId(row.record_id))),
            lead_id: row.lead_id,
            place_txid: row.place.txid,
            place_seq: row.place.seq,
            changed_at: row.at,
            status: DeliveryStatus::Pending,
            attempts: 0,
            due_at: Some(now),
            last_status: None,
            last_error: None,
            created_at: now,
            finished_at: None,
        }
    }

    /// A delivery that only shows whether the receiver is there: it is tried by whoever asked, never by the worker.
    #[must_use]
    pub fn test(webhook: WebhookId, now: Instant) -> Self {
        Self {
            id: DeliveryId::new(),
            webhook_id: webhook,
            kind: TEST.to_owned(),
            record_id: webhook.0,
            contact_id: None,
            lead_id: None,
            place_txid: 0,
            place_seq: 0,
            changed_at: now,
            status: DeliveryStatus::Pending,
            attempts: 0,
            due_at: None,
            last_status: None,
            last_error: None,
            created_at: now,
            finished_at: None,
        }
    }

    /// The row of the log that it was made of; `None` for a test.
    #[must_use]
    pub fn logged(&self) -> Option<(Logged, ChangeType)> {
        let change = ChangeType::of(&self.kind)?;
        let logged = Logged {
            place: Place { txid: self.place_txid, seq: self.place_seq },
            kind: self.kind.clone(),
            record_id: self.record_id,
            contact_id: self.contact_id,
            lead_id: self.lead_id,
            at: self.changed_at,
        };
        Some((logged, change))
    }
}

/// A message for a webhook, and how far it has come.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Delivery {
    /// Sent as `webhook-id`: the same at each attempt.
    id: DeliveryId,
    webhook_id: WebhookId,
    /// The type of the change, or `webhook.test`.
    #[serde(rename = "type")]
    about: String,
    /// The record; of a test the webhook.
    #[schema(value_type = uuid::Uuid)]
    record_id: Guid,
    /// When the record changed.
    changed_at: Instant,
    status: DeliveryStatus,
    /// How often it was tried since it was last asked for.
    attempts: i32,
    /// When it is tried next; while an attempt is under way, when that is taken for lost.
    next_attempt_at: Option<Instant>,
    /// What the receiver answered last.
    last_status: Option<i32>,
    /// Why it did not arrive.
    last_error: Option<String>,
    created_at: Instant,
    finished_at: Option<Instant>,
}

impl From<Row> for Delivery {
    fn from(row: Row) -> Self {
        let record_id = row.logged().map_or(row.record_id, |(logged, change)| present::subject(&logged, change));
        Self {
            id: row.id,
            webhook_id: row.webhook_id,
            about: row.kind,
            record_id,
            changed_at: row.changed_at,
            status: row.status,
            attempts: row.attempts,
            next_attempt_at: row.due_at,
            last_status: row.last_status,
            last_error: row.last_error,
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}

/// An attempt to deliver.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = attempts)]
pub struct Attempt {
    #[serde(skip)]
    pub(super) delivery_id: DeliveryId,
    #[schema(value_type = uuid::Uuid)]
    pub(super) id: Guid,
    /// When it began.
    pub(super) at: Instant,
    /// How long it took.
    pub(super) duration_ms: i32,
    /// The HTTP status; `null` where there was no answer.
    pub(super) status: Option<i32>,
    /// Why there was none.
    pub(super) error: Option<String>,
    /// The first kilobyte of the answer; `null` where the person was erased.
    pub(super) response: Option<String>,
}

/// A delivery with its attempts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeliveryDetail {
    #[serde(flatten)]
    pub(super) delivery: Delivery,
    /// The newest first, at most 100.
    pub(super) log: Vec<Attempt>,
}
