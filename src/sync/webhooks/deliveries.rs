//! The log of deliveries: what is due, what was done, what is sent again.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::delivery::{Attempt, Delivery, DeliveryDetail, DeliveryStatus, Row, TEST};
use super::{DeliveryId, WebhookId};
use crate::contacts::ContactId;
use crate::db::conditions::OneOf;
use crate::db::schema::{webhook_attempts as attempts, webhook_deliveries as deliveries};
use crate::db::types::{Guid, Instant};
use crate::db::{Connection, MultiBackend};
use crate::error::Result;
use crate::http::{Cursor, Page};

/// Which deliveries.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub status: Option<DeliveryStatus>,
    pub kind: Option<String>,
    pub from: Option<Instant>,
    pub to: Option<Instant>,
    pub after: Option<DeliveryId>,
}

type Query<'a> = deliveries::BoxedQuery<'a, MultiBackend>;

fn wanted<'a>(webhook: WebhookId, wanted: &Wanted) -> Query<'a> {
    let mut query = deliveries::table.filter(deliveries::webhook_id.eq(webhook)).into_boxed::<MultiBackend>();
    if let Some(status) = wanted.status {
        query = query.filter(deliveries::status.eq(status));
    }
    if let Some(kind) = &wanted.kind {
        query = query.filter(deliveries::kind.eq(kind.clone()));
    }
    if let Some(from) = wanted.from {
        query = query.filter(deliveries::id.ge(Guid::bound(from, 0)));
    }
    if let Some(to) = wanted.to {
        query = query.filter(deliveries::id.lt(Guid::bound(to, 0)));
    }
    query
}

/// A page of a webhook's deliveries, the newest first.
///
/// # Errors
/// The database is away.
pub fn newest(conn: &mut Connection, webhook: WebhookId, which: &Wanted, limit: i64) -> Result<Page<Delivery>> {
    let mut query = wanted(webhook, which);
    if let Some(after) = which.after {
        query = query.filter(deliveries::id.lt(after));
    }
    let rows = query.order(deliveries::id.desc()).limit(limit + 1).select(Row::as_select()).load(conn)?;
    Ok(Page::cut(rows, limit, |row: &Row| Cursor((), row.id).encode()).map(Delivery::from))
}

/// A delivery of a webhook.
///
/// # Errors
/// Not found.
pub fn find(conn: &mut Connection, webhook: WebhookId, id: DeliveryId) -> Result<Row> {
    let own = deliveries::table.find(id).filter(deliveries::webhook_id.eq(webhook));
    Ok(own.select(Row::as_select()).first(conn)?)
}

/// A delivery with its attempts.
///
/// # Errors
/// Not found.
pub fn detail(conn: &mut Connection, webhook: WebhookId, id: DeliveryId) -> Result<DeliveryDetail> {
    let delivery = find(conn, webhook, id)?.into();
    let log = attempts::table.filter(attempts::delivery_id.eq(id)).order(attempts::id.desc()).limit(100);
    Ok(DeliveryDetail { delivery, log: log.select(Attempt::as_select()).load(conn)? })
}

/// Sends a delivery again; one that is still to be sent is sent at once.
///
/// # Errors
/// Not found.
pub fn replay(conn: &mut Connection, webhook: WebhookId, id: DeliveryId, now: Instant) -> Result<Delivery> {
    find(conn, webhook, id)?;
    again(conn, vec![id.0], now)?;
    find(conn, webhook, id).map(Delivery::from)
}

fn again(conn: &mut Connection, ids: Vec<Guid>, now: Instant) -> Result<usize> {
    let chosen = deliveries::table.filter(OneOf::new("webhook_deliveries.id", ids)).filter(deliveries::kind.ne(TEST));
    Ok(diesel::update(chosen)
        .set((
            deliveries::status.eq(DeliveryStatus::Pending),
            deliveries::attempts.eq(0),
            deliveries::due_at.eq(now),
            deliveries::finished_at.eq(None::<Instant>),
        ))
        .execute(conn)?)
}

/// How many deliveries one write sends again, cancels or forgets.
const BITE: i64 = 500;

/// Sends the next few deliveries of a span again; returns how many and behind which to go on, `None` at the end.
///
/// # Errors
/// The database is away.
pub fn replay_some(
    conn: &mut Connection,
    webhook: WebhookId,
    which: &Wanted,
    now: Instant,
) -> Result<(usize, Option<DeliveryId>)> {
    let mut query = wanted(webhook, which).filter(deliveries::finished_at.is_not_null());
    if let Some(after) = which.after {
        query = query.filter(deliveries::id.gt(after));
    }
    let ids: Vec<DeliveryId> = query.order(deliveries::id).limit(BITE).select(deliveries::id).load(conn)?;
    let Some(last) = ids.last().copied() else { return Ok((0, None)) };
    let count = again(conn, ids.into_iter().map(|id| id.0).collect(), now)?;
    Ok((count, Some(last)))
}

