//! What each column means, and how the file is written.

use std::str::FromStr;

use chrono_tz::Tz;
use encoding_rs::{Encoding, UTF_8};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

pub use super::options::{ImportFormat, Missing, Named, Rename, Unmapped, Unreadable};
pub use super::parsed::{Making, Mapping, PARENT, Place};
pub use super::targets::{CompanyField, ContactField, LeadField, RowKind, Target, TouchpointField};
use crate::error::{Error, FieldError, Result};
use crate::fields::FieldKind;

/// One field and where its value is: in a column, or the same for every row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MappedField {
    /// `email`, `external_id:<source>`, `custom.<key>`, `lead.title`, `lead.custom.<key>`, `stage:<name>`, `touchpoint.kind`, ….
    #[validate(length(min = 1, max = 120))]
    #[schema(min_length = 1, max_length = 120)]
    pub target: String,
    /// The column's header. Either this or `value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub column: Option<String>,
    /// A value for every row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 1000))]
    #[schema(min_length = 1, max_length = 1000)]
    pub value: Option<String>,
    /// The column's place, 1 for the first: needed where several columns have one header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000)]
    pub position: Option<u32>,
    /// The pipeline that a `stage:<name>` or a `left:<name>` is of; the row's own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    pub pipeline: Option<String>,
    /// Makes the custom field under this label where there is none of its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    pub label: Option<String>,
    /// The kind of a custom field that is made; `text` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<FieldKind>,
}

impl FromStr for MappedField {
    type Err = String;

    /// Reads `target=column` or `target=fixed:value`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (target, place) =
            text.split_once('=').ok_or_else(|| format!("'{text}' must be target=column or target=fixed:value"))?;
        let target = target.trim().to_owned();
        target.parse::<Target>()?;
        Ok(match place.strip_prefix("fixed:") {
            Some(value) => Self { value: Some(value.to_owned()), ..Self::to(target) },
            None => Self { column: Some(place.to_owned()), ..Self::to(target) },
        })
    }
}

impl MappedField {
    /// A field without a place yet.
    #[must_use]
    pub const fn to(target: String) -> Self {
        Self { target, column: None, value: None, position: None, pipeline: None, label: None, kind: None }
    }
}

/// How a file is to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MappingInput {
    /// What the columns mean. Columns that are not named are left out.
    #[validate(length(min = 1, max = 2000), nested)]
    #[schema(min_items = 1, max_items = 2000)]
    pub fields: Vec<MappedField>,
    /// `,`, `;`, a tab or another single character; default: found in the first line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 1))]
    #[schema(min_length = 1, max_length = 1)]
    pub delimiter: Option<String>,
    /// How the file is written; default: a table of cells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<ImportFormat>,
    /// The charset by its name at WHATWG, such as `utf-16le` or `windows-1251`; default: UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    pub encoding: Option<String>,
    /// Rows above the one that names the columns; default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(max = 100))]
    #[schema(minimum = 0, maximum = 100)]
    pub skip_rows: Option<u32>,
    /// What a row is; default: a client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<RowKind>,
    /// The system the file comes from: rows without any identity are known again by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    pub source: Option<String>,
    /// What is done about a cell that cannot be read; default: the row is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<Unreadable>,
    /// What is done about pipelines and stages that are not here; default: the row is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    /// What is done about columns that a proposal leaves out since there are too many; a run waits for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmapped: Option<Unmapped>,
    /// Other names for pipelines, stages and owners that the file names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 1000), nested)]
    #[schema(max_items = 1000)]
    pub renames: Vec<Rename>,
    /// How dates are written, in strftime's letters, such as `%d.%m.%Y`; default: ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 2, max = 50))]
    #[schema(min_length = 2, max_length = 50)]
    pub date_format: Option<String>,
    /// The IANA time zone of times that name none; default: UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 50))]
    #[schema(min_length = 1, max_length = 50)]
    pub time_zone: Option<String>,
    /// The sign before decimals: `.` (default) or `,`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 1))]
    #[schema(min_length = 1, max_length = 1)]
    pub decimal: Option<String>,
}

impl MappingInput {
    /// How the file is written, whatever its columns mean.
    ///
    /// # Errors
    /// Every bad field.
    pub fn layout(&self) -> Result<Mapping> {
        Self { fields: Vec::new(), ..self.clone() }.made(Vec::new(), Vec::new())
    }

    /// Makes sense of it.
    ///
    /// # Errors
    /// Every bad field.
    pub fn parse(&self) -> Result<Mapping> {
        let mut errors = Vec::new();
        let mut fields: Vec<(Target, Place)> = Vec::with_capacity(self.fields.len());
        for (index, input) in self.fields.iter().enumerate() {
            match input.parse(index) {
                Ok((target, _)) if !target.repeats() && fields.iter().any(|(known, _)| *known == target) => {
                    errors.push(FieldError::new(format!("fields[{index}].target"), "duplicate", "is given twice"));
                }
                Ok(field) => fields.push(field),
                Err(error) => errors.push(error),
            }
        }
        let row = self.row.unwrap_or(RowKind::Contact);
        let keeps = self.unreadable == Some(Unreadable::Keep);
        if errors.is_empty() {
            errors.extend(contradictions(row, keeps && self.source.is_some(), &fields));
        }
        self.made(fields, errors)
    }

