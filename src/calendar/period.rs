//! Days, weeks and months in a time zone. A day with a clock change has 23 or 25 hours; weeks begin on Monday.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::db::types::Instant;

crate::text_enum! {
    /// The length of a period.
    pub enum Unit {
        /// A calendar day.
        Day = "day",
        /// A week from Monday on.
        Week = "week",
        /// A calendar month.
        Month = "month",
    }
}

impl Unit {
    /// The days of the shortest such period.
    #[must_use]
    pub const fn least_days(self) -> i64 {
        match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 28,
        }
    }
}

/// A period: `[start, end)` in microseconds, and the day it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub start: i64,
    pub end: i64,
    pub day: NaiveDate,
}

/// The first instant of a day.
#[must_use]
pub fn midnight(zone: Tz, day: NaiveDate) -> Instant {
    // Where clocks skip midnight the day begins with its first instant that exists.
    const STEP: TimeDelta = TimeDelta::minutes(15);
    let mut local = day.and_time(NaiveTime::MIN);
    for _ in 0..200 {
        if let Some(found) = zone.from_local_datetime(&local).earliest() {
            return found.with_timezone(&Utc).into();
        }
        let Some(next) = local.checked_add_signed(STEP) else { break };
        local = next;
    }
    Utc.from_utc_datetime(&day.and_time(NaiveTime::MIN)).into()
}

/// The period that holds an instant.
#[must_use]
pub fn period_of(zone: Tz, unit: Unit, at: Instant) -> Period {
    let day = at.to_utc().with_timezone(&zone).date_naive();
    let (first, next) = match unit {
        Unit::Day => (Some(day), day.checked_add_days(Days::new(1))),
        Unit::Week => {
            let first = day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday())));
            (first, first.and_then(|first| first.checked_add_days(Days::new(7))))
        }
        Unit::Month => {
            let first = day.with_day(1);
            (first, first.and_then(|first| first.checked_add_months(Months::new(1))))
        }
    };
    let first = first.unwrap_or(day);
    let end = next.map_or(Instant::MAX, |next| midnight(zone, next));
    Period { start: midnight(zone, first).micros(), end: end.micros(), day: first }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn hours(period: Period) -> i64 {
        (period.end - period.start) / 3_600_000_000
    }

    #[test]
    fn a_day_with_a_clock_change_has_23_or_25_hours() {
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(hours(period_of(berlin, Unit::Day, at("2024-03-31T10:00:00Z"))), 23);
        assert_eq!(hours(period_of(berlin, Unit::Day, at("2024-10-27T10:00:00Z"))), 25);
        assert_eq!(period_of(berlin, Unit::Day, at("2024-03-30T23:30:00Z")).day.to_string(), "2024-03-31");
    }

    #[test]
    fn a_day_without_midnight_begins_with_its_first_instant() {
        let day = NaiveDate::from_ymd_opt(2018, 11, 4).unwrap();
        assert_eq!(midnight(chrono_tz::America::Sao_Paulo, day), at("2018-11-04T03:00:00Z"));
        let skipped = NaiveDate::from_ymd_opt(2011, 12, 30).unwrap();
        assert_eq!(midnight(chrono_tz::Pacific::Apia, skipped), at("2011-12-30T10:00:00Z"));
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        let of = |unit, text| period_of(Tz::UTC, unit, at(text)).day.to_string();
        assert_eq!(of(Unit::Week, "2024-03-03T23:59:59Z"), "2024-02-26");
        assert_eq!(of(Unit::Week, "2024-03-04T00:00:00Z"), "2024-03-04");
        assert_eq!(of(Unit::Month, "2024-02-29T12:00:00Z"), "2024-02-01");
    }
}
