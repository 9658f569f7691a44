//! How a segment grew: who entered, who left, and how many there were, period by period.
//!
//! Counted are the clients whom the caller sees now. Whoever went into the bin left when that happened. Where several of a list
//! were merged, they are one client who is there from the first to the last of their stays.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use diesel::RunQueryDsl;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{SegmentKind, Stored};
use super::sizes::visible;
use super::{SegmentId, store};
use crate::accounts::Principal;
use crate::calendar::period::{Unit, period_of};
use crate::db::Connection;
use crate::db::answers::{Count, Times};
use crate::db::composed::{Sql, Value};
use crate::db::types::{Guid, Instant};
use crate::error::{Error, Result};

/// How large a segment was.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SegmentSize {
    /// The periods, the first first.
    pub items: Vec<SizePoint>,
}

/// A segment in a period: of clients whom the caller sees.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SizePoint {
    /// The day it begins.
    #[schema(value_type = String, format = Date)]
    pub period: chrono::NaiveDate,
    /// How many entered by what happened to them.
    pub entered: i64,
    /// How many left by what happened to them.
    pub left: i64,
    /// How many more there are, or fewer, because the rule was made or changed: its first fill, and whom another rule put
    /// there or took away. `members` grows by `entered`, less `left`, and this.
    pub by_rule: i64,
    /// How many belonged to the segment at its end; now, where that is to come; `null` where there was no such segment yet.
    pub members: Option<i64>,
}

/// The most periods of an answer.
const MOST_PERIODS: usize = 400;

/// A client's time in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stay {
    entered_at: Instant,
    /// `None` while it lasts.
    left_at: Option<Instant>,
    entered_by_rule: bool,
    left_by_rule: bool,
}

/// Periods one after the other.
struct Periods {
    start: Instant,
    ends: Vec<i64>,
    items: Vec<SizePoint>,
}

/// How a segment grew in `[from, to)`, by period.
///
/// # Errors
/// Not found; an empty range, or one of more than 400 periods.
pub fn size(
    conn: &mut Connection,
    by: &Principal,
    id: SegmentId,
    (from, to): (Instant, Instant),
    unit: Unit,
    zone: Tz,
) -> Result<SegmentSize> {
    let stored = store::find(conn, id)?;
    let periods = Periods::of((from, to), unit, zone)?;
    let members = before(conn, by, &stored, periods.start)?;
    let all = stays(conn, by, &stored, &periods)?;
    Ok(SegmentSize { items: periods.filled(members, &all, stored.created_at) })
}

impl Periods {
    fn of((from, to): (Instant, Instant), unit: Unit, zone: Tz) -> Result<Self> {
        if from >= to {
            return Err(Error::field("from", "range", "must be before to"));
        }
        let (mut items, mut ends) = (Vec::new(), Vec::new());
        let mut period = period_of(zone, unit, from);
        let start = Instant::from_micros(period.start).unwrap_or(Instant::MIN);
        while period.start < to.micros() {
            if items.len() == MOST_PERIODS {
                return Err(Error::field("from", "range", format!("makes more than {MOST_PERIODS} periods")));
            }
            items.push(SizePoint { period: period.day, entered: 0, left: 0, by_rule: 0, members: None });
            ends.push(period.end);
            let Some(next) = Instant::from_micros(period.end).filter(|next| next.micros() > period.start) else {
                break;
            };
            period = period_of(zone, unit, next);
        }
        Ok(Self { start, ends, items })
    }

    /// The last one's end.
    fn end(&self) -> Instant {
        self.ends.last().and_then(|end| Instant::from_micros(*end)).unwrap_or(Instant::MAX)
    }

    /// The period of an instant; `None` before and behind all of them.
    fn at(&mut self, at: Instant) -> Option<&mut SizePoint> {
        let place = self.ends.partition_point(|end| *end <= at.micros());
        self.items.get_mut(place).filter(|_| at >= self.start)
    }

    /// The periods with what happened in them; `members` are there at their begin already.
    fn filled(mut self, mut members: i64, stays: &[Stay], made_at: Instant) -> Vec<SizePoint> {
        for stay in stays {
            // Whoever was there before and is still is not told of here, but counted.
            members += i64::from(stay.entered_at < self.start && stay.left_at.is_none_or(|at| at >= self.start));
            match self.at(stay.entered_at) {
                Some(point) if stay.entered_by_rule => point.by_rule += 1,
                Some(point) => point.entered += 1,
                None => {}
            }
            match stay.left_at.and_then(|at| self.at(at)) {
                Some(point) if stay.left_by_rule => point.by_rule -= 1,
                Some(point) => point.left += 1,
                None => {}
            }
        }
        for (point, end) in self.items.iter_mut().zip(&self.ends) {
            members += point.entered - point.left + point.by_rule;
            point.members = (*end > made_at.micros()).then_some(members);
        }
        self.items
    }
}

