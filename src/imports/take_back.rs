//! One record's change taken back, through the same functions as the API.

use serde_json::{Map, Value, json};

use super::changes::{EXTERNAL_IDS, ImportChange, Of, state};
use super::undo::former;
use crate::accounts::Principal;
use crate::companies::model::CompanyInput;
use crate::companies::{self, CompanyId, links};
use crate::contacts::duplicates::{self, DuplicateId};
use crate::contacts::model::ContactInput;
use crate::contacts::{self, ContactId, bulk};
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::fields::{self, FieldId};
use crate::http::read_json;
use crate::interactions::tasks::{self, TaskPatch};
use crate::interactions::{self, InteractionId, TaskId};
use crate::pipelines::leads::retract::Gone;
use crate::pipelines::leads::{LeadPatch, retract, store as leads};
use crate::pipelines::model::{PipelinePatch, StagePatch};
use crate::pipelines::{IntervalId, LeadId, PipelineId, StageId, stages, store as pipelines};
use crate::timeline;

/// Why something stays.
type Kept = Option<String>;

const CHANGED: &str = "it has been changed since";

/// Takes back what the import made; says why it stays, where it does.
///
/// # Errors
/// It is not there; what the API would answer.
pub fn made(conn: &mut Connection, by: &Principal, change: &ImportChange) -> Result<Kept> {
    let id = change.entity_id;
    match change.entity {
        Of::Interaction => interaction(conn, by, change, InteractionId(id)),
        Of::Task => task(conn, by, change, TaskId(id)),
        Of::Lead => lead(conn, by, change, LeadId(id)),
        Of::Suggestion => {
            let gone = duplicates::forget(conn, DuplicateId(id))?;
            Ok((!gone).then(|| "somebody has decided about it".to_owned()))
        }
        Of::StageMove => stage_move(conn, by, change),
        Of::Contact => contact(conn, by, change, ContactId(id)),
        Of::Company => company(conn, by, change, CompanyId(id)),
        Of::Stage => stage(conn, by, StageId(id)),
        Of::Pipeline => pipeline(conn, by, PipelineId(id)),
        Of::Field => fields::delete(conn, by, FieldId(id), None).map(|()| None),
    }
}

fn interaction(conn: &mut Connection, by: &Principal, change: &ImportChange, id: InteractionId) -> Result<Kept> {
    let now = interactions::store::find(conn, by, id)?;
    if Some(state(&now)?) != change.state {
        return Ok(Some(CHANGED.to_owned()));
    }
    interactions::store::delete(conn, by, id, None)?;
    // The same file may come again.
    interactions::store::forget_source(conn, id)?;
    Ok(None)
}

fn task(conn: &mut Connection, by: &Principal, change: &ImportChange, id: TaskId) -> Result<Kept> {
    let now = tasks::store::find(conn, by, id)?;
    if Some(state(&now)?) != change.state {
        return Ok(Some(CHANGED.to_owned()));
    }
    tasks::store::delete(conn, by, id, None).map(|()| None)
}

fn lead(conn: &mut Connection, by: &Principal, change: &ImportChange, id: LeadId) -> Result<Kept> {
    let now = leads::find(conn, by, id)?;
    if Some(state(&now)?) != change.state {
        return Ok(Some(CHANGED.to_owned()));
    }
    if timeline::tells_of_lead(conn, now.contact_id, id)? {
        return Ok(Some("there are notes, tasks or touchpoints about it that the import did not bring".to_owned()));
    }
    leads::delete(conn, by, id, None)?;
    retract::forget_source(conn, id)?;
    Ok(None)
}

fn contact(conn: &mut Connection, by: &Principal, change: &ImportChange, id: ContactId) -> Result<Kept> {
    let now = contacts::store::find(conn, by, id)?;
    if now.id != id || now.members > 0 {
        return Ok(Some("it has been merged since".to_owned()));
    }
    if Some(state(&now)?) != change.state {
        return Ok(Some(CHANGED.to_owned()));
    }
    if timeline::tells_of(conn, id)? || retract::any_of_contact(conn, id)? {
        return Ok(Some("it has leads, notes, tasks or touchpoints that the import did not bring".to_owned()));
    }
    contacts::bin::delete(conn, by, id, None)?;
    duplicates::forget_of(conn, id)?;
    Ok(None)
}

