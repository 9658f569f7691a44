//! Keeps who belongs to each dynamic segment. Every change of a client is in the log of changes, written in the transaction
//! that makes it: the keeper reads the log from its own place and looks anew at whom it names. What time alone changes is
//! found by a sweep. What is found by reading is written only where the keeper's place is still the same, so that several
//! servers, or a sweep and a change, never undo each other: whatever came in between is still ahead in the log.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::model::SegmentKind;
use super::rules::{self, Rules};
use super::settle::{self, Step};
use super::{SegmentId, decide, rfm};
use crate::accounts::Principal;
use crate::app::App;
use crate::contacts::ContactId;
use crate::db::composed::{Sql, Value};
use crate::db::schema::{contacts, merges, segments};
use crate::db::statement::Statement;
use crate::db::types::{Instant, Json, sql};
use crate::db::{Connection, Db, dialect, settings};
use crate::error::{Error, Result};
use crate::sync::log::{self, Logged, Place};
use crate::sync::wake::Wake;

/// Rows of the log that are read together.
const PIECE: i64 = 100;
/// Clients of whom a sweep finds that they are where they do not belong, and who are settled together.
const BITE: i64 = 200;
/// After so many rows without a change the place is written down.
const UNWRITTEN: usize = 2000;
/// How often the log is looked at, and everything is gone through for what time alone has changed.
const LOOK: Duration = Duration::from_secs(1);
const SWEEP: Duration = Duration::from_secs(300);
/// How often the scores of recency, frequency and value are computed.
const SCORE: Duration = Duration::from_secs(3600);
/// The keeper's place in the log, among the settings.
const PLACE: &str = "segments_place";

/// What the keeper remembers between its steps.
#[derive(Debug, Default)]
pub struct Keeper {
    rules: Option<Arc<Rules>>,
    ahead: Option<Ahead>,
}

/// How far was read without a change behind the place that is written down.
#[derive(Debug, Clone, Copy)]
struct Ahead {
    stored: Stored,
    read: Place,
    rows: usize,
}

/// The place that is written down, and since when: a sweep writes it anew, and what was read behind it must be looked at
/// again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stored {
    place: (i64, i64),
    since: Instant,
}

/// What a look at the log, or at a whole segment, has found.
pub struct Found {
    rules: Arc<Rules>,
    stored: Option<Stored>,
    end: Place,
    rows: usize,
    steps: Vec<Step>,
    now: Instant,
    /// Whether the rules have been read anew: what is kept of them elsewhere may have to follow.
    anew: bool,
}

impl Keeper {
    /// Looks at the next piece of the log and keeps what it says; says whether there is more to do.
    ///
    /// # Errors
    /// The database is away.
    pub async fn step(&mut self, db: &Db) -> Result<bool> {
        let found = self.look(db).await?;
        self.keep(db, found).await
    }

    /// Reads the next piece of the log, and what must change.
    ///
    /// # Errors
    /// The database is away.
    pub async fn look(&mut self, db: &Db) -> Result<Found> {
        let (rules, ahead) = (self.rules.clone(), self.ahead);
        let found = db.read(move |conn| look(conn, rules.as_ref(), ahead)).await?;
        self.rules = Some(found.rules.clone());
        Ok(found)
    }

    /// Writes what a look has found, where nobody else has written since; says whether there is more to do.
    ///
    /// # Errors
    /// The database is away.
    pub async fn keep(&mut self, db: &Db, found: Found) -> Result<bool> {
        let more = i64::try_from(found.rows).unwrap_or(0) >= PIECE;
        if let Some(stored) = found.stored.filter(|_| found.steps.is_empty() && !found.anew) {
            let before = self.ahead.filter(|ahead| ahead.stored == stored).map_or(0, |ahead| ahead.rows);
            let rows = before + found.rows;
            if rows < UNWRITTEN {
                self.ahead = Some(Ahead { stored, read: found.end, rows });
                return Ok(more);
            }
        }
        self.ahead = None;
        let written = db.write(move |conn| write(conn, &found)).await?;
        Ok(more || !written)
    }

