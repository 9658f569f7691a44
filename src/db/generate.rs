//! Rows made inside the database, very many of them, for measurements: out of a number `n` that counts.

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;

use super::Connection;

/// `table (columns)` gets a row for each number from `from` to before `to`; `{id:…}` and `{at:…}` of `row` become the id made
/// of a number, and the instant of so many microseconds since 1970.
///
/// # Errors
/// The database refuses a row.
pub fn rows(conn: &mut Connection, into: &str, row: &str, (from, to): (usize, usize)) -> diesel::QueryResult<usize> {
    if from >= to {
        return Ok(0);
    }
    let (id, at) = match conn {
        Connection::Sqlite(_) => (["CAST(printf('%016d', ", ") AS BLOB)"], ["CAST(", " AS INTEGER)"]),
        Connection::Postgres(_) => (
            ["CAST(lpad(CAST(", " AS TEXT), 32, '0') AS uuid)"],
            ["(TIMESTAMPTZ 'epoch' + (", ") * INTERVAL '1 microsecond')"],
        ),
    };
    let row = written(&written(row, "{id:", id), "{at:", at);
    let last = to - 1;
    let text = format!(
        "INSERT INTO {into} WITH RECURSIVE s(n) AS \
         (SELECT CAST({from} AS BIGINT) UNION ALL SELECT n + 1 FROM s WHERE n < {last}) SELECT {row} FROM s"
    );
    diesel::sql_query(text).execute(conn)
}

/// Leaves a database as it is some time after its rows were written: its statistics made, its log written back, and, on
/// PostgreSQL, what the vacuum does that comes by itself behind many rows. Not within a transaction.
///
/// # Errors
/// The database refuses.
pub fn settle(conn: &mut Connection) -> diesel::QueryResult<()> {
    conn.batch_execute(match conn {
        Connection::Sqlite(_) => "ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);",
        Connection::Postgres(_) => "VACUUM (ANALYZE)",
    })
}

/// The id that [`rows`] makes of a number.
#[must_use]
pub fn id(conn: &Connection, number: usize) -> super::types::Guid {
    let bytes: Vec<u8> = match conn {
        Connection::Sqlite(_) => format!("{number:016}").into_bytes(),
        Connection::Postgres(_) => {
            let digits = format!("{number:032}").into_bytes();
            let (pairs, _) = digits.as_chunks::<2>();
            pairs.iter().map(|[high, low]| ((high - b'0') << 4) | (low - b'0')).collect()
        }
    };
    super::types::Guid(uuid::Uuid::from_slice(&bytes).unwrap_or_default())
}

fn written(text: &str, mark: &str, around: [&str; 2]) -> String {
    let mut out = String::new();
    let mut parts = text.split(mark);
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (inner, rest) = part.split_once('}').unwrap_or((part, ""));
        for piece in [around[0], inner, around[1], rest] {
            out.push_str(piece);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_written_out() {
        assert_eq!(written("{id:n}, 1, {id:n + 1}", "{id:", ["f(", ")"]), "f(n), 1, f(n + 1)");
    }
}