fn company(conn: &mut Connection, by: &Principal, change: &ImportChange, id: CompanyId) -> Result<Kept> {
    let now = companies::store::find(conn, id)?;
    if Some(state(&now)?) != change.state {
        return Ok(Some(CHANGED.to_owned()));
    }
    if bulk::any_of_company(conn, id)? || retract::any_of_company(conn, id)? {
        return Ok(Some("people or leads belong to it".to_owned()));
    }
    companies::store::delete(conn, by, id, None)?;
    // The same file may come again.
    links::forget(conn, id)?;
    Ok(None)
}

fn stage(conn: &mut Connection, by: &Principal, id: StageId) -> Result<Kept> {
    if leads::any_in(conn, id)? {
        return Ok(Some("leads are in it".to_owned()));
    }
    let archive = StagePatch { archived: Some(true), ..StagePatch::default() };
    stages::update(conn, by, id, None, &archive)?;
    Ok(None)
}

fn pipeline(conn: &mut Connection, by: &Principal, id: PipelineId) -> Result<Kept> {
    for stage in stages::of(conn, id)? {
        if leads::any_in(conn, stage.id)? {
            return Ok(Some("leads are in it".to_owned()));
        }
    }
    pipelines::update(conn, by, id, None, &PipelinePatch { archived: Some(true), ..PipelinePatch::default() })?;
    Ok(None)
}

fn fact<T: serde::de::DeserializeOwned>(change: &ImportChange, name: &str) -> Option<T> {
    let value = change.fields.as_ref()?.0.get(name)?.clone();
    serde_json::from_value(value).ok()
}

fn stage_move(conn: &mut Connection, by: &Principal, change: &ImportChange) -> Result<Kept> {
    let lead: LeadId = fact(change, "lead_id").ok_or_else(Error::not_found)?;
    let stay = IntervalId(change.entity_id);
    let taken = retract::retract(conn, by, lead, stay)?.is_some();
    let remains = !taken && retract::is_there(conn, by, lead, stay)?;
    Ok(remains.then(|| "it is the only stage that the lead has been in".to_owned()))
}

/// Brings back a stay that the import took away.
///
/// # Errors
/// The lead is not there.
pub fn removed(conn: &mut Connection, by: &Principal, change: &ImportChange) -> Result<()> {
    let lead: LeadId = fact(change, "lead_id").ok_or_else(Error::not_found)?;
    let facts = change.fields.as_ref().map(|fields| Value::Object(fields.0.clone())).unwrap_or_default();
    let gone: Gone = serde_json::from_value(facts).map_err(|_| Error::not_found())?;
    retract::restore(conn, by, lead, IntervalId(change.entity_id), &gone)
}

/// Gives a record its former values; says which fields stay.
///
/// # Errors
/// It is not there; what the API would answer.
pub fn changed(conn: &mut Connection, by: &Principal, change: &ImportChange) -> Result<Kept> {
    let Some(fields) = change.fields.as_ref().map(|fields| &fields.0) else { return Ok(None) };
    let kept = match change.entity {
        Of::Contact => contact_fields(conn, by, ContactId(change.entity_id), fields)?,
        Of::Company => company_fields(conn, by, CompanyId(change.entity_id), fields)?,
        Of::Lead => lead_fields(conn, by, LeadId(change.entity_id), fields)?,
        Of::Task => task_fields(conn, by, TaskId(change.entity_id), fields)?,
        _ => Vec::new(),
    };
    Ok((!kept.is_empty()).then(|| format!("changed since: {}", kept.join(", "))))
}

fn to_value<T: serde::Serialize>(record: &T) -> Result<Value> {
    serde_json::to_value(record).map_err(Error::internal)
}

