//! Whole statements of [`Sql`]. A connection keeps them prepared: diesel's own updates, and texts that are given to it, are
//! planned anew each time, which costs PostgreSQL more than most of them take.

use std::marker::PhantomData;

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl};

use super::MultiBackend;
use super::composed::Sql;

/// A statement whose rows are of the SQL types `Row`.
#[derive(Debug)]
pub struct Statement<Row>(Sql, PhantomData<Row>);

impl<Row> Statement<Row> {
    /// The statement that this is.
    #[must_use]
    pub const fn new(whole: Sql) -> Self {
        Self(whole, PhantomData)
    }
}

impl<Row> Query for Statement<Row> {
    type SqlType = Row;
}
impl<Row, Conn> RunQueryDsl<Conn> for Statement<Row> {}
impl<Row> QueryId for Statement<Row> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<Row> QueryFragment<Pg> for Statement<Row> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}
impl<Row> QueryFragment<Sqlite> for Statement<Row> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}
impl<Row> QueryFragment<MultiBackend> for Statement<Row> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}
