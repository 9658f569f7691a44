//! A funnel's numbers as a table, and the leads behind one of them.

use serde::Serialize;

use super::leads::{Leads, Source};
use crate::accounts::Principal;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::exports::cell::Cell;
use crate::exports::table::{Column, List, PIECE};
use crate::funnel::{self, FunnelTable, LeadsQuery, StepRow};
use crate::pipelines::leads::store as leads;

/// The steps of a funnel, first of the whole cohort, then of its parts.
#[derive(Debug)]
pub struct Steps(Vec<Row>);

/// A step.
#[derive(Debug, Clone, Serialize)]
pub struct Row(StepRow);

impl Steps {
    /// The funnel as it is now.
    ///
    /// # Errors
    /// A bad parameter.
    pub fn new(conn: &mut Connection, by: &Principal, query: &FunnelTable) -> Result<Self> {
        let funnel = query.ask().funnel(conn)?;
        let report = funnel::report(conn, by, &funnel, query.compare)?;
        Ok(Self(funnel::step_rows(&report).into_iter().map(Row).collect()))
    }
}

pub(super) fn number(value: Option<f64>) -> Cell<'static> {
    value.map_or(Cell::Empty, |value| Cell::Number(value.to_string().into()))
}

pub(super) fn count(value: u64) -> Cell<'static> {
    Cell::Whole(i64::try_from(value).unwrap_or(i64::MAX))
}

impl List for Steps {
    type Row = Row;

    fn columns(&self) -> Vec<Column<Row>> {
        let mut columns = vec![
            Column::<Row>::new("part", |row| Cell::word(Some(row.0.part))),
            Column::<Row>::new("bucket", |row| Cell::text(row.0.bucket.as_ref())),
            Column::<Row>::new("mode", |row| Cell::word(Some(row.0.mode.as_str()))),
            Column::<Row>::new("stage_id", |row| Cell::shown(Some(row.0.stage_id))),
            Column::<Row>::new("name", |row| Cell::text(Some(&row.0.name))),
            Column::<Row>::new("entered", |row| count(row.0.entered)),
            Column::<Row>::new("from_first", |row| number(row.0.from_first)),
            Column::<Row>::new("from_previous", |row| number(row.0.from_previous)),
            Column::<Row>::new("dropped", |row| count(row.0.dropped)),
            Column::<Row>::new("dropped_lost", |row| count(row.0.dropped_lost)),
            Column::<Row>::new("dropped_open", |row| count(row.0.dropped_open)),
            Column::<Row>::new("dropped_won", |row| count(row.0.dropped_won)),
            Column::<Row>::new("skipped", |row| count(row.0.skipped)),
            Column::<Row>::new("re_entered", |row| count(row.0.re_entered)),
            Column::<Row>::new("regressed", |row| count(row.0.regressed)),
            Column::<Row>::new("converted", |row| count(row.0.converted)),
            Column::<Row>::new("median_seconds", |row| number(row.0.median_seconds)),
            Column::<Row>::new("p90_seconds", |row| number(row.0.p90_seconds)),
            Column::<Row>::new("cohort", |row| count(row.0.cohort)),
            Column::<Row>::new("immature_leads", |row| count(row.0.immature_leads)),
        ];
        let mut currencies: Vec<String> =
            self.0.iter().flat_map(|row| row.0.value.iter().map(|money| money.currency.clone())).collect();
        currencies.sort();
        currencies.dedup();
        columns.extend(currencies.into_iter().map(|currency| {
            Column::<Row>::new(format!("value.{currency}"), move |row| {
                let sum = row.0.value.iter().find(|money| money.currency == currency);
                Cell::money(sum.map(|sum| sum.amount), Some(&currency))
            })
        }));
        columns
    }

    fn next(&mut self, _: &mut Connection) -> Result<Option<Vec<Row>>> {
        Ok(Some(std::mem::take(&mut self.0)).filter(|rows| !rows.is_empty()))
    }
}

/// The leads behind a number, in the order of their entry to the first step.
///
/// # Errors
/// A bad parameter.
pub fn leads_behind(conn: &mut Connection, by: &Principal, query: &LeadsQuery) -> Result<Leads> {
    let funnel = query.ask().funnel(conn)?;
    let ids = funnel::ids_behind(conn, by, &funnel, query)?;
    let piece = usize::try_from(PIECE).map_err(Error::internal)?;
    let mut ids = ids.into_iter().map(|(_, id)| id);
    let source: Source = Box::new(move |conn| {
        let some: Vec<_> = ids.by_ref().take(piece).collect();
        if some.is_empty() { Ok(Vec::new()) } else { leads::by_ids(conn, &some) }
    });
    Leads::new(conn, by.scope.clone(), source)
}
