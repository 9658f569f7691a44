//! Texts as people write them: control characters are refused, and search compares texts without regard to case,
//! accents and composed or decomposed forms.

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use validator::ValidationError;

use crate::error::{Error, Result};

/// A check for `validator`: a text of one line holds no control characters.
///
/// # Errors
/// The code `format`.
pub fn one_line(text: &str) -> Result<(), ValidationError> {
    refuse(text.contains(char::is_control), "must not hold control characters")
}

/// A check for `validator`: a text of many lines holds no control characters but line ends and tabs.
///
/// # Errors
/// The code `format`.
pub fn many_lines(text: &str) -> Result<(), ValidationError> {
    let bad = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    refuse(text.contains(bad), "must not hold control characters other than line ends and tabs")
}

/// A check for `validator`: a text of one line that is more than blanks.
///
/// # Errors
/// The code `format` or `required`.
pub fn filled(text: &str) -> Result<(), ValidationError> {
    one_line(text)?;
    if text.trim().is_empty() {
        return Err(ValidationError::new("required").with_message("must not be blank".into()));
    }
    Ok(())
}

fn refuse(bad: bool, message: &'static str) -> Result<(), ValidationError> {
    if bad { Err(ValidationError::new("format").with_message(message.into())) } else { Ok(()) }
}

/// The text without blanks around it; `None` where nothing is left.
#[must_use]
pub fn trimmed(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Accents of Latin, Greek and Cyrillic letters have combining classes from here on.
const FIRST_ACCENT: u8 = 200;

/// The form in which texts are searched and sorted: decomposed (NFKD), lower case, without accents.
/// Never shown.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let classes = CanonicalCombiningClassMapBorrowed::new();
    let plain: String = DecomposingNormalizerBorrowed::new_nfkd()
        .normalize_iter(text.chars())
        .filter(|c| classes.get_u8(*c) < FIRST_ACCENT)
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .collect();
    // Lower case itself may bring accents (İ) that a second look takes away.
    DecomposingNormalizerBorrowed::new_nfkd()
        .normalize_iter(plain.chars())
        .filter(|c| classes.get_u8(*c) < FIRST_ACCENT)
        .collect()
}

/// The text with small letters for capital ones, whatever the alphabet; accents stay. Greek has one small sigma here, so that a
/// part of a word is found in the whole.
#[must_use]
pub fn small_letters(text: &str) -> String {
    text.to_lowercase().replace('ς', "σ")
}

/// The folded text cut to what an index takes: 200 characters.
#[must_use]
pub fn sort_key(text: &str) -> String {
    fold(text.trim()).chars().take(200).collect()
}

/// The words of a search, folded; a phone number is one word of its digits.
///
/// # Errors
/// The field `q` is too long or has more than 8 words.
pub fn words(q: &str) -> Result<Vec<String>> {
    if q.chars().count() > 200 {
        let fault = crate::error::FieldError::new("q", "length", "must have at most 200 characters").with("max", 200);
        return Err(Error::invalid(vec![fault]));
    }
    let digits: String = q.chars().filter(char::is_ascii_digit).collect();
    if digits.len() >= 5 && q.chars().all(|c| c.is_ascii_digit() || " +-()./\u{a0}".contains(c)) {
        return Ok(vec![digits.trim_start_matches('0').to_owned()]);
    }
    let mut words: Vec<String> = fold(q).split_whitespace().map(str::to_owned).collect();
    words.sort();
    words.dedup();
    if words.len() > 8 {
        return Err(Error::field("q", "length", "must have at most 8 words"));
    }
    Ok(words)
}

/// The pattern of `LIKE … ESCAPE '\\'` for texts that hold `word`.
#[must_use]
pub fn like(word: &str) -> String {
    let mut pattern = String::from("%");
    for c in word.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accents_case_and_composition_make_no_difference() {
        assert_eq!(fold("Éric Ångström"), fold("eric angstro\u{308}m"));
        assert_eq!(fold("ЁЛКИНА"), fold("елкина"));
        assert_eq!(fold("ΟΔΥΣΣΕΥΣ"), fold("οδυσσευς"));
        assert_eq!(fold("ＡＢＣ"), "abc");
        assert_eq!(small_letters("ÉRIC Ёлкина ΟΔΥΣΣΕΥΣ İ"), "éric ёлкина οδυσσευσ i\u{307}");
        assert!(fold("王小明").contains(&fold("小明")));
    }

    #[test]
    fn only_line_ends_and_tabs_pass_in_long_texts() {
        assert!(one_line("a\nb").is_err() && one_line("a\u{7f}").is_err() && one_line("Zoë 王").is_ok());
        assert!(many_lines("a\r\n\tb").is_ok() && many_lines("a\u{1b}").is_err());
        assert!(filled(" \u{a0}").is_err());
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }

        #[test]
        fn a_sort_key_is_never_longer_than_its_index_allows(text in "\\PC{0,400}") {
            prop_assert!(sort_key(&text).chars().count() <= 200);
        }
    }
}
