//! Who is meant: the e-mail addresses, phone numbers and ids that find a contact, in one normalised form.

use std::fmt;

use email_address::{EmailAddress, Options};
use serde::Serialize;

use crate::db::types::Instant;

mod holders;

pub use holders::{Holder, attach, check_free, detach, holders, most_telling_first, retire, revive};

crate::text_enum! {
    /// What kind of thing finds a contact.
    pub enum IdentityKind {
        /// An e-mail address.
        Email = "email",
        /// A phone number.
        Phone = "phone",
        /// An id in another system: a user id of a site or a program.
        External = "external",
        /// Another identifier of a named type, such as a device's.
        Custom = "custom",
        /// A visitor nobody knows yet, as a browser or a device names them.
        Anonymous = "anonymous",
    }
}

crate::text_enum! {
    /// Why an identity belongs to its contact.
    pub enum LinkCause {
        /// Somebody said so: in the contact's fields, over the API, in a file.
        Stated = "stated",
        /// The contact was made of it.
        NewContact = "new_contact",
        /// It came in one event with another identity of the contact.
        SeenTogether = "seen_together",
    }
}

/// How an identity came to its contact.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// Why.
    pub cause: LinkCause,
    /// How sure, in percent.
    pub confidence: i32,
    /// When it was seen.
    pub seen: Instant,
}

impl Link {
    /// Somebody said so.
    #[must_use]
    pub const fn stated(now: Instant) -> Self {
        Self { cause: LinkCause::Stated, confidence: 100, seen: now }
    }
}

/// What programs send where they know nobody: compared in lower case and without blanks around it.
const BLOCKED: [&str; 19] = [
    "null",
    "none",
    "nil",
    "nan",
    "undefined",
    "unknown",
    "anonymous",
    "guest",
    "true",
    "false",
    "-1",
    "id",
    "email",
    "distinct_id",
    "distinctid",
    "not_authenticated",
    "[object object]",
    "n/a",
    "test",
];

/// Whether a value identifies nobody: empty, a known filler, or nothing but zeros and dashes.
#[must_use]
pub fn is_blocked(value: &str) -> bool {
    let value = value.trim();
    value.chars().all(|c| matches!(c, '0' | '-')) || BLOCKED.contains(&value.to_lowercase().as_str())
}

/// Something that finds a contact, normalised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Identity {
    /// What it is.
    pub kind: IdentityKind,
    /// The system an external id belongs to; empty otherwise.
    pub source: String,
    /// The address, the E.164 number, or the id.
    pub value: String,
}

impl Identity {
    /// An e-mail address.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn email(text: &str) -> Result<Self, &'static str> {
        Ok(Self { kind: IdentityKind::Email, source: String::new(), value: normalise_email(text)? })
    }

    /// A phone number, read as in `region` where it has no country code.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn phone(text: &str, region: &str) -> Result<Self, &'static str> {
        Ok(Self { kind: IdentityKind::Phone, source: String::new(), value: normalise_phone(text, region)? })
    }

    /// An id in another system. Case matters, blanks around it do not.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn external(source: &str, id: &str) -> Result<Self, &'static str> {
        Self::named(IdentityKind::External, source, id)
    }

    /// A visitor's id at a source.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn anonymous(source: &str, id: &str) -> Result<Self, &'static str> {
        Self::named(IdentityKind::Anonymous, source, id)
    }

    /// An identifier of a named type.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn custom(name: &str, id: &str) -> Result<Self, &'static str> {
        Self::named(IdentityKind::Custom, name, id)
    }

    fn named(kind: IdentityKind, source: &str, id: &str) -> Result<Self, &'static str> {
        let (source, value) = (source.trim(), id.trim());
        let fits = |text: &str, max| (1..=max).contains(&text.chars().count()) && !text.contains(char::is_control);
        if !fits(source, 50) {
            return Err("needs a source of 1 to 50 characters");
        }
        if !fits(value, 200) {
            return Err("needs an id of 1 to 200 characters");
        }
        Ok(Self { kind, source: source.to_owned(), value: value.to_owned() })
    }

    /// The more telling come first where two identities disagree: external id, e-mail, phone, the rest.
    #[must_use]
    pub const fn rank(&self) -> u8 {
        match self.kind {
            IdentityKind::External => 0,
            IdentityKind::Email => 1,
            IdentityKind::Phone => 2,
            IdentityKind::Custom => 3,
            IdentityKind::Anonymous => 4,
        }
    }

    /// Whether the value identifies nobody.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        is_blocked(&self.value)
    }

    /// What a limit counts together: the kind, and the source where the limit is one per source.
    #[must_use]
    pub fn bucket(&self) -> (IdentityKind, String) {
        (self.kind, self.source.clone())
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            IdentityKind::External | IdentityKind::Custom | IdentityKind::Anonymous => {
                write!(f, "{} {}", self.source, self.value)
            }
            IdentityKind::Email | IdentityKind::Phone => f.write_str(&self.value),
        }
    }
}

