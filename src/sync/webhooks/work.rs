//! The worker: takes what is due, sends it, writes down how that went.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use actix_web::web::Data;
use chrono::TimeDelta;
use diesel::prelude::*;
use futures_util::future::join_all;
use serde::Serialize;
use serde_json::json;

use super::deliveries;
use super::delivery::{Attempt, DeliveryStatus, Row};
use super::fan_out::{Ahead, fan_out};
use super::schedule::{self, Outcome, Verdict};
use super::send::Message;
use super::store::{self, Hook};
use super::{DeliveryId, WebhookId, health, signature};
use crate::accounts::Principal;
use crate::app::App;
use crate::db::Connection;
use crate::db::schema::{webhook_attempts as attempts, webhook_deliveries as rows};
use crate::db::types::{Guid, Instant};
use crate::error::Result;
use crate::sync::present::Present;
use crate::sync::wake::Wake;

/// Deliveries on their way to one receiver at the same time.
const AT_ONCE: usize = 8;
/// How often it is looked for what has become due, and for webhooks that another server was told of.
const LOOK: Duration = Duration::from_secs(1);
const LOOK_FOR_WEBHOOKS: Duration = Duration::from_secs(10);
/// How much longer than a receiver may take an attempt may be under way before it is taken for lost.
const SLACK: TimeDelta = TimeDelta::seconds(10);

/// What to do next.
enum Pace {
    /// Go on at once.
    Busy,
    /// Wait for news.
    Watching,
    /// There are no webhooks.
    Idle,
}

/// Deliveries on their way, by webhook.
type Flights = Rc<RefCell<HashMap<WebhookId, usize>>>;

/// Delivers for ever. Without webhooks it does nothing but look for some now and then.
pub async fn run(app: Data<App>) {
    let mut wake = Wake::new(&app.db, app.streams.closing());
    let (mut ahead, flights) = (Ahead::default(), Flights::default());
    while !wake.is_closing() {
        let pace = round(&app, &mut ahead, &flights).await.unwrap_or_else(|error| {
            tracing::warn!(%error, cause = error.cause.as_deref(), "webhooks wait");
            Pace::Watching
        });
        match pace {
            Pace::Busy => {}
            Pace::Watching => tokio::select! {
                () = app.webhooks.stir.notified() => {}
                () = wake.wait(tokio::time::Instant::now() + LOOK) => {}
            },
            Pace::Idle => tokio::select! {
                () = app.webhooks.stir.notified() => {}
                () = tokio::time::sleep(LOOK_FOR_WEBHOOKS) => {}
            },
        }
    }
}

async fn round(app: &Data<App>, ahead: &mut Ahead, flights: &Flights) -> Result<Pace> {
    let hooks = app.db.read(store::active).await?;
    if hooks.is_empty() {
        return Ok(Pace::Idle);
    }
    let mut pace = Pace::Watching;
    for mut hook in hooks {
        if fan_out(&app.db, &mut hook, ahead).await? {
            pace = Pace::Busy;
        }
        let on_their_way = flights.borrow().get(&hook.webhook.id).copied().unwrap_or(0);
        for row in take(app, &hook, AT_ONCE.saturating_sub(on_their_way), Instant::now()).await? {
            let flight = Flight::begin(flights, hook.webhook.id);
            let (app, hook) = (app.clone(), hook.clone());
            actix_web::rt::spawn(async move {
                if let Err(error) = attempt(&app, &hook, row, None).await {
                    tracing::warn!(%error, cause = error.cause.as_deref(), "an attempt was not written down");
                }
                drop(flight);
                app.webhooks.stir.notify_one();
            });
        }
    }
    Ok(pace)
}

/// A delivery on its way.
struct Flight(Flights, WebhookId);

impl Flight {
    fn begin(flights: &Flights, webhook: WebhookId) -> Self {
        *flights.borrow_mut().entry(webhook).or_default() += 1;
        Self(flights.clone(), webhook)
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let Some(count) = self.0.borrow_mut().get_mut(&self.1) {
            *count = count.saturating_sub(1);
        }
    }
}

/// Makes deliveries of all that has happened and tries once each that is due at `now`, until none is: what [`run`] does,
/// step by step. Returns how many attempts were made.
///
/// # Errors
/// The database is away.
pub async fn deliver(app: &App, now: Instant) -> Result<usize> {
    let (mut made, mut ahead) = (0, Ahead::default());
    loop {
        let mut hooks = app.db.read(store::active).await?;
        let mut due = Vec::new();
        for hook in &mut hooks {
            while fan_out(&app.db, hook, &mut ahead).await? {}
            for row in take(app, hook, AT_ONCE, now).await? {
                due.push((hook.clone(), row));
            }
        }
        if due.is_empty() {
            return Ok(made);
        }
        made += due.len();
        let tried = join_all(due.iter().map(|(hook, row)| attempt(app, hook, row.clone(), Some(now)))).await;
        tried.into_iter().collect::<Result<()>>()?;
    }
}

