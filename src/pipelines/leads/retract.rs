//! Taking back a stay that an import made: as if the lead had never been moved there.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::model::Lead;
use super::moves::{self, Stay};
use super::{store, touches};
use crate::accounts::{ApiKeyId, Principal, UserId, audit};
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::db::Connection;
use crate::db::schema::{leads, stage_intervals as intervals};
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::pipelines::{IntervalId, LeadId, LostReasonId, StageId, stages, visit};

/// The reason of a stay whose time no file has told yet.
pub const ASSUMED: &str = "Where an imported file says the lead is, without saying since when.";

/// Marks the stay that a new lead begins with as [`ASSUMED`].
///
/// # Errors
/// The database refuses it.
pub fn assume_first(conn: &mut Connection, lead: &Lead) -> Result<()> {
    let own = intervals::table.filter(intervals::contact_id.eq(lead.contact_id).and(intervals::lead_id.eq(lead.id)));
    diesel::update(own.filter(intervals::visit.eq(visit::BEGINS))).set(intervals::reason.eq(ASSUMED)).execute(conn)?;
    Ok(())
}

/// The assumed stays that a told one takes the place of: of the same stage, or at the beginning and no earlier.
///
/// # Errors
/// The database is away.
pub fn superseded(
    conn: &mut Connection,
    lead: &Lead,
    told: IntervalId,
    stage: StageId,
    at: Instant,
) -> Result<Vec<IntervalId>> {
    let stays = moves::stays(conn, lead)?;
    let assumed = stays.iter().filter(|stay| stay.reason.as_deref() == Some(ASSUMED) && stay.id != told);
    let gives_way = |stay: &&Stay| stay.stage_id == stage || (stay.starts_life() && at <= stay.entered_at);
    Ok(assumed.filter(gives_way).map(|stay| stay.id).collect())
}

/// Whether the lead has been in the stage.
///
/// # Errors
/// The database is away.
pub fn has_been_in(conn: &mut Connection, lead: &Lead, stage: StageId) -> Result<bool> {
    Ok(moves::stays(conn, lead)?.iter().any(|stay| stay.stage_id == stage))
}

/// A stay that was taken out of a lead's history: all that [`restore`] needs beside its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// Where the lead was.
    pub stage_id: StageId,
    /// Since when.
    pub at: Instant,
    /// Why.
    pub reason: Option<String>,
    /// Why it was lost.
    pub lost_reason_id: Option<LostReasonId>,
    /// The person who moved it there.
    pub moved_by: Option<UserId>,
    /// The program that moved it there.
    pub moved_by_key: Option<ApiKeyId>,
    /// When that was told.
    pub recorded_at: Option<Instant>,
}

/// Whether the stay is part of the lead's history.
///
/// # Errors
/// The lead is not visible.
pub fn is_there(conn: &mut Connection, by: &Principal, lead: LeadId, stay: IntervalId) -> Result<bool> {
    let lead = store::find(conn, by, lead)?;
    Ok(moves::stays(conn, &lead)?.iter().any(|known| known.id == stay))
}

/// Puts a stay back that [`retract`] took out, as it was: also beside one in the same stage, and in an archived stage.
/// One that is there stays as it is.
///
/// # Errors
/// The lead is not visible; its pipeline has no such stage.
pub fn restore(conn: &mut Connection, by: &Principal, lead: LeadId, stay: IntervalId, gone: &Gone) -> Result<()> {
    let before = store::locked(conn, by, lead)?;
    let all = stages::of(conn, before.pipeline_id)?;
    if !all.iter().any(|stage| stage.id == gone.stage_id) {
        return Err(Error::field("stage_id", "unknown", "is not a stage of the lead's pipeline any more"));
    }
    let mut stays = moves::stays(conn, &before)?;
    if stays.iter().any(|known| known.id == stay) {
        return Ok(());
    }
    let index = stays.partition_point(|known| (known.entered_at, known.id) < (gone.at, stay));
    let next = stays.get(index).cloned();
    let back = Stay {
        id: stay,
        exited_at: next.as_ref().map(|next| next.entered_at),
        reason: gone.reason.clone(),
        lost_reason_id: gone.lost_reason_id,
        moved_by: gone.moved_by,
        moved_by_key: gone.moved_by_key,
        recorded_at: gone.recorded_at.unwrap_or_else(Instant::now),
        visit: visit::after(stays.iter().take(index).map(|known| known.stage_id), gone.stage_id),
        ..Stay::new(by, &before, gone.at, gone.stage_id, None)
    };
    diesel::insert_into(intervals::table).values(&back).execute(conn)?;
    let previous = index.checked_sub(1).and_then(|previous| stays.get(previous)).cloned();
    if let Some(previous) = &previous {
        diesel::update(moves::row(previous)).set(intervals::exited_at.eq(gone.at)).execute(conn)?;
    }
    moves::amend(conn, &all, previous.as_ref(), &back, None)?;
    if let Some(next) = &next {
        moves::amend(conn, &all, Some(&back), next, None)?;
    }
    stays.insert(index, back);
    moves::number(conn, &mut stays)?;
    let after = moves::standing(&before, &all, &stays)?;
    store::save(conn, &after)?;
    moves::write_path(conn, &after, &all, &stays)?;
    audit::record(conn, by, "move", store::subject(&after), Some(&before), Some(&after))
}

