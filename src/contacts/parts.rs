//! The parts of a contact: addresses, numbers, external ids, consent.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::identity::Identity;
use crate::db::types::Instant;
use crate::error::FieldError;
use crate::text::{one_line, trimmed};

/// An e-mail address of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Email {
    /// Kept in lower case.
    #[validate(length(min = 3, max = 254), custom(function = one_line))]
    #[schema(min_length = 3, max_length = 254, example = "ann@example.com")]
    pub address: String,
    /// Such as `work`.
    #[validate(length(max = 50), custom(function = one_line))]
    #[schema(max_length = 50)]
    pub label: Option<String>,
    /// The one to use; the first where none is marked.
    #[serde(default)]
    pub primary: bool,
}

/// A phone number of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Phone {
    /// Kept in E.164: `+14155550100`.
    #[validate(length(min = 3, max = 60), custom(function = one_line))]
    #[schema(min_length = 3, max_length = 60, example = "+14155550100")]
    pub number: String,
    /// Such as `mobile`.
    #[validate(length(max = 50), custom(function = one_line))]
    #[schema(max_length = 50)]
    pub label: Option<String>,
    /// The one to use; the first where none is marked.
    #[serde(default)]
    pub primary: bool,
}

/// An id that a contact has in another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalId {
    /// The other system.
    #[validate(length(min = 1, max = 50), custom(function = one_line))]
    #[schema(min_length = 1, max_length = 50)]
    pub source: String,
    /// The id there; case matters.
    #[validate(length(min = 1, max = 200), custom(function = one_line))]
    #[schema(min_length = 1, max_length = 200)]
    pub id: String,
}

/// Where somebody lives or works.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street and house, one line.
    #[validate(length(max = 200), custom(function = one_line))]
    #[schema(max_length = 200)]
    pub street: Option<String>,
    /// City.
    #[validate(length(max = 100), custom(function = one_line))]
    #[schema(max_length = 100)]
    pub city: Option<String>,
    /// State, province, oblast.
    #[validate(length(max = 100), custom(function = one_line))]
    #[schema(max_length = 100)]
    pub region: Option<String>,
    /// Postal code.
    #[validate(length(max = 20), custom(function = one_line))]
    #[schema(max_length = 20)]
    pub postal_code: Option<String>,
    /// ISO 3166-1, two letters.
    #[validate(length(equal = 2))]
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Za-z]{2}$", example = "DE")]
    pub country: Option<String>,
}

crate::text_enum! {
    /// A way of reaching somebody that needs their consent.
    pub enum ConsentChannel {
        /// E-mail.
        Email = "email",
        /// Phone calls.
        Call = "call",
        /// Text messages.
        Sms = "sms",
        /// Push notifications.
        Push = "push",
        /// Messengers.
        Chat = "chat",
        /// Social networks.
        Social = "social",
        /// Letters.
        Mail = "mail",
        /// Personalised advertising.
        Ad = "ad",
        /// Recognition on web pages.
        Web = "web",
    }
}

crate::text_enum! {
    /// What somebody said last.
    pub enum ConsentState {
        /// Yes.
        Granted = "granted",
        /// No.
        Withdrawn = "withdrawn",
    }
}

/// What somebody said about being reached on a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    /// What they said.
    pub state: ConsentState,
    /// When they said it.
    pub at: Instant,
    /// How: a form's name, a call.
    pub how: Option<String>,
}

/// A consent as told to us.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentInput {
    /// What they said.
    pub state: ConsentState,
    /// When they said it; now where absent. Never in the future.
    pub at: Option<Instant>,
    /// How: a form's name, a call.
    #[validate(length(max = 500), custom(function = one_line))]
    #[schema(max_length = 500)]
    pub how: Option<String>,
}

/// Clocks differ: what is this much ahead of ours is not yet the future.
const CLOCK_DIFFERENCE: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

