//! Taking back a stay that an import made: as if the lead had never been moved there.

use diesel::prelude::*;

use super::model::Lead;
use super::moves::{self, StageMove, Stay};
use super::{store, touches};
use crate::accounts::{Principal, audit};
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::db::Connection;
use crate::db::schema::{leads, stage_intervals as intervals};
use crate::db::types::Instant;
use crate::error::Result;
use crate::pipelines::{IntervalId, LeadId, StageId, stages};

/// The reason of a stay whose time no file has told yet.
pub const ASSUMED: &str = "Where an imported file says the lead is, without saying since when.";

/// Marks the stay that a new lead begins with as [`ASSUMED`].
///
/// # Errors
/// The database refuses it.
pub fn assume_first(conn: &mut Connection, lead: &Lead) -> Result<()> {
    let own = intervals::table.filter(intervals::contact_id.eq(lead.contact_id).and(intervals::lead_id.eq(lead.id)));
    diesel::update(own.filter(intervals::starts.eq(true))).set(intervals::reason.eq(ASSUMED)).execute(conn)?;
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

/// Takes a stay out of the lead's history; gives the move that would bring it back. A lead's only stay remains.
///
/// # Errors
/// The lead is not visible.
pub fn retract(conn: &mut Connection, by: &Principal, lead: LeadId, stay: IntervalId) -> Result<Option<StageMove>> {
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
    } else if let Some(first) = stays.first() {
        diesel::update(moves::row(first)).set(intervals::starts.eq(true)).execute(conn)?;
    }
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
    let (at, reason, lost_reason_id) = (Some(gone.entered_at), gone.reason, gone.lost_reason_id);
    Ok(Some(StageMove { stage_id: gone.stage_id, at, reason, lost_reason_id }))
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
        self.starts
    }
}
