//! What is behind each number of the activity report: the touchpoints, notes, moves, tasks and leads themselves, the newest
//! first.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::activity::{ActivityQuery, activity_queries};
use super::activity_rows::{Entries, LeadFact, Which, asks, leads_of, moves, tasks_done, touches};
use crate::accounts::{Principal, UserId};
use crate::calendar::span::Span;
use crate::contacts::ContactId;
use crate::contacts::names::{self, Told};
use crate::db::Connection;
use crate::db::conditions::{Beyond, Direction as Way, OneOf};
use crate::db::schema::{leads, stage_intervals as intervals, tasks, timeline_entries as entries, users};
use crate::db::types::{Guid, Instant};
use crate::error::{Error, Result};
use crate::http::{Cursor, Limit, Page};
use crate::interactions::{Channel, InteractionId, TaskId};
use crate::pipelines::{LeadId, StageId};
use crate::timeline::page::ORDER;

crate::text_enum! {
    /// Which of a person's numbers.
    pub enum ActivitySet {
        /// Touchpoints recorded, of all channels but notes.
        Touchpoints = "touchpoints",
        /// Notes.
        Notes = "notes",
        /// Moves of leads from one stage to another.
        StageMoves = "stage_moves",
        /// Tasks given to the person and done.
        TasksDone = "tasks_done",
        /// Leads of the person that entered a pipeline.
        LeadsEntered = "leads_entered",
        /// Leads of the person won in the period, and still so at `as_of`.
        Won = "won",
        /// Leads of the person lost in the period, and still so at `as_of`.
        Lost = "lost",
    }
}

activity_queries! {
    /// The facts behind a number of the activity report.
    pub struct ActivityFactsQuery {
        /// Whose number.
        pub user_id: UserId,
        /// Which number.
        #[param(inline)]
        pub set: ActivitySet,
        /// Only touchpoints of this channel; for `touchpoints` alone.
        #[param(inline)]
        pub channel: Option<Channel>,
        /// Where the previous page ended.
        pub cursor: Option<String>,
        /// Rows of a page.
        #[serde(default)]
        #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
        pub limit: Limit,
    }
}

/// Something that a person did, or that became of a lead of theirs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ActivityFact {
    /// When it happened: the touchpoint, the move, the task's end, the lead's entry to the stage.
    pub at: Instant,
    /// The client, and not whoever is merged into it.
    pub contact_id: ContactId,
    /// The client's name; `null` where the caller does not see the client.
    pub contact_name: Option<String>,
    /// Where a touchpoint happened; `note` of notes.
    pub channel: Option<Channel>,
    /// The touchpoint or note.
    pub interaction_id: Option<InteractionId>,
    /// The lead it is about.
    pub lead_id: Option<LeadId>,
    /// The lead's title; `null` where the caller does not see the lead.
    pub lead_title: Option<String>,
    /// The stage that a lead came to.
    pub stage_id: Option<StageId>,
    /// The task.
    pub task_id: Option<TaskId>,
    /// The task's title.
    pub task_title: Option<String>,
}

impl ActivityFact {
    const fn of(at: Instant, contact_id: ContactId, lead_id: Option<LeadId>) -> Self {
        Self {
            at,
            contact_id,
            contact_name: None,
            channel: None,
            interaction_id: None,
            lead_id,
            lead_title: None,
            stage_id: None,
            task_id: None,
            task_title: None,
        }
    }
}

/// Where a page begins and how long it is.
struct Cut {
    after: Option<Cursor<Instant, Guid>>,
    limit: i64,
}

