//! Segments in the database.

use diesel::prelude::*;
use serde_json::Value;

use super::SegmentId;
use super::catalogue::{Catalogue, KnownSegment};
use super::model::{NewSegment, Segment, SegmentChange, SegmentKind, Stored};
use super::parse::parse;
use super::rule::Rule;
use super::{dependents, facts, groups, sizes};
use crate::accounts::Principal;
use crate::accounts::audit::{self, Subject};
use crate::db::conditions::{Beyond, Direction};
use crate::db::dialect::take_turns_at_rules;
use crate::db::schema::segments;
use crate::db::types::{Instant, Json};
use crate::db::{Connection, MultiBackend};
use crate::error::{Code, Error, OnUnique, Result};
use crate::http::{Cursor, Page, Version, check_version};

const NAME_TAKEN: &str = "Another segment has this name.";
/// More would make reading all rules at once slow.
const MOST_SEGMENTS: i64 = 1000;

pub(super) const fn subject(id: SegmentId) -> Subject {
    Subject { entity: "segment", id: id.0, contact_id: None }
}

/// All that rules may name, other segments included, and the companies that `rule` names.
///
/// # Errors
/// The database is away.
pub fn catalogue(conn: &mut Connection, rules: &[&Value]) -> Result<Catalogue> {
    type Row = (SegmentId, String, SegmentKind, Option<Json<Value>>);
    let mut catalogue = Catalogue::load(conn)?;
    let in_use = segments::table.filter(segments::deleted_at.is_null());
    let rows: Vec<Row> = in_use.select((segments::id, segments::name, segments::kind, segments::rule)).load(conn)?;
    let mut all: Vec<Value> = rules.iter().map(|rule| (*rule).clone()).collect();
    for (id, name, kind, rule) in rows {
        let rule = rule.filter(|_| kind == SegmentKind::Dynamic).map(|Json(rule)| rule);
        all.extend(rule.clone());
        catalogue.segments.insert(id, KnownSegment { name, rule });
    }
    catalogue.load_companies(conn, &Value::Array(all))?;
    Ok(catalogue)
}

/// The rule of a request.
///
/// # Errors
/// Every fault, with its place.
pub fn read_rule(conn: &mut Connection, rule: &Value, own: Option<SegmentId>) -> Result<(Rule, Catalogue)> {
    let catalogue = catalogue(conn, &[rule])?;
    let read = parse(rule, &catalogue, own).map_err(Error::invalid)?;
    groups::check(conn, rule)?;
    Ok((read, catalogue))
}

/// The rule of a segment that is in use.
///
/// # Errors
/// Not found; [`Code::SegmentBroken`] where it cannot be read any more.
pub fn rule_of(conn: &mut Connection, stored: &Stored) -> Result<Option<Rule>> {
    let Some(Json(rule)) = stored.rule.as_ref().filter(|_| stored.kind == SegmentKind::Dynamic) else {
        return Ok(None);
    };
    let catalogue = catalogue(conn, &[rule])?;
    parse(rule, &catalogue, Some(stored.id)).map(Some).map_err(|faults| {
        let told: Vec<_> = faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect();
        Error::because(Code::SegmentBroken, format!("The rule cannot be read any more: {}.", told.join("; ")))
    })
}

/// A segment in use.
///
/// # Errors
/// Not found.
pub fn find(conn: &mut Connection, id: SegmentId) -> Result<Stored> {
    let in_use = segments::table.find(id).filter(segments::deleted_at.is_null());
    Ok(in_use.select(Stored::as_select()).first(conn)?)
}

