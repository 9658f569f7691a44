//! What a survivor shows: its own fields and those of the merged, folded one after the other. Pure, so that undoing any
//! merge in any order is folding again without it; what people changed since stays.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::accounts::UserId;
use crate::companies::CompanyId;
use crate::contacts::{Address, Consent, ConsentChannel, Contact, ContactId, Email, ExternalId, Phone};
use crate::db::types::Json;

/// The fields a merge touches.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fields {
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    /// `None` where it is made of other fields.
    pub display_name: Option<String>,
    pub job_title: Option<String>,
    pub company_id: Option<CompanyId>,
    pub address: Option<Address>,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    pub owner_id: Option<UserId>,
    pub source: Option<String>,
    pub emails: Vec<Email>,
    pub phones: Vec<Phone>,
    pub external_ids: Vec<ExternalId>,
    pub tags: Vec<String>,
    pub consents: BTreeMap<ConsentChannel, Consent>,
    pub custom: Map<String, Value>,
    pub anonymous: bool,
}

/// Fields whose value may be chosen, beside `custom.<key>`.
pub const CHOOSABLE: [&str; 10] = [
    "given_name",
    "family_name",
    "display_name",
    "job_title",
    "company_id",
    "address",
    "language",
    "time_zone",
    "owner_id",
    "source",
];

/// Field by field, whose value was chosen.
pub type Choices = BTreeMap<String, ContactId>;

/// One merge, as far as folding needs it.
#[derive(Debug, Clone)]
pub struct Step {
    /// The merged contact's fields.
    pub loser: Fields,
    pub survivor_id: ContactId,
    pub loser_id: ContactId,
    pub choices: Choices,
    /// The merged contact was changed later than the survivor: where both have a value, its is newer.
    pub loser_newer: bool,
    /// The merged contact was made earlier: the first source is its.
    pub loser_older: bool,
}

macro_rules! scalars {
    ($use:ident) => {
        $use!(
            given_name,
            family_name,
            display_name,
            job_title,
            company_id,
            address,
            language,
            time_zone,
            owner_id,
            source
        )
    };
}

impl Fields {
    /// A contact's fields.
    #[must_use]
    pub fn of(contact: &Contact) -> Self {
        let computed = contact.anonymous || contact.display_name == contact.computed_name();
        Self {
            given_name: contact.given_name.clone(),
            family_name: contact.family_name.clone(),
            display_name: (!computed).then(|| contact.display_name.clone()),
            job_title: contact.job_title.clone(),
            company_id: contact.company_id,
            address: contact.address.as_ref().map(|address| address.0.clone()),
            language: contact.language.clone(),
            time_zone: contact.time_zone.clone(),
            owner_id: contact.owner_id,
            source: contact.source.clone(),
            emails: contact.emails.0.clone(),
            phones: contact.phones.0.clone(),
            external_ids: contact.external_ids.0.clone(),
            tags: contact.tags.0.clone(),
            consents: contact.consents.0.clone(),
            custom: contact.custom.0.clone(),
            anonymous: contact.anonymous,
        }
    }

    /// Puts the fields on a contact; `unnamed` is shown where no name can be made of them.
    pub fn put(self, contact: &mut Contact, unnamed: &str) {
        contact.given_name = self.given_name;
        contact.family_name = self.family_name;
        contact.job_title = self.job_title;
        contact.company_id = self.company_id;
        contact.address = self.address.map(Json);
        contact.language = self.language;
        contact.time_zone = self.time_zone;
        contact.owner_id = self.owner_id;
        contact.source = self.source;
        contact.emails = Json(one_primary(self.emails, |email| &mut email.primary));
        contact.phones = Json(one_primary(self.phones, |phone| &mut phone.primary));
        contact.external_ids = Json(self.external_ids);
        contact.tags = Json(self.tags);
        contact.consents = Json(self.consents);
        contact.custom = Json(self.custom);
        contact.anonymous = self.anonymous;
        contact.display_name = self.display_name.unwrap_or_else(|| contact.computed_name());
        if contact.display_name.is_empty() {
            unnamed.clone_into(&mut contact.display_name);
        }
    }

