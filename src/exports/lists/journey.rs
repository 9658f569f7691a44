//! A journey's numbers as a table.

use serde::Serialize;

use super::funnel::{count, number};
use crate::accounts::Principal;
use crate::db::Connection;
use crate::error::Result;
use crate::exports::cell::Cell;
use crate::exports::table::{Column, List};
use crate::funnel::{self, JourneyInput, JourneyStepReport};

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
