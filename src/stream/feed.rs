//! New timeline entries in an order that has no gaps: on PostgreSQL by transaction, and only those behind which no
//! transaction is still running; on SQLite in the order of writing, which is that of the commits.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use crate::accounts::Principal;
use crate::contacts::{ContactId, cluster};
use crate::db::schema::feed;
use crate::db::types::{Instant, sql};
use crate::db::{Connection, dialect, settings};
use crate::error::Result;
use crate::pipelines::LeadId;
use crate::timeline::EntryId;
use crate::timeline::page::{self, TimelineEntry};

/// A place in the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    txid: i64,
    seq: i64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.txid, self.seq)
    }
}

impl FromStr for Place {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (txid, seq) = text.trim().split_once('-').ok_or(())?;
        let read = |part: &str| part.parse::<i64>().ok().filter(|number| *number >= 0).ok_or(());
        Ok(Self { txid: read(txid)?, seq: read(seq)? })
    }
}

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

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    txid: i64,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = sql::Guid)]
    contact_id: ContactId,
    #[diesel(sql_type = sql::Guid)]
    entry_id: EntryId,
    #[diesel(sql_type = Nullable<sql::Guid>)]
    lead_id: Option<LeadId>,
}

#[derive(QueryableByName)]
struct End {
    #[diesel(sql_type = BigInt)]
    txid: i64,
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// Rows looked at in one piece.
const PIECE: i64 = 500;

/// The present end of the feed.
///
/// # Errors
/// The database is away.
pub fn end(conn: &mut Connection) -> Result<Place> {
    let end: End = diesel::sql_query(dialect::feed_end(conn)).get_result(conn)?;
    Ok(Place { txid: end.txid, seq: end.seq })
}

/// What came behind a place.
///
/// # Errors
/// The database is away.
pub fn after(conn: &mut Connection, by: &Principal, place: Place, wanted: Wanted) -> Result<Piece> {
    let rows: Vec<Row> = diesel::sql_query(dialect::feed_after(conn))
        .bind::<BigInt, _>(place.txid)
        .bind::<BigInt, _>(place.seq)
        .bind::<BigInt, _>(PIECE)
        .load(conn)?;
    let Some(last) = rows.last() else { return Ok(Piece { place, entries: Vec::new(), more: false }) };
    let end = Place { txid: last.txid, seq: last.seq };
    let more = i64::try_from(rows.len()).is_ok_and(|count| count == PIECE);
    let members = wanted.contact.map(|contact| cluster::all_of(conn, contact)).transpose()?;
    let fits = |row: &&Row| {
        members.as_ref().is_none_or(|members| members.contains(&row.contact_id))
            && wanted.lead.is_none_or(|lead| row.lead_id == Some(lead))
    };
    let places: Vec<_> =
        rows.iter().filter(fits).map(|row| (Place { txid: row.txid, seq: row.seq }, row.entry_id)).collect();
    let ids: Vec<_> = places.iter().map(|(_, id)| *id).collect();
    let mut seen: HashMap<EntryId, TimelineEntry> =
        page::entries_by_id(conn, by, ids)?.into_iter().map(|entry| (entry.id, entry)).collect();
    let entries = places.into_iter().filter_map(|(place, id)| Some((place, seen.remove(&id)?))).collect();
    Ok(Piece { place: end, entries, more })
}

/// How long the feed is kept.
const KEPT_FOR: chrono::TimeDelta = chrono::TimeDelta::days(7);
/// How many rows are forgotten in one write.
const BITE: i64 = 1000;
/// Up to where the feed was forgotten, among the settings.
const FLOOR: &str = "feed_floor";

/// Forgets the oldest rows; the newest always stays, since its number must not be used again.
///
/// # Errors
/// The database is away.
pub fn forget_old(conn: &mut Connection, now: Instant) -> Result<usize> {
    let oldest: Vec<(i64, i64, Instant)> =
        feed::table.order(feed::seq).limit(BITE + 1).select((feed::txid, feed::seq, feed::recorded_at)).load(conn)?;
    let Some((_, kept)) = oldest.split_last() else { return Ok(0) };
    let old: Vec<_> = kept.iter().take_while(|(_, _, at)| *at < now.plus(-KEPT_FOR)).collect();
    let Some((txid, seq, _)) = old.last() else { return Ok(0) };
    settings::put(conn, FLOOR, (*txid, *seq))?;
    Ok(diesel::delete(feed::table.filter(feed::seq.le(*seq))).execute(conn)?)
}

/// Whether what came right behind a place has been forgotten.
///
/// # Errors
/// The database is away.
pub fn is_forgotten(conn: &mut Connection, place: Place) -> Result<bool> {
    let floor: Option<(i64, i64)> = settings::get(conn, FLOOR)?;
    Ok(floor.is_some_and(|(txid, seq)| place < Place { txid, seq }))
}
