//! The list of tasks, by when they are due; those without a due time come last.

use diesel::dsl::exists;
use diesel::prelude::*;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Task;
use crate::accounts::owners::Whose;
use crate::accounts::{Principal, UserId};
use crate::contacts::{ContactId, cluster};
use crate::db::conditions::{Beyond, Direction as Way, OneOf};
use crate::db::dialect::Condition;
use crate::db::schema::{contacts, leads, tasks};
use crate::db::types::Instant;
use crate::db::{Connection, MultiBackend};
use crate::error::{Error, Result};
use crate::http::{Cursor, Limit, Page};
use crate::interactions::TaskId;
use crate::pipelines::LeadId;
use crate::timeline::filter::keep;

/// Whether a task waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It waits.
    Open,
    /// It was done.
    Done,
}

/// Which tasks are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TaskQuery {
    /// Only this person's: a user's id, `me`, or `none`.
    #[param(value_type = Option<String>)]
    assignee_id: Option<Whose>,
    /// Only this client's.
    contact_id: Option<ContactId>,
    /// Only those about this lead.
    lead_id: Option<LeadId>,
    /// `open` or `done`.
    #[param(inline)]
    state: Option<State>,
    /// Only those due from this instant on.
    due_from: Option<Instant>,
    /// Only those due before this instant.
    due_to: Option<Instant>,
    /// `true`: only those open and past their time; `false`: only the others.
    overdue: Option<bool>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many: 1 to 200.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<Limit>,
}

/// A readable wish.
#[derive(Debug, Clone)]
pub struct Filter {
    query: TaskQuery,
    /// The client asked for, and those merged into it.
    members: Vec<ContactId>,
    /// The assignee asked for; `Some(None)` for nobody.
    assignee: Option<Option<UserId>>,
    after: Option<Cursor<Option<Instant>, TaskId>>,
    limit: i64,
    now: Instant,
}

impl TaskQuery {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Every bad parameter.
    pub fn parse(self, now: Instant) -> Result<Filter> {
        let mut errors = Vec::new();
        let filter = Filter {
            after: keep(self.cursor.as_deref().map(Cursor::decode).transpose(), &mut errors).flatten(),
            limit: keep(self.limit.unwrap_or_default().get(), &mut errors).unwrap_or(1),
            query: self,
            members: Vec::new(),
            assignee: None,
            now,
        };
        if errors.is_empty() { Ok(filter) } else { Err(Error::invalid(errors)) }
    }
}

impl Filter {
    /// The same in pages of `limit` rows.
    #[must_use]
    pub fn with_limit(self, limit: i64) -> Self {
        Self { limit, ..self }
    }

    /// The same behind the page that ended with this cursor.
    ///
    /// # Errors
    /// It is no cursor of this list.
    pub fn behind(self, cursor: &str) -> Result<Self> {
        Ok(Self { after: Some(Cursor::decode(cursor)?), ..self })
    }
}

/// Hides tasks of leads that the caller does not see; `None` where all are seen.
#[must_use]
pub fn of_seen_leads(by: &Principal) -> Option<Condition<tasks::table>> {
    let owners = by.scope.owners()?.into_iter().map(|owner| owner.0).collect();
    let seen = leads::table
        .filter(leads::id.nullable().eq(tasks::lead_id))
        .filter(leads::owner_id.is_null().or(OneOf::new("leads.owner_id", owners)));
    Some(Box::new(tasks::lead_id.is_null().or(exists(seen))))
}