async fn take(app: &App, hook: &Hook, room: usize, now: Instant) -> Result<Vec<Row>> {
    let (id, ordered) = (hook.webhook.id, hook.webhook.ordered);
    let resting = hook.webhook.not_before.is_some_and(|until| now < until);
    if resting || room == 0 || (ordered && room < AT_ONCE) {
        return Ok(Vec::new());
    }
    let waits = app.db.read(move |conn| deliveries::any_due(conn, id, now)).await?;
    if !waits {
        return Ok(Vec::new());
    }
    let until = now.plus(lease(app));
    let room = i64::try_from(room).unwrap_or(1);
    app.db.write(move |conn| deliveries::take(conn, id, ordered, room, (now, until))).await
}

/// How long an attempt may be under way.
fn lease(app: &App) -> TimeDelta {
    TimeDelta::from_std(app.webhooks.timeout).unwrap_or(SLACK) + SLACK
}

/// Tries a delivery once and writes down how it went, at `now` or else when it has ended.
pub(super) async fn attempt(app: &App, hook: &Hook, row: Row, now: Option<Instant>) -> Result<()> {
    let (id, webhook) = (row.id, hook.webhook.id);
    let began = Instant::now();
    let body = app.db.read(move |conn| body(conn, &row)).await?;
    let timestamp = began.to_utc().timestamp();
    let signature = signature::sign(hook.secrets(began), &id.to_string(), timestamp, body.as_bytes())?;
    let message = Message { id: id.to_string(), timestamp, signature, body };
    let outcome = app.webhooks.post(&hook.webhook.url, message).await;
    let jitter = rand::random_range(-1.0..=1.0);
    let began = now.unwrap_or(began);
    let now = now.unwrap_or_else(Instant::now);
    app.db.write(move |conn| record(conn, (webhook, id), &outcome, jitter, (began, now))).await
}

/// The body of a message.
#[derive(Serialize)]
struct Payload<'a, T> {
    r#type: &'a str,
    timestamp: Instant,
    data: T,
}

/// The change with the record as it is now.
fn body(conn: &mut Connection, row: &Row) -> Result<String> {
    let to_text = |text: serde_json::Result<String>| text.map_err(crate::error::Error::internal);
    let Some((logged, change)) = row.logged() else {
        let data = json!({ "webhook_id": row.webhook_id });
        return to_text(serde_json::to_string(&Payload { r#type: &row.kind, timestamp: row.changed_at, data }));
    };
    let told = [(logged, change)];
    let present = Present::load(conn, &told)?;
    let [(logged, change)] = &told;
    let data = present.change(&Principal::system(), logged, *change)?;
    to_text(serde_json::to_string(&Payload { r#type: &row.kind, timestamp: row.changed_at, data }))
}

/// Writes an attempt down and decides what comes next.
fn record(
    conn: &mut Connection,
    (webhook, id): (WebhookId, DeliveryId),
    outcome: &Outcome,
    jitter: f64,
    (began, now): (Instant, Instant),
) -> Result<()> {
    let row = deliveries::find(conn, webhook, id)?;
    let status = outcome.status.map(i32::from);
    let attempt = Attempt {
        delivery_id: id,
        id: Guid::new(),
        at: began,
        duration_ms: outcome.duration_ms,
        status,
        error: outcome.error.clone(),
        response: outcome.response.clone(),
    };
    diesel::insert_into(attempts::table).values(&attempt).execute(conn)?;
    if row.status != DeliveryStatus::Pending {
        return Ok(()); // It was skipped, or another server's attempt arrived.
    }
    let tries = row.attempts + 1;
    let test = row.logged().is_none();
    let verdict = match schedule::judge(tries, outcome, jitter) {
        Verdict::Delivered => Verdict::Delivered,
        _ if test => Verdict::GivenUp,
        verdict => verdict,
    };
    let (next, due) = match verdict {
        Verdict::Delivered => (DeliveryStatus::Delivered, None),
        Verdict::Retry(delay) => (DeliveryStatus::Pending, Some(now.plus(delay))),
        Verdict::GivenUp | Verdict::Gone => (DeliveryStatus::Failed, None),
    };
    diesel::update(rows::table.find(id))
        .set((
            rows::status.eq(next),
            rows::attempts.eq(tries),
            rows::due_at.eq(due),
            rows::last_status.eq(status),
            rows::last_error.eq(&outcome.error),
            rows::finished_at.eq(due.is_none().then_some(now)),
        ))
        .execute(conn)?;
    if test {
        return Ok(());
    }
    match verdict {
        Verdict::Delivered => health::arrived(conn, webhook),
        Verdict::Retry(_) => health::failed(conn, webhook, now, schedule::rest(outcome)),
        Verdict::GivenUp => {
            health::failed(conn, webhook, now, schedule::rest(outcome))?;
            let first = deliveries::first_of(conn, id, tries)?.unwrap_or(began);
            health::given_up(conn, webhook, first)
        }
        Verdict::Gone => health::pause(conn, webhook, super::model::PauseReason::Gone),
    }
}
