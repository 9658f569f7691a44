//! Sending events over HTTP, and seeing to those that were refused.

use std::sync::Arc;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;

use super::answer::{Taken, Untaken, untaken};
use super::envelope::Envelope;
use super::event::Call;
use super::refused::{self, Refused, RefusedId, RefusedQuery, Replayed};
use super::settings::{self, Settings};
use super::store::{self, EventOutcome, EventStatus, From, Incoming};
use super::write_key::{self, Sender};
use super::{body, profile};
use crate::accounts::permissions::grants;
use crate::accounts::{May, Principal};
use crate::app::App;
use crate::contacts::{self, ContactId};
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::{Code, Error, Result};
use crate::http::{Body, Page, Post, Query, Reply, Routes, handlers};

/// Takes events as the SDKs of `Segment` and `RudderStack` send them: `identify`, `track`, `page`, `screen`, `group`, `alias`
/// (or their first letters) take one, `batch` (or `b`) many. The write key is the user name of `Basic`, or `writeKey`
/// in the body.
#[utoipa::path(post, path = "/v1/{call}", operation_id = "send_events", tag = "ingest", params(("call" = String, Path, description = "`batch`, `identify`, `track`, `page`, `screen`, `group`, `alias`, or the first letter of one")), request_body(content = Object, content_type = "application/json"), responses((status = 200, body = Taken), (status = 400, body = Untaken), (status = 401, body = Untaken), (status = 403, body = Untaken), (status = 404, body = Untaken), (status = 413, body = Untaken), (status = 429, body = Untaken), (status = 500, body = Untaken), (status = 503, body = Untaken)))]
async fn send(app: Data<App>, req: HttpRequest, call: Path<String>, payload: Payload) -> HttpResponse {
    match take(&app, &req, &call, payload).await {
        Ok(taken) => HttpResponse::Ok().json(taken),
        Err(error) => untaken(&error),
    }
}

async fn take(app: &App, req: &HttpRequest, path: &str, payload: Payload) -> Result<Taken> {
    let is_batch = matches!(path, "batch" | "b");
    let call = Call::of_path(path);
    if !is_batch && call.is_none() {
        return Err(Error::not_found());
    }
    let received_at = Instant::now();
    let key = write_key::in_headers(req);
    // Who has no key learns nothing about the body.
    let known = match &key {
        Some(key) => Some(write_key::sender(app, req, Some(key)).await?),
        None => None,
    };
    let body = body::read(req, payload, app.config.body_limit).await?;
    let malformed = |error| Error::because(Code::MalformedBody, error);
    let envelope = if is_batch { Envelope::batch(&body) } else { Envelope::single(&body) }.map_err(malformed)?;
    let sender = match known {
        Some(sender) => sender,
        None => write_key::sender(app, req, envelope.write_key.as_deref()).await?,
    };
    store_all(app, sender, &envelope, call, received_at).await
}

async fn store_all(
    app: &App,
    sender: Sender,
    envelope: &Envelope<'_>,
    call: Option<Call>,
    received_at: Instant,
) -> Result<Taken> {
    let (region, source) = (&app.config.region, &sender.key.name);
    let read = envelope.read(call, received_at);
    let events = envelope.events.iter().zip(read);
    let mut events: Vec<Incoming> = events
        .map(|(text, read)| Incoming::new(text, read, &sender.principal, source, region))
        .collect::<Result<_>>()?;
    let from = From {
        key: sender.key.id,
        source: source.clone(),
        received_at,
        envelope: refused::Envelope::new(call, &envelope.shared),
        region: region.clone(),
    };
    let mut outcomes: Vec<EventOutcome> = Vec::with_capacity(events.len());
    while !events.is_empty() {
        let rest = events.split_off(events.len().min(store::TOGETHER));
        let together = std::mem::replace(&mut events, rest);
        outcomes.extend(store_together(app, &sender.principal, &from, together).await?);
    }
    let count = |status| outcomes.iter().filter(|outcome| outcome.status == status).count();
    Ok(Taken {
        success: true,
        accepted: count(EventStatus::Accepted),
        duplicates: count(EventStatus::Duplicate),
        refused: count(EventStatus::Refused),
        events: outcomes,
    })
}