    /// Goes through every dynamic segment, or only those whose rules are new, for clients who are where they do not belong.
    /// Says how many were moved.
    ///
    /// # Errors
    /// The database is away.
    pub async fn sweep(&mut self, db: &Db, only_new: bool) -> Result<usize> {
        let before = self.rules.clone();
        let rules = db.read(move |conn| Rules::load(conn, before.as_ref())).await?;
        self.rules = Some(rules.clone());
        let mut moved = 0;
        for known in rules.known.iter().filter(|known| !(only_new && known.swept)) {
            moved += self.sweep_one(db, known.id, known.version).await?;
        }
        Ok(moved)
    }

    async fn sweep_one(&mut self, db: &Db, id: SegmentId, version: i64) -> Result<usize> {
        // Each bite settles whom it finds; where facts come faster than that the next sweep goes on.
        const MOST_BITES: usize = 100_000;
        let (mut moved, mut fruitless) = (0, 0);
        for _ in 0..MOST_BITES {
            let Some(found) = self.bite(db, id, version).await? else { return Ok(moved) };
            // Whoever was moved meanwhile is no stray any more.
            let (ends, steps) = (found.rows == 0, found.steps.len());
            fruitless = if steps == 0 { fruitless + 1 } else { 0 };
            let kept = self.settle(db, id, version, found).await?;
            if ends || fruitless > 3 {
                return Ok(moved);
            }
            moved += if kept { steps } else { 0 };
        }
        Ok(moved)
    }

    /// Reads whom a segment has or lacks wrongly, up to so many, and what must change for them; nothing where its rule is
    /// another one by now.
    ///
    /// # Errors
    /// The database is away.
    pub async fn bite(&mut self, db: &Db, id: SegmentId, version: i64) -> Result<Option<Found>> {
        let rules = self.rules.clone();
        let found = db.read(move |conn| bite(conn, rules.as_ref(), id, version)).await?;
        self.rules = found.as_ref().map(|found| found.rules.clone()).or_else(|| self.rules.take());
        Ok(found)
    }

    /// Writes what a bite has found, where nobody else has written since; says whether it did.
    ///
    /// # Errors
    /// The database is away.
    pub async fn settle(&self, db: &Db, id: SegmentId, version: i64, found: Found) -> Result<bool> {
        db.write(move |conn| write_sweep(conn, id, version, &found)).await
    }
}

/// What a look begins with.
struct Standing {
    stamp: String,
    stored: Option<Stored>,
    floor: Option<(i64, i64)>,
}

/// In one question: on PostgreSQL each costs a way there and back.
fn standing(conn: &mut Connection) -> Result<Standing> {
    type Pair = Json<(i64, i64)>;
    type Columns = (Text, Nullable<sql::Json>, Nullable<sql::Instant>, Nullable<sql::Json>);
    let setting = |sql: Sql, column, name: &str| {
        let one = sql.and_text(", (SELECT ").and_text(column).and_text(" FROM settings WHERE key = ");
        one.bind(Value::Text(name.to_owned())).and_text(")")
    };
    let whole = setting(Sql::text("SELECT ").and_text(rules::STAMP), "value", PLACE);
    let whole = setting(setting(whole, "updated_at", PLACE), "value", log::FLOOR);
    let (stamp, place, since, floor): (String, Option<Pair>, Option<Instant>, Option<Pair>) =
        Statement::<Columns>::new(whole).get_result(conn)?;
    let stored = place.zip(since).map(|(Json(place), since)| Stored { place, since });
    Ok(Standing { stamp, stored, floor: floor.map(|floor| floor.0) })
}

