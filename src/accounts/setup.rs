//! The first administrator: made once, by whoever holds the token that the server printed when it started.

use actix_web::HttpRequest;
use actix_web::web::Data;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use utoipa::ToSchema;
use validator::Validate;

use super::authenticate::hash;
use super::passwords::Secret;
use super::throttle::Origin;
use super::users::{self, NewUserInput, User};
use super::{Principal, Role, login, sessions};
use crate::app::App;
use crate::db::schema::settings;
use crate::db::{self, Connection};
use crate::error::{Code, Error, Problem, Result};
use crate::http::{Body, Reply, Routes, handlers};

const SETTING: &str = "setup_token";

/// Makes a new one-time token for the link `…/setup#<token>`, in place of an earlier one; `None` where users exist.
/// Only its digest is stored.
///
/// # Errors
/// The database is away.
pub fn issue_token(conn: &mut Connection) -> Result<Option<String>> {
    if users::any(conn)? {
        return Ok(None);
    }
    let token = sessions::random_token();
    db::settings::put(conn, SETTING, digest(&token))?;
    Ok(Some(token))
}

fn digest(token: &str) -> String {
    STANDARD_NO_PAD.encode(hash(token))
}

/// Fails where set-up is over or the token is not the one printed.
fn check(conn: &mut Connection, token: &Secret) -> Result<()> {
    if users::any(conn)? {
        return Err(Error::new(Code::SetupDone));
    }
    let stored: Option<String> = db::settings::get(conn, SETTING)?;
    let given = digest(token.expose());
    if stored.is_some_and(|stored| bool::from(stored.as_bytes().ct_eq(given.as_bytes()))) {
        Ok(())
    } else {
        Err(Error::because(Code::Unauthorized, "This set-up link is not valid: use the one printed last."))
    }
}

/// Whether the first administrator is still to be made.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct SetupState {
    needed: bool,
}

/// The first administrator.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupInput {
    /// From the link that the server printed.
    #[schema(value_type = String)]
    token: Secret,
    #[schema(format = "email", min_length = 3, max_length = 254)]
    email: String,
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// 12 to 128 characters.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    password: Secret,
}

/// Tells whether the first administrator is still to be made.
#[utoipa::path(get, path = "/setup", operation_id = "get_setup", tag = "auth", responses((status = 200, body = SetupState)))]
async fn state(app: Data<App>) -> Result<Reply> {
    app.db.read(|conn| Reply::ok(&SetupState { needed: !users::any(conn)? })).await
}

/// Makes the first administrator.
#[utoipa::path(post, path = "/setup", operation_id = "create_setup", tag = "auth", request_body = SetupInput, responses(
    (status = 201, body = User),
    (status = 401, body = Problem, content_type = "application/problem+json", description = "A problem: unauthorized"),
))]
async fn create(app: Data<App>, req: HttpRequest, body: Body<SetupInput>) -> Result<Reply> {
    let SetupInput { token, email, name, password } = body.0;
    app.auth.throttle.origin(Origin::of_request(&req, app.config.trust_proxy))?;
    let given = token.clone();
    app.db.read(move |conn| check(conn, &given)).await?;
    let (role, password) = (Role::Admin, Some(password));
    let (new, password) = NewUserInput { email, name, role, team_id: None, locale: None, password }.parse()?;
    let hash = match password {
        Some(password) => app.auth.passwords.hash(password).await?,
        None => return Err(Error::internal("a password was given")),
    };
    let by = Principal { request_id: login::request_id(&req), ..Principal::system() };
    let create = move |conn: &mut Connection| {
        // Taking the token away first holds its row: of two requests with it, one makes the administrator.
        let taken = diesel::delete(settings::table.find(SETTING)).execute(conn)?;
        if taken == 0 || users::any(conn)? {
            return Err(Error::new(Code::SetupDone));
        }
        let user = users::create(conn, &by, &new, Some(&hash))?;
        Ok(Reply::created(&user, format!("/api/v1/users/{}", user.id()))?.version(user.version()))
    };
    app.db.write(create).await
}

/// The routes of set-up.
pub(super) fn routes(cfg: &mut Routes) {
    handlers!(cfg: state, create);
}
