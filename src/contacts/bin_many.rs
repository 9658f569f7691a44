//! Many contacts put into the bin or taken out of it at once, each on its own.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::{ContactId, bin};
use crate::accounts::Principal;
use crate::db::dialect::take_turns;
use crate::db::{Connection, savepoint};
use crate::error::Result;
use crate::http::batch::{Items, Outcome, UpsertResult};

/// Contacts by their ids.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactIds {
    /// The contacts.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_items = 1, max_items = 200)]
    ids: Vec<ContactId>,
}

impl ContactIds {
    /// The ids, each with its place.
    #[must_use]
    pub fn items(self) -> Items<ContactId> {
        self.ids.into_iter().map(Ok).enumerate().collect()
    }
}

/// Puts the contacts into the bin; what keeps one from it is told in its result.
///
/// # Errors
/// The database is away.
pub fn delete(conn: &mut Connection, by: &Principal, items: &Items<ContactId>) -> Result<Vec<UpsertResult>> {
    each(conn, items, |conn, id| bin::delete(conn, by, id, None).map(|()| Outcome::Updated(id.0)))
}

/// Takes the contacts out of the bin; what keeps one in it is told in its result.
///
/// # Errors
/// The database is away.
pub fn restore(conn: &mut Connection, by: &Principal, items: &Items<ContactId>) -> Result<Vec<UpsertResult>> {
    each(conn, items, |conn, id| {
        let was_there = bin::is_in_use(conn, by, id)?;
        bin::restore(conn, by, id)?;
        Ok(if was_there { Outcome::Unchanged(id.0) } else { Outcome::Updated(id.0) })
    })
}

fn each(
    conn: &mut Connection,
    items: &Items<ContactId>,
    mut work: impl FnMut(&mut Connection, ContactId) -> Result<Outcome>,
) -> Result<Vec<UpsertResult>> {
    take_turns(conn)?;
    let mut results = Vec::with_capacity(items.len());
    for (index, item) in items {
        let done = item.as_ref().map_err(Clone::clone).and_then(|id| savepoint(conn, |conn| work(conn, *id)));
        results.push(UpsertResult::of(*index, done)?);
    }
    Ok(results)
}
