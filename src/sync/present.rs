//! The records of a piece of the log as they are now, read together.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::change::{Change, ChangeActor, ChangeType, RecordType, to_raw};
use super::log::{Bookmark, Logged};
use crate::accounts::{Actor, Principal, Scope, UserId, audit};
use crate::companies::{Company, CompanyId};
use crate::contacts::{Contact, ContactId};
use crate::db::conditions::OneOf;
use crate::db::schema::{companies, contacts, leads, segments, tasks, timeline_entries as entries};
use crate::db::types::{Guid, Instant, Json};
use crate::db::{Connection, life};
use crate::error::Result;
use crate::interactions::tasks::Task;
use crate::interactions::{Channel, Interaction, InteractionId, TaskId};
use crate::pipelines::leads::Lead;
use crate::pipelines::{LeadId, PipelineId, StageId};
use crate::segments::SegmentId;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

type Move = (Guid, Option<Json<Box<RawValue>>>);

/// Everything that a piece of the log is about.
#[derive(Debug, Default)]
pub struct Present {
    life: i64,
    contacts: HashMap<ContactId, Contact>,
    companies: HashMap<CompanyId, Company>,
    leads: HashMap<LeadId, Lead>,
    interactions: HashMap<InteractionId, Interaction>,
    tasks: HashMap<TaskId, Task>,
    segments: HashMap<Guid, SegmentBrief>,
    moves: HashMap<Guid, Option<Json<Box<RawValue>>>>,
    authors: HashMap<Guid, Vec<(Instant, Actor)>>,
}

/// What subscriptions choose changes by.
#[derive(Debug, Clone, Default)]
pub struct Facts<'a> {
    /// Who looks after the record, or else after its client.
    pub owner: Option<UserId>,
    /// The tags of the record, or else of its client.
    pub tags: &'a [String],
    /// A lead's pipeline.
    pub pipeline: Option<PipelineId>,
    /// A lead's stage.
    pub stage: Option<StageId>,
    /// An interaction's channel.
    pub channel: Option<Channel>,
    /// The segment that a client entered or left.
    pub segment: Option<SegmentId>,
}

