//! A funnel's numbers: counted, shown as JSON or CSV, and the leads behind each of them.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

use super::fold::{VISITED, Way};
use super::period::{Period, period_of};
use super::request::{Breakdown, Funnel, LeadsQuery, Mode, Outcome};
use super::scan::{self, Need, Row};
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
    definitions: &'static str,
    /// The pipeline.
    pipeline_id: PipelineId,
    /// The period's begin; `null` for no limit.
    from: Option<Instant>,
    /// The period's end, exclusive.
    to: Instant,
    /// The time zone of days, weeks and months.
    tz: String,
    /// Only facts before it count.
    as_of: Instant,
    /// The conversion window; `null` for none.
    window_seconds: Option<i64>,
    /// What the numbers are broken down by.
    #[schema(inline)]
    breakdown: Breakdown,
    total: Group,
    /// The cohort's parts, by bucket; empty without breakdown.
    groups: Vec<Group>,
}

/// A cohort, or a part of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Group {
    /// The owner's id, the source, or the day a period begins; `null` for leads without, and for all leads.
    bucket: Option<String>,
    /// How many leads entered the first step in the period.
    cohort: u64,
    /// Whether the window of some lead is still open at `as_of`.
    immature: bool,
    /// How many leads' windows are.
    immature_leads: u64,
    /// The numbers in each mode.
    modes: Vec<ModeReport>,
}

/// A cohort's numbers in one mode.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModeReport {
    /// How a step counts as entered.
    #[schema(inline)]
    mode: Mode,
    /// The steps in order.
    steps: Vec<Step>,
}

/// A step's numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Step {
    /// The stage.
    stage_id: StageId,
    /// Its name.
    name: String,
    /// Its kind.
    kind: StageKind,
    /// Leads that entered it.
    entered: u64,
    /// `entered` by that of the first step.
    from_first: Option<f64>,
    /// `entered` by that of the step before; `null` for the first step.
    from_previous: Option<f64>,
    /// Leads that entered the step before, but not this one.
    dropped: u64,
    /// Those of them that are in a lost stage.
    dropped_lost: u64,
    /// Those of them that are in an open stage.
    dropped_open: u64,
    /// Those of them that are in a won stage: won without this step, or after the window.
    dropped_won: u64,
    /// What the leads that entered are worth.
    value: Vec<Money>,
    /// Leads that passed it without being in it.
    skipped: u64,
    /// Leads that entered it more than once.
    re_entered: u64,
    /// Leads that entered it from a stage of a higher position.
    regressed: u64,
    /// Leads whose time from the first step counts below.
    converted: u64,
    /// The median of these times, in seconds.
    median_seconds: Option<f64>,
    /// Nine in ten of them took no longer, in seconds.
    p90_seconds: Option<f64>,
}

/// Names the part of the cohort a lead belongs to.
struct Buckets<'a> {
    funnel: &'a Funnel,
    /// The period of the lead before: leads come in the order of entry.
    last: Option<Period>,
}

impl Buckets<'_> {
    fn of(&mut self, row: &Row, way: &Way) -> Option<String> {
        match self.funnel.breakdown {
            Breakdown::None => None,
            Breakdown::Owner => row.owner_id.map(|owner| owner.to_string()),
            Breakdown::Source => row.source.clone(),
            Breakdown::Period => {
                let at = way.cohort_at;
                let known = self.last.filter(|period| (period.start..period.end).contains(&at));
                let period =
                    known.or_else(|| Some(period_of(self.funnel.zone, self.funnel.unit, Instant::from_micros(at)?)));
                self.last = period;
                period.map(|period| period.day.to_string())
            }
        }
    }
}

