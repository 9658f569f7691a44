//! Puts what a row says about a lead into the database.

use serde_json::{Map, Value, json};

use super::apply::Work;
use super::changes::{Action, Of};
use super::mapping::{Named, RowKind};
use super::reader::RowError;
use super::row::{CompanyFacts, LeadFacts, StageFact};
use crate::companies::CompanyId;
use crate::contacts::identity::{self, Identity};
use crate::contacts::model::{Contact, ContactChange};
use crate::contacts::{self, ContactId, bulk};
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::pipelines::leads::retract::{self, ASSUMED};
use crate::pipelines::leads::{Lead, LeadPatch, NewLead, StageMove, moves, store as leads};
use crate::pipelines::{LeadId, LostReasonId, StageId};

/// The client of a lead whose row names nobody: the lead's own where it is known, else one of its company's people, else
/// somebody made for it.
pub(super) fn client_of_lead(
    work: &mut Work<'_>,
    lead: &LeadFacts,
    said: &ContactChange,
    company: Option<&CompanyFacts>,
    company_id: Option<CompanyId>,
) -> Result<Contact> {
    let source = lead.new.source.as_deref().unwrap_or("import");
    let short: String = source.chars().take(40).collect();
    let mut known = leads::known(work.conn, work.by, &lead.new)?.map(|lead| lead.contact_id);
    // Another file may have said whose it is: a converted lead of Salesforce names its opportunity.
    if let (None, Some(id)) = (known, &lead.new.source_id)
        && let Ok(own) = Identity::external(&format!("{short}-lead"), id)
    {
        known = identity::holders(work.conn, &[own])?.first().map(|holder| holder.root);
    }
    let known = match (known, company_id) {
        (None, Some(company)) => bulk::first_of_company(work.conn, work.by, company)?,
        (known, _) => known,
    };
    if let Some(id) = known {
        return contacts::store::find(work.conn, work.by, id);
    }
    let name = company.and_then(|company| company.name.clone()).or_else(|| lead.new.title.clone());
    let (kind, id) = match (company.and_then(|company| company.ids.first()), company_id) {
        (Some((_, id)), _) => ("company", id.clone()),
        (None, Some(company)) => ("company", company.to_string()),
        (None, None) => ("lead", lead.new.source_id.clone().unwrap_or_default()),
    };
    let identity = Identity::external(&format!("{short}-{kind}"), &id)
        .map_err(|_| Error::field("contact", "required", "neither the row nor its lead tells who the client is"))?;
    let external = contacts::ExternalId { source: identity.source.clone(), id: identity.value.clone() };
    let said = ContactChange {
        display_name: said.display_name.clone().or(Some(name)),
        external_ids: Some(vec![external]),
        ..said.clone()
    };
    work.client(&[identity], &said, company_id)
}

/// The row's lead: found by its id in its source, else the client's latest in that pipeline; made where there is none.
pub(super) fn lead(
    work: &mut Work<'_>,
    contact: &Contact,
    facts: &LeadFacts,
    company: Option<CompanyId>,
) -> Result<LeadId> {
    let known = match facts.new.source_id {
        Some(_) => leads::known(work.conn, work.by, &facts.new)?,
        None => leads::latest_of(work.conn, work.by, contact.id, facts.pipeline)?,
    };
    let Some(known) = known else { return make(work, contact, facts, company) };
    if known.deleted_at.is_some() {
        return Err(Error::field("source_id", "deleted", "is that of a lead in the bin: restore it first"));
    }
    let lead = bring_up(work, known, facts)?;
    let entered_at = facts.new.entered_at.unwrap_or(lead.entered_at);
    for stage in &facts.stages {
        stay(work, &lead, entered_at, stage)?;
    }
    // A file that is sent again does not bring back a stage that the lead has left since.
    if let Some(current) = &facts.current
        && !retract::has_been_in(work.conn, &lead, current.stage)?
    {
        let at = current.at.max(lead.stage_entered_at).min(Instant::now());
        go(work, lead.id, lead.contact_id, &step(current.stage, at, current.lost_reason, None))?;
    }
    Ok(lead.id)
}

