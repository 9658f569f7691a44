//! How large the groups of recency, frequency and value are, and who is in them: as they were last computed, or as they were
//! at a past instant.
//!
//! Scores are quintiles among all clients who have bought; filters and what the caller sees only choose whom of them to show.

use std::collections::HashMap;

use actix_web::web::Data;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{Ref, RefOr, schema::Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::census::Census;
use super::plan::Plan;
use super::rfm::{self, RfmGroup, RfmScore, RfmTest};
use super::rfm_then::{self, Then};
use super::sets::Set;
use super::{SegmentId, of_leads};
use crate::accounts::permissions::grants;
use crate::accounts::{May, Principal, TeamId, UserId};
use crate::app::App;
use crate::calendar::span::AskedSpan;
use crate::contacts::{Contact, ContactId};
use crate::db::Connection;
use crate::db::composed::{Sql, Value};
use crate::db::conditions::OneOf;
use crate::db::schema::{contacts, rfm_scores as scores};
use crate::db::types::{Guid, Instant};
use crate::error::{Error, Problem, Result};
use crate::http::{Cursor, Limit, Page, Query, Reply, Routes, describe, handlers};

/// Declares what both reports are asked for, with each one's own behind it.
macro_rules! queries {
    ($($(#[$doc:meta])* pub struct $name:ident { $($own:tt)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize, IntoParams)]
        #[into_params(parameter_in = Query)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// Only facts before it count, a day in `tz` or an instant: scores are computed from them. Where absent, the
            /// scores as they were last computed, once a day.
            pub as_of: Option<String>,
            /// IANA time zone of days; UTC where absent.
            pub tz: Option<String>,
            /// Only clients of this owner. This and the filters below go by what is known of a client now, whatever `as_of` is.
            pub owner_id: Option<UserId>,
            /// Only clients whose owner is of this team.
            pub team_id: Option<TeamId>,
            /// Only clients in this segment. A rule is asked as of `as_of`: what clients did later does not count; their fields
            /// and lists are those of now.
            #[param(value_type = Option<uuid::Uuid>)]
            pub segment_id: Option<SegmentId>,
            $($own)*
        }

        impl $name {
            fn ask(&self) -> Result<Ask> {
                Ask::parse(self.as_of.as_deref(), self.tz.as_deref(), (self.owner_id, self.team_id, self.segment_id))
            }
        }
    )+};
}

queries! {
    /// Groups of clients by recency, frequency and value.
    pub struct RfmQuery {}
    /// The clients of such a group.
    pub struct RfmClientsQuery {
        /// Only of this group; of all groups where absent.
        #[param(inline)]
        pub group: Option<RfmGroup>,
        /// Where the previous page ended.
        pub cursor: Option<String>,
        /// Rows of a page.
        #[serde(default)]
        #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
        pub limit: Limit,
    }
}

/// A readable wish.
struct Ask {
    /// The zone's name.
    tz: String,
    /// As of when; the kept scores where absent.
    as_of: Option<Instant>,
    owner_id: Option<UserId>,
    team_id: Option<TeamId>,
    segment_id: Option<SegmentId>,
}

impl Ask {
    fn parse(
        as_of: Option<&str>,
        tz: Option<&str>,
        (owner_id, team_id, segment_id): (Option<UserId>, Option<TeamId>, Option<SegmentId>),
    ) -> Result<Self> {
        let mut faults = Vec::new();
        let span = AskedSpan { tz, as_of, ..AskedSpan::default() }.parse(&mut faults);
        if !faults.is_empty() {
            return Err(Error::invalid(faults));
        }
        let tz = span.zone.name().to_owned();
        Ok(Self { tz, as_of: as_of.map(|_| span.as_of), owner_id, team_id, segment_id })
    }

    /// Whom the filters let through.
    fn chosen(&self, conn: &mut Connection) -> Result<Set> {
        let mut all = Vec::new();
        if let Some(owner) = self.owner_id {
            all.push(Plan::Holds(Sql::text("contacts.owner_id = ").bind(Value::Id(owner.0))));
        }
        if let Some(team) = self.team_id {
            let members = Sql::text("contacts.owner_id IN (SELECT users.id FROM users WHERE users.team_id = ");
            all.push(Plan::Holds(members.bind(Value::Id(team.0)).and_text(")")));
        }
        if let Some(segment) = self.segment_id {
            let as_of = self.as_of.unwrap_or_else(Instant::now);
            let members = of_leads::clients_as_of(conn, segment, as_of).map_err(super::named)?;
            all.push(Plan::Among(members));
        }
        Census::set(conn, Plan::all(all))
    }

    /// The scores of then; the kept ones are not read here.
    fn then(&self, conn: &mut Connection) -> Result<Option<Then>> {
        self.as_of.map(|as_of| rfm_then::scores(conn, as_of)).transpose()
    }
}

/// The groups, and the rule by which they are made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RfmReport {
    /// Where the numbers are defined.
    definitions: &'static str,
    /// As of when; `null` where nothing was computed yet.
    pub as_of: Option<Instant>,
    /// The time zone of days.
    tz: String,
    /// The currency in which money counts: the one that most purchases are in.
    pub currency: Option<String>,
    /// The rule.
    pub definition: String,
    /// Every group.
    pub groups: Vec<RfmGroupSize>,
}

