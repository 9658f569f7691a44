//! What pipelines and stages are, and the input they are made from.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::{PipelineId, StageId};
use crate::db::schema::{pipelines, stages};
use crate::db::types::Instant;
use crate::http::{Version, nullable};
use crate::text::filled;

crate::text_enum! {
    /// What standing in a stage means.
    pub enum StageKind {
        /// The lead is being worked on.
        Open = "open",
        /// The lead has become a sale.
        Won = "won",
        /// The lead is lost.
        Lost = "lost",
    }
}

/// A pipeline with its stages.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Pipeline {
    /// Its id.
    pub id: PipelineId,
    /// Its name.
    pub name: String,
    /// Its place among the pipelines, smallest first.
    pub position: i32,
    /// Grows with every change of the pipeline or of its stages' order.
    pub version: Version,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Since when it takes no new leads; `null` while it does.
    pub archived_at: Option<Instant>,
    /// Its stages in order, archived ones included.
    pub stages: Vec<Stage>,
}

/// A pipeline's own row.
#[derive(Debug, Clone, Serialize, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = pipelines, treat_none_as_null = true)]
pub struct PipelineRow {
    pub(super) id: PipelineId,
    pub(super) name: String,
    pub(super) position: i32,
    pub(super) version: Version,
    pub(super) created_at: Instant,
    pub(super) updated_at: Instant,
    pub(super) archived_at: Option<Instant>,
}

impl PipelineRow {
    pub(super) fn with(self, stages: Vec<Stage>) -> Pipeline {
        let Self { id, name, position, version, created_at, updated_at, archived_at } = self;
        Pipeline { id, name, position, version, created_at, updated_at, archived_at, stages }
    }
}

/// A stage of a pipeline.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = stages, treat_none_as_null = true)]
pub struct Stage {
    /// Its id.
    pub id: StageId,
    /// Its pipeline.
    pub pipeline_id: PipelineId,
    /// Its name.
    pub name: String,
    /// Its place in the pipeline, smallest first.
    pub position: i32,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) ordinal: i32,
    /// What standing in it means; never changes, so that history keeps its meaning.
    pub kind: StageKind,
    /// How likely a lead in it is won, in percent.
    pub probability: i32,
    /// After how many days in it a lead is stale; `null` for never.
    pub stale_after_days: Option<i32>,
    /// Grows with every change.
    pub version: Version,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Since when no lead can be moved to it; `null` while leads can.
    pub archived_at: Option<Instant>,
}

impl Stage {
    /// The name of the stage in a packed [`Path`](super::path::Path).
    #[must_use]
    pub fn code(&self) -> u16 {
        u16::try_from(self.ordinal).unwrap_or(u16::MAX)
    }
}

/// A new pipeline.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPipeline {
    /// Its name.
    #[validate(length(min = 1, max = 100), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: String,
    /// Its place among the pipelines; the last where absent.
    #[validate(range(min = 0, max = 10_000))]
    #[schema(minimum = 0, maximum = 10_000)]
    pub position: Option<i32>,
    /// Its stages in order, the first of them open; New, Contacted, Qualified, Proposal, Won, Lost where absent.
    #[validate(length(min = 1, max = 100), nested)]
    #[schema(min_items = 1, max_items = 100)]
    pub stages: Option<Vec<NewStage>>,
}

/// Changes to a pipeline.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PipelinePatch {
    /// Its name.
    #[validate(length(min = 1, max = 100), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: Option<String>,
    /// Its place among the pipelines.
    #[validate(range(min = 0, max = 10_000))]
    #[schema(minimum = 0, maximum = 10_000)]
    pub position: Option<i32>,
    /// Whether it takes no new leads.
    pub archived: Option<bool>,
}

/// A new stage.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStage {
    /// Its name.
    #[validate(length(min = 1, max = 100), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: String,
    /// What standing in it means.
    pub kind: StageKind,
    /// How likely a lead in it is won, in percent; 100 for won, 0 for others where absent.
    #[validate(range(min = 0, max = 100))]
    #[schema(minimum = 0, maximum = 100)]
    pub probability: Option<i32>,
    /// After how many days in it a lead is stale.
    #[validate(range(min = 1, max = 3650))]
    #[schema(minimum = 1, maximum = 3650)]
    pub stale_after_days: Option<i32>,
}

/// Changes to a stage. Its kind stays, so that history keeps its meaning.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StagePatch {
    /// Its name.
    #[validate(length(min = 1, max = 100), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: Option<String>,
    /// How likely a lead in it is won, in percent.
    #[validate(range(min = 0, max = 100))]
    #[schema(minimum = 0, maximum = 100)]
    pub probability: Option<i32>,
    /// After how many days in it a lead is stale; `null` for never.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(range(min = 1, max = 3650))]
    #[schema(minimum = 1, maximum = 3650)]
    pub stale_after_days: Option<Option<i32>>,
    /// Whether no lead can be moved to it.
    pub archived: Option<bool>,
}

/// The order of a pipeline's stages.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StageOrder {
    /// Every stage that is not archived, once; the first of them open.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_items = 1, max_items = 200)]
    pub stage_ids: Vec<StageId>,
}
