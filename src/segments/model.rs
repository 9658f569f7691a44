//! A segment as it is stored, asked for and shown.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;

use super::SegmentId;
use super::catalogue::Catalogue;
use super::describe::{Language, describe};
use super::parse::parse;
use super::rule::Rule;
use crate::accounts::{ApiKeyId, UserId};
use crate::contacts::ContactId;
use crate::db::schema::segments;
use crate::db::types::{Instant, Json};
use crate::error::{FieldError, Result};
use crate::http::{Version, nullable};
use crate::text::{filled, many_lines};

crate::text_enum! {
    /// What decides who belongs to a segment.
    pub enum SegmentKind {
        /// A rule, true as of now.
        Dynamic = "dynamic",
        /// A list that people keep.
        Static = "static",
        /// A list as it was at one time; it does not change.
        Snapshot = "snapshot",
    }
}

/// A segment in the database.
#[derive(Debug, Clone, Serialize, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = segments, treat_none_as_null = true)]
pub struct Stored {
    pub id: SegmentId,
    pub name: String,
    pub description: Option<String>,
    pub kind: SegmentKind,
    pub rule: Option<Json<Value>>,
    pub version: Version,
    pub created_by: Option<UserId>,
    pub created_by_key: Option<ApiKeyId>,
    pub created_at: Instant,
    pub updated_at: Instant,
    #[serde(skip)]
    pub deleted_at: Option<Instant>,
}

/// A rule in plain words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RuleWords {
    /// English.
    pub en: String,
    /// Russian.
    pub ru: String,
    /// Portuguese.
    pub pt: String,
}

impl RuleWords {
    /// The rule in every language.
    #[must_use]
    pub fn of(rule: &Rule, catalogue: &Catalogue) -> Self {
        let say = |language| describe(rule, catalogue, language);
        Self { en: say(Language::English), ru: say(Language::Russian), pt: say(Language::Portuguese) }
    }
}

/// Who belongs together.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Segment {
    pub id: SegmentId,
    /// Unique among the segments in use.
    pub name: String,
    pub description: Option<String>,
    /// What decides who belongs to it.
    pub kind: SegmentKind,
    /// Of a dynamic segment its rule; of a snapshot that of the segment it was taken of.
    #[schema(value_type = Option<super::schema::SegmentRule>)]
    pub rule: Option<Value>,
    /// The rule in plain words, where it can be read.
    pub words: Option<RuleWords>,
    /// Why a dynamic segment's rule cannot be read any more: a field of it was deleted, for example. Until it is mended the
    /// segment has no list of members; it is never taken for empty.
    pub broken: Option<Vec<FieldError>>,
    /// How many members it has, of those that the caller sees. `null` while they are being found, where the segment is broken,
    /// and where there are too many to be counted at once: `/segments/{id}/size` counts them whatever it costs.
    pub members: Option<i64>,
    pub version: Version,
    /// The person who made it, …
    pub created_by: Option<UserId>,
    /// … or the program.
    pub created_by_key: Option<ApiKeyId>,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl Segment {
    /// A segment as it is shown, its rule read with what there is to name now.
    #[must_use]
    pub fn show(stored: Stored, catalogue: &Catalogue) -> Self {
        let rule = stored.rule.map(|Json(rule)| rule);
        let read = rule.as_ref().map(|rule| parse(rule, catalogue, Some(stored.id)));
        let words = read.as_ref().and_then(|read| read.as_ref().ok()).map(|rule| RuleWords::of(rule, catalogue));
        let broken = read.and_then(Result::err).filter(|_| stored.kind == SegmentKind::Dynamic);
        Self {
            id: stored.id,
            name: stored.name,
            description: stored.description,
            kind: stored.kind,
            rule,
            words,
            broken,
            members: None,
            version: stored.version,
            created_by: stored.created_by,
            created_by_key: stored.created_by_key,
            created_at: stored.created_at,
            updated_at: stored.updated_at,
        }
    }
}

/// A new segment.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSegment {
    #[validate(length(min = 1, max = 200), custom(function = filled))]
    #[schema(min_length = 1, max_length = 200)]
    pub(super) name: String,
    #[validate(length(max = 2000), custom(function = many_lines))]
    #[schema(max_length = 2000)]
    pub(super) description: Option<String>,
    /// Makes it a dynamic segment; without one it is a list.
    #[schema(value_type = Option<super::schema::SegmentRule>)]
    pub(super) rule: Option<Value>,
}

impl NewSegment {
    /// Whether it will be a dynamic segment.
    #[must_use]
    pub const fn has_rule(&self) -> bool {
        self.rule.is_some()
    }
}

/// Changes of a segment; absent fields stay.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentChange {
    #[validate(length(min = 1, max = 200), custom(function = filled))]
    #[schema(min_length = 1, max_length = 200)]
    pub(super) name: Option<String>,
    /// `null` clears.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 2000), custom(function = many_lines))]
    #[schema(max_length = 2000, value_type = Option<String>)]
    pub(super) description: Option<Option<String>>,
    /// Only of a dynamic segment.
    #[schema(value_type = Option<super::schema::SegmentRule>)]
    pub(super) rule: Option<Value>,
}

impl SegmentChange {
    /// Whether it is one of the rule.
    #[must_use]
    pub const fn has_rule(&self) -> bool {
        self.rule.is_some()
    }
}

/// A snapshot to be taken.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSnapshot {
    #[validate(length(min = 1, max = 200), custom(function = filled))]
    #[schema(min_length = 1, max_length = 200)]
    pub(super) name: String,
}

/// Who is put on a list or taken off it.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MembersChange {
    /// Contacts to put on the list; those merged into others stand for these.
    #[validate(length(max = 1000))]
    #[schema(max_items = 1000)]
    #[serde(default)]
    pub(super) add: Vec<ContactId>,
    /// Contacts to take off the list.
    #[validate(length(max = 1000))]
    #[schema(max_items = 1000)]
    #[serde(default)]
    pub(super) remove: Vec<ContactId>,
}

/// What became of a list.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct MembersChanged {
    /// How many were put on it.
    pub added: usize,
    /// How many were taken off it.
    pub removed: usize,
    /// How many were on it, or off it, before.
    pub unchanged: usize,
    /// Rows that name nobody whom the caller sees: their place in the file, from 1 under the header, blank lines included, and
    /// the code `unknown` or `format`.
    pub errors: Vec<FieldError>,
}
