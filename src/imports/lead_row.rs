//! What a row says about a lead: its fields, its pipeline, and when it entered which stage.

use serde_json::{Map, Value, json};

use super::findings::Findings;
use super::lookups::Found;
use super::mapping::{LeadField, Named, Target};
use super::reader::RowError;
use super::row::{LeadFacts, Part, Reading, StageFact};
use super::{stays, values};
use crate::contacts::identity::Identity;
use crate::db::types::Instant;
use crate::pipelines::leads::{LeadPatch, NewLead};
use crate::pipelines::{LostReasonId, PipelineId};

impl Reading<'_> {
    pub(super) fn lead(&self, identities: &[Identity], found: &mut Findings) -> Option<LeadFacts> {
        if !self.says(Target::of_lead) {
            return None;
        }
        let before = found.errors.len();
        let pipeline = self.pipeline(found)?;
        let mut input = self.lead_input(found);
        let reason = self.lost_reason(found);
        let mut stages = self.stages(pipeline, reason, found);
        let left: Vec<_> = self.dated(pipeline, true, found).into_iter().map(|(_, fact)| fact).collect();
        let current = self.current_stage(pipeline, reason, (&stages, &left), found);
        if !left.is_empty() {
            // Where the lead is now begins a stay like any other.
            let since = current.iter().filter(|current| stages.iter().all(|fact| fact.stage != current.stage));
            let mut all: Vec<_> = stages.iter().chain(since).cloned().collect();
            found.warnings.extend(stays::tile(&mut all, &left, self.lead_began()));
            stages = all;
        }
        if found.errors.len() > before {
            return None;
        }
        let mut new: NewLead = self.parsed(Part::Lead, &mut input, found, Ok)?;
        for fixed in ["entered_at", "source_id"] {
            input.remove(fixed);
        }
        let patch: LeadPatch = self.parsed(Part::Lead, &mut input, found, Ok)?;
        new.pipeline_id = Some(pipeline);
        // Whoever imports a lead does not thereby own it.
        new.owner_id = Some(new.owner_id.flatten());
        let visit = self.visit(found);
        let notes = self.notes(&Target::Lead(LeadField::Note), identities, found);
        Some(LeadFacts { new, patch, pipeline, stages, current, visit, notes })
    }

    fn lead_input(&self, found: &mut Findings) -> Map<String, Value> {
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
                    self.owner(column, text, &mut input, found);
                    continue;
                }
                Target::Lead(field @ (LeadField::Title | LeadField::Source | LeadField::SourceId)) => {
                    Ok((field.as_str(), json!(self.line(text))))
                }
                Target::LeadCustom(key) => {
                    match self.plan.lookups.lead_field(key, text, mapping) {
                        Ok(value) => drop(custom.insert(key.clone(), value)),
                        Err(error) => found.bad(&column.name, text, error),
                    }
                    continue;
                }
                _ => continue,
            };
            match value {
                Ok((field, value)) => drop(input.insert(field.to_owned(), value)),
                Err(message) => found.bad(&column.name, text, RowError::new("format", message)),
            }
        }
        if !input.contains_key("amount") {
            input.shift_remove("currency");
        }
        if !custom.is_empty() {
            input.insert("custom".to_owned(), Value::Object(custom));
        }
        input
    }

    fn pipeline(&self, found: &mut Findings) -> Option<PipelineId> {
        let named = self.text(&Target::Lead(LeadField::Pipeline));
        let here = named.map(|(_, name)| self.plan.mapping.renamed(Named::Pipeline, name));
        let pipeline = self.plan.lookups.pipeline(here);
        if pipeline.is_none() {
            let (column, name) = named.map_or(("", "the first"), |(column, name)| (column.name.as_str(), name));
            let error = RowError::new("unknown", format!("there is no pipeline '{name}'"));
            found.errors.push(error.with("what", "pipeline").with("name", name).of(column));
        }
        pipeline
    }

    /// When the file says that the lead began.
    fn lead_began(&self) -> Option<Instant> {
        let (_, text) = self.text(&Target::Lead(LeadField::EnteredAt))?;
        values::instant(text, &self.plan.mapping).ok()
    }

    fn lost_reason(&self, found: &mut Findings) -> Option<LostReasonId> {
        let (column, name) = self.text(&Target::Lead(LeadField::LostReason))?;
        let reason = self.plan.lookups.lost_reason(name);
        if reason.is_none() {
            let error = RowError::new("unknown", format!("there is no lost reason '{name}'"));
            found.bad(&column.name, name, error.with("what", "lost_reason").with("name", name));
        }
        reason
    }

    /// A stage of the row's pipeline by the name the file gives it.
    fn stage(&self, pipeline: PipelineId, name: &str) -> Result<Found, RowError> {
        let here = self.plan.mapping.renamed(Named::Stage, name);
        let stage = self.plan.lookups.stage(pipeline, here);
        stage.ok_or_else(|| {
            let error = RowError::new("unknown", format!("the pipeline has no stage '{name}'"));
            error.with("what", "stage").with("name", name)
        })
    }

    fn stages(&self, pipeline: PipelineId, reason: Option<LostReasonId>, found: &mut Findings) -> Vec<StageFact> {
        let mut facts = self.dated(pipeline, false, found);
        facts.sort_by_key(|(stage, fact)| (fact.at, stage.position));
        let of =
            |(stage, fact): (Found, StageFact)| StageFact { lost_reason: reason.filter(|_| stage.is_lost), ..fact };
        facts.into_iter().map(of).collect()
    }

    /// The stages that columns say the lead entered, or left, and when.
    fn dated(&self, pipeline: PipelineId, left: bool, found: &mut Findings) -> Vec<(Found, StageFact)> {
        let mut facts = Vec::new();
        for (column, text) in self.texts() {
            let (line, name) = match (&column.target, left) {
                (Target::Stage(name), false) | (Target::Left(name), true) => (None, name),
                (Target::StageOf(line, name), false) | (Target::LeftOf(line, name), true) => (Some(line), name),
                _ => continue,
            };
            let line = line.map(|line| self.plan.mapping.renamed(Named::Pipeline, line));
            if let Some(line) = line.filter(|line| self.plan.lookups.pipeline(Some(line)) != Some(pipeline)) {
                // The lead was in another pipeline before: that history has no place in this one.
                let message = format!("{name} of the pipeline {line} is not the lead's pipeline now");
                found.warnings.push(RowError::new("other_pipeline", message).of(&column.name));
                continue;
            }
            let at = values::instant(text, &self.plan.mapping).map_err(|message| RowError::new("format", message));
            match at.and_then(|at| self.stage(pipeline, name).map(|stage| (at, stage))) {
                Ok((at, stage)) => facts.push((stage, StageFact::of(stage, name, at, None, &column.name))),
                Err(error) if error.code == "format" => found.bad(&column.name, text, error),
                Err(error) => found.errors.push(error.of(&column.name)),
            }
        }
        facts
    }

    /// The stage it is in. Where the file does not say since when: a closed one since its closing date, an open one since
    /// the last stage it is known to have entered, else since the lead began.
    fn current_stage(
        &self,
        pipeline: PipelineId,
        reason: Option<LostReasonId>,
        (told, left): (&[StageFact], &[StageFact]),
        found: &mut Findings,
    ) -> Option<StageFact> {
        let (column, name) = self.text(&Target::Lead(LeadField::Stage))?;
        let stage = match self.stage(pipeline, name) {
            Ok(stage) => stage,
            Err(error) => {
                found.errors.push(error.of(&column.name));
                return None;
            }
        };
        let now = Instant::now();
        let instant = |field, found: &mut Findings| {
            let (column, text) = self.text(&Target::Lead(field))?;
            let read = values::instant(text, &self.plan.mapping);
            read.map_err(|message| found.bad(&column.name, text, RowError::new("format", message))).ok()
        };
        let told_at = instant(LeadField::StageAt, found);
        let closed_at = instant(LeadField::ClosedAt, found).filter(|_| stage.is_closed).map(|at| at.min(now));
        let began = self.lead_began();
        let left_others = left.iter().filter(|left| left.stage != stage.id).map(|left| left.at).max();
        let last = told.last().map(|last| last.at).max(left_others.filter(|at| *at <= now));
        let at = told_at.or(closed_at.max(closed_at.and(last.or(began)))).or(last).or(began).unwrap_or(now);
        Some(StageFact::of(stage, name, at, reason, &column.name))
    }
}

impl StageFact {
    fn of(stage: Found, name: &str, at: Instant, reason: Option<LostReasonId>, column: &str) -> Self {
        Self {
            stage: stage.id,
            name: name.to_owned(),
            at,
            lost_reason: reason.filter(|_| stage.is_lost),
            column: column.to_owned(),
            is_closed: stage.is_closed,
        }
    }
}