fn distinct(ids: impl Iterator<Item = Guid>) -> Vec<Guid> {
    ids.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The record that a row is about: of a stage move not its timeline entry but the lead.
#[must_use]
pub fn subject(row: &Logged, change: ChangeType) -> Guid {
    match (change, row.lead_id) {
        (ChangeType::LeadStageChanged, Some(lead)) => lead.0,
        _ => row.record_id,
    }
}

impl Present {
    /// Reads what these rows are about.
    ///
    /// # Errors
    /// The database is away.
    pub fn load(conn: &mut Connection, rows: &[(Logged, ChangeType)]) -> Result<Self> {
        let of = |wanted: RecordType| {
            let rows = rows.iter().filter(move |(_, change)| change.record_type() == wanted);
            rows.map(|(row, change)| subject(row, *change))
        };
        let clients = rows.iter().filter_map(|(row, _)| row.contact_id).map(|contact| contact.0);
        let clients = distinct(of(RecordType::Contact).chain(clients));
        let about = rows.iter().filter(|(_, change)| change.record_type() != RecordType::Contact);
        let leads = distinct(of(RecordType::Lead).chain(about.filter_map(|(row, _)| row.lead_id).map(|lead| lead.0)));
        let moved = rows.iter().filter(|(_, change)| *change == ChangeType::LeadStageChanged);
        Ok(Self {
            life: life::id(conn)?,
            contacts: contacts_of(conn, clients)?,
            companies: companies_of(conn, distinct(of(RecordType::Company)))?,
            leads: leads_of(conn, leads)?,
            interactions: interactions_of(conn, distinct(of(RecordType::Interaction)))?,
            tasks: tasks_of(conn, distinct(of(RecordType::Task)))?,
            segments: segments_of(conn, distinct(of(RecordType::Segment)))?,
            moves: moves_of(conn, distinct(moved.map(|(row, _)| row.record_id)))?,
            authors: authors_of(conn, rows)?,
        })
    }

    /// The change as the caller may see it; `None` where it is out of sight.
    ///
    /// # Errors
    /// A record cannot be serialised: a fault of ours.
    pub fn change(&self, by: &Principal, row: &Logged, change: ChangeType) -> Result<Option<Change>> {
        let record_id = subject(row, change);
        let Some(record) = self.record(by, row, change, record_id)? else { return Ok(None) };
        let contact = (change.record_type() == RecordType::Contact).then(|| self.contacts.get(&ContactId(record_id)));
        Ok(Some(Change {
            cursor: Bookmark { place: row.place, life: self.life }.to_string(),
            change_type: change,
            record_type: change.record_type(),
            record_id,
            contact_id: row.contact_id.filter(|_| change.record_type() != RecordType::Contact),
            merged_into: contact.flatten().filter(|one| one.deleted_at.is_none()).and_then(|one| one.merged_into),
            at: row.at,
            actor: self.author(row, change).map(ChangeActor::from),
            stage_move: self.moves.get(&row.record_id).cloned().flatten(),
            record,
        }))
    }

    /// The record; `None` where the caller does not see it, `Some(None)` where it is there no longer.
    fn record(
        &self,
        by: &Principal,
        row: &Logged,
        change: ChangeType,
        id: Guid,
    ) -> Result<Option<Option<Box<RawValue>>>> {
        let record_type = change.record_type();
        if !by.permissions.contains(&record_type.permission()) {
            return Ok(None);
        }
        let found = match record_type {
            RecordType::Contact => self.contacts.get(&ContactId(id)).map(|contact| {
                let live = contact.deleted_at.is_none() && contact.merged_into.is_none();
                (by.scope.sees(contact.owner_id), live.then(|| to_raw(contact)))
            }),
            RecordType::Company => self
                .companies
                .get(&CompanyId(id))
                .map(|company| (true, company.deleted_at.is_none().then(|| to_raw(company)))),
            RecordType::Lead => self
                .leads
                .get(&LeadId(id))
                .map(|lead| (by.scope.sees(lead.owner_id), lead.deleted_at.is_none().then(|| to_raw(lead)))),
            RecordType::Interaction => self.interactions.get(&InteractionId(id)).map(|one| {
                let (seen, live) = self.client(by, one.contact_id, one.lead_id);
                (seen, (live && one.deleted_at.is_none()).then(|| to_raw(one)))
            }),
            RecordType::Task => self.tasks.get(&TaskId(id)).map(|task| {
                let (seen, live) = self.client(by, task.contact_id, task.lead_id);
                (seen, (live && task.deleted_at.is_none()).then(|| to_raw(task)))
            }),
            RecordType::Segment => row.contact_id.and_then(|contact| {
                let segment = self.segments.get(&id)?;
                let (seen, _) = self.client(by, contact, None);
                Some((seen, Some(to_raw(segment))))
            }),
        };
        // What is nowhere has no owner to be seen by.
        let (seen, record) = found.unwrap_or((by.scope == Scope::All, None));
        if seen { record.transpose().map(Some) } else { Ok(None) }
    }

    /// Whether the caller sees the client and the lead that something is about, and whether the client is there.
    fn client(&self, by: &Principal, contact: ContactId, lead: Option<LeadId>) -> (bool, bool) {
        let client = self.contacts.get(&contact);
        let sees_client = client.map_or(by.scope == Scope::All, |client| by.scope.sees(client.owner_id));
        let sees_lead = match lead {
            Some(lead) if by.scope != Scope::All => {
                self.leads.get(&lead).is_some_and(|lead| by.scope.sees(lead.owner_id))
            }
            _ => true,
        };
        (sees_client && sees_lead, client.is_some_and(|client| client.deleted_at.is_none()))
    }

    /// A new interaction names its author; all else is in the trail, in the transaction that made the change.
    fn author(&self, row: &Logged, change: ChangeType) -> Option<Actor> {
        if change == ChangeType::InteractionRecorded {
            let recorded = self.interactions.get(&InteractionId(row.record_id))?;
            return Some(actor(recorded.user_id.map(|id| id.0), recorded.api_key_id.map(|id| id.0)));
        }
        let trail = self.authors.get(&subject(row, change))?;
        trail.iter().find(|(at, _)| *at >= row.at).map(|(_, actor)| *actor)
    }

    /// The stage that a move led to.
    fn entered(&self, row: &Logged) -> Option<StageId> {
        let said = self.moves.get(&row.record_id)?.as_ref()?;
        serde_json::from_str::<Led>(said.0.get()).ok().map(|led| led.to_stage.id)
    }

    /// What subscriptions choose the change by.
    #[must_use]
    pub fn facts(&self, row: &Logged, change: ChangeType) -> Facts<'_> {
        let id = subject(row, change);
        let client = row.contact_id.and_then(|contact| self.contacts.get(&contact));
        let of_client = || Facts {
            owner: client.and_then(|client| client.owner_id),
            tags: client.map_or(&[], |client| client.tags.0.as_slice()),
            ..Facts::default()
        };
        match change.record_type() {
            RecordType::Contact => self.contacts.get(&ContactId(id)).map_or_else(Facts::default, |contact| Facts {
                owner: contact.owner_id,
                tags: &contact.tags.0,
                ..Facts::default()
            }),
            RecordType::Company => self.companies.get(&CompanyId(id)).map_or_else(Facts::default, |company| Facts {
                owner: company.owner_id,
                tags: &company.tags.0,
                ..Facts::default()
            }),
            RecordType::Lead => self.leads.get(&LeadId(id)).map_or_else(Facts::default, |lead| Facts {
                owner: lead.owner_id,
                pipeline: Some(lead.pipeline_id),
                // A move is told by where it led, though the lead may have gone on since.
                stage: self.entered(row).or(Some(lead.stage_id)),
                ..of_client()
            }),
            RecordType::Interaction => {
                Facts { channel: self.interactions.get(&InteractionId(id)).map(|one| one.channel), ..of_client() }
            }
            RecordType::Task => of_client(),
            RecordType::Segment => Facts { segment: Some(SegmentId(id)), ..of_client() },
        }
    }
}

