//! What is remembered of the sample data: everything that was made, so that exactly this can be removed.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::load::Sales;
use crate::accounts::UserId;
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::db::schema::{leads, tasks, timeline_entries as entries};
use crate::db::types::Instant;
use crate::db::{Connection, settings};
use crate::error::Result;
use crate::pipelines::LostReasonId;
use crate::timeline::EntryType;

/// Under which name it is kept.
const NAME: &str = "sample_data";

crate::text_enum! {
    /// Whether there is sample data.
    pub enum SampleState {
        /// There is none.
        Absent = "absent",
        /// It is being made. Where that was broken off, what there is can be removed.
        Making = "making",
        /// It is there.
        Present = "present",
        /// It is being removed. Where that was broken off, removing goes on when it is asked for again.
        Removing = "removing",
    }
}

/// The sample data as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) state: SampleState,
    pub(super) by: Option<UserId>,
    pub(super) begun_at: Instant,
    pub(super) made_at: Option<Instant>,
    pub(super) contacts: Vec<ContactId>,
    pub(super) companies: Vec<CompanyId>,
    pub(super) sales: Sales,
    pub(super) reasons: Vec<LostReasonId>,
    pub(super) removed: SampleRemoved,
}

/// Counts of records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SampleCounts {
    /// Leads.
    pub leads: i64,
    /// Interactions and notes.
    pub interactions: i64,
    /// Tasks.
    pub tasks: i64,
}

impl SampleCounts {
    pub(super) const fn plus(self, other: Self) -> Self {
        Self {
            leads: self.leads + other.leads,
            interactions: self.interactions + other.interactions,
            tasks: self.tasks + other.tasks,
        }
    }
}

/// What of the sample data stays, because what people entered depends on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SampleLeft {
    /// Contacts that were merged with others.
    pub contacts: i64,
    /// Companies that other contacts work for or other leads name.
    pub companies: i64,
    /// Pipelines that other leads are in.
    pub pipelines: i64,
    /// Lost reasons that other leads have.
    pub lost_reasons: i64,
}

/// What became of the sample data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SampleRemoved {
    /// Contacts that are gone.
    pub contacts: i64,
    /// Companies that are gone.
    pub companies: i64,
    /// What went with the contacts.
    pub with_them: SampleCounts,
    /// How much of that people and programs had entered.
    pub entered: SampleCounts,
    /// What stays.
    pub left: SampleLeft,
}

/// The sample data as it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SampleData {
    /// Whether it is there.
    state: SampleState,
    /// Who made it; `null` where a program did.
    made_by: Option<UserId>,
    /// When it was made.
    made_at: Option<Instant>,
    /// Its contacts, tagged `sample`.
    contacts: usize,
    /// Its companies, tagged `sample`.
    companies: usize,
    /// What people and programs have entered about its contacts since: it goes when they do.
    entered: SampleCounts,
}

/// The sample data, where there is any.
///
/// # Errors
/// The database is away.
pub(super) fn find(conn: &mut Connection) -> Result<Option<Kept>> {
    settings::get(conn, NAME)
}

/// Remembers it.
///
/// # Errors
/// The database is away.
pub(super) fn keep(conn: &mut Connection, kept: &Kept) -> Result<()> {
    settings::put(conn, NAME, kept.clone())
}

/// Forgets it.
///
/// # Errors
/// The database is away.
pub(super) fn forget(conn: &mut Connection) -> Result<()> {
    settings::remove(conn, NAME)
}

/// Whether there is sample data, and how much.
///
/// # Errors
/// The database is away.
pub fn shown(conn: &mut Connection) -> Result<SampleData> {
    let Some(kept) = find(conn)? else {
        return Ok(SampleData {
            state: SampleState::Absent,
            made_by: None,
            made_at: None,
            contacts: 0,
            companies: 0,
            entered: SampleCounts::default(),
        });
    };
    let entered = match kept.made_at {
        Some(since) => count(conn, &kept.contacts, Some(since))?,
        None => SampleCounts::default(),
    };
    Ok(SampleData {
        state: kept.state,
        made_by: kept.by,
        made_at: kept.made_at,
        contacts: kept.contacts.len(),
        companies: kept.companies.len(),
        entered,
    })
}

/// What there is about these contacts, deleted or not; with `since` only what was recorded after it.
///
/// # Errors
/// The database is away.
pub(super) fn count(conn: &mut Connection, of: &[ContactId], since: Option<Instant>) -> Result<SampleCounts> {
    let since = since.unwrap_or(Instant::MIN);
    let leads = leads::table.filter(leads::contact_id.eq_any(of).and(leads::created_at.gt(since)));
    let tasks = tasks::table.filter(tasks::contact_id.eq_any(of).and(tasks::created_at.gt(since)));
    let told = entries::table.filter(entries::contact_id.eq_any(of).and(entries::recorded_at.gt(since)));
    let told = told.filter(entries::entry_type.eq_any([EntryType::Interaction, EntryType::Note]));
    Ok(SampleCounts {
        leads: leads.count().get_result(conn)?,
        interactions: told.count().get_result(conn)?,
        tasks: tasks.count().get_result(conn)?,
    })
}