/// Stores events together. Where one of them breaks something, each is tried alone, so that it alone is refused: a
/// sender that is told of a failure would send all of them again, for ever.
async fn store_together(app: &App, by: &Principal, from: &From, events: Vec<Incoming>) -> Result<Vec<EventOutcome>> {
    let shared = Arc::new((by.clone(), from.clone(), events));
    let all = shared.clone();
    let record = move |conn: &mut Connection| store::record(conn, &all.0, &all.1, &all.2);
    let done = if shared.2.len() == 1 { app.db.write(record).await } else { app.db.write_apart(record).await };
    match done {
        Err(error) if error.code == Code::Internal => {}
        done => return done,
    }
    let mut outcomes = Vec::with_capacity(shared.2.len());
    for nth in 0..shared.2.len() {
        let (first, again) = (shared.clone(), shared.clone());
        let alone = app
            .db
            .write(move |conn| store::record(conn, &first.0, &first.1, first.2.get(nth..=nth).unwrap_or_default()));
        outcomes.extend(match alone.await {
            Err(error) if error.code == Code::Internal => {
                tracing::error!(%error, cause = error.cause.as_deref(), "an event cannot be stored");
                let refuse = move |conn: &mut Connection| {
                    store::refuse(conn, &again.1, again.2.get(nth..=nth).unwrap_or_default())
                };
                app.db.write(refuse).await?
            }
            done => done?,
        });
    }
    Ok(outcomes)
}

/// What the browser SDK asks before it sends: that it is to send to us.
#[utoipa::path(get, path = "/v1/projects/{write_key}/settings", operation_id = "get_source_settings", tag = "ingest", params(("write_key" = String, Path)), responses((status = 200, body = Object), (status = 401, body = Untaken), (status = 403, body = Untaken), (status = 503, body = Untaken)))]
async fn source_settings(app: Data<App>, req: HttpRequest, key: Path<String>) -> HttpResponse {
    match write_key::sender(&app, &req, Some(key.as_str())).await {
        Ok(_) => HttpResponse::Ok().json(serde_json::json!({
            "integrations": { "Segment.io": { "apiKey": key.as_str() } },
            "plan": { "track": {} },
        })),
        Err(error) => untaken(&error),
    }
}

/// Lists refused events with the reasons, the newest first.
#[utoipa::path(get, path = "/ingest/refused", operation_id = "list_refused_events", tag = "ingest", security(("bearer" = ["ingest:manage"])), params(RefusedQuery), responses((status = 200, body = Page<Refused>)))]
async fn list_refused(actor: May<grants::IngestManage>, app: Data<App>, query: Query<RefusedQuery>) -> Result<Reply> {
    app.read(&actor, move |conn, _| Reply::ok(&refused::page(conn, &query.0)?)).await
}

/// Shows a refused event.
#[utoipa::path(get, path = "/ingest/refused/{id}", operation_id = "get_refused_event", tag = "ingest", security(("bearer" = ["ingest:manage"])), params(("id" = RefusedId, Path)), responses((status = 200, body = Refused)))]
async fn get_refused(actor: May<grants::IngestManage>, app: Data<App>, id: Path<RefusedId>) -> Result<Reply> {
    app.read(&actor, move |conn, _| Reply::ok(&refused::find(conn, *id)?)).await
}

/// How to try an event again.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayInput {
    /// The event corrected; by default it is tried as it came.
    #[schema(value_type = Option<Object>)]
    event: Option<serde_json::Map<String, Value>>,
}

