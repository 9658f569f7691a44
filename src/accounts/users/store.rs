//! Users in the database.

use diesel::prelude::*;

use super::model::{NewUser, User, UserFilter, UserPatch};
use crate::accounts::audit::{self, Subject};
use crate::accounts::throttle::Origin;
use crate::accounts::{Principal, Role, TeamId, UserId, sessions};
use crate::db::schema::{teams, users};
use crate::db::types::{Guid, Instant};
use crate::db::{Connection, MultiBackend};
use crate::error::{Code, Error, OnUnique, Result};
use crate::http::{Cursor, Page, Version, check_version};

const EMAIL_TAKEN: &str = "Another user has this e-mail address.";

const fn subject(id: UserId) -> Subject {
    Subject { entity: "user", id: id.0, contact_id: None }
}

/// Whether there is any user yet.
///
/// # Errors
/// The database is away.
pub fn any(conn: &mut Connection) -> Result<bool> {
    Ok(users::table.select(users::id).limit(1).first::<UserId>(conn).optional()?.is_some())
}

/// One user.
///
/// # Errors
/// There is no such user.
pub fn find(conn: &mut Connection, id: UserId) -> Result<User> {
    Ok(users::table.find(id).select(User::as_select()).first(conn)?)
}

/// The user who logs in with this address (in its normal form).
///
/// # Errors
/// There is no such user.
pub fn by_email(conn: &mut Connection, email: &str) -> Result<User> {
    Ok(users::table.filter(users::email.eq(email)).select(User::as_select()).first(conn)?)
}

/// Users by name.
///
/// # Errors
/// The cursor or the limit is not valid.
pub fn list(conn: &mut Connection, filter: &UserFilter) -> Result<Page<User>> {
    let limit = filter.limit.get()?;
    let mut query = users::table.select(User::as_select()).into_boxed::<MultiBackend>();
    if let Some(role) = filter.role {
        query = query.filter(users::role.eq(role));
    }
    if let Some(team) = filter.team_id {
        query = query.filter(users::team_id.eq(team));
    }
    if let Some(active) = filter.active {
        query = query.filter(users::active.eq(active));
    }
    if let Some(cursor) = &filter.cursor {
        let Cursor(name, id) = Cursor::<String, UserId>::decode(cursor)?;
        query = query.filter(users::name.ge(name.clone()).and(users::name.gt(name).or(users::id.gt(id))));
    }
    let rows = query.order((users::name, users::id)).limit(limit + 1).load(conn)?;
    Ok(Page::cut(rows, limit, |user| Cursor(user.name.clone(), user.id).encode()))
}

