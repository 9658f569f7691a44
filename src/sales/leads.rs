//! The leads behind each number of a sales report.

use super::closing::Closing;
use super::deals::{self, Deal};
use super::forecast;
use super::outcome::{is_stale, reasons_of};
use super::request::{Ask, SalesLeadsQuery};
use crate::accounts::Principal;
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::http::{Cursor, Page};
use crate::pipelines::leads::{Lead, store as leads};
use crate::pipelines::{LeadId, Stage, StageKind};

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
        /// With such stays that had ended at `as_of`.
        Ended = "ended",
        /// With such a stay that lasted at `as_of`.
        Lasting = "lasting",
        /// Open, with an amount: the forecast's.
        Forecast = "forecast",
        /// Open, without an amount.
        WithoutAmount = "without_amount",
        /// Leads of the forecast's history that visited `stage_id`.
        History = "history",
        /// Those of them that were won.
        HistoryWon = "history_won",
    }
}

impl Set {
    /// Whether it is of stays in a stage.
    const fn is_of_stays(self) -> bool {
        matches!(self, Self::Stays | Self::Ended | Self::Lasting)
    }

    const fn needs_stage(self) -> bool {
        self.is_of_stays() || matches!(self, Self::History | Self::HistoryWon)
    }

    /// Whether its leads are yet to close.
    const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Stale | Self::Forecast | Self::WithoutAmount)
    }

    /// Whether a stay is one of those asked for.
    fn holds(self, stay: deals::Stay) -> bool {
        match self {
            Self::Ended => stay.until.is_some(),
            Self::Lasting => stay.until.is_none(),
            _ => true,
        }
    }

    /// Whether an open lead is.
    fn holds_open(self, ask: &Ask, deal: &Deal) -> bool {
        match self {
            Self::Stale => is_stale(ask, deal),
            Self::Forecast => deal.money.is_some(),
            Self::WithoutAmount => deal.money.is_none(),
            _ => true,
        }
    }
}

/// The leads behind one number, in the order of the fact that puts them there; `total` is that number (of stays: of the
/// leads that have them).
///
/// # Errors
/// A bad parameter.
pub fn behind(conn: &mut Connection, by: &Principal, ask: &Ask, query: &SalesLeadsQuery) -> Result<Page<Lead>> {
    let limit = query.limit.get()?;
    let after = query.cursor.as_deref().map(Cursor::<Instant, LeadId>::decode).transpose()?;
    let mut found = places(conn, by, ask, query)?;
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

/// Each lead with the instant of the fact that puts it there.
fn places(conn: &mut Connection, by: &Principal, ask: &Ask, query: &SalesLeadsQuery) -> Result<Vec<(i64, LeadId)>> {
    let reason = query.reason()?;
    let stage = stage(ask, query)?;
    let currency: Option<[u8; 3]> = match &query.currency {
        None => None,
        Some(code) => {
            let fault = || Error::field("currency", "format", "must be an ISO 4217 code");
            Some(code.as_bytes().try_into().map_err(|_| fault())?)
        }
    };
    let mut found = chosen(conn, by, ask, query, stage)?;
    if let Some(reason) = reason {
        let of = reasons_of(conn, ask, &found)?;
        found.retain(|deal| of.get(&deal.id).copied() == reason);
    }
    if let Some(currency) = currency {
        found.retain(|deal| deal.money.is_some_and(|(_, code)| code == currency));
    }
    let place = |deal: &Deal| match (query.set, stage) {
        (set, Some(stage)) if set.is_of_stays() => {
            deal.stays_in(stage, ask.span).find(|stay| set.holds(*stay)).map(|stay| stay.at)
        }
        (Set::History | Set::HistoryWon, _) => Some(deal.first()),
        (_, stage) => {
            deal.last().filter(|stay| stage.is_none_or(|stage| stage.code() == stay.stage)).map(|stay| stay.at)
        }
    };
    Ok(found.iter().filter_map(|deal| Some((place(deal)?, deal.id))).collect())
}

fn stage<'a>(ask: &'a Ask, query: &SalesLeadsQuery) -> Result<Option<&'a Stage>> {
    let stage = query.stage_id.map(|id| ask.pipeline.stages.iter().find(|stage| stage.id == id));
    if matches!(stage, Some(None)) || (query.set.needs_stage() && stage.is_none()) {
        return Err(Error::field("stage_id", "unknown", "must be a stage of the pipeline"));
    }
    Ok(stage.flatten())
}

fn chosen(
    conn: &mut Connection,
    by: &Principal,
    ask: &Ask,
    query: &SalesLeadsQuery,
    stage: Option<&Stage>,
) -> Result<Vec<Deal>> {
    let closing = Closing::new(query.close_from, query.close_to)?;
    let month = query.month()?;
    if query.set.is_open() {
        let open = forecast::expected(conn, by, ask, closing)?.into_iter();
        let open = open.filter(|(_, day)| month.is_none_or(|month| forecast::month(*day) == month));
        return Ok(open.map(|(deal, _)| deal).filter(|deal| query.set.holds_open(ask, deal)).collect());
    }
    if month.is_some() || closing != Closing::default() {
        let field = if month.is_some() { "month" } else { "close_from" };
        return Err(Error::field(field, "choice", "is only for open leads"));
    }
    match query.set {
        Set::Won => deals::closed(conn, by, ask, StageKind::Won),
        Set::Lost => deals::closed(conn, by, ask, StageKind::Lost),
        Set::History | Set::HistoryWon => {
            let mut past = forecast::history(conn, by, ask)?.1;
            past.retain(|deal| stage.is_some_and(|stage| forecast::visited(deal, stage)));
            past.retain(|deal| query.set == Set::History || deal.standing(ask, StageKind::Won).is_some());
            Ok(past)
        }
        _ => {
            let stages = stage.map(|stage| stage.id).into_iter().collect();
            deals::entered(conn, by, ask, stages, (ask.span.from, ask.span.to))
        }
    }
}
