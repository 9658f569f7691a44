//! The steps of a journey as they are asked for.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::error::FieldError;
use crate::interactions::{Channel, Direction};
use crate::pipelines::{Pipeline, PipelineId, StageId, StageKind};
use crate::text::small_letters;

/// A step: exactly one of `touch` and `stage`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JourneyStep {
    /// What it is called in the answer.
    pub name: Option<String>,
    /// A touchpoint.
    pub touch: Option<TouchStep>,
    /// One of the client's leads enters a stage.
    pub stage: Option<StageStep>,
}

/// A touchpoint that fits all that is given; one at least.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TouchStep {
    /// One of these channels.
    #[schema(max_items = 50)]
    pub channels: Vec<Channel>,
    /// One of these kinds.
    #[schema(max_items = 50)]
    pub kinds: Vec<String>,
    /// Online or offline.
    pub online: Option<bool>,
    /// Who turned to whom.
    pub direction: Option<Direction>,
    /// One of these channel groups.
    #[schema(max_items = 50)]
    pub channel_groups: Vec<String>,
    /// One of these campaigns.
    #[schema(max_items = 50)]
    pub campaigns: Vec<String>,
    /// What its properties say: all of these.
    #[schema(max_items = 10)]
    pub properties: Vec<PropertyTest>,
}

/// A property: exactly one of `is`, `contains` and `exists`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PropertyTest {
    /// Where it is: keys with dots between, such as `properties.price`.
    #[schema(min_length = 1, max_length = 200)]
    pub path: String,
    /// It is one of these texts, numbers or booleans.
    #[schema(value_type = Option<Vec<Value>>)]
    pub is: Option<Vec<Value>>,
    /// It is a text that holds this one, whatever the case.
    pub contains: Option<String>,
    /// Whether it is there and not `null`.
    pub exists: Option<bool>,
}

/// An entry to a stage: one of `stage_ids`, or any of `kind`, in `pipeline_id` where given.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StageStep {
    /// In this pipeline.
    pub pipeline_id: Option<PipelineId>,
    /// One of these stages.
    #[schema(max_items = 50)]
    pub stage_ids: Vec<StageId>,
    /// A stage of this kind.
    pub kind: Option<StageKind>,
}

impl TouchStep {
    pub(super) fn check(&self, at: &str, faults: &mut Vec<FieldError>) {
        let lengths = [
            ("channels", self.channels.len(), 50),
            ("kinds", self.kinds.len(), 50),
            ("channel_groups", self.channel_groups.len(), 50),
            ("campaigns", self.campaigns.len(), 50),
            ("properties", self.properties.len(), 10),
        ];
        for (name, _, most) in lengths.iter().filter(|(_, len, most)| len > most) {
            faults.push(FieldError::new(format!("{at}.{name}"), "length", format!("must have at most {most} entries")));
        }
        let is_empty = lengths.iter().all(|(_, len, _)| *len == 0) && self.online.is_none() && self.direction.is_none();
        if is_empty {
            faults.push(FieldError::new(at.to_owned(), "required", "must say something of the touchpoint"));
        }
        for (n, test) in self.properties.iter().enumerate() {
            let at = format!("{at}.properties[{n}]");
            if test.path.is_empty() || test.path.len() > 200 || test.path.split('.').any(str::is_empty) {
                faults.push(FieldError::new(format!("{at}.path"), "format", "must be keys with dots between"));
            }
            let given = [test.is.is_some(), test.contains.is_some(), test.exists.is_some()];
            if given.into_iter().filter(|given| *given).count() != 1 {
                faults.push(FieldError::new(at.clone(), "choice", "must have exactly one of is, contains and exists"));
            }
            let is_plain = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
            if test.is.as_ref().is_some_and(|values| !(1..=50).contains(&values.len()) || !values.iter().all(is_plain))
            {
                let message = "must be 1 to 50 texts, numbers or booleans";
                faults.push(FieldError::new(format!("{at}.is"), "type", message));
            }
        }
    }

    pub(super) fn words(&self) -> String {
        let channels = self.channels.iter().map(|channel| channel.as_str().to_owned());
        let words: Vec<String> = channels
            .chain(self.kinds.clone())
            .chain(self.channel_groups.clone())
            .chain(self.campaigns.clone())
            .collect();
        if words.is_empty() { "touchpoint".to_owned() } else { words.join(", ") }
    }
}

impl PropertyTest {
    /// Whether the properties hold it.
    #[must_use]
    pub fn holds(&self, properties: Option<&Value>) -> bool {
        let found = self.path.split('.').try_fold(properties.unwrap_or(&Value::Null), |at, key| at.get(key));
        let found = found.filter(|value| !value.is_null());
        match (&self.is, &self.contains, self.exists) {
            (Some(values), _, _) => found.is_some_and(|found| values.contains(found)),
            (_, Some(part), _) => {
                let text = found.and_then(Value::as_str).unwrap_or_default();
                found.is_some() && small_letters(text).contains(&small_letters(part))
            }
            (_, _, Some(exists)) => found.is_some() == exists,
            _ => false,
        }
    }
}

impl StageStep {
    pub(super) fn find<'a>(
        &self,
        pipelines: &'a [Pipeline],
        at: &str,
        faults: &mut Vec<FieldError>,
    ) -> Vec<(StageId, &'a str)> {
        let mut fault = |field: &str, code: &'static str, message: &'static str| {
            faults.push(FieldError::new(format!("{at}{field}"), code, message));
        };
        if self.pipeline_id.is_some_and(|id| pipelines.iter().all(|pipeline| pipeline.id != id)) {
            fault(".pipeline_id", "unknown", "is not a pipeline");
        }
        if self.stage_ids.is_empty() && self.kind.is_none() {
            fault("", "required", "must have stage_ids or a kind");
        }
        let within = pipelines.iter().filter(|pipeline| self.pipeline_id.is_none_or(|id| pipeline.id == id));
        let stages: Vec<_> = within.flat_map(|pipeline| &pipeline.stages).collect();
        if self.stage_ids.iter().any(|id| stages.iter().all(|stage| stage.id != *id)) {
            fault(".stage_ids", "unknown", "must be ids of stages");
        }
        let named = |id: StageId| self.stage_ids.is_empty() || self.stage_ids.contains(&id);
        let fits =
            stages.into_iter().filter(|stage| named(stage.id) && self.kind.is_none_or(|kind| stage.kind == kind));
        fits.map(|stage| (stage.id, stage.name.as_str())).collect()
    }
}
