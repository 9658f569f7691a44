//! Names that stand for clients in lists of something else.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use super::ContactId;
use super::parts::{Email, Phone};
use crate::accounts::{Permission, Principal, UserId};
use crate::db::Connection;
use crate::db::schema::contacts;
use crate::db::types::Json;
use crate::error::Result;

/// A client as lists of something else show it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The contact that is shown: of a merged one its survivor.
    pub id: ContactId,
    /// What is told of it.
    pub told: Told,
}

/// What a row of another list says of its client, described by [`DESCRIBED`].
#[derive(Debug, Clone, Default, Serialize)]
pub struct Told {
    pub contact_name: Option<String>,
    pub contact_phone: Option<String>,
    pub contact_email: Option<String>,
}

/// The fields of [`Told`], in the API's description.
pub const DESCRIBED: [(&str, &str); 3] = [
    ("contact_name", "The client's name; `null` where the caller does not see the client, or it is deleted."),
    ("contact_phone", "The client's primary telephone number; `null` without `contacts:read`, too."),
    ("contact_email", "The client's primary e-mail address; `null` without `contacts:read`, too."),
];

impl Told {
    /// What is told of a client; nothing of one whom the caller does not see.
    #[must_use]
    pub fn of(client: Option<&Shown>) -> Self {
        client.map(|client| client.told.clone()).unwrap_or_default()
    }
}

#[derive(Queryable)]
struct Row {
    id: ContactId,
    merged_into: Option<ContactId>,
    owner_id: Option<UserId>,
    name: String,
    phones: Json<Vec<Phone>>,
    emails: Json<Vec<Email>>,
}

/// What is shown for these contacts, for a merged one its survivor, as far as the caller sees them: whoever sees a lead need
/// not see its client.
///
/// # Errors
/// The database is away.
pub fn shown(
    conn: &mut Connection,
    by: &Principal,
    ids: impl Iterator<Item = ContactId>,
) -> Result<HashMap<ContactId, Shown>> {
    let rows = load(conn, distinct(ids))?;
    let survivors = load(conn, distinct(rows.iter().filter_map(|row| row.merged_into)))?;
    let merged: Vec<(ContactId, ContactId)> = rows.iter().filter_map(|row| Some((row.id, row.merged_into?))).collect();
    let roots = rows.into_iter().filter(|row| row.merged_into.is_none()).chain(survivors);
    let seen = roots.filter(|row| by.scope.sees(row.owner_id));
    let reads = by.permissions.contains(&Permission::ContactsRead);
    let shown = |row: Row| {
        let phone = primary(row.phones.0, |one| one.primary).map(|one| one.number).filter(|_| reads);
        let email = primary(row.emails.0, |one| one.primary).map(|one| one.address).filter(|_| reads);
        let told = Told { contact_name: Some(row.name), contact_phone: phone, contact_email: email };
        (row.id, Shown { id: row.id, told })
    };
    let mut names: HashMap<_, _> = seen.map(shown).collect();
    for (member, survivor) in merged {
        if let Some(name) = names.get(&survivor).cloned() {
            names.insert(member, name);
        }
    }
    Ok(names)
}

/// The one to use: that marked, or the first.
fn primary<T>(mut all: Vec<T>, marked: fn(&T) -> bool) -> Option<T> {
    let place = all.iter().position(marked).unwrap_or(0);
    (place < all.len()).then(|| all.swap_remove(place))
}

fn distinct(ids: impl Iterator<Item = ContactId>) -> Vec<ContactId> {
    let mut ids: Vec<ContactId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn load(conn: &mut Connection, ids: Vec<ContactId>) -> Result<Vec<Row>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let live = contacts::table.filter(contacts::id.eq_any(ids)).filter(contacts::deleted_at.is_null());
    let parts = (contacts::phones, contacts::emails);
    let client = (contacts::id, contacts::merged_into, contacts::owner_id, contacts::display_name, parts.0, parts.1);
    Ok(live.select(client).load(conn)?)
}
