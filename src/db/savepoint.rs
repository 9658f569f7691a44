//! A part of a write that can fail alone, and a write alone.

use diesel::connection::SimpleConnection;

use super::Connection;
use crate::error::Result;

/// Runs `work` inside the present transaction; where it fails, what it did is undone and the rest stays.
///
/// # Errors
/// What `work` returns; or the transaction itself is lost.
pub fn savepoint<T>(conn: &mut Connection, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
    conn.batch_execute("SAVEPOINT part")?;
    let result = work(conn);
    let end =
        if result.is_ok() { "RELEASE SAVEPOINT part" } else { "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part" };
    conn.batch_execute(end)?;
    result
}

/// Runs `work`, which only reads, on one state of the database, so that its numbers agree with each other.
///
/// PostgreSQL plans it for the very period asked for: after some runs of one query it would take to a plan for any period,
/// which fetches a million leads one by one in the order of an index.
///
/// # Errors
/// What `work` returns.
pub fn snapshot<T>(conn: &mut Connection, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
    conn.batch_execute(match conn {
        Connection::Sqlite(_) => "BEGIN",
        Connection::Postgres(_) => {
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL plan_cache_mode = force_custom_plan"
        }
    })?;
    let result = work(conn);
    let end = conn.batch_execute("ROLLBACK");
    let result = result?;
    end?;
    Ok(result)
}

/// Runs `work` within a [`snapshot`], planned for rows that lie scattered: PostgreSQL fetches what an index has found in the
/// order of the table's pages, which takes half the time where a range of the index holds many rows.
///
/// # Errors
/// What `work` returns.
pub fn scattered<T>(conn: &mut Connection, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
    let cost = |conn: &mut Connection, sql| match conn {
        Connection::Sqlite(_) => Ok(()),
        Connection::Postgres(_) => conn.batch_execute(sql),
    };
    cost(conn, "SET LOCAL random_page_cost = 4")?;
    let result = work(conn)?;
    // That of all other queries, see the connection's settings.
    cost(conn, "SET LOCAL random_page_cost = 1.1")?;
    Ok(result)
}

/// Runs `work` in a transaction of its own, on a connection that no database thread holds: for measurements.
///
/// # Errors
/// What `work` returns, with nothing of it kept.
pub fn transaction<T>(conn: &mut Connection, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
    let begin = super::threads::begin(conn);
    conn.batch_execute(begin)?;
    let result = work(conn);
    conn.batch_execute(if result.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    result
}
