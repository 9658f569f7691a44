//! What everyone may see and change about themselves: profile, password, sessions.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::passwords::{self, Secret, Verdict};
use super::principal::Person;
use super::sessions::{self, Session};
use super::throttle::Origin;
use super::users::{self, User, UserPatch};
use super::{Permission, Principal, UserId, Visibility, authenticate, change};
use crate::app::App;
use crate::db::Connection;
use crate::db::types::Guid;
use crate::error::{Code, Error, Result};
use crate::http::{Body, IfMatch, Page, Reply, Routes, handlers, nullable};

/// Whoever is logged in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Me {
    user: User,
    permissions: Vec<Permission>,
    visibility: Visibility,
}

/// A change of oneself. Absent fields stay.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MePatch {
    #[schema(min_length = 1, max_length = 100, nullable = false)]
    name: Option<String>,
    /// A language tag such as `pt-BR`; `null` leaves it to the browser.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length = 35)]
    locale: Option<Option<String>>,
}

/// A new password for oneself.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    #[schema(value_type = String, format = Password)]
    current_password: Secret,
    /// 12 to 128 characters.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    new_password: Secret,
}

fn reply(conn: &mut Connection, by: &Principal, user: User) -> Result<Reply> {
    let (version, visibility) = (user.version(), authenticate::visibility(conn, user.role())?);
    let me = Me { user, permissions: by.permissions.iter().copied().collect(), visibility };
    Ok(Reply::ok(&me)?.version(version))
}

/// Shows who is logged in, and what they may do.
#[utoipa::path(get, path = "/me", operation_id = "get_me", tag = "accounts", security(("bearer" = ["person"])), responses((status = 200, body = Me)))]
async fn get(actor: Person, app: Data<App>) -> Result<Reply> {
    let id = actor.id;
    app.read(&actor, move |conn, by| {
        let user = users::find(conn, id)?;
        reply(conn, by, user)
    })
    .await
}

/// Changes one's own name and language.
#[utoipa::path(patch, path = "/me", operation_id = "update_me", tag = "accounts", security(("bearer" = ["person"])), params(("If-Match" = Option<String>, Header)), request_body = MePatch, responses(
    (status = 200, body = Me),
    (status = 412, body = crate::error::Problem, content_type = "application/problem+json", description = "A problem: precondition_failed"),
    (status = 428, body = crate::error::Problem, content_type = "application/problem+json", description = "A problem: precondition_required"),
))]
async fn update(actor: Person, app: Data<App>, expected: IfMatch, body: Body<MePatch>) -> Result<Reply> {
    let (id, expected) = (actor.id, expected.expected(true)?);
    let patch = UserPatch::of_oneself(body.0.name, body.0.locale).parse()?;
    change(&app, &actor, None, move |conn, by| {
        let user = users::update(conn, by, id, expected, &patch)?;
        reply(conn, by, user)
    })
    .await
}

/// Changes one's own password and ends one's other sessions.
#[utoipa::path(post, path = "/me/password", operation_id = "change_my_password", tag = "accounts", security(("bearer" = ["person"])), request_body = PasswordChange, responses((status = 204)))]
async fn change_password(actor: Person, app: Data<App>, req: HttpRequest, body: Body<PasswordChange>) -> Result<Reply> {
    let PasswordChange { current_password, new_password } = body.0;
    let (id, keep) = (actor.id, actor.session);
    let known = app.db.read(move |conn| users::credentials_of(conn, id)).await?;
    let (email, name) = known.names();
    app.auth.throttle.account(email, Origin::of_request(&req, app.config.trust_proxy), true)?;
    passwords::check("new_password", &new_password, email, name).map_err(|error| Error::invalid(vec![error]))?;
    if app.auth.passwords.verify(known.usable_hash(), current_password).await? == Verdict::Wrong {
        return Err(Error::field("current_password", "wrong", "is not your password"));
    }
    let hash = app.auth.passwords.hash(new_password).await?;
    change(&app, &actor, None, move |conn, by| {
        if !users::still_holds(conn, &known, None)? {
            return Err(Error::because(Code::Conflict, "The password has just been changed."));
        }
        users::set_password(conn, by, id, &hash, keep, "change_password").map(|()| Reply::no_content())
    })
    .await
}

/// Lists one's own open sessions, the last used first.
#[utoipa::path(get, path = "/me/sessions", operation_id = "list_my_sessions", tag = "accounts", security(("bearer" = ["person"])), responses((status = 200, body = Page<Session>)))]
async fn list_sessions(actor: Person, app: Data<App>) -> Result<Reply> {
    let id: UserId = actor.id;
    app.read(&actor, move |conn, by| {
        Reply::ok(&Page { items: sessions::open_ones(conn, id, by.session)?, next_cursor: None, total: None })
    })
    .await
}

/// Ends one of one's own sessions.
#[utoipa::path(delete, path = "/me/sessions/{id}", operation_id = "delete_my_session", tag = "accounts", security(("bearer" = ["person"])), params(("id" = uuid::Uuid, Path)), responses((status = 204)))]
async fn delete_session(actor: Person, app: Data<App>, id: Path<Guid>) -> Result<Reply> {
    let (user, session) = (actor.id, *id);
    change(&app, &actor, None, move |conn, by| sessions::revoke(conn, by, user, session).map(|()| Reply::no_content()))
        .await
}

/// The routes about oneself.
pub(super) fn routes(cfg: &mut Routes) {
    handlers!(cfg: get, update, change_password, list_sessions, delete_session);
}