/// A group.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RfmGroupSize {
    pub group: RfmGroup,
    /// How many clients are in it, of those whom the caller sees and the filters let through.
    pub clients: i64,
}

const DEFINITION: &str = "A purchase is a won lead or a touchpoint of the kind purchase. Each score is the quintile among \
     all clients who have bought, 5 the best; equal values share the better score. R: time of the last purchase. F: number \
     of purchases. M: their sum in the currency. champions: R>=4 F>=4 M>=4; loyal: R>=3 F>=4; potential_loyalists: R>=4 \
     F>=2; new: R>=4; need_attention: R=3 F>=2; about_to_sleep: R=3; cannot_lose: F>=4 M>=4; at_risk: F>=3; hibernating: \
     F=2; lost: the rest. The first that fits counts.";

/// How large the groups are.
///
/// # Errors
/// A bad parameter; there is no such segment, or it is broken.
pub fn report(conn: &mut Connection, by: &Principal, query: &RfmQuery) -> Result<RfmReport> {
    let ask = query.ask()?;
    let (chosen, then) = (ask.chosen(conn)?, ask.then(conn)?);
    let (mut census, mut groups) = (Census::new(conn, by)?, Vec::new());
    for group in RfmGroup::ALL {
        let found = match &then {
            None => Census::set(conn, Plan::Among(RfmTest { groups: vec![*group], ..RfmTest::default() }.select()))?,
            Some(then) => Set::of(of_group(then, Some(*group)).map(|one| one.contact_id.0.0.as_u128()).collect()),
        };
        groups.push(RfmGroupSize { group: *group, clients: census.count(conn, &found.and(chosen.clone()))? });
    }
    let (as_of, currency) = match then {
        None => rfm::computed(conn)?.map(|computed| (computed.at, computed.currency)).unzip(),
        Some(then) => (ask.as_of, Some(then.currency)),
    };
    Ok(RfmReport {
        definitions: "metrics.md §6 Clients",
        as_of,
        tz: ask.tz,
        currency: currency.flatten(),
        definition: DEFINITION.to_owned(),
        groups,
    })
}

fn of_group(then: &Then, group: Option<RfmGroup>) -> impl Iterator<Item = &RfmScore> {
    then.scores.iter().filter(move |one| group.is_none_or(|group| group == one.group))
}

/// A client who has bought, with its scores.
#[derive(Debug, Clone, Serialize)]
pub struct RfmClient {
    #[serde(flatten)]
    contact: Contact,
    rfm: RfmScore,
}

impl PartialSchema for RfmClient {
    fn schema() -> RefOr<Schema> {
        let scores = RefOr::Ref(Ref::from_schema_name(RfmScore::name()));
        describe::with_object(Contact::schema(), "A client who has bought, with its scores.", "rfm", scores)
    }
}

impl ToSchema for RfmClient {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Contact::schemas(schemas);
        schemas.push((RfmScore::name().into_owned(), RfmScore::schema()));
        RfmScore::schemas(schemas);
    }
}

