//! Stages: added, renamed, reordered and archived, never removed, so that history stays right.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use diesel::prelude::*;

use super::model::{NewStage, Pipeline, PipelineRow, Stage, StageKind, StageOrder, StagePatch};
use super::{PipelineId, StageId, leads, store};
use crate::accounts::Principal;
use crate::accounts::audit::{self, Subject};
use crate::db::Connection;
use crate::db::schema::{pipelines, stages};
use crate::db::types::Instant;
use crate::error::{Code, Error, Result};
use crate::http::{Version, check_version};

/// How many stages a pipeline can have had: archived ones count.
const MOST: usize = 1000;

/// A pipeline's stages in order, archived ones included.
pub fn of(conn: &mut Connection, pipeline: PipelineId) -> Result<Vec<Stage>> {
    let own = stages::table.filter(stages::pipeline_id.eq(pipeline));
    Ok(own.order((stages::position, stages::id)).select(Stage::as_select()).load(conn)?)
}

/// The open stages that leads go stale in, of this pipeline or of all, each with the instant before which those entered it
/// that are stale at `now`.
pub fn stale_before(
    conn: &mut Connection,
    pipeline: Option<PipelineId>,
    now: Instant,
) -> Result<Vec<(StageId, Instant)>> {
    let open = stages::table.filter(stages::kind.eq(StageKind::Open)).filter(stages::stale_after_days.is_not_null());
    let mut open = open.select((stages::id, stages::stale_after_days.assume_not_null())).into_boxed();
    if let Some(pipeline) = pipeline {
        open = open.filter(stages::pipeline_id.eq(pipeline));
    }
    let found: Vec<(StageId, i32)> = open.order(stages::id).load(conn)?;
    Ok(found.into_iter().map(|(stage, days)| (stage, stale_since(now, days))).collect())
}

/// The instant before which leads entered that have stood for more than so many days at `now`.
#[must_use]
pub fn stale_since(now: Instant, days: i32) -> Instant {
    now.plus(-TimeDelta::days(i64::from(days)))
}

/// One stage.
pub fn find(conn: &mut Connection, id: StageId) -> Result<Stage> {
    Ok(stages::table.find(id).select(Stage::as_select()).first(conn)?)
}

/// Fails unless the first kind is open.
pub(super) fn first_is_open(mut kinds: impl Iterator<Item = StageKind>) -> Result<()> {
    if kinds.next() == Some(StageKind::Open) {
        return Ok(());
    }
    Err(Error::field("stages", "first_open", "the first stage must be open: new leads enter it"))
}

pub(super) fn made(pipeline: PipelineId, position: i32, ordinal: i32, input: &NewStage, now: Instant) -> Stage {
    Stage {
        id: StageId::new(),
        pipeline_id: pipeline,
        name: input.name.trim().to_owned(),
        position,
        ordinal,
        kind: input.kind,
        probability: input.probability.unwrap_or(if input.kind == StageKind::Won { 100 } else { 0 }),
        stale_after_days: input.stale_after_days,
        version: 1,
        created_at: now,
        updated_at: now,
        archived_at: None,
    }
}

pub(super) fn insert_row(conn: &mut Connection, stage: &Stage) -> Result<()> {
    diesel::insert_into(stages::table).values(stage).execute(conn)?;
    Ok(())
}

const fn subject(id: StageId) -> Subject {
    Subject { entity: "stage", id: id.0, contact_id: None }
}

/// Adds a stage: an open one after the last open stage, others at the end.
pub fn insert(conn: &mut Connection, by: &Principal, pipeline: PipelineId, input: &NewStage) -> Result<Stage> {
    let row = locked(conn, pipeline)?;
    let mut all = of(conn, row.id)?;
    if all.len() >= MOST {
        return Err(Error::because(Code::Conflict, format!("A pipeline has at most {MOST} stages.")));
    }
    let ordinal = all.iter().map(|stage| stage.ordinal).max().map_or(0, |last| last + 1);
    let place = match input.kind {
        StageKind::Open => all.iter().rposition(|stage| stage.kind == StageKind::Open).map_or(0, |last| last + 1),
        StageKind::Won | StageKind::Lost => all.len(),
    };
    let stage = made(row.id, 0, ordinal, input, Instant::now());
    insert_row(conn, &stage)?;
    all.insert(place, stage.clone());
    renumber(conn, &all)?;
    let stage = find(conn, stage.id)?;
    audit::record(conn, by, "create", subject(stage.id), None::<&Stage>, Some(&stage))?;
    Ok(stage)
}

