//! Removing sample data for good, a few clients at a time. Whatever else depends on stays.

use diesel::prelude::*;

use super::kept::{self, Kept, SampleRemoved, SampleState};
use super::made::subject;
use crate::accounts::{Principal, audit};
use crate::app::App;
use crate::companies::CompanyId;
use crate::contacts::{ContactId, cluster};
use crate::db::Connection;
use crate::db::dialect::{answer_mentions, take_turns};
use crate::db::schema::{
    channel_totals, companies, company_external_ids, company_groups, contact_tags, contact_traits, contacts,
    conversations, duplicate_keys, duplicates, idempotency_keys, identities, identity_events, lead_paths, leads,
    lost_reasons, merges, pipelines, stage_intervals, stages, tasks, timeline_entries as entries,
};
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::http::Reply;

/// How many contacts are removed in one write.
const TOGETHER: usize = 4;

/// Removes the sample data; goes on where it was broken off.
///
/// # Errors
/// There is none.
pub async fn remove(app: &App, by: &Principal) -> Result<Reply> {
    let mut left = app.db.write_apart(begin).await?;
    while left > 0 {
        left = app.db.write_apart(some_contacts).await?;
    }
    app.write_apart(by, None, finish).await
}

fn begin(conn: &mut Connection) -> Result<usize> {
    take_turns(conn)?;
    let mut kept = kept::find(conn)?.ok_or_else(Error::not_found)?;
    kept.state = SampleState::Removing;
    kept::keep(conn, &kept)?;
    Ok(kept.contacts.len())
}

/// Removes the next few; says how many are left.
fn some_contacts(conn: &mut Connection) -> Result<usize> {
    take_turns(conn)?;
    // Somebody else may have come to the end of it.
    let Some(mut kept) = kept::find(conn)? else { return Ok(0) };
    for _ in 0..TOGETHER {
        let Some(contact) = kept.contacts.last().copied() else { break };
        client(conn, &mut kept, contact)?;
    }
    kept::keep(conn, &kept)?;
    Ok(kept.contacts.len())
}

/// Removes a contact with all that is merged with it; leaves them where one is no part of the sample.
fn client(conn: &mut Connection, kept: &mut Kept, contact: ContactId) -> Result<()> {
    let members = cluster::all_of(conn, contact)?;
    let is_whole = members.iter().all(|member| kept.contacts.contains(member));
    if is_whole {
        let with_them = kept::count(conn, &members, None)?;
        kept.removed.with_them = kept.removed.with_them.plus(with_them);
        if let Some(since) = kept.made_at {
            kept.removed.entered = kept.removed.entered.plus(kept::count(conn, &members, Some(since))?);
        }
        tell(conn, &members)?;
        erase_facts(conn, &members)?;
        for member in &members {
            erase_traces(conn, *member)?;
        }
        // The survivor goes last: the others refer to it.
        for member in members.iter().rev() {
            kept.removed.contacts +=
                i64::try_from(diesel::delete(contacts::table.find(*member)).execute(conn)?).unwrap_or(0);
        }
        kept.contacts.retain(|id| !members.contains(id));
    } else {
        kept.contacts.retain(|id| *id != contact);
        kept.removed.left.contacts += 1;
    }
    Ok(())
}

/// Whoever follows changes hears that the records are gone, as of any that are deleted.
fn tell(conn: &mut Connection, members: &[ContactId]) -> Result<()> {
    let now = Some(Instant::now());
    let of_leads = leads::table.filter(leads::contact_id.eq_any(members).and(leads::deleted_at.is_null()));
    diesel::update(of_leads).set(leads::deleted_at.eq(now)).execute(conn)?;
    let of_tasks = tasks::table.filter(tasks::contact_id.eq_any(members).and(tasks::deleted_at.is_null()));
    diesel::update(of_tasks).set((tasks::deleted_at.eq(now), tasks::version.eq(tasks::version + 1))).execute(conn)?;
    let told = entries::table.filter(entries::contact_id.eq_any(members).and(entries::deleted_at.is_null()));
    diesel::update(told.filter(entries::channel.is_not_null()))
        .set((entries::deleted_at.eq(now), entries::version.eq(entries::version + 1)))
        .execute(conn)?;
    let shown = contacts::table.filter(contacts::id.eq_any(members).and(contacts::deleted_at.is_null()));
    diesel::update(shown).set(contacts::deleted_at.eq(now)).execute(conn)?;
    Ok(())
}

