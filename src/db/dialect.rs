//! Everything the two databases say differently. Nothing outside `db/` names a backend.

use diesel::backend::Backend;
use diesel::expression::BoxableExpression;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType, Text};
use diesel::sqlite::Sqlite;
use diesel::{Expression, QueryResult};

use super::composed::{Sql, Value};
use super::types::Instant;
use super::{Connection, MultiBackend};

/// Runs on either database any statement that is valid on both.
///
/// [`diesel::MultiConnection`] leaves out `ON CONFLICT`; wrapped in `Both`, one text serves:
/// `Both(insert_into(t).values(row).on_conflict(t::id).do_nothing()).execute(conn)`.
#[derive(Debug, Clone, Copy)]
pub struct Both<Q>(pub Q);

impl<Q: QueryFragment<Pg> + QueryFragment<Sqlite>> QueryFragment<MultiBackend> for Both<Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(&self.0, pass)
    }
}

impl<Q> QueryId for Both<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Both<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> RunQueryDsl<Connection> for Both<Q> {}

/// Runs one expression on whichever connection is open: for what the two share in Rust but not in
/// [`MultiBackend`] (batch inserts, `UNION`).
///
/// `on!(conn, c => insert_into(t).values(&rows).execute(c))`
#[macro_export]
macro_rules! on {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::db::Connection::Postgres($c) => $body,
            $crate::db::Connection::Sqlite($c) => $body,
        }
    };
}

/// Inserts a slice of rows in statements of a few lengths, which are prepared once and used again.
///
/// `insert_all!(conn, t, rows: Row)?`, or, where there are mostly a handful, which then are one statement,
/// `insert_all!(few conn, t, rows: Row)?`
#[macro_export]
macro_rules! insert_all {
    ($conn:expr, $table:path, $rows:ident: $row:ty) => {
        $crate::insert_all!(@lengths $conn, $table, $rows: $row, 256, 64, 8, 1)
    };
    (few $conn:expr, $table:path, $rows:ident: $row:ty) => {
        $crate::insert_all!(@lengths $conn, $table, $rows: $row, 64, 8, 7, 6, 5, 4, 3, 2, 1)
    };
    (@lengths $conn:expr, $table:path, $rows:ident: $row:ty, $($length:literal),+) => {
        (|conn: &mut $crate::db::Connection, rest: &[$row]| -> diesel::QueryResult<()> {
            $(
                let (chunks, rest) = rest.as_chunks::<$length>();
                for chunk in chunks {
                    $crate::on!(&mut *conn, c => diesel::insert_into($table).values(chunk).execute(c))?;
                }
            )+
            debug_assert!(rest.is_empty(), "the shortest statement takes one row");
            Ok(())
        })($conn, &$rows)
    };
}

/// What keeps the query planner's statistics fresh. PostgreSQL sees to that by itself.
#[must_use]
pub const fn optimize(target: &super::Target) -> &'static str {
    match target {
        super::Target::Sqlite(_) => "PRAGMA optimize",
        super::Target::Postgres(_) => "SELECT 1",
    }
}

/// The rows of the log of changes behind `(txid, seq)`, at most so many. On PostgreSQL a transaction's rows are given only
/// when no earlier transaction can still commit, so that none is ever passed over; SQLite commits in the order it writes.
#[must_use]
pub fn feed_after((txid, seq): (i64, i64), count: i64) -> Sql {
    const VISIBLE: &str =
        ") AND txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint ORDER BY txid, seq LIMIT ";
    Sql::text("SELECT txid, seq, kind, record_id, contact_id, lead_id, recorded_at FROM feed WHERE ")
        .then(Sql::either("(txid, seq) > (", "txid >= "))
        .bind(Value::Whole(txid))
        .then(Sql::either(", ", " AND seq > "))
        .bind(Value::Whole(seq))
        .then(Sql::either(VISIBLE, " ORDER BY seq LIMIT "))
        .bind(Value::Whole(count))
}

/// Puts another value under the name of a setting, where nobody has written there since it had this one: both as JSON.
#[must_use]
pub fn exchange(name: &'static str, from: String, since: Instant, to: String) -> Sql {
    let json = |sql: Sql, value| {
        sql.then(Sql::either("CAST(", "")).bind(Value::Text(value)).then(Sql::either(" AS jsonb)", ""))
    };
    let set =
        json(Sql::text("UPDATE settings SET value = "), to).and_text(", updated_at = ").bind(Value::At(Instant::now()));
    let same = set.and_text(" WHERE key = ").bind(Value::Text(name.to_owned())).and_text(" AND value = ");
    json(same, from).and_text(" AND updated_at = ").bind(Value::At(since))
}

