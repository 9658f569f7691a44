//! Lists of clients: people put them on and take them off, a file names them, a snapshot freezes them.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::model::{MembersChange, MembersChanged, SegmentKind, Stored};
use super::news::{self, News};
use super::{SegmentId, members, rfm, store};
use crate::accounts::audit::{self, Subject};
use crate::accounts::{Principal, UserId};
use crate::contacts::identity::Identity;
use crate::contacts::{ContactId, cluster};
use crate::db::Connection;
use crate::db::schema::{contacts, identities, segment_members as stays, segments};
use crate::db::types::Instant;
use crate::error::{Code, Error, FieldError, Result};
use crate::on;

/// The most rows of a file.
const MOST_ROWS: usize = 100_000;
/// The most faults that are told.
const MOST_FAULTS: usize = 100;

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = stays, treat_none_as_default_value = false)]
struct Stay {
    contact_id: ContactId,
    segment_id: SegmentId,
    entered_at: Instant,
}

/// Puts clients on a list and takes others off it.
///
/// # Errors
/// Not a list; a contact that is not there.
pub fn change(conn: &mut Connection, by: &Principal, id: SegmentId, wish: &MembersChange) -> Result<MembersChanged> {
    let stored = store::find(conn, id)?;
    members::check_kept(&stored)?;
    let add = roots(conn, by, "add", &wish.add)?;
    let remove = roots(conn, by, "remove", &wish.remove)?;
    if let Some(both) = add.intersection(&remove).next() {
        return Err(Error::field("remove", "duplicate", format!("the contact {both} is to be added and removed")));
    }
    let (adding, removing) = (add.len(), remove.len());
    let now = Instant::now();
    let entered = enter(conn, id, &add, now)?;
    let mut done = MembersChanged { added: entered.len(), ..MembersChanged::default() };
    // Who was put on the list before being merged is on it still.
    let family: BTreeSet<_> = cluster::lines_of(conn, remove.into_iter().collect())?.into_iter().collect();
    let left = leave(conn, id, &family, now)?;
    done.removed = left.len();
    tell(conn, by, &stored, &entered, &left, now)?;
    done.unchanged = (adding - done.added) + removing.saturating_sub(done.removed);
    recount(conn, id)?;
    if done.added + done.removed > 0 {
        let subject = Subject { entity: "segment", id: id.0, contact_id: None };
        audit::record(conn, by, "members", subject, None::<&MembersChanged>, Some(&done))?;
    }
    Ok(done)
}

/// The clients that stand for these contacts, all of whom the caller must see.
fn roots(conn: &mut Connection, by: &Principal, field: &str, ids: &[ContactId]) -> Result<BTreeSet<ContactId>> {
    type Row = (ContactId, Option<ContactId>, Option<UserId>);
    let found: Vec<Row> = contacts::table
        .filter(contacts::id.eq_any(ids).and(contacts::deleted_at.is_null()))
        .select((contacts::id, contacts::merged_into, contacts::owner_id))
        .load(conn)?;
    let seen: Vec<_> = found.into_iter().filter(|(_, _, owner)| by.scope.sees(*owner)).collect();
    let missing = ids.iter().enumerate().filter(|(_, id)| !seen.iter().any(|(known, ..)| known == *id));
    let faults: Vec<_> = missing
        .map(|(n, _)| FieldError::new(format!("{field}[{n}]"), "unknown", "there is no such contact"))
        .take(MOST_FAULTS)
        .collect();
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    Ok(seen.into_iter().map(|(id, root, _)| root.unwrap_or(id)).collect())
}

/// Tells of those who were put on a list and taken off it.
fn tell(
    conn: &mut Connection,
    by: &Principal,
    list: &Stored,
    entered: &[ContactId],
    left: &[ContactId],
    now: Instant,
) -> Result<()> {
    let one =
        |enters| move |contact: &ContactId| News { contact: *contact, segment: list.id, name: &list.name, enters };
    let all: Vec<_> = entered.iter().map(one(true)).chain(left.iter().map(one(false))).collect();
    news::tell(conn, by, &all, now)
}

