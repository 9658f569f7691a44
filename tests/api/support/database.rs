//! A database for one test: a copy of a template that was migrated once.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::Connection as _;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use touchline::accounts::authenticate::hash;
use touchline::accounts::{ApiKeyId, Role, TeamId, UserId};
use touchline::db::schema::{api_keys, sessions, teams, users};
use touchline::db::types::{Guid, Instant, Json};
use touchline::db::{Connection, Db, Opener, Sizes, Target, migrate};
use touchline::error::Result;

use super::{ALL_SCOPES, Users};

/// The API key of `TestApp::key`.
pub const API_KEY: &str = "tlk_0000000000000000000000000000000000000000000";

/// A PostgreSQL server with a migrated template database.
pub struct Postgres {
    url: String,
    template: String,
}

static COUNTER: AtomicU32 = AtomicU32::new(0);

fn unique_name() -> String {
    format!("touchline_test_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed))
}

/// The same server's URL with another database name.
fn with_database(url: &str, name: &str) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
    if query.is_empty() { format!("{base}/{name}") } else { format!("{base}/{name}?{query}") }
}

impl Postgres {
    /// Makes the template.
    pub fn prepare(url: &str) -> Self {
        let template = unique_name();
        let this = Self { url: url.to_owned(), template };
        this.execute(&format!("CREATE DATABASE {}", this.template));
        migrate::run(&Opener::new(Target::Postgres(with_database(url, &this.template)))).expect("migrations");
        this
    }

    fn execute(&self, sql: &str) {
        let mut conn = PgConnection::establish(&self.url).expect("PostgreSQL");
        conn.batch_execute(sql).expect(sql);
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.template));
    }
}

/// One test's own database; gone when dropped.
pub struct TestDatabase {
    pub target: Target,
    _folder: Option<tempfile::TempDir>,
    on_server: Option<(String, String)>,
}

impl TestDatabase {
    pub fn sqlite() -> Self {
        static TEMPLATE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
        let (_, template) = TEMPLATE.get_or_init(|| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let path = folder.path().join("template.db");
            let opener = Opener::new(Target::Sqlite(path.clone()));
            migrate::run(&opener).expect("migrations");
            let mut conn = opener.open().expect("the template");
            conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").expect("a checkpoint");
            (folder, path)
        });
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("test.db");
        std::fs::copy(template, &path).expect("a copy of the template");
        Self { target: Target::Sqlite(path), _folder: Some(folder), on_server: None }
    }

    pub fn postgres(server: &Postgres) -> Self {
        let name = unique_name();
        server.execute(&format!("CREATE DATABASE {name} TEMPLATE {}", server.template));
        let target = Target::Postgres(with_database(&server.url, &name));
        Self { target, _folder: None, on_server: Some((server.url.clone(), name)) }
    }

    /// The server's URL and this database's name on it; `None` on SQLite.
    pub fn on_server(&self) -> Option<(&str, &str)> {
        self.on_server.as_ref().map(|(url, name)| (url.as_str(), name.as_str()))
    }

    pub fn open(&self) -> Db {
        let sizes = Sizes { readers: 2, ..Sizes::for_target(&self.target) };
        Db::open(Opener::new(self.target.clone()), self.target.clone(), sizes).expect("threads")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some((url, name)) = &self.on_server
            && let Ok(mut conn) = PgConnection::establish(url)
        {
            let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// The people of [`super::TestApp`] and their sessions.
pub struct Fixture {
    pub users: Users,
    sessions: Vec<(UserId, Guid)>,
}

impl Fixture {
    pub fn session_of(&self, user: UserId) -> Guid {
        self.sessions.iter().find(|(owner, _)| *owner == user).expect("a session").1
    }
}

pub fn insert_people(conn: &mut Connection) -> Result<Fixture> {
    let now = Instant::now();
    let (north, south) = (insert_team(conn, "North", now)?, insert_team(conn, "South", now)?);
    let mut sessions = Vec::new();
    let mut person = |name: &str, role, team| insert_user(conn, name, role, team, now, &mut sessions);
    let mut people = Users {
        north,
        south,
        reader: person("reader", Role::Reader, None)?,
        sales: person("sales", Role::Sales, Some(north))?,
        mate: person("mate", Role::Sales, Some(north))?,
        rival: person("rival", Role::Sales, Some(south))?,
        marketer: person("marketer", Role::Marketer, None)?,
        manager: person("manager", Role::Manager, None)?,
        admin: person("admin", Role::Admin, None)?,
        key: ApiKeyId::new(),
    };
    people.key = insert_key(conn, people.admin, now)?;
    Ok(Fixture { users: people, sessions })
}

fn insert_team(conn: &mut Connection, name: &str, now: Instant) -> Result<TeamId> {
    let id = TeamId::new();
    let row = (
        teams::id.eq(id),
        teams::name.eq(name),
        teams::version.eq(1_i64),
        teams::created_at.eq(now),
        teams::updated_at.eq(now),
    );
    diesel::insert_into(teams::table).values(row).execute(conn)?;
    Ok(id)
}

fn insert_user(
    conn: &mut Connection,
    name: &str,
    role: Role,
    team: Option<TeamId>,
    now: Instant,
    open: &mut Vec<(UserId, Guid)>,
) -> Result<UserId> {
    let id = UserId::new();
    let row = (
        users::id.eq(id),
        users::email.eq(format!("{name}@touchline.example")),
        users::name.eq(name),
        users::role.eq(role),
        users::team_id.eq(team),
        users::active.eq(true),
        users::version.eq(1_i64),
        users::created_at.eq(now),
        users::updated_at.eq(now),
    );
    diesel::insert_into(users::table).values(row).execute(conn)?;
    let session = Guid::new();
    let row = (
        sessions::id.eq(session),
        sessions::user_id.eq(id),
        sessions::address.eq("127.0.0.1"),
        sessions::user_agent.eq("tests"),
        sessions::created_at.eq(now),
        sessions::last_used_at.eq(now),
        sessions::expires_at.eq(now.plus(chrono::TimeDelta::days(1))),
    );
    diesel::insert_into(sessions::table).values(row).execute(conn)?;
    open.push((id, session));
    Ok(id)
}

fn insert_key(conn: &mut Connection, creator: UserId, now: Instant) -> Result<ApiKeyId> {
    let id = ApiKeyId::new();
    let row = (
        api_keys::id.eq(id),
        api_keys::name.eq("tests"),
        api_keys::prefix.eq("tlk_0000"),
        api_keys::hash.eq(hash(API_KEY)),
        api_keys::scopes.eq(Json(ALL_SCOPES.to_vec())),
        api_keys::created_by.eq(creator),
        api_keys::created_at.eq(now),
    );
    diesel::insert_into(api_keys::table).values(row).execute(conn)?;
    Ok(id)
}
