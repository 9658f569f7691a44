//! Statements whose text is composed at run time, and what they give.

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Bool, Nullable};
use diesel::{QueryResult, RunQueryDsl};

use super::composed::{Sql, Value};
use super::types::{Guid, sql};
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
    /// A whole statement that gives ids with how many there are of each.
    Numbers gives (sql::Guid, BigInt);
    /// A whole statement that gives a count.
    Count gives BigInt;
    /// A whole statement that gives times from one instant to another or none, whose they are, and of each end whether
    /// something is so.
    Times gives (sql::Guid, sql::Instant, Nullable<sql::Instant>, Bool, Bool);
    /// A whole statement that gives ids, one behind the other in a single value.
    Joined gives Nullable<Binary>;
}

/// The most values that are bound in one statement.
const MOST_BINDS: usize = 20_000;
/// The most questions that are asked in one statement: SQLite joins no more than 500.
const MOST_QUESTIONS: usize = 400;

/// Which of the questions are true of which rows, in as few statements as can be. `with` begins each statement; `from` names
/// the id and where the rows are, as in `contacts.id FROM contacts WHERE `, and a question follows it.
///
/// # Errors
/// The database refuses.
pub fn asked(conn: &mut Connection, with: &Sql, from: &Sql, questions: &[Sql]) -> QueryResult<Vec<(usize, Guid)>> {
    let mut found = Vec::new();
    let (mut statement, mut joined) = (with.clone(), 0);
    let run = |conn: &mut Connection, statement: Sql| -> QueryResult<Vec<(usize, Guid)>> {
        let rows: Vec<(i64, Guid)> = Answers(statement).load(conn)?;
        Ok(rows.into_iter().map(|(n, id)| (usize::try_from(n).unwrap_or(usize::MAX), id)).collect())
    };
    for (number, question) in (0_i64..).zip(questions) {
        let binds = statement.binds() + question.binds() + from.binds() + 1;
        if joined > 0 && (joined >= MOST_QUESTIONS || binds > MOST_BINDS) {
            found.extend(run(conn, std::mem::replace(&mut statement, with.clone()))?);
            joined = 0;
        }
        let head = if joined == 0 { "SELECT CAST(" } else { " UNION ALL SELECT CAST(" };
        statement = statement.and_text(head).bind(Value::Whole(number)).and_text(" AS BIGINT), ");
        statement = statement.then(from.clone()).then(question.clone());
        joined += 1;
    }
    if joined > 0 {
        found.extend(run(conn, statement)?);
    }
    Ok(found)
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