/// An address without blanks around it, in lower case; international names are kept as they are.
///
/// # Errors
/// It is not an e-mail address.
pub fn normalise_email(text: &str) -> Result<String, &'static str> {
    const WRONG: &str = "must be an e-mail address";
    let address = text.trim().to_lowercase();
    if address.len() > 254 || address.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err(WRONG);
    }
    let options = Options::default().without_display_text().without_domain_literal();
    match EmailAddress::parse_with_options(&address, options) {
        Ok(_) => Ok(address),
        Err(_) => Err(WRONG),
    }
}

/// A number in E.164 (`+14155550100`), read as in `region` (ISO 3166, two letters) where it has no country code.
/// Extensions are dropped.
///
/// # Errors
/// It is not a phone number.
pub fn normalise_phone(text: &str, region: &str) -> Result<String, &'static str> {
    const WRONG: &str = "must be a phone number, best with its country code: +14155550100";
    let text = text.trim();
    if text.len() > 60 {
        return Err(WRONG);
    }
    let country = region.trim().to_ascii_uppercase().parse().ok().filter(|_| !text.starts_with('+'));
    let read = |country, text: &str| phonenumber::parse(country, text).map_err(|_| WRONG);
    let number = read(country, text)?.format().mode(phonenumber::Mode::E164).to_string();
    if number != text && read(None, &number)?.format().mode(phonenumber::Mode::E164).to_string() != number {
        return Err(WRONG);
    }
    // Numbering plans change faster than any list of them: the length alone decides.
    let digits = number.strip_prefix('+').unwrap_or_default();
    if (7..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit()) {
        Ok(number)
    } else {
        Err(WRONG)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_compared_in_lower_case() {
        assert_eq!(normalise_email(" Ann.LEE+x@Example.COM ").unwrap(), "ann.lee+x@example.com");
        assert_eq!(normalise_email("ЯН@Почта.РФ").unwrap(), "ян@почта.рф");
        for wrong in ["", "ann", "ann@", "@example.com", "a b@example.com", "Ann <ann@example.com>", "a@b@c.com"] {
            assert!(normalise_email(wrong).is_err(), "{wrong}");
        }
        assert!(normalise_email(&format!("{}@example.com", "a".repeat(300))).is_err());
    }

    #[test]
    fn numbers_become_e164() {
        assert_eq!(normalise_phone("(415) 555-0100", "US").unwrap(), "+14155550100");
        assert_eq!(normalise_phone("020 7946 0958", "GB").unwrap(), "+442079460958");
        assert_eq!(normalise_phone("+44 20 7946 0958", "US").unwrap(), "+442079460958");
        assert_eq!(normalise_phone("8 (912) 345-67-89", "RU").unwrap(), "+79123456789");
        for wrong in ["", "12", "phone", "+", "++1", "+999999999999999999", "x@y.z"] {
            assert!(normalise_phone(wrong, "US").is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn normalising_an_address_twice_is_normalising_once(text in "[ ]?\\PC{1,20}@[\\w-]{1,20}\\.[\\w]{2,5}") {
            if let Ok(once) = normalise_email(&text) {
                prop_assert_eq!(normalise_email(&once), Ok(once));
            }
        }

        #[test]
        fn normalising_a_number_twice_is_normalising_once(text in "[+]?[0-9()./ -]{1,20}", region in "US|GB|RU|BR|IT") {
            if let Ok(once) = normalise_phone(&text, &region) {
                prop_assert_eq!(normalise_phone(&once, "US"), Ok(once));
            }
        }

        #[test]
        fn no_text_breaks_the_normalisers(text in "\\PC{0,70}", region in "\\PC{0,3}") {
            let _ = normalise_email(&text);
            let _ = normalise_phone(&text, &region);
        }
    }
}
