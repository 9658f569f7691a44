//! What is written in a cell: dates, days, amounts.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::mapping::Mapping;
use crate::db::types::Instant;
use crate::fields::FieldKind;
use crate::money::exponent;
use crate::spreadsheet::split_list;

/// Times without a zone, most exact first.
const LOCAL: [&str; 4] = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];

/// Reads a moment; a day alone means its first instant in the mapping's time zone.
pub fn instant(text: &str, mapping: &Mapping) -> Result<Instant, String> {
    let written = match &mapping.date_format {
        Some(format) => with_format(text, format, mapping.zone).or_else(|| iso(text, mapping.zone)),
        None => iso(text, mapping.zone),
    };
    let moment = written.ok_or_else(|| match &mapping.date_format {
        Some(format) => format!("'{text}' is not a date written as {format}"),
        None => format!("'{text}' is not a date like 2026-01-31, 2026-01-31 12:00:00 or 2026-01-31T12:00:00Z"),
    })?;
    Instant::from_micros(moment.timestamp_micros()).ok_or_else(|| format!("'{text}' is outside the years 1 to 9999"))
}

/// Reads a day.
pub fn day(text: &str, mapping: &Mapping) -> Result<NaiveDate, String> {
    let format = mapping.date_format.as_deref();
    let day = format.and_then(|format| NaiveDate::parse_from_str(text, format).ok()).or_else(|| text.parse().ok());
    let day =
        day.or_else(|| instant(text, mapping).ok().map(|at| at.to_utc().with_timezone(&mapping.zone).date_naive()));
    day.ok_or_else(|| format!("'{text}' is not a day like 2026-01-31"))
}

fn iso(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.to_utc());
    }
    if let Ok(day) = text.parse::<NaiveDate>() {
        return at_zone(day.and_time(chrono::NaiveTime::MIN), zone);
    }
    LOCAL
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .and_then(|local| at_zone(local, zone))
}

/// Times that may stand behind a day.
const CLOCKS: [&str; 6] = [" %H:%M:%S%.f", " %H:%M", ", %H:%M:%S", ", %H:%M", " %I:%M:%S %p", " %I:%M %p"];

fn with_format(text: &str, format: &str, zone: Tz) -> Option<DateTime<Utc>> {
    if let Ok(moment) = DateTime::parse_from_str(text, format) {
        return Some(moment.to_utc());
    }
    // A format of days also reads the times behind them.
    if !format.contains("%H") && !format.contains("%I") && text.contains(':') {
        let local =
            CLOCKS.iter().find_map(|clock| NaiveDateTime::parse_from_str(text, &format!("{format}{clock}")).ok())?;
        return at_zone(local, zone);
    }
    let local = NaiveDateTime::parse_from_str(text, format)
        .or_else(|_| NaiveDate::parse_from_str(text, format).map(|day| day.and_time(chrono::NaiveTime::MIN)));
    at_zone(local.ok()?, zone)
}

/// A clock's reading as a moment: the first of two where the clock is set back, the next hour where it skips one.
fn at_zone(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => Some(moment.to_utc()),
        LocalResult::None => {
            zone.from_local_datetime(&local.checked_add_signed(TimeDelta::hours(1))?).earliest().map(|m| m.to_utc())
        }
    }
}

/// Reads an amount such as `1 234.50` into minor units of `currency`; digits beyond those must be zeros. Signs between
/// groups of digits stand where people set them: before each three, or before the last three and each two (`12,34,567`).
pub fn amount(text: &str, decimal: char, currency: &str) -> Result<i64, String> {
    let wrong = || format!("'{text}' is not an amount of {currency} such as 1234{decimal}50");
    let (negative, whole, part) = digits(text, decimal).ok_or_else(wrong)?;
    let places = usize::try_from(exponent(currency)).unwrap_or(2);
    let (kept, beyond) = part.split_at(part.len().min(places));
    if beyond.bytes().any(|byte| byte != b'0') {
        return Err(format!("'{text}' has more decimals than {currency} has"));
    }
    let minor: i64 = format!("0{whole}{kept:0<places$}").parse().map_err(|_| format!("'{text}' is too large"))?;
    Ok(if negative { -minor } else { minor })
}

