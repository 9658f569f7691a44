//! Webhooks in the database.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::WebhookId;
use super::model::{PauseReason, Webhook, WebhookChange};
use crate::accounts::audit::{self, Subject};
use crate::accounts::{Principal, Scope};
use crate::db::schema::webhooks;
use crate::db::types::{Instant, Json};
use crate::db::{Connection, MultiBackend};
use crate::error::{Code, Error, FieldError, Result};
use crate::http::{Cursor, Page, Version, check_version};
use crate::sync::log::{self, Place};

/// How long the secret before a rotation signs beside the new one.
const BOTH_SIGN: TimeDelta = TimeDelta::hours(24);

const fn subject(id: WebhookId) -> Subject {
    Subject { entity: "webhook", id: id.0, contact_id: None }
}

/// A webhook with what only the worker needs.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = webhooks)]
pub struct Hook {
    /// What is shown of it.
    #[diesel(embed)]
    pub webhook: Webhook,
    secret: String,
    previous_secret: Option<String>,
    place_txid: i64,
    place_seq: i64,
}

impl Hook {
    /// Up to where the log has been made into deliveries.
    #[must_use]
    pub const fn place(&self) -> Place {
        Place { txid: self.place_txid, seq: self.place_seq }
    }

    /// Notes how far the log has been read since.
    pub const fn move_to(&mut self, place: Place) {
        (self.place_txid, self.place_seq) = (place.txid, place.seq);
    }

    /// The secrets that sign at present.
    pub fn secrets(&self, now: Instant) -> impl Iterator<Item = &str> {
        let both = self.webhook.previous_until.is_some_and(|until| now < until);
        std::iter::once(self.secret.as_str()).chain(self.previous_secret.as_deref().filter(|_| both))
    }
}

/// A webhook that is not deleted.
///
/// # Errors
/// Not found.
pub fn find(conn: &mut Connection, id: WebhookId) -> Result<Webhook> {
    let live = webhooks::table.find(id).filter(webhooks::deleted_at.is_null());
    Ok(live.select(Webhook::as_select()).first(conn)?)
}

/// [`find`] with what only the worker needs.
///
/// # Errors
/// Not found.
pub fn hook(conn: &mut Connection, id: WebhookId) -> Result<Hook> {
    let live = webhooks::table.find(id).filter(webhooks::deleted_at.is_null());
    Ok(live.select(Hook::as_select()).first(conn)?)
}

/// The webhooks that are neither deleted nor paused.
///
/// # Errors
/// The database is away.
pub fn active(conn: &mut Connection) -> Result<Vec<Hook>> {
    let live = webhooks::table.filter(webhooks::deleted_at.is_null().and(webhooks::paused_at.is_null()));
    Ok(live.order(webhooks::id).select(Hook::as_select()).load(conn)?)
}

/// The newest first.
///
/// # Errors
/// The cursor is not one of this list.
pub fn newest(conn: &mut Connection, deleted: bool, cursor: Option<&str>, limit: i64) -> Result<Page<Webhook>> {
    let mut query = webhooks::table.select(Webhook::as_select()).into_boxed::<MultiBackend>();
    query = if deleted {
        query.filter(webhooks::deleted_at.is_not_null())
    } else {
        query.filter(webhooks::deleted_at.is_null())
    };
    if let Some(cursor) = cursor {
        let Cursor((), id) = Cursor::<(), WebhookId>::decode(cursor)?;
        query = query.filter(webhooks::id.lt(id));
    }
    let rows = query.order(webhooks::id.desc()).limit(limit + 1).load(conn)?;
    Ok(Page::cut(rows, limit, |webhook| Cursor((), webhook.id).encode()))
}

/// A webhook is sent every record of its types, so whoever makes or changes one must be able to see them all.
fn check_rights(by: &Principal, webhook: &Webhook) -> Result<()> {
    if by.scope != Scope::All {
        return Err(Error::because(Code::Forbidden, "Only who sees every record may say where changes are sent."));
    }
    webhook.selected().iter().try_for_each(|change| by.require(change.record_type().permission()))
}

/// Makes a webhook, which is told of what happens from now on.
///
/// # Errors
/// `url` or `types` is missing; the caller may not see all that would be sent.
pub fn insert(
    conn: &mut Connection,
    by: &Principal,
    id: WebhookId,
    secret: &str,
    new: WebhookChange,
) -> Result<Webhook> {
    let missing = [("url", new.url.is_none()), ("types", new.types.is_none())];
    let missing: Vec<_> = missing.into_iter().filter(|(_, missing)| *missing).collect();
    if !missing.is_empty() {
        let errors = missing.into_iter().map(|(field, _)| FieldError::new(field, "required", "is required"));
        return Err(Error::invalid(errors.collect()));
    }
    let now = Instant::now();
    let mut webhook = Webhook {
        id,
        url: String::new(),
        description: None,
        types: Json::default(),
        filter: Json::default(),
        ordered: false,
        previous_until: None,
        not_before: None,
        failing_since: None,
        paused_at: None,
        pause_reason: None,
        created_by: by.actor.user(),
        created_by_key: by.actor.key(),
        version: 1,
        created_at: now,
        updated_at: now,
        deleted_at: None,
    };
    webhook.apply(new);
    check_rights(by, &webhook)?;
    let place = log::end(conn)?;
    let place = (webhooks::place_txid.eq(place.txid), webhooks::place_seq.eq(place.seq));
    diesel::insert_into(webhooks::table).values((&webhook, webhooks::secret.eq(secret), place)).execute(conn)?;
    audit::record(conn, by, "create", subject(id), None::<&Webhook>, Some(&webhook))?;
    Ok(webhook)
}

