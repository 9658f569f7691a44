//! The part of the log of changes that a stream sends: timeline entries that are new, taken back, or put back.

use std::collections::HashMap;

use serde::Serialize;

use crate::accounts::{Permission, Principal};
use crate::contacts::{ContactId, cluster};
use crate::db::Connection;
use crate::error::Result;
use crate::pipelines::LeadId;
use crate::pipelines::leads::brief::{self, Told};
use crate::sync::log::{self, Logged, Place};
use crate::timeline::page::{self, Gone, TimelineEntry};
use crate::timeline::{EntryId, EntryType};

/// Which entries are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of this client and those merged into it.
    pub contact: Option<ContactId>,
    /// About this lead.
    pub lead: Option<LeadId>,
    /// Of these types; of all where empty.
    pub types: Vec<EntryType>,
}

/// What happened to an entry.
#[derive(Debug)]
pub enum News {
    /// It is there: new, or put back.
    There(Box<Entry>),
    /// It was taken back.
    Gone(Gone),
}

/// An entry that is there.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// The entry.
    #[serde(flatten)]
    pub entry: TimelineEntry,
    /// The lead that was moved or changed, as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    lead: Option<Told>,
}

impl News {
    fn entry_type(&self) -> EntryType {
        match self {
            Self::There(there) => there.entry.entry_type,
            Self::Gone(gone) => gone.entry_type,
        }
    }
}

/// What a row of the log says of an entry; `None` where it is about something else.
fn is_there(kind: &str) -> Option<bool> {
    match kind {
        "interaction.deleted" | "task.deleted" => Some(false),
        "interaction.restored" | "task.restored" => Some(true),
        // The names of other changes have a dot.
        _ => (!kind.contains('.')).then_some(true),
    }
}

/// A piece of the feed.
#[derive(Debug)]
pub struct Piece {
    /// Where the next piece begins.
    pub place: Place,
    /// The news of entries the caller sees, each with its place.
    pub news: Vec<(Place, News)>,
    /// Whether there is more at once.
    pub more: bool,
}

/// Rows looked at in one piece.
const PIECE: i64 = 500;

/// What came behind a place.
///
/// # Errors
/// The database is away.
pub fn after(conn: &mut Connection, by: &Principal, place: Place, wanted: &Wanted) -> Result<Piece> {
    let rows = log::after(conn, place, PIECE)?;
    let Some(last) = rows.last() else { return Ok(Piece { place, news: Vec::new(), more: false }) };
    let end = last.place;
    let more = i64::try_from(rows.len()).is_ok_and(|count| count == PIECE);
    let members = wanted.contact.map(|contact| cluster::all_of(conn, contact)).transpose()?;
    let fits = |row: &&Logged| {
        is_there(&row.kind).is_some()
            && members.as_ref().is_none_or(|members| row.contact_id.is_some_and(|contact| members.contains(&contact)))
            && wanted.lead.is_none_or(|lead| row.lead_id == Some(lead))
    };
    let rows: Vec<_> = rows.iter().filter(fits).map(|row| (row.place, EntryId(row.record_id), &row.kind)).collect();
    let those = |there: bool| {
        rows.iter().filter(move |row| is_there(row.2) == Some(there)).map(|row| row.1).collect::<Vec<_>>()
    };
    let there = page::entries_by_id(conn, by, those(true))?;
    let mut seen: HashMap<EntryId, Entry> = with_leads(conn, by, there)?.map(|told| (told.entry.id, told)).collect();
    let mut gone: HashMap<EntryId, Gone> =
        page::gone_by_id(conn, by, those(false))?.into_iter().map(|entry| (entry.id, entry)).collect();
    // What was taken back and put back again is told as it is now.
    let news = rows.iter().filter_map(|(place, id, kind)| {
        let news = if is_there(kind)? { News::There(Box::new(seen.remove(id)?)) } else { News::Gone(gone.remove(id)?) };
        (wanted.types.is_empty() || wanted.types.contains(&news.entry_type())).then_some((*place, news))
    });
    Ok(Piece { place: end, news: news.collect(), more })
}

/// The entries, those about moves and changes of leads with their leads.
fn with_leads(
    conn: &mut Connection,
    by: &Principal,
    entries: Vec<TimelineEntry>,
) -> Result<impl Iterator<Item = Entry>> {
    let lead_of = |entry: &TimelineEntry| match entry.entry_type {
        EntryType::StageMove | EntryType::Change => entry.lead_id,
        EntryType::Interaction | EntryType::Note | EntryType::Task => None,
    };
    let reads = by.permissions.contains(&Permission::LeadsRead);
    let ids = if reads { entries.iter().filter_map(lead_of).collect() } else { Vec::new() };
    let leads = brief::told(conn, ids)?;
    Ok(entries.into_iter().map(move |entry| {
        let lead = lead_of(&entry).and_then(|id| leads.get(&id).cloned());
        Entry { entry, lead }
    }))
}
