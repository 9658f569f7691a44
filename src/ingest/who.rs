//! Whose event it is: what an event says about identity, and the one door to identity resolution.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::event::{Call, Event};
use crate::accounts::Principal;
use crate::contacts::identity::{self, Holder, Identity, is_blocked};
use crate::contacts::recognise::{self, Sighting};
use crate::contacts::{ContactChange, ContactId, cluster, duplicates};
use crate::db::Connection;
use crate::db::types::Instant;
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
    found.extend(event.anonymous_id.as_deref().and_then(anonymous));
    if event.call == Call::Alias {
        found.extend(event.previous_id.as_deref().and_then(anonymous));
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
    Identity::anonymous(ANONYMOUS_ID, id).ok().filter(|identity| !identity.is_blocked())
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
        Identity::custom(id.get("type")?.as_str()?, &value).ok().filter(|identity| !identity.is_blocked())
    });
    named.take(20).collect()
}

fn external(source: &str, id: &str) -> Option<Identity> {
    Identity::external(source, id).ok().filter(|identity| !identity.is_blocked())
}

/// An alias of a user id that another known client has says that the two are one: they are never joined by that, but
/// put before people.
///
/// # Errors
/// The database is away.
pub fn suggest_alias(conn: &mut Connection, contact: ContactId, event: &Event) -> Result<()> {
    let Some(previous) = event.previous_id.as_deref().and_then(|id| external(USER_ID, id)) else { return Ok(()) };
    let root = cluster::root_of(conn, contact)?;
    for holder in identity::holders(conn, std::slice::from_ref(&previous))? {
        if holder.root != root {
            duplicates::suggest(conn, root, holder.root, &previous)?;
        }
    }
    Ok(())
}

/// The people of a batch, looked up together.
#[derive(Debug)]
pub struct People<'a> {
    source: &'a str,
    holders: HashMap<Identity, Holder>,
    /// When each was seen last, to be noted at the end, in order.
    seen: BTreeMap<Identity, Instant>,
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
        let mut people = Self { source, holders: HashMap::new(), seen: BTreeMap::new() };
        people.remember(conn, &wanted)?;
        Ok(people)
    }

    /// Who has the first of these identities.
    #[must_use]
    pub fn holder(&self, clues: &Clues) -> Option<ContactId> {
        self.holders.get(clues.identities.first()?).map(|holder| holder.contact_id)
    }

    /// The contact an event with these clues is about, made where there is none.
    ///
    /// # Errors
    /// As for [`recognise`](recognise::recognise).
    pub fn find(
        &mut self,
        conn: &mut Connection,
        by: &Principal,
        clues: &Clues,
        at: Instant,
        message_id: Option<&str>,
    ) -> Result<ContactId> {
        let new = ContactChange {
            display_name: Some(clues.name.clone()),
            source: Some(Some(self.source.to_owned())),
            ..ContactChange::default()
        };
        let seen = Sighting { identities: &clues.identities, at, message_id, new: Some(&new) };
        let mut known: Vec<Holder> =
            clues.identities.iter().filter_map(|identity| self.holders.get(identity).cloned()).collect();
        identity::most_telling_first(&mut known);
        if let Some(found) = recognise::at_once(by, &seen, &known)? {
            self.saw(&clues.identities, at);
            return Ok(found);
        }
        // The batch itself may have changed who is who: what was looked up before does not decide.
        let found = recognise::recognise(conn, by, &seen)?.contact_id;
        self.remember(conn, &clues.identities)?;
        Ok(found)
    }

    fn remember(&mut self, conn: &mut Connection, wanted: &[Identity]) -> Result<()> {
        let found = identity::holders(conn, wanted)?;
        self.holders.extend(found.into_iter().map(|holder| (holder.identity.clone(), holder)));
        Ok(())
    }

    fn saw(&mut self, identities: &[Identity], at: Instant) {
        for identity in identities {
            let last = self.seen.entry(identity.clone()).or_insert(at);
            *last = at.max(*last);
        }
    }

    /// Writes down when those that were known were seen last.
    ///
    /// # Errors
    /// The database is away.
    pub fn note_seen(&self, conn: &mut Connection) -> Result<()> {
        for (identity, at) in &self.seen {
            if let Some(holder) = self.holders.get(identity) {
                recognise::touch(conn, std::slice::from_ref(holder), *at)?;
            }
        }
        Ok(())
    }
}
