//! Time to an end that some have not reached yet: the Kaplan–Meier estimate. Pure.
//!
//! * Estimate: E. L. Kaplan, P. Meier, "Nonparametric Estimation from Incomplete Observations", JASA 53 (1958).
//! * Variance: M. Greenwood (1926), `Var S = S² Σ d / (n (n − d))`.
//! * Band: 95 %, through the complementary log-log transform, `S^exp(±z √V / ln S)` with `V = Σ d / (n (n − d))`
//!   (J. D. Kalbfleisch, R. L. Prentice, "The Statistical Analysis of Failure Time Data", 1980): it never leaves [0, 1].
//! * Median: the first time at which the curve is at most one half; its interval is where the band's sides are
//!   (R. Brookmeyer, J. Crowley, Biometrics 38, 1982).

use serde::Serialize;
use utoipa::ToSchema;

/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// How long something took, or has taken so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration {
    /// In microseconds.
    pub micros: i64,
    /// Whether it ended; one that goes on is censored: it took longer than this.
    pub ended: bool,
}

/// A step of the curve: from this time on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct SurvivalPoint {
    /// The time, in seconds.
    pub seconds: f64,
    /// How many had not ended before it.
    pub at_risk: usize,
    /// How many ended at it.
    pub ended: usize,
    /// The share that lasts longer.
    pub survival: f64,
    /// The lower side of the 95 % band; `null` where the share is 0.
    pub low: Option<f64>,
    /// The upper side.
    pub high: Option<f64>,
}

/// The curve's steps, by time; empty where nothing ended.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53, and so are times within 285 years")]
pub fn kaplan_meier(durations: &mut [Duration]) -> Vec<SurvivalPoint> {
    durations.sort_unstable();
    let mut curve = Vec::new();
    let (mut at_risk, mut survival, mut variance) = (durations.len(), 1.0_f64, 0.0_f64);
    for same in durations.chunk_by(|a, b| a.micros == b.micros) {
        let ended = same.iter().filter(|duration| duration.ended).count();
        if let (Some(first), 1..) = (same.first(), ended) {
            let (n, d) = (at_risk as f64, ended as f64);
            survival = if ended == at_risk { 0.0 } else { survival * (1.0 - d / n) };
            variance += d / (n * (n - d));
            let sides = (survival > 0.0).then(|| {
                let width = Z * variance.sqrt() / survival.ln();
                (survival.powf((-width).exp()), survival.powf(width.exp()))
            });
            curve.push(SurvivalPoint {
                seconds: first.micros as f64 / 1e6,
                at_risk,
                ended,
                survival,
                low: sides.map(|(low, _)| low),
                high: sides.map(|(_, high)| high),
            });
        }
        at_risk -= same.len();
    }
    curve
}

/// A median and the interval that holds it with 95 % confidence, in seconds; `null` where the curve, or a side of its band,
/// never falls to one half.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct MedianTime {
    pub seconds: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// One half, and what rounding may have added to it on the way.
const HALF: f64 = 0.5 + 1e-12;

/// The median of a curve.
#[must_use]
pub fn median(curve: &[SurvivalPoint]) -> MedianTime {
    let first = |side: fn(&SurvivalPoint) -> Option<f64>| {
        curve.iter().find(|point| side(point).is_some_and(|share| share <= HALF)).map(|point| point.seconds)
    };
    // The band ends with the curve: where that is 0, so are its sides.
    MedianTime {
        seconds: first(|point| Some(point.survival)),
        low: first(|point| point.low.or(Some(0.0))),
        high: first(|point| point.high.or(Some(0.0))),
    }
}