/// Changes a webhook; where nothing differs nothing is written.
///
/// # Errors
/// Not found; changed by somebody else; the caller may not see all that would be sent.
pub fn update(
    conn: &mut Connection,
    by: &Principal,
    id: WebhookId,
    expected: Option<Version>,
    change: WebhookChange,
) -> Result<Webhook> {
    let before = find(conn, id)?;
    check_version(expected, before.version)?;
    let mut after = before.clone();
    after.apply(change);
    check_rights(by, &after)?;
    if after == before {
        return Ok(before);
    }
    save(conn, by, "update", &before, after)
}

/// Writes the row, unless somebody else has done so since it was read: then the whole work is run again.
pub(super) fn save(
    conn: &mut Connection,
    by: &Principal,
    action: &str,
    before: &Webhook,
    mut after: Webhook,
) -> Result<Webhook> {
    after.version = before.version + 1;
    after.updated_at = Instant::now();
    let unchanged = webhooks::table.find(after.id).filter(webhooks::version.eq(before.version));
    let changes = (
        (
            webhooks::url.eq(&after.url),
            webhooks::description.eq(&after.description),
            webhooks::types.eq(&after.types),
            webhooks::filter.eq(&after.filter),
            webhooks::ordered.eq(after.ordered),
        ),
        webhooks::previous_until.eq(after.previous_until),
        webhooks::not_before.eq(after.not_before),
        webhooks::failing_since.eq(after.failing_since),
        webhooks::paused_at.eq(after.paused_at),
        webhooks::pause_reason.eq(after.pause_reason),
        webhooks::version.eq(after.version),
        webhooks::updated_at.eq(after.updated_at),
        webhooks::deleted_at.eq(after.deleted_at),
    );
    if diesel::update(unchanged).set(changes).execute(conn)? == 0 {
        return Err(Error { transient: true, ..Error::unavailable("a concurrent request changed the webhook") });
    }
    audit::record(conn, by, action, subject(after.id), Some(before), Some(&after))?;
    Ok(after)
}

/// Deletes a webhook: nothing more is sent. It can be restored.
///
/// # Errors
/// Not found; changed by somebody else.
pub fn delete(conn: &mut Connection, by: &Principal, id: WebhookId, expected: Option<Version>) -> Result<()> {
    let before = find(conn, id)?;
    check_version(expected, before.version)?;
    let after = Webhook { deleted_at: Some(Instant::now()), ..before.clone() };
    save(conn, by, "delete", &before, after).map(drop)
}

/// Brings a deleted webhook back, paused.
///
/// # Errors
/// Not found.
pub fn restore(conn: &mut Connection, by: &Principal, id: WebhookId) -> Result<Webhook> {
    let before: Webhook = webhooks::table.find(id).select(Webhook::as_select()).first(conn)?;
    if before.deleted_at.is_none() {
        return Ok(before);
    }
    check_rights(by, &before)?;
    let now = Some(Instant::now());
    let after = Webhook {
        deleted_at: None,
        paused_at: before.paused_at.or(now),
        pause_reason: before.pause_reason.or(Some(PauseReason::Requested)),
        ..before.clone()
    };
    save(conn, by, "restore", &before, after)
}

/// Pauses a webhook; one that is paused stays as it is.
///
/// # Errors
/// Not found.
pub fn pause(conn: &mut Connection, by: &Principal, id: WebhookId, reason: PauseReason) -> Result<Webhook> {
    let before = find(conn, id)?;
    if before.paused_at.is_some() {
        return Ok(before);
    }
    let after = Webhook { paused_at: Some(Instant::now()), pause_reason: Some(reason), ..before.clone() };
    save(conn, by, "pause", &before, after)
}

/// Resumes a webhook, which is then told of what happened meanwhile, unless that is to be skipped.
///
/// # Errors
/// Not found; the caller may not see all that would be sent.
pub fn resume(conn: &mut Connection, by: &Principal, id: WebhookId, skip: bool) -> Result<Webhook> {
    let before = find(conn, id)?;
    check_rights(by, &before)?;
    if skip {
        let place = log::end(conn)?;
        diesel::update(webhooks::table.find(id))
            .set((webhooks::place_txid.eq(place.txid), webhooks::place_seq.eq(place.seq)))
            .execute(conn)?;
        super::deliveries::cancel_waiting(conn, id, Instant::now())?;
    }
    if before.paused_at.is_none() {
        return Ok(before);
    }
    let after =
        Webhook { paused_at: None, pause_reason: None, failing_since: None, not_before: None, ..before.clone() };
    save(conn, by, "resume", &before, after)
}

/// Gives a webhook another secret; the present one signs beside it for a day.
///
/// # Errors
/// Not found.
pub fn rotate(conn: &mut Connection, by: &Principal, id: WebhookId, secret: &str) -> Result<Webhook> {
    let old = hook(conn, id)?;
    diesel::update(webhooks::table.find(id))
        .set((webhooks::secret.eq(secret), webhooks::previous_secret.eq(Some(old.secret))))
        .execute(conn)?;
    let after = Webhook { previous_until: Some(Instant::now().plus(BOTH_SIGN)), ..old.webhook.clone() };
    save(conn, by, "rotate_secret", &old.webhook, after)
}
