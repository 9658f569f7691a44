//! Segments as reports use them: as conditions on `leads` or lists of clients, asked as of an instant. What clients did after it does
//! not count; their fields and lists are those of now.

use diesel::prelude::*;

use super::compile::{Asked, listed, plan};
use super::members::{members_of, of_clients, with_merged};
use super::model::SegmentKind;
use super::plan::Plan;
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

/// A segment that clients can be counted under.
#[derive(Debug, Clone)]
pub struct PartOfClients {
    /// Which.
    pub id: SegmentId,
    /// Its name.
    pub name: String,
    /// The statement that gives the ids of its members; `None` where the segment is broken.
    pub members: Option<Sql>,
}

/// Every segment in use, as [`clients_as_of`] gives one, but without contacts that are merged into others.
///
/// # Errors
/// The database is away.
pub fn parts_of_clients(conn: &mut Connection, as_of: Instant) -> Result<Vec<PartOfClients>> {
    let roots = |members: Sql| {
        let roots =
            "SELECT contacts.id FROM contacts WHERE contacts.deleted_at IS NULL AND contacts.merged_into IS NULL AND ";
        Sql::text(roots).then(members)
    };
    let part = |(id, name, members): Known| PartOfClients { id, name, members: members.map(roots) };
    Ok(in_use(conn, as_of)?.into_iter().map(part).collect())
}

/// Every segment in use.
///
/// # Errors
/// The database is away.
pub fn parts(conn: &mut Connection, as_of: Instant) -> Result<Vec<Part>> {
    let part = |(id, name, members): Known| Part { id, name, leads: members.map(of_clients) };
    Ok(in_use(conn, as_of)?.into_iter().map(part).collect())
}

/// A segment, its name, and the condition on `contacts` of being in it; `None` where it is broken.
type Known = (SegmentId, String, Option<Sql>);

fn in_use(conn: &mut Connection, as_of: Instant) -> Result<Vec<Known>> {
    let rules = Rules::load(conn, None)?;
    let rules = rules.by_id();
    let rows = segments::table.filter(segments::deleted_at.is_null()).order(segments::id);
    let rows: Vec<(SegmentId, String, SegmentKind)> =
        rows.select((segments::id, segments::name, segments::kind)).load(conn)?;
    let asked = Asked::as_of(as_of);
    let known = |(id, name, kind)| {
        let members = match kind {
            SegmentKind::Dynamic => rules.get(&id).map(|known| plan(&known.rule, &asked)),
            SegmentKind::Static | SegmentKind::Snapshot => Some(listed(id, &asked)),
        };
        (id, name, members.map(Plan::sql))
    };
    Ok(rows.into_iter().map(known).collect())
}
