//! A client's record page in one call: who, what is open, what was won, which channels, what comes next, what happened
//! last. A handful of indexed lookups; totals are kept with every interaction, never counted here.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::page::{Line, TimelineEntry};
use super::{Filter, company};
use crate::accounts::{Principal, UserId};
use crate::companies::CompanyId;
use crate::contacts::identity::IdentityKind;
use crate::contacts::{self, Contact, ContactId, cluster};
use crate::db::conditions::OneOf;
use crate::db::schema::{channel_totals, companies, identities, leads, pipelines, stages, users};
use crate::db::types::Instant;
use crate::db::{Connection, MultiBackend};
use crate::error::Result;
use crate::http::Page;
use crate::interactions::Channel;
use crate::interactions::tasks::{self, Task};
use crate::pipelines::{LeadId, PipelineId, StageId};

/// The most open leads shown.
const MOST_LEADS: usize = 20;
/// How much of the timeline is shown.
const FIRST_PAGE: i64 = 50;

/// Something that finds the client.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable)]
pub struct ClientIdentity {
    /// What it is.
    pub kind: IdentityKind,
    /// The system an external id belongs to; empty otherwise.
    pub source: String,
    /// The address, the number, or the id.
    pub value: String,
}

/// Whom the client works for.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable)]
pub struct ClientCompany {
    /// The company.
    pub id: CompanyId,
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: Option<String>,
}

/// Who looks after the client.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable)]
pub struct ClientOwner {
    /// The user.
    pub id: UserId,
    /// Their name.
    pub name: String,
}

/// A lead that is neither won nor lost.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OpenLead {
    /// The lead.
    pub id: LeadId,
    /// Its title.
    pub title: String,
    /// The pipeline it is in.
    pub pipeline_id: PipelineId,
    /// That pipeline's name.
    pub pipeline: String,
    /// The stage it stands in.
    pub stage_id: StageId,
    /// That stage's name.
    pub stage: String,
    /// Since when.
    pub stage_entered_at: Instant,
    /// What it may bring, in the currency's minor unit.
    pub amount: Option<i64>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// Who looks after it.
    pub owner_id: Option<UserId>,
    /// When it is expected to close.
    pub expected_close_on: Option<chrono::NaiveDate>,
}

/// How many interactions there were on a channel.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable)]
pub struct ChannelTotal {
    /// The channel.
    pub channel: Channel,
    /// Online or offline.
    pub online: bool,
    /// How many.
    pub interactions: i64,
    /// The first.
    pub first_at: Instant,
    /// The last.
    pub last_at: Instant,
}

/// A first or last interaction.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Touch {
    /// When.
    pub at: Instant,
    /// Where.
    pub channel: Channel,
    /// Online or offline.
    pub online: bool,
}

/// The worth of leads in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Worth {
    /// ISO 4217.
    pub currency: String,
    /// The sum, in the currency's minor unit.
    pub amount: i64,
    /// Of how many leads.
    pub leads: i64,
}

/// All that a client's record page shows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Client360 {
    pub contact: Contact,
    /// What finds the client.
    pub identities: Vec<ClientIdentity>,
    pub company: Option<ClientCompany>,
    pub owner: Option<ClientOwner>,
    /// Up to 20, those that moved last first.
    pub open_leads: Vec<OpenLead>,
    /// Interactions per channel.
    pub channels: Vec<ChannelTotal>,
    pub first_touch: Option<Touch>,
    pub last_touch: Option<Touch>,
    /// What won leads brought, per currency.
    pub won_value: Vec<Worth>,
    /// What open leads may bring, per currency.
    pub open_value: Vec<Worth>,
    pub next_task: Option<Task>,
    /// The newest entries; go on with `GET /contacts/{id}/timeline`.
    pub timeline: Page<TimelineEntry>,
}

/// The record page of a client whom the caller sees.
///
/// # Errors
/// Not found.
pub fn of(conn: &mut Connection, by: &Principal, id: ContactId) -> Result<Client360> {
    let contact = contacts::store::find(conn, by, id)?;
    let members = if contact.members == 0 { vec![contact.id] } else { cluster::members_of(conn, contact.id)? };
    let leads = leads_of(conn, by, &members)?;
    let channels = totals(conn, &members)?;
    let touch = |at: Instant, total: &ChannelTotal| Touch { at, channel: total.channel, online: total.online };
    Ok(Client360 {
        identities: identities::table
            .filter(identities::contact_id.eq_any(&members))
            .filter(identities::retired_at.is_null())
            .select((identities::kind, identities::source, identities::value))
            .load(conn)?,
        company: company(conn, contact.company_id)?,
        owner: owner(conn, contact.owner_id)?,
        won_value: worth(&leads, "won"),
        open_value: worth(&leads, "open"),
        open_leads: leads
            .into_iter()
            .filter(|(kind, _)| kind == "open")
            .map(|(_, lead)| lead)
            .take(MOST_LEADS)
            .collect(),
        first_touch: channels.iter().min_by_key(|total| total.first_at).map(|total| touch(total.first_at, total)),
        last_touch: channels.iter().max_by_key(|total| total.last_at).map(|total| touch(total.last_at, total)),
        channels,
        next_task: tasks::next(conn, by, &members)?,
        timeline: {
            let lines = members.iter().copied().map(Line::Contact).collect();
            company::merged(conn, by, lines, &Filter::newest(FIRST_PAGE))?
        },
        contact,
    })
}

