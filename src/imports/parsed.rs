//! A mapping that makes sense, as a run uses it.

use chrono_tz::Tz;
use encoding_rs::Encoding;

use super::mapping::MappedField;
use super::options::{ImportFormat, Named, Rename};
use super::targets::{CompanyField, RowKind, Target};
use crate::fields::{Entity, FieldKind};

/// Where a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the column of this header.
    Column(String),
    /// In the column of this place, 0 for the first, and this header.
    At(usize, String),
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
    /// How the file is written.
    pub format: ImportFormat,
    /// In which charset.
    pub charset: &'static Encoding,
    /// Rows above the header.
    pub skip_rows: usize,
    /// What a row is.
    pub row: RowKind,
    /// The system the file comes from.
    pub source: Option<String>,
    /// Whether cells that cannot be read are kept in notes.
    pub keeps: bool,
    /// Whether pipelines and stages are made.
    pub makes_stages: bool,
    /// Custom fields to make where they are not there.
    pub makes: Vec<Making>,
    pub(super) renames: Vec<Rename>,
}

/// A custom field to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Making {
    /// Whose.
    pub entity: Entity,
    /// Its key.
    pub key: String,
    /// Its label.
    pub label: String,
    /// Its kind.
    pub kind: FieldKind,
}

impl Mapping {
    /// What something that the file names so is called here.
    #[must_use]
    pub fn renamed<'a>(&'a self, what: Named, name: &'a str) -> &'a str {
        let known = |rename: &&Rename| rename.what == what && rename.from.to_lowercase() == name.trim().to_lowercase();
        self.renames.iter().find(known).map_or(name, |rename| &rename.to)
    }

    /// The constant that a target is mapped to.
    #[must_use]
    pub fn fixed(&self, target: &Target) -> Option<&str> {
        self.fields.iter().find_map(|(known, place)| match place {
            Place::Fixed(text) if known == target => Some(text.as_str()),
            _ => None,
        })
    }

    /// Whether a target is mapped.
    #[must_use]
    pub fn has(&self, target: &Target) -> bool {
        self.fields.iter().any(|(known, _)| known == target)
    }
}

/// The custom field of companies that holds the id of the company they belong to.
pub const PARENT: &str = "parent_company";

impl Making {
    pub(super) fn all(inputs: &[MappedField], fields: &[(Target, Place)]) -> Vec<Self> {
        let parent = || {
            let (key, label) = (PARENT.to_owned(), "Parent company".to_owned());
            Self { entity: Entity::Company, key, label, kind: FieldKind::Text }
        };
        let has_parent = fields.iter().any(|(target, _)| *target == Target::Company(CompanyField::Parent));
        inputs.iter().filter_map(Self::of).chain(has_parent.then(parent)).collect()
    }

    /// Whether it is for the sake of this line of a mapping.
    pub(super) fn is_of(&self, field: &MappedField) -> bool {
        let parent = |target: Target| self.key == PARENT && target == Target::Company(CompanyField::Parent);
        Self::of(field).is_some_and(|own| own == *self) || field.target.parse().is_ok_and(parent)
    }

    fn of(field: &MappedField) -> Option<Self> {
        let (entity, key) = match field.target.parse().ok()? {
            Target::Custom(key) => (Entity::Contact, key),
            Target::LeadCustom(key) => (Entity::Lead, key),
            Target::CompanyCustom(key) => (Entity::Company, key),
            _ => return None,
        };
        let kind = field.kind.unwrap_or(FieldKind::Text);
        Some(Self { entity, key, label: field.label.clone()?, kind })
    }
}