fn erase_facts(conn: &mut Connection, members: &[ContactId]) -> Result<()> {
    let of_theirs = leads::table.filter(leads::contact_id.eq_any(members)).select(leads::id);
    diesel::delete(lead_paths::table.filter(lead_paths::lead_id.eq_any(of_theirs))).execute(conn)?;
    diesel::delete(stage_intervals::table.filter(stage_intervals::contact_id.eq_any(members))).execute(conn)?;
    diesel::delete(tasks::table.filter(tasks::contact_id.eq_any(members))).execute(conn)?;
    diesel::delete(leads::table.filter(leads::contact_id.eq_any(members))).execute(conn)?;
    diesel::delete(channel_totals::table.filter(channel_totals::contact_id.eq_any(members))).execute(conn)?;
    diesel::delete(conversations::table.filter(conversations::contact_id.eq_any(members))).execute(conn)?;
    diesel::delete(entries::table.filter(entries::contact_id.eq_any(members))).execute(conn)?;
    let merged = merges::survivor_id.eq_any(members).or(merges::loser_id.eq_any(members));
    diesel::delete(merges::table.filter(merged)).execute(conn)?;
    Ok(())
}

/// What is known of a contact beside its facts.
fn erase_traces(conn: &mut Connection, id: ContactId) -> Result<()> {
    crate::segments::forget_contact(conn, id)?;
    diesel::delete(identities::table.filter(identities::contact_id.eq(id))).execute(conn)?;
    diesel::delete(identity_events::table.filter(identity_events::contact_id.eq(id))).execute(conn)?;
    diesel::delete(contact_tags::table.filter(contact_tags::contact_id.eq(id))).execute(conn)?;
    diesel::delete(contact_traits::table.filter(contact_traits::contact_id.eq(id))).execute(conn)?;
    diesel::delete(duplicate_keys::table.filter(duplicate_keys::contact_id.eq(id))).execute(conn)?;
    diesel::delete(duplicates::table.filter(duplicates::first_id.eq(id).or(duplicates::second_id.eq(id))))
        .execute(conn)?;
    audit::forget_contact(conn, id.0)?;
    crate::sync::webhooks::forget_contact(conn, id)?;
    diesel::delete(idempotency_keys::table.filter(answer_mentions(&id.to_string()))).execute(conn)?;
    Ok(())
}

fn finish(conn: &mut Connection, by: &Principal) -> Result<Reply> {
    take_turns(conn)?;
    let mut kept = kept::find(conn)?.ok_or_else(Error::not_found)?;
    for company in std::mem::take(&mut kept.companies) {
        if is_used(conn, company)? {
            kept.removed.left.companies += 1;
        } else {
            let row = companies::table.find(company);
            diesel::update(row.filter(companies::deleted_at.is_null()))
                .set(companies::deleted_at.eq(Some(Instant::now())))
                .execute(conn)?;
            kept.removed.companies += i64::try_from(diesel::delete(row).execute(conn)?).unwrap_or(0);
        }
    }
    remove_sales(conn, &mut kept)?;
    kept::forget(conn)?;
    audit::record(conn, by, "delete", subject(), Some(&kept.removed), None::<&SampleRemoved>)?;
    Reply::ok(&kept.removed)
}

fn is_used(conn: &mut Connection, company: CompanyId) -> Result<bool> {
    let works: i64 = contacts::table.filter(contacts::company_id.eq(company)).count().get_result(conn)?;
    let named: i64 = leads::table.filter(leads::company_id.eq(company)).count().get_result(conn)?;
    let known = company_external_ids::table.filter(company_external_ids::company_id.eq(company));
    let known: i64 = known.count().get_result(conn)?;
    let grouped: i64 = company_groups::table.filter(company_groups::company_id.eq(company)).count().get_result(conn)?;
    Ok(works + named + known + grouped > 0)
}

/// The pipeline and the lost reasons that nothing is in any more.
fn remove_sales(conn: &mut Connection, kept: &mut Kept) -> Result<()> {
    let pipeline = kept.sales.pipeline;
    let inside: i64 = leads::table.filter(leads::pipeline_id.eq(pipeline)).count().get_result(conn)?;
    if inside > 0 {
        kept.removed.left.pipelines = 1;
    } else {
        diesel::delete(stages::table.filter(stages::pipeline_id.eq(pipeline))).execute(conn)?;
        diesel::delete(pipelines::table.find(pipeline)).execute(conn)?;
    }
    for reason in std::mem::take(&mut kept.reasons) {
        let lost: i64 = leads::table.filter(leads::lost_reason_id.eq(reason)).count().get_result(conn)?;
        let were = stage_intervals::table.filter(stage_intervals::lost_reason_id.eq(reason));
        let were: i64 = were.count().get_result(conn)?;
        if lost + were > 0 {
            kept.removed.left.lost_reasons += 1;
        } else {
            diesel::delete(lost_reasons::table.find(reason)).execute(conn)?;
        }
    }
    Ok(())
}
