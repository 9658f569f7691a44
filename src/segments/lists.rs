//! Lists of clients: people put them on and take them off, a file names them, a snapshot freezes them.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::list_file::Named;
use super::model::{MembersChange, MembersChanged, SegmentKind, Stored};
use super::news::{self, News};
use super::{SegmentId, members, rfm, store};
use crate::accounts::audit::{self, Subject};
use crate::accounts::{Principal, UserId};
use crate::contacts::{ContactId, cluster};
use crate::db::Connection;
use crate::db::schema::{contacts, identities, segment_members as stays, segments};
use crate::db::types::Instant;
use crate::error::{Code, Error, FieldError, Result};
use crate::on;

/// The most faults that are told.
pub(super) const MOST_FAULTS: usize = 100;

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = stays, treat_none_as_default_value = false)]
struct Stay {
    contact_id: ContactId,
    segment_id: SegmentId,
    entered_at: Instant,
    /// Whether a snapshot was filled so: nobody was put on a list.
    entered_by_rule: bool,
}

/// Puts clients on a list and takes others off it.
///
/// # Errors
/// Not a list; a contact that is not there.
pub fn change(conn: &mut Connection, by: &Principal, id: SegmentId, wish: &MembersChange) -> Result<MembersChanged> {
    let stored = store::find(conn, id)?;
    members::check_kept(&stored)?;
    let add = roots(conn, by, "add", &wish.add)?;
    let remove = roots(conn, by, "remove", &wish.remove)?;
    if let Some(both) = add.intersection(&remove).next() {
        return Err(Error::field("remove", "duplicate", format!("the contact {both} is to be added and removed")));
    }
    let (adding, removing) = (add.len(), remove.len());
    let now = Instant::now();
    let entered = enter(conn, id, &add, now, false)?;
    let mut done = MembersChanged { added: entered.len(), ..MembersChanged::default() };
    // Who was put on the list before being merged is on it still.
    let family: BTreeSet<_> = cluster::lines_of(conn, remove.into_iter().collect())?.into_iter().collect();
    let left = leave(conn, id, &family, now)?;
    let left = standing_for(conn, &left)?;
    done.removed = left.len();
    tell(conn, by, &stored, &entered, &left, now)?;
    done.unchanged = (adding - done.added) + removing.saturating_sub(done.removed);
    recount(conn, id)?;
    if done.added + done.removed > 0 {
        let subject = Subject { entity: "segment", id: id.0, contact_id: None };
        audit::record(conn, by, "members", subject, None::<&MembersChanged>, Some(&done))?;
    }
    Ok(done)
}

/// The clients that these contacts are or were merged into.
fn standing_for(conn: &mut Connection, ids: &[ContactId]) -> Result<Vec<ContactId>> {
    let rows = contacts::table.filter(contacts::id.eq_any(ids)).select((contacts::id, contacts::merged_into));
    let rows: Vec<(ContactId, Option<ContactId>)> = rows.load(conn)?;
    let roots: BTreeSet<_> = rows.into_iter().map(|(id, merged_into)| merged_into.unwrap_or(id)).collect();
    Ok(roots.into_iter().collect())
}

/// The clients that stand for these contacts, all of whom the caller must see.
fn roots(conn: &mut Connection, by: &Principal, field: &str, ids: &[ContactId]) -> Result<BTreeSet<ContactId>> {
    type Row = (ContactId, Option<ContactId>, Option<UserId>);
    let found: Vec<Row> = contacts::table
        .filter(contacts::id.eq_any(ids).and(contacts::deleted_at.is_null()))
        .select((contacts::id, contacts::merged_into, contacts::owner_id))
        .load(conn)?;
    let seen: Vec<_> = found.into_iter().filter(|(_, _, owner)| by.scope.sees(*owner)).collect();
    let missing = ids.iter().enumerate().filter(|(_, id)| !seen.iter().any(|(known, ..)| known == *id));
    let faults: Vec<_> = missing
        .map(|(n, _)| FieldError::new(format!("{field}[{n}]"), "unknown", "there is no such contact"))
        .take(MOST_FAULTS)
        .collect();
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    Ok(seen.into_iter().map(|(id, root, _)| root.unwrap_or(id)).collect())
}

