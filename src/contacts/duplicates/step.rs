//! The work in the background: contacts that have changed, in the order of their changes, a few at a time. Looking and
//! comparing is reading; the writer, for whom others wait, only keeps what was found.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::score::{WORTH_A_LOOK, evidence};
use super::{DuplicateId, Evidence, Reason, keys, put};
use crate::contacts::{Contact, ContactId};
use crate::db::schema::{contacts, duplicate_keys, duplicates};
use crate::db::types::{Guid, Instant, Json};
use crate::db::{Both, Connection, Db, settings};
use crate::error::Result;

/// Where the work stands, among the settings.
const SETTING: &str = "duplicates_cursor";
/// Contacts looked at in one step.
const CHUNK: i64 = 50;
/// A key that more contacts than this share says nothing.
const COMMON: i64 = 50;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Cursor {
    at: Instant,
    id: ContactId,
}

/// After a step it rests for so many times as long as the step took, and longer while others wait for the database.
const REST: u32 = 4;
const LONG_REST: u32 = 20;

/// Looks at changed contacts for ever: again and again while there are any, else every few seconds.
pub async fn run(db: Db) {
    // A change becomes visible a moment after its time was taken.
    let settled = TimeDelta::seconds(15);
    loop {
        let begun = tokio::time::Instant::now();
        let wait = match step(&db, Instant::now().plus(-settled)).await {
            Ok(0) => Duration::from_secs(10),
            Ok(_) => {
                let load = db.load();
                let rest = if load.reads + load.writes == 0 { REST } else { LONG_REST };
                (begun.elapsed() * rest).max(Duration::from_millis(50))
            }
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
pub async fn step(db: &Db, until: Instant) -> Result<usize> {
    let (changed, renewed) = db
        .read(move |conn| {
            let changed = changed(conn, until)?;
            let renewed = renewed_keys(conn, &changed)?;
            Ok((Arc::new(changed), renewed))
        })
        .await?;
    let Some(last) = changed.last() else { return Ok(0) };
    let cursor = Cursor { at: last.updated_at, id: last.id };
    if !renewed.is_empty() {
        db.write(move |conn| renewed.iter().try_for_each(|keys| keys.write(conn))).await?;
    }
    let those = changed.clone();
    let found = db.read(move |conn| those.iter().map(|contact| look_at(conn, contact)).collect::<Result<Vec<_>>>());
    let found = found.await?;
    db.write(move |conn| {
        keep(conn, &found)?;
        settings::put(conn, SETTING, cursor)
    })
    .await?;
    Ok(changed.len())
}

fn changed(conn: &mut Connection, until: Instant) -> Result<Vec<Contact>> {
    let start = Cursor { at: Instant::MIN, id: ContactId(Guid(uuid::Uuid::nil())) };
    let after = settings::get(conn, SETTING)?.unwrap_or(start);
    let later = contacts::updated_at.gt(after.at).or(contacts::updated_at.eq(after.at).and(contacts::id.gt(after.id)));
    let changed = contacts::table
        .filter(contacts::updated_at.ge(after.at).and(contacts::updated_at.lt(until)).and(later))
        .order((contacts::updated_at, contacts::id))
        .limit(CHUNK);
    Ok(changed.select(Contact::as_select()).load(conn)?)
}

/// A contact's keys that have changed.
struct Renewed {
    contact: ContactId,
    gone: Vec<String>,
    new: Vec<String>,
}

fn renewed_keys(conn: &mut Connection, changed: &[Contact]) -> Result<Vec<Renewed>> {
    let ids: Vec<ContactId> = changed.iter().map(|contact| contact.id).collect();
    let mut old: HashMap<ContactId, Vec<String>> = HashMap::new();
    let rows = duplicate_keys::table.filter(duplicate_keys::contact_id.eq_any(&ids));
    for (contact, key) in rows.select((duplicate_keys::contact_id, duplicate_keys::key)).load(conn)? {
        old.entry(contact).or_default().push(key);
    }
    let renewed = changed.iter().map(|contact| {
        let (old, keys) = (old.remove(&contact.id).unwrap_or_default(), keys::of(contact));
        let new = keys.iter().filter(|key| !old.contains(key)).cloned().collect();
        let gone = old.into_iter().filter(|key| !keys.contains(key)).collect();
        Renewed { contact: contact.id, gone, new }
    });
    Ok(renewed.filter(|keys| !keys.gone.is_empty() || !keys.new.is_empty()).collect())
}

impl Renewed {
    fn write(&self, conn: &mut Connection) -> Result<()> {
        // An erased contact has none.
        if contacts::table.find(self.contact).select(contacts::id).first::<ContactId>(conn).optional()?.is_none() {
            return Ok(());
        }
        for key in &self.gone {
            diesel::delete(duplicate_keys::table.find((self.contact, key))).execute(conn)?;
        }
        for key in &self.new {
            let row = (duplicate_keys::contact_id.eq(self.contact), duplicate_keys::key.eq(key));
            Both(diesel::insert_into(duplicate_keys::table).values(row).on_conflict_do_nothing()).execute(conn)?;
        }
        Ok(())
    }
}

/// What came of looking at a contact.
struct Found {
    contact: Seen,
    alike: Vec<(Seen, Vec<Evidence>)>,
    /// Pairs that no longer look alike, as they were.
    unlike: Vec<(DuplicateId, Instant)>,
}

/// A contact as it was when it was looked at.
type Seen = (ContactId, Instant);

fn look_at(conn: &mut Connection, contact: &Contact) -> Result<Found> {
    let mut candidates = BTreeSet::new();
    for key in keys::of(contact) {
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
    let compared = rows.iter().map(|other| ((other.id, other.updated_at), evidence(contact, other)));
    let alike: Vec<_> = compared.filter(|(_, found)| super::total(found) >= WORTH_A_LOOK).collect();
    let unlike = unlike(conn, contact, &alike.iter().map(|((other, _), _)| *other).collect())?;
    Ok(Found { contact: (contact.id, contact.updated_at), alike, unlike })
}

type Pair = (DuplicateId, ContactId, ContactId, Json<Vec<Evidence>>, Instant);

/// Pairs that looked alike before the change and no longer do, unless an event had suggested them.
fn unlike(
    conn: &mut Connection,
    contact: &Contact,
    alike: &BTreeSet<ContactId>,
) -> Result<Vec<(DuplicateId, Instant)>> {
    if contact.merged_into.is_some() || contact.deleted_at.is_some() {
        return Ok(Vec::new());
    }
    let open: Vec<Pair> = duplicates::table
        .filter(duplicates::first_id.eq(contact.id).or(duplicates::second_id.eq(contact.id)))
        .filter(duplicates::closed_at.is_null())
        .select((
            duplicates::id,
            duplicates::first_id,
            duplicates::second_id,
            duplicates::reasons,
            duplicates::updated_at,
        ))
        .load(conn)?;
    let no_longer = open.into_iter().filter_map(|(id, first, second, Json(reasons), at)| {
        let other = if first == contact.id { second } else { first };
        let suggested = reasons.iter().any(|one| one.reason == Reason::SharedIdentity);
        (!alike.contains(&other) && !suggested).then_some((id, at))
    });
    Ok(no_longer.collect())
}

/// Keeps what was found, save about contacts that have changed since: they are looked at again.
fn keep(conn: &mut Connection, found: &[Found]) -> Result<()> {
    let seen = found.iter().flat_map(|one| one.alike.iter().map(|(other, _)| other.0).chain([one.contact.0]));
    let ids: BTreeSet<ContactId> = seen.collect();
    let now = contacts::table.filter(contacts::id.eq_any(&ids)).select((contacts::id, contacts::updated_at));
    let now: HashMap<ContactId, Instant> = now.load(conn)?.into_iter().collect();
    let still = |(id, at): &Seen| now.get(id) == Some(at);
    for Found { contact, alike, unlike } in found.iter().filter(|found| still(&found.contact)) {
        for (other, evidence) in alike.iter().filter(|(other, _)| still(other)) {
            put(conn, contact.0, other.0, evidence.clone())?;
        }
        for (pair, at) in unlike {
            let same = duplicates::table.find(pair).filter(duplicates::updated_at.eq(at));
            diesel::delete(same.filter(duplicates::closed_at.is_null())).execute(conn)?;
        }
    }
    Ok(())
}
