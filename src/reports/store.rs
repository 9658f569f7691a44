//! Saved reports in the database. One that is neither the caller's nor shared with them is as good as absent.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::{Map, Value};

use super::SavedReportId;
use super::model::{NewSavedReport, ReportKind, Row, SavedReport, SavedReportPatch, clashes, zone};
use super::run;
use crate::accounts::audit::{self, Subject};
use crate::accounts::{Principal, Role};
use crate::calendar::period::{Unit, period_of};
use crate::db::Connection;
use crate::db::schema::{saved_report_roles as roles, saved_reports as reports};
use crate::db::types::{Instant, Json};
use crate::error::{Code, Error, Result};
use crate::http::{Cursor, Page, Version, check_version};

const fn subject(id: SavedReportId) -> Subject {
    Subject { entity: "saved_report", id: id.0, contact_id: None }
}

/// Whether the caller may change reports of others: whoever leads may, and programs.
fn leads(by: &Principal) -> bool {
    by.role.is_none_or(|role| matches!(role, Role::Admin | Role::Manager))
}

type Boxed = reports::BoxedQuery<'static, crate::db::MultiBackend>;

/// Those in use that the caller sees.
fn seen(by: &Principal) -> Boxed {
    visible(by).filter(reports::deleted_at.is_null())
}

/// Those in the bin.
fn binned(by: &Principal) -> Boxed {
    visible(by).filter(reports::deleted_at.is_not_null())
}

fn visible(by: &Principal) -> Boxed {
    let mut rows = reports::table.into_boxed();
    // Administrators and programs see all.
    if let Some(role) = by.role.filter(|role| *role != Role::Admin) {
        let shared = roles::table.filter(roles::role.eq(role)).select(roles::report_id);
        let own = reports::owner_id.eq(by.actor.user()).assume_not_null();
        rows = rows.filter(own.or(reports::id.eq_any(shared)));
    }
    rows
}

fn shown(conn: &mut Connection, rows: Vec<Row>) -> Result<Vec<SavedReport>> {
    let ids: Vec<SavedReportId> = rows.iter().map(|row| row.id).collect();
    let found = roles::table.filter(roles::report_id.eq_any(ids)).order((roles::report_id, roles::role));
    let mut with: HashMap<SavedReportId, Vec<Role>> = HashMap::new();
    for (id, role) in found.select((roles::report_id, roles::role)).load::<(SavedReportId, Role)>(conn)? {
        with.entry(id).or_default().push(role);
    }
    Ok(rows
        .into_iter()
        .map(|row| (with.remove(&row.id).unwrap_or_default(), row))
        .map(|(with, row)| row.shared_with(with))
        .collect())
}

/// One report.
///
/// # Errors
/// The caller does not see it.
pub fn find(conn: &mut Connection, by: &Principal, id: SavedReportId) -> Result<SavedReport> {
    of(conn, seen(by), id)
}

/// One of some reports.
fn of(conn: &mut Connection, among: Boxed, id: SavedReportId) -> Result<SavedReport> {
    let row: Row = among.filter(reports::id.eq(id)).select(Row::as_select()).first(conn)?;
    shown(conn, vec![row])?.pop().ok_or_else(Error::not_found)
}

