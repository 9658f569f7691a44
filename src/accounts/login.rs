//! Logging in, staying in, logging out.
//!
//! Programs get the refresh token in the body. Browsers get it in a cookie that scripts cannot read and other sites
//! cannot send; a request that relies on the cookie must also show that it comes from our own pages.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, Responder, body::BoxBody};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::audit::{self, Subject};
use super::passwords::{Secret, Verdict};
use super::sessions::{self, Opened, Rotation};
use super::throttle::Origin;
use super::tokens::ACCESS_LIFETIME;
use super::users::{self, Credentials};
use super::{Principal, input};
use crate::app::App;
use crate::db::types::{Guid, Instant};
use crate::error::{Code, Error, Problem, Result};
use crate::http::middleware::RequestId;
use crate::http::{Body, Reply, Routes, handlers};

/// The refresh token's cookie.
pub const COOKIE: &str = "touchline_refresh";
/// A header that other sites' forms and links cannot send.
pub const OWN_PAGE_HEADER: &str = "X-Touchline";

const COOKIE_PATH: &str = "/api/v1/auth";

/// Who wants in.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    #[validate(length(min = 1, max = 254))]
    #[schema(min_length = 1, max_length = 254)]
    email: String,
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// Send the refresh token as an `HttpOnly` cookie instead of in the body: for browsers.
    #[serde(default)]
    cookie: bool,
}

/// A refresh token, where it is not in the cookie.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshInput {
    /// Absent where the cookie has it.
    #[schema(value_type = Option<String>)]
    refresh_token: Option<Secret>,
}

/// What lets a client call the API.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names of RFC 6749")]
pub struct Access {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds until it expires.
    expires_in: i64,
    /// Good for one use at `/auth/refresh`; `null` where it went into the cookie.
    refresh_token: Option<String>,
}

/// A reply that may set the cookie.
#[derive(Debug)]
pub struct WithCookie {
    reply: Reply,
    cookie: Option<Cookie<'static>>,
}

impl Responder for WithCookie {
    type Body = BoxBody;

    fn respond_to(self, req: &HttpRequest) -> HttpResponse {
        let mut response = self.reply.respond_to(req);
        if let Some(cookie) = self.cookie
            && let Ok(value) = header::HeaderValue::from_str(&cookie.to_string())
        {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
        response
    }
}

fn cookie(app: &App, token: String, age: Duration) -> Cookie<'static> {
    let https = app.config.public_url().starts_with("https:");
    Cookie::build(COOKIE, token)
        .path(COOKIE_PATH)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(https)
        .max_age(age)
        .finish()
}

fn granted(app: &App, opened: Opened, in_cookie: bool) -> Result<WithCookie> {
    let access_token = app.auth.tokens.issue(opened.user, opened.session, Instant::now())?;
    let (refresh_token, cookie) = if in_cookie {
        let age = Duration::days(sessions::IDLE_LIFETIME.num_days());
        (None, Some(cookie(app, opened.refresh_token, age)))
    } else {
        (Some(opened.refresh_token), None)
    };
    let expires_in = ACCESS_LIFETIME.num_seconds();
    let reply = Reply::ok(&Access { access_token, token_type: "Bearer", expires_in, refresh_token })?;
    Ok(WithCookie { reply, cookie })
}

/// The refresh token of the body, else of the cookie, where it was given out here; the second says whether it was
/// the cookie's.
async fn presented(app: &App, req: &HttpRequest, body: RefreshInput) -> Result<Option<(String, bool)>> {
    let (token, in_cookie) = match (body.refresh_token, req.cookie(COOKIE)) {
        (Some(token), _) => (token.expose().to_owned(), false),
        (None, Some(cookie)) => (cookie.value().to_owned(), true),
        (None, None) => return Ok(None),
    };
    let headers = req.headers();
    let same_origin = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    if in_cookie && !same_origin && !headers.contains_key(OWN_PAGE_HEADER) {
        let needed = format!("A request with the cookie needs the header {OWN_PAGE_HEADER}.");
        return Err(Error::because(Code::Forbidden, needed));
    }
    let wanted = token.clone();
    let known = app.db.read(move |conn| sessions::is_known(conn, &wanted)).await?;
    Ok(known.then_some((token, in_cookie)))
}

pub(super) fn request_id(req: &HttpRequest) -> Option<String> {
    req.extensions().get::<RequestId>().map(|id| id.0.clone())
}

fn user_agent(req: &HttpRequest) -> String {
    let agent = req.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    agent.chars().take(300).collect()
}

