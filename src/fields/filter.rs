//! Lists filtered by custom fields: `custom.<key>=value`, and `custom.<key>.min` and `.max` for numbers, days, money.

use diesel::dsl::sql;
use diesel::sql_types::{Bool, Double, Text};

use super::model::{Entity, Field, FieldKind};
use super::store;
use super::value::parse_date;
use crate::db::Connection;
use crate::db::dialect::Condition;
use crate::error::{Error, Result};

/// A parameter of a list's query string that begins with `custom.`: its name and its value.
pub type Wanted = (String, String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Min,
    Max,
}

impl Comparison {
    const fn operator(self) -> &'static str {
        match self {
            Self::Equal => " = ",
            Self::Min => " >= ",
            Self::Max => " <= ",
        }
    }
}

/// The conditions on `column` (`contacts.custom`) that the parameters ask for.
///
/// # Errors
/// A parameter that names no field of the entity, or whose value is not of the field's kind.
pub fn conditions<Table: 'static>(
    conn: &mut Connection,
    entity: Entity,
    column: &'static str,
    wanted: &[Wanted],
) -> Result<Vec<Condition<Table>>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let definitions = store::all(conn, Some(entity))?;
    wanted.iter().map(|(name, value)| condition(&definitions, column, name, value)).collect()
}

fn condition<Table: 'static>(
    definitions: &[Field],
    column: &'static str,
    name: &str,
    value: &str,
) -> Result<Condition<Table>> {
    let path = name.strip_prefix("custom.").unwrap_or(name);
    let (key, comparison) = match path.split_once('.') {
        Some((key, "min")) => (key, Comparison::Min),
        Some((key, "max")) => (key, Comparison::Max),
        // A path of another form names no field.
        None | Some(_) => (path, Comparison::Equal),
    };
    let field = definitions.iter().find(|field| field.key == key);
    let field = field
        .ok_or_else(|| Error::field(name.to_owned(), "unknown", "unknown parameter: there is no such custom field"))?;
    let is_range = comparison != Comparison::Equal;
    if is_range && !matches!(field.kind, FieldKind::Number | FieldKind::Date | FieldKind::Money) {
        return Err(Error::field(name.to_owned(), "unknown", "only numbers, days and money have .min and .max"));
    }
    let wrong = |message: &'static str| Error::field(name.to_owned(), "format", message);
    // A key is made of small letters, digits and `_` alone, so it can stand in the SQL as it is.
    let text = format!("{column}->>'{}'", field.key);
    Ok(match field.kind {
        FieldKind::Number => number(&text, comparison, finite(value).ok_or_else(|| wrong("must be a number"))?),
        FieldKind::Money => {
            let amount = format!("{column}->'{}'->>'amount'", field.key);
            number(&amount, comparison, finite(value).ok_or_else(|| wrong("must be a number"))?)
        }
        FieldKind::Date => equal(&text, comparison, parse_date(value).map_err(|(_, message)| wrong(message))?),
        FieldKind::Boolean => {
            let flag: bool = value.trim().parse().map_err(|_| wrong("must be true or false"))?;
            // JSON texts compare alike on both databases, where `->>` gives a boolean as `true` or as `1`.
            equal(&format!("CAST({column}->'{}' AS TEXT)", field.key), comparison, flag.to_string())
        }
        FieldKind::MultiChoice => holds_entry(&text, value),
        FieldKind::Text | FieldKind::Choice | FieldKind::Url => equal(&text, comparison, value.to_owned()),
    })
}

fn finite(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

fn equal<Table: 'static>(expression: &str, comparison: Comparison, value: String) -> Condition<Table> {
    Box::new(sql::<Bool>(&format!("{expression}{}", comparison.operator())).bind::<Text, _>(value))
}

fn number<Table: 'static>(expression: &str, comparison: Comparison, value: f64) -> Condition<Table> {
    let expression = format!("CAST({expression} AS DOUBLE PRECISION){}", comparison.operator());
    Box::new(sql::<Bool>(&expression).bind::<Double, _>(value))
}

/// Whether a JSON array of texts, itself read as a text, holds `entry`.
#[must_use]
pub fn holds_entry<Table: 'static>(array: &str, entry: &str) -> Condition<Table> {
    // The entry in its quotes: a quote inside another entry would be escaped, so nothing else looks like it.
    let quoted = serde_json::Value::from(entry).to_string();
    Box::new(sql::<Bool>(&format!("replace({array}, ")).bind::<Text, _>(quoted).sql(&format!(", '') <> {array}")))
}