/// Those the caller sees, in use or in the bin, the oldest first.
///
/// # Errors
/// A bad cursor.
pub fn list(
    conn: &mut Connection,
    by: &Principal,
    deleted: bool,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<SavedReport>> {
    let mut rows = if deleted { binned(by) } else { seen(by) };
    if let Some(Cursor(at, id)) = cursor.map(Cursor::<Instant, SavedReportId>::decode).transpose()? {
        rows = rows.filter(reports::created_at.gt(at).or(reports::created_at.eq(at).and(reports::id.gt(id))));
    }
    let rows = rows.order((reports::created_at, reports::id)).limit(limit + 1).select(Row::as_select());
    let page = Page::cut(rows.load::<Row>(conn)?, limit, |row| Cursor(row.created_at, row.id).encode());
    Ok(Page { items: shown(conn, page.items)?, next_cursor: page.next_cursor, total: None })
}

/// When the period ends that `now` lies in.
fn end_of(unit: Option<Unit>, tz: &str, now: Instant) -> Option<Instant> {
    Instant::from_micros(period_of(zone(tz, &mut Vec::new()), unit?, now).end)
}

/// What a scheduled report is asked for the period that ends at `end`: the parameters, and the period's begin.
pub(super) fn of_period(
    kind: ReportKind,
    parameters: &Map<String, Value>,
    (unit, tz): (Unit, &str),
    end: Instant,
) -> (Map<String, Value>, Instant) {
    let within = Instant::from_micros(end.micros() - 1).unwrap_or(end);
    let from = Instant::from_micros(period_of(zone(tz, &mut Vec::new()), unit, within).start).unwrap_or(within);
    let mut asked = parameters.clone();
    let bounds = [("from", from), ("to", end)].into_iter().filter(|_| kind.has_period());
    for (name, at) in bounds.chain([("as_of", end)]) {
        asked.insert(name.to_owned(), at.to_string().into());
    }
    asked.insert("tz".to_owned(), tz.into());
    (asked, from)
}

/// What a report is asked at this moment. A scheduled one is that of the period it is in, as far as it has gone.
#[must_use]
pub fn asked_now(report: &SavedReport) -> Map<String, Value> {
    let mut asked = report.parameters.clone();
    let Some(unit) = report.schedule else { return asked };
    if report.kind.has_period() {
        let begun = period_of(zone(&report.tz, &mut Vec::new()), unit, Instant::now()).start;
        let begun = Instant::from_micros(begun).unwrap_or(Instant::MIN);
        asked.insert("from".to_owned(), begun.to_string().into());
    }
    asked.insert("tz".to_owned(), report.tz.clone().into());
    asked
}

/// Checks that a report can be counted: by counting it, where it has a schedule for the last period that has ended.
fn check(
    conn: &mut Connection,
    by: &Principal,
    kind: ReportKind,
    parameters: &Map<String, Value>,
    schedule: Option<(Unit, &str)>,
) -> Result<()> {
    let counted = match schedule {
        None => run::run(conn, by, kind, parameters),
        Some((unit, tz)) => {
            let begun = period_of(zone(tz, &mut Vec::new()), unit, Instant::now()).start;
            let end = Instant::from_micros(begun).unwrap_or(Instant::MIN);
            run::run(conn, by, kind, &of_period(kind, parameters, (unit, tz), end).0)
        }
    };
    counted.map(drop)
}

/// Checks a report that is to be saved: what is wrong with its parts, and whether it can be counted. Counting takes its time,
/// and others would wait behind it if it were done while writing.
///
/// # Errors
/// Every bad field; parameters by their paths.
pub fn check_new(conn: &mut Connection, by: &Principal, new: &NewSavedReport) -> Result<()> {
    let mut faults = clashes(new.schedule, &new.parameters);
    let tz = new.tz.as_deref().map_or(chrono_tz::Tz::UTC, |tz| zone(tz, &mut faults));
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    check(conn, by, new.kind, &new.parameters, new.schedule.map(|unit| (unit, tz.name())))
}

/// Checks what is to be changed of a report: whether it can still be counted only where what is counted changes, so that a report
/// whose segment or field was deleted can be renamed.
///
/// # Errors
/// As of [`update`].
pub fn check_change(conn: &mut Connection, by: &Principal, id: SavedReportId, patch: &SavedReportPatch) -> Result<()> {
    let (row, _) = changeable(conn, by, seen(by), id)?;
    let after = changed(&row, patch)?;
    let begins = after.schedule.is_some() && after.schedule != row.schedule;
    if patch.parameters.is_none() && !begins {
        return Ok(());
    }
    check(conn, by, after.kind, &after.parameters.0, after.schedule.map(|unit| (unit, after.tz.as_str())))
}

/// A report as a patch makes it.
fn changed(row: &Row, patch: &SavedReportPatch) -> Result<Row> {
    let mut faults = Vec::new();
    let now = Instant::now();
    let mut after = Row { version: row.version + 1, updated_at: now, ..row.clone() };
    if let Some(name) = &patch.name {
        name.trim().clone_into(&mut after.name);
    }
    if let Some(parameters) = &patch.parameters {
        after.parameters = Json(parameters.clone());
    }
    after.schedule = patch.schedule.unwrap_or(after.schedule);
    if let Some(tz) = &patch.tz {
        zone(tz, &mut faults).name().clone_into(&mut after.tz);
    }
    faults.extend(clashes(after.schedule, &after.parameters.0));
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    if after.schedule != row.schedule || after.tz != row.tz {
        after.next_snapshot_at = end_of(after.schedule, &after.tz, now);
    }
    Ok(after)
}

/// Saves a report that was checked.
///
/// # Errors
/// The database refuses.
pub fn insert(conn: &mut Connection, by: &Principal, new: &NewSavedReport) -> Result<SavedReport> {
    let tz = new.tz.as_deref().map_or(chrono_tz::Tz::UTC, |tz| zone(tz, &mut Vec::new()));
    let now = Instant::now();
    let row = Row {
        id: SavedReportId::new(),
        name: new.name.trim().to_owned(),
        kind: new.kind,
        parameters: Json(new.parameters.clone()),
        owner_id: by.actor.user(),
        schedule: new.schedule,
        tz: tz.name().to_owned(),
        next_snapshot_at: end_of(new.schedule, tz.name(), now),
        version: 1,
        created_at: now,
        updated_at: now,
        deleted_at: None,
    };
    diesel::insert_into(reports::table).values(&row).execute(conn)?;
    share(conn, row.id, &new.shared_with)?;
    let made = shown(conn, vec![row])?.pop().ok_or_else(Error::not_found)?;
    audit::record(conn, by, "create", subject(made.id), None::<&SavedReport>, Some(&made))?;
    Ok(made)
}

fn share(conn: &mut Connection, id: SavedReportId, with: &[Role]) -> Result<()> {
    diesel::delete(roles::table.filter(roles::report_id.eq(id))).execute(conn)?;
    for role in Role::ALL.iter().filter(|role| with.contains(role)) {
        diesel::insert_into(roles::table).values((roles::report_id.eq(id), roles::role.eq(*role))).execute(conn)?;
    }
    Ok(())
}

/// The report, one of some, where the caller may change it: their own, or any for whoever leads.
fn changeable(conn: &mut Connection, by: &Principal, among: Boxed, id: SavedReportId) -> Result<(Row, SavedReport)> {
    let before = of(conn, among, id)?;
    let is_own = before.owner_id.is_some() && before.owner_id == by.actor.user();
    if !is_own && !leads(by) {
        return Err(Error::because(Code::Forbidden, "It belongs to somebody else."));
    }
    let row = reports::table.find(id).select(Row::as_select()).first(conn)?;
    Ok((row, before))
}

/// Changes a report, as was checked. Snapshots stay as they were.
///
/// # Errors
/// A bad field; the caller may not change it; it was changed by somebody else.
pub fn update(
    conn: &mut Connection,
    by: &Principal,
    id: SavedReportId,
    expected: Option<Version>,
    patch: &SavedReportPatch,
) -> Result<SavedReport> {
    let (row, before) = changeable(conn, by, seen(by), id)?;
    check_version(expected, row.version)?;
    let after = changed(&row, patch)?;
    diesel::update(&after).set(&after).execute(conn)?;
    if let Some(with) = &patch.shared_with {
        share(conn, id, with)?;
    }
    let after = shown(conn, vec![after])?.pop().ok_or_else(Error::not_found)?;
    audit::record(conn, by, "update", subject(id), Some(&before), Some(&after))?;
    Ok(after)
}

/// Puts a report into the bin; its snapshots are kept.
///
/// # Errors
/// The caller may not; it was changed by somebody else.
pub fn delete(conn: &mut Connection, by: &Principal, id: SavedReportId, expected: Option<Version>) -> Result<()> {
    let (row, before) = changeable(conn, by, seen(by), id)?;
    check_version(expected, row.version)?;
    let now = Instant::now();
    diesel::update(reports::table.find(id))
        .set((
            reports::deleted_at.eq(now),
            reports::updated_at.eq(now),
            reports::next_snapshot_at.eq(None::<Instant>),
            reports::version.eq(row.version + 1),
        ))
        .execute(conn)?;
    audit::record(conn, by, "delete", subject(id), Some(&before), None::<&SavedReport>)
}

/// Takes a report out of the bin, with its snapshots; the next is due at the end of the period that it is in now. One that is
/// not there stays as it is.
///
/// # Errors
/// The caller may not.
pub fn restore(conn: &mut Connection, by: &Principal, id: SavedReportId) -> Result<SavedReport> {
    let there: i64 = seen(by).filter(reports::id.eq(id)).count().get_result(conn)?;
    if there > 0 {
        return find(conn, by, id);
    }
    let (row, before) = changeable(conn, by, binned(by), id)?;
    let now = Instant::now();
    diesel::update(reports::table.find(id))
        .set((
            reports::deleted_at.eq(None::<Instant>),
            reports::updated_at.eq(now),
            reports::next_snapshot_at.eq(end_of(row.schedule, &row.tz, now)),
            reports::version.eq(row.version + 1),
        ))
        .execute(conn)?;
    let after = find(conn, by, id)?;
    audit::record(conn, by, "restore", subject(id), Some(&before), Some(&after))?;
    Ok(after)
}

/// The next report whose snapshot is due.
///
/// # Errors
/// The database is away.
pub fn due(conn: &mut Connection, now: Instant) -> Result<Option<Row>> {
    let due = reports::table.filter(reports::next_snapshot_at.le(now).and(reports::deleted_at.is_null()));
    Ok(due.order((reports::next_snapshot_at, reports::id)).select(Row::as_select()).first(conn).optional()?)
}

/// Notes when the next snapshot is due; says whether the one of `end` still was.
///
/// # Errors
/// The database is away.
pub fn advance(conn: &mut Connection, row: &Row, end: Instant) -> Result<bool> {
    let next = end_of(row.schedule, &row.tz, end);
    let still = reports::table.find(row.id).filter(reports::next_snapshot_at.eq(end));
    Ok(diesel::update(still).set(reports::next_snapshot_at.eq(next)).execute(conn)? == 1)
}
