//! The time a report is about: its range, its zone, and the instant up to which facts count.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::period::midnight;
use crate::db::types::Instant;
use crate::error::FieldError;

/// The time a report is about.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// The range's begin; [`Instant::MIN`] for no limit.
    pub from: Instant,
    /// The range's end, exclusive.
    pub to: Instant,
    /// Only facts before it count; never later than now.
    pub as_of: Instant,
    /// The zone of days, weeks and months.
    pub zone: Tz,
}

/// A span as a request says it.
#[derive(Debug, Clone, Copy, Default)]
pub struct AskedSpan<'a> {
    pub from: Option<&'a str>,
    pub to: Option<&'a str>,
    pub tz: Option<&'a str>,
    pub as_of: Option<&'a str>,
}

impl<'a> AskedSpan<'a> {
    /// What a request's `from`, `to`, `tz` and `as_of` say, in this order.
    #[must_use]
    pub fn of([from, to, tz, as_of]: [&'a Option<String>; 4]) -> Self {
        Self { from: from.as_deref(), to: to.as_deref(), tz: tz.as_deref(), as_of: as_of.as_deref() }
    }

    /// Reads it; what is wrong joins `faults`.
    pub fn parse(self, faults: &mut Vec<FieldError>) -> Span {
        let zone = self.tz.map_or(Ok(Tz::UTC), str::parse);
        let zone = zone.unwrap_or_else(|_| {
            faults.push(FieldError::new("tz", "unknown", "is not an IANA time zone such as Europe/Berlin"));
            Tz::UTC
        });
        // Nothing is known of what lies ahead.
        let now = Instant::now();
        let as_of = instant("as_of", self.as_of, zone, faults).map_or(now, |as_of| as_of.min(now));
        let from = instant("from", self.from, zone, faults).unwrap_or(Instant::MIN);
        let to = instant("to", self.to, zone, faults).unwrap_or(as_of);
        if self.to.is_some() && from > to {
            faults.push(FieldError::new("to", "range", "must not be before from"));
        }
        Span { from, to, as_of, zone }
    }
}

/// A day in the zone, or an instant.
pub fn instant(field: &'static str, text: Option<&str>, zone: Tz, faults: &mut Vec<FieldError>) -> Option<Instant> {
    let text = text?;
    let found = match text.parse::<NaiveDate>() {
        Ok(day) if ("0001-01-01".."9999-12-31").contains(&text) => Ok(midnight(zone, day)),
        Ok(_) => Err("must lie between 0001-01-01 and 9999-12-30".to_owned()),
        Err(_) => text.parse().map_err(|error| format!("{error}, or a day like 2026-01-31")),
    };
    found.map_err(|message| faults.push(FieldError::new(field, "format", message))).ok()
}

/// Microseconds of `30d`, `12h`, `90m`, `45s`, `2w`; more than nothing and at most 100 years of 365 days.
#[must_use]
pub fn micros(text: &str) -> Option<i64> {
    const LONGEST: i64 = 100 * 365 * 86_400;
    let unit = text.chars().last()?;
    let seconds: i64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let digits = text.strip_suffix(unit).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let seconds = digits.parse::<i64>().ok()?.checked_mul(seconds)?;
    (1..=LONGEST).contains(&seconds).then(|| seconds * 1_000_000)
}

/// A conversion window in microseconds; what is wrong joins `faults`.
pub fn window(text: Option<&str>, faults: &mut Vec<FieldError>) -> Option<i64> {
    let found = micros(text?);
    if found.is_none() {
        faults.push(FieldError::new("window", "format", "must be a time such as 30d, 12h, 90m, 45s or 2w"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_a_number_and_a_unit() {
        assert_eq!(micros("30d"), Some(30 * 86_400_000_000));
        assert_eq!(micros("2w"), micros("14d"));
        for wrong in [
            "",
            "d",
            "0d",
            "-1d",
            "+1d",
            "1.5h",
            "30",
            "30 d",
            "999999999w",
            "1é",
            "1д",
            "1y",
            "36501d",
            "99999999999999999999s",
        ] {
            assert_eq!(micros(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_reversed_range_and_an_unknown_zone_are_told() {
        let mut faults = Vec::new();
        let asked = AskedSpan { from: Some("2024-02-01"), to: Some("2024-01-31"), tz: Some("Mars/Base"), as_of: None };
        asked.parse(&mut faults);
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_ref()).collect();
        assert_eq!(fields, ["tz", "to"]);
    }
}
