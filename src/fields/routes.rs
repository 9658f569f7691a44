//! `/api/v1/fields`.

use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::{Entity, Field, FieldChange, FieldInput};
use super::{FieldId, store};
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::error::Result;
use crate::http::{Body, IfMatch, Page, Post, Query, Reply, Routes, handlers};

/// Which definitions.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FieldQuery {
    /// Only those of this entity.
    entity: Option<Entity>,
}

/// Lists the definitions of custom fields in the order shown.
#[utoipa::path(get, path = "/fields", operation_id = "list_fields", tag = "fields", security(("bearer" = ["settings:read"])), params(FieldQuery), responses((status = 200, body = Page<Field>)))]
async fn list(actor: May<grants::SettingsRead>, app: Data<App>, query: Query<FieldQuery>) -> Result<Reply> {
    let entity = query.0.entity;
    app.read(&actor, move |conn, _| {
        Reply::ok(&Page { items: store::all(conn, entity)?, next_cursor: None, total: None })
    })
    .await
}

/// Shows a definition.
#[utoipa::path(get, path = "/fields/{id}", operation_id = "get_field", tag = "fields", security(("bearer" = ["settings:read"])), params(("id" = FieldId, Path)), responses((status = 200, body = Field)))]
async fn show(actor: May<grants::SettingsRead>, app: Data<App>, id: Path<FieldId>) -> Result<Reply> {
    let id = *id;
    app.read(&actor, move |conn, _| {
        let field = store::find(conn, id)?;
        Ok(Reply::ok(&field)?.version(field.version))
    })
    .await
}

/// Defines a custom field.
#[utoipa::path(post, path = "/fields", operation_id = "create_field", tag = "fields", security(("bearer" = ["settings:write"])), request_body = FieldInput, responses((status = 201, body = Field)))]
async fn create(actor: May<grants::SettingsWrite>, app: Data<App>, body: Post<FieldInput>) -> Result<Reply> {
    let Post { value, retry } = body;
    app.write(&actor, retry, move |conn, by| {
        let field = store::insert(conn, by, value.clone())?;
        Ok(Reply::created(&field, format!("/api/v1/fields/{}", field.id))?.version(field.version))
    })
    .await
}

/// Changes a definition; its key and kind never change.
#[utoipa::path(patch, path = "/fields/{id}", operation_id = "update_field", tag = "fields", security(("bearer" = ["settings:write"])), params(("id" = FieldId, Path), ("If-Match" = Option<String>, Header)), request_body = FieldChange, responses((status = 200, body = Field)))]
async fn update(
    actor: May<grants::SettingsWrite>,
    app: Data<App>,
    id: Path<FieldId>,
    expected: IfMatch,
    body: Body<FieldChange>,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write(&actor, None, move |conn, by| {
        let field = store::update(conn, by, id, expected, body.0.clone())?;
        Ok(Reply::ok(&field)?.version(field.version))
    })
    .await
}

/// Deletes a definition. Values stay stored; they can no longer be set or filtered by.
#[utoipa::path(delete, path = "/fields/{id}", operation_id = "delete_field", tag = "fields", security(("bearer" = ["settings:write"])), params(("id" = FieldId, Path), ("If-Match" = Option<String>, Header)), responses((status = 204)))]
async fn remove(
    actor: May<grants::SettingsWrite>,
    app: Data<App>,
    id: Path<FieldId>,
    expected: IfMatch,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write(&actor, None, move |conn, by| store::delete(conn, by, id, expected).map(|()| Reply::no_content())).await
}

/// The routes of field definitions.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: list, show, create, update, remove);
}
