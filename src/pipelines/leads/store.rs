//! Leads in the database. A lead of an owner the caller does not see is as good as absent.

use diesel::prelude::*;
use serde_json::Value;

use super::model::{Lead, LeadPatch, NewLead, money_fault};
use super::moves::{self, Stay, lost_reason_fault, stage_fault};
use super::{people, touches};
use crate::accounts::Principal;
use crate::accounts::audit::{self, Subject};
use crate::contacts::ContactId;
use crate::db::Connection;
use crate::db::schema::{leads, stage_intervals};
use crate::db::types::{Instant, Json};
use crate::error::{Code, Error, FieldError, OnUnique, Result};
use crate::http::{Version, check_version};
use crate::pipelines::{LeadId, PipelineId, Stage, StageId, StageKind, stages, store as pipelines};
use crate::timeline::{self, EntryId, EntryType, NewEntry};

pub(super) const fn subject(lead: &Lead) -> Subject {
    Subject { entity: "lead", id: lead.id.0, contact_id: Some(lead.contact_id.0) }
}

/// A lead that the caller sees, deleted or not.
pub fn find_any(conn: &mut Connection, by: &Principal, id: LeadId) -> Result<Lead> {
    let lead: Lead = leads::table.filter(leads::id.eq(id)).select(Lead::as_select()).first(conn)?;
    by.scope.check(lead.owner_id)?;
    Ok(lead)
}

/// A lead that the caller sees and that is not deleted.
pub fn find(conn: &mut Connection, by: &Principal, id: LeadId) -> Result<Lead> {
    let lead = find_any(conn, by, id)?;
    if lead.deleted_at.is_some() { Err(Error::not_found()) } else { Ok(lead) }
}

/// These leads, in this order. The caller has made sure that they may be seen.
pub(crate) fn by_ids(conn: &mut Connection, ids: &[LeadId]) -> Result<Vec<Lead>> {
    let mut found: Vec<Lead> = leads::table.filter(leads::id.eq_any(ids)).select(Lead::as_select()).load(conn)?;
    let place = |lead: &Lead| ids.iter().position(|id| *id == lead.id);
    found.sort_by_key(place);
    Ok(found)
}

/// [`find`], and no other writer changes the lead until this transaction ends.
pub(super) fn locked(conn: &mut Connection, by: &Principal, id: LeadId) -> Result<Lead> {
    diesel::update(leads::table.filter(leads::id.eq(id))).set(leads::version.eq(leads::version)).execute(conn)?;
    find(conn, by, id)
}

/// Whether any lead that is not deleted is in the stage.
pub fn any_in(conn: &mut Connection, stage: StageId) -> Result<bool> {
    let there = leads::table.filter(leads::stage_id.eq(stage).and(leads::deleted_at.is_null()));
    Ok(there.select(leads::id).first::<LeadId>(conn).optional()?.is_some())
}

/// Makes a lead of the contact; one with the same `source` and `source_id` is found instead. Says whether it was made.
///
/// # Errors
/// Every bad field at once; [`Code::AlreadyExists`] where the found one is hidden from the caller.
pub fn insert(conn: &mut Connection, by: &Principal, contact: ContactId, new: &NewLead) -> Result<(Lead, bool)> {
    if let Some(known) = known(conn, by, new)? {
        return Ok((known, false));
    }
    let client = people::client(conn, by, contact, new.title.is_none())?;
    let mut faults = new.faults();
    let all = match new.pipeline_id {
        Some(id) => pipelines::find(conn, id)
            .map(Some)
            .or_else(|error| if error.status() == 404 { Ok(None) } else { Err(error) })?,
        None => pipelines::first(conn)?.map(|id| pipelines::find(conn, id)).transpose()?,
    };
    let Some(pipeline) = all.filter(|pipeline| pipeline.archived_at.is_none()) else {
        faults.push(FieldError::new("pipeline_id", "unknown", "is not a pipeline that takes new leads"));
        return Err(Error::invalid(faults));
    };
    let active = |stage: &&Stage| stage.archived_at.is_none();
    let stage = match new.stage_id {
        Some(id) => pipeline.stages.iter().find(|stage| stage.id == id),
        None => pipeline.stages.iter().find(active),
    };
    faults.extend(stage_fault(stage));
    faults.extend(lost_reason_fault(conn, stage.map(|stage| stage.kind), new.lost_reason_id)?);
    let company = new.company_id.unwrap_or(client.company_id);
    let owner = new.owner_id.unwrap_or_else(|| by.actor.user());
    faults.extend(people::owner_fault(conn, new.owner_id.flatten())?);
    faults.extend(people::company_fault(conn, new.company_id.flatten())?);
    let custom = people::custom(conn, new, &mut faults)?;
    let (Some(stage), true) = (stage, faults.is_empty()) else { return Err(Error::invalid(faults)) };
    let now = Instant::now();
    let entered_at = new.entered_at.unwrap_or(now);
    let lead = Lead {
        id: LeadId::new(),
        contact_id: contact,
        pipeline_id: pipeline.id,
        stage_id: stage.id,
        stage_kind: stage.kind,
        stage_entered_at: entered_at,
        entered_at,
        closed_at: (stage.kind != StageKind::Open).then_some(entered_at),
        title: new.title.as_deref().map_or(client.name, |title| title.trim().to_owned()),
        company_id: company,
        owner_id: owner,
        amount: new.amount,
        currency: new.currency.clone(),
        source: new.source.as_deref().map(|source| source.trim().to_owned()),
        source_id: new.source_id.clone(),
        expected_close_on: new.expected_close_on,
        lost_reason_id: new.lost_reason_id,
        first_touch_group: None,
        last_touch_group: None,
        touch_campaign: None,
        custom: Json(custom),
        version: 1,
        created_at: now,
        updated_at: now,
        deleted_at: None,
    };
    let lead = touches::told(conn, lead)?;
    write_new(conn, by, &lead, &pipeline.stages)?;
    Ok((lead, true))
}

