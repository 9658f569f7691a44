//! The keys by which contacts that may be the same find each other. Two contacts are compared only where they share one.

use std::collections::BTreeSet;

use crate::contacts::Contact;
use crate::text::fold;

/// Addresses of many people, whose local part or domain says nothing about who it is.
const COMMON: [&str; 14] = [
    "info",
    "sales",
    "office",
    "contact",
    "support",
    "admin",
    "hello",
    "mail",
    "team",
    "service",
    "billing",
    "noreply",
    "no-reply",
    "marketing",
];
const PUBLIC: [&str; 16] = [
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "icloud.com",
    "me.com",
    "aol.com",
    "proton.me",
    "protonmail.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "mail.ru",
    "yandex.ru",
];

/// The words of a name, folded, in alphabetical order.
pub fn words(name: &str) -> Vec<String> {
    let folded = fold(name);
    let mut words: Vec<String> =
        folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    words.sort_unstable();
    words
}

/// The last seven digits of a number.
pub fn phone_end(number: &str) -> Option<&str> {
    number
        .len()
        .checked_sub(7)
        .and_then(|start| number.get(start..))
        .filter(|end| end.bytes().all(|b| b.is_ascii_digit()))
}

/// What stands before the @, without dots and what follows a plus; `None` where it names no person.
pub fn local_part(address: &str) -> Option<String> {
    let (local, _) = address.rsplit_once('@')?;
    let local = local.split('+').next().unwrap_or_default();
    if COMMON.contains(&local) {
        return None;
    }
    let plain: String = local.chars().filter(|c| c.is_alphanumeric()).collect();
    (plain.chars().count() >= 4).then_some(plain)
}

/// The domain, where it is not one that everybody may have an address at.
pub fn own_domain(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain).filter(|domain| !PUBLIC.contains(domain))
}

fn start(word: &str, length: usize) -> String {
    word.chars().take(length).collect()
}

/// A contact's keys.
pub fn of(contact: &Contact) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    if contact.deleted_at.is_some() || contact.merged_into.is_some() || contact.anonymous {
        return keys;
    }
    let named = contact.emails.0.iter().all(|email| email.address != contact.display_name)
        && contact.phones.0.iter().all(|phone| phone.number != contact.display_name);
    let words = if named { words(&contact.display_name) } else { Vec::new() };
    if let [first, .., last] = words.as_slice() {
        // A typo in either name leaves the other's start as it is.
        keys.insert(format!("n:{}", words.iter().map(|word| start(word, 3)).collect::<Vec<_>>().join(" ")));
        keys.insert(format!("a:{} {}", start(first, 6), start(last, 1)));
        keys.insert(format!("z:{} {}", start(last, 6), start(first, 1)));
    }
    if let Some(company) = contact.company_id {
        keys.extend(words.iter().map(|word| format!("c:{company} {}", start(word, 2))));
    }
    keys.extend(contact.phones.0.iter().filter_map(|phone| phone_end(&phone.number)).map(|end| format!("p:{end}")));
    for email in &contact.emails.0 {
        keys.extend(local_part(&email.address).map(|local| format!("e:{local}")));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_order_case_and_accents() {
        assert_eq!(words("Müller, Ánna"), words("anna MULLER"));
    }

    #[test]
    fn addresses_of_many_people_are_no_key() {
        assert_eq!(local_part("a.n.n.lee+shop@example.com").as_deref(), Some("annlee"));
        assert_eq!((local_part("info@example.com"), local_part("al@example.com")), (None, None));
        assert_eq!((own_domain("a@gmail.com"), own_domain("a@acme.io")), (None, Some("acme.io")));
        assert_eq!((phone_end("+14155550100"), phone_end("123")), (Some("5550100"), None));
    }
}
