//! The two databases have the same tables, columns and migrations.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use touchline::db::{Connection, Opener};

use crate::support::database::TestDatabase;
use crate::support::{TestApp, cases};

cases![both_databases_have_the_same_tables_columns_and_nullability, both_databases_have_migrations_of_the_same_names];

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    inside: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

/// Search tables and their shadows exist on SQLite alone, and so do the row numbers they point at.
const SQLITE: &str = "SELECT t.name AS inside, c.name AS name, c.type AS kind, c.\"notnull\" = 0 AS nullable \
     FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' \
     AND t.name NOT LIKE '%!_search%' ESCAPE '!' AND t.name <> '__diesel_schema_migrations' AND c.name <> 'seq'";

const POSTGRES: &str = "SELECT table_name::text AS inside, column_name::text AS name, \
     CASE udt_name WHEN 'uuid' THEN 'BLOB' WHEN 'bytea' THEN 'BLOB' WHEN 'text' THEN 'TEXT' WHEN 'jsonb' THEN 'TEXT' \
     WHEN 'date' THEN 'TEXT' WHEN 'float8' THEN 'REAL' WHEN 'timestamptz' THEN 'INTEGER' WHEN 'bool' THEN 'INTEGER' \
     WHEN 'int8' THEN 'INTEGER' WHEN 'int4' THEN 'INTEGER' WHEN 'int2' THEN 'INTEGER' ELSE udt_name END AS kind, \
     is_nullable = 'YES' AS nullable FROM information_schema.columns \
     WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations' AND column_name <> 'seq'";

fn columns(database: &TestDatabase) -> BTreeSet<Column> {
    let mut conn = Opener::new(database.target.clone()).open().ok().unwrap();
    let sql = if matches!(conn, Connection::Sqlite(_)) { SQLITE } else { POSTGRES };
    diesel::sql_query(sql).load(&mut conn).unwrap().into_iter().collect()
}

async fn both_databases_have_the_same_tables_columns_and_nullability(app: TestApp) {
    if app.is_sqlite() {
        return; // Compared where there is a PostgreSQL.
    }
    let (sqlite, postgres) = (columns(&TestDatabase::sqlite()), columns(&app.database));
    assert!(sqlite.len() > 50, "the catalogue was read");
    let different: Vec<_> = sqlite.symmetric_difference(&postgres).collect();
    assert!(different.is_empty(), "only in one of the databases: {different:#?}");
}

async fn both_databases_have_migrations_of_the_same_names(_: TestApp) {
    let names = |folder: &str| -> BTreeSet<_> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}
