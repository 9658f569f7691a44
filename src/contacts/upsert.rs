//! Many contacts at once: each item is matched by what identifies it, then made or changed. Whoever is matched and how
//! is decided as for events, except that nothing is set aside in silence: an item whose identities do not agree is told
//! so and changes nothing.

use std::collections::HashMap;

use serde_json::{Map, Value};

use self::lists::{added, check_lengths};
use super::decide::{Cause, Decision, Found, Holding, Rules, Target, decide};
use super::identity::{self, Holder, Identity, IdentityKind};
use super::model::{Contact, ContactChange, ContactInput};
use super::{ContactId, many, recognise, store};
use crate::accounts::{Principal, UserId, owners};
use crate::companies::{self, CompanyId};
use crate::db::Connection;
use crate::db::dialect::take_turns;
use crate::db::types::Instant;
use crate::error::{Code, Error, FieldError, Result};
use crate::fields::{self, Entity, Field, Mode};
use crate::http::batch::{Items, Outcome, UpsertResult, split_id};
use crate::http::read_json;

mod lists;

crate::text_enum! {
    /// What becomes of a known contact's lists (e-mail addresses, phone numbers, external ids, tags).
    pub enum Lists {
        /// What the item has is added; nothing is removed.
        Add = "add",
        /// The lists become what the item has.
        Replace = "replace",
    }
}

/// An item that can be read.
#[derive(Debug, Clone)]
pub struct Item {
    id: Option<ContactId>,
    change: ContactChange,
    identities: Vec<(String, Identity)>,
    /// Which lists name the entry to use.
    names_primary: [bool; 2],
}

impl Item {
    /// Reads an item: a contact as in a POST, and perhaps its `id`.
    ///
    /// # Errors
    /// Every bad field; nothing in it finds a contact.
    pub fn parse(bytes: &[u8], region: &str) -> Result<Self> {
        let (id, map) = split_id(bytes)?;
        let marked = |list: &str| {
            let entries = map.get(list).and_then(Value::as_array).into_iter().flatten();
            entries.into_iter().any(|entry| entry.get("primary") == Some(&Value::Bool(true)))
        };
        let names_primary = [marked("emails"), marked("phones")];
        let rest = serde_json::to_vec(&map).map_err(Error::internal)?;
        let change = read_json::<ContactInput>(&rest)?.parse(region)?;
        let mut said = Contact::blank(Instant::MIN);
        said.apply(&change);
        let identities = said.identities();
        if id.is_none() && identities.is_empty() {
            let message = "give an id, or an e-mail address, phone number or external id to find the contact by";
            return Err(Error::field("id", "required", message));
        }
        Ok(Self { id, change, identities, names_primary })
    }
}

/// Makes and changes contacts; what is wrong with an item is told in its result.
///
/// # Errors
/// The database is away; a transient error where a concurrent request changes the same.
pub fn upsert(conn: &mut Connection, by: &Principal, items: &Items<Item>, lists: Lists) -> Result<Vec<UpsertResult>> {
    take_turns(conn)?;
    let mut work = Work::begin(conn, by, items, lists)?;
    let mut results = Vec::with_capacity(items.len());
    for (index, item) in items {
        let done = item.as_ref().map_err(Clone::clone).and_then(|item| work.take(conn, item));
        results.push(UpsertResult::of(*index, done)?);
    }
    many::insert(conn, by, &work.new)?;
    Ok(results)
}

/// Who an item is about.
enum Whom {
    /// A contact in the database.
    Known(ContactId),
    /// One that an earlier item has made.
    New(usize),
    /// Nobody yet.
    Nobody,
}

/// What is known while the items are taken one after the other.
struct Work<'a> {
    by: &'a Principal,
    lists: Lists,
    rules: Rules,
    fields: Vec<Field>,
    holders: HashMap<Identity, Holder>,
    /// Contacts that are shown, as they are by now.
    known: HashMap<ContactId, Contact>,
    /// Contacts to be inserted, as they are by now.
    new: Vec<Contact>,
    of_new: HashMap<Identity, usize>,
    owners: HashMap<UserId, bool>,
    companies: HashMap<CompanyId, Option<String>>,
}

impl<'a> Work<'a> {
    fn begin(conn: &mut Connection, by: &'a Principal, items: &Items<Item>, lists: Lists) -> Result<Self> {
        let good = || items.iter().filter_map(|(_, item)| item.as_ref().ok());
        let mut wanted: Vec<Identity> =
            good().flat_map(|item| item.identities.iter().map(|(_, identity)| identity.clone())).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let holders = identity::holders(conn, &wanted)?;
        let mut ids: Vec<ContactId> = holders.iter().map(|holder| holder.root).collect();
        ids.extend(good().filter_map(|item| item.id));
        let known = store::shown(conn, ids)?;
        // Limits are for what events bring. Only two ids in one system tell that two people are meant.
        let mut rules = recognise::rules(conn)?;
        rules.limits.retain(|kind, _| *kind == IdentityKind::External);
        Ok(Self {
            by,
            lists,
            rules,
            fields: fields::all(conn, Some(Entity::Contact))?,
            holders: holders.into_iter().map(|holder| (holder.identity.clone(), holder)).collect(),
            known,
            new: Vec::new(),
            of_new: HashMap::new(),
            owners: HashMap::new(),
            companies: HashMap::new(),
        })
    }