/// Notes a failed attempt; the password is no part of it, nor an address nobody has here (it may be a password).
fn record_failure(
    conn: &mut crate::db::Connection,
    user: Option<Guid>,
    origin: Origin,
    request_id: Option<String>,
) -> Result<()> {
    let by = Principal { request_id, ..Principal::system() };
    let subject = Subject { entity: "user", id: user.unwrap_or(Guid(uuid::Uuid::nil())), contact_id: None };
    let after = serde_json::json!({ "address": origin.to_string() });
    audit::record(conn, &by, "login_failed", subject, None::<&()>, Some(&after))
}

/// Logs a person in.
///
/// After several attempts the answer is 429; attempts from where the person has logged in before count separately.
#[utoipa::path(post, path = "/auth/login", operation_id = "create_session", tag = "auth", request_body = LogIn, responses(
    (status = 200, body = Access),
    (status = 401, body = Problem, content_type = "application/problem+json", description = "A problem: invalid_credentials"),
))]
async fn login(app: Data<App>, req: HttpRequest, body: Body<LogIn>) -> Result<WithCookie> {
    let LogIn { email, password, cookie } = body.0;
    let (email, origin) = (input::normal_email(&email), Origin::of_request(&req, app.config.trust_proxy));
    app.auth.throttle.origin(origin)?;
    let (wanted, now_at) = (email.clone(), origin);
    let found: Option<(Credentials, bool)> = app.db.read(move |conn| users::credentials(conn, &wanted, now_at)).await?;
    app.auth.throttle.account(&email, origin, found.as_ref().is_some_and(|(_, familiar)| *familiar))?;
    let found = found.map(|(credentials, _)| credentials);
    let stored = found.as_ref().and_then(Credentials::usable_hash);
    let verdict = app.auth.passwords.verify(stored, password).await?;
    let (request_id, agent) = (request_id(&req), user_agent(&req));
    let opened = app
        .db
        .write(move |conn| {
            if let (Some(known), Verdict::Right(rehash)) = (&found, &verdict)
                && users::still_holds(conn, known, rehash.as_deref())?
            {
                return sessions::open(conn, known.id, known.role, origin, &agent, request_id.clone()).map(Some);
            }
            let user = found.as_ref().map(|known| known.id.0);
            record_failure(conn, user, origin, request_id.clone()).map(|()| None)
        })
        .await?;
    granted(&app, opened.ok_or_else(|| Error::new(Code::InvalidCredentials))?, cookie)
}

/// Gives a new access token and a new refresh token for an unused one.
///
/// A browser sends `{}`, the cookie, and the header `X-Touchline: 1`. A refresh token that was used before ends the session.
#[utoipa::path(post, path = "/auth/refresh", operation_id = "refresh_session", tag = "auth", request_body = RefreshInput, responses(
    (status = 200, body = Access),
    (status = 401, body = Problem, content_type = "application/problem+json", description = "A problem: unauthorized, token_reused"),
    (status = 403, body = Problem, content_type = "application/problem+json", description = "A problem: forbidden"),
))]
async fn refresh(app: Data<App>, req: HttpRequest, body: Body<RefreshInput>) -> Result<WithCookie> {
    let unauthorized = || Error::because(Code::Unauthorized, "Log in again.");
    let (token, in_cookie) = presented(&app, &req, body.0).await?.ok_or_else(unauthorized)?;
    let request_id = request_id(&req);
    match app.db.write(move |conn| sessions::rotate(conn, &token, request_id.clone())).await? {
        Rotation::Renewed(opened) => granted(&app, opened, in_cookie),
        Rotation::Reused => {
            app.auth.forget();
            Err(Error::new(Code::TokenReused))
        }
        Rotation::Refused => Err(unauthorized()),
    }
}

/// Ends the session of a refresh token; succeeds also where it has ended.
#[utoipa::path(post, path = "/auth/logout", operation_id = "delete_session", tag = "auth", request_body = RefreshInput, responses(
    (status = 204),
    (status = 403, body = Problem, content_type = "application/problem+json", description = "A problem: forbidden"),
))]
async fn logout(app: Data<App>, req: HttpRequest, body: Body<RefreshInput>) -> Result<WithCookie> {
    let presented = presented(&app, &req, body.0).await?;
    let request_id = request_id(&req);
    if let Some((token, _)) = presented {
        app.db.write(move |conn| sessions::close(conn, &token, request_id.clone())).await?;
        app.auth.forget();
    }
    let cookie = req.cookie(COOKIE).map(|_| cookie(&app, String::new(), Duration::ZERO));
    Ok(WithCookie { reply: Reply::no_content(), cookie })
}

/// The routes of log-in.
pub(super) fn routes(cfg: &mut Routes) {
    handlers!(cfg: login, refresh, logout);
}
