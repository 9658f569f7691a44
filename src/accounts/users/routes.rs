//! The endpoints of users.

use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::{NewUserInput, User, UserFilter, UserPatch, store};
use crate::accounts::passwords::{self, Secret};
use crate::accounts::permissions::grants;
use crate::accounts::{Actor, May, UserId, change};
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::http::{Body, IfMatch, Page, Post, Query, Reply, Routes, handlers};

/// A password for somebody else.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    /// 12 to 128 characters.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    password: Secret,
}

/// Lists users by name.
#[utoipa::path(get, path = "/users", operation_id = "list_users", tag = "accounts", security(("bearer" = ["users:read"])), params(UserFilter), responses((status = 200, body = Page<User>)))]
async fn list(actor: May<grants::UsersRead>, app: Data<App>, filter: Query<UserFilter>) -> Result<Reply> {
    app.read(&actor, move |conn, _| Reply::ok(&store::list(conn, &filter.0)?)).await
}

/// Shows a user.
#[utoipa::path(get, path = "/users/{id}", operation_id = "get_user", tag = "accounts", security(("bearer" = ["users:read"])), params(("id" = UserId, Path)), responses((status = 200, body = User)))]
async fn get(actor: May<grants::UsersRead>, app: Data<App>, id: Path<UserId>) -> Result<Reply> {
    app.read(&actor, move |conn, _| {
        let user = store::find(conn, *id)?;
        Ok(Reply::ok(&user)?.version(user.version()))
    })
    .await
}

/// Adds a user.
#[utoipa::path(post, path = "/users", operation_id = "create_user", tag = "accounts", security(("bearer" = ["users:manage"])), params(("Idempotency-Key" = Option<String>, Header)), request_body = NewUserInput, responses((status = 201, body = User)))]
async fn create(actor: May<grants::UsersManage>, app: Data<App>, body: Post<NewUserInput>) -> Result<Reply> {
    let (new, password) = body.value.parse()?;
    // A request with a password leaves no digest of itself behind: that would be a cheap hash to guess against.
    let retry = body.retry.filter(|_| password.is_none());
    let hash = match password {
        Some(password) => Some(app.auth.passwords.hash(password).await?),
        None => None,
    };
    change(&app, &actor, retry, move |conn, by| {
        let user = store::create(conn, by, &new, hash.as_deref())?;
        Ok(Reply::created(&user, format!("/api/v1/users/{}", user.id()))?.version(user.version()))
    })
    .await
}

/// Changes a user. Users are never deleted: deactivate them. One active administrator must remain.
#[utoipa::path(patch, path = "/users/{id}", operation_id = "update_user", tag = "accounts", security(("bearer" = ["users:manage"])), params(("id" = UserId, Path), ("If-Match" = Option<String>, Header)), request_body = UserPatch, responses((status = 200, body = User)))]
async fn update(
    actor: May<grants::UsersManage>,
    app: Data<App>,
    id: Path<UserId>,
    expected: IfMatch,
    body: Body<UserPatch>,
) -> Result<Reply> {
    let (id, expected, patch) = (*id, expected.expected(actor.is_person())?, body.0.parse()?);
    change(&app, &actor, None, move |conn, by| {
        let user = store::update(conn, by, id, expected, &patch)?;
        Ok(Reply::ok(&user)?.version(user.version()))
    })
    .await
}

/// Sets somebody else's password and ends their sessions.
#[utoipa::path(post, path = "/users/{id}/password", operation_id = "reset_user_password", tag = "accounts", security(("bearer" = ["users:manage"])), params(("id" = UserId, Path)), request_body = PasswordReset, responses((status = 204)))]
async fn reset_password(
    actor: May<grants::UsersManage>,
    app: Data<App>,
    id: Path<UserId>,
    body: Body<PasswordReset>,
) -> Result<Reply> {
    let (id, password) = (*id, body.0.password);
    if actor.actor == Actor::User(id) {
        return Err(Error::because(Code::Conflict, "Change your own password at /api/v1/me/password."));
    }
    let user = app.db.read(move |conn| store::find(conn, id)).await?;
    passwords::check("password", &password, user.email(), user.name()).map_err(|error| Error::invalid(vec![error]))?;
    let hash = app.auth.passwords.hash(password).await?;
    change(&app, &actor, None, move |conn, by| {
        store::set_password(conn, by, id, &hash, None, "reset_password").map(|()| Reply::no_content())
    })
    .await
}

/// The routes of users.
pub(in crate::accounts) fn routes(cfg: &mut Routes) {
    handlers!(cfg: list, get, create, update, reset_password);
}
