//! Interactions over HTTP.

use actix_web::web::{Data, Path};

use super::batch::{self, BatchInput, BatchResult, TOGETHER};
use super::list::InteractionQuery;
use super::store::{self, Recorded};
use super::{Interaction, InteractionId, InteractionPatch, NewInteraction};
use crate::accounts::permissions::grants;
use crate::accounts::{May, Principal};
use crate::app::App;
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::Result;
use crate::http::{Body, IfMatch, Page, Parts, Post, Query, Reply, Routes, handlers};

/// Records an interaction. The same `(source, source_id)` again answers 200 with what is stored and changes nothing.
#[utoipa::path(post, path = "/interactions", operation_id = "create_interaction", tag = "interactions", security(("bearer" = ["interactions:write"])), params(("Idempotency-Key" = Option<String>, Header)), request_body = NewInteraction, responses((status = 201, body = Interaction), (status = 200, body = Interaction, description = "It was recorded before")))]
async fn create(actor: May<grants::InteractionsWrite>, app: Data<App>, body: Post<NewInteraction>) -> Result<Reply> {
    let draft = body.value.parse(Instant::now(), &app.config.region)?;
    if body.retry.is_some() {
        return app.write(&actor, body.retry, move |conn, by| recorded(&store::record(conn, by, &draft)?)).await;
    }
    recorded(&app.interactions.record(&app.db, &actor, draft).await?)
}

fn recorded(what: &Recorded) -> Result<Reply> {
    match what {
        Recorded::Created(new) => {
            Ok(Reply::created(new, format!("/api/v1/interactions/{}", new.id))?.version(new.version))
        }
        Recorded::Existing(stored) => Ok(Reply::ok(stored)?.version(stored.version)),
    }
}

/// Records up to 1,000 interactions, each on its own: a bad one harms no other.
#[utoipa::path(post, path = "/interactions/batch", operation_id = "create_interactions", tag = "interactions", security(("bearer" = ["interactions:write"])), params(("Idempotency-Key" = Option<String>, Header)), request_body = BatchInput, responses((status = 200, body = BatchResult)))]
async fn create_batch(actor: May<grants::InteractionsWrite>, app: Data<App>, body: Parts) -> Result<Reply> {
    let mut items = batch::parse(&body.bytes, &app.config.region)?;
    let mut parts = Vec::new();
    while !items.is_empty() {
        let rest = items.split_off(items.len().min(TOGETHER));
        let together = std::mem::replace(&mut items, rest);
        let retry = body.retry.as_ref().map(|retry| retry.part(parts.len()));
        let record = move |conn: &mut Connection, by: &Principal| Reply::ok(&batch::record(conn, by, &together)?);
        let written = app.write_apart(&actor, retry, record).await?;
        parts.push(written.body);
    }
    Ok(batch::joined(&parts))
}

/// Lists interactions, the newest first. Where few fit, a page may hold fewer than `limit` and yet not be the last: go on
/// until `next_cursor` is null.
#[utoipa::path(get, path = "/interactions", operation_id = "list_interactions", tag = "interactions", security(("bearer" = ["interactions:read"])), params(InteractionQuery), responses((status = 200, body = Page<Interaction>)))]
async fn list(actor: May<grants::InteractionsRead>, app: Data<App>, query: Query<InteractionQuery>) -> Result<Reply> {
    let filter = query.0.parse()?;
    app.read(&actor, move |conn, by| Reply::ok(&super::list::page(conn, by, &filter)?)).await
}

/// Shows an interaction.
#[utoipa::path(get, path = "/interactions/{id}", operation_id = "get_interaction", tag = "interactions", security(("bearer" = ["interactions:read"])), params(("id" = InteractionId, Path)), responses((status = 200, body = Interaction)))]
async fn find(actor: May<grants::InteractionsRead>, app: Data<App>, id: Path<InteractionId>) -> Result<Reply> {
    app.read(&actor, move |conn, by| {
        let found = store::find(conn, by, *id)?;
        Ok(Reply::ok(&found)?.version(found.version))
    })
    .await
}

/// Corrects an interaction; what it said before stays in the audit log.
#[utoipa::path(patch, path = "/interactions/{id}", operation_id = "update_interaction", tag = "interactions", security(("bearer" = ["interactions:write"])), params(("id" = InteractionId, Path), ("If-Match" = Option<String>, Header)), request_body = InteractionPatch, responses((status = 200, body = Interaction)))]
async fn update(
    actor: May<grants::InteractionsWrite>,
    app: Data<App>,
    id: Path<InteractionId>,
    expected: IfMatch,
    body: Body<InteractionPatch>,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write(&actor, None, move |conn, by| {
        let after = store::update(conn, by, id, expected, body.0.clone())?;
        Ok(Reply::ok(&after)?.version(after.version))
    })
    .await
}

/// Takes an interaction off the timeline; it can be restored.
#[utoipa::path(delete, path = "/interactions/{id}", operation_id = "delete_interaction", tag = "interactions", security(("bearer" = ["interactions:write"])), params(("id" = InteractionId, Path), ("If-Match" = Option<String>, Header)), responses((status = 204)))]
async fn delete(
    actor: May<grants::InteractionsWrite>,
    app: Data<App>,
    id: Path<InteractionId>,
    expected: IfMatch,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write(&actor, None, move |conn, by| store::delete(conn, by, id, expected).map(|()| Reply::no_content())).await
}

/// Puts a deleted interaction back.
#[utoipa::path(post, path = "/interactions/{id}/restore", operation_id = "restore_interaction", tag = "interactions", security(("bearer" = ["interactions:write"])), params(("id" = InteractionId, Path)), responses((status = 200, body = Interaction)))]
async fn restore(actor: May<grants::InteractionsWrite>, app: Data<App>, id: Path<InteractionId>) -> Result<Reply> {
    app.write(&actor, None, move |conn, by| {
        let after = store::restore(conn, by, *id)?;
        Ok(Reply::ok(&after)?.version(after.version))
    })
    .await
}

/// The routes of interactions.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: create_batch, create, list, find, update, delete);
    handlers!(cfg: restore);
    cfg.configure(super::replies::routes::routes);
}
