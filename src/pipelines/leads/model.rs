//! What a lead is, and the input it is made and changed from.

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::accounts::UserId;
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::contacts::ContactRef;
use crate::db::schema::leads;
use crate::db::types::{Instant, Json};
use crate::error::FieldError;
use crate::http::{Version, nullable};
use crate::pipelines::{LeadId, LostReasonId, PipelineId, StageId, StageKind};
use crate::text::filled;

/// The largest amount, in minor units: a million million, so that no sum of leads overflows.
pub const MOST: i64 = 1_000_000_000_000;

/// How far in the future a fact may lie: clocks differ.
pub const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// A lead.
#[derive(
    Debug, Clone, PartialEq, Serialize, ToSchema, Queryable, Selectable, Insertable, Identifiable, AsChangeset,
)]
#[diesel(table_name = leads, primary_key(contact_id, id), treat_none_as_null = true)]
pub struct Lead {
    /// Its id.
    pub id: LeadId,
    /// The client.
    pub contact_id: ContactId,
    /// The pipeline it moves through.
    pub pipeline_id: PipelineId,
    /// The stage it is in.
    pub stage_id: StageId,
    /// That stage's kind.
    pub stage_kind: StageKind,
    /// Since when it is there.
    pub stage_entered_at: Instant,
    /// When it entered the pipeline.
    pub entered_at: Instant,
    /// When it entered its stage, where that is won or lost.
    pub closed_at: Option<Instant>,
    /// What it is about.
    pub title: String,
    /// The client's company.
    pub company_id: Option<CompanyId>,
    /// Who looks after it; everybody sees a lead without owner.
    pub owner_id: Option<UserId>,
    /// What it is worth, in minor units of `currency`.
    pub amount: Option<i64>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// Where it came from.
    pub source: Option<String>,
    /// Its id there; unique within `source`.
    pub source_id: Option<String>,
    /// When it is expected to close.
    pub expected_close_on: Option<NaiveDate>,
    /// Why it was lost, while it is.
    pub lost_reason_id: Option<LostReasonId>,
    /// How its client first came: the channel group of the first touchpoint up to its entry to the pipeline.
    pub first_touch_group: Option<String>,
    /// How its client came last: the channel group of the last touchpoint up to its entry.
    pub last_touch_group: Option<String>,
    /// The campaign of the last touchpoint up to its entry that names one.
    pub touch_campaign: Option<String>,
    /// Custom fields by key.
    #[schema(value_type = Object)]
    pub custom: Json<Map<String, Value>>,
    /// Grows with every change.
    pub version: Version,
    /// When it was recorded.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// When it was deleted; `null` while it is not.
    pub deleted_at: Option<Instant>,
}

/// A new lead.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLead {
    /// The client; or say who it is in `contact`.
    pub contact_id: Option<ContactId>,
    #[validate(nested)]
    pub contact: Option<ContactRef>,
    /// The pipeline; the first where absent.
    pub pipeline_id: Option<PipelineId>,
    /// The stage it begins in; the pipeline's first where absent.
    pub stage_id: Option<StageId>,
    /// What it is about; the client's name where absent.
    #[validate(length(min = 1, max = 200), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 200, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub title: Option<String>,
    /// The company; the client's where absent, none where `null`.
    #[serde(default, deserialize_with = "nullable")]
    pub company_id: Option<Option<CompanyId>>,
    /// Who looks after it; whoever creates it where absent, nobody where `null`.
    #[serde(default, deserialize_with = "nullable")]
    pub owner_id: Option<Option<UserId>>,
    /// What it is worth, in minor units of `currency`.
    #[validate(range(min = 0, max = 1_000_000_000_000_i64))]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub amount: Option<i64>,
    /// ISO 4217 code; needed with `amount`.
    #[validate(custom(function = "currency_code"))]
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: Option<String>,
    /// Where it came from.
    #[validate(length(min = 1, max = 200), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 200, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub source: Option<String>,
    /// Its id there: a second lead with the same `source` and `source_id` is the first one.
    #[validate(length(min = 1, max = 200), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 200, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub source_id: Option<String>,
    /// When it is expected to close.
    pub expected_close_on: Option<NaiveDate>,
    /// Custom fields by key.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
    /// Whether required custom fields may be missing.
    #[serde(skip)]
    pub partial: bool,
    /// When it entered the pipeline; now where absent, never more than 5 minutes ahead.
    pub entered_at: Option<Instant>,
    /// Why it was lost, where it begins in a lost stage.
    pub lost_reason_id: Option<LostReasonId>,
}

/// Changes to a lead. Absent fields stay; `null` clears.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadPatch {
    /// What it is about.
    #[validate(length(min = 1, max = 200), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 200, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub title: Option<String>,
    /// The company.
    #[serde(default, deserialize_with = "nullable")]
    pub company_id: Option<Option<CompanyId>>,
    /// Who looks after it.
    #[serde(default, deserialize_with = "nullable")]
    pub owner_id: Option<Option<UserId>>,
    /// What it is worth, in minor units of `currency`.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(range(min = 0, max = 1_000_000_000_000_i64))]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub amount: Option<Option<i64>>,
    /// ISO 4217 code; needed with `amount`.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(custom(function = "currency_code"))]
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: Option<Option<String>>,
    /// Where it came from; fixed where the lead has a `source_id`.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(min = 1, max = 200), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 200, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub source: Option<Option<String>>,
    /// When it is expected to close.
    #[serde(default, deserialize_with = "nullable")]
    pub expected_close_on: Option<Option<NaiveDate>>,
    /// Why it was lost; only while it is.
    #[serde(default, deserialize_with = "nullable")]
    pub lost_reason_id: Option<Option<LostReasonId>>,
    /// Custom fields by key; `null` clears one, absent ones stay.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
}

impl NewLead {
    /// What is wrong between its fields.
    pub(super) fn faults(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        if self.amount.is_some() != self.currency.is_some() {
            faults.push(money_fault(self.amount.is_some()));
        }
        if self.source_id.is_some() && self.source.is_none() {
            faults.push(FieldError::new("source", "required", "is required with source_id"));
        }
        faults.extend(self.entered_at.and_then(|at| future("entered_at", at)));
        faults
    }
}

pub(super) fn money_fault(has_amount: bool) -> FieldError {
    if has_amount {
        FieldError::new("currency", "required", "is required with amount")
    } else {
        FieldError::new("amount", "required", "is required with currency")
    }
}

/// The fault of an instant that lies too far ahead.
pub(super) fn future(field: &'static str, at: Instant) -> Option<FieldError> {
    (at > Instant::now().plus(TOLERANCE))
        .then(|| FieldError::new(field, "future", "must not be more than 5 minutes in the future"))
}

/// A check for `validator`: three capital letters.
fn currency_code(code: &str) -> Result<(), ValidationError> {
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(());
    }
    Err(ValidationError::new("format").with_message("must be an ISO 4217 code such as EUR".into()))
}
