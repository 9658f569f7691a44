//! What a cell of a spreadsheet can hold: lists in one cell, and texts that a program must not take for a formula.
//! What is written here is read back by imports.

use std::borrow::Cow;

/// What a formula begins with, in its narrow and its wide form, and blanks that spreadsheets skip.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The text with an apostrophe before it where a spreadsheet would take it for a formula. Numbers and phone numbers in
/// E.164, also several with `; ` between, stay as they are. [`unguard`] takes the apostrophe away again.
#[must_use]
pub fn guard(text: &str) -> Cow<'_, str> {
    let is_formula = text.trim_start_matches('\'').starts_with(FORMULA);
    if is_formula && !text.split("; ").all(is_number) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text that [`guard`] was given.
#[must_use]
pub fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(FORMULA) => rest,
        _ => text,
    }
}

/// A sign, digits, and perhaps decimals.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = text.strip_prefix(['+', '-']).unwrap_or(text);
    match plain.split_once(['.', ',']) {
        Some((whole, part)) => digits(whole) && digits(part),
        None => digits(plain),
    }
}

/// A list as one cell: entries with `; ` between; one that holds a separator or a quote stands in quotes, as in CSV.
#[must_use]
pub fn join_list<'a>(entries: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for (n, entry) in entries.into_iter().enumerate() {
        if n > 0 {
            out.push_str("; ");
        }
        if entry.contains([';', ',', '"', '\n', '\r']) || entry.trim() != entry || entry.is_empty() {
            out.push('"');
            out.push_str(&entry.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(entry);
        }
    }
    out
}

/// The entries of a list in one cell, separated by any of `separators`; a separator inside quotes is part of its entry.
/// Blank entries are left out.
#[must_use]
pub fn split_list<'a>(cell: &'a str, separators: &[char]) -> Vec<Cow<'a, str>> {
    let mut out = Vec::new();
    let mut rest = cell;
    loop {
        rest = rest.trim_start();
        if let Some((entry, after)) = quoted(rest, separators) {
            out.push(Cow::Owned(entry));
            rest = after;
        } else {
            let end = rest.find(separators).unwrap_or(rest.len());
            let (entry, after) = rest.split_at(end);
            if !entry.trim().is_empty() {
                out.push(Cow::Borrowed(entry.trim()));
            }
            rest = after;
        }
        let mut letters = rest.chars();
        if letters.next().is_none() {
            return out;
        }
        rest = letters.as_str();
    }
}

/// An entry in quotes with what follows it; `None` where no quotes enclose the whole entry.
fn quoted<'a>(text: &'a str, separators: &[char]) -> Option<(String, &'a str)> {
    let inner = text.strip_prefix('"')?;
    let mut entry = String::new();
    let mut letters = inner.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != '"' {
            entry.push(letter);
        } else if letters.next_if(|(_, next)| *next == '"').is_some() {
            entry.push('"');
        } else {
            let after = inner.get(at + 1..)?.trim_start();
            return (after.is_empty() || after.starts_with(separators)).then_some((entry, after));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_told_from_numbers() {
        for text in ["=1+1", "+SUM(A1)", "-cmd|' /C calc'!A0", "@x", "\t=1", "＝1", "'=1", "-", "+1 2", "-1-2"] {
            assert_eq!(guard(text), format!("'{text}"), "{text}");
        }
        for text in ["", "-12.50", "-1,5", "+14155550100", "+14155550100; +442079460958", "a=1", "'tis", "3"] {
            assert_eq!(guard(text), text);
        }
    }

    #[test]
    fn lists_written_by_others_are_read() {
        let read = |cell| split_list(cell, &[',', ';']).into_iter().map(Cow::into_owned).collect::<Vec<_>>();
        assert_eq!(read("a, b;;c ,"), ["a", "b", "c"]);
        assert_eq!(read("\"a, b\"; c\"d; \"open"), ["a, b", "c\"d", "\"open"]);
        assert!(read(" ; ").is_empty());
    }

    proptest! {
        #[test]
        fn a_guarded_text_comes_back(text in "['=+@a1;. -]{0,8}|\\PC{0,10}") {
            let guarded = guard(&text);
            prop_assert_eq!(unguard(&guarded), text.as_str());
        }

        #[test]
        fn a_joined_list_comes_back(list in prop::collection::vec("[a\"',; ]{1,6}", 0..5)) {
            let joined = join_list(list.iter().map(String::as_str));
            prop_assert_eq!(split_list(&joined, &[',', ';']), list);
        }
    }
}
