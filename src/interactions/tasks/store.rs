//! Tasks in the database, each with its mirror on the timeline.

use diesel::prelude::*;
use serde_json::json;

use super::{NewTask, Task, TaskPatch};
use crate::accounts::audit::{self, Subject};
use crate::accounts::{Principal, owners};
use crate::contacts::{self, ContactId};
use crate::db::Connection;
use crate::db::schema::tasks;
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::http::{Version, check_version};
use crate::interactions::TaskId;
use crate::interactions::store::{check_lead, check_lead_seen};
use crate::timeline::{self, Changed, EntryId, EntryType, NewEntry};

const fn subject(task: &Task) -> Subject {
    Subject { entity: "task", id: task.id.0, contact_id: Some(task.contact_id.0) }
}

/// Finds a live task of a client that the caller sees.
///
/// # Errors
/// Not found.
pub fn find(conn: &mut Connection, by: &Principal, id: TaskId) -> Result<Task> {
    let task = load(conn, by, id)?;
    if task.deleted_at.is_some() { Err(Error::not_found()) } else { Ok(task) }
}

fn load(conn: &mut Connection, by: &Principal, id: TaskId) -> Result<Task> {
    let task: Task = tasks::table.filter(tasks::id.eq(id)).select(Task::as_select()).first(conn)?;
    contacts::store::visible(conn, by, task.contact_id)?;
    check_lead_seen(conn, by, task.lead_id)?;
    Ok(task)
}

/// The open task that is due first of a client and those merged into it; tasks without a due time come last.
///
/// # Errors
/// The database is away.
pub fn next(conn: &mut Connection, by: &Principal, members: &[ContactId]) -> Result<Option<Task>> {
    let mut first: Option<Task> = None;
    for member in members {
        let place = |task: &Task| (task.due_at.is_none(), task.due_at, task.id);
        let next = next_of(conn, by, *member)?;
        first = first.into_iter().chain(next).min_by_key(place);
    }
    Ok(first)
}

fn next_of(conn: &mut Connection, by: &Principal, contact: ContactId) -> Result<Option<Task>> {
    let open = tasks::table
        .filter(tasks::contact_id.eq(contact))
        .filter(tasks::done_at.is_null())
        .filter(tasks::deleted_at.is_null())
        .select(Task::as_select());
    let mut due = open.filter(tasks::due_at.is_not_null()).order((tasks::due_at, tasks::id)).limit(1).into_boxed();
    let mut undated = open.filter(tasks::due_at.is_null()).order(tasks::id).limit(1).into_boxed();
    if let Some(seen) = super::list::of_seen_leads(by) {
        due = due.filter(seen);
    }
    if let Some(seen) = super::list::of_seen_leads(by) {
        undated = undated.filter(seen);
    }
    match due.load(conn)?.pop() {
        Some(task) => Ok(Some(task)),
        None => Ok(undated.load(conn)?.pop()),
    }
}

/// Makes a task and its entry on the timeline.
///
/// # Errors
/// The client, the lead or the assignee is not known.
pub fn insert(conn: &mut Connection, by: &Principal, new: &NewTask) -> Result<Task> {
    insert_as(conn, by, TaskId::new(), new)
}

/// The task of this id, deleted or not, where there is one.
///
/// # Errors
/// The database is away.
pub fn known(conn: &mut Connection, id: TaskId) -> Result<Option<Task>> {
    Ok(tasks::table.filter(tasks::id.eq(id)).select(Task::as_select()).first(conn).optional()?)
}

