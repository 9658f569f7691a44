//! What all reports about leads are asked for: a pipeline, a time, and which leads.

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
            /// Only facts before it count, a day in `tz` or an instant; now where absent or later.
            pub as_of: Option<String>,
            /// Only leads that were this owner's at `as_of`.
            pub owner_id: Option<$crate::accounts::UserId>,
            /// Only leads whose owner at `as_of` is of this team.
            pub team_id: Option<$crate::accounts::TeamId>,
            /// Only leads that were of this company at `as_of`.
            pub company_id: Option<$crate::companies::CompanyId>,
            /// Only leads from this source, as was said at `as_of`.
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
                $crate::calendar::span::AskedSpan::of([&self.from, &self.to, &self.tz, &self.as_of])
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
                    ..$crate::funnel::Only::default()
                }
            }
        }
    )+};
}
pub(crate) use report_queries;
