//! Names that stand for clients in lists of something else.

use std::collections::HashMap;

use diesel::prelude::*;

use super::ContactId;
use super::parts::Phone;
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
    /// Its name.
    pub name: String,
    /// Its primary telephone number, where the caller may read contacts.
    pub phone: Option<String>,
}

/// What a row of another list says of its client, in the API's description.
pub const DESCRIBED: [(&str, &str); 2] = [
    ("contact_name", "The client's name; `null` where the caller does not see the client, or it is deleted."),
    ("contact_phone", "The client's primary telephone number; `null` without `contacts:read`, too."),
];

type Row = (ContactId, Option<ContactId>, Option<UserId>, String, Json<Vec<Phone>>);

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
    let survivors = load(conn, distinct(rows.iter().filter_map(|row| row.1)))?;
    let merged: Vec<(ContactId, ContactId)> = rows.iter().filter_map(|row| Some((row.0, row.1?))).collect();
    let roots = rows.into_iter().filter(|row| row.1.is_none()).chain(survivors);
    let seen = roots.filter(|row| by.scope.sees(row.2));
    let reads = by.permissions.contains(&Permission::ContactsRead);
    let shown = |(id, _, _, name, phones): Row| (id, Shown { id, name, phone: primary(phones.0).filter(|_| reads) });
    let mut names: HashMap<_, _> = seen.map(shown).collect();
    for (member, survivor) in merged {
        if let Some(name) = names.get(&survivor).cloned() {
            names.insert(member, name);
        }
    }
    Ok(names)
}

/// The number to use.
fn primary(mut phones: Vec<Phone>) -> Option<String> {
    let place = phones.iter().position(|phone| phone.primary).unwrap_or(0);
    (place < phones.len()).then(|| phones.swap_remove(place).number)
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
    let shown = (contacts::id, contacts::merged_into, contacts::owner_id, contacts::display_name, contacts::phones);
    Ok(live.select(shown).load(conn)?)
}