/// Tells of those who were put on a list and taken off it.
fn tell(
    conn: &mut Connection,
    by: &Principal,
    list: &Stored,
    entered: &[ContactId],
    left: &[ContactId],
    now: Instant,
) -> Result<()> {
    let one =
        |enters| move |contact: &ContactId| News { contact: *contact, segment: list.id, name: &list.name, enters };
    let all: Vec<_> = entered.iter().map(one(true)).chain(left.iter().map(one(false))).collect();
    news::tell(conn, by, &all, now)
}

/// Lets clients enter who are not there yet, themselves or as somebody who was merged into them; says who.
fn enter(
    conn: &mut Connection,
    id: SegmentId,
    who: &BTreeSet<ContactId>,
    now: Instant,
    by_rule: bool,
) -> Result<Vec<ContactId>> {
    let there: Vec<ContactId> = stays::table
        .filter(stays::segment_id.eq(id).and(stays::left_at.is_null()).and(stays::contact_id.eq_any(who)))
        .select(stays::contact_id)
        .load(conn)?;
    let merged: Vec<ContactId> = stays::table
        .inner_join(contacts::table.on(contacts::id.eq(stays::contact_id)))
        .filter(stays::segment_id.eq(id).and(stays::left_at.is_null()))
        .filter(contacts::merged_into.is_not_null().and(contacts::merged_into.assume_not_null().eq_any(who)))
        .select(contacts::merged_into.assume_not_null())
        .load(conn)?;
    let there: BTreeSet<_> = there.into_iter().chain(merged).collect();
    let stay =
        |contact: &ContactId| Stay { contact_id: *contact, segment_id: id, entered_at: now, entered_by_rule: by_rule };
    let new: Vec<_> = who.difference(&there).map(stay).collect();
    for chunk in new.chunks(200) {
        on!(conn, c => diesel::insert_into(stays::table).values(chunk).execute(c))?;
    }
    Ok(new.iter().map(|stay| stay.contact_id).collect())
}

/// Lets clients leave who are there; says who.
fn leave(conn: &mut Connection, id: SegmentId, who: &BTreeSet<ContactId>, now: Instant) -> Result<Vec<ContactId>> {
    let there = || {
        stays::table
            .filter(stays::segment_id.eq(id).and(stays::left_at.is_null()))
            .filter(stays::contact_id.eq_any(who))
    };
    let left = there().select(stays::contact_id).load(conn)?;
    diesel::update(there()).set(stays::left_at.eq(now)).execute(conn)?;
    Ok(left)
}

/// Forgets where a person belonged.
///
/// # Errors
/// The database is away.
pub fn forget_contact(conn: &mut Connection, contact: ContactId) -> Result<()> {
    let there = stays::table.filter(stays::contact_id.eq(contact).and(stays::left_at.is_null()));
    let current: Vec<SegmentId> = there.select(stays::segment_id).load(conn)?;
    diesel::update(segments::table.filter(segments::id.eq_any(current)))
        .set(segments::members.eq(segments::members - 1))
        .execute(conn)?;
    diesel::delete(stays::table.filter(stays::contact_id.eq(contact))).execute(conn)?;
    rfm::forget(conn, contact)
}

/// Keeps the number of those who are there.
fn recount(conn: &mut Connection, id: SegmentId) -> Result<i64> {
    let there = stays::table.filter(stays::segment_id.eq(id).and(stays::left_at.is_null()));
    let count: i64 = there.count().get_result(conn)?;
    diesel::update(segments::table.find(id)).set(segments::members.eq(count)).execute(conn)?;
    Ok(count)
}

