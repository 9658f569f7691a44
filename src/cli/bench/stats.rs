//! Numbers out of measurements: rates, medians, percentiles, ratios.

use std::time::Duration;

/// What a stretch of requests came to.
#[derive(Debug, Clone, Default)]
pub struct Stretch {
    /// How long each took, in microseconds.
    pub micros: Vec<u32>,
    /// How long all took together.
    pub elapsed: Duration,
    /// Processor time of whoever answered.
    pub cpu: Option<Duration>,
    /// Requests that did not succeed.
    pub failed: usize,
}

/// A rate with its times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests a second.
    pub per_second: f64,
    /// Half of them took at most this long, in microseconds.
    pub p50: u32,
    /// 99 in 100 took at most this long, in microseconds.
    pub p99: u32,
    /// Processor time for each, in milliseconds.
    pub cpu_ms: Option<f64>,
    /// Requests that did not succeed.
    pub failed: usize,
}

impl Stretch {
    /// The rate; zero for an empty stretch.
    #[must_use]
    pub fn rate(&self) -> Rate {
        let mut sorted = self.micros.clone();
        sorted.sort_unstable();
        let count = count(sorted.len());
        let seconds = self.elapsed.as_secs_f64();
        Rate {
            per_second: if seconds > 0.0 { count / seconds } else { 0.0 },
            p50: percentile(&sorted, 50),
            p99: percentile(&sorted, 99),
            cpu_ms: self.cpu.filter(|_| count > 0.0).map(|cpu| cpu.as_secs_f64() * 1000.0 / count),
            failed: self.failed,
        }
    }
}

/// A number of things as a number to calculate with.
#[must_use]
pub fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// The smallest value that `percent` in a hundred do not exceed (nearest rank); 0 for none. `sorted` is in order.
#[must_use]
pub fn percentile(sorted: &[u32], percent: usize) -> u32 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// The rate in the middle of several rounds: noise of a busy machine falls away.
#[must_use]
pub fn median(mut rounds: Vec<Rate>) -> Option<Rate> {
    rounds.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    let failed = rounds.iter().map(|round| round.failed).sum();
    let middle = rounds.get(rounds.len() / 2).copied()?;
    Some(Rate { failed, ..middle })
}

/// `a / b`; nothing where there is nothing to divide by.
#[must_use]
pub fn ratio(a: f64, b: f64) -> Option<f64> {
    (b > 0.0).then_some(a / b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_the_nearest_rank() {
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!((percentile(&hundred, 50), percentile(&hundred, 99), percentile(&hundred, 100)), (50, 99, 100));
        assert_eq!((percentile(&[7], 1), percentile(&[7], 99), percentile(&[], 50)), (7, 7, 0));
        assert_eq!(percentile(&[1, 2, 3], 50), 2);
    }

    #[test]
    fn a_stretch_becomes_a_rate() {
        let cpu = Some(Duration::from_millis(8));
        let stretch = Stretch { micros: vec![40, 10, 30, 20], elapsed: Duration::from_secs(2), cpu, failed: 1 };
        let rate = stretch.rate();
        assert_eq!((rate.p50, rate.p99, rate.failed), (20, 40, 1));
        assert!((rate.per_second - 2.0).abs() < 1e-9 && (rate.cpu_ms.unwrap() - 2.0).abs() < 1e-9);
        assert!(Stretch::default().rate().per_second.abs() < 1e-9);
    }

    #[test]
    fn the_middle_round_counts() {
        let round = |per_second| Rate { per_second, p50: 0, p99: 0, cpu_ms: None, failed: 1 };
        let middle = median(vec![round(9.0), round(1.0), round(5.0)]).unwrap();
        assert!((middle.per_second - 5.0).abs() < 1e-9);
        assert_eq!(middle.failed, 3);
        assert!(median(Vec::new()).is_none());
        assert_eq!(ratio(1.0, 0.0), None);
    }
}
