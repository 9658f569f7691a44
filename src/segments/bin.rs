//! The bin: segments that were deleted, and can be had back.

use diesel::prelude::*;

use super::model::{Segment, SegmentKind, Stored};
use super::{SegmentId, decide, dependents, store};
use crate::accounts::Principal;
use crate::accounts::audit;
use crate::db::Connection;
use crate::db::dialect::take_turns_at_rules;
use crate::db::schema::{segment_members as stays, segments};
use crate::db::types::Instant;
use crate::error::{Code, Error, Result};
use crate::http::{Version, check_version};

/// Puts a segment into the bin. Its history stays.
///
/// # Errors
/// Not found, another version; [`Code::InUse`] where rules of others name it.
pub fn delete(conn: &mut Connection, by: &Principal, id: SegmentId, expected: Option<Version>) -> Result<()> {
    take_turns_at_rules(conn)?;
    let before = store::find(conn, id)?;
    check_version(expected, before.version)?;
    let named = store::catalogue(conn, &[])?;
    let users: Vec<_> = named
        .segments
        .iter()
        .filter(|(other, known)| **other != id && known.rule.as_ref().is_some_and(|rule| dependents::names(rule, id)))
        .map(|(_, known)| known.name.as_str())
        .collect();
    if !users.is_empty() {
        return Err(Error::because(Code::InUse, format!("Other segments ask for it: {}.", users.join(", "))));
    }
    let now = Instant::now();
    let after = Stored { deleted_at: Some(now), updated_at: now, version: before.version + 1, ..before.clone() };
    store::overwrite(conn, before.version, &after)?;
    let present = stays::table.filter(stays::segment_id.eq(id).and(stays::left_at.is_null()));
    diesel::update(present).set(stays::left_at.eq(now)).execute(conn)?;
    audit::record(conn, by, "delete", store::subject(id), Some(&before), None::<&Stored>)?;
    decide::forget_gone(conn, by)
}

/// Takes a segment out of the bin, with those who belonged to it when it was deleted. Who belongs to it by a rule is found
/// anew. One that is not there stays as it is.
///
/// # Errors
/// Not found; another segment has its name by now; there are too many.
pub fn restore(conn: &mut Connection, by: &Principal, id: SegmentId) -> Result<Segment> {
    take_turns_at_rules(conn)?;
    let before: Stored = segments::table.find(id).select(Stored::as_select()).first(conn)?;
    let Some(deleted_at) = before.deleted_at else { return store::show(conn, by, before) };
    store::check_number(conn)?;
    let after = Stored { deleted_at: None, updated_at: Instant::now(), version: before.version + 1, ..before.clone() };
    store::overwrite(conn, before.version, &after)?;
    let last = stays::table.filter(stays::segment_id.eq(id).and(stays::left_at.eq(deleted_at)));
    let there = diesel::update(last).set(stays::left_at.eq(None::<Instant>)).execute(conn)?;
    let there = i64::try_from(there).map_err(Error::internal)?;
    diesel::update(segments::table.find(id)).set(segments::members.eq(there)).execute(conn)?;
    if after.kind == SegmentKind::Dynamic {
        store::find_anew(conn, id)?;
    }
    audit::record(conn, by, "restore", store::subject(id), Some(&before), Some(&after))?;
    store::show(conn, by, after)
}
