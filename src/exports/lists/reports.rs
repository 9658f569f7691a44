//! A saved report, as it is now or as a snapshot kept it, as a table.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::accounts::Principal;
use crate::db::Connection;
use crate::error::{Code, Error, Result};
use crate::exports::cell::Cell;
use crate::exports::table::{Column, List};
use crate::reports::{self, Flat, SavedReportId, SnapshotId};

/// The parts of a report.
#[derive(Debug)]
pub struct Parts(Flat);

/// A part.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Row(Map<String, Value>);

impl Parts {
    /// The report as it is now.
    ///
    /// # Errors
    /// The caller does not see it, or it can no longer be counted.
    pub fn now(conn: &mut Connection, by: &Principal, id: SavedReportId) -> Result<Self> {
        let report = reports::find(conn, by, id)?;
        let counted = reports::count(conn, by, report.kind, &report.parameters)?;
        Ok(Self(reports::flatten(report.kind, &counted)))
    }

    /// The report as a snapshot kept it.
    ///
    /// # Errors
    /// The caller does not see it, or it could not be counted.
    pub fn kept(conn: &mut Connection, by: &Principal, id: SnapshotId) -> Result<Self> {
        let snapshot = reports::snapshot(conn, by, id)?;
        let Some(body) = snapshot.body else {
            return Err(Error::because(Code::NotFound, snapshot.problem.unwrap_or_default()));
        };
        Ok(Self(reports::flatten(snapshot.kind, &body.0)))
    }
}

impl List for Parts {
    type Row = Row;

    fn columns(&self) -> Vec<Column<Row>> {
        let column = |name: &String| {
            let (header, name) = (name.clone(), name.clone());
            // Sums of money have their currency in the column's name.
            let currency = name.rsplit_once('.').map(|(_, last)| last.to_owned()).filter(|last| is_currency(last));
            Column::<Row>::new(header, move |row| match (row.0.get(&name), &currency) {
                (Some(Value::Number(number)), Some(currency)) => Cell::money(number.as_i64(), Some(currency)),
                (Some(Value::Number(number)), None) => Cell::Number(number.to_string().into()),
                (Some(Value::String(text)), _) => Cell::Text(text.into()),
                (Some(Value::Bool(flag)), _) => Cell::Flag(*flag),
                _ => Cell::Empty,
            })
        };
        self.0.columns.iter().map(column).collect()
    }

    fn next(&mut self, _: &mut Connection) -> Result<Option<Vec<Row>>> {
        Ok(Some(std::mem::take(&mut self.0.rows))
            .filter(|rows| !rows.is_empty())
            .map(|rows| rows.into_iter().map(Row).collect()))
    }
}

fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}
