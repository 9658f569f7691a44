//! Contacts in the database. The row holds all that reads need; `identities` and `contact_tags` are its indexes and
//! change with it here and nowhere else.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::{Map, Value};

use super::ContactId;
use super::identity::{self, Identity, IdentityKind, Link};
use super::model::{Contact, ContactChange, NewContact};
use crate::accounts::audit::{self, Subject};
use crate::accounts::{Principal, UserId, owners};
use crate::companies::{self, CompanyId};
use crate::db::schema::{contact_tags, contacts};
use crate::db::types::Instant;
use crate::db::{Both, Connection, listed};
use crate::error::{Error, Result};
use crate::fields::{self, Entity, Mode};
use crate::http::{Version, check_version};
use crate::on;
use crate::timeline::{self, EntryId, EntryType, NewEntry};

/// What others need to know of a contact.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = contacts)]
pub struct Brief {
    /// The contact.
    pub id: ContactId,
    /// Who looks after it.
    pub owner_id: Option<UserId>,
    /// Whom the person works for.
    pub company_id: Option<CompanyId>,
    /// The survivor, where the contact was merged.
    pub merged_into: Option<ContactId>,
    /// How many contacts are merged into it.
    pub members: i32,
}

/// How the record names a contact.
pub(crate) const fn subject(id: ContactId) -> Subject {
    Subject { entity: "contact", id: id.0, contact_id: Some(id.0) }
}

/// The contact, for whoever may see it: of a merged one its survivor.
///
/// # Errors
/// Not found where it is absent, deleted or out of the caller's sight.
pub fn find(conn: &mut Connection, by: &Principal, id: ContactId) -> Result<Contact> {
    let live = |id| contacts::table.find(id).filter(contacts::deleted_at.is_null()).select(Contact::as_select());
    let mut contact: Contact = live(id).first(conn)?;
    if let Some(survivor) = contact.merged_into {
        contact = live(survivor).first(conn)?;
    }
    by.scope.check(contact.owner_id)?;
    Ok(contact)
}

/// The contacts shown for these ids, by the id asked for and by their own; those in the bin are left out.
///
/// # Errors
/// The database is away.
pub(super) fn shown(conn: &mut Connection, mut ids: Vec<ContactId>) -> Result<HashMap<ContactId, Contact>> {
    ids.sort_unstable();
    ids.dedup();
    let mut found = live(conn, &ids)?;
    // A survivor was merged into nobody.
    let survivors: Vec<ContactId> = found.values().filter_map(|row| row.merged_into).collect();
    found.extend(live(conn, &survivors)?);
    let merged: Vec<(ContactId, ContactId)> =
        found.values().filter_map(|row| Some((row.id, row.merged_into?))).collect();
    for (member, survivor) in merged {
        match found.get(&survivor).cloned() {
            Some(survivor) => drop(found.insert(member, survivor)),
            None => drop(found.remove(&member)),
        }
    }
    Ok(found)
}

fn live(conn: &mut Connection, ids: &[ContactId]) -> Result<HashMap<ContactId, Contact>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = contacts::table.filter(contacts::id.eq_any(ids)).filter(contacts::deleted_at.is_null());
    Ok(rows.select(Contact::as_select()).load(conn)?.into_iter().map(|row: Contact| (row.id, row)).collect())
}

/// The row as it is: merged, deleted, seen or not.
pub(super) fn raw(conn: &mut Connection, id: ContactId) -> Result<Contact> {
    Ok(contacts::table.find(id).select(Contact::as_select()).first(conn)?)
}

/// Makes sure the caller may see the contact: cheaper than [`find`].
///
/// # Errors
/// Not found where it is absent, deleted or out of the caller's sight.
pub fn visible(conn: &mut Connection, by: &Principal, id: ContactId) -> Result<Brief> {
    let live = contacts::table.find(id).filter(contacts::deleted_at.is_null());
    // Asked for so often that the text of the query is not made again each time.
    let brief: Brief = on!(conn, c => live.select(Brief::as_select()).first(c))?;
    by.scope.check(brief.owner_id)?;
    Ok(brief)
}

