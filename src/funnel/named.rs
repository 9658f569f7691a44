//! The names of a report's breakdowns. Custom fields come besides, by `custom.` and their keys.

use crate::db::Connection;
use crate::error::{Error, FieldError, Result};
use crate::fields::{self, Entity, Field};

/// What a request says for no breakdown.
pub const NONE: &str = "none";

/// The breakdowns that have a name of their own, and what is asked for by each.
pub struct Named<B: 'static>(pub &'static [(&'static str, B)]);

impl<B: Clone + PartialEq> Named<B> {
    /// The breakdown of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<B> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, found)| found.clone())
    }

    /// The name of a breakdown; that of none where it has no name of its own.
    #[must_use]
    pub fn name(&self, of: &B) -> &'static str {
        self.0.iter().find(|(_, known)| known == of).map_or(NONE, |(name, _)| name)
    }

    /// What is wrong with a name that is none of these.
    #[must_use]
    pub fn fault(&self) -> FieldError {
        let names: Vec<_> = self.0.iter().map(|(name, _)| *name).collect();
        let message = format!("must be one of: {}, or custom. and the key of a custom field", names.join(", "));
        FieldError::new("breakdown", "choice", message)
    }
}

/// The part of a breakdown that a list is asked for by its bucket, which is empty for what is in none; all where none is
/// named.
///
/// # Errors
/// A part is named of what is not broken down.
pub fn part(bucket: Option<&str>, is_whole: bool) -> Result<Option<Option<String>>> {
    match bucket {
        Some(_) if is_whole => {
            Err(Error::field("bucket", "choice", "is a part of a breakdown, which is not asked for"))
        }
        bucket => Ok(bucket.map(|bucket| Some(bucket.to_owned()).filter(|bucket| !bucket.is_empty()))),
    }
}

/// The custom field that a breakdown names; that there is none joins `faults`.
///
/// # Errors
/// The database is away.
pub fn field(conn: &mut Connection, of: Entity, key: &str, faults: &mut Vec<FieldError>) -> Result<Option<Field>> {
    let known = fields::all(conn, Some(of))?.into_iter().find(|field| field.key == key);
    if known.is_none() {
        faults.push(FieldError::new("breakdown", "unknown", format!("there is no such custom field of a {of}")));
    }
    Ok(known)
}
