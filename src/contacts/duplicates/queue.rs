//! The review queue over HTTP: the likeliest pairs first.

use actix_web::web::{Data, Path};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{DuplicateId, Evidence, Settled};
use crate::accounts::audit::{self, Subject};
use crate::accounts::permissions::grants;
use crate::accounts::{May, Principal};
use crate::app::App;
use crate::contacts::{Contact, ContactId, store};
use crate::db::conditions::OneOf;
use crate::db::dialect::Condition;
use crate::db::schema::{contacts, duplicates};
use crate::db::types::{Instant, Json};
use crate::db::{Connection, MultiBackend};
use crate::error::{Error, Result};
use crate::http::{Cursor, Limit, Page, Query, Reply, Routes, handlers};

/// Two contacts that may be the same person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Duplicate {
    id: DuplicateId,
    /// From 0 to 100.
    score: i32,
    /// What speaks for it.
    reasons: Vec<Evidence>,
    /// The two: the one made first stands first.
    contacts: Vec<Contact>,
    created_at: Instant,
    updated_at: Instant,
    /// Set where somebody has settled it.
    closed_at: Option<Instant>,
    /// How.
    closed_as: Option<Settled>,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = duplicates)]
struct Row {
    id: DuplicateId,
    first_id: ContactId,
    second_id: ContactId,
    score: i32,
    reasons: Json<Vec<Evidence>>,
    created_at: Instant,
    updated_at: Instant,
    closed_at: Option<Instant>,
    closed_as: Option<Settled>,
}

/// Which pairs.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct DuplicateQuery {
    /// Only pairs with this contact.
    contact_id: Option<ContactId>,
    /// Only pairs of at least this score.
    #[param(minimum = 0, maximum = 100)]
    min_score: Option<i32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many: 1 to 200.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Holds where the contact that `column` names is shown, and to the caller.
fn seen(column: &str, by: &Principal) -> Condition<duplicates::table> {
    let live = format!(
        "EXISTS (SELECT 1 FROM contacts WHERE contacts.id = {column} AND contacts.merged_into IS NULL \
         AND contacts.deleted_at IS NULL AND "
    );
    match by.scope.owners() {
        None => Box::new(sql::<Bool>(&live).sql("1 = 1)")),
        Some(owners) => {
            let owners = owners.into_iter().map(|owner| owner.0).collect();
            let owned = OneOf::new("contacts.owner_id", owners);
            Box::new(sql::<Bool>(&live).sql("(contacts.owner_id IS NULL OR ").bind::<Bool, _>(owned).sql("))"))
        }
    }
}

/// A page of the open pairs of which the caller sees both.
fn page(conn: &mut Connection, by: &Principal, query: &DuplicateQuery) -> Result<Page<Duplicate>> {
    let limit = query.limit.get()?;
    let mut rows = duplicates::table
        .select(Row::as_select())
        .into_boxed::<MultiBackend>()
        .filter(duplicates::closed_at.is_null())
        .filter(seen("duplicates.first_id", by))
        .filter(seen("duplicates.second_id", by))
        .order((duplicates::score.desc(), duplicates::id.desc()))
        .limit(limit + 1);
    if let Some(contact) = query.contact_id {
        rows = rows.filter(duplicates::first_id.eq(contact).or(duplicates::second_id.eq(contact)));
    }
    if let Some(score) = query.min_score {
        if !(0..=100).contains(&score) {
            return Err(Error::field("min_score", "range", "must be 0 to 100"));
        }
        rows = rows.filter(duplicates::score.ge(score));
    }
    if let Some(cursor) = &query.cursor {
        let Cursor(score, id) = Cursor::<i32, DuplicateId>::decode(cursor)?;
        rows = rows.filter(duplicates::score.lt(score).or(duplicates::score.eq(score).and(duplicates::id.lt(id))));
    }
    let page = Page::cut(rows.load(conn)?, limit, |last: &Row| Cursor(last.score, last.id).encode());
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        items.push(shown(conn, row)?);
    }
    Ok(Page { items, next_cursor: page.next_cursor, total: None })
}

fn shown(conn: &mut Connection, row: Row) -> Result<Duplicate> {
    let pair = contacts::table.filter(contacts::id.eq_any([row.first_id, row.second_id]));
    let pair = pair.order((contacts::created_at, contacts::id)).select(Contact::as_select()).load(conn)?;
    Ok(Duplicate {
        id: row.id,
        score: row.score,
        reasons: row.reasons.0,
        contacts: pair,
        created_at: row.created_at,
        updated_at: row.updated_at,
        closed_at: row.closed_at,
        closed_as: row.closed_as,
    })
}

fn dismiss(conn: &mut Connection, by: &Principal, id: DuplicateId) -> Result<Duplicate> {
    let mut row: Row = duplicates::table.find(id).select(Row::as_select()).first(conn)?;
    store::visible(conn, by, row.first_id)?;
    store::visible(conn, by, row.second_id)?;
    if row.closed_at.is_none() {
        row.closed_at = Some(Instant::now());
        row.closed_as = Some(Settled::Dismissed);
        diesel::update(duplicates::table.find(id))
            .set((duplicates::closed_at.eq(row.closed_at), duplicates::closed_as.eq(row.closed_as)))
            .execute(conn)?;
        let subject = Subject { entity: "duplicate", id: id.0, contact_id: None };
        audit::record(conn, by, "dismiss", subject, None::<&()>, Some(&(row.first_id, row.second_id)))?;
    }
    shown(conn, row)
}

/// Lists pairs of contacts that may be the same person, the likeliest first.
#[utoipa::path(get, path = "/duplicates", operation_id = "list_duplicates", tag = "contacts", security(("bearer" = ["contacts:read"])), params(DuplicateQuery), responses((status = 200, body = Page<Duplicate>)))]
async fn list(actor: May<grants::ContactsRead>, app: Data<App>, query: Query<DuplicateQuery>) -> Result<Reply> {
    app.read(&actor, move |conn, by| Reply::ok(&page(conn, by, &query.0)?)).await
}

/// Says that the two are not the same person: they are not suggested again.
#[utoipa::path(post, path = "/duplicates/{id}/dismiss", operation_id = "dismiss_duplicate", tag = "contacts", security(("bearer" = ["contacts:write"])), params(("id" = DuplicateId, Path)), responses((status = 200, body = Duplicate)))]
async fn dismiss_pair(actor: May<grants::ContactsWrite>, app: Data<App>, id: Path<DuplicateId>) -> Result<Reply> {
    let id = *id;
    app.write(&actor, None, move |conn, by| Reply::ok(&dismiss(conn, by, id)?)).await
}

/// The routes of duplicates.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: list, dismiss_pair);
}
