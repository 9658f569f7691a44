//! A page of a timeline: one range of the primary key, however long the history behind it.
//!
//! A filter that few entries pass reads on until the page is full; nothing else makes a page dearer.

use diesel::backend::Backend;
use diesel::deserialize::FromStaticSqlRow;
use diesel::dsl::{SqlTypeOf, exists};
use diesel::prelude::*;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::filter::Filter;
use super::{EntryId, EntryType};
use crate::accounts::Principal;
use crate::contacts::{self, ContactId};
use crate::db::conditions::{Beyond, Direction as Way, OneOf};
use crate::db::dialect::Condition;
use crate::db::schema::{api_keys, contacts as clients, leads, timeline_entries as entries, users};
use crate::db::types::{Guid, Instant, Json};
use crate::db::{Connection, MultiBackend};
use crate::error::Result;
use crate::http::{Cursor, Page, Version};
use crate::interactions::{Channel, Direction};
use crate::pipelines::LeadId;

/// The keyset of a line.
pub const ORDER: &str = "timeline_entries.occurred_at, timeline_entries.id";

/// Something on a client's timeline. What an entry does not have is left out.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = entries)]
pub struct TimelineEntry {
    /// Its id: that of the interaction, note or task it shows.
    pub id: EntryId,
    /// The client.
    pub contact_id: ContactId,
    /// What it is.
    #[serde(rename = "type")]
    pub entry_type: EntryType,
    /// When it happened.
    pub occurred_at: Instant,
    /// The lead it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_id: Option<LeadId>,
    /// Where a touchpoint happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Online or offline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub online: Option<bool>,
    /// Who turned to whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// A finer name: `page_view`, `lead.moved`, `contact.updated`, `task.done`, ….
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// One line about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// How long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<i32>,
    /// Money, in the currency's minor unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// ISO 4217.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The campaign it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// Where the client came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utm_source: Option<String>,
    /// By which medium.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utm_medium: Option<String>,
    /// Through which campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utm_campaign: Option<String>,
    /// For which search term.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utm_term: Option<String>,
    /// On which advertisement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utm_content: Option<String>,
    /// The system it was recorded in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Its id there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
    /// The facts; for a change `{"field": {"from": …, "to": …}}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub properties: Option<Json<Box<RawValue>>>,
    /// Who did or recorded it.
    #[diesel(embed)]
    pub actor: Author,
    /// Counts corrections.
    pub version: Version,
    /// When it was recorded.
    pub recorded_at: Instant,
}

crate::text_enum! {
    /// What acted.
    pub enum AuthorType {
        /// A person.
        User = "user",
        /// A program.
        ApiKey = "api_key",
        /// Touchline itself, or its command line.
        System = "system",
    }
}

/// Who did or recorded something.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Author {
    /// What acted.
    #[serde(rename = "type")]
    pub author_type: AuthorType,
    /// The person's or the API key's id.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub id: Option<Guid>,
    /// Their name.
    pub name: Option<String>,
}

impl<DB: Backend> Selectable<DB> for Author {
    type SelectExpression = (entries::user_id, entries::api_key_id);

    fn construct_selection() -> Self::SelectExpression {
        (entries::user_id, entries::api_key_id)
    }
}

impl<DB: Backend> Queryable<SqlTypeOf<(entries::user_id, entries::api_key_id)>, DB> for Author
where
    (Option<Guid>, Option<Guid>): FromStaticSqlRow<SqlTypeOf<(entries::user_id, entries::api_key_id)>, DB>,
{
    type Row = (Option<Guid>, Option<Guid>);

    fn build((user, key): Self::Row) -> diesel::deserialize::Result<Self> {
        let author_type = match (user, key) {
            (Some(_), _) => AuthorType::User,
            (None, Some(_)) => AuthorType::ApiKey,
            (None, None) => AuthorType::System,
        };
        Ok(Self { author_type, id: user.or(key), name: None })
    }
}

