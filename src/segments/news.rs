//! Tells of clients who enter and leave: to other systems through the log of changes, and on the client's own line.

use diesel::prelude::*;
use serde_json::json;

use super::SegmentId;
use crate::accounts::Principal;
use crate::contacts::ContactId;
use crate::db::Connection;
use crate::db::schema::feed;
use crate::db::types::{Guid, Instant};
use crate::error::Result;
use crate::insert_all;
use crate::timeline::{self, EntryId, EntryType, NewEntry};

/// A client who has entered or left.
#[derive(Debug, Clone)]
pub struct News<'a> {
    /// Who.
    pub contact: ContactId,
    /// Which segment.
    pub segment: SegmentId,
    /// Its name.
    pub name: &'a str,
    /// In, or out.
    pub enters: bool,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = feed, treat_none_as_default_value = false)]
struct Row {
    kind: &'static str,
    record_id: Guid,
    contact_id: Guid,
    recorded_at: Instant,
}

impl News<'_> {
    const fn kind(&self) -> &'static str {
        if self.enters { "segment.entered" } else { "segment.left" }
    }
}

/// Tells all of it, in the transaction that makes it so.
///
/// # Errors
/// The database refuses.
pub fn tell(conn: &mut Connection, by: &Principal, news: &[News<'_>], now: Instant) -> Result<()> {
    let row = |one: &News<'_>| Row {
        kind: one.kind(),
        record_id: one.segment.0,
        contact_id: one.contact.0,
        recorded_at: now,
    };
    let rows: Vec<_> = news.iter().map(row).collect();
    insert_all!(few conn, feed::table, rows: Row)?;
    let entry = |one: &News<'_>| NewEntry {
        id: EntryId::new(),
        contact_id: one.contact,
        occurred_at: now,
        entry_type: EntryType::Change,
        lead_id: None,
        kind: one.kind().to_owned(),
        subject: Some(one.name.to_owned()),
        properties: Some(json!({ "segment_id": one.segment, "name": one.name })),
    };
    timeline::record_all(conn, by, news.iter().map(entry).collect())
}
