//! What a report counted at the end of a period: kept as it was, however the facts change later. Facts are those before
//! the period's end that were known when it was taken, as the report's owner sees them.

use std::collections::BTreeSet;
use std::time::Duration;

use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::model::{ReportKind, Row};
use super::run::run as count;
use super::{SavedReportId, store};
use crate::accounts::authenticate::person;
use crate::accounts::{Principal, Scope, UserId};
use crate::db::schema::report_snapshots as snapshots;
use crate::db::types::{Instant, Json};
use crate::db::{Both, Connection, Db, snapshot};
use crate::error::{Code, Error, Result};
use crate::http::{Cursor, Page};

crate::id! {
    /// A snapshot's id.
    SnapshotId
}

/// A snapshot of a report.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = snapshots)]
#[schema(as = ReportSnapshot)]
pub struct Snapshot {
    pub id: SnapshotId,
    pub report_id: SavedReportId,
    /// The period's begin; `null` where somebody asked for it between two ends.
    pub period_from: Option<Instant>,
    /// The period's end, up to which facts count.
    pub period_to: Option<Instant>,
    pub taken_at: Instant,
    /// The report's name at that time.
    pub name: String,
    pub kind: ReportKind,
    /// The parameters it was counted with.
    #[schema(value_type = Object)]
    pub parameters: Json<Map<String, Value>>,
    /// The report, as its endpoint answers; `null` where it could not be counted.
    #[schema(value_type = Option<Object>)]
    pub body: Option<Json<Value>>,
    /// Why it could not be counted.
    pub problem: Option<String>,
    /// The owners whose records were counted, besides those without; all where absent. Who sees fewer does not see it.
    #[serde(skip)]
    #[schema(ignore)]
    seen_owners: Option<Json<BTreeSet<UserId>>>,
}

/// The owners whose records somebody sees.
fn sight(scope: &Scope) -> Option<Json<BTreeSet<UserId>>> {
    scope.owners().map(|owners| Json(owners.into_iter().collect()))
}

impl Snapshot {
    /// Whether somebody sees all that was counted.
    fn is_open_to(&self, by: &Principal) -> bool {
        match (by.scope.owners(), &self.seen_owners) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(_), Some(Json(counted))) => counted.iter().all(|owner| by.scope.sees(Some(*owner))),
        }
    }
}

/// Takes snapshots for ever, each soon after its period has ended.
pub async fn run(db: Db) {
    loop {
        let wait = match step(&db, Instant::now()).await {
            Ok(true) => Duration::from_millis(100),
            Ok(false) => Duration::from_secs(30),
            Err(error) => {
                tracing::warn!(%error, cause = error.cause.as_deref(), "taking a snapshot failed");
                Duration::from_secs(60)
            }
        };
        tokio::time::sleep(wait).await;
    }
}

/// Takes the next snapshot that is due at `now`; says whether there was one. Counting is reading; only what was counted is
/// written.
///
/// # Errors
/// The database is away.
pub async fn step(db: &Db, now: Instant) -> Result<bool> {
    let counted = db.read(move |conn| {
        snapshot(conn, |conn| {
            let Some(row) = store::due(conn, now)? else { return Ok(None) };
            let Some((end, unit)) = row.next_snapshot_at.zip(row.schedule) else { return Ok(None) };
            let (parameters, from) = store::of_period(row.kind, &row.parameters.0, (unit, &row.tz), end);
            let taken = taken(conn, &row, row.owner_id, parameters, Some((from, end)))?;
            Ok(Some((row, end, taken)))
        })
    });
    let Some((row, end, taken)) = counted.await? else { return Ok(false) };
    db.write(move |conn| {
        if store::advance(conn, &row, end)? {
            Both(diesel::insert_into(snapshots::table).values(&taken).on_conflict_do_nothing()).execute(conn)?;
        }
        Ok(true)
    })
    .await
}