/// Takes a stay out of the lead's history; gives what would bring it back. A lead's only stay remains.
///
/// # Errors
/// The lead is not visible.
pub fn retract(conn: &mut Connection, by: &Principal, lead: LeadId, stay: IntervalId) -> Result<Option<Gone>> {
    let before = store::locked(conn, by, lead)?;
    let all = stages::of(conn, before.pipeline_id)?;
    let mut stays = moves::stays(conn, &before)?;
    let Some(index) = stays.iter().position(|known| known.id == stay).filter(|_| stays.len() > 1) else {
        return Ok(None);
    };
    let gone = stays.remove(index);
    diesel::delete(moves::row(&gone)).execute(conn)?;
    moves::amend(conn, &all, None, &gone, Some(Instant::now()))?;
    if let Some(previous) = index.checked_sub(1).and_then(|previous| stays.get_mut(previous)) {
        previous.exited_at = gone.exited_at;
        diesel::update(moves::row(previous)).set(intervals::exited_at.eq(gone.exited_at)).execute(conn)?;
    }
    moves::number(conn, &mut stays)?;
    if let Some(next) = stays.get(index) {
        let previous = index.checked_sub(1).and_then(|previous| stays.get(previous));
        moves::amend(conn, &all, previous, next, None)?;
    }
    let mut after = moves::standing(&before, &all, &stays)?;
    if after.entered_at != before.entered_at {
        after = touches::told(conn, after)?;
    }
    store::save(conn, &after)?;
    moves::write_path(conn, &after, &all, &stays)?;
    audit::record(conn, by, "move", store::subject(&after), Some(&before), Some(&after))?;
    Ok(Some(Gone {
        stage_id: gone.stage_id,
        at: gone.entered_at,
        reason: gone.reason,
        lost_reason_id: gone.lost_reason_id,
        moved_by: gone.moved_by,
        moved_by_key: gone.moved_by_key,
        recorded_at: Some(gone.recorded_at),
    }))
}

/// Lets go of what identifies a deleted lead in the system it came from: a file may bring it again.
///
/// # Errors
/// The database refuses it.
pub fn forget_source(conn: &mut Connection, lead: LeadId) -> Result<()> {
    let deleted = leads::table.filter(leads::id.eq(lead)).filter(leads::deleted_at.is_not_null());
    diesel::update(deleted).set(leads::source_id.eq(None::<String>)).execute(conn)?;
    Ok(())
}

/// Whether the client has leads that are not deleted.
///
/// # Errors
/// The database is away.
pub fn any_of_contact(conn: &mut Connection, contact: ContactId) -> Result<bool> {
    let live = leads::table.filter(leads::contact_id.eq(contact)).filter(leads::deleted_at.is_null());
    Ok(live.select(leads::id).first::<LeadId>(conn).optional()?.is_some())
}

/// Whether the company has leads that are not deleted.
///
/// # Errors
/// The database is away.
pub fn any_of_company(conn: &mut Connection, company: CompanyId) -> Result<bool> {
    let live = leads::table.filter(leads::company_id.eq(company)).filter(leads::deleted_at.is_null());
    Ok(live.select(leads::id).first::<LeadId>(conn).optional()?.is_some())
}

impl Stay {
    fn starts_life(&self) -> bool {
        self.visit == visit::BEGINS
    }
}
