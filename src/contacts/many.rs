//! Many new contacts in few statements.

use diesel::prelude::*;

use super::ContactId;
use super::identity::{Identity, IdentityKind, LinkCause};
use super::model::Contact;
use super::store::subject;
use crate::accounts::{Principal, audit};
use crate::db::Connection;
use crate::db::schema::{contact_tags, contacts, identities};
use crate::db::types::Instant;
use crate::error::{Code, Error, Result};
use crate::insert_all;

#[derive(Insertable)]
#[diesel(table_name = identities, treat_none_as_default_value = false)]
struct Linked {
    contact_id: ContactId,
    kind: IdentityKind,
    source: String,
    value: String,
    created_at: Instant,
    cause: LinkCause,
    confidence: i32,
    first_seen: Instant,
    last_seen: Instant,
}

#[derive(Insertable)]
#[diesel(table_name = contact_tags, treat_none_as_default_value = false)]
struct Tagged {
    contact_id: ContactId,
    tag: String,
}

/// Writes contacts that are complete, whose identities nobody has.
///
/// # Errors
/// A transient error where another request took an identity in between: the next run will see it.
pub fn insert(conn: &mut Connection, by: &Principal, new: &[Contact]) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    // What is only reckoned is done beside the writing, for which all others wait.
    let noted = std::thread::scope(|scope| {
        let noted = scope.spawn(|| audit::Created::of(by, new.iter().map(|contact| (subject(contact.id), contact))));
        write(conn, new).map_err(lost)?;
        noted.join().unwrap_or_else(|_| Err(Error::internal("a record's note panicked")))
    })?;
    noted.write(conn)
}

fn write(conn: &mut Connection, new: &[Contact]) -> QueryResult<()> {
    insert_all!(@lengths conn, contacts::table, new: Contact, 512, 64, 8, 1)?;
    let linked: Vec<Linked> =
        new.iter().flat_map(|contact| contact.identities().into_iter().map(|(_, one)| linked(contact, one))).collect();
    insert_all!(conn, identities::table, linked: Linked)?;
    let tags_of = |contact: &Contact| {
        let id = contact.id;
        contact.tags.0.clone().into_iter().map(move |tag| Tagged { contact_id: id, tag })
    };
    let tags: Vec<Tagged> = new.iter().flat_map(tags_of).collect();
    insert_all!(conn, contact_tags::table, tags: Tagged)
}

fn linked(contact: &Contact, Identity { kind, source, value }: Identity) -> Linked {
    let now = contact.created_at;
    Linked {
        contact_id: contact.id,
        kind,
        source,
        value,
        created_at: now,
        cause: LinkCause::Stated,
        confidence: 100,
        first_seen: now,
        last_seen: now,
    }
}

fn lost(error: diesel::result::Error) -> Error {
    match Error::from(error) {
        lost if lost.code == Code::AlreadyExists => {
            Error { transient: true, ..Error::unavailable("a concurrent request took the same identity") }
        }
        other => other,
    }
}
