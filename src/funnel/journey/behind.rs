//! What is behind a journey's numbers: the clients of a step, and the facts by which they took it.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::model::JourneyInput;
use super::parts::Breakdown;
use super::store::{self, Met, Record};
use crate::accounts::Principal;
use crate::contacts::{self, Contact, ContactId};
use crate::db::Connection;
use crate::db::conditions::OneOf;
use crate::db::schema::stage_intervals as intervals;
use crate::db::types::{Guid, Instant};
use crate::error::{Error, Result};
use crate::funnel::named;
use crate::http::{Cursor, Limit, Page};
use crate::interactions::InteractionId;
use crate::pipelines::{LeadId, StageId};

crate::text_enum! {
    /// Which of a step's clients.
    pub enum JourneyOutcome {
        /// Those that took it.
        Entered = "entered",
        /// Those that took the step before, but not this one.
        Dropped = "dropped",
        /// Those of the cohort whose window is still open, of any step.
        Immature = "immature",
    }
}

/// The clients behind a number.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JourneyClientsInput {
    #[validate(nested)]
    pub journey: JourneyInput,
    /// The step's number, from 0.
    pub step: usize,
    /// Which of the step's clients; `entered` where absent.
    pub outcome: Option<JourneyOutcome>,
    /// The breakdown's bucket; empty for clients without owner, source or segment. All clients where absent.
    pub bucket: Option<String>,
    /// Where the previous page ended.
    pub cursor: Option<String>,
    /// Rows of a page.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Limit,
}

/// A number of a journey.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JourneyNumberInput {
    #[validate(nested)]
    pub journey: JourneyInput,
    /// The step's number, from 0.
    pub step: usize,
    /// Which of the step's clients; `entered` where absent.
    pub outcome: Option<JourneyOutcome>,
    /// The breakdown's bucket; empty for clients without owner, source or segment. All clients where absent.
    pub bucket: Option<String>,
}

/// The facts behind a step.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JourneyFactsInput {
    #[validate(nested)]
    pub journey: JourneyInput,
    /// The step's number, from 0.
    pub step: usize,
    /// The breakdown's bucket; empty for clients without owner, source or segment. All clients where absent.
    pub bucket: Option<String>,
    /// Where the previous page ended.
    pub cursor: Option<String>,
    /// Rows of a page.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Limit,
}

/// The fact by which a client took a step: a touchpoint, or the entry of a lead to a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JourneyFact {
    /// The client, and not whoever is merged into it.
    pub contact_id: ContactId,
    pub at: Instant,
    /// The touchpoint.
    pub interaction_id: Option<InteractionId>,
    /// The lead that entered the stage.
    pub lead_id: Option<LeadId>,
    /// The stage.
    pub stage_id: Option<StageId>,
}

/// A client behind a number: when it took the first step, who it is, and by what it took the step that was asked for.
type Found = (i64, ContactId, Option<(i64, Record)>);

/// Which number is asked for.
#[derive(Debug, Clone, Copy)]
struct Number<'a> {
    journey: &'a JourneyInput,
    /// The step's number, from 0.
    step: usize,
    outcome: JourneyOutcome,
    /// The bucket, empty for clients without; all clients where absent.
    bucket: Option<&'a str>,
}

fn found(conn: &mut Connection, by: &Principal, number: Number<'_>) -> Result<Vec<Found>> {
    let Number { step, outcome, .. } = number;
    let journey = number.journey.parse(conn)?;
    if step >= journey.steps.len() {
        return Err(Error::field("step", "range", "must be the number of a step, from 0"));
    }
    let wanted = named::part(number.bucket, journey.breakdown == Breakdown::None)?;
    let mut found: Vec<Found> = Vec::new();
    store::cohort(conn, by, &journey, &mut |met| {
        let Met { client, walked, records, buckets } = met;
        let took = |step: usize| walked.times.get(step).copied().flatten();
        let fits = match outcome {
            JourneyOutcome::Entered => took(step).is_some(),
            JourneyOutcome::Dropped => step.checked_sub(1).is_some_and(|k| took(k).is_some()) && took(step).is_none(),
            JourneyOutcome::Immature => walked.immature,
        };
        if fits && wanted.as_ref().is_none_or(|wanted| buckets.contains(wanted)) {
            let place = walked.facts.get(step).copied().flatten();
            let record = place.and_then(|place| records.get(place)).copied();
            found.push((walked.cohort_at, client, took(step).zip(record)));
        }
    })?;
    found.sort_unstable_by_key(|(at, client, _)| (*at, *client));
    Ok(found)
}

