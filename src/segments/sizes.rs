//! How many members segments have, for lists of segments: kept numbers where they say what the caller sees, else counted as
//! long as that is cheap.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::SegmentId;
use super::model::{Segment, SegmentKind};
use crate::accounts::{Principal, UserId};
use crate::db::Connection;
use crate::db::answers::Numbers;
use crate::db::composed::{Sql, Value};
use crate::db::schema::segments;
use crate::db::types::Instant;
use crate::error::Result;

/// Members that are looked at for a page of segments, and for one segment.
pub(super) const OF_A_LIST: i64 = 1_500;
pub(super) const OF_ONE: i64 = 5_000;

/// Says of each segment how many members the caller sees. The smallest are counted first, until `most` members have been
/// looked at.
///
/// # Errors
/// The database is away.
pub(super) fn fill(conn: &mut Connection, by: &Principal, of: &mut [Segment], most: i64) -> Result<()> {
    type Row = (SegmentId, SegmentKind, i64, Option<Instant>);
    let ids: Vec<SegmentId> = of.iter().filter(|one| one.broken.is_none()).map(|one| one.id).collect();
    let columns = (segments::id, segments::kind, segments::members, segments::swept_at);
    let kept: Vec<Row> =
        segments::table.filter(segments::id.eq_any(ids)).order(segments::members).select(columns).load(conn)?;
    let (mut known, mut open, mut room) = (BTreeMap::new(), Vec::new(), most);
    for (id, kind, members, swept_at) in kept {
        match kind {
            SegmentKind::Dynamic if swept_at.is_none() => {}
            // Whoever goes into the bin or is merged leaves it. Those on a list stay there, and are not counted.
            SegmentKind::Dynamic if by.scope.owners().is_none() => drop(known.insert(id, members)),
            _ if members <= room => {
                room -= members;
                open.push(id);
                known.insert(id, 0);
            }
            _ => {}
        }
    }
    known.extend(counted(conn, by, &open)?);
    for one in of {
        one.members = known.get(&one.id).copied();
    }
    Ok(())
}

/// Counts the members of segments that the caller sees; those of whom there are none are left out.
fn counted(conn: &mut Connection, by: &Principal, of: &[SegmentId]) -> Result<Vec<(SegmentId, i64)>> {
    if of.is_empty() {
        return Ok(Vec::new());
    }
    let seen = Sql::list(of.iter().map(|id| Value::Id(id.0))).and_text(")").then(owned(by));
    // Both halves are answered from indexes of contacts alone; the second, of who was merged since, is of a few.
    let counts = Sql::text(
        "SELECT p.segment_id, COUNT(*) FROM (SELECT sm.segment_id, c.id FROM segment_members sm \
         JOIN contacts c ON c.id = sm.contact_id \
         WHERE sm.left_at IS NULL AND c.deleted_at IS NULL AND c.merged_into IS NULL AND sm.segment_id IN (",
    )
    .then(seen.clone())
    .and_text(
        " UNION SELECT sm.segment_id, c.id FROM segment_members sm \
         JOIN contacts m ON m.id = sm.contact_id AND m.merged_into IS NOT NULL JOIN contacts c ON c.id = m.merged_into \
         WHERE sm.left_at IS NULL AND c.deleted_at IS NULL AND c.merged_into IS NULL AND sm.segment_id IN (",
    )
    .then(seen)
    .and_text(") p GROUP BY p.segment_id");
    let rows: Vec<(crate::db::types::Guid, i64)> = Numbers(counts).load(conn)?;
    Ok(rows.into_iter().map(|(id, count)| (SegmentId(id), count)).collect())
}

/// The condition on `c`, a client, that the caller sees it: ` AND …`.
fn owned(by: &Principal) -> Sql {
    let Some(owners) = by.scope.owners() else { return Sql::default() };
    let own = owners.iter().map(|id| Sql::text("c.owner_id = ").bind(Value::Id(id.0)));
    Sql::text(" AND (c.owner_id IS NULL OR ").then(Sql::any(own)).and_text(")")
}

/// The condition on `c`, a contact, and `r`, the one it is merged into, that the caller sees the client: ` AND …`.
pub(super) fn visible(by: &Principal) -> Sql {
    let Some(owners) = by.scope.owners() else { return Sql::default() };
    let owner = "CASE WHEN r.id IS NULL THEN c.owner_id ELSE r.owner_id END";
    let belongs_to = |id: &UserId| Sql::text(owner).and_text(" = ").bind(Value::Id(id.0));
    // Whose survivor has no owner is seen by all, whoever looked after the one that was merged.
    Sql::text(" AND (")
        .and_text(owner)
        .and_text(" IS NULL OR ")
        .then(Sql::any(owners.iter().map(belongs_to)))
        .and_text(")")
}