/// Lets clients enter who are not there yet; says who.
fn enter(conn: &mut Connection, id: SegmentId, who: &BTreeSet<ContactId>, now: Instant) -> Result<Vec<ContactId>> {
    let there: Vec<ContactId> = stays::table
        .filter(stays::segment_id.eq(id).and(stays::left_at.is_null()).and(stays::contact_id.eq_any(who)))
        .select(stays::contact_id)
        .load(conn)?;
    let there: BTreeSet<_> = there.into_iter().collect();
    let new: Vec<_> =
        who.difference(&there).map(|contact| Stay { contact_id: *contact, segment_id: id, entered_at: now }).collect();
    for chunk in new.chunks(200) {
        on!(conn, c => diesel::insert_into(stays::table).values(chunk).execute(c))?;
    }
    Ok(new.iter().map(|stay| stay.contact_id).collect())
}

/// Lets clients leave who are there; says who.
fn leave(conn: &mut Connection, id: SegmentId, who: &BTreeSet<ContactId>, now: Instant) -> Result<Vec<ContactId>> {
    let there = || {
        stays::table
            .filter(stays::segment_id.eq(id).and(stays::left_at.is_null()))
            .filter(stays::contact_id.eq_any(who))
    };
    let left = there().select(stays::contact_id).load(conn)?;
    diesel::update(there()).set(stays::left_at.eq(now)).execute(conn)?;
    Ok(left)
}

/// Forgets where a person belonged.
///
/// # Errors
/// The database is away.
pub fn forget_contact(conn: &mut Connection, contact: ContactId) -> Result<()> {
    let there = stays::table.filter(stays::contact_id.eq(contact).and(stays::left_at.is_null()));
    let current: Vec<SegmentId> = there.select(stays::segment_id).load(conn)?;
    diesel::update(segments::table.filter(segments::id.eq_any(current)))
        .set(segments::members.eq(segments::members - 1))
        .execute(conn)?;
    diesel::delete(stays::table.filter(stays::contact_id.eq(contact))).execute(conn)?;
    rfm::forget(conn, contact)
}

/// Keeps the number of those who are there.
fn recount(conn: &mut Connection, id: SegmentId) -> Result<i64> {
    let there = stays::table.filter(stays::segment_id.eq(id).and(stays::left_at.is_null()));
    let count: i64 = there.count().get_result(conn)?;
    diesel::update(segments::table.find(id)).set(segments::members.eq(count)).execute(conn)?;
    Ok(count)
}

/// A file of identities, one a row, under the header `id`, `email`, `phone` or `external_id` (as `source:id`).
#[derive(Debug, Clone)]
pub struct File {
    /// Each row's number and whom it names.
    pub rows: Vec<(usize, Named)>,
    /// Rows that cannot be read.
    pub faults: Vec<FieldError>,
}

/// Whom a row names.
#[derive(Debug, Clone)]
pub enum Named {
    /// A contact.
    Id(ContactId),
    /// Whoever has this identity.
    Identity(Identity),
}

impl File {
    /// Reads a CSV file.
    ///
    /// # Errors
    /// It has no such column, no rows, or too many.
    pub fn read(bytes: &[u8], region: &str) -> Result<Self> {
        const COLUMNS: [&str; 4] = ["id", "email", "phone", "external_id"];
        let wrong = |message: &'static str| Error::field("file", "format", message);
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("must be UTF-8"))?;
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let headers = reader.headers().map_err(|_| wrong("must be CSV"))?.clone();
        let column = headers.iter().enumerate().find_map(|(n, name)| {
            let name = name.trim().to_lowercase();
            COLUMNS.iter().find(|known| **known == name).map(|known| (n, *known))
        });
        let (place, kind) = column.ok_or_else(|| wrong("must have a column id, email, phone or external_id"))?;
        let mut file = Self { rows: Vec::new(), faults: Vec::new() };
        for (n, record) in reader.records().enumerate() {
            if n >= MOST_ROWS {
                return Err(Error::field("file", "length", format!("must have at most {MOST_ROWS} rows")));
            }
            let record = record.map_err(|_| wrong("must be CSV"))?;
            let cell = record.get(place).unwrap_or_default().trim();
            if cell.is_empty() {
                continue;
            }
            match named(kind, cell, region) {
                Ok(named) => file.rows.push((n + 1, named)),
                Err(message) => file.note(n + 1, "format", message),
            }
        }
        Ok(file)
    }

    fn note(&mut self, row: usize, code: &'static str, message: &'static str) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(FieldError::new(format!("rows[{row}]"), code, message));
        }
    }
}

