//! Roles: fixed in what they may do, adjustable in which records they see.

use actix_web::web::{Data, Path};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Builder;
use validator::Validate;

use super::audit::{self, Subject};
use super::permissions::grants;
use super::{May, Permission, Principal, Role, Visibility, change};
use crate::app::App;
use crate::db::schema::role_visibility;
use crate::db::types::{Guid, Instant};
use crate::db::{Both, Connection};
use crate::error::{Code, Error, Result};
use crate::http::{Body, IfMatch, Page, Reply, Routes, Version, check_version, handlers};

/// A role.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoleRules {
    role: Role,
    visibility: Visibility,
    permissions: Vec<Permission>,
    version: Version,
}

/// Which records a role sees.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleInput {
    visibility: Visibility,
}

/// Roles have names, not ids: the audit log holds one made of the name.
fn subject(role: Role) -> Subject {
    let mut bytes = [0; 16];
    for (byte, letter) in bytes.iter_mut().zip(role.as_str().bytes()) {
        *byte = letter;
    }
    Subject { entity: "role", id: Guid(Builder::from_custom_bytes(bytes).into_uuid()), contact_id: None }
}

fn find(conn: &mut Connection, role: Role) -> Result<RoleRules> {
    let set: Option<(Visibility, Version)> = role_visibility::table
        .find(role)
        .select((role_visibility::visibility, role_visibility::version))
        .first(conn)
        .optional()?;
    let (visibility, version) = set.unwrap_or((role.default_visibility(), 1));
    let permissions = Permission::ALL.iter().copied().filter(|permission| role.may(*permission)).collect();
    Ok(RoleRules { role, visibility, permissions, version })
}

fn set(
    conn: &mut Connection,
    by: &Principal,
    role: Role,
    expected: Option<Version>,
    visibility: Visibility,
) -> Result<RoleRules> {
    let before = find(conn, role)?;
    check_version(expected, before.version)?;
    if role == Role::Admin && visibility != Visibility::All {
        return Err(Error::because(Code::Conflict, "Administrators see every record."));
    }
    let after = RoleRules { visibility, version: before.version + 1, ..before.clone() };
    let changes = (
        role_visibility::visibility.eq(visibility),
        role_visibility::version.eq(after.version),
        role_visibility::updated_at.eq(Instant::now()),
    );
    let upsert = diesel::insert_into(role_visibility::table)
        .values((role_visibility::role.eq(role), changes))
        .on_conflict(role_visibility::role)
        .do_update()
        .set(changes);
    Both(upsert).execute(conn)?;
    audit::record(conn, by, "update", subject(role), Some(&before), Some(&after))?;
    Ok(after)
}

/// Lists the roles, what they may do and which records they see.
#[utoipa::path(get, path = "/roles", operation_id = "list_roles", tag = "accounts", security(("bearer" = ["users:read"])), responses((status = 200, body = Page<RoleRules>)))]
async fn list(actor: May<grants::UsersRead>, app: Data<App>) -> Result<Reply> {
    app.read(&actor, |conn, _| {
        let items = Role::ALL.iter().map(|role| find(conn, *role)).collect::<Result<_>>()?;
        Reply::ok(&Page::<RoleRules> { items, next_cursor: None, total: None })
    })
    .await
}

/// Shows a role.
#[utoipa::path(get, path = "/roles/{role}", operation_id = "get_role", tag = "accounts", security(("bearer" = ["users:read"])), params(("role" = Role, Path)), responses((status = 200, body = RoleRules)))]
async fn get(actor: May<grants::UsersRead>, app: Data<App>, role: Path<Role>) -> Result<Reply> {
    app.read(&actor, move |conn, _| {
        let rules = find(conn, *role)?;
        Ok(Reply::ok(&rules)?.version(rules.version))
    })
    .await
}

/// Sets which records a role sees. Administrators always see all.
#[utoipa::path(put, path = "/roles/{role}", operation_id = "update_role", tag = "accounts", security(("bearer" = ["users:manage"])), params(("role" = Role, Path), ("If-Match" = Option<String>, Header)), request_body = RoleInput, responses((status = 200, body = RoleRules)))]
async fn update(
    actor: May<grants::UsersManage>,
    app: Data<App>,
    role: Path<Role>,
    expected: IfMatch,
    body: Body<RoleInput>,
) -> Result<Reply> {
    let (role, expected, visibility) = (*role, expected.expected(actor.is_person())?, body.0.visibility);
    change(&app, &actor, None, move |conn, by| {
        let rules = set(conn, by, role, expected, visibility)?;
        Ok(Reply::ok(&rules)?.version(rules.version))
    })
    .await
}

/// The routes of roles.
pub(super) fn routes(cfg: &mut Routes) {
    handlers!(cfg: list, get, update);
}
