//! Interactions in the database: one row each on the timeline, and the channel totals kept beside them.

use diesel::prelude::*;

use super::replies::kept;
use super::{Draft, Interaction, InteractionId, InteractionPatch, totals};
use crate::accounts::audit::{self, Subject};
use crate::accounts::{Principal, Scope, UserId};
use crate::channels::{self, Arrival};
use crate::contacts::{self, ContactId, Unknown, resolve};
use crate::db::Connection;
use crate::db::schema::{leads, timeline_entries as entries};
use crate::db::types::{Guid, Instant};
use crate::error::{Code, Error, FieldError, Result};
use crate::http::{Version, check_version};
use crate::on;
use crate::pipelines::LeadId;
use crate::pipelines::leads::touches;

/// What became of an interaction that was sent.
#[derive(Debug)]
pub enum Recorded {
    /// It is new.
    Created(Interaction),
    /// Its `(source, source_id)` was there already: nothing changed.
    Existing(Interaction),
}

/// Finds a live interaction of a client and lead that the caller sees.
///
/// # Errors
/// [`Code::NotFound`].
pub fn find(conn: &mut Connection, by: &Principal, id: InteractionId) -> Result<Interaction> {
    let found = load(conn, by, id)?;
    if found.deleted_at.is_some() { Err(Error::not_found()) } else { Ok(found) }
}

fn load(conn: &mut Connection, by: &Principal, id: InteractionId) -> Result<Interaction> {
    let found: Interaction = entries::table
        .filter(entries::id.eq(id))
        .filter(entries::channel.is_not_null())
        .select(Interaction::as_select())
        .first(conn)?;
    contacts::store::visible(conn, by, found.contact_id)?;
    check_lead_seen(conn, by, found.lead_id)?;
    Ok(found)
}

/// Makes what is about a lead that the caller does not see as good as absent.
///
/// # Errors
/// [`Code::NotFound`].
pub fn check_lead_seen(conn: &mut Connection, by: &Principal, lead: Option<LeadId>) -> Result<()> {
    match lead {
        Some(lead) if by.scope != Scope::All => {
            let owner = leads::table.filter(leads::id.eq(lead)).select(leads::owner_id).first(conn)?;
            by.scope.check(owner)
        }
        _ => Ok(()),
    }
}

fn owner_of(conn: &mut Connection, lead: LeadId) -> Result<Option<(ContactId, Option<UserId>)>> {
    let row = leads::table.filter(leads::id.eq(lead)).filter(leads::deleted_at.is_null());
    Ok(row.select((leads::contact_id, leads::owner_id)).first(conn).optional()?)
}

/// Fails unless the lead is this client's and the caller sees it.
///
/// # Errors
/// A bad field `lead_id`.
pub fn check_lead(conn: &mut Connection, by: &Principal, contact: ContactId, lead: Option<LeadId>) -> Result<()> {
    let Some(lead) = lead else { return Ok(()) };
    match owner_of(conn, lead)? {
        Some((of, owner)) if by.scope.sees(owner) && contacts::cluster::are_one(conn, of, contact)? => Ok(()),
        _ => Err(Error::invalid(vec![not_their_lead()])),
    }
}

pub(super) fn not_their_lead() -> FieldError {
    FieldError::new("lead_id", "unknown", "is not a lead of this contact")
}

pub(super) fn not_your_source() -> Error {
    Error::because(Code::AlreadyExists, "An interaction with this source and source_id exists.")
}

/// Records an interaction, once for each `(source, source_id)`.
///
/// # Errors
/// The client or the lead is not known or not seen.
pub fn record(conn: &mut Connection, by: &Principal, draft: &Draft) -> Result<Recorded> {
    if let Some((source, source_id)) = draft.source() {
        let stored: Option<Interaction> = entries::table
            .filter(entries::source.eq(source))
            .filter(entries::source_id.eq(source_id))
            .select(Interaction::as_select())
            .first(conn)
            .optional()?;
        if let Some(stored) = stored {
            contacts::store::visible(conn, by, stored.contact_id).map_err(|_| not_your_source())?;
            return Ok(Recorded::Existing(stored));
        }
    }
    let contact = resolve(conn, by, &draft.client, unknown(draft))?.contact_id;
    check_lead(conn, by, contact, draft.lead_id())?;
    let mut interaction = draft.of(by, contact);
    insert(conn, std::slice::from_mut(&mut interaction))?;
    Ok(Recorded::Created(interaction))
}

