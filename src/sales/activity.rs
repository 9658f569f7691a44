//! What each person did in a period: touchpoints and notes recorded, stage moves made, tasks done, leads won and lost.
//!
//! * What is counted is what the caller would be shown: of clients in use and leads in use that they see.
//! * Facts go by when they happened, whoever recorded them; a task by when it was done, its assignee.
//! * A move leaves a stage: the entry that begins a lead's life is none, it is counted under `leads_entered`.
//! * Leads are those of their owner at `as_of`; won and lost are the sales report's, over all pipelines: closed in the period,
//!   and still so at `as_of`.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::activity_rows::{LeadFact, Which, asks, leads_of, moves, tasks_done, touches};
use crate::accounts::{Principal, TeamId, UserId};
use crate::calendar::span::{AskedSpan, Span};
use crate::db::Connection;
use crate::db::schema::{tasks, timeline_entries as entries, users};
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::funnel::compare::Comparison;
use crate::interactions::Channel;
use crate::segments;

/// Declares what the report and the lists behind it are asked for, with each one's own behind it.
macro_rules! activity_queries {
    ($($(#[$doc:meta])* pub struct $name:ident { $($own:tt)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, serde::Deserialize, utoipa::IntoParams)]
        #[into_params(parameter_in = Query)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// The period's begin, a day in `tz` or an instant.
            pub from: Option<String>,
            /// The period's end, exclusive.
            pub to: Option<String>,
            /// IANA time zone of days; UTC where absent.
            pub tz: Option<String>,
            /// Only facts before it count; now where absent.
            pub as_of: Option<String>,
            /// Only this person.
            pub owner_id: Option<$crate::accounts::UserId>,
            /// Only this team.
            pub team_id: Option<$crate::accounts::TeamId>,
            /// Only what has to do with clients in this segment. A rule is asked as of `as_of`: what clients did later does not
            /// count; their fields and lists are those of now.
            #[param(value_type = Option<uuid::Uuid>)]
            pub segment_id: Option<$crate::segments::SegmentId>,
            $($own)*
        }
    )+};
}
pub(super) use activity_queries;

activity_queries! {
    /// Whose activity, and when.
    pub struct ActivityQuery {
        /// Another period to show beside: the `previous` one of the same length, or the same one `last_year`.
        #[param(inline)]
        pub compare: Option<Comparison>,
    }
}

/// What each person did. `GET /reports/activity/facts` lists what is behind each number.
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
    let span = query.span()?;
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

impl ActivityQuery {
    /// The time it is about.
    ///
    /// # Errors
    /// Every bad parameter of it.
    pub(super) fn span(&self) -> Result<Span> {
        let mut faults = Vec::new();
        let span = AskedSpan::of([&self.from, &self.to, &self.tz, &self.as_of]).parse(&mut faults);
        if faults.is_empty() { Ok(span) } else { Err(Error::invalid(faults)) }
    }

    /// Whose activity is asked for, of those whom the caller sees.
    pub(super) fn people(&self, conn: &mut Connection, by: &Principal) -> Result<Vec<(UserId, String)>> {
        let people = users::table.order((users::name, users::id)).select((users::id, users::name, users::team_id));
        let people: Vec<(UserId, String, Option<TeamId>)> = people.load(conn)?;
        let wanted = people.into_iter().filter(|(id, _, team)| {
            self.owner_id.is_none_or(|owner| owner == *id)
                && self.team_id.is_none_or(|wanted| Some(wanted) == *team)
                && by.scope.sees(Some(*id))
        });
        Ok(wanted.map(|(id, name, _)| (id, name)).collect())
    }

    /// Which facts of these people count.
    pub(super) fn which<'a>(
        &self,
        conn: &mut Connection,
        by: &'a Principal,
        span: Span,
        people: Vec<UserId>,
    ) -> Result<Which<'a>> {
        let clients = match self.segment_id {
            None => None,
            Some(id) => Some(segments::clients_as_of(conn, id, span.as_of).map_err(segments::named)?),
        };
        Ok(Which { by, from: span.from, to: span.to.min(span.as_of), people, clients })
    }
}

fn owners(conn: &mut Connection, by: &Principal, query: &ActivityQuery, span: Span) -> Result<Vec<OwnerActivity>> {
    let people = query.people(conn, by)?;
    let mut owners: Owners = people.into_iter().map(|(id, name)| (id, OwnerActivity::none(id, name))).collect();
    let which = query.which(conn, by, span, owners.keys().copied().collect())?;
    told(conn, &which, &mut owners)?;
    moved(conn, &which, &mut owners)?;
    done(conn, &which, &mut owners)?;
    closed(conn, by, query, span, &mut owners)?;
    let mut owners: Vec<OwnerActivity> = owners.into_values().filter(OwnerActivity::did_something).collect();
    owners.sort_by(|a, b| a.name.cmp(&b.name).then(a.user_id.cmp(&b.user_id)));
    Ok(owners)
}

type Owners = BTreeMap<UserId, OwnerActivity>;

fn told(conn: &mut Connection, which: &Which<'_>, owners: &mut Owners) -> Result<()> {
    let rows = touches(which).select((entries::user_id.assume_not_null(), entries::channel.assume_not_null()));
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

fn moved(conn: &mut Connection, which: &Which<'_>, owners: &mut Owners) -> Result<()> {
    let rows = moves(which).select(entries::user_id.assume_not_null());
    for user in rows.load_iter::<UserId, _>(conn)? {
        if let Some(owner) = owners.get_mut(&user?) {
            owner.stage_moves += 1;
        }
    }
    Ok(())
}

fn done(conn: &mut Connection, which: &Which<'_>, owners: &mut Owners) -> Result<()> {
    let rows = tasks_done(which).select(tasks::assignee_id);
    for user in rows.load_iter::<Option<UserId>, _>(conn)? {
        if let Some(owner) = user?.and_then(|user| owners.get_mut(&user)) {
            owner.tasks_done += 1;
        }
    }
    Ok(())
}

fn closed(conn: &mut Connection, by: &Principal, query: &ActivityQuery, span: Span, owners: &mut Owners) -> Result<()> {
    let asks = asks(conn, query, span)?;
    for fact in [LeadFact::Entered, LeadFact::Won, LeadFact::Lost] {
        for (owner, ..) in leads_of(conn, by, &asks, fact)? {
            let Some(owner) = owners.get_mut(&owner) else { continue };
            match fact {
                LeadFact::Entered => owner.leads_entered += 1,
                LeadFact::Won => owner.won += 1,
                LeadFact::Lost => owner.lost += 1,
            }
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
