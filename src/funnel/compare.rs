//! Another period beside the one asked for: as long, seen at the same age. Pure.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, TimeZone, Utc};

use crate::calendar::period::midnight;
use crate::calendar::span::Span;
use crate::db::types::Instant;
use crate::error::{Error, Result};

crate::text_enum! {
    /// Which period to show beside.
    pub enum Comparison {
        /// The one before, of the same length: whole months for whole months, else as many days, else as long.
        Previous = "previous",
        /// The same one a year before.
        LastYear = "last_year",
    }
}

impl Comparison {
    /// The other span. `as_of` moves by as much as `from`, so that both are seen at the same age.
    ///
    /// # Errors
    /// There is no `from`, or the other span would lie before all time.
    pub fn of(self, span: Span) -> Result<Span> {
        let early = || Error::field("compare", "range", "there is no time so early");
        if span.from <= Instant::MIN {
            return Err(Error::field("from", "required", "is required with compare"));
        }
        let (from, to) = match self {
            Self::Previous => previous(span).ok_or_else(early)?,
            Self::LastYear => {
                (earlier(span, span.from, 12).ok_or_else(early)?, earlier(span, span.to, 12).ok_or_else(early)?)
            }
        };
        if from <= Instant::MIN {
            return Err(early());
        }
        let shift = span.from.micros() - from.micros();
        let as_of = Instant::from_micros(span.as_of.micros().saturating_sub(shift)).ok_or_else(early)?;
        Ok(Span { from, to, as_of, ..span })
    }
}

/// The local day that begins at this instant, where one does.
fn day(span: Span, at: Instant) -> Option<NaiveDate> {
    let day = at.to_utc().with_timezone(&span.zone).date_naive();
    (midnight(span.zone, day) == at).then_some(day)
}

fn previous(span: Span) -> Option<(Instant, Instant)> {
    if let (Some(first), Some(end)) = (day(span, span.from), day(span, span.to)) {
        let from = if first.day() == 1 && end.day() == 1 {
            let months = (end.year() - first.year()) * 12 + i32::try_from(end.month0()).ok()?
                - i32::try_from(first.month0()).ok()?;
            first.checked_sub_months(Months::new(u32::try_from(months).ok()?))?
        } else {
            first.checked_sub_days(Days::new(u64::try_from((end - first).num_days()).ok()?))?
        };
        return Some((midnight(span.zone, from), span.from));
    }
    let length = span.to.micros().checked_sub(span.from.micros())?;
    Some((Instant::from_micros(span.from.micros().checked_sub(length)?)?, span.from))
}

/// The same local time some months before; the month's last day where it has no such day.
fn earlier(span: Span, at: Instant, months: u32) -> Option<Instant> {
    let local = at.to_utc().with_timezone(&span.zone).naive_local();
    let day = local.date().checked_sub_months(Months::new(months))?;
    // A time that the clock passes over is taken as that long after midnight.
    let same = span.zone.from_local_datetime(&day.and_time(local.time())).earliest();
    Some(same.map_or_else(
        || midnight(span.zone, day).plus(local.time() - NaiveTime::MIN),
        |same| same.with_timezone(&Utc).into(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(with: Comparison, from: &str, to: &str) -> (String, String, String) {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let zone = chrono_tz::Europe::Berlin;
        let span = Span { from: at(from), to: at(to), as_of: at("2024-06-01T00:00:00Z"), zone };
        let found = with.of(span).unwrap();
        (found.from.to_string(), found.to.to_string(), found.as_of.to_string())
    }

    #[test]
    fn whole_months_are_compared_with_whole_months_across_clock_changes() {
        let (from, to, _) = compared(Comparison::Previous, "2024-03-31T22:00:00Z", "2024-05-31T22:00:00Z");
        assert_eq!((from.as_str(), to.as_str()), ("2024-01-31T23:00:00Z", "2024-03-31T22:00:00Z"));
        let (from, ..) = compared(Comparison::Previous, "2024-03-31T22:00:00Z", "2024-04-07T22:00:00Z");
        assert_eq!(from, "2024-03-24T23:00:00Z");
        let (from, ..) = compared(Comparison::Previous, "2024-04-01T10:00:00Z", "2024-04-01T12:00:00Z");
        assert_eq!(from, "2024-04-01T08:00:00Z");
    }

    #[test]
    fn last_year_is_the_same_local_day_and_both_are_seen_at_the_same_age() {
        let (from, to, as_of) = compared(Comparison::LastYear, "2024-02-28T23:00:00Z", "2024-03-31T22:00:00Z");
        assert_eq!((from.as_str(), to.as_str()), ("2023-02-27T23:00:00Z", "2023-03-31T22:00:00Z"));
        assert_eq!(as_of, "2023-06-01T00:00:00Z");
    }
}
