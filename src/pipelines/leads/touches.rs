//! How a lead's client came: the channel groups of the first and the last touchpoint up to the lead's entry to its
//! pipeline, and the campaign of the last one that names any. Kept with the lead, and brought up to date with every fact
//! that changes them: a touchpoint recorded late, corrected or deleted, a merge or its undoing, an earlier entry.

use std::collections::HashMap;

use diesel::prelude::*;

use super::Lead;
use crate::contacts::{ContactId, cluster};
use crate::db::Connection;
use crate::db::conditions::OneOf;
use crate::db::schema::{contacts, lead_paths, leads, timeline_entries as entries};
use crate::db::types::{Guid, Instant};
use crate::error::Result;
use crate::interactions::Interaction;
use crate::pipelines::LeadId;

/// What touchpoints say of a lead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    pub first: Option<String>,
    pub last: Option<String>,
    pub campaign: Option<String>,
}

/// The lead with what its client's touchpoints say.
pub(super) fn told(conn: &mut Connection, lead: Lead) -> Result<Lead> {
    let members = cluster::all_of(conn, lead.contact_id)?;
    let Touched { first, last, campaign } = look_up(conn, &members, lead.entered_at)?;
    Ok(Lead { first_touch_group: first, last_touch_group: last, touch_campaign: campaign, ..lead })
}

/// Brings the leads up to date whose clients' touchpoints are new, were or have become these.
///
/// # Errors
/// The database is away.
pub fn changed(conn: &mut Connection, touches: &[&Interaction]) -> Result<()> {
    let telling = touches.iter().filter(|touch| touch.channel_group.is_some());
    let Some(since) = telling.clone().map(|touch| touch.occurred_at).min() else { return Ok(()) };
    // Nearly always a touchpoint is newer than all leads' entries, and nothing is to do.
    let later = leads::table.filter(leads::entered_at.ge(since)).select(leads::id);
    if later.first::<LeadId>(conn).optional()?.is_none() {
        return Ok(());
    }
    let clients: Vec<ContactId> = telling.map(|touch| touch.contact_id).collect();
    of_clients(conn, &clients, Some(since))
}

/// Brings all leads of these clients up to date that entered at `since` or later.
///
/// # Errors
/// The database is away.
pub fn of_clients(conn: &mut Connection, clients: &[ContactId], since: Option<Instant>) -> Result<()> {
    if clients.is_empty() {
        return Ok(());
    }
    let ids = |clients: &[ContactId]| clients.iter().map(|client| client.0).collect::<Vec<Guid>>();
    let roots = contacts::table.filter(OneOf::new("contacts.id", ids(clients)));
    let roots: Vec<(ContactId, Option<ContactId>)> = roots.select((contacts::id, contacts::merged_into)).load(conn)?;
    let mut roots: Vec<ContactId> = roots.into_iter().map(|(id, root)| root.unwrap_or(id)).collect();
    roots.sort_unstable();
    roots.dedup();
    let mut lines: HashMap<ContactId, Vec<ContactId>> = roots.iter().map(|root| (*root, vec![*root])).collect();
    let merged = contacts::table.filter(OneOf::new("contacts.merged_into", ids(&roots)));
    for (id, root) in
        merged.select((contacts::id, contacts::merged_into.assume_not_null())).load::<(ContactId, ContactId)>(conn)?
    {
        lines.entry(root).or_default().push(id);
    }
    for members in lines.values() {
        of_line(conn, members, since.unwrap_or(Instant::MIN))?;
    }
    Ok(())
}

type Row = (LeadId, Instant, Option<String>, Option<String>, Option<String>);

fn of_line(conn: &mut Connection, members: &[ContactId], since: Instant) -> Result<()> {
    let own = leads::table.filter(OneOf::new("leads.contact_id", members.iter().map(|member| member.0).collect()));
    let columns =
        (leads::id, leads::entered_at, leads::first_touch_group, leads::last_touch_group, leads::touch_campaign);
    let rows: Vec<Row> = own.filter(leads::entered_at.ge(since)).order(leads::id).select(columns).load(conn)?;
    for (id, entered_at, first, last, campaign) in rows {
        let found = look_up(conn, members, entered_at)?;
        if found != (Touched { first, last, campaign }) {
            write(conn, id, &found)?;
        }
    }
    Ok(())
}

fn write(conn: &mut Connection, lead: LeadId, found: &Touched) -> Result<()> {
    diesel::update(leads::table.filter(leads::id.eq(lead)))
        .set((
            leads::first_touch_group.eq(&found.first),
            leads::last_touch_group.eq(&found.last),
            leads::touch_campaign.eq(&found.campaign),
        ))
        .execute(conn)?;
    diesel::update(lead_paths::table.filter(lead_paths::lead_id.eq(lead)))
        .set((
            lead_paths::first_touch_group.eq(&found.first),
            lead_paths::last_touch_group.eq(&found.last),
            lead_paths::touch_campaign.eq(&found.campaign),
        ))
        .execute(conn)?;
    Ok(())
}

type Touch = (Instant, Guid, Option<String>, Option<String>, Option<String>);

/// The touchpoints of all members up to an instant, inclusive; of two at one instant the id orders them.
fn look_up(conn: &mut Connection, members: &[ContactId], until: Instant) -> Result<Touched> {
    let (mut first, mut last, mut named): (Option<Touch>, Option<Touch>, Option<Touch>) = (None, None, None);
    let columns = (entries::occurred_at, entries::id, entries::channel_group, entries::utm_campaign, entries::campaign);
    for member in members {
        let line = entries::table
            .filter(entries::contact_id.eq(*member).and(entries::occurred_at.le(until)))
            .filter(entries::channel_group.is_not_null().and(entries::deleted_at.is_null()))
            .select(columns);
        let earliest: Option<Touch> =
            line.order((entries::occurred_at.asc(), entries::id.asc())).first(conn).optional()?;
        let Some(earliest) = earliest else { continue };
        let backwards = line.order((entries::occurred_at.desc(), entries::id.desc()));
        let latest: Option<Touch> = backwards.first(conn).optional()?;
        let has_campaign = entries::utm_campaign.is_not_null().or(entries::campaign.is_not_null());
        let campaign: Option<Touch> = match &latest {
            Some(latest) if latest.3.is_some() || latest.4.is_some() => Some(latest.clone()),
            _ => backwards.filter(has_campaign).first(conn).optional()?,
        };
        first = first.into_iter().chain([earliest]).min();
        last = last.into_iter().chain(latest).max();
        named = named.into_iter().chain(campaign).max();
    }
    Ok(Touched {
        first: first.and_then(|touch| touch.2),
        last: last.and_then(|touch| touch.2),
        campaign: named.and_then(|touch| touch.3.or(touch.4)),
    })
}
