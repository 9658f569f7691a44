//! Moves of many leads at once, each on its own: a lead that cannot move keeps no other from moving.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::moves::{self, StageMove};
use crate::accounts::Principal;
use crate::db::dialect::take_turns;
use crate::db::types::Instant;
use crate::db::{Connection, savepoint};
use crate::error::Result;
use crate::http::batch::{Items, Outcome, UpsertResult};
use crate::http::read_json;
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
pub fn parse(item: &[u8]) -> Result<(LeadId, StageMove)> {
    let LeadMove { id, stage_id, at, reason, lost_reason_id } = read_json(item)?;
    Ok((id, StageMove { stage_id, at, reason, lost_reason_id }))
}

/// Moves the leads; what is wrong with an item is told in its result.
///
/// # Errors
/// The database is away.
pub fn move_all(
    conn: &mut Connection,
    by: &Principal,
    items: &Items<(LeadId, StageMove)>,
) -> Result<Vec<UpsertResult>> {
    take_turns(conn)?;
    let mut results = Vec::with_capacity(items.len());
    for (index, item) in items {
        let done = item.as_ref().map_err(Clone::clone).and_then(|(id, step)| {
            let (lead, moved) = savepoint(conn, |conn| moves::move_stage(conn, by, *id, None, step))?;
            Ok(if moved { Outcome::Updated(lead.id.0) } else { Outcome::Unchanged(lead.id.0) })
        });
        results.push(UpsertResult::of(*index, done)?);
    }
    Ok(results)
}
