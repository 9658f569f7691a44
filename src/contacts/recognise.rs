//! From an event to its contact: looks up who has the event's identifiers, lets [`decide`](super::decide) decide, and
//! does what was decided, with its cause in the log. Every way in (interactions, leads, imports, ingestion) comes here.

use diesel::prelude::*;

use super::decide::{Cause, Counts, Decision, Found, Holding, Rules, Target, decide};
use super::identity::{self, Holder, Identity, IdentityKind, Link, LinkCause};
use super::log::{self, Decided, Note};
use super::merge::{self, MergeCause};
use super::model::{Contact, ContactChange, NewContact};
use super::{ContactId, Resolved, cluster, duplicates, store};
use crate::accounts::Principal;
use crate::db::schema::{contacts, identities};
use crate::db::types::Instant;
use crate::db::{Connection, settings};
use crate::error::{Error, FieldError, Result};

/// The key of the rules among the settings.
pub const SETTING: &str = "identity_rules";

/// What an event says about its client.
#[derive(Debug, Clone)]
pub struct Sighting<'a> {
    /// What identifies the client, normalised.
    pub identities: &'a [Identity],
    /// When it happened.
    pub at: Instant,
    /// The event's own id, for the log.
    pub message_id: Option<&'a str>,
    /// What a new contact is made of, beside the identities; `None` where none may be made.
    pub new: Option<&'a ContactChange>,
}

/// The rules in force.
///
/// # Errors
/// The database is away.
pub fn rules(conn: &mut Connection) -> Result<Rules> {
    Ok(settings::get(conn, SETTING)?.unwrap_or_default())
}

/// Finds the event's client, or makes one where that is allowed, and learns what the event teaches about who is who.
///
/// The answer names the contact whose identity the event came by, which may be merged into another: facts go there, and
/// are seen on the survivor's line.
///
/// # Errors
/// Not found where the caller may not see the client; a bad field `contact` where nobody is known and none may be made,
/// or nothing identifies anybody; a transient error where a concurrent request is making the same.
pub fn recognise(conn: &mut Connection, by: &Principal, seen: &Sighting<'_>) -> Result<Resolved> {
    let holders = identity::holders(conn, seen.identities)?;
    if let Some(contact_id) = at_once(by, seen, &holders)? {
        touch(conn, &holders, seen.at)?;
        return Ok(Resolved { contact_id, created: false });
    }
    let rules = rules(conn)?;
    let found = found(conn, &holders)?;
    let decision = decide(seen.identities, &found, &rules);
    match decision.target {
        Target::Nobody => {
            Err(Error::invalid(vec![FieldError::new("contact", "blocked", "these values identify nobody")]))
        }
        Target::Create => create(conn, by, seen, &decision),
        Target::Attach(root) => attach(conn, by, seen, &decision, &holders, root),
    }
}

/// The event's client where all its identifiers belong to one already: the common case, with nothing to decide.
/// `holders` are those of the event's identifiers, the most telling first.
///
/// # Errors
/// Not found where the caller may not see the client.
pub fn at_once(by: &Principal, seen: &Sighting<'_>, holders: &[Holder]) -> Result<Option<ContactId>> {
    let Some(contact_id) = agreed(holders, seen.identities) else { return Ok(None) };
    by.scope.check(holders.first().and_then(|holder| holder.owner_id))?;
    Ok(Some(contact_id))
}

fn agreed(holders: &[Holder], identities: &[Identity]) -> Option<ContactId> {
    let first = holders.first()?;
    let all = holders.len() == identities.len() && holders.iter().all(|holder| holder.root == first.root);
    all.then_some(first.contact_id)
}

/// What the holders have, for the limits.
fn found(conn: &mut Connection, holders: &[Holder]) -> Result<Found> {
    let mut found = Found::default();
    for holder in holders {
        found.holder.insert(holder.identity.clone(), holder.root);
        if found.contacts.contains_key(&holder.root) {
            continue;
        }
        let anonymous = if holder.root == holder.contact_id {
            holder.anonymous
        } else {
            contacts::table.find(holder.root).select(contacts::anonymous).first(conn)?
        };
        let members = cluster::members_of(conn, holder.root)?;
        let counted: Vec<(IdentityKind, String, i64)> = identities::table
            .filter(identities::contact_id.eq_any(members).and(identities::retired_at.is_null()))
            .group_by((identities::kind, identities::source))
            .select((identities::kind, identities::source, diesel::dsl::count_star()))
            .load(conn)?;
        let counts: Counts = counted
            .into_iter()
            .map(|(kind, source, count)| ((kind, source), u32::try_from(count).unwrap_or(u32::MAX)))
            .collect();
        found.contacts.insert(holder.root, Holding { anonymous, counts });
    }
    Ok(found)
}