/// One page of them; `total` is the number.
fn page(mut found: Vec<Found>, cursor: Option<&str>, limit: i64) -> Result<Page<Found>> {
    let after = cursor.map(Cursor::<Instant, ContactId>::decode).transpose()?;
    let total = i64::try_from(found.len()).map_err(Error::internal)?;
    let start = after
        .map_or(0, |Cursor(at, id)| found.partition_point(|(known, client, _)| (*known, *client) <= (at.micros(), id)));
    let wanted = usize::try_from(limit + 1).map_err(Error::internal)?;
    let rows: Vec<_> = found.drain(..).skip(start).take(wanted).collect();
    let page =
        Page::cut(rows, limit, |(at, id, _)| Cursor(Instant::from_micros(*at).unwrap_or(Instant::MIN), *id).encode());
    Ok(Page { total: Some(total), ..page })
}

/// Every client behind a number, in the order of their first step.
///
/// # Errors
/// A bad field.
pub fn ids_behind(conn: &mut Connection, by: &Principal, asked: &JourneyNumberInput) -> Result<Vec<ContactId>> {
    let number = Number {
        journey: &asked.journey,
        step: asked.step,
        outcome: asked.outcome.unwrap_or(JourneyOutcome::Entered),
        bucket: asked.bucket.as_deref(),
    };
    Ok(found(conn, by, number)?.into_iter().map(|(_, client, _)| client).collect())
}

/// The clients behind one number, in the order of their first step; `total` is that number.
///
/// # Errors
/// A bad field.
pub fn clients(conn: &mut Connection, by: &Principal, asked: &JourneyClientsInput) -> Result<Page<Contact>> {
    let limit = asked.limit.get()?;
    let number = Number {
        journey: &asked.journey,
        step: asked.step,
        outcome: asked.outcome.unwrap_or(JourneyOutcome::Entered),
        bucket: asked.bucket.as_deref(),
    };
    let page = page(found(conn, by, number)?, asked.cursor.as_deref(), limit)?;
    let items: Result<Vec<Contact>> =
        page.items.iter().map(|(_, id, _)| contacts::store::find(conn, by, *id)).collect();
    Ok(Page { items: items?, next_cursor: page.next_cursor, total: page.total })
}

/// The facts by which clients took a step, in the order of their first step; `total` is the step's number.
///
/// # Errors
/// A bad field.
pub fn facts(conn: &mut Connection, by: &Principal, asked: &JourneyFactsInput) -> Result<Page<JourneyFact>> {
    let limit = asked.limit.get()?;
    let (outcome, bucket) = (JourneyOutcome::Entered, asked.bucket.as_deref());
    let found = found(conn, by, Number { journey: &asked.journey, step: asked.step, outcome, bucket })?;
    let page = page(found, asked.cursor.as_deref(), limit)?;
    let stay = |(_, _, fact): &Found| match fact {
        Some((_, Record::Stay(id))) => Some(*id),
        _ => None,
    };
    let stays: Vec<Guid> = page.items.iter().filter_map(stay).collect();
    let rows = intervals::table.filter(OneOf::new("stage_intervals.id", stays));
    let rows: Vec<(Guid, LeadId, StageId)> =
        rows.select((intervals::id, intervals::lead_id, intervals::stage_id)).load(conn)?;
    let stays: HashMap<Guid, (LeadId, StageId)> =
        rows.into_iter().map(|(id, lead, stage)| (id, (lead, stage))).collect();
    let fact = |(_, contact_id, fact): Found| {
        let (at, record) = fact?;
        let at = Instant::from_micros(at)?;
        let (interaction_id, entered) = match record {
            Record::Touch(id) => (Some(InteractionId(id)), None),
            Record::Stay(id) => (None, stays.get(&id)),
        };
        let (lead_id, stage_id) = (entered.map(|(lead, _)| *lead), entered.map(|(_, stage)| *stage));
        Some(JourneyFact { contact_id, at, interaction_id, lead_id, stage_id })
    };
    let items = page.items.into_iter().filter_map(fact).collect();
    Ok(Page { items, next_cursor: page.next_cursor, total: page.total })
}
