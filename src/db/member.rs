//! How a member of a JSON object in a column is read.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::AstPass;

use super::composed::{Dialect, Read};

pub(super) type Whole<'w, 'b, DB> = dyn FnMut(&mut AstPass<'_, 'b, DB>, (&str, &str, &str)) -> QueryResult<()> + 'w;

/// Writes the member of a JSON object: `whole` writes the object with a text before it, the key, and a text behind.
pub(super) fn member<'b, DB: Backend>(
    out: &mut AstPass<'_, 'b, DB>,
    dialect: Dialect,
    inner: Option<&'static str>,
    read: Read,
    whole: &mut Whole<'_, 'b, DB>,
) -> QueryResult<()> {
    let value = |out: &mut AstPass<'_, 'b, DB>, whole: &mut Whole<'_, 'b, DB>| match (dialect, inner) {
        (Dialect::Postgres, None) => whole(out, ("(", "->>", ")")),
        (Dialect::Postgres, Some(inner)) => {
            whole(out, ("(", "->", "->>'"))?;
            out.push_sql(inner);
            out.push_sql("')");
            Ok(())
        }
        (Dialect::Sqlite, None) => whole(out, ("json_extract(", ", '$.\"' || ", " || '\"')")),
        (Dialect::Sqlite, Some(inner)) => {
            whole(out, ("json_extract(", ", '$.\"' || ", " || '\".' || '"))?;
            out.push_sql(inner);
            out.push_sql("')");
            Ok(())
        }
    };
    let Some((postgres, sqlite)) = read.types() else { return value(out, whole) };
    out.push_sql("CASE WHEN ");
    match (dialect, inner) {
        (Dialect::Postgres, None) => whole(out, ("jsonb_typeof(", "->", ")"))?,
        (Dialect::Postgres, Some(inner)) => {
            whole(out, ("jsonb_typeof(", "->", "->'"))?;
            out.push_sql(inner);
            out.push_sql("')");
        }
        (Dialect::Sqlite, None) => whole(out, ("json_type(", ", '$.\"' || ", " || '\"')"))?,
        (Dialect::Sqlite, Some(inner)) => {
            whole(out, ("json_type(", ", '$.\"' || ", " || '\".' || '"))?;
            out.push_sql(inner);
            out.push_sql("')");
        }
    }
    out.push_sql(if dialect == Dialect::Postgres { postgres } else { sqlite });
    let (before, after) = match (read, dialect) {
        (Read::Number, _) => ("CAST(", " AS DOUBLE PRECISION) END"),
        // JSON's truth is a number to SQLite.
        (Read::Truth, Dialect::Sqlite) => ("CASE ", " WHEN 1 THEN 'true' ELSE 'false' END END"),
        _ => ("", " END"),
    };
    out.push_sql(before);
    value(out, whole)?;
    out.push_sql(after);
    Ok(())
}

impl Read {
    /// The test for a value's type on PostgreSQL and on SQLite.
    const fn types(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Any => None,
            Self::Text => Some((" = 'string' THEN ", " = 'text' THEN ")),
            Self::Number => Some((" = 'number' THEN ", " IN ('integer', 'real') THEN ")),
            Self::Truth => Some((" = 'boolean' THEN ", " IN ('true', 'false') THEN ")),
        }
    }
}
