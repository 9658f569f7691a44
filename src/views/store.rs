//! Views in the database. One that is neither the caller's nor shared with their role is as good as absent.

use std::collections::HashMap;

use diesel::prelude::*;

use super::ViewId;
use super::check::check;
use super::model::{NewView, Row, View, ViewList, ViewPatch};
use crate::accounts::audit::{self, Subject};
use crate::accounts::{Permission, Principal, Role, UserId};
use crate::db::conditions::{Beyond, Direction};
use crate::db::schema::{view_roles as roles, views};
use crate::db::types::{Instant, Json};
use crate::db::{Connection, MultiBackend};
use crate::error::{Code, Error, Result};
use crate::http::{Cursor, Page, Version, check_version};

/// How many views a person can have.
const MOST: i64 = 200;

const fn subject(id: ViewId) -> Subject {
    Subject { entity: "view", id: id.0, contact_id: None }
}

type Boxed = views::BoxedQuery<'static, MultiBackend>;

/// Those that the caller sees: their own, and those shared with their role.
fn seen(by: &Principal) -> Boxed {
    let own = views::owner_id.nullable().eq(by.actor.user()).assume_not_null();
    let shared = roles::table.filter(roles::role.nullable().eq(by.role).assume_not_null()).select(roles::view_id);
    views::table.filter(own.or(views::id.eq_any(shared))).into_boxed()
}

fn shown(conn: &mut Connection, rows: Vec<Row>) -> Result<Vec<View>> {
    let ids: Vec<ViewId> = rows.iter().map(|row| row.id).collect();
    let found = roles::table.filter(roles::view_id.eq_any(ids)).order((roles::view_id, roles::role));
    let mut with: HashMap<ViewId, Vec<Role>> = HashMap::new();
    for (id, role) in found.select((roles::view_id, roles::role)).load::<(ViewId, Role)>(conn)? {
        with.entry(id).or_default().push(role);
    }
    Ok(rows
        .into_iter()
        .map(|row| (with.remove(&row.id).unwrap_or_default(), row))
        .map(|(with, row)| row.shared_with(with))
        .collect())
}

fn one(conn: &mut Connection, row: Row) -> Result<View> {
    shown(conn, vec![row])?.pop().ok_or_else(Error::not_found)
}

/// One view.
///
/// # Errors
/// The caller does not see it.
pub fn find(conn: &mut Connection, by: &Principal, id: ViewId) -> Result<View> {
    let row: Row = seen(by).filter(views::id.eq(id)).select(Row::as_select()).first(conn)?;
    one(conn, row)
}

/// Those the caller sees, the oldest first.
///
/// # Errors
/// The cursor is none of this list.
pub fn list(
    conn: &mut Connection,
    by: &Principal,
    of: Option<ViewList>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<View>> {
    let mut rows = seen(by);
    if let Some(list) = of {
        rows = rows.filter(views::list.eq(list));
    }
    if let Some(Cursor(at, id)) = cursor.map(Cursor::<Instant, ViewId>::decode).transpose()? {
        rows = rows.filter(Beyond::new("views.created_at, views.id", Direction::Ascending, at, id.0));
    }
    let rows = rows.order((views::created_at, views::id)).limit(limit + 1).select(Row::as_select());
    let page = Page::cut(rows.load::<Row>(conn)?, limit, |row| Cursor(row.created_at, row.id).encode());
    Ok(Page { items: shown(conn, page.items)?, next_cursor: page.next_cursor, total: None })
}

/// Saves a view.
///
/// # Errors
/// Every bad field; there are too many; the caller may not share.
pub fn insert(conn: &mut Connection, by: &Principal, owner: UserId, region: &str, new: &NewView) -> Result<View> {
    check(conn, by, region, new.list, &new.filter, new.sort.as_deref())?;
    let had: i64 = views::table.filter(views::owner_id.eq(owner)).count().get_result(conn)?;
    if had >= MOST {
        return Err(Error::because(Code::Conflict, format!("A person has at most {MOST} views.")));
    }
    let now = Instant::now();
    let row = Row {
        id: ViewId::new(),
        list: new.list,
        name: new.name.trim().to_owned(),
        filter: Json(new.filter.clone()),
        shown_columns: Json(new.columns.clone()),
        sort: new.sort.clone(),
        owner_id: owner,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    diesel::insert_into(views::table).values(&row).execute(conn)?;
    share(conn, by, row.id, &new.shared_with)?;
    let made = one(conn, row)?;
    audit::record(conn, by, "create", subject(made.id), None::<&View>, Some(&made))?;
    Ok(made)
}

/// Whoever only looks keeps views for themselves.
fn share(conn: &mut Connection, by: &Principal, id: ViewId, with: &[Role]) -> Result<()> {
    if !with.is_empty() {
        by.require(Permission::ReportsWrite)?;
    }
    diesel::delete(roles::table.filter(roles::view_id.eq(id))).execute(conn)?;
    for role in Role::ALL.iter().filter(|role| with.contains(role)) {
        diesel::insert_into(roles::table).values((roles::view_id.eq(id), roles::role.eq(*role))).execute(conn)?;
    }
    Ok(())
}

/// The view, where the caller may change it: their own, or a shared one for whoever leads.
fn changeable(conn: &mut Connection, by: &Principal, id: ViewId) -> Result<(Row, View)> {
    let before = find(conn, by, id)?;
    let leads = matches!(by.role, Some(Role::Admin | Role::Manager));
    if Some(before.owner_id) != by.actor.user() && !leads {
        return Err(Error::because(Code::Forbidden, "It belongs to somebody else."));
    }
    let row = views::table.find(id).select(Row::as_select()).first(conn)?;
    Ok((row, before))
}

/// Changes a view.
///
/// # Errors
/// Every bad field; the caller may not change it; it was changed by somebody else.
pub fn update(
    conn: &mut Connection,
    by: &Principal,
    id: ViewId,
    expected: Option<Version>,
    region: &str,
    patch: &ViewPatch,
) -> Result<View> {
    let (row, before) = changeable(conn, by, id)?;
    check_version(expected, row.version)?;
    let mut after = Row { version: row.version + 1, updated_at: Instant::now(), ..row };
    if let Some(name) = &patch.name {
        name.trim().clone_into(&mut after.name);
    }
    if let Some(filter) = &patch.filter {
        after.filter = Json(filter.clone());
    }
    if let Some(columns) = &patch.columns {
        after.shown_columns = Json(columns.clone());
    }
    if let Some(sort) = &patch.sort {
        after.sort.clone_from(sort);
    }
    if patch.filter.is_some() || patch.sort.is_some() {
        check(conn, by, region, after.list, &after.filter.0, after.sort.as_deref())?;
    }
    diesel::update(&after).set(&after).execute(conn)?;
    if let Some(with) = &patch.shared_with {
        share(conn, by, id, with)?;
    }
    let after = one(conn, after)?;
    audit::record(conn, by, "update", subject(id), Some(&before), Some(&after))?;
    Ok(after)
}

/// Deletes a view.
///
/// # Errors
/// The caller may not; it was changed by somebody else.
pub fn delete(conn: &mut Connection, by: &Principal, id: ViewId, expected: Option<Version>) -> Result<()> {
    let (row, before) = changeable(conn, by, id)?;
    check_version(expected, row.version)?;
    diesel::delete(roles::table.filter(roles::view_id.eq(id))).execute(conn)?;
    diesel::delete(views::table.find(id)).execute(conn)?;
    audit::record(conn, by, "delete", subject(id), Some(&before), None::<&View>)
}
