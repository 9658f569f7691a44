//! What a journey is asked for.

use std::collections::HashSet;

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::parts::{Breakdown, Only};
use super::steps::{JourneyStep, TouchStep};
use crate::accounts::{TeamId, UserId};
use crate::calendar::period::Unit;
use crate::calendar::span::{AskedSpan, Span, window};
use crate::channels;
use crate::companies::CompanyId;
use crate::db::Connection;
use crate::error::{Error, FieldError, Result};
use crate::funnel::compare::Comparison;
use crate::pipelines::{StageId, store as pipelines};
use crate::segments::SegmentId;

/// A journey: ordered steps that clients take.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JourneyInput {
    /// The steps in order.
    #[validate(length(min = 2, max = 20))]
    #[schema(min_items = 2, max_items = 20)]
    pub steps: Vec<JourneyStep>,
    /// The period's begin, a day in `tz` or an instant: clients whose first fact of the first step is then or later.
    pub from: Option<String>,
    /// The period's end, exclusive.
    pub to: Option<String>,
    /// IANA time zone of days; UTC where absent.
    pub tz: Option<String>,
    /// Only facts before it count; now where absent.
    pub as_of: Option<String>,
    /// The longest time from the first step to a later one: `30d`, `12h`, `90m`, `45s` or `2w`.
    pub window: Option<String>,
    /// Only clients of this owner. This and the filters below go by what is known of a client now, whatever `as_of` is.
    pub owner_id: Option<UserId>,
    /// Only clients whose owner is of this team.
    pub team_id: Option<TeamId>,
    /// Only clients from this source.
    pub source: Option<String>,
    /// Only clients of this company.
    pub company_id: Option<CompanyId>,
    /// Only clients in this segment. A rule is asked as of `as_of`: what clients did later does not count; their fields and
    /// lists are those of now.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub segment_id: Option<SegmentId>,
    /// What to break the numbers down by: `none`, the client's `owner`, `team`, `source`, `company`, `segment` or a custom
    /// field (`custom.key`), as they are now; the `channel_group` or `campaign` of the touchpoint that took the first step;
    /// or the `period` of the first step.
    #[schema(example = "channel_group")]
    pub breakdown: Option<String>,
    /// The length of a period; `month` where absent.
    #[schema(inline)]
    pub period: Option<Unit>,
    /// Another period to show beside: the `previous` one of the same length, or the same one `last_year`. It needs `from`.
    /// Lists of clients and facts are those of the period alone.
    #[schema(inline)]
    pub compare: Option<Comparison>,
}

/// A journey ready to be counted.
#[derive(Debug, Clone)]
pub struct Journey {
    pub steps: Vec<Step>,
    pub span: Span,
    pub window: Option<i64>,
    /// Which clients it is about.
    pub only: Only,
    pub breakdown: Breakdown,
    /// The length of a period of the breakdown.
    pub unit: Unit,
    /// The other period to show beside.
    pub compare: Option<Comparison>,
}

/// A step ready to be looked for.
#[derive(Debug, Clone)]
pub struct Step {
    pub name: String,
    pub fact: Fact,
}

/// What makes a step.
#[derive(Debug, Clone)]
pub enum Fact {
    Touch(TouchStep),
    Stage(HashSet<StageId>),
}

impl JourneyInput {
    /// Checks what was asked, all at once.
    ///
    /// # Errors
    /// Every bad field.
    pub fn parse(&self, conn: &mut Connection) -> Result<Journey> {
        let mut faults = Vec::new();
        let span = AskedSpan::of([&self.from, &self.to, &self.tz, &self.as_of]).parse(&mut faults);
        let window = window(self.window.as_deref(), &mut faults);
        let breakdown = Breakdown::parse(conn, self.breakdown.as_deref(), &mut faults)?;
        let pipelines = pipelines::all(conn, true)?;
        let mut steps = Vec::with_capacity(self.steps.len());
        for (n, step) in self.steps.iter().enumerate() {
            let at = format!("steps[{n}]");
            match (&step.touch, &step.stage) {
                (Some(touch), None) => {
                    touch.check(&format!("{at}.touch"), &mut faults);
                    let name = step.name.clone().unwrap_or_else(|| touch.words());
                    steps.push(Step { name, fact: Fact::Touch(touch.clone()) });
                }
                (None, Some(stage)) => {
                    let found = stage.find(&pipelines, &format!("{at}.stage"), &mut faults);
                    let name = step
                        .name
                        .clone()
                        .unwrap_or_else(|| found.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(", "));
                    steps.push(Step { name, fact: Fact::Stage(found.into_iter().map(|(id, _)| id).collect()) });
                }
                _ => faults.push(FieldError::new(at, "choice", "must have exactly one of touch and stage")),
            }
        }
        faults.extend(channels::unknown_groups(conn, self.named_groups())?);
        if !faults.is_empty() {
            return Err(Error::invalid(faults));
        }
        let (only, unit) = (self.only(), self.period.unwrap_or(Unit::Month));
        Ok(Journey { steps, span, window, only, breakdown, unit, compare: self.compare })
    }

    /// The channel groups that steps name, with their places.
    fn named_groups(&self) -> impl Iterator<Item = (String, &str)> {
        self.steps.iter().enumerate().flat_map(|(n, step)| {
            let groups = step.touch.iter().flat_map(|touch| touch.channel_groups.iter().enumerate());
            groups.map(move |(g, group)| (format!("steps[{n}].touch.channel_groups[{g}]"), group.as_str()))
        })
    }

    fn only(&self) -> Only {
        Only {
            owner_id: self.owner_id,
            team_id: self.team_id,
            source: self.source.clone(),
            company_id: self.company_id,
            segment_id: self.segment_id,
        }
    }
}
