//! Lists that only an archive has.

use std::collections::HashSet;

use diesel::prelude::*;
use serde::Serialize;

use crate::accounts::audit::AuditEntry;
use crate::accounts::{ApiKeyId, Principal, UserId};
use crate::contacts::ContactId;
use crate::contacts::log::{DecisionId, IdentityDecision};
use crate::db::schema::{audit_log, identity_events, stage_intervals as intervals};
use crate::db::types::{Guid, Instant};
use crate::db::{Connection, MultiBackend};
use crate::error::Result;
use crate::exports::cell::Cell;
use crate::exports::table::{Column, List, PIECE};
use crate::http::parse_query;
use crate::interactions::list::{self, Filter, InteractionQuery};
use crate::pipelines::leads::filter::{LeadQuery, newest};
use crate::pipelines::{IntervalId, LeadId, LostReasonId, Pipeline, StageId, store as pipelines};

/// How many e-mails are read at once: each may be long.
const MAILS: i64 = 50;

/// The HTML of a client's e-mails.
pub struct Mails {
    by: Principal,
    filter: Option<Filter>,
}

impl Mails {
    /// Those of the client that the query string names.
    ///
    /// # Errors
    /// The query string is wrong.
    pub fn new(by: &Principal, query: &str) -> Result<Self> {
        let query: InteractionQuery = parse_query(&format!("{query}&channel=email"))?;
        Ok(Self { by: by.clone(), filter: Some(query.parse()?.with_limit(MAILS)) })
    }

    /// The next ones by the names of their files; `None` at the end.
    ///
    /// # Errors
    /// The database is away.
    pub fn next(&mut self, conn: &mut Connection) -> Result<Option<Vec<(String, String)>>> {
        let Some(filter) = self.filter.take() else { return Ok(None) };
        let page = list::page(conn, &self.by, &filter)?;
        self.filter = page.next_cursor.map(|cursor| filter.behind(&cursor)).transpose()?;
        let html = page.items.into_iter().filter_map(|mail| {
            let facts: serde_json::Value = serde_json::from_str(mail.properties?.0.get()).ok()?;
            let day = mail.occurred_at.to_utc().format("%Y-%m-%d");
            Some((format!("emails/{day}-{}.html", mail.id), facts.get("html")?.as_str()?.to_owned()))
        });
        Ok(Some(html.collect()))
    }
}

/// Where a client's leads stood.
pub struct Stages {
    by: Principal,
    query: LeadQuery,
    pipelines: Vec<Pipeline>,
    after: Option<(Instant, LeadId)>,
}

/// A stay of a lead in a stage.
#[derive(Debug, Serialize)]
pub struct Stay {
    id: IntervalId,
    lead_id: LeadId,
    stage_id: StageId,
    stage: Option<String>,
    entered_at: Instant,
    exited_at: Option<Instant>,
    reason: Option<String>,
    lost_reason_id: Option<LostReasonId>,
    moved_by: Option<UserId>,
    moved_by_key: Option<ApiKeyId>,
    recorded_at: Instant,
}

type StayRow = (
    (IntervalId, LeadId, StageId, Instant, Option<Instant>),
    (Option<String>, Option<LostReasonId>, Option<UserId>, Option<ApiKeyId>, Instant),
);

impl Stages {
    /// Of the leads that the query asks for.
    ///
    /// # Errors
    /// The database is away.
    pub fn new(conn: &mut Connection, by: &Principal, query: LeadQuery) -> Result<Self> {
        Ok(Self { by: by.clone(), query, pipelines: pipelines::all(conn, true)?, after: None })
    }

    fn name(&self, id: StageId) -> Option<String> {
        let stages = self.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
        stages.into_iter().find(|stage| stage.id == id).map(|stage| stage.name.clone())
    }
}

impl List for Stages {
    type Row = Stay;

    fn columns(&self) -> Vec<Column<Stay>> {
        vec![
            Column::<Stay>::new("id", |row| Cell::shown(Some(row.id))),
            Column::<Stay>::new("lead_id", |row| Cell::shown(Some(row.lead_id))),
            Column::<Stay>::new("stage", |row| Cell::text(row.stage.as_ref())),
            Column::<Stay>::new("entered_at", |row| Cell::At(row.entered_at)),
            Column::<Stay>::new("exited_at", |row| Cell::at(row.exited_at)),
            Column::<Stay>::new("reason", |row| Cell::text(row.reason.as_ref())),
            Column::<Stay>::new("recorded_at", |row| Cell::At(row.recorded_at)),
        ]
    }

