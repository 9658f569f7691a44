//! Where a client belongs and why.

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
use crate::contacts::{self, ContactId, cluster};
use crate::db::Connection;
use crate::db::schema::{segment_members as stays, segments};
use crate::db::types::Instant;
use crate::error::Result;

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