/// Exactly the clients of a group, who bought last first; `total` is the group's number.
///
/// # Errors
/// A bad parameter; there is no such segment, or it is broken.
fn clients(conn: &mut Connection, by: &Principal, query: &RfmClientsQuery) -> Result<Page<RfmClient>> {
    let (ask, limit) = (query.ask()?, query.limit.get()?);
    let after = query.cursor.as_deref().map(Cursor::<Instant, ContactId>::decode).transpose()?;
    let (chosen, then) = (ask.chosen(conn)?, ask.then(conn)?);
    let mut found: Vec<(Instant, ContactId)> = if let Some(then) = &then {
        of_group(then, query.group).map(|one| (one.last_at, one.contact_id)).collect()
    } else {
        let mut rows = scores::table.select((scores::last_at, scores::contact_id)).into_boxed();
        if let Some(group) = query.group {
            rows = rows.filter(scores::grp.eq(group));
        }
        rows.load(conn)?
    };
    let census = Census::new(conn, by)?;
    found.retain(|(_, client)| {
        let id = client.0.0.as_u128();
        chosen.holds(id) && census.sees(id)
    });
    found.sort_unstable_by_key(|place| std::cmp::Reverse(*place));
    let total = i64::try_from(found.len()).map_err(Error::internal)?;
    let start = after.map_or(0, |Cursor(at, id)| found.partition_point(|known| *known >= (at, id)));
    let wanted = usize::try_from(limit + 1).map_err(Error::internal)?;
    let rows: Vec<_> = found.into_iter().skip(start).take(wanted).collect();
    let page = Page::cut(rows, limit, |(at, id)| Cursor(*at, *id).encode());
    let items = described(conn, then.as_ref(), &page.items)?;
    Ok(Page { items, next_cursor: page.next_cursor, total: Some(total) })
}

/// Clients and their scores, in the order of a page.
fn described(conn: &mut Connection, then: Option<&Then>, page: &[(Instant, ContactId)]) -> Result<Vec<RfmClient>> {
    let ids: Vec<ContactId> = page.iter().map(|(_, id)| *id).collect();
    let own: Vec<RfmScore> = match then {
        Some(then) => then.scores.iter().filter(|one| ids.contains(&one.contact_id)).cloned().collect(),
        None => scores::table.filter(scores::contact_id.eq_any(&ids)).select(RfmScore::as_select()).load(conn)?,
    };
    let mut own: HashMap<ContactId, RfmScore> = own.into_iter().map(|one| (one.contact_id, one)).collect();
    let guids: Vec<Guid> = ids.iter().map(|id| id.0).collect();
    let rows = contacts::table.filter(OneOf::new("contacts.id", guids)).select(Contact::as_select());
    let mut rows: HashMap<ContactId, Contact> =
        rows.load::<Contact>(conn)?.into_iter().map(|contact| (contact.id, contact)).collect();
    let client = |id: &ContactId| Some(RfmClient { contact: rows.remove(id)?, rfm: own.remove(id)? });
    Ok(ids.iter().filter_map(client).collect())
}

/// Shows how many clients there are in each group of recency, frequency and value, and the rule by which groups are made: as
/// they were last computed, once a day, or as they were at `as_of`.
#[utoipa::path(get, path = "/reports/rfm", operation_id = "get_rfm", tag = "reports", security(("bearer" = ["reports:read"])), params(RfmQuery), responses((status = 200, body = RfmReport), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn rfm_groups(actor: May<grants::ReportsRead>, app: Data<App>, query: Query<RfmQuery>) -> Result<Reply> {
    app.report(&actor, move |conn, by| Reply::ok(&report(conn, by, &query.0)?)).await
}

/// Lists exactly the clients of a group of recency, frequency and value, who bought last first; `total` is the group's number.
#[utoipa::path(get, path = "/reports/rfm/clients", operation_id = "list_rfm_clients", tag = "reports", security(("bearer" = ["reports:read", "contacts:read"])), params(RfmClientsQuery), responses((status = 200, body = Page<RfmClient>), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn rfm_clients(
    actor: May<(grants::ReportsRead, grants::ContactsRead)>,
    app: Data<App>,
    query: Query<RfmClientsQuery>,
) -> Result<Reply> {
    app.report(&actor, move |conn, by| Reply::ok(&clients(conn, by, &query.0)?)).await
}

/// The routes of these reports.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: rfm_groups, rfm_clients);
}
