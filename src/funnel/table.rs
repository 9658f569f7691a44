//! A funnel's numbers as a table.

use serde::Serialize;

use super::answer::Report;
use super::request::Mode;
use crate::error::{Error, Result};
use crate::money::{exponent, major};
use crate::pipelines::StageId;
use crate::pipelines::board::Money;
use crate::spreadsheet::guard;

/// The report as comma-separated values: the whole cohort first, then its parts.
pub fn csv(report: &Report) -> Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let head = [
        "part",
        "bucket",
        "mode",
        "stage_id",
        "name",
        "entered",
        "from_first",
        "from_previous",
        "dropped",
        "dropped_lost",
        "dropped_open",
        "dropped_won",
        "value",
        "skipped",
        "re_entered",
        "regressed",
        "converted",
        "median_seconds",
        "p90_seconds",
        "cohort",
        "immature_leads",
    ];
    out.write_record(head).map_err(Error::internal)?;
    for row in step_rows(report) {
        out.write_record(record(row)).map_err(Error::internal)?;
    }
    out.into_inner().map_err(Error::internal)
}

/// A step of a part of the cohort, as a row of a table.
#[derive(Debug, Clone, Serialize)]
pub struct StepRow {
    /// `all`, or `bucket` for a part of the breakdown; `compared` and `compared_bucket` of the other period.
    pub part: &'static str,
    pub bucket: Option<String>,
    pub mode: Mode,
    pub stage_id: StageId,
    pub name: String,
    pub entered: u64,
    pub from_first: Option<f64>,
    pub from_previous: Option<f64>,
    pub dropped: u64,
    pub dropped_lost: u64,
    pub dropped_open: u64,
    pub dropped_won: u64,
    pub value: Vec<Money>,
    pub skipped: u64,
    pub re_entered: u64,
    pub regressed: u64,
    pub converted: u64,
    pub median_seconds: Option<f64>,
    pub p90_seconds: Option<f64>,
    pub cohort: u64,
    pub immature_leads: u64,
}

/// The report as a table: the whole cohort first, then its parts.
#[must_use]
pub fn step_rows(report: &Report) -> Vec<StepRow> {
    let groups = report.groups.iter().map(|group| ("bucket", group));
    let parts = std::iter::once(("all", &report.total)).chain(groups);
    let other = report.compared.iter().flat_map(|other| {
        let groups = other.groups.iter().map(|group| ("compared_bucket", group));
        std::iter::once(("compared", &other.total)).chain(groups)
    });
    let mut rows = Vec::new();
    for (part, group) in parts.chain(other) {
        for mode in &group.modes {
            rows.extend(mode.steps.iter().map(|step| StepRow {
                part,
                bucket: group.bucket.clone(),
                mode: mode.mode,
                stage_id: step.stage_id,
                name: step.name.clone(),
                entered: step.entered,
                from_first: step.from_first,
                from_previous: step.from_previous,
                dropped: step.dropped,
                dropped_lost: step.dropped_lost,
                dropped_open: step.dropped_open,
                dropped_won: step.dropped_won,
                value: step.value.clone(),
                skipped: step.skipped,
                re_entered: step.re_entered,
                regressed: step.regressed,
                converted: step.converted,
                median_seconds: step.median_seconds,
                p90_seconds: step.p90_seconds,
                cohort: group.cohort,
                immature_leads: group.immature_leads,
            }));
        }
    }
    rows
}

fn record(row: StepRow) -> [String; 21] {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let value: Vec<_> = row
        .value
        .iter()
        .map(|money| format!("{} {}", major(money.amount, exponent(&money.currency), '.'), money.currency))
        .collect();
    [
        row.part.to_owned(),
        guard(&row.bucket.unwrap_or_default()).into_owned(),
        row.mode.to_string(),
        row.stage_id.to_string(),
        guard(&row.name).into_owned(),
        row.entered.to_string(),
        number(row.from_first),
        number(row.from_previous),
        row.dropped.to_string(),
        row.dropped_lost.to_string(),
        row.dropped_open.to_string(),
        row.dropped_won.to_string(),
        value.join("; "),
        row.skipped.to_string(),
        row.re_entered.to_string(),
        row.regressed.to_string(),
        row.converted.to_string(),
        number(row.median_seconds),
        number(row.p90_seconds),
        row.cohort.to_string(),
        row.immature_leads.to_string(),
    ]
}
