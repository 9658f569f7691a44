//! Which leads a report is about: what they had at `as_of` decides, who may see them now.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use diesel::prelude::*;

use crate::accounts::{Principal, TeamId, UserId};
use crate::companies::CompanyId;
use crate::db::composed::{Sql, Value};
use crate::db::conditions::OneOf;
use crate::db::schema::{lead_paths as paths, leads, users};
use crate::db::types::{Guid, Instant};
use crate::db::{Connection, MultiBackend};
use crate::error::Result;
use crate::pipelines::then::Then;
use crate::pipelines::{LeadId, PipelineId};
use crate::segments::{self, SegmentId};

/// Which leads a report is about.
#[derive(Debug, Clone, Default)]
pub struct Only {
    pub owner_id: Option<UserId>,
    pub team_id: Option<TeamId>,
    pub company_id: Option<CompanyId>,
    pub source: Option<String>,
    pub first_touch_group: Option<String>,
    pub last_touch_group: Option<String>,
    pub campaign: Option<String>,
    pub segment_id: Option<SegmentId>,
    /// The condition on `leads` that the segment stands for, once it is looked up.
    pub members: Option<Sql>,
    /// What those that were changed since `as_of` had.
    pub past: Option<Past>,
}

/// The leads that were changed since `as_of`.
#[derive(Debug, Clone)]
pub struct Past {
    since: Instant,
    /// Whether what each of them had then is what is asked for.
    fits: Arc<HashMap<LeadId, bool>>,
}

impl Past {
    /// The condition that a lead was changed; `column` (as in `leads.id IN (`) is its id.
    fn changed(&self, column: &'static str) -> Sql {
        Sql::text(column)
            .and_text(
                "SELECT e.lead_id FROM timeline_entries e WHERE e.entry_type = 'change' AND e.kind = 'lead.updated' \
                 AND e.lead_id IS NOT NULL AND e.properties IS NOT NULL AND e.occurred_at >= ",
            )
            .bind(Value::At(self.since))
            .and_text(")")
    }
}

/// Leads of a pipeline that the caller sees, to be narrowed further.
pub type SeenPaths = paths::BoxedQuery<'static, MultiBackend>;
/// The same as their own rows.
pub type SeenLeads = leads::BoxedQuery<'static, MultiBackend>;

/// A condition on what a lead has now; those that were changed since are let through, to be judged by what they had.
macro_rules! now {
    ($rows:ident, $only:ident, $lead:literal, $condition:expr) => {
        $rows = match &$only.past {
            None => $rows.filter($condition),
            Some(past) => $rows.filter($condition.or(past.changed($lead))),
        }
    };
}

/// Both tables have these columns.
macro_rules! narrowed {
    ($rows:ident, $table:ident, $lead:literal, $by:ident, $only:ident) => {
        if let Some(owners) = $by.scope.owners() {
            $rows = $rows.filter($table::owner_id.is_null().or($table::owner_id.eq_any(owners).assume_not_null()));
        }
        if let Some(owner) = $only.owner_id {
            now!($rows, $only, $lead, $table::owner_id.eq(owner).assume_not_null());
        }
        if let Some(team) = $only.team_id {
            let members = users::table.filter(users::team_id.eq(team)).select(users::id.nullable());
            now!($rows, $only, $lead, $table::owner_id.eq_any(members).assume_not_null());
        }
        if let Some(source) = &$only.source {
            now!($rows, $only, $lead, $table::source.eq(source.clone()).assume_not_null());
        }
        if let Some(group) = &$only.first_touch_group {
            $rows = $rows.filter($table::first_touch_group.eq(group.clone()));
        }
        if let Some(group) = &$only.last_touch_group {
            $rows = $rows.filter($table::last_touch_group.eq(group.clone()));
        }
        if let Some(campaign) = &$only.campaign {
            $rows = $rows.filter($table::touch_campaign.eq(campaign.clone()));
        }
    };
}

