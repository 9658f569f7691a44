//! What tests stand on: an application of their own, clients of every role, checked exchanges.

pub mod answer;
mod client;
pub mod clients;
pub mod cluster;
mod contract;
pub mod database;
pub mod process;
pub mod runner;
pub mod sales;

use actix_web::web::Data;
use touchline::accounts::{ApiKeyId, Permission, Role, TeamId, UserId};
use touchline::app::App;
use touchline::config::Config;
use touchline::db::Db;

pub use answer::Answer;
pub use client::{Client, json, service};
pub(crate) use runner::cases;

/// The application on a fresh, migrated database, with one user of each role and one API key of every scope.
///
/// `sales` and `mate` are in the team `North`; `rival` (sales too) is in the team `South`.
pub struct TestApp {
    pub anon: Client,
    pub reader: Client,
    pub sales: Client,
    pub mate: Client,
    pub rival: Client,
    pub marketer: Client,
    pub manager: Client,
    pub admin: Client,
    pub key: Client,
    pub users: Users,
    pub state: Data<App>,
    fixture: database::Fixture,
    _folder: tempfile::TempDir,
    pub database: database::TestDatabase,
}

/// The ids behind the clients.
#[derive(Debug, Clone, Copy)]
pub struct Users {
    pub north: TeamId,
    pub south: TeamId,
    pub reader: UserId,
    pub sales: UserId,
    pub mate: UserId,
    pub rival: UserId,
    pub marketer: UserId,
    pub manager: UserId,
    pub admin: UserId,
    pub key: ApiKeyId,
}

pub const SECRET: &str = "a secret for tests alone, of enough characters";

impl TestApp {
    /// Starts the application on `database`.
    pub async fn start(database: database::TestDatabase) -> Self {
        let db = database.open();
        let fixture = db.write(database::insert_people).await.expect("people");
        Self::with(database, db, fixture, Config::default()).await
    }

    /// The same database, served with other settings.
    pub async fn restart(self, config: Config) -> Self {
        Self::with(self.database, self.state.db.clone(), self.fixture, config).await
    }

    async fn with(database: database::TestDatabase, db: Db, fixture: database::Fixture, config: Config) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = Config { data: folder.path().to_owned(), ..config };
        let state = Data::new(App::new(db, config, SECRET));
        let service = client::service(state.clone()).await;
        let contract = contract::Contract::shared();
        let person = |user: UserId| {
            let session = fixture.session_of(user);
            let token = state.auth.tokens.issue(user, session, touchline::db::types::Instant::now()).expect("token");
            Client::new(service.clone(), contract.clone(), Some(token))
        };
        let users = fixture.users;
        Self {
            anon: Client::new(service.clone(), contract.clone(), None),
            reader: person(users.reader),
            sales: person(users.sales),
            mate: person(users.mate),
            rival: person(users.rival),
            marketer: person(users.marketer),
            manager: person(users.manager),
            admin: person(users.admin),
            key: Client::new(service.clone(), contract.clone(), Some(database::API_KEY.to_owned())),
            users,
            state,
            fixture,
            database,
            _folder: folder,
        }
    }

    /// `admin`, calling an application with other settings on the same database.
    pub async fn admin_with(&self, change: impl FnOnce(&mut Config)) -> Client {
        let mut config = self.state.config.clone();
        change(&mut config);
        let state = Data::new(App::new(self.state.db.clone(), config, SECRET));
        self.admin.on(client::service(state).await)
    }

    /// The client of a role.
    pub const fn of(&self, role: Role) -> &Client {
        match role {
            Role::Admin => &self.admin,
            Role::Manager => &self.manager,
            Role::Marketer => &self.marketer,
            Role::Sales => &self.sales,
            Role::Reader => &self.reader,
        }
    }

    /// Whether this test runs on SQLite.
    pub fn is_sqlite(&self) -> bool {
        self.state.db.target().is_sqlite()
    }
}

/// Every permission: the scopes of the test key.
pub const ALL_SCOPES: &[Permission] = Permission::ALL;
