//! What a rule may name: fields, stages, reasons, people, other segments. Read once, so that reading a rule is pure.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::Value;

use super::SegmentId;
use super::rule::Kind;
use crate::accounts::UserId;
use crate::companies::CompanyId;
use crate::db::Connection;
use crate::db::schema::{companies, field_definitions, lost_reasons, pipelines, stages, users};
use crate::db::types::Json;
use crate::error::Result;
use crate::fields::{Entity, FieldKind};
use crate::pipelines::{LostReasonId, PipelineId, StageId, StageKind};

/// A custom field.
#[derive(Debug, Clone)]
pub struct Custom {
    /// The name shown.
    pub label: String,
    /// What values it has.
    pub kind: Kind,
    /// What may be chosen.
    pub options: Vec<String>,
    /// Whether its definition was deleted.
    pub deleted: bool,
}

/// A stage.
#[derive(Debug, Clone)]
pub struct KnownStage {
    /// Its name.
    pub name: String,
    /// Its pipeline.
    pub pipeline: PipelineId,
    /// Its place in the pipeline.
    pub position: (i32, i32),
    /// What standing in it means.
    pub kind: StageKind,
}

/// Another segment.
#[derive(Debug, Clone)]
pub struct KnownSegment {
    /// Its name.
    pub name: String,
    /// Its rule; `None` where it is a list.
    pub rule: Option<Value>,
}

/// All that a rule may name.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// Custom fields of contacts.
    pub contact_fields: BTreeMap<String, Custom>,
    /// Custom fields of companies.
    pub company_fields: BTreeMap<String, Custom>,
    /// Custom fields of leads.
    pub lead_fields: BTreeMap<String, Custom>,
    /// Pipelines and their names.
    pub pipelines: BTreeMap<PipelineId, String>,
    /// Stages.
    pub stages: BTreeMap<StageId, KnownStage>,
    /// Lost reasons and their names.
    pub lost_reasons: BTreeMap<LostReasonId, String>,
    /// People and their names.
    pub users: BTreeMap<UserId, String>,
    /// Companies that the rule names, and their names.
    pub companies: BTreeMap<CompanyId, String>,
    /// Segments.
    pub segments: BTreeMap<SegmentId, KnownSegment>,
}

const fn kind_of(kind: FieldKind) -> Kind {
    match kind {
        FieldKind::Text | FieldKind::Choice | FieldKind::Url => Kind::Text,
        FieldKind::Number => Kind::Number,
        FieldKind::Date => Kind::Date,
        FieldKind::Boolean => Kind::Boolean,
        FieldKind::MultiChoice => Kind::List,
        FieldKind::Money => Kind::Money,
    }
}

impl Catalogue {
    /// Reads all but the companies and the segments.
    ///
    /// # Errors
    /// The database is away.
    pub fn load(conn: &mut Connection) -> Result<Self> {
        type StageRow = (StageId, String, PipelineId, i32, i32, StageKind);
        type Row = (Entity, String, String, FieldKind, Json<Vec<String>>, bool);
        use field_definitions as fields;
        let mut out = Self::default();
        let columns = (
            fields::entity,
            fields::key,
            fields::label,
            fields::kind,
            fields::options,
            fields::deleted_at.is_not_null(),
        );
        // A key that was deleted and made again is there once more: the living one is read last.
        let defined: Vec<Row> =
            fields::table.select(columns).order((fields::deleted_at.is_null(), fields::updated_at)).load(conn)?;
        for (entity, key, label, kind, Json(options), deleted) in defined {
            let known = Custom { label, kind: kind_of(kind), options, deleted };
            match entity {
                Entity::Contact => drop(out.contact_fields.insert(key, known)),
                Entity::Lead => drop(out.lead_fields.insert(key, known)),
                Entity::Company => drop(out.company_fields.insert(key, known)),
            }
        }
        let columns = (stages::id, stages::name, stages::pipeline_id, stages::position, stages::ordinal, stages::kind);
        for (id, name, pipeline, position, ordinal, kind) in stages::table.select(columns).load::<StageRow>(conn)? {
            out.stages.insert(id, KnownStage { name, pipeline, position: (position, ordinal), kind });
        }
        out.pipelines = pairs(pipelines::table.select((pipelines::id, pipelines::name)).load(conn)?);
        out.lost_reasons = pairs(lost_reasons::table.select((lost_reasons::id, lost_reasons::name)).load(conn)?);
        out.users = pairs(users::table.select((users::id, users::name)).load(conn)?);
        Ok(out)
    }

    /// Reads the names of the companies that a rule names: there may be more companies than can be read at once.
    ///
    /// # Errors
    /// The database is away.
    pub fn load_companies(&mut self, conn: &mut Connection, rule: &Value) -> Result<()> {
        let mut named = Vec::new();
        ids_in(rule, &mut named);
        let known = companies::table.filter(companies::id.eq_any(named).and(companies::deleted_at.is_null()));
        self.companies.extend(known.select((companies::id, companies::name)).load::<(CompanyId, String)>(conn)?);
        Ok(())
    }

    /// A stage and all behind it that count as having reached it: the later open and won ones of its pipeline.
    #[must_use]
    pub fn reaching(&self, stage: StageId) -> Vec<StageId> {
        let Some(from) = self.stages.get(&stage) else { return Vec::new() };
        let later = self.stages.iter().filter(|(_, other)| {
            other.pipeline == from.pipeline && other.position > from.position && other.kind != StageKind::Lost
        });
        // Of a lost stage nothing is later.
        let later = later.filter(|_| from.kind != StageKind::Lost).map(|(id, _)| *id);
        std::iter::once(stage).chain(later).collect()
    }
}

fn pairs<K: Ord, V>(rows: Vec<(K, V)>) -> BTreeMap<K, V> {
    rows.into_iter().collect()
}

/// Every text of a condition on the company that may be its id.
fn ids_in(value: &Value, found: &mut Vec<CompanyId>) {
    match value {
        Value::String(text) => found.extend(text.parse::<CompanyId>().ok()),
        Value::Array(list) => list.iter().for_each(|value| ids_in(value, found)),
        Value::Object(map) => map.values().for_each(|value| ids_in(value, found)),
        _ => {}
    }
}
