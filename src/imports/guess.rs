//! How dates and amounts are written, told from the cells themselves.

use super::mapping::{Mapping, MappingInput};
use super::values;

/// Forms of dates, beside ISO 8601, that cells are tried against.
const FORMS: [&str; 12] = [
    "%d.%m.%Y",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y.%m.%d",
    "%d %b %Y",
    "%b %d, %Y",
    "%d.%m.%y",
    "%m/%d/%y",
    "%d/%m/%y",
];

/// How the dates of a file are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dates {
    /// As ISO 8601 has them, or there are none.
    Iso,
    /// In this form.
    Form(&'static str),
    /// Nobody can tell which of these.
    Ambiguous(Vec<&'static str>),
}

/// Tells the form of dates from cells: the one that all are written in, else most.
#[must_use]
pub fn dates<'a>(cells: impl Iterator<Item = &'a str>) -> Dates {
    let cells: Vec<&str> = cells.map(str::trim).filter(|cell| !cell.is_empty()).collect();
    if cells.is_empty() || count(&cells, None) == cells.len() {
        return Dates::Iso;
    }
    let counted: Vec<_> = FORMS.iter().map(|form| (*form, count(&cells, Some(form)))).collect();
    let most = counted.iter().map(|(_, count)| *count).max().unwrap_or_default();
    if most == 0 || most * 2 < cells.len() {
        return Dates::Iso;
    }
    // Two digits of a year are also read as the year 24 after Christ.
    let best: Vec<_> = counted.into_iter().filter(|(_, count)| *count == most).map(|(form, _)| form).collect();
    match best.as_slice() {
        [] => Dates::Iso,
        [one] => Dates::Form(one),
        _ => Dates::Ambiguous(best),
    }
}

fn count(cells: &[&str], form: Option<&str>) -> usize {
    let Some(mapping) = reading(form) else { return 0 };
    let is_one =
        |cell: &&&str| values::instant(cell, &mapping).is_ok_and(|at| is_usual(at.micros()) && !reads_iso(cell, form));
    cells.iter().filter(is_one).count()
}

/// Within the years 1900 to 2199.
fn is_usual(micros: i64) -> bool {
    (-2_208_988_800_000_000..7_258_118_400_000_000).contains(&micros)
}

/// Whether the cell is read only since every form also reads ISO 8601.
fn reads_iso(cell: &str, form: Option<&str>) -> bool {
    form.is_some() && reading(None).is_some_and(|iso| values::instant(cell, &iso).is_ok())
}

fn reading(form: Option<&str>) -> Option<Mapping> {
    let fields = vec!["email=x".parse().ok()?];
    MappingInput { fields, date_format: form.map(str::to_owned), ..MappingInput::default() }.parse().ok()
}

/// The sign before decimals, told from amounts: a point unless they say otherwise.
#[must_use]
pub fn decimal<'a>(cells: impl Iterator<Item = &'a str>) -> char {
    let (mut comma, mut point, mut points_of_thousands, mut any) = (0, 0, 0, 0);
    for cell in cells {
        let number: String = cell.chars().filter(|c| c.is_ascii_digit() || matches!(c, ',' | '.')).collect();
        let Some(at) = number.rfind([',', '.']) else { continue };
        any += 1;
        let behind = number.len() - at - 1;
        let first = number.find([',', '.']) == Some(at);
        let sign = number.get(at..=at);
        match (sign, behind, first) {
            // `1,234` may be a thousand; `1,5`, `1.234,5` and `0,125` are not.
            (Some(","), 3, true) if !number.starts_with('0') => {}
            (Some(","), ..) if number.matches(',').count() == 1 => comma += 1,
            (Some("."), 3, true) if !number.starts_with('0') => points_of_thousands += 1,
            (Some("."), ..) if number.matches('.').count() == 1 => point += 1,
            (Some("."), ..) => points_of_thousands += 1,
            _ => {}
        }
    }
    if comma > point || (point == 0 && points_of_thousands > 0 && points_of_thousands == any) { ',' } else { '.' }
}

/// The currency that a header or amounts tell: `Amount (USD)`, `1 200 ₽`.
#[must_use]
pub fn currency<'a>(header: &str, cells: impl Iterator<Item = &'a str>) -> Option<&'static str> {
    const SIGNS: [(char, &str); 8] = [
        ('€', "EUR"),
        ('£', "GBP"),
        ('₽', "RUB"),
        ('₴', "UAH"),
        ('₸', "KZT"),
        ('₹', "INR"),
        ('₺', "TRY"),
        ('₩', "KRW"),
    ];
    const CODES: [&str; 14] =
        ["USD", "EUR", "GBP", "RUB", "UAH", "KZT", "BRL", "INR", "PLN", "CHF", "JPY", "CNY", "CAD", "AUD"];
    let mut words = header.split(|c: char| !c.is_alphanumeric());
    let named = words.find_map(|word| CODES.into_iter().find(|code| code.eq_ignore_ascii_case(word)));
    let rouble = header.to_lowercase().contains("руб").then_some("RUB");
    let mut cells = cells.take(50);
    named
        .or(rouble)
        .or_else(|| cells.find_map(|cell| SIGNS.iter().find(|(sign, _)| cell.contains(*sign)).map(|(_, code)| *code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(cells: &[&str]) -> Dates {
        dates(cells.iter().copied())
    }

    #[test]
    fn the_order_of_dates_is_told_from_the_cells() {
        assert_eq!(told(&["2024-03-12 09:14", "2024-03-13"]), Dates::Iso);
        assert_eq!(told(&["01.02.2024 10:11:12", "03.04.2024"]), Dates::Form("%d.%m.%Y"));
        assert_eq!(told(&["1/2/2024", "1/31/2024"]), Dates::Form("%m/%d/%Y"));
        assert_eq!(told(&["1/2/2024", "31/1/2024"]), Dates::Form("%d/%m/%Y"));
        assert_eq!(told(&["1/2/2024", "3/4/2024"]), Dates::Ambiguous(vec!["%m/%d/%Y", "%d/%m/%Y"]));
        assert_eq!(told(&["1/2/24", "1/31/24"]), Dates::Form("%m/%d/%y"));
        assert_eq!(told(&["12 Mar 2024", "3 August 2024"]), Dates::Form("%d %b %Y"));
        assert_eq!(told(&["soon", ""]), Dates::Iso);
    }

    #[test]
    fn the_sign_before_decimals_is_told_from_the_amounts() {
        let sign = |cells: &[&str]| decimal(cells.iter().copied());
        assert_eq!(sign(&["1,234.50", "12"]), '.');
        assert_eq!(sign(&["1.234,50", "12"]), ',');
        assert_eq!(sign(&["1 234,5 ₽"]), ',');
        assert_eq!(sign(&["1,234", "5"]), '.');
        assert_eq!(sign(&["1.234", "20.000"]), ',');
        assert_eq!(sign(&[]), '.');
    }

    #[test]
    fn currencies_are_told_by_headers_and_signs() {
        assert_eq!(currency("Amount spent (USD)", [].into_iter()), Some("USD"));
        assert_eq!(currency("Расход (руб.)", [].into_iter()), Some("RUB"));
        assert_eq!(currency("Amount", ["€12"].into_iter()), Some("EUR"));
        assert_eq!(currency("Amount", ["12"].into_iter()), None);
    }
}