/// Counts a funnel.
pub fn report(conn: &mut Connection, by: &Principal, funnel: &Funnel) -> Result<Report> {
    let modes: Vec<usize> = funnel.modes.iter().map(|mode| mode.index()).collect();
    let mut total = Tally::new(modes.len(), &funnel.plan);
    let mut parts: HashMap<Option<String>, Tally> = HashMap::new();
    let mut buckets = Buckets { funnel, last: None };
    let need = match funnel.breakdown {
        Breakdown::None | Breakdown::Period => Need::Nothing,
        Breakdown::Owner => Need::Owner,
        Breakdown::Source => Need::Source,
    };
    scan::cohort(conn, by, funnel, need, &mut |row, path, way| {
        let money = path.money();
        total.add(&modes, way, money);
        if funnel.breakdown != Breakdown::None {
            let part = parts.entry(buckets.of(row, way)).or_insert_with(|| Tally::new(modes.len(), &funnel.plan));
            part.add(&modes, way, money);
        }
    })?;
    let parts: BTreeMap<_, _> = parts.into_iter().collect();
    Ok(Report {
        definitions: DEFINITIONS,
        pipeline_id: funnel.pipeline.id,
        from: (funnel.from > Instant::MIN).then_some(funnel.from),
        to: funnel.to,
        tz: funnel.zone.name().to_owned(),
        as_of: funnel.as_of,
        window_seconds: funnel.plan.window.map(|micros| micros / 1_000_000),
        breakdown: funnel.breakdown,
        total: group(funnel, None, total),
        groups: parts.into_iter().map(|(bucket, tally)| group(funnel, bucket, tally)).collect(),
    })
}

fn group(funnel: &Funnel, bucket: Option<String>, tally: Tally) -> Group {
    let modes = funnel.modes.iter().zip(tally.modes);
    Group {
        bucket,
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

/// The report as comma-separated values: the whole cohort first, then its parts.
pub fn csv(report: &Report) -> Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let head = [
        "part",
        "bucket",
        "mode",
        "stage_id",
        "name",
        "entered",
        "from_first",
        "from_previous",
        "dropped",
        "dropped_lost",
        "dropped_open",
        "dropped_won",
        "value",
        "skipped",
        "re_entered",
        "regressed",
        "converted",
        "median_seconds",
        "p90_seconds",
        "cohort",
        "immature_leads",
    ];
    out.write_record(head).map_err(Error::internal)?;
    let parts = std::iter::once(("all", &report.total)).chain(report.groups.iter().map(|group| ("bucket", group)));
    for (part, group) in parts {
        for mode in &group.modes {
            for step in &mode.steps {
                out.write_record(record(part, group, mode.mode, step)).map_err(Error::internal)?;
            }
        }
    }
    out.into_inner().map_err(Error::internal)
}

fn record(part: &str, group: &Group, mode: Mode, step: &Step) -> [String; 21] {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let value: Vec<_> = step.value.iter().map(|money| format!("{} {}", money.amount, money.currency)).collect();
    [
        part.to_owned(),
        harmless(group.bucket.clone().unwrap_or_default()),
        mode.to_string(),
        step.stage_id.to_string(),
        harmless(step.name.clone()),
        step.entered.to_string(),
        number(step.from_first),
        number(step.from_previous),
        step.dropped.to_string(),
        step.dropped_lost.to_string(),
        step.dropped_open.to_string(),
        step.dropped_won.to_string(),
        value.join("; "),
        step.skipped.to_string(),
        step.re_entered.to_string(),
        step.regressed.to_string(),
        step.converted.to_string(),
        number(step.median_seconds),
        number(step.p90_seconds),
        group.cohort.to_string(),
        group.immature_leads.to_string(),
    ]
}

/// Keeps a spreadsheet from taking a text for a formula.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

type At = Cursor<Instant, LeadId>;

/// The leads behind one number, in the order of entry to the first step; `total` is that number.
pub fn leads_behind(conn: &mut Connection, by: &Principal, funnel: &Funnel, query: &LeadsQuery) -> Result<Page<Lead>> {
    let limit = query.limit.get()?;
    let after = query.cursor.as_deref().map(At::decode).transpose()?;
    let (Some(mode), 1) = (funnel.modes.first(), funnel.modes.len()) else {
        return Err(Error::field("mode", "length", "must be one mode"));
    };
    let Some(step) = funnel.steps.iter().position(|stage| stage.id == query.step) else {
        return Err(Error::field("step", "unknown", "must be one of the steps"));
    };
    let outcome = query.outcome.unwrap_or(Outcome::Entered);
    let wanted = query.bucket.as_ref().map(|bucket| Some(bucket.clone()).filter(|bucket| !bucket.is_empty()));
    let mut buckets = Buckets { funnel, last: None };
    let mut found: Vec<(i64, LeadId)> = Vec::new();
    scan::cohort(conn, by, funnel, Need::All, &mut |row, _, way| {
        let Some(id) = row.lead_id else { return };
        let fits = wanted.as_ref().is_none_or(|wanted| buckets.of(row, way) == *wanted);
        if fits && is(way, mode.index(), step, outcome) {
            found.push((way.cohort_at, id));
        }
    })?;
    found.sort_unstable();
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
    }
}
