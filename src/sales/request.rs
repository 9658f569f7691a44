//! What sales reports are asked for.

use chrono::{Datelike, NaiveDate};

use super::leads::Set;
use crate::calendar::span::Span;
use crate::db::Connection;
use crate::error::{Code, Error, FieldError, Result};
use crate::funnel::compare::Comparison;
use crate::funnel::{Only, report_queries};
use crate::http::Limit;
use crate::pipelines::then::Then;
use crate::pipelines::{LostReasonId, Pipeline, PipelineId, StageId, store as pipelines};

macro_rules! queries {
    ($($(#[$doc:meta])* pub struct $name:ident { $($own:tt)* })+) => {
        report_queries! { $($(#[$doc])* pub struct $name { $($own)* })+ }
        $(impl $name {
            /// Checks what all sales reports share.
            ///
            /// # Errors
            /// Every bad parameter.
            pub fn ask(&self, conn: &mut Connection) -> Result<Ask> {
                let mut faults = Vec::new();
                let span = self.asked_span().parse(&mut faults);
                Ask::new(conn, self.pipeline_id, span, self.asked_only(), faults)
            }
        })+
    };
}

queries! {
    /// Outcome and speed.
    pub struct SalesQuery {
        /// Another period to show beside: the `previous` one of the same length, or the same one `last_year`.
        #[param(inline)]
        pub compare: Option<Comparison>,
    }
    /// Time in stage.
    pub struct StageTimesQuery {
        /// Another period to show beside: the `previous` one of the same length, or the same one `last_year`.
        #[param(inline)]
        pub compare: Option<Comparison>,
    }
    /// What open leads may bring. It looks ahead from `as_of`: `from` and `to` change nothing, they are those of a schedule.
    pub struct ForecastQuery {
        /// Only leads expected to close on this day or later.
        pub close_from: Option<NaiveDate>,
        /// Only leads expected to close before this day.
        pub close_to: Option<NaiveDate>,
        /// What was forecast for other days, as long before their begin, to show beside: of the `previous` period of the same
        /// length, or the same one `last_year`. Both `close_from` and `close_to` must be given.
        #[param(inline)]
        pub compare: Option<Comparison>,
    }
    /// The leads behind a number.
    pub struct SalesLeadsQuery {
        /// Which leads.
        #[param(inline)]
        pub set: Set,
        /// Only those in this stage; for `stays`, `ended` and `lasting` those that were in it, for `history` and
        /// `history_won` those that visited it.
        pub stage_id: Option<StageId>,
        /// Only those with an amount in this currency.
        pub currency: Option<String>,
        /// Only those expected to close in the month of this day; empty for those without.
        pub month: Option<String>,
        /// Only those expected to close on this day or later.
        pub close_from: Option<NaiveDate>,
        /// Only those expected to close before this day.
        pub close_to: Option<NaiveDate>,
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
    /// What leads were at `as_of`.
    pub then: Then,
}

impl Ask {
    /// Of a pipeline, over a span.
    ///
    /// # Errors
    /// The segment is not there or broken.
    fn of(conn: &mut Connection, pipeline: Pipeline, span: Span, only: Only) -> Result<Self> {
        let then = Then::at(conn, span.as_of)?;
        let only = only.ready(conn, span.as_of, &then)?;
        Ok(Self { pipeline, span, only, then })
    }

    /// The same over another period.
    ///
    /// # Errors
    /// The database is away.
    pub fn over(&self, conn: &mut Connection, span: Span) -> Result<Self> {
        Self::of(conn, self.pipeline.clone(), span, self.only.clone())
    }

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
        if faults.is_empty() { Self::of(conn, pipeline, span, only) } else { Err(Error::invalid(faults)) }
    }
}

impl SalesLeadsQuery {
    /// The month that is asked for by its first day: `Some(None)` for leads without an expected close.
    ///
    /// # Errors
    /// It is no day.
    pub fn month(&self) -> Result<Option<Option<NaiveDate>>> {
        let Some(text) = &self.month else { return Ok(None) };
        if text.is_empty() {
            return Ok(Some(None));
        }
        let day = text.parse::<NaiveDate>().ok().and_then(|day| day.with_day(1));
        let fault = || Error::field("month", "format", "must be a day like 2026-01-31, or empty");
        day.map(|day| Some(Some(day))).ok_or_else(fault)
    }

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
