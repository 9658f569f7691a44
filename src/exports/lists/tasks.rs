//! Tasks as a table.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::{client_columns, client_of};
use crate::accounts::Principal;
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::Result;
use crate::exports::cell::Cell;
use crate::exports::names::{self, Client, People};
use crate::exports::table::{Column, List, PIECE};
use crate::interactions::tasks::Task;
use crate::interactions::tasks::list::{Filter, TaskQuery, page};

/// The tasks that a filter finds, the first due first.
#[derive(Debug)]
pub struct Tasks {
    by: Principal,
    filter: Option<Filter>,
    people: People,
}

/// A task with what its ids stand for.
#[derive(Debug)]
pub struct Row {
    task: Task,
    client: Option<Arc<Client>>,
    assignee: Option<String>,
    maker: Option<String>,
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.task.serialize(serializer)
    }
}

impl Tasks {
    /// The list.
    ///
    /// # Errors
    /// A bad parameter.
    pub fn new(conn: &mut Connection, by: &Principal, query: TaskQuery) -> Result<Self> {
        let filter = query.parse(Instant::now())?.with_limit(PIECE);
        Ok(Self { by: by.clone(), filter: Some(filter), people: People::load(conn)? })
    }
}

impl List for Tasks {
    type Row = Row;

    fn columns(&self) -> Vec<Column<Row>> {
        let mut columns = vec![
            Column::<Row>::new("id", |row| Cell::shown(Some(row.task.id))),
            Column::<Row>::new("title", |row| Cell::text(Some(&row.task.title))),
            Column::<Row>::new("body", |row| Cell::text(row.task.body.as_ref())),
            Column::<Row>::new("contact_id", |row| Cell::shown(Some(row.task.contact_id))),
        ];
        columns.extend(client_columns(|row: &Row| row.client.as_deref()));
        columns.extend([
            Column::<Row>::new("lead_id", |row| Cell::shown(row.task.lead_id)),
            Column::<Row>::new("due_at", |row| Cell::at(row.task.due_at)),
            Column::<Row>::new("assignee", |row| Cell::text(row.assignee.as_ref())),
            Column::<Row>::new("done_at", |row| Cell::at(row.task.done_at)),
            Column::<Row>::new("created_by", |row| Cell::text(row.maker.as_ref())),
            Column::<Row>::new("created_at", |row| Cell::At(row.task.created_at)),
            Column::<Row>::new("updated_at", |row| Cell::At(row.task.updated_at)),
        ]);
        columns
    }

    fn next(&mut self, conn: &mut Connection) -> Result<Option<Vec<Row>>> {
        let Some(filter) = self.filter.take() else { return Ok(None) };
        let found = page(conn, &self.by, &filter)?;
        self.filter = found.next_cursor.map(|cursor| filter.behind(&cursor)).transpose()?;
        let clients = names::clients(conn, &self.by.scope, found.items.iter().map(|task| task.contact_id))?;
        let row = |mut task: Task| Row {
            client: client_of(&clients, &mut task.contact_id),
            assignee: self.people.address(task.assignee_id),
            maker: self.people.address(task.created_by),
            task,
        };
        Ok(Some(found.items.into_iter().map(row).collect()))
    }
}