/// Hides entries of leads that the caller does not see; `None` where all are seen.
#[must_use]
pub fn of_seen_leads(by: &Principal) -> Option<Condition<entries::table>> {
    let owners = by.scope.owners()?.into_iter().map(|owner| owner.0).collect();
    let seen = leads::table
        .filter(leads::id.nullable().eq(entries::lead_id))
        .filter(leads::owner_id.is_null().or(OneOf::new("leads.owner_id", owners)));
    Some(Box::new(entries::lead_id.is_null().or(exists(seen))))
}

/// Whose line, and how much of it.
#[derive(Debug, Clone, Copy)]
pub enum Line {
    /// All of a client's.
    Contact(ContactId),
    /// A lead's: its own entries and those of its client that belong to no lead.
    Lead(ContactId, LeadId),
}

/// The lines of a lead that the caller sees, whose client they see too: those of all that is merged with its client.
///
/// # Errors
/// Not found.
pub fn lines_of_lead(conn: &mut Connection, by: &Principal, lead: LeadId) -> Result<Vec<Line>> {
    let live = leads::table.filter(leads::id.eq(lead)).filter(leads::deleted_at.is_null());
    let (contact, owner) = live.select((leads::contact_id, leads::owner_id)).first(conn)?;
    by.scope.check(owner)?;
    let client = contacts::store::visible(conn, by, contact)?;
    let members = match client.merged_into {
        None => contacts::cluster::line_of(conn, &client)?,
        Some(survivor) => contacts::cluster::members_of(conn, survivor)?,
    };
    Ok(members.into_iter().map(|member| Line::Lead(member, lead)).collect())
}

/// The entries of a line that a filter lets pass and the caller sees, from a boxed query of any shape.
macro_rules! narrowed {
    ($query:expr, $by:expr, $line:expr, $filter:expr) => {{
        use $crate::timeline::page::{Line, of_seen_leads};
        let (contact, lead) = match $line {
            Line::Contact(contact) => (contact, None),
            Line::Lead(contact, lead) => (contact, Some(lead)),
        };
        let mut query = $query.filter(entries::contact_id.eq(contact)).filter(entries::deleted_at.is_null());
        if let Some(lead) = lead {
            query = query.filter(entries::lead_id.is_null().or(entries::lead_id.assume_not_null().eq(lead)));
        }
        if let Some(seen) = of_seen_leads($by) {
            query = query.filter(seen);
        }
        if !$filter.channels.is_empty() {
            query = query.filter(entries::channel.eq_any(&$filter.channels));
        }
        if !$filter.types.is_empty() {
            query = query.filter(entries::entry_type.eq_any(&$filter.types));
        }
        if let Some(kind) = &$filter.kind {
            query = query.filter(entries::kind.eq(kind));
        }
        if let Some(online) = $filter.online {
            query = query.filter(entries::online.eq(online));
        }
        if let Some(direction) = $filter.direction {
            query = query.filter(entries::direction.eq(direction));
        }
        if let Some(from) = $filter.from {
            query = query.filter(entries::occurred_at.ge(from));
        }
        if let Some(to) = $filter.to {
            query = query.filter(entries::occurred_at.lt(to));
        }
        if let Some(lead) = $filter.lead_id {
            query = query.filter(entries::lead_id.eq(lead));
        }
        query
    }};
}
pub(super) use narrowed;

/// Up to `count` entries of a line behind `after`, without their authors' names.
///
/// # Errors
/// The database is away.
pub fn entries_of(
    conn: &mut Connection,
    by: &Principal,
    line: Line,
    filter: &Filter,
    after: Option<(Instant, EntryId)>,
    count: i64,
) -> Result<Vec<TimelineEntry>> {
    let query = entries::table.select(TimelineEntry::as_select()).limit(count).into_boxed::<MultiBackend>();
    let mut query = narrowed!(query, by, line, filter);
    query = match filter.way {
        Way::Descending => query.order((entries::occurred_at.desc(), entries::id.desc())),
        Way::Ascending => query.order((entries::occurred_at.asc(), entries::id.asc())),
    };
    if let Some((at, id)) = after {
        query = query.filter(Beyond::new(ORDER, filter.way, at, id.0));
    }
    Ok(query.load(conn)?)
}

