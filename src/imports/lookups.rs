//! What the names in a file mean: pipelines, stages, people, lost reasons and custom fields, read once for each run.

use std::collections::HashMap;

use serde_json::Value;

use super::mapping::{LeadField, Mapping, Named, Place, Target};
use super::reader::RowError;
use super::values;
use crate::accounts::UserId;
use crate::db::Connection;
use crate::error::{Error, FieldError, Result};
use crate::fields::{self, Entity, Field};
use crate::pipelines::{LostReasonId, Pipeline, PipelineId, StageId, StageKind, lost_reasons, store as pipelines};

/// What names mean.
#[derive(Debug, Clone)]
pub struct Lookups {
    pipelines: Vec<Pipeline>,
    lost_reasons: HashMap<String, LostReasonId>,
    owners: HashMap<String, UserId>,
    fields: Vec<Field>,
}

/// A stage that a name means.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    /// Which.
    pub id: StageId,
    /// Its place in the pipeline.
    pub position: i32,
    /// Whether it is the end of a lead that was not won.
    pub is_lost: bool,
    /// Whether it is the end of a lead.
    pub is_closed: bool,
}

impl Lookups {
    /// Reads them.
    ///
    /// # Errors
    /// The database is away.
    pub fn load(conn: &mut Connection) -> Result<Self> {
        let reasons = lost_reasons::all(conn)?.into_iter().filter(|reason| reason.archived_at.is_none());
        Ok(Self {
            pipelines: pipelines::all(conn, false)?,
            lost_reasons: reasons.map(|reason| (reason.name.to_lowercase(), reason.id)).collect(),
            owners: crate::accounts::owners::by_email_and_name(conn)?,
            fields: fields::all(conn, None)?,
        })
    }

    /// Finds what no row of a file could use: pipelines and stages that are not there.
    ///
    /// # Errors
    /// Every bad field of the mapping.
    pub fn check(&self, mapping: &Mapping) -> Result<()> {
        if mapping.makes_stages {
            return Ok(());
        }
        let mut errors = Vec::new();
        let bad =
            |index: usize, message: String| FieldError::new(format!("mapping.fields[{index}]"), "unknown", message);
        // `None` where each row names its own.
        let mut pipeline = Some(self.pipelines.first());
        for (index, (target, place)) in mapping.fields.iter().enumerate() {
            if *target == Target::Lead(LeadField::Pipeline) {
                pipeline = match place {
                    Place::Column(_) | Place::At(..) => None,
                    Place::Fixed(name) => {
                        let here = mapping.renamed(Named::Pipeline, name);
                        let found = self.pipelines.iter().find(|pipeline| same(&pipeline.name, here));
                        if found.is_none() {
                            errors.push(bad(index, format!("there is no pipeline '{name}'")));
                        }
                        Some(found)
                    }
                };
            }
        }
        for (index, (target, _)) in mapping.fields.iter().enumerate() {
            match (target, pipeline) {
                (Target::Stage(name) | Target::Left(name), Some(Some(pipeline)))
                    if self.stage(pipeline.id, mapping.renamed(Named::Stage, name)).is_none() =>
                {
                    let known: Vec<_> = pipeline.stages.iter().map(|stage| stage.name.as_str()).collect();
                    let (line, known) = (&pipeline.name, known.join(", "));
                    errors.push(bad(index, format!("the pipeline {line} has no stage '{name}', but: {known}")));
                }
                (Target::Stage(_) | Target::Left(_) | Target::Lead(_), Some(None)) if errors.is_empty() => {
                    errors.push(bad(index, "there is no pipeline for leads yet".to_owned()));
                }
                _ => {}
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(Error::invalid(errors)) }
    }

    /// The pipeline of this name, or the first.
    #[must_use]
    pub fn pipeline(&self, name: Option<&str>) -> Option<PipelineId> {
        let named = |pipeline: &&Pipeline| name.is_none_or(|name| same(&pipeline.name, name));
        self.pipelines.iter().find(named).map(|pipeline| pipeline.id)
    }

    /// A pipeline's stage.
    #[must_use]
    pub fn stage(&self, pipeline: PipelineId, name: &str) -> Option<Found> {
        let pipeline = self.pipelines.iter().find(|known| known.id == pipeline)?;
        let stage = pipeline.stages.iter().find(|stage| stage.archived_at.is_none() && same(&stage.name, name))?;
        let (is_lost, is_closed) = (stage.kind == StageKind::Lost, stage.kind != StageKind::Open);
        Some(Found { id: stage.id, position: stage.position, is_lost, is_closed })
    }

    /// The first stage of a pipeline, where leads enter it.
    #[must_use]
    pub fn first_stage(&self, pipeline: PipelineId) -> Option<StageId> {
        let pipeline = self.pipelines.iter().find(|known| known.id == pipeline)?;
        pipeline.stages.iter().find(|stage| stage.archived_at.is_none()).map(|stage| stage.id)
    }

    /// A lost reason.
    #[must_use]
    pub fn lost_reason(&self, name: &str) -> Option<LostReasonId> {
        self.lost_reasons.get(&name.to_lowercase()).copied()
    }

    /// The active user of this address, or of this name where there is but one.
    #[must_use]
    pub fn owner(&self, address: &str) -> Option<UserId> {
        self.owners.get(&address.trim().to_lowercase()).copied()
    }

    /// The pipelines that are not archived.
    #[must_use]
    pub fn pipelines(&self) -> &[Pipeline] {
        &self.pipelines
    }

    /// The definitions of custom fields.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// A client's custom field as the API takes it.
    ///
    /// # Errors
    /// There is no such field, or the text is no value of it.
    pub fn contact_field(&self, key: &str, text: &str, mapping: &Mapping) -> Result<Value, RowError> {
        self.custom(Entity::Contact, key, text, mapping)
    }

    /// A lead's custom field as the API takes it.
    ///
    /// # Errors
    /// As for [`Self::contact_field`].
    pub fn lead_field(&self, key: &str, text: &str, mapping: &Mapping) -> Result<Value, RowError> {
        self.custom(Entity::Lead, key, text, mapping)
    }

    /// A company's custom field as the API takes it.
    ///
    /// # Errors
    /// As for [`Self::contact_field`].
    pub fn company_field(&self, key: &str, text: &str, mapping: &Mapping) -> Result<Value, RowError> {
        self.custom(Entity::Company, key, text, mapping)
    }

    fn custom(&self, entity: Entity, key: &str, text: &str, mapping: &Mapping) -> Result<Value, RowError> {
        let defined = self.fields.iter().find(|field| field.entity == entity && field.key == key);
        let unknown = || RowError::new("unknown", format!("there is no custom field '{key}'"));
        let defined = defined.ok_or_else(|| unknown().with("what", "field").with("name", key))?;
        values::custom(defined.kind, text, mapping).map_err(|message| RowError::new("format", message))
    }
}

pub(super) fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.trim().to_lowercase()
}
