//! Events into the database: a batch is looked up and written in a few statements, and each event stands alone.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::event::{Call, Event, Refusal};
use super::settings::{self, Settings};
use super::touch::Row;
use super::who::{self, Clues, People};
use super::{groups, profile, refused};
use crate::accounts::{ApiKeyId, Principal};
use crate::contacts::{self, ContactChange, ContactId};
use crate::db::Connection;
use crate::db::dialect::take_turns;
use crate::db::types::Instant;
use crate::error::{Code, Result};
use crate::interactions::{self, Interaction};
use crate::timeline::{self, NewEntry};

/// How many events are written together: others who write do not wait longer than for these.
pub const TOGETHER: usize = 250;

crate::text_enum! {
    /// What became of an event.
    pub enum EventStatus {
        /// It was stored.
        Accepted = "accepted",
        /// It had been stored before.
        Duplicate = "duplicate",
        /// It was refused, and is kept with the reason.
        Refused = "refused",
    }
}

/// What became of an event.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventOutcome {
    /// What became of it.
    pub status: EventStatus,
    /// Its message id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Why it was refused, as a stable word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// Why it was refused, for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// An event on its way in.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// As it came.
    pub text: String,
    /// Read, or why it cannot be.
    pub read: std::result::Result<Ready, Refusal>,
}

/// An event that lacks only its client.
#[derive(Debug, Clone)]
pub struct Ready {
    event: Event,
    clues: Clues,
    row: Row,
}

impl Incoming {
    /// Makes an event ready to be stored.
    ///
    /// # Errors
    /// It cannot be serialised: a fault of ours.
    pub fn new(
        text: &str,
        read: std::result::Result<Event, Refusal>,
        by: &Principal,
        source: &str,
        region: &str,
    ) -> Result<Self> {
        let read = match read {
            Err(refusal) => Err(refusal),
            Ok(event) => match who::clues(&event, region) {
                None => Err(Refusal::new("nobody", "its ids are values that identify nobody")),
                Some(clues) => Ok(Ready { row: Row::of(&event, by, source)?, event, clues }),
            },
        };
        Ok(Self { text: text.to_owned(), read })
    }
}

/// Where events come from.
#[derive(Debug, Clone)]
pub struct From {
    /// The key that sent them.
    pub key: ApiKeyId,
    /// Its name.
    pub source: String,
    /// When they reached us.
    pub received_at: Instant,
    /// The endpoint and what the batch shared.
    pub envelope: refused::Envelope,
    /// The country of phone numbers without country code.
    pub region: String,
}

/// Stores events. What cannot be stored is kept with the reason.
///
/// # Errors
/// The database is away; a transient error where a concurrent request stores the same.
pub fn record(conn: &mut Connection, by: &Principal, from: &From, events: &[Incoming]) -> Result<Vec<EventOutcome>> {
    let outcomes = take(conn, by, from, events)?;
    let bad = events.iter().zip(&outcomes).filter(|(_, outcome)| outcome.status == EventStatus::Refused);
    let bad: Vec<_> = bad.map(|(event, outcome)| (event.text.as_str(), outcome)).collect();
    refused::keep(conn, from, &bad)?;
    Ok(outcomes)
}

/// Keeps events that break something of ours as refused.
///
/// # Errors
/// The database is away.
pub fn refuse(conn: &mut Connection, from: &From, events: &[Incoming]) -> Result<Vec<EventOutcome>> {
    let refused = |event: &Incoming| {
        let why = "it could not be stored; the server's log says why".to_owned();
        EventOutcome::refused(Code::Internal.as_str(), why, message_id(&event.text))
    };
    let outcomes: Vec<EventOutcome> = events.iter().map(refused).collect();
    let bad: Vec<_> = events.iter().map(|event| event.text.as_str()).zip(&outcomes).collect();
    refused::keep(conn, from, &bad)?;
    Ok(outcomes)
}

