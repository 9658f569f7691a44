//! From a request's credentials to its [`Principal`], with a short memory so that most requests ask no database.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Clock};

use chrono::TimeDelta;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::passwords::Passwords;
use super::permissions::{Permission, Role, Visibility};
use super::throttle::Throttle;
use super::tokens::Tokens;
use super::{Actor, ApiKeyId, Principal, Scope, TeamId, UserId};
use crate::db::schema::{api_keys, role_visibility, sessions, users};
use crate::db::types::{Guid, Instant, Json};
use crate::db::{Connection, Db};
use crate::error::{Code, Error, Result};

/// How long a change made by another server may go unnoticed here. Changes made by this one are seen at once.
const REMEMBERED_FOR: Duration = Duration::from_secs(5);

/// How exactly a key's last use is known.
const USE_NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// What API keys begin with, so that secret scanners find them.
pub const KEY_PREFIX: &str = "tlk_";

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Credential {
    Session(UserId, Guid),
    Key(Vec<u8>),
}

/// Turns credentials into principals.
#[derive(Debug)]
pub struct Authenticator {
    /// Signs and checks access tokens.
    pub tokens: Tokens,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// Limits attempts to log in.
    pub throttle: Throttle,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    principals: HashMap<Credential, (Clock, Arc<Principal>)>,
    /// How often all was forgotten: what was loaded before that may be stale.
    forgotten: u64,
}

impl Authenticator {
    /// An authenticator that trusts these tokens.
    #[must_use]
    pub fn new(tokens: Tokens) -> Self {
        Self { tokens, passwords: Passwords::default(), throttle: Throttle::default(), known: Mutex::default() }
    }

    /// The caller behind a bearer token: an access token or an API key.
    ///
    /// # Errors
    /// [`Code::Unauthorized`] or [`Code::TokenExpired`].
    pub async fn principal(&self, db: &Db, bearer: &str) -> Result<Arc<Principal>> {
        let credential = if bearer.starts_with(KEY_PREFIX) {
            Credential::Key(hash(bearer))
        } else {
            let claims = self.tokens.check(bearer, Instant::now())?;
            Credential::Session(claims.sub, claims.sid)
        };
        let forgotten = match self.remembered(&credential) {
            Ok(principal) => return Ok(principal),
            Err(forgotten) => forgotten,
        };
        let wanted = credential.clone();
        let loaded = db.read(move |conn| load(conn, &wanted)).await?;
        if let (Actor::Key(id), true) = (loaded.principal.actor, loaded.note_use) {
            db.write(move |conn| touch_key(conn, id)).await?;
        }
        let principal = Arc::new(loaded.principal);
        let mut known = self.lock();
        if known.forgotten == forgotten {
            known.principals.insert(credential, (Clock::now(), principal.clone()));
        }
        Ok(principal)
    }

    /// Forgets everything: called after any change to users, roles, teams, sessions or keys.
    pub fn forget(&self) {
        let mut known = self.lock();
        known.principals.clear();
        known.forgotten += 1;
    }

