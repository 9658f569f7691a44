//! Sessions: one log-in each, carried on by refresh tokens that are good for one use. Using an old one again means
//! that it was stolen, by whoever came first or second: the session ends.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::audit::{self, Subject};
use super::authenticate::hash;
use super::throttle::Origin;
use super::{Principal, Role, UserId};
use crate::db::Connection;
use crate::db::schema::{refresh_tokens, sessions, users};
use crate::db::types::{Guid, Instant};
use crate::error::{Error, Result};

/// How long a session lives that nobody uses.
pub const IDLE_LIFETIME: TimeDelta = TimeDelta::days(30);
/// How long a session lives at most.
pub const LONGEST_LIFETIME: TimeDelta = TimeDelta::days(180);
/// How long an ended session is kept: an address known to its user is not throttled as a stranger.
const REMEMBERED_FOR: TimeDelta = TimeDelta::days(180);

/// A log-in that has not ended.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Session {
    #[schema(value_type = uuid::Uuid)]
    id: Guid,
    /// Where the log-in came from.
    address: String,
    user_agent: String,
    created_at: Instant,
    last_used_at: Instant,
    /// When it ends if it is not used again.
    expires_at: Instant,
    /// Whether it is the session of this very request.
    current: bool,
}

/// A session's id for the client, and what carries it on.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Whose.
    pub user: UserId,
    /// Which.
    pub session: Guid,
    /// Good for one use.
    pub refresh_token: String,
}

/// What became of a refresh token.
#[derive(Debug, Clone)]
pub enum Rotation {
    /// Another takes its place.
    Renewed(Opened),
    /// It had been used before: its session has been closed.
    Reused,
    /// It is unknown, or its session has ended.
    Refused,
}

const fn subject(session: Guid) -> Subject {
    Subject { entity: "session", id: session, contact_id: None }
}

/// 256 random bits as text.
#[must_use]
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// Opens a session.
///
/// # Errors
/// The database refuses the row.
pub fn open(
    conn: &mut Connection,
    user: UserId,
    role: Role,
    origin: Origin,
    user_agent: &str,
    request_id: Option<String>,
) -> Result<Opened> {
    let (session, now) = (Guid::new(), Instant::now());
    let row = (
        sessions::id.eq(session),
        sessions::user_id.eq(user),
        sessions::address.eq(origin.to_string()),
        sessions::user_agent.eq(user_agent),
        sessions::created_at.eq(now),
        sessions::last_used_at.eq(now),
        sessions::expires_at.eq(now.plus(IDLE_LIFETIME)),
    );
    diesel::insert_into(sessions::table).values(row).execute(conn)?;
    let by = Principal::arriving(user, role, session, request_id);
    let after = serde_json::json!({ "address": origin.to_string(), "user_agent": user_agent });
    audit::record(conn, &by, "login", subject(session), None::<&()>, Some(&after))?;
    Ok(Opened { user, session, refresh_token: insert_token(conn, session, now)? })
}

fn insert_token(conn: &mut Connection, session: Guid, now: Instant) -> Result<String> {
    let token = random_token();
    let row = (
        refresh_tokens::hash.eq(hash(&token)),
        refresh_tokens::session_id.eq(session),
        refresh_tokens::issued_at.eq(now),
    );
    diesel::insert_into(refresh_tokens::table).values(row).execute(conn)?;
    Ok(token)
}

struct Live {
    user: UserId,
    role: Role,
    created_at: Instant,
}

/// The session, where it and its user are in good standing.
fn live(conn: &mut Connection, session: Guid, now: Instant) -> Result<Option<Live>> {
    let row: Option<(UserId, Role, Instant)> = sessions::table
        .inner_join(users::table.on(users::id.eq(sessions::user_id)))
        .filter(sessions::id.eq(session).and(sessions::revoked_at.is_null()))
        .filter(sessions::expires_at.gt(now).and(users::active.eq(true)))
        .select((users::id, users::role, sessions::created_at))
        .first(conn)
        .optional()?;
    Ok(row.map(|(user, role, created_at)| Live { user, role, created_at }))
}

/// Uses a refresh token up. Two that come at once with the same token: one is too late, and the session ends.
///
/// # Errors
/// The database is away; all else is in the answer, so that the end of a session is kept.
pub fn rotate(conn: &mut Connection, token: &str, request_id: Option<String>) -> Result<Rotation> {
    let (digest, now) = (hash(token), Instant::now());
    let unused = refresh_tokens::table.find(&digest).filter(refresh_tokens::used_at.is_null());
    let first_use = diesel::update(unused).set(refresh_tokens::used_at.eq(now)).execute(conn)? > 0;
    let session: Option<Guid> =
        refresh_tokens::table.find(&digest).select(refresh_tokens::session_id).first(conn).optional()?;
    let Some(session) = session else { return Ok(Rotation::Refused) };
    let live = live(conn, session, now)?;
    if !first_use {
        if let Some(live) = live {
            let by = Principal::arriving(live.user, live.role, session, request_id);
            end(conn, &by, "token_reused", session, now)?;
        }
        return Ok(Rotation::Reused);
    }
    let Some(live) = live else { return Ok(Rotation::Refused) };
    let expires_at = now.plus(IDLE_LIFETIME).min(live.created_at.plus(LONGEST_LIFETIME));
    diesel::update(sessions::table.find(session))
        .set((sessions::last_used_at.eq(now), sessions::expires_at.eq(expires_at)))
        .execute(conn)?;
    let refresh_token = insert_token(conn, session, now)?;
    Ok(Rotation::Renewed(Opened { user: live.user, session, refresh_token }))
}

