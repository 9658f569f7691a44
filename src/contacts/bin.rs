//! Deleting a contact and bringing it back. What is deleted is kept, but finds nobody and is found by nobody.

use diesel::prelude::*;

use super::ContactId;
use super::cluster;
use super::identity;
use super::model::Contact;
use super::store::{self, overwrite, record, subject};
use crate::accounts::{Principal, audit};
use crate::db::Connection;
use crate::db::schema::contacts;
use crate::db::types::Instant;
use crate::error::Result;
use crate::http::{Version, check_version};

/// The contact, deleted or not; an erased one is no longer there.
pub(super) fn find(conn: &mut Connection, by: &Principal, id: ContactId) -> Result<Contact> {
    let contact =
        contacts::table.find(id).filter(contacts::erased_at.is_null()).select(Contact::as_select()).first(conn)?;
    by.scope.check(contact.owner_id)?;
    Ok(contact)
}

/// Puts a contact into the bin.
///
/// # Errors
/// Not found; [`Code::PreconditionFailed`](crate::error::Code::PreconditionFailed).
pub fn delete(conn: &mut Connection, by: &Principal, id: ContactId, expected: Option<Version>) -> Result<()> {
    let before = store::find(conn, by, id)?;
    check_version(expected, before.version)?;
    let now = Instant::now();
    let after = Contact { deleted_at: Some(now), ..changed(&before, now) };
    for member in cluster::members_of(conn, before.id)? {
        identity::retire(conn, member, now)?;
    }
    overwrite(conn, before.version, &after)?;
    with_members(conn, &after)?;
    audit::record(conn, by, "delete", subject(before.id), Some(&before), Some(&after))?;
    record(conn, by, &after, "contact.deleted", None)
}

/// Whether the contact, or its survivor, is not in the bin.
///
/// # Errors
/// Not found.
pub fn is_in_use(conn: &mut Connection, by: &Principal, id: ContactId) -> Result<bool> {
    let root = cluster::root_of(conn, id)?;
    Ok(find(conn, by, root)?.deleted_at.is_none())
}

/// Takes a contact out of the bin; one that is not there stays as it is.
///
/// # Errors
/// Not found; [`Code::IdentityTaken`](crate::error::Code::IdentityTaken) where another contact has one of its
/// identities by now.
pub fn restore(conn: &mut Connection, by: &Principal, id: ContactId) -> Result<Contact> {
    let root = cluster::root_of(conn, id)?;
    let before = find(conn, by, root)?;
    if before.deleted_at.is_none() {
        return Ok(before);
    }
    let after = Contact { deleted_at: None, ..changed(&before, Instant::now()) };
    identity::check_free(conn, by, Some(root), &after.identities())?;
    for member in cluster::members_of(conn, root)? {
        identity::revive(conn, member)?;
    }
    overwrite(conn, before.version, &after)?;
    with_members(conn, &after)?;
    audit::record(conn, by, "restore", subject(root), Some(&before), Some(&after))?;
    record(conn, by, &after, "contact.restored", None)?;
    Ok(after)
}

/// Those merged into a contact go to the bin and come back with it.
fn with_members(conn: &mut Connection, root: &Contact) -> Result<()> {
    diesel::update(contacts::table.filter(contacts::merged_into.eq(root.id)))
        .set(contacts::deleted_at.eq(root.deleted_at))
        .execute(conn)?;
    Ok(())
}

fn changed(before: &Contact, now: Instant) -> Contact {
    Contact { version: before.version + 1, updated_at: now, ..before.clone() }
}
