//! Search texts that hold a fragment: FTS5 trigrams on SQLite, `pg_trgm` on PostgreSQL.
//!
//! The trigram index costs what the rows found cost, so it serves rare fragments. A page of rows that hold a common one
//! is found sooner by walking the list's own order: PostgreSQL's planner chooses by its statistics, on SQLite
//! the rows are counted up to [`COMMON`] first.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Text};

use super::dialect::{Dialects, Phrase};
use crate::db::Connection;
use crate::error::Result;

/// From how many rows on a fragment counts as common.
const COMMON: i64 = 1000;

/// How one table is searched.
struct Table {
    postgres: &'static str,
    indexed: &'static str,
    walked: &'static str,
    counted: &'static str,
}

macro_rules! table {
    ($name:literal) => {
        Table {
            postgres: concat!($name, ".search_text LIKE "),
            indexed: concat!($name, ".seq IN (SELECT rowid FROM ", $name, "_search WHERE search_text GLOB "),
            walked: concat!("(", $name, ".search_text GLOB "),
            counted: concat!(
                "SELECT count(*) AS count FROM (SELECT 1 FROM ",
                $name,
                "_search WHERE search_text GLOB $1 LIMIT $2)"
            ),
        }
    };
}

/// Rows of `contacts` whose search text holds `fragment` (three characters or more, in lower case).
///
/// # Errors
/// The database is away.
pub fn contact_text_contains(conn: &mut Connection, fragment: &str) -> Result<Dialects> {
    contains(conn, &table!("contacts"), fragment)
}

/// Rows of `companies` whose search text holds `fragment` (three characters or more, in lower case).
///
/// # Errors
/// The database is away.
pub fn company_text_contains(conn: &mut Connection, fragment: &str) -> Result<Dialects> {
    contains(conn, &table!("companies"), fragment)
}

/// Rows of `leads` whose search text holds `fragment` (three characters or more, in lower case).
///
/// # Errors
/// The database is away.
pub fn lead_text_contains(conn: &mut Connection, fragment: &str) -> Result<Dialects> {
    contains(conn, &table!("leads"), fragment)
}

fn contains(conn: &mut Connection, table: &Table, fragment: &str) -> Result<Dialects> {
    let glob = glob(fragment);
    let sqlite = if is_common(conn, table, &glob)? { table.walked } else { table.indexed };
    Ok(Dialects {
        postgres: Phrase { before: table.postgres, value: like(fragment), after: "" },
        sqlite: Phrase { before: sqlite, value: glob, after: ")" },
    })
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn is_common(conn: &mut Connection, table: &Table, glob: &str) -> Result<bool> {
    match conn {
        Connection::Postgres(_) => Ok(false),
        Connection::Sqlite(conn) => {
            let counted = diesel::sql_query(table.counted).bind::<Text, _>(glob).bind::<BigInt, _>(COMMON);
            Ok(counted.get_result::<Count>(conn)?.count >= COMMON)
        }
    }
}

fn like(fragment: &str) -> String {
    format!("%{}%", escape(fragment, &['%', '_', '\\'], "\\", ""))
}

fn glob(fragment: &str) -> String {
    format!("*{}*", escape(fragment, &['*', '?', '['], "[", "]"))
}

fn escape(text: &str, special: &[char], before: &str, after: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        let quoted = special.contains(&c);
        if quoted {
            out.push_str(before);
        }
        out.push(c);
        if quoted {
            out.push_str(after);
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_a_search_are_taken_literally() {
        assert_eq!(like("100%_[a]*?\\"), "%100\\%\\_[a]*?\\\\%");
        assert_eq!(glob("100%_[a]*?\\"), "*100%_[[]a][*][?]\\*");
    }
}