/// The stays that the caller sees, as a table `s` to read from: whose, from when until when, what of it the rule did, and whether
/// stays of several contacts may be one.
fn seen(by: &Principal, of: &Stored) -> Sql {
    let families =
        if of.kind == SegmentKind::Dynamic { "1 = 0" } else { "(c.merged_into IS NOT NULL OR c.members > 0)" };
    Sql::text(
        "(SELECT t.root, t.entered_at, CASE WHEN t.binned THEN t.deleted_at ELSE t.left_at END AS left_at, \
         t.entered_by_rule, (t.left_by_rule AND NOT t.binned) AS left_by_rule, t.family FROM (\
         SELECT u.*, (u.deleted_at IS NOT NULL AND (u.left_at IS NULL OR u.left_at > u.deleted_at)) AS binned FROM (\
         SELECT COALESCE(r.id, c.id) AS root, sm.entered_at, sm.left_at, sm.entered_by_rule, sm.left_by_rule, \
         CASE WHEN r.id IS NULL THEN c.deleted_at ELSE r.deleted_at END AS deleted_at, ",
    )
    .and_text(families)
    .and_text(
        " AS family FROM segment_members sm JOIN contacts c ON c.id = sm.contact_id \
         LEFT JOIN contacts r ON r.id = c.merged_into WHERE sm.segment_id = ",
    )
    .bind(Value::Id(of.id.0))
    .then(visible(by))
    .and_text(") u) t) s")
}

/// How many are there since before an instant, of those whose stays are not read one by one.
fn before(conn: &mut Connection, by: &Principal, of: &Stored, start: Instant) -> Result<i64> {
    let count = Sql::text("SELECT COUNT(*) FROM ").then(seen(by, of));
    let count = count.and_text(" WHERE NOT s.family AND s.left_at IS NULL AND s.entered_at < ");
    Ok(Count(count.bind(Value::At(start))).get_result(conn)?)
}

/// The stays that begin or end in the periods, and all of clients of whom there are several.
fn stays(conn: &mut Connection, by: &Principal, of: &Stored, periods: &Periods) -> Result<Vec<Stay>> {
    type Row = (Guid, Instant, Option<Instant>, bool, bool);
    let select = "SELECT s.root, s.entered_at, s.left_at, s.entered_by_rule, s.left_by_rule FROM ";
    let rows = |condition: Sql| Sql::text(select).then(seen(by, of)).and_text(" WHERE s.entered_at < ").then(condition);
    let (start, end) = (Value::At(periods.start), Value::At(periods.end()));
    let plain = Sql::value(end.clone()).and_text(" AND NOT s.family AND (s.entered_at >= ").bind(start.clone());
    let plain = plain.and_text(" OR s.left_at >= ").bind(start).and_text(")");
    let stay = |(_, entered_at, left_at, entered_by_rule, left_by_rule): Row| Stay {
        entered_at,
        left_at,
        entered_by_rule,
        left_by_rule,
    };
    let mut all: Vec<Stay> = Times(rows(plain)).load::<Row>(conn)?.into_iter().map(stay).collect();
    if of.kind != SegmentKind::Dynamic {
        let mut families: BTreeMap<Guid, Vec<Stay>> = BTreeMap::new();
        for row in Times(rows(Sql::value(end).and_text(" AND s.family"))).load::<Row>(conn)? {
            families.entry(row.0).or_default().push(stay(row));
        }
        all.extend(families.into_values().flat_map(joined));
    }
    Ok(all)
}

/// Stays of one client: those that overlap or touch are one.
fn joined(mut stays: Vec<Stay>) -> Vec<Stay> {
    stays.sort_by_key(|stay| stay.entered_at);
    let mut out: Vec<Stay> = Vec::new();
    for stay in stays {
        match out.last_mut().filter(|last| last.left_at.is_none_or(|at| at >= stay.entered_at)) {
            None => out.push(stay),
            Some(last) => {
                let longer = match (last.left_at, stay.left_at) {
                    (None, _) => false,
                    (Some(_), None) => true,
                    (Some(one), Some(other)) => other > one,
                };
                if longer {
                    (last.left_at, last.left_by_rule) = (stay.left_at, stay.left_by_rule);
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stay(from: i64, to: Option<i64>) -> Stay {
        let at = |micros| Instant::from_micros(micros).unwrap();
        Stay { entered_at: at(from), left_at: to.map(at), entered_by_rule: false, left_by_rule: false }
    }

    #[test]
    fn stays_of_one_client_are_one_where_they_overlap() {
        let all = vec![stay(10, Some(20)), stay(1, Some(3)), stay(15, None), stay(2, Some(5)), stay(7, Some(8))];
        assert_eq!(joined(all), [stay(1, Some(5)), stay(7, Some(8)), stay(10, None)]);
    }
}
