//! A funnel's numbers: counted, shown as JSON or CSV, and the leads behind each of them.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

use super::breakdown::{Breakdown, MOST_PARTS, labels, too_many};
use super::buckets::Buckets;
use super::compare::Comparison;
use super::fold::{VISITED, Way};
use super::named;
use super::request::{Funnel, LeadsQuery, Mode, Outcome};
use super::scan::{self, Need};
use super::tally::{StepTally, Tally};
use crate::accounts::Principal;
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::http::{Cursor, Page};
use crate::pipelines::board::Money;
use crate::pipelines::leads::{Lead, store as leads};
use crate::pipelines::{LeadId, PipelineId, Stage, StageId, StageKind};

/// Where the definitions of the numbers are.
const DEFINITIONS: &str = "metrics.md §1 Stage history, §2 Funnel";

/// A funnel. Zero denominators give `null`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Report {
    /// Where the numbers are defined.
    pub(super) definitions: &'static str,
    /// The pipeline.
    pub(super) pipeline_id: PipelineId,
    /// The period's begin; `null` for no limit.
    pub(super) from: Option<Instant>,
    /// The period's end, exclusive.
    pub(super) to: Instant,
    /// The time zone of days, weeks and months.
    pub(super) tz: String,
    /// Only facts before it count.
    pub(super) as_of: Instant,
    /// The conversion window; `null` for none.
    pub(super) window_seconds: Option<i64>,
    /// What the numbers are broken down by.
    pub(super) breakdown: String,
    /// Whether a lead may be in several parts, so that they do not add up to the total: where a client may be in several
    /// segments, or a field may hold several choices.
    pub(super) rows_overlap: bool,
    /// What must be known to read the numbers.
    pub(super) notes: Vec<String>,
    /// Leads that entered the pipeline in the period and were never in the first step: they are in no number.
    pub(super) beyond: u64,
    pub(super) total: Group,
    /// The cohort's parts, by bucket; empty without breakdown.
    pub(super) groups: Vec<Group>,
    #[schema(inline)]
    pub(super) compare: Option<Comparison>,
    /// The other period, where one was asked for; its leads are listed by its `from`, `to` and `as_of`.
    pub(super) compared: Option<OtherPeriod>,
}

/// The same funnel over another period.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FunnelOfOtherPeriod)]
pub struct OtherPeriod {
    pub(super) from: Instant,
    pub(super) to: Instant,
    /// As much earlier as the period: both are seen at the same age.
    pub(super) as_of: Instant,
    pub(super) total: Group,
    pub(super) groups: Vec<Group>,
}

/// A cohort, or a part of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Group {
    /// The owner's, team's, company's or segment's id, the source, channel group, campaign or value, or the day a period begins; `null`
    /// for leads without, and for all leads.
    pub(super) bucket: Option<String>,
    /// The name of the owner, team, company or segment.
    pub(super) label: Option<String>,
    /// How many leads entered the first step in the period.
    pub(super) cohort: u64,
    /// Whether the window of some lead is still open at `as_of`.
    pub(super) immature: bool,
    /// How many leads' windows are.
    pub(super) immature_leads: u64,
    /// The numbers in each mode.
    pub(super) modes: Vec<ModeReport>,
}

/// A cohort's numbers in one mode.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModeReport {
    /// How a step counts as entered.
    #[schema(inline)]
    pub(super) mode: Mode,
    /// The steps in order.
    pub(super) steps: Vec<Step>,
}

/// A step's numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Step {
    /// The stage.
    pub(super) stage_id: StageId,
    /// Its name.
    pub(super) name: String,
    /// Its kind.
    pub(super) kind: StageKind,
    /// Leads that entered it.
    pub(super) entered: u64,
    /// `entered` by that of the first step.
    pub(super) from_first: Option<f64>,
    /// `entered` by that of the step before; `null` for the first step.
    pub(super) from_previous: Option<f64>,
    /// Leads that entered the step before, but not this one.
    pub(super) dropped: u64,
    /// Those of them that are in a lost stage.
    pub(super) dropped_lost: u64,
    /// Those of them that are in an open stage.
    pub(super) dropped_open: u64,
    /// Those of them that are in a won stage: won without this step, or after the window.
    pub(super) dropped_won: u64,
    /// What the leads that entered are worth.
    pub(super) value: Vec<Money>,
    /// Leads that passed it without being in it; of the whole cohort, the same in every mode, as are the next two.
    pub(super) skipped: u64,
    /// Leads that entered it more than once.
    pub(super) re_entered: u64,
    /// Leads that entered it from a stage of a higher position.
    pub(super) regressed: u64,
    /// Leads whose time from the first step counts below.
    pub(super) converted: u64,
    /// The median of these times, in seconds.
    pub(super) median_seconds: Option<f64>,
    /// The 90th percentile, interpolated between neighbours like the median, in seconds.
    pub(super) p90_seconds: Option<f64>,
}

