//! The list of all interactions, the newest first. However rare what is wanted, a page looks at no more than
//! [`WINDOW`] of them: it then ends early, with a cursor to go on.

use diesel::dsl::exists;
use diesel::prelude::*;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Channel, Direction, Interaction, InteractionId};
use crate::accounts::{Principal, UserId};
use crate::contacts::{ContactId, cluster};
use crate::db::conditions::{Beyond, Direction as Way, OneOf};
use crate::db::schema::{contacts, timeline_entries as entries};
use crate::db::types::{Guid, Instant};
use crate::db::{Connection, MultiBackend};
use crate::error::{Error, Result};
use crate::http::{Cursor, Limit, Page};
use crate::pipelines::LeadId;
use crate::timeline::filter::{keep, several};
use crate::timeline::page::{ORDER, of_seen_leads};

/// Which interactions are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InteractionQuery {
    /// Only these channels: one or several with commas between, such as `call,meeting`.
    #[param(example = "call,meeting")]
    channel: Option<String>,
    /// Only this kind.
    kind: Option<String>,
    /// Only online or only offline ones.
    online: Option<bool>,
    /// Only this direction.
    #[param(inline)]
    direction: Option<Direction>,
    /// Only this client's.
    contact_id: Option<ContactId>,
    /// Only those about this lead.
    lead_id: Option<LeadId>,
    /// Only those recorded in this system.
    source: Option<String>,
    /// Only those recorded by this person.
    user_id: Option<UserId>,
    /// Only this channel group's.
    channel_group: Option<String>,
    /// Only this campaign's.
    campaign: Option<String>,
    /// Only from this instant on.
    from: Option<Instant>,
    /// Only before this instant.
    to: Option<Instant>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many: 1 to 200.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<Limit>,
}

/// A readable wish.
#[derive(Debug, Clone)]
pub struct Filter {
    query: InteractionQuery,
    channels: Vec<Channel>,
    after: Option<Cursor<Instant, InteractionId>>,
    limit: i64,
}

impl InteractionQuery {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Every bad parameter.
    pub fn parse(self) -> Result<Filter> {
        let mut errors = Vec::new();
        let filter = Filter {
            channels: several("channel", self.channel.as_deref(), &mut errors),
            after: keep(self.cursor.as_deref().map(Cursor::decode).transpose(), &mut errors).flatten(),
            limit: keep(self.limit.unwrap_or_default().get(), &mut errors).unwrap_or(1),
            query: self,
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

/// How many interactions one page looks at.
const WINDOW: i64 = 5000;

/// A page of the interactions of clients and leads that the caller sees.
///
/// # Errors
/// The database is away.
pub fn page(conn: &mut Connection, by: &Principal, filter: &Filter) -> Result<Page<Interaction>> {
    let cut = |rows| Page::cut(rows, filter.limit, |last: &Interaction| Cursor(last.occurred_at, last.id).encode());
    if let Some(contact) = filter.query.contact_id {
        // A client's are its own and those of the contacts merged into it, each read as one range.
        let mut all = Vec::new();
        for member in cluster::all_of(conn, contact)? {
            all.extend(rows(conn, by, filter, Some(member), None)?);
        }
        all.sort_by_key(|one| std::cmp::Reverse((one.occurred_at, one.id)));
        return Ok(cut(all));
    }
    let until = if filter.query.lead_id.is_none() { window_end(conn, filter)? } else { None };
    let mut page = cut(rows(conn, by, filter, None, until)?);
    if let (None, Some(at)) = (&page.next_cursor, until) {
        // All of that instant has been looked at.
        page.next_cursor = Some(Cursor(at, InteractionId(Guid(uuid::Uuid::nil()))).encode());
    }
    Ok(page)
}

/// The instant down to which this page looks; `None` where it looks at all there is.
fn window_end(conn: &mut Connection, filter: &Filter) -> Result<Option<Instant>> {
    let mut all = entries::table.select(entries::occurred_at).into_boxed::<MultiBackend>();
    if let Some(Cursor(at, id)) = &filter.after {
        all = all.filter(Beyond::new(ORDER, Way::Descending, *at, id.0));
    }
    if let Some(from) = filter.query.from {
        all = all.filter(entries::occurred_at.ge(from));
    }
    if let Some(to) = filter.query.to {
        all = all.filter(entries::occurred_at.lt(to));
    }
    let all = all.order((entries::occurred_at.desc(), entries::id.desc()));
    Ok(all.limit(1).offset(WINDOW).first(conn).optional()?)
}

fn rows(
    conn: &mut Connection,
    by: &Principal,
    filter: &Filter,
    contact: Option<ContactId>,
    until: Option<Instant>,
) -> Result<Vec<Interaction>> {
    let wanted = &filter.query;
    let mut query = entries::table
        .select(Interaction::as_select())
        .filter(entries::channel.is_not_null())
        .filter(entries::deleted_at.is_null())
        .order((entries::occurred_at.desc(), entries::id.desc()))
        .limit(filter.limit + 1)
        .into_boxed::<MultiBackend>();
    // A lookup for each row of the page; a list of all clients seen would grow with their number.
    let client = contacts::table.filter(contacts::id.eq(entries::contact_id)).filter(contacts::deleted_at.is_null());
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
    if let Some(Cursor(at, id)) = &filter.after {
        query = query.filter(Beyond::new(ORDER, Way::Descending, *at, id.0));
    }
    if !filter.channels.is_empty() {
        query = query.filter(entries::channel.eq_any(&filter.channels));
    }
    if let Some(kind) = &wanted.kind {
        query = query.filter(entries::kind.eq(kind));
    }
    if let Some(online) = wanted.online {
        query = query.filter(entries::online.eq(online));
    }
    if let Some(direction) = wanted.direction {
        query = query.filter(entries::direction.eq(direction));
    }
    if let Some(contact) = contact {
        query = query.filter(entries::contact_id.eq(contact));
    }
    if let Some(lead) = wanted.lead_id {
        query = query.filter(entries::lead_id.eq(lead));
    }
    if let Some(source) = &wanted.source {
        query = query.filter(entries::source.eq(source));
    }
    if let Some(user) = wanted.user_id {
        query = query.filter(entries::user_id.eq(user));
    }
    if let Some(group) = &wanted.channel_group {
        query = query.filter(entries::channel_group.eq(group));
    }
    if let Some(campaign) = &wanted.campaign {
        query = query.filter(entries::campaign.eq(campaign));
    }
    if let Some(from) = until.max(wanted.from) {
        query = query.filter(entries::occurred_at.ge(from));
    }
    if let Some(to) = wanted.to {
        query = query.filter(entries::occurred_at.lt(to));
    }
    Ok(query.load(conn)?)
}