/// A number as people write it, with or without a currency's sign: whether it is below zero, its digits, its decimals.
fn digits(text: &str, decimal: char) -> Option<(bool, String, &str)> {
    let is_blank = |c: char| is_money_sign(c) || c.is_whitespace();
    let number = text.trim_matches(is_blank);
    let unsigned = number.strip_prefix(['-', '\u{2212}']);
    let number = unsigned.unwrap_or(number).trim_start_matches(is_blank);
    let (whole, part) = number.split_once(decimal).unwrap_or((number, ""));
    let whole = without_groups(whole, if decimal == ',' { '.' } else { ',' })?;
    let all_digits = part.bytes().all(|byte| byte.is_ascii_digit());
    (all_digits && !(whole.is_empty() && part.is_empty())).then_some((unsigned.is_some(), whole, part))
}

/// The digits without the signs between their groups; `None` where one stands elsewhere, or something is no digit.
fn without_groups(whole: &str, group: char) -> Option<String> {
    let is_sign = |c: char| c == group || c.is_whitespace() || matches!(c, '\'' | '\u{2019}');
    let groups: Vec<&str> = whole.split(is_sign).collect();
    let mut signs = whole.chars().filter(|c| is_sign(*c)).map(|c| if c.is_whitespace() { ' ' } else { c });
    let first = signs.next();
    let alike = signs.all(|sign| Some(sign) == first);
    let digits = |group: &&str| group.bytes().all(|byte| byte.is_ascii_digit());
    let fits = match groups.as_slice() {
        [_] => true,
        [first, middle @ .., last] => {
            let by = |size: usize| (1..=size).contains(&first.len()) && middle.iter().all(|group| group.len() == size);
            alike && last.len() == 3 && (by(3) || by(2))
        }
        [] => false,
    };
    (fits && groups.iter().all(digits)).then(|| groups.concat())
}

/// The signs of currencies that stand before or behind an amount.
const fn is_money_sign(c: char) -> bool {
    matches!(c, '$' | '€' | '£' | '¥' | '₽' | '₴' | '₸' | '₹' | '₺' | '₩' | '₪' | '₫' | '฿')
}

/// A number without signs between groups of digits, and with a point before its decimals.
fn plain_number(text: &str, decimal: char) -> Option<String> {
    let (negative, whole, part) = digits(text, decimal)?;
    let sign = if negative { "-" } else { "" };
    Some(if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") })
}

/// Reads yes or no.
#[must_use]
pub fn yes(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "done" | "да" | "ja" | "oui" | "si" | "sí" | "sim" | "x" => Some(true),
        "false" | "no" | "n" | "0" | "to do" | "open" | "нет" | "nein" | "non" | "não" => Some(false),
        _ => None,
    }
}

