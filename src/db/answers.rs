//! Statements that ask several questions at once.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use diesel::{QueryResult, RunQueryDsl};

use super::composed::Sql;
use super::types::sql;
use super::{Connection, MultiBackend};

/// A whole statement that gives ids with a number: which question each answers.
#[derive(Debug, Clone)]
pub struct Answers(pub Sql);

impl QueryFragment<MultiBackend> for Answers {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}
impl QueryId for Answers {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl diesel::query_builder::Query for Answers {
    type SqlType = (BigInt, sql::Guid);
}
impl RunQueryDsl<Connection> for Answers {}
