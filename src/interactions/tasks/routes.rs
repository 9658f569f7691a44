//! Tasks over HTTP.

use actix_web::web::{Data, Path};

use super::rows::{self, TaskRow};
use super::{NewTask, Task, TaskPatch, list, store};
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::db::types::Instant;
use crate::error::Result;
use crate::http::{Body, IfMatch, Page, Post, Query, Reply, Routes, handlers};
use crate::interactions::TaskId;

/// Lists tasks by when they are due; those without a due time come last.
#[utoipa::path(get, path = "/tasks", operation_id = "list_tasks", tag = "tasks", security(("bearer" = ["tasks:read"])), params(list::TaskQuery), responses((status = 200, body = Page<TaskRow>)))]
async fn all(actor: May<grants::TasksRead>, app: Data<App>, query: Query<list::TaskQuery>) -> Result<Reply> {
    let filter = query.0.parse(Instant::now())?;
    app.read(&actor, move |conn, by| {
        let page = list::page(conn, by, &filter)?;
        Reply::ok(&rows::named(conn, by, page)?)
    })
    .await
}

/// Makes a task.
#[utoipa::path(post, path = "/tasks", operation_id = "create_task", tag = "tasks", security(("bearer" = ["tasks:write"])), params(("Idempotency-Key" = Option<String>, Header)), request_body = NewTask, responses((status = 201, body = Task)))]
async fn create(actor: May<grants::TasksWrite>, app: Data<App>, body: Post<NewTask>) -> Result<Reply> {
    let new = body.value.parse()?;
    app.write(&actor, body.retry, move |conn, by| {
        let task = store::insert(conn, by, &new)?;
        Ok(Reply::created(&task, format!("/api/v1/tasks/{}", task.id))?.version(task.version))
    })
    .await
}

/// Shows a task.
#[utoipa::path(get, path = "/tasks/{id}", operation_id = "get_task", tag = "tasks", security(("bearer" = ["tasks:read"])), params(("id" = TaskId, Path)), responses((status = 200, body = Task)))]
async fn find(actor: May<grants::TasksRead>, app: Data<App>, id: Path<TaskId>) -> Result<Reply> {
    app.read(&actor, move |conn, by| {
        let task = store::find(conn, by, *id)?;
        Ok(Reply::ok(&task)?.version(task.version))
    })
    .await
}

/// Changes a task, or marks it as done or open.
#[utoipa::path(patch, path = "/tasks/{id}", operation_id = "update_task", tag = "tasks", security(("bearer" = ["tasks:write"])), params(("id" = TaskId, Path), ("If-Match" = Option<String>, Header)), request_body = TaskPatch, responses((status = 200, body = Task)))]
async fn update(
    actor: May<grants::TasksWrite>,
    app: Data<App>,
    id: Path<TaskId>,
    expected: IfMatch,
    body: Body<TaskPatch>,
) -> Result<Reply> {
    let (id, expected, patch) = (*id, expected.expected(actor.is_person())?, body.0.parse()?);
    app.write(&actor, None, move |conn, by| {
        let task = store::update(conn, by, id, expected, &patch)?;
        Ok(Reply::ok(&task)?.version(task.version))
    })
    .await
}

/// Deletes a task; it can be restored.
#[utoipa::path(delete, path = "/tasks/{id}", operation_id = "delete_task", tag = "tasks", security(("bearer" = ["tasks:write"])), params(("id" = TaskId, Path), ("If-Match" = Option<String>, Header)), responses((status = 204)))]
async fn delete(actor: May<grants::TasksWrite>, app: Data<App>, id: Path<TaskId>, expected: IfMatch) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write(&actor, None, move |conn, by| store::delete(conn, by, id, expected).map(|()| Reply::no_content())).await
}

/// Puts a deleted task back.
#[utoipa::path(post, path = "/tasks/{id}/restore", operation_id = "restore_task", tag = "tasks", security(("bearer" = ["tasks:write"])), params(("id" = TaskId, Path)), responses((status = 200, body = Task)))]
async fn restore(actor: May<grants::TasksWrite>, app: Data<App>, id: Path<TaskId>) -> Result<Reply> {
    app.write(&actor, None, move |conn, by| {
        let task = store::restore(conn, by, *id)?;
        Ok(Reply::ok(&task)?.version(task.version))
    })
    .await
}

/// The routes of tasks.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: all, create, find, update, delete, restore);
}
