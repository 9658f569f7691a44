//! `/api/v1/webhooks`.

use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::deliveries::{self, Wanted};
use super::delivery::{Delivery, DeliveryDetail, DeliveryStatus, Row};
use super::model::{NewSecret, PauseReason, Webhook, WebhookInput};
use super::{DeliveryId, Secret, WebhookId, store, work};
use crate::accounts::May;
use crate::accounts::keys::show_once;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::http::{Body, Cursor, IfMatch, Limit, Page, Post, Query, Reply, Routes, handlers};

type Manager = May<grants::WebhooksManage>;

fn reply(webhook: &Webhook) -> Result<Reply> {
    Ok(Reply::ok(webhook)?.version(webhook.version))
}

/// Which webhooks.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WebhookPage {
    /// The deleted ones instead.
    deleted: Option<bool>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many: 1 to 200.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Lists webhooks, the newest first.
#[utoipa::path(get, path = "/webhooks", operation_id = "list_webhooks", tag = "webhooks", security(("bearer" = ["webhooks:manage"])), params(WebhookPage), responses((status = 200, body = Page<Webhook>)))]
async fn list(actor: Manager, app: Data<App>, query: Query<WebhookPage>) -> Result<Reply> {
    let WebhookPage { deleted, cursor, limit } = query.0;
    let (deleted, limit) = (deleted.unwrap_or(false), limit.get()?);
    app.read(&actor, move |conn, _| Reply::ok(&store::newest(conn, deleted, cursor.as_deref(), limit)?)).await
}

/// Shows a webhook, without its secret.
#[utoipa::path(get, path = "/webhooks/{id}", operation_id = "get_webhook", tag = "webhooks", security(("bearer" = ["webhooks:manage"])), params(("id" = WebhookId, Path)), responses((status = 200, body = Webhook)))]
async fn show(actor: Manager, app: Data<App>, id: Path<WebhookId>) -> Result<Reply> {
    app.read(&actor, move |conn, _| reply(&store::find(conn, *id)?)).await
}

/// Makes a webhook: from now on the address is sent every change of these types (Standard Webhooks, at least once). Only
/// this answer holds the secret that the messages are signed with.
#[utoipa::path(post, path = "/webhooks", operation_id = "create_webhook", tag = "webhooks", security(("bearer" = ["webhooks:manage"])), params(("Idempotency-Key" = Option<String>, Header)), request_body = WebhookInput, responses((status = 201, body = NewSecret)))]
async fn create(actor: Manager, app: Data<App>, body: Post<WebhookInput>) -> Result<Reply> {
    let new = body.value.parse(&app.webhooks.allowed)?;
    let (id, secret) = (WebhookId::new(), Secret::generate());
    let shown = secret.clone();
    // The answer that is kept for retries is this one, without the secret.
    let reply = app.write(&actor, body.retry, move |conn, by| {
        let webhook = store::insert(conn, by, id, &secret, new.clone())?;
        let version = webhook.version;
        Ok(Reply::created(&NewSecret { id, secret: None, webhook }, format!("/api/v1/webhooks/{id}"))?.version(version))
    });
    let reply = reply.await?;
    app.webhooks.stir.notify_one();
    show_once(reply, id, "secret", &shown)
}

/// Changes a webhook: absent fields stay, `null` clears. What waits to be sent goes to the new address.
#[utoipa::path(patch, path = "/webhooks/{id}", operation_id = "update_webhook", tag = "webhooks", security(("bearer" = ["webhooks:manage"])), params(("id" = WebhookId, Path), ("If-Match" = Option<String>, Header)), request_body = WebhookInput, responses((status = 200, body = Webhook)))]
async fn update(
    actor: Manager,
    app: Data<App>,
    id: Path<WebhookId>,
    expected: IfMatch,
    body: Body<WebhookInput>,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    let change = body.0.parse(&app.webhooks.allowed)?;
    app.write(&actor, None, move |conn, by| reply(&store::update(conn, by, id, expected, change.clone())?)).await
}

/// Deletes a webhook: nothing more is sent.
#[utoipa::path(delete, path = "/webhooks/{id}", operation_id = "delete_webhook", tag = "webhooks", security(("bearer" = ["webhooks:manage"])), params(("id" = WebhookId, Path), ("If-Match" = Option<String>, Header)), responses((status = 204)))]
async fn remove(actor: Manager, app: Data<App>, id: Path<WebhookId>, expected: IfMatch) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write(&actor, None, move |conn, by| store::delete(conn, by, id, expected).map(|()| Reply::no_content())).await
}