/// Adds a user; `password_hash` is what [`Passwords::hash`](crate::accounts::passwords::Passwords::hash) made.
///
/// # Errors
/// The address is taken, or there is no such team.
pub fn create(conn: &mut Connection, by: &Principal, new: &NewUser, password_hash: Option<&str>) -> Result<User> {
    check_team(conn, new.team_id)?;
    let now = Instant::now();
    let user = User {
        id: UserId::new(),
        email: new.email.clone(),
        name: new.name.clone(),
        role: new.role,
        team_id: new.team_id,
        locale: new.locale.clone(),
        active: true,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    diesel::insert_into(users::table)
        .values((&user, users::password_hash.eq(password_hash)))
        .execute(conn)
        .on_unique(Code::AlreadyExists, EMAIL_TAKEN)?;
    audit::record(conn, by, "create", subject(user.id), None::<&User>, Some(&user))?;
    Ok(user)
}

fn check_team(conn: &mut Connection, team: Option<TeamId>) -> Result<()> {
    let Some(team) = team else { return Ok(()) };
    match teams::table.find(team).select(teams::id).first::<TeamId>(conn).optional()? {
        Some(_) => Ok(()),
        None => Err(Error::field("team_id", "unknown", "there is no such team")),
    }
}

/// Changes a user; deactivating one ends the sessions.
///
/// # Errors
/// There is no such user, the version is stale, the address is taken, there is no such team,
/// or no active administrator would remain.
pub fn update(
    conn: &mut Connection,
    by: &Principal,
    id: UserId,
    expected: Option<Version>,
    patch: &UserPatch,
) -> Result<User> {
    let admins = if patch.may_remove_admin() { lock_admins(conn)? } else { usize::MAX };
    let before = find(conn, id)?;
    check_version(expected, before.version)?;
    let mut after = patch.apply(&before);
    if audit::difference(&before, &after)?.is_empty() {
        return Ok(before);
    }
    if before.is_active_admin() && !after.is_active_admin() && admins < 2 {
        return Err(Error::because(Code::Conflict, "One active administrator must remain."));
    }
    if after.team_id != before.team_id {
        check_team(conn, after.team_id)?;
    }
    after.version += 1;
    after.updated_at = Instant::now();
    diesel::update(users::table.find(id)).set(&after).execute(conn).on_unique(Code::AlreadyExists, EMAIL_TAKEN)?;
    if before.active && !after.active {
        sessions::revoke_all(conn, id, None)?;
    }
    audit::record(conn, by, "update", subject(id), Some(&before), Some(&after))?;
    Ok(after)
}

/// Counts the active administrators and holds them until the commit, so that no two requests remove one each.
fn lock_admins(conn: &mut Connection) -> Result<usize> {
    let admins = users::table.filter(users::role.eq(Role::Admin).and(users::active.eq(true)));
    Ok(diesel::update(admins).set(users::active.eq(true)).execute(conn)?)
}

/// What logging in is checked against.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Credentials {
    /// Whose.
    pub id: UserId,
    /// The user's role.
    pub role: Role,
    email: String,
    name: String,
    active: bool,
    password_hash: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Credentials {
    /// The hash to verify against; `None` where nobody can log in with it.
    #[must_use]
    pub fn usable_hash(&self) -> Option<String> {
        self.password_hash.clone().filter(|_| self.active)
    }

    /// The address and name, which are no passwords.
    #[must_use]
    pub fn names(&self) -> (&str, &str) {
        (&self.email, &self.name)
    }
}

/// The credentials of an address, and whether the user has logged in from `origin` before.
///
/// # Errors
/// The database is away.
pub fn credentials(conn: &mut Connection, email: &str, origin: Origin) -> Result<Option<(Credentials, bool)>> {
    let found = users::table.filter(users::email.eq(email)).select(Credentials::as_select()).first(conn).optional()?;
    let Some(found) = found else { return Ok(None) };
    let familiar = sessions::is_familiar(conn, found.id, origin)?;
    Ok(Some((found, familiar)))
}

/// The credentials of a user.
///
/// # Errors
/// There is no such user.
pub fn credentials_of(conn: &mut Connection, id: UserId) -> Result<Credentials> {
    Ok(users::table.find(id).select(Credentials::as_select()).first(conn)?)
}

/// Whether what was verified is still the user's password; replaces its hash by `rehash` on the way.
///
/// # Errors
/// The database is away.
pub fn still_holds(conn: &mut Connection, verified: &Credentials, rehash: Option<&str>) -> Result<bool> {
    let Some(hash) = verified.usable_hash() else { return Ok(false) };
    let same = users::id.eq(verified.id).and(users::active.eq(true)).and(users::password_hash.eq(hash.clone()));
    let hash = rehash.map_or(hash, str::to_owned);
    // Writing the same value holds the row: a change of password waits, or comes first and is seen.
    Ok(diesel::update(users::table.filter(same)).set(users::password_hash.eq(hash)).execute(conn)? == 1)
}

/// Sets a password and ends the user's sessions but `keep`. `action` names it in the audit log.
///
/// # Errors
/// There is no such user.
pub fn set_password(
    conn: &mut Connection,
    by: &Principal,
    id: UserId,
    hash: &str,
    keep: Option<Guid>,
    action: &str,
) -> Result<()> {
    let changed = diesel::update(users::table.find(id)).set(users::password_hash.eq(hash)).execute(conn)?;
    if changed == 0 {
        return Err(Error::not_found());
    }
    sessions::revoke_all(conn, id, keep)?;
    audit::record(conn, by, action, subject(id), None::<&()>, None::<&()>)
}