/// Tries a refused event again. `replayed_at` says whether it was taken.
#[utoipa::path(post, path = "/ingest/refused/{id}/replay", operation_id = "replay_refused_event", tag = "ingest", security(("bearer" = ["ingest:manage"])), params(("id" = RefusedId, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = ReplayInput, responses((status = 200, body = Refused)))]
async fn replay(
    actor: May<grants::IngestManage>,
    app: Data<App>,
    id: Path<RefusedId>,
    body: Post<ReplayInput>,
) -> Result<Reply> {
    let (id, region) = (*id, app.config.region.clone());
    let corrected = body.value.event.map(|event| Value::Object(event).to_string());
    app.write(&actor, body.retry, move |conn, by| {
        Reply::ok(&refused::replay(conn, by, &region, id, corrected.as_deref())?)
    })
    .await
}

/// Tries all refused events again.
#[utoipa::path(post, path = "/ingest/refused/replay", operation_id = "replay_refused_events", tag = "ingest", security(("bearer" = ["ingest:manage"])), responses((status = 200, body = Replayed)))]
async fn replay_all(actor: May<grants::IngestManage>, app: Data<App>) -> Result<Reply> {
    let (before, mut total) = (Instant::now(), Replayed::default());
    loop {
        let (by, region) = ((*actor).clone(), app.config.region.clone());
        let some = app.db.write(move |conn| refused::replay_some(conn, &by, &region, before)).await?;
        if some.replayed + some.refused == 0 {
            return Reply::ok(&total);
        }
        total.replayed += some.replayed;
        total.refused += some.refused;
    }
}

/// Shows how events are taken.
#[utoipa::path(get, path = "/ingest/settings", operation_id = "get_ingest_settings", tag = "ingest", security(("bearer" = ["ingest:manage"])), responses((status = 200, body = Settings)))]
async fn get_settings(actor: May<grants::IngestManage>, app: Data<App>) -> Result<Reply> {
    app.read(&actor, |conn, _| Reply::ok(&settings::load(conn)?)).await
}

/// Changes how events are taken.
#[utoipa::path(put, path = "/ingest/settings", operation_id = "replace_ingest_settings", tag = "ingest", security(("bearer" = ["ingest:manage"])), request_body = Settings, responses((status = 200, body = Settings)))]
async fn put_settings(actor: May<grants::IngestManage>, app: Data<App>, body: Body<Settings>) -> Result<Reply> {
    let new = body.0.parse()?;
    app.write(&actor, None, move |conn, by| {
        settings::save(conn, by, &new)?;
        Reply::ok(&new)
    })
    .await
}

/// What senders have said about a contact.
#[derive(Debug, Serialize, ToSchema)]
struct Traits {
    /// By name, as they say it.
    #[schema(value_type = Object)]
    traits: serde_json::Map<String, Value>,
}

/// Shows what senders have said about a contact, whether or not a field takes it.
#[utoipa::path(get, path = "/contacts/{id}/traits", operation_id = "get_contact_traits", tag = "ingest", security(("bearer" = ["contacts:read"])), params(("id" = ContactId, Path)), responses((status = 200, body = Traits), (status = 301, description = "Merged: `Location` names the survivor")))]
async fn get_traits(actor: May<grants::ContactsRead>, app: Data<App>, id: Path<ContactId>) -> Result<Reply> {
    app.read(&actor, move |conn, by| {
        let contact = contacts::store::visible(conn, by, *id)?;
        if let Some(survivor) = contact.merged_into {
            return Ok(contacts::moved(survivor, "traits", ""));
        }
        let members = contacts::cluster::line_of(conn, &contact)?;
        Reply::ok(&Traits { traits: profile::traits(conn, &members)? })
    })
    .await
}

/// The routes under `/api/v1`.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: list_refused, replay_all, get_refused, replay);
    handlers!(cfg: get_settings, put_settings, get_traits);
}

/// The routes at the server's root.
pub fn root(cfg: &mut Routes) {
    cfg.configure(super::inbound::routes);
    handlers!(cfg: source_settings, send);
}
