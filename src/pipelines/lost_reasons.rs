//! Why leads are lost: a list that grows and is archived, never shortened.

use actix_web::web::{Data, Path};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::LostReasonId;
use crate::accounts::audit::{self, Subject};
use crate::accounts::permissions::grants;
use crate::accounts::{May, Principal};
use crate::app::App;
use crate::db::Connection;
use crate::db::schema::lost_reasons;
use crate::db::types::Instant;
use crate::error::{Code, OnUnique, Result};
use crate::http::{Body, IfMatch, Page, Post, Reply, Routes, Version, check_version, handlers};
use crate::text::filled;

/// A reason for losing a lead.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = lost_reasons, treat_none_as_null = true)]
pub struct LostReason {
    /// Its id.
    pub id: LostReasonId,
    /// Its name, unique.
    pub name: String,
    /// Its place in the list, smallest first.
    pub position: i32,
    /// Grows with every change.
    pub version: Version,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Since when it is no longer offered; `null` while it is.
    pub archived_at: Option<Instant>,
}

/// A new reason.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLostReason {
    /// Its name, unique.
    #[validate(length(min = 1, max = 100), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: String,
    /// Its place; the last where absent.
    #[validate(range(min = 0, max = 10_000))]
    #[schema(minimum = 0, maximum = 10_000)]
    pub position: Option<i32>,
}

/// Changes to a reason.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LostReasonPatch {
    /// Its name, unique.
    #[validate(length(min = 1, max = 100), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: Option<String>,
    /// Its place.
    #[validate(range(min = 0, max = 10_000))]
    #[schema(minimum = 0, maximum = 10_000)]
    pub position: Option<i32>,
    /// Whether it is no longer offered.
    pub archived: Option<bool>,
}

const NAME_TAKEN: &str = "Another lost reason has this name.";

const fn subject(id: LostReasonId) -> Subject {
    Subject { entity: "lost_reason", id: id.0, contact_id: None }
}

/// Every reason in order, archived ones included.
pub fn all(conn: &mut Connection) -> Result<Vec<LostReason>> {
    let ordered = lost_reasons::table.order((lost_reasons::position, lost_reasons::id));
    Ok(ordered.select(LostReason::as_select()).load(conn)?)
}

/// One reason.
pub fn find(conn: &mut Connection, id: LostReasonId) -> Result<LostReason> {
    Ok(lost_reasons::table.find(id).select(LostReason::as_select()).first(conn)?)
}

/// Makes a reason.
pub fn insert(conn: &mut Connection, by: &Principal, input: &NewLostReason) -> Result<LostReason> {
    let last: Option<i32> = lost_reasons::table.select(diesel::dsl::max(lost_reasons::position)).first(conn)?;
    let now = Instant::now();
    let reason = LostReason {
        id: LostReasonId::new(),
        name: input.name.trim().to_owned(),
        position: input.position.unwrap_or_else(|| last.map_or(0, |last| last.saturating_add(1))),
        version: 1,
        created_at: now,
        updated_at: now,
        archived_at: None,
    };
    diesel::insert_into(lost_reasons::table)
        .values(&reason)
        .execute(conn)
        .on_unique(Code::AlreadyExists, NAME_TAKEN)?;
    audit::record(conn, by, "create", subject(reason.id), None::<&LostReason>, Some(&reason))?;
    Ok(reason)
}

fn change(
    conn: &mut Connection,
    by: &Principal,
    id: LostReasonId,
    expected: Option<Version>,
    patch: &LostReasonPatch,
) -> Result<LostReason> {
    let before = find(conn, id)?;
    check_version(expected, before.version)?;
    let now = Instant::now();
    let mut after = LostReason { version: before.version + 1, updated_at: now, ..before.clone() };
    if let Some(name) = &patch.name {
        name.trim().clone_into(&mut after.name);
    }
    after.position = patch.position.unwrap_or(after.position);
    if let Some(archived) = patch.archived {
        after.archived_at = archived.then(|| after.archived_at.unwrap_or(now));
    }
    diesel::update(&after).set(&after).execute(conn).on_unique(Code::AlreadyExists, NAME_TAKEN)?;
    audit::record(conn, by, "update", subject(id), Some(&before), Some(&after))?;
    Ok(after)
}

/// Lists all lost reasons in order.
#[utoipa::path(get, path = "/lost-reasons", operation_id = "list_lost_reasons", tag = "pipelines", security(("bearer" = ["settings:read"])), responses((status = 200, body = Page<LostReason>)))]
async fn list(actor: May<grants::SettingsRead>, app: Data<App>) -> Result<Reply> {
    app.read(&actor, |conn, _| Reply::ok(&Page { items: all(conn)?, next_cursor: None, total: None })).await
}

/// Creates a lost reason.
#[utoipa::path(post, path = "/lost-reasons", operation_id = "create_lost_reason", tag = "pipelines", security(("bearer" = ["settings:write"])), request_body = NewLostReason, responses((status = 201, body = LostReason)))]
async fn create(actor: May<grants::SettingsWrite>, app: Data<App>, body: Post<NewLostReason>) -> Result<Reply> {
    let Post { value, retry } = body;
    app.write(&actor, retry, move |conn, by| {
        let reason = insert(conn, by, &value)?;
        Ok(Reply::created(&reason, format!("/api/v1/lost-reasons/{}", reason.id))?.version(reason.version))
    })
    .await
}

/// Shows a lost reason.
#[utoipa::path(get, path = "/lost-reasons/{id}", operation_id = "get_lost_reason", tag = "pipelines", security(("bearer" = ["settings:read"])), params(("id" = LostReasonId, Path)), responses((status = 200, body = LostReason)))]
async fn show(actor: May<grants::SettingsRead>, app: Data<App>, id: Path<LostReasonId>) -> Result<Reply> {
    app.read(&actor, move |conn, _| {
        let reason = find(conn, *id)?;
        Ok(Reply::ok(&reason)?.version(reason.version))
    })
    .await
}

/// Renames, moves or archives a lost reason.
#[utoipa::path(patch, path = "/lost-reasons/{id}", operation_id = "update_lost_reason", tag = "pipelines", security(("bearer" = ["settings:write"])), params(("id" = LostReasonId, Path), ("If-Match" = Option<String>, Header)), request_body = LostReasonPatch, responses((status = 200, body = LostReason)))]
async fn update(
    actor: May<grants::SettingsWrite>,
    app: Data<App>,
    id: Path<LostReasonId>,
    expected: IfMatch,
    body: Body<LostReasonPatch>,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write(&actor, None, move |conn, by| {
        let reason = change(conn, by, id, expected, &body.0)?;
        Ok(Reply::ok(&reason)?.version(reason.version))
    })
    .await
}

/// The routes of lost reasons.
pub(super) fn routes(cfg: &mut Routes) {
    handlers!(cfg: list, create, show, update);
}