type Has = (LeadId, Option<UserId>, Option<CompanyId>, Option<String>);

impl Only {
    /// Looks up the segment, its rule asked as of an instant, and whom the fields of then let through.
    ///
    /// # Errors
    /// There is no such segment, or it is broken.
    pub fn ready(mut self, conn: &mut Connection, as_of: Instant, then: &Then) -> Result<Self> {
        if let Some(id) = self.segment_id {
            self.members = Some(segments::leads_as_of(conn, id, as_of).map_err(segments::named)?);
        }
        let asks = self.owner_id.is_some() || self.team_id.is_some() || self.company_id.is_some();
        self.past = None;
        if (asks || self.source.is_some()) && !then.is_now() {
            self.past = Some(Past { since: as_of, fits: Arc::new(self.judged(conn, then)?) });
        }
        Ok(self)
    }

    /// Whether the lead had what is asked for; of those that were not changed the statement has decided.
    #[must_use]
    pub fn had(&self, lead: LeadId) -> bool {
        self.past.as_ref().and_then(|past| past.fits.get(&lead)).copied().unwrap_or(true)
    }

    /// Whether [`Only::had`] must be asked.
    #[must_use]
    pub const fn is_past(&self) -> bool {
        self.past.is_some()
    }

    fn judged(&self, conn: &mut Connection, then: &Then) -> Result<HashMap<LeadId, bool>> {
        let members: HashSet<UserId> = match self.team_id {
            None => HashSet::new(),
            Some(team) => {
                let members = users::table.filter(users::team_id.eq(team)).select(users::id);
                members.load(conn)?.into_iter().collect()
            }
        };
        let changed: Vec<Guid> = then.changed().map(|lead| lead.0).collect();
        let mut fits = HashMap::with_capacity(changed.len());
        for some in changed.chunks(1024) {
            let rows = leads::table.filter(OneOf::new("leads.id", some.to_vec()));
            let rows = rows.select((leads::id, leads::owner_id, leads::company_id, leads::source));
            for (id, owner, company, source) in rows.load::<Has>(conn)? {
                let owner = then.owner_id(id, owner);
                let had = self.owner_id.is_none_or(|wanted| owner == Some(wanted))
                    && self.team_id.is_none_or(|_| owner.is_some_and(|owner| members.contains(&owner)))
                    && self.company_id.is_none_or(|wanted| then.company_id(id, company) == Some(wanted))
                    && self.source.as_ref().is_none_or(|wanted| then.source(id, source).as_ref() == Some(wanted));
                fits.insert(id, had);
            }
        }
        Ok(fits)
    }

    /// The pipeline's leads that the caller sees and the filters let through, but for [`Only::had`].
    #[must_use]
    pub fn paths(&self, by: &Principal, pipeline: PipelineId) -> SeenPaths {
        let mut rows = paths::table.filter(paths::pipeline_id.eq(pipeline)).into_boxed();
        narrowed!(rows, paths, "lead_paths.lead_id IN (", by, self);
        if let Some(company) = self.company_id {
            let own = leads::table.filter(leads::company_id.eq(company)).select(leads::id);
            now!(rows, self, "lead_paths.lead_id IN (", paths::lead_id.eq_any(own));
        }
        if let Some(members) = &self.members {
            let own = leads::table.filter(members.clone()).select(leads::id);
            rows = rows.filter(paths::lead_id.eq_any(own));
        }
        rows
    }

    /// [`Only::paths`] as rows of their own, of all pipelines.
    #[must_use]
    pub fn leads(&self, by: &Principal) -> SeenLeads {
        let mut rows = leads::table.filter(leads::deleted_at.is_null()).into_boxed();
        narrowed!(rows, leads, "leads.id IN (", by, self);
        if let Some(company) = self.company_id {
            now!(rows, self, "leads.id IN (", leads::company_id.eq(company).assume_not_null());
        }
        if let Some(members) = &self.members {
            rows = rows.filter(members.clone());
        }
        rows
    }
}