pub(super) fn unknown(draft: &Draft) -> Unknown<'_> {
    if draft.create_contact { Unknown::Create { source: draft.origin() } } else { Unknown::Refuse }
}

/// Writes new interactions and counts them, each with its channel group. Statements of a few lengths are prepared once
/// and used again.
///
/// # Errors
/// The database refuses. Where another writer was first with a `(source, source_id)`, another run finds it.
pub fn insert(conn: &mut Connection, rows: &mut [Interaction]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let rules = channels::in_force(conn)?;
    for row in rows.iter_mut() {
        row.channel_group = Arrival::of(row).map(|arrival| rules.group(&arrival).0.to_owned());
    }
    let rows = &*rows;
    let rest = insert_chunks::<64>(conn, rows)?;
    let rest = insert_chunks::<16>(conn, rest)?;
    let rest = insert_chunks::<4>(conn, rest)?;
    for row in rest {
        on!(conn, c => diesel::insert_into(entries::table).values(row).execute(c)).map_err(lost_or_failed)?;
    }
    totals::add(conn, rows)?;
    kept::add(conn, rows)?;
    touches::changed(conn, &rows.iter().collect::<Vec<_>>())
}

fn insert_chunks<'a, const N: usize>(conn: &mut Connection, rows: &'a [Interaction]) -> Result<&'a [Interaction]> {
    let (chunks, rest) = rows.as_chunks::<N>();
    for chunk in chunks {
        on!(conn, c => diesel::insert_into(entries::table).values(chunk).execute(c)).map_err(lost_or_failed)?;
    }
    Ok(rest)
}

fn lost_or_failed(error: diesel::result::Error) -> Error {
    match Error::from(error) {
        lost if lost.code == Code::AlreadyExists => {
            Error { transient: true, ..Error::unavailable("a concurrent request recorded the same interaction") }
        }
        other => other,
    }
}

const fn subject(interaction: &Interaction) -> Subject {
    Subject { entity: "interaction", id: interaction.id.0, contact_id: Some(interaction.contact_id.0) }
}

/// Corrects an interaction.
///
/// # Errors
/// It is not there, was changed meanwhile, or would not hold together.
pub fn update(
    conn: &mut Connection,
    by: &Principal,
    id: InteractionId,
    expected: Option<Version>,
    patch: InteractionPatch,
) -> Result<Interaction> {
    let before = find(conn, by, id)?;
    check_version(expected, before.version)?;
    let mut after = patch.apply(&before, Instant::now())?;
    let rules = channels::in_force(conn)?;
    after.channel_group = Arrival::of(&after).map(|arrival| rules.group(&arrival).0.to_owned());
    if after.lead_id != before.lead_id {
        check_lead(conn, by, after.contact_id, after.lead_id)?;
    }
    diesel::update(entries::table.filter(entries::id.eq(id)))
        .set((
            (
                entries::entry_type.eq(after.entry_type),
                entries::channel.eq(after.channel),
                entries::online.eq(after.online),
                entries::direction.eq(after.direction),
                entries::kind.eq(&after.kind),
                entries::occurred_at.eq(after.occurred_at),
                entries::duration_seconds.eq(after.duration_seconds),
                entries::subject.eq(&after.subject),
                entries::body.eq(&after.body),
            ),
            (
                entries::amount.eq(after.amount),
                entries::currency.eq(&after.currency),
                entries::campaign.eq(&after.campaign),
                entries::channel_group.eq(&after.channel_group),
                entries::lead_id.eq(after.lead_id),
                entries::properties.eq(&after.properties),
                entries::version.eq(after.version),
                entries::updated_at.eq(after.updated_at),
            ),
        ))
        .execute(conn)?;
    let place = |at: &Interaction| (at.channel, at.online, at.occurred_at);
    if place(&before) != place(&after) {
        totals::remove(conn, &before)?;
        totals::add(conn, std::slice::from_ref(&after))?;
    }
    kept::changed(conn, &[&before, &after])?;
    touches::changed(conn, &[&before, &after])?;
    audit::record(conn, by, "update", subject(&before), Some(&before), Some(&after))?;
    Ok(after)
}

