//! What all reports about leads are asked for: a pipeline, a time, and which leads.

use crate::accounts::{Principal, TeamId, UserId};
use crate::companies::CompanyId;
use crate::db::composed::Sql;
use crate::db::schema::{lead_paths as paths, leads, users};
use crate::db::types::Instant;
use crate::db::{Connection, MultiBackend};
use crate::error::Result;
use crate::pipelines::PipelineId;
use crate::segments::{self, SegmentId};
use diesel::prelude::*;

/// Query parameters that all these reports share, with each one's own behind them.
macro_rules! report_queries {
    ($($(#[$doc:meta])* pub struct $name:ident { $($own:tt)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, serde::Deserialize, utoipa::IntoParams)]
        #[into_params(parameter_in = Query)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// The pipeline.
            pub pipeline_id: $crate::pipelines::PipelineId,
            /// The period's begin, a day in `tz` or an instant. Of a funnel: leads that entered the first step then or later.
            pub from: Option<String>,
            /// The period's end, exclusive: a day in `tz` or an instant.
            pub to: Option<String>,
            /// IANA time zone of days, weeks and months; UTC where absent.
            #[param(example = "Europe/Berlin")]
            pub tz: Option<String>,
            /// Only facts before it count, a day in `tz` or an instant; now where absent.
            pub as_of: Option<String>,
            /// Only leads of this owner.
            pub owner_id: Option<$crate::accounts::UserId>,
            /// Only leads whose owner is of this team.
            pub team_id: Option<$crate::accounts::TeamId>,
            /// Only leads of this company.
            pub company_id: Option<$crate::companies::CompanyId>,
            /// Only leads from this source.
            pub source: Option<String>,
            /// Only leads whose client first came by this channel group.
            pub first_touch_group: Option<String>,
            /// Only leads whose client came last by this channel group.
            pub last_touch_group: Option<String>,
            /// Only leads of this campaign: that of the last touchpoint before their entry.
            pub campaign: Option<String>,
            /// Only leads of clients in this segment. A rule is asked as of `as_of`: what clients did later does not count;
            /// their fields and lists are those of now.
            #[param(value_type = Option<uuid::Uuid>)]
            pub segment_id: Option<$crate::segments::SegmentId>,
            $($own)*
        }

        impl $name {
            /// The time it is about, as it was asked for.
            pub(crate) fn asked_span(&self) -> $crate::calendar::span::AskedSpan<'_> {
                $crate::calendar::span::AskedSpan {
                    from: self.from.as_deref(),
                    to: self.to.as_deref(),
                    tz: self.tz.as_deref(),
                    as_of: self.as_of.as_deref(),
                }
            }

            /// Which leads it is about.
            pub(crate) fn asked_only(&self) -> $crate::funnel::Only {
                $crate::funnel::Only {
                    owner_id: self.owner_id,
                    team_id: self.team_id,
                    company_id: self.company_id,
                    source: self.source.clone(),
                    first_touch_group: self.first_touch_group.clone(),
                    last_touch_group: self.last_touch_group.clone(),
                    campaign: self.campaign.clone(),
                    segment_id: self.segment_id,
                    members: None,
                }
            }
        }
    )+};
}
pub(crate) use report_queries;

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
}

/// Leads of a pipeline that the caller sees, to be narrowed further.
pub type SeenPaths = paths::BoxedQuery<'static, MultiBackend>;
/// The same as their own rows.
pub type SeenLeads = leads::BoxedQuery<'static, MultiBackend>;

/// Both tables have these columns.
macro_rules! narrowed {
    ($rows:ident, $table:ident, $by:ident, $only:ident) => {
        if let Some(owners) = $by.scope.owners() {
            $rows = $rows.filter($table::owner_id.is_null().or($table::owner_id.eq_any(owners).assume_not_null()));
        }
        if let Some(owner) = $only.owner_id {
            $rows = $rows.filter($table::owner_id.eq(owner));
        }
        if let Some(team) = $only.team_id {
            let members = users::table.filter(users::team_id.eq(team)).select(users::id.nullable());
            $rows = $rows.filter($table::owner_id.eq_any(members).assume_not_null());
        }
        if let Some(source) = &$only.source {
            $rows = $rows.filter($table::source.eq(source.clone()));
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

impl Only {
    /// Looks up the segment, its rule asked as of an instant.
    ///
    /// # Errors
    /// There is no such segment, or it is broken.
    pub fn ready(mut self, conn: &mut Connection, as_of: Instant) -> Result<Self> {
        if let Some(id) = self.segment_id {
            self.members = Some(segments::leads_as_of(conn, id, as_of).map_err(segments::named)?);
        }
        Ok(self)
    }

    /// The pipeline's leads that the caller sees and the filters let through.
    #[must_use]
    pub fn paths(&self, by: &Principal, pipeline: PipelineId) -> SeenPaths {
        let mut rows = paths::table.filter(paths::pipeline_id.eq(pipeline)).into_boxed();
        narrowed!(rows, paths, by, self);
        if let Some(company) = self.company_id {
            let own = leads::table.filter(leads::company_id.eq(company)).select(leads::id);
            rows = rows.filter(paths::lead_id.eq_any(own));
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
        narrowed!(rows, leads, by, self);
        if let Some(company) = self.company_id {
            rows = rows.filter(leads::company_id.eq(company));
        }
        if let Some(members) = &self.members {
            rows = rows.filter(members.clone());
        }
        rows
    }
}
