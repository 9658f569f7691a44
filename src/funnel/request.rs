//! What a funnel is asked for, from query parameters to a plan.

use super::breakdown::{Breakdown, MOST_PARTS};
use super::compare::Comparison;
use super::fold::{self, MOST_STEPS, Place, Plan};
use super::only::Only;
use super::query::report_queries;
use crate::calendar::period::Unit;
use crate::calendar::span::{AskedSpan, Span, window};
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::{Code, Error, FieldError, Result};
use crate::http::Limit;
use crate::pipelines::then::Then;
use crate::pipelines::{Pipeline, PipelineId, Stage, StageId, StageKind, store as pipelines};

crate::text_enum! {
    /// How a step counts as entered.
    pub enum Mode {
        /// First entry to it or to any later open or won stage.
        Reached = "reached",
        /// All steps up to it in order, none skipped.
        Strict = "strict",
        /// It was entered, in any order.
        Visited = "visited",
    }
}

impl Mode {
    /// Its index in [`fold::Way::times`].
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Reached => fold::REACHED,
            Self::Strict => fold::STRICT,
            Self::Visited => fold::VISITED,
        }
    }
}

crate::text_enum! {
    /// The form of the answer.
    pub enum Format {
        /// JSON.
        Json = "json",
        /// Comma-separated values, a row for each bucket, mode and step.
        Csv = "csv",
    }
}

crate::text_enum! {
    /// Which of a step's leads.
    pub enum Outcome {
        /// Those that entered it.
        Entered = "entered",
        /// Those that entered the step before, but not this one.
        Dropped = "dropped",
        /// Those dropped that are in a lost stage.
        Lost = "lost",
        /// Those dropped that are in an open stage.
        Open = "open",
        /// Those dropped that are in a won stage.
        Won = "won",
        /// Those that passed it without being in it.
        Skipped = "skipped",
        /// Those that entered it more than once.
        ReEntered = "re_entered",
        /// Those that entered it from a stage of a higher position.
        Regressed = "regressed",
        /// Those of the cohort, whatever the step, whose window is still open.
        Immature = "immature",
        /// Leads that entered the pipeline in the period and never came to the first step: they are in no cohort.
        Beyond = "beyond",
    }
}

macro_rules! queries {
    ($($(#[$doc:meta])* pub struct $name:ident { $($own:tt)* })+) => {
        report_queries! {$(
            $(#[$doc])*
            pub struct $name {
                /// `reached` (default), `strict` or `visited`; several with commas between.
                pub mode: Option<String>,
                /// The longest time from the first step to a later one: `30d`, `12h`, `90m`, `45s` or `2w`.
                #[param(example = "30d")]
                pub window: Option<String>,
                /// Ids of open or won stages in the pipeline's order, with commas between; all that are not archived where absent.
                pub steps: Option<String>,
                /// What to break the numbers down by: `none`, `owner`, `team`, `source`, `first_touch_group`,
                /// `last_touch_group`, `campaign`, `company`, `segment`, `period`, or a custom field of the lead (`custom.key`), of
                /// its client (`contact.custom.key`) or company (`company.custom.key`).
                #[param(example = "first_touch_group")]
                pub breakdown: Option<String>,
                /// The length of a period.
                #[param(inline)]
                pub period: Option<Unit>,
                $($own)*
            }
        )+}
        $(impl $name {
            /// What both reports share.
            pub fn ask(&self) -> Ask<'_> {
                Ask {
                    pipeline_id: self.pipeline_id,
                    span: self.asked_span(),
                    mode: self.mode.as_deref(),
                    window: self.window.as_deref(),
                    steps: self.steps.as_deref(),
                    breakdown: self.breakdown.as_deref(),
                    period: self.period.unwrap_or(Unit::Month),
                    only: self.asked_only(),
                }
            }
        })+
    };
}

queries! {
    /// A funnel.
    pub struct FunnelQuery {
        /// The form of the answer; where absent, CSV for `Accept: text/csv`, else JSON.
        #[param(inline)]
        pub format: Option<Format>,
        /// Another period to show beside: the `previous` one of the same length, or the same one `last_year`.
        #[param(inline)]
        pub compare: Option<Comparison>,
    }
    /// A funnel as a table.
    pub struct FunnelTable {
        /// Another period to show beside: the `previous` one of the same length, or the same one `last_year`.
        #[param(inline)]
        pub compare: Option<Comparison>,
    }
    /// The leads behind a number of a funnel.
    pub struct LeadsQuery {
        /// The step: a stage's id.
        pub step: StageId,
        /// Which of the step's leads; `entered` where absent.
        #[param(inline)]
        pub outcome: Option<Outcome>,
        /// The breakdown's bucket; empty for leads without owner, source or segment. All leads where absent.
        pub bucket: Option<String>,
        /// Where the previous page ended.
        pub cursor: Option<String>,
        /// Rows of a page.
        #[serde(default)]
        #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
        pub limit: Limit,
    }
}

/// The parameters of both reports.
pub struct Ask<'a> {
    pipeline_id: PipelineId,
    span: AskedSpan<'a>,
    mode: Option<&'a str>,
    window: Option<&'a str>,
    steps: Option<&'a str>,
    breakdown: Option<&'a str>,
    period: Unit,
    only: Only,
}

/// A funnel ready to be counted.
pub struct Funnel {
    pub pipeline: Pipeline,
    pub steps: Vec<Stage>,
    pub plan: Plan,
    pub span: Span,
    pub modes: Vec<Mode>,
    pub breakdown: Breakdown,
    pub unit: Unit,
    pub only: Only,
    /// What leads were at `as_of`.
    pub then: Then,
    window: Option<i64>,
}

impl Ask<'_> {
    /// Checks the parameters, all of them at once.
    ///
    /// # Errors
    /// Every bad parameter, or there is no such pipeline.
    pub fn funnel(&self, conn: &mut Connection) -> Result<Funnel> {
        let mut faults = Vec::new();
        let span = self.span.parse(&mut faults);
        let window = window(self.window, &mut faults);
        let modes = modes(self.mode, &mut faults);
        let pipeline = pipelines::find(conn, self.pipeline_id).map_err(|error| match error.code {
            Code::NotFound => Error::field("pipeline_id", "unknown", "is not a pipeline"),
            _ => error,
        })?;
        let steps = steps(&pipeline, self.steps, &mut faults);
        let breakdown = Breakdown::parse(conn, self.breakdown, &mut faults)?;
        faults.extend(too_many_periods(&breakdown, self.period, span));
        if !faults.is_empty() {
            return Err(Error::invalid(faults));
        }
        let then = Then::at(conn, span.as_of)?;
        let only = self.only.clone().ready(conn, span.as_of, &then)?;
        let plan = planned(&pipeline, &steps, span, window);
        Ok(Funnel { pipeline, steps, plan, span, modes, breakdown, unit: self.period, only, then, window })
    }
}

