//! Whose event it is: what an event says about identity, and the one door to identity resolution.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::event::{Call, Event};
use crate::accounts::Principal;
use crate::contacts::identity::{self, Identity};
use crate::contacts::{self, ClientRef, ContactId, Unknown};
use crate::db::Connection;
use crate::error::Result;

/// The source of the ids that senders' own systems have for people: one for all write keys, so that a web site and
/// the system behind it mean the same person.
pub const USER_ID: &str = "user_id";
/// The source of ids of browsers and devices.
pub const ANONYMOUS_ID: &str = "anonymous_id";

/// What identifies the person of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clues {
    /// The identities, normalised, without those that identify nobody.
    pub identities: Vec<Identity>,
    /// What to call a new contact.
    pub name: Option<String>,
}

/// Reads what identifies the person of an event; `None` where nothing does.
#[must_use]
pub fn clues(event: &Event, region: &str) -> Option<Clues> {
    let mut found = Vec::new();
    found.extend(event.user_id.as_deref().and_then(|id| external(USER_ID, id)));
    found.extend(event.anonymous_id.as_deref().and_then(|id| external(ANONYMOUS_ID, id)));
    if event.call == Call::Alias {
        found.extend(event.previous_id.as_deref().and_then(|id| external(ANONYMOUS_ID, id)));
    }
    let own = (event.call == Call::Identify).then_some(&event.traits);
    let said = event.context.get("traits").and_then(Value::as_object);
    let traits: Vec<&Map<String, Value>> = own.into_iter().chain(said).collect();
    let first = |names: &[&str]| {
        let texts = traits.iter().flat_map(|map| names.iter().filter_map(|name| map.get(*name)?.as_str()));
        texts.filter(|text| !is_blocked(text)).map(str::to_owned).next()
    };
    found.extend(first(&["email"]).and_then(|text| Identity::email(&text).ok()));
    found.extend(first(&["phone"]).and_then(|text| Identity::phone(&text, region).ok()));
    found.extend(custom_ids(&event.context));
    found.sort_unstable();
    found.dedup();
    (!found.is_empty()).then(|| Clues { identities: found, name: first(&["name"]) })
}

/// The id of a browser or device, where it identifies anybody.
#[must_use]
pub fn anonymous(id: &str) -> Option<Identity> {
    external(ANONYMOUS_ID, id)
}

/// `context.externalIds`: ids of users that the sender has in other systems.
fn custom_ids(context: &Map<String, Value>) -> Vec<Identity> {
    let ids = context.get("externalIds").and_then(Value::as_array).into_iter().flatten();
    let users = ids.filter(|id| matches!(id.get("collection").and_then(Value::as_str), None | Some("users")));
    let named = users.filter_map(|id| {
        let value = match id.get("id")? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        external(id.get("type")?.as_str()?, &value)
    });
    named.take(20).collect()
}

fn external(source: &str, id: &str) -> Option<Identity> {
    if is_blocked(id) { None } else { Identity::external(source, id).ok() }
}

/// Values that identify nobody, whatever their case.
fn is_blocked(value: &str) -> bool {
    const BLOCKED: [&str; 21] = [
        "",
        "null",
        "none",
        "nil",
        "nan",
        "undefined",
        "unknown",
        "anonymous",
        "guest",
        "true",
        "false",
        "0",
        "-1",
        "id",
        "email",
        "distinct_id",
        "distinctid",
        "not_authenticated",
        "[object object]",
        "n/a",
        "test",
    ];
    let value = value.trim().to_lowercase();
    BLOCKED.contains(&value.as_str()) || value.bytes().all(|byte| matches!(byte, b'0' | b'-'))
}

/// The people of a batch, looked up together.
#[derive(Debug)]
pub struct People<'a> {
    source: &'a str,
    holders: HashMap<Identity, ContactId>,
}

impl<'a> People<'a> {
    /// Looks up everybody these clues mention.
    ///
    /// # Errors
    /// The database is away.
    pub fn of<'c>(conn: &mut Connection, source: &'a str, clues: impl Iterator<Item = &'c Clues>) -> Result<Self> {
        let mut wanted: Vec<Identity> = clues.flat_map(|clues| clues.identities.iter().cloned()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let found = identity::holders(conn, &wanted)?;
        let holders = found.into_iter().map(|holder| (holder.identity, holder.contact_id)).collect();
        Ok(Self { source, holders })
    }

    /// Who has the first of these identities.
    #[must_use]
    pub fn holder(&self, clues: &Clues) -> Option<ContactId> {
        self.holders.get(clues.identities.first()?).copied()
    }

    /// The contact these clues mean, made where there is none.
    ///
    /// # Errors
    /// The database is away.
    pub fn find(&mut self, conn: &mut Connection, by: &Principal, clues: &Clues) -> Result<ContactId> {
        let mut known = clues.identities.iter().map(|identity| self.holders.get(identity).copied());
        if let Some(Some(first)) = known.next()
            && known.all(|other| other == Some(first))
        {
            return Ok(first);
        }
        let client = ClientRef::Known {
            identities: clues.identities.clone(),
            name: clues.name.clone(),
            given_name: None,
            family_name: None,
        };
        let found = contacts::resolve(conn, by, &client, Unknown::Create { source: Some(self.source) })?.contact_id;
        for holder in identity::holders(conn, &clues.identities)? {
            self.holders.insert(holder.identity, holder.contact_id);
        }
        Ok(found)
    }
}