    fn next(&mut self, conn: &mut Connection) -> Result<Option<Vec<Stay>>> {
        let leads = newest(conn, &self.by, &self.query, &[], self.after, PIECE)?;
        let Some(last) = leads.last() else { return Ok(None) };
        self.after = Some((last.created_at, last.id));
        let contacts: HashSet<ContactId> = leads.iter().map(|lead| lead.contact_id).collect();
        let ids: Vec<LeadId> = leads.iter().map(|lead| lead.id).collect();
        let rows: Vec<StayRow> = intervals::table
            .filter(intervals::contact_id.eq_any(contacts.into_iter().collect::<Vec<_>>()))
            .filter(intervals::lead_id.eq_any(ids))
            .order((intervals::contact_id, intervals::lead_id, intervals::entered_at, intervals::id))
            .select((
                (intervals::id, intervals::lead_id, intervals::stage_id, intervals::entered_at, intervals::exited_at),
                (
                    intervals::reason,
                    intervals::lost_reason_id,
                    intervals::moved_by,
                    intervals::moved_by_key,
                    intervals::recorded_at,
                ),
            ))
            .load(conn)?;
        let stay = |((id, lead_id, stage_id, entered_at, exited_at), more): StayRow| {
            let (reason, lost_reason_id, moved_by, moved_by_key, recorded_at) = more;
            let stage = self.name(stage_id);
            Stay {
                id,
                lead_id,
                stage_id,
                stage,
                entered_at,
                exited_at,
                reason,
                lost_reason_id,
                moved_by,
                moved_by_key,
                recorded_at,
            }
        };
        Ok(Some(rows.into_iter().map(stay).collect()))
    }
}

/// Why identities were taken for a client's.
pub struct Decisions {
    members: Vec<ContactId>,
    after: Option<DecisionId>,
}

impl Decisions {
    /// Those about these contacts.
    #[must_use]
    pub const fn new(members: Vec<ContactId>) -> Self {
        Self { members, after: None }
    }
}

impl List for Decisions {
    type Row = IdentityDecision;

    fn columns(&self) -> Vec<Column<IdentityDecision>> {
        Vec::new()
    }

    fn next(&mut self, conn: &mut Connection) -> Result<Option<Vec<IdentityDecision>>> {
        let mut rows = identity_events::table
            .filter(identity_events::contact_id.eq_any(&self.members))
            .order(identity_events::id.asc())
            .limit(PIECE)
            .select(IdentityDecision::as_select())
            .into_boxed::<MultiBackend>();
        if let Some(after) = self.after {
            rows = rows.filter(identity_events::id.gt(after));
        }
        let rows: Vec<IdentityDecision> = rows.load(conn)?;
        self.after = rows.last().map(|last| last.id).or(self.after);
        Ok(Some(rows).filter(|rows| !rows.is_empty()))
    }
}

/// What was done about a client, and by whom.
pub struct Audit {
    members: Vec<Guid>,
    seen: Option<Vec<Guid>>,
    after: Option<Guid>,
}

impl Audit {
    /// Entries about these contacts; where the caller does not see every record, only what the people they see did.
    #[must_use]
    pub fn new(by: &Principal, members: Vec<ContactId>) -> Self {
        let seen = by.scope.owners().map(|owners| owners.into_iter().map(|owner| owner.0).collect());
        Self { members: members.into_iter().map(|member| member.0).collect(), seen, after: None }
    }
}

impl List for Audit {
    type Row = AuditEntry;

    fn columns(&self) -> Vec<Column<AuditEntry>> {
        Vec::new()
    }

    fn next(&mut self, conn: &mut Connection) -> Result<Option<Vec<AuditEntry>>> {
        let mut rows = audit_log::table
            .filter(audit_log::contact_id.eq_any(&self.members))
            .order(audit_log::id.asc())
            .limit(PIECE)
            .select(AuditEntry::as_select())
            .into_boxed::<MultiBackend>();
        if let Some(seen) = &self.seen {
            rows = rows.filter(audit_log::user_id.eq_any(seen.clone()));
        }
        if let Some(after) = self.after {
            rows = rows.filter(audit_log::id.gt(after));
        }
        let rows: Vec<AuditEntry> = rows.load(conn)?;
        self.after = rows.last().map(AuditEntry::id).or(self.after);
        Ok(Some(rows).filter(|rows| !rows.is_empty()))
    }
}
