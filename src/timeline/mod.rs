//! One client, one line: interactions, notes, tasks, stage moves and changes in the order `(occurred_at, id)`.

pub mod client360;
pub mod company;
pub mod filter;
pub mod months;
pub mod page;
pub mod routes;

use diesel::prelude::*;
use serde_json::Value;

pub use filter::{Filter, TimelineQuery};
pub use page::TimelineEntry;

use crate::accounts::{ApiKeyId, Principal, UserId};
use crate::contacts::ContactId;
use crate::db::Connection;
use crate::db::schema::timeline_entries as entries;
use crate::db::types::{Instant, Json};
use crate::error::{Code, Error, Result};
use crate::insert_all;
use crate::pipelines::LeadId;

crate::id! {
    /// A timeline entry's id: also the id of the interaction or task it shows.
    EntryId
}

crate::text_enum! {
    /// What a timeline entry is.
    pub enum EntryType {
        /// A touchpoint.
        Interaction = "interaction",
        /// A note.
        Note = "note",
        /// A task, at the time it was done, else is due, else was made.
        Task = "task",
        /// A lead entered a stage.
        StageMove = "stage_move",
        /// Fields or the owner changed.
        Change = "change",
    }
}

/// An entry that is not a touchpoint: a stage move, a change, a task.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Its id; a task's entry has the task's.
    pub id: EntryId,
    /// Whose line it is on.
    pub contact_id: ContactId,
    /// Where on the line.
    pub occurred_at: Instant,
    /// What it is.
    pub entry_type: EntryType,
    /// The lead it is about.
    pub lead_id: Option<LeadId>,
    /// A finer name, such as `contact.updated` or `lead.moved`.
    pub kind: String,
    /// One line for people.
    pub subject: Option<String>,
    /// The facts: for a change `{"field": {"from": …, "to": …}}`.
    pub properties: Option<Value>,
}

/// Puts an entry on its client's line, in the transaction that makes the fact.
///
/// # Errors
/// The database refuses the row.
pub fn record(conn: &mut Connection, by: &Principal, entry: NewEntry) -> Result<()> {
    insert(conn, by, entry, None)
}

/// Puts an entry that another system reports on its client's line, once for each `(source, source_id)`.
///
/// # Errors
/// The database refuses the row; a transient error where a concurrent request records the same.
pub fn record_from(conn: &mut Connection, by: &Principal, entry: NewEntry, origin: (&str, &str)) -> Result<()> {
    insert(conn, by, entry, Some(origin)).map_err(|error| match error.code {
        Code::AlreadyExists => {
            Error { transient: true, ..Error::unavailable("a concurrent request recorded the same entry") }
        }
        _ => error,
    })
}

/// Puts several entries on their clients' lines, in the transaction that makes the facts.
///
/// # Errors
/// The database refuses a row.
pub fn record_all(conn: &mut Connection, by: &Principal, new: Vec<NewEntry>) -> Result<()> {
    let now = Instant::now();
    let rows: Vec<Row> = new.into_iter().map(|entry| Row::of(by, entry, None, now)).collect();
    insert_all!(few conn, entries::table, rows: Row)?;
    Ok(())
}

fn insert(conn: &mut Connection, by: &Principal, entry: NewEntry, origin: Option<(&str, &str)>) -> Result<()> {
    diesel::insert_into(entries::table).values(Row::of(by, entry, origin, Instant::now())).execute(conn)?;
    Ok(())
}

#[derive(Debug, Insertable)]
#[diesel(table_name = entries, treat_none_as_default_value = false)]
struct Row {
    contact_id: ContactId,
    occurred_at: Instant,
    id: EntryId,
    entry_type: EntryType,
    lead_id: Option<LeadId>,
    kind: String,
    subject: Option<String>,
    properties: Option<Json<Value>>,
    source: Option<String>,
    source_id: Option<String>,
    user_id: Option<UserId>,
    api_key_id: Option<ApiKeyId>,
    version: i64,
    recorded_at: Instant,
    updated_at: Instant,
}

impl Row {
    fn of(by: &Principal, entry: NewEntry, origin: Option<(&str, &str)>, now: Instant) -> Self {
        Self {
            contact_id: entry.contact_id,
            occurred_at: entry.occurred_at,
            id: entry.id,
            entry_type: entry.entry_type,
            lead_id: entry.lead_id,
            kind: entry.kind,
            subject: entry.subject,
            properties: entry.properties.map(Json),
            source: origin.map(|(source, _)| source.to_owned()),
            source_id: origin.map(|(_, id)| id.to_owned()),
            user_id: by.actor.user(),
            api_key_id: by.actor.key(),
            version: 1,
            recorded_at: now,
            updated_at: now,
        }
    }
}

/// What an entry shows after the thing it mirrors has changed.
#[derive(Debug, Clone)]
pub struct Changed {
    /// Its place on the line from now on.
    pub occurred_at: Instant,
    /// The lead it is about.
    pub lead_id: Option<LeadId>,
    /// A finer name.
    pub kind: String,
    /// One line for people.
    pub subject: Option<String>,
    /// The text.
    pub body: Option<String>,
    /// The facts.
    pub properties: Option<Value>,
    /// Set where it is to be hidden.
    pub deleted_at: Option<Instant>,
}

/// Brings an entry up to date with what it mirrors, moving it where its time has changed.
///
/// # Errors
/// The database refuses.
pub fn amend(conn: &mut Connection, id: EntryId, changed: Changed) -> Result<()> {
    diesel::update(entries::table.filter(entries::id.eq(id)))
        .set((
            entries::occurred_at.eq(changed.occurred_at),
            entries::lead_id.eq(changed.lead_id),
            entries::kind.eq(changed.kind),
            entries::subject.eq(changed.subject),
            entries::body.eq(changed.body),
            entries::properties.eq(changed.properties.map(Json)),
            entries::deleted_at.eq(changed.deleted_at),
            entries::version.eq(entries::version + 1),
            entries::updated_at.eq(Instant::now()),
        ))
        .execute(conn)?;
    Ok(())
}

/// What people and programs tell of a client, beside what follows from other records.
const TOLD: [EntryType; 3] = [EntryType::Interaction, EntryType::Note, EntryType::Task];

/// Whether anything is told of the client: a touchpoint, a note or a task.
///
/// # Errors
/// The database is away.
pub fn tells_of(conn: &mut Connection, contact: ContactId) -> Result<bool> {
    let live = entries::table.filter(entries::contact_id.eq(contact)).filter(entries::deleted_at.is_null());
    let told = live.filter(entries::entry_type.eq_any(TOLD)).select(entries::id);
    Ok(told.first::<EntryId>(conn).optional()?.is_some())
}

/// [`tells_of`] about one of the client's leads.
///
/// # Errors
/// The database is away.
pub fn tells_of_lead(conn: &mut Connection, contact: ContactId, lead: LeadId) -> Result<bool> {
    let own = entries::table.filter(entries::contact_id.eq(contact)).filter(entries::lead_id.eq(lead));
    let live = own.filter(entries::deleted_at.is_null());
    let told = live.filter(entries::entry_type.eq_any(TOLD)).select(entries::id);
    Ok(told.first::<EntryId>(conn).optional()?.is_some())
}
