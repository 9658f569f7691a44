//! What other systems sent and files held that could not be taken, where it names the person.

use std::collections::HashSet;

use diesel::prelude::*;
use serde::Serialize;

use crate::contacts::ContactId;
use crate::contacts::identity::IdentityKind;
use crate::db::dialect::{event_mentions, row_mentions};
use crate::db::schema::{identities, import_errors, ingest_refused};
use crate::db::types::{Guid, Json};
use crate::db::{Connection, MultiBackend};
use crate::error::Result;
use crate::exports::table::{Column, List, PIECE};
use crate::imports::ImportId;
use crate::ingest::refused::Refused;

/// Shorter ids would be found in what is about others.
const TELLING: usize = 8;

/// What finds a person in texts.
///
/// # Errors
/// The database is away.
pub fn telling(conn: &mut Connection, members: &[ContactId]) -> Result<Vec<String>> {
    let known: Vec<(IdentityKind, String)> = identities::table
        .filter(identities::contact_id.eq_any(members))
        .select((identities::kind, identities::value))
        .load(conn)?;
    let telling = |(kind, value): &(IdentityKind, String)| {
        matches!(kind, IdentityKind::Email | IdentityKind::Phone) || value.chars().count() >= TELLING
    };
    let mut values: Vec<String> = known.into_iter().filter(telling).map(|(_, value)| value).collect();
    values.sort_unstable();
    values.dedup();
    Ok(values)
}

/// A record that may name a person.
pub trait Mention: Serialize + Sized {
    /// Its id.
    fn id(&self) -> Guid;

    /// The next few that hold a text, behind an id.
    ///
    /// # Errors
    /// The database is away.
    fn holding(conn: &mut Connection, text: &str, after: Guid) -> Result<Vec<Self>>;
}

/// Records that name a person, each once.
pub struct Mentions<T> {
    /// Texts still to be looked for.
    texts: Vec<String>,
    after: Guid,
    seen: HashSet<Guid>,
    what: std::marker::PhantomData<T>,
}

impl<T> Mentions<T> {
    /// Those that hold any of these texts.
    #[must_use]
    pub fn of(texts: Vec<String>) -> Self {
        Self { texts, after: Guid(uuid::Uuid::nil()), seen: HashSet::new(), what: std::marker::PhantomData }
    }
}

impl<T: Mention + Send + 'static> List for Mentions<T> {
    type Row = T;

    fn columns(&self) -> Vec<Column<T>> {
        Vec::new()
    }

    fn next(&mut self, conn: &mut Connection) -> Result<Option<Vec<T>>> {
        let Some(text) = self.texts.last() else { return Ok(None) };
        let mut rows = T::holding(conn, text, self.after)?;
        self.after = rows.last().map_or(Guid(uuid::Uuid::nil()), Mention::id);
        if rows.is_empty() {
            self.texts.pop();
        }
        rows.retain(|row| self.seen.insert(row.id()));
        Ok(Some(rows))
    }
}

impl Mention for Refused {
    fn id(&self) -> Guid {
        self.id.0
    }

    fn holding(conn: &mut Connection, text: &str, after: Guid) -> Result<Vec<Self>> {
        let rows = ingest_refused::table.filter(event_mentions(text)).filter(ingest_refused::id.gt(after));
        let rows = rows.order(ingest_refused::id.asc()).limit(PIECE).select(Self::as_select());
        Ok(rows.into_boxed::<MultiBackend>().load(conn)?)
    }
}

/// A row of a file that could not be taken.
#[derive(Debug, Serialize, Queryable, Selectable)]
#[diesel(table_name = import_errors)]
pub struct RefusedRow {
    #[serde(skip)]
    id: Guid,
    import_id: ImportId,
    row_number: i64,
    column_name: Option<String>,
    code: String,
    message: String,
    record: Option<Json<Vec<String>>>,
}

impl Mention for RefusedRow {
    fn id(&self) -> Guid {
        self.id
    }

    fn holding(conn: &mut Connection, text: &str, after: Guid) -> Result<Vec<Self>> {
        let rows = import_errors::table.filter(row_mentions(text)).filter(import_errors::id.gt(after));
        let rows = rows.order(import_errors::id.asc()).limit(PIECE).select(Self::as_select());
        Ok(rows.into_boxed::<MultiBackend>().load(conn)?)
    }
}