/// A page of the segments, newest first: of those in use, or of those in the bin.
///
/// # Errors
/// A bad cursor.
pub fn page(
    conn: &mut Connection,
    by: &Principal,
    (kind, deleted): (Option<SegmentKind>, bool),
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<Segment>> {
    let mut rows = segments::table.select(Stored::as_select()).into_boxed::<MultiBackend>();
    rows = if deleted {
        rows.filter(segments::deleted_at.is_not_null())
    } else {
        rows.filter(segments::deleted_at.is_null())
    };
    if let Some(kind) = kind {
        rows = rows.filter(segments::kind.eq(kind));
    }
    if let Some(cursor) = cursor {
        let Cursor(at, id) = Cursor::<Instant, SegmentId>::decode(cursor)?;
        rows = rows.filter(Beyond::new("segments.created_at, segments.id", Direction::Descending, at, id.0));
    }
    let order = (segments::created_at.desc(), segments::id.desc());
    let rows: Vec<Stored> = rows.order(order).limit(limit + 1).load(conn)?;
    // Those in the bin, and snapshots, may name companies that no rule in use does.
    let rules: Vec<&Value> = rows.iter().filter_map(|row| row.rule.as_ref()).map(|Json(rule)| rule).collect();
    let catalogue = catalogue(conn, &rules)?;
    let shown = rows.into_iter().map(|row| Segment::show(row, &catalogue)).collect();
    let mut page = Page::cut(shown, limit, |last: &Segment| Cursor(last.created_at, last.id).encode());
    sizes::fill(conn, by, &mut page.items, sizes::OF_A_LIST)?;
    Ok(page)
}

/// A segment as it is shown.
///
/// # Errors
/// The database is away.
pub fn show(conn: &mut Connection, by: &Principal, stored: Stored) -> Result<Segment> {
    let rule: Vec<&Value> = stored.rule.iter().map(|Json(rule)| rule).collect();
    let catalogue = catalogue(conn, &rule)?;
    let mut shown = Segment::show(stored, &catalogue);
    sizes::fill(conn, by, std::slice::from_mut(&mut shown), sizes::OF_ONE)?;
    Ok(shown)
}

/// Makes a segment.
///
/// # Errors
/// A bad rule; the name is taken; there are too many.
pub fn insert(conn: &mut Connection, by: &Principal, new: &NewSegment) -> Result<Segment> {
    if let Some(rule) = &new.rule {
        // Nobody changes what it asks for meanwhile.
        take_turns_at_rules(conn)?;
        facts::may_ask(by, &read_rule(conn, rule, None)?.0)?;
    }
    let kind = if new.rule.is_some() { SegmentKind::Dynamic } else { SegmentKind::Static };
    let stored = make(conn, by, &new.name, kind, new.rule.clone(), new.description.clone())?;
    show(conn, by, stored)
}

/// Whether one more fits.
///
/// # Errors
/// [`Code::Conflict`] where it does not.
pub(super) fn check_number(conn: &mut Connection) -> Result<()> {
    let count: i64 = segments::table.filter(segments::deleted_at.is_null()).count().get_result(conn)?;
    if count >= MOST_SEGMENTS {
        return Err(Error::because(Code::Conflict, "There are 1000 segments: delete one first."));
    }
    Ok(())
}

/// Puts a new segment into the database.
///
/// # Errors
/// The name is taken; there are too many.
pub(super) fn make(
    conn: &mut Connection,
    by: &Principal,
    name: &str,
    kind: SegmentKind,
    rule: Option<Value>,
    description: Option<String>,
) -> Result<Stored> {
    check_number(conn)?;
    let now = Instant::now();
    let stored = Stored {
        id: SegmentId::new(),
        name: name.trim().to_owned(),
        description: description.filter(|text| !text.trim().is_empty()),
        kind,
        rule: rule.map(Json),
        version: 1,
        created_by: by.actor.user(),
        created_by_key: by.actor.key(),
        created_at: now,
        updated_at: now,
        deleted_at: None,
    };
    diesel::insert_into(segments::table)
        .values((&stored, segments::members.eq(0_i64)))
        .execute(conn)
        .on_unique(Code::AlreadyExists, NAME_TAKEN)?;
    audit::record(conn, by, "create", subject(stored.id), None::<&Stored>, Some(&stored))?;
    Ok(stored)
}

/// Changes a segment.
///
/// # Errors
/// Not found, another version, a bad rule or one that would break others, the name is taken.
pub fn update(
    conn: &mut Connection,
    by: &Principal,
    id: SegmentId,
    expected: Option<Version>,
    change: &SegmentChange,
) -> Result<Segment> {
    if change.rule.is_some() {
        // Two changes at once could each be right alone and make a circle together.
        take_turns_at_rules(conn)?;
    }
    let before = find(conn, id)?;
    check_version(expected, before.version)?;
    if let Some(rule) = &change.rule {
        if before.kind != SegmentKind::Dynamic {
            return Err(Error::field("rule", "unknown", "a list has no rule: make a new segment"));
        }
        let (read, catalogue) = read_rule(conn, rule, Some(id))?;
        facts::may_ask(by, &read)?;
        dependents::check(&catalogue, id, rule)?;
    }
    let description = change.description.clone().unwrap_or_else(|| before.description.clone());
    let after = Stored {
        name: change.name.as_deref().map_or_else(|| before.name.clone(), |name| name.trim().to_owned()),
        description: description.filter(|text| !text.trim().is_empty()),
        rule: change.rule.clone().map(Json).or_else(|| before.rule.clone()),
        version: before.version + 1,
        updated_at: Instant::now(),
        ..before.clone()
    };
    overwrite(conn, before.version, &after)?;
    if change.rule.is_some() {
        // Whoever comes and goes by it where others ask for it does so by the rule, too.
        for changed in dependents::asking(&catalogue(conn, &[])?, id).into_iter().chain([id]) {
            find_anew(conn, changed)?;
        }
    }
    audit::record(conn, by, "update", subject(id), Some(&before), Some(&after))?;
    show(conn, by, after)
}

/// Who belongs to it is found anew.
///
/// # Errors
/// The database is away.
pub(super) fn find_anew(conn: &mut Connection, id: SegmentId) -> Result<()> {
    let anew = (segments::swept_at.eq(None::<Instant>), segments::broken.eq(None::<Json<Value>>));
    diesel::update(segments::table.find(id)).set(anew).execute(conn)?;
    Ok(())
}

/// Writes a segment, unless somebody else has done so since it was read: then the whole work is run again.
///
/// # Errors
/// The name is taken.
pub(super) fn overwrite(conn: &mut Connection, read: Version, after: &Stored) -> Result<()> {
    let unchanged = segments::table.find(after.id).filter(segments::version.eq(read));
    let changed = diesel::update(unchanged).set(after).execute(conn).on_unique(Code::AlreadyExists, NAME_TAKEN)?;
    if changed == 0 {
        return Err(Error { transient: true, ..Error::unavailable("a concurrent request changed the segment") });
    }
    Ok(())
}
