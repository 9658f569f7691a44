//! What each person did in a period: touchpoints and notes recorded, stage moves made, tasks done, leads won and lost.
//!
//! * What is counted is what the caller would be shown: of clients in use and leads in use that they see.
//! * Facts go by when they happened, whoever recorded them; a task by when it was done, its assignee.
//! * A move leaves a stage: the entry that begins a lead's life is none, it is counted under `leads_entered`.
//! * Leads are those of their owner at `as_of`; won and lost are the sales report's, over all pipelines: closed in the period,
//!   and still so at `as_of`.

use std::collections::BTreeMap;

use diesel::dsl::{count_star, exists};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::deals;
use super::request::Ask;
use crate::accounts::{Principal, TeamId, UserId};
use crate::calendar::span::{AskedSpan, Span};
use crate::db::composed::Sql;
use crate::db::conditions::OneOf;
use crate::db::dialect::Condition;
use crate::db::schema::{contacts, leads, stage_intervals as intervals, tasks, timeline_entries as entries, users};
use crate::db::types::Instant;
use crate::db::{Connection, MultiBackend};
use crate::error::{Error, Result};
use crate::funnel::Only;
use crate::funnel::compare::Comparison;
use crate::interactions::Channel;
use crate::pipelines::{StageKind, store as pipelines, visit};
use crate::segments::{self, SegmentId};
use crate::timeline::EntryType;
use crate::timeline::page::of_seen_leads;

/// Whose activity, and when.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ActivityQuery {
    /// The period's begin, a day in `tz` or an instant.
    pub from: Option<String>,
    /// The period's end, exclusive.
    pub to: Option<String>,
    /// IANA time zone of days; UTC where absent.
    pub tz: Option<String>,
    /// Only facts before it count; now where absent.
    pub as_of: Option<String>,
    /// Only this person.
    pub owner_id: Option<UserId>,
    /// Only this team.
    pub team_id: Option<TeamId>,
    /// Only what has to do with clients in this segment. A rule is asked as of `as_of`: what clients did later does not count;
    /// their fields and lists are those of now.
    #[param(value_type = Option<uuid::Uuid>)]
    pub segment_id: Option<SegmentId>,
    /// Another period to show beside: the `previous` one of the same length, or the same one `last_year`.
    #[param(inline)]
    pub compare: Option<Comparison>,
}

/// What each person did. `GET /interactions` with `user_id`, `from` and `to` lists the touchpoints and notes behind it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Activity {
    /// Where the numbers are defined.
    definitions: &'static str,
    from: Option<Instant>,
    to: Instant,
    as_of: Instant,
    pub owners: Vec<OwnerActivity>,
    #[schema(inline)]
    compare: Option<Comparison>,
    /// The other period, where one was asked for.
    compared: Option<OtherActivity>,
}

/// What each person did in another period.
#[derive(Debug, Serialize, ToSchema)]
pub struct OtherActivity {
    from: Instant,
    to: Instant,
    /// As much earlier as the period: both are seen at the same age.
    as_of: Instant,
    owners: Vec<OwnerActivity>,
}

/// What a person did.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnerActivity {
    pub user_id: UserId,
    pub name: String,
    /// Touchpoints recorded, of all channels but notes.
    pub touchpoints: i64,
    /// The same by channel.
    #[schema(value_type = Object)]
    pub by_channel: BTreeMap<Channel, i64>,
    pub notes: i64,
    /// Moves of leads from one stage to another.
    pub stage_moves: i64,
    /// Tasks given to the person and done.
    pub tasks_done: i64,
    /// Leads of the person that entered a pipeline.
    pub leads_entered: i64,
    /// Leads of the person won in the period, and still so at `as_of`.
    pub won: i64,
    /// Leads of the person lost in the period, and still so at `as_of`.
    pub lost: i64,
}

/// Counts activity by when things happened, and that of another period beside where asked.
///
/// # Errors
/// Every bad parameter.
pub fn report(conn: &mut Connection, by: &Principal, query: &ActivityQuery) -> Result<Activity> {
    let mut faults = Vec::new();
    let asked = AskedSpan {
        from: query.from.as_deref(),
        to: query.to.as_deref(),
        tz: query.tz.as_deref(),
        as_of: query.as_of.as_deref(),
    };
    let span = asked.parse(&mut faults);
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let other = query.compare.map(|compare| compare.of(span)).transpose()?;
    let compared = match other {
        None => None,
        Some(other) => {
            let owners = owners(conn, by, query, other)?;
            Some(OtherActivity { from: other.from, to: other.to, as_of: other.as_of, owners })
        }
    };
    Ok(Activity {
        definitions: "metrics.md §3 Time, speed, outcome",
        from: (span.from > Instant::MIN).then_some(span.from),
        to: span.to,
        as_of: span.as_of,
        owners: owners(conn, by, query, span)?,
        compare: query.compare,
        compared,
    })
}

fn owners(conn: &mut Connection, by: &Principal, query: &ActivityQuery, span: Span) -> Result<Vec<OwnerActivity>> {
    let people = users::table.order((users::name, users::id)).select((users::id, users::name, users::team_id));
    let people: Vec<(UserId, String, Option<TeamId>)> = people.load(conn)?;
    let wanted = people.into_iter().filter(|(id, _, team)| {
        query.owner_id.is_none_or(|owner| owner == *id)
            && query.team_id.is_none_or(|wanted| Some(wanted) == *team)
            && by.scope.sees(Some(*id))
    });
    let mut owners: Owners = wanted.map(|(id, name, _)| (id, OwnerActivity::none(id, name))).collect();
    let range = (span.from, span.to.min(span.as_of));
    let clients = match query.segment_id {
        None => None,
        Some(id) => Some(segments::clients_as_of(conn, id, span.as_of).map_err(segments::named)?),
    };
    let which = Which { by, from: range.0, to: range.1, people: owners.keys().copied().collect(), clients };
    told(conn, &which, &mut owners)?;
    moved(conn, &which, &mut owners)?;
    done(conn, &which, &mut owners)?;
    closed(conn, by, query, span, &mut owners)?;
    let mut owners: Vec<OwnerActivity> = owners.into_values().filter(OwnerActivity::did_something).collect();
    owners.sort_by(|a, b| a.name.cmp(&b.name).then(a.user_id.cmp(&b.user_id)));
    Ok(owners)
}

