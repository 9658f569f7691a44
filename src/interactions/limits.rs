//! What no interaction may hold: impossible times, half a price, bottomless properties.

use chrono::TimeDelta;
use serde_json::{Map, Value};

use crate::db::types::Instant;
use crate::error::FieldError;

/// How far ahead of our clock a client's may be.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);
/// 1900-01-01T00:00:00Z in microseconds.
const EARLIEST: i64 = -2_208_988_800_000_000;
/// The most bytes of JSON text that properties may have.
const MOST_PROPERTIES: usize = 32 * 1024;
/// How deep properties may be nested.
const DEEPEST_PROPERTIES: usize = 16;

/// Whether `code` is a currency of ISO 4217.
#[must_use]
pub fn known_currency(code: &str) -> bool {
    code.len() == 3
        && code.bytes().all(|byte| byte.is_ascii_uppercase())
        && iso_currency::Currency::from_code(code).is_some()
}

/// Refuses control characters other than tabs and line ends.
pub fn plain(errors: &mut Vec<FieldError>, texts: &[(&'static str, Option<&str>)]) {
    for (field, text) in texts {
        if text.is_some_and(|text| text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'))) {
            errors.push(FieldError::new(*field, "format", "must not hold control characters"));
        }
    }
}

/// Refuses an amount without a currency, a currency without an amount, and currencies nobody knows.
pub fn money(errors: &mut Vec<FieldError>, amount: Option<i64>, currency: Option<&str>) {
    match (amount, currency) {
        (Some(_), None) => errors.push(FieldError::new("currency", "required", "is required with an amount")),
        (None, Some(_)) => errors.push(FieldError::new("amount", "required", "is required with a currency")),
        _ => {}
    }
    if currency.is_some_and(|code| !known_currency(code)) {
        errors.push(FieldError::new("currency", "choice", "must be an ISO 4217 code such as EUR"));
    }
}

/// Refuses the future (but for a few minutes of wrong clocks) and times before 1900.
pub fn happened(errors: &mut Vec<FieldError>, at: Instant, now: Instant) {
    if at > now.plus(CLOCK_SKEW) {
        errors.push(FieldError::new("occurred_at", "range", "must not be in the future by more than 5 minutes"));
    }
    if at.micros() < EARLIEST {
        errors.push(FieldError::new("occurred_at", "range", "must not be before 1900"));
    }
}

/// Refuses a task due before 1900.
#[must_use]
pub fn due(at: Option<Instant>) -> Option<FieldError> {
    let bad = at.is_some_and(|at| at.micros() < EARLIEST);
    bad.then(|| FieldError::new("due_at", "range", "must not be before 1900"))
}

/// Refuses properties that are too large or too deep.
pub fn properties(errors: &mut Vec<FieldError>, map: &Map<String, Value>) {
    if map.values().any(|value| deeper_than(value, DEEPEST_PROPERTIES)) {
        errors.push(FieldError::new("properties", "length", "must not be nested deeper than 16 levels"));
    }
    if serde_json::to_vec(map).map_or(usize::MAX, |text| text.len()) > MOST_PROPERTIES {
        errors.push(FieldError::new("properties", "length", "must not have more than 32 KiB of JSON"));
    }
}

fn deeper_than(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(_) | Value::Object(_) if levels <= 1 => true,
        Value::Array(items) => items.iter().any(|item| deeper_than(item, levels - 1)),
        Value::Object(map) => map.values().any(|item| deeper_than(item, levels - 1)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_those_of_iso_4217() {
        assert!(["EUR", "JPY", "CLF", "PLN"].iter().all(|code| known_currency(code)));
        assert!(["eur", "EURO", "ZZZ", "", "E€"].iter().all(|code| !known_currency(code)));
    }

    #[test]
    fn times_lie_between_1900_and_five_minutes_from_now() {
        let now: Instant = "2026-01-01T00:00:00Z".parse().unwrap();
        let bad = |at: &str| {
            let mut errors = Vec::new();
            happened(&mut errors, at.parse().unwrap(), now);
            !errors.is_empty()
        };
        assert!(!bad("1900-01-01T00:00:00Z") && !bad("2026-01-01T00:05:00Z"));
        assert!(bad("1899-12-31T23:59:59Z") && bad("2026-01-01T00:05:01Z"));
    }

    #[test]
    fn properties_have_a_bottom() {
        let nested = |levels| (0..levels).fold(Value::Null, |value, _| serde_json::json!([value]));
        let bad = |value| {
            let mut errors = Vec::new();
            properties(&mut errors, &Map::from_iter([("a".to_owned(), value)]));
            !errors.is_empty()
        };
        assert!(!bad(nested(15)));
        assert!(bad(nested(16)) && bad(nested(100)) && bad(Value::String("x".repeat(40_000))));
    }
}
