//! Messages onto timelines: who is ours, who is a client, which conversation it is, and nothing twice.

use std::collections::HashSet;

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::email::{Mail, Party};
use super::settings;
use super::who::{Clues, People};
use crate::accounts::{Principal, owners};
use crate::contacts::ContactId;
use crate::contacts::identity::{Identity, IdentityKind};
use crate::db::schema::email_messages as messages;
use crate::db::types::{Instant, Json};
use crate::db::{Both, Connection};
use crate::error::{Error, Result};
use crate::interactions::{self, Channel, Direction, Interaction};

/// The source of entries made from messages: one for all keys, since a message id is the same everywhere.
pub const SOURCE: &str = "email";

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Delivered {
    /// Always true: the message was taken.
    pub success: bool,
    /// On how many clients' lines it stands now that did not have it.
    pub accepted: usize,
    /// On how many it stood before.
    pub duplicates: usize,
    /// The conversation it belongs to: the id of its first message.
    pub thread_id: String,
}

/// Puts a message on the line of each known client who wrote or got it.
///
/// # Errors
/// The database is away; a transient error where a concurrent request delivers the same.
pub fn deliver(conn: &mut Connection, by: &Principal, mail: &Mail) -> Result<Delivered> {
    let settings = settings::load(conn)?;
    let everybody: Vec<&Party> = std::iter::once(&mail.from).chain(&mail.to).chain(&mail.cc).collect();
    let addresses: Vec<&str> = everybody.iter().map(|party| party.address.as_str()).collect();
    let mut ours: HashSet<String> = owners::addresses(conn, &addresses)?.into_iter().collect();
    let domain = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.to_owned());
    ours.extend(addresses.iter().filter_map(|address| {
        let domain = domain(address)?;
        settings.our_domains.contains(&domain).then(|| (*address).to_owned())
    }));
    let is_outbound = ours.contains(&mail.from.address);
    let thread_id = thread(conn, mail)?;
    let mut delivered = Delivered { success: true, accepted: 0, duplicates: 0, thread_id };
    let clients: Vec<&Party> = everybody.into_iter().filter(|party| !ours.contains(&party.address)).collect();
    let mut rows: Vec<Interaction> = Vec::new();
    for (contact, address) in recognised(conn, by, mail, &clients, settings.email_creates_contacts)? {
        let source_id = format!("{} {address}", mail.message_id);
        if interactions::store::by_source(conn, SOURCE, &[&source_id])?.is_empty() {
            rows.push(entry(by, mail, contact, is_outbound, &delivered.thread_id, source_id)?);
            delivered.accepted += 1;
        } else {
            delivered.duplicates += 1;
        }
    }
    interactions::store::insert(conn, &mut rows)?;
    Ok(delivered)
}

/// The clients among these people, each once, with the address they are known by here.
fn recognised(
    conn: &mut Connection,
    by: &Principal,
    mail: &Mail,
    people: &[&Party],
    creates: bool,
) -> Result<Vec<(ContactId, String)>> {
    let clues: Vec<Clues> = people.iter().map(|party| clues(party)).collect();
    let mut known = People::of(conn, SOURCE, clues.iter())?;
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for (party, clues) in people.iter().zip(&clues) {
        let is_new_sender = creates && party.address == mail.from.address;
        let contact = match known.holder(clues) {
            None if is_new_sender => Some(known.find(conn, by, clues, mail.occurred_at, Some(&mail.message_id))?),
            holder => holder,
        };
        if let Some(contact) = contact
            && seen.insert(contact)
        {
            found.push((contact, party.address.clone()));
        }
    }
    Ok(found)
}

fn clues(party: &Party) -> Clues {
    let identity = Identity { kind: IdentityKind::Email, source: String::new(), value: party.address.clone() };
    Clues { identities: vec![identity], name: party.name.clone() }
}

fn entry(
    by: &Principal,
    mail: &Mail,
    contact: ContactId,
    is_outbound: bool,
    thread_id: &str,
    source_id: String,
) -> Result<Interaction> {
    let mut row = Interaction::blank(by, contact, Channel::Email, mail.occurred_at);
    row.direction = Some(if is_outbound { Direction::Outbound } else { Direction::Inbound });
    row.kind = Some("email".to_owned());
    row.subject.clone_from(&mail.subject);
    row.body = (!mail.text.is_empty()).then(|| mail.text.clone());
    row.source = Some(SOURCE.to_owned());
    row.source_id = Some(source_id);
    let raw = serde_json::value::to_raw_value(&mail.properties(thread_id)).map_err(Error::internal)?;
    row.properties = Some(Json(raw));
    Ok(row)
}

/// The conversation: that of any message this one answers, else the first it names.
fn thread(conn: &mut Connection, mail: &Mail) -> Result<String> {
    let mut ids: Vec<&str> = mail.references.iter().map(String::as_str).collect();
    ids.push(&mail.message_id);
    let known: Vec<(String, String)> = messages::table
        .filter(messages::message_id.eq_any(&ids))
        .select((messages::message_id, messages::thread_id))
        .load(conn)?;
    let of = |id: &str| known.iter().find(|(known, _)| known == id).map(|(_, thread)| thread.clone());
    let thread = of(&mail.message_id).or_else(|| mail.references.iter().find_map(|id| of(id)));
    let thread = thread.unwrap_or_else(|| mail.root().to_owned());
    let row = (
        messages::message_id.eq(&mail.message_id),
        messages::thread_id.eq(&thread),
        messages::received_at.eq(Instant::now()),
    );
    Both(diesel::insert_into(messages::table).values(row).on_conflict_do_nothing()).execute(conn)?;
    Ok(thread)
}
