//! Who an event is about: one pure decision from the identifiers it carries and who has them.
//!
//! No match makes a contact, one match attaches, several are a question of priority. Joining too much is the known
//! failure, so two known contacts are never joined here: that is suggested to people. Only a visitor known by nothing
//! but anonymous ids joins the contact it turns out to be.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ContactId;
use super::identity::{Identity, IdentityKind};

/// Which identifiers count, and for how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The most telling kind first; every kind stands once.
    pub priority: Vec<IdentityKind>,
    /// The most identifiers of a kind that a contact may be given by events; for external ids, per source.
    #[schema(value_type = BTreeMap<String, i64>)]
    pub limits: BTreeMap<IdentityKind, u32>,
    /// Values that identify nobody, beside the built-in ones; case does not matter.
    pub blocked: BTreeSet<String>,
}

impl Default for Rules {
    fn default() -> Self {
        use IdentityKind as Kind;
        Self {
            priority: vec![Kind::External, Kind::Email, Kind::Phone, Kind::Custom, Kind::Anonymous],
            limits: [
                (Kind::External, 1),
                (Kind::Email, 5),
                (Kind::Phone, 5),
                (Kind::Custom, 5),
                (Kind::Anonymous, 200),
            ]
            .into(),
            blocked: BTreeSet::new(),
        }
    }
}

impl Rules {
    fn rank(&self, kind: IdentityKind) -> usize {
        self.priority.iter().position(|known| *known == kind).unwrap_or(usize::MAX)
    }

    fn limit(&self, kind: IdentityKind) -> u32 {
        self.limits.get(&kind).copied().unwrap_or(u32::MAX)
    }

    /// Whether the value identifies nobody.
    #[must_use]
    pub fn blocks(&self, identity: &Identity) -> bool {
        identity.is_blocked() || self.blocked.contains(&identity.value.to_lowercase())
    }
}

/// How many identifiers of a kind and source a contact has.
pub type Counts = BTreeMap<(IdentityKind, String), u32>;

/// A contact that has any of the identifiers; with all that is merged into it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holding {
    /// Known by anonymous ids only.
    pub anonymous: bool,
    /// What it has.
    pub counts: Counts,
}

/// Who has which of the event's identifiers.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The contact that has an identifier; those nobody has are absent.
    pub holder: BTreeMap<Identity, ContactId>,
    /// Each of these contacts.
    pub contacts: BTreeMap<ContactId, Holding>,
}

/// Whom the event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Somebody new.
    Create,
    /// This contact.
    Attach(ContactId),
    /// Nobody: no identifier is left that counts.
    Nobody,
}

crate::text_enum! {
    /// Why an identifier was set aside.
    pub enum Cause {
        /// The value identifies nobody.
        Blocked = "blocked",
        /// The contact has as many of its kind as it may have.
        Limit = "limit",
        /// It belongs to another known contact, and a more telling identifier decides.
        HeldByAnother = "held_by_another",
        /// The browser changed hands: the contact that has it is known as somebody else.
        AnotherUser = "another_user",
    }
}

/// An identifier that was not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Which.
    pub identity: Identity,
    /// Why.
    pub cause: Cause,
    /// Who has it.
    pub holder: Option<ContactId>,
}

/// What is to be done about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whom it is about.
    pub target: Target,
    /// The most telling identifier that led there; for a new contact its own.
    pub via: Option<Identity>,
    /// Identifiers nobody had, which the contact is given.
    pub link: Vec<Identity>,
    /// Anonymous contacts that turn out to be this one.
    pub join: Vec<ContactId>,
    /// Identifiers not used.
    pub aside: Vec<Aside>,
    /// Known contacts that may be the same person, and by which identifier.
    pub suggest: Vec<(ContactId, Identity)>,
}

/// Decides.
#[must_use]
pub fn decide(identities: &[Identity], found: &Found, rules: &Rules) -> Decision {
    let (blocked, mut usable): (Vec<_>, Vec<_>) = identities.iter().cloned().partition(|one| rules.blocks(one));
    let blocked = blocked.into_iter().map(|identity| Aside { identity, cause: Cause::Blocked, holder: None });
    let mut event = Event { found, rules, usable: Vec::new(), aside: blocked.collect() };
    usable.sort_by(|a, b| (rules.rank(a.kind), a).cmp(&(rules.rank(b.kind), b)));
    usable.dedup();
    event.usable = usable;
    while let Some((index, cause)) = event.weakest() {
        event.set_aside(index, cause);
    }
    event.conclude()
}

struct Event<'a> {
    found: &'a Found,
    rules: &'a Rules,
    /// The most telling first.
    usable: Vec<Identity>,
    aside: Vec<Aside>,
}