/// Reads the next piece of the log and what must change.
fn look(conn: &mut Connection, before: Option<&Arc<Rules>>, ahead: Option<Ahead>) -> Result<Found> {
    let now = Instant::now();
    let Standing { stamp, stored, floor } = standing(conn)?;
    let rules = Rules::stamped(conn, before, stamp.clone())?;
    let anew = before.is_none_or(|before| !Arc::ptr_eq(before, &rules));
    let nothing = |end, rules| Found { rules, stored, end, rows: 0, steps: Vec::new(), now, anew };
    let Some(at) = stored else {
        // The first look ever: a sweep finds everybody who belongs somewhere.
        return Ok(nothing(log::end(conn)?, rules));
    };
    let from = ahead.filter(|ahead| ahead.stored == at).map_or(Place::new(at.place.0, at.place.1), |ahead| ahead.read);
    if let Some(end) = log::forgotten(floor, from) {
        return Ok(nothing(end, rules));
    }
    let rows = log::after(conn, from, PIECE)?;
    if rows.is_empty()
        && let Some(end) = log::lost(conn, from)?
    {
        return Ok(nothing(end, rules));
    }
    // A rule that names a company can be read as long as it is there.
    let renewed = rows.iter().any(|row| matches!(row.kind.as_str(), "company.deleted" | "company.restored"));
    let (rules, anew) = if renewed { (Rules::stamped(conn, None, stamp)?, true) } else { (rules, anew) };
    let end = rows.last().map_or(from, |row| row.place);
    let steps = if rules.known.is_empty() && rules.broken.is_empty() {
        Vec::new()
    } else {
        let whom = named(conn, &rules, &rows)?;
        steps(conn, &rules, whom, now)?
    };
    Ok(Found { rows: rows.len(), steps, anew, ..nothing(end, rules) })
}

/// Reads whom a segment has or lacks wrongly.
fn bite(conn: &mut Connection, rules: Option<&Arc<Rules>>, id: SegmentId, version: i64) -> Result<Option<Found>> {
    let rules = Rules::load(conn, rules)?;
    let stored = standing(conn)?.stored;
    let now = Instant::now();
    let known = rules.known.iter().find(|known| known.id == id && known.version == version);
    let Some(known) = known else { return Ok(None) };
    let strays = settle::strays(conn, known, now, BITE)?;
    let mut steps = settle::steps(conn, &rules, &strays, now)?;
    steps.retain(|step| step.segment == id || rules.by_id().get(&step.segment).is_some_and(|known| known.swept));
    Ok(Some(Found { rows: strays.len(), end: Place::START, anew: false, rules, stored, steps, now }))
}

/// What must change for these contacts. They may be all who work for a large company: what is known of them is not held in
/// memory at once.
fn steps(conn: &mut Connection, rules: &Rules, whom: BTreeSet<ContactId>, now: Instant) -> Result<Vec<Step>> {
    const TOGETHER: usize = 1000;
    let whom: Vec<_> = whom.into_iter().collect();
    let mut found = BTreeSet::new();
    for some in whom.chunks(TOGETHER) {
        // Families that are spread over pieces are found in each.
        found.extend(settle::steps(conn, rules, &some.iter().copied().collect(), now)?);
    }
    Ok(found.into_iter().collect())
}

/// Whom the rows are about.
fn named(conn: &mut Connection, rules: &Rules, rows: &[Logged]) -> Result<BTreeSet<ContactId>> {
    let mut whom = BTreeSet::new();
    for row in rows {
        match row.kind.as_str() {
            // A note of what another row tells, or of the keeper's own doing.
            "change" => {}
            "segment.entered" | "segment.left" if rules.by_id().contains_key(&SegmentId(row.record_id)) => {}
            "contact.unmerged" => {
                let id = ContactId(row.record_id);
                whom.insert(id);
                let from = merges::table.filter(merges::loser_id.eq(id)).select(merges::survivor_id);
                whom.extend(from.load::<ContactId>(conn)?);
            }
            kind if kind.starts_with("contact.") => drop(whom.insert(ContactId(row.record_id))),
            kind if kind.starts_with("company.") => {
                let people = contacts::table.filter(contacts::company_id.eq(row.record_id)).select(contacts::id);
                whom.extend(people.load::<ContactId>(conn)?);
            }
            _ => whom.extend(row.contact_id),
        }
    }
    Ok(whom)
}