/// [`insert`] under an id that tells where the task comes from.
///
/// # Errors
/// As for [`insert`].
pub fn insert_as(conn: &mut Connection, by: &Principal, id: TaskId, new: &NewTask) -> Result<Task> {
    contacts::store::visible(conn, by, new.contact_id)?;
    check_lead(conn, by, new.contact_id, new.lead_id)?;
    if let Some(assignee) = new.assignee_id {
        owners::check(conn, "assignee_id", assignee)?;
    }
    let now = Instant::now();
    let task = Task {
        id,
        contact_id: new.contact_id,
        lead_id: new.lead_id,
        title: new.title.clone(),
        body: new.body.clone(),
        due_at: new.due_at,
        assignee_id: new.assignee_id,
        done_at: None,
        created_by: by.actor.user(),
        created_by_key: by.actor.key(),
        version: 1,
        created_at: now,
        updated_at: now,
        deleted_at: None,
    };
    diesel::insert_into(tasks::table).values(&task).execute(conn)?;
    let entry = NewEntry {
        id: EntryId(task.id.0),
        contact_id: task.contact_id,
        occurred_at: task.shown_at(),
        entry_type: EntryType::Task,
        lead_id: task.lead_id,
        kind: String::new(),
        subject: None,
        properties: None,
    };
    timeline::record(conn, by, entry)?;
    mirror(conn, &task)?;
    audit::record(conn, by, "create", subject(&task), None::<&Task>, Some(&task))?;
    Ok(task)
}

/// Changes a task; its entry moves along.
///
/// # Errors
/// It is not there, was changed meanwhile, or would name an unknown lead or assignee.
pub fn update(
    conn: &mut Connection,
    by: &Principal,
    id: TaskId,
    expected: Option<Version>,
    patch: &TaskPatch,
) -> Result<Task> {
    let before = find(conn, by, id)?;
    check_version(expected, before.version)?;
    let after = patch.apply(&before, Instant::now());
    if after.lead_id != before.lead_id {
        check_lead(conn, by, after.contact_id, after.lead_id)?;
    }
    if let Some(assignee) = after.assignee_id.filter(|_| after.assignee_id != before.assignee_id) {
        owners::check(conn, "assignee_id", assignee)?;
    }
    save(conn, by, "update", &before, &after)?;
    Ok(after)
}

/// Hides a task and its entry; both can be restored.
///
/// # Errors
/// It is not there or was changed meanwhile.
pub fn delete(conn: &mut Connection, by: &Principal, id: TaskId, expected: Option<Version>) -> Result<()> {
    let before = find(conn, by, id)?;
    check_version(expected, before.version)?;
    save(conn, by, "delete", &before, &with_deletion(&before, Some(Instant::now())))
}

/// Puts a deleted task back; one that is not deleted stays as it is.
///
/// # Errors
/// It is not there.
pub fn restore(conn: &mut Connection, by: &Principal, id: TaskId) -> Result<Task> {
    let before = load(conn, by, id)?;
    if before.deleted_at.is_none() {
        return Ok(before);
    }
    let after = with_deletion(&before, None);
    save(conn, by, "restore", &before, &after)?;
    Ok(after)
}

fn with_deletion(before: &Task, at: Option<Instant>) -> Task {
    Task { deleted_at: at, version: before.version + 1, updated_at: Instant::now(), ..before.clone() }
}

fn save(conn: &mut Connection, by: &Principal, action: &str, before: &Task, after: &Task) -> Result<()> {
    diesel::update(tasks::table.find((after.contact_id, after.id))).set(after).execute(conn)?;
    mirror(conn, after)?;
    audit::record(conn, by, action, subject(before), Some(before), Some(after))
}

fn mirror(conn: &mut Connection, task: &Task) -> Result<()> {
    let changed = Changed {
        occurred_at: task.shown_at(),
        lead_id: task.lead_id,
        kind: if task.done_at.is_some() { "task.done" } else { "task.open" }.to_owned(),
        subject: Some(task.title.clone()),
        body: task.body.clone(),
        properties: Some(json!({
            "due_at": task.due_at,
            "done_at": task.done_at,
            "assignee_id": task.assignee_id,
        })),
        deleted_at: task.deleted_at,
    };
    timeline::amend(conn, EntryId(task.id.0), changed)
}
