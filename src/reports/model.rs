//! What a saved report is, and the input it is made and changed from.

use chrono_tz::Tz;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use super::SavedReportId;
use crate::accounts::{Role, UserId};
use crate::calendar::period::Unit;
use crate::db::schema::saved_reports;
use crate::db::types::{Instant, Json};
use crate::error::FieldError;
use crate::http::{Version, nullable};
use crate::text::filled;

crate::text_enum! {
    /// Which report.
    pub enum ReportKind {
        /// `GET /reports/funnel`.
        Funnel = "funnel",
        /// `POST /reports/journey`.
        Journey = "journey",
        /// `GET /reports/sales`.
        Sales = "sales",
        /// `GET /reports/time-in-stage`.
        TimeInStage = "time_in_stage",
        /// `GET /reports/forecast`.
        Forecast = "forecast",
        /// `GET /reports/activity`.
        Activity = "activity",
        /// `GET /reports/rfm`.
        Rfm = "rfm",
    }
}

impl ReportKind {
    /// Whether it is of a period; else it is as of an instant alone.
    #[must_use]
    pub const fn has_period(self) -> bool {
        !matches!(self, Self::Rfm)
    }
}

/// A saved report's own row.
#[derive(Debug, Clone, Serialize, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = saved_reports, treat_none_as_null = true)]
pub struct Row {
    pub id: SavedReportId,
    pub name: String,
    pub kind: ReportKind,
    pub parameters: Json<Map<String, Value>>,
    pub owner_id: Option<UserId>,
    pub schedule: Option<Unit>,
    pub tz: String,
    pub next_snapshot_at: Option<Instant>,
    pub version: Version,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub deleted_at: Option<Instant>,
}

/// A saved report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SavedReport {
    pub id: SavedReportId,
    pub name: String,
    pub kind: ReportKind,
    /// The parameters of the report, as its endpoint takes them.
    #[schema(value_type = Object)]
    pub parameters: Map<String, Value>,
    /// Whose it is; `null` where a program made it.
    pub owner_id: Option<UserId>,
    /// The roles that see it besides its owner and administrators.
    pub shared_with: Vec<Role>,
    /// At the end of each of which periods a snapshot is taken.
    pub schedule: Option<Unit>,
    /// The time zone of these periods.
    pub tz: String,
    /// When the next one is due.
    pub next_snapshot_at: Option<Instant>,
    pub version: Version,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl Row {
    /// The report as it is shown.
    #[must_use]
    pub fn shared_with(self, shared_with: Vec<Role>) -> SavedReport {
        let Self { id, name, kind, parameters: Json(parameters), owner_id, schedule, tz, next_snapshot_at, .. } = self;
        let Self { version, created_at, updated_at, .. } = self;
        SavedReport {
            id,
            name,
            kind,
            parameters,
            owner_id,
            shared_with,
            schedule,
            tz,
            next_snapshot_at,
            version,
            created_at,
            updated_at,
        }
    }
}

/// A report to save.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSavedReport {
    #[validate(length(min = 1, max = 100), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: String,
    pub kind: ReportKind,
    /// The parameters of the report, as its endpoint takes them. With a schedule the period is not among them: it is the
    /// one that has ended, or the present one where the report is asked for now.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub parameters: Map<String, Value>,
    /// The roles that see it besides its owner and administrators; nobody where absent.
    #[serde(default)]
    pub shared_with: Vec<Role>,
    /// At the end of each of which periods a snapshot is taken; never where absent.
    pub schedule: Option<Unit>,
    /// The time zone of these periods; UTC where absent.
    pub tz: Option<String>,
}

/// Changes to a saved report. Absent fields stay; `null` clears.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedReportPatch {
    #[validate(length(min = 1, max = 100), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: Option<String>,
    /// Replaces all parameters.
    #[schema(value_type = Option<Object>)]
    pub parameters: Option<Map<String, Value>>,
    /// Replaces the roles.
    pub shared_with: Option<Vec<Role>>,
    /// At the end of each of which periods a snapshot is taken.
    #[serde(default, deserialize_with = "nullable")]
    pub schedule: Option<Option<Unit>>,
    pub tz: Option<String>,
}

/// A time zone's name; what is wrong joins `faults`.
pub fn zone(text: &str, faults: &mut Vec<FieldError>) -> Tz {
    text.parse().unwrap_or_else(|_| {
        faults.push(FieldError::new("tz", "unknown", "is not an IANA time zone such as Europe/Berlin"));
        Tz::UTC
    })
}

/// With a schedule the period is set by it.
pub fn clashes(schedule: Option<Unit>, parameters: &Map<String, Value>) -> Vec<FieldError> {
    let set =
        ["from", "to", "as_of", "tz"].into_iter().filter(|name| schedule.is_some() && parameters.contains_key(*name));
    set.map(|name| FieldError::new(format!("parameters.{name}"), "scheduled", "is set by the schedule")).collect()
}
