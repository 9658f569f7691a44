//! The parts of a cohort: what a lead is counted under. What a lead's path does not carry is looked up by the same two
//! ranges that hold the cohort.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::fold::Way;
use super::request::Funnel;
use super::scan::{Need, Row};
use crate::accounts::{TeamId, UserId};
use crate::calendar::period::{Period, period_of};
use crate::companies::CompanyId;
use crate::db::Connection;
use crate::db::answers::asked;
use crate::db::composed::{Sql, Value};
use crate::db::schema::{companies, teams, users};
use crate::db::types::{Guid, Instant, sql};
use crate::error::{Error, FieldError, Result};
use crate::fields::{self, Entity, FieldKind};
use crate::pipelines::LeadId;
use crate::segments::{self, SegmentId};

/// The most parts a report has.
pub const MOST_PARTS: usize = 1000;

/// What a funnel is broken down by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Breakdown {
    /// Not at all.
    None,
    /// The lead's owner.
    Owner,
    /// The owner's team.
    Team,
    /// The lead's source.
    Source,
    /// How its client first came.
    FirstTouchGroup,
    /// How its client came last.
    LastTouchGroup,
    /// The campaign of the last touchpoint before its entry.
    Campaign,
    /// Its company.
    Company,
    /// Each segment that its client is in: a lead may be counted under several.
    Segment,
    /// The day, week or month of the entry to the first step.
    Period,
    /// A custom field, by its key; of the lead, its client or its company.
    Custom(Entity, String, FieldKind),
}

const NAMED: [(&str, Breakdown); 10] = [
    ("none", Breakdown::None),
    ("owner", Breakdown::Owner),
    ("team", Breakdown::Team),
    ("source", Breakdown::Source),
    ("first_touch_group", Breakdown::FirstTouchGroup),
    ("last_touch_group", Breakdown::LastTouchGroup),
    ("campaign", Breakdown::Campaign),
    ("company", Breakdown::Company),
    ("segment", Breakdown::Segment),
    ("period", Breakdown::Period),
];

impl Breakdown {
    /// Reads a breakdown's name; what is wrong joins `faults`.
    ///
    /// # Errors
    /// The database is away.
    pub fn parse(conn: &mut Connection, text: Option<&str>, faults: &mut Vec<FieldError>) -> Result<Self> {
        let text = text.unwrap_or("none");
        if let Some((_, found)) = NAMED.iter().find(|(name, _)| *name == text) {
            return Ok(found.clone());
        }
        let (entity, key) = match text.split_once("custom.") {
            Some(("", key)) => (Entity::Lead, key),
            Some(("contact.", key)) => (Entity::Contact, key),
            Some(("company.", key)) => (Entity::Company, key),
            _ => {
                let names: Vec<_> = NAMED.iter().map(|(name, _)| *name).collect();
                let message = format!("must be one of: {}, or custom. and the key of a custom field", names.join(", "));
                faults.push(FieldError::new("breakdown", "choice", message));
                return Ok(Self::None);
            }
        };
        let known = fields::all(conn, Some(entity))?.into_iter().find(|field| field.key == key);
        Ok(known.map_or_else(
            || {
                faults.push(FieldError::new("breakdown", "unknown", "there is no such custom field"));
                Self::None
            },
            |field| Self::Custom(entity, field.key, field.kind),
        ))
    }

    /// Its name, as it is asked for.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Custom(Entity::Lead, key, _) => format!("custom.{key}"),
            Self::Custom(entity, key, _) => format!("{entity}.custom.{key}"),
            other => NAMED.iter().find(|(_, known)| known == other).map_or("none", |(name, _)| name).to_owned(),
        }
    }

    /// What it needs of a lead besides its path.
    #[must_use]
    pub const fn need(&self) -> Need {
        let (id, owner, text) = match self {
            Self::None | Self::Period => (false, false, None),
            Self::Owner | Self::Team => (false, true, None),
            Self::Source => (false, false, Some("lead_paths.source")),
            Self::FirstTouchGroup => (false, false, Some("lead_paths.first_touch_group")),
            Self::LastTouchGroup => (false, false, Some("lead_paths.last_touch_group")),
            Self::Campaign => (false, false, Some("lead_paths.touch_campaign")),
            Self::Company | Self::Segment | Self::Custom(..) => (true, false, None),
        };
        Need { id, owner, text }
    }
}

/// Names the part of the cohort that a lead belongs to.
pub struct Buckets<'a> {
    funnel: &'a Funnel,
    /// The period of the lead before: leads come about in the order of entry.
    last: Option<Period>,
    teams: HashMap<UserId, TeamId>,
    looked_up: HashMap<LeadId, String>,
    segments: Segments,
}

