//! What open leads may bring, by the month they are expected to close in: weighted by the probability that each stage is
//! given, and by the share of earlier leads that visited the stage and were won.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::closing::Closing;
use super::deals::{self, Deal};
use super::outcome::{name, ratio};
use super::request::Ask;
use crate::accounts::Principal;
use crate::db::Connection;
use crate::db::conditions::OneOf;
use crate::db::schema::leads;
use crate::db::types::{Guid, Instant};
use crate::error::Result;
use crate::funnel::compare::Comparison;
use crate::funnel::quantile;
use crate::pipelines::{LeadId, PipelineId, Stage, StageId, StageKind};

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
    /// Only leads expected to close on this day or later.
    close_from: Option<NaiveDate>,
    /// Only leads expected to close before this day.
    close_to: Option<NaiveDate>,
    pub stages: Vec<StageOdds>,
    /// By month and currency.
    pub months: Vec<ForecastMonth>,
    /// Open leads without an amount: they are in no sum.
    pub without_amount: u64,
    #[schema(inline)]
    compare: Option<Comparison>,
    /// What was forecast for other days, where asked for.
    compared: Option<OtherForecast>,
}

/// What was forecast for other days.
#[derive(Debug, Serialize, ToSchema)]
pub struct OtherForecast {
    close_from: Option<NaiveDate>,
    close_to: Option<NaiveDate>,
    /// As long before `close_from` as the forecast's own `as_of`.
    as_of: Instant,
    months: Vec<ForecastMonth>,
    without_amount: u64,
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

/// Counts the forecast, and that for other days beside where asked: amounts, owners, expected closes and stages are those of
/// `as_of`.
///
/// # Errors
/// The database is away; a comparison without both days.
pub fn report(
    conn: &mut Connection,
    by: &Principal,
    ask: &Ask,
    closing: Closing,
    compare: Option<Comparison>,
) -> Result<Forecast> {
    let other = compare.map(|compare| closing.compared(ask.span, compare)).transpose()?;
    let compared = match other {
        None => None,
        Some((days, span)) => {
            let ask = ask.over(conn, span)?;
            let (_, _, months, without_amount) = counted(conn, by, &ask, days)?;
            Some(OtherForecast { close_from: days.from, close_to: days.to, as_of: span.as_of, months, without_amount })
        }
    };
    let (history, stages, months, without_amount) = counted(conn, by, ask, closing)?;
    Ok(Forecast {
        definitions: "metrics.md §3 Time, speed, outcome",
        pipeline_id: ask.pipeline.id,
        as_of: ask.span.as_of,
        history_from: history.map(|(from, _)| from),
        history_to: history.map(|(_, to)| to),
        close_from: closing.from,
        close_to: closing.to,
        stages,
        months,
        without_amount,
        compare,
        compared,
    })
}

type Counted = (Option<(Instant, Instant)>, Vec<StageOdds>, Vec<ForecastMonth>, u64);

fn counted(conn: &mut Connection, by: &Principal, ask: &Ask, closing: Closing) -> Result<Counted> {
    let (history, past) = history(conn, by, ask)?;
    let stages = odds(ask, &past);
    let open = expected(conn, by, ask, closing)?;
    let without = open.iter().filter(|(deal, _)| deal.money.is_none()).count() as u64;
    let months = months(ask, &open, &stages);
    Ok((history, stages, months, without))
}

/// When leads entered the pipeline whose course tells how likely others are won, and these leads.
pub(super) type History = (Option<(Instant, Instant)>, Vec<Deal>);

/// The leads whose course tells how likely others are won.
///
/// # Errors
/// The database is away.
pub(super) fn history(conn: &mut Connection, by: &Principal, ask: &Ask) -> Result<History> {
    let everything = (Instant::MIN, ask.span.as_of);
    let won = deals::entered(conn, by, ask, deals::of_kind(ask, StageKind::Won), recent(ask).unwrap_or(everything))?;
    let mut cycles: Vec<i64> =
        won.iter().filter_map(|deal| Some(deal.standing(ask, StageKind::Won)?.at - deal.first())).collect();
    #[expect(clippy::cast_possible_truncation, reason = "a number of microseconds")]
    let maturity = quantile(&mut cycles, 0.9).map(|micros| micros as i64);
    let range = maturity.and_then(|age| {
        let to = Instant::from_micros(ask.span.as_of.micros().checked_sub(age)?)?;
        Some((Instant::from_micros(to.micros().checked_sub(HISTORY)?)?, to))
    });
    let past = range.map_or(Ok(Vec::new()), |range| deals::begun(conn, by, ask, range))?;
    Ok((range, past))
}

/// The month of a day, by its first.
pub(super) fn month(day: Option<NaiveDate>) -> Option<NaiveDate> {
    day.and_then(|day| day.with_day(1))
}

/// Whether a lead visited a stage.
pub(super) fn visited(deal: &Deal, stage: &Stage) -> bool {
    deal.stays.iter().any(|stay| stay.stage == stage.code())
}

/// Twice the history: whom to measure the age of maturity by.
fn recent(ask: &Ask) -> Option<(Instant, Instant)> {
    Some((Instant::from_micros(ask.span.as_of.micros().checked_sub(2 * HISTORY)?)?, ask.span.as_of))
}

fn odds(ask: &Ask, past: &[Deal]) -> Vec<StageOdds> {
    let open = ask.pipeline.stages.iter().filter(|stage| stage.kind == StageKind::Open);
    open.map(|stage| {
        let visited = past.iter().filter(|deal| visited(deal, stage));
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

/// The open leads that are expected to close in these days, each with its day.
///
/// # Errors
/// The database is away.
pub(super) fn expected(
    conn: &mut Connection,
    by: &Principal,
    ask: &Ask,
    closing: Closing,
) -> Result<Vec<(Deal, Option<NaiveDate>)>> {
    let open = deals::open(conn, by, ask)?;
    let mut days: HashMap<LeadId, NaiveDate> = HashMap::new();
    let ids: Vec<Guid> = open.iter().map(|deal| deal.id.0).collect();
    for some in ids.chunks(1024) {
        let rows = leads::table.filter(OneOf::new("leads.id", some.to_vec()));
        let rows: Vec<(LeadId, Option<NaiveDate>)> = rows.select((leads::id, leads::expected_close_on)).load(conn)?;
        days.extend(rows.into_iter().filter_map(|(id, day)| Some((id, ask.then.expected_close_on(id, day)?))));
    }
    let open = open.into_iter().map(|deal| (days.get(&deal.id).copied(), deal));
    Ok(open.filter(|(day, _)| closing.holds(*day)).map(|(day, deal)| (deal, day)).collect())
}

#[expect(clippy::cast_precision_loss, reason = "amounts are at most 10^12")]
fn months(ask: &Ask, open: &[(Deal, Option<NaiveDate>)], stages: &[StageOdds]) -> Vec<ForecastMonth> {
    let mut parts: BTreeMap<(Option<NaiveDate>, [u8; 3]), ForecastMonth> = BTreeMap::new();
    for (deal, day) in open {
        let (Some((amount, currency)), Some(stay)) = (deal.money, deal.last()) else { continue };
        let month = month(*day);
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
