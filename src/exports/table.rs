//! A list as a table: its columns, which of them are wanted, and the rows read piece by piece.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use super::cell::Cell;
use super::vcard::Card;
use crate::db::Connection;
use crate::error::{Error, FieldError, Result};
use crate::fields::{Field, FieldKind};
use crate::money::exponent;
use crate::spreadsheet::join_list;

/// How many rows are read at once: few enough that a reader is not held for long.
pub const PIECE: i64 = 1000;

/// A list to be written to a file. Each record that is there throughout is read once.
pub trait List: Send + 'static {
    /// A row.
    type Row: Serialize;

    /// Its columns in their usual order.
    fn columns(&self) -> Vec<Column<Self::Row>>;

    /// A column that is not among the usual ones.
    fn other_column(&self, _name: &str) -> Option<Column<Self::Row>> {
        None
    }

    /// The next rows, perhaps none yet; `None` at the end.
    ///
    /// # Errors
    /// The database is away; a bad parameter, with the first rows.
    fn next(&mut self, conn: &mut Connection) -> Result<Option<Vec<Self::Row>>>;

    /// What somebody has called it; `None` where its kind is its name.
    fn title(&self) -> Option<&str> {
        None
    }

    /// What of a row goes into a vCard; `None` where the list is not one of people.
    fn card(_row: &Self::Row) -> Option<Card<'_>> {
        None
    }

    /// Whether rows have vCards.
    #[must_use]
    fn has_cards(&self) -> bool {
        false
    }
}

type Get<R> = Box<dyn for<'a> Fn(&'a R) -> Cell<'a> + Send + Sync>;

/// A column.
pub struct Column<R> {
    /// Its header.
    pub name: Cow<'static, str>,
    /// Its value in a row.
    pub cell: Get<R>,
}

impl<R> std::fmt::Debug for Column<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl<R> Column<R> {
    /// A column.
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        cell: impl for<'a> Fn(&'a R) -> Cell<'a> + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into(), cell: Box::new(cell) }
    }
}

/// The wanted columns of a list, in the order asked for.
///
/// # Errors
/// Every column there is not, named `columns`.
pub fn choose<L: List>(list: &L, wanted: Option<&[String]>) -> Result<Vec<Column<L::Row>>> {
    let Some(wanted) = wanted else { return Ok(list.columns()) };
    let mut usual: Vec<Option<Column<L::Row>>> = list.columns().into_iter().map(Some).collect();
    let known: Vec<String> = usual.iter().flatten().map(|column| column.name.to_string()).collect();
    let mut chosen = Vec::with_capacity(wanted.len());
    let mut faults = Vec::new();
    for name in wanted {
        let index = known.iter().position(|known| known == name);
        let found = match index.and_then(|index| usual.get_mut(index)) {
            Some(column) => column.take(),
            None => list.other_column(name),
        };
        match found {
            Some(column) => chosen.push(column),
            None if index.is_some() => {
                faults.push(FieldError::new("columns", "duplicate", format!("'{name}' is there twice")));
            }
            None => {
                let message = format!("there is no column '{name}', but: {}", known.join(", "));
                faults.push(FieldError::new("columns", "unknown", message));
            }
        }
    }
    if faults.is_empty() { Ok(chosen) } else { Err(Error::invalid(faults)) }
}

/// The columns of custom fields: `custom.<key>`, as imports read it; for money also its amount and its currency.
pub fn custom_columns<R: 'static>(fields: &[Field], custom: fn(&R) -> &Map<String, Value>) -> Vec<Column<R>> {
    let mut columns = Vec::new();
    for field in fields {
        let (key, kind) = (field.key.clone(), field.kind);
        let name = format!("custom.{key}");
        let value = move |row: &R, key: &str| -> Option<Value> { custom(row).get(key).cloned() };
        columns.push(Column::new(name.clone(), move |row: &R| custom(row).get(&key).map_or(Cell::Empty, custom_cell)));
        if kind == FieldKind::Money {
            let key = field.key.clone();
            columns.push(Column::new(format!("{name}.amount"), move |row| {
                value(row, &key)
                    .as_ref()
                    .and_then(money)
                    .map_or(Cell::Empty, |(minor, currency)| Cell::Money(minor, exponent(currency)))
            }));
            let key = field.key.clone();
            columns.push(Column::new(format!("{name}.currency"), move |row| {
                Cell::shown(value(row, &key).as_ref().and_then(money).map(|(_, currency)| currency))
            }));
        }
    }
    columns
}

fn money(value: &Value) -> Option<(i64, &str)> {
    Some((value.get("amount")?.as_i64()?, value.get("currency")?.as_str()?))
}

fn custom_cell(value: &Value) -> Cell<'_> {
    match value {
        Value::Null => Cell::Empty,
        Value::String(text) => Cell::Text(Cow::Borrowed(text)),
        Value::Bool(flag) => Cell::Flag(*flag),
        Value::Number(number) => Cell::Number(Cow::Owned(number.to_string())),
        Value::Array(entries) => Cell::Text(Cow::Owned(join_list(entries.iter().filter_map(Value::as_str)))),
        Value::Object(_) => match money(value) {
            Some((minor, currency)) => Cell::Sum(minor, Cow::Borrowed(currency)),
            None => Cell::shown(Some(value)),
        },
    }
}
