//! Names that stand for clients in lists of something else.

use std::collections::HashMap;

use diesel::prelude::*;

use super::ContactId;
use crate::accounts::{Scope, UserId};
use crate::db::Connection;
use crate::db::schema::contacts;
use crate::error::Result;

/// A client as lists of something else show it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The contact that is shown: of a merged one its survivor.
    pub id: ContactId,
    /// Its name.
    pub name: String,
}

type Row = (ContactId, Option<ContactId>, Option<UserId>, String);

/// What is shown for these contacts, for a merged one its survivor, as far as the caller sees them: whoever sees a lead need
/// not see its client.
///
/// # Errors
/// The database is away.
pub fn shown(
    conn: &mut Connection,
    scope: &Scope,
    ids: impl Iterator<Item = ContactId>,
) -> Result<HashMap<ContactId, Shown>> {
    let rows = load(conn, distinct(ids))?;
    let survivors = load(conn, distinct(rows.iter().filter_map(|row| row.1)))?;
    let merged: Vec<(ContactId, ContactId)> = rows.iter().filter_map(|row| Some((row.0, row.1?))).collect();
    let roots = rows.into_iter().filter(|row| row.1.is_none()).chain(survivors);
    let seen = roots.filter(|row| scope.sees(row.2));
    let mut names: HashMap<_, _> = seen.map(|row| (row.0, Shown { id: row.0, name: row.3 })).collect();
    for (member, survivor) in merged {
        if let Some(name) = names.get(&survivor).cloned() {
            names.insert(member, name);
        }
    }
    Ok(names)
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
    Ok(live.select((contacts::id, contacts::merged_into, contacts::owner_id, contacts::display_name)).load(conn)?)
}
