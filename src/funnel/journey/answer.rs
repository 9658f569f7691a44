//! A journey's numbers: of the whole cohort, of its parts, and of another period beside.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::fold::Walked;
use super::model::Journey;
use super::parts::Breakdown;
use super::store;
use crate::accounts::Principal;
use crate::calendar::span::Span;
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::Result;
use crate::funnel::breakdown::{MOST_PARTS, too_many};
use crate::funnel::compare::Comparison;
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
    /// What the numbers are broken down by.
    breakdown: String,
    /// Whether a client may be in several parts, so that they do not add up to the whole: where it may be in several segments
    /// or have several choices.
    rows_overlap: bool,
    /// What must be known to read the numbers.
    notes: Vec<String>,
    /// How many clients took the first step in the period.
    cohort: u64,
    /// Whether the window of some client is still open at `as_of`.
    immature: bool,
    /// How many clients' windows are.
    immature_clients: u64,
    pub steps: Vec<StepReport>,
    /// The cohort's parts, by bucket; empty without breakdown.
    pub groups: Vec<JourneyGroup>,
    #[schema(inline)]
    compare: Option<Comparison>,
    /// The other period, where one was asked for; its clients are listed by its `from`, `to` and `as_of`.
    pub compared: Option<OtherJourney>,
}

/// The same journey over another period.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JourneyOfOtherPeriod)]
pub struct OtherJourney {
    from: Instant,
    to: Instant,
    /// As much earlier as the period: both are seen at the same age.
    as_of: Instant,
    cohort: u64,
    immature: bool,
    immature_clients: u64,
    pub steps: Vec<StepReport>,
    pub groups: Vec<JourneyGroup>,
}

/// A part of a journey's cohort.
#[derive(Debug, Serialize, ToSchema)]
pub struct JourneyGroup {
    /// The owner's, team's, company's or segment's id, the source, channel group, campaign or value, or the day a period
    /// begins; `null` for clients without.
    pub bucket: Option<String>,
    /// The name of the owner, team, company or segment.
    pub label: Option<String>,
    /// How many of its clients took the first step in the period.
    pub cohort: u64,
    /// Whether the window of some of them is still open at `as_of`.
    pub immature: bool,
    /// How many clients' windows are.
    pub immature_clients: u64,
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
    /// The 90th percentile, interpolated between neighbours like the median, in seconds.
    pub p90_seconds: Option<f64>,
}

/// Counts a journey, and another period of it beside where asked.
///
/// # Errors
/// There would be too many parts; a comparison without `from`; there is no such segment, or it is broken.
pub fn report(conn: &mut Connection, by: &Principal, journey: &Journey) -> Result<JourneyReport> {
    let other = journey.compare.map(|compare| compare.of(journey.span)).transpose()?;
    let own = counted(conn, by, journey)?;
    let compared = other.map(|span| compared(conn, by, journey, span)).transpose()?;
    Ok(JourneyReport {
        definitions: "metrics.md §2 Funnel, with clients in place of leads",
        from: (journey.span.from > Instant::MIN).then_some(journey.span.from),
        to: journey.span.to,
        tz: journey.span.zone.name().to_owned(),
        as_of: journey.span.as_of,
        window_seconds: journey.window.map(|micros| micros / 1_000_000),
        breakdown: journey.breakdown.name(),
        rows_overlap: journey.breakdown.overlaps(),
        notes: own.notes,
        cohort: own.total.cohort,
        immature: own.total.immature,
        immature_clients: own.total.immature_clients,
        steps: own.total.steps,
        groups: own.groups,
        compare: journey.compare,
        compared,
    })
}

fn compared(conn: &mut Connection, by: &Principal, journey: &Journey, span: Span) -> Result<OtherJourney> {
    let Counted { total, groups, .. } = counted(conn, by, &Journey { span, ..journey.clone() })?;
    Ok(OtherJourney {
        from: span.from,
        to: span.to,
        as_of: span.as_of,
        cohort: total.cohort,
        immature: total.immature,
        immature_clients: total.immature_clients,
        steps: total.steps,
        groups,
    })
}

/// The whole cohort, its parts by bucket, and what must be known to read them.
struct Counted {
    total: JourneyGroup,
    groups: Vec<JourneyGroup>,
    notes: Vec<String>,
}

fn counted(conn: &mut Connection, by: &Principal, journey: &Journey) -> Result<Counted> {
    journey.breakdown.tells().map_or(Ok(()), |permission| by.require(permission))?;
    let mut total = Tally::new(journey);
    let mut parts: BTreeMap<Option<String>, Tally> = BTreeMap::new();
    let is_broken_down = journey.breakdown != Breakdown::None;
    let looked_up = store::cohort(conn, by, journey, &mut |met| {
        total.add(&met.walked);
        if is_broken_down && parts.len() <= MOST_PARTS {
            for bucket in met.buckets {
                parts.entry(bucket).or_insert_with(|| Tally::new(journey)).add(&met.walked);
            }
        }
    })?;
    if parts.len() > MOST_PARTS {
        return Err(too_many());
    }
    let names = looked_up.labels(conn, &journey.breakdown, &parts.keys().flatten().cloned().collect())?;
    let group = |(bucket, tally): (Option<String>, Tally)| {
        let label = bucket.as_ref().and_then(|bucket| names.get(bucket)).cloned();
        tally.group(journey, bucket, label)
    };
    Ok(Counted {
        total: total.group(journey, None, None),
        groups: parts.into_iter().map(group).collect(),
        notes: looked_up.notes(&journey.breakdown),
    })
}

/// What is counted of clients.
struct Tally {
    cohort: u64,
    immature: u64,
    /// The times from the first step to each, in microseconds.
    elapsed: Vec<Vec<i64>>,
}

impl Tally {
    fn new(journey: &Journey) -> Self {
        Self { cohort: 0, immature: 0, elapsed: vec![Vec::new(); journey.steps.len()] }
    }

    fn add(&mut self, walked: &Walked) {
        self.cohort += 1;
        self.immature += u64::from(walked.immature);
        for (list, time) in self.elapsed.iter_mut().zip(&walked.times) {
            list.extend(time.map(|time| time - walked.cohort_at));
        }
    }

    fn group(mut self, journey: &Journey, bucket: Option<String>, label: Option<String>) -> JourneyGroup {
        let (cohort, mut previous) = (self.cohort, None);
        let steps = journey.steps.iter().zip(&mut self.elapsed).map(|(step, times)| {
            let entered = times.len() as u64;
            let is_later = previous.is_some();
            let seconds =
                |share: f64, times: &mut Vec<i64>| quantile(times, share).filter(|_| is_later).map(|t| t / 1e6);
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
        JourneyGroup { bucket, label, cohort, immature: self.immature > 0, immature_clients: self.immature, steps }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of clients are far below 2^53")]
fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
