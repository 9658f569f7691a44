//! What sales reports are asked for.

use serde::Deserialize;
use utoipa::IntoParams;

use super::compare::Comparison;
use super::leads::Set;
use crate::accounts::{TeamId, UserId};
use crate::companies::CompanyId;
use crate::db::Connection;
use crate::error::{Code, Error, FieldError, Result};
use crate::funnel::Only;
use crate::funnel::span::{AskedSpan, Span};
use crate::http::Limit;
use crate::pipelines::{LostReasonId, Pipeline, PipelineId, StageId, store as pipelines};

macro_rules! queries {
    ($($(#[$doc:meta])* pub struct $name:ident { $($own:tt)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize, IntoParams)]
        #[into_params(parameter_in = Query)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// The pipeline.
            pub pipeline_id: PipelineId,
            /// The period's begin, a day in `tz` or an instant.
            pub from: Option<String>,
            /// The period's end, exclusive: a day in `tz` or an instant.
            pub to: Option<String>,
            /// IANA time zone of days and months; UTC where absent.
            #[param(example = "Europe/Berlin")]
            pub tz: Option<String>,
            /// Only facts before it count, a day in `tz` or an instant; now where absent.
            pub as_of: Option<String>,
            /// Only leads of this owner.
            pub owner_id: Option<UserId>,
            /// Only leads whose owner is of this team.
            pub team_id: Option<TeamId>,
            /// Only leads of this company.
            pub company_id: Option<CompanyId>,
            /// Only leads from this source.
            pub source: Option<String>,
            /// Only leads whose client first came by this channel group.
            pub first_touch_group: Option<String>,
            /// Only leads whose client came last by this channel group.
            pub last_touch_group: Option<String>,
            /// Only leads of this campaign.
            pub campaign: Option<String>,
            $($own)*
        }

        impl $name {
            /// Checks what all sales reports share.
            ///
            /// # Errors
            /// Every bad parameter.
            pub fn ask(&self, conn: &mut Connection) -> Result<Ask> {
                let mut faults = Vec::new();
                let span = AskedSpan {
                    from: self.from.as_deref(),
                    to: self.to.as_deref(),
                    tz: self.tz.as_deref(),
                    as_of: self.as_of.as_deref(),
                };
                let only = Only {
                    owner_id: self.owner_id,
                    team_id: self.team_id,
                    company_id: self.company_id,
                    source: self.source.clone(),
                    first_touch_group: self.first_touch_group.clone(),
                    last_touch_group: self.last_touch_group.clone(),
                    campaign: self.campaign.clone(),
                };
                let span = span.parse(&mut faults);
                Ask::new(conn, self.pipeline_id, span, only, faults)
            }
        }
    )+};
}

queries! {
    /// Outcome and speed.
    pub struct SalesQuery {
        /// Another period to show beside: the `previous` one of the same length, or the same one `last_year`.
        #[param(inline)]
        pub compare: Option<Comparison>,
    }
    /// Time in stage.
    pub struct StageTimesQuery {}
    /// What open leads may bring.
    pub struct ForecastQuery {}
    /// The leads behind a number.
    pub struct SalesLeadsQuery {
        /// Which leads.
        #[param(inline)]
        pub set: Set,
        /// Only those in, or for `stays` that were in, this stage.
        pub stage_id: Option<StageId>,
        /// Only those lost for this reason; empty for those without.
        pub lost_reason_id: Option<String>,
        /// Where the previous page ended.
        pub cursor: Option<String>,
        /// Rows of a page.
        #[serde(default)]
        #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
        pub limit: Limit,
    }
}

/// What a sales report is about.
#[derive(Debug, Clone)]
pub struct Ask {
    pub pipeline: Pipeline,
    pub span: Span,
    pub only: Only,
}

impl Ask {
    fn new(
        conn: &mut Connection,
        pipeline: PipelineId,
        span: Span,
        only: Only,
        faults: Vec<FieldError>,
    ) -> Result<Self> {
        let pipeline = pipelines::find(conn, pipeline).map_err(|error| match error.code {
            Code::NotFound => Error::field("pipeline_id", "unknown", "is not a pipeline"),
            _ => error,
        })?;
        if faults.is_empty() { Ok(Self { pipeline, span, only }) } else { Err(Error::invalid(faults)) }
    }
}

impl SalesLeadsQuery {
    /// The reason that is asked for: `Some(None)` for leads without.
    ///
    /// # Errors
    /// It is no id.
    pub fn reason(&self) -> Result<Option<Option<LostReasonId>>> {
        let Some(text) = &self.lost_reason_id else { return Ok(None) };
        if text.is_empty() {
            return Ok(Some(None));
        }
        let id = text.parse().map_err(|_| Error::field("lost_reason_id", "format", "must be an id, or empty"))?;
        Ok(Some(Some(id)))
    }
}