impl<'a> Buckets<'a> {
    /// Looks up what the breakdown needs.
    ///
    /// # Errors
    /// The database is away.
    pub fn new(conn: &mut Connection, funnel: &'a Funnel) -> Result<Self> {
        let mut this = Self {
            funnel,
            last: None,
            teams: HashMap::new(),
            looked_up: HashMap::new(),
            segments: Segments::default(),
        };
        match &funnel.breakdown {
            Breakdown::Team => {
                let members = users::table.filter(users::team_id.is_not_null());
                let members = members.select((users::id, users::team_id.assume_not_null()));
                this.teams = members.load::<(UserId, TeamId)>(conn)?.into_iter().collect();
            }
            Breakdown::Company => this.looked_up = companies_of(conn, funnel)?,
            Breakdown::Segment => this.segments = segments_of(conn, funnel)?,
            Breakdown::Custom(entity, key, kind) => this.looked_up = values_of(conn, funnel, *entity, key, *kind)?,
            _ => {}
        }
        Ok(this)
    }

    /// Every part that the lead belongs to: one, but of segments.
    pub fn each(&mut self, row: &Row, way: &Way, visit: &mut dyn FnMut(Option<String>)) {
        if self.funnel.breakdown != Breakdown::Segment {
            return visit(self.of(row, way));
        }
        match row.lead_id.and_then(|lead| self.segments.of.get(&lead)) {
            Some(own) => own.iter().for_each(|segment| visit(Some(segment.to_string()))),
            None => visit(None),
        }
    }

    /// The segments' names.
    #[must_use]
    pub fn segment_names(&self) -> HashMap<String, String> {
        self.segments.names.clone()
    }

    /// What must be known to read the parts.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        if self.funnel.breakdown != Breakdown::Segment {
            return Vec::new();
        }
        let overlap = "A lead is counted in the row of each segment that its client is in: rows overlap, and their sum is \
            not the total.";
        let broken = &self.segments.broken;
        let broken =
            (!broken.is_empty()).then(|| format!("These segments are broken and have no row: {}.", broken.join(", ")));
        std::iter::once(overlap.to_owned()).chain(broken).collect()
    }

    /// The part; `None` for leads without owner, source, value.
    fn of(&mut self, row: &Row, way: &Way) -> Option<String> {
        match &self.funnel.breakdown {
            Breakdown::None | Breakdown::Segment => None,
            Breakdown::Owner => row.owner_id.map(|owner| owner.to_string()),
            Breakdown::Team => row.owner_id.and_then(|owner| self.teams.get(&owner)).map(ToString::to_string),
            Breakdown::Source | Breakdown::FirstTouchGroup | Breakdown::LastTouchGroup | Breakdown::Campaign => {
                row.text.clone()
            }
            Breakdown::Company | Breakdown::Custom(..) => self.looked_up.get(&row.lead_id?).cloned(),
            Breakdown::Period => {
                let at = way.cohort_at;
                let known = self.last.filter(|period| (period.start..period.end).contains(&at));
                let zone = self.funnel.span.zone;
                let period = known.or_else(|| Some(period_of(zone, self.funnel.unit, Instant::from_micros(at)?)));
                self.last = period;
                period.map(|period| period.day.to_string())
            }
        }
    }
}

/// Which segments the cohort's leads belong to.
#[derive(Default)]
struct Segments {
    of: HashMap<LeadId, Vec<SegmentId>>,
    names: HashMap<String, String>,
    broken: Vec<String>,
}