    /// These fields with a merged contact's taken in: the chosen ones, else the newest that are filled; lists are joined.
    #[must_use]
    pub fn with(&self, step: &Step) -> Self {
        let mut out = self.clone();
        let loser = &step.loser;
        macro_rules! take {
            ($($field:ident),+) => {$(
                let newer = if stringify!($field) == "source" { step.loser_older } else { step.loser_newer };
                if step.takes(stringify!($field), self.$field.is_some(), loser.$field.is_some(), newer) {
                    out.$field.clone_from(&loser.$field);
                }
            )+};
        }
        scalars!(take);
        for (key, value) in &loser.custom {
            if step.takes(&format!("custom.{key}"), self.custom.contains_key(key), true, step.loser_newer) {
                out.custom.insert(key.clone(), value.clone());
            }
        }
        for (channel, consent) in &loser.consents {
            if self.consents.get(channel).is_none_or(|own| consent.at > own.at) {
                out.consents.insert(*channel, consent.clone());
            }
        }
        join(&mut out.emails, &loser.emails, same_email);
        join(&mut out.phones, &loser.phones, same_phone);
        join(&mut out.external_ids, &loser.external_ids, PartialEq::eq);
        join(&mut out.tags, &loser.tags, PartialEq::eq);
        out.anonymous = self.anonymous && loser.anonymous;
        out
    }

    /// What `self` becomes when what it was computed from changes: values that still are as computed follow, values that
    /// people have set since stay.
    #[must_use]
    pub fn rebased(&self, before: &Self, after: &Self) -> Self {
        let mut out = self.clone();
        macro_rules! follow {
            ($($field:ident),+) => {$(
                if self.$field == before.$field {
                    out.$field.clone_from(&after.$field);
                }
            )+};
        }
        scalars!(follow);
        follow!(anonymous);
        out.custom = follow_map(&self.custom, &before.custom, &after.custom);
        out.consents = follow_consents(&self.consents, &before.consents, &after.consents);
        follow_list(&mut out.emails, &before.emails, &after.emails, same_email);
        follow_list(&mut out.phones, &before.phones, &after.phones, same_phone);
        follow_list(&mut out.external_ids, &before.external_ids, &after.external_ids, PartialEq::eq);
        follow_list(&mut out.tags, &before.tags, &after.tags, PartialEq::eq);
        out
    }
}

impl Step {
    fn takes(&self, field: &str, own: bool, theirs: bool, newer: bool) -> bool {
        match self.choices.get(field) {
            Some(chosen) => *chosen == self.loser_id,
            None => theirs && (newer || !own),
        }
    }
}

fn same_email(a: &Email, b: &Email) -> bool {
    a.address == b.address
}

fn same_phone(a: &Phone, b: &Phone) -> bool {
    a.number == b.number
}

fn join<T: Clone>(own: &mut Vec<T>, theirs: &[T], same: impl Fn(&T, &T) -> bool) {
    for one in theirs {
        if !own.iter().any(|known| same(known, one)) {
            own.push(one.clone());
        }
    }
}

fn follow_list<T: Clone>(own: &mut Vec<T>, before: &[T], after: &[T], same: impl Fn(&T, &T) -> bool) {
    let lost = |one: &T| before.iter().any(|old| same(old, one)) && !after.iter().any(|new| same(new, one));
    own.retain(|one| !lost(one));
    let gained = after.iter().filter(|one| !before.iter().any(|old| same(old, one)));
    join(own, &gained.cloned().collect::<Vec<_>>(), same);
}

fn follow_map(own: &Map<String, Value>, before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let mut out = own.clone();
    for key in before.keys().chain(after.keys()) {
        if own.get(key) == before.get(key) {
            match after.get(key) {
                Some(value) => drop(out.insert(key.clone(), value.clone())),
                None => drop(out.shift_remove(key)),
            }
        }
    }
    out
}

