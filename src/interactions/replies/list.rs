//! The clients who wait for an answer, the longest first.

use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::accounts::owners::Whose;
use crate::accounts::{Principal, UserId};
use crate::contacts::ContactId;
use crate::contacts::names::{self, Told};
use crate::db::conditions::{Beyond, Direction as Way, OneOf};
use crate::db::schema::{conversations, leads, timeline_entries as entries};
use crate::db::types::Instant;
use crate::db::{Connection, MultiBackend};
use crate::error::Result;
use crate::http::{Cursor, Limit, Page};
use crate::interactions::{Interaction, InteractionId};

/// Which clients who wait are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AwaitingQuery {
    /// Only clients of this owner: a user's id, `me`, or `none`.
    #[param(value_type = Option<String>)]
    owner_id: Option<Whose>,
    /// Only those who turned to us last at this instant or later.
    from: Option<Instant>,
    /// Only those who turned to us last before this instant.
    to: Option<Instant>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many: 1 to 200.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// Whether to count the whole list.
    #[serde(default)]
    total: bool,
}

/// A client who waits for an answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AwaitingReply {
    /// The client.
    contact_id: ContactId,
    /// The client's name.
    contact_name: Option<String>,
    /// The client's primary telephone number; `null` without `contacts:read`, too.
    contact_phone: Option<String>,
    /// The client's primary e-mail address; `null` without `contacts:read`, too.
    contact_email: Option<String>,
    /// Who looks after the client.
    owner_id: Option<UserId>,
    /// Since when: the time of the client's last message.
    waiting_since: Instant,
    /// That message: an e-mail, a form, a call that was missed.
    interaction: Option<Interaction>,
}

type Waiting = (ContactId, Option<UserId>, Instant, Option<InteractionId>);

/// Nobody merged with the same client was answered meanwhile, or turned to us later.
const LAST_OF_ITS_CLIENT: &str = "NOT EXISTS (SELECT 1 FROM contacts AS own \
    JOIN contacts AS other ON other.id = COALESCE(own.merged_into, own.id) OR other.merged_into = COALESCE(own.merged_into, own.id) \
    JOIN conversations AS told ON told.contact_id = other.id \
    WHERE own.id = conversations.contact_id AND other.id <> own.id AND (told.answered_at >= conversations.waiting_since \
    OR told.asked_at > conversations.waiting_since \
    OR (told.asked_at = conversations.waiting_since AND told.contact_id > conversations.contact_id)))";

/// A page of the clients who wait and whom the caller sees.
///
/// # Errors
/// A bad parameter.
pub fn page(conn: &mut Connection, by: &Principal, query: &AwaitingQuery) -> Result<Page<AwaitingReply>> {
    let limit = query.limit.get()?;
    let mut rows = wanted(by, query)?;
    if let Some(Cursor(at, id)) = query.cursor.as_deref().map(Cursor::<Instant, ContactId>::decode).transpose()? {
        let columns = "conversations.waiting_since, conversations.contact_id";
        rows = rows.filter(Beyond::new(columns, Way::Ascending, at, id.0));
    }
    let rows = rows
        .select((
            conversations::contact_id,
            conversations::owner_id,
            conversations::waiting_since.assume_not_null(),
            conversations::asked_id,
        ))
        .order((conversations::waiting_since.asc(), conversations::contact_id.asc()))
        .limit(limit + 1);
    let mut page = Page::cut(rows.load::<Waiting>(conn)?, limit, |(contact, _, at, _)| Cursor(*at, *contact).encode());
    if query.total {
        page.total = Some(wanted(by, query)?.count().get_result(conn)?);
    }
    shown(conn, by, page)
}

type Rows = conversations::BoxedQuery<'static, MultiBackend>;

/// Since when one of these, all of one client, waits as far as the caller sees; `None` where none does.
///
/// # Errors
/// The database is away.
pub fn since(conn: &mut Connection, by: &Principal, members: &[ContactId]) -> Result<Option<Instant>> {
    let rows = waiting(by).filter(conversations::contact_id.eq_any(members.to_vec()));
    Ok(rows.select(conversations::waiting_since.assume_not_null()).first(conn).optional()?)
}

/// Those who wait, as the query narrows them.
fn wanted(by: &Principal, query: &AwaitingQuery) -> Result<Rows> {
    let mut rows = waiting(by);
    rows = match query.owner_id.map(|owner| owner.user("owner_id", by)).transpose()? {
        None => rows,
        Some(None) => rows.filter(conversations::owner_id.is_null()),
        Some(Some(owner)) => rows.filter(conversations::owner_id.eq(owner)),
    };
    if let Some(from) = query.from {
        rows = rows.filter(conversations::waiting_since.ge(from));
    }
    if let Some(to) = query.to {
        rows = rows.filter(conversations::waiting_since.lt(to));
    }
    Ok(rows)
}

/// Those who wait and whom the caller sees.
fn waiting(by: &Principal) -> Rows {
    let mut rows = conversations::table
        .filter(conversations::waiting_since.is_not_null())
        .filter(sql::<Bool>(LAST_OF_ITS_CLIENT))
        .into_boxed::<MultiBackend>();
    if let Some(owners) = by.scope.owners() {
        let owners: Vec<_> = owners.into_iter().map(|owner| owner.0).collect();
        let seen = conversations::owner_id.is_null().or(OneOf::new("conversations.owner_id", owners.clone()));
        // A message about a lead that the caller does not see is as good as absent.
        let told = entries::table.filter(entries::id.nullable().eq(conversations::asked_id));
        let of_lead = leads::table
            .filter(leads::id.nullable().eq(entries::lead_id))
            .filter(leads::owner_id.is_null().or(OneOf::new("leads.owner_id", owners)));
        rows = rows.filter(seen).filter(exists(told.filter(entries::lead_id.is_null().or(exists(of_lead)))));
    }
    rows
}

/// The same page with names and messages, looked up for all rows at once.
fn shown(conn: &mut Connection, by: &Principal, page: Page<Waiting>) -> Result<Page<AwaitingReply>> {
    let clients = names::shown(conn, by, page.items.iter().map(|(contact, ..)| *contact))?;
    let ids = page.items.iter().filter_map(|(.., id)| id.map(|id| id.0)).collect();
    let mut messages: Vec<Interaction> = entries::table
        .filter(OneOf::new("timeline_entries.id", ids))
        .filter(entries::channel.is_not_null())
        .select(Interaction::as_select())
        .load(conn)?;
    Ok(page.map(|(contact, owner_id, waiting_since, id)| {
        let client = clients.get(&contact);
        let place = messages.iter().position(|message| Some(message.id) == id);
        let Told { contact_name, contact_phone, contact_email } = Told::of(client);
        AwaitingReply {
            contact_id: client.map_or(contact, |client| client.id),
            contact_name,
            contact_phone,
            contact_email,
            owner_id,
            waiting_since,
            interaction: place.map(|place| messages.swap_remove(place)),
        }
    }))
}
