//! Segments as reports about leads use them: as conditions on `leads`, asked as of an instant. What clients did after it does
//! not count; their fields and lists are those of now.

use diesel::prelude::*;

use super::compile::{Asked, listed, plan};
use super::members::{members_of, of_clients, with_merged};
use super::model::SegmentKind;
use super::rules::Rules;
use super::{SegmentId, store};
use crate::db::Connection;
use crate::db::composed::Sql;
use crate::db::schema::segments;
use crate::db::types::Instant;
use crate::error::Result;

/// The condition on `leads` of belonging to a client who was in the segment at an instant.
///
/// # Errors
/// Not found; the segment is broken.
pub fn leads_as_of(conn: &mut Connection, id: SegmentId, as_of: Instant) -> Result<Sql> {
    let stored = store::find(conn, id)?;
    members_of(conn, &stored, as_of).map(of_clients)
}

/// The statement that gives the ids of the clients who were in the segment at an instant, and of all that are merged into them.
///
/// # Errors
/// Not found; the segment is broken.
pub fn clients_as_of(conn: &mut Connection, id: SegmentId, as_of: Instant) -> Result<Sql> {
    let stored = store::find(conn, id)?;
    members_of(conn, &stored, as_of).map(with_merged)
}

/// A segment that leads can be counted under.
#[derive(Debug, Clone)]
pub struct Part {
    /// Which.
    pub id: SegmentId,
    /// Its name.
    pub name: String,
    /// The condition on `leads`; `None` where the segment is broken.
    pub leads: Option<Sql>,
}

/// Every segment in use.
///
/// # Errors
/// The database is away.
pub fn parts(conn: &mut Connection, as_of: Instant) -> Result<Vec<Part>> {
    let rules = Rules::load(conn, None)?;
    let rules = rules.by_id();
    let rows = segments::table.filter(segments::deleted_at.is_null()).order(segments::id);
    let rows: Vec<(SegmentId, String, SegmentKind)> =
        rows.select((segments::id, segments::name, segments::kind)).load(conn)?;
    let asked = Asked::of_all(as_of);
    let part = |(id, name, kind)| {
        let members = match kind {
            SegmentKind::Dynamic => rules.get(&id).map(|known| plan(&known.rule, &asked)),
            SegmentKind::Static | SegmentKind::Snapshot => Some(listed(id, &asked)),
        };
        Part { id, name, leads: members.map(|plan| of_clients(plan.sql())) }
    };
    Ok(rows.into_iter().map(part).collect())
}
