//! Who is meant: the e-mail addresses, phone numbers and external ids that find a contact, in one normalised form.
//!
//! An identity belongs to at most one contact that is not deleted; the unique index `identities_find` says so.

use std::fmt;

use diesel::prelude::*;
use email_address::{EmailAddress, Options};
use serde::Serialize;

use super::ContactId;
use crate::accounts::{Principal, UserId};
use crate::db::schema::{contacts, identities};
use crate::db::types::Instant;
use crate::db::{Both, Connection};
use crate::error::{Code, Error, FieldError, Result};

crate::text_enum! {
    /// What kind of thing finds a contact.
    pub enum IdentityKind {
        /// An e-mail address.
        Email = "email",
        /// A phone number.
        Phone = "phone",
        /// An id in another system.
        External = "external",
    }
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
        let (source, value) = (source.trim(), id.trim());
        let fits = |text: &str, max| (1..=max).contains(&text.chars().count()) && !text.contains(char::is_control);
        if !fits(source, 50) {
            return Err("needs a source of 1 to 50 characters");
        }
        if !fits(value, 200) {
            return Err("needs an id of 1 to 200 characters");
        }
        Ok(Self { kind: IdentityKind::External, source: source.to_owned(), value: value.to_owned() })
    }

    /// The more telling come first where two identities disagree: external id, e-mail, phone.
    #[must_use]
    pub const fn rank(&self) -> u8 {
        match self.kind {
            IdentityKind::External => 0,
            IdentityKind::Email => 1,
            IdentityKind::Phone => 2,
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            IdentityKind::External => write!(f, "{} {}", self.source, self.value),
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
    if read(None, &number)?.format().mode(phonenumber::Mode::E164).to_string() != number {
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

/// A contact that has an identity.
#[derive(Debug, Clone)]
pub struct Holder {
    /// The identity.
    pub identity: Identity,
    /// Who has it.
    pub contact_id: ContactId,
    /// Who looks after them.
    pub owner_id: Option<UserId>,
}

/// The contacts that have any of these identities, the most telling first. Deleted contacts have none.
///
/// # Errors
/// The database is away.
pub fn holders(conn: &mut Connection, wanted: &[Identity]) -> Result<Vec<Holder>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut kinds: Vec<_> = wanted.iter().map(|identity| identity.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut sources: Vec<_> = wanted.iter().map(|identity| &identity.source).collect();
    sources.sort_unstable();
    sources.dedup();
    let values: Vec<_> = wanted.iter().map(|identity| &identity.value).collect();
    let rows: Vec<(IdentityKind, String, String, ContactId, Option<UserId>)> = identities::table
        .inner_join(contacts::table.on(contacts::id.eq(identities::contact_id)))
        .filter(identities::kind.eq_any(kinds).and(identities::source.eq_any(sources)))
        .filter(identities::value.eq_any(values).and(identities::retired_at.is_null()))
        .select((identities::kind, identities::source, identities::value, contacts::id, contacts::owner_id))
        .load(conn)?;
    let mut found: Vec<_> = rows
        .into_iter()
        .map(|(kind, source, value, contact_id, owner_id)| Holder {
            identity: Identity { kind, source, value },
            contact_id,
            owner_id,
        })
        .filter(|holder| wanted.contains(&holder.identity))
        .collect();
    found.sort_by(|a, b| (a.identity.rank(), &a.identity).cmp(&(b.identity.rank(), &b.identity)));
    Ok(found)
}

/// Makes sure that no contact but `own` has any of these identities.
///
/// # Errors
/// [`Code::IdentityTaken`], naming the other contact where the caller may see it.
pub fn check_free(
    conn: &mut Connection,
    by: &Principal,
    own: Option<ContactId>,
    wanted: &[(String, Identity)],
) -> Result<()> {
    let identities: Vec<_> = wanted.iter().map(|(_, identity)| identity.clone()).collect();
    let taken: Vec<_> =
        holders(conn, &identities)?.into_iter().filter(|holder| Some(holder.contact_id) != own).collect();
    if taken.is_empty() {
        return Ok(());
    }
    let errors: Vec<_> = taken
        .iter()
        .map(|holder| {
            let field = wanted.iter().find(|(_, identity)| *identity == holder.identity);
            let field = field.map(|(field, _)| field.clone()).unwrap_or_default();
            FieldError::new(field, "taken", belongs_to(by, holder))
        })
        .collect();
    let detail = errors.first().map(|error| error.message.clone()).unwrap_or_default();
    Err(Error { errors, ..Error::because(Code::IdentityTaken, detail) })
}

fn belongs_to(by: &Principal, holder: &Holder) -> String {
    if by.scope.sees(holder.owner_id) {
        format!("{} belongs to the contact {}.", holder.identity, holder.contact_id)
    } else {
        format!("{} belongs to a contact you do not see.", holder.identity)
    }
}

/// Gives the contact identities that [`check_free`] has found free.
///
/// # Errors
/// A transient error where another request took one in between: the next run will see it.
pub fn attach(conn: &mut Connection, contact: ContactId, new: &[Identity], now: Instant) -> Result<()> {
    for identity in new {
        let row = (
            identities::contact_id.eq(contact),
            identities::kind.eq(identity.kind),
            identities::source.eq(&identity.source),
            identities::value.eq(&identity.value),
            identities::created_at.eq(now),
        );
        let insert = diesel::insert_into(identities::table).values(row).on_conflict_do_nothing();
        if Both(insert).execute(conn)? == 0 {
            return Err(Error { transient: true, ..Error::unavailable("a concurrent request took the same identity") });
        }
    }
    Ok(())
}

/// Takes identities from a contact.
///
/// # Errors
/// The database is away.
pub fn detach(conn: &mut Connection, contact: ContactId, old: &[Identity]) -> Result<()> {
    for identity in old {
        diesel::delete(identities::table.find((contact, identity.kind, &identity.source, &identity.value)))
            .execute(conn)?;
    }
    Ok(())
}

/// Makes a deleted contact's identities find nobody.
///
/// # Errors
/// The database is away.
pub fn retire(conn: &mut Connection, contact: ContactId, now: Instant) -> Result<()> {
    diesel::update(identities::table.filter(identities::contact_id.eq(contact)))
        .set(identities::retired_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Makes a restored contact's identities find it again; [`check_free`] has found them free.
///
/// # Errors
/// [`Code::IdentityTaken`] where another request took one in between.
pub fn revive(conn: &mut Connection, contact: ContactId) -> Result<()> {
    use crate::error::OnUnique;
    diesel::update(identities::table.filter(identities::contact_id.eq(contact)))
        .set(identities::retired_at.eq(None::<Instant>))
        .execute(conn)
        .on_unique(Code::IdentityTaken, "An identity of this contact belongs to another contact now.")?;
    Ok(())
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
