//! Contacts as a table. The columns are named as imports name their targets, where imports have one.

use serde::{Serialize, Serializer};

use super::{address_columns, list};
use crate::accounts::Principal;
use crate::companies;
use crate::contacts::filter::{ContactQuery, newest};
use crate::contacts::{Contact, ContactId, store};
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::Result;
use crate::exports::cell::Cell;
use crate::exports::names::{self, People};
use crate::exports::table::{Column, List, PIECE, custom_columns};
use crate::exports::vcard::Card;
use crate::fields::{self, Entity, Field, Wanted};
use crate::http::parse_query;

/// The contacts that a filter finds.
#[derive(Debug)]
pub struct Contacts {
    by: Principal,
    query: ContactQuery,
    custom: Vec<Wanted>,
    region: String,
    people: People,
    fields: Vec<Field>,
    after: Option<(Instant, ContactId)>,
    ended: bool,
    /// Those that are asked for one by one, in this order.
    named: Option<std::vec::IntoIter<ContactId>>,
}

/// A contact with what its ids stand for.
#[derive(Debug)]
pub struct Row {
    contact: Contact,
    company: Option<String>,
    owner: Option<String>,
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.contact.serialize(serializer)
    }
}

impl Contacts {
    /// The list, from its newest.
    ///
    /// # Errors
    /// The database is away.
    pub fn new(
        conn: &mut Connection,
        by: &Principal,
        query: ContactQuery,
        custom: Vec<Wanted>,
        region: String,
    ) -> Result<Self> {
        let (people, fields) = (People::load(conn)?, fields::all(conn, Some(Entity::Contact))?);
        Ok(Self { by: by.clone(), query, custom, region, people, fields, after: None, ended: false, named: None })
    }

    /// These contacts in this order, as far as the caller sees them.
    ///
    /// # Errors
    /// The database is away.
    pub fn of(conn: &mut Connection, by: &Principal, ids: Vec<ContactId>) -> Result<Self> {
        let all = Self::new(conn, by, parse_query("")?, Vec::new(), String::new())?;
        Ok(Self { named: Some(ids.into_iter()), ..all })
    }

    fn found(&mut self, conn: &mut Connection) -> Result<Vec<Contact>> {
        let Some(named) = &mut self.named else {
            let side = self.query.side()?;
            let mut found = newest(conn, &self.by, &self.query, &self.custom, &self.region, self.after, PIECE)?;
            self.after = found.last().map(|last| (last.created_at, last.id));
            self.ended = i64::try_from(found.len()).is_ok_and(|len| len < PIECE);
            found.retain(|contact| side(contact.id));
            return Ok(found);
        };
        let some: Vec<ContactId> = named.by_ref().take(usize::try_from(PIECE).unwrap_or(1)).collect();
        self.ended = some.is_empty();
        some.into_iter().map(|id| store::find(conn, &self.by, id)).collect()
    }
}

impl List for Contacts {
    type Row = Row;

    fn columns(&self) -> Vec<Column<Row>> {
        let mut columns = vec![
            Column::<Row>::new("id", |row| Cell::shown(Some(row.contact.id))),
            Column::<Row>::new("display_name", |row| Cell::text(Some(&row.contact.display_name))),
            Column::<Row>::new("given_name", |row| Cell::text(row.contact.given_name.as_ref())),
            Column::<Row>::new("family_name", |row| Cell::text(row.contact.family_name.as_ref())),
            Column::<Row>::new("job_title", |row| Cell::text(row.contact.job_title.as_ref())),
            Column::<Row>::new("company", |row| Cell::text(row.company.as_ref())),
            Column::<Row>::new("email", |row| list(names::addresses(&row.contact.emails.0).iter().map(String::as_str))),
            Column::<Row>::new("phone", |row| list(names::numbers(&row.contact.phones.0).iter().map(String::as_str))),
            Column::<Row>::new("external_ids", |row| {
                let ids = row.contact.external_ids.0.iter().map(|one| format!("{}:{}", one.source, one.id));
                list(ids.collect::<Vec<_>>().iter().map(String::as_str))
            }),
        ];
        columns.extend(address_columns(|row: &Row| row.contact.address.as_ref().map(|address| &address.0)));
        columns.extend([
            Column::<Row>::new("language", |row| Cell::text(row.contact.language.as_ref())),
            Column::<Row>::new("time_zone", |row| Cell::text(row.contact.time_zone.as_ref())),
            Column::<Row>::new("owner", |row| Cell::text(row.owner.as_ref())),
            Column::<Row>::new("source", |row| Cell::text(row.contact.source.as_ref())),
            Column::<Row>::new("tags", |row| list(row.contact.tags.0.iter().map(String::as_str))),
            Column::<Row>::new("consents", |row| {
                let said = row.contact.consents.0.iter().map(|(channel, said)| format!("{channel}:{}", said.state));
                list(said.collect::<Vec<_>>().iter().map(String::as_str))
            }),
        ]);
        columns.extend(custom_columns(&self.fields, |row: &Row| &row.contact.custom.0));
        columns.extend([
            Column::<Row>::new("company_id", |row| Cell::shown(row.contact.company_id)),
            Column::<Row>::new("created_at", |row| Cell::At(row.contact.created_at)),
            Column::<Row>::new("updated_at", |row| Cell::At(row.contact.updated_at)),
        ]);
        columns
    }

    /// `external_id:<source>`: the contact's first id in that system.
    fn other_column(&self, name: &str) -> Option<Column<Row>> {
        let source = name.strip_prefix("external_id:")?.to_owned();
        Some(Column::<Row>::new(name.to_owned(), move |row| {
            Cell::text(row.contact.external_ids.0.iter().find(|one| one.source == source).map(|one| &one.id))
        }))
    }

    fn next(&mut self, conn: &mut Connection) -> Result<Option<Vec<Row>>> {
        if self.ended {
            return Ok(None);
        }
        let found = self.found(conn)?;
        let companies = companies::store::names(conn, found.iter().map(|contact| contact.company_id))?;
        let row = |contact: Contact| Row {
            company: contact.company_id.and_then(|id| companies.get(&id).cloned()),
            owner: self.people.address(contact.owner_id),
            contact,
        };
        Ok(Some(found.into_iter().map(row).collect()))
    }

    fn card(row: &Row) -> Option<Card<'_>> {
        Some(Card { contact: &row.contact, company: row.company.as_deref() })
    }

    fn has_cards(&self) -> bool {
        true
    }
}
