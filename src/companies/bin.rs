//! Many companies put into the bin or taken out of it at once, each on its own.

use super::{CompanyId, store};
use crate::accounts::Principal;
use crate::db::Connection;
use crate::error::Result;
use crate::http::Seen;
use crate::http::batch::{self, Items, Outcome, UpsertResult};

/// Puts the companies into the bin; what keeps one from it is told in its result.
///
/// # Errors
/// The database is away.
pub fn delete(conn: &mut Connection, by: &Principal, items: &Items<Seen<CompanyId>>) -> Result<Vec<UpsertResult>> {
    batch::each(conn, items, |conn, seen| {
        store::delete(conn, by, seen.id, seen.version)?;
        Ok(Outcome::Updated(seen.id.0))
    })
}

/// Takes the companies out of the bin; what keeps one in it is told in its result.
///
/// # Errors
/// The database is away.
pub fn restore(conn: &mut Connection, by: &Principal, items: &Items<CompanyId>) -> Result<Vec<UpsertResult>> {
    batch::each(conn, items, |conn, id| {
        let was_there = store::is_in_use(conn, *id)?;
        store::restore(conn, by, *id)?;
        Ok(Outcome::changed(id.0, !was_there))
    })
}