fn make(work: &mut Work<'_>, contact: &Contact, facts: &LeadFacts, company: Option<CompanyId>) -> Result<LeadId> {
    let (first, current) = (facts.stages.first(), facts.current.as_ref());
    let mut new = NewLead {
        entered_at: facts.new.entered_at.or_else(|| first.map(|first| first.at)),
        company_id: company.map(Some).or(facts.new.company_id),
        partial: true,
        ..facts.new.clone()
    };
    let mut assumed = false;
    // Where a row names the stage its lead is in, or is about nothing but the lead, that is where it begins.
    if work.plan.mapping.row != RowKind::Contact || current.is_some() {
        // A stage that the lead is said to be in, of a lead that was won or lost meanwhile, is where it came from.
        let ended = facts.stages.last().is_some_and(|last| last.is_closed);
        match (first, current) {
            (Some(_), Some(current)) if ended && !current.is_closed => {
                new.stage_id = Some(current.stage);
                assumed = true;
            }
            (Some(first), _) => {
                new.stage_id = Some(first.stage);
                new.entered_at = Some(new.entered_at.map_or(first.at, |at| at.min(first.at)));
                new.lost_reason_id = first.lost_reason;
            }
            (None, Some(current)) => {
                new.stage_id = (!current.is_closed).then_some(current.stage);
                assumed = true;
            }
            (None, _) => {}
        }
    }
    let (lead, _) = leads::insert(work.conn, work.by, contact.id, &new)?;
    work.taken.created = true;
    if assumed {
        retract::assume_first(work.conn, &lead)?;
    }
    let entered_at = lead.entered_at;
    for stage in &facts.stages {
        stay(work, &lead, entered_at, stage)?;
    }
    let stands = leads::find(work.conn, work.by, lead.id)?;
    if let Some(current) = current
        && !retract::has_been_in(work.conn, &stands, current.stage)?
    {
        let at = current.at.max(stands.stage_entered_at);
        moves::enter(work.conn, work.by, lead.id, &step(current.stage, at, current.lost_reason, Some(ASSUMED)))?;
    }
    let made = leads::find(work.conn, work.by, lead.id)?;
    work.ledger.created(Of::Lead, lead.id.0, Some(lead.contact_id), &made)?;
    Ok(lead.id)
}

/// A known lead as the row says it is.
fn bring_up(work: &mut Work<'_>, lead: Lead, facts: &LeadFacts) -> Result<Lead> {
    let mut patch: LeadPatch = facts.patch.clone();
    if lead.source.is_some() {
        // Where it came from first does not change.
        patch.source = None;
    }
    let after = leads::update(work.conn, work.by, lead.id, None, &patch)?;
    if after.version != lead.version {
        work.taken.updated = true;
        work.ledger.updated(Of::Lead, lead.id.0, Some(lead.contact_id), &lead, &after)?;
    }
    enter_earlier(work, after, facts.new.entered_at)
}

/// Lets a known lead's life begin earlier where the row says so.
fn enter_earlier(work: &mut Work<'_>, lead: Lead, entered_at: Option<Instant>) -> Result<Lead> {
    match (entered_at, work.plan.lookups.first_stage(lead.pipeline_id)) {
        (Some(at), Some(first)) if at < lead.entered_at => {
            go(work, lead.id, lead.contact_id, &step(first, at, None, None))?;
            leads::find(work.conn, work.by, lead.id)
        }
        _ => Ok(lead),
    }
}

