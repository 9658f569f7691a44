//! Conditions composed at run time of fixed texts and bound values. A value can only be bound, and a text can only be one
//! that is written in this program, so that whatever people ask for, none of it becomes part of a statement.

use diesel::Expression;
use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, Double, Text};
use diesel::sqlite::Sqlite;

use super::MultiBackend;
use super::member::member;
use super::types::{Guid, Instant, sql};

/// A value to be bound.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// An id.
    Id(Guid),
    /// A time.
    At(Instant),
    /// A text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
}

/// How a member of a JSON object is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// As a text whatever it is; nothing where it is absent or `null`.
    Any,
    /// A text; nothing where it is anything else.
    Text,
    /// A number; nothing where it is anything else.
    Number,
    /// `true` or `false` as texts; nothing where it is anything else.
    Truth,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(&'static str),
    /// Of PostgreSQL, and of SQLite.
    Either(&'static str, &'static str),
    Bind(Value),
    Member {
        table: &'static str,
        column: &'static str,
        key: Value,
        inner: Option<&'static str>,
        read: Read,
    },
    Nested {
        table: &'static str,
        column: &'static str,
        outer: &'static str,
        inner: &'static str,
        key: Value,
    },
    Later {
        table: &'static str,
        column: &'static str,
        micros: Value,
    },
    Elapsed {
        from: &'static str,
        to: &'static str,
        now: Value,
    },
}

/// A piece of a statement.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sql(Vec<Part>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Postgres,
    Sqlite,
}

impl Sql {
    /// A fixed text.
    #[must_use]
    pub fn text(text: &'static str) -> Self {
        Self(vec![Part::Text(text)])
    }

    /// A fixed text for PostgreSQL, and one for SQLite.
    #[must_use]
    pub(super) fn either(of_postgres: &'static str, of_sqlite: &'static str) -> Self {
        Self(vec![Part::Either(of_postgres, of_sqlite)])
    }

    /// A bound value.
    #[must_use]
    pub fn value(value: Value) -> Self {
        Self(vec![Part::Bind(value)])
    }

    /// `column.key`, or `column.key.inner`, of a JSON object.
    #[must_use]
    pub fn member(
        table: &'static str,
        column: &'static str,
        key: &str,
        inner: Option<&'static str>,
        read: Read,
    ) -> Self {
        Self(vec![Part::Member { table, column, key: Value::Text(key.to_owned()), inner, read }])
    }

    /// `column.outer.inner.key` of a JSON object, as a text.
    #[must_use]
    pub fn nested(
        table: &'static str,
        column: &'static str,
        outer: &'static str,
        inner: &'static str,
        key: &str,
    ) -> Self {
        Self(vec![Part::Nested { table, column, outer, inner, key: Value::Text(key.to_owned()) }])
    }

    /// The instant in a column moved by so many microseconds.
    #[must_use]
    pub fn later(table: &'static str, column: &'static str, micros: i64) -> Self {
        Self(vec![Part::Later { table, column, micros: Value::Whole(micros) }])
    }

    /// The microseconds between two columns; up to `now` where there is no second instant, or a later one.
    #[must_use]
    pub fn elapsed(from: &'static str, to: &'static str, now: Instant) -> Self {
        Self(vec![Part::Elapsed { from, to, now: Value::At(now) }])
    }

    /// A text as [`small_letters`](crate::text::small_letters) makes it.
    #[must_use]
    pub fn small_letters(self) -> Self {
        let after = Self::either(r#") COLLATE "und-x-icu"), 'ς', 'σ')"#, ")");
        Self::either("replace(lower((", "small_letters(").then(self).then(after)
    }

    /// This and a fixed text.
    #[must_use]
    pub fn and_text(mut self, text: &'static str) -> Self {
        self.0.push(Part::Text(text));
        self
    }

    /// This and a bound value.
    #[must_use]
    pub fn bind(mut self, value: Value) -> Self {
        self.0.push(Part::Bind(value));
        self
    }

    /// This and another piece.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// `$1, $2, …`.
    #[must_use]
    pub fn list(values: impl IntoIterator<Item = Value>) -> Self {
        let mut out = Self::default();
        for value in values {
            if !out.0.is_empty() {
                out.0.push(Part::Text(", "));
            }
            out.0.push(Part::Bind(value));
        }
        out
    }

    /// All of the conditions; true where there are none.
    #[must_use]
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(conditions, " AND ", "1 = 1")
    }

    /// Any of the conditions; false where there are none.
    #[must_use]
    pub fn any(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(conditions, " OR ", "1 = 0")
    }

    /// The opposite of a condition that is never unknown.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::text("NOT (").then(self).and_text(")")
    }

    /// How many values are bound.
    #[must_use]
    pub fn binds(&self) -> usize {
        let count = |part: &Part| match part {
            Part::Text(_) | Part::Either(..) => 0,
            Part::Bind(_) | Part::Nested { .. } | Part::Later { .. } => 1,
            Part::Elapsed { .. } => 2,
            Part::Member { read, .. } => 1 + usize::from(*read != Read::Any),
        };
        self.0.iter().map(count).sum()
    }

    fn joined(conditions: impl IntoIterator<Item = Self>, by: &'static str, none: &'static str) -> Self {
        let mut out = Self::text("(");
        for (n, condition) in conditions.into_iter().enumerate() {
            if n > 0 {
                out.0.push(Part::Text(by));
            }
            out = out.then(condition);
        }
        if out.0.len() == 1 { Self::text(none) } else { out.and_text(")") }
    }

    fn walk<'b, DB: Binds>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.iter().try_for_each(|part| part.walk(&mut out))
    }
}

