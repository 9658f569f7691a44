//! A survivor and those merged into it. Facts stay with the contact they came to; they are read over all members.
//! A contact nobody was merged into costs nothing more.

use diesel::prelude::*;

use super::ContactId;
use super::store::Brief;
use crate::db::Connection;
use crate::db::schema::contacts;
use crate::error::Result;

/// The contact that is shown in place of this one; itself where it was not merged.
///
/// # Errors
/// Not found.
pub fn root_of(conn: &mut Connection, id: ContactId) -> Result<ContactId> {
    let root: Option<ContactId> = contacts::table.find(id).select(contacts::merged_into).first(conn)?;
    Ok(root.unwrap_or(id))
}

/// A root and all that is merged into it.
///
/// # Errors
/// The database is away.
pub fn members_of(conn: &mut Connection, root: ContactId) -> Result<Vec<ContactId>> {
    let merged: Vec<ContactId> =
        contacts::table.filter(contacts::merged_into.eq(root)).select(contacts::id).load(conn)?;
    Ok(std::iter::once(root).chain(merged).collect())
}

/// Whose facts a contact's line shows: its own and its members'.
///
/// # Errors
/// The database is away.
pub fn line_of(conn: &mut Connection, contact: &Brief) -> Result<Vec<ContactId>> {
    if contact.members == 0 { Ok(vec![contact.id]) } else { members_of(conn, contact.id) }
}

/// [`line_of`] for many roots at once.
///
/// # Errors
/// The database is away.
pub fn lines_of(conn: &mut Connection, roots: Vec<ContactId>) -> Result<Vec<ContactId>> {
    let merged: Vec<ContactId> =
        contacts::table.filter(contacts::merged_into.eq_any(&roots)).select(contacts::id).load(conn)?;
    Ok(roots.into_iter().chain(merged).collect())
}

/// Whether two contacts are shown as one.
///
/// # Errors
/// Not found.
pub fn are_one(conn: &mut Connection, a: ContactId, b: ContactId) -> Result<bool> {
    Ok(a == b || root_of(conn, a)? == root_of(conn, b)?)
}

/// All that is shown as one with this contact; nobody where there is no such contact.
///
/// # Errors
/// The database is away.
pub fn all_of(conn: &mut Connection, id: ContactId) -> Result<Vec<ContactId>> {
    let root: Option<Option<ContactId>> =
        contacts::table.find(id).select(contacts::merged_into).first(conn).optional()?;
    root.map_or_else(|| Ok(vec![id]), |root| members_of(conn, root.unwrap_or(id)))
}