/// Brings a deleted webhook back. It is paused.
#[utoipa::path(post, path = "/webhooks/{id}/restore", operation_id = "restore_webhook", tag = "webhooks", security(("bearer" = ["webhooks:manage"])), params(("id" = WebhookId, Path)), responses((status = 200, body = Webhook)))]
async fn restore(actor: Manager, app: Data<App>, id: Path<WebhookId>) -> Result<Reply> {
    let id = *id;
    app.write(&actor, None, move |conn, by| reply(&store::restore(conn, by, id)?)).await
}

/// Pauses a webhook: nothing is sent until it is resumed.
#[utoipa::path(post, path = "/webhooks/{id}/pause", operation_id = "pause_webhook", tag = "webhooks", security(("bearer" = ["webhooks:manage"])), params(("id" = WebhookId, Path)), responses((status = 200, body = Webhook)))]
async fn pause(actor: Manager, app: Data<App>, id: Path<WebhookId>) -> Result<Reply> {
    let id = *id;
    app.write(&actor, None, move |conn, by| reply(&store::pause(conn, by, id, PauseReason::Requested)?)).await
}

/// How to go on.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ResumeQuery {
    /// Leave out what happened meanwhile and what waits to be sent.
    skip_missed: Option<bool>,
}

/// Resumes a webhook. What happened while it was paused is sent now, unless `skip_missed=true`.
#[utoipa::path(post, path = "/webhooks/{id}/resume", operation_id = "resume_webhook", tag = "webhooks", security(("bearer" = ["webhooks:manage"])), params(("id" = WebhookId, Path), ResumeQuery), responses((status = 200, body = Webhook)))]
async fn resume(actor: Manager, app: Data<App>, id: Path<WebhookId>, query: Query<ResumeQuery>) -> Result<Reply> {
    let (id, skip) = (*id, query.0.skip_missed.unwrap_or(false));
    let reply = app.write(&actor, None, move |conn, by| reply(&store::resume(conn, by, id, skip)?)).await?;
    app.webhooks.stir.notify_one();
    Ok(reply)
}

/// Gives a webhook another secret, shown in this answer alone. For 24 hours messages bear both signatures, so that the
/// receiver can change over.
#[utoipa::path(post, path = "/webhooks/{id}/secret", operation_id = "rotate_webhook_secret", tag = "webhooks", security(("bearer" = ["webhooks:manage"])), params(("id" = WebhookId, Path)), responses((status = 200, body = NewSecret)))]
async fn rotate(actor: Manager, app: Data<App>, id: Path<WebhookId>) -> Result<Reply> {
    let (id, secret) = (*id, Secret::generate());
    app.write(&actor, None, move |conn, by| {
        let webhook = store::rotate(conn, by, id, &secret)?;
        let version = webhook.version;
        Ok(Reply::ok(&NewSecret { id, secret: Some(secret.clone()), webhook })?.version(version))
    })
    .await
}

/// Sends a test message (`webhook.test`) at once, also while the webhook is paused, and shows what the receiver answered.
#[utoipa::path(post, path = "/webhooks/{id}/test", operation_id = "test_webhook", tag = "webhooks", security(("bearer" = ["webhooks:manage"])), params(("id" = WebhookId, Path)), responses((status = 200, body = DeliveryDetail)))]
async fn test(_actor: Manager, app: Data<App>, id: Path<WebhookId>) -> Result<Reply> {
    let (id, now) = (*id, Instant::now());
    let made = app.db.write(move |conn| {
        let (hook, row) = (store::hook(conn, id)?, Row::test(id, now));
        deliveries::insert(conn, &row)?;
        Ok((hook, row))
    });
    let (hook, row) = made.await?;
    let made = row.id;
    work::attempt(&app, &hook, row, None).await?;
    app.db.read(move |conn| Reply::ok(&deliveries::detail(conn, id, made)?)).await
}

/// Which deliveries.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct DeliveryPage {
    /// Only in this state.
    #[param(inline)]
    status: Option<DeliveryStatus>,
    /// Only of this type, such as `contact.merged` or `webhook.test`.
    #[serde(rename = "type")]
    delivery_type: Option<String>,
    /// Only those made from this instant on.
    from: Option<Instant>,
    /// Only those made before this instant.
    to: Option<Instant>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many: 1 to 200.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Lists a webhook's deliveries, the newest first. They are kept for 30 days after their end, unless set otherwise.
