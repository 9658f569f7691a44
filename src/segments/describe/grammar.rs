//! Plural forms, numbers, lists: what each language asks of words that stand together.

use super::language::Language;

/// What the words that go with a noun agree with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gender {
    Masculine,
    Feminine,
    Neuter,
}

/// The forms that agree with a masculine, a feminine, a neuter noun.
pub(super) type Agreeing = [&'static str; 3];

impl Gender {
    pub(super) const fn pick(self, of: Agreeing) -> &'static str {
        let [masculine, feminine, neuter] = of;
        match self {
            Self::Masculine => masculine,
            Self::Feminine => feminine,
            Self::Neuter => neuter,
        }
    }
}

/// Which form of a noun goes with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plural {
    One,
    Few,
    Many,
}

/// A noun after 1, after 2, after 5. In Russian the second is the genitive of one, the third the genitive of many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noun {
    pub one: &'static str,
    pub few: &'static str,
    pub many: &'static str,
}

impl Noun {
    const fn form(self, plural: Plural) -> &'static str {
        match plural {
            Plural::One => self.one,
            Plural::Few => self.few,
            Plural::Many => self.many,
        }
    }
}

impl Language {
    /// The form that goes with a number: in Russian by its last digits.
    pub(super) const fn plural(self, number: i64) -> Plural {
        let number = number.unsigned_abs();
        match (self, number % 10, number % 100) {
            (Self::English | Self::Portuguese, ..) if number == 1 => Plural::One,
            (Self::English | Self::Portuguese, ..) | (Self::Russian, _, 11..=14) => Plural::Many,
            (Self::Russian, 1, _) => Plural::One,
            (Self::Russian, 2..=4, _) => Plural::Few,
            (Self::Russian, ..) => Plural::Many,
        }
    }

    /// So many: `21 день`, `2 дня`, `5 дней`.
    pub(super) fn counted(self, noun: Noun, number: i64) -> String {
        format!("{} {}", self.whole(number), noun.form(self.plural(number)))
    }

    /// So many after a word that governs the genitive: `не менее 21 дня`, `2 дней`, `5 дней`.
    pub(super) fn governed(self, noun: Noun, number: i64) -> String {
        let plural = match (self, self.plural(number)) {
            (Self::Russian, Plural::One) => Plural::Few,
            (Self::Russian, _) => Plural::Many,
            (_, plural) => plural,
        };
        format!("{} {}", self.whole(number), noun.form(plural))
    }

    /// A whole number.
    pub(super) fn whole(self, number: i64) -> String {
        self.grouped(&number.to_string(), 5)
    }

    /// A number.
    pub(super) fn number(self, number: f64) -> String {
        self.grouped(&number.to_string(), 5)
    }

    /// An amount of minor units with its currency.
    pub(super) fn money(self, amount: f64, currency: &str) -> String {
        let known = iso_currency::Currency::from_code(currency);
        let exponent = known.and_then(iso_currency::Currency::exponent).unwrap_or(0);
        let digits = usize::from(exponent);
        let shown = format!("{:.digits$}", amount / 10_f64.powi(i32::from(exponent)));
        format!("{} {currency}", self.grouped(&shown, 4))
    }

    /// Puts the signs of the language into a number; where its whole part has fewer digits than `least` these stay together,
    /// so that 2026 can be a year.
    fn grouped(self, plain: &str, least: usize) -> String {
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let (group, point) = self.pick([(',', '.'), ('\u{a0}', ','), ('.', ',')]);
        let mut out = sign.to_owned();
        for (n, digit) in whole.chars().enumerate() {
            if n > 0 && whole.len() >= least && (whole.len() - n).is_multiple_of(3) {
                out.push(group);
            }
            out.push(digit);
        }
        if !part.is_empty() {
            out.push(point);
            out.push_str(part);
        }
        out
    }

    /// A text that somebody else wrote.
    pub(super) fn quoted(self, text: &str) -> String {
        let (open, close) = self.pick([('“', '”'), ('«', '»'), ('“', '”')]);
        format!("{open}{text}{close}")
    }
}

/// `a, b or c`.
pub(super) fn listed(items: &[String], word: &str) -> String {
    match items.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {word} {last}", rest.join(", ")),
        _ => items.concat(),
    }
}

/// A pattern with values where it has `{}`. What the values say is never taken for a pattern.
pub(super) fn fill(pattern: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut parts = pattern.split("{}");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(values.next().copied().unwrap_or_default());
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Noun = Noun { one: "день", few: "дня", many: "дней" };

    #[test]
    fn russian_forms_go_by_the_last_digits() {
        let counted = |number| Language::Russian.counted(DAY, number);
        assert_eq!([0, 1, 2, 4, 5].map(counted), ["0 дней", "1 день", "2 дня", "4 дня", "5 дней"]);
        assert_eq!([11, 12, 14, 20, 21].map(counted), ["11 дней", "12 дней", "14 дней", "20 дней", "21 день"]);
        assert_eq!([22, 101, 111, 112, 122].map(counted), ["22 дня", "101 день", "111 дней", "112 дней", "122 дня"]);
    }

    #[test]
    fn the_genitive_has_one_form_for_many() {
        let governed = |number| Language::Russian.governed(DAY, number);
        assert_eq!([1, 2, 5, 11].map(governed), ["1 дня", "2 дней", "5 дней", "11 дней"]);
        assert_eq!([21, 22, 101, 111].map(governed), ["21 дня", "22 дней", "101 дня", "111 дней"]);
    }

    #[test]
    fn one_is_one_elsewhere() {
        let hour = Noun { one: "hora", few: "horas", many: "horas" };
        let counted = |number| Language::Portuguese.counted(hour, number);
        assert_eq!([0, 1, 2, 21, 101].map(counted), ["0 horas", "1 hora", "2 horas", "21 horas", "101 horas"]);
        assert_eq!(Language::Portuguese.governed(hour, 1), "1 hora");
    }

    #[test]
    fn numbers_have_the_signs_of_their_language() {
        let money =
            |amount, currency| Language::ALL.iter().map(move |one| one.money(amount, currency)).collect::<Vec<_>>();
        assert_eq!(money(250_050.0, "EUR"), ["2,500.50 EUR", "2\u{a0}500,50 EUR", "2.500,50 EUR"]);
        assert_eq!(money(-1_234_567.0, "JPY"), ["-1,234,567 JPY", "-1\u{a0}234\u{a0}567 JPY", "-1.234.567 JPY"]);
        assert_eq!(money(5.0, "BRL"), ["0.05 BRL", "0,05 BRL", "0,05 BRL"]);
        let number = |number: f64| Language::ALL.iter().map(move |one| one.number(number)).collect::<Vec<_>>();
        assert_eq!(number(2026.0), ["2026", "2026", "2026"]);
        assert_eq!(number(-12_345.5), ["-12,345.5", "-12\u{a0}345,5", "-12.345,5"]);
        assert_eq!(number(0.25), ["0.25", "0,25", "0,25"]);
    }

    #[test]
    fn lists_and_patterns_are_filled() {
        let items = |items: &[&str]| items.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(listed(&items(&["a"]), "or"), "a");
        assert_eq!(listed(&items(&["a", "b"]), "or"), "a or b");
        assert_eq!(listed(&items(&["a", "b", "c"]), "or"), "a, b or c");
        assert_eq!(fill("{} is {}", &["{}", "x"]), "{} is x");
    }
}