/// Moves the keeper's place, unless somebody else has gone on from it meanwhile: says whether it did. Until the transaction
/// ends nobody else does.
fn moved(conn: &mut Connection, from: Option<Stored>, to: (i64, i64)) -> Result<bool> {
    let text = |place: &(i64, i64)| serde_json::to_string(place).map_err(Error::internal);
    match from {
        Some(from) => {
            let moved = dialect::exchange(PLACE, text(&from.place)?, from.since, text(&to)?);
            Ok(Statement::<()>::new(moved).execute(conn)? == 1)
        }
        None if settings::get::<(i64, i64)>(conn, PLACE)?.is_some() => Ok(false),
        None => settings::put(conn, PLACE, to).map(|()| true),
    }
}

/// Writes what a look has found; says whether it did.
fn write(conn: &mut Connection, found: &Found) -> Result<bool> {
    if !moved(conn, found.stored, found.end.parts())? {
        return Ok(false);
    }
    if found.anew {
        found.rules.mark(conn)?;
        decide::forget_gone(conn, &Principal::system())?;
    }
    settle::take(conn, &found.rules, &found.steps, found.now)?;
    Ok(true)
}

/// Writes what a bite has found; says whether it did. The place stays, but is written anew: whoever has read on behind it
/// looks again.
fn write_sweep(conn: &mut Connection, id: SegmentId, version: i64, found: &Found) -> Result<bool> {
    let same = match found.stored {
        Some(stored) => moved(conn, Some(stored), stored.place)?,
        None => settings::get::<(i64, i64)>(conn, PLACE)?.is_none(),
    };
    if !same {
        return Ok(false);
    }
    settle::take(conn, &found.rules, &found.steps, found.now)?;
    if found.rows == 0 {
        let same = segments::table.find(id).filter(segments::version.eq(version));
        diesel::update(same.filter(segments::kind.eq(SegmentKind::Dynamic)))
            .set(segments::swept_at.eq(found.now))
            .execute(conn)?;
    }
    Ok(true)
}

/// Finds the members of segments whose rules are new, for whoever has just made one; what takes longer than two seconds is left
/// to the keeper.
pub async fn fill_new(db: &Db) {
    const PATIENCE: Duration = Duration::from_secs(2);
    let mut keeper = Keeper::default();
    if let Ok(Err(error)) = tokio::time::timeout(PATIENCE, keeper.sweep(db, true)).await {
        tracing::warn!(%error, cause = error.cause.as_deref(), "a new segment is filled later");
    }
}

/// Keeps for ever.
pub async fn run(app: Data<App>) {
    let mut wake = Wake::new(&app.db, app.streams.closing());
    let mut keeper = Keeper::default();
    let mut sweep_at = tokio::time::Instant::now() + LOOK;
    let mut score_at = sweep_at;
    while !wake.is_closing() {
        let due = tokio::time::Instant::now() >= sweep_at;
        if tokio::time::Instant::now() >= score_at {
            let next = rfm::refresh_when_old(&app.db, SCORE).await.unwrap_or_else(|error| {
                tracing::warn!(%error, cause = error.cause.as_deref(), "scores wait");
                SCORE
            });
            score_at = tokio::time::Instant::now() + next;
        }
        let done = round(&app, &mut keeper, due).await;
        if due {
            sweep_at = tokio::time::Instant::now() + SWEEP;
        }
        match done {
            Ok(true) => {}
            Ok(false) => wake.wait(tokio::time::Instant::now() + LOOK).await,
            Err(error) => {
                tracing::warn!(%error, cause = error.cause.as_deref(), "segments wait");
                wake.wait(tokio::time::Instant::now() + LOOK).await;
            }
        }
    }
}

async fn round(app: &App, keeper: &mut Keeper, sweep: bool) -> Result<bool> {
    if keeper.step(&app.db).await? {
        return Ok(true);
    }
    let new = keeper.rules.as_ref().is_some_and(|rules| rules.known.iter().any(|known| !known.swept));
    if sweep || new {
        keeper.sweep(&app.db, !sweep).await?;
    }
    Ok(false)
}

/// Does all there is to do, as of now: for tests and measurements.
///
/// # Errors
/// The database is away.
pub async fn catch_up(db: &Db, keeper: &mut Keeper) -> Result<()> {
    while keeper.step(db).await? {}
    keeper.sweep(db, true).await?;
    Ok(())
}