/// Counts a funnel, and another period of it beside where asked.
///
/// # Errors
/// There would be too many parts; a comparison without `from`.
pub fn report(conn: &mut Connection, by: &Principal, funnel: &Funnel, compare: Option<Comparison>) -> Result<Report> {
    funnel.breakdown.tells().map_or(Ok(()), |permission| by.require(permission))?;
    let other = compare.map(|compare| compare.of(funnel.span)).transpose()?;
    let Counted { total, groups, notes, beyond } = counted(conn, by, funnel)?;
    let compared = match other {
        None => None,
        Some(span) => {
            let funnel = funnel.over(conn, span)?;
            let Counted { total, groups, .. } = counted(conn, by, &funnel)?;
            Some(OtherPeriod { from: span.from, to: span.to, as_of: span.as_of, total, groups })
        }
    };
    Ok(Report {
        definitions: DEFINITIONS,
        pipeline_id: funnel.pipeline.id,
        from: (funnel.span.from > Instant::MIN).then_some(funnel.span.from),
        to: funnel.span.to,
        tz: funnel.span.zone.name().to_owned(),
        as_of: funnel.span.as_of,
        window_seconds: funnel.plan.window.map(|micros| micros / 1_000_000),
        breakdown: funnel.breakdown.name(),
        rows_overlap: funnel.breakdown.overlaps(),
        notes,
        beyond,
        total,
        groups,
        compare,
        compared,
    })
}

/// The whole cohort, its parts, what must be known to read them, and how many leads passed by the first step.
struct Counted {
    total: Group,
    groups: Vec<Group>,
    notes: Vec<String>,
    beyond: u64,
}

fn counted(conn: &mut Connection, by: &Principal, funnel: &Funnel) -> Result<Counted> {
    let modes: Vec<usize> = funnel.modes.iter().map(|mode| mode.index()).collect();
    let mut total = Tally::new(modes.len(), &funnel.plan);
    let mut parts: HashMap<Option<String>, Tally> = HashMap::new();
    let mut buckets = Buckets::new(conn, funnel)?;
    let own = funnel.breakdown.need();
    let then = !funnel.then.is_now();
    let mut beyond = 0;
    scan::cohort(conn, by, funnel, Need { id: own.id || then, ..own }, &mut |row, path, way| {
        let Some(way) = way else {
            beyond += 1;
            return;
        };
        let money = path.money();
        let money = row.lead_id.filter(|_| then).map_or(money, |lead| funnel.then.money(lead, money));
        total.add(&modes, way, money);
        if funnel.breakdown != Breakdown::None && parts.len() <= MOST_PARTS {
            buckets.each(row, way, &mut |bucket| {
                let part = parts.entry(bucket).or_insert_with(|| Tally::new(modes.len(), &funnel.plan));
                part.add(&modes, way, money);
            });
        }
    })?;
    if parts.len() > MOST_PARTS {
        return Err(too_many());
    }
    let mut names = labels(conn, &funnel.breakdown, &parts.keys().flatten().cloned().collect())?;
    names.extend(buckets.segment_names());
    let parts: BTreeMap<_, _> = parts.into_iter().collect();
    let label = |bucket: &Option<String>| bucket.as_ref().and_then(|bucket| names.get(bucket)).cloned();
    let groups = parts.into_iter().map(|(bucket, tally)| group(funnel, label(&bucket), bucket, tally)).collect();
    Ok(Counted { total: group(funnel, None, None, total), groups, notes: buckets.notes(), beyond })
}

fn group(funnel: &Funnel, label: Option<String>, bucket: Option<String>, tally: Tally) -> Group {
    let modes = funnel.modes.iter().zip(tally.modes);
    Group {
        bucket,
        label,
        cohort: tally.cohort,
        immature: tally.immature > 0,
        immature_leads: tally.immature,
        modes: modes.map(|(mode, steps)| ModeReport { mode: *mode, steps: shown(&funnel.steps, steps) }).collect(),
    }
}

fn shown(stages: &[Stage], mut tallies: Vec<StepTally>) -> Vec<Step> {
    let entered: Vec<u64> = tallies.iter().map(|tally| tally.entered).collect();
    let first = entered.first().copied().unwrap_or(0);
    let previous = std::iter::once(None).chain(entered.iter().copied().map(Some));
    let rows = stages.iter().zip(&mut tallies).zip(previous);
    rows.map(|((stage, tally), previous)| Step {
        stage_id: stage.id,
        name: stage.name.clone(),
        kind: stage.kind,
        entered: tally.entered,
        from_first: ratio(tally.entered, first),
        from_previous: previous.and_then(|previous| ratio(tally.entered, previous)),
        dropped: tally.dropped,
        dropped_lost: tally.lost,
        dropped_open: tally.open,
        dropped_won: tally.won,
        value: money(tally),
        skipped: tally.skipped,
        re_entered: tally.re_entered,
        regressed: tally.regressed,
        converted: tally.converted() as u64,
        median_seconds: tally.quantile(0.5),
        p90_seconds: tally.quantile(0.9),
    })
    .collect()
}

