//! Tasks as the list shows them: with the names and telephone numbers of their clients.

use serde::Serialize;
use utoipa::openapi::{RefOr, schema::Schema};
use utoipa::{PartialSchema, ToSchema};

use super::Task;
use crate::accounts::Principal;
use crate::contacts::names::{self, Told};
use crate::db::Connection;
use crate::error::Result;
use crate::http::{Page, describe};

/// A task in a list.
#[derive(Debug, Clone, Serialize)]
pub struct TaskRow {
    #[serde(flatten)]
    task: Task,
    #[serde(flatten)]
    client: Told,
}

impl PartialSchema for TaskRow {
    fn schema() -> RefOr<Schema> {
        describe::with_texts(Task::schema(), "A task in a list.", &names::DESCRIBED)
    }
}

impl ToSchema for TaskRow {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Task::schemas(schemas);
    }
}

/// The same page with names and numbers, looked up for all rows at once.
///
/// # Errors
/// The database is away.
pub fn named(conn: &mut Connection, by: &Principal, page: Page<Task>) -> Result<Page<TaskRow>> {
    let clients = names::shown(conn, by, page.items.iter().map(|task| task.contact_id))?;
    Ok(page.map(|task| TaskRow { client: Told::of(clients.get(&task.contact_id)), task }))
}