fn write_new(conn: &mut Connection, by: &Principal, lead: &Lead, all: &[Stage]) -> Result<()> {
    diesel::insert_into(leads::table)
        .values((lead, leads::search_text.eq(search_text(lead))))
        .execute(conn)
        .on_unique(Code::AlreadyExists, "A lead with this source and source_id exists.")?;
    let stay = Stay::new(by, lead, lead.entered_at, lead.stage_id, None);
    diesel::insert_into(stage_intervals::table).values(&stay).execute(conn)?;
    moves::insert_path(conn, lead, all, std::slice::from_ref(&stay))?;
    moves::record(conn, by, all, None, &stay)?;
    audit::record(conn, by, "create", subject(lead), None::<&Lead>, Some(lead))
}

/// The client's lead that entered this pipeline last, where the caller sees one.
///
/// # Errors
/// The database is away.
pub fn latest_of(
    conn: &mut Connection,
    by: &Principal,
    contact: ContactId,
    pipeline: PipelineId,
) -> Result<Option<Lead>> {
    let own = leads::table.filter(leads::contact_id.eq(contact).and(leads::pipeline_id.eq(pipeline)));
    let live: Vec<Lead> = own
        .filter(leads::deleted_at.is_null())
        .order((leads::entered_at.desc(), leads::id.desc()))
        .select(Lead::as_select())
        .load(conn)?;
    Ok(live.into_iter().find(|lead| by.scope.sees(lead.owner_id)))
}

/// The lead that `source` and `source_id` name.
///
/// # Errors
/// [`Code::AlreadyExists`] where it is hidden from the caller.
pub fn known(conn: &mut Connection, by: &Principal, new: &NewLead) -> Result<Option<Lead>> {
    let (Some(source), Some(source_id)) = (&new.source, &new.source_id) else { return Ok(None) };
    let found: Option<Lead> = leads::table
        .filter(leads::source.eq(source.trim()).and(leads::source_id.eq(source_id)))
        .select(Lead::as_select())
        .first(conn)
        .optional()?;
    match found {
        Some(lead) if !by.scope.sees(lead.owner_id) => {
            Err(Error::because(Code::AlreadyExists, "A lead with this source and source_id exists."))
        }
        found => Ok(found),
    }
}

fn search_text(lead: &Lead) -> String {
    lead.title.to_lowercase()
}

/// Writes a lead's row.
pub(super) fn save(conn: &mut Connection, lead: &Lead) -> Result<()> {
    diesel::update(leads::table.find((lead.contact_id, lead.id)))
        .set((lead, leads::search_text.eq(search_text(lead))))
        .execute(conn)?;
    Ok(())
}

