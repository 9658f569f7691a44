//! One connection type for both databases, chosen by the URL's scheme and by nothing else.

use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::r2d2::R2D2Connection;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, SqliteConnection};

/// A connection to either database: one query text serves both.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL, chosen by `postgres://` or `postgresql://`.
    Postgres(PgConnection),
    /// The embedded database, chosen by a path.
    Sqlite(SqliteConnection),
}

/// Where the data lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A PostgreSQL URL.
    Postgres(String),
    /// The path of a SQLite file.
    Sqlite(PathBuf),
}

impl Target {
    /// Reads `DATABASE_URL`: `postgres://…`, `sqlite://path` or a plain path.
    ///
    /// # Errors
    /// Any other scheme is refused, so a misspelt `postgres` never opens a file of that name.
    pub fn parse(url: &str) -> Result<Self, String> {
        match url.split_once("://") {
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(url.to_owned())),
            Some(("sqlite" | "file", path)) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            Some((scheme, _)) => {
                Err(format!("the database scheme '{scheme}' is unknown: use postgres://… or a file path"))
            }
            None if url.is_empty() => Err("the database URL is empty: use postgres://… or a file path".to_owned()),
            None => Ok(Self::Sqlite(url.into())),
        }
    }

    /// Whether this is the embedded database.
    #[must_use]
    pub const fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }
}

diesel::define_sql_function! {
    /// [`small_letters`](crate::text::small_letters) to SQLite, whose own `lower` knows English letters only.
    fn small_letters(text: Nullable<Text>) -> Nullable<Text>;
}

/// Opens connections for r2d2 with the settings each database needs.
#[derive(Debug, Clone)]
pub struct Opener {
    target: Target,
    maps: bool,
}

impl Opener {
    /// An opener of connections to `target`.
    #[must_use]
    pub const fn new(target: Target) -> Self {
        Self { target, maps: true }
    }

    /// Without the embedded database's file mapped into memory: for commands that read much of it once.
    #[must_use]
    pub fn unmapped(self) -> Self {
        Self { maps: false, ..self }
    }

    /// Opens one connection.
    ///
    /// # Errors
    /// The database cannot be reached or refuses its settings.
    pub fn open(&self) -> Result<Conn, diesel::r2d2::Error> {
        use diesel::r2d2::Error::{ConnectionError, QueryError};
        match &self.target {
            Target::Postgres(url) => {
                let mut conn = PgConnection::establish(&with_timeouts(url)).map_err(ConnectionError)?;
                conn.batch_execute(POSTGRES_SETTINGS).map_err(QueryError)?;
                Ok(Conn::Postgres(conn))
            }
            Target::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.to_string_lossy()).map_err(ConnectionError)?;
                conn.batch_execute(SQLITE_SETTINGS).map_err(QueryError)?;
                let small = |text: Option<String>| text.map(|text| crate::text::small_letters(&text));
                small_letters_utils::register_impl(&mut conn, small).map_err(QueryError)?;
                if !self.maps {
                    conn.batch_execute("PRAGMA mmap_size = 0").map_err(QueryError)?;
                }
                Ok(Conn::Sqlite(conn))
            }
        }
    }
}

/// Gives back what a connection has read: the pages of SQLite's file that are mapped, and its cache. A server that has gone
/// through a large history would keep all of it in memory; what is needed again is a read away.
pub fn rest(conn: &mut Conn) {
    #[derive(QueryableByName)]
    struct Mapped {
        #[diesel(sql_type = BigInt)]
        mmap_size: i64,
    }
    let Conn::Sqlite(conn) = conn else { return };
    let Ok(Mapped { mmap_size }) = diesel::sql_query("PRAGMA mmap_size").get_result(conn) else { return };
    let give_back = format!("PRAGMA shrink_memory; PRAGMA mmap_size = 0; PRAGMA mmap_size = {mmap_size}");
    // A connection that cannot do this tells so at its next work.
    drop(conn.batch_execute(&give_back));
}

/// A server that has vanished is noticed within half a minute, unless the URL says otherwise.
fn with_timeouts(url: &str) -> String {
    const TIMEOUTS: [&str; 5] = [
        "connect_timeout=5",
        "keepalives_idle=10",
        "keepalives_interval=5",
        "keepalives_count=3",
        "tcp_user_timeout=20000",
    ];
    let mut url = url.to_owned();
    for timeout in TIMEOUTS {
        let name = timeout.split_once('=').map_or(timeout, |(name, _)| name);
        if !url.contains(name) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(timeout);
        }
    }
    url
}

/// UTC everywhere; a runaway statement cannot hold a thread for ever. Pages are cached or on a fast disk
/// (`random_page_cost`): else a page of a timeline is planned as "fetch the client's whole history, then sort".
/// A set that `NOT IN` looks up is kept as a hash as long as it fits `work_mem`: beyond that every row would search all of it.
const POSTGRES_SETTINGS: &str = "SET TIME ZONE 'UTC'; SET statement_timeout = '60s'; SET lock_timeout = '10s'; \
     SET idle_in_transaction_session_timeout = '60s'; SET synchronous_commit = on; SET jit = off; \
     SET random_page_cost = 1.1; SET work_mem = '32MB';";

/// Durable at every commit (`FULL`; the writer brings the log to disk apart, see `threads::sync`), readers never wait for the
/// writer (`WAL`). The log is moved by a thread of its own: what the writer does itself (`wal_autocheckpoint`) is the rest.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -16000; \
     PRAGMA wal_autocheckpoint = 60000; PRAGMA journal_size_limit = 268435456; PRAGMA temp_store = MEMORY;";

impl r2d2::ManageConnection for Opener {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        self.open()
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        conn.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        // Asked only when a thread gives its connection up, so a round trip is worth the certainty.
        conn.is_broken() || conn.batch_execute("SELECT 1").is_err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_added_to_a_url_that_has_none() {
        assert!(with_timeouts("postgres://h/x").starts_with("postgres://h/x?connect_timeout=5&keepalives_idle=10&"));
        assert!(with_timeouts("postgres://h/x?connect_timeout=1").starts_with("postgres://h/x?connect_timeout=1&keep"));
    }

    #[test]
    fn a_misspelt_scheme_never_opens_a_file() {
        assert!(Target::parse("postgre://localhost/x").is_err());
        assert!(Target::parse("").is_err());
        assert_eq!(Target::parse("data/a.db"), Ok(Target::Sqlite("data/a.db".into())));
        assert!(matches!(Target::parse("postgresql://h/x"), Ok(Target::Postgres(_))));
    }
}
