//! What a view is, and the input it is made and changed from.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::ViewId;
use crate::accounts::{Role, UserId};
use crate::db::schema::views;
use crate::db::types::{Instant, Json};
use crate::http::{Version, nullable};
use crate::text::filled;

crate::text_enum! {
    /// A list that views are of.
    pub enum ViewList {
        /// `GET /contacts`.
        Contacts = "contacts",
        /// `GET /companies`.
        Companies = "companies",
        /// `GET /leads`.
        Leads = "leads",
    }
}

/// A view's own row.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = views, treat_none_as_null = true)]
pub struct Row {
    pub id: ViewId,
    pub list: ViewList,
    pub name: String,
    pub filter: Json<Map<String, Value>>,
    pub shown_columns: Json<Vec<String>>,
    pub sort: Option<String>,
    pub owner_id: UserId,
    pub version: Version,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// A view of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct View {
    pub id: ViewId,
    /// The list it is of.
    pub list: ViewList,
    pub name: String,
    /// The list's query parameters that choose rows, as the list takes them; custom fields as `custom.<key>`.
    #[schema(value_type = Object)]
    pub filter: Map<String, Value>,
    /// The columns to show, in order; those that whoever shows it thinks best where there are none.
    pub columns: Vec<String>,
    /// The list's parameter `sort`; the list's own order where `null`.
    pub sort: Option<String>,
    /// Whose it is.
    pub owner_id: UserId,
    /// The roles that see it besides its owner.
    pub shared_with: Vec<Role>,
    pub version: Version,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl Row {
    /// The view as it is shown.
    #[must_use]
    pub fn shared_with(self, shared_with: Vec<Role>) -> View {
        let Self { id, list, name, filter: Json(filter), shown_columns: Json(columns), sort, owner_id, .. } = self;
        let Self { version, created_at, updated_at, .. } = self;
        View { id, list, name, filter, columns, sort, owner_id, shared_with, version, created_at, updated_at }
    }
}

/// A view to save.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewView {
    /// The list it is of.
    pub list: ViewList,
    #[validate(length(min = 1, max = 100), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: String,
    /// The list's query parameters that choose rows, as the list takes them; custom fields as `custom.<key>`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub filter: Map<String, Value>,
    /// The columns to show, in order.
    #[serde(default)]
    #[validate(custom(function = "column_names"))]
    #[schema(max_items = 100)]
    pub columns: Vec<String>,
    /// The list's parameter `sort`; the list's own order where absent.
    pub sort: Option<String>,
    /// The roles that see it besides its owner; nobody where absent.
    #[serde(default)]
    pub shared_with: Vec<Role>,
}

/// Changes to a view. Absent fields stay; `null` clears.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewPatch {
    #[validate(length(min = 1, max = 100), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: Option<String>,
    /// Replaces the whole filter.
    #[schema(value_type = Option<Object>)]
    pub filter: Option<Map<String, Value>>,
    /// Replaces the columns.
    #[validate(custom(function = "column_names"))]
    #[schema(max_items = 100)]
    pub columns: Option<Vec<String>>,
    /// The list's parameter `sort`.
    #[serde(default, deserialize_with = "nullable")]
    pub sort: Option<Option<String>>,
    /// Replaces the roles.
    pub shared_with: Option<Vec<Role>>,
}

/// A check for `validator`: up to 100 different names of up to 100 characters.
fn column_names(names: &[String]) -> Result<(), ValidationError> {
    let fault =
        |code: &'static str, message: &'static str| Err(ValidationError::new(code).with_message(message.into()));
    if names.len() > 100 {
        return fault("length", "must have at most 100 entries");
    }
    let is_name = |name: &String| (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if !names.iter().all(is_name) {
        return fault("format", "must be names of 1 to 100 printable characters");
    }
    if names.iter().enumerate().any(|(n, name)| names.iter().take(n).any(|other| other == name)) {
        return fault("duplicate", "must not name a column twice");
    }
    Ok(())
}
