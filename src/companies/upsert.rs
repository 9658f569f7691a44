//! Many companies at once: each item is matched by its id, else by its ids in other systems, else by its domain, else by
//! its name, then made or changed.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use validator::Validate;

use super::model::{CompanyChange, CompanyInput};
use super::{CompanyId, links, store};
use crate::accounts::Principal;
use crate::contacts::parts::{ExternalId, Faults, parse_external_ids};
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
    external_ids: Vec<ExternalId>,
    change: CompanyChange,
}

impl Item {
    /// Reads an item: a company as in a POST, and perhaps its `id` and `external_ids`.
    ///
    /// # Errors
    /// Every bad field; nothing in it finds a company.
    pub fn parse(bytes: &[u8], region: &str) -> Result<Self> {
        let (id, mut map) = split_id(bytes)?;
        let external_ids = external_ids(map.shift_remove("external_ids"))?;
        let rest = serde_json::to_vec(&map).map_err(Error::internal)?;
        let change = read_json::<CompanyInput>(&rest)?.parse(region)?;
        let item = Self { id, external_ids, change };
        let silent = item.external_ids.is_empty() && item.domain().is_none() && item.change.name.is_none();
        if item.id.is_none() && silent {
            let message = "give an id, an external id, a domain or a name to find the company by";
            return Err(Error::field("id", "required", message));
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

/// A company's ids in other systems, as an item gives them.
#[derive(Debug, Default, Deserialize, Validate)]
struct Links {
    #[validate(length(max = 50), nested)]
    external_ids: Vec<ExternalId>,
}

fn external_ids(given: Option<Value>) -> Result<Vec<ExternalId>> {
    let Some(given) = given.filter(|given| !given.is_null()) else { return Ok(Vec::new()) };
    let links: Links = read_json(json!({ "external_ids": given }).to_string().as_bytes())?;
    let mut faults = Faults::default();
    let parsed = parse_external_ids(links.external_ids, &mut faults);
    faults.finish().map(|()| parsed)
}

/// Which companies have a domain or a name.
type Having = HashMap<String, Vec<CompanyId>>;

/// Which company has an id in another system.
type Linked = HashMap<(String, String), CompanyId>;

/// What finds companies.
struct Known {
    links: Linked,
    domains: Having,
    names: Having,
}

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
    let domains = having(rows.into_iter().filter_map(|(domain, id)| Some((domain?, id))));
    let names = having(store::keyed(conn, &names)?.into_iter().map(|(key, id, _)| (key, id)));
    let links = links::known(conn, good().flat_map(|item| &item.external_ids))?;
    let mut known = Known { links, domains, names };
    let mut results = Vec::with_capacity(items.len());
    for (index, item) in items {
        let done = item.as_ref().map_err(Clone::clone).and_then(|item| known.take(conn, by, item));
        results.push(UpsertResult::of(*index, done)?);
    }
    Ok(results)
}

impl Known {
    fn take(&mut self, conn: &mut Connection, by: &Principal, item: &Item) -> Result<Outcome> {
        let known = item.id.map_or_else(|| self.find(item), |id| Ok(Some(id)))?;
        let mut outcome = save(conn, by, known, &item.change)?;
        let (Outcome::Created(id) | Outcome::Updated(id) | Outcome::Unchanged(id)) = outcome;
        note(&mut self.domains, item.domain().cloned(), CompanyId(id));
        note(&mut self.names, item.name(), CompanyId(id));
        for external in &item.external_ids {
            let key = (external.source.clone(), external.id.clone());
            if self.links.insert(key, CompanyId(id)) != Some(CompanyId(id)) {
                links::attach(conn, CompanyId(id), &external.source, &external.id)?;
                if matches!(outcome, Outcome::Unchanged(_)) {
                    outcome = Outcome::Updated(id);
                }
            }
        }
        Ok(outcome)
    }

    /// The company an item means: that of its ids in other systems, else of its domain, else of its name.
    fn find(&self, item: &Item) -> Result<Option<CompanyId>> {
        let linked = item.external_ids.iter();
        let mut linked: Vec<CompanyId> =
            linked.filter_map(|each| self.links.get(&(each.source.clone(), each.id.clone()))).copied().collect();
        linked.sort_unstable();
        linked.dedup();
        let (field, known) = match (item.domain(), item.name()) {
            _ if !linked.is_empty() => ("external_ids", Some(&linked)),
            (Some(domain), _) => ("domain", self.domains.get(domain)),
            (None, Some(name)) => ("name", self.names.get(&name)),
            (None, None) => return Ok(None),
        };
        match known.map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([one]) => Ok(Some(*one)),
            Some(several) => Err(ambiguous(field, several)),
        }
    }
}

fn ambiguous(field: &'static str, several: &[CompanyId]) -> Error {
    let ids: Vec<_> = several.iter().map(ToString::to_string).collect();
    let message = format!("is that of several companies: {}", ids.join(", "));
    let errors = vec![FieldError::new(field, "taken", message)];
    Error { errors, ..Error::because(Code::Conflict, "The item fits several companies: give an id.") }
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

fn save(conn: &mut Connection, by: &Principal, known: Option<CompanyId>, change: &CompanyChange) -> Result<Outcome> {
    let Some(id) = known else { return Ok(Outcome::Created(store::insert(conn, by, change, false)?.id.0)) };
    let before = store::find(conn, id)?.version;
    let after = store::update(conn, by, id, None, change)?;
    Ok(if after.version == before { Outcome::Unchanged(id.0) } else { Outcome::Updated(id.0) })
}