/// Notes that the lead entered a stage. One that it is said to have entered before its life began is kept as a fact, and
/// the lead enters it again where its life begins: so a lead won before its first contact is won.
fn stay(work: &mut Work<'_>, lead: &Lead, entered_at: Instant, fact: &StageFact) -> Result<()> {
    go(work, lead.id, lead.contact_id, &step(fact.stage, fact.at, fact.lost_reason, None))?;
    if fact.at < entered_at {
        go(work, lead.id, lead.contact_id, &step(fact.stage, entered_at, fact.lost_reason, None))?;
        let message = format!(
            "{} at {} is before the lead began at {entered_at}: both are kept, and it counts as {}",
            fact.name, fact.at, fact.name
        );
        work.taken.warnings.push(RowError::new("before_entry", message).of(&fact.column));
    }
    Ok(())
}

fn go(work: &mut Work<'_>, lead: LeadId, contact: ContactId, step: &StageMove) -> Result<bool> {
    let before = leads::find(work.conn, work.by, lead)?;
    let (after, made) = moves::enter(work.conn, work.by, lead, step)?;
    let Some(made) = made else { return Ok(false) };
    work.taken.updated = true;
    let facts = Map::from_iter([("lead_id".to_owned(), json!(lead))]);
    work.ledger.stay(made.0, contact, Action::Created, facts);
    work.ledger.updated(Of::Lead, lead.0, Some(contact), &before, &after)?;
    Ok(true)
}

/// A row of a lead's history: the stage is entered when it says, and what was assumed until then gives way.
pub(super) fn history(work: &mut Work<'_>, facts: &LeadFacts) -> Result<()> {
    let unknown = || {
        let message = "no lead has this id: import the leads first, then their history";
        Error::field("source_id", "unknown", message)
    };
    let lead = leads::known(work.conn, work.by, &facts.new)?.filter(|lead| lead.deleted_at.is_none());
    let lead = lead.ok_or_else(unknown)?;
    custom_of_history(work, &lead, facts)?;
    let Some(fact) = &facts.current else { return Ok(()) };
    let here = work.plan.mapping.renamed(Named::Stage, &fact.name);
    let stage = work.plan.lookups.stage(lead.pipeline_id, here).map_or(fact.stage, |stage| stage.id);
    let before = leads::find(work.conn, work.by, lead.id)?;
    let (_, made) = moves::enter(work.conn, work.by, lead.id, &step(stage, fact.at, fact.lost_reason, None))?;
    let Some(made) = made else { return Ok(()) };
    work.taken.updated = true;
    let of_lead = Map::from_iter([("lead_id".to_owned(), json!(lead.id))]);
    work.ledger.stay(made.0, lead.contact_id, Action::Created, of_lead.clone());
    for old in retract::superseded(work.conn, &lead, made, stage, fact.at)? {
        if let Some(back) = retract::retract(work.conn, work.by, lead.id, old)? {
            let mut facts = of_lead.clone();
            if let Value::Object(gone) = json!(back) {
                facts.extend(gone);
            }
            work.ledger.stay(old.0, lead.contact_id, Action::Removed, facts);
        }
    }
    let after = leads::find(work.conn, work.by, lead.id)?;
    work.ledger.updated(Of::Lead, lead.id.0, Some(lead.contact_id), &before, &after)
}

/// Custom fields of a row of a lead's history: the lead's own from then on.
fn custom_of_history(work: &mut Work<'_>, lead: &Lead, facts: &LeadFacts) -> Result<()> {
    if facts.patch.custom.is_empty() {
        return Ok(());
    }
    let patch = LeadPatch { custom: facts.patch.custom.clone(), ..LeadPatch::default() };
    let after = leads::update(work.conn, work.by, lead.id, None, &patch)?;
    if after.version != lead.version {
        work.taken.updated = true;
        work.ledger.updated(Of::Lead, lead.id.0, Some(lead.contact_id), lead, &after)?;
    }
    Ok(())
}

fn step(stage_id: StageId, at: Instant, lost_reason_id: Option<LostReasonId>, reason: Option<&str>) -> StageMove {
    StageMove { stage_id, at: Some(at), reason: reason.map(str::to_owned), lost_reason_id }
}
