//! Pipelines in the database.

use diesel::prelude::*;

use super::model::{NewPipeline, NewStage, Pipeline, PipelinePatch, PipelineRow, Stage, StageKind};
use super::{PipelineId, stages};
use crate::accounts::Principal;
use crate::accounts::audit::{self, Subject};
use crate::db::Connection;
use crate::db::schema::{pipelines, stages as stage_table};
use crate::db::types::Instant;
use crate::error::Result;
use crate::http::{Version, check_version};

pub(super) const fn subject(id: PipelineId) -> Subject {
    Subject { entity: "pipeline", id: id.0, contact_id: None }
}

/// Every pipeline in order; archived ones only where asked for.
pub fn all(conn: &mut Connection, archived: bool) -> Result<Vec<Pipeline>> {
    let mut rows: Vec<PipelineRow> =
        pipelines::table.order((pipelines::position, pipelines::id)).select(PipelineRow::as_select()).load(conn)?;
    rows.retain(|row| archived || row.archived_at.is_none());
    let mut stages: Vec<Stage> =
        stage_table::table.order((stage_table::position, stage_table::id)).select(Stage::as_select()).load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let own = stages.extract_if(.., |stage| stage.pipeline_id == row.id).collect();
            row.with(own)
        })
        .collect())
}

/// One pipeline with its stages in order.
pub fn find(conn: &mut Connection, id: PipelineId) -> Result<Pipeline> {
    let row = row(conn, id)?;
    Ok(row.with(stages::of(conn, id)?))
}

pub(super) fn row(conn: &mut Connection, id: PipelineId) -> Result<PipelineRow> {
    Ok(pipelines::table.find(id).select(PipelineRow::as_select()).first(conn)?)
}

/// The first pipeline that is not archived: where a lead goes that names none.
pub fn first(conn: &mut Connection) -> Result<Option<PipelineId>> {
    let open = pipelines::table.filter(pipelines::archived_at.is_null());
    Ok(open.order((pipelines::position, pipelines::id)).select(pipelines::id).first(conn).optional()?)
}

/// Makes a pipeline.
pub fn insert(conn: &mut Connection, by: &Principal, input: &NewPipeline) -> Result<Pipeline> {
    let stages = input.stages.clone().unwrap_or_else(default_stages);
    stages::first_is_open(stages.iter().map(|stage| stage.kind))?;
    let last: Option<i32> = pipelines::table.select(diesel::dsl::max(pipelines::position)).first(conn)?;
    let now = Instant::now();
    let row = PipelineRow {
        id: PipelineId::new(),
        name: input.name.trim().to_owned(),
        position: input.position.unwrap_or_else(|| last.map_or(0, |last| last.saturating_add(1))),
        version: 1,
        created_at: now,
        updated_at: now,
        archived_at: None,
    };
    diesel::insert_into(pipelines::table).values(&row).execute(conn)?;
    for (n, stage) in (0..).zip(&stages) {
        stages::insert_row(conn, &stages::made(row.id, n, n, stage, now))?;
    }
    let pipeline = find(conn, row.id)?;
    audit::record(conn, by, "create", subject(row.id), None::<&Pipeline>, Some(&pipeline))?;
    Ok(pipeline)
}

/// Changes a pipeline's name, place, or whether it is archived.
pub fn update(
    conn: &mut Connection,
    by: &Principal,
    id: PipelineId,
    expected: Option<Version>,
    patch: &PipelinePatch,
) -> Result<Pipeline> {
    let before = row(conn, id)?;
    check_version(expected, before.version)?;
    let now = Instant::now();
    let mut after = PipelineRow { version: before.version + 1, updated_at: now, ..before.clone() };
    if let Some(name) = &patch.name {
        name.trim().clone_into(&mut after.name);
    }
    after.position = patch.position.unwrap_or(after.position);
    if let Some(archived) = patch.archived {
        after.archived_at = archived.then(|| after.archived_at.unwrap_or(now));
    }
    diesel::update(&after).set(&after).execute(conn)?;
    audit::record(conn, by, "update", subject(id), Some(&before), Some(&after))?;
    find(conn, id)
}

/// Makes the pipeline "Sales" where there is none yet; gives its id or that of the first.
pub fn ensure_default(conn: &mut Connection) -> Result<PipelineId> {
    if let Some(id) =
        pipelines::table.order((pipelines::position, pipelines::id)).select(pipelines::id).first(conn).optional()?
    {
        return Ok(id);
    }
    let input = NewPipeline { name: "Sales".to_owned(), position: None, stages: None };
    Ok(insert(conn, &Principal::system(), &input)?.id)
}

fn default_stages() -> Vec<NewStage> {
    use StageKind::{Lost, Open, Won};
    [
        ("New", Open, 10, Some(7)),
        ("Contacted", Open, 25, Some(14)),
        ("Qualified", Open, 50, Some(21)),
        ("Proposal", Open, 75, Some(30)),
        ("Won", Won, 100, None),
        ("Lost", Lost, 0, None),
    ]
    .into_iter()
    .map(|(name, kind, probability, stale_after_days)| NewStage {
        name: name.to_owned(),
        kind,
        probability: Some(probability),
        stale_after_days,
    })
    .collect()
}
