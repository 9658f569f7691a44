//! From the log of changes to deliveries: each webhook reads the log from its own place and chooses what it is told of.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde_json::json;

use super::WebhookId;
use super::delivery::Row;
use super::store::Hook;
use crate::accounts::Principal;
use crate::accounts::audit::{self, Subject};
use crate::db::schema::{webhook_deliveries as deliveries, webhooks};
use crate::db::types::{Instant, sql};
use crate::db::{Connection, Db};
use crate::error::Result;
use crate::on;
use crate::sync::change::ChangeType;
use crate::sync::log::{self, Logged, Place};
use crate::sync::present::Present;

/// Rows of the log looked at in one piece.
const PIECE: usize = 500;
/// A webhook with so many deliveries to be sent is given more when some have arrived.
const MOST_WAITING: i64 = 5000;
/// After so many rows without anything for a webhook its place is written down.
const UNWRITTEN: usize = 5000;

/// How far the log was read without anything for a webhook: a restart reads that again.
#[derive(Debug, Default)]
pub struct Ahead(HashMap<WebhookId, Reading>);

#[derive(Debug, Clone, Copy)]
struct Reading {
    stored: Place,
    read: Place,
    rows: usize,
}

struct Found {
    rows: Vec<Row>,
    end: Place,
    looked_at: usize,
    /// Where to go on, where something is missing behind the place.
    lost: Option<Place>,
}

/// Makes deliveries of the next piece of the log; says whether there is more at once.
///
/// # Errors
/// The database is away.
pub async fn fan_out(db: &Db, hook: &mut Hook, ahead: &mut Ahead) -> Result<bool> {
    let (id, stored) = (hook.webhook.id, hook.place());
    let reading = ahead.0.get(&id).copied().filter(|reading| reading.stored == stored);
    let reading = reading.unwrap_or(Reading { stored, read: stored, rows: 0 });
    let chooser = hook.clone();
    let Some(found) = db.read(move |conn| find(conn, &chooser, reading.read)).await? else { return Ok(false) };
    let more = found.looked_at == PIECE;
    let rows = reading.rows + found.looked_at;
    if found.rows.is_empty() && found.lost.is_none() && rows < UNWRITTEN {
        ahead.0.insert(id, Reading { read: found.end, rows, stored });
        return Ok(more);
    }
    ahead.0.remove(&id);
    let end = found.end;
    db.write(move |conn| write(conn, id, stored, &found)).await?;
    // Where another server was first, the next round reads the place it has written.
    hook.move_to(end);
    Ok(more)
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn waiting(conn: &mut Connection, id: WebhookId) -> Result<i64> {
    const COUNT: &str = "SELECT COUNT(*) AS count FROM (SELECT 1 FROM webhook_deliveries \
         WHERE webhook_id = $1 AND due_at IS NOT NULL LIMIT $2) AS waiting";
    let counted = diesel::sql_query(COUNT).bind::<sql::Guid, _>(id).bind::<BigInt, _>(MOST_WAITING);
    Ok(counted.get_result::<Waiting>(conn)?.count)
}

/// What a piece of the log holds for a webhook; `None` where it has enough to be sent.
fn find(conn: &mut Connection, hook: &Hook, place: Place) -> Result<Option<Found>> {
    let lost = log::lost(conn, place)?;
    let place = lost.unwrap_or(place);
    let rows = log::after(conn, place, i64::try_from(PIECE).unwrap_or(i64::MAX))?;
    let (looked_at, end) = (rows.len(), rows.last().map_or(place, |row| row.place));
    let chosen = choose(conn, hook, rows)?;
    if !chosen.is_empty() && waiting(conn, hook.webhook.id)? >= MOST_WAITING {
        return Ok(None);
    }
    let now = Instant::now();
    let rows = chosen.iter().map(|(row, change)| Row::new(hook.webhook.id, row, *change, now)).collect();
    Ok(Some(Found { rows, end, looked_at, lost }))
}

fn choose(conn: &mut Connection, hook: &Hook, rows: Vec<Logged>) -> Result<Vec<(Logged, ChangeType)>> {
    let types = hook.webhook.selected();
    let told = rows.into_iter().filter_map(|row| ChangeType::of(&row.kind).map(|change| (row, change)));
    let mut told: Vec<_> = told.filter(|(_, change)| types.contains(change)).collect();
    let filter = &hook.webhook.filter.0;
    if !told.is_empty() && !filter.is_empty() {
        let present = Present::load(conn, &told)?;
        told.retain(|(row, change)| filter.passes(*change, &present.facts(row, *change)));
    }
    Ok(told)
}

/// Writes the deliveries and the new place, unless another server has moved the place meanwhile.
fn write(conn: &mut Connection, id: WebhookId, from: Place, found: &Found) -> Result<()> {
    let unmoved = webhooks::table
        .find(id)
        .filter(webhooks::place_txid.eq(from.txid).and(webhooks::place_seq.eq(from.seq)))
        .filter(webhooks::deleted_at.is_null().and(webhooks::paused_at.is_null()));
    let place = (webhooks::place_txid.eq(found.end.txid), webhooks::place_seq.eq(found.end.seq));
    if diesel::update(unmoved).set(place).execute(conn)? == 0 {
        return Ok(());
    }
    if let Some(lost) = found.lost {
        let subject = Subject { entity: "webhook", id: id.0, contact_id: None };
        let told = json!({ "from": from.to_string(), "to": lost.to_string() });
        audit::record(conn, &Principal::system(), "changes_missed", subject, None::<&()>, Some(&told))?;
    }
    if !found.rows.is_empty() {
        on!(conn, c => diesel::insert_into(deliveries::table).values(&found.rows).execute(c))?;
    }
    Ok(())
}
