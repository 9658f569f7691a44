//! Whose a record is: an active user.

use std::collections::HashMap;
use std::str::FromStr;

use diesel::prelude::*;
use serde::{Deserialize, Deserializer};

use super::{Principal, UserId};
use crate::db::Connection;
use crate::db::schema::users;
use crate::error::{Error, Result};

/// Whether this is an active user, to whom records may be given.
///
/// # Errors
/// The database is away.
pub fn is_active(conn: &mut Connection, owner: UserId) -> Result<bool> {
    let active = users::table.filter(users::id.eq(owner).and(users::active.eq(true)));
    let found: i64 = active.count().get_result(conn)?;
    Ok(found > 0)
}

/// Makes sure that records may be given to this user.
///
/// # Errors
/// [`Code::Invalid`](crate::error::Code::Invalid) naming `field` where there is no such active user.
pub fn check(conn: &mut Connection, field: &'static str, owner: UserId) -> Result<()> {
    if !is_active(conn, owner)? {
        return Err(Error::field(field, "unknown", "is not an active user"));
    }
    Ok(())
}

/// The active users by their addresses, and by their names where nobody else has the same; in lower case.
///
/// # Errors
/// The database is away.
pub fn by_email_and_name(conn: &mut Connection) -> Result<HashMap<String, UserId>> {
    let active = users::table.filter(users::active.eq(true));
    let rows: Vec<(String, String, UserId)> = active.select((users::email, users::name, users::id)).load(conn)?;
    let mut named: HashMap<String, Option<UserId>> = HashMap::new();
    for (_, name, id) in &rows {
        let one = named.entry(name.trim().to_lowercase()).or_insert(Some(*id));
        if *one != Some(*id) {
            *one = None;
        }
    }
    let mut found: HashMap<_, _> = named.into_iter().filter_map(|(name, id)| Some((name, id?))).collect();
    found.extend(rows.into_iter().map(|(email, _, id)| (email, id)));
    Ok(found)
}

/// Which of these addresses are users'.
///
/// # Errors
/// The database is away.
pub fn addresses(conn: &mut Connection, addresses: &[&str]) -> Result<Vec<String>> {
    Ok(users::table.filter(users::email.eq_any(addresses)).select(users::email).load(conn)?)
}

/// Whose records are asked for: a user's by their id, the caller's own (`me`), or those that are nobody's (`none`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// This user's.
    User(UserId),
    /// The caller's.
    Me,
    /// Nobody's.
    Nobody,
}

impl Whose {
    /// The user whose records are meant; `None` where they are nobody's.
    ///
    /// # Errors
    /// A program asks for its own: records belong to people.
    pub fn user(self, field: &'static str, by: &Principal) -> Result<Option<UserId>> {
        match self {
            Self::User(id) => Ok(Some(id)),
            Self::Nobody => Ok(None),
            Self::Me => match by.actor.user() {
                Some(id) => Ok(Some(id)),
                None => Err(Error::field(field, "person", "is for people: a program names a user's id")),
            },
        }
    }
}

impl FromStr for Whose {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        match text {
            "me" => Ok(Self::Me),
            "none" => Ok(Self::Nobody),
            id => id.parse().map(Self::User).map_err(|_| "must be an id, me or none"),
        }
    }
}

impl<'de> Deserialize<'de> for Whose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
