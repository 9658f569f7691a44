//! Forward-only migrations of the same names for both databases, run at every start.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, Opener, life};
use crate::error::{Error, Result};

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Brings the database up to this version's schema, and notes whether it was brought back from a backup; returns the names of the migrations that ran.
///
/// # Errors
/// The database cannot be reached, or a migration failed (it is rolled back).
pub fn run(opener: &Opener) -> Result<Vec<String>> {
    let mut conn = opener.open().map_err(Error::unavailable)?;
    let ran = match &mut conn {
        Connection::Postgres(conn) => one_at_a_time(conn).and_then(|()| conn.run_pending_migrations(POSTGRES)),
        Connection::Sqlite(conn) => conn.run_pending_migrations(SQLITE),
    };
    let ran = ran.map_err(Error::internal)?.iter().map(ToString::to_string).collect();
    life::settle(&mut conn)?;
    Ok(ran)
}

/// Two servers that start together must not both migrate: the lock goes with this connection.
fn one_at_a_time(conn: &mut diesel::PgConnection) -> diesel::migration::Result<()> {
    use diesel::connection::SimpleConnection;
    Ok(conn.batch_execute("SELECT pg_advisory_lock(7266831)")?)
}