/// The facts behind one number, the newest first; `total` is that number.
///
/// # Errors
/// A bad parameter; nobody whom the caller sees; there is no such segment, or it is broken.
pub fn behind(conn: &mut Connection, by: &Principal, asked: &ActivityFactsQuery) -> Result<Page<ActivityFact>> {
    let query = asked.report();
    let span = query.span()?;
    let cut = Cut { after: asked.cursor.as_deref().map(Cursor::decode).transpose()?, limit: asked.limit.get()? };
    if asked.channel.is_some() && asked.set != ActivitySet::Touchpoints {
        return Err(Error::field("channel", "choice", "is for touchpoints alone"));
    }
    let known: i64 = users::table.filter(users::id.eq(asked.user_id)).count().get_result(conn)?;
    if known == 0 || !by.scope.sees(Some(asked.user_id)) {
        return Err(Error::field("user_id", "unknown", "is nobody whose activity you see"));
    }
    let people = query.people(conn, by)?.into_iter().map(|(id, _)| id).filter(|id| *id == asked.user_id).collect();
    let which = query.which(conn, by, span, people)?;
    let page = match asked.set {
        ActivitySet::Touchpoints => {
            let rows = || {
                let rows = touches(&which).filter(entries::channel.assume_not_null().ne(Channel::Note));
                match asked.channel {
                    None => rows,
                    Some(channel) => rows.filter(entries::channel.assume_not_null().eq(channel)),
                }
            };
            told(conn, &rows, &cut)?
        }
        ActivitySet::Notes => {
            told(conn, &|| touches(&which).filter(entries::channel.assume_not_null().eq(Channel::Note)), &cut)?
        }
        ActivitySet::StageMoves => moved(conn, &which, &cut)?,
        ActivitySet::TasksDone => done(conn, &which, &cut)?,
        ActivitySet::LeadsEntered => of_leads(conn, &which, &query, span, LeadFact::Entered, &cut)?,
        ActivitySet::Won => of_leads(conn, &which, &query, span, LeadFact::Won, &cut)?,
        ActivitySet::Lost => of_leads(conn, &which, &query, span, LeadFact::Lost, &cut)?,
    };
    named(conn, by, page)
}

impl ActivityFactsQuery {
    /// The report that the number is of.
    fn report(&self) -> ActivityQuery {
        ActivityQuery {
            from: self.from.clone(),
            to: self.to.clone(),
            tz: self.tz.clone(),
            as_of: self.as_of.clone(),
            owner_id: self.owner_id,
            team_id: self.team_id,
            segment_id: self.segment_id,
            compare: None,
        }
    }
}

type Entry = (ContactId, Instant, Guid, Option<Channel>, Option<LeadId>);

/// A page of a line's entries, and how many there are.
fn of_line(conn: &mut Connection, rows: &dyn Fn() -> Entries, cut: &Cut) -> Result<Page<Entry>> {
    let total: i64 = rows().select(count_star()).get_result(conn)?;
    let mut page = rows();
    if let Some(Cursor(at, id)) = cut.after {
        page = page.filter(Beyond::new(ORDER, Way::Descending, at, id));
    }
    let page = page.order((entries::occurred_at.desc(), entries::id.desc())).limit(cut.limit + 1);
    let columns = (entries::contact_id, entries::occurred_at, entries::id, entries::channel, entries::lead_id);
    let page: Vec<Entry> = page.select(columns).load(conn)?;
    let page = Page::cut(page, cut.limit, |(_, at, id, ..)| Cursor(*at, *id).encode());
    Ok(Page { total: Some(total), ..page })
}

/// Touchpoints or notes.
fn told(conn: &mut Connection, rows: &dyn Fn() -> Entries, cut: &Cut) -> Result<Page<ActivityFact>> {
    Ok(of_line(conn, rows, cut)?.map(|(contact, at, id, channel, lead)| ActivityFact {
        channel,
        interaction_id: Some(InteractionId(id)),
        ..ActivityFact::of(at, contact, lead)
    }))
}

/// Moves, with the stages that leads came to.
fn moved(conn: &mut Connection, which: &Which<'_>, cut: &Cut) -> Result<Page<ActivityFact>> {
    let page = of_line(conn, &|| moves(which), cut)?;
    let ids = page.items.iter().map(|(_, _, id, ..)| *id).collect();
    let stays = intervals::table.filter(OneOf::new("stage_intervals.id", ids));
    let stages: HashMap<Guid, StageId> =
        stays.select((intervals::id, intervals::stage_id)).load::<(Guid, StageId)>(conn)?.into_iter().collect();
    Ok(page.map(|(contact, at, id, _, lead)| ActivityFact {
        stage_id: stages.get(&id).copied(),
        ..ActivityFact::of(at, contact, lead)
    }))
}