/// The totals of a client and of those merged into it, as one.
fn totals(conn: &mut Connection, members: &[ContactId]) -> Result<Vec<ChannelTotal>> {
    use channel_totals as t;
    let rows: Vec<ChannelTotal> = t::table
        .filter(t::contact_id.eq_any(members))
        .order((t::channel, t::online))
        .select((t::channel, t::online, t::interactions, t::first_at, t::last_at))
        .load(conn)?;
    let mut out: Vec<ChannelTotal> = Vec::with_capacity(rows.len());
    for row in rows {
        match out.last_mut().filter(|last| last.channel == row.channel && last.online == row.online) {
            Some(last) => {
                last.interactions += row.interactions;
                last.first_at = last.first_at.min(row.first_at);
                last.last_at = last.last_at.max(row.last_at);
            }
            None => out.push(row),
        }
    }
    Ok(out)
}

fn company(conn: &mut Connection, id: Option<CompanyId>) -> Result<Option<ClientCompany>> {
    let Some(id) = id else { return Ok(None) };
    let found = companies::table.filter(companies::id.eq(id)).filter(companies::deleted_at.is_null());
    Ok(found.select((companies::id, companies::name, companies::domain)).first(conn).optional()?)
}

fn owner(conn: &mut Connection, id: Option<UserId>) -> Result<Option<ClientOwner>> {
    let Some(id) = id else { return Ok(None) };
    Ok(users::table.filter(users::id.eq(id)).select((users::id, users::name)).first(conn).optional()?)
}

type LeadRow = (
    (LeadId, String, PipelineId, String, StageId, String, String),
    (Instant, Option<i64>, Option<String>, Option<UserId>, Option<chrono::NaiveDate>),
);

/// All live leads of the client that the caller sees, with their stages' kinds, those that moved last first.
fn leads_of(conn: &mut Connection, by: &Principal, members: &[ContactId]) -> Result<Vec<(String, OpenLead)>> {
    let mut query = leads::table
        .inner_join(stages::table.on(stages::id.eq(leads::stage_id)))
        .inner_join(pipelines::table.on(pipelines::id.eq(leads::pipeline_id)))
        .filter(leads::contact_id.eq_any(members))
        .filter(leads::deleted_at.is_null())
        .order((leads::stage_entered_at.desc(), leads::id.desc()))
        .select((
            (leads::id, leads::title, pipelines::id, pipelines::name, stages::id, stages::name, leads::stage_kind),
            (leads::stage_entered_at, leads::amount, leads::currency, leads::owner_id, leads::expected_close_on),
        ))
        .into_boxed::<MultiBackend>();
    if let Some(owners) = by.scope.owners() {
        let owners = owners.into_iter().map(|owner| owner.0).collect();
        query = query.filter(leads::owner_id.is_null().or(OneOf::new("leads.owner_id", owners)));
    }
    let rows: Vec<LeadRow> = query.load(conn)?;
    Ok(rows
        .into_iter()
        .map(|((id, title, pipeline_id, pipeline, stage_id, stage, kind), rest)| {
            let (stage_entered_at, amount, currency, owner_id, expected_close_on) = rest;
            let lead = OpenLead {
                id,
                title,
                pipeline_id,
                pipeline,
                stage_id,
                stage,
                stage_entered_at,
                amount,
                currency,
                owner_id,
                expected_close_on,
            };
            (kind, lead)
        })
        .collect())
}

fn worth(leads: &[(String, OpenLead)], kind: &str) -> Vec<Worth> {
    let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for (_, lead) in leads.iter().filter(|(of, _)| of == kind) {
        if let (Some(amount), Some(currency)) = (lead.amount, lead.currency.as_deref()) {
            let (sum, count) = sums.entry(currency).or_default();
            *sum = sum.saturating_add(amount);
            *count += 1;
        }
    }
    let worth =
        |(currency, (amount, leads)): (&str, (i64, i64))| Worth { currency: currency.to_owned(), amount, leads };
    sums.into_iter().map(worth).collect()
}
