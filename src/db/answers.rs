//! Statements whose text is composed at run time, and what they give.

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Nullable};
use diesel::{QueryResult, RunQueryDsl};

use super::composed::Sql;
use super::types::sql;
use super::{Connection, MultiBackend};

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident gives $given:ty;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(pub Sql);

        impl QueryFragment<MultiBackend> for $name {
            fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
                self.0.walk_ast(out)
            }
        }
        impl QueryId for $name {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }
        impl Query for $name {
            type SqlType = $given;
        }
        impl RunQueryDsl<Connection> for $name {}
    )+};
}
statements! {
    /// A whole statement that gives ids with a number: which question each answers.
    Answers gives (BigInt, sql::Guid);
    /// A whole statement that gives ids, one behind the other in a single value.
    Joined gives Nullable<Binary>;
}

/// The ids that a statement gives, as numbers whose order is that of the ids. They come in a single value: with a row for each,
/// handing them over would cost more than finding them.
///
/// # Errors
/// The database refuses; there are more than 60 million.
pub fn ids(conn: &mut Connection, select: Sql) -> QueryResult<Vec<u128>> {
    let joined = match conn {
        Connection::Sqlite(_) => ") SELECT CAST(group_concat(found.id, '') AS BLOB) FROM found",
        Connection::Postgres(_) => ") SELECT string_agg(uuid_send(found.id), '') FROM found",
    };
    let statement = Joined(Sql::text("WITH found(id) AS (").then(select).and_text(joined));
    let bytes: Option<Vec<u8>> = statement.get_result(conn)?;
    let (ids, _) = bytes.as_deref().unwrap_or_default().as_chunks::<16>();
    Ok(ids.iter().map(|id| u128::from_be_bytes(*id)).collect())
}

#[cfg(test)]
mod tests {
    use diesel::Connection as _;
    use diesel::connection::SimpleConnection;

    use super::super::composed::Value;
    use super::super::types::Guid;
    use super::*;

    #[test]
    fn ids_of_any_bytes_come_back_as_they_are() {
        let mut conn = Connection::Sqlite(diesel::SqliteConnection::establish(":memory:").unwrap());
        conn.batch_execute("CREATE TABLE t (id BLOB)").unwrap();
        let numbers = [0, 1, u128::MAX, 0xfe00_00c3_0000_2700_0000_ff80, u128::MAX << 64, 39 << 120];
        for number in numbers {
            let id = Value::Id(Guid(uuid::Uuid::from_u128(number)));
            let row = Sql::text("INSERT INTO t VALUES (").bind(id).and_text(")");
            Answers(row).execute(&mut conn).unwrap();
        }
        assert_eq!(ids(&mut conn, Sql::text("SELECT id FROM t")).unwrap(), numbers);
        assert_eq!(ids(&mut conn, Sql::text("SELECT id FROM t WHERE 1 = 0")).unwrap(), []);
    }
}
