//! How a webhook fares: what an attempt changes about it.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::model::PauseReason;
use super::{WebhookId, store};
use crate::accounts::Principal;
use crate::db::Connection;
use crate::db::schema::webhooks;
use crate::db::types::Instant;
use crate::error::{Code, Result};

/// Something arrived. A rest that the receiver wished for lasts all the same.
///
/// # Errors
/// The database is away.
pub fn arrived(conn: &mut Connection, id: WebhookId) -> Result<()> {
    // Where all was well nothing is written.
    let failing = webhooks::table.find(id).filter(webhooks::failing_since.is_not_null());
    diesel::update(failing).set(webhooks::failing_since.eq(None::<Instant>)).execute(conn)?;
    Ok(())
}

/// Something did not arrive; the receiver may want a rest.
///
/// # Errors
/// The database is away.
pub fn failed(conn: &mut Connection, id: WebhookId, now: Instant, rest: Option<TimeDelta>) -> Result<()> {
    diesel::update(webhooks::table.find(id).filter(webhooks::failing_since.is_null()))
        .set(webhooks::failing_since.eq(now))
        .execute(conn)?;
    if let Some(rest) = rest {
        diesel::update(webhooks::table.find(id)).set(webhooks::not_before.eq(now.plus(rest))).execute(conn)?;
    }
    Ok(())
}

/// Pauses a webhook to which nothing has arrived since `first_tried`, the first attempt of what was given up.
///
/// # Errors
/// The database is away.
pub fn given_up(conn: &mut Connection, id: WebhookId, first_tried: Instant) -> Result<()> {
    // The first failure is noted when its attempt has ended.
    const SLACK: TimeDelta = TimeDelta::minutes(5);
    let since: Option<Instant> = webhooks::table.find(id).select(webhooks::failing_since).first(conn)?;
    if since.is_some_and(|since| since <= first_tried.plus(SLACK)) {
        pause(conn, id, PauseReason::Failing)?;
    }
    Ok(())
}

/// Pauses a webhook on Touchline's own account: the audit log tells.
///
/// # Errors
/// The database is away.
pub fn pause(conn: &mut Connection, id: WebhookId, reason: PauseReason) -> Result<()> {
    match store::pause(conn, &Principal::system(), id, reason) {
        Err(error) if error.code == Code::NotFound => Ok(()),
        paused => paused.map(drop),
    }
}
