//! Events that were refused: kept as they came with the reason, and replayed after a fix. Only the
//! erasure of a person removes any.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::envelope::Shared;
use super::event::{Call, Event};
use super::store::{self, EventOutcome, EventStatus, From, Incoming};
use crate::accounts::{ApiKeyId, Principal};
use crate::db::schema::ingest_refused as refused;
use crate::db::types::{Guid, Instant, Json};
use crate::db::{Connection, MultiBackend};
use crate::error::{Code, Error, Result};
use crate::http::{Cursor, Limit, Page};
use crate::on;

crate::id! {
    /// A refused event's id.
    RefusedId
}

/// How many events one replay takes at most.
pub const TOGETHER: i64 = 100;

/// The endpoint an event came by, and what its batch shared.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Envelope {
    /// The endpoint's call, where it names one.
    pub call: Option<Call>,
    /// When it was sent, by the sender's clock.
    pub sent_at: Option<Instant>,
    /// Circumstances of the batch.
    pub context: Option<Map<String, Value>>,
    /// Other tools the batch names.
    pub integrations: Option<Value>,
}

impl Envelope {
    /// What a batch by this endpoint shares.
    #[must_use]
    pub fn new(call: Option<Call>, shared: &Shared) -> Self {
        let Shared { sent_at, context, integrations } = shared.clone();
        Self { call, sent_at, context, integrations }
    }

    fn shared(&self) -> Shared {
        let Self { sent_at, context, integrations, .. } = self.clone();
        Shared { sent_at, context, integrations }
    }
}

/// An event that was refused.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = refused)]
pub struct Refused {
    /// Its id.
    pub id: RefusedId,
    /// The write key it came by.
    pub api_key_id: ApiKeyId,
    /// The write key's name.
    pub source: String,
    /// Its message id, where it can be made out.
    pub message_id: Option<String>,
    /// Why it was refused, as a stable word.
    pub code: String,
    /// Why it was refused, for a person.
    pub reason: String,
    /// The endpoint and what the batch shared.
    #[schema(value_type = Object)]
    pub envelope: Json<Value>,
    /// The event as it came, as text.
    pub event: String,
    /// How often it has been tried, the first time included.
    pub attempts: i32,
    /// When it reached us.
    pub received_at: Instant,
    /// When it was last tried.
    pub tried_at: Instant,
    /// When it was replayed with success.
    pub replayed_at: Option<Instant>,
}

/// Which refused events.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RefusedQuery {
    /// Only those refused for this reason.
    pub code: Option<String>,
    /// Only those of this write key's name.
    pub source: Option<String>,
    /// Only those that have (`true`) or have not (`false`) been replayed.
    pub replayed: Option<bool>,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// 1 to 200; 50 by default.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    pub limit: Limit,
}