/// Reads a custom field's value into the form the API takes.
pub fn custom(kind: FieldKind, text: &str, mapping: &Mapping) -> Result<Value, String> {
    match kind {
        FieldKind::Text | FieldKind::Url | FieldKind::Choice => Ok(json!(text)),
        FieldKind::MultiChoice => Ok(json!(split_list(text, &[',', ';']))),
        FieldKind::Date => day(text, mapping).map(|day| json!(day)),
        FieldKind::Boolean => yes(text).map(|yes| json!(yes)).ok_or_else(|| format!("'{text}' is neither yes nor no")),
        FieldKind::Number => {
            let plain = plain_number(text, mapping.decimal).unwrap_or_else(|| text.replace(mapping.decimal, "."));
            let number = plain
                .parse::<i64>()
                .map(|whole| json!(whole))
                .or_else(|_| plain.parse::<f64>().map(|part| json!(part)));
            number.ok().filter(Value::is_number).ok_or_else(|| format!("'{text}' is not a number"))
        }
        FieldKind::Money => {
            let (digits, currency) = text.rsplit_once(' ').ok_or_else(|| format!("'{text}' is not like 12.50 EUR"))?;
            Ok(json!({ "amount": amount(digits, mapping.decimal, currency)?, "currency": currency.to_uppercase() }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::mapping::MappingInput;
    use proptest::prelude::*;

    fn mapping(zone: &str, format: Option<&str>) -> Mapping {
        let input = MappingInput {
            fields: vec!["email=a".parse().unwrap()],
            time_zone: Some(zone.to_owned()),
            date_format: format.map(str::to_owned),
            ..MappingInput::default()
        };
        input.parse().unwrap()
    }

    fn read(text: &str, zone: &str, format: Option<&str>) -> String {
        instant(text, &mapping(zone, format)).map_or_else(|error| error, |at| at.to_string())
    }

    #[test]
    fn dates_are_read_in_the_usual_forms() {
        assert_eq!(read("2018-02-01", "UTC", None), "2018-02-01T00:00:00Z");
        assert_eq!(read("2018-02-26 19:58:54", "UTC", None), "2018-02-26T19:58:54Z");
        assert_eq!(read("2018-02-26T19:58", "Europe/Berlin", None), "2018-02-26T18:58:00Z");
        assert_eq!(read("2018-02-26T19:58:54+03:00", "Europe/Berlin", None), "2018-02-26T16:58:54Z");
        assert_eq!(read("26.02.2018", "Europe/Berlin", Some("%d.%m.%Y")), "2018-02-25T23:00:00Z");
        assert_eq!(read("26.02.2018 09:14:05", "UTC", Some("%d.%m.%Y")), "2018-02-26T09:14:05Z");
        assert_eq!(read("2/26/2018, 9:14 PM", "UTC", Some("%m/%d/%Y, %I:%M %p")), "2018-02-26T21:14:00Z");
        assert_eq!(read("2/26/2018 9:14 PM", "UTC", Some("%m/%d/%Y")), "2018-02-26T21:14:00Z");
        assert_eq!(read("2018-02-26 09:14", "UTC", Some("%m/%d/%Y")), "2018-02-26T09:14:00Z");
        assert!(read("26.02.2018", "UTC", None).contains("is not a date"));
        assert!(read("2018-02-30", "UTC", None).contains("is not a date"));
    }

    #[test]
    fn a_clock_set_forward_or_back_still_gives_a_moment() {
        assert_eq!(read("2024-03-31 02:30:00", "Europe/Berlin", None), "2024-03-31T01:30:00Z");
        assert_eq!(read("2024-10-27 02:30:00", "Europe/Berlin", None), "2024-10-27T00:30:00Z");
    }

    #[test]
    fn amounts_are_read_into_minor_units() {
        assert_eq!(amount("1,234.5", '.', "EUR"), Ok(123_450));
        assert_eq!(amount("1.234,50", ',', "EUR"), Ok(123_450));
        assert_eq!(amount("$1,234.50", '.', "USD"), Ok(123_450));
        assert_eq!(amount("1 234,50 ₽", ',', "RUB"), Ok(123_450));
        assert_eq!(amount("-12.00", '.', "JPY"), Ok(-12));
        assert_eq!(amount("0.125", '.', "KWD"), Ok(125));
        assert_eq!(amount("12,34,567.5", '.', "INR"), Ok(123_456_750));
        assert_eq!(amount("1'234'567", '.', "CHF"), Ok(123_456_700));
        assert_eq!(amount("-$1,234.50", '.', "USD"), Ok(-123_450));
        assert_eq!(amount("1.5", '.', "EUR"), Ok(150));
        for text in ["1,5", "12,34", "1,2345", "1234,567", ",123", "1,,234", "1,234'567", "1 2", "12,345,67"] {
            assert!(amount(text, '.', "EUR").is_err(), "{text}");
        }
        for text in ["", "1.234", "abc", "-", "1.2.3", "99999999999999999999"] {
            assert!(amount(text, '.', "EUR").is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_cell_is_read_or_refused(text in "\\PC{0,20}", comma: bool) {
            let decimal = if comma { ',' } else { '.' };
            let _ = amount(&text, decimal, "EUR");
            let _ = instant(&text, &mapping("Europe/Berlin", None));
            let _ = day(&text, &mapping("Europe/Berlin", Some("%d.%m.%Y")));
        }

        #[test]
        fn an_amount_comes_back_as_it_was_written(minor in -1_000_000_000_i64..1_000_000_000) {
            let sign = if minor < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:02}", minor.abs() / 100, minor.abs() % 100);
            prop_assert_eq!(amount(&text, '.', "EUR"), Ok(minor));
        }
    }
}
