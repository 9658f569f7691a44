//! How much speaks for two contacts being one person. Pure; each reason says what it adds.

use super::keys::{local_part, own_domain, phone_end, words};
use super::{Evidence, Reason};
use crate::contacts::Contact;

/// From this score on a pair is put before people.
pub const WORTH_A_LOOK: i32 = 60;

/// How alike two texts are, where that can be a typo: from 0 to 1.
const TYPO: f64 = 0.85;

/// All that speaks for the pair.
#[must_use]
pub fn evidence(a: &Contact, b: &Contact) -> Vec<Evidence> {
    let mut out = Vec::new();
    let mut add = |reason, points, detail: String| out.push(Evidence { reason, points, detail });
    let names = format!("{} / {}", a.display_name, b.display_name);
    let (left, right) = (words(&a.display_name), words(&b.display_name));
    let full = left.len() > 1 && right.len() > 1;
    if full && left == right {
        add(Reason::SameName, 50, names);
    } else if full && strsim::normalized_damerau_levenshtein(&left.join(" "), &right.join(" ")) >= TYPO {
        add(Reason::SimilarName, 40, names);
    }
    if let Some(company) = a.company_id.filter(|company| b.company_id == Some(*company)) {
        add(Reason::SameCompany, 20, company.to_string());
    }
    let ends = |contact: &Contact| -> Vec<String> {
        contact.phones.0.iter().filter_map(|phone| phone_end(&phone.number)).map(str::to_owned).collect()
    };
    if let Some(end) = ends(a).into_iter().find(|end| ends(b).contains(end)) {
        add(Reason::SimilarPhone, 40, format!("…{end}"));
    }
    let locals = |contact: &Contact| -> Vec<String> {
        contact.emails.0.iter().filter_map(|email| local_part(&email.address)).collect()
    };
    let alike = locals(a).into_iter().flat_map(|one| locals(b).into_iter().map(move |other| (one.clone(), other)));
    if let Some((one, other)) =
        alike.into_iter().find(|(one, other)| strsim::normalized_damerau_levenshtein(one, other) >= TYPO)
    {
        add(Reason::SimilarEmail, if one == other { 40 } else { 25 }, format!("{one} / {other}"));
    }
    let domains = |contact: &Contact| -> Vec<String> {
        contact.emails.0.iter().filter_map(|email| own_domain(&email.address)).map(str::to_owned).collect()
    };
    if let Some(domain) = domains(a).into_iter().find(|domain| domains(b).contains(domain)) {
        add(Reason::SameDomain, 15, domain);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contacts::{Email, Phone};
    use crate::db::types::Instant;

    fn contact(name: &str, email: &str, phone: &str) -> Contact {
        let mut contact = Contact::blank(Instant::now());
        name.clone_into(&mut contact.display_name);
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        contact.emails.0.extend(some(email).map(|address| Email { address, label: None, primary: true }));
        contact.phones.0.extend(some(phone).map(|number| Phone { number, label: None, primary: true }));
        contact
    }

    fn score(a: &Contact, b: &Contact) -> i32 {
        super::super::total(&evidence(a, b))
    }

    #[test]
    fn a_typo_in_the_name_with_the_same_number_is_worth_a_look() {
        let a = contact("Katharina Schneider", "", "+4930123456789");
        let b = contact("Katarina Schneider", "", "+493012 3456789".replace(' ', "").as_str());
        assert!(score(&a, &b) >= WORTH_A_LOOK);
    }

    #[test]
    fn the_same_name_alone_is_not() {
        assert!(score(&contact("Ann Lee", "", ""), &contact("Lee, Ann", "", "")) < WORTH_A_LOOK);
        assert!(score(&contact("Ann Lee", "ann@a.com", ""), &contact("Bob Ray", "bob@a.com", "")) < WORTH_A_LOOK);
    }

    #[test]
    fn a_score_does_not_depend_on_the_order() {
        let a = contact("Ann Lee", "ann.lee@a.com", "+14155550100");
        let b = contact("Anne Lee", "annlee@b.com", "+14155550100");
        assert_eq!(score(&a, &b), score(&b, &a));
    }
}
