//! Erasing a person for good, on their request. The one place that knows every table a person's data can be in: it
//! empties their texts and keeps the rows, so that counts, funnels and revenue stay what they were.
//!
//! Left standing: times, channels, amounts, stages, owners, sources and campaigns. A backup made before still holds the
//! person, as do the database's own unused pages until it reuses them.

use diesel::prelude::*;
use serde_json::{Map, Value};

use super::ContactId;
use super::merge::{Kept, Own};
use super::model::Contact;
use super::store::{overwrite, subject};
use super::{bin, cluster, store};
use crate::accounts::{Principal, audit};
use crate::db::Connection;
use crate::db::dialect::{answer_mentions, event_mentions, row_mentions};
use crate::db::schema::{
    contact_tags, contact_traits, contacts, duplicate_keys, duplicates, idempotency_keys, identities, identity_events,
    import_changes, import_errors, imports, ingest_refused, leads, merges, stage_intervals, tasks, timeline_entries,
};
use crate::db::types::{Instant, Json};
use crate::error::Result;
use crate::imports::ImportId;
use crate::imports::propose::Proposal;
use crate::imports::store::Status;

/// What stands where a text may not be absent.
pub const ERASED: &str = "(erased)";

/// Erases the person behind a contact, which may be in the bin.
///
/// # Errors
/// Not found, also where the person has been erased before.
pub fn erase(conn: &mut Connection, by: &Principal, id: ContactId) -> Result<()> {
    let root = cluster::root_of(conn, id)?;
    bin::find(conn, by, root)?;
    for member in cluster::members_of(conn, root)? {
        erase_one(conn, by, member)?;
    }
    Ok(())
}

fn erase_one(conn: &mut Connection, by: &Principal, id: ContactId) -> Result<()> {
    let before = store::raw(conn, id)?;
    let now = Instant::now();
    let after = Contact {
        id,
        display_name: ERASED.to_owned(),
        owner_id: before.owner_id,
        source: before.source.clone(),
        version: before.version + 1,
        created_at: before.created_at,
        updated_at: now,
        deleted_at: before.deleted_at.or(Some(now)),
        erased_at: Some(now),
        merged_into: before.merged_into,
        members: before.members,
        ..Contact::blank(now)
    };
    overwrite(conn, before.version, &after)?;
    erase_refused(conn, id)?;
    erase_samples(conn)?;
    diesel::delete(identities::table.filter(identities::contact_id.eq(id))).execute(conn)?;
    diesel::delete(contact_tags::table.filter(contact_tags::contact_id.eq(id))).execute(conn)?;
    crate::segments::forget_contact(conn, id)?;
    diesel::delete(contact_traits::table.filter(contact_traits::contact_id.eq(id))).execute(conn)?;
    erase_decisions(conn, id)?;
    erase_history(conn, id)?;
    erase_leads(conn, id)?;
    // What an import changed about the person cannot be taken back any more.
    diesel::update(
        import_changes::table.filter(import_changes::contact_id.eq(id.0).and(import_changes::fields.is_not_null())),
    )
    .set((import_changes::fields.eq(None::<Json<Value>>), import_changes::reason.eq(None::<String>)))
    .execute(conn)?;
    audit::forget_contact(conn, id.0)?;
    crate::sync::webhooks::forget_contact(conn, id)?;
    // An answer kept for retries shows the person's data wherever it names the contact.
    diesel::delete(idempotency_keys::table.filter(answer_mentions(&id.to_string()))).execute(conn)?;
    audit::record(conn, by, "erase", subject(id), None::<&Contact>, None::<&Contact>)
}

/// Events and rows of files that were refused and name the person.
fn erase_refused(conn: &mut Connection, id: ContactId) -> Result<()> {
    let known = identities::table.filter(identities::contact_id.eq(id)).select(identities::value);
    for value in known.load::<String>(conn)? {
        diesel::delete(ingest_refused::table.filter(event_mentions(&value))).execute(conn)?;
        diesel::update(import_errors::table.filter(row_mentions(&value)))
            .set((
                import_errors::record.eq(None::<Json<Vec<String>>>),
                import_errors::params.eq(None::<Json<Value>>),
                import_errors::message.eq(ERASED),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Samples of files that wait to be imported: they may show the person in any spelling, and are but a help.
fn erase_samples(conn: &mut Connection) -> Result<()> {
    let waiting = imports::table.filter(imports::status.eq_any([Status::Draft, Status::Checking]));
    let proposals: Vec<(ImportId, Option<Json<Proposal>>)> =
        waiting.select((imports::id, imports::proposal)).load(conn)?;
    for (id, proposal) in proposals {
        let Some(Json(proposal)) = proposal else { continue };
        diesel::update(imports::table.find(id))
            .set(imports::proposal.eq(Some(Json(proposal.without_samples()))))
            .execute(conn)?;
    }
    Ok(())
}

/// Why identities were whose, what merges changed, whom the person resembled.
fn erase_decisions(conn: &mut Connection, id: ContactId) -> Result<()> {
    let nothing = Json(Map::<String, Value>::new());
    diesel::delete(identity_events::table.filter(identity_events::contact_id.eq(id))).execute(conn)?;
    diesel::update(merges::table.filter(merges::survivor_id.eq(id).or(merges::loser_id.eq(id))))
        .set((
            merges::changes.eq(&nothing),
            merges::choices.eq(&nothing),
            merges::kept.eq(Json(Kept::default())),
            merges::reason.eq(None::<String>),
        ))
        .execute(conn)?;
    diesel::update(contacts::table.find(id)).set(contacts::own.eq(None::<Json<Own>>)).execute(conn)?;
    diesel::delete(duplicate_keys::table.filter(duplicate_keys::contact_id.eq(id))).execute(conn)?;
    diesel::delete(duplicates::table.filter(duplicates::first_id.eq(id).or(duplicates::second_id.eq(id))))
        .execute(conn)?;
    Ok(())
}

fn erase_history(conn: &mut Connection, id: ContactId) -> Result<()> {
    use timeline_entries as entries;
    diesel::update(entries::table.filter(entries::contact_id.eq(id)))
        .set((
            entries::subject.eq(None::<String>),
            entries::body.eq(None::<String>),
            entries::properties.eq(None::<Json<Value>>),
        ))
        .execute(conn)?;
    diesel::update(tasks::table.filter(tasks::contact_id.eq(id)))
        .set((tasks::title.eq(ERASED), tasks::body.eq(None::<String>)))
        .execute(conn)?;
    Ok(())
}

fn erase_leads(conn: &mut Connection, id: ContactId) -> Result<()> {
    diesel::update(leads::table.filter(leads::contact_id.eq(id)))
        .set((leads::title.eq(ERASED), leads::custom.eq(Json(Map::<String, Value>::new())), leads::search_text.eq("")))
        .execute(conn)?;
    diesel::update(stage_intervals::table.filter(stage_intervals::contact_id.eq(id)))
        .set(stage_intervals::reason.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}
