//! Win rate, cycle, velocity, lost reasons, stale leads: of a period, and of another beside it.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::deals::{self, Deal, Stay};
use super::request::Ask;
use crate::accounts::Principal;
use crate::db::Connection;
use crate::db::schema::stage_intervals as intervals;
use crate::db::types::Instant;
use crate::error::Result;
use crate::funnel::compare::Comparison;
use crate::funnel::quantile;
use crate::pipelines::board::Money;
use crate::pipelines::{LeadId, LostReasonId, PipelineId, Stage, StageKind, lost_reasons, visit};

const DAY: f64 = 86_400e6;

/// Outcome and speed of a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct SalesReport {
    /// Where the numbers are defined.
    definitions: &'static str,
    pipeline_id: PipelineId,
    /// The time zone of days and months.
    tz: String,
    #[schema(inline)]
    compare: Option<Comparison>,
    pub current: SalesOutcome,
    /// The other period, where one was asked for.
    pub compared: Option<SalesOutcome>,
}

/// The numbers of a period. Zero denominators give `null`.
#[derive(Debug, Serialize, ToSchema)]
pub struct SalesOutcome {
    pub from: Option<Instant>,
    pub to: Instant,
    pub as_of: Instant,
    /// Leads won in the period, and still so.
    pub won: u64,
    /// Leads lost in the period, and still so.
    pub lost: u64,
    /// `won / (won + lost)`.
    pub win_rate: Option<f64>,
    pub won_value: Vec<Money>,
    pub lost_value: Vec<Money>,
    pub cycle: SalesCycle,
    /// Leads in an open stage at `as_of`.
    pub open: u64,
    /// Open leads that are longer in their stage than it allows.
    pub stale: u64,
    /// One for each currency that open or won leads have.
    pub velocity: Vec<SalesVelocity>,
    /// Why leads were lost, the most frequent first.
    pub lost_reasons: Vec<LostFor>,
}

/// From the first entry to the close, over the leads won in the period.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct SalesCycle {
    pub leads: usize,
    pub median_seconds: Option<f64>,
    pub mean_seconds: Option<f64>,
    /// The 90th percentile, interpolated between neighbours like the median.
    pub p90_seconds: Option<f64>,
}

/// What the pipeline brings a day, in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct SalesVelocity {
    pub currency: String,
    /// Open leads with an amount in it.
    pub open: u64,
    /// The average amount of leads won in the period, in minor units.
    pub average_won: Option<f64>,
    /// `open × win rate × average won ÷ median cycle in days`, in minor units a day; `null` where the cycle is 0 or absent.
    pub per_day: Option<f64>,
}

/// Leads lost for a reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct LostFor {
    /// `null` for leads without.
    pub lost_reason_id: Option<LostReasonId>,
    pub name: Option<String>,
    pub leads: u64,
    /// Of all that were lost in the period.
    pub share: Option<f64>,
    pub value: Vec<Money>,
}

/// Counts outcome and speed.
///
/// # Errors
/// The database is away; a comparison without `from`.
pub fn report(conn: &mut Connection, by: &Principal, ask: &Ask, compare: Option<Comparison>) -> Result<SalesReport> {
    let other = compare.map(|compare| compare.of(ask.span)).transpose()?;
    let other = other.map(|span| ask.over(conn, span)).transpose()?;
    let other = other.map(|ask| outcome(conn, by, &ask)).transpose()?;
    Ok(SalesReport {
        definitions: "metrics.md §1 Stage history, §3 Time, speed, outcome",
        pipeline_id: ask.pipeline.id,
        tz: ask.span.zone.name().to_owned(),
        compare,
        current: outcome(conn, by, ask)?,
        compared: other,
    })
}

