//! Ingestion: batches of tracking events with identity resolution, beside bare inserts of the same rows, and whether
//! somebody who sends very many of them is in another's way.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::client::{self, Client, Request, load};
use super::fill::TOKEN;
use super::report::Goal;
use super::stats::{median, ratio};
use super::work::{Thing, insert_bare};
use crate::accounts::Principal;
use crate::cli::{Failure, Outcome};
use crate::contacts::ContactId;
use crate::contacts::identity::{Identity, Link, attach};
use crate::db::types::Instant;
use crate::db::{Connection, Db};
use crate::error::{Error, Result};
use crate::ingest::envelope::Shared;
use crate::ingest::event::Event;
use crate::ingest::touch::Row;
use crate::ingest::who::{ANONYMOUS_ID, USER_ID};
use crate::interactions::{Interaction, InteractionId};

/// A hundred events in a request.
pub const INGEST: &str = "ingest 100 events";
const EVENTS: u64 = 100;
/// How many clients are known by ids of the sender; every hundredth event is of a visitor nobody has seen.
const KNOWN: usize = 10_000;

/// The clients that events are about.
pub(super) fn known(contacts: &[ContactId]) -> &[ContactId] {
    contacts.get(..contacts.len().min(KNOWN)).unwrap_or_default()
}

