//! What a funnel is asked for, from query parameters to a plan.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Deserialize;
use utoipa::IntoParams;

use super::fold::{self, MOST_STEPS, Place, Plan};
use super::period::{Unit, midnight};
use crate::accounts::UserId;
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::{Code, Error, FieldError, Result};
use crate::http::Limit;
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
    /// What a funnel is broken down by.
    pub enum Breakdown {
        /// Not at all.
        None = "none",
        /// The lead's owner.
        Owner = "owner",
        /// The lead's source.
        Source = "source",
        /// The day, week or month of the entry to the first step.
        Period = "period",
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
    }
}

macro_rules! queries {
    ($($(#[$doc:meta])* pub struct $name:ident { $($own:tt)* })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Deserialize, IntoParams)]
            #[into_params(parameter_in = Query)]
            #[serde(deny_unknown_fields)]
            pub struct $name {
                /// The pipeline.
                pub pipeline_id: PipelineId,
                /// The period's begin, a day in `tz` or an instant: leads that entered the first step then or later.
                pub from: Option<String>,
                /// The period's end, exclusive: a day in `tz` or an instant.
                pub to: Option<String>,
                /// IANA time zone of days, weeks and months; UTC where absent.
                #[param(example = "Europe/Berlin")]
                pub tz: Option<String>,
                /// Only facts before it count, a day in `tz` or an instant; now where absent.
                pub as_of: Option<String>,
                /// `reached` (default), `strict` or `visited`; several with commas between.
                pub mode: Option<String>,
                /// The longest time from the first step to a later one: `30d`, `12h`, `90m`, `45s` or `2w`.
                #[param(example = "30d")]
                pub window: Option<String>,
                /// Ids of open or won stages in the pipeline's order, with commas between; all that are not archived where absent.
                pub steps: Option<String>,
                /// What to break the numbers down by.
                #[param(inline)]
                pub breakdown: Option<Breakdown>,
                /// The length of a period.
                #[param(inline)]
                pub period: Option<Unit>,
                /// Only leads of this owner.
                pub owner_id: Option<UserId>,
                /// Only leads from this source.
                pub source: Option<String>,
                $($own)*
            }

            impl $name {
                /// What both reports share.
                pub fn ask(&self) -> Ask<'_> {
                    Ask {
                        pipeline_id: self.pipeline_id,
                        from: self.from.as_deref(),
                        to: self.to.as_deref(),
                        tz: self.tz.as_deref(),
                        as_of: self.as_of.as_deref(),
                        mode: self.mode.as_deref(),
                        window: self.window.as_deref(),
                        steps: self.steps.as_deref(),
                        breakdown: self.breakdown.unwrap_or(Breakdown::None),
                        period: self.period.unwrap_or(Unit::Month),
                        owner_id: self.owner_id,
                        source: self.source.as_deref(),
                    }
                }
            }
        )+
    };
}

