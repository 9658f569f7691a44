//! Retried requests do nothing twice: the answer to a POST with an `Idempotency-Key` is stored in the same
//! transaction as its effect, and given again to the same request.

use actix_web::HttpRequest;
use bytes::Bytes;
use chrono::TimeDelta;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::Reply;
use crate::db::schema::idempotency_keys as keys;
use crate::db::types::{Guid, Instant};
use crate::db::{Both, Connection};
use crate::error::{Code, Error, Result};

/// The header's name.
pub const HEADER: &str = "Idempotency-Key";

/// How long a stored answer is given again.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// What identifies a retried request: the client's key and a digest of method, path, query and body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    key: String,
    fingerprint: Vec<u8>,
}

impl Retry {
    /// Reads the header; `None` where it is absent.
    ///
    /// # Errors
    /// [`Code::MalformedHeader`] where the key is not 1 to 255 visible ASCII characters.
    pub fn from_request(req: &HttpRequest, body: &[u8]) -> Result<Option<Self>> {
        let Some(value) = req.headers().get(HEADER) else { return Ok(None) };
        let key = value.to_str().ok().filter(|key| (1..=255).contains(&key.len()));
        let key = key.ok_or_else(|| {
            Error::because(Code::MalformedHeader, "Idempotency-Key must have 1 to 255 visible ASCII characters.")
        })?;
        let mut digest = Sha256::new();
        for part in [req.method().as_str().as_bytes(), req.uri().to_string().as_bytes(), body] {
            digest.update(part);
            digest.update([0]);
        }
        Ok(Some(Self { key: key.to_owned(), fingerprint: digest.finalize().to_vec() }))
    }

    /// The same for the nth part of a request that is written in several parts.
    #[must_use]
    pub fn part(&self, n: usize) -> Self {
        let key = if n == 0 { self.key.clone() } else { format!("{}#{n}", self.key) };
        Self { key, fingerprint: self.fingerprint.clone() }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = keys)]
struct Stored {
    fingerprint: Vec<u8>,
    status: i32,
    etag: Option<String>,
    location: Option<String>,
    body: Vec<u8>,
    created_at: Instant,
}

/// Runs `work`, unless this request of this actor was answered before: then gives the same answer.
///
/// # Errors
/// What `work` returns, which is not stored; [`Code::IdempotencyMismatch`] where the key served another request.
pub fn once(
    conn: &mut Connection,
    actor: Guid,
    retry: Option<&Retry>,
    work: impl FnOnce(&mut Connection) -> Result<Reply>,
) -> Result<Reply> {
    let Some(retry) = retry else { return work(conn) };
    let now = Instant::now();
    let stored: Option<Stored> =
        keys::table.find((actor, &retry.key)).select(Stored::as_select()).first(conn).optional()?;
    match stored {
        Some(stored) if now.since(stored.created_at) < KEPT_FOR => return stored.replay(retry),
        Some(_) => drop(diesel::delete(keys::table.find((actor, &retry.key))).execute(conn)?),
        None => {}
    }
    let reply = work(conn)?;
    let row = (
        keys::actor_id.eq(actor),
        keys::key.eq(&retry.key),
        keys::fingerprint.eq(&retry.fingerprint),
        keys::status.eq(i32::from(reply.status)),
        keys::etag.eq(&reply.etag),
        keys::location.eq(&reply.location),
        keys::body.eq(reply.body.as_ref()),
        keys::created_at.eq(now),
    );
    let insert = diesel::insert_into(keys::table).values(row).on_conflict((keys::actor_id, keys::key)).do_nothing();
    if Both(insert).execute(conn)? == 0 {
        // The same request has just been committed by another writer: undo this run, the next finds its answer.
        return Err(Error {
            transient: true,
            ..Error::unavailable("a concurrent request had the same Idempotency-Key")
        });
    }
    Ok(reply)
}

impl Stored {
    fn replay(self, retry: &Retry) -> Result<Reply> {
        if self.fingerprint != retry.fingerprint {
            return Err(Error::new(Code::IdempotencyMismatch));
        }
        let reply = Reply::raw(super::reply::JSON, Bytes::from(self.body));
        let status = u16::try_from(self.status).map_err(Error::internal)?;
        Ok(Reply { etag: self.etag, location: self.location, ..reply.status(status) })
    }
}

/// Forgets at most [`BITE`] answers older than [`KEPT_FOR`], oldest first; returns how many.
///
/// # Errors
/// The database cannot be reached.
pub fn forget_old(conn: &mut Connection, now: Instant) -> Result<usize> {
    let old = now.plus(-KEPT_FOR);
    let ages = keys::table.filter(keys::created_at.lt(old)).order(keys::created_at).select(keys::created_at);
    let oldest: Vec<Instant> = ages.limit(BITE).load(conn)?;
    let Some(until) = oldest.last() else { return Ok(0) };
    Ok(diesel::delete(keys::table.filter(keys::created_at.le(until))).execute(conn)?)
}

/// How many answers are forgotten in one write.
const BITE: i64 = 1000;
