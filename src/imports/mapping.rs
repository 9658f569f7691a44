//! What each column means: the mapping from a file's columns to fields of contacts, leads and touchpoints.

use std::str::FromStr;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::error::{Error, FieldError, Result};

crate::text_enum! {
    /// A field of the client.
    pub enum ContactField {
        /// First name.
        GivenName = "given_name",
        /// Last name.
        FamilyName = "family_name",
        /// The whole name, as shown.
        DisplayName = "display_name",
        /// What they do at their company.
        JobTitle = "job_title",
        /// An e-mail address: finds the client.
        Email = "email",
        /// A phone number: finds the client.
        Phone = "phone",
        /// The company's name: found, or made.
        Company = "company",
        /// Tags, separated by commas or semicolons.
        Tags = "tags",
        /// Where the client came from.
        Source = "source",
        /// The owner's e-mail address.
        Owner = "owner",
        /// A language tag such as `pt-BR`.
        Language = "language",
        /// An IANA time zone.
        TimeZone = "time_zone",
    }
}

crate::text_enum! {
    /// A field of the lead.
    pub enum LeadField {
        /// What it is called; default: the client's name.
        Title = "title",
        /// The pipeline's name; default: the first one.
        Pipeline = "pipeline",
        /// The amount in major units, such as `1234.50`.
        Amount = "amount",
        /// ISO 4217 code.
        Currency = "currency",
        /// Where the lead came from.
        Source = "source",
        /// The lead's id in the system it comes from: finds the lead.
        SourceId = "source_id",
        /// When it entered the pipeline's first stage.
        EnteredAt = "entered_at",
        /// The owner's e-mail address.
        Owner = "owner",
        /// The day it is expected to close.
        ExpectedCloseOn = "expected_close_on",
        /// Why it was lost.
        LostReason = "lost_reason",
    }
}

crate::text_enum! {
    /// A field of the touchpoint.
    pub enum TouchpointField {
        /// `web`, `email`, `call`, ….
        Channel = "channel",
        /// What happened.
        Kind = "kind",
        /// When it happened.
        OccurredAt = "occurred_at",
        /// `inbound` or `outbound`.
        Direction = "direction",
        /// One line.
        Subject = "subject",
        /// The text.
        Body = "body",
        /// The amount in major units.
        Amount = "amount",
        /// ISO 4217 code.
        Currency = "currency",
        /// The campaign's name.
        Campaign = "campaign",
        /// UTM source.
        UtmSource = "utm_source",
        /// UTM medium.
        UtmMedium = "utm_medium",
        /// UTM campaign.
        UtmCampaign = "utm_campaign",
        /// UTM term.
        UtmTerm = "utm_term",
        /// UTM content.
        UtmContent = "utm_content",
        /// The system it comes from; default: `import`.
        Source = "source",
        /// Its id in that system: the same touchpoint is never recorded twice.
        SourceId = "source_id",
    }
}

/// Where a column goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// `given_name`, `email`, ….
    Contact(ContactField),
    /// `external_id:<source>`: finds the client.
    ExternalId(String),
    /// `custom.<key>`: a custom field of the client.
    Custom(String),
    /// `lead.title`, ….
    Lead(LeadField),
    /// `lead.custom.<key>`: a custom field of the lead.
    LeadCustom(String),
    /// `stage:<name>`: when the lead entered that stage.
    Stage(String),
    /// `touchpoint.kind`, ….
    Touchpoint(TouchpointField),
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = |name: &str| match name {
            "" => Err(format!("'{text}' lacks a name after its prefix")),
            name if name.chars().count() > 100 => Err(format!("'{text}' has a name of more than 100 characters")),
            name => Ok(name.to_owned()),
        };
        if let Some(source) = text.strip_prefix("external_id:") {
            named(source).map(Self::ExternalId)
        } else if let Some(stage) = text.strip_prefix("stage:") {
            named(stage).map(Self::Stage)
        } else if let Some(key) = text.strip_prefix("lead.custom.") {
            named(key).map(Self::LeadCustom)
        } else if let Some(key) = text.strip_prefix("custom.") {
            named(key).map(Self::Custom)
        } else if let Some(field) = text.strip_prefix("lead.") {
            field.parse().map(Self::Lead).map_err(|message| format!("lead.* {message}"))
        } else if let Some(field) = text.strip_prefix("touchpoint.") {
            field.parse().map(Self::Touchpoint).map_err(|message| format!("touchpoint.* {message}"))
        } else {
            text.parse().map(Self::Contact).map_err(|message| {
                format!(
                    "{message}, external_id:<source>, custom.<key>, lead.<field>, stage:<name> or touchpoint.<field>"
                )
            })
        }
    }
}

impl Target {
    /// Whether it finds the client.
    const fn identifies(&self) -> bool {
        matches!(self, Self::ExternalId(_) | Self::Contact(ContactField::Email | ContactField::Phone))
    }