queries! {
    /// A funnel.
    pub struct FunnelQuery {
        /// The form of the answer; where absent, CSV for `Accept: text/csv`, else JSON.
        #[param(inline)]
        pub format: Option<Format>,
    }
    /// A funnel as a table.
    pub struct FunnelTable {}
    /// The leads behind a number of a funnel.
    pub struct LeadsQuery {
        /// The step: a stage's id.
        pub step: StageId,
        /// Which of the step's leads; `entered` where absent.
        #[param(inline)]
        pub outcome: Option<Outcome>,
        /// The breakdown's bucket; empty for leads without owner or source. All leads where absent.
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
    from: Option<&'a str>,
    to: Option<&'a str>,
    tz: Option<&'a str>,
    as_of: Option<&'a str>,
    mode: Option<&'a str>,
    window: Option<&'a str>,
    steps: Option<&'a str>,
    breakdown: Breakdown,
    period: Unit,
    owner_id: Option<UserId>,
    source: Option<&'a str>,
}

/// A funnel ready to be counted.
pub struct Funnel {
    pub pipeline: Pipeline,
    pub steps: Vec<Stage>,
    pub plan: Plan,
    pub from: Instant,
    pub to: Instant,
    pub as_of: Instant,
    pub zone: Tz,
    pub modes: Vec<Mode>,
    pub breakdown: Breakdown,
    pub unit: Unit,
    pub owner_id: Option<UserId>,
    pub source: Option<String>,
}

impl Ask<'_> {
    /// Checks the parameters, all of them at once.
    ///
    /// # Errors
    /// Every bad parameter, or there is no such pipeline.
    pub fn funnel(&self, conn: &mut Connection) -> Result<Funnel> {
        let mut faults = Vec::new();
        let zone = self.tz.map_or(Ok(Tz::UTC), str::parse);
        let zone = zone.unwrap_or_else(|_| {
            faults.push(FieldError::new("tz", "unknown", "is not an IANA time zone such as Europe/Berlin"));
            Tz::UTC
        });
        let as_of = instant("as_of", self.as_of, zone, &mut faults).unwrap_or_else(Instant::now);
        let from = instant("from", self.from, zone, &mut faults).unwrap_or(Instant::MIN);
        let to = instant("to", self.to, zone, &mut faults).unwrap_or(as_of);
        if self.to.is_some() && from > to {
            faults.push(FieldError::new("to", "range", "must not be before from"));
        }
        let window = self.window.and_then(|text| {
            let micros = window(text);
            if micros.is_none() {
                faults.push(FieldError::new("window", "format", "must be a time such as 30d, 12h, 90m, 45s or 2w"));
            }
            micros
        });
        let modes = modes(self.mode, &mut faults);
        let pipeline = pipelines::find(conn, self.pipeline_id).map_err(|error| match error.code {
            Code::NotFound => Error::field("pipeline_id", "unknown", "is not a pipeline"),
            _ => error,
        })?;
        let steps = steps(&pipeline, self.steps, &mut faults);
        if !faults.is_empty() {
            return Err(Error::invalid(faults));
        }
        let places: Vec<_> = pipeline
            .stages
            .iter()
            .map(|stage| {
                let step = steps.iter().position(|step| step.id == stage.id);
                (stage.code(), Place { position: stage.position, kind: stage.kind, step })
            })
            .collect();
        let plan = Plan::new(from.micros(), to.micros(), as_of.micros(), window, &places);
        Ok(Funnel {
            pipeline,
            steps,
            plan,
            from,
            to,
            as_of,
            zone,
            modes,
            breakdown: self.breakdown,
            unit: self.period,
            owner_id: self.owner_id,
            source: self.source.map(str::to_owned),
        })
    }
}

/// A day in the zone, or an instant.
fn instant(field: &'static str, text: Option<&str>, zone: Tz, faults: &mut Vec<FieldError>) -> Option<Instant> {
    let text = text?;
    let found = match text.parse::<NaiveDate>() {
        Ok(day) if ("0001-01-01".."9999-12-31").contains(&text) => Ok(midnight(zone, day)),
        Ok(_) => Err("must lie within the years 1 to 9999".to_owned()),
        Err(_) => text.parse().map_err(|error| format!("{error}, or a day like 2026-01-31")),
    };
    found.map_err(|message| faults.push(FieldError::new(field, "format", message))).ok()
}

/// Microseconds of `30d`, `12h`, `90m`, `45s`, `2w`; more than nothing and at most 100 years.
fn window(text: &str) -> Option<i64> {
    let unit = text.chars().last()?;
    let seconds: i64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let count: i64 =
        text.strip_suffix(unit).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
    count
        .checked_mul(seconds)
        .filter(|seconds| (1..=3_155_760_000).contains(seconds))
        .map(|seconds| seconds * 1_000_000)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_a_number_and_a_unit() {
        assert_eq!(window("30d"), Some(30 * 86_400_000_000));
        assert_eq!(window("2w"), window("14d"));
        for wrong in ["", "d", "0d", "-1d", "+1d", "1.5h", "30", "30 d", "999999999w", "1é", "99999999999999999999s"] {
            assert_eq!(window(wrong), None, "{wrong}");
        }
    }
}
