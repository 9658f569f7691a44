//! Many leads moved, deleted or restored at once, each on its own: a lead that cannot move keeps no other from moving.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::moves::{self, StageMove};
use super::store;
use crate::accounts::Principal;
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::Result;
use crate::http::batch::{self, Items, Outcome, UpsertResult};
use crate::http::{Seen, Version, read_json};
use crate::pipelines::{LeadId, LostReasonId, StageId};
use crate::text::filled;

/// The most moves of a request.
pub const MOST: usize = 200;

/// Moves of leads.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes the body, whose items are read one by one")]
pub struct LeadMoves {
    #[schema(min_items = 1, max_items = 200)]
    items: Vec<LeadMove>,
}

/// A move of one lead.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadMove {
    /// The lead.
    pub id: LeadId,
    /// Its version as it was seen; where another is current, it does not move. Whatever version there is, where absent.
    pub version: Option<Version>,
    /// Where to: a stage of the lead's pipeline.
    pub stage_id: StageId,
    /// When; now where absent. May be back-dated.
    pub at: Option<Instant>,
    /// Why.
    #[validate(length(min = 1, max = 1000), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 1000, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub reason: Option<String>,
    /// Why it was lost, where the stage is lost.
    pub lost_reason_id: Option<LostReasonId>,
}

/// Reads one move.
///
/// # Errors
/// Every bad field.
pub fn parse(item: &[u8]) -> Result<(Seen<LeadId>, StageMove)> {
    let LeadMove { id, version, stage_id, at, reason, lost_reason_id } = read_json(item)?;
    Ok((Seen { id, version }, StageMove { stage_id, at, reason, lost_reason_id }))
}

/// Moves the leads; what is wrong with an item is told in its result.
///
/// # Errors
/// The database is away.
pub fn move_all(
    conn: &mut Connection,
    by: &Principal,
    items: &Items<(Seen<LeadId>, StageMove)>,
) -> Result<Vec<UpsertResult>> {
    batch::each(conn, items, |conn, (seen, step)| {
        let (lead, moved) = moves::move_stage(conn, by, seen.id, seen.version, step)?;
        Ok(Outcome::changed(lead.id.0, moved))
    })
}

/// Deletes the leads; what keeps one from it is told in its result.
///
/// # Errors
/// The database is away.
pub fn delete(conn: &mut Connection, by: &Principal, items: &Items<Seen<LeadId>>) -> Result<Vec<UpsertResult>> {
    batch::each(conn, items, |conn, seen| {
        store::delete(conn, by, seen.id, seen.version)?;
        Ok(Outcome::Updated(seen.id.0))
    })
}

/// Restores the leads; what keeps one deleted is told in its result.
///
/// # Errors
/// The database is away.
pub fn restore(conn: &mut Connection, by: &Principal, items: &Items<LeadId>) -> Result<Vec<UpsertResult>> {
    batch::each(conn, items, |conn, id| {
        let was_deleted = store::find_any(conn, by, *id)?.deleted_at.is_some();
        store::restore(conn, by, *id)?;
        Ok(Outcome::changed(id.0, was_deleted))
    })
}