    fn take(&mut self, conn: &mut Connection, item: &Item) -> Result<Outcome> {
        let company = self.check_references(conn, &item.change)?;
        match self.whom(item)? {
            Whom::Known(id) => self.change(conn, id, item),
            Whom::New(place) => self.change_new(place, item, company),
            Whom::Nobody => self.make(item, company),
        }
    }

    fn whom(&self, item: &Item) -> Result<Whom> {
        self.check_blocked(item)?;
        if let Some(id) = item.id {
            let shown = self.known.get(&id).filter(|contact| self.by.scope.sees(contact.owner_id));
            let id = shown.ok_or_else(|| Error::new(Code::NotFound))?.id;
            self.check_free(item, Some(id))?;
            return Ok(Whom::Known(id));
        }
        let new: Option<usize> = item.identities.iter().find_map(|(_, one)| self.of_new.get(one).copied());
        if let Some(place) = new {
            return self.of_earlier(item, place);
        }
        let decision = self.decide(item);
        self.check_agreed(item, &decision)?;
        match decision.target {
            Target::Attach(root) => {
                let seen = self.known.get(&root).is_some_and(|contact| self.by.scope.sees(contact.owner_id));
                if seen { Ok(Whom::Known(root)) } else { Err(self.taken(item, root)) }
            }
            Target::Create | Target::Nobody => Ok(Whom::Nobody),
        }
    }

    /// Values that identify nobody must not bring strangers together.
    fn check_blocked(&self, item: &Item) -> Result<()> {
        let blocked = item.identities.iter().filter(|(_, one)| self.rules.blocks(one));
        let errors: Vec<_> =
            blocked.map(|(field, _)| FieldError::new(field.clone(), "blocked", "identifies nobody")).collect();
        if errors.is_empty() { Ok(()) } else { Err(Error::invalid(errors)) }
    }

    /// Fails where anybody but `own` has any of the item's identities.
    fn check_free(&self, item: &Item, own: Option<ContactId>) -> Result<()> {
        let other = |(_, one): &&(String, Identity)| {
            self.of_new.contains_key(one) || self.holders.get(one).is_some_and(|holder| Some(holder.root) != own)
        };
        match item.identities.iter().find(other).map(|(_, one)| self.holders.get(one)) {
            None => Ok(()),
            Some(holder) => Err(self.conflict(item, other, holder.map(|holder| holder.root))),
        }
    }

    /// The item is about somebody an earlier item made, unless it also names somebody else.
    fn of_earlier(&self, item: &Item, place: usize) -> Result<Whom> {
        let other = |(_, one): &&(String, Identity)| {
            self.of_new.get(one).is_some_and(|other| *other != place) || self.holders.contains_key(one)
        };
        if item.identities.iter().any(|each| other(&each)) {
            return Err(self.conflict(item, other, None));
        }
        let own = self.new.get(place).map(Contact::identities).unwrap_or_default();
        let second = |(_, one): &&(String, Identity)| {
            one.kind == IdentityKind::External
                && self.lists == Lists::Add
                && own.iter().any(|(_, mine)| mine.bucket() == one.bucket() && mine != one)
        };
        if item.identities.iter().any(|each| second(&each)) {
            return Err(self.conflict(item, second, None));
        }
        Ok(Whom::New(place))
    }

    fn decide(&self, item: &Item) -> Decision {
        let identities: Vec<Identity> = item.identities.iter().map(|(_, one)| one.clone()).collect();
        let mut found = Found::default();
        for one in &identities {
            let Some(root) = self.holders.get(one).map(|holder| holder.root) else { continue };
            found.holder.insert(one.clone(), root);
            found.contacts.entry(root).or_insert_with(|| {
                let mut holding = Holding::default();
                for (_, one) in self.known.get(&root).map(Contact::identities).unwrap_or_default() {
                    *holding.counts.entry(one.bucket()).or_default() += 1;
                }
                holding
            });
        }
        decide(&identities, &found, &self.rules)
    }

    /// Fails where the item's identities belong to several people.
    fn check_agreed(&self, item: &Item, decision: &Decision) -> Result<()> {
        let aside: Vec<_> = decision.aside.iter().filter(|aside| aside.cause != Cause::Blocked).collect();
        let is_aside = |(_, one): &&(String, Identity)| aside.iter().any(|aside| aside.identity == *one);
        match aside.first() {
            None => Ok(()),
            Some(first) => {
                let other = first.holder.or(match decision.target {
                    Target::Attach(root) => Some(root),
                    _ => None,
                });
                Err(self.conflict(item, is_aside, other))
            }
        }
    }