fn done(conn: &mut Connection, which: &Which<'_>, cut: &Cut) -> Result<Page<ActivityFact>> {
    type Row = (ContactId, Option<Instant>, TaskId, Option<LeadId>, String);
    let total: i64 = tasks_done(which).select(count_star()).get_result(conn)?;
    let mut rows = tasks_done(which);
    if let Some(Cursor(at, id)) = cut.after {
        rows = rows.filter(Beyond::new("tasks.done_at, tasks.id", Way::Descending, at, id));
    }
    let rows = rows.order((tasks::done_at.desc(), tasks::id.desc())).limit(cut.limit + 1);
    let rows: Vec<Row> =
        rows.select((tasks::contact_id, tasks::done_at, tasks::id, tasks::lead_id, tasks::title)).load(conn)?;
    let page = Page::cut(rows, cut.limit, |row| Cursor(row.1.unwrap_or(Instant::MIN), row.2.0).encode());
    let fact = |(contact, at, id, lead, title): Row| ActivityFact {
        task_id: Some(id),
        task_title: Some(title),
        ..ActivityFact::of(at.unwrap_or(Instant::MIN), contact, lead)
    };
    Ok(Page { total: Some(total), ..page.map(fact) })
}

/// Leads entered, won or lost, with the stages that they came to.
fn of_leads(
    conn: &mut Connection,
    which: &Which<'_>,
    query: &ActivityQuery,
    span: Span,
    fact: LeadFact,
    cut: &Cut,
) -> Result<Page<ActivityFact>> {
    let asks = asks(conn, query, span)?;
    let all = leads_of(conn, which.by, &asks, fact)?;
    let own = all.into_iter().filter(|(owner, ..)| which.people.contains(owner));
    let mut own: Vec<(Instant, LeadId, StageId)> = own.map(|(_, at, lead, stage)| (at, lead, stage)).collect();
    own.sort_unstable_by_key(|(at, lead, _)| std::cmp::Reverse((*at, *lead)));
    let total = i64::try_from(own.len()).map_err(Error::internal)?;
    let start = cut
        .after
        .as_ref()
        .map_or(0, |Cursor(at, id)| own.partition_point(|(known, lead, _)| (*known, lead.0) >= (*at, *id)));
    let wanted = usize::try_from(cut.limit + 1).map_err(Error::internal)?;
    let rows: Vec<_> = own.into_iter().skip(start).take(wanted).collect();
    let page = Page::cut(rows, cut.limit, |(at, lead, _)| Cursor(*at, lead.0).encode());
    let ids = page.items.iter().map(|(_, lead, _)| lead.0).collect();
    let rows = leads::table.filter(OneOf::new("leads.id", ids)).select((leads::id, leads::contact_id));
    let clients: HashMap<LeadId, ContactId> = rows.load::<(LeadId, ContactId)>(conn)?.into_iter().collect();
    let fact = |(at, lead, stage): &(Instant, LeadId, StageId)| {
        let contact = *clients.get(lead)?;
        Some(ActivityFact { stage_id: Some(*stage), ..ActivityFact::of(*at, contact, Some(*lead)) })
    };
    let items = page.items.iter().filter_map(fact).collect();
    Ok(Page { items, next_cursor: page.next_cursor, total: Some(total) })
}

/// The same page with the names of clients and the titles of leads that the caller sees.
fn named(conn: &mut Connection, by: &Principal, page: Page<ActivityFact>) -> Result<Page<ActivityFact>> {
    let clients = names::shown(conn, by, page.items.iter().map(|fact| fact.contact_id))?;
    let ids = page.items.iter().filter_map(|fact| fact.lead_id).map(|lead| lead.0).collect();
    let rows = leads::table.filter(OneOf::new("leads.id", ids)).filter(leads::deleted_at.is_null());
    let rows: Vec<(LeadId, Option<UserId>, String)> =
        rows.select((leads::id, leads::owner_id, leads::title)).load(conn)?;
    let titles: HashMap<LeadId, String> =
        rows.into_iter().filter(|row| by.scope.sees(row.1)).map(|(id, _, title)| (id, title)).collect();
    Ok(page.map(|fact| {
        let client = clients.get(&fact.contact_id);
        ActivityFact {
            contact_id: client.map_or(fact.contact_id, |client| client.id),
            contact_name: Told::of(client).contact_name,
            lead_title: fact.lead_id.and_then(|lead| titles.get(&lead).cloned()),
            ..fact
        }
    }))
}