/// Who looks after each of these contacts; those that are absent or deleted are left out.
///
/// # Errors
/// The database is away.
pub fn owners(conn: &mut Connection, ids: &[ContactId]) -> Result<HashMap<ContactId, Option<UserId>>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let live =
        contacts::table.filter(listed::contacts(ids.iter().map(|id| &id.0))).filter(contacts::deleted_at.is_null());
    Ok(live.select((contacts::id, contacts::owner_id)).load(conn)?.into_iter().collect())
}

/// Makes a contact.
///
/// # Errors
/// Every bad reference or custom field; [`Code::IdentityTaken`](crate::error::Code::IdentityTaken); a transient error
/// where a concurrent request took one of its identities.
pub fn insert(conn: &mut Connection, by: &Principal, new: NewContact) -> Result<Contact> {
    let contact = prepare(conn, new)?;
    let wanted = contact.identities();
    identity::check_free(conn, by, None, &wanted)?;
    let wanted: Vec<_> = wanted.into_iter().map(|(_, identity)| identity).collect();
    write_new(conn, by, &contact, &wanted, Link::stated(contact.created_at))?;
    Ok(contact)
}

/// Makes a contact of identities that an event brought and nobody has.
///
/// # Errors
/// As for [`insert`].
pub(super) fn insert_found(
    conn: &mut Connection,
    by: &Principal,
    new: NewContact,
    identities: &[Identity],
    link: Link,
    anonymous: bool,
) -> Result<Contact> {
    let contact = Contact { anonymous, ..prepare(conn, new)? };
    write_new(conn, by, &contact, identities, link)?;
    Ok(contact)
}

fn prepare(conn: &mut Connection, new: NewContact) -> Result<Contact> {
    let mut contact = Contact::blank(Instant::now());
    contact.apply(&new.fields);
    let company = check_references(conn, &new.fields)?;
    let mode = if new.partial { Mode::Partial } else { Mode::Create };
    let custom = new.fields.custom.flatten().unwrap_or_default();
    contact.custom.0 = fields::check(conn, Entity::Contact, &custom, mode)?;
    check_named(&contact)?;
    contact.index(company.as_deref());
    Ok(contact)
}

fn write_new(
    conn: &mut Connection,
    by: &Principal,
    contact: &Contact,
    identities: &[Identity],
    link: Link,
) -> Result<()> {
    diesel::insert_into(contacts::table).values(contact).execute(conn)?;
    identity::attach(conn, contact.id, identities, link)?;
    attach_tags(conn, contact.id, &contact.tags.0)?;
    audit::record(conn, by, "create", subject(contact.id), None::<&Contact>, Some(contact))
}

/// Changes a contact; where nothing differs nothing is written.
///
/// # Errors
/// As for [`insert`]; not found; [`Code::PreconditionFailed`](crate::error::Code::PreconditionFailed).
pub fn update(
    conn: &mut Connection,
    by: &Principal,
    id: ContactId,
    expected: Option<Version>,
    change: &ContactChange,
) -> Result<Contact> {
    let before = find(conn, by, id)?;
    check_version(expected, before.version)?;
    let mut after = before.clone();
    after.apply(change);
    check_references(conn, change)?;
    match &change.custom {
        None => {}
        Some(Some(custom)) => {
            let custom = fields::check(conn, Entity::Contact, custom, Mode::Change)?;
            after.custom.0 = fields::merge(&before.custom.0, custom);
        }
        Some(None) => after.custom.0 = fields::check(conn, Entity::Contact, &Map::new(), Mode::Create)?,
    }
    check_named(&after)?;
    after.anonymous = before.anonymous && before.display_name == after.display_name && after.identities().is_empty();
    save(conn, by, &before, after)
}