fn segments_of(conn: &mut Connection, funnel: &Funnel) -> Result<Segments> {
    let mut found = Segments::default();
    let bounds = (Instant::from_micros(funnel.plan.from), Instant::from_micros(funnel.plan.to));
    let ((Some(from), Some(to)), Some(first)) = (bounds, funnel.steps.first()) else { return Ok(found) };
    let (mut known, mut questions) = (Vec::new(), Vec::new());
    for segments::Part { id, name, leads } in segments::parts(conn, funnel.span.as_of)? {
        let Some(condition) = leads else {
            found.broken.push(name);
            continue;
        };
        known.push(id);
        questions.push(condition);
        found.names.insert(id.to_string(), name);
    }
    let within = |from_on: &'static str, before: &'static str| {
        Sql::text(from_on).bind(Value::At(from)).and_text(before).bind(Value::At(to))
    };
    // The same two ranges that hold the cohort, read once for all segments.
    let cohort =
        Sql::text("WITH cohort(id, contact_id) AS (SELECT l.id, l.contact_id FROM leads l WHERE l.pipeline_id = ")
            .bind(Value::Id(funnel.pipeline.id.0))
            .then(within(" AND l.entered_at >= ", " AND l.entered_at < "))
            .and_text(
                " UNION SELECT l.id, l.contact_id FROM leads l WHERE l.id IN (SELECT s.lead_id FROM stage_intervals s \
             WHERE s.visit = 1 AND s.stage_id = ",
            )
            .bind(Value::Id(first.id.0))
            .then(within(" AND s.entered_at >= ", " AND s.entered_at < "))
            .and_text(")) ");
    let each = Sql::text("leads.id FROM cohort leads WHERE ");
    for (number, lead) in asked(conn, &cohort, &each, &questions)? {
        found.of.entry(LeadId(lead)).or_default().extend(known.get(number));
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct CompanyOf {
    #[diesel(sql_type = sql::Guid)]
    lead_id: LeadId,
    #[diesel(sql_type = Nullable<sql::Guid>)]
    bucket: Option<CompanyId>,
}

#[derive(QueryableByName)]
struct ValueOf {
    #[diesel(sql_type = sql::Guid)]
    lead_id: LeadId,
    #[diesel(sql_type = Nullable<Text>)]
    bucket: Option<String>,
}

/// The cohort's leads, by the ranges that hold it: begun in the period, or come to the first step in it.
const BEGUN: &str = "l.pipeline_id = $1 AND l.entered_at >= $2 AND l.entered_at < $3";
const CAME: &str = "l.id IN (SELECT s.lead_id FROM stage_intervals s WHERE s.stage_id = $1 AND s.visit = 1 \
    AND s.entered_at >= $2 AND s.entered_at < $3)";

/// Runs a query over both ranges; `what` ends before its `WHERE`.
fn over_cohort<T>(conn: &mut Connection, funnel: &Funnel, what: &str) -> Result<Vec<T>>
where
    T: diesel::deserialize::QueryableByName<crate::db::MultiBackend> + 'static,
{
    let bounds = (Instant::from_micros(funnel.plan.from), Instant::from_micros(funnel.plan.to));
    let ((Some(from), Some(to)), Some(first)) = (bounds, funnel.steps.first()) else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    for (range, id) in [(BEGUN, funnel.pipeline.id.0), (CAME, first.id.0)] {
        let query = diesel::sql_query(format!("{what} WHERE {range}"));
        let query = query.bind::<sql::Guid, Guid>(id).bind::<sql::Instant, _>(from).bind::<sql::Instant, _>(to);
        rows.extend(query.load::<T>(conn)?);
    }
    Ok(rows)
}

fn companies_of(conn: &mut Connection, funnel: &Funnel) -> Result<HashMap<LeadId, String>> {
    let rows: Vec<CompanyOf> =
        over_cohort(conn, funnel, "SELECT l.id AS lead_id, l.company_id AS bucket FROM leads l")?;
    Ok(rows.into_iter().filter_map(|row| Some((row.lead_id, row.bucket?.to_string()))).collect())
}

/// The values of a custom field as texts. A merged client's are its survivor's.
fn values_of(
    conn: &mut Connection,
    funnel: &Funnel,
    entity: Entity,
    key: &str,
    kind: FieldKind,
) -> Result<HashMap<LeadId, String>> {
    let (table, joined) = match entity {
        Entity::Lead => ("l", ""),
        Entity::Contact => {
            ("c", " JOIN contacts m ON m.id = l.contact_id JOIN contacts c ON c.id = COALESCE(m.merged_into, m.id)")
        }
        Entity::Company => ("c", " JOIN companies c ON c.id = l.company_id"),
    };
    // A key is made of small letters, digits and `_` alone, so it can stand in the SQL as it is.
    let value = match kind {
        FieldKind::Boolean | FieldKind::Number => format!("CAST({table}.custom->'{key}' AS TEXT)"),
        FieldKind::Money => format!("{table}.custom->'{key}'->>'currency'"),
        _ => format!("{table}.custom->>'{key}'"),
    };
    let rows: Vec<ValueOf> =
        over_cohort(conn, funnel, &format!("SELECT l.id AS lead_id, {value} AS bucket FROM leads l{joined}"))?;
    Ok(rows.into_iter().filter_map(|row| Some((row.lead_id, row.bucket?))).collect())
}

/// The names of the buckets that are ids.
///
/// # Errors
/// The database is away.
pub fn labels(
    conn: &mut Connection,
    breakdown: &Breakdown,
    buckets: &BTreeSet<String>,
) -> Result<HashMap<String, String>> {
    let ids: Vec<Guid> = buckets.iter().filter_map(|bucket| bucket.parse().ok()).collect();
    let rows: Vec<(Guid, String)> = match breakdown {
        Breakdown::Owner => users::table.filter(users::id.eq_any(ids)).select((users::id, users::name)).load(conn)?,
        Breakdown::Team => teams::table.filter(teams::id.eq_any(ids)).select((teams::id, teams::name)).load(conn)?,
        Breakdown::Company => {
            let named = companies::table.filter(companies::id.eq_any(ids));
            named.select((companies::id, companies::name)).load(conn)?
        }
        _ => Vec::new(),
    };
    Ok(rows.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
}

/// The fault of a breakdown into too many parts.
#[must_use]
pub fn too_many() -> Error {
    let message = format!("there would be more than {MOST_PARTS} parts: choose a coarser one or a shorter range");
    Error::field("breakdown", "range", message)
}
