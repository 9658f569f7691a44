//! A saved report, as it is now or as a snapshot kept it, as a table.

use serde::Serialize;
use serde_json::{Map, Number, Value};

use crate::accounts::Principal;
use crate::db::Connection;
use crate::error::{Code, Error, Result};
use crate::exports::cell::Cell;
use crate::exports::table::{Column, List};
use crate::money::exponent;
use crate::reports::{self, Flat, SavedReportId, SnapshotId};

/// The parts of a report.
#[derive(Debug)]
pub struct Parts {
    name: String,
    flat: Flat,
}

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
        let counted = reports::count(conn, by, report.kind, &reports::asked_now(&report))?;
        Ok(Self { name: report.name, flat: reports::flatten(report.kind, &counted) })
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
        Ok(Self { name: snapshot.name, flat: reports::flatten(snapshot.kind, &body.0) })
    }
}

impl List for Parts {
    type Row = Row;

    fn columns(&self) -> Vec<Column<Row>> {
        let column = |name: &String| {
            let (header, name) = (name.clone(), name.clone());
            Column::<Row>::new(header, move |row| cell(&name, &row.0))
        };
        self.flat.columns.iter().map(column).collect()
    }

    fn title(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn next(&mut self, _: &mut Connection) -> Result<Option<Vec<Row>>> {
        Ok(Some(std::mem::take(&mut self.flat.rows))
            .filter(|rows| !rows.is_empty())
            .map(|rows| rows.into_iter().map(Row).collect()))
    }
}

/// Numbers that are money of the row's own currency.
const MONEY: [&str; 5] = ["amount", "weighted", "weighted_by_history", "average_won", "per_day"];
/// Texts that are moments or days.
const TIMES: [&str; 8] = ["from", "to", "as_of", "at", "last_at", "month", "close_from", "close_to"];

fn cell<'a>(name: &str, row: &'a Map<String, Value>) -> Cell<'a> {
    let last = name.rsplit('.').next().unwrap_or(name);
    // Sums of money have their currency in the column's name.
    let currency = Some(last).filter(|last| is_currency(last));
    let own = || row.get("currency").and_then(Value::as_str).filter(|_| MONEY.contains(&last));
    match row.get(name) {
        Some(Value::Number(number)) => match currency.or_else(own) {
            Some(currency) => money(number, currency),
            None => Cell::Number(number.to_string().into()),
        },
        Some(Value::String(text)) if TIMES.contains(&last) => time(text),
        Some(Value::String(text)) => Cell::Text(text.into()),
        Some(Value::Bool(flag)) => Cell::Flag(*flag),
        _ => Cell::Empty,
    }
}

/// Minor units as major ones; averages may have parts of the smallest.
fn money<'a>(minor: &Number, currency: &str) -> Cell<'a> {
    if let Some(whole) = minor.as_i64() {
        return Cell::money(Some(whole), Some(currency));
    }
    let unit = 10_f64.powi(i32::try_from(exponent(currency)).unwrap_or(2));
    minor.as_f64().map_or(Cell::Empty, |minor| Cell::Number((minor / unit).to_string().into()))
}

fn time(text: &str) -> Cell<'_> {
    match (text.parse(), text.parse()) {
        (Ok(at), _) => Cell::At(at),
        (_, Ok(day)) => Cell::Day(day),
        _ => Cell::Text(text.into()),
    }
}

fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exports::cell::Style;
    use serde_json::json;

    #[test]
    fn money_is_in_major_units_and_times_are_times() {
        let row = json!({
            "month": "2026-01-01", "currency": "EUR", "amount": 1250, "weighted": 312.5, "leads": 3, "won_value.JPY": 70,
            "as_of": "2026-01-31T12:00:00Z", "name": "2026-01-01",
        });
        let row = row.as_object().unwrap();
        let text = |name: &str| {
            let mut out = Vec::new();
            Style { zone: chrono_tz::Tz::UTC, decimal: '.' }.write(&cell(name, row), &mut out);
            String::from_utf8(out).unwrap()
        };
        let found = ["amount", "weighted", "leads", "won_value.JPY", "currency", "gone"].map(text);
        assert_eq!(found, ["12.50", "3.125", "3", "70", "EUR", ""]);
        assert!(matches!(cell("month", row), Cell::Day(_)) && matches!(cell("as_of", row), Cell::At(_)));
        assert!(matches!(cell("name", row), Cell::Text(_)));
    }
}