/// Adds identities nobody has to a contact; where it was merged, its survivor shows them too.
pub(super) fn learn(conn: &mut Connection, by: &Principal, id: ContactId, new: &[Identity], link: Link) -> Result<()> {
    identity::attach(conn, id, new, link)?;
    let member = raw(conn, id)?;
    let survivor = member.merged_into.map(|survivor| raw(conn, survivor)).transpose()?;
    for before in std::iter::once(member).chain(survivor) {
        let mut after = before.clone();
        if before.anonymous && new.iter().any(|one| one.kind != IdentityKind::Anonymous) {
            after.anonymous = false;
            after.display_name = String::new();
        }
        super::recognise::add(&mut after, new);
        if before.anonymous != after.anonymous || before.display_name == before.computed_name() {
            after.display_name =
                Some(after.computed_name()).filter(|name| !name.is_empty()).unwrap_or(before.display_name.clone());
        }
        save_row(conn, by, &before, after)?;
    }
    Ok(())
}

/// Writes a changed contact with its indexes, and puts the change on the timeline and the trail.
pub(super) fn save(conn: &mut Connection, by: &Principal, before: &Contact, after: Contact) -> Result<Contact> {
    move_identities(conn, by, before, &after)?;
    let after = save_row(conn, by, before, after)?;
    if after.members > 0 && after.owner_id != before.owner_id {
        share_owner(conn, &after)?;
    }
    Ok(after)
}

fn save_row(conn: &mut Connection, by: &Principal, before: &Contact, mut after: Contact) -> Result<Contact> {
    let difference = audit::difference(before, &after)?;
    if difference.is_empty() {
        return Ok(after);
    }
    let company = company_name(conn, after.company_id)?;
    after.index(company.as_deref());
    after.version = before.version + 1;
    after.updated_at = Instant::now();
    move_tags(conn, after.id, &before.tags.0, &after.tags.0)?;
    overwrite(conn, before.version, &after)?;
    audit::record(conn, by, "update", subject(after.id), Some(before), Some(&after))?;
    note(conn, by, &after, difference)?;
    Ok(after)
}

/// Shows the survivor's owner on all that is merged into it.
pub(super) fn share_owner(conn: &mut Connection, survivor: &Contact) -> Result<()> {
    diesel::update(contacts::table.filter(contacts::merged_into.eq(survivor.id)))
        .set(contacts::owner_id.eq(survivor.owner_id))
        .execute(conn)?;
    Ok(())
}

/// Writes the row, unless somebody else has done so since it was read: then the whole work is run again.
pub(super) fn overwrite(conn: &mut Connection, read: Version, after: &Contact) -> Result<()> {
    let unchanged = contacts::table.find(after.id).filter(contacts::version.eq(read));
    if diesel::update(unchanged).set(after).execute(conn)? == 0 {
        return Err(Error { transient: true, ..Error::unavailable("a concurrent request changed the contact") });
    }
    Ok(())
}

/// Puts the change on the client's line: a new owner and consents apart from the rest.
fn note(conn: &mut Connection, by: &Principal, contact: &Contact, mut changes: Map<String, Value>) -> Result<()> {
    if let Some(owner) = changes.shift_remove("owner_id") {
        let properties = Map::from_iter([("owner_id".to_owned(), owner)]);
        record(conn, by, contact, "contact.owner_changed", Some(properties))?;
    }
    if let Some(consents) = changes.shift_remove("consents") {
        let properties = Map::from_iter([("consents".to_owned(), consents)]);
        record(conn, by, contact, "contact.consent_changed", Some(properties))?;
    }
    if !changes.is_empty() {
        record(conn, by, contact, "contact.updated", Some(changes))?;
    }
    Ok(())
}

/// Puts an entry about the contact itself on its line.
pub(super) fn record(
    conn: &mut Connection,
    by: &Principal,
    contact: &Contact,
    kind: &str,
    properties: Option<Map<String, Value>>,
) -> Result<()> {
    let entry = NewEntry {
        id: EntryId::new(),
        contact_id: contact.id,
        occurred_at: contact.updated_at,
        entry_type: EntryType::Change,
        lead_id: None,
        kind: kind.to_owned(),
        subject: None,
        properties: properties.map(Value::Object),
    };
    timeline::record(conn, by, entry)
}