/// Keeps events that were refused; one that is sent again is kept once.
///
/// # Errors
/// The database refuses.
pub fn keep(conn: &mut Connection, from: &From, bad: &[(&str, &EventOutcome)]) -> Result<()> {
    if bad.is_empty() {
        return Ok(());
    }
    let envelope = Json(serde_json::to_value(&from.envelope).map_err(Error::internal)?);
    let rows: Vec<_> = bad
        .iter()
        .map(|(text, outcome)| {
            let known_by = outcome.message_id.as_deref().unwrap_or(text);
            (
                refused::id.eq(RefusedId::new()),
                refused::api_key_id.eq(from.key),
                refused::source.eq(from.source.as_str()),
                refused::fingerprint.eq(Sha256::digest(known_by.as_bytes()).to_vec()),
                refused::message_id.eq(outcome.message_id.as_deref()),
                refused::code.eq(outcome.code.unwrap_or_default()),
                refused::reason.eq(outcome.message.as_deref().unwrap_or_default()),
                refused::envelope.eq(envelope.clone()),
                refused::event.eq(*text),
                refused::attempts.eq(1),
                refused::received_at.eq(from.received_at),
                refused::tried_at.eq(from.received_at),
            )
        })
        .collect();
    // SQLite takes a limited number of values in one statement.
    for chunk in rows.chunks(50) {
        on!(conn, c => diesel::insert_into(refused::table).values(chunk).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}

/// A page of refused events, the newest first.
///
/// # Errors
/// A bad cursor or limit.
pub fn page(conn: &mut Connection, query: &RefusedQuery) -> Result<Page<Refused>> {
    let limit = query.limit.get()?;
    let mut rows = refused::table.select(Refused::as_select()).into_boxed::<MultiBackend>();
    if let Some(code) = &query.code {
        rows = rows.filter(refused::code.eq(code));
    }
    if let Some(source) = &query.source {
        rows = rows.filter(refused::source.eq(source));
    }
    match query.replayed {
        Some(true) => rows = rows.filter(refused::replayed_at.is_not_null()),
        Some(false) => rows = rows.filter(refused::replayed_at.is_null()),
        None => {}
    }
    if let Some(cursor) = &query.cursor {
        let Cursor(at, id) = Cursor::<Instant, Guid>::decode(cursor)?;
        rows = rows.filter(refused::received_at.lt(at).or(refused::received_at.eq(at).and(refused::id.lt(id))));
    }
    let rows = rows.order((refused::received_at.desc(), refused::id.desc())).limit(limit + 1).load(conn)?;
    Ok(Page::cut(rows, limit, |row: &Refused| Cursor(row.received_at, row.id.0).encode()))
}

/// The refused event.
///
/// # Errors
/// There is none.
pub fn find(conn: &mut Connection, id: RefusedId) -> Result<Refused> {
    Ok(refused::table.find(id).select(Refused::as_select()).first(conn)?)
}

/// Tries an event again, as it came or corrected.
///
/// # Errors
/// It was replayed before; the database is away.
pub fn replay(
    conn: &mut Connection,
    by: &Principal,
    region: &str,
    id: RefusedId,
    corrected: Option<&str>,
) -> Result<Refused> {
    let before = find(conn, id)?;
    if before.replayed_at.is_some() {
        return Err(Error::because(Code::Conflict, "The event was replayed before."));
    }
    again(conn, by, region, &before, corrected)?;
    find(conn, id)
}

/// What became of a replay of many.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct Replayed {
    /// How many were stored now.
    pub replayed: usize,
    /// How many were refused again.
    pub refused: usize,
}

/// Tries the events that were not tried for longest, and not since `before`; both counts are zero where none is left.
///
/// # Errors
/// The database is away.
pub fn replay_some(conn: &mut Connection, by: &Principal, region: &str, before: Instant) -> Result<Replayed> {
    let open = refused::table.filter(refused::replayed_at.is_null()).filter(refused::tried_at.lt(before));
    let open = open.order((refused::tried_at.asc(), refused::id.asc())).limit(TOGETHER);
    let rows: Vec<Refused> = open.select(Refused::as_select()).load(conn)?;
    let mut count = Replayed::default();
    for row in rows {
        if again(conn, by, region, &row, None)? { count.replayed += 1 } else { count.refused += 1 }
    }
    Ok(count)
}

fn again(conn: &mut Connection, by: &Principal, region: &str, row: &Refused, corrected: Option<&str>) -> Result<bool> {
    let envelope: Envelope = serde_json::from_value(row.envelope.0.clone()).map_err(Error::internal)?;
    let text = corrected.unwrap_or(&row.event);
    let read = Event::parse(text, envelope.call, &envelope.shared(), row.received_at);
    let incoming = Incoming::new(text, read, by, &row.source, region)?;
    let from = From {
        key: row.api_key_id,
        source: row.source.clone(),
        received_at: row.received_at,
        envelope,
        region: region.to_owned(),
    };
    let outcome = store::take(conn, by, &from, std::slice::from_ref(&incoming))?.pop();
    let outcome = outcome.ok_or_else(|| Error::internal("an event without an outcome"))?;
    let (taken, now) = (outcome.status != EventStatus::Refused, Instant::now());
    let why = (outcome.code.unwrap_or(&row.code).to_owned(), outcome.message.unwrap_or_else(|| row.reason.clone()));
    diesel::update(refused::table.find(row.id))
        .set((
            refused::attempts.eq(row.attempts + 1),
            refused::tried_at.eq(now),
            refused::code.eq(why.0),
            refused::reason.eq(why.1),
            refused::replayed_at.eq(taken.then_some(now)),
        ))
        .execute(conn)?;
    Ok(taken)
}
