//! When an event happened, by our clock: senders' clocks are wrong, but they are wrong twice by the same amount.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta};
use serde_json::Value;

use super::event::Refusal;
use crate::db::types::Instant;

/// How far ahead of our clock an event may be.
const AHEAD: TimeDelta = TimeDelta::minutes(5);
/// How old an event may be: what is older is a clock that was never set.
const OLDEST: TimeDelta = TimeDelta::days(20 * 365 + 5);

/// The time of an event: `received_at − (sent_at − original)`, else what is known of these.
///
/// # Errors
/// It lies in the future, or decades ago.
pub fn occurred_at(
    received_at: Instant,
    sent_at: Option<Instant>,
    original: Option<Instant>,
) -> Result<Instant, Refusal> {
    let at = match (sent_at, original) {
        (_, None) => received_at,
        (None, Some(original)) => original,
        (Some(sent), Some(original)) => received_at.plus(original.since(sent)),
    };
    if at > received_at.plus(AHEAD) {
        return Err(Refusal::new("future", format!("it would have happened at {at}, which is in the future")));
    }
    if at < received_at.plus(-OLDEST) {
        return Err(Refusal::new("too_old", format!("it would have happened at {at}, more than 20 years ago")));
    }
    Ok(at)
}

/// Reads a time as senders write it: RFC 3339, the same without zone (UTC), a day, or milliseconds since 1970.
#[must_use]
pub fn read(value: &Value) -> Option<Instant> {
    match value {
        Value::String(text) => read_text(text.trim()),
        Value::Number(number) => {
            let millis = number.as_i64()?;
            Instant::from_micros(millis.checked_mul(1000)?)
        }
        _ => None,
    }
}

fn read_text(text: &str) -> Option<Instant> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Instant::from_micros(at.timestamp_micros());
    }
    let at = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))?;
    Instant::from_micros(at.and_utc().timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_wrong_clock_is_set_right() {
        // The sender's clock is three hours ahead; it sent the event a minute after it happened.
        let told =
            occurred_at(at("2026-01-01T12:00:00Z"), Some(at("2026-01-01T15:00:00Z")), Some(at("2026-01-01T14:59:00Z")));
        assert_eq!(told, Ok(at("2026-01-01T11:59:00Z")));
    }

    #[test]
    fn without_a_time_of_sending_the_event_is_believed() {
        let received = at("2026-01-01T12:00:00Z");
        assert_eq!(occurred_at(received, None, None), Ok(received));
        assert_eq!(occurred_at(received, Some(received), None), Ok(received));
        let original = at("2025-06-01T00:00:00Z");
        assert_eq!(occurred_at(received, None, Some(original)), Ok(original));
    }

    #[test]
    fn decades_away_is_refused() {
        let received = at("2026-01-01T12:00:00Z");
        let code = |original| occurred_at(received, None, Some(at(original))).map_err(|refusal| refusal.code);
        assert_eq!(code("1970-01-01T00:00:00Z"), Err("too_old"));
        assert_eq!(code("2056-01-01T00:00:00Z"), Err("future"));
        assert_eq!(code("2010-01-01T00:00:00Z"), Ok(at("2010-01-01T00:00:00Z")));
    }

    #[test]
    fn times_are_read_as_senders_write_them() {
        let noon = Some(at("2026-01-01T12:00:00Z"));
        for text in ["2026-01-01T12:00:00.000Z", "2026-01-01T12:00:00+00:00", "2026-01-01T13:00:00+01:00"] {
            assert_eq!(read(&json!(text)), noon, "{text}");
        }
        assert_eq!(read(&json!("2026-01-01T12:00:00")), noon);
        assert_eq!(read(&json!("2026-01-01 12:00:00.0")), noon);
        assert_eq!(read(&json!(1_767_268_800_000_i64)), noon);
        assert_eq!(read(&json!("2026-01-01")), Some(at("2026-01-01T00:00:00Z")));
        for wrong in [json!(""), json!("yesterday"), json!({}), json!(i64::MAX), json!(1e300)] {
            assert_eq!(read(&wrong), None, "{wrong}");
        }
    }
}