impl ConsentInput {
    /// The consent with its time filled in.
    ///
    /// # Errors
    /// The time lies in the future.
    pub fn parse(self, now: Instant) -> Result<Consent, FieldError> {
        let at = self.at.unwrap_or(now);
        if at > now.plus(CLOCK_DIFFERENCE) {
            return Err(FieldError::new("at", "range", "must not be in the future"));
        }
        if self.how.as_ref().is_some_and(|how| how.chars().count() > 500 || one_line(how).is_err()) {
            return Err(FieldError::new("how", "format", "must be one line of at most 500 characters"));
        }
        Ok(Consent { state: self.state, at, how: self.how.as_deref().and_then(trimmed) })
    }
}

/// The bad fields found so far: all are told at once.
#[derive(Debug, Default)]
pub struct Faults(pub Vec<FieldError>);

impl Faults {
    /// The value, or `None` with its fault noted.
    pub fn take<T, M: Into<std::borrow::Cow<'static, str>>>(&mut self, field: &str, result: Result<T, M>) -> Option<T> {
        result.map_err(|message| self.0.push(FieldError::new(field.to_owned(), "format", message))).ok()
    }

    /// Fails where any fault was noted.
    ///
    /// # Errors
    /// All of them.
    pub fn finish(self) -> crate::error::Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(crate::error::Error::invalid(self.0)) }
    }
}

/// Normalises e-mail addresses: one is primary, none is there twice.
pub fn parse_emails(given: Vec<Email>, faults: &mut Faults) -> Vec<Email> {
    let mut out: Vec<Email> = Vec::with_capacity(given.len());
    for (index, email) in given.into_iter().enumerate() {
        let field = format!("emails[{index}].address");
        let Some(identity) = faults.take(&field, Identity::email(&email.address)) else { continue };
        let label = email.label.as_deref().and_then(trimmed);
        let known = out.iter().any(|other| other.address == identity.value);
        refuse_twice(known, &field, faults);
        out.push(Email { address: identity.value, label, primary: email.primary });
    }
    one_primary(out.iter_mut().map(|email| &mut email.primary), "emails", faults);
    out
}

/// Normalises phone numbers: one is primary, none is there twice.
pub fn parse_phones(given: Vec<Phone>, region: &str, faults: &mut Faults) -> Vec<Phone> {
    let mut out: Vec<Phone> = Vec::with_capacity(given.len());
    for (index, phone) in given.into_iter().enumerate() {
        let field = format!("phones[{index}].number");
        let Some(identity) = faults.take(&field, Identity::phone(&phone.number, region)) else { continue };
        let label = phone.label.as_deref().and_then(trimmed);
        let known = out.iter().any(|other| other.number == identity.value);
        refuse_twice(known, &field, faults);
        out.push(Phone { number: identity.value, label, primary: phone.primary });
    }
    one_primary(out.iter_mut().map(|phone| &mut phone.primary), "phones", faults);
    out
}

/// Normalises external ids: none is there twice.
pub fn parse_external_ids(given: Vec<ExternalId>, faults: &mut Faults) -> Vec<ExternalId> {
    let mut out: Vec<ExternalId> = Vec::with_capacity(given.len());
    for (index, external) in given.into_iter().enumerate() {
        let field = format!("external_ids[{index}].id");
        let Some(identity) = faults.take(&field, Identity::external(&external.source, &external.id)) else { continue };
        let external = ExternalId { source: identity.source, id: identity.value };
        refuse_twice(out.contains(&external), &field, faults);
        out.push(external);
    }
    out
}

fn refuse_twice(known: bool, field: &str, faults: &mut Faults) {
    if known {
        faults.0.push(FieldError::new(field.to_owned(), "duplicate", "is there twice"));
    }
}

fn one_primary<'a>(marks: impl Iterator<Item = &'a mut bool>, field: &'static str, faults: &mut Faults) {
    let mut marks: Vec<_> = marks.collect();
    match marks.iter().filter(|mark| ***mark).count() {
        0 => {
            if let Some(first) = marks.first_mut() {
                **first = true;
            }
        }
        1 => {}
        _ => faults.0.push(FieldError::new(field, "primary", "at most one may be primary")),
    }
}

