//! The work in the background: contacts that have changed, in the order of their changes, a few in one write.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::score::{WORTH_A_LOOK, evidence};
use super::{Evidence, Reason, keys, put};
use crate::contacts::{Contact, ContactId};
use crate::db::schema::{contacts, duplicate_keys, duplicates};
use crate::db::types::{Guid, Instant, Json};
use crate::db::{Connection, Db, settings};
use crate::error::Result;

/// Where the work stands, among the settings.
const SETTING: &str = "duplicates_cursor";
/// Contacts looked at in one write.
const CHUNK: i64 = 50;
/// A key that more contacts than this share says nothing.
const COMMON: i64 = 50;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Cursor {
    at: Instant,
    id: ContactId,
}

/// After a step it rests for so many times as long as the step took: others who write come first.
const REST: u32 = 4;

/// Looks at changed contacts for ever: again and again while there are any, else every few seconds.
pub async fn run(db: Db) {
    // A change becomes visible a moment after its time was taken.
    let settled = TimeDelta::seconds(15);
    loop {
        let begun = tokio::time::Instant::now();
        let wait = match db.write(move |conn| step(conn, Instant::now().plus(-settled))).await {
            Ok(0) => Duration::from_secs(10),
            Ok(_) => (begun.elapsed() * REST).max(Duration::from_millis(50)),
            Err(error) => {
                tracing::warn!(%error, cause = error.cause.as_deref(), "looking for duplicates failed");
                Duration::from_secs(60)
            }
        };
        tokio::time::sleep(wait).await;
    }
}

/// Looks at the next contacts changed before `until`; returns how many there were.
///
/// # Errors
/// The database is away.
pub fn step(conn: &mut Connection, until: Instant) -> Result<usize> {
    let start = Cursor { at: Instant::MIN, id: ContactId(Guid(uuid::Uuid::nil())) };
    let after = settings::get(conn, SETTING)?.unwrap_or(start);
    let later = contacts::updated_at.gt(after.at).or(contacts::updated_at.eq(after.at).and(contacts::id.gt(after.id)));
    let changed: Vec<Contact> = contacts::table
        .filter(contacts::updated_at.ge(after.at).and(contacts::updated_at.lt(until)).and(later))
        .order((contacts::updated_at, contacts::id))
        .limit(CHUNK)
        .select(Contact::as_select())
        .load(conn)?;
    for contact in &changed {
        look_at(conn, contact)?;
    }
    if let Some(last) = changed.last() {
        settings::put(conn, SETTING, Cursor { at: last.updated_at, id: last.id })?;
    }
    Ok(changed.len())
}

fn look_at(conn: &mut Connection, contact: &Contact) -> Result<()> {
    let keys = index(conn, contact)?;
    let mut candidates = BTreeSet::new();
    for key in &keys {
        let sharing = duplicate_keys::table.filter(duplicate_keys::key.eq(key)).select(duplicate_keys::contact_id);
        let sharing: Vec<ContactId> = sharing.limit(COMMON + 1).load(conn)?;
        if i64::try_from(sharing.len()).is_ok_and(|count| count <= COMMON) {
            candidates.extend(sharing.into_iter().filter(|id| *id != contact.id));
        }
    }
    let rows: Vec<Contact> = contacts::table
        .filter(contacts::id.eq_any(&candidates).and(contacts::deleted_at.is_null()))
        .filter(contacts::merged_into.is_null())
        .select(Contact::as_select())
        .load(conn)?;
    let mut worthy = BTreeSet::new();
    for other in &rows {
        let found = evidence(contact, other);
        if super::total(&found) >= WORTH_A_LOOK {
            worthy.insert(other.id);
            put(conn, contact.id, other.id, found)?;
        }
    }
    drop_unworthy(conn, contact, &worthy)
}

/// Brings a contact's keys up to date.
fn index(conn: &mut Connection, contact: &Contact) -> Result<BTreeSet<String>> {
    let keys = keys::of(contact);
    let own = duplicate_keys::table.filter(duplicate_keys::contact_id.eq(contact.id));
    let old: Vec<String> = own.select(duplicate_keys::key).load(conn)?;
    for key in old.iter().filter(|key| !keys.contains(*key)) {
        diesel::delete(duplicate_keys::table.find((contact.id, key))).execute(conn)?;
    }
    for key in keys.iter().filter(|key| !old.contains(*key)) {
        let row = (duplicate_keys::contact_id.eq(contact.id), duplicate_keys::key.eq(key));
        diesel::insert_into(duplicate_keys::table).values(row).execute(conn)?;
    }
    Ok(keys)
}

type Pair = (super::DuplicateId, ContactId, ContactId, Json<Vec<Evidence>>);

/// Pairs that looked alike before the change and no longer do, unless an event had suggested them.
fn drop_unworthy(conn: &mut Connection, contact: &Contact, worthy: &BTreeSet<ContactId>) -> Result<()> {
    if contact.merged_into.is_some() || contact.deleted_at.is_some() {
        return Ok(());
    }
    let open: Vec<Pair> = duplicates::table
        .filter(duplicates::first_id.eq(contact.id).or(duplicates::second_id.eq(contact.id)))
        .filter(duplicates::closed_at.is_null())
        .select((duplicates::id, duplicates::first_id, duplicates::second_id, duplicates::reasons))
        .load(conn)?;
    for (id, first, second, Json(reasons)) in open {
        let other = if first == contact.id { second } else { first };
        let suggested = reasons.iter().any(|one| one.reason == Reason::SharedIdentity);
        if !worthy.contains(&other) && !suggested {
            diesel::delete(duplicates::table.find(id)).execute(conn)?;
        }
    }
    Ok(())
}
