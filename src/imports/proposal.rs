//! What a file is taken for, as it is kept and shown: a mapping, the columns with samples, and what only a person can tell.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::mapping::{MappedField, MappingInput, Target};
use crate::error::{Error, FieldError, Result};

/// What a file is taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Proposal {
    /// What it is: `hubspot_deals`, `vcard`, `generic`, ….
    pub kind: String,
    /// The same for people.
    pub label: String,
    /// What a run would be told. Columns that nobody knows become custom fields: take them out of it to leave them out.
    pub mapping: MappingInput,
    /// The columns in their order.
    pub columns: Vec<ProposedColumn>,
    /// What only a person can tell. A run begins when the mapping answers them.
    pub questions: Vec<Question>,
    /// Names in columns of owners that are nobody's here: their records would be left without an owner.
    pub unknown_owners: BTreeSet<String>,
    /// Things to know.
    pub remarks: Vec<String>,
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProposedColumn {
    /// Its place, 1 for the first.
    pub position: u32,
    /// Its header.
    pub name: String,
    /// What it is taken for; empty where it is left out.
    pub targets: Vec<String>,
    /// The first values in it.
    pub samples: Vec<String>,
}

crate::text_enum! {
    /// What is asked.
    pub enum Asked {
        /// Which order days and months have: set `date_format`.
        DateOrder = "date_order",
        /// What currency amounts are in: map `lead.currency`.
        Currency = "currency",
        /// Whether the columns beyond those proposed are left out: map them, or set `unmapped`.
        Unmapped = "unmapped",
    }
}

/// Something that only a person can tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Question {
    /// What is asked.
    pub code: Asked,
    /// The same for people.
    pub message: String,
    /// Answers to choose from.
    pub choices: Vec<String>,
    /// The places of the columns it is about, 1 for the first.
    #[serde(default)]
    pub columns: Vec<u32>,
}

impl Proposal {
    /// The same without anybody's data.
    #[must_use]
    pub fn without_samples(mut self) -> Self {
        self.columns.iter_mut().for_each(|column| column.samples.clear());
        self
    }

    /// What the mapping leaves unanswered.
    ///
    /// # Errors
    /// Every field of the mapping that has to be given.
    pub fn check_answers(&self, mapping: &MappingInput) -> Result<()> {
        let maps = |target: &str| mapping.fields.iter().any(|field| field.target == target);
        let open = self.questions.iter().filter_map(|question| match question.code {
            Asked::DateOrder
                if mapping.date_format.is_none() && mapping.fields.iter().any(|f| question.is_about(f)) =>
            {
                Some(("mapping.date_format", question))
            }
            Asked::Currency if maps("lead.amount") && !maps("lead.currency") => Some(("mapping.fields", question)),
            Asked::Unmapped if mapping.unmapped.is_none() => Some(("mapping.unmapped", question)),
            _ => None,
        });
        let errors: Vec<_> = open
            .map(|(field, question)| {
                let message = format!("{} Choose: {}", question.message, question.choices.join(", "));
                FieldError::new(field, question.code.as_str(), message)
            })
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(Error::invalid(errors)) }
    }
}

impl Question {
    /// Whether a mapped column of dates is one of those it is about.
    fn is_about(&self, field: &MappedField) -> bool {
        is_date(field) || field.position.is_some_and(|place| self.columns.contains(&place))
    }
}

/// Whether a column holds dates by what it is mapped to.
pub(super) fn is_date(field: &MappedField) -> bool {
    field.target.parse().is_ok_and(|target: Target| target.is_date())
}
