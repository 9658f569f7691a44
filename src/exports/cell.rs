//! What stands in a cell, and how it is written.

use std::borrow::Cow;
use std::io::Write;

use chrono::{NaiveDate, SecondsFormat};
use chrono_tz::Tz;

use crate::db::types::Instant;
use crate::money::{exponent, major};

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// A text.
    Text(Cow<'a, str>),
    /// A whole number.
    Whole(i64),
    /// Any number, as JSON writes it.
    Number(Cow<'a, str>),
    /// Money in minor units, of which this many digits are decimals.
    Money(i64, u32),
    /// Money with its currency.
    Sum(i64, Cow<'a, str>),
    /// Yes or no.
    Flag(bool),
    /// A moment.
    At(Instant),
    /// A day.
    Day(NaiveDate),
}

impl<'a> Cell<'a> {
    /// A text that may be absent.
    #[must_use]
    pub fn text(text: Option<&'a String>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(Cow::Borrowed(text)))
    }

    /// Something shown as text, where it is there.
    #[must_use]
    pub fn shown(value: Option<impl ToString>) -> Self {
        value.map_or(Self::Empty, |value| Self::Text(Cow::Owned(value.to_string())))
    }

    /// A fixed word, where it is there.
    #[must_use]
    pub fn word(word: Option<&'static str>) -> Self {
        word.map_or(Self::Empty, |word| Self::Text(Cow::Borrowed(word)))
    }

    /// A moment that may be absent.
    #[must_use]
    pub fn at(at: Option<Instant>) -> Self {
        at.map_or(Self::Empty, Self::At)
    }

    /// Money of a currency.
    #[must_use]
    pub fn money(amount: Option<i64>, currency: Option<&str>) -> Self {
        amount.map_or(Self::Empty, |minor| Self::Money(minor, currency.map_or(2, exponent)))
    }
}

/// How values are written as text.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// The zone of moments.
    pub zone: Tz,
    /// The sign before decimals.
    pub decimal: char,
}

impl Style {
    /// Writes the cell as text; `out` is emptied before.
    pub fn write(&self, cell: &Cell<'_>, out: &mut Vec<u8>) {
        out.clear();
        // Writing to memory does not fail.
        drop(match cell {
            Cell::Empty => Ok(()),
            Cell::Text(text) => out.write_all(text.as_bytes()),
            Cell::Whole(number) => write!(out, "{number}"),
            Cell::Number(digits) if self.decimal != '.' => {
                write!(out, "{}", digits.replace('.', self.decimal.encode_utf8(&mut [0; 4])))
            }
            Cell::Number(digits) => out.write_all(digits.as_bytes()),
            Cell::Money(minor, places) => out.write_all(major(*minor, *places, self.decimal).as_bytes()),
            Cell::Sum(minor, currency) => write!(out, "{}", self.sum(*minor, currency)),
            Cell::Flag(flag) => write!(out, "{flag}"),
            Cell::At(at) => out.write_all(self.moment(*at).as_bytes()),
            Cell::Day(day) => write!(out, "{day}"),
        });
    }

    /// Money with its currency: `12.50 EUR`.
    #[must_use]
    pub fn sum(&self, minor: i64, currency: &str) -> String {
        format!("{} {currency}", major(minor, exponent(currency), self.decimal))
    }

    /// A moment by ISO 8601 with the zone's offset.
    #[must_use]
    pub fn moment(&self, at: Instant) -> String {
        if self.zone == Tz::UTC {
            return at.to_string();
        }
        at.to_utc().with_timezone(&self.zone).to_rfc3339_opts(SecondsFormat::AutoSi, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_its_zones_offset() {
        let at = "2026-01-31T12:00:00.5Z".parse().unwrap();
        let style = |zone| Style { zone, decimal: '.' };
        assert_eq!(style(Tz::UTC).moment(at), "2026-01-31T12:00:00.500Z");
        assert_eq!(style(Tz::Europe__Berlin).moment(at), "2026-01-31T13:00:00.500+01:00");
    }
}
