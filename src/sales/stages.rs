//! Time in stage: the Kaplan–Meier estimate over the stays that began in the period.

use serde::Serialize;
use utoipa::ToSchema;

use super::deals::{self, Deal, Stay};
use super::request::Ask;
use super::survival::{Duration, MedianTime, SurvivalPoint, kaplan_meier, median, thinned};
use crate::accounts::Principal;
use crate::calendar::span::Span;
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::Result;
use crate::funnel::compare::Comparison;
use crate::funnel::quantile;
use crate::pipelines::{PipelineId, Stage, StageId, StageKind};

/// The most steps of a curve in an answer.
const POINTS: usize = 200;

/// How long leads stay in stages.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageTimes {
    /// Where the numbers are defined.
    definitions: &'static str,
    /// How the estimate and its band are made.
    method: &'static str,
    pipeline_id: PipelineId,
    from: Option<Instant>,
    to: Instant,
    as_of: Instant,
    /// In the pipeline's order; stages that end a lead are left out.
    pub stages: Vec<StageTime>,
    #[schema(inline)]
    compare: Option<Comparison>,
    /// The other period, where one was asked for.
    compared: Option<OtherStageTimes>,
}

/// How long leads stayed in stages that they entered in another period.
#[derive(Debug, Serialize, ToSchema)]
pub struct OtherStageTimes {
    from: Instant,
    to: Instant,
    /// As much earlier as the period: both are seen at the same age.
    as_of: Instant,
    stages: Vec<StageTime>,
}

/// How long leads stay in a stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageTime {
    pub stage_id: StageId,
    pub name: String,
    /// Stays that began in the period.
    pub stays: usize,
    /// Those of them that had ended at `as_of`; the others are censored.
    pub ended: usize,
    /// Leads that have these stays: a lead may have several.
    pub leads: usize,
    /// Leads that have ended ones.
    pub leads_ended: usize,
    /// Leads that have one that lasts.
    pub leads_lasting: usize,
    /// The Kaplan–Meier median.
    pub median: MedianTime,
    /// The median of ended stays alone. Biased low: the longest stays have not ended yet.
    pub naive_median_seconds: Option<f64>,
    /// Always true, so that nobody takes the one for the other.
    pub naive_median_is_biased: bool,
    /// The share of stays that last longer, with its 95 % band; at most 200 steps.
    pub curve: Vec<SurvivalPoint>,
}

/// The durations of a stage's stays that began in the period.
fn durations(deals: &[Deal], stage: &Stage, span: Span) -> Vec<Duration> {
    let own = deals.iter().flat_map(|deal| deal.stays_in(stage, span));
    let as_of = span.as_of.micros();
    own.map(|stay| Duration { micros: stay.until.unwrap_or(as_of) - stay.at, ended: stay.until.is_some() }).collect()
}

/// Counts time in stage, and that of another period beside where asked.
///
/// # Errors
/// The database is away; a comparison without `from`.
pub fn report(conn: &mut Connection, by: &Principal, ask: &Ask, compare: Option<Comparison>) -> Result<StageTimes> {
    let span = ask.span;
    let other = compare.map(|compare| compare.of(span)).transpose()?;
    let compared = match other {
        None => None,
        Some(span) => {
            let ask = ask.over(conn, span)?;
            let stages = times(conn, by, &ask)?;
            Some(OtherStageTimes { from: span.from, to: span.to, as_of: span.as_of, stages })
        }
    };
    Ok(StageTimes {
        definitions: "metrics.md §1 Stage history, §3 Time, speed, outcome",
        method: "Kaplan–Meier (1958); variance by Greenwood; 95 % band by the complementary log-log transform",
        pipeline_id: ask.pipeline.id,
        from: (span.from > Instant::MIN).then_some(span.from),
        to: span.to,
        as_of: span.as_of,
        stages: times(conn, by, ask)?,
        compare,
        compared,
    })
}

fn times(conn: &mut Connection, by: &Principal, ask: &Ask) -> Result<Vec<StageTime>> {
    let span = ask.span;
    let deals = deals::entered(conn, by, ask, deals::of_kind(ask, StageKind::Open), (span.from, span.to))?;
    let open = ask.pipeline.stages.iter().filter(|stage| stage.kind == StageKind::Open);
    let stages = open.map(|stage| {
        let mut all = durations(&deals, stage, span);
        let with = |fits: fn(Stay) -> bool| deals.iter().filter(|deal| deal.stays_in(stage, span).any(fits)).count();
        let curve = kaplan_meier(&mut all);
        let mut closed: Vec<i64> = all.iter().filter(|stay| stay.ended).map(|stay| stay.micros).collect();
        StageTime {
            stage_id: stage.id,
            name: stage.name.clone(),
            stays: all.len(),
            ended: closed.len(),
            leads: with(|_| true),
            leads_ended: with(|stay| stay.until.is_some()),
            leads_lasting: with(|stay| stay.until.is_none()),
            median: median(&curve),
            naive_median_seconds: quantile(&mut closed, 0.5).map(|micros| micros / 1e6),
            naive_median_is_biased: true,
            curve: thinned(&curve, POINTS),
        }
    });
    Ok(stages.collect())
}
