//! The leads behind each number of a sales report.

use super::deals::{self, Deal};
use super::outcome::{is_stale, reasons_of};
use super::request::{Ask, SalesLeadsQuery};
use crate::accounts::Principal;
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::http::{Cursor, Page};
use crate::pipelines::leads::{Lead, store as leads};
use crate::pipelines::{LeadId, StageKind};

crate::text_enum! {
    /// Which leads.
    pub enum Set {
        /// Won in the period.
        Won = "won",
        /// Lost in the period.
        Lost = "lost",
        /// In an open stage at `as_of`.
        Open = "open",
        /// Open, and longer in their stage than it allows.
        Stale = "stale",
        /// With stays in `stage_id` that began in the period.
        Stays = "stays",
    }
}

/// The leads behind one number, in the order of the fact that puts them there; `total` is that number (of `stays`: of the
/// leads that have them).
///
/// # Errors
/// A bad parameter.
pub fn behind(conn: &mut Connection, by: &Principal, ask: &Ask, query: &SalesLeadsQuery) -> Result<Page<Lead>> {
    let limit = query.limit.get()?;
    let after = query.cursor.as_deref().map(Cursor::<Instant, LeadId>::decode).transpose()?;
    let reason = query.reason()?;
    let stage = query.stage_id.map(|id| ask.pipeline.stages.iter().find(|stage| stage.id == id));
    if matches!(stage, Some(None)) || (query.set == Set::Stays && stage.is_none()) {
        return Err(Error::field("stage_id", "unknown", "must be a stage of the pipeline"));
    }
    let code = stage.flatten().map(crate::pipelines::Stage::code);
    let mut found = match query.set {
        Set::Won => deals::closed(conn, by, ask, StageKind::Won)?,
        Set::Lost => deals::closed(conn, by, ask, StageKind::Lost)?,
        Set::Open => deals::open(conn, by, ask)?,
        Set::Stale => deals::open(conn, by, ask)?.into_iter().filter(|deal| is_stale(ask, deal)).collect(),
        Set::Stays => {
            let stages = query.stage_id.into_iter().collect();
            deals::entered(conn, by, ask, stages, (ask.span.from, ask.span.to))?
        }
    };
    if let Some(reason) = reason {
        let of = reasons_of(conn, ask, &found)?;
        found.retain(|deal| of.get(&deal.id).copied() == reason);
    }
    let within = ask.span.from.micros()..ask.span.to.micros();
    let place = |deal: &Deal| match query.set {
        Set::Stays => {
            deal.stays.iter().find(|stay| Some(stay.stage) == code && within.contains(&stay.at)).map(|s| s.at)
        }
        _ => deal.last().filter(|stay| code.is_none_or(|code| code == stay.stage)).map(|stay| stay.at),
    };
    let mut found: Vec<(i64, LeadId)> = found.iter().filter_map(|deal| Some((place(deal)?, deal.id))).collect();
    found.sort_unstable();
    let total = i64::try_from(found.len()).map_err(Error::internal)?;
    let start = after.map_or(0, |Cursor(at, id)| found.partition_point(|known| *known <= (at.micros(), id)));
    let wanted = usize::try_from(limit + 1).map_err(Error::internal)?;
    let rows: Vec<_> = found.into_iter().skip(start).take(wanted).collect();
    let page =
        Page::cut(rows, limit, |(at, id)| Cursor(Instant::from_micros(*at).unwrap_or(Instant::MIN), *id).encode());
    let ids: Vec<LeadId> = page.items.iter().map(|(_, id)| *id).collect();
    Ok(Page { items: leads::by_ids(conn, &ids)?, next_cursor: page.next_cursor, total: Some(total) })
}
