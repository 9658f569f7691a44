//! What each person did in a period: touchpoints and notes recorded, stage moves made, tasks done, leads won and lost.

use std::collections::BTreeMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::accounts::{Principal, TeamId, UserId};
use crate::db::Connection;
use crate::db::schema::{leads, tasks, timeline_entries as entries, users};
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::funnel::span::AskedSpan;
use crate::interactions::Channel;
use crate::timeline::EntryType;

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
    /// Moves of leads to stages.
    pub stage_moves: i64,
    /// Tasks given to the person and done.
    pub tasks_done: i64,
    /// Leads of the person that entered a pipeline.
    pub leads_entered: i64,
    /// Leads of the person won, and still so now.
    pub won: i64,
    /// Leads of the person lost, and still so now.
    pub lost: i64,
}

/// Counts activity by when things happened. Facts are told by whoever recorded them, leads by their owners.
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
    let range = (span.from, span.to.min(span.as_of));
    let people = users::table.order((users::name, users::id)).select((users::id, users::name, users::team_id));
    let people: Vec<(UserId, String, Option<TeamId>)> = people.load(conn)?;
    let wanted = people.into_iter().filter(|(id, _, team)| {
        query.owner_id.is_none_or(|owner| owner == *id)
            && query.team_id.is_none_or(|wanted| Some(wanted) == *team)
            && by.scope.sees(Some(*id))
    });
    let mut owners: BTreeMap<UserId, OwnerActivity> =
        wanted.map(|(id, name, _)| (id, OwnerActivity::none(id, name))).collect();
    told(conn, range, &mut owners)?;
    done(conn, range, &mut owners)?;
    closed(conn, range, &mut owners)?;
    let mut owners: Vec<OwnerActivity> = owners.into_values().filter(OwnerActivity::did_something).collect();
    owners.sort_by(|a, b| a.name.cmp(&b.name).then(a.user_id.cmp(&b.user_id)));
    Ok(Activity {
        definitions: "metrics.md §3 Time, speed, outcome",
        from: (span.from > Instant::MIN).then_some(span.from),
        to: span.to,
        as_of: span.as_of,
        owners,
    })
}

type Owners = BTreeMap<UserId, OwnerActivity>;

/// What stands on timelines.
fn told(conn: &mut Connection, (from, to): (Instant, Instant), owners: &mut Owners) -> Result<()> {
    let rows = entries::table
        .filter(entries::occurred_at.ge(from).and(entries::occurred_at.lt(to)))
        .filter(entries::deleted_at.is_null().and(entries::user_id.is_not_null()))
        .group_by((entries::user_id, entries::entry_type, entries::channel))
        .select((entries::user_id, entries::entry_type, entries::channel, count_star()));
    for (user, kind, channel, count) in rows.load::<(Option<UserId>, EntryType, Option<Channel>, i64)>(conn)? {
        let Some(owner) = user.and_then(|user| owners.get_mut(&user)) else { continue };
        match (kind, channel) {
            (EntryType::Interaction, Some(channel)) => {
                owner.touchpoints += count;
                *owner.by_channel.entry(channel).or_default() += count;
            }
            (EntryType::Note, _) => owner.notes += count,
            (EntryType::StageMove, _) => owner.stage_moves += count,
            _ => {}
        }
    }
    Ok(())
}

fn done(conn: &mut Connection, (from, to): (Instant, Instant), owners: &mut Owners) -> Result<()> {
    let rows = tasks::table
        .filter(tasks::done_at.ge(from).and(tasks::done_at.lt(to)))
        .filter(tasks::deleted_at.is_null().and(tasks::assignee_id.is_not_null()))
        .group_by(tasks::assignee_id)
        .select((tasks::assignee_id, count_star()));
    for (user, count) in rows.load::<(Option<UserId>, i64)>(conn)? {
        if let Some(owner) = user.and_then(|user| owners.get_mut(&user)) {
            owner.tasks_done += count;
        }
    }
    Ok(())
}

fn closed(conn: &mut Connection, (from, to): (Instant, Instant), owners: &mut Owners) -> Result<()> {
    let live = leads::table.filter(leads::deleted_at.is_null().and(leads::owner_id.is_not_null()));
    let entered = live
        .filter(leads::entered_at.ge(from).and(leads::entered_at.lt(to)))
        .group_by(leads::owner_id)
        .select((leads::owner_id, count_star()));
    for (user, count) in entered.load::<(Option<UserId>, i64)>(conn)? {
        if let Some(owner) = user.and_then(|user| owners.get_mut(&user)) {
            owner.leads_entered += count;
        }
    }
    let closed = live
        .filter(leads::closed_at.ge(from).and(leads::closed_at.lt(to)))
        .group_by((leads::owner_id, leads::stage_kind))
        .select((leads::owner_id, leads::stage_kind, count_star()));
    for (user, kind, count) in closed.load::<(Option<UserId>, String, i64)>(conn)? {
        if let Some(owner) = user.and_then(|user| owners.get_mut(&user)) {
            *(if kind == "won" { &mut owner.won } else { &mut owner.lost }) += count;
        }
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