/// Takes an interaction off the timeline; it can be restored.
///
/// # Errors
/// It is not there or was changed meanwhile.
pub fn delete(conn: &mut Connection, by: &Principal, id: InteractionId, expected: Option<Version>) -> Result<()> {
    let before = find(conn, by, id)?;
    check_version(expected, before.version)?;
    let after = set_deleted(conn, &before, Some(Instant::now()))?;
    totals::remove(conn, &before)?;
    kept::changed(conn, &[&before])?;
    touches::changed(conn, &[&before])?;
    audit::record(conn, by, "delete", subject(&before), Some(&before), Some(&after))
}

/// Lets go of what identifies a deleted interaction in the system it came from: that may record it again.
///
/// # Errors
/// The database refuses it.
pub fn forget_source(conn: &mut Connection, id: InteractionId) -> Result<()> {
    let deleted = entries::table.filter(entries::id.eq(id)).filter(entries::deleted_at.is_not_null());
    diesel::update(deleted).set(entries::source_id.eq(None::<String>)).execute(conn)?;
    Ok(())
}

/// Puts a deleted interaction back; one that is not deleted stays as it is.
///
/// # Errors
/// It is not there.
pub fn restore(conn: &mut Connection, by: &Principal, id: InteractionId) -> Result<Interaction> {
    let before = load(conn, by, id)?;
    if before.deleted_at.is_none() {
        return Ok(before);
    }
    let after = set_deleted(conn, &before, None)?;
    totals::add(conn, std::slice::from_ref(&after))?;
    kept::changed(conn, &[&after])?;
    touches::changed(conn, &[&after])?;
    audit::record(conn, by, "restore", subject(&before), Some(&before), Some(&after))?;
    Ok(after)
}

fn set_deleted(conn: &mut Connection, before: &Interaction, at: Option<Instant>) -> Result<Interaction> {
    let after =
        Interaction { deleted_at: at, version: before.version + 1, updated_at: Instant::now(), ..before.clone() };
    diesel::update(entries::table.filter(entries::id.eq(after.id)))
        .set((
            entries::deleted_at.eq(after.deleted_at),
            entries::version.eq(after.version),
            entries::updated_at.eq(after.updated_at),
        ))
        .execute(conn)?;
    Ok(after)
}

/// The interactions stored under these ids of one source.
///
/// # Errors
/// The database is away.
pub fn by_source(
    conn: &mut Connection,
    source: &str,
    source_ids: &[&str],
) -> Result<Vec<(String, InteractionId, ContactId)>> {
    let rows: Vec<(Option<String>, InteractionId, ContactId)> = entries::table
        .filter(entries::source.eq(source))
        .filter(entries::source_id.eq_any(source_ids))
        .select((entries::source_id, entries::id, entries::contact_id))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(source_id, id, contact)| Some((source_id?, id, contact))).collect())
}

/// The live leads of these ids that the caller sees, with their clients.
///
/// # Errors
/// The database is away.
pub fn seen_leads(conn: &mut Connection, by: &Principal, ids: &[Guid]) -> Result<Vec<(LeadId, ContactId)>> {
    let rows: Vec<(LeadId, ContactId, Option<UserId>)> = leads::table
        .filter(leads::id.eq_any(ids))
        .filter(leads::deleted_at.is_null())
        .select((leads::id, leads::contact_id, leads::owner_id))
        .load(conn)?;
    let seen = rows.into_iter().filter(|(_, _, owner)| by.scope.sees(*owner));
    Ok(seen.map(|(lead, contact, _)| (lead, contact)).collect())
}