/// A segment as far as a change of its members needs it.
#[derive(Debug, Clone, Serialize)]
struct SegmentBrief {
    id: Guid,
    name: String,
}

fn segments_of(conn: &mut Connection, ids: Vec<Guid>) -> Result<HashMap<Guid, SegmentBrief>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = segments::table.filter(OneOf::new("segments.id", ids)).filter(segments::deleted_at.is_null());
    let rows: Vec<(Guid, String)> = rows.select((segments::id, segments::name)).load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| (id, SegmentBrief { id, name })).collect())
}

/// Where a stage move led.
#[derive(Deserialize)]
struct Led {
    to_stage: Entered,
}

#[derive(Deserialize)]
struct Entered {
    id: StageId,
}

fn actor(user: Option<Guid>, key: Option<Guid>) -> Actor {
    match (user, key) {
        (Some(user), _) => Actor::User(UserId(user)),
        (None, Some(key)) => Actor::Key(crate::accounts::ApiKeyId(key)),
        (None, None) => Actor::System,
    }
}

fn contacts_of(conn: &mut Connection, ids: Vec<Guid>) -> Result<HashMap<ContactId, Contact>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = contacts::table.filter(OneOf::new("contacts.id", ids)).select(Contact::as_select());
    Ok(rows.load(conn)?.into_iter().map(|contact| (contact.id, contact)).collect())
}

fn companies_of(conn: &mut Connection, ids: Vec<Guid>) -> Result<HashMap<CompanyId, Company>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = companies::table.filter(OneOf::new("companies.id", ids)).select(Company::as_select());
    Ok(rows.load(conn)?.into_iter().map(|company| (company.id, company)).collect())
}

fn leads_of(conn: &mut Connection, ids: Vec<Guid>) -> Result<HashMap<LeadId, Lead>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = leads::table.filter(OneOf::new("leads.id", ids)).select(Lead::as_select());
    Ok(rows.load(conn)?.into_iter().map(|lead| (lead.id, lead)).collect())
}

fn interactions_of(conn: &mut Connection, ids: Vec<Guid>) -> Result<HashMap<InteractionId, Interaction>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = entries::table.filter(OneOf::new("timeline_entries.id", ids)).filter(entries::channel.is_not_null());
    let rows: Vec<Interaction> = rows.select(Interaction::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|one| (one.id, one)).collect())
}

fn tasks_of(conn: &mut Connection, ids: Vec<Guid>) -> Result<HashMap<TaskId, Task>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tasks::table.filter(OneOf::new("tasks.id", ids)).select(Task::as_select());
    Ok(rows.load(conn)?.into_iter().map(|task| (task.id, task)).collect())
}

fn moves_of(conn: &mut Connection, ids: Vec<Guid>) -> Result<HashMap<Guid, Option<Json<Box<RawValue>>>>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = entries::table.filter(OneOf::new("timeline_entries.id", ids));
    Ok(rows.select((entries::id, entries::properties)).load::<Move>(conn)?.into_iter().collect())
}

fn authors_of(conn: &mut Connection, rows: &[(Logged, ChangeType)]) -> Result<HashMap<Guid, Vec<(Instant, Actor)>>> {
    let told = || rows.iter().filter(|(_, change)| *change != ChangeType::InteractionRecorded);
    let times = || told().map(|(row, _)| row.at);
    let (Some(first), Some(last)) = (times().min(), times().max()) else { return Ok(HashMap::new()) };
    let records = distinct(told().map(|(row, change)| subject(row, *change)));
    let mut authors: HashMap<Guid, Vec<(Instant, Actor)>> = HashMap::new();
    for (record, at, user, key) in audit::authors(conn, records, first, last)? {
        authors.entry(record).or_default().push((at, actor(user, key)));
    }
    Ok(authors)
}
