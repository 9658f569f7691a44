//! What a funnel can be broken down by.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::named::{self, Named};
use super::scan::Need;
use crate::accounts::permissions::Permission;
use crate::db::Connection;
use crate::db::schema::{companies, teams, users};
use crate::db::types::Guid;
use crate::error::{Error, FieldError, Result};
use crate::fields::{Entity, FieldKind};

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

impl Breakdown {
    /// What whoever is shown the parts is told beside the report, and must be allowed to read.
    #[must_use]
    pub const fn tells(&self) -> Option<Permission> {
        match self {
            Self::Custom(Entity::Contact, ..) => Some(Permission::ContactsRead),
            Self::Company | Self::Custom(Entity::Company, ..) => Some(Permission::CompaniesRead),
            Self::Segment => Some(Permission::SegmentsRead),
            _ => None,
        }
    }
}

const NAMED: Named<Breakdown> = Named(&[
    (named::NONE, Breakdown::None),
    ("owner", Breakdown::Owner),
    ("team", Breakdown::Team),
    ("source", Breakdown::Source),
    ("first_touch_group", Breakdown::FirstTouchGroup),
    ("last_touch_group", Breakdown::LastTouchGroup),
    ("campaign", Breakdown::Campaign),
    ("company", Breakdown::Company),
    ("segment", Breakdown::Segment),
    ("period", Breakdown::Period),
]);

impl Breakdown {
    /// Reads a breakdown's name; what is wrong joins `faults`.
    ///
    /// # Errors
    /// The database is away.
    pub fn parse(conn: &mut Connection, text: Option<&str>, faults: &mut Vec<FieldError>) -> Result<Self> {
        let text = text.unwrap_or(named::NONE);
        if let Some(found) = NAMED.find(text) {
            return Ok(found);
        }
        let (entity, key) = match text.split_once("custom.") {
            Some(("", key)) => (Entity::Lead, key),
            Some(("contact.", key)) => (Entity::Contact, key),
            Some(("company.", key)) => (Entity::Company, key),
            _ => {
                faults.push(NAMED.fault());
                return Ok(Self::None);
            }
        };
        let field = named::field(conn, entity, key, faults)?;
        Ok(field.map_or(Self::None, |field| Self::Custom(entity, field.key, field.kind)))
    }

    /// Its name, as it is asked for.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Custom(Entity::Lead, key, _) => format!("custom.{key}"),
            Self::Custom(entity, key, _) => format!("{entity}.custom.{key}"),
            other => NAMED.name(other).to_owned(),
        }
    }

    /// Whether a lead may be in several parts.
    #[must_use]
    pub const fn overlaps(&self) -> bool {
        matches!(self, Self::Segment | Self::Custom(_, _, FieldKind::MultiChoice))
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
