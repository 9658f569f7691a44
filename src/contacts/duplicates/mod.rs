//! Contacts that may be the same person: found by what they have in common, scored, explained, and left to people.
//!
//! A step in the background looks at contacts that have changed, and compares each only with those that share a key with
//! it; nothing ever compares all pairs. What people have dismissed stays dismissed.

mod keys;
mod queue;
mod score;
mod step;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use queue::routes;
pub use step::{run, step};

use super::ContactId;
use super::identity::Identity;
use crate::db::schema::duplicates;
use crate::db::types::{Instant, Json};
use crate::db::{Both, Connection};
use crate::error::Result;

crate::id! {
    /// A pair's id.
    DuplicateId
}

crate::text_enum! {
    /// What speaks for a pair.
    pub enum Reason {
        /// One event had identities of both.
        SharedIdentity = "shared_identity",
        /// The names are the same but for case, accents and order.
        SameName = "same_name",
        /// The names differ by a typo.
        SimilarName = "similar_name",
        /// They work for the same company.
        SameCompany = "same_company",
        /// Their phone numbers end alike.
        SimilarPhone = "similar_phone",
        /// Their e-mail addresses are alike before the @.
        SimilarEmail = "similar_email",
        /// Their e-mail addresses are of one company.
        SameDomain = "same_domain",
    }
}

crate::text_enum! {
    /// How a pair was settled.
    pub enum Settled {
        /// They are not the same person.
        Dismissed = "dismissed",
        /// They were merged.
        Merged = "merged",
    }
}

/// What speaks for a pair, with what it adds to the score and the texts compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    pub reason: Reason,
    /// What it adds.
    pub points: i32,
    /// What was compared.
    pub detail: String,
}

/// The score of a pair suggested by an event.
const SUGGESTED: i32 = 90;

/// The pair as stored: the smaller id first.
const fn pair(a: ContactId, b: ContactId) -> (ContactId, ContactId) {
    if a.0.0.as_u128() < b.0.0.as_u128() { (a, b) } else { (b, a) }
}

/// Suggests that two known contacts are one, since an event had identities of both.
///
/// # Errors
/// The database refuses the row.
pub fn suggest(conn: &mut Connection, a: ContactId, b: ContactId, identity: &Identity) -> Result<()> {
    let detail = format!("{} {identity}", identity.kind);
    put(conn, a, b, vec![Evidence { reason: Reason::SharedIdentity, points: SUGGESTED, detail }])
}

type Known = (DuplicateId, Option<Instant>, Json<Vec<Evidence>>);

/// Puts a pair into the queue, or brings its score up to date; one that is settled stays so. What an event had suggested
/// is kept.
fn put(conn: &mut Connection, a: ContactId, b: ContactId, mut evidence: Vec<Evidence>) -> Result<()> {
    if a == b {
        return Ok(());
    }
    let (first, second) = pair(a, b);
    let known: Option<Known> = duplicates::table
        .filter(duplicates::first_id.eq(first).and(duplicates::second_id.eq(second)))
        .select((duplicates::id, duplicates::closed_at, duplicates::reasons))
        .first(conn)
        .optional()?;
    let now = Instant::now();
    let Some((id, closed_at, Json(old))) = known else {
        return insert(conn, (first, second), evidence, now);
    };
    for one in old.clone() {
        let shared = one.reason == Reason::SharedIdentity;
        let suggested = evidence.iter().any(|new| new.reason == Reason::SharedIdentity);
        if shared != suggested && !evidence.contains(&one) {
            evidence.push(one);
        }
    }
    if closed_at.is_none() && evidence != old {
        diesel::update(duplicates::table.find(id))
            .set((
                duplicates::score.eq(total(&evidence)),
                duplicates::reasons.eq(Json(evidence)),
                duplicates::updated_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn insert(
    conn: &mut Connection,
    (first, second): (ContactId, ContactId),
    evidence: Vec<Evidence>,
    now: Instant,
) -> Result<()> {
    let row = (
        duplicates::id.eq(DuplicateId::new()),
        duplicates::first_id.eq(first),
        duplicates::second_id.eq(second),
        duplicates::score.eq(total(&evidence)),
        duplicates::reasons.eq(Json(evidence)),
        duplicates::created_at.eq(now),
        duplicates::updated_at.eq(now),
    );
    let insert = diesel::insert_into(duplicates::table).values(row);
    Both(insert.on_conflict((duplicates::first_id, duplicates::second_id)).do_nothing()).execute(conn)?;
    Ok(())
}

fn total(evidence: &[Evidence]) -> i32 {
    evidence.iter().map(|one| one.points).sum::<i32>().min(100)
}

/// Takes a pair that was merged out of the queue.
///
/// # Errors
/// The database is away.
pub fn settle(conn: &mut Connection, a: ContactId, b: ContactId, now: Instant) -> Result<()> {
    let (first, second) = pair(a, b);
    let open = duplicates::table
        .filter(duplicates::first_id.eq(first).and(duplicates::second_id.eq(second)))
        .filter(duplicates::closed_at.is_null());
    diesel::update(open)
        .set((duplicates::closed_at.eq(now), duplicates::closed_as.eq(Settled::Merged)))
        .execute(conn)?;
    Ok(())
}

/// The open suggestions about any two of these contacts.
///
/// # Errors
/// The database is away.
pub fn among(conn: &mut Connection, contacts: &[ContactId]) -> Result<Vec<DuplicateId>> {
    let open = duplicates::table.filter(duplicates::closed_at.is_null());
    let both = duplicates::first_id.eq_any(contacts).and(duplicates::second_id.eq_any(contacts));
    Ok(open.filter(both).select(duplicates::id).load(conn)?)
}

/// Takes a suggestion back that nobody has decided about; says whether it is gone.
///
/// # Errors
/// The database is away.
pub fn forget(conn: &mut Connection, id: DuplicateId) -> Result<bool> {
    diesel::delete(duplicates::table.find(id).filter(duplicates::closed_at.is_null())).execute(conn)?;
    Ok(duplicates::table.find(id).select(duplicates::id).first::<DuplicateId>(conn).optional()?.is_none())
}

/// Takes back the suggestions about a contact that nobody has decided about.
///
/// # Errors
/// The database is away.
pub fn forget_of(conn: &mut Connection, contact: ContactId) -> Result<()> {
    let own = duplicates::first_id.eq(contact).or(duplicates::second_id.eq(contact));
    diesel::delete(duplicates::table.filter(own).filter(duplicates::closed_at.is_null())).execute(conn)?;
    Ok(())
}
