//! Which clients a journey is about, and the parts that their cohort is broken down into: by what is known of a client now,
//! by the touchpoint that took the first step, or by when it was taken.

use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::prelude::*;
use serde_json::{Map, Value};

use super::model::Journey;
use super::store::Client;
use crate::accounts::permissions::Permission;
use crate::accounts::{TeamId, UserId};
use crate::calendar::period::period_of;
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::db::Connection;
use crate::db::answers::ids;
use crate::db::schema::users;
use crate::db::types::Instant;
use crate::error::{FieldError, Result};
use crate::fields::{Entity, FieldKind};
use crate::funnel::breakdown::{self as of_leads, labels};
use crate::funnel::named::{self, Named};
use crate::funnel::values::Values;
use crate::segments::{self, SegmentId};

/// What a journey is broken down by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Breakdown {
    /// Not at all.
    None,
    /// The client's owner.
    Owner,
    /// The owner's team.
    Team,
    /// The client's source.
    Source,
    /// Its company.
    Company,
    /// Each segment that it is in: a client may be counted under several.
    Segment,
    /// The channel group of the touchpoint that took the first step.
    ChannelGroup,
    /// The campaign of the touchpoint that took the first step.
    Campaign,
    /// The day, week or month of the first step.
    Period,
    /// A custom field of the client, by its key.
    Custom(String, FieldKind),
}

impl Breakdown {
    /// What whoever is shown the parts is told beside the report, and must be allowed to read.
    pub(super) const fn tells(&self) -> Option<Permission> {
        match self {
            Self::Custom(..) => Some(Permission::ContactsRead),
            Self::Company => Some(Permission::CompaniesRead),
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
    ("company", Breakdown::Company),
    ("segment", Breakdown::Segment),
    ("channel_group", Breakdown::ChannelGroup),
    ("campaign", Breakdown::Campaign),
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
        let Some(key) = text.strip_prefix("custom.") else {
            faults.push(NAMED.fault());
            return Ok(Self::None);
        };
        let field = named::field(conn, Entity::Contact, key, faults)?;
        Ok(field.map_or(Self::None, |field| Self::Custom(field.key, field.kind)))
    }

    /// Its name, as it is asked for.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Custom(key, _) => format!("custom.{key}"),
            other => NAMED.name(other).to_owned(),
        }
    }

    /// What a client's custom fields say.
    #[must_use]
    pub fn values(&self, custom: &Map<String, Value>) -> Option<Values> {
        let Self::Custom(key, kind) = self else { return None };
        Values::of(*kind, custom.get(key)?)
    }

    /// Whether a client may be in several parts.
    #[must_use]
    pub const fn overlaps(&self) -> bool {
        matches!(self, Self::Segment | Self::Custom(_, FieldKind::MultiChoice))
    }
}

/// Which clients a journey is about: all that is given must hold of what is known of a client now.
#[derive(Debug, Clone, Default)]
pub struct Only {
    pub owner_id: Option<UserId>,
    pub team_id: Option<TeamId>,
    pub source: Option<String>,
    pub company_id: Option<CompanyId>,
    /// A rule is asked as of the journey's `as_of`.
    pub segment_id: Option<SegmentId>,
}

/// What is looked up once for all clients of a journey.
#[derive(Default)]
pub struct Parts {
    /// The team of each person that is in one, where teams are asked for.
    teams: HashMap<UserId, TeamId>,
    /// Who is in the segment that is filtered by.
    members: Option<HashSet<u128>>,
    /// The segments of each client, where they are broken down by.
    segments: HashMap<ContactId, Vec<SegmentId>>,
    names: HashMap<String, String>,
    broken: Vec<String>,
}

impl Parts {
    /// Looks up what filters and breakdown need to know of these clients.
    ///
    /// # Errors
    /// There is no such segment, or it is broken.
    pub fn new(conn: &mut Connection, journey: &Journey, roots: &[ContactId]) -> Result<Self> {
        let mut this = Self::default();
        if journey.only.team_id.is_some() || journey.breakdown == Breakdown::Team {
            let members = users::table.filter(users::team_id.is_not_null());
            let members = members.select((users::id, users::team_id.assume_not_null()));
            this.teams = members.load::<(UserId, TeamId)>(conn)?.into_iter().collect();
        }
        if let Some(segment) = journey.only.segment_id {
            let members = segments::clients_as_of(conn, segment, journey.span.as_of).map_err(segments::named)?;
            this.members = Some(ids(conn, members)?.into_iter().collect());
        }
        if journey.breakdown == Breakdown::Segment {
            this.look_up_segments(conn, journey.span.as_of, roots)?;
        }
        Ok(this)
    }