type Consents = BTreeMap<ConsentChannel, Consent>;

fn follow_consents(own: &Consents, before: &Consents, after: &Consents) -> Consents {
    let mut out = own.clone();
    for channel in before.keys().chain(after.keys()) {
        if own.get(channel) == before.get(channel) {
            match after.get(channel) {
                Some(consent) => drop(out.insert(*channel, consent.clone())),
                None => drop(out.remove(channel)),
            }
        }
    }
    out
}

fn one_primary<T>(mut list: Vec<T>, mark: impl Fn(&mut T) -> &mut bool) -> Vec<T> {
    let mut found = false;
    for one in &mut list {
        let primary = mark(one);
        *primary = *primary && !found;
        found |= *primary;
    }
    if let Some(first) = list.first_mut().filter(|_| !found) {
        *mark(first) = true;
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields() -> impl Strategy<Value = Fields> {
        let text = || prop::option::of("[a-c]");
        let mails = prop::collection::btree_set("[a-e]@x", 0..3)
            .prop_map(|all| all.into_iter().map(|address| Email { address, label: None, primary: false }).collect());
        let custom = prop::collection::btree_map("[a-b]", "[a-c]", 0..3)
            .prop_map(|all| all.into_iter().map(|(key, value)| (key, Value::String(value))).collect());
        let tags = prop::collection::btree_set("[a-d]", 0..3).prop_map(|all| all.into_iter().collect());
        (text(), text(), text(), mails, tags, custom).prop_map(
            |(given_name, job_title, source, emails, tags, custom)| Fields {
                given_name,
                job_title,
                source,
                emails,
                tags,
                custom,
                ..Fields::default()
            },
        )
    }

    fn step(loser: Fields, newer: bool) -> Step {
        Step {
            loser,
            survivor_id: ContactId::new(),
            loser_id: ContactId::new(),
            choices: Choices::new(),
            loser_newer: newer,
            loser_older: !newer,
        }
    }

    #[test]
    fn the_newest_filled_value_wins_unless_another_is_chosen() {
        let own = Fields { job_title: Some("old".into()), language: Some("en".into()), ..Fields::default() };
        let loser = Fields { job_title: Some("new".into()), ..Fields::default() };
        let mut step = step(loser, true);
        assert_eq!(
            (own.with(&step).job_title.as_deref(), own.with(&step).language.as_deref()),
            (Some("new"), Some("en"))
        );
        step.choices.insert("job_title".to_owned(), step.survivor_id);
        assert_eq!(own.with(&step).job_title.as_deref(), Some("old"));
        step.choices.insert("language".to_owned(), step.loser_id);
        assert_eq!(own.with(&step).language, None);
    }

    #[test]
    fn what_people_changed_stays_when_a_merge_is_undone() {
        let own = Fields { job_title: Some("a".into()), language: Some("en".into()), ..Fields::default() };
        let loser = Fields { job_title: Some("b".into()), language: Some("de".into()), ..Fields::default() };
        let merged = own.with(&step(loser, true));
        let edited = Fields { job_title: Some("edited".into()), ..merged.clone() };
        let undone = edited.rebased(&merged, &own);
        assert_eq!((undone.job_title.as_deref(), undone.language.as_deref()), (Some("edited"), Some("en")));
    }

    proptest! {
        #[test]
        fn undoing_the_merges_in_any_order_restores_the_survivor(
            own in fields(), first in fields(), second in fields(), newer in any::<[bool; 2]>(), swap in any::<bool>(),
        ) {
            let (one, two) = (step(first, newer[0]), step(second, newer[1]));
            let both = own.with(&one).with(&two);
            let left = if swap { own.with(&one) } else { own.with(&two) };
            let half = both.rebased(&both, &left);
            let back = half.rebased(&left, &own);
            prop_assert_eq!(back.emails.len(), own.emails.len());
            prop_assert_eq!(Fields { emails: Vec::new(), tags: Vec::new(), ..back },
                Fields { emails: Vec::new(), tags: Vec::new(), ..own });
        }
    }
}
