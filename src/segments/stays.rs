//! Where a client belongs and why, and how a segment grew.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::describe::{Language, describe};
use super::members::parts;
use super::model::{SegmentKind, Stored};
use super::parse::parse;
use super::rule::Rule;
use super::{SegmentId, settle, store};
use crate::accounts::Principal;
use crate::calendar::period::{Unit, period_of};
use crate::contacts::{self, ContactId, cluster};
use crate::db::Connection;
use crate::db::schema::{segment_members as stays, segments};
use crate::db::types::Instant;
use crate::error::{Error, Result};

/// A segment that a client belongs to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Membership {
    pub segment_id: SegmentId,
    pub name: String,
    pub kind: SegmentKind,
    /// Since when, as it was noticed.
    pub entered_at: Instant,
    /// Of a dynamic segment the conditions of its rule, and which of them are true of the client now.
    pub reasons: Vec<MembershipReason>,
}

/// A condition of a rule, asked of one client.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MembershipReason {
    /// Where it stands: `rule.all[0]`.
    pub path: String,
    /// It in plain words.
    pub words: String,
    /// Whether it is true of the client now.
    pub holds: bool,
}

/// The segments that a client belongs to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Memberships {
    /// By name.
    pub items: Vec<Membership>,
}

/// Where a client whom the caller sees belongs.
///
/// # Errors
/// Not found.
pub fn of_client(conn: &mut Connection, by: &Principal, id: ContactId, language: Language) -> Result<Memberships> {
    let brief = contacts::store::visible(conn, by, id)?;
    let root = brief.merged_into.unwrap_or(id);
    let family = cluster::members_of(conn, root)?;
    let there: Vec<(SegmentId, ContactId, Instant)> = stays::table
        .filter(stays::contact_id.eq_any(&family).and(stays::left_at.is_null()))
        .select((stays::segment_id, stays::contact_id, stays::entered_at))
        .order(stays::entered_at)
        .load(conn)?;
    // On a list are also those who were put there before they were merged; where a rule put them is the survivor's alone.
    let first = there.iter().rev().map(|(segment, _, at)| (*segment, *at)).collect::<BTreeMap<_, _>>();
    let rows: Vec<Stored> = segments::table
        .filter(segments::id.eq_any(first.keys().copied().collect::<Vec<_>>()).and(segments::deleted_at.is_null()))
        .select(Stored::as_select())
        .order(segments::name)
        .load(conn)?;
    let own: BTreeSet<_> = there.iter().filter(|(_, contact, _)| *contact == root).map(|(id, ..)| *id).collect();
    let catalogue = store::catalogue(conn, &[])?;
    let (mut items, mut asked, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows.into_iter().filter(|row| row.kind != SegmentKind::Dynamic || own.contains(&row.id)) {
        let rule = row.rule.as_ref().filter(|_| row.kind == SegmentKind::Dynamic);
        let read = rule.and_then(|rule| parse(&rule.0, &catalogue, Some(row.id)).ok());
        let mut reasons = Vec::new();
        for (path, node) in read.iter().flat_map(|read| parts(&read.node)) {
            let alone = Rule { zone: read.as_ref().map_or(Tz::UTC, |read| read.zone), node };
            places.push((items.len(), reasons.len()));
            reasons.push(MembershipReason { path, words: describe(&alone, &catalogue, language), holds: false });
            asked.push(alone);
        }
        let entered_at = first.get(&row.id).copied().unwrap_or(row.created_at);
        items.push(Membership { segment_id: row.id, name: row.name, kind: row.kind, entered_at, reasons });
    }
    for n in settle::true_of(conn, root, &asked, Instant::now())? {
        let place = places.get(n).and_then(|(item, reason)| items.get_mut(*item)?.reasons.get_mut(*reason));
        if let Some(reason) = place {
            reason.holds = true;
        }
    }
    Ok(Memberships { items })
}

/// How large a segment was.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SegmentSize {
    /// The periods, the first first.
    pub items: Vec<SizePoint>,
}

/// A segment in a period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SizePoint {
    /// The day it begins.
    #[schema(value_type = String, format = Date)]
    pub period: chrono::NaiveDate,
    /// How many entered.
    pub entered: i64,
    /// How many left.
    pub left: i64,
    /// How many belonged to the segment at its end; now, where that is to come.
    pub members: i64,
}

/// The most periods of an answer.
const MOST_PERIODS: usize = 400;

/// How a segment grew in `[from, to)`, by period.
///
/// # Errors
/// Not found; an empty range, or one of more than 400 periods.
pub fn size(
    conn: &mut Connection,
    id: SegmentId,
    (from, to): (Instant, Instant),
    unit: Unit,
    zone: Tz,
) -> Result<SegmentSize> {
    store::find(conn, id)?;
    if from >= to {
        return Err(Error::field("from", "range", "must be before to"));
    }
    let mut items = Vec::new();
    let mut period = period_of(zone, unit, from);
    let start = Instant::from_micros(period.start).unwrap_or(Instant::MIN);
    let mut ends = Vec::new();
    while period.start < to.micros() {
        if items.len() == MOST_PERIODS {
            return Err(Error::field("from", "range", format!("makes more than {MOST_PERIODS} periods")));
        }
        items.push(SizePoint { period: period.day, entered: 0, left: 0, members: 0 });
        ends.push(period.end);
        let Some(next) = Instant::from_micros(period.end).filter(|next| next.micros() > period.start) else { break };
        period = period_of(zone, unit, next);
    }
    let end = Instant::from_micros(ends.last().copied().unwrap_or(to.micros())).unwrap_or(Instant::MAX);
    let of = || stays::table.filter(stays::segment_id.eq(id));
    let before: i64 = of().filter(stays::entered_at.lt(start)).count().get_result(conn)?;
    let gone: i64 = of()
        .filter(stays::left_at.is_not_null().and(stays::left_at.assume_not_null().lt(start)))
        .count()
        .get_result(conn)?;
    let place = |at: Instant| ends.partition_point(|end| *end <= at.micros());
    let entered: Vec<Instant> =
        of().filter(stays::entered_at.ge(start).and(stays::entered_at.lt(end))).select(stays::entered_at).load(conn)?;
    for at in entered {
        if let Some(point) = items.get_mut(place(at)) {
            point.entered += 1;
        }
    }
    let gone_at = stays::left_at.assume_not_null();
    let left: Vec<Instant> = of()
        .filter(stays::left_at.is_not_null())
        .filter(gone_at.ge(start).and(gone_at.lt(end)))
        .select(gone_at)
        .load(conn)?;
    for at in left {
        if let Some(point) = items.get_mut(place(at)) {
            point.left += 1;
        }
    }
    let mut members = before - gone;
    for point in &mut items {
        members += point.entered - point.left;
        point.members = members;
    }
    Ok(SegmentSize { items })
}