fn named(kind: &str, cell: &str, region: &str) -> Result<Named, &'static str> {
    Ok(match kind {
        "id" => Named::Id(cell.parse().map_err(|_| "must be a contact's id")?),
        "email" => Named::Identity(Identity::email(cell)?),
        "phone" => Named::Identity(Identity::phone(cell, region)?),
        _ => {
            let (source, id) = cell.split_once(':').ok_or("must be like shop:4711")?;
            Named::Identity(Identity::external(source, id)?)
        }
    })
}

/// Puts a piece of a file's rows on a list.
///
/// # Errors
/// Not a list.
pub fn add_named(
    conn: &mut Connection,
    by: &Principal,
    id: SegmentId,
    rows: &[(usize, Named)],
) -> Result<MembersChanged> {
    let stored = store::find(conn, id)?;
    members::check_kept(&stored)?;
    let (mut who, mut done) = (BTreeSet::new(), MembersChanged::default());
    for (row, named) in rows {
        match found(conn, by, named)? {
            Some(contact) => drop(who.insert(contact)),
            None => done.errors.push(FieldError::new(format!("rows[{row}]"), "unknown", "names nobody")),
        }
    }
    let now = Instant::now();
    let entered = enter(conn, id, &who, now)?;
    done.added = entered.len();
    tell(conn, by, &stored, &entered, &[], now)?;
    done.unchanged = rows.len() - done.added - done.errors.len();
    recount(conn, id)?;
    Ok(done)
}

fn found(conn: &mut Connection, by: &Principal, named: &Named) -> Result<Option<ContactId>> {
    type Row = (Option<ContactId>, Option<UserId>);
    let holder = match named {
        Named::Id(id) => Some(*id),
        Named::Identity(identity) => identities::table
            .filter(identities::value.eq(&identity.value))
            .filter(identities::kind.eq(identity.kind).and(identities::source.eq(&identity.source)))
            .filter(identities::retired_at.is_null())
            .select(identities::contact_id)
            .first(conn)
            .optional()?,
    };
    let Some(holder) = holder else { return Ok(None) };
    let row: Option<Row> = contacts::table
        .find(holder)
        .filter(contacts::deleted_at.is_null())
        .select((contacts::merged_into, contacts::owner_id))
        .first(conn)
        .optional()?;
    Ok(row.filter(|(_, owner)| by.scope.sees(*owner)).map(|(root, _)| root.unwrap_or(holder)))
}

/// Makes a snapshot that is still empty.
///
/// # Errors
/// The name is taken.
pub fn begin_snapshot(conn: &mut Connection, by: &Principal, of: &Stored, name: &str) -> Result<Stored> {
    let rule = of.rule.as_ref().map(|rule| rule.0.clone());
    store::make(conn, by, name, SegmentKind::Snapshot, rule, of.description.clone())
}

/// Puts a piece of the members into a snapshot.
///
/// # Errors
/// The database is away.
pub fn fill_snapshot(conn: &mut Connection, id: SegmentId, who: &[ContactId]) -> Result<()> {
    let left: Vec<ContactId> = contacts::table
        .filter(contacts::id.eq_any(who).and(contacts::erased_at.is_null()))
        .select(contacts::id)
        .load(conn)?;
    enter(conn, id, &left.into_iter().collect(), Instant::now())?;
    Ok(())
}

/// Ends a snapshot, which from then on does not change.
///
/// # Errors
/// The database is away.
pub fn end_snapshot(conn: &mut Connection, id: SegmentId) -> Result<i64> {
    recount(conn, id)
}

/// Refuses to take a snapshot of more than can be taken.
///
/// # Errors
/// [`Code::TooLarge`].
pub fn check_size(members: usize) -> Result<()> {
    const MOST: usize = 5_000_000;
    if members > MOST {
        Err(Error::because(Code::TooLarge, "The segment has more than 5,000,000 members."))
    } else {
        Ok(())
    }
}