type Owners = BTreeMap<UserId, OwnerActivity>;

/// Which facts count.
struct Which<'a> {
    by: &'a Principal,
    from: Instant,
    to: Instant,
    /// Who did it.
    people: Vec<UserId>,
    /// The statement that gives whose; everybody's where absent.
    clients: Option<Sql>,
}

impl Which<'_> {
    /// The condition on whose it is, of the table whose `contact_id` is named as in `tasks.contact_id IN (`.
    fn of(&self, column: &'static str) -> Option<Sql> {
        self.clients.clone().map(|clients| Sql::text(column).then(clients).and_text(")"))
    }
}

/// What these people did with clients that the caller is shown.
fn shown(which: &Which<'_>) -> entries::BoxedQuery<'static, MultiBackend> {
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
fn told(conn: &mut Connection, which: &Which<'_>, owners: &mut Owners) -> Result<()> {
    let rows = shown(which)
        .filter(entries::channel.is_not_null())
        .select((entries::user_id.assume_not_null(), entries::channel.assume_not_null()));
    for row in rows.load_iter::<(UserId, Channel), _>(conn)? {
        let (user, channel) = row?;
        let Some(owner) = owners.get_mut(&user) else { continue };
        if channel == Channel::Note {
            owner.notes += 1;
        } else {
            owner.touchpoints += 1;
            *owner.by_channel.entry(channel).or_default() += 1;
        }
    }
    Ok(())
}

/// Moves of leads that are in use.
fn moved(conn: &mut Connection, which: &Which<'_>, owners: &mut Owners) -> Result<()> {
    let begins = intervals::table
        .filter(intervals::contact_id.eq(entries::contact_id).and(intervals::entered_at.eq(entries::occurred_at)))
        .filter(intervals::lead_id.nullable().eq(entries::lead_id).and(intervals::visit.eq(visit::BEGINS)))
        .filter(intervals::id.eq(entries::id));
    let in_use = leads::table.filter(leads::id.nullable().eq(entries::lead_id)).filter(leads::deleted_at.is_null());
    let rows = shown(which)
        .filter(entries::entry_type.eq(EntryType::StageMove))
        .filter(exists(in_use))
        .filter(diesel::dsl::not(exists(begins)))
        .select(entries::user_id.assume_not_null());
    for user in rows.load_iter::<UserId, _>(conn)? {
        if let Some(owner) = owners.get_mut(&user?) {
            owner.stage_moves += 1;
        }
    }
    Ok(())
}

fn done(conn: &mut Connection, which: &Which<'_>, owners: &mut Owners) -> Result<()> {
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
    let rows = tasks::table
        .filter(tasks::done_at.ge(which.from).and(tasks::done_at.lt(which.to)))
        .filter(tasks::deleted_at.is_null().and(tasks::assignee_id.is_not_null()))
        .filter(seen)
        .filter(theirs)
        .group_by(tasks::assignee_id)
        .select((tasks::assignee_id, count_star()));
    for (user, count) in rows.load::<(Option<UserId>, i64)>(conn)? {
        if let Some(owner) = user.and_then(|user| owners.get_mut(&user)) {
            owner.tasks_done += count;
        }
    }
    Ok(())
}

/// Leads entered, won and lost, of every pipeline as the sales report counts them.
fn closed(conn: &mut Connection, by: &Principal, query: &ActivityQuery, span: Span, owners: &mut Owners) -> Result<()> {
    for pipeline in pipelines::all(conn, true)? {
        let only =
            Only { owner_id: query.owner_id, team_id: query.team_id, segment_id: query.segment_id, ..Only::default() };
        let ask = Ask::of(conn, pipeline, span, only)?;
        let begun = deals::begun(conn, by, &ask, (span.from, span.to.min(span.as_of)))?;
        let won = deals::closed(conn, by, &ask, StageKind::Won)?;
        let lost = deals::closed(conn, by, &ask, StageKind::Lost)?;
        let mut count = |deals: Vec<deals::Deal>, of: fn(&mut OwnerActivity) -> &mut i64| {
            for owner in deals.iter().filter_map(|deal| deal.owner_id) {
                if let Some(owner) = owners.get_mut(&owner) {
                    *of(owner) += 1;
                }
            }
        };
        count(begun, |owner| &mut owner.leads_entered);
        count(won, |owner| &mut owner.won);
        count(lost, |owner| &mut owner.lost);
    }
    Ok(())
}

impl OwnerActivity {
    fn none(user_id: UserId, name: String) -> Self {
        Self {
            user_id,
            name,
            touchpoints: 0,
            by_channel: BTreeMap::new(),
            notes: 0,
            stage_moves: 0,
            tasks_done: 0,
            leads_entered: 0,
            won: 0,
            lost: 0,
        }
    }

    fn did_something(&self) -> bool {
        let all =
            [self.touchpoints, self.notes, self.stage_moves, self.tasks_done, self.leads_entered, self.won, self.lost];
        all.into_iter().sum::<i64>() > 0
    }
}