fn money(tally: &StepTally) -> Vec<Money> {
    let mut sums: Vec<_> = tally
        .value
        .iter()
        .map(|(code, amount)| Money { currency: String::from_utf8_lossy(code).into_owned(), amount: *amount })
        .collect();
    sums.sort_by(|a, b| a.currency.cmp(&b.currency));
    sums
}

#[expect(clippy::cast_precision_loss, reason = "counts of leads are far below 2^53")]
fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

type At = Cursor<Instant, LeadId>;

/// The leads behind one number, in the order of entry to the first step; `total` is that number.
pub fn leads_behind(conn: &mut Connection, by: &Principal, funnel: &Funnel, query: &LeadsQuery) -> Result<Page<Lead>> {
    let limit = query.limit.get()?;
    let after = query.cursor.as_deref().map(At::decode).transpose()?;
    let found = ids_behind(conn, by, funnel, query)?;
    let total = i64::try_from(found.len()).map_err(Error::internal)?;
    let start = after.map_or(0, |Cursor(at, id)| found.partition_point(|known| *known <= (at.micros(), id)));
    let wanted = usize::try_from(limit + 1).map_err(Error::internal)?;
    let rows: Vec<_> = found.into_iter().skip(start).take(wanted).collect();
    let page =
        Page::cut(rows, limit, |(at, id)| Cursor(Instant::from_micros(*at).unwrap_or(Instant::MIN), *id).encode());
    let ids: Vec<LeadId> = page.items.iter().map(|(_, id)| *id).collect();
    let items = leads::by_ids(conn, &ids)?;
    Ok(Page { items, next_cursor: page.next_cursor, total: Some(total) })
}

/// The leads behind one number with the time (in microseconds) they entered the first step, in that order.
///
/// # Errors
/// There is not one mode, the step is none of the funnel's, or a part is asked for without a breakdown.
pub fn ids_behind(
    conn: &mut Connection,
    by: &Principal,
    funnel: &Funnel,
    query: &LeadsQuery,
) -> Result<Vec<(i64, LeadId)>> {
    let (Some(mode), 1) = (funnel.modes.first(), funnel.modes.len()) else {
        return Err(Error::field("mode", "length", "must be one mode"));
    };
    let Some(step) = funnel.steps.iter().position(|stage| stage.id == query.step) else {
        return Err(Error::field("step", "unknown", "must be one of the steps"));
    };
    let outcome = query.outcome.unwrap_or(Outcome::Entered);
    let wanted = named::part(query.bucket.as_deref(), funnel.breakdown == Breakdown::None)?;
    let mut buckets = Buckets::new(conn, funnel)?;
    let mut found: Vec<(i64, LeadId)> = Vec::new();
    let need = Need { id: true, ..funnel.breakdown.need() };
    scan::cohort(conn, by, funnel, need, &mut |row, path, way| {
        let Some(id) = row.lead_id else { return };
        let Some(way) = way else {
            found.extend(path.entries().next().filter(|_| outcome == Outcome::Beyond).map(|(_, at)| (at, id)));
            return;
        };
        let mut fits = wanted.is_none();
        if let Some(wanted) = &wanted {
            buckets.each(row, way, &mut |bucket| fits |= bucket == *wanted);
        }
        if fits && is(way, mode.index(), step, outcome) {
            found.push((way.cohort_at, id));
        }
    })?;
    found.sort_unstable();
    Ok(found)
}

fn is(way: &Way, mode: usize, step: usize, outcome: Outcome) -> bool {
    let dropped_to =
        |kind: Option<StageKind>| way.dropped(mode, step) && kind.is_none_or(|kind| way.standing == Some(kind));
    match outcome {
        Outcome::Entered => way.entered(mode, step),
        Outcome::Dropped => dropped_to(None),
        Outcome::Lost => dropped_to(Some(StageKind::Lost)),
        Outcome::Open => dropped_to(Some(StageKind::Open)),
        Outcome::Won => dropped_to(Some(StageKind::Won)),
        Outcome::Skipped => way.skipped(step),
        Outcome::ReEntered => way.entered(VISITED, step) && way.re_entered >> step & 1 == 1,
        Outcome::Regressed => way.regressed >> step & 1 == 1,
        Outcome::Immature => way.immature,
        Outcome::Beyond => false,
    }
}