/// Whether a refresh token was ever given out: what is made up costs no write.
///
/// # Errors
/// The database is away.
pub fn is_known(conn: &mut Connection, token: &str) -> Result<bool> {
    let known = refresh_tokens::table.find(hash(token));
    Ok(diesel::select(diesel::dsl::exists(known)).get_result(conn)?)
}

/// Ends the session a refresh token belongs to; nothing happens where it has ended.
///
/// # Errors
/// The database is away.
pub fn close(conn: &mut Connection, token: &str, request_id: Option<String>) -> Result<()> {
    let now = Instant::now();
    let session: Option<Guid> =
        refresh_tokens::table.find(hash(token)).select(refresh_tokens::session_id).first(conn).optional()?;
    let Some(session) = session else { return Ok(()) };
    let Some(live) = live(conn, session, now)? else { return Ok(()) };
    let by = Principal::arriving(live.user, live.role, session, request_id);
    end(conn, &by, "logout", session, now)
}

fn end(conn: &mut Connection, by: &Principal, action: &str, session: Guid, now: Instant) -> Result<()> {
    diesel::update(sessions::table.find(session)).set(sessions::revoked_at.eq(now)).execute(conn)?;
    audit::record(conn, by, action, subject(session), None::<&()>, None::<&()>)
}

/// Ends one of the user's own sessions.
///
/// # Errors
/// There is no such session of this user, or it has ended.
pub fn revoke(conn: &mut Connection, by: &Principal, user: UserId, session: Guid) -> Result<()> {
    let now = Instant::now();
    match live(conn, session, now)? {
        Some(live) if live.user == user => end(conn, by, "revoke", session, now),
        _ => Err(Error::not_found()),
    }
}

/// Ends all sessions of a user but `keep`.
///
/// # Errors
/// The database is away.
pub fn revoke_all(conn: &mut Connection, user: UserId, keep: Option<Guid>) -> Result<()> {
    // No session has the nil id.
    let keep = keep.unwrap_or(Guid(uuid::Uuid::nil()));
    let open = sessions::user_id.eq(user).and(sessions::revoked_at.is_null()).and(sessions::id.ne(keep));
    diesel::update(sessions::table.filter(open)).set(sessions::revoked_at.eq(Instant::now())).execute(conn)?;
    Ok(())
}

/// The user's open sessions, the last used first; the newest 200 of them.
///
/// # Errors
/// The database is away.
pub fn open_ones(conn: &mut Connection, user: UserId, current: Option<Guid>) -> Result<Vec<Session>> {
    let rows: Vec<(Guid, String, String, Instant, Instant, Instant)> = sessions::table
        .filter(sessions::user_id.eq(user).and(sessions::revoked_at.is_null()))
        .filter(sessions::expires_at.gt(Instant::now()))
        .order((sessions::last_used_at.desc(), sessions::id.desc()))
        .limit(200)
        .select((
            sessions::id,
            sessions::address,
            sessions::user_agent,
            sessions::created_at,
            sessions::last_used_at,
            sessions::expires_at,
        ))
        .load(conn)?;
    let session = |(id, address, user_agent, created_at, last_used_at, expires_at)| Session {
        id,
        address,
        user_agent,
        created_at,
        last_used_at,
        expires_at,
        current: Some(id) == current,
    };
    Ok(rows.into_iter().map(session).collect())
}

/// Whether the user has logged in from there before.
///
/// # Errors
/// The database is away.
pub fn is_familiar(conn: &mut Connection, user: UserId, origin: Origin) -> Result<bool> {
    let seen = sessions::table.filter(sessions::user_id.eq(user).and(sessions::address.eq(origin.to_string())));
    Ok(diesel::select(diesel::dsl::exists(seen)).get_result(conn)?)
}

/// Deletes sessions that ended long ago, with their tokens; returns how many. For the server's housekeeping.
///
/// # Errors
/// The database is away.
pub fn forget_old(conn: &mut Connection, now: Instant) -> Result<usize> {
    const AT_ONCE: i64 = 200;
    let old: Vec<Guid> = sessions::table
        .filter(sessions::expires_at.lt(now.plus(-REMEMBERED_FOR)))
        .order(sessions::expires_at)
        .limit(AT_ONCE)
        .select(sessions::id)
        .load(conn)?;
    diesel::delete(refresh_tokens::table.filter(refresh_tokens::session_id.eq_any(old.clone()))).execute(conn)?;
    Ok(diesel::delete(sessions::table.filter(sessions::id.eq_any(old))).execute(conn)?)
}
