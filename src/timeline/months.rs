//! The whole history of a client, or of a company's people, in numbers: how much happened in each month, online and offline.
//!
//! It reads where and when each entry of those lines stands, and nothing more of them: the one answer about a timeline
//! whose cost depends on how long the lines are.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::filter::{Filter, TimelineQuery};
use super::page::{self, Line};
use crate::accounts::Principal;
use crate::calendar::period::{Period, Unit, period_of};
use crate::db::Connection;
use crate::db::schema::timeline_entries as entries;
use crate::db::types::Instant;
use crate::error::{Error, FieldError, Result};
use crate::interactions::Direction;
use crate::pipelines::LeadId;

/// What of a timeline is counted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MonthsQuery {
    /// Only these channels: one or several with commas between, such as `call,meeting`.
    #[param(example = "call,meeting")]
    channel: Option<String>,
    /// Only these types: `interaction`, `note`, `task`, `stage_move`, `change`, with commas between.
    #[serde(rename = "type")]
    #[param(example = "interaction,note")]
    entry_type: Option<String>,
    /// Only this kind.
    kind: Option<String>,
    /// Only online or only offline touchpoints.
    online: Option<bool>,
    /// Only this direction.
    #[param(inline)]
    direction: Option<Direction>,
    /// Only from this instant on.
    from: Option<Instant>,
    /// Only before this instant.
    to: Option<Instant>,
    /// Only what is about this lead.
    lead_id: Option<LeadId>,
    /// The time zone of the months; UTC where absent.
    #[param(example = "Europe/Berlin")]
    tz: Option<String>,
}

impl MonthsQuery {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Every bad parameter.
    pub fn parse(self) -> Result<(Filter, Tz)> {
        let Self { channel, entry_type, kind, online, direction, from, to, lead_id, tz } = self;
        let of_line = TimelineQuery {
            channel,
            entry_type,
            kind,
            online,
            direction,
            from,
            to,
            lead_id,
            ..TimelineQuery::default()
        };
        let zone = tz.as_deref().map_or(Ok(Tz::UTC), str::parse);
        let zone = zone.map_err(|_| FieldError::new("tz", "unknown", "is not an IANA time zone such as Europe/Berlin"));
        match (of_line.parse(), zone) {
            (Ok(filter), Ok(zone)) => Ok((filter, zone)),
            (Ok(_), Err(fault)) => Err(Error::invalid(vec![fault])),
            (Err(error), Ok(_)) => Err(error),
            (Err(mut error), Err(fault)) => {
                error.errors.push(fault);
                Err(error)
            }
        }
    }
}

/// How much happened in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TimelineMonth {
    /// The month, such as `2026-03`.
    #[schema(pattern = r"^\d{4}-\d{2}$")]
    month: String,
    /// Its first instant in the time zone.
    from: Instant,
    /// The first instant of the next month.
    to: Instant,
    /// Touchpoints online.
    online: u64,
    /// Touchpoints offline.
    offline: u64,
    /// What is no touchpoint: stage moves, changes and tasks.
    other: u64,
}

/// A client's history by month.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TimelineMonths {
    /// The time zone of the months.
    tz: String,
    /// The months in which anything happened, the oldest first.
    months: Vec<TimelineMonth>,
}

/// Counts of the three sorts, by the first instant of the month.
type Counts = BTreeMap<i64, (Period, [u64; 3])>;

/// Counts the entries of the lines of a client, or of a company's people, by month.
///
/// # Errors
/// The database is away.
pub fn count(
    conn: &mut Connection,
    by: &Principal,
    lines: &[Line],
    filter: &Filter,
    zone: Tz,
) -> Result<TimelineMonths> {
    let mut counts = Counts::new();
    for line in lines {
        add(conn, by, *line, filter, zone, &mut counts)?;
    }
    let months = counts.into_values().filter_map(|(period, [online, offline, other])| {
        Some(TimelineMonth {
            month: period.day.format("%Y-%m").to_string(),
            from: Instant::from_micros(period.start)?,
            to: Instant::from_micros(period.end)?,
            online,
            offline,
            other,
        })
    });
    Ok(TimelineMonths { tz: zone.name().to_owned(), months: months.collect() })
}

fn add(
    conn: &mut Connection,
    by: &Principal,
    line: Line,
    filter: &Filter,
    zone: Tz,
    counts: &mut Counts,
) -> Result<()> {
    let query = entries::table.select((entries::occurred_at, entries::online)).into_boxed();
    let query = page::narrowed!(query, by, line, filter).order((entries::occurred_at.asc(), entries::id.asc()));
    // The entries come by time: the month is reckoned once for all that are in it.
    let mut current: Option<(Period, [u64; 3])> = None;
    for row in query.load_iter::<(Instant, Option<bool>), _>(conn)? {
        let (at, online) = row?;
        if !current.is_some_and(|(period, _)| (period.start..period.end).contains(&at.micros())) {
            keep(counts, current.take());
        }
        let (_, [on, off, other]) = current.get_or_insert_with(|| (period_of(zone, Unit::Month, at), [0; 3]));
        match online {
            Some(true) => *on += 1,
            Some(false) => *off += 1,
            None => *other += 1,
        }
    }
    keep(counts, current);
    Ok(())
}

fn keep(counts: &mut Counts, month: Option<(Period, [u64; 3])>) {
    let Some((period, [online, offline, other])) = month else { return };
    let (_, [on, off, rest]) = counts.entry(period.start).or_insert((period, [0; 3]));
    *on += online;
    *off += offline;
    *rest += other;
}