/// Stores events, and says which were refused.
///
/// # Errors
/// As for [`record`].
pub fn take(conn: &mut Connection, by: &Principal, from: &From, events: &[Incoming]) -> Result<Vec<EventOutcome>> {
    let ready = || events.iter().filter_map(|event| event.read.as_ref().ok());
    // Touches take their rows in order; what is learnt about people is written as it comes.
    if events.len() > 1 && ready().any(|ready| ready.event.call.tells_of_people()) {
        take_turns(conn)?;
    }
    let ids: Vec<&str> = ready().map(|ready| ready.event.message_id.as_str()).collect();
    let stored = interactions::store::by_source(conn, &from.source, &ids)?;
    let mut seen: HashSet<&str> = HashSet::new();
    let stored: HashSet<String> = stored.into_iter().map(|(id, ..)| id).collect();
    let people = People::of(conn, &from.source, ready().map(|ready| &ready.clues))?;
    let mut batch = Batch { conn, by, from, settings: None, people, touches: Vec::new(), companies: HashMap::new() };
    let mut outcomes = Vec::with_capacity(events.len());
    for event in events {
        let ready = match &event.read {
            Ok(ready) => ready,
            Err(refusal) => {
                outcomes.push(EventOutcome::refused(refusal.code, refusal.message.clone(), message_id(&event.text)));
                continue;
            }
        };
        let id = ready.event.message_id.as_str();
        if stored.contains(id) || !seen.insert(id) {
            outcomes.push(EventOutcome::of(EventStatus::Duplicate, id));
            continue;
        }
        outcomes.push(match batch.add(ready) {
            Ok(()) => EventOutcome::of(EventStatus::Accepted, id),
            Err(error) if error.transient || error.code.status() >= 500 => return Err(error),
            Err(error) => {
                let message = error.errors.first().map(|field| format!("{}: {}", field.field, field.message));
                let message = message.or(error.detail.map(Into::into)).unwrap_or_default();
                EventOutcome::refused(error.code.as_str(), message, Some(id.to_owned()))
            }
        });
    }
    let Batch { conn, mut touches, people, .. } = batch;
    people.note_seen(conn)?;
    interactions::store::insert(conn, &mut touches)?;
    Ok(outcomes)
}

struct Batch<'a> {
    conn: &'a mut Connection,
    by: &'a Principal,
    from: &'a From,
    /// Loaded where an event says who somebody is.
    settings: Option<Settings>,
    people: People<'a>,
    touches: Vec<Interaction>,
    companies: HashMap<String, crate::companies::CompanyId>,
}

impl Batch<'_> {
    fn add(&mut self, ready: &Ready) -> Result<()> {
        let Ready { event, clues, row } = ready;
        let contact = self.people.find(self.conn, self.by, clues, event.occurred_at, Some(&event.message_id))?;
        match event.call {
            Call::Identify => self.learn(contact, &event.traits)?,
            Call::Group => self.join(contact, event)?,
            Call::Alias => who::suggest_alias(self.conn, contact, event)?,
            Call::Track | Call::Page | Call::Screen => {}
        }
        match row {
            Row::Touch(row) => {
                let mut touch = (**row).clone();
                touch.contact_id = contact;
                self.touches.push(touch);
            }
            Row::Change(entry) => {
                let entry = NewEntry { contact_id: contact, ..(**entry).clone() };
                let origin = (self.from.source.as_str(), event.message_id.as_str());
                timeline::record_from(self.conn, self.by, entry, origin)?;
            }
        }
        Ok(())
    }

    fn learn(&mut self, contact: ContactId, traits: &serde_json::Map<String, serde_json::Value>) -> Result<()> {
        let settings = match self.settings.take() {
            Some(settings) => settings,
            None => settings::load(self.conn)?,
        };
        let settings = self.settings.insert(settings);
        profile::learn(self.conn, self.by, settings, &self.from.region, contact, traits)
    }

    fn join(&mut self, contact: ContactId, event: &Event) -> Result<()> {
        let group = event.group_id.as_deref().unwrap_or_default();
        let company = match self.companies.get(group) {
            Some(company) => *company,
            None => groups::company(self.conn, self.by, &self.from.region, group, &event.traits)?,
        };
        self.companies.insert(group.to_owned(), company);
        let change = ContactChange { company_id: Some(Some(company)), ..ContactChange::default() };
        contacts::store::update(self.conn, self.by, contact, None, &change).map(drop)
    }
}

impl EventOutcome {
    fn of(status: EventStatus, message_id: &str) -> Self {
        Self { status, message_id: Some(message_id.to_owned()), code: None, message: None }
    }

    const fn refused(code: &'static str, message: String, message_id: Option<String>) -> Self {
        Self { status: EventStatus::Refused, message_id, code: Some(code), message: Some(message) }
    }
}

/// The message id of an event that was not understood, where it can be made out.
fn message_id(text: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        #[serde(rename = "messageId")]
        id: String,
    }
    let named: std::result::Result<Named, _> = serde_json::from_str(text);
    named.ok().map(|named| named.id).filter(|id| id.chars().count() < super::event::MESSAGE_ID && !id.contains('\0'))
}
