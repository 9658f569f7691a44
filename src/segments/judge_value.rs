//! Tests of single values in memory.

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use serde_json::Value;

use super::compile_value::{last_of, month_day};
use super::rule::{Kind, Scalar, Test, TextTest};
use crate::db::types::{Guid, Instant};
use crate::text::small_letters;

/// What a value is.
#[derive(Debug)]
pub(super) enum Known {
    /// There is none.
    Nothing,
    /// Something, whatever it is.
    Something,
    Text(String),
    Number(f64),
    Truth(bool),
    Id(Guid),
    At(Instant),
    /// An amount, and its currency.
    Money(f64, Option<String>),
    /// Those of its entries that are texts; not empty.
    List(Vec<String>),
}

/// The day it is where the rule's days begin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Today(NaiveDate);

impl Today {
    pub(super) fn of(now: Instant, zone: Tz) -> Self {
        Self(now.to_utc().with_timezone(&zone).date_naive())
    }

    fn text(self) -> String {
        self.0.format("%Y-%m-%d").to_string()
    }

    fn ahead(self, days: u32) -> NaiveDate {
        self.0.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
    }

    fn ago(self, days: u32) -> NaiveDate {
        self.0.checked_sub_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MIN)
    }

    /// Whether a day's anniversary is today or one of so many days after it.
    fn anniversary(self, day: &str, days: u32) -> Option<bool> {
        use chrono::Datelike;
        let last = self.0.checked_add_days(Days::new(u64::from(days))).unwrap_or(self.0);
        let (from, to, part) = (month_day(self.0), last_of(last), day.get(5..)?);
        let (after, before) = (part >= from.as_str(), part <= to.as_str());
        Some(if last.year() == self.0.year() { after && before } else { after || before })
    }
}

/// Days in their one form are in the order of their texts everywhere; other texts are where the database says.
fn is_day(text: &str) -> bool {
    let form = |(n, byte): (usize, u8)| if n == 4 || n == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(form)
}

impl TextTest {
    /// Whether a text is made so, whether its letters are capital or small.
    pub(super) fn fits(self, text: &str, wanted: &str) -> bool {
        let (text, wanted) = (small_letters(text), small_letters(wanted));
        match self {
            Self::Contains => text.contains(&wanted),
            Self::StartsWith => text.starts_with(&wanted),
            Self::EndsWith => text.ends_with(&wanted),
        }
    }
}

impl Known {
    /// A member of a JSON object; `None` where the databases may read it differently.
    pub(super) fn member(object: Option<&Value>, key: &str, kind: Kind) -> Option<Self> {
        let Some(value) = object.and_then(|object| object.get(key)).filter(|value| !value.is_null()) else {
            return Some(Self::Nothing);
        };
        Some(match kind {
            Kind::Number => value.as_f64().map_or(Self::Nothing, Self::Number),
            Kind::Boolean => value.as_bool().map_or(Self::Nothing, Self::Truth),
            Kind::Presence => Self::Something,
            Kind::List => {
                let texts: Vec<_> = value.as_array()?.iter().map(|entry| entry.as_str().map(str::to_owned)).collect();
                let texts = texts.into_iter().collect::<Option<Vec<_>>>()?;
                if texts.is_empty() { Self::Nothing } else { Self::List(texts) }
            }
            Kind::Money => {
                let currency = value.get("currency").and_then(Value::as_str).map(str::to_owned);
                let amount = value.get("amount").and_then(Value::as_f64);
                amount.map_or(Self::Nothing, |amount| Self::Money(amount, currency))
            }
            _ => value.as_str().map_or(Self::Nothing, |text| Self::Text(text.to_owned())),
        })
    }

    /// Whether a list has any entries.
    pub(super) fn some_of(list: &Value) -> Option<Self> {
        Some(if list.as_array()?.is_empty() { Self::Nothing } else { Self::Something })
    }

    /// Whether it is as the test wants it; `None` where the databases may see it differently, or it is no test of such a value.
    pub(super) fn satisfies(&self, test: &Test, today: Today) -> Option<bool> {
        let nothing = matches!(self, Self::Nothing);
        match test {
            Test::Empty => Some(nothing),
            Test::Filled => Some(!nothing),
            Test::NotAmong(values) => self.is_among(values).map(|among| !among),
            _ if nothing => Some(false),
            Test::Among(values) => self.is_among(values),
            Test::Text(how, wanted) => match self {
                Self::Text(known) => Some(how.fits(known, wanted)),
                _ => None,
            },
            Test::Between(least, most) => self.lies(least.as_ref(), most.as_ref()),
            Test::Money(currency, least, most) => match self {
                Self::Money(amount, of) => Some(
                    of.as_ref() == Some(currency)
                        && least.is_none_or(|least| *amount >= least)
                        && most.is_none_or(|most| *amount <= most),
                ),
                _ => None,
            },
            Test::LastDays(days) => self.day_between(&day(today.ago(*days)), &today.text()),
            Test::NextDays(days) => self.day_between(&today.text(), &day(today.ahead(*days))),
            Test::Anniversary(days) if *days >= 366 => Some(true),
            Test::Anniversary(days) => match self {
                Self::Text(known) if is_day(known) => today.anniversary(known, *days),
                _ => None,
            },
            Test::Holds(texts, each) => {
                let Self::List(list) = self else { return None };
                // The text of a list has such signs between its entries.
                if texts.iter().any(|text| text.chars().all(|sign| matches!(sign, ',' | ' '))) {
                    return None;
                }
                let holds = |text: &String| list.contains(text);
                Some(if *each { texts.iter().all(holds) } else { texts.iter().any(holds) })
            }
            Test::Domain(_) | Test::In(_) => None,
        }
    }

    fn is_among(&self, values: &[Scalar]) -> Option<bool> {
        let mut found = false;
        for value in values {
            found |= match (self, value) {
                (Self::Nothing, _) => false,
                (Self::Text(text), Scalar::Text(wanted)) => text == wanted,
                #[expect(clippy::float_cmp, reason = "the databases compare them so too")]
                (Self::Number(number), Scalar::Number(wanted)) => number == wanted,
                (Self::Truth(truth), Scalar::Truth(wanted)) => truth == wanted,
                (Self::Id(id), Scalar::User(wanted)) => *id == wanted.0,
                (Self::Id(id), Scalar::Company(wanted)) => *id == wanted.0,
                _ => return None,
            };
        }
        Some(found)
    }

    fn lies(&self, least: Option<&Scalar>, most: Option<&Scalar>) -> Option<bool> {
        if let Self::Number(number) = self {
            let end = |end: Option<&Scalar>| match end {
                None => Some(None),
                Some(Scalar::Number(end)) => Some(Some(*end)),
                Some(_) => None,
            };
            let (least, most) = (end(least)?, end(most)?);
            return Some(least.is_none_or(|least| *number >= least) && most.is_none_or(|most| *number <= most));
        }
        let end = |end: Option<&Scalar>, open: &str| match end {
            None => Some(open.to_owned()),
            Some(Scalar::Text(end)) => Some(end.clone()),
            Some(_) => None,
        };
        self.day_between(&end(least, "0000-00-00")?, &end(most, "9999-99-99")?)
    }

    fn day_between(&self, least: &str, most: &str) -> Option<bool> {
        match self {
            Self::Text(text) if [text, least, most].into_iter().all(is_day) => {
                Some(text.as_str() >= least && text.as_str() <= most)
            }
            _ => None,
        }
    }
}

fn day(day: NaiveDate) -> String {
    day.format("%Y-%m-%d").to_string()
}