    /// The item's identities do not agree; `which` of them are at odds with the rest.
    fn conflict(&self, item: &Item, which: impl Fn(&&(String, Identity)) -> bool, other: Option<ContactId>) -> Error {
        let seen = other.and_then(|id| self.known.get(&id)).is_some_and(|other| self.by.scope.sees(other.owner_id));
        let whose = match other {
            Some(id) if seen => format!("the contact {id}"),
            Some(_) => "a contact you do not see".to_owned(),
            None => "another contact of this request".to_owned(),
        };
        let odd = item.identities.iter().filter(which);
        let errors = odd
            .map(|(field, one)| {
                FieldError::new(field.clone(), "taken", format!("{one} does not go with the rest: see {whose}"))
            })
            .collect();
        let detail = "These identities belong to several contacts: nothing was changed.";
        Error { errors, ..Error::because(Code::IdentityTaken, detail) }
    }

    fn taken(&self, item: &Item, root: ContactId) -> Error {
        let theirs = |(_, one): &&(String, Identity)| self.holders.get(one).is_some_and(|holder| holder.root == root);
        self.conflict(item, theirs, Some(root))
    }

    /// Checks the owner and the company; gives the company's name.
    fn check_references(&mut self, conn: &mut Connection, change: &ContactChange) -> Result<Option<String>> {
        if let Some(Some(owner)) = change.owner_id {
            let known = match self.owners.get(&owner) {
                Some(known) => *known,
                None => owners::is_active(conn, owner)?,
            };
            self.owners.insert(owner, known);
            if !known {
                return Err(Error::field("owner_id", "unknown", "is not an active user"));
            }
        }
        let Some(Some(company)) = change.company_id else { return Ok(None) };
        let name = match self.companies.get(&company) {
            Some(name) => name.clone(),
            None => companies::name_of(conn, company)?,
        };
        self.companies.insert(company, name.clone());
        name.map(Some).ok_or_else(|| Error::field("company_id", "unknown", "there is no such company"))
    }

    fn make(&mut self, item: &Item, company: Option<String>) -> Result<Outcome> {
        let mut contact = Contact::blank(Instant::now());
        contact.apply(&item.change);
        let custom = item.change.custom.clone().flatten().unwrap_or_default();
        contact.custom.0 = fields::check_against(&self.fields, &custom, Mode::Create)?;
        store::check_named(&contact)?;
        contact.index(company.as_deref());
        let place = self.new.len();
        self.of_new.extend(contact.identities().into_iter().map(|(_, one)| (one, place)));
        let id = contact.id.0;
        self.new.push(contact);
        Ok(Outcome::Created(id))
    }

    fn change_new(&mut self, place: usize, item: &Item, company: Option<String>) -> Result<Outcome> {
        let Some(before) = self.new.get(place).cloned() else { return Err(Error::internal("a contact got lost")) };
        let mut after = self.changed(&before, item)?;
        if after == before {
            return Ok(Outcome::Unchanged(before.id.0));
        }
        let company = match after.company_id {
            Some(id) => company.or_else(|| self.companies.get(&id).cloned().flatten()),
            None => None,
        };
        after.index(company.as_deref());
        self.of_new.retain(|_, other| *other != place);
        self.of_new.extend(after.identities().into_iter().map(|(_, one)| (one, place)));
        let id = after.id.0;
        if let Some(slot) = self.new.get_mut(place) {
            *slot = after;
        }
        Ok(Outcome::Updated(id))
    }

    fn change(&mut self, conn: &mut Connection, id: ContactId, item: &Item) -> Result<Outcome> {
        let Some(before) = self.known.get(&id).cloned() else { return Err(Error::new(Code::NotFound)) };
        let after = self.changed(&before, item)?;
        if after == before {
            return Ok(Outcome::Unchanged(before.id.0));
        }
        let after = store::save(conn, self.by, &before, after)?;
        self.follow(&before, &after);
        let id = after.id;
        self.known.insert(id, after);
        Ok(Outcome::Updated(id.0))
    }

    /// Who has what after a change, for the items that come.
    fn follow(&mut self, before: &Contact, after: &Contact) {
        let now = after.identities();
        for (_, old) in before.identities() {
            if !now.iter().any(|(_, one)| *one == old) {
                self.holders.remove(&old);
            }
        }
        for (_, identity) in now {
            self.holders.entry(identity.clone()).or_insert_with(|| Holder {
                identity,
                contact_id: after.id,
                root: after.id,
                owner_id: after.owner_id,
                anonymous: false,
                members: after.members,
                last_seen: after.updated_at,
            });
        }
    }

    fn changed(&self, before: &Contact, item: &Item) -> Result<Contact> {
        let change = match self.lists {
            Lists::Replace => item.change.clone(),
            Lists::Add => added(before, &item.change, item.names_primary),
        };
        let mut after = before.clone();
        after.apply(&change);
        check_lengths(&after)?;
        match &item.change.custom {
            None => {}
            Some(Some(custom)) => {
                let custom = fields::check_against(&self.fields, custom, Mode::Change)?;
                after.custom.0 = fields::merge(&before.custom.0, custom);
            }
            Some(None) => after.custom.0 = fields::check_against(&self.fields, &Map::new(), Mode::Create)?,
        }
        store::check_named(&after)?;
        after.anonymous =
            before.anonymous && before.display_name == after.display_name && after.identities().is_empty();
        Ok(after)
    }
}