/// Skips what waits to be sent.
///
/// # Errors
/// The database is away.
pub fn cancel_waiting(conn: &mut Connection, webhook: WebhookId, now: Instant) -> Result<()> {
    let waiting = deliveries::table.filter(deliveries::webhook_id.eq(webhook)).filter(deliveries::due_at.is_not_null());
    diesel::update(waiting)
        .set((
            deliveries::status.eq(DeliveryStatus::Skipped),
            deliveries::due_at.eq(None::<Instant>),
            deliveries::finished_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Puts a delivery into the log.
///
/// # Errors
/// The database is away.
pub fn insert(conn: &mut Connection, row: &Row) -> Result<()> {
    crate::on!(conn, c => diesel::insert_into(deliveries::table).values(row).execute(c))?;
    Ok(())
}

/// Whether anything is due.
///
/// # Errors
/// The database is away.
pub fn any_due(conn: &mut Connection, webhook: WebhookId, now: Instant) -> Result<bool> {
    let due = deliveries::table
        .filter(deliveries::webhook_id.eq(webhook))
        .filter(deliveries::due_at.is_not_null())
        .filter(deliveries::due_at.assume_not_null().le(now));
    Ok(due.select(deliveries::id).limit(1).first::<DeliveryId>(conn).optional()?.is_some())
}

/// When the first of a delivery's last `tries` attempts began.
///
/// # Errors
/// The database is away.
pub fn first_of(conn: &mut Connection, id: DeliveryId, tries: i32) -> Result<Option<Instant>> {
    let last = attempts::table.filter(attempts::delivery_id.eq(id)).order(attempts::id.desc()).limit(tries.into());
    Ok(last.select(attempts::at).load::<Instant>(conn)?.into_iter().min())
}

/// Takes up to `room` deliveries that are due, for this server alone until `until`. Of an ordered webhook only the first
/// that has not arrived.
///
/// # Errors
/// The database is away.
pub fn take(
    conn: &mut Connection,
    webhook: WebhookId,
    ordered: bool,
    room: i64,
    (now, until): (Instant, Instant),
) -> Result<Vec<Row>> {
    let waiting = deliveries::table
        .filter(deliveries::webhook_id.eq(webhook))
        .filter(deliveries::due_at.is_not_null())
        .filter(deliveries::kind.ne(TEST))
        .select(Row::as_select())
        .into_boxed::<MultiBackend>();
    let rows: Vec<Row> = if ordered {
        let first = waiting.order((deliveries::place_txid, deliveries::place_seq)).limit(1);
        first.load::<Row>(conn)?.into_iter().filter(|row| row.due_at.is_some_and(|due| due <= now)).collect()
    } else {
        let due = waiting.filter(deliveries::due_at.assume_not_null().le(now));
        due.order((deliveries::due_at, deliveries::id)).limit(room).load(conn)?
    };
    let mut taken = Vec::new();
    for row in rows {
        // Another server may have been first.
        let untaken = deliveries::table.find(row.id).filter(deliveries::due_at.eq(row.due_at));
        if diesel::update(untaken).set(deliveries::due_at.eq(until)).execute(conn)? == 1 {
            taken.push(row);
        }
    }
    Ok(taken)
}

/// Empties what is kept of answers about an erased person.
///
/// # Errors
/// The database is away.
pub fn forget_contact(conn: &mut Connection, contact: ContactId) -> Result<()> {
    let theirs = deliveries::table.filter(deliveries::contact_id.eq(contact)).select(deliveries::id);
    diesel::update(attempts::table.filter(attempts::delivery_id.eq_any(theirs)))
        .set(attempts::response.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}

/// Forgets deliveries that ended long ago, with their attempts.
///
/// # Errors
/// The database is away.
pub fn forget_old(conn: &mut Connection, now: Instant, kept_for: TimeDelta) -> Result<usize> {
    let old = deliveries::table
        .filter(deliveries::finished_at.assume_not_null().lt(now.plus(-kept_for)))
        .filter(deliveries::finished_at.is_not_null());
    let ids: Vec<Guid> = old.order(deliveries::finished_at).limit(BITE).select(deliveries::id).load(conn)?;
    if ids.is_empty() {
        return Ok(0);
    }
    diesel::delete(attempts::table.filter(OneOf::new("webhook_attempts.delivery_id", ids.clone()))).execute(conn)?;
    Ok(diesel::delete(deliveries::table.filter(OneOf::new("webhook_deliveries.id", ids))).execute(conn)?)
}
