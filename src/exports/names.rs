//! What stands for ids in tables: names and addresses, looked up for a piece at once.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;

use crate::accounts::{Scope, UserId};
use crate::contacts::{ContactId, Email, Phone};
use crate::db::Connection;
use crate::db::schema::{contacts, users};
use crate::db::types::Json;
use crate::error::Result;

/// The addresses of all who work here.
#[derive(Debug, Clone, Default)]
pub struct People(Arc<HashMap<UserId, String>>);

impl People {
    /// Reads them.
    ///
    /// # Errors
    /// The database is away.
    pub fn load(conn: &mut Connection) -> Result<Self> {
        let rows: Vec<(UserId, String)> = users::table.select((users::id, users::email)).load(conn)?;
        Ok(Self(Arc::new(rows.into_iter().collect())))
    }

    /// Somebody's address.
    #[must_use]
    pub fn address(&self, id: Option<UserId>) -> Option<String> {
        self.0.get(&id?).cloned()
    }
}

/// A client in a table of something else.
#[derive(Debug, Clone)]
pub struct Client {
    /// The contact that is shown: of a merged one its survivor.
    pub id: ContactId,
    /// Its name.
    pub name: String,
    /// Its addresses, the primary one first.
    pub emails: Vec<String>,
    /// Its numbers, the primary one first.
    pub phones: Vec<String>,
}

type Row = ((ContactId, Option<ContactId>, Option<UserId>), String, Json<Vec<Email>>, Json<Vec<Phone>>);

/// The clients that facts belong to, as far as the caller sees them: whoever sees a lead need not see its client.
///
/// # Errors
/// The database is away.
pub fn clients(
    conn: &mut Connection,
    scope: &Scope,
    ids: impl Iterator<Item = ContactId>,
) -> Result<HashMap<ContactId, Arc<Client>>> {
    let mut ids: Vec<ContactId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let rows = load(conn, &ids)?;
    let mut survivors: Vec<ContactId> = rows.iter().filter_map(|row| row.0.1).collect();
    survivors.sort_unstable();
    survivors.dedup();
    let merged: Vec<(ContactId, ContactId)> = rows.iter().filter_map(|row| Some((row.0.0, row.0.1?))).collect();
    let shown = rows.into_iter().filter(|row| row.0.1.is_none()).chain(load(conn, &survivors)?);
    let shown = shown.filter(|row| scope.sees(row.0.2));
    let mut found: HashMap<_, _> = shown.map(|row| (row.0.0, Arc::new(client(row)))).collect();
    for (member, survivor) in merged {
        if let Some(client) = found.get(&survivor).cloned() {
            found.insert(member, client);
        }
    }
    Ok(found)
}

fn load(conn: &mut Connection, ids: &[ContactId]) -> Result<Vec<Row>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let columns = (
        (contacts::id, contacts::merged_into, contacts::owner_id),
        contacts::display_name,
        contacts::emails,
        contacts::phones,
    );
    let live = contacts::table.filter(contacts::id.eq_any(ids)).filter(contacts::deleted_at.is_null());
    Ok(live.select(columns).load(conn)?)
}

fn client(((id, ..), name, Json(emails), Json(phones)): Row) -> Client {
    Client { id, name, emails: addresses(&emails), phones: numbers(&phones) }
}

/// Addresses, the primary one first.
#[must_use]
pub fn addresses(emails: &[Email]) -> Vec<String> {
    let first = emails.iter().filter(|email| email.primary);
    let rest = emails.iter().filter(|email| !email.primary);
    first.chain(rest).map(|email| email.address.clone()).collect()
}

/// Numbers, the primary one first.
#[must_use]
pub fn numbers(phones: &[Phone]) -> Vec<String> {
    let first = phones.iter().filter(|phone| phone.primary);
    let rest = phones.iter().filter(|phone| !phone.primary);
    first.chain(rest).map(|phone| phone.number.clone()).collect()
}
