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

/// The steps of a journey in order; with a breakdown or another period beside, those of each part behind those of the whole.
#[derive(Debug)]
pub struct Steps {
    rows: Vec<Row>,
    /// Whether rows say which part they are of: without any there is but one.
    has_parts: bool,
}

/// A step.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    #[serde(flatten)]
    of: Option<PartOf>,
    #[serde(flatten)]
    step: JourneyStepReport,
}

/// What a step is of.
#[derive(Debug, Clone, Serialize)]
pub struct PartOf {
    /// `all`, `bucket`, `compared` or `compared_bucket`.
    part: &'static str,
    bucket: Option<String>,
    label: Option<String>,
}

impl Steps {
    /// The journey as it is now.
    ///
    /// # Errors
    /// A bad field.
    pub fn new(conn: &mut Connection, by: &Principal, asked: &JourneyInput) -> Result<Self> {
        let journey = asked.parse(conn)?;
        let report = funnel::journey(conn, by, &journey)?;
        let has_parts = report.compared.is_some() || !report.groups.is_empty();
        let mut rows = Vec::new();
        let mut add = |part, bucket: Option<String>, label: Option<String>, steps: Vec<JourneyStepReport>| {
            let of = has_parts.then_some(PartOf { part, bucket, label });
            rows.extend(steps.into_iter().map(|step| Row { of: of.clone(), step }));
        };
        add("all", None, None, report.steps);
        for group in report.groups {
            add("bucket", group.bucket, group.label, group.steps);
        }
        if let Some(other) = report.compared {
            add("compared", None, None, other.steps);
            for group in other.groups {
                add("compared_bucket", group.bucket, group.label, group.steps);
            }
        }
        Ok(Self { rows, has_parts })
    }
}

/// A number of a journey that was saved as a report.
#[derive(Debug, Clone, Deserialize, IntoParams)]
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
    /// The breakdown's bucket; empty for clients without owner, source or segment. All clients where absent.
    bucket: Option<String>,
}

/// The clients behind one number of a journey, in the order of their first step.
///
/// # Errors
/// A bad field.
pub fn clients(conn: &mut Connection, by: &Principal, asked: &JourneyNumberInput) -> Result<Contacts> {
    let ids = funnel::journey_clients(conn, by, asked)?;
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
    clients(conn, by, &JourneyNumberInput { journey, step: asked.step, outcome: asked.outcome, bucket: asked.bucket })
}

impl List for Steps {
    type Row = Row;

    fn columns(&self) -> Vec<Column<Row>> {
        let part = |row: &Row| row.of.as_ref().map(|of| of.part);
        let mut columns = Vec::new();
        if self.has_parts {
            columns.extend([
                Column::<Row>::new("part", move |row| Cell::word(part(row))),
                Column::<Row>::new("bucket", |row| Cell::text(row.of.as_ref().and_then(|of| of.bucket.as_ref()))),
                Column::<Row>::new("label", |row| Cell::text(row.of.as_ref().and_then(|of| of.label.as_ref()))),
            ]);
        }
        columns.extend([
            Column::<Row>::new("name", |row| Cell::text(Some(&row.step.name))),
            Column::<Row>::new("entered", |row| count(row.step.entered)),
            Column::<Row>::new("from_first", |row| number(row.step.from_first)),
            Column::<Row>::new("from_previous", |row| number(row.step.from_previous)),
            Column::<Row>::new("dropped", |row| count(row.step.dropped)),
            Column::<Row>::new("median_seconds", |row| number(row.step.median_seconds)),
            Column::<Row>::new("p90_seconds", |row| number(row.step.p90_seconds)),
        ]);
        columns
    }

    fn next(&mut self, _: &mut Connection) -> Result<Option<Vec<Row>>> {
        Ok(Some(std::mem::take(&mut self.rows)).filter(|rows| !rows.is_empty()))
    }
}