    /// The principal, or how often all has been forgotten so far.
    fn remembered(&self, credential: &Credential) -> Result<Arc<Principal>, u64> {
        let mut known = self.lock();
        if known.principals.len() > 10_000 {
            known.principals.retain(|_, (at, _)| at.elapsed() < REMEMBERED_FOR);
        }
        match known.principals.get(credential) {
            Some((at, principal)) if at.elapsed() < REMEMBERED_FOR => Ok(principal.clone()),
            _ => Err(known.forgotten),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The digest a secret is stored as. Our secrets are random and long, so a plain hash is enough.
#[must_use]
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

struct Loaded {
    principal: Principal,
    /// Whether the key's last use is to be written down.
    note_use: bool,
}

fn load(conn: &mut Connection, credential: &Credential) -> Result<Loaded> {
    let found = match credential {
        Credential::Session(user, session) => {
            load_person(conn, *user, *session)?.map(|principal| Loaded { principal, note_use: false })
        }
        Credential::Key(hash) => load_key(conn, hash)?,
    };
    found.ok_or_else(|| Error::new(Code::Unauthorized))
}

fn load_person(conn: &mut Connection, user: UserId, session: Guid) -> Result<Option<Principal>> {
    let row: Option<(Role, Option<TeamId>)> = users::table
        .inner_join(sessions::table.on(sessions::user_id.eq(users::id)))
        .filter(users::id.eq(user.0).and(users::active.eq(true)))
        .filter(sessions::id.eq(session).and(sessions::revoked_at.is_null()))
        .filter(sessions::expires_at.gt(Instant::now()))
        .select((users::role, users::team_id))
        .first(conn)
        .optional()?;
    let Some((role, team)) = row else { return Ok(None) };
    Ok(Some(Principal { session: Some(session), ..as_principal(conn, user, role, team)? }))
}

/// An active person, for work that goes on after their request.
///
/// # Errors
/// The database is away.
pub fn person(conn: &mut Connection, user: UserId) -> Result<Option<Principal>> {
    let row: Option<(Role, Option<TeamId>)> = users::table
        .filter(users::id.eq(user.0).and(users::active.eq(true)))
        .select((users::role, users::team_id))
        .first(conn)
        .optional()?;
    row.map(|(role, team)| as_principal(conn, user, role, team)).transpose()
}

fn as_principal(conn: &mut Connection, user: UserId, role: Role, team: Option<TeamId>) -> Result<Principal> {
    let owners: Option<BTreeSet<UserId>> = match visibility(conn, role)? {
        Visibility::All => None,
        Visibility::Own => Some(BTreeSet::from([user])),
        Visibility::Team => {
            let mates: Vec<UserId> = users::table.filter(users::team_id.eq(team)).select(users::id).load(conn)?;
            Some(mates.into_iter().chain([user]).collect())
        }
    };
    Ok(Principal {
        actor: Actor::User(user),
        role: Some(role),
        permissions: Arc::new(Permission::ALL.iter().copied().filter(|permission| role.may(*permission)).collect()),
        scope: owners.map_or(Scope::All, |owners| Scope::Owners(Arc::new(owners))),
        session: None,
        request_id: None,
    })
}

/// Which records a role sees at present.
///
/// # Errors
/// The database is away.
pub(super) fn visibility(conn: &mut Connection, role: Role) -> Result<Visibility> {
    let set = role_visibility::table.find(role).select(role_visibility::visibility).first(conn).optional()?;
    Ok(set.unwrap_or_else(|| role.default_visibility()))
}

/// A program whose key is good, for work that goes on after its request.
///
/// # Errors
/// The database is away.
pub fn program(conn: &mut Connection, key: ApiKeyId) -> Result<Option<Principal>> {
    let row: Option<Json<Vec<Permission>>> = api_keys::table
        .filter(api_keys::id.eq(key).and(api_keys::revoked_at.is_null()))
        .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt(Instant::now())))
        .select(api_keys::scopes)
        .first(conn)
        .optional()?;
    Ok(row.map(|Json(scopes)| of_key(key, scopes)))
}

fn of_key(id: ApiKeyId, scopes: Vec<Permission>) -> Principal {
    Principal {
        actor: Actor::Key(id),
        role: None,
        permissions: Arc::new(scopes.into_iter().collect()),
        scope: Scope::All,
        session: None,
        request_id: None,
    }
}

fn load_key(conn: &mut Connection, hash: &[u8]) -> Result<Option<Loaded>> {
    let now = Instant::now();
    let row: Option<(ApiKeyId, Json<Vec<Permission>>, Option<Instant>)> = api_keys::table
        .filter(api_keys::hash.eq(hash).and(api_keys::revoked_at.is_null()))
        .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt(now)))
        .select((api_keys::id, api_keys::scopes, api_keys::last_used_at))
        .first(conn)
        .optional()?;
    Ok(row.map(|(id, Json(scopes), last_used_at)| Loaded {
        principal: of_key(id, scopes),
        note_use: last_used_at.is_none_or(|at| now.since(at) >= USE_NOTED_EVERY),
    }))
}

fn touch_key(conn: &mut Connection, id: ApiKeyId) -> Result<()> {
    diesel::update(api_keys::table.find(id)).set(api_keys::last_used_at.eq(Instant::now())).execute(conn)?;
    Ok(())
}
