//! The touchpoints that led to a lead's win, as attribution sees them (metrics.md, 5): those of its client that tell how
//! they came, in the days before the win and up to it, in time order; of two at one instant the id orders them.
//!
//! A lead that is not won has the path so far: up to when it was lost, or to now.

use chrono::TimeDelta;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Lead, store};
use crate::accounts::Principal;
use crate::contacts::{self, ContactId, cluster};
use crate::db::conditions::{Beyond, Direction as Way};
use crate::db::schema::timeline_entries as entries;
use crate::db::types::Instant;
use crate::db::{Connection, MultiBackend};
use crate::error::{Error, Result};
use crate::http::{Cursor, Limit, Page};
use crate::interactions::{Channel, Direction, InteractionId};
use crate::pipelines::{LeadId, StageKind};
use crate::timeline::page::{ORDER, of_seen_leads};

/// The days before the win where nobody says.
const LOOKBACK: i64 = 90;
/// The most days before the win.
const LONGEST: i64 = 3650;

/// Which part of the path.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TouchQuery {
    /// How many days before the win the path begins.
    #[param(minimum = 1, maximum = 3650, default = 90)]
    lookback_days: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many: 1 to 200.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// A touchpoint on the way to a win.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = entries)]
pub struct LeadTouch {
    /// The interaction.
    pub id: InteractionId,
    /// Whose it is: the lead's client, or a contact merged with it.
    pub contact_id: ContactId,
    /// When it happened.
    pub occurred_at: Instant,
    /// Where it happened.
    #[diesel(select_expression = entries::channel.assume_not_null())]
    pub channel: Channel,
    /// Online or offline.
    #[diesel(select_expression = entries::online.assume_not_null())]
    pub online: bool,
    /// Who turned to whom.
    pub direction: Option<Direction>,
    /// A finer name.
    pub kind: Option<String>,
    /// One line about it.
    pub subject: Option<String>,
    /// How the client came.
    #[diesel(select_expression = entries::channel_group.assume_not_null())]
    pub channel_group: String,
    /// The campaign it belongs to, as its sender says.
    pub campaign: Option<String>,
    /// Through which campaign, by the address.
    pub utm_campaign: Option<String>,
    /// Where the client came from.
    pub utm_source: Option<String>,
    /// By which medium.
    pub utm_medium: Option<String>,
}

/// The way to a win.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeadTouches {
    /// Whether the lead is won; else the path is that so far.
    won: bool,
    /// Where the path begins.
    from: Instant,
    /// Where it ends, inclusive: the win; of a lead not won, the loss, or now.
    to: Instant,
    /// When the lead entered its pipeline: the touchpoints up to then brought it, the later ones went with it.
    entered_at: Instant,
    /// The touchpoints, the earliest first.
    items: Vec<LeadTouch>,
    /// Give this as `cursor` for the next page; `null` on the last.
    next_cursor: Option<String>,
}

/// A page of the path of a lead that the caller sees, whose client they see too.
///
/// # Errors
/// Not found; a bad parameter.
pub fn page(conn: &mut Connection, by: &Principal, id: LeadId, query: &TouchQuery) -> Result<LeadTouches> {
    let limit = query.limit.get()?;
    let days = query.lookback_days.unwrap_or(LOOKBACK);
    if !(1..=LONGEST).contains(&days) {
        return Err(Error::outside("lookback_days", 1, 3650));
    }
    let after = query.cursor.as_deref().map(Cursor::<Instant, InteractionId>::decode).transpose()?;
    let lead: Lead = store::find(conn, by, id)?;
    let client = cluster::root_of(conn, lead.contact_id)?;
    contacts::store::visible(conn, by, client)?;
    let to = lead.closed_at.unwrap_or_else(Instant::now);
    let from = to.plus(-TimeDelta::days(days));
    let mut all: Vec<LeadTouch> = Vec::new();
    // Each member's line is one range, and no more of it is read than a page holds.
    for member in cluster::members_of(conn, client)? {
        let mut line = entries::table
            .filter(entries::contact_id.eq(member).and(entries::deleted_at.is_null()))
            .filter(entries::channel_group.is_not_null().and(entries::channel.is_not_null()))
            .filter(entries::occurred_at.ge(from).and(entries::occurred_at.le(to)))
            .order((entries::occurred_at.asc(), entries::id.asc()))
            .limit(limit + 1)
            .select(LeadTouch::as_select())
            .into_boxed::<MultiBackend>();
        if let Some(Cursor(at, id)) = &after {
            line = line.filter(Beyond::new(ORDER, Way::Ascending, *at, id.0));
        }
        if let Some(seen) = of_seen_leads(by) {
            line = line.filter(seen);
        }
        all.extend(line.load::<LeadTouch>(conn)?);
    }
    all.sort_by_key(|touch| (touch.occurred_at, touch.id));
    let page = Page::cut(all, limit, |last| Cursor(last.occurred_at, last.id).encode());
    let won = lead.stage_kind == StageKind::Won;
    let Page { items, next_cursor, .. } = page;
    Ok(LeadTouches { won, from, to, entered_at: lead.entered_at, items, next_cursor })
}
