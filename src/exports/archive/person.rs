//! What an archive says of the person itself.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::companies;
use crate::contacts::identity::{IdentityKind, LinkCause};
use crate::contacts::merge::Merge;
use crate::contacts::{Contact, ContactId};
use crate::db::Connection;
use crate::db::schema::{contact_traits, contacts, identities, merges};
use crate::db::types::{Instant, Json};
use crate::error::{Error, Result};
use crate::exports::request::CardVersion;
use crate::exports::vcard::{self, Card};

type Known = ((ContactId, IdentityKind, String, String), (LinkCause, i32, Instant, Instant, Instant));

/// `contact.json`: the contact, those merged into it, what finds them, and what other systems said of them.
///
/// # Errors
/// The database is away.
pub fn json(conn: &mut Connection, contact: &Contact, members: &[ContactId]) -> Result<Vec<u8>> {
    let merged: Vec<Contact> = contacts::table
        .filter(contacts::merged_into.eq(contact.id))
        .order(contacts::id)
        .select(Contact::as_select())
        .load(conn)?;
    let traits: Vec<(ContactId, Json<Value>, Instant)> = contact_traits::table
        .filter(contact_traits::contact_id.eq_any(members))
        .select((contact_traits::contact_id, contact_traits::traits, contact_traits::updated_at))
        .load(conn)?;
    let traits = traits
        .into_iter()
        .map(|(id, Json(traits), at)| json!({ "contact_id": id, "traits": traits, "updated_at": at }));
    let company = companies::store::names(conn, std::iter::once(contact.company_id))?;
    let all = json!({
        "contact": contact,
        "company": company.values().next(),
        "merged": merged,
        "merges": merges_of(conn, members)?,
        "identities": known(conn, members)?,
        "traits": traits.collect::<Vec<_>>(),
    });
    serde_json::to_vec_pretty(&all).map_err(Error::internal)
}

fn merges_of(conn: &mut Connection, members: &[ContactId]) -> Result<Vec<Merge>> {
    let about = merges::survivor_id.eq_any(members).or(merges::loser_id.eq_any(members));
    Ok(merges::table.filter(about).order(merges::id).select(Merge::as_select()).load(conn)?)
}

fn known(conn: &mut Connection, members: &[ContactId]) -> Result<Vec<Value>> {
    let rows: Vec<Known> = identities::table
        .filter(identities::contact_id.eq_any(members))
        .order((identities::kind, identities::source, identities::value))
        .select((
            (identities::contact_id, identities::kind, identities::source, identities::value),
            (
                identities::cause,
                identities::confidence,
                identities::first_seen,
                identities::last_seen,
                identities::created_at,
            ),
        ))
        .load(conn)?;
    let shown = rows.into_iter().map(|((contact, kind, source, value), (cause, confidence, first, last, linked))| {
        json!({
            "contact_id": contact, "kind": kind, "source": source, "value": value, "cause": cause,
            "confidence": confidence, "first_seen": first, "last_seen": last, "linked_at": linked,
        })
    });
    Ok(shown.collect())
}

/// `contact.vcf`.
///
/// # Errors
/// The database is away.
pub fn card(conn: &mut Connection, contact: &Contact) -> Result<Vec<u8>> {
    let company = companies::store::names(conn, std::iter::once(contact.company_id))?;
    let mut text = String::new();
    let company = company.values().next().map(String::as_str);
    vcard::write(Card { contact, company }, CardVersion::V4, &mut text)?;
    Ok(text.into_bytes())
}

/// `README.txt`; the flags say whether the audit log, refused events and refused rows are among the files.
#[must_use]
pub fn readme(contact: &Contact, audit: bool, events: bool, rows: bool) -> Vec<u8> {
    let parts = [(audit, "the audit log"), (events, "refused events"), (rows, "refused rows of files")];
    let missing: Vec<&str> = parts.into_iter().filter(|(present, _)| !present).map(|(_, name)| name).collect();
    let left_out = if missing.is_empty() {
        String::new()
    } else {
        format!("Left out, as whoever made this archive may not read them: {}.\n", missing.join(", "))
    };
    format!(
        "What is stored about {name}\nMade at {now} by Touchline. Contact {id}.\n\n\
         contact.json               names, addresses, numbers, consents, custom fields; contacts that were merged into\n\
         \x20                          this one, and when; everything that finds the person, and why; traits other systems sent\n\
         contact.vcf                the same as a vCard, for address books\n\
         interactions.ndjson, .csv  every touchpoint: visits, calls, messages, purchases\n\
         emails/*.html              the HTML of e-mails, cleaned of scripts; their text is among the interactions\n\
         leads.ndjson, .csv         what was offered to the person\n\
         lead_stages.ndjson, .csv   how far each lead came, and when\n\
         tasks.ndjson, .csv         what somebody was to do for the person\n\
         timeline.ndjson, .csv      all of it in one order, with each change of the person's data\n\
         identity_decisions.ndjson  why an identity was taken for the person's, or was not\n\
         audit_log.ndjson           who changed what of it, when\n\
         refused_events.ndjson      events that name the person and could not be taken\n\
         refused_rows.ndjson        rows of imported files of which the same is true. Both are found by e-mail address,\n\
         \x20                          phone number, and ids of at least 8 characters\n\n\
         .ndjson holds one JSON record a line, with amounts in minor units; .csv opens in any spreadsheet, with amounts\n\
         in major units. Times are in UTC. A text in .csv that looks like a formula has an apostrophe before it.\n\
         {left_out}",
        name = contact.display_name,
        now = Instant::now(),
        id = contact.id,
    )
    .into_bytes()
}
