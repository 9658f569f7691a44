//! Interactions as a table.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::{client_columns, client_of};
use crate::accounts::Principal;
use crate::db::Connection;
use crate::error::Result;
use crate::exports::cell::Cell;
use crate::exports::names::{self, Client, People};
use crate::exports::table::{Column, List, PIECE};
use crate::interactions::list::{Filter, InteractionQuery};
use crate::interactions::{Direction, Interaction};

/// The interactions that a filter finds, from the newest.
#[derive(Debug)]
pub struct Interactions {
    by: Principal,
    filter: Option<Filter>,
    people: People,
}

/// An interaction with what its ids stand for.
#[derive(Debug)]
pub struct Row {
    one: Interaction,
    client: Option<Arc<Client>>,
    user: Option<String>,
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.one.serialize(serializer)
    }
}

impl Interactions {
    /// The list.
    ///
    /// # Errors
    /// A bad parameter.
    pub fn new(conn: &mut Connection, by: &Principal, query: InteractionQuery) -> Result<Self> {
        Ok(Self { by: by.clone(), filter: Some(query.parse()?.with_limit(PIECE)), people: People::load(conn)? })
    }
}

impl List for Interactions {
    type Row = Row;

    fn columns(&self) -> Vec<Column<Row>> {
        let mut columns = vec![
            Column::<Row>::new("id", |row| Cell::shown(Some(row.one.id))),
            Column::<Row>::new("contact_id", |row| Cell::shown(Some(row.one.contact_id))),
        ];
        columns.extend(client_columns(|row: &Row| row.client.as_deref()));
        columns.extend([
            Column::<Row>::new("occurred_at", |row| Cell::At(row.one.occurred_at)),
            Column::<Row>::new("channel", |row| Cell::word(Some(row.one.channel.as_str()))),
            Column::<Row>::new("online", |row| Cell::Flag(row.one.online)),
            Column::<Row>::new("direction", |row| Cell::word(row.one.direction.map(Direction::as_str))),
            Column::<Row>::new("kind", |row| Cell::text(row.one.kind.as_ref())),
            Column::<Row>::new("subject", |row| Cell::text(row.one.subject.as_ref())),
            Column::<Row>::new("body", |row| Cell::text(row.one.body.as_ref())),
            Column::<Row>::new("duration_seconds", |row| {
                row.one.duration_seconds.map_or(Cell::Empty, |seconds| Cell::Whole(seconds.into()))
            }),
            Column::<Row>::new("amount", |row| Cell::money(row.one.amount, row.one.currency.as_deref())),
            Column::<Row>::new("currency", |row| Cell::text(row.one.currency.as_ref())),
            Column::<Row>::new("campaign", |row| Cell::text(row.one.campaign.as_ref())),
            Column::<Row>::new("utm_source", |row| Cell::text(row.one.utm_source.as_ref())),
            Column::<Row>::new("utm_medium", |row| Cell::text(row.one.utm_medium.as_ref())),
            Column::<Row>::new("utm_campaign", |row| Cell::text(row.one.utm_campaign.as_ref())),
            Column::<Row>::new("utm_term", |row| Cell::text(row.one.utm_term.as_ref())),
            Column::<Row>::new("utm_content", |row| Cell::text(row.one.utm_content.as_ref())),
            Column::<Row>::new("lead_id", |row| Cell::shown(row.one.lead_id)),
            Column::<Row>::new("source", |row| Cell::text(row.one.source.as_ref())),
            Column::<Row>::new("source_id", |row| Cell::text(row.one.source_id.as_ref())),
            Column::<Row>::new("properties", |row| Cell::shown(row.one.properties.as_ref().map(|facts| facts.0.get()))),
            Column::<Row>::new("user", |row| Cell::text(row.user.as_ref())),
            Column::<Row>::new("recorded_at", |row| Cell::At(row.one.recorded_at)),
            Column::<Row>::new("updated_at", |row| Cell::At(row.one.updated_at)),
        ]);
        columns
    }

    fn next(&mut self, conn: &mut Connection) -> Result<Option<Vec<Row>>> {
        let Some(filter) = self.filter.take() else { return Ok(None) };
        let page = crate::interactions::list::page(conn, &self.by, &filter)?;
        self.filter = page.next_cursor.map(|cursor| filter.behind(&cursor)).transpose()?;
        let clients = names::clients(conn, &self.by.scope, page.items.iter().map(|one| one.contact_id))?;
        let row = |mut one: Interaction| Row {
            client: client_of(&clients, &mut one.contact_id),
            user: self.people.address(one.user_id),
            one,
        };
        Ok(Some(page.items.into_iter().map(row).collect()))
    }
}