#[utoipa::path(get, path = "/webhooks/{id}/deliveries", operation_id = "list_webhook_deliveries", tag = "webhooks", security(("bearer" = ["webhooks:manage"])), params(("id" = WebhookId, Path), DeliveryPage), responses((status = 200, body = Page<Delivery>)))]
async fn log(actor: Manager, app: Data<App>, id: Path<WebhookId>, query: Query<DeliveryPage>) -> Result<Reply> {
    let DeliveryPage { status, delivery_type, from, to, cursor, limit } = query.0;
    let after = cursor.as_deref().map(Cursor::<(), DeliveryId>::decode).transpose()?.map(|Cursor((), id)| id);
    let (wanted, limit) = (Wanted { status, kind: delivery_type, from, to, after }, limit.get()?);
    app.read(&actor, move |conn, _| {
        store::find(conn, *id)?;
        Reply::ok(&deliveries::newest(conn, *id, &wanted, limit)?)
    })
    .await
}

/// Shows a delivery with its attempts: when, how long, which status, how the answer began.
#[utoipa::path(get, path = "/webhooks/{id}/deliveries/{delivery_id}", operation_id = "get_webhook_delivery", tag = "webhooks", security(("bearer" = ["webhooks:manage"])), params(("id" = WebhookId, Path), ("delivery_id" = DeliveryId, Path)), responses((status = 200, body = DeliveryDetail)))]
async fn delivery(actor: Manager, app: Data<App>, path: Path<(WebhookId, DeliveryId)>) -> Result<Reply> {
    let (webhook, id) = path.into_inner();
    app.read(&actor, move |conn, _| Reply::ok(&deliveries::detail(conn, webhook, id)?)).await
}

/// Sends a delivery again, under the same id.
#[utoipa::path(post, path = "/webhooks/{id}/deliveries/{delivery_id}/replay", operation_id = "replay_webhook_delivery", tag = "webhooks", security(("bearer" = ["webhooks:manage"])), params(("id" = WebhookId, Path), ("delivery_id" = DeliveryId, Path)), responses((status = 200, body = Delivery)))]
async fn replay(actor: Manager, app: Data<App>, path: Path<(WebhookId, DeliveryId)>) -> Result<Reply> {
    let (webhook, id) = path.into_inner();
    let again = app.write(&actor, None, move |conn, _| {
        store::find(conn, webhook)?;
        Reply::ok(&deliveries::replay(conn, webhook, id, Instant::now())?)
    });
    let reply = again.await?;
    app.webhooks.stir.notify_one();
    Ok(reply)
}

/// Which deliveries are sent again.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplaySpan {
    /// Those made from this instant on, …
    from: Instant,
    /// … and before this one; now where absent.
    to: Option<Instant>,
    /// Only those in this state: `failed`, `delivered` or `skipped`; all where absent.
    status: Option<DeliveryStatus>,
}

/// How many are sent again.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
struct ReplayedDeliveries {
    deliveries: usize,
}

/// Sends all deliveries of a span again that have ended, under the same ids.
#[utoipa::path(post, path = "/webhooks/{id}/replay", operation_id = "replay_webhook_deliveries", tag = "webhooks", security(("bearer" = ["webhooks:manage"])), params(("id" = WebhookId, Path)), request_body = ReplaySpan, responses((status = 200, body = ReplayedDeliveries)))]
async fn replay_span(_actor: Manager, app: Data<App>, id: Path<WebhookId>, body: Body<ReplaySpan>) -> Result<Reply> {
    let (id, now, ReplaySpan { from, to, status }) = (*id, Instant::now(), body.0);
    let to = to.unwrap_or(now.plus(chrono::TimeDelta::milliseconds(1)));
    if to <= from {
        return Err(Error::field("to", "range", "must be after from"));
    }
    app.db.read(move |conn| store::find(conn, id)).await?;
    let mut wanted = Wanted { status, from: Some(from), to: Some(to), ..Wanted::default() };
    let mut deliveries = 0;
    loop {
        let some = wanted.clone();
        let (count, last) = app.db.write(move |conn| deliveries::replay_some(conn, id, &some, now)).await?;
        deliveries += count;
        wanted.after = last;
        if last.is_none() {
            break;
        }
    }
    app.webhooks.stir.notify_one();
    Reply::ok(&ReplayedDeliveries { deliveries })
}

/// The routes of webhooks.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: list, show, create, update, remove, restore);
    handlers!(cfg: pause, resume, rotate, test);
    handlers!(cfg: log, delivery, replay, replay_span);
}
