//! Many leads at once: each item is matched by its id, else by its `source` and `source_id`, then made, or changed and
//! moved.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::{Map, Value};

use super::model::{Lead, LeadPatch, NewLead};
use super::moves::{self, StageMove};
use super::{people, store};
use crate::accounts::Principal;
use crate::contacts::{self, ClientRef, Unknown};
use crate::db::dialect::take_turns;
use crate::db::schema::leads;
use crate::db::{Connection, savepoint};
use crate::error::{Code, Error, FieldError, Result};
use crate::http::batch::{Items, Outcome, UpsertResult, split_id};
use crate::http::read_json;
use crate::pipelines::LeadId;

/// An item that can be read.
#[derive(Debug, Clone)]
pub struct Item {
    id: Option<LeadId>,
    new: NewLead,
    client: Option<ClientRef>,
    patch: LeadPatch,
}

/// What a known lead may be given.
const CHANGEABLE: [&str; 9] = [
    "title",
    "company_id",
    "owner_id",
    "amount",
    "currency",
    "source",
    "expected_close_on",
    "lost_reason_id",
    "custom",
];
/// `null` means something in a new lead, too.
const NULLABLE: [&str; 2] = ["company_id", "owner_id"];

impl Item {
    /// Reads an item: a lead as in a POST, and perhaps its `id`.
    ///
    /// # Errors
    /// Every bad field; nothing in it finds a lead.
    pub fn parse(bytes: &[u8], region: &str) -> Result<Self> {
        let (id, map) = split_id::<LeadId>(bytes)?;
        let patch: Map<String, Value> =
            map.iter().filter(|(name, _)| CHANGEABLE.contains(&name.as_str())).map(owned).collect();
        let said = |(name, value): &(&String, &Value)| !value.is_null() || NULLABLE.contains(&name.as_str());
        let new: Map<String, Value> = map.iter().filter(said).map(owned).collect();
        let mut new: NewLead = read(new)?;
        let patch: LeadPatch = read(patch)?;
        let named = new.contact_id.is_some() || new.contact.is_some();
        let client = if named { Some(people::client_of(&mut new, region)?) } else { None };
        if id.is_none() && (new.source.is_none() || new.source_id.is_none()) {
            let message = "give an id, or a source and a source_id to find the lead by";
            return Err(Error::field("source_id", "required", message));
        }
        Ok(Self { id, new, client, patch })
    }

    fn key(&self) -> Option<(String, String)> {
        Some((self.new.source.as_deref()?.trim().to_owned(), self.new.source_id.clone()?))
    }
}

fn owned((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

fn read<T: serde::de::DeserializeOwned + validator::Validate>(map: Map<String, Value>) -> Result<T> {
    read_json(&serde_json::to_vec(&Value::Object(map)).map_err(Error::internal)?)
}

/// Makes, changes and moves leads; what is wrong with an item is told in its result.
///
/// # Errors
/// The database is away.
pub fn upsert(conn: &mut Connection, by: &Principal, items: &Items<Item>) -> Result<Vec<UpsertResult>> {
    take_turns(conn)?;
    let mut known = known(conn, items)?;
    let mut results = Vec::with_capacity(items.len());
    for (index, item) in items {
        let done = item.as_ref().map_err(Clone::clone).and_then(|item| {
            let id = item.id.or_else(|| item.key().and_then(|key| known.get(&key).copied()));
            // A client made for a lead that is refused goes with it.
            let (id, outcome) = savepoint(conn, |conn| match id {
                Some(id) => change(conn, by, id, item),
                None => make(conn, by, item),
            })?;
            known.extend(item.key().map(|key| (key, id)));
            Ok(outcome)
        });
        results.push(UpsertResult::of(*index, done)?);
    }
    Ok(results)
}

/// The leads that are there, by source and id, deleted ones too: with one query a source.
fn known(conn: &mut Connection, items: &Items<Item>) -> Result<HashMap<(String, String), LeadId>> {
    let mut wanted: HashMap<String, Vec<String>> = HashMap::new();
    for (source, source_id) in items.iter().filter_map(|(_, item)| item.as_ref().ok()?.key()) {
        wanted.entry(source).or_default().push(source_id);
    }
    let mut found = HashMap::new();
    for (source, ids) in wanted {
        let rows: Vec<(Option<String>, LeadId)> = leads::table
            .filter(leads::source.eq(&source).and(leads::source_id.eq_any(ids)))
            .select((leads::source_id, leads::id))
            .load(conn)?;
        found.extend(rows.into_iter().filter_map(|(source_id, id)| Some(((source.clone(), source_id?), id))));
    }
    Ok(found)
}

fn make(conn: &mut Connection, by: &Principal, item: &Item) -> Result<(LeadId, Outcome)> {
    let Some(client) = &item.client else {
        return Err(Error::field("contact_id", "required", "is required for a new lead where contact is absent"));
    };
    let contact = people::resolve(conn, by, client, &item.new)?;
    let (lead, _) = store::insert(conn, by, contact, &item.new)?;
    Ok((lead.id, Outcome::Created(lead.id.0)))
}

fn change(conn: &mut Connection, by: &Principal, id: LeadId, item: &Item) -> Result<(LeadId, Outcome)> {
    let hidden = |error: Error| match (error.code, item.id) {
        (Code::NotFound, None) => {
            Error::because(Code::AlreadyExists, "A lead with this source and source_id exists, deleted or not yours.")
        }
        _ => error,
    };
    let before = store::find(conn, by, id).map_err(hidden)?;
    check_fixed(conn, by, &before, item)?;
    let mut patch = item.patch.clone();
    let to = item.new.stage_id.filter(|stage| *stage != before.stage_id);
    // What a lead was lost for goes with the move to where it was lost.
    let lost_reason_id = if to.is_some() { patch.lost_reason_id.take().flatten() } else { None };
    let mut after = store::update(conn, by, id, None, &patch)?;
    if let Some(stage_id) = to {
        let step = StageMove { stage_id, at: None, reason: None, lost_reason_id };
        after = moves::move_stage(conn, by, id, None, &step)?.0;
    }
    let same = after.version == before.version && after.stage_id == before.stage_id;
    Ok((id, if same { Outcome::Unchanged(id.0) } else { Outcome::Updated(id.0) }))
}

/// Refuses what would give a known lead another pipeline, client or origin.
fn check_fixed(conn: &mut Connection, by: &Principal, lead: &Lead, item: &Item) -> Result<()> {
    let mut faults = Vec::new();
    let mut fixed = |field: &'static str, message: &'static str| faults.push(FieldError::new(field, "fixed", message));
    if item.new.pipeline_id.is_some_and(|pipeline| pipeline != lead.pipeline_id) {
        fixed("pipeline_id", "a lead stays in its pipeline");
    }
    if item.new.source_id.as_ref().is_some_and(|id| lead.source_id.as_ref() != Some(id)) {
        fixed("source_id", "a lead keeps the id it came with");
    }
    if item.new.entered_at.is_some_and(|at| at != lead.entered_at) {
        fixed("entered_at", "is changed by a move alone");
    }
    if let Some(client) = &item.client {
        let meant = match client {
            ClientRef::Id(id) => Some(*id),
            known @ ClientRef::Known { .. } => Some(contacts::resolve(conn, by, known, Unknown::Refuse)?.contact_id),
        };
        let same = meant.map(|id| contacts::cluster::are_one(conn, id, lead.contact_id));
        match same {
            Some(Ok(true)) | None => {}
            Some(Err(error)) if error.code != Code::NotFound => return Err(error),
            Some(_) => fixed("contact_id", "a lead stays with its client"),
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}