fn outcome(conn: &mut Connection, by: &Principal, ask: &Ask) -> Result<SalesOutcome> {
    let won = deals::closed(conn, by, ask, StageKind::Won)?;
    let lost = deals::closed(conn, by, ask, StageKind::Lost)?;
    let open = deals::open(conn, by, ask)?;
    let (won_count, lost_count) = (won.len() as u64, lost.len() as u64);
    let win_rate = ratio(won_count, won_count + lost_count);
    let cycle = cycle(&won);
    Ok(SalesOutcome {
        from: (ask.span.from > Instant::MIN).then_some(ask.span.from),
        to: ask.span.to,
        as_of: ask.span.as_of,
        won: won_count,
        lost: lost_count,
        win_rate,
        won_value: value(&won),
        lost_value: value(&lost),
        cycle,
        open: open.len() as u64,
        stale: open.iter().filter(|deal| is_stale(ask, deal)).count() as u64,
        velocity: velocity(&open, &won, win_rate, cycle.median_seconds.map(|seconds| seconds * 1e6)),
        lost_reasons: reasons(conn, ask, &lost)?,
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of leads are far below 2^53")]
pub(super) fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Sums by currency, never added together.
pub(super) fn value<'a>(deals: impl IntoIterator<Item = &'a Deal>) -> Vec<Money> {
    let mut sums: BTreeMap<[u8; 3], i64> = BTreeMap::new();
    for (amount, currency) in deals.into_iter().filter_map(|deal| deal.money) {
        let sum = sums.entry(currency).or_default();
        *sum = sum.saturating_add(amount);
    }
    sums.into_iter().map(|(code, amount)| Money { currency: name(code), amount }).collect()
}

pub(super) fn name(code: [u8; 3]) -> String {
    String::from_utf8_lossy(&code).into_owned()
}

#[expect(clippy::cast_precision_loss, reason = "times within 285 years are exact in microseconds")]
fn cycle(won: &[Deal]) -> SalesCycle {
    let mut times: Vec<i64> = won.iter().filter_map(|deal| Some((deal.last()?.at - deal.first()).max(0))).collect();
    let sum: f64 = times.iter().map(|time| *time as f64).sum();
    SalesCycle {
        leads: times.len(),
        median_seconds: quantile(&mut times, 0.5).map(|micros| micros / 1e6),
        mean_seconds: (!times.is_empty()).then(|| sum / times.len() as f64 / 1e6),
        p90_seconds: quantile(&mut times, 0.9).map(|micros| micros / 1e6),
    }
}

#[expect(clippy::cast_precision_loss, reason = "amounts are at most 10^12, their sums far below 2^53 times the error")]
fn velocity(open: &[Deal], won: &[Deal], win_rate: Option<f64>, median: Option<f64>) -> Vec<SalesVelocity> {
    let mut parts: BTreeMap<[u8; 3], (u64, u64, f64)> = BTreeMap::new();
    for (_, currency) in open.iter().filter_map(|deal| deal.money) {
        parts.entry(currency).or_default().0 += 1;
    }
    for (amount, currency) in won.iter().filter_map(|deal| deal.money) {
        let part = parts.entry(currency).or_default();
        part.1 += 1;
        part.2 += amount as f64;
    }
    let days = median.map(|micros| micros / DAY).filter(|days| *days > 0.0);
    let rows = parts.into_iter().map(|(currency, (open, count, sum))| {
        let average_won = (count > 0).then(|| sum / count as f64);
        let per_day =
            win_rate.zip(average_won).zip(days).map(|((rate, average), days)| open as f64 * rate * average / days);
        SalesVelocity { currency: name(currency), open, average_won, per_day }
    });
    rows.collect()
}

/// Whether an open lead is longer in its stage than that allows.
pub(super) fn is_stale(ask: &Ask, deal: &Deal) -> bool {
    let Some(stay) = deal.standing(ask, StageKind::Open) else { return false };
    let limit = deals::stage(ask, stay.stage).and_then(|stage: &Stage| stage.stale_after_days);
    limit.is_some_and(|days| ask.span.as_of.micros() - stay.at > i64::from(days) * 86_400_000_000)
}

/// Why each of these leads was lost, in the stay it is in.
pub(super) fn reasons_of(conn: &mut Connection, ask: &Ask, lost: &[Deal]) -> Result<HashMap<LeadId, LostReasonId>> {
    let rows = intervals::table
        .filter(intervals::stage_id.eq_any(deals::of_kind(ask, StageKind::Lost)))
        .filter(intervals::visit.eq_any(visit::ALL).and(intervals::lost_reason_id.is_not_null()))
        .filter(intervals::entered_at.ge(ask.span.from).and(intervals::entered_at.lt(ask.span.as_of)))
        .order(intervals::entered_at)
        .select((intervals::lead_id, intervals::entered_at, intervals::lost_reason_id.assume_not_null()));
    let since: HashMap<LeadId, Stay> = lost.iter().filter_map(|deal| Some((deal.id, deal.last()?))).collect();
    let mut found = HashMap::new();
    for (lead, at, reason) in rows.load::<(LeadId, Instant, LostReasonId)>(conn)? {
        if since.get(&lead).is_some_and(|stay| stay.at <= at.micros()) {
            found.insert(lead, reason);
        }
    }
    Ok(found)
}

fn reasons(conn: &mut Connection, ask: &Ask, lost: &[Deal]) -> Result<Vec<LostFor>> {
    let of = reasons_of(conn, ask, lost)?;
    let names: HashMap<LostReasonId, String> =
        lost_reasons::all(conn)?.into_iter().map(|reason| (reason.id, reason.name)).collect();
    let mut parts: BTreeMap<Option<LostReasonId>, Vec<&Deal>> = BTreeMap::new();
    for deal in lost {
        parts.entry(of.get(&deal.id).copied()).or_default().push(deal);
    }
    let mut rows: Vec<LostFor> = parts
        .into_iter()
        .map(|(reason, deals)| LostFor {
            lost_reason_id: reason,
            name: reason.and_then(|reason| names.get(&reason).cloned()),
            leads: deals.len() as u64,
            share: ratio(deals.len() as u64, lost.len() as u64),
            value: value(deals.iter().copied()),
        })
        .collect();
    rows.sort_by(|a, b| b.leads.cmp(&a.leads).then_with(|| a.name.cmp(&b.name)));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deal(days: i64, money: Option<(i64, [u8; 3])>) -> Deal {
        let day = 86_400_000_000;
        let stays =
            vec![Stay { stage: 0, at: 0, until: Some(days * day) }, Stay { stage: 1, at: days * day, until: None }];
        Deal { id: LeadId::new(), owner_id: None, money, stays }
    }

    #[test]
    fn velocity_is_a_number_for_each_currency_and_null_without_a_cycle() {
        let won = [deal(10, Some((300, *b"EUR"))), deal(20, Some((100, *b"EUR"))), deal(15, None)];
        let open = [deal(1, Some((1, *b"EUR"))), deal(1, Some((1, *b"USD"))), deal(1, Some((1, *b"EUR")))];
        let found = velocity(&open, &won, Some(0.5), cycle(&won).median_seconds.map(|seconds| seconds * 1e6));
        let rows: Vec<_> = found.iter().map(|row| (row.currency.as_str(), row.open, row.per_day)).collect();
        assert_eq!(rows, [("EUR", 2, Some(2.0 * 0.5 * 200.0 / 15.0)), ("USD", 1, None)]);
        assert_eq!(velocity(&open, &won, Some(0.5), Some(0.0))[0].per_day, None);
        assert_eq!(velocity(&open, &won, None, Some(1.0))[0].per_day, None);
    }

    #[test]
    fn a_cycle_has_median_mean_and_p90() {
        let won: Vec<_> = [1, 2, 3, 10].into_iter().map(|days| deal(days, None)).collect();
        let found = cycle(&won);
        assert_eq!((found.median_seconds, found.mean_seconds), (Some(2.5 * 86_400.0), Some(4.0 * 86_400.0)));
        assert!((found.p90_seconds.unwrap() - 7.9 * 86_400.0).abs() < 1e-6);
        assert_eq!(cycle(&[]).mean_seconds, None);
    }
}