fn move_identities(conn: &mut Connection, by: &Principal, before: &Contact, after: &Contact) -> Result<()> {
    let (old, new) = (before.identities(), after.identities());
    let lost: Vec<_> = lacking(&old, &new).map(|(_, identity)| identity.clone()).collect();
    let gained: Vec<_> = lacking(&new, &old).cloned().collect();
    identity::check_free(conn, by, Some(after.id), &gained)?;
    identity::detach(conn, after.id, &lost)?;
    if after.members > 0 && !lost.is_empty() {
        forget(conn, after.id, &lost)?;
    }
    let gained: Vec<_> = gained.into_iter().map(|(_, identity)| identity).collect();
    identity::attach(conn, after.id, &gained, Link::stated(after.updated_at))
}

/// Takes identities that were removed from a survivor from those merged into it, too.
fn forget(conn: &mut Connection, survivor: ContactId, lost: &[Identity]) -> Result<()> {
    let members = contacts::table.filter(contacts::merged_into.eq(survivor));
    let members: Vec<Contact> = members.select(Contact::as_select()).load(conn)?;
    for before in members {
        let gone = |kind, value: &String| lost.iter().any(|one| one.kind == kind && one.value == *value);
        let mut after = Contact { version: before.version + 1, ..before.clone() };
        after.emails.0.retain(|email| !gone(IdentityKind::Email, &email.address));
        after.phones.0.retain(|phone| !gone(IdentityKind::Phone, &phone.number));
        after.external_ids.0.retain(|external| {
            !lost.iter().any(|one| {
                one.kind == IdentityKind::External && one.source == external.source && one.value == external.id
            })
        });
        identity::detach(conn, before.id, lost)?;
        overwrite(conn, before.version, &after)?;
    }
    Ok(())
}

/// Those of `all` that are not among `known`.
fn lacking<'a>(
    all: &'a [(String, Identity)],
    known: &'a [(String, Identity)],
) -> impl Iterator<Item = &'a (String, Identity)> {
    all.iter().filter(|(_, identity)| !known.iter().any(|(_, other)| other == identity))
}

fn attach_tags(conn: &mut Connection, id: ContactId, tags: &[String]) -> Result<()> {
    for tag in tags {
        let row = (contact_tags::contact_id.eq(id), contact_tags::tag.eq(tag));
        Both(diesel::insert_into(contact_tags::table).values(row).on_conflict_do_nothing()).execute(conn)?;
    }
    Ok(())
}

pub(super) fn move_tags(conn: &mut Connection, id: ContactId, old: &[String], new: &[String]) -> Result<()> {
    for tag in old.iter().filter(|tag| !new.contains(tag)) {
        diesel::delete(contact_tags::table.find((id, tag))).execute(conn)?;
    }
    let gained: Vec<_> = new.iter().filter(|tag| !old.contains(tag)).cloned().collect();
    attach_tags(conn, id, &gained)
}

pub(super) fn check_named(contact: &Contact) -> Result<()> {
    if contact.display_name.is_empty() {
        let message = "give a name, an e-mail address, a phone number or an external id";
        return Err(Error::field("display_name", "required", message));
    }
    Ok(())
}

/// Checks the owner and the company that a change names; returns the company's name.
fn check_references(conn: &mut Connection, change: &ContactChange) -> Result<Option<String>> {
    if let Some(Some(owner)) = change.owner_id {
        owners::check(conn, "owner_id", owner)?;
    }
    let Some(Some(company)) = change.company_id else { return Ok(None) };
    match companies::name_of(conn, company)? {
        Some(name) => Ok(Some(name)),
        None => Err(Error::field("company_id", "unknown", "there is no such company")),
    }
}

fn company_name(conn: &mut Connection, company: Option<CompanyId>) -> Result<Option<String>> {
    company.map_or(Ok(None), |company| companies::name_of(conn, company))
}
