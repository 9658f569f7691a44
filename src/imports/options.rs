//! How a file is written, and what is done about what it lacks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Another name for something the file names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// What is named.
    pub what: Named,
    /// Its name in the file.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub from: String,
    /// Its name here; of an owner the e-mail address or the name.
    #[validate(length(min = 1, max = 254))]
    #[schema(min_length = 1, max_length = 254)]
    pub to: String,
}

crate::text_enum! {
    /// What a file names.
    pub enum Named {
        /// A pipeline.
        Pipeline = "pipeline",
        /// A stage.
        Stage = "stage",
        /// An owner.
        Owner = "owner",
    }
}

crate::text_enum! {
    /// How a file is written.
    pub enum ImportFormat {
        /// A table of separated cells.
        Csv = "csv",
        /// vCards.
        Vcard = "vcard",
    }
}

crate::text_enum! {
    /// What is done about a cell that cannot be read.
    pub enum Unreadable {
        /// The row is refused.
        Refuse = "refuse",
        /// The row is taken, the cell is kept in a note, and a warning tells of it.
        Keep = "keep",
    }
}

crate::text_enum! {
    /// What is done about columns that no field is mapped to, where a proposal could not propose one for each.
    pub enum Unmapped {
        /// They are left out.
        Drop = "drop",
    }
}

crate::text_enum! {
    /// What is done about pipelines and stages that are not here.
    pub enum Missing {
        /// The row is refused.
        Refuse = "refuse",
        /// They are made.
        Create = "create",
    }
}
