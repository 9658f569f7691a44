//! When open leads are expected to close: the days a forecast is asked for. Pure.

use chrono::NaiveDate;

use crate::calendar::period::midnight;
use crate::calendar::span::Span;
use crate::error::{Error, Result};
use crate::funnel::compare::Comparison;

/// Days from the first on, before the second; all days, and leads without one, where neither is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Closing {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

impl Closing {
    /// From what was asked for.
    ///
    /// # Errors
    /// It ends before it begins.
    pub fn new(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<Self> {
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(Error::field("close_to", "range", "must not be before close_from"));
        }
        Ok(Self { from, to })
    }

    /// Whether a lead that is expected to close on this day is asked for.
    #[must_use]
    pub fn holds(self, day: Option<NaiveDate>) -> bool {
        match day {
            None => self == Self::default(),
            Some(day) => self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to),
        }
    }

    /// The days of another period, and the instant at which it was as old as these days are now.
    ///
    /// # Errors
    /// An end is missing; there is no time so early.
    pub fn compared(self, span: Span, with: Comparison) -> Result<(Self, Span)> {
        let required = |field| Error::field(field, "required", "is required with compare");
        let from = self.from.ok_or_else(|| required("close_from"))?;
        let to = self.to.ok_or_else(|| required("close_to"))?;
        let own = Span { from: midnight(span.zone, from), to: midnight(span.zone, to), ..span };
        let other = with.of(own)?;
        let day = |at: crate::db::types::Instant| at.to_utc().with_timezone(&span.zone).date_naive();
        Ok((Self { from: Some(day(other.from)), to: Some(day(other.to)) }, other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_held_from_the_first_to_before_the_last() {
        let quarter = Closing::new(Some(day("2026-01-01")), Some(day("2026-04-01"))).unwrap();
        let held = ["2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01"].map(|text| quarter.holds(Some(day(text))));
        assert_eq!((held, quarter.holds(None)), ([false, true, true, false], false));
        assert!(Closing::default().holds(None) && Closing::default().holds(Some(day("0001-01-01"))));
        assert!(Closing::new(Some(day("2026-04-01")), Some(day("2026-01-01"))).is_err());
    }

    #[test]
    fn the_quarter_before_is_seen_as_long_before_its_begin() {
        let zone = chrono_tz::Europe::Berlin;
        let as_of = midnight(zone, day("2025-11-27"));
        let span = Span { from: crate::db::types::Instant::MIN, to: as_of, as_of, zone };
        let quarter = Closing::new(Some(day("2026-01-01")), Some(day("2026-04-01"))).unwrap();
        let (other, then) = quarter.compared(span, Comparison::Previous).unwrap();
        assert_eq!((other.from, other.to), (Some(day("2025-10-01")), Some(day("2026-01-01"))));
        assert_eq!(then.as_of.since(midnight(zone, day("2025-10-01"))), as_of.since(midnight(zone, day("2026-01-01"))));
        let (other, _) = quarter.compared(span, Comparison::LastYear).unwrap();
        assert_eq!((other.from, other.to), (Some(day("2025-01-01")), Some(day("2025-04-01"))));
        assert!(Closing::default().compared(span, Comparison::Previous).is_err());
    }
}