/// Counts a report as its owner sees it; a report that can no longer be counted says why.
fn taken(
    conn: &mut Connection,
    row: &Row,
    owner: Option<UserId>,
    parameters: Map<String, Value>,
    period: Option<(Instant, Instant)>,
) -> Result<Snapshot> {
    let by = match owner {
        Some(owner) => person(conn, owner)?,
        None => Some(Principal::system()),
    };
    let seen_owners = by.as_ref().and_then(|by| sight(&by.scope));
    let (body, problem) = match by.map(|by| count(conn, &by, row.kind, &parameters)) {
        None => (None, Some("its owner no longer works here".to_owned())),
        Some(Ok(body)) => (Some(Json(body)), None),
        Some(Err(error)) if error.code.status() < 500 => {
            let faults: Vec<_> =
                error.errors.iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect();
            (None, Some(if faults.is_empty() { error.to_string() } else { faults.join("; ") }))
        }
        // Its time ran out, or it has a fault of ours: the others must not wait for it. What the database refuses for a while
        // is tried again.
        Some(Err(error)) if is_ours(&error) => {
            tracing::error!(%error, cause = error.cause.as_deref(), report = %row.id, "a report could not be counted");
            (None, Some("it could not be counted".to_owned()))
        }
        Some(Err(error)) => return Err(error),
    };
    Ok(Snapshot {
        id: SnapshotId::new(),
        report_id: row.id,
        period_from: period.map(|(from, _)| from),
        period_to: period.map(|(_, to)| to),
        taken_at: Instant::now(),
        name: row.name.clone(),
        kind: row.kind,
        parameters: Json(parameters),
        body,
        problem,
        seen_owners,
    })
}

/// Whether counting will fail again: it takes longer than the database lets it, or there is a fault of ours.
fn is_ours(error: &Error) -> bool {
    let too_long = error.cause.as_ref().is_some_and(|cause| cause.contains("statement timeout"));
    too_long || error.code == Code::Internal
}

/// What the report says now, as the caller sees it.
///
/// # Errors
/// The caller does not see the report; it can no longer be counted.
pub fn counted(conn: &mut Connection, by: &Principal, id: SavedReportId) -> Result<Snapshot> {
    let report = store::find(conn, by, id)?;
    let mut parameters = store::asked_now(&report);
    let now = Instant::now();
    parameters.entry("as_of").or_insert_with(|| now.to_string().into());
    let body = count(conn, by, report.kind, &parameters)?;
    Ok(Snapshot {
        id: SnapshotId::new(),
        report_id: report.id,
        period_from: None,
        period_to: None,
        taken_at: now,
        name: report.name,
        kind: report.kind,
        parameters: Json(parameters),
        body: Some(Json(body)),
        problem: None,
        seen_owners: sight(&by.scope),
    })
}

/// Keeps a snapshot.
///
/// # Errors
/// The database is away.
pub fn keep(conn: &mut Connection, snapshot: &Snapshot) -> Result<()> {
    diesel::insert_into(snapshots::table).values(snapshot).execute(conn)?;
    Ok(())
}

/// A snapshot of a report that the caller sees, counted over nothing that they do not see.
///
/// # Errors
/// [`Code::NotFound`].
pub fn find(conn: &mut Connection, by: &Principal, id: SnapshotId) -> Result<Snapshot> {
    let found: Snapshot = snapshots::table.find(id).select(Snapshot::as_select()).first(conn)?;
    store::find(conn, by, found.report_id).map_err(|_| Error::new(Code::NotFound))?;
    if found.is_open_to(by) { Ok(found) } else { Err(Error::new(Code::NotFound)) }
}

/// The snapshots of a report that were counted over nothing that the caller does not see, the newest first.
///
/// # Errors
/// The caller does not see the report.
pub fn list(
    conn: &mut Connection,
    by: &Principal,
    report: SavedReportId,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<Snapshot>> {
    store::find(conn, by, report)?;
    let mut rows = snapshots::table.filter(snapshots::report_id.eq(report)).into_boxed::<crate::db::MultiBackend>();
    if let Some(Cursor(at, id)) = cursor.map(Cursor::<Instant, SnapshotId>::decode).transpose()? {
        rows = rows.filter(snapshots::taken_at.lt(at).or(snapshots::taken_at.eq(at).and(snapshots::id.lt(id))));
    }
    let rows = rows.order((snapshots::taken_at.desc(), snapshots::id.desc())).limit(limit + 1);
    let rows: Vec<Snapshot> = rows.select(Snapshot::as_select()).load(conn)?;
    let mut page = Page::cut(rows, limit, |row| Cursor(row.taken_at, row.id).encode());
    page.items.retain(|snapshot| snapshot.is_open_to(by));
    Ok(page)
}
