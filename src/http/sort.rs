//! Lists sorted by time or name: the order, the cursor that belongs to it, and query strings with custom fields.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_types::{Bool, Text, Untyped};
use serde::de::DeserializeOwned;

use super::{Cursor, query};
use crate::db::dialect::Condition;
use crate::db::types::{self, Guid, Instant};
use crate::error::{Error, Result};

crate::text_enum! {
    /// The order of a list; `-` puts the greatest first.
    pub enum Sort {
        /// Oldest first.
        Created = "created_at",
        /// Newest first.
        NewestFirst = "-created_at",
        /// Longest unchanged first.
        Updated = "updated_at",
        /// Changed last first.
        ChangedFirst = "-updated_at",
        /// From A to Z.
        Name = "name",
        /// From Z to A.
        NameDescending = "-name",
    }
}

/// The sort key of a row as text.
type SortCursor = Cursor<(Sort, String), Guid>;

impl Sort {
    const fn column(self) -> &'static str {
        match self {
            Self::Created | Self::NewestFirst => "created_at",
            Self::Updated | Self::ChangedFirst => "updated_at",
            Self::Name | Self::NameDescending => "name_key",
        }
    }

    const fn descending(self) -> bool {
        matches!(self, Self::NewestFirst | Self::ChangedFirst | Self::NameDescending)
    }

    /// `ORDER BY` for a table that has `created_at`, `updated_at`, `name_key` and `id`.
    pub fn order(self, table: &str) -> SqlLiteral<Untyped> {
        let (column, direction) = (self.column(), if self.descending() { "DESC" } else { "ASC" });
        sql(&format!("{table}.{column} {direction}, {table}.id {direction}"))
    }

    /// The cursor after a row.
    #[must_use]
    pub fn cursor(self, created_at: Instant, updated_at: Instant, name_key: &str, id: Guid) -> String {
        let key = match self {
            Self::Created | Self::NewestFirst => created_at.to_string(),
            Self::Updated | Self::ChangedFirst => updated_at.to_string(),
            Self::Name | Self::NameDescending => name_key.to_owned(),
        };
        Cursor((self, key), id).encode()
    }

    /// The rows after a cursor of this order.
    ///
    /// # Errors
    /// The cursor is none, or belongs to another order.
    pub fn after<Table: 'static>(self, table: &str, cursor: &str) -> Result<Condition<Table>> {
        let wrong = || Error::field("cursor", "format", "is not a cursor given by this list in this order");
        let Cursor((sort, key), id) = SortCursor::decode(cursor)?;
        if sort != self {
            return Err(wrong());
        }
        let comparison = if self.descending() { "<" } else { ">" };
        let left = sql::<Bool>(&format!("({table}.{}, {table}.id) {comparison} (", self.column()));
        Ok(match self {
            Self::Name | Self::NameDescending => {
                Box::new(left.bind::<Text, _>(key).sql(", ").bind::<types::sql::Guid, _>(id).sql(")"))
            }
            _ => {
                let at: Instant = key.parse().map_err(|_| wrong())?;
                Box::new(left.bind::<types::sql::Instant, _>(at).sql(", ").bind::<types::sql::Guid, _>(id).sql(")"))
            }
        })
    }
}

/// A query string with parameters known beforehand and `custom.…` ones that definitions decide on.
#[derive(Debug, Clone)]
pub struct ListQuery<T> {
    /// The known parameters.
    pub known: T,
    /// The others, as they came.
    pub custom: Vec<(String, String)>,
}

impl<T: DeserializeOwned> FromRequest for ListQuery<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(split(req.query_string()))
    }
}

fn split<T: DeserializeOwned>(text: &str) -> Result<ListQuery<T>> {
    let mut known = form_urlencoded::Serializer::new(String::new());
    let mut custom = Vec::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        if !name.starts_with("custom.") {
            known.append_pair(&name, &value);
        } else if value.contains('\0') {
            return Err(Error::field(name.into_owned(), "format", "must not hold the character U+0000"));
        } else {
            custom.push((name.into_owned(), value.into_owned()));
        }
    }
    if custom.len() > 20 {
        return Err(Error::field("custom", "length", "at most 20 conditions on custom fields"));
    }
    Ok(ListQuery { known: query::parse(&known.finish())?, custom })
}
