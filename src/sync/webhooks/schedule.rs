//! When a delivery is tried again, and when it is given up.

use chrono::TimeDelta;

/// How long to wait after the first, the second, … failure: as Standard Webhooks advises.
const DELAYS: [i64; 9] = [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600];
/// How long a receiver that is overloaded, and does not say for how long, is left alone.
const REST: i64 = 60;
/// The longest rest that a receiver may ask for, in seconds.
const LONGEST_REST: i64 = 24 * 3600;

/// What a receiver answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The HTTP status; `None` where there was no answer.
    pub status: Option<u16>,
    /// Why there was none.
    pub error: Option<String>,
    /// How the answer began.
    pub response: Option<String>,
    /// How long it took.
    pub duration_ms: i32,
    /// After how many seconds the receiver wants to be asked again.
    pub retry_after: Option<i64>,
}

/// What comes of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It arrived.
    Delivered,
    /// It is tried again after so long.
    Retry(TimeDelta),
    /// It has been tried often enough.
    GivenUp,
    /// The receiver wants no more of anything.
    Gone,
}

/// Judges the nth attempt; `jitter` is between -1 and 1 and moves the next one by up to a tenth of its delay.
#[must_use]
pub fn judge(attempt: i32, outcome: &Outcome, jitter: f64) -> Verdict {
    match outcome.status {
        Some(200..=299) => return Verdict::Delivered,
        Some(410) => return Verdict::Gone,
        _ => {}
    }
    let failed = usize::try_from(attempt).unwrap_or(1).saturating_sub(1);
    let Some(delay) = DELAYS.get(failed) else { return Verdict::GivenUp };
    let delay = TimeDelta::seconds(*delay);
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a day's milliseconds fit")]
    let shift = (delay.num_milliseconds() as f64 * 0.1 * jitter.clamp(-1.0, 1.0)) as i64;
    let wished = TimeDelta::seconds(outcome.retry_after.unwrap_or(0).clamp(0, LONGEST_REST));
    Verdict::Retry((delay + TimeDelta::milliseconds(shift)).max(wished))
}

/// How long nothing at all is to be sent to the receiver.
#[must_use]
pub fn rest(outcome: &Outcome) -> Option<TimeDelta> {
    let wished = outcome.retry_after.map(|seconds| seconds.clamp(0, LONGEST_REST));
    match outcome.status? {
        429 | 502 | 504 => Some(TimeDelta::seconds(wished.unwrap_or(REST))),
        503 => wished.map(TimeDelta::seconds),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answered(status: u16) -> Outcome {
        Outcome { status: Some(status), ..Outcome::default() }
    }

    #[test]
    fn only_2xx_has_arrived_and_410_ends_all() {
        for status in [200, 202, 204, 299] {
            assert_eq!(judge(1, &answered(status), 0.0), Verdict::Delivered);
        }
        assert_eq!(judge(1, &answered(410), 0.0), Verdict::Gone);
        for status in [100, 301, 302, 400, 404, 500] {
            assert_eq!(judge(1, &answered(status), 0.0), Verdict::Retry(TimeDelta::seconds(5)), "{status}");
        }
    }

    #[test]
    fn ten_attempts_are_made_over_three_days() {
        let delays: Vec<_> = (1..=10).map(|attempt| judge(attempt, &Outcome::default(), 0.0)).collect();
        assert_eq!(delays[1], Verdict::Retry(TimeDelta::minutes(5)));
        assert_eq!(delays[8], Verdict::Retry(TimeDelta::hours(24)));
        assert_eq!(delays[9], Verdict::GivenUp);
    }

    #[test]
    fn an_overloaded_receiver_is_left_alone_as_long_as_it_wishes() {
        let wish = Outcome { retry_after: Some(90), ..answered(429) };
        assert_eq!(judge(1, &wish, 0.0), Verdict::Retry(TimeDelta::seconds(90)));
        assert_eq!(rest(&wish), Some(TimeDelta::seconds(90)));
        assert_eq!(rest(&answered(502)), Some(TimeDelta::seconds(60)));
        assert_eq!(rest(&Outcome { retry_after: Some(i64::MAX), ..answered(504) }), Some(TimeDelta::hours(24)));
        assert_eq!((rest(&answered(500)), rest(&answered(503))), (None, None));
    }

    proptest! {
        #[test]
        fn a_delay_is_moved_by_a_tenth_at_most(attempt in 1..=9_i32, jitter in -2.0..2.0_f64) {
            let plain = DELAYS[usize::try_from(attempt).unwrap() - 1] * 1000;
            let Verdict::Retry(delay) = judge(attempt, &Outcome::default(), jitter) else { panic!("given up") };
            prop_assert!((delay.num_milliseconds() - plain).abs() <= plain / 10 + 1);
        }
    }
}
