//! The rows that count as activity: what the caller would be shown, of clients in use and leads in use that they see.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::activity::ActivityQuery;
use super::deals;
use super::request::Ask;
use crate::accounts::{Principal, UserId};
use crate::calendar::span::Span;
use crate::db::composed::Sql;
use crate::db::conditions::OneOf;
use crate::db::dialect::Condition;
use crate::db::schema::{contacts, leads, stage_intervals as intervals, tasks, timeline_entries as entries};
use crate::db::types::Instant;
use crate::db::{Connection, MultiBackend};
use crate::error::Result;
use crate::funnel::Only;
use crate::interactions::tasks::list::of_seen_leads as tasks_of_seen_leads;
use crate::pipelines::then::Then;
use crate::pipelines::{LeadId, StageId, StageKind, store as pipelines, visit};
use crate::timeline::EntryType;
use crate::timeline::page::of_seen_leads;

/// Which facts count.
pub(super) struct Which<'a> {
    pub(super) by: &'a Principal,
    pub(super) from: Instant,
    pub(super) to: Instant,
    /// Who did it.
    pub(super) people: Vec<UserId>,
    /// The statement that gives whose; everybody's where absent.
    pub(super) clients: Option<Sql>,
}

impl Which<'_> {
    /// The condition on whose it is, of the table whose `contact_id` is named as in `tasks.contact_id IN (`.
    fn of(&self, column: &'static str) -> Option<Sql> {
        self.clients.clone().map(|clients| Sql::text(column).then(clients).and_text(")"))
    }
}

pub(super) type Entries = entries::BoxedQuery<'static, MultiBackend>;
pub(super) type Tasks = tasks::BoxedQuery<'static, MultiBackend>;

/// What these people did with clients that the caller is shown.
fn shown(which: &Which<'_>) -> Entries {
    let by = which.by;
    let client = contacts::table.filter(contacts::id.eq(entries::contact_id)).filter(contacts::deleted_at.is_null());
    let mut rows = entries::table.filter(entries::deleted_at.is_null()).into_boxed();
    rows = rows.filter(entries::occurred_at.ge(which.from).and(entries::occurred_at.lt(which.to)));
    let people = which.people.iter().map(|user| user.0).collect();
    rows = rows.filter(OneOf::new("timeline_entries.user_id", people));
    if let Some(theirs) = which.of("timeline_entries.contact_id IN (") {
        rows = rows.filter(theirs);
    }
    rows = match by.scope.owners() {
        None => rows.filter(exists(client)),
        Some(owners) => {
            let owners = owners.into_iter().map(|owner| owner.0).collect();
            let seen = contacts::owner_id.is_null().or(OneOf::new("contacts.owner_id", owners));
            rows.filter(exists(client.filter(seen)))
        }
    };
    match of_seen_leads(by) {
        None => rows,
        Some(seen) => rows.filter(seen),
    }
}

/// Touchpoints and notes.
pub(super) fn touches(which: &Which<'_>) -> Entries {
    shown(which).filter(entries::channel.is_not_null())
}

/// Moves of leads that are in use.
pub(super) fn moves(which: &Which<'_>) -> Entries {
    let begins = intervals::table
        .filter(intervals::contact_id.eq(entries::contact_id).and(intervals::entered_at.eq(entries::occurred_at)))
        .filter(intervals::lead_id.nullable().eq(entries::lead_id).and(intervals::visit.eq(visit::BEGINS)))
        .filter(intervals::id.eq(entries::id));
    let in_use = leads::table.filter(leads::id.nullable().eq(entries::lead_id)).filter(leads::deleted_at.is_null());
    shown(which)
        .filter(entries::entry_type.eq(EntryType::StageMove))
        .filter(exists(in_use))
        .filter(diesel::dsl::not(exists(begins)))
}

/// Tasks of these people that were done.
pub(super) fn tasks_done(which: &Which<'_>) -> Tasks {
    let client = contacts::table.filter(contacts::id.eq(tasks::contact_id)).filter(contacts::deleted_at.is_null());
    let seen: Condition<tasks::table> = match which.by.scope.owners() {
        None => Box::new(exists(client)),
        Some(owners) => {
            let owners = owners.into_iter().map(|owner| owner.0).collect();
            let seen = contacts::owner_id.is_null().or(OneOf::new("contacts.owner_id", owners));
            Box::new(exists(client.filter(seen)))
        }
    };
    let theirs = which.of("tasks.contact_id IN (").unwrap_or_else(|| Sql::all([]));
    let people = which.people.iter().map(|user| user.0).collect();
    let rows = tasks::table
        .filter(tasks::done_at.ge(which.from).and(tasks::done_at.lt(which.to)))
        .filter(tasks::deleted_at.is_null())
        .filter(OneOf::new("tasks.assignee_id", people))
        .filter(seen)
        .filter(theirs)
        .into_boxed();
    match tasks_of_seen_leads(which.by) {
        Some(seen) => rows.filter(seen),
        None => rows,
    }
}

/// What became of leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeadFact {
    /// They entered a pipeline.
    Entered,
    /// They were won.
    Won,
    /// They were lost.
    Lost,
}

/// What the sales report of every pipeline would be asked for the same people and clients.
pub(super) fn asks(conn: &mut Connection, query: &ActivityQuery, span: Span) -> Result<Vec<Ask>> {
    let only =
        Only { owner_id: query.owner_id, team_id: query.team_id, segment_id: query.segment_id, ..Only::default() };
    let then = Then::at(conn, span.as_of)?;
    let only = only.ready(conn, span.as_of, &then)?;
    let ask = |pipeline| Ask { pipeline, span, only: only.clone(), then: then.clone() };
    Ok(pipelines::all(conn, true)?.into_iter().map(ask).collect())
}

/// Leads entered, won or lost, as the sales reports count them: the owner, when, which, in which stage.
pub(super) fn leads_of(
    conn: &mut Connection,
    by: &Principal,
    asks: &[Ask],
    fact: LeadFact,
) -> Result<Vec<(UserId, Instant, LeadId, StageId)>> {
    let mut found = Vec::new();
    for ask in asks {
        let span = ask.span;
        let deals = match fact {
            LeadFact::Entered => deals::begun(conn, by, ask, (span.from, span.to.min(span.as_of)))?,
            LeadFact::Won => deals::closed(conn, by, ask, StageKind::Won)?,
            LeadFact::Lost => deals::closed(conn, by, ask, StageKind::Lost)?,
        };
        for deal in deals {
            let stay = if fact == LeadFact::Entered { deal.stays.first().copied() } else { deal.last() };
            let stage = stay.and_then(|stay| deals::stage(ask, stay.stage)).map(|stage| stage.id);
            let at = stay.and_then(|stay| Instant::from_micros(stay.at));
            if let (Some(owner), Some(at), Some(stage)) = (deal.owner_id, at, stage) {
                found.push((owner, at, deal.id, stage));
            }
        }
    }
    Ok(found)
}
