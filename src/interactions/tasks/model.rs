//! What a task is made of.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::accounts::{ApiKeyId, UserId};
use crate::contacts::ContactId;
use crate::db::schema::tasks;
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::http::{Version, nullable};
use crate::interactions::{TaskId, limits};
use crate::pipelines::LeadId;
use crate::text::{filled, many_lines};

/// Something to do for a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tasks, treat_none_as_null = true)]
pub struct Task {
    /// Its id, also that of its timeline entry.
    pub id: TaskId,
    /// The client.
    pub contact_id: ContactId,
    /// The lead it is about.
    pub lead_id: Option<LeadId>,
    /// What to do.
    pub title: String,
    /// More about it.
    pub body: Option<String>,
    /// By when.
    pub due_at: Option<Instant>,
    /// Who is to do it.
    pub assignee_id: Option<UserId>,
    /// When it was done.
    pub done_at: Option<Instant>,
    /// The person who made it.
    pub created_by: Option<UserId>,
    /// The program that made it.
    pub created_by_key: Option<ApiKeyId>,
    /// Counts changes.
    pub version: Version,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// When it was deleted.
    pub deleted_at: Option<Instant>,
}

impl Task {
    /// Its place on the timeline.
    #[must_use]
    pub fn shown_at(&self) -> Instant {
        self.done_at.or(self.due_at).unwrap_or(self.created_at)
    }
}

/// A task to make.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTask {
    /// The client.
    pub contact_id: ContactId,
    /// The lead it is about, one of this client's.
    pub lead_id: Option<LeadId>,
    /// What to do.
    #[validate(length(min = 1, max = 500), custom(function = filled))]
    #[schema(min_length = 1, max_length = 500)]
    pub title: String,
    /// More about it.
    #[validate(length(max = 65_536), custom(function = many_lines))]
    #[schema(max_length = 65_536)]
    pub body: Option<String>,
    /// By when, since 1900.
    pub due_at: Option<Instant>,
    /// An active user.
    pub assignee_id: Option<UserId>,
}

impl NewTask {
    /// Refuses impossible times.
    ///
    /// # Errors
    /// Every bad field.
    pub fn parse(self) -> Result<Self> {
        limits::due(self.due_at).map_or(Ok(self), |error| Err(Error::invalid(vec![error])))
    }
}

/// A change of a task. Absent fields stay; `null` clears.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskPatch {
    /// The lead it is about, one of this client's.
    #[serde(default, deserialize_with = "nullable")]
    pub lead_id: Option<Option<LeadId>>,
    /// What to do.
    #[validate(length(min = 1, max = 500), custom(function = filled))]
    #[schema(min_length = 1, max_length = 500)]
    pub title: Option<String>,
    /// More about it.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 65_536), custom(function = many_lines))]
    #[schema(value_type = Option<String>, max_length = 65_536)]
    pub body: Option<Option<String>>,
    /// By when, since 1900.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Instant>)]
    pub due_at: Option<Option<Instant>>,
    /// An active user.
    #[serde(default, deserialize_with = "nullable")]
    pub assignee_id: Option<Option<UserId>>,
    /// `true` notes that it was done now, unless it was done before; `false` opens it again.
    pub done: Option<bool>,
}

impl TaskPatch {
    /// Refuses impossible times.
    ///
    /// # Errors
    /// Every bad field.
    pub fn parse(self) -> Result<Self> {
        limits::due(self.due_at.flatten()).map_or(Ok(self), |error| Err(Error::invalid(vec![error])))
    }

    /// The task as changed at `now`.
    #[must_use]
    pub fn apply(&self, before: &Task, now: Instant) -> Task {
        let old = before.clone();
        Task {
            lead_id: self.lead_id.unwrap_or(old.lead_id),
            title: self.title.clone().unwrap_or(old.title),
            body: self.body.clone().unwrap_or(old.body),
            due_at: self.due_at.unwrap_or(old.due_at),
            assignee_id: self.assignee_id.unwrap_or(old.assignee_id),
            done_at: match self.done {
                None => old.done_at,
                Some(false) => None,
                Some(true) => old.done_at.or(Some(now)),
            },
            version: old.version + 1,
            updated_at: now,
            ..old
        }
    }
}
