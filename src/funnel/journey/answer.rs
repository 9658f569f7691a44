//! A journey's numbers.

use serde::Serialize;
use utoipa::ToSchema;

use super::model::Journey;
use super::store;
use crate::accounts::Principal;
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::Result;
use crate::funnel::tally::quantile;

/// A journey's numbers. Zero denominators give `null`.
#[derive(Debug, Serialize, ToSchema)]
pub struct JourneyReport {
    /// Where the numbers are defined.
    definitions: &'static str,
    from: Option<Instant>,
    to: Instant,
    /// The time zone of days.
    tz: String,
    /// Only facts before it count.
    as_of: Instant,
    window_seconds: Option<i64>,
    /// How many clients took the first step in the period.
    cohort: u64,
    /// Whether the window of some client is still open at `as_of`.
    immature: bool,
    /// How many clients' windows are.
    immature_clients: u64,
    pub steps: Vec<StepReport>,
}

/// A step's numbers.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = JourneyStepReport)]
pub struct StepReport {
    pub name: String,
    /// Clients that took it.
    pub entered: u64,
    /// `entered` by that of the first step.
    pub from_first: Option<f64>,
    /// `entered` by that of the step before; `null` for the first step.
    pub from_previous: Option<f64>,
    /// Clients that took the step before, but not this one.
    pub dropped: u64,
    /// The median time from the first step, in seconds.
    pub median_seconds: Option<f64>,
    /// Nine in ten took no longer, in seconds.
    pub p90_seconds: Option<f64>,
}

/// Counts a journey.
pub fn report(conn: &mut Connection, by: &Principal, journey: &Journey) -> Result<JourneyReport> {
    let (mut cohort, mut immature) = (0_u64, 0_u64);
    let mut elapsed: Vec<Vec<i64>> = vec![Vec::new(); journey.steps.len()];
    store::cohort(conn, by, journey, &mut |_, walked, _| {
        cohort += 1;
        immature += u64::from(walked.immature);
        for (list, time) in elapsed.iter_mut().zip(&walked.times) {
            list.extend(time.map(|time| time - walked.cohort_at));
        }
    })?;
    let mut previous = None;
    let steps = journey.steps.iter().zip(&mut elapsed).map(|(step, times)| {
        let entered = times.len() as u64;
        let is_later = previous.is_some();
        let seconds = |share: f64, times: &mut Vec<i64>| quantile(times, share).filter(|_| is_later).map(|t| t / 1e6);
        let row = StepReport {
            name: step.name.clone(),
            entered,
            from_first: ratio(entered, cohort),
            from_previous: previous.and_then(|previous| ratio(entered, previous)),
            dropped: previous.map_or(0, |previous: u64| previous.saturating_sub(entered)),
            median_seconds: seconds(0.5, times),
            p90_seconds: seconds(0.9, times),
        };
        previous = Some(entered);
        row
    });
    let steps = steps.collect();
    Ok(JourneyReport {
        definitions: "metrics.md §2 Funnel, with clients in place of leads",
        from: (journey.span.from > Instant::MIN).then_some(journey.span.from),
        to: journey.span.to,
        tz: journey.span.zone.name().to_owned(),
        as_of: journey.span.as_of,
        window_seconds: journey.window.map(|micros| micros / 1_000_000),
        cohort,
        immature: immature > 0,
        immature_clients: immature,
        steps,
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of clients are far below 2^53")]
fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
