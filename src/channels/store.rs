//! The rules in force, among the settings.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Compiled;
use super::rules::{self, Rule};
use crate::accounts::Principal;
use crate::accounts::audit::{self, Subject};
use crate::db::types::{Guid, Instant};
use crate::db::{Connection, settings};
use crate::error::{Error, FieldError, Result};
use crate::http::{Version, check_version};

const KEY: &str = "channel_rules";

/// Rules that somebody has put in place of the published ones.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Stored {
    /// Grows with every change; 1 for the published rules at first.
    pub version: Version,
    /// `None` where the published ones are back.
    pub rules: Option<Vec<Rule>>,
    /// When they were changed.
    pub updated_at: Option<Instant>,
    /// The groups that rules before these gave: what happened meanwhile may be in them still.
    #[serde(default)]
    pub former: BTreeSet<String>,
}

impl Stored {
    fn compiled(&self) -> Result<Arc<Compiled>> {
        self.rules.as_ref().map_or_else(|| Ok(rules::published_compiled()), |rules| Ok(Arc::new(Compiled::new(rules)?)))
    }

    /// Every group that something may be in: those that these rules give, and the former ones.
    fn groups(&self) -> Result<BTreeSet<String>> {
        let given = self.compiled()?;
        Ok(given.groups().map(str::to_owned).chain(self.former.iter().cloned()).collect())
    }
}

thread_local! {
    /// The last rules that were made ready on this thread, by their text: made from nothing else, so it is never stale.
    static READY: RefCell<Option<(String, Arc<Compiled>)>> = const { RefCell::new(None) };
}

/// The rules in force, ready for use.
///
/// # Errors
/// The database is away.
pub fn in_force(conn: &mut Connection) -> Result<Arc<Compiled>> {
    let Some(text) = settings::get::<Box<RawValue>>(conn, KEY)? else { return Ok(rules::published_compiled()) };
    let known = READY.with_borrow(|ready| {
        ready.as_ref().filter(|(known, _)| known == text.get()).map(|(_, compiled)| compiled.clone())
    });
    if let Some(compiled) = known {
        return Ok(compiled);
    }
    let stored: Stored = serde_json::from_str(text.get()).map_err(Error::internal)?;
    let compiled = stored.compiled()?;
    READY.set(Some((text.get().to_owned(), compiled.clone())));
    Ok(compiled)
}

/// What is wrong with the name of a channel group at a place in a request, where no rule gives or ever gave that group.
///
/// # Errors
/// The database is away.
pub fn unknown_groups<'a>(
    conn: &mut Connection,
    named: impl IntoIterator<Item = (String, &'a str)>,
) -> Result<Vec<FieldError>> {
    let mut named = named.into_iter().peekable();
    let known = if named.peek().is_none() { BTreeSet::new() } else { load(conn)?.groups()? };
    let unknown = named.filter(|(_, group)| !known.contains(*group));
    Ok(unknown.map(|(at, _)| FieldError::new(at, "unknown", "there is no such channel group")).collect())
}

/// The rules as data.
///
/// # Errors
/// The database is away.
pub fn load(conn: &mut Connection) -> Result<Stored> {
    Ok(settings::get(conn, KEY)?.unwrap_or(Stored { version: 1, ..Stored::default() }))
}

/// Replaces the rules; `None` brings the published ones back.
///
/// # Errors
/// They were changed meanwhile.
pub fn save(
    conn: &mut Connection,
    by: &Principal,
    expected: Option<Version>,
    rules: Option<Vec<Rule>>,
) -> Result<Stored> {
    let before = load(conn)?;
    check_version(expected, before.version)?;
    let former = before.groups()?;
    let after = Stored { version: before.version + 1, rules, updated_at: Some(Instant::now()), former };
    settings::put(conn, KEY, after.clone())?;
    let subject = Subject { entity: "channel_rules", id: Guid(uuid::Uuid::nil()), contact_id: None };
    audit::record(conn, by, "update", subject, Some(&before), Some(&after))?;
    Ok(after)
}
