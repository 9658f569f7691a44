//! Deleting a contact and bringing it back. What is deleted is kept, but finds nobody and is found by nobody.

use diesel::prelude::*;

use super::ContactId;
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
    identity::retire(conn, id, now)?;
    overwrite(conn, before.version, &after)?;
    audit::record(conn, by, "delete", subject(id), Some(&before), Some(&after))?;
    record(conn, by, &after, "contact.deleted", None)
}

/// Takes a contact out of the bin; one that is not there stays as it is.
///
/// # Errors
/// Not found; [`Code::IdentityTaken`](crate::error::Code::IdentityTaken) where another contact has one of its
/// identities by now.
pub fn restore(conn: &mut Connection, by: &Principal, id: ContactId) -> Result<Contact> {
    let before = find(conn, by, id)?;
    if before.deleted_at.is_none() {
        return Ok(before);
    }
    let after = Contact { deleted_at: None, ..changed(&before, Instant::now()) };
    identity::check_free(conn, by, Some(id), &after.identities())?;
    identity::revive(conn, id)?;
    overwrite(conn, before.version, &after)?;
    audit::record(conn, by, "restore", subject(id), Some(&before), Some(&after))?;
    record(conn, by, &after, "contact.restored", None)?;
    Ok(after)
}

fn changed(before: &Contact, now: Instant) -> Contact {
    Contact { version: before.version + 1, updated_at: now, ..before.clone() }
}