/// A database that values can be bound to.
trait Binds: Backend {
    const DIALECT: Dialect;

    fn bind<'b>(out: &mut AstPass<'_, 'b, Self>, value: &'b Value) -> QueryResult<()>;
}

macro_rules! binds {
    ($($backend:ty => $dialect:ident),+) => {$(
        impl Binds for $backend {
            const DIALECT: Dialect = Dialect::$dialect;

            fn bind<'b>(out: &mut AstPass<'_, 'b, Self>, value: &'b Value) -> QueryResult<()> {
                match value {
                    Value::Id(id) => out.push_bind_param::<sql::Guid, _>(id),
                    Value::At(at) => out.push_bind_param::<sql::Instant, _>(at),
                    Value::Text(text) => out.push_bind_param::<Text, _>(text),
                    Value::Whole(number) => out.push_bind_param::<BigInt, _>(number),
                    Value::Number(number) => out.push_bind_param::<Double, _>(number),
                }
            }
        }
    )+};
}
binds!(Pg => Postgres, Sqlite => Sqlite);

impl Part {
    fn walk<'b, DB: Binds>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let postgres = DB::DIALECT == Dialect::Postgres;
        match self {
            Self::Text(text) => out.push_sql(text),
            Self::Either(of_postgres, of_sqlite) => out.push_sql(if postgres { of_postgres } else { of_sqlite }),
            Self::Bind(value) => DB::bind(out, value)?,
            Self::Nested { table, column, outer, inner, key } => {
                let (before, between, after) = if postgres {
                    (["(", "->'"], ["'->'", "'->>"], ")")
                } else {
                    (["json_extract(", ", '$."], [".", ".\"' || "], " || '\"')")
                };
                for text in [before[0], table, column, before[1], outer, between[0], inner, between[1]] {
                    out.push_sql(text);
                }
                DB::bind(out, key)?;
                out.push_sql(after);
            }
            Self::Later { table, column, micros } => {
                for text in ["(", table, column, " + "] {
                    out.push_sql(text);
                }
                DB::bind(out, micros)?;
                out.push_sql(if postgres { " * INTERVAL '1 microsecond')" } else { ")" });
            }
            Self::Elapsed { from, to, now } => {
                let before = if postgres { "CAST(EXTRACT(EPOCH FROM ((CASE WHEN " } else { "((CASE WHEN " };
                for text in [before, to, " < "] {
                    out.push_sql(text);
                }
                DB::bind(out, now)?;
                for text in [" THEN ", to, " ELSE "] {
                    out.push_sql(text);
                }
                DB::bind(out, now)?;
                for text in [" END) - ", from, ")", if postgres { ") * 1000000 AS BIGINT)" } else { "" }] {
                    out.push_sql(text);
                }
            }
            Self::Member { table, column, key, inner, read } => {
                let mut whole = |out: &mut AstPass<'_, 'b, DB>, how: (&str, &str, &str)| -> QueryResult<()> {
                    for text in [how.0, table, column, how.1] {
                        out.push_sql(text);
                    }
                    DB::bind(out, key)?;
                    out.push_sql(how.2);
                    Ok(())
                };
                member(out, DB::DIALECT, *inner, *read, &mut whole)?;
            }
        }
        Ok(())
    }
}

/// Whether a name can be asked for as a key of a JSON object: SQLite has no way to write the others in a path.
#[must_use]
pub fn is_key(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c == '"' || c == '\\' || c.is_control())
}

impl Expression for Sql {
    type SqlType = Bool;
}
impl<Table> diesel::SelectableExpression<Table> for Sql {}
impl<Table> diesel::AppearsOnTable<Table> for Sql {}
impl<Groups> diesel::expression::ValidGrouping<Groups> for Sql {
    type IsAggregate = diesel::expression::is_aggregate::Never;
}
impl QueryId for Sql {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl QueryFragment<Pg> for Sql {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.walk(out)
    }
}
impl QueryFragment<Sqlite> for Sql {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.walk(out)
    }
}
impl QueryFragment<MultiBackend> for Sql {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(sql: &Sql) -> (String, String) {
        (diesel::debug_query::<Pg, _>(sql).to_string(), diesel::debug_query::<Sqlite, _>(sql).to_string())
    }

    #[test]
    fn values_and_keys_are_bound_and_never_written() {
        let evil = "x'; DROP TABLE contacts; --";
        let sql =
            Sql::member("c", ".custom", evil, None, Read::Text).and_text(" = ").bind(Value::Text(evil.to_owned()));
        let (postgres, sqlite) = written(&sql);
        for text in [&postgres, &sqlite] {
            let statement = text.split(" -- binds").next().unwrap();
            assert!(!statement.contains("DROP"), "{statement}");
        }
        assert!(postgres.contains("jsonb_typeof(c.custom->$1) = 'string' THEN (c.custom->>$2) END = $3"), "{postgres}");
        assert_eq!(sql.binds(), 3);
    }

    #[test]
    fn nothing_to_ask_for_is_true_for_all_and_false_for_any() {
        assert_eq!((Sql::all([]), Sql::any([])), (Sql::text("1 = 1"), Sql::text("1 = 0")));
    }

    #[test]
    fn a_key_that_no_path_can_hold_is_none() {
        assert!(is_key("$price.net [x]") && is_key("имя") && !is_key("a\"b") && !is_key("a\\b") && !is_key(""));
    }
}