fn contact_fields(
    conn: &mut Connection,
    by: &Principal,
    id: ContactId,
    fields: &Map<String, Value>,
) -> Result<Vec<String>> {
    const OWN: [&str; 3] = ["anonymous", "deleted_at", "erased_at"];
    let now = contacts::store::find(conn, by, id)?;
    let (mut patch, mut kept) = former(fields, &to_value(&now)?);
    patch.retain(|name, _| !OWN.contains(&name.as_str()));
    if let Some(Value::Object(consents)) = patch.get("consents")
        && now.consents.0.keys().any(|channel| !consents.contains_key(channel.as_str()))
    {
        // What somebody has said about being reached is never unsaid.
        kept.push("consents".to_owned());
        patch.shift_remove("consents");
    }
    if !patch.is_empty() {
        let input: ContactInput = read_json(&serde_json::to_vec(&patch).map_err(Error::internal)?)?;
        contacts::store::update(conn, by, now.id, None, &input.parse("")?)?;
    }
    Ok(kept)
}

fn company_fields(
    conn: &mut Connection,
    by: &Principal,
    id: CompanyId,
    fields: &Map<String, Value>,
) -> Result<Vec<String>> {
    let now = companies::store::find(conn, id)?;
    let known = links::of(conn, id)?;
    let mut current = to_value(&now)?;
    if let Value::Object(current) = &mut current {
        current.insert(EXTERNAL_IDS.to_owned(), json!(known));
    }
    let (mut patch, kept) = former(fields, &current);
    if let Some(before) = patch.shift_remove(EXTERNAL_IDS) {
        let before: Vec<(String, String)> = serde_json::from_value(before).map_err(Error::internal)?;
        for (source, external) in known.iter().filter(|known| !before.contains(known)) {
            links::detach(conn, id, source, external)?;
        }
    }
    if !patch.is_empty() {
        let input: CompanyInput = read_json(&serde_json::to_vec(&patch).map_err(Error::internal)?)?;
        companies::store::update(conn, by, id, None, &input.parse("")?)?;
    }
    Ok(kept)
}

/// A task that the import found done is open again.
fn task_fields(conn: &mut Connection, by: &Principal, id: TaskId, fields: &Map<String, Value>) -> Result<Vec<String>> {
    let now = tasks::store::find(conn, by, id)?;
    let (patch, kept) = former(fields, &to_value(&now)?);
    if patch.contains_key("done_at") {
        let open = TaskPatch { done: Some(false), ..TaskPatch::default() };
        tasks::update(conn, by, id, None, &open)?;
    }
    Ok(kept)
}

fn lead_fields(conn: &mut Connection, by: &Principal, id: LeadId, fields: &Map<String, Value>) -> Result<Vec<String>> {
    // Where a lead stands is taken back with its stays.
    const OF_STAYS: [&str; 6] =
        ["stage_id", "stage_kind", "stage_entered_at", "entered_at", "closed_at", "lost_reason_id"];
    let now = leads::find(conn, by, id)?;
    let mut fields = fields.clone();
    fields.retain(|name, _| !OF_STAYS.contains(&name.as_str()));
    let (patch, kept) = former(&fields, &to_value(&now)?);
    if !patch.is_empty() {
        let patch: LeadPatch = read_json(&serde_json::to_vec(&patch).map_err(Error::internal)?)?;
        leads::update(conn, by, id, None, &patch)?;
    }
    Ok(kept)
}

/// Whether a record has gone by itself: it is in the bin, or was erased.
///
/// # Errors
/// The database is away.
pub fn is_gone(conn: &mut Connection, change: &ImportChange) -> Result<bool> {
    let (system, id) = (Principal::system(), change.entity_id);
    let found = match change.entity {
        Of::Interaction => interactions::store::find(conn, &system, InteractionId(id)).map(drop),
        Of::Task => tasks::store::find(conn, &system, TaskId(id)).map(drop),
        Of::Lead => leads::find(conn, &system, LeadId(id)).map(drop),
        Of::StageMove => match fact(change, "lead_id") {
            Some(lead) => leads::find(conn, &system, lead).map(drop),
            None => Err(Error::not_found()),
        },
        Of::Contact => contacts::store::find(conn, &system, ContactId(id)).map(drop),
        Of::Company => companies::store::find(conn, CompanyId(id)).map(drop),
        Of::Suggestion | Of::Stage | Of::Pipeline | Of::Field => Err(Error::not_found()),
    };
    match found {
        Ok(()) => Ok(false),
        Err(error) if error.status() == 404 => Ok(true),
        Err(error) => Err(error),
    }
}