impl Event<'_> {
    fn holder(&self, identity: &Identity) -> Option<ContactId> {
        self.found.holder.get(identity).copied()
    }

    fn is_anonymous(&self, contact: ContactId) -> bool {
        self.found.contacts.get(&contact).is_some_and(|holding| holding.anonymous)
    }

    fn count(&self, contact: ContactId, key: &(IdentityKind, String)) -> u32 {
        self.found.contacts.get(&contact).and_then(|holding| holding.counts.get(key)).copied().unwrap_or(0)
    }

    /// The known contact of the most telling identifier, else the anonymous one.
    fn target(&self) -> Option<ContactId> {
        let holders = || self.usable.iter().filter_map(|identity| self.holder(identity));
        holders().find(|holder| !self.is_anonymous(*holder)).or_else(|| holders().next())
    }

    fn free(&self) -> impl Iterator<Item = (usize, &Identity)> {
        self.usable.iter().enumerate().filter(|(_, identity)| self.holder(identity).is_none())
    }

    /// The identifier to set aside before matching again; `None` where all of them agree.
    fn weakest(&self) -> Option<(usize, Cause)> {
        let target = self.target();
        if let Some(target) = target {
            let other = |identity: &Identity| {
                self.holder(identity).is_some_and(|holder| holder != target && !self.is_anonymous(holder))
            };
            if let Some(index) = self.usable.iter().rposition(other) {
                return Some((index, Cause::HeldByAnother));
            }
            if let Some(index) = self.changed_hands(target) {
                return Some((index, Cause::AnotherUser));
            }
        }
        self.over_limit(target)
    }

    /// A known contact met only by an anonymous id, while the event names somebody by another value of what the
    /// contact is known by.
    fn changed_hands(&self, target: ContactId) -> Option<usize> {
        let theirs = |identity: &Identity| self.holder(identity) == Some(target);
        let by_name = self.usable.iter().any(|one| theirs(one) && one.kind != IdentityKind::Anonymous);
        if by_name || self.is_anonymous(target) {
            return None;
        }
        let differs =
            |(_, one): (usize, &Identity)| one.kind != IdentityKind::Anonymous && self.count(target, &one.bucket()) > 0;
        if self.free().any(differs) { self.usable.iter().rposition(theirs) } else { None }
    }

    /// Where the contact would have more of a kind than it may: the least telling of those that make it so.
    fn over_limit(&self, target: Option<ContactId>) -> Option<(usize, Cause)> {
        let mut wanted: BTreeMap<_, u32> = BTreeMap::new();
        for (_, identity) in self.free() {
            *wanted.entry(identity.bucket()).or_default() += 1;
        }
        for joined in self.joined(target) {
            for (bucket, count) in self.found.contacts.get(&joined).into_iter().flat_map(|holding| &holding.counts) {
                *wanted.entry(bucket.clone()).or_default() += count;
            }
        }
        let has = |bucket| target.map_or(0, |target| self.count(target, bucket));
        let (bucket, _) = wanted.iter().find(|(bucket, new)| has(bucket) + **new > self.rules.limit(bucket.0))?;
        let takes_part = |identity: &Identity| match self.holder(identity) {
            None => identity.bucket() == *bucket,
            Some(holder) => Some(holder) != target || has(bucket) > 0,
        };
        // Of two equally telling ones the one nobody has yet gives way.
        let weight = |(_, one): &(usize, &Identity)| (self.rules.rank(one.kind), self.holder(one).is_none());
        let weakest = self.usable.iter().enumerate().filter(|(_, one)| takes_part(one)).max_by_key(weight)?;
        Some((weakest.0, Cause::Limit))
    }

    /// Anonymous contacts among the holders, beside the target.
    fn joined(&self, target: Option<ContactId>) -> BTreeSet<ContactId> {
        let holders = self.usable.iter().filter_map(|identity| self.holder(identity));
        holders.filter(|holder| Some(*holder) != target).collect()
    }

    fn set_aside(&mut self, index: usize, cause: Cause) {
        let identity = self.usable.remove(index);
        let holder = self.holder(&identity);
        self.aside.push(Aside { identity, cause, holder });
    }

    fn conclude(self) -> Decision {
        let target = self.target();
        let link: Vec<_> = self.free().map(|(_, identity)| identity.clone()).collect();
        let join: Vec<_> = self.joined(target).into_iter().collect();
        let via = self.usable.iter().find(|one| target.is_none() || self.holder(one) == target).cloned();
        let target = match target {
            Some(contact) => Target::Attach(contact),
            None if link.is_empty() => Target::Nobody,
            None => Target::Create,
        };
        let suggest = self.suggestions(target, &link);
        Decision { target, via, link, join, suggest, aside: self.aside }
    }

    /// Known contacts whose identifiers came along, unless being one person would break a limit.
    fn suggestions(&self, target: Target, link: &[Identity]) -> Vec<(ContactId, Identity)> {
        let own = match target {
            Target::Attach(contact) if !self.is_anonymous(contact) => Some(contact),
            Target::Create | Target::Attach(_) if link.iter().any(|one| one.kind != IdentityKind::Anonymous) => None,
            _ => return Vec::new(),
        };
        let mut out: Vec<(ContactId, Identity)> = Vec::new();
        for aside in &self.aside {
            let (Some(other), Cause::HeldByAnother | Cause::AnotherUser) = (aside.holder, aside.cause) else {
                continue;
            };
            let fits = self.found.contacts.get(&other).is_some_and(|holding| {
                holding.counts.iter().all(|(bucket, count)| {
                    let new = link.iter().filter(|one| one.bucket() == *bucket).count();
                    let mine = own.map_or(0, |own| self.count(own, bucket)) + u32::try_from(new).unwrap_or(u32::MAX);
                    mine == 0 || mine.saturating_add(*count) <= self.rules.limit(bucket.0)
                })
            });
            if fits && Some(other) != own && !out.iter().any(|(known, _)| *known == other) {
                out.push((other, aside.identity.clone()));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests;
