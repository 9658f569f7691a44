//! Companies as a table.

use serde::{Serialize, Serializer};

use super::{address_columns, list};
use crate::accounts::Principal;
use crate::companies::filter::{CompanyQuery, newest};
use crate::companies::{Company, CompanyId};
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::Result;
use crate::exports::cell::Cell;
use crate::exports::names::People;
use crate::exports::table::{Column, List, PIECE, custom_columns};
use crate::fields::{self, Entity, Field, Wanted};

/// The companies that a filter finds.
#[derive(Debug)]
pub struct Companies {
    by: Principal,
    query: CompanyQuery,
    custom: Vec<Wanted>,
    region: String,
    people: People,
    fields: Vec<Field>,
    after: Option<(Instant, CompanyId)>,
    ended: bool,
}

/// A company with its owner's address.
#[derive(Debug)]
pub struct Row {
    company: Company,
    owner: Option<String>,
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.company.serialize(serializer)
    }
}

impl Companies {
    /// The list, from its newest.
    ///
    /// # Errors
    /// The database is away.
    pub fn new(
        conn: &mut Connection,
        by: &Principal,
        query: CompanyQuery,
        custom: Vec<Wanted>,
        region: String,
    ) -> Result<Self> {
        let (people, fields) = (People::load(conn)?, fields::all(conn, Some(Entity::Company))?);
        Ok(Self { by: by.clone(), query, custom, region, people, fields, after: None, ended: false })
    }
}

impl List for Companies {
    type Row = Row;

    fn columns(&self) -> Vec<Column<Row>> {
        let mut columns = vec![
            Column::<Row>::new("id", |row| Cell::shown(Some(row.company.id))),
            Column::<Row>::new("name", |row| Cell::text(Some(&row.company.name))),
            Column::<Row>::new("domain", |row| Cell::text(row.company.domain.as_ref())),
            Column::<Row>::new("website", |row| Cell::text(row.company.website.as_ref())),
            Column::<Row>::new("industry", |row| Cell::text(row.company.industry.as_ref())),
            Column::<Row>::new("email", |row| Cell::text(row.company.email.as_ref())),
            Column::<Row>::new("phone", |row| Cell::text(row.company.phone.as_ref())),
        ];
        columns.extend(address_columns(|row: &Row| row.company.address.as_ref().map(|address| &address.0)));
        columns.extend([
            Column::<Row>::new("owner", |row| Cell::text(row.owner.as_ref())),
            Column::<Row>::new("source", |row| Cell::text(row.company.source.as_ref())),
            Column::<Row>::new("tags", |row| list(row.company.tags.0.iter().map(String::as_str))),
        ]);
        columns.extend(custom_columns(&self.fields, |row: &Row| &row.company.custom.0));
        columns.extend([
            Column::<Row>::new("created_at", |row| Cell::At(row.company.created_at)),
            Column::<Row>::new("updated_at", |row| Cell::At(row.company.updated_at)),
        ]);
        columns
    }

    fn next(&mut self, conn: &mut Connection) -> Result<Option<Vec<Row>>> {
        if self.ended {
            return Ok(None);
        }
        let found = newest(conn, &self.by, &self.query, &self.custom, &self.region, self.after, PIECE)?;
        self.after = found.last().map(|last| (last.created_at, last.id));
        self.ended = i64::try_from(found.len()).is_ok_and(|len| len < PIECE);
        Ok(Some(
            found.into_iter().map(|company| Row { owner: self.people.address(company.owner_id), company }).collect(),
        ))
    }
}
