//! Counting a saved report: its parameters, as its endpoint would take them.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::model::ReportKind;
use crate::accounts::Principal;
use crate::db::Connection;
use crate::error::{Error, FieldError, Result};
use crate::funnel::{self, FunnelTable};
use crate::http::parse_query;
use crate::sales::{self, ActivityQuery, ForecastQuery, SalesQuery, StageTimesQuery};
use crate::segments::{RfmQuery, rfm_report};

/// Counts the report as the caller sees it.
///
/// # Errors
/// Every bad parameter, named `parameters.<name>`.
pub fn run(conn: &mut Connection, by: &Principal, kind: ReportKind, parameters: &Map<String, Value>) -> Result<Value> {
    counted(conn, by, kind, parameters).map_err(within)
}

fn within(error: Error) -> Error {
    let errors = error.errors.into_iter().map(|fault| fault.within("parameters")).collect();
    Error { errors, ..error }
}

fn counted(conn: &mut Connection, by: &Principal, kind: ReportKind, given: &Map<String, Value>) -> Result<Value> {
    match kind {
        ReportKind::Funnel => {
            let asked: FunnelTable = query(given)?;
            let funnel = asked.ask().funnel(conn)?;
            json(&funnel::report(conn, by, &funnel, asked.compare)?)
        }
        ReportKind::Journey => {
            let journey = journey(given)?.parse(conn)?;
            json(&funnel::journey(conn, by, &journey)?)
        }
        ReportKind::Sales => {
            let asked: SalesQuery = query(given)?;
            let ask = asked.ask(conn)?;
            json(&sales::outcome(conn, by, &ask, asked.compare)?)
        }
        ReportKind::TimeInStage => {
            let asked: StageTimesQuery = query(given)?;
            let ask = asked.ask(conn)?;
            json(&sales::stage_times(conn, by, &ask, asked.compare)?)
        }
        ReportKind::Forecast => {
            let asked: ForecastQuery = query(given)?;
            let ask = asked.ask(conn)?;
            let closing = sales::Closing::new(asked.close_from, asked.close_to)?;
            json(&sales::forecast(conn, by, &ask, closing, asked.compare)?)
        }
        ReportKind::Rfm => json(&rfm_report(conn, by, &query::<RfmQuery>(given)?)?),
        ReportKind::Activity => json(&sales::activity(conn, by, &query::<ActivityQuery>(given)?)?),
    }
}

/// The journey that a saved report's parameters describe.
///
/// # Errors
/// A bad parameter.
pub fn journey(given: &Map<String, Value>) -> Result<funnel::JourneyInput> {
    crate::http::read_json(Value::Object(given.clone()).to_string().as_bytes())
}

fn json<T: serde::Serialize>(report: &T) -> Result<Value> {
    serde_json::to_value(report).map_err(Error::internal)
}

/// The parameters as a query string would give them: texts, numbers and lists of them.
fn query<T: DeserializeOwned>(given: &Map<String, Value>) -> Result<T> {
    let mut text = form_urlencoded::Serializer::new(String::new());
    let mut faults = Vec::new();
    for (name, value) in given {
        match scalar(value) {
            Some(value) => drop(text.append_pair(name, &value)),
            None if value.is_null() => {}
            None => faults.push(FieldError::new(name.clone(), "type", "must be a text, a number or a list of them")),
        }
    }
    if faults.is_empty() { parse_query(&text.finish()) } else { Err(Error::invalid(faults)) }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Array(list) => Some(list.iter().map(scalar).collect::<Option<Vec<_>>>()?.join(",")),
        Value::Null | Value::Object(_) => None,
    }
}
