//! What open leads may bring, by the month they are expected to close in: weighted by the probability that each stage is
//! given, and by the share of earlier leads that visited the stage and were won.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::deals::{self, Deal};
use super::outcome::{name, ratio};
use super::request::Ask;
use crate::accounts::Principal;
use crate::db::Connection;
use crate::db::conditions::OneOf;
use crate::db::schema::leads;
use crate::db::types::{Guid, Instant};
use crate::error::Result;
use crate::funnel::quantile;
use crate::pipelines::{LeadId, PipelineId, StageId, StageKind};

const DAY: i64 = 86_400_000_000;
/// How long before their maturity leads count as history.
const HISTORY: i64 = 730 * DAY;

/// What open leads may bring.
#[derive(Debug, Serialize, ToSchema)]
pub struct Forecast {
    /// Where the numbers are defined.
    definitions: &'static str,
    pipeline_id: PipelineId,
    as_of: Instant,
    /// Leads that entered the pipeline in `[history_from, history_to)` are the history: the youngest of them are as old as
    /// nine in ten won leads were when they were won. `null` where no lead was ever won.
    history_from: Option<Instant>,
    history_to: Option<Instant>,
    pub stages: Vec<StageOdds>,
    /// By month and currency.
    pub months: Vec<ForecastMonth>,
    /// Open leads without an amount: they are in no sum.
    pub without_amount: u64,
}

/// How likely a lead in a stage is won.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StageOdds {
    pub stage_id: StageId,
    pub name: String,
    /// As the stage is configured, from 0 to 1.
    pub configured: f64,
    /// Leads of the history that visited it.
    pub visited: u64,
    /// Those of them that were won.
    pub won: u64,
    /// `won / visited`.
    pub from_history: Option<f64>,
}

/// What is expected of a month, in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastMonth {
    /// The month's first day; `null` for leads without an expected close.
    pub month: Option<NaiveDate>,
    pub currency: String,
    pub leads: u64,
    /// The sum of amounts, in minor units.
    pub amount: i64,
    /// `Σ amount × configured probability`.
    pub weighted: f64,
    /// `Σ amount × probability from history`; `null` where some lead's stage has none.
    pub weighted_by_history: Option<f64>,
}

/// Counts the forecast: amounts, expected closes and stages are those of `as_of`.
///
/// # Errors
/// The database is away.
pub fn report(conn: &mut Connection, by: &Principal, ask: &Ask) -> Result<Forecast> {
    let as_of = ask.span.as_of.micros();
    let open = deals::open(conn, by, ask)?;
    let everything = (Instant::MIN, ask.span.as_of);
    let won = deals::entered(conn, by, ask, deals::of_kind(ask, StageKind::Won), recent(ask).unwrap_or(everything))?;
    let mut cycles: Vec<i64> =
        won.iter().filter_map(|deal| Some(deal.standing(ask, StageKind::Won)?.at - deal.first())).collect();
    #[expect(clippy::cast_possible_truncation, reason = "a number of microseconds")]
    let maturity = quantile(&mut cycles, 0.9).map(|micros| micros as i64);
    let history = maturity.and_then(|age| {
        let to = Instant::from_micros(as_of.checked_sub(age)?)?;
        Some((Instant::from_micros(to.micros().checked_sub(HISTORY)?)?, to))
    });
    let past = history.map_or(Ok(Vec::new()), |history| deals::begun(conn, by, ask, history))?;
    let stages = odds(ask, &past);
    let closes = expected(conn, ask, &open)?;
    Ok(Forecast {
        definitions: "metrics.md §3 Time, speed, outcome",
        pipeline_id: ask.pipeline.id,
        as_of: ask.span.as_of,
        history_from: history.map(|(from, _)| from),
        history_to: history.map(|(_, to)| to),
        months: months(ask, &open, &stages, &closes),
        without_amount: open.iter().filter(|deal| deal.money.is_none()).count() as u64,
        stages,
    })
}

/// Twice the history: whom to measure the age of maturity by.
fn recent(ask: &Ask) -> Option<(Instant, Instant)> {
    Some((Instant::from_micros(ask.span.as_of.micros().checked_sub(2 * HISTORY)?)?, ask.span.as_of))
}

fn odds(ask: &Ask, past: &[Deal]) -> Vec<StageOdds> {
    let open = ask.pipeline.stages.iter().filter(|stage| stage.kind == StageKind::Open);
    open.map(|stage| {
        let visited = past.iter().filter(|deal| deal.stays.iter().any(|stay| stay.stage == stage.code()));
        let won = visited.clone().filter(|deal| deal.standing(ask, StageKind::Won).is_some()).count() as u64;
        let visited = visited.count() as u64;
        StageOdds {
            stage_id: stage.id,
            name: stage.name.clone(),
            configured: f64::from(stage.probability) / 100.0,
            visited,
            won,
            from_history: ratio(won, visited),
        }
    })
    .collect()
}

fn expected(conn: &mut Connection, ask: &Ask, open: &[Deal]) -> Result<HashMap<LeadId, NaiveDate>> {
    let mut found = HashMap::new();
    let ids: Vec<Guid> = open.iter().filter(|deal| deal.money.is_some()).map(|deal| deal.id.0).collect();
    for some in ids.chunks(1024) {
        let rows = leads::table.filter(OneOf::new("leads.id", some.to_vec()));
        let rows: Vec<(LeadId, Option<NaiveDate>)> = rows.select((leads::id, leads::expected_close_on)).load(conn)?;
        let then = rows.into_iter().filter_map(|(id, day)| Some((id, ask.worth.expected_close_on(id, day)?)));
        found.extend(then);
    }
    Ok(found)
}

#[expect(clippy::cast_precision_loss, reason = "amounts are at most 10^12")]
fn months(ask: &Ask, open: &[Deal], stages: &[StageOdds], closes: &HashMap<LeadId, NaiveDate>) -> Vec<ForecastMonth> {
    let mut parts: BTreeMap<(Option<NaiveDate>, [u8; 3]), ForecastMonth> = BTreeMap::new();
    for deal in open {
        let (Some((amount, currency)), Some(stay)) = (deal.money, deal.last()) else { continue };
        let month = closes.get(&deal.id).and_then(|day| day.with_day(1));
        let id = deals::stage(ask, stay.stage).map(|stage| stage.id);
        let odds = stages.iter().find(|odds| Some(odds.stage_id) == id);
        let part = parts.entry((month, currency)).or_insert_with(|| ForecastMonth {
            month,
            currency: name(currency),
            leads: 0,
            amount: 0,
            weighted: 0.0,
            weighted_by_history: Some(0.0),
        });
        let amount_of = amount as f64;
        part.leads += 1;
        part.amount = part.amount.saturating_add(amount);
        part.weighted += amount_of * odds.map_or(0.0, |odds| odds.configured);
        let share = odds.and_then(|odds| odds.from_history);
        part.weighted_by_history = part.weighted_by_history.zip(share).map(|(sum, share)| sum + amount_of * share);
    }
    parts.into_values().collect()
}