/// A page of the tasks of clients and leads that the caller sees.
///
/// # Errors
/// The database is away.
pub fn page(conn: &mut Connection, by: &Principal, filter: &Filter) -> Result<Page<Task>> {
    let mut filter = filter.clone();
    if let Some(contact) = filter.query.contact_id {
        filter.members = cluster::all_of(conn, contact)?;
    }
    filter.assignee = filter.query.assignee_id.map(|whose| whose.user("assignee_id", by)).transpose()?;
    let filter = &filter;
    let wanted = filter.limit + 1;
    let (mut rows, undated_after) = match &filter.after {
        Some(Cursor(None, id)) => (Vec::new(), Some(*id)),
        Some(Cursor(Some(at), id)) => (dated(conn, by, filter, Some((*at, *id)), wanted)?, None),
        None => (dated(conn, by, filter, None, wanted)?, None),
    };
    let left = wanted - i64::try_from(rows.len()).unwrap_or(wanted);
    let by_due = &filter.query;
    if left > 0 && by_due.due_from.is_none() && by_due.due_to.is_none() && by_due.overdue != Some(true) {
        let mut query = select(by, filter, left).filter(tasks::due_at.is_null()).order(tasks::id);
        if let Some(id) = undated_after {
            query = query.filter(tasks::id.gt(id));
        }
        rows.extend(query.load::<Task>(conn)?);
    }
    Ok(Page::cut(rows, filter.limit, |last: &Task| Cursor(last.due_at, last.id).encode()))
}

/// The tasks with a due time, the earliest first.
fn dated(
    conn: &mut Connection,
    by: &Principal,
    filter: &Filter,
    after: Option<(Instant, TaskId)>,
    count: i64,
) -> Result<Vec<Task>> {
    let mut query = select(by, filter, count).filter(tasks::due_at.is_not_null()).order((tasks::due_at, tasks::id));
    if let Some((at, id)) = after {
        query = query.filter(Beyond::new("tasks.due_at, tasks.id", Way::Ascending, at, id.0));
    }
    if let Some(from) = filter.query.due_from {
        query = query.filter(tasks::due_at.ge(from));
    }
    if let Some(to) = filter.query.due_to {
        query = query.filter(tasks::due_at.lt(to));
    }
    query = match filter.query.overdue {
        None => query,
        Some(true) => query.filter(tasks::done_at.is_null()).filter(tasks::due_at.lt(filter.now)),
        Some(false) => query.filter(tasks::done_at.is_not_null().or(tasks::due_at.assume_not_null().ge(filter.now))),
    };
    Ok(query.load(conn)?)
}

type Select<'a> = diesel::helper_types::IntoBoxed<
    'a,
    diesel::helper_types::Select<tasks::table, diesel::dsl::AsSelect<Task, MultiBackend>>,
    MultiBackend,
>;

fn select<'a>(by: &Principal, filter: &Filter, count: i64) -> Select<'a> {
    let wanted = &filter.query;
    let mut query = tasks::table
        .select(Task::as_select())
        .into_boxed::<MultiBackend>()
        .filter(tasks::deleted_at.is_null())
        .limit(count);
    let client = contacts::table.filter(contacts::id.eq(tasks::contact_id)).filter(contacts::deleted_at.is_null());
    query = match by.scope.owners() {
        None => query.filter(exists(client)),
        Some(owners) => {
            let owners = owners.into_iter().map(|owner| owner.0).collect();
            let seen = contacts::owner_id.is_null().or(OneOf::new("contacts.owner_id", owners));
            query.filter(exists(client.filter(seen)))
        }
    };
    if let Some(seen) = of_seen_leads(by) {
        query = query.filter(seen);
    }
    query = match filter.assignee {
        None => query,
        Some(None) => query.filter(tasks::assignee_id.is_null()),
        Some(Some(assignee)) => query.filter(tasks::assignee_id.eq(assignee)),
    };
    if !filter.members.is_empty() {
        let members = filter.members.iter().map(|member| member.0).collect();
        query = query.filter(OneOf::new("tasks.contact_id", members));
    }
    if let Some(lead) = wanted.lead_id {
        query = query.filter(tasks::lead_id.eq(lead));
    }
    match wanted.state {
        None => query,
        Some(State::Open) => query.filter(tasks::done_at.is_null()),
        Some(State::Done) => query.filter(tasks::done_at.is_not_null()),
    }
}