/// Puts a piece of a file's rows on a list: of each row the first who is found by what it says.
///
/// # Errors
/// Not a list.
pub fn add_named(
    conn: &mut Connection,
    by: &Principal,
    id: SegmentId,
    rows: &[(u64, Vec<Named>)],
) -> Result<MembersChanged> {
    let stored = store::find(conn, id)?;
    members::check_kept(&stored)?;
    let (mut who, mut done) = (BTreeSet::new(), MembersChanged::default());
    for (row, names) in rows {
        match first(conn, by, names)? {
            Some(contact) => drop(who.insert(contact)),
            None => done.errors.push(FieldError::new(format!("rows[{row}]"), "unknown", "names nobody")),
        }
    }
    let now = Instant::now();
    let entered = enter(conn, id, &who, now, false)?;
    done.added = entered.len();
    tell(conn, by, &stored, &entered, &[], now)?;
    done.unchanged = rows.len() - done.added - done.errors.len();
    recount(conn, id)?;
    if done.added > 0 {
        let subject = Subject { entity: "segment", id: id.0, contact_id: None };
        let told = MembersChanged { added: done.added, unchanged: done.unchanged, ..MembersChanged::default() };
        audit::record(conn, by, "members", subject, None::<&MembersChanged>, Some(&told))?;
    }
    Ok(done)
}

fn first(conn: &mut Connection, by: &Principal, names: &[Named]) -> Result<Option<ContactId>> {
    for named in names {
        if let Some(contact) = found(conn, by, named)? {
            return Ok(Some(contact));
        }
    }
    Ok(None)
}

fn found(conn: &mut Connection, by: &Principal, named: &Named) -> Result<Option<ContactId>> {
    type Row = (Option<ContactId>, Option<UserId>);
    let holder = match named {
        Named::Id(id) => Some(*id),
        Named::Identity(identity) => identities::table
            .filter(identities::value.eq(&identity.value))
            .filter(identities::kind.eq(identity.kind).and(identities::source.eq(&identity.source)))
            .filter(identities::retired_at.is_null())
            .select(identities::contact_id)
            .first(conn)
            .optional()?,
    };
    let Some(holder) = holder else { return Ok(None) };
    let row: Option<Row> = contacts::table
        .find(holder)
        .filter(contacts::deleted_at.is_null())
        .select((contacts::merged_into, contacts::owner_id))
        .first(conn)
        .optional()?;
    Ok(row.filter(|(_, owner)| by.scope.sees(*owner)).map(|(root, _)| root.unwrap_or(holder)))
}

/// Makes a snapshot that is still empty.
///
/// # Errors
/// The name is taken.
pub fn begin_snapshot(conn: &mut Connection, by: &Principal, of: &Stored, name: &str) -> Result<Stored> {
    let rule = of.rule.as_ref().map(|rule| rule.0.clone());
    store::make(conn, by, name, SegmentKind::Snapshot, rule, of.description.clone())
}

/// Puts a piece of the members into a snapshot.
///
/// # Errors
/// The database is away.
pub fn fill_snapshot(conn: &mut Connection, id: SegmentId, who: &[ContactId]) -> Result<()> {
    let left: Vec<ContactId> = contacts::table
        .filter(contacts::id.eq_any(who).and(contacts::erased_at.is_null()))
        .select(contacts::id)
        .load(conn)?;
    enter(conn, id, &left.into_iter().collect(), Instant::now(), true)?;
    Ok(())
}

/// Ends a snapshot, which from then on does not change.
///
/// # Errors
/// The database is away.
pub fn end_snapshot(conn: &mut Connection, id: SegmentId) -> Result<i64> {
    recount(conn, id)
}

/// Refuses to take a snapshot of more than can be taken.
///
/// # Errors
/// [`Code::TooLarge`].
pub fn check_size(members: usize) -> Result<()> {
    const MOST: usize = 5_000_000;
    if members > MOST {
        Err(Error::because(Code::TooLarge, "The segment has more than 5,000,000 members."))
    } else {
        Ok(())
    }
}