/// Makes clients known by a user id and by the id of their browser.
///
/// # Errors
/// The database refuses.
pub fn introduce(db: &Db, contacts: &[ContactId]) -> Result<()> {
    for (some, first) in known(contacts).chunks(1000).zip((0..).step_by(1000)) {
        let some = some.to_vec();
        db.write_now(move |conn| {
            for (contact, nth) in some.iter().zip(first..) {
                let wrong = |why: &str| Error::internal(why.to_owned());
                let user = Identity::external(USER_ID, &user_id(nth)).map_err(wrong)?;
                let browser = Identity::anonymous(ANONYMOUS_ID, &browser_id(nth)).map_err(wrong)?;
                attach(conn, *contact, &[user, browser], Link::stated(Instant::now()))?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn user_id(nth: usize) -> String {
    format!("bench-{nth}")
}

/// The browser of one of so many known clients.
pub(super) fn browser_of(known: usize, n: u64) -> String {
    browser_id(person(known, n, 1))
}

fn browser_id(nth: usize) -> String {
    format!("bench-browser-{nth}")
}

/// Whom the event is about.
fn person(people: usize, n: u64, nth: u64) -> usize {
    let spread = (n * EVENTS + nth).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    usize::try_from(spread).unwrap_or(0) % people.max(1)
}

/// One event of the batch `n`; message ids never repeat, also not in another round.
fn event(people: usize, n: u64, nth: u64, now: Instant) -> Value {
    let person = person(people, n, nth);
    let unique = format!("{n:x}.{nth}.{}", now.micros());
    let mut event = json!({
        "type": if nth.is_multiple_of(3) { "page" } else { "track" }, "messageId": unique, "timestamp": now,
        "event": "Product viewed", "name": "Prices",
        "properties": { "product": nth, "price": 1999, "url": "https://shop.example/prices?utm_source=newsletter&gclid=x" },
        "context": { "page": { "url": "https://shop.example/prices?utm_source=newsletter&gclid=x", "title": "Prices" },
            "library": { "name": "bench", "version": "1" } },
    });
    if let Some(map) = event.as_object_mut() {
        if nth == 0 {
            map.insert("anonymousId".to_owned(), Value::from(format!("stranger-{unique}")));
        } else {
            map.insert("userId".to_owned(), Value::from(user_id(person)));
            map.insert("anonymousId".to_owned(), Value::from(browser_id(person)));
        }
    }
    event
}

fn request(people: usize, n: u64) -> Request {
    let now = Instant::now();
    let batch: Vec<_> = (0..EVENTS).map(|nth| event(people, n, nth, now)).collect();
    Request::post("/v1/batch", json!({ "batch": batch, "sentAt": now }).to_string().into_bytes())
}

/// A hundred events; in process the bare rows in one transaction.
#[must_use]
pub fn thing(contacts: &[ContactId]) -> Thing {
    let local = known(contacts).to_vec();
    let people = local.len();
    Thing {
        name: INGEST,
        request: Box::new(move |n| request(people, n)),
        local: Box::new(move |conn, n| raw_rows(conn, &local, n)),
        writes: true,
    }
}

/// The rows that a batch becomes, without anything that finding their clients means.
fn raw_rows(conn: &mut Connection, people: &[ContactId], n: u64) -> Result<usize> {
    let (by, now) = (Principal::system(), Instant::now());
    let template = template(&by, people.len(), n, now)?;
    let rows: Vec<Interaction> = (0..EVENTS)
        .filter_map(|nth| Some((nth, *people.get(person(people.len(), n, nth))?)))
        .map(|(nth, contact)| {
            let mut row = template.clone();
            row.id = InteractionId::new();
            row.contact_id = contact;
            row.source_id = Some(format!("raw-{n:x}.{nth}.{}", now.micros()));
            row
        })
        .collect();
    insert_bare(conn, &rows)
}

fn template(by: &Principal, people: usize, n: u64, now: Instant) -> Result<Interaction> {
    let text = event(people, n, 1, now).to_string();
    let event =
        Event::parse(&text, None, &Shared::default(), now).map_err(|refusal| Error::internal(refusal.message))?;
    match Row::of(&event, by, "bench")? {
        Row::Touch(row) => Ok(*row),
        Row::Change(_) => Err(Error::internal("a track event is a touchpoint")),
    }
}

/// Makes sure that a batch is taken whole: a measured refusal would flatter.
///
/// # Errors
/// It is not.
pub fn check(address: &str, contacts: &[ContactId]) -> Outcome {
    let answered = client::run(Duration::from_secs(60), async {
        let mut client = Client::connect(address, TOKEN).await?;
        let (status, body) = client.send(&request(known(contacts).len(), u64::MAX >> 8)).await?;
        Ok((status, body.to_vec()))
    });
    let (status, body) = answered.map_err(Failure::new)?;
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    if status == 200 && answer.get("accepted") == Some(&Value::from(EVENTS)) {
        return Ok(());
    }
    Err(Failure::new(format!("a batch was answered {status}: {}", String::from_utf8_lossy(&body))))
}

/// How many events the busy client sends.
const FLOOD: u64 = 100_000;

/// What one client's 100,000 events do to another's.
#[derive(Debug, Clone, Copy)]
pub struct Flood {
    /// Another's events a second before and after, one request at a time.
    before: f64,
    after: f64,
    /// 99 in 100 of another's requests during the flood took at most this long, in milliseconds.
    during_p99: f64,
}

/// Sends one client 100,000 events while another sends one after the other.
///
/// # Errors
/// A connection cannot be made.
pub fn flood(address: &str, time: Duration) -> Outcome<Flood> {
    let broken = |error: std::io::Error| Failure::new(format!("{INGEST}: {error}"));
    let single = |n: u64| of_one("another", n, 1);
    // The middle of three: the database tidies up behind the events for a moment.
    let alone = || {
        let rounds = (0..3).map(|_| load(address, TOKEN, 1, time, &single).map(|stretch| stretch.rate()));
        let rounds = rounds.collect::<std::io::Result<Vec<_>>>().map_err(broken)?;
        Ok::<f64, Failure>(median(rounds).map_or(0.0, |rate| rate.per_second))
    };
    let before = alone()?;
    let (sent, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let flooding = async {
        let mut client = Client::connect(address, TOKEN).await?;
        while sent.fetch_add(EVENTS, Ordering::Relaxed) < FLOOD {
            client.send(&of_one("busy", sent.load(Ordering::Relaxed), EVENTS)).await?;
        }
        Ok(())
    };
    let during: std::io::Result<u32> = std::thread::scope(|scope| {
        let busy = scope.spawn(|| {
            let sent = client::run(Duration::from_secs(600), flooding);
            over.store(true, Ordering::Release);
            sent
        });
        let mut micros = Vec::new();
        while !over.load(Ordering::Acquire) {
            micros.extend(load(address, TOKEN, 1, Duration::from_millis(200), &single)?.micros);
        }
        busy.join().unwrap_or_else(|_| Err(std::io::ErrorKind::Other.into()))?;
        micros.sort_unstable();
        Ok(super::stats::percentile(&micros, 99))
    });
    let during_p99 = f64::from(during.map_err(broken)?) / 1000.0;
    let after = alone()?;
    Ok(Flood { before, after, during_p99 })
}

fn of_one(user: &str, n: u64, events: u64) -> Request {
    let now = Instant::now();
    let one = |nth| {
        json!({ "type": "track", "event": "Moved", "userId": user, "timestamp": now,
        "messageId": format!("{user}.{n:x}.{nth}.{}", now.micros()) })
    };
    Request::post("/v1/batch", json!({ "batch": (0..events).map(one).collect::<Vec<_>>() }).to_string().into_bytes())
}

/// What ingestion must reach: `http` and `raw` are batches a second.
#[must_use]
pub fn goals(http: Option<f64>, raw: Option<f64>, flood: Option<Flood>) -> Vec<Goal> {
    let goal = |name: &str, value, bound, at_least| Goal { name: name.to_owned(), value, bound, at_least };
    let kept = flood.and_then(|flood| ratio(flood.after, flood.before));
    vec![
        goal("ingest of 100 events, HTTP / bare rows in one transaction", ratio_of(http, raw), 0.4, true),
        goal("another's events after one client's 100,000 / before", kept, 0.8, true),
        goal("another's event during them, p99 ms", flood.map(|flood| flood.during_p99), 100.0, false),
    ]
}

fn ratio_of(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    ratio(a?, b?)
}
