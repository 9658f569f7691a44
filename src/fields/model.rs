//! A definition of a custom field.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::FieldId;
use crate::db::schema::field_definitions;
use crate::db::types::{Instant, Json};
use crate::error::{Error, Result};
use crate::http::Version;
use crate::text::filled;

crate::text_enum! {
    /// What a custom field belongs to.
    pub enum Entity {
        /// A contact.
        Contact = "contact",
        /// A company.
        Company = "company",
        /// A lead.
        Lead = "lead",
    }
}

crate::text_enum! {
    /// What values a custom field takes.
    pub enum FieldKind {
        /// A text of at most 2,000 characters.
        Text = "text",
        /// A number.
        Number = "number",
        /// A day, `2026-01-31`.
        Date = "date",
        /// Yes or no.
        Boolean = "boolean",
        /// One of the options.
        Choice = "choice",
        /// Some of the options, a list.
        MultiChoice = "multi_choice",
        /// An address of a web page.
        Url = "url",
        /// `{"amount": 1250, "currency": "EUR"}`, in minor units.
        Money = "money",
    }
}

impl FieldKind {
    /// Whether values are chosen from options.
    #[must_use]
    pub const fn has_options(self) -> bool {
        matches!(self, Self::Choice | Self::MultiChoice)
    }
}

/// The definition of a custom field.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = field_definitions, treat_none_as_null = true)]
pub struct Field {
    pub id: FieldId,
    pub entity: Entity,
    /// The name of the field in `custom`.
    pub key: String,
    /// The name shown to people.
    pub label: String,
    pub kind: FieldKind,
    /// Whether new records must have it.
    pub required: bool,
    /// What may be chosen.
    #[schema(value_type = Vec<String>)]
    pub options: Json<Vec<String>>,
    /// Fields are shown in this order.
    pub position: i32,
    pub version: Version,
    pub created_at: Instant,
    pub updated_at: Instant,
    #[serde(skip)]
    pub deleted_at: Option<Instant>,
}

/// A new definition.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldInput {
    pub(super) entity: Entity,
    /// Small letters, digits and `_`, a letter first. Never changes.
    #[validate(length(min = 1, max = 50), custom(function = is_key))]
    #[schema(min_length = 1, max_length = 50, pattern = "^[a-z][a-z0-9_]*$")]
    pub(super) key: String,
    #[validate(length(min = 1, max = 100), custom(function = filled))]
    #[schema(min_length = 1, max_length = 100)]
    pub(super) label: String,
    /// Never changes.
    pub(super) kind: FieldKind,
    /// Whether new records must have it.
    pub(super) required: Option<bool>,
    /// What may be chosen: needed for `choice` and `multi_choice`, refused otherwise.
    #[validate(length(max = 200), custom(function = are_options))]
    #[schema(max_items = 200)]
    pub(super) options: Option<Vec<String>>,
    /// Fields are shown in this order.
    #[validate(range(min = 0, max = 100_000))]
    #[schema(minimum = 0, maximum = 100_000)]
    pub(super) position: Option<i32>,
}

/// Changes to a definition; absent fields stay.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    #[validate(length(min = 1, max = 100), custom(function = filled))]
    #[schema(min_length = 1, max_length = 100)]
    pub(super) label: Option<String>,
    /// Whether new records must have it.
    pub(super) required: Option<bool>,
    /// What may be chosen. Values chosen before stay as they are.
    #[validate(length(max = 200), custom(function = are_options))]
    #[schema(max_items = 200)]
    pub(super) options: Option<Vec<String>>,
    /// Fields are shown in this order.
    #[validate(range(min = 0, max = 100_000))]
    #[schema(minimum = 0, maximum = 100_000)]
    pub(super) position: Option<i32>,
}

fn is_key(key: &str) -> Result<(), ValidationError> {
    let first = key.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    if first && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        Ok(())
    } else {
        Err(ValidationError::new("format").with_message("must be small letters, digits and _, a letter first".into()))
    }
}

fn are_options(options: &[String]) -> Result<(), ValidationError> {
    for (index, option) in options.iter().enumerate() {
        filled(option)?;
        if option.chars().count() > 100 {
            return Err(ValidationError::new("length").with_message("an option has 1 to 100 characters".into()));
        }
        if options.iter().take(index).any(|other| other.trim() == option.trim()) {
            return Err(ValidationError::new("duplicate").with_message("an option is there twice".into()));
        }
    }
    Ok(())
}

/// Options without blanks around them, where the kind has any.
pub(super) fn parse_options(kind: FieldKind, given: Option<Vec<String>>) -> Result<Vec<String>> {
    let options: Vec<String> = given.unwrap_or_default().iter().map(|option| option.trim().to_owned()).collect();
    match (kind.has_options(), options.is_empty()) {
        (true, true) => Err(Error::field("options", "required", "give the options to choose from")),
        (false, false) => Err(Error::field("options", "unknown", "only choice and multi_choice have options")),
        _ => Ok(options),
    }
}
