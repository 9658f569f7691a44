//! The log of every change, written by triggers in the transaction that makes the change, and read in an order that has no
//! gaps: on PostgreSQL by transaction, and only those behind which no transaction is still running; on SQLite in the order
//! of writing, which is that of the commits.

use std::fmt;
use std::str::FromStr;

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::contacts::ContactId;
use crate::db::schema::feed;
use crate::db::statement::Statement;
use crate::db::types::{Guid, Instant, sql};
use crate::db::{Connection, dialect, life, settings};
use crate::error::{Code, Error, Result};
use crate::pipelines::LeadId;

/// A place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub(super) txid: i64,
    pub(super) seq: i64,
}

impl Place {
    /// The place of a row.
    #[must_use]
    pub const fn new(txid: i64, seq: i64) -> Self {
        Self { txid, seq }
    }

    /// Its parts, to be kept.
    #[must_use]
    pub const fn parts(self) -> (i64, i64) {
        (self.txid, self.seq)
    }

    /// Before everything.
    pub const START: Self = Self { txid: 0, seq: 0 };
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

/// A place as others remember it: it stands in one life of the database, and in no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bookmark {
    /// Where.
    pub place: Place,
    /// In which [`life`].
    pub life: i64,
}

impl fmt::Display for Bookmark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.place, self.life)
    }
}

impl FromStr for Bookmark {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (place, life) = text.trim().rsplit_once('-').ok_or(())?;
        Ok(Self { place: place.parse()?, life: life.parse().map_err(drop)? })
    }
}

/// A row of the log.
#[derive(Debug, Clone)]
pub struct Logged {
    /// Where it stands.
    pub place: Place,
    /// The type of a new timeline entry, or the name of a change, such as `contact.updated`.
    pub kind: String,
    /// The record; of a stage move its timeline entry.
    pub record_id: Guid,
    /// Whose it is, where it is not a contact or company itself.
    pub contact_id: Option<ContactId>,
    /// The lead it is about.
    pub lead_id: Option<LeadId>,
    /// When it happened.
    pub at: Instant,
}

#[derive(QueryableByName)]
struct End {
    #[diesel(sql_type = BigInt)]
    txid: i64,
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// The present end of the log.
///
/// # Errors
/// The database is away.
pub fn end(conn: &mut Connection) -> Result<Place> {
    let end: End = diesel::sql_query(dialect::feed_end(conn)).get_result(conn)?;
    Ok(Place { txid: end.txid, seq: end.seq })
}

/// Up to `count` rows behind a place.
///
/// # Errors
/// The database is away.
pub fn after(conn: &mut Connection, place: Place, count: i64) -> Result<Vec<Logged>> {
    type Columns = (BigInt, BigInt, Text, sql::Guid, Nullable<sql::Guid>, Nullable<sql::Guid>, sql::Instant);
    type Row = (i64, i64, String, Guid, Option<ContactId>, Option<LeadId>, Instant);
    let rows: Vec<Row> = Statement::<Columns>::new(dialect::feed_after(place.parts(), count)).load(conn)?;
    let logged = rows.into_iter().map(|(txid, seq, kind, record_id, contact_id, lead_id, at)| Logged {
        place: Place { txid, seq },
        kind,
        record_id,
        contact_id,
        lead_id,
        at,
    });
    Ok(logged.collect())
}

/// How many rows are forgotten in one write.
const BITE: i64 = 1000;
/// Up to where the log was forgotten, among the settings.
pub const FLOOR: &str = "feed_floor";

/// Forgets the oldest rows; the newest always stays, since its number must not be used again.
///
/// # Errors
/// The database is away.
pub fn forget_old(conn: &mut Connection, now: Instant, kept_for: TimeDelta) -> Result<usize> {
    let oldest: Vec<(i64, i64, Instant)> =
        feed::table.order(feed::seq).limit(BITE + 1).select((feed::txid, feed::seq, feed::recorded_at)).load(conn)?;
    let Some((_, kept)) = oldest.split_last() else { return Ok(0) };
    let old: Vec<_> = kept.iter().take_while(|(_, _, at)| *at < now.plus(-kept_for)).collect();
    let Some((_, last, _)) = old.last() else { return Ok(0) };
    // Numbers are given out before transactions: a lower one may belong to a later transaction.
    let highest = old.iter().map(|(txid, seq, _)| (*txid, *seq)).max().unwrap_or_default();
    let floor = settings::get::<(i64, i64)>(conn, FLOOR)?.unwrap_or_default().max(highest);
    settings::put(conn, FLOOR, floor)?;
    Ok(diesel::delete(feed::table.filter(feed::seq.le(*last))).execute(conn)?)
}

/// Where to go on from a place behind which something is missing: from the oldest that is kept, or, where the place is none
/// of this database, from the end. `None` where nothing is missing.
///
/// # Errors
/// The database is away.
pub fn lost(conn: &mut Connection, place: Place) -> Result<Option<Place>> {
    if let Some(floor) = forgotten(settings::get(conn, FLOOR)?, place) {
        return Ok(Some(floor));
    }
    let end = end(conn)?;
    Ok((place > end).then_some(end))
}

/// The oldest place that is kept, where rows behind this one were forgotten: what is under [`FLOOR`] says so.
#[must_use]
pub fn forgotten(floor: Option<(i64, i64)>, place: Place) -> Option<Place> {
    floor.map(|(txid, seq)| Place { txid, seq }).filter(|floor| place < *floor)
}

/// The place of a bookmark; one behind which something is missing is refused.
///
/// # Errors
/// [`Code::CursorExpired`].
pub fn find(conn: &mut Connection, bookmark: Bookmark) -> Result<Bookmark> {
    if life::id(conn)? == bookmark.life && lost(conn, bookmark.place)?.is_none() {
        return Ok(bookmark);
    }
    Err(Error::because(
        Code::CursorExpired,
        "What came after this cursor is not kept any more. Take a snapshot (GET /api/v1/changes/snapshot) and go on from \
         its changes_after.",
    ))
}
