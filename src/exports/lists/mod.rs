//! The lists that can be exported: their rows and columns.

pub mod companies;
pub mod contacts;
pub mod funnel;
pub mod interactions;
pub mod journey;
pub mod leads;
pub mod reports;
pub mod tasks;
pub mod timeline;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::cell::Cell;
use super::names::Client;
use super::table::Column;
use crate::contacts::{Address, ContactId};
use crate::spreadsheet::join_list;

/// The columns of an address.
fn address_columns<R: 'static>(address: fn(&R) -> Option<&Address>) -> Vec<Column<R>> {
    type Part = fn(&Address) -> Option<&String>;
    let parts: [(&'static str, Part); 5] = [
        ("address.street", |address| address.street.as_ref()),
        ("address.city", |address| address.city.as_ref()),
        ("address.region", |address| address.region.as_ref()),
        ("address.postal_code", |address| address.postal_code.as_ref()),
        ("address.country", |address| address.country.as_ref()),
    ];
    let column =
        |(name, part): (&'static str, Part)| Column::new(name, move |row| Cell::text(address(row).and_then(part)));
    parts.into_iter().map(column).collect()
}

/// A list in one cell.
fn list<'a>(entries: impl IntoIterator<Item = &'a str>) -> Cell<'static> {
    let joined = join_list(entries);
    if joined.is_empty() { Cell::Empty } else { Cell::Text(Cow::Owned(joined)) }
}

/// The columns of the client that a fact belongs to.
fn client_columns<R: 'static>(client: fn(&R) -> Option<&Client>) -> Vec<Column<R>> {
    vec![
        Column::new("contact_name", move |row| Cell::text(client(row).map(|client| &client.name))),
        Column::new("contact_email", move |row| {
            client(row).map_or(Cell::Empty, |one| list(one.emails.iter().map(String::as_str)))
        }),
        Column::new("contact_phone", move |row| {
            client(row).map_or(Cell::Empty, |one| list(one.phones.iter().map(String::as_str)))
        }),
    ]
}

/// The client of a fact, and the id of the contact that is shown for it.
fn client_of(clients: &HashMap<ContactId, Arc<Client>>, id: &mut ContactId) -> Option<Arc<Client>> {
    let client = clients.get(id).cloned();
    if let Some(client) = &client {
        *id = client.id;
    }
    client
}