/// Changes a lead's fields.
///
/// # Errors
/// Every bad field at once; the lead is not visible or was changed by somebody else.
pub fn update(
    conn: &mut Connection,
    by: &Principal,
    id: LeadId,
    expected: Option<Version>,
    patch: &LeadPatch,
) -> Result<Lead> {
    let before = locked(conn, by, id)?;
    check_version(expected, before.version)?;
    let mut faults = Vec::new();
    let mut after = Lead { version: before.version + 1, updated_at: Instant::now(), ..before.clone() };
    after.custom = Json(people::changed(conn, &before.custom.0, &patch.custom, &mut faults)?);
    faults.extend(people::owner_fault(conn, patch.owner_id.flatten())?);
    faults.extend(people::company_fault(conn, patch.company_id.flatten())?);
    faults.extend(lost_reason_fault(conn, Some(before.stage_kind), patch.lost_reason_id.flatten())?);
    patch.apply(&mut after);
    if after.amount.is_some() != after.currency.is_some() {
        faults.push(money_fault(after.amount.is_some()));
    }
    if before.source_id.is_some() && after.source != before.source {
        faults.push(FieldError::new("source", "fixed", "is fixed: the lead is known there by its source_id"));
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let difference = audit::difference(&before, &after)?;
    if difference.is_empty() {
        return Ok(before);
    }
    save(conn, &after)?;
    let stays = moves::stays(conn, &after)?;
    if after.lost_reason_id != before.lost_reason_id {
        moves::explain_loss(conn, &stays, after.lost_reason_id)?;
    }
    let all = stages::of(conn, after.pipeline_id)?;
    moves::write_path(conn, &after, &all, &stays)?;
    note(conn, by, &after, "lead.updated", Value::Object(difference))?;
    audit::record(conn, by, "update", subject(&after), Some(&before), Some(&after))?;
    Ok(after)
}

impl LeadPatch {
    fn apply(&self, lead: &mut Lead) {
        let trimmed = |text: &String| text.trim().to_owned();
        if let Some(title) = &self.title {
            lead.title = trimmed(title);
        }
        lead.company_id = self.company_id.unwrap_or(lead.company_id);
        lead.owner_id = self.owner_id.unwrap_or(lead.owner_id);
        lead.amount = self.amount.unwrap_or(lead.amount);
        if let Some(currency) = &self.currency {
            lead.currency.clone_from(currency);
        }
        if let Some(source) = &self.source {
            lead.source = source.as_ref().map(trimmed);
        }
        lead.expected_close_on = self.expected_close_on.unwrap_or(lead.expected_close_on);
        lead.lost_reason_id = self.lost_reason_id.unwrap_or(lead.lost_reason_id);
    }
}

/// Deletes a lead; it can be restored.
pub fn delete(conn: &mut Connection, by: &Principal, id: LeadId, expected: Option<Version>) -> Result<()> {
    let before = locked(conn, by, id)?;
    check_version(expected, before.version)?;
    set_deleted(conn, by, &before, Some(Instant::now())).map(drop)
}

/// Brings a deleted lead back; one that is not deleted stays as it is.
pub fn restore(conn: &mut Connection, by: &Principal, id: LeadId) -> Result<Lead> {
    let before = find_any(conn, by, id)?;
    if before.deleted_at.is_none() {
        return Ok(before);
    }
    people::client(conn, by, before.contact_id, false)
        .map_err(|_| Error::because(Code::Conflict, "The client is deleted: restore the client first."))?;
    set_deleted(conn, by, &before, None)
}

fn set_deleted(conn: &mut Connection, by: &Principal, before: &Lead, deleted_at: Option<Instant>) -> Result<Lead> {
    let after = Lead { version: before.version + 1, updated_at: Instant::now(), deleted_at, ..before.clone() };
    save(conn, &after)?;
    let stays = moves::stays(conn, &after)?;
    let all = stages::of(conn, after.pipeline_id)?;
    moves::write_path(conn, &after, &all, &stays)?;
    let (action, kind) = if deleted_at.is_some() { ("delete", "lead.deleted") } else { ("restore", "lead.restored") };
    note(conn, by, &after, kind, Value::Object(audit::difference(before, &after)?))?;
    audit::record(conn, by, action, subject(&after), Some(before), Some(&after))?;
    Ok(after)
}

/// Puts a change of the lead on its client's timeline.
fn note(conn: &mut Connection, by: &Principal, lead: &Lead, kind: &str, properties: Value) -> Result<()> {
    let entry = NewEntry {
        id: EntryId::new(),
        contact_id: lead.contact_id,
        occurred_at: lead.updated_at,
        entry_type: EntryType::Change,
        lead_id: Some(lead.id),
        kind: kind.to_owned(),
        subject: Some(lead.title.clone()),
        properties: Some(properties),
    };
    timeline::record(conn, by, entry)
}