fn create(conn: &mut Connection, by: &Principal, seen: &Sighting<'_>, decision: &Decision) -> Result<Resolved> {
    let Some(new) = seen.new else {
        return Err(Error::invalid(vec![FieldError::new("contact", "unknown", "no contact has these identities")]));
    };
    let mut blank = Contact::blank(Instant::now());
    add(&mut blank, &decision.link);
    let anonymous = decision.link.iter().all(|one| one.kind == IdentityKind::Anonymous);
    let unnamed = new.display_name.as_ref().and_then(Option::as_ref).is_none()
        && decision.link.iter().all(|one| matches!(one.kind, IdentityKind::Anonymous | IdentityKind::Custom));
    let fields = ContactChange {
        display_name: if unnamed { Some(Some(VISITOR.to_owned())) } else { new.display_name.clone() },
        emails: Some(blank.emails.0),
        phones: Some(blank.phones.0),
        external_ids: Some(blank.external_ids.0),
        ..new.clone()
    };
    let link = Link { cause: LinkCause::NewContact, confidence: 100, seen: seen.at };
    let contact = store::insert_found(conn, by, NewContact { fields, partial: true }, &decision.link, link, anonymous)?;
    for identity in &decision.link {
        log::write(conn, contact.id, &Note::of(Decided::Created, identity, "new_contact").message(seen.message_id))?;
    }
    explain(conn, contact.id, contact.id, seen, decision)?;
    Ok(Resolved { contact_id: contact.id, created: true })
}

/// The name of somebody of whom nothing is known.
pub const VISITOR: &str = "Anonymous visitor";

fn attach(
    conn: &mut Connection,
    by: &Principal,
    seen: &Sighting<'_>,
    decision: &Decision,
    holders: &[Holder],
    root: ContactId,
) -> Result<Resolved> {
    let mine = |holder: &&Holder| holder.root == root && !decision.aside.iter().any(|a| a.identity == holder.identity);
    let best = holders.iter().find(mine).ok_or_else(|| Error::internal("a decision for a contact nobody named"))?;
    by.scope.check(best.owner_id)?;
    if !decision.link.is_empty() {
        let confidence = confidence(decision.via.as_ref());
        let link = Link { cause: LinkCause::SeenTogether, confidence, seen: seen.at };
        store::learn(conn, by, best.contact_id, &decision.link, link)?;
        for identity in &decision.link {
            let note = Note::of(Decided::Linked, identity, "seen_together").message(seen.message_id);
            log::write(conn, best.contact_id, &note.via(decision.via.as_ref()))?;
        }
    }
    for visitor in &decision.join {
        merge::join(conn, by, root, *visitor, MergeCause::Identified)?;
    }
    touch(conn, holders, seen.at)?;
    explain(conn, best.contact_id, root, seen, decision)?;
    Ok(Resolved { contact_id: best.contact_id, created: false })
}

/// How sure a link is that rests on an event's other identifier.
fn confidence(via: Option<&Identity>) -> i32 {
    match via.map(|via| via.kind) {
        Some(IdentityKind::External) => 95,
        Some(IdentityKind::Email) => 90,
        Some(IdentityKind::Phone) => 80,
        Some(IdentityKind::Custom) => 70,
        Some(IdentityKind::Anonymous) | None => 60,
    }
}

/// Writes down what was set aside, once for each cause, and suggests merges.
fn explain(
    conn: &mut Connection,
    contact: ContactId,
    root: ContactId,
    seen: &Sighting<'_>,
    decision: &Decision,
) -> Result<()> {
    for aside in decision.aside.iter().filter(|aside| aside.cause != Cause::Blocked) {
        let note = Note::of(Decided::SetAside, &aside.identity, aside.cause.as_str()).other(aside.holder);
        if !log::is_known(conn, contact, &note)? {
            log::write(conn, contact, &note.message(seen.message_id).via(decision.via.as_ref()))?;
        }
    }
    for (other, identity) in &decision.suggest {
        duplicates::suggest(conn, root, *other, identity)?;
    }
    Ok(())
}

/// How much later an identity must be seen again for that to be written: not with every event.
const COARSE: chrono::TimeDelta = chrono::TimeDelta::hours(1);

/// Writes down that identities were seen.
///
/// # Errors
/// The database is away.
pub fn touch(conn: &mut Connection, holders: &[Holder], at: Instant) -> Result<()> {
    for holder in holders.iter().filter(|holder| at > holder.last_seen.plus(COARSE)) {
        let one = &holder.identity;
        diesel::update(identities::table.find((holder.contact_id, one.kind, &one.source, &one.value)))
            .set(identities::last_seen.eq(at))
            .execute(conn)?;
    }
    Ok(())
}

/// Adds identities to the lists a contact shows, as far as it shows them; the first of a kind is primary.
pub(super) fn add(contact: &mut Contact, identities: &[Identity]) {
    use super::parts::{Email, ExternalId, Phone};
    for Identity { kind, source, value } in identities.iter().cloned() {
        match kind {
            IdentityKind::Email if contact.emails.0.iter().all(|known| known.address != value) => {
                let primary = contact.emails.0.is_empty();
                contact.emails.0.push(Email { address: value, label: None, primary });
            }
            IdentityKind::Phone if contact.phones.0.iter().all(|known| known.number != value) => {
                let primary = contact.phones.0.is_empty();
                contact.phones.0.push(Phone { number: value, label: None, primary });
            }
            IdentityKind::External => {
                let external = ExternalId { source, id: value };
                if !contact.external_ids.0.contains(&external) {
                    contact.external_ids.0.push(external);
                }
            }
            _ => {}
        }
    }
}