fn planned(pipeline: &Pipeline, steps: &[Stage], span: Span, window: Option<i64>) -> Plan {
    let places: Vec<_> = pipeline
        .stages
        .iter()
        .map(|stage| {
            let step = steps.iter().position(|step| step.id == stage.id);
            (stage.code(), Place { position: stage.position, kind: stage.kind, step })
        })
        .collect();
    Plan::new(span.from.micros(), span.to.micros(), span.as_of.micros(), window, &places)
}

impl Funnel {
    /// The same over another period.
    ///
    /// # Errors
    /// The database is away.
    pub fn over(&self, conn: &mut Connection, span: Span) -> Result<Self> {
        let then = Then::at(conn, span.as_of)?;
        Ok(Self {
            pipeline: self.pipeline.clone(),
            steps: self.steps.clone(),
            plan: planned(&self.pipeline, &self.steps, span, self.window),
            span,
            modes: self.modes.clone(),
            breakdown: self.breakdown.clone(),
            unit: self.unit,
            only: self.only.clone().ready(conn, span.as_of, &then)?,
            then,
            window: self.window,
        })
    }
}

/// A range that is asked for must not have more periods than a report has parts.
fn too_many_periods(breakdown: &Breakdown, unit: Unit, span: Span) -> Option<FieldError> {
    let is_bounded = *breakdown == Breakdown::Period && span.from > Instant::MIN;
    let micros = span.to.micros().saturating_sub(span.from.micros());
    let periods = micros / (unit.least_days() * 86_400_000_000);
    let message = || format!("there would be {periods} periods, at most {MOST_PARTS} can be shown");
    (is_bounded && usize::try_from(periods).is_ok_and(|periods| periods > MOST_PARTS))
        .then(|| FieldError::new("period", "range", message()))
}

fn modes(text: Option<&str>, faults: &mut Vec<FieldError>) -> Vec<Mode> {
    let mut modes = Vec::new();
    for word in text.unwrap_or("reached").split(',') {
        match word.trim().parse() {
            Ok(mode) if !modes.contains(&mode) => modes.push(mode),
            Ok(_) => {}
            Err(message) => {
                let message: String = message;
                faults.push(FieldError::new("mode", "choice", message));
                break;
            }
        }
    }
    modes
}

fn steps(pipeline: &Pipeline, text: Option<&str>, faults: &mut Vec<FieldError>) -> Vec<Stage> {
    let (steps, fault) = match text {
        None => {
            let usual = |stage: &&Stage| stage.archived_at.is_none() && stage.kind != StageKind::Lost;
            (pipeline.stages.iter().filter(usual).cloned().collect(), None)
        }
        Some(text) => named_steps(pipeline, text),
    };
    let too_many = (steps.len() > MOST_STEPS).then_some(("length", "must be at most 64"));
    if let Some((code, message)) = fault.or(too_many) {
        faults.push(FieldError::new("steps", code, message));
    }
    steps
}

fn named_steps(pipeline: &Pipeline, text: &str) -> (Vec<Stage>, Option<(&'static str, &'static str)>) {
    let mut steps: Vec<Stage> = Vec::new();
    for word in text.split(',') {
        let id = word.trim().parse::<StageId>().ok();
        let Some(stage) = pipeline.stages.iter().find(|stage| Some(stage.id) == id) else {
            return (steps, Some(("unknown", "must be ids of the pipeline's stages")));
        };
        if stage.kind == StageKind::Lost {
            return (steps, Some(("lost", "must be open or won stages")));
        }
        if steps.last().is_some_and(|last| last.position >= stage.position) {
            return (steps, Some(("order", "must be in the pipeline's order, each once")));
        }
        steps.push(stage.clone());
    }
    (steps, None)
}
