//! Who has an identity. It belongs to at most one contact that is not deleted; the unique index `identities_find`
//! says so.

use std::collections::HashSet;

use diesel::prelude::*;

use super::{Identity, IdentityKind, Link};
use crate::accounts::{Principal, UserId};
use crate::contacts::ContactId;
use crate::db::schema::{contacts, identities};
use crate::db::types::Instant;
use crate::db::{Both, Connection, listed};
use crate::error::{Code, Error, FieldError, Result};

/// A contact that has an identity.
#[derive(Debug, Clone)]
pub struct Holder {
    /// The identity.
    pub identity: Identity,
    /// Who has it: perhaps a contact that was merged into another.
    pub contact_id: ContactId,
    /// The contact that is shown: the survivor, or the same.
    pub root: ContactId,
    /// Who looks after them.
    pub owner_id: Option<UserId>,
    /// Whether the holder is known by anonymous ids only.
    pub anonymous: bool,
    /// How many contacts are merged into the holder.
    pub members: i32,
    /// When the identity was seen last.
    pub last_seen: Instant,
}

/// The values that are looked for at once.
const MOST_VALUES: usize = 5000;

type Row = ((IdentityKind, String, String, Instant), (ContactId, Option<ContactId>, Option<UserId>, bool, i32));

/// The contacts that have any of these identities, the most telling first. Deleted contacts have none.
///
/// # Errors
/// The database is away.
pub fn holders(conn: &mut Connection, wanted: &[Identity]) -> Result<Vec<Holder>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let asked: HashSet<&Identity> = wanted.iter().collect();
    // By the value alone: with kinds and sources a database looks for every combination, of which most are not asked.
    let mut values: Vec<_> = wanted.iter().map(|identity| &identity.value).collect();
    values.sort_unstable();
    values.dedup();
    let mut rows: Vec<Row> = Vec::new();
    for some in values.chunks(MOST_VALUES) {
        let known = identities::table
            .inner_join(contacts::table.on(contacts::id.eq(identities::contact_id)))
            .filter(listed::identity_values(some).and(identities::retired_at.is_null()));
        rows.extend(
            known
                .select((
                    (identities::kind, identities::source, identities::value, identities::last_seen),
                    (contacts::id, contacts::merged_into, contacts::owner_id, contacts::anonymous, contacts::members),
                ))
                .load::<Row>(conn)?,
        );
    }
    let mut found: Vec<_> = rows
        .into_iter()
        .map(|((kind, source, value, last_seen), (contact_id, merged_into, owner_id, anonymous, members))| Holder {
            identity: Identity { kind, source, value },
            contact_id,
            root: merged_into.unwrap_or(contact_id),
            owner_id,
            anonymous,
            members,
            last_seen,
        })
        .filter(|holder| asked.contains(&holder.identity))
        .collect();
    most_telling_first(&mut found);
    Ok(found)
}

/// Sorts holders by how telling the identity is.
pub fn most_telling_first(holders: &mut [Holder]) {
    holders.sort_by(|a, b| (a.identity.rank(), &a.identity).cmp(&(b.identity.rank(), &b.identity)));
}

/// Makes sure that no contact but `own` has any of these identities.
///
/// # Errors
/// [`Code::IdentityTaken`], naming the other contact where the caller may see it.
pub fn check_free(
    conn: &mut Connection,
    by: &Principal,
    own: Option<ContactId>,
    wanted: &[(String, Identity)],
) -> Result<()> {
    let identities: Vec<_> = wanted.iter().map(|(_, identity)| identity.clone()).collect();
    let taken: Vec<_> = holders(conn, &identities)?.into_iter().filter(|holder| Some(holder.root) != own).collect();
    if taken.is_empty() {
        return Ok(());
    }
    let errors: Vec<_> = taken
        .iter()
        .map(|holder| {
            let field = wanted.iter().find(|(_, identity)| *identity == holder.identity);
            let field = field.map(|(field, _)| field.clone()).unwrap_or_default();
            FieldError::new(field, "taken", belongs_to(by, holder))
        })
        .collect();
    let detail = errors.first().map(|error| error.message.clone()).unwrap_or_default();
    Err(Error { errors, ..Error::because(Code::IdentityTaken, detail) })
}

fn belongs_to(by: &Principal, holder: &Holder) -> String {
    if by.scope.sees(holder.owner_id) {
        format!("{} belongs to the contact {}.", holder.identity, holder.root)
    } else {
        format!("{} belongs to a contact you do not see.", holder.identity)
    }
}

/// Gives the contact identities that [`check_free`] has found free.
///
/// # Errors
/// A transient error where another request took one in between: the next run will see it.
pub fn attach(conn: &mut Connection, contact: ContactId, new: &[Identity], link: Link) -> Result<()> {
    let now = Instant::now();
    for identity in new {
        let row = (
            identities::contact_id.eq(contact),
            identities::kind.eq(identity.kind),
            identities::source.eq(&identity.source),
            identities::value.eq(&identity.value),
            identities::created_at.eq(now),
            identities::cause.eq(link.cause),
            identities::confidence.eq(link.confidence),
            identities::first_seen.eq(link.seen),
            identities::last_seen.eq(link.seen),
        );
        let insert = diesel::insert_into(identities::table).values(row).on_conflict_do_nothing();
        if Both(insert).execute(conn)? == 0 {
            return Err(Error { transient: true, ..Error::unavailable("a concurrent request took the same identity") });
        }
    }
    Ok(())
}

/// Takes identities from a contact.
///
/// # Errors
/// The database is away.
pub fn detach(conn: &mut Connection, contact: ContactId, old: &[Identity]) -> Result<()> {
    for identity in old {
        diesel::delete(identities::table.find((contact, identity.kind, &identity.source, &identity.value)))
            .execute(conn)?;
    }
    Ok(())
}

/// Makes a deleted contact's identities find nobody.
///
/// # Errors
/// The database is away.
pub fn retire(conn: &mut Connection, contact: ContactId, now: Instant) -> Result<()> {
    diesel::update(identities::table.filter(identities::contact_id.eq(contact)))
        .set(identities::retired_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Makes a restored contact's identities find it again; [`check_free`] has found them free.
///
/// # Errors
/// [`Code::IdentityTaken`] where another request took one in between.
pub fn revive(conn: &mut Connection, contact: ContactId) -> Result<()> {
    use crate::error::OnUnique;
    // A browser may have gone to somebody else meanwhile: that does not keep the contact in the bin.
    let shaky = [IdentityKind::Anonymous, IdentityKind::Custom];
    let rows = identities::table.filter(identities::contact_id.eq(contact).and(identities::kind.eq_any(shaky)));
    let own: Vec<(IdentityKind, String, String)> =
        rows.select((identities::kind, identities::source, identities::value)).load(conn)?;
    let own: Vec<_> = own.into_iter().map(|(kind, source, value)| Identity { kind, source, value }).collect();
    let taken: Vec<_> = holders(conn, &own)?.into_iter().map(|holder| holder.identity).collect();
    detach(conn, contact, &taken)?;
    diesel::update(identities::table.filter(identities::contact_id.eq(contact)))
        .set(identities::retired_at.eq(None::<Instant>))
        .execute(conn)
        .on_unique(Code::IdentityTaken, "An identity of this contact belongs to another contact now.")?;
    Ok(())
}
