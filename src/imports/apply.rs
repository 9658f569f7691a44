//! Puts what a row says into the database, through the same functions as the API: once, however often it is said.

use super::lookups::Lookups;
use super::reader::RowError;
use super::row::{Facts, LeadFacts, StageFact};
use crate::accounts::Principal;
use crate::companies::{self, CompanyId};
use crate::contacts::model::{Contact, ContactChange, NewContact};
use crate::contacts::{self, ClientRef, Unknown, identity, resolve};
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::Result;
use crate::interactions::{self, Draft};
use crate::pipelines::leads::{Lead, NewLead, StageMove, moves, store as leads};
use crate::pipelines::{LostReasonId, StageId};

/// What became of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Something is there that was not.
    pub created: bool,
    /// Something is different.
    pub updated: bool,
    /// Things to look at.
    pub warnings: Vec<RowError>,
}

/// Takes a row.
///
/// # Errors
/// What the API would answer.
pub fn apply(conn: &mut Connection, by: &Principal, lookups: &Lookups, facts: &Facts) -> Result<Taken> {
    let mut taken = Taken::default();
    let company = facts.company.as_deref().map(|name| company(conn, by, name, &mut taken)).transpose()?;
    let contact = client(conn, by, facts, company, &mut taken)?;
    if let Some(lead) = &facts.lead {
        self::lead(conn, by, lookups, &contact, lead, &mut taken)?;
    }
    if let Some(draft) = &facts.touchpoint {
        touchpoint(conn, by, &contact, draft, &mut taken)?;
    }
    Ok(taken)
}

fn company(conn: &mut Connection, by: &Principal, name: &str, taken: &mut Taken) -> Result<CompanyId> {
    let (id, created) = companies::store::named(conn, by, name)?;
    taken.created |= created;
    Ok(id)
}

/// The row's client: made, or brought up to what the row says. What a row leaves out stays.
fn client(
    conn: &mut Connection,
    by: &Principal,
    facts: &Facts,
    company: Option<CompanyId>,
    taken: &mut Taken,
) -> Result<Contact> {
    let company_id = company.map(Some);
    if identity::holders(conn, &facts.identities)?.is_empty() {
        taken.created = true;
        let fields = ContactChange { company_id, ..facts.contact.clone() };
        return contacts::store::insert(conn, by, NewContact { fields, partial: true });
    }
    let known =
        ClientRef::Known { identities: facts.identities.clone(), name: None, given_name: None, family_name: None };
    // A second user id of one source is a second client, even where the row's address belongs to the first.
    let found = resolve(conn, by, &known, Unknown::Create { source: None })?;
    let id = found.contact_id;
    taken.created |= found.created;
    let before = contacts::store::find(conn, by, id)?;
    let after = contacts::store::update(conn, by, id, None, &news(&before, facts, company_id))?;
    // The identities that `resolve` has added show in the time of change alone.
    taken.updated |= !found.created && after.version != before.version;
    Ok(after)
}

/// What the row says about a client that is known already.
fn news(before: &Contact, facts: &Facts, company_id: Option<Option<CompanyId>>) -> ContactChange {
    let said = facts.contact.clone();
    let tags = said.tags.map(|tags| {
        let mut all = before.tags.0.clone();
        all.extend(tags.into_iter().filter(|tag| !before.tags.0.contains(tag)));
        all
    });
    ContactChange {
        company_id,
        tags,
        // Where somebody came from first does not change.
        source: said.source.filter(|_| before.source.is_none()),
        emails: None,
        phones: None,
        external_ids: None,
        ..said
    }
}

/// The row's lead: found by its id in its source, else the client's latest in that pipeline; made where there is none.
fn lead(
    conn: &mut Connection,
    by: &Principal,
    lookups: &Lookups,
    contact: &Contact,
    facts: &LeadFacts,
    taken: &mut Taken,
) -> Result<()> {
    let known = match facts.new.source_id {
        Some(_) => None,
        None => leads::latest_of(conn, by, contact.id, facts.pipeline)?,
    };
    let (lead, created) = if let Some(lead) = known {
        (lead, false)
    } else {
        let entered_at = facts.new.entered_at.or_else(|| facts.stages.first().map(|first| first.at));
        leads::insert(conn, by, contact.id, &NewLead { entered_at, ..facts.new.clone() })?
    };
    taken.created |= created;
    let lead = if created { lead } else { bring_up(conn, by, lookups, lead, facts, taken)? };
    let entered_at = facts.new.entered_at.unwrap_or(lead.entered_at);
    facts.stages.iter().try_for_each(|stage| stay(conn, by, &lead, entered_at, stage, taken))
}

/// A known lead as the row says it is.
fn bring_up(
    conn: &mut Connection,
    by: &Principal,
    lookups: &Lookups,
    lead: Lead,
    facts: &LeadFacts,
    taken: &mut Taken,
) -> Result<Lead> {
    let mut patch = facts.patch.clone();
    if lead.source.is_some() {
        // Where it came from first does not change.
        patch.source = None;
    }
    let after = leads::update(conn, by, lead.id, None, &patch)?;
    taken.updated |= after.version != lead.version;
    enter(conn, by, lookups, after, facts.new.entered_at, taken)
}

/// Lets a known lead's life begin earlier where the row says so.
fn enter(
    conn: &mut Connection,
    by: &Principal,
    lookups: &Lookups,
    lead: Lead,
    entered_at: Option<Instant>,
    taken: &mut Taken,
) -> Result<Lead> {
    match (entered_at, lookups.first_stage(lead.pipeline_id)) {
        (Some(at), Some(first)) if at < lead.entered_at => {
            let (lead, moved) = moves::move_stage(conn, by, lead.id, &step(first, at, None))?;
            taken.updated |= moved;
            Ok(lead)
        }
        _ => Ok(lead),
    }
}

/// Notes that the lead entered a stage. One that it is said to have entered before its life began is kept as a fact, and
/// the lead enters it again where its life begins: so a lead won before its first contact is won.
fn stay(
    conn: &mut Connection,
    by: &Principal,
    lead: &Lead,
    entered_at: Instant,
    fact: &StageFact,
    taken: &mut Taken,
) -> Result<()> {
    let mut go = |at| moves::move_stage(conn, by, lead.id, &step(fact.stage, at, fact.lost_reason));
    let (_, moved) = go(fact.at)?;
    taken.updated |= moved;
    if fact.at < entered_at {
        let (_, again) = go(entered_at)?;
        taken.updated |= again;
        let message = format!(
            "{} at {} is before the lead began at {entered_at}: both are kept, and it counts as {}",
            fact.name, fact.at, fact.name
        );
        taken.warnings.push(RowError::new("before_entry", message).of(&fact.column));
    }
    Ok(())
}

const fn step(stage_id: StageId, at: Instant, lost_reason_id: Option<LostReasonId>) -> StageMove {
    StageMove { stage_id, at: Some(at), reason: None, lost_reason_id }
}

fn touchpoint(
    conn: &mut Connection,
    by: &Principal,
    contact: &Contact,
    draft: &Draft,
    taken: &mut Taken,
) -> Result<()> {
    let (source, source_id) = draft.source().unwrap_or_default();
    if !interactions::store::by_source(conn, source, &[source_id])?.is_empty() {
        return Ok(());
    }
    taken.created = true;
    interactions::store::insert(conn, &[draft.of(by, contact.id)])
}