/// Trims an address and checks its country; `None` where nothing is left.
pub fn parse_address(given: Address, faults: &mut Faults) -> Option<Address> {
    let clean = |text: Option<String>| text.as_deref().and_then(trimmed);
    let country = clean(given.country).map(|country| country.to_ascii_uppercase());
    if country.as_ref().is_some_and(|country| !country.bytes().all(|letter| letter.is_ascii_uppercase())) {
        faults.0.push(FieldError::new("address.country", "format", "must be two letters of ISO 3166, such as DE"));
    }
    let address = Address {
        street: clean(given.street),
        city: clean(given.city),
        region: clean(given.region),
        postal_code: clean(given.postal_code),
        country,
    };
    (address != Address::default()).then_some(address)
}

/// Trims tags and drops those given twice, keeping their order.
#[must_use]
pub fn parse_tags(given: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(given.len());
    for tag in given.iter().filter_map(|tag| trimmed(tag)) {
        if !out.contains(&tag) {
            out.push(tag);
        }
    }
    out
}

/// A check for `validator`: tags have 1 to 50 characters in one line.
///
/// # Errors
/// The code `format` or `length`.
pub fn short_tags(tags: &[String]) -> Result<(), validator::ValidationError> {
    for tag in tags {
        crate::text::filled(tag)?;
        if tag.chars().count() > 50 {
            return Err(validator::ValidationError::new("length").with_message("a tag has 1 to 50 characters".into()));
        }
    }
    Ok(())
}

/// A language tag (BCP 47) in its usual case: `en`, `pt-BR`, `zh-Hant-TW`.
///
/// # Errors
/// It does not look like one.
pub fn parse_language(text: &str) -> Result<String, &'static str> {
    const WRONG: &str = "must be a language tag such as en or pt-BR";
    let mut out = Vec::new();
    for (index, part) in text.trim().split('-').enumerate() {
        let fits = if index == 0 { (2..=8).contains(&part.len()) } else { (1..=8).contains(&part.len()) };
        let letters = part.bytes().all(|b| b.is_ascii_alphabetic() || (index > 0 && b.is_ascii_digit()));
        if !fits || !letters || text.len() > 35 {
            return Err(WRONG);
        }
        let lower = part.to_ascii_lowercase();
        out.push(match (index, part.len()) {
            (1.., 2) => lower.to_ascii_uppercase(),
            (1.., 4) => lower.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(lower.chars().skip(1)).collect(),
            _ => lower,
        });
    }
    Ok(out.join("-"))
}

/// A time zone's IANA name.
///
/// # Errors
/// It is not known.
pub fn parse_time_zone(text: &str) -> Result<String, &'static str> {
    let zone: Result<chrono_tz::Tz, _> = text.trim().parse();
    zone.map(|zone| zone.name().to_owned()).map_err(|_| "must be an IANA time zone such as Europe/Berlin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags_take_their_usual_case() {
        assert_eq!(parse_language("EN"), Ok("en".to_owned()));
        assert_eq!(parse_language("zh-hant-tw"), Ok("zh-Hant-TW".to_owned()));
        assert_eq!(parse_language("es-419"), Ok("es-419".to_owned()));
        for wrong in ["", "e", "english language", "en_US", "12", "en-", "a-b"] {
            assert!(parse_language(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_first_address_is_primary_where_none_is_marked() {
        let email = |address: &str| Email { address: address.to_owned(), label: None, primary: false };
        let mut faults = Faults::default();
        let parsed = parse_emails(vec![email("A@x.com"), email("b@x.com")], &mut faults);
        assert_eq!(parsed.iter().map(|email| email.primary).collect::<Vec<_>>(), [true, false]);
        assert!(faults.0.is_empty());
        parse_emails(vec![email("A@x.com"), email("a@X.com")], &mut faults);
        assert_eq!(faults.0[0].field, "emails[1].address");
    }
}