/// The end of the log of changes at this moment.
#[must_use]
pub const fn feed_end(conn: &Connection) -> &'static str {
    match conn {
        Connection::Sqlite(_) => "SELECT 0 AS txid, COALESCE(MAX(seq), 0) AS seq FROM feed",
        Connection::Postgres(_) => {
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 AS txid, 9223372036854775807 AS seq"
        }
    }
}

/// A condition on `table` that can be stored and combined.
pub type Condition<Table> = Box<dyn BoxableExpression<Table, MultiBackend, SqlType = Bool>>;

/// A condition with one bound text, written differently for each database.
#[derive(Debug, Clone)]
pub struct Dialects {
    pub(super) postgres: Phrase,
    pub(super) sqlite: Phrase,
}

#[derive(Debug, Clone)]
pub(super) struct Phrase {
    pub(super) before: &'static str,
    pub(super) value: String,
    pub(super) after: &'static str,
}

impl Phrase {
    fn walk<'b, DB>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<Text>,
        String: ToSql<Text, DB>,
    {
        out.push_sql(self.before);
        out.push_bind_param::<Text, String>(&self.value)?;
        out.push_sql(self.after);
        Ok(())
    }
}

impl Expression for Dialects {
    type SqlType = Bool;
}
impl<Table> diesel::SelectableExpression<Table> for Dialects {}
impl<Table> diesel::AppearsOnTable<Table> for Dialects {}
impl<Groups> diesel::expression::ValidGrouping<Groups> for Dialects {
    type IsAggregate = diesel::expression::is_aggregate::Never;
}
impl QueryId for Dialects {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl QueryFragment<Pg> for Dialects {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.postgres.walk(out)
    }
}
impl QueryFragment<Sqlite> for Dialects {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.sqlite.walk(out)
    }
}
impl QueryFragment<MultiBackend> for Dialects {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(self, out)
    }
}

/// Lets one transaction at a time write about many clients. Two that came upon the same rows in another order would wait
/// for each other until PostgreSQL ends one of them, a second later; SQLite has one writer in any case.
///
/// # Errors
/// The database is away.
pub fn take_turns(conn: &mut Connection) -> QueryResult<()> {
    turn(conn, "SELECT pg_advisory_xact_lock(6035)")
}

/// Lets one transaction at a time change the rules of segments, which ask for each other: what one has checked must still
/// be so when it is written.
///
/// # Errors
/// The database is away.
pub fn take_turns_at_rules(conn: &mut Connection) -> QueryResult<()> {
    turn(conn, "SELECT pg_advisory_xact_lock(6036)")
}

/// Waits for a lock that is held until the transaction ends; SQLite has one writer in any case.
fn turn(conn: &mut Connection, lock: &'static str) -> QueryResult<()> {
    match conn {
        Connection::Sqlite(_) => Ok(()),
        Connection::Postgres(conn) => diesel::sql_query(lock).execute(conn).map(drop),
    }
}

/// Stored answers (`idempotency_keys`) whose body holds `needle`.
#[must_use]
pub fn answer_mentions(needle: &str) -> Dialects {
    let phrase = |before, after| Phrase { before, value: needle.to_owned(), after };
    Dialects {
        postgres: phrase("position(convert_to(", ", 'UTF8') in idempotency_keys.body) > 0"),
        sqlite: phrase("instr(idempotency_keys.body, CAST(", " AS BLOB)) > 0"),
    }
}

/// Refused events (`ingest_refused`) that hold `value` as a JSON text, whatever its case.
#[must_use]
pub fn event_mentions(value: &str) -> Dialects {
    let value = serde_json::Value::from(value.to_lowercase()).to_string();
    let phrase = |before, after| Phrase { before, value: value.clone(), after };
    Dialects {
        postgres: phrase("position(", " in lower(ingest_refused.event)) > 0"),
        sqlite: phrase("instr(lower(ingest_refused.event), ", ") > 0"),
    }
}

/// Rows of files that could not be taken (`import_errors`) and hold `value` in a cell, whatever its case.
#[must_use]
pub fn row_mentions(value: &str) -> Dialects {
    let phrase = |before, after| Phrase { before, value: value.to_lowercase(), after };
    Dialects {
        postgres: phrase("position(", " in lower(import_errors.record::text)) > 0"),
        sqlite: phrase("instr(lower(import_errors.record), ", ") > 0"),
    }
}
