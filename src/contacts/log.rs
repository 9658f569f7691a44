//! The append-only log of decisions about identities: what was linked, set aside, joined, and why.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::ContactId;
use super::identity::{Identity, IdentityKind};
use crate::db::Connection;
use crate::db::schema::identity_events as events;
use crate::db::types::Instant;
use crate::error::Result;

crate::id! {
    /// An entry's id.
    DecisionId
}

crate::text_enum! {
    /// What was decided.
    pub enum Decided {
        /// A contact was made of the identity.
        Created = "created",
        /// The contact was given the identity.
        Linked = "linked",
        /// The identity was not used for this event.
        SetAside = "set_aside",
        /// Another contact was merged into this one.
        Merged = "merged",
        /// A merge was undone.
        Unmerged = "unmerged",
    }
}

/// A decision, as logged.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = events)]
pub struct IdentityDecision {
    pub id: DecisionId,
    pub at: Instant,
    pub decision: Decided,
    /// The identity it is about; absent for merges.
    pub kind: Option<IdentityKind>,
    pub source: Option<String>,
    pub value: Option<String>,
    /// Why, as a stable word.
    pub cause: String,
    /// The identity that led to the contact.
    pub via: Option<String>,
    /// The other contact concerned.
    pub other_id: Option<ContactId>,
    /// The event that brought it.
    pub message_id: Option<String>,
}

/// A decision to be logged.
#[derive(Debug, Clone)]
pub struct Note<'a> {
    decision: Decided,
    identity: Option<&'a Identity>,
    cause: &'a str,
    via: Option<String>,
    other: Option<ContactId>,
    message_id: Option<&'a str>,
}

impl<'a> Note<'a> {
    /// A decision about an identity.
    #[must_use]
    pub const fn of(decision: Decided, identity: &'a Identity, cause: &'a str) -> Self {
        Self { decision, identity: Some(identity), cause, via: None, other: None, message_id: None }
    }

    /// A decision about two contacts.
    #[must_use]
    pub const fn between(decision: Decided, cause: &'a str) -> Self {
        Self { decision, identity: None, cause, via: None, other: None, message_id: None }
    }

    /// The identity that led there.
    #[must_use]
    pub fn via(self, via: Option<&Identity>) -> Self {
        Self { via: via.map(|via| format!("{} {via}", via.kind)), ..self }
    }

    /// The other contact.
    #[must_use]
    pub fn other(self, other: Option<ContactId>) -> Self {
        Self { other, ..self }
    }

    /// The event.
    #[must_use]
    pub fn message(self, message_id: Option<&'a str>) -> Self {
        Self { message_id, ..self }
    }
}

/// Logs a decision about a contact.
///
/// # Errors
/// The database refuses the row.
pub fn write(conn: &mut Connection, contact: ContactId, note: &Note<'_>) -> Result<()> {
    diesel::insert_into(events::table)
        .values((
            events::contact_id.eq(contact),
            events::id.eq(DecisionId::new()),
            events::at.eq(Instant::now()),
            events::decision.eq(note.decision),
            events::kind.eq(note.identity.map(|identity| identity.kind)),
            events::source.eq(note.identity.map(|identity| &identity.source)),
            events::value.eq(note.identity.map(|identity| &identity.value)),
            events::cause.eq(note.cause),
            events::via.eq(note.via.as_deref()),
            events::other_id.eq(note.other),
            events::message_id.eq(note.message_id),
        ))
        .execute(conn)?;
    Ok(())
}

/// How many of the newest entries are looked through for one that says the same.
const RECENT: i64 = 50;

/// Whether the same was logged lately: a decision that repeats with every event is told once.
///
/// # Errors
/// The database is away.
pub fn is_known(conn: &mut Connection, contact: ContactId, note: &Note<'_>) -> Result<bool> {
    let recent = newest(conn, &[contact], RECENT)?;
    Ok(recent.iter().any(|(_, known)| {
        known.decision == note.decision
            && known.cause == note.cause
            && known.other_id == note.other
            && known.kind == note.identity.map(|identity| identity.kind)
            && known.value.as_ref() == note.identity.map(|identity| &identity.value)
            && known.source.as_ref() == note.identity.map(|identity| &identity.source)
    }))
}

/// The newest decisions about these contacts.
///
/// # Errors
/// The database is away.
pub fn newest(conn: &mut Connection, contacts: &[ContactId], limit: i64) -> Result<Vec<(ContactId, IdentityDecision)>> {
    Ok(events::table
        .filter(events::contact_id.eq_any(contacts))
        .order(events::id.desc())
        .limit(limit)
        .select((events::contact_id, IdentityDecision::as_select()))
        .load(conn)?)
}
