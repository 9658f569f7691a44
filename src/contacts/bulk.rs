//! What files need of contacts: many looked up at once, and new ones prepared for [`many`](super::many).

use std::collections::HashMap;

use diesel::prelude::*;

use super::ContactId;
use super::model::{Contact, ContactChange};
use super::store::check_named;
use crate::accounts::Principal;
use crate::db::schema::contacts;
use crate::db::types::Instant;
use crate::db::{Connection, listed};
use crate::error::Result;
use crate::fields::{self, Field, Mode};

/// A contact to be, of facts that have been checked: its owner and its company are there. `definitions` are those of the
/// custom fields of contacts, `company` is the company's name.
///
/// # Errors
/// Every bad custom field; nothing names the contact.
pub fn prepare(change: &ContactChange, definitions: &[Field], company: Option<&str>) -> Result<Contact> {
    let mut contact = Contact::blank(Instant::now());
    contact.apply(change);
    if let Some(Some(custom)) = &change.custom {
        contact.custom.0 = fields::check_against(definitions, custom, Mode::Partial)?;
    }
    check_named(&contact)?;
    contact.index(company);
    Ok(contact)
}

/// These contacts as they are, deleted ones left out.
///
/// # Errors
/// The database is away.
pub fn by_ids(conn: &mut Connection, ids: &[ContactId]) -> Result<HashMap<ContactId, Contact>> {
    let mut found = HashMap::with_capacity(ids.len());
    for some in ids.chunks(5000) {
        let live = contacts::table
            .filter(listed::contacts(some.iter().map(|id| &id.0)))
            .filter(contacts::deleted_at.is_null());
        let rows: Vec<Contact> = live.select(Contact::as_select()).load(conn)?;
        found.extend(rows.into_iter().map(|contact| (contact.id, contact)));
    }
    Ok(found)
}

/// The oldest contact of a company that the caller sees and that is shown by itself.
///
/// # Errors
/// The database is away.
pub fn first_of_company(
    conn: &mut Connection,
    by: &Principal,
    company: crate::companies::CompanyId,
) -> Result<Option<ContactId>> {
    let live = contacts::table.filter(contacts::company_id.eq(company)).filter(contacts::deleted_at.is_null());
    let mut query = live.filter(contacts::merged_into.is_null()).into_boxed();
    if let Some(owners) = by.scope.owners() {
        query = query.filter(contacts::owner_id.is_null().or(contacts::owner_id.eq_any(owners)));
    }
    let order = (contacts::created_at, contacts::id);
    Ok(query.order(order).select(contacts::id).first(conn).optional()?)
}

/// Whether anybody who is not deleted works for the company.
///
/// # Errors
/// The database is away.
pub fn any_of_company(conn: &mut Connection, company: crate::companies::CompanyId) -> Result<bool> {
    let live = contacts::table.filter(contacts::company_id.eq(company)).filter(contacts::deleted_at.is_null());
    Ok(live.select(contacts::id).first::<ContactId>(conn).optional()?.is_some())
}
