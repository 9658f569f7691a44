//! A journey's numbers, and the clients behind each of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::model::{Journey, JourneyInput};
use super::store;
use crate::accounts::Principal;
use crate::contacts::{self, Contact, ContactId};
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::funnel::tally::quantile;
use crate::http::{Cursor, Limit, Page};

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
    steps: Vec<StepReport>,
}

/// A step's numbers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JourneyStepReport)]
pub struct StepReport {
    name: String,
    /// Clients that took it.
    entered: u64,
    /// `entered` by that of the first step.
    from_first: Option<f64>,
    /// `entered` by that of the step before; `null` for the first step.
    from_previous: Option<f64>,
    /// Clients that took the step before, but not this one.
    dropped: u64,
    /// The median time from the first step, in seconds.
    median_seconds: Option<f64>,
    /// Nine in ten took no longer, in seconds.
    p90_seconds: Option<f64>,
}

crate::text_enum! {
    /// Which of a step's clients.
    pub enum JourneyOutcome {
        /// Those that took it.
        Entered = "entered",
        /// Those that took the step before, but not this one.
        Dropped = "dropped",
    }
}

/// The clients behind a number.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JourneyClientsInput {
    #[validate(nested)]
    pub journey: JourneyInput,
    /// The step's number, from 0.
    pub step: usize,
    /// Which of the step's clients; `entered` where absent.
    pub outcome: Option<JourneyOutcome>,
    /// Where the previous page ended.
    pub cursor: Option<String>,
    /// Rows of a page.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Limit,
}

/// Counts a journey.
pub fn report(conn: &mut Connection, by: &Principal, journey: &Journey) -> Result<JourneyReport> {
    let (mut cohort, mut immature) = (0_u64, 0_u64);
    let mut elapsed: Vec<Vec<i64>> = vec![Vec::new(); journey.steps.len()];
    store::cohort(conn, by, journey, &mut |_, walked| {
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

/// The clients behind one number, in the order of their first step; `total` is that number.
pub fn clients_behind(conn: &mut Connection, by: &Principal, asked: &JourneyClientsInput) -> Result<Page<Contact>> {
    let journey = asked.journey.parse(conn)?;
    if asked.step >= journey.steps.len() {
        return Err(Error::field("step", "range", "must be the number of a step, from 0"));
    }
    let limit = asked.limit.get()?;
    let after = asked.cursor.as_deref().map(Cursor::<Instant, ContactId>::decode).transpose()?;
    let mut found: Vec<(i64, ContactId)> = Vec::new();
    store::cohort(conn, by, &journey, &mut |client, walked| {
        let took = |step: usize| walked.times.get(step).is_some_and(Option::is_some);
        let fits = match asked.outcome.unwrap_or(JourneyOutcome::Entered) {
            JourneyOutcome::Entered => took(asked.step),
            JourneyOutcome::Dropped => asked.step.checked_sub(1).is_some_and(took) && !took(asked.step),
        };
        if fits {
            found.push((walked.cohort_at, client));
        }
    })?;
    found.sort_unstable();
    let total = i64::try_from(found.len()).map_err(Error::internal)?;
    let start = after.map_or(0, |Cursor(at, id)| found.partition_point(|known| *known <= (at.micros(), id)));
    let wanted = usize::try_from(limit + 1).map_err(Error::internal)?;
    let rows: Vec<_> = found.into_iter().skip(start).take(wanted).collect();
    let page =
        Page::cut(rows, limit, |(at, id)| Cursor(Instant::from_micros(*at).unwrap_or(Instant::MIN), *id).encode());
    let items: Result<Vec<Contact>> = page.items.iter().map(|(_, id)| contacts::store::find(conn, by, *id)).collect();
    Ok(Page { items: items?, next_cursor: page.next_cursor, total: Some(total) })
}
