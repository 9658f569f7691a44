//! A journey's numbers as a table.

use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::contacts::Contacts;
use super::funnel::{count, number};
use crate::accounts::Principal;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::exports::cell::Cell;
use crate::exports::table::{Column, List};
use crate::funnel::{self, JourneyInput, JourneyNumberInput, JourneyOutcome, JourneyStepReport};
use crate::reports::{self, ReportKind, SavedReportId};

/// The steps of a journey in order.
#[derive(Debug)]
pub struct Steps(Vec<Row>);

/// A step.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Row(JourneyStepReport);

impl Steps {
    /// The journey as it is now.
    ///
    /// # Errors
    /// A bad field.
    pub fn new(conn: &mut Connection, by: &Principal, asked: &JourneyInput) -> Result<Self> {
        let journey = asked.parse(conn)?;
        let report = funnel::journey(conn, by, &journey)?;
        Ok(Self(report.steps.into_iter().map(Row).collect()))
    }
}

/// A number of a journey that was saved as a report.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SavedNumber {
    /// The saved report, a journey.
    #[param(value_type = uuid::Uuid)]
    saved_report_id: SavedReportId,
    /// The step's number, from 0.
    step: usize,
    /// Which of the step's clients; `entered` where absent.
    #[param(inline)]
    outcome: Option<JourneyOutcome>,
}

/// The clients behind one number of a journey, in the order of their first step.
///
/// # Errors
/// A bad field.
pub fn clients(conn: &mut Connection, by: &Principal, asked: &JourneyNumberInput) -> Result<Contacts> {
    let outcome = asked.outcome.unwrap_or(JourneyOutcome::Entered);
    let ids = funnel::journey_clients(conn, by, &asked.journey, asked.step, outcome)?;
    Contacts::of(conn, by, ids)
}

/// [`clients`] of a journey that was saved as a report.
///
/// # Errors
/// The caller does not see the report, or it is no journey.
pub fn saved_clients(conn: &mut Connection, by: &Principal, asked: SavedNumber) -> Result<Contacts> {
    let report = reports::find(conn, by, asked.saved_report_id)?;
    if report.kind != ReportKind::Journey {
        return Err(Error::field("saved_report_id", "unknown", "is not the report of a journey"));
    }
    let journey = reports::journey(&report.parameters)?;
    clients(conn, by, &JourneyNumberInput { journey, step: asked.step, outcome: asked.outcome })
}

impl List for Steps {
    type Row = Row;

    fn columns(&self) -> Vec<Column<Row>> {
        vec![
            Column::<Row>::new("name", |row| Cell::text(Some(&row.0.name))),
            Column::<Row>::new("entered", |row| count(row.0.entered)),
            Column::<Row>::new("from_first", |row| number(row.0.from_first)),
            Column::<Row>::new("from_previous", |row| number(row.0.from_previous)),
            Column::<Row>::new("dropped", |row| count(row.0.dropped)),
            Column::<Row>::new("median_seconds", |row| number(row.0.median_seconds)),
            Column::<Row>::new("p90_seconds", |row| number(row.0.p90_seconds)),
        ]
    }

    fn next(&mut self, _: &mut Connection) -> Result<Option<Vec<Row>>> {
        Ok(Some(std::mem::take(&mut self.0)).filter(|rows| !rows.is_empty()))
    }
}