    fn made(&self, fields: Vec<(Target, Place)>, mut errors: Vec<FieldError>) -> Result<Mapping> {
        let delimiter = self.delimiter.as_deref().and_then(|text| text.bytes().next());
        if self.delimiter.as_deref().is_some_and(|text| !text.is_ascii() || "\"\r\n".contains(text)) {
            errors.push(FieldError::new("delimiter", "format", "must be one ASCII character, not a quote or line end"));
        }
        let zone = self.time_zone.as_deref().map_or(Ok(Tz::UTC), str::parse).unwrap_or_else(|_| {
            errors.push(FieldError::new("time_zone", "format", "must be an IANA time zone such as Europe/Berlin"));
            Tz::UTC
        });
        let decimal = self.decimal.as_deref().unwrap_or(".");
        if ![".", ","].contains(&decimal) {
            errors.push(FieldError::new("decimal", "choice", "must be . or ,"));
        }
        if self.date_format.as_deref().is_some_and(|format| !is_format(format)) {
            errors.push(FieldError::new("date_format", "format", "must be a date in strftime's letters: %d.%m.%Y"));
        }
        let charset = self.encoding.as_deref().map_or(Some(UTF_8), |name| Encoding::for_label(name.as_bytes()));
        if charset.is_none() {
            errors.push(FieldError::new("encoding", "unknown", "must be a charset such as utf-8 or windows-1251"));
        }
        if !errors.is_empty() {
            return Err(Error::invalid(errors));
        }
        Ok(Mapping {
            makes: Making::all(&self.fields, &fields),
            fields,
            delimiter,
            date_format: self.date_format.clone(),
            zone,
            decimal: if decimal == "," { ',' } else { '.' },
            format: self.format.unwrap_or(ImportFormat::Csv),
            charset: charset.unwrap_or(UTF_8),
            skip_rows: self.skip_rows.and_then(|rows| usize::try_from(rows).ok()).unwrap_or_default(),
            row: self.row.unwrap_or(RowKind::Contact),
            source: self.source.as_deref().map(|source| source.trim().to_owned()),
            keeps: self.unreadable == Some(Unreadable::Keep),
            makes_stages: self.missing == Some(Missing::Create),
            renames: self.renames.clone(),
        })
    }
}

impl MappedField {
    fn parse(&self, index: usize) -> Result<(Target, Place), FieldError> {
        let at = |field: &str| format!("fields[{index}].{field}");
        let mut target =
            self.target.parse().map_err(|message: String| FieldError::new(at("target"), "choice", message))?;
        match (&target, &self.pipeline) {
            (Target::Stage(stage), Some(pipeline)) => target = Target::StageOf(pipeline.clone(), stage.clone()),
            (Target::Left(stage), Some(pipeline)) => target = Target::LeftOf(pipeline.clone(), stage.clone()),
            _ => {}
        }
        if self.kind.is_some_and(FieldKind::has_options) {
            return Err(FieldError::new(at("kind"), "choice", "cannot be made: it needs its options"));
        }
        let place = self.position.and_then(|place| usize::try_from(place).ok()?.checked_sub(1));
        match (&self.column, &self.value, place) {
            (column, None, Some(place)) => Ok((target, Place::At(place, column.clone().unwrap_or_default()))),
            (Some(column), None, None) => Ok((target, Place::Column(column.clone()))),
            (None, Some(value), None) => Ok((target, Place::Fixed(value.clone()))),
            _ => Err(FieldError::new(at("column"), "required", "give either a column or a value")),
        }
    }
}

/// What no row could satisfy.
fn contradictions(row: RowKind, knows_rows: bool, fields: &[(Target, Place)]) -> Vec<FieldError> {
    let has = |wanted: &Target| fields.iter().any(|(target, _)| target == wanted);
    let has_lead = |field| has(&Target::Lead(field));
    let in_column = |wanted: &dyn Fn(&Target) -> bool| {
        fields.iter().any(|(target, place)| wanted(target) && !matches!(place, Place::Fixed(_)))
    };
    let finds_company = |target: &Target| matches!(target, Target::CompanyId(_) | Target::Company(CompanyField::Name));
    let wanting = match row {
        RowKind::Contact if !knows_rows && !in_column(&Target::identifies) => {
            Some("map a column to what finds the client: email, phone or external_id:<source>")
        }
        RowKind::Company if !in_column(&finds_company) => {
            Some("map a column to what finds the company: company.name or company_id:<source>")
        }
        RowKind::Lead if !in_column(&|target| target.identifies() || *target == Target::Lead(LeadField::SourceId)) => {
            Some(
                "map a column to what finds the lead or its client: lead.source_id, email, phone or external_id:<source>",
            )
        }
        RowKind::StageHistory
            if ![LeadField::SourceId, LeadField::Stage, LeadField::StageAt].map(has_lead).iter().all(|has| *has) =>
        {
            Some("a stage's history needs lead.source_id, lead.stage and lead.stage_at")
        }
        _ => None,
    };
    let mut errors = Vec::new();
    errors.extend(wanting.map(|message| FieldError::new("fields", "required", message)));
    if has_lead(LeadField::SourceId) && !has_lead(LeadField::Source) {
        errors.push(FieldError::new("fields", "required", "lead.source_id needs lead.source"));
    }
    if fields.iter().any(|(target, _)| matches!(target, Target::Touchpoint(_))) {
        for field in [TouchpointField::Channel, TouchpointField::OccurredAt] {
            if !has(&Target::Touchpoint(field)) {
                let message = format!("a touchpoint needs touchpoint.{field}");
                errors.push(FieldError::new("fields", "required", message));
            }
        }
    }
    errors
}

fn is_format(format: &str) -> bool {
    use chrono::format::{Item, StrftimeItems};
    let mut dates = false;
    for item in StrftimeItems::new(format) {
        match item {
            Item::Error => return false,
            Item::Numeric(..) | Item::Fixed(_) => dates = true,
            _ => {}
        }
    }
    dates
}

#[cfg(test)]
mod tests;
