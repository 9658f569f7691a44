//! What a row says about a lead: its fields, its pipeline, and when it entered which stage.

use serde_json::{Map, Value, json};

use super::mapping::{LeadField, Target};
use super::reader::RowError;
use super::row::{Errors, LeadFacts, Part, Reading, StageFact};
use super::values;
use crate::pipelines::leads::{LeadPatch, NewLead};
use crate::pipelines::{LostReasonId, PipelineId};

impl Reading<'_> {
    pub(super) fn lead(&self, errors: &mut Errors) -> Option<LeadFacts> {
        let of_lead = |target: &Target| matches!(target, Target::Lead(_) | Target::LeadCustom(_) | Target::Stage(_));
        self.texts().find(|(column, _)| of_lead(&column.target) && !column.name.is_empty())?;
        let before = errors.len();
        let pipeline = self.pipeline(errors)?;
        let input = self.lead_input(errors);
        let reason = self.lost_reason(errors);
        let stages = self.stages(pipeline, reason, errors);
        if errors.len() > before {
            return None;
        }
        let mut patch = input.clone();
        for fixed in ["entered_at", "source_id"] {
            patch.remove(fixed);
        }
        let mut new: NewLead = self.input(Part::Lead, input, errors)?;
        let patch: LeadPatch = self.input(Part::Lead, patch, errors)?;
        new.pipeline_id = Some(pipeline);
        // Whoever imports a lead does not thereby own it.
        new.owner_id = Some(new.owner_id.flatten());
        Some(LeadFacts { new, patch, pipeline, stages })
    }

    fn lead_input(&self, errors: &mut Errors) -> Map<String, Value> {
        let mut input = Map::new();
        let mut custom = Map::new();
        let mapping = &self.plan.mapping;
        for (column, text) in self.texts() {
            let value = match &column.target {
                Target::Lead(LeadField::Amount) => {
                    self.money(Target::Lead(LeadField::Currency), text).map(|minor| ("amount", json!(minor)))
                }
                Target::Lead(LeadField::Currency) if self.text(&Target::Lead(LeadField::Amount)).is_none() => continue,
                Target::Lead(LeadField::Currency) => Ok(("currency", json!(text.to_ascii_uppercase()))),
                Target::Lead(LeadField::EnteredAt) => {
                    values::instant(text, mapping).map(|at| ("entered_at", json!(at)))
                }
                Target::Lead(LeadField::ExpectedCloseOn) => {
                    values::day(text, mapping).map(|day| ("expected_close_on", json!(day)))
                }
                Target::Lead(LeadField::Owner) => {
                    self.owner(column, text, &mut input, errors);
                    continue;
                }
                Target::Lead(field @ (LeadField::Title | LeadField::Source | LeadField::SourceId)) => {
                    Ok((field.as_str(), json!(text)))
                }
                Target::LeadCustom(key) => {
                    match self.plan.lookups.lead_field(key, text, mapping) {
                        Ok(value) => drop(custom.insert(key.clone(), value)),
                        Err(error) => errors.push(error.of(&column.name)),
                    }
                    continue;
                }
                _ => continue,
            };
            match value {
                Ok((field, value)) => drop(input.insert(field.to_owned(), value)),
                Err(message) => errors.push(RowError::new("format", message).of(&column.name)),
            }
        }
        if !custom.is_empty() {
            input.insert("custom".to_owned(), Value::Object(custom));
        }
        input
    }

    pub(super) fn money(&self, currency: Target, text: &str) -> Result<i64, String> {
        let Some((_, currency)) = self.text(&currency) else { return Err("an amount needs a currency".to_owned()) };
        values::amount(text, self.plan.mapping.decimal, currency)
    }

    fn pipeline(&self, errors: &mut Errors) -> Option<PipelineId> {
        let named = self.text(&Target::Lead(LeadField::Pipeline));
        let found = self.plan.lookups.pipeline(named.map(|(_, name)| name));
        if found.is_none() {
            let (column, name) = named.map_or(("", "the first"), |(column, name)| (column.name.as_str(), name));
            errors.push(RowError::new("unknown", format!("there is no pipeline '{name}'")).of(column));
        }
        found
    }

    fn lost_reason(&self, errors: &mut Errors) -> Option<LostReasonId> {
        let (column, name) = self.text(&Target::Lead(LeadField::LostReason))?;
        let found = self.plan.lookups.lost_reason(name);
        if found.is_none() {
            errors.push(RowError::new("unknown", format!("there is no lost reason '{name}'")).of(&column.name));
        }
        found
    }

    fn stages(&self, pipeline: PipelineId, reason: Option<LostReasonId>, errors: &mut Errors) -> Vec<StageFact> {
        let mut found = Vec::new();
        for (column, text) in self.texts() {
            let Target::Stage(name) = &column.target else { continue };
            let at = values::instant(text, &self.plan.mapping).map_err(|message| RowError::new("format", message));
            let stage = self.plan.lookups.stage(pipeline, name);
            let stage = stage.ok_or_else(|| RowError::new("unknown", format!("the pipeline has no stage '{name}'")));
            match at.and_then(|at| stage.map(|stage| (at, stage))) {
                Ok((at, stage)) => found.push((
                    at,
                    stage.position,
                    StageFact {
                        stage: stage.id,
                        name: name.clone(),
                        at,
                        lost_reason: reason.filter(|_| stage.is_lost),
                        column: column.name.clone(),
                    },
                )),
                Err(error) => errors.push(error.of(&column.name)),
            }
        }
        found.sort_by_key(|(at, position, _)| (*at, *position));
        found.into_iter().map(|(_, _, fact)| fact).collect()
    }
}
