//! Many companies at once: each item is matched by its id, else by its domain, else by its name, then made or changed.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{CompanyChange, CompanyInput};
use super::{CompanyId, store};
use crate::accounts::Principal;
use crate::db::Connection;
use crate::db::dialect::take_turns;
use crate::db::schema::companies;
use crate::error::{Code, Error, FieldError, Result};
use crate::http::batch::{Items, Outcome, UpsertResult, split_id};
use crate::http::read_json;
use crate::text::sort_key;

/// An item that can be read.
#[derive(Debug, Clone)]
pub struct Item {
    id: Option<CompanyId>,
    change: CompanyChange,
}

impl Item {
    /// Reads an item: a company as in a POST, and perhaps its `id`.
    ///
    /// # Errors
    /// Every bad field; nothing in it finds a company.
    pub fn parse(bytes: &[u8], region: &str) -> Result<Self> {
        let (id, map) = split_id(bytes)?;
        let rest = serde_json::to_vec(&map).map_err(Error::internal)?;
        let change = read_json::<CompanyInput>(&rest)?.parse(region)?;
        let item = Self { id, change };
        if item.id.is_none() && item.domain().is_none() && item.change.name.is_none() {
            return Err(Error::field("id", "required", "give an id, a domain or a name to find the company by"));
        }
        Ok(item)
    }

    /// Whether it says the name.
    #[must_use]
    pub const fn is_named(&self) -> bool {
        self.change.name.is_some()
    }

    fn domain(&self) -> Option<&String> {
        self.change.domain.as_ref().and_then(Option::as_ref)
    }

    fn name(&self) -> Option<String> {
        self.change.name.as_deref().map(sort_key)
    }
}

/// Which companies have a domain or a name.
type Having = HashMap<String, Vec<CompanyId>>;

/// Makes and changes companies; what is wrong with an item is told in its result.
///
/// # Errors
/// The database is away.
pub fn upsert(conn: &mut Connection, by: &Principal, items: &Items<Item>) -> Result<Vec<UpsertResult>> {
    take_turns(conn)?;
    let good = || items.iter().filter_map(|(_, item)| item.as_ref().ok());
    let domains: Vec<&String> = good().filter_map(Item::domain).collect();
    let names: Vec<String> = good().filter_map(Item::name).collect();
    let live = companies::table.filter(companies::deleted_at.is_null()).order(companies::id.asc());
    let rows: Vec<(Option<String>, CompanyId)> =
        live.filter(companies::domain.eq_any(domains)).select((companies::domain, companies::id)).load(conn)?;
    let mut by_domain = having(rows.into_iter().filter_map(|(domain, id)| Some((domain?, id))));
    let mut by_name = having(store::keyed(conn, &names)?.into_iter().map(|(key, id, _)| (key, id)));
    let mut results = Vec::with_capacity(items.len());
    for (index, item) in items {
        let done = item.as_ref().map_err(Clone::clone).and_then(|item| {
            let known = match item.id {
                Some(id) => Some(id),
                None => found(item, &by_domain, &by_name)?,
            };
            let outcome = take(conn, by, known, &item.change)?;
            let (Outcome::Created(id) | Outcome::Updated(id) | Outcome::Unchanged(id)) = outcome;
            note(&mut by_domain, item.domain().cloned(), CompanyId(id));
            note(&mut by_name, item.name(), CompanyId(id));
            Ok(outcome)
        });
        results.push(UpsertResult::of(*index, done)?);
    }
    Ok(results)
}

fn having(rows: impl Iterator<Item = (String, CompanyId)>) -> Having {
    let mut out = Having::new();
    rows.for_each(|(key, id)| out.entry(key).or_default().push(id));
    out
}

/// The company has this key from now on, and no other.
fn note(having: &mut Having, key: Option<String>, id: CompanyId) {
    let Some(key) = key else { return };
    for known in having.values_mut() {
        known.retain(|other| *other != id);
    }
    having.entry(key).or_default().push(id);
}

/// The company an item means: that of its domain, else of its name.
fn found(item: &Item, by_domain: &Having, by_name: &Having) -> Result<Option<CompanyId>> {
    let (field, known) = match (item.domain(), item.name()) {
        (Some(domain), _) => ("domain", by_domain.get(domain)),
        (None, Some(name)) => ("name", by_name.get(&name)),
        (None, None) => return Ok(None),
    };
    match known.map(Vec::as_slice) {
        None | Some([]) => Ok(None),
        Some([one]) => Ok(Some(*one)),
        Some(several) => {
            let ids: Vec<_> = several.iter().map(ToString::to_string).collect();
            let message = format!("is that of several companies: {}", ids.join(", "));
            let errors = vec![FieldError::new(field, "taken", message)];
            Err(Error { errors, ..Error::because(Code::Conflict, "The item fits several companies: give an id.") })
        }
    }
}

fn take(conn: &mut Connection, by: &Principal, known: Option<CompanyId>, change: &CompanyChange) -> Result<Outcome> {
    let Some(id) = known else { return Ok(Outcome::Created(store::insert(conn, by, change, false)?.id.0)) };
    let before = store::find(conn, id)?.version;
    let after = store::update(conn, by, id, None, change)?;
    Ok(if after.version == before { Outcome::Unchanged(id.0) } else { Outcome::Updated(id.0) })
}
