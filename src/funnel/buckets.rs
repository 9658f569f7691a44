//! The parts of a cohort: what a lead was counted under at `as_of`. What a lead's path does not carry is looked up by the
//! same two ranges that hold the cohort.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::breakdown::Breakdown;
use super::fold::Way;
use super::request::Funnel;
use super::scan::Row;
use super::values::Values;
use crate::accounts::{TeamId, UserId};
use crate::calendar::period::{Period, period_of};
use crate::companies::CompanyId;
use crate::db::Connection;
use crate::db::answers::asked;
use crate::db::composed::{Sql, Value};
use crate::db::schema::users;
use crate::db::types::{Guid, Instant, sql};
use crate::error::Result;
use crate::fields::{Entity, FieldKind};
use crate::pipelines::LeadId;
use crate::segments::{self, SegmentId};

/// Names the parts of the cohort that a lead belongs to.
pub struct Buckets<'a> {
    funnel: &'a Funnel,
    /// The period of the lead before: leads come about in the order of entry.
    last: Option<Period>,
    teams: HashMap<UserId, TeamId>,
    looked_up: HashMap<LeadId, Values>,
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

    /// Every part that the lead belongs to: one, but of segments and of lists of choices.
    pub fn each(&mut self, row: &Row, way: &Way, visit: &mut dyn FnMut(Option<String>)) {
        match (&self.funnel.breakdown, row.lead_id) {
            (Breakdown::Segment, Some(lead)) => match self.segments.of.get(&lead) {
                Some(own) => own.iter().for_each(|segment| visit(Some(segment.to_string()))),
                None => visit(None),
            },
            (Breakdown::Company | Breakdown::Custom(..), Some(lead)) => match self.looked_up.get(&lead) {
                Some(values) => values.each().for_each(|part| visit(Some(part.clone()))),
                None => visit(None),
            },
            _ => visit(self.of(row, way)),
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
        if matches!(self.funnel.breakdown, Breakdown::Custom(..)) && self.funnel.breakdown.overlaps() {
            let overlap =
                "A lead is counted in the row of each of its choices: rows overlap, and their sum is not the total.";
            return vec![overlap.to_owned()];
        }
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

    /// The part that a lead's row tells; `None` for leads without owner or source.
    fn of(&mut self, row: &Row, way: &Way) -> Option<String> {
        let then = &self.funnel.then;
        let owner = || row.lead_id.map_or(row.owner_id, |lead| then.owner_id(lead, row.owner_id));
        match &self.funnel.breakdown {
            Breakdown::Owner => owner().map(|owner| owner.to_string()),
            Breakdown::Team => owner().and_then(|owner| self.teams.get(&owner)).map(ToString::to_string),
            Breakdown::Source => {
                let now = row.text.clone();
                row.lead_id.map_or(now.clone(), |lead| then.source(lead, now))
            }
            Breakdown::FirstTouchGroup | Breakdown::LastTouchGroup | Breakdown::Campaign => row.text.clone(),
            Breakdown::Period => {
                let at = way.cohort_at;
                let known = self.last.filter(|period| (period.start..period.end).contains(&at));
                let zone = self.funnel.span.zone;
                let period = known.or_else(|| Some(period_of(zone, self.funnel.unit, Instant::from_micros(at)?)));
                self.last = period;
                period.map(|period| period.day.to_string())
            }
            Breakdown::None | Breakdown::Segment | Breakdown::Company | Breakdown::Custom(..) => None,
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

fn companies_of(conn: &mut Connection, funnel: &Funnel) -> Result<HashMap<LeadId, Values>> {
    let rows: Vec<CompanyOf> =
        over_cohort(conn, funnel, "SELECT l.id AS lead_id, l.company_id AS bucket FROM leads l")?;
    let then =
        |row: CompanyOf| Some((row.lead_id, Values::One(funnel.then.company_id(row.lead_id, row.bucket)?.to_string())));
    Ok(rows.into_iter().filter_map(then).collect())
}

/// The values of a custom field. A merged client's are its survivor's; clients' and companies' are those of now.
fn values_of(
    conn: &mut Connection,
    funnel: &Funnel,
    entity: Entity,
    key: &str,
    kind: FieldKind,
) -> Result<HashMap<LeadId, Values>> {
    let (table, joined) = match entity {
        Entity::Lead => ("l", ""),
        Entity::Contact => {
            ("c", " JOIN contacts m ON m.id = l.contact_id JOIN contacts c ON c.id = COALESCE(m.merged_into, m.id)")
        }
        Entity::Company => ("c", " JOIN companies c ON c.id = l.company_id"),
    };
    // A key is made of small letters, digits and `_` alone, so it can stand in the SQL as it is.
    let value = format!("CAST({table}.custom->'{key}' AS TEXT)");
    let rows: Vec<ValueOf> =
        over_cohort(conn, funnel, &format!("SELECT l.id AS lead_id, {value} AS bucket FROM leads l{joined}"))?;
    let read = |row: ValueOf| Some((row.lead_id, Values::of(kind, &serde_json::from_str(&row.bucket?).ok()?)?));
    let mut found: HashMap<LeadId, Values> = rows.into_iter().filter_map(read).collect();
    if entity == Entity::Lead {
        for (lead, value) in funnel.then.custom(key) {
            match value.and_then(|value| Values::of(kind, value)) {
                Some(values) => drop(found.insert(lead, values)),
                None => drop(found.remove(&lead)),
            }
        }
    }
    Ok(found)
}
