//! Records that a request names by their ids, each perhaps in the version it was seen in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::Version;
use super::batch::Items;
use crate::error::{Error, Result};

/// Records by their ids.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ids<I: Serialize> {
    /// The records.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_items = 1, max_items = 200)]
    ids: Vec<I>,
}

impl<I: Serialize> Ids<I> {
    /// The ids, each with its place.
    #[must_use]
    pub fn items(self) -> Items<I> {
        self.ids.into_iter().map(Ok).enumerate().collect()
    }
}

/// A record, perhaps in the version it was seen in.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Seen<I> {
    /// The record.
    pub id: I,
    /// Its version as it was seen; where another is current, nothing is done about it (`precondition_failed`). Whatever
    /// version there is, where absent.
    pub version: Option<Version>,
}

/// Records by their ids, or by their ids and versions: one of the two lists.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenIds<I: Serialize> {
    /// The records, whatever their versions.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_items = 1, max_items = 200)]
    ids: Option<Vec<I>>,
    /// The records, in the versions they were seen in; instead of `ids`.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_items = 1, max_items = 200)]
    items: Option<Vec<Seen<I>>>,
}

impl<I: Serialize> SeenIds<I> {
    /// The records, each with its place.
    ///
    /// # Errors
    /// Neither list is given, or both are.
    pub fn items(self) -> Result<Items<Seen<I>>> {
        let seen = match (self.ids, self.items) {
            (Some(ids), None) => ids.into_iter().map(|id| Seen { id, version: None }).collect(),
            (None, Some(items)) => items,
            (Some(_), Some(_)) => return Err(Error::field("items", "format", "give either ids or items, not both")),
            (None, None) => return Err(Error::field("ids", "required", "is required where items is absent")),
        };
        Ok(seen.into_iter().map(Ok).enumerate().collect())
    }
}
