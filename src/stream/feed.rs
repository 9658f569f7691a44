//! The part of the log of changes that a stream sends: new timeline entries.

use std::collections::HashMap;

use crate::accounts::Principal;
use crate::contacts::{ContactId, cluster};
use crate::db::Connection;
use crate::error::Result;
use crate::pipelines::LeadId;
use crate::sync::log::{self, Logged, Place};
use crate::timeline::EntryId;
use crate::timeline::page::{self, TimelineEntry};

/// Which entries are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Of this client and those merged into it.
    pub contact: Option<ContactId>,
    /// About this lead.
    pub lead: Option<LeadId>,
}

/// A piece of the feed.
#[derive(Debug)]
pub struct Piece {
    /// Where the next piece begins.
    pub place: Place,
    /// The entries the caller sees, each with its place.
    pub entries: Vec<(Place, TimelineEntry)>,
    /// Whether there is more at once.
    pub more: bool,
}

/// Rows looked at in one piece.
const PIECE: i64 = 500;

/// What came behind a place.
///
/// # Errors
/// The database is away.
pub fn after(conn: &mut Connection, by: &Principal, place: Place, wanted: Wanted) -> Result<Piece> {
    let rows = log::after(conn, place, PIECE)?;
    let Some(last) = rows.last() else { return Ok(Piece { place, entries: Vec::new(), more: false }) };
    let end = last.place;
    let more = i64::try_from(rows.len()).is_ok_and(|count| count == PIECE);
    let members = wanted.contact.map(|contact| cluster::all_of(conn, contact)).transpose()?;
    let fits = |row: &&Logged| {
        // The names of other changes have a dot.
        !row.kind.contains('.')
            && members.as_ref().is_none_or(|members| row.contact_id.is_some_and(|contact| members.contains(&contact)))
            && wanted.lead.is_none_or(|lead| row.lead_id == Some(lead))
    };
    let places: Vec<_> = rows.iter().filter(fits).map(|row| (row.place, EntryId(row.record_id))).collect();
    let ids: Vec<_> = places.iter().map(|(_, id)| *id).collect();
    let mut seen: HashMap<EntryId, TimelineEntry> =
        page::entries_by_id(conn, by, ids)?.into_iter().map(|entry| (entry.id, entry)).collect();
    let entries = places.into_iter().filter_map(|(place, id)| Some((place, seen.remove(&id)?))).collect();
    Ok(Piece { place: end, entries, more })
}
