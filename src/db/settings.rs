//! Facts about the installation that need no table of their own: each is one JSON value under a name.

use std::fmt::Debug;

use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::schema::settings;
use super::types::{Instant, Json};
use super::{Both, Connection};
use crate::error::Result;

/// The value under a name; `None` where none was ever put there.
///
/// # Errors
/// The database is away, or the value is of another shape.
pub fn get<T>(conn: &mut Connection, name: &str) -> Result<Option<T>>
where
    T: Serialize + DeserializeOwned + Debug + Send + Sync + 'static,
{
    let stored: Option<Json<T>> = settings::table.find(name).select(settings::value).first(conn).optional()?;
    Ok(stored.map(|Json(value)| value))
}

/// Takes away what is under a name.
///
/// # Errors
/// The database is away.
pub fn remove(conn: &mut Connection, name: &str) -> Result<()> {
    diesel::delete(settings::table.find(name)).execute(conn)?;
    Ok(())
}

/// Puts a value under a name, in place of an earlier one.
///
/// # Errors
/// The database is away.
pub fn put<T>(conn: &mut Connection, name: &str, value: T) -> Result<()>
where
    T: Serialize + DeserializeOwned + Debug + Clone + Send + Sync + 'static,
{
    let changes = (settings::value.eq(Json(value)), settings::updated_at.eq(Instant::now()));
    let insert = diesel::insert_into(settings::table).values((settings::key.eq(name), changes.clone()));
    Both(insert.on_conflict(settings::key).do_update().set(changes)).execute(conn)?;
    Ok(())
}
