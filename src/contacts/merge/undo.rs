//! Undoing a merge, in whatever order. The merged contact and what was merged into it become what they were; each
//! survivor above loses what came from it, and keeps what people changed since.

use diesel::prelude::*;
use serde_json::json;

use super::fields::Fields;
use super::fold::{self, Fold};
use super::{Merge, MergeId, write};
use crate::accounts::{Principal, UserId, audit};
use crate::contacts::log::{self, Decided, Note};
use crate::contacts::store::{self, subject};
use crate::contacts::{Contact, ContactId, cluster};
use crate::db::Connection;
use crate::db::schema::{contacts, merges};
use crate::db::types::{Instant, Json};
use crate::error::{Code, Error, Result};
use crate::pipelines::leads::touches;

/// Undoes a merge; one that is undone already stays so. Returns the merge and the contact that is separate again.
///
/// # Errors
/// Not found where the caller does not see the contact; in conflict where a later merge of the same two stands; a transient
/// error where one was changed meanwhile.
pub fn undo(conn: &mut Connection, by: &Principal, id: MergeId) -> Result<Merge> {
    let mut merge: Merge = merges::table.find(id).select(Merge::as_select()).first(conn)?;
    let root = cluster::root_of(conn, merge.survivor_id)?;
    store::find(conn, by, root)?;
    if merge.undone_at.is_some() {
        return Ok(merge);
    }
    if store::raw(conn, merge.loser_id)?.erased_at.is_some() {
        return Err(Error::because(Code::Conflict, "The person has been erased."));
    }
    let now = Instant::now();
    let leaving = subtree(conn, merge.loser_id)?;
    let before = store::raw(conn, root)?;
    let after = rework(conn, &merge, leaving.len(), now)?;
    separate(conn, &merge, &leaving, now)?;
    store::share_owner(conn, &after)?;
    diesel::update(merges::table.find(id)).set(merges::undone_at.eq(now)).execute(conn)?;
    touches::of_clients(conn, &[after.id, merge.loser_id], None)?;
    merge.undone_at = Some(now);
    tell(conn, by, &before, &after, &merge)?;
    Ok(merge)
}

/// A contact and all that standing merges have put into it.
fn subtree(conn: &mut Connection, top: ContactId) -> Result<Vec<ContactId>> {
    let (mut all, mut level) = (vec![top], vec![top]);
    while !level.is_empty() {
        level = merges::table
            .filter(merges::survivor_id.eq_any(&level).and(merges::undone_at.is_null()))
            .select(merges::loser_id)
            .load(conn)?;
        level.retain(|id| !all.contains(id));
        all.extend(&level);
    }
    Ok(all)
}

/// Computes the survivor anew without the merge, then whatever it was merged into, up to the root, which is returned.
fn rework(conn: &mut Connection, undone: &Merge, leaving: usize, now: Instant) -> Result<Contact> {
    let mut id = undone.survivor_id;
    let mut child: Option<(ContactId, Fields, Fields)> = None;
    loop {
        let contact = store::raw(conn, id)?;
        let above: Option<Merge> = merges::table
            .filter(merges::loser_id.eq(id).and(merges::undone_at.is_null()))
            .select(Merge::as_select())
            .first(conn)
            .optional()?;
        let own = fold::own(conn, id)?.ok_or_else(|| Error::internal("a survivor without fields of its own"))?;
        let mut fold = Fold::load(conn, id, &own)?;
        let shown = with_owner(Fields::of(&contact), above.as_ref());
        if let Some((child, old, _)) = &child {
            fold.replace(*child, old);
        }
        let computed = fold.fields(None);
        let without = child.is_none().then_some(undone.id);
        if let Some((child, _, new)) = &child {
            fold.replace(*child, new);
        }
        let new = shown.rebased(&computed, &fold.fields(without));
        let mut after = contact.clone();
        new.clone().put(&mut after, &contact.display_name);
        if let Some(above) = &above {
            keep_owner(conn, above, new.owner_id)?;
            after.owner_id = contact.owner_id;
        } else {
            after.members = (after.members - i32::try_from(leaving).unwrap_or(i32::MAX)).max(0);
        }
        let after = write(conn, &contact, after, now)?;
        if child.is_none() && !fold.stands_without(undone.id) {
            fold::keep(conn, id, None)?;
        }
        let Some(above) = above else { return Ok(after) };
        child = Some((id, shown, new));
        id = above.survivor_id;
    }
}

/// A merged contact's own owner stands with its merge; its row shows the survivor's.
fn with_owner(fields: Fields, above: Option<&Merge>) -> Fields {
    match above {
        Some(above) => Fields { owner_id: above.kept.0.loser_owner, ..fields },
        None => fields,
    }
}

fn keep_owner(conn: &mut Connection, above: &Merge, owner: Option<UserId>) -> Result<()> {
    if above.kept.0.loser_owner != owner {
        let kept = Json(super::Kept { loser_owner: owner, ..above.kept.0.clone() });
        diesel::update(merges::table.find(above.id)).set(merges::kept.eq(kept)).execute(conn)?;
    }
    Ok(())
}

/// Makes the merged contact stand alone again, with its own members.
fn separate(conn: &mut Connection, merge: &Merge, leaving: &[ContactId], now: Instant) -> Result<()> {
    let owner = merge.kept.0.loser_owner;
    let members: Vec<ContactId> = leaving.iter().copied().filter(|id| *id != merge.loser_id).collect();
    let count = i32::try_from(members.len()).unwrap_or(i32::MAX);
    diesel::update(contacts::table.filter(contacts::id.eq_any(&members)))
        .set((contacts::merged_into.eq(merge.loser_id), contacts::owner_id.eq(owner)))
        .execute(conn)?;
    diesel::update(contacts::table.find(merge.loser_id))
        .set((
            contacts::merged_into.eq(None::<ContactId>),
            contacts::members.eq(count),
            contacts::owner_id.eq(owner),
            contacts::version.eq(contacts::version + 1),
            contacts::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

fn tell(conn: &mut Connection, by: &Principal, before: &Contact, after: &Contact, merge: &Merge) -> Result<()> {
    audit::record(conn, by, "unmerge", subject(after.id), Some(before), Some(after))?;
    audit::record(conn, by, "unmerge", subject(merge.loser_id), None::<&Merge>, Some(merge))?;
    let loser = store::raw(conn, merge.loser_id)?;
    for (contact, other) in [(after, merge.loser_id), (&loser, after.id)] {
        let facts = json!({ "merge_id": merge.id, "contact_id": other });
        store::record(conn, by, contact, "contact.unmerged", facts.as_object().cloned())?;
        log::write(conn, contact.id, &Note::between(Decided::Unmerged, merge.cause.as_str()).other(Some(other)))?;
    }
    Ok(())
}