/// Changes a stage; archiving one needs its leads moved away and an open stage left in front.
pub fn update(
    conn: &mut Connection,
    by: &Principal,
    id: StageId,
    expected: Option<Version>,
    patch: &StagePatch,
) -> Result<Stage> {
    let pipeline = find(conn, id)?.pipeline_id;
    locked(conn, pipeline)?;
    let before = find(conn, id)?;
    check_version(expected, before.version)?;
    let now = Instant::now();
    let mut after = Stage { version: before.version + 1, updated_at: now, ..before.clone() };
    if let Some(name) = &patch.name {
        name.trim().clone_into(&mut after.name);
    }
    after.probability = patch.probability.unwrap_or(after.probability);
    after.stale_after_days = patch.stale_after_days.unwrap_or(after.stale_after_days);
    if let Some(archived) = patch.archived {
        after.archived_at = archived.then(|| after.archived_at.unwrap_or(now));
    }
    diesel::update(&after).set(&after).execute(conn)?;
    if after.archived_at.is_some() != before.archived_at.is_some() {
        let left = of(conn, pipeline)?;
        first_is_open(left.iter().filter(|stage| stage.archived_at.is_none()).map(|stage| stage.kind))
            .map_err(|_| Error::because(Code::Conflict, "The first stage left would not be open: change the order."))?;
        if after.archived_at.is_some() && after.kind == StageKind::Open && leads::store::any_in(conn, id)? {
            return Err(Error::because(Code::InUse, "Leads are in this stage: move them first."));
        }
    }
    audit::record(conn, by, "update", subject(id), Some(&before), Some(&after))?;
    Ok(after)
}

/// Puts a pipeline's stages in another order. Archived ones stay behind the stage they followed.
pub fn reorder(
    conn: &mut Connection,
    by: &Principal,
    pipeline: PipelineId,
    expected: Option<Version>,
    order: &StageOrder,
) -> Result<Pipeline> {
    let row = locked(conn, pipeline)?;
    check_version(expected, row.version)?;
    let before = store::find(conn, pipeline)?;
    let wanted: HashSet<_> = order.stage_ids.iter().copied().collect();
    let active: HashSet<_> =
        before.stages.iter().filter(|stage| stage.archived_at.is_none()).map(|stage| stage.id).collect();
    if wanted != active || wanted.len() != order.stage_ids.len() {
        return Err(Error::field("stage_ids", "complete", "must name every stage that is not archived exactly once"));
    }
    // Each archived stage follows the active one before it; those in front of all stay in front.
    let mut after: HashMap<Option<StageId>, Vec<Stage>> = HashMap::new();
    let mut current = None;
    for stage in &before.stages {
        if stage.archived_at.is_none() {
            current = Some(stage.id);
        }
        after.entry(current).or_default().push(stage.clone());
    }
    let groups = std::iter::once(None).chain(order.stage_ids.iter().copied().map(Some));
    let all: Vec<Stage> = groups.flat_map(|group| after.remove(&group).unwrap_or_default()).collect();
    first_is_open(all.iter().filter(|stage| stage.archived_at.is_none()).map(|stage| stage.kind)).map_err(|error| {
        Error { errors: error.errors.into_iter().map(rename).collect(), ..Error::new(Code::Invalid) }
    })?;
    renumber(conn, &all)?;
    diesel::update(pipelines::table.find(pipeline))
        .set((pipelines::version.eq(row.version + 1), pipelines::updated_at.eq(Instant::now())))
        .execute(conn)?;
    let changed = store::find(conn, pipeline)?;
    audit::record(conn, by, "update", store::subject(pipeline), Some(&before), Some(&changed))?;
    Ok(changed)
}

fn rename(error: crate::error::FieldError) -> crate::error::FieldError {
    crate::error::FieldError { field: "stage_ids".into(), ..error }
}

fn renumber(conn: &mut Connection, all: &[Stage]) -> Result<()> {
    for (position, stage) in (0_i32..).zip(all) {
        if stage.position != position {
            diesel::update(stages::table.find(stage.id)).set(stages::position.eq(position)).execute(conn)?;
        }
    }
    Ok(())
}

/// The pipeline's row, which no other writer changes until we are done.
fn locked(conn: &mut Connection, id: PipelineId) -> Result<PipelineRow> {
    diesel::update(pipelines::table.find(id)).set(pipelines::version.eq(pipelines::version)).execute(conn)?;
    store::row(conn, id)
}
