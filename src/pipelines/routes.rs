//! The routes of pipelines and stages.

use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::{NewPipeline, NewStage, Pipeline, PipelinePatch, Stage, StageOrder, StagePatch};
use super::{PipelineId, StageId, board, leads, lost_reasons, stages, store};
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::error::Result;
use crate::http::{Body, IfMatch, Page, Post, Query, Reply, Routes, handlers};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// Whether archived pipelines are listed too.
    #[serde(default)]
    archived: bool,
}

/// Lists pipelines with their stages, in order.
#[utoipa::path(get, path = "/pipelines", operation_id = "list_pipelines", tag = "pipelines", security(("bearer" = ["settings:read"])), params(ListQuery), responses((status = 200, body = Page<Pipeline>)))]
async fn list(actor: May<grants::SettingsRead>, app: Data<App>, query: Query<ListQuery>) -> Result<Reply> {
    app.read(&actor, move |conn, _| {
        Reply::ok(&Page { items: store::all(conn, query.0.archived)?, next_cursor: None, total: None })
    })
    .await
}

/// Creates a pipeline with its stages.
#[utoipa::path(post, path = "/pipelines", operation_id = "create_pipeline", tag = "pipelines", security(("bearer" = ["settings:write"])), request_body = NewPipeline, responses((status = 201, body = Pipeline)))]
async fn create(actor: May<grants::SettingsWrite>, app: Data<App>, body: Post<NewPipeline>) -> Result<Reply> {
    let Post { value, retry } = body;
    app.write(&actor, retry, move |conn, by| {
        let pipeline = store::insert(conn, by, &value)?;
        Ok(Reply::created(&pipeline, format!("/api/v1/pipelines/{}", pipeline.id))?.version(pipeline.version))
    })
    .await
}

/// Shows a pipeline with its stages.
#[utoipa::path(get, path = "/pipelines/{id}", operation_id = "get_pipeline", tag = "pipelines", security(("bearer" = ["settings:read"])), params(("id" = PipelineId, Path)), responses((status = 200, body = Pipeline)))]
async fn show(actor: May<grants::SettingsRead>, app: Data<App>, id: Path<PipelineId>) -> Result<Reply> {
    app.read(&actor, move |conn, _| {
        let pipeline = store::find(conn, *id)?;
        Ok(Reply::ok(&pipeline)?.version(pipeline.version))
    })
    .await
}

/// Renames, moves or archives a pipeline.
#[utoipa::path(patch, path = "/pipelines/{id}", operation_id = "update_pipeline", tag = "pipelines", security(("bearer" = ["settings:write"])), params(("id" = PipelineId, Path), ("If-Match" = Option<String>, Header)), request_body = PipelinePatch, responses((status = 200, body = Pipeline)))]
async fn update(
    actor: May<grants::SettingsWrite>,
    app: Data<App>,
    id: Path<PipelineId>,
    expected: IfMatch,
    body: Body<PipelinePatch>,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write(&actor, None, move |conn, by| {
        let pipeline = store::update(conn, by, id, expected, &body.0)?;
        Ok(Reply::ok(&pipeline)?.version(pipeline.version))
    })
    .await
}

/// Adds a stage to a pipeline: an open one after the last open stage, others at the end.
#[utoipa::path(post, path = "/pipelines/{id}/stages", operation_id = "create_stage", tag = "pipelines", security(("bearer" = ["settings:write"])), params(("id" = PipelineId, Path)), request_body = NewStage, responses((status = 201, body = Stage)))]
async fn create_stage(
    actor: May<grants::SettingsWrite>,
    app: Data<App>,
    id: Path<PipelineId>,
    body: Post<NewStage>,
) -> Result<Reply> {
    let Post { value, retry } = body;
    app.write(&actor, retry, move |conn, by| {
        let stage = stages::insert(conn, by, *id, &value)?;
        Ok(Reply::created(&stage, format!("/api/v1/stages/{}", stage.id))?.version(stage.version))
    })
    .await
}

/// Puts a pipeline's stages in order; archived ones stay behind the stage they followed.
#[utoipa::path(put, path = "/pipelines/{id}/stage-order", operation_id = "update_stage_order", tag = "pipelines", security(("bearer" = ["settings:write"])), params(("id" = PipelineId, Path), ("If-Match" = Option<String>, Header)), request_body = StageOrder, responses((status = 200, body = Pipeline)))]
async fn reorder(
    actor: May<grants::SettingsWrite>,
    app: Data<App>,
    id: Path<PipelineId>,
    expected: IfMatch,
    body: Body<StageOrder>,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write(&actor, None, move |conn, by| {
        let pipeline = stages::reorder(conn, by, id, expected, &body.0)?;
        Ok(Reply::ok(&pipeline)?.version(pipeline.version))
    })
    .await
}

/// Shows a stage.
#[utoipa::path(get, path = "/stages/{id}", operation_id = "get_stage", tag = "pipelines", security(("bearer" = ["settings:read"])), params(("id" = StageId, Path)), responses((status = 200, body = Stage)))]
async fn show_stage(actor: May<grants::SettingsRead>, app: Data<App>, id: Path<StageId>) -> Result<Reply> {
    app.read(&actor, move |conn, _| {
        let stage = stages::find(conn, *id)?;
        Ok(Reply::ok(&stage)?.version(stage.version))
    })
    .await
}

/// Changes a stage. An open stage that leads are in cannot be archived.
#[utoipa::path(patch, path = "/stages/{id}", operation_id = "update_stage", tag = "pipelines", security(("bearer" = ["settings:write"])), params(("id" = StageId, Path), ("If-Match" = Option<String>, Header)), request_body = StagePatch, responses((status = 200, body = Stage)))]
async fn update_stage(
    actor: May<grants::SettingsWrite>,
    app: Data<App>,
    id: Path<StageId>,
    expected: IfMatch,
    body: Body<StagePatch>,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write(&actor, None, move |conn, by| {
        let stage = stages::update(conn, by, id, expected, &body.0)?;
        Ok(Reply::ok(&stage)?.version(stage.version))
    })
    .await
}

/// The routes of pipelines, stages, lost reasons, boards and leads.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: list, create, show, update);
    handlers!(cfg: create_stage, reorder, show_stage, update_stage);
    cfg.configure(lost_reasons::routes).configure(board::routes).configure(leads::routes);
}
