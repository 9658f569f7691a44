//! Counting the ways of a cohort: for each mode and step the numbers of a report. Pure.

use super::fold::{NEVER, Plan, Way};
use crate::pipelines::StageKind;

/// A currency's code.
pub type Currency = [u8; 3];

/// The numbers of one step in one mode.
#[derive(Debug, Clone, Default)]
pub struct StepTally {
    pub entered: u64,
    pub dropped: u64,
    pub lost: u64,
    pub open: u64,
    pub won: u64,
    pub skipped: u64,
    pub re_entered: u64,
    pub regressed: u64,
    /// Sums by currency.
    pub value: Vec<(Currency, i64)>,
    /// Microseconds from the cohort step, of those that entered.
    elapsed: Vec<i64>,
}

/// The numbers of a cohort, or of a part of it.
#[derive(Debug, Clone)]
pub struct Tally {
    pub cohort: u64,
    pub immature: u64,
    /// By mode as asked, then by step.
    pub modes: Vec<Vec<StepTally>>,
}

impl Tally {
    /// Nothing yet.
    pub fn new(modes: usize, plan: &Plan) -> Self {
        Self { cohort: 0, immature: 0, modes: vec![vec![StepTally::default(); plan.steps()]; modes] }
    }

    /// Counts a lead.
    pub fn add(&mut self, modes: &[usize], way: &Way, money: Option<(i64, Currency)>) {
        self.cohort += 1;
        self.immature += u64::from(way.immature);
        for (mode, steps) in modes.iter().zip(&mut self.modes) {
            let mut before = NEVER;
            for (k, step) in steps.iter_mut().enumerate() {
                let at = way.time(*mode, k);
                if at != NEVER {
                    step.entered += 1;
                    step.add_value(money);
                    if k > 0 {
                        step.elapsed.push((at - way.cohort_at).max(0));
                    }
                } else if before != NEVER {
                    step.drop_one(way.standing);
                }
                before = at;
                step.skipped += u64::from(way.skipped(k));
                step.re_entered += way.re_entered >> k & 1;
                step.regressed += way.regressed >> k & 1;
            }
        }
    }
}

impl StepTally {
    fn add_value(&mut self, money: Option<(i64, Currency)>) {
        let Some((amount, currency)) = money else { return };
        match self.value.iter_mut().find(|(known, _)| *known == currency) {
            Some((_, sum)) => *sum = sum.saturating_add(amount),
            None => self.value.push((currency, amount)),
        }
    }

    fn drop_one(&mut self, standing: Option<StageKind>) {
        self.dropped += 1;
        match standing {
            Some(StageKind::Lost) => self.lost += 1,
            Some(StageKind::Won) => self.won += 1,
            Some(StageKind::Open) | None => self.open += 1,
        }
    }

    /// How many leads the times to convert are of.
    pub const fn converted(&self) -> usize {
        self.elapsed.len()
    }

    /// Seconds within which this share of the converters converted, between two of them in proportion.
    pub fn quantile(&mut self, share: f64) -> Option<f64> {
        quantile(&mut self.elapsed, share).map(|micros| micros / 1e6)
    }
}

/// The continuous quantile: `percentile_cont` of SQL.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times below 2^53 microseconds, 285 years, are exact; longer ones lose microseconds"
)]
pub fn quantile(values: &mut [i64], share: f64) -> Option<f64> {
    let place = share * values.len().checked_sub(1)? as f64;
    let (low, part) = (place.floor() as usize, place.fract());
    let (_, at, above) = values.select_nth_unstable(low);
    let at = *at as f64;
    let next = above.iter().min().map_or(at, |next| *next as f64);
    Some(if part > 0.0 { (next - at).mul_add(part, at) } else { at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours() {
        assert_eq!(quantile(&mut [], 0.5), None);
        assert_eq!(quantile(&mut [7], 0.9), Some(7.0));
        assert_eq!(quantile(&mut [4, 1, 3, 2], 0.5), Some(2.5));
        assert_eq!(quantile(&mut [10, 0, 20, 30, 40, 50, 60, 70, 80, 90, 100], 0.9), Some(90.0));
    }
}
