//! Conditions whose text never changes with their values, so that the statement is prepared once per connection.

use diesel::Expression;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType};

use super::types::{Guid, Instant, sql};

/// Which way a list runs along `(instant, id)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The newest first.
    Descending,
    /// The oldest first.
    Ascending,
}

/// `(instant, id) < ($1, $2)` (or `>`): the rows of a list behind a cursor, as one range of the index, also where
/// many rows share an instant.
#[derive(Debug, Clone)]
pub struct Beyond {
    columns: &'static str,
    direction: Direction,
    at: Instant,
    id: Guid,
}

impl Beyond {
    /// The rows behind `(at, id)`; `columns` names the two, as in `tasks.due_at, tasks.id`.
    #[must_use]
    pub const fn new(columns: &'static str, direction: Direction, at: Instant, id: Guid) -> Self {
        Self { columns, direction, at, id }
    }
}

impl<DB> QueryFragment<DB> for Beyond
where
    DB: Backend + HasSqlType<sql::Guid> + HasSqlType<sql::Instant>,
    Guid: ToSql<sql::Guid, DB>,
    Instant: ToSql<sql::Instant, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> diesel::QueryResult<()> {
        out.push_sql("(");
        out.push_sql(self.columns);
        out.push_sql(match self.direction {
            Direction::Descending => ") < (",
            Direction::Ascending => ") > (",
        });
        out.push_bind_param::<sql::Instant, _>(&self.at)?;
        out.push_sql(", ");
        out.push_bind_param::<sql::Guid, _>(&self.id)?;
        out.push_sql(")");
        Ok(())
    }
}

/// `column IN ($1, …)`, the list filled up with its last id to 1, 4, 16, 64, … entries; false where it is empty.
#[derive(Debug, Clone)]
pub struct OneOf {
    column: &'static str,
    ids: Vec<Guid>,
}

impl OneOf {
    /// The rows whose `column` (as in `users.id`) is one of `ids`.
    #[must_use]
    pub fn new(column: &'static str, mut ids: Vec<Guid>) -> Self {
        if let Some(last) = ids.last().copied() {
            let mut size = 1;
            while size < ids.len() {
                size *= 4;
            }
            ids.resize(size, last);
        }
        Self { column, ids }
    }
}

impl<DB> QueryFragment<DB> for OneOf
where
    DB: Backend + HasSqlType<sql::Guid>,
    Guid: ToSql<sql::Guid, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> diesel::QueryResult<()> {
        let Some((first, rest)) = self.ids.split_first() else {
            out.push_sql("1 = 0");
            return Ok(());
        };
        out.push_sql(self.column);
        out.push_sql(" IN (");
        out.push_bind_param::<sql::Guid, _>(first)?;
        for id in rest {
            out.push_sql(", ");
            out.push_bind_param::<sql::Guid, _>(id)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

/// Lets a condition stand in any query; naming its table rightly is up to who makes it.
macro_rules! condition {
    ($($name:ident),+) => {$(
        impl Expression for $name {
            type SqlType = Bool;
        }
        impl<Table> diesel::SelectableExpression<Table> for $name {}
        impl<Table> diesel::AppearsOnTable<Table> for $name {}
        impl<Groups> diesel::expression::ValidGrouping<Groups> for $name {
            type IsAggregate = diesel::expression::is_aggregate::Never;
        }
        impl QueryId for $name {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }
    )+};
}
condition!(Beyond, OneOf);