/// Those of these entries whose clients and leads the caller sees, from a boxed query of any shape.
macro_rules! seen {
    ($query:expr, $by:expr, $ids:expr) => {{
        let client = clients::table.filter(clients::id.eq(entries::contact_id)).filter(clients::deleted_at.is_null());
        let ids = $ids.into_iter().map(|id| id.0).collect();
        let mut query = $query.filter(OneOf::new("timeline_entries.id", ids));
        query = match $by.scope.owners() {
            None => query.filter(exists(client)),
            Some(owners) => {
                let owners = owners.into_iter().map(|owner| owner.0).collect();
                let seen = clients::owner_id.is_null().or(OneOf::new("contacts.owner_id", owners));
                query.filter(exists(client.filter(seen)))
            }
        };
        match of_seen_leads($by) {
            Some(seen) => query.filter(seen),
            None => query,
        }
    }};
}

/// An entry that was taken back.
#[derive(Debug, Clone, Serialize, Queryable, Selectable)]
#[diesel(table_name = entries)]
pub struct Gone {
    /// Its id.
    pub id: EntryId,
    /// Whose line it stood on.
    pub contact_id: ContactId,
    /// What it was.
    #[serde(rename = "type")]
    pub entry_type: EntryType,
    /// The lead it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_id: Option<LeadId>,
}

/// Those of these entries that are taken back and that the caller saw, in no order.
///
/// # Errors
/// The database is away.
pub fn gone_by_id(conn: &mut Connection, by: &Principal, ids: Vec<EntryId>) -> Result<Vec<Gone>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = entries::table.select(Gone::as_select()).filter(entries::deleted_at.is_not_null()).into_boxed();
    Ok(seen!(query, by, ids).load(conn)?)
}

/// Those of these entries that the caller sees, with their authors' names, in no order.
///
/// # Errors
/// The database is away.
pub fn entries_by_id(conn: &mut Connection, by: &Principal, ids: Vec<EntryId>) -> Result<Vec<TimelineEntry>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = entries::table.select(TimelineEntry::as_select()).filter(entries::deleted_at.is_null()).into_boxed();
    let query = seen!(query, by, ids);
    let rows: Vec<TimelineEntry> = query.load(conn)?;
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    Ok(finish(conn, rows, count)?.items)
}

/// A page of one line.
///
/// # Errors
/// The database is away.
pub fn page(conn: &mut Connection, by: &Principal, line: Line, filter: &Filter) -> Result<Page<TimelineEntry>> {
    let rows = entries_of(conn, by, line, filter, filter.after, filter.limit + 1)?;
    finish(conn, rows, filter.limit)
}

/// Cuts the rows to a page and names their authors.
///
/// # Errors
/// The database is away.
pub fn finish(conn: &mut Connection, rows: Vec<TimelineEntry>, limit: i64) -> Result<Page<TimelineEntry>> {
    let mut page = Page::cut(rows, limit, |last| Cursor(last.occurred_at, last.id).encode());
    for author_type in [AuthorType::User, AuthorType::ApiKey] {
        name(conn, &mut page.items, author_type)?;
    }
    Ok(page)
}

/// Fills in the names of one type of authors with one query.
fn name(conn: &mut Connection, items: &mut [TimelineEntry], author_type: AuthorType) -> Result<()> {
    let mut ids: Vec<Guid> = Vec::new();
    for author in items.iter().map(|entry| &entry.actor).filter(|author| author.author_type == author_type) {
        if let Some(id) = author.id.filter(|id| !ids.contains(id)) {
            ids.push(id);
        }
    }
    if ids.is_empty() {
        return Ok(());
    }
    let names: Vec<(Guid, String)> = match author_type {
        AuthorType::User => {
            users::table.filter(OneOf::new("users.id", ids)).select((users::id, users::name)).load(conn)?
        }
        _ => {
            api_keys::table.filter(OneOf::new("api_keys.id", ids)).select((api_keys::id, api_keys::name)).load(conn)?
        }
    };
    for author in items.iter_mut().map(|entry| &mut entry.actor).filter(|author| author.author_type == author_type) {
        author.name = names.iter().find(|(id, _)| Some(*id) == author.id).map(|(_, name)| name.clone());
    }
    Ok(())
}