    /// Whether it may be given by several columns.
    const fn repeats(&self) -> bool {
        matches!(self, Self::Contact(ContactField::Email | ContactField::Phone | ContactField::Tags) | Self::Stage(_))
    }
}

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
            Some(value) => Self { target, column: None, value: Some(value.to_owned()) },
            None => Self { target, column: Some(place.to_owned()), value: None },
        })
    }
}

/// How a file is to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MappingInput {
    /// What the columns mean. Columns that are not named are left out.
    #[validate(length(min = 1, max = 200), nested)]
    #[schema(min_items = 1, max_items = 200)]
    pub fields: Vec<MappedField>,
    /// `,`, `;`, a tab or another single character; default: found in the first line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 1))]
    #[schema(min_length = 1, max_length = 1)]
    pub delimiter: Option<String>,
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

/// Where a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the column of this header.
    Column(String),
    /// The same in every row.
    Fixed(String),
}

/// A mapping that makes sense.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// Each target and its place.
    pub fields: Vec<(Target, Place)>,
    /// Separates columns; `None`: find out.
    pub delimiter: Option<u8>,
    /// How dates are written; `None`: ISO 8601.
    pub date_format: Option<String>,
    /// Of times that name none.
    pub zone: Tz,
    /// The sign before decimals.
    pub decimal: char,
}

impl MappingInput {
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
        if errors.is_empty() {
            errors.extend(contradictions(&fields));
        }
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
        if !errors.is_empty() {
            return Err(Error::invalid(errors));
        }
        let decimal = if decimal == "," { ',' } else { '.' };
        Ok(Mapping { fields, delimiter, date_format: self.date_format.clone(), zone, decimal })
    }
}

impl MappedField {
    fn parse(&self, index: usize) -> Result<(Target, Place), FieldError> {
        let at = |field: &str| format!("fields[{index}].{field}");
        let target = self.target.parse().map_err(|message: String| FieldError::new(at("target"), "choice", message))?;
        match (&self.column, &self.value) {
            (Some(column), None) => Ok((target, Place::Column(column.clone()))),
            (None, Some(value)) => Ok((target, Place::Fixed(value.clone()))),
            _ => Err(FieldError::new(at("column"), "required", "give either a column or a value")),
        }
    }
}

/// What no row could satisfy.
fn contradictions(fields: &[(Target, Place)]) -> Vec<FieldError> {
    let has = |wanted: &Target| fields.iter().any(|(target, _)| target == wanted);
    let mut errors = Vec::new();
    if !fields.iter().any(|(target, place)| target.identifies() && matches!(place, Place::Column(_))) {
        let message = "map a column to what finds the client: email, phone or external_id:<source>";
        errors.push(FieldError::new("fields", "required", message));
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
mod tests {
    use super::*;

    fn mapping(fields: &[&str]) -> MappingInput {
        MappingInput { fields: fields.iter().map(|field| field.parse().unwrap()).collect(), ..MappingInput::default() }
    }

    fn problems(input: &MappingInput) -> Vec<String> {
        input.parse().unwrap_err().errors.iter().map(|error| format!("{} {}", error.field, error.code)).collect()
    }

    #[test]
    fn a_mapping_names_targets_columns_and_constants() {
        let parsed = mapping(&["external_id:olist=mql_id", "stage:Won=won_date", "lead.source=fixed:a=b"]).parse();
        let expected = [
            (Target::ExternalId("olist".to_owned()), Place::Column("mql_id".to_owned())),
            (Target::Stage("Won".to_owned()), Place::Column("won_date".to_owned())),
            (Target::Lead(LeadField::Source), Place::Fixed("a=b".to_owned())),
        ];
        assert_eq!(parsed.unwrap().fields, expected);
    }

    #[test]
    fn an_unknown_target_is_refused_where_it_stands() {
        for text in ["emial=x", "lead.colour=x", "touchpoint.=x", "stage:=x", "email", "custom.=x"] {
            assert!(text.parse::<MappedField>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_mapping_that_no_row_could_satisfy_is_refused() {
        assert_eq!(problems(&mapping(&["given_name=x"])), ["fields required"]);
        assert_eq!(problems(&mapping(&["email=fixed:a@b.example"])), ["fields required"]);
        assert_eq!(problems(&mapping(&["email=a", "touchpoint.kind=x"])), ["fields required", "fields required"]);
        assert_eq!(problems(&mapping(&["email=a", "source=b", "source=c"])), ["fields[2].target duplicate"]);
    }

    #[test]
    fn bad_options_are_named_all_at_once() {
        let text = |text: &str| Some(text.to_owned());
        let input = MappingInput {
            delimiter: text("\""),
            date_format: text("day"),
            time_zone: text("Berlin"),
            decimal: text("x"),
            ..mapping(&["email=a"])
        };
        let fields = ["delimiter format", "time_zone format", "decimal choice", "date_format format"];
        assert_eq!(problems(&input), fields);
    }
}