/// At most so many of the curve's steps, evenly, the last among them.
#[must_use]
pub fn thinned(curve: &[SurvivalPoint], most: usize) -> Vec<SurvivalPoint> {
    let every = curve.len().div_ceil(most.max(1)).max(1);
    let last = curve.len().saturating_sub(1);
    curve.iter().enumerate().filter(|(n, _)| (last - n).is_multiple_of(every)).map(|(_, point)| *point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    fn durations(list: &[(i64, bool)]) -> Vec<Duration> {
        list.iter().map(|(days, ended)| Duration { micros: days * 86_400_000_000, ended: *ended }).collect()
    }

    /// The definition, without regard to speed: at each time, the product over all ends so far.
    fn reference(list: &[(i64, bool)], day: i64) -> f64 {
        let mut ends: Vec<i64> = list.iter().filter(|(at, ended)| *ended && *at <= day).map(|(at, _)| *at).collect();
        ends.dedup();
        ends.sort_unstable();
        ends.dedup();
        let share = |end: &i64| {
            let at_risk = list.iter().filter(|(at, _)| at >= end).count();
            let ended = list.iter().filter(|(at, ended)| *ended && at == end).count();
            1.0 - f64::from(u32::try_from(ended).unwrap()) / f64::from(u32::try_from(at_risk).unwrap())
        };
        ends.iter().map(share).product()
    }

    /// What `lifelines` says: `tests/oracles/kaplan_meier.py` made it.
    #[derive(Deserialize)]
    struct Oracle {
        durations: Vec<i64>,
        ended: Vec<bool>,
        median: Option<f64>,
        median_low: Option<f64>,
        median_high: Option<f64>,
        curve: Vec<(f64, f64, Option<f64>, Option<f64>)>,
    }

    #[test]
    fn a_curve_that_comes_to_one_half_has_its_median_there() {
        let all: Vec<_> = (1..=174).map(|day| (day, true)).collect();
        let curve = kaplan_meier(&mut durations(&all));
        assert!(curve.iter().any(|point| point.survival > 0.5 && point.survival < HALF), "rounding adds to it");
        assert_eq!(median(&curve).seconds, Some(87.0 * 86_400.0));
    }

    #[test]
    fn curve_band_and_median_are_those_of_lifelines() {
        let oracles: Vec<Oracle> = serde_json::from_str(include_str!("../../tests/oracles/kaplan_meier.json")).unwrap();
        assert!(oracles.len() >= 5);
        for (n, oracle) in oracles.iter().enumerate() {
            let list: Vec<_> = oracle.durations.iter().copied().zip(oracle.ended.iter().copied()).collect();
            let curve = kaplan_meier(&mut durations(&list));
            assert_eq!(curve.len(), oracle.curve.len(), "case {n}");
            for (point, (day, survival, low, high)) in curve.iter().zip(&oracle.curve) {
                let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "case {n}, day {day}: {a} {b}");
                close(point.seconds / 86_400.0, *day);
                close(point.survival, *survival);
                if let (Some(low), Some(high)) = (low, high) {
                    close(point.low.unwrap(), *low);
                    close(point.high.unwrap(), *high);
                }
            }
            let days = |seconds: Option<f64>| seconds.map(|seconds| seconds / 86_400.0);
            let found = median(&curve);
            assert_eq!(days(found.seconds), oracle.median, "case {n}");
            assert_eq!((days(found.low), days(found.high)), (oracle.median_low, oracle.median_high), "case {n}");
        }
    }

    #[test]
    fn a_curve_that_never_falls_to_one_half_has_no_median() {
        let curve = kaplan_meier(&mut durations(&[(1, true), (2, false), (3, false), (4, false)]));
        assert_eq!(median(&curve).seconds, None);
        assert_eq!(median(&kaplan_meier(&mut [])).seconds, None);
        assert_eq!(median(&kaplan_meier(&mut durations(&[(5, false)]))).seconds, None);
        assert_eq!(median(&kaplan_meier(&mut durations(&[(5, true)]))).seconds, Some(5.0 * 86_400.0));
    }

    #[test]
    fn a_thinned_curve_keeps_its_end() {
        let list: Vec<_> = (1..=1000).map(|day| (day, true)).collect();
        let curve = kaplan_meier(&mut durations(&list));
        let thin = thinned(&curve, 100);
        assert_eq!((thin.len(), thin.last()), (100, curve.last()));
        assert_eq!(thinned(&curve[..7], 100), &curve[..7]);
    }

    proptest! {
        #[test]
        fn the_curve_is_what_the_definition_says(list in prop::collection::vec((0_i64..30, any::<bool>()), 0..40)) {
            let curve = kaplan_meier(&mut durations(&list));
            let mut before = 1.0;
            for point in &curve {
                #[expect(clippy::cast_possible_truncation, reason = "whole days")]
                let day = (point.seconds / 86_400.0).round() as i64;
                prop_assert!((point.survival - reference(&list, day)).abs() < 1e-9);
                prop_assert!(point.survival < before);
                before = point.survival;
                if let (Some(low), Some(high)) = (point.low, point.high) {
                    prop_assert!(0.0 <= low && low <= point.survival && point.survival <= high && high <= 1.0);
                }
            }
            prop_assert_eq!(curve.iter().map(|point| point.ended).sum::<usize>(), list.iter().filter(|(_, ended)| *ended).count());
        }

        #[test]
        fn without_censoring_the_curve_is_the_share_that_lasts_longer(days in prop::collection::vec(0_i64..30, 1..40)) {
            let list: Vec<_> = days.iter().map(|day| (*day, true)).collect();
            for point in kaplan_meier(&mut durations(&list)) {
                let lasts = |day: &&i64| f64::from(u32::try_from(**day).unwrap()) * 86_400.0 > point.seconds;
                let longer = f64::from(u32::try_from(days.iter().filter(lasts).count()).unwrap());
                prop_assert!((point.survival - longer / f64::from(u32::try_from(days.len()).unwrap())).abs() < 1e-9);
            }
        }
    }
}
