//! Views of lists over HTTP.

use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::{NewView, View, ViewList, ViewPatch};
use super::{ViewId, store};
use crate::accounts::principal::Person;
use crate::app::App;
use crate::error::Result;
use crate::http::{Body, IfMatch, Limit, Page, Post, Query, Reply, Routes, handlers};

/// Which views.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ViewQuery {
    /// Only of this list.
    #[param(inline)]
    list: Option<ViewList>,
    /// Where the previous page ended.
    cursor: Option<String>,
    /// Rows of a page.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Lists the views that are the caller's or shared with their role.
#[utoipa::path(get, path = "/views", operation_id = "list_views", tag = "views", security(("bearer" = ["person"])), params(ViewQuery), responses((status = 200, body = Page<View>)))]
async fn list(actor: Person, app: Data<App>, query: Query<ViewQuery>) -> Result<Reply> {
    let ViewQuery { list, cursor, limit } = query.0;
    let limit = limit.get()?;
    app.read(&actor, move |conn, by| Reply::ok(&store::list(conn, by, list, cursor.as_deref(), limit)?)).await
}

/// Saves a view of a list under a name. Its filter and order must be such that the list takes them. Sharing it needs
/// `reports:write`.
#[utoipa::path(post, path = "/views", operation_id = "create_view", tag = "views", security(("bearer" = ["person"])), request_body = NewView, responses((status = 201, body = View)))]
async fn create(actor: Person, app: Data<App>, body: Post<NewView>) -> Result<Reply> {
    let Post { value, retry } = body;
    let (owner, region) = (actor.id, app.config.region.clone());
    app.write(&actor, retry, move |conn, by| {
        let view = store::insert(conn, by, owner, &region, &value)?;
        Ok(Reply::created(&view, format!("/api/v1/views/{}", view.id))?.version(view.version))
    })
    .await
}

/// Shows a view.
#[utoipa::path(get, path = "/views/{id}", operation_id = "get_view", tag = "views", security(("bearer" = ["person"])), params(("id" = ViewId, Path)), responses((status = 200, body = View)))]
async fn show(actor: Person, app: Data<App>, id: Path<ViewId>) -> Result<Reply> {
    app.read(&actor, move |conn, by| {
        let view = store::find(conn, by, *id)?;
        Ok(Reply::ok(&view)?.version(view.version))
    })
    .await
}

/// Changes a view: its owner may, and whoever leads may change shared ones.
#[utoipa::path(patch, path = "/views/{id}", operation_id = "update_view", tag = "views", security(("bearer" = ["person"])), params(("id" = ViewId, Path), ("If-Match" = Option<String>, Header)), request_body = ViewPatch, responses((status = 200, body = View)))]
async fn update(
    actor: Person,
    app: Data<App>,
    id: Path<ViewId>,
    expected: IfMatch,
    body: Body<ViewPatch>,
) -> Result<Reply> {
    let (id, expected, region) = (*id, expected.expected(actor.is_person())?, app.config.region.clone());
    app.write(&actor, None, move |conn, by| {
        let view = store::update(conn, by, id, expected, &region, &body.0)?;
        Ok(Reply::ok(&view)?.version(view.version))
    })
    .await
}

/// Deletes a view.
#[utoipa::path(delete, path = "/views/{id}", operation_id = "delete_view", tag = "views", security(("bearer" = ["person"])), params(("id" = ViewId, Path), ("If-Match" = Option<String>, Header)), responses((status = 204)))]
async fn remove(actor: Person, app: Data<App>, id: Path<ViewId>, expected: IfMatch) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write(&actor, None, move |conn, by| store::delete(conn, by, id, expected).map(|()| Reply::no_content())).await
}

/// The routes of views.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: list, create, show, update, remove);
}
