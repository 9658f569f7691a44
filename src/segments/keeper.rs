//! Keeps who belongs to each dynamic segment. Every change of a client is in the log of changes, written in the transaction
//! that makes it: the keeper reads the log from its own place and looks anew at whom it names. What time alone changes is
//! found by a sweep. What is found by reading is written only where the keeper's place is still the same, so that several
//! servers, or a sweep and a change, never undo each other: whatever came in between is still ahead in the log.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::model::SegmentKind;
use super::rules::Rules;
use super::settle::{self, Step};
use super::{SegmentId, decide, rfm};
use crate::accounts::Principal;
use crate::app::App;
use crate::contacts::ContactId;
use crate::db::schema::{contacts, merges, segments};
use crate::db::types::{Instant, Json, sql};
use crate::db::{Connection, Db, settings};
use crate::error::Result;
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
    /// The place that is written down, how far was read behind it without a change, and how many rows that were.
    ahead: Option<(Place, Place, usize)>,
}

/// What a look at the log has found.
struct Found {
    rules: Arc<Rules>,
    stored: Option<(i64, i64)>,
    end: Place,
    rows: usize,
    steps: Vec<Step>,
    now: Instant,
    /// Whether the rules have been read anew: what is kept of them elsewhere may have to follow.
    anew: bool,
}

impl Keeper {
    /// Looks at the next piece of the log; says whether there is more.
    ///
    /// # Errors
    /// The database is away.
    pub async fn step(&mut self, db: &Db) -> Result<bool> {
        let (rules, ahead) = (self.rules.clone(), self.ahead);
        let found = db.read(move |conn| look(conn, rules.as_ref(), ahead)).await?;
        self.rules = Some(found.rules.clone());
        let more = i64::try_from(found.rows).unwrap_or(0) >= PIECE;
        let before = self.ahead.map_or(0, |(_, _, rows)| rows);
        let stored = found.stored.map(|(txid, seq)| Place::new(txid, seq));
        if let Some(stored) = stored
            && found.steps.is_empty()
            && !found.anew
            && before + found.rows < UNWRITTEN
        {
            let same = self.ahead.is_some_and(|(known, ..)| known == stored);
            self.ahead = Some((stored, found.end, if same { before + found.rows } else { found.rows }));
            return Ok(more);
        }
        self.ahead = None;
        db.write(move |conn| write(conn, &found)).await?;
        Ok(more)
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
            let rules = self.rules.clone();
            let found = db
                .read(move |conn| {
                    let rules = Rules::load(conn, rules.as_ref())?;
                    let stored = settings::get::<(i64, i64)>(conn, PLACE)?;
                    let now = Instant::now();
                    let known = rules.known.iter().find(|known| known.id == id && known.version == version);
                    let Some(known) = known else { return Ok(None) };
                    let strays = settle::strays(conn, known, now, BITE)?;
                    let mut steps = settle::steps(conn, &rules, &strays, now)?;
                    steps
                        .retain(|step| step.segment == id || rules.by_id().get(&step.segment).is_some_and(|k| k.swept));
                    let (end, rows) = (Place::START, strays.len());
                    Ok(Some(Found { rules, stored, end, rows, steps, now, anew: false }))
                })
                .await?;
            let Some(found) = found else { return Ok(moved) };
            self.rules = Some(found.rules.clone());
            // Whoever was moved meanwhile is no stray any more.
            let (ends, steps) = (found.rows == 0, found.steps.len());
            fruitless = if steps == 0 { fruitless + 1 } else { 0 };
            let kept = db.write(move |conn| write_sweep(conn, id, version, ends, &found)).await?;
            if ends || fruitless > 3 {
                return Ok(moved);
            }
            moved += if kept { steps } else { 0 };
        }
        Ok(moved)
    }
}

/// Reads the next piece of the log and what must change.
fn look(conn: &mut Connection, rules: Option<&Arc<Rules>>, ahead: Option<(Place, Place, usize)>) -> Result<Found> {
    let (now, before) = (Instant::now(), rules);
    let rules = Rules::load(conn, before)?;
    let anew = before.is_none_or(|before| !Arc::ptr_eq(before, &rules));
    let [stored, floor] = settings::get_both::<(i64, i64)>(conn, [PLACE, log::FLOOR])?;
    let nothing = |end, rules| Found { rules, stored, end, rows: 0, steps: Vec::new(), now, anew };
    let Some((txid, seq)) = stored else {
        // The first look ever: a sweep finds everybody who belongs somewhere.
        return Ok(nothing(log::end(conn)?, rules));
    };
    let written = Place::new(txid, seq);
    let from = ahead.filter(|(known, ..)| *known == written).map_or(written, |(_, read, _)| read);
    if let Some(end) = log::forgotten(floor, from) {
        return Ok(Found { stored, ..nothing(end, rules) });
    }
    let rows = log::after(conn, from, PIECE)?;
    if rows.is_empty()
        && let Some(end) = log::lost(conn, from)?
    {
        return Ok(Found { stored, ..nothing(end, rules) });
    }
    let end = rows.last().map_or(from, |row| row.place);
    let steps = if rules.known.is_empty() && rules.broken.is_empty() {
        Vec::new()
    } else {
        let whom = named(conn, &rules, &rows)?;
        settle::steps(conn, &rules, &whom, now)?
    };
    Ok(Found { rows: rows.len(), end, steps, ..nothing(end, rules) })
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

/// The keeper's place. Until the transaction ends nobody else goes on from it.
fn held_place(conn: &mut Connection) -> Result<Option<(i64, i64)>> {
    // In one statement: on PostgreSQL each costs a way there and back.
    let held = diesel::sql_query("UPDATE settings SET updated_at = $1 WHERE key = $2 RETURNING value");
    let held = held.bind::<sql::Instant, _>(Instant::now()).bind::<Text, _>(PLACE);
    let held: Option<Held> = held.get_result(conn).optional()?;
    Ok(held.map(|held| held.value.0))
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = sql::Json)]
    value: Json<(i64, i64)>,
}

/// Writes what a look has found, where nobody else has gone on from the same place meanwhile.
fn write(conn: &mut Connection, found: &Found) -> Result<()> {
    if held_place(conn)? != found.stored {
        return Ok(());
    }
    if found.anew {
        found.rules.mark(conn)?;
        decide::forget_gone(conn, &Principal::system())?;
    }
    settle::take(conn, &found.rules, &found.steps, found.now)?;
    settings::put(conn, PLACE, found.end.parts())
}

/// Writes what a sweep has found; says whether it did.
fn write_sweep(conn: &mut Connection, id: SegmentId, version: i64, ends: bool, found: &Found) -> Result<bool> {
    if held_place(conn)? != found.stored {
        return Ok(false);
    }
    settle::take(conn, &found.rules, &found.steps, found.now)?;
    if ends {
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