    /// One segment after the other: of each no more is kept than is asked for.
    fn look_up_segments(&mut self, conn: &mut Connection, as_of: Instant, roots: &[ContactId]) -> Result<()> {
        let asked: HashMap<u128, ContactId> = roots.iter().map(|root| (root.0.0.as_u128(), *root)).collect();
        for part in segments::parts_of_clients(conn, as_of)? {
            let Some(members) = part.members else {
                self.broken.push(part.name);
                continue;
            };
            let found: BTreeSet<ContactId> =
                ids(conn, members)?.into_iter().filter_map(|id| asked.get(&id).copied()).collect();
            for client in found {
                self.segments.entry(client).or_default().push(part.id);
            }
            self.names.insert(part.id.to_string(), part.name);
        }
        Ok(())
    }

    /// Whether the journey is about a client.
    #[must_use]
    pub fn lets(&self, only: &Only, client: &Client) -> bool {
        let team = || client.owner_id.and_then(|owner| self.teams.get(&owner).copied());
        only.owner_id.is_none_or(|owner| client.owner_id == Some(owner))
            && only.team_id.is_none_or(|wanted| team() == Some(wanted))
            && only.source.as_ref().is_none_or(|source| client.source.as_ref() == Some(source))
            && only.company_id.is_none_or(|company| client.company_id == Some(company))
            && self.members.as_ref().is_none_or(|members| members.contains(&client.id.0.0.as_u128()))
    }

    /// Every part that a client belongs to: one, but of segments and of lists of choices; `None` stands for what it does not have. `first` is what
    /// the touchpoint that took the first step, at `at`, says.
    #[must_use]
    pub fn of(&self, journey: &Journey, client: &Client, first: Option<&str>, at: i64) -> Vec<Option<String>> {
        let one = match &journey.breakdown {
            Breakdown::None => None,
            Breakdown::Owner => client.owner_id.map(|owner| owner.to_string()),
            Breakdown::Team => client.owner_id.and_then(|owner| self.teams.get(&owner)).map(ToString::to_string),
            Breakdown::Source => client.source.clone(),
            Breakdown::Company => client.company_id.map(|company| company.to_string()),
            Breakdown::ChannelGroup | Breakdown::Campaign => first.map(str::to_owned),
            Breakdown::Period => {
                Instant::from_micros(at).map(|at| period_of(journey.span.zone, journey.unit, at).day.to_string())
            }
            Breakdown::Custom(..) => return or_none(client.custom.iter().flat_map(Values::each).cloned()),
            Breakdown::Segment => {
                let own = self.segments.get(&client.id).into_iter().flatten();
                return or_none(own.map(ToString::to_string));
            }
        };
        vec![one]
    }

    /// The names of the parts that are ids.
    ///
    /// # Errors
    /// The database is away.
    pub fn labels(
        &self,
        conn: &mut Connection,
        breakdown: &Breakdown,
        buckets: &BTreeSet<String>,
    ) -> Result<HashMap<String, String>> {
        match breakdown {
            Breakdown::Owner => labels(conn, &of_leads::Breakdown::Owner, buckets),
            Breakdown::Team => labels(conn, &of_leads::Breakdown::Team, buckets),
            Breakdown::Company => labels(conn, &of_leads::Breakdown::Company, buckets),
            Breakdown::Segment => Ok(self.names.clone()),
            _ => Ok(HashMap::new()),
        }
    }

    /// What must be known to read the parts.
    #[must_use]
    pub fn notes(&self, breakdown: &Breakdown) -> Vec<String> {
        if matches!(breakdown, Breakdown::Custom(..)) && breakdown.overlaps() {
            let overlap =
                "A client is counted in the row of each of its choices: rows overlap, and their sum is not the total.";
            return vec![overlap.to_owned()];
        }
        if *breakdown != Breakdown::Segment {
            return Vec::new();
        }
        let overlap = "A client is counted in the row of each segment that it is in: rows overlap, and their sum is not the \
            total.";
        let broken = (!self.broken.is_empty())
            .then(|| format!("These segments are broken and have no row: {}.", self.broken.join(", ")));
        std::iter::once(overlap.to_owned()).chain(broken).collect()
    }
}

/// These parts, or the one of those who have none.
fn or_none(parts: impl Iterator<Item = String>) -> Vec<Option<String>> {
    let parts: Vec<_> = parts.map(Some).collect();
    if parts.is_empty() { vec![None] } else { parts }
}
