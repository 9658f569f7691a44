//! The routes of leads.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, schema::Schema};

use super::bulk::{self, LeadMoves};
use super::filter::{self, LeadQuery};
use super::model::{Lead, LeadPatch, NewLead};
use super::moves::{self, StageMove};
use super::rows::{self, LeadRow};
use super::touch_path::{self, LeadTouches, TouchQuery};
use super::upsert::{self, Item};
use super::{people, store};
use crate::accounts::permissions::grants;
use crate::accounts::{ApiKeyId, May, UserId};
use crate::app::App;
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::{Problem, Result};
use crate::http::batch::{self, UpsertResults, describe_item};
use crate::http::{Body, Ids, IfMatch, Page, Parts, Post, Query, Reply, Routes, SeenIds, handlers, parse_query};
use crate::pipelines::{IntervalId, LeadId, LostReasonId, StageId, StageKind, stages};

/// A lead's stay in a stage: `[entered_at, exited_at)`.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct StageInterval {
    /// Its id; the timeline entry of the move has the same.
    id: IntervalId,
    /// The stage.
    stage_id: StageId,
    /// The stage's name.
    stage_name: String,
    /// The stage's kind.
    kind: StageKind,
    /// From when on.
    entered_at: Instant,
    /// Until when; `null` while it lasts.
    exited_at: Option<Instant>,
    /// How long, in whole seconds; until now while it lasts.
    seconds: i64,
    /// Why the lead was moved there.
    reason: Option<String>,
    /// Why it was lost.
    lost_reason_id: Option<LostReasonId>,
    /// Who moved it.
    moved_by: Option<UserId>,
    /// Which program moved it.
    moved_by_key: Option<ApiKeyId>,
    /// When the move was recorded.
    recorded_at: Instant,
}

fn intervals(conn: &mut Connection, lead: &Lead) -> Result<Vec<StageInterval>> {
    let all = stages::of(conn, lead.pipeline_id)?;
    let now = Instant::now();
    let stays = moves::stays(conn, lead)?.into_iter();
    let shown = stays.filter_map(|stay| {
        let stage = all.iter().find(|stage| stage.id == stay.stage_id)?;
        Some(StageInterval {
            id: stay.id,
            stage_id: stage.id,
            stage_name: stage.name.clone(),
            kind: stage.kind,
            entered_at: stay.entered_at,
            exited_at: stay.exited_at,
            seconds: stay.exited_at.unwrap_or(now).since(stay.entered_at).num_seconds().max(0),
            reason: stay.reason,
            lost_reason_id: stay.lost_reason_id,
            moved_by: stay.moved_by,
            moved_by_key: stay.moved_by_key,
            recorded_at: stay.recorded_at,
        })
    });
    Ok(shown.collect())
}

/// Takes the parameters `custom.<key>` out of a query string.
fn split_custom(query: &str) -> (String, Vec<(String, String)>) {
    let mut custom = Vec::new();
    let mut rest = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.strip_prefix("custom.") {
            Some(key) if !value.contains('\0') && !key.contains('\0') => {
                custom.push((key.to_owned(), value.into_owned()));
            }
            _ => drop(rest.append_pair(&name, &value)),
        }
    }
    (rest.finish(), custom)
}

fn shown(lead: &Lead) -> Result<Reply> {
    Ok(Reply::ok(lead)?.version(lead.version))
}

/// Lists leads. Custom fields filter by `custom.<key>=<value>`.
#[utoipa::path(get, path = "/leads", operation_id = "list_leads", tag = "leads", security(("bearer" = ["leads:read"])), params(LeadQuery), responses((status = 200, body = Page<LeadRow>), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn list(actor: May<grants::LeadsRead>, app: Data<App>, req: HttpRequest) -> Result<Reply> {
    let (rest, custom) = split_custom(req.query_string());
    let query: LeadQuery = parse_query(&rest)?;
    app.read(&actor, move |conn, by| Reply::ok(&filter::page(conn, by, &query, &custom)?)).await
}

/// Creates a lead. One with a known `source` and `source_id` is answered with 200 as it is.
#[utoipa::path(post, path = "/leads", operation_id = "create_lead", tag = "leads", security(("bearer" = ["leads:write"])), request_body = NewLead, responses((status = 201, body = Lead), (status = 200, body = Lead)))]
async fn create(actor: May<grants::LeadsWrite>, app: Data<App>, body: Post<NewLead>) -> Result<Reply> {
    let Post { mut value, retry } = body;
    let client = people::client_of(&mut value, &app.config.region)?;
    app.write(&actor, retry, move |conn, by| {
        let contact = people::resolve(conn, by, &client, &value)?;
        let (lead, is_new) = store::insert(conn, by, contact, &value)?;
        if !is_new {
            return shown(&lead);
        }
        Ok(Reply::created(&lead, format!("/api/v1/leads/{}", lead.id))?.version(lead.version))
    })
    .await
}

/// Items of a batch, in the API's description.
struct LeadBatch;

impl utoipa::PartialSchema for LeadBatch {
    fn schema() -> RefOr<Schema> {
        describe_item(NewLead::schema(), "A lead as in a POST, and perhaps its `id`; `null` clears.")
    }
}

impl ToSchema for LeadBatch {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        NewLead::schemas(schemas);
    }
}

/// Makes, changes and moves up to 1,000 leads, each on its own. An item is matched by its `id`, else by its `source` and
/// `source_id`. Of a known lead absent fields stay and `null` clears; it moves where `stage_id` says, now.
#[utoipa::path(post, path = "/leads/batch", operation_id = "upsert_leads", tag = "leads", security(("bearer" = ["leads:write"])), params(("Idempotency-Key" = Option<String>, Header)), request_body = LeadBatch, responses((status = 200, body = UpsertResults)))]
async fn upsert_many(actor: May<grants::LeadsWrite>, app: Data<App>, body: Parts) -> Result<Reply> {
    let items = batch::parse(&body.bytes, |item| Item::parse(item, &app.config.region))?;
    batch::write(&app, &actor, body.retry.as_ref(), items, upsert::upsert).await
}

/// Shows a lead, with the names of its client and company.
#[utoipa::path(get, path = "/leads/{id}", operation_id = "get_lead", tag = "leads", security(("bearer" = ["leads:read"])), params(("id" = LeadId, Path)), responses((status = 200, body = LeadRow)))]
async fn show(actor: May<grants::LeadsRead>, app: Data<App>, id: Path<LeadId>) -> Result<Reply> {
    app.read(&actor, move |conn, by| {
        let lead = store::find(conn, by, *id)?;
        let version = lead.version;
        Ok(Reply::ok(&rows::named_one(conn, by, lead)?)?.version(version))
    })
    .await
}

/// Changes a lead. Absent fields stay; `null` clears.
#[utoipa::path(patch, path = "/leads/{id}", operation_id = "update_lead", tag = "leads", security(("bearer" = ["leads:write"])), params(("id" = LeadId, Path), ("If-Match" = Option<String>, Header)), request_body = LeadPatch, responses((status = 200, body = Lead)))]
async fn update(
    actor: May<grants::LeadsWrite>,
    app: Data<App>,
    id: Path<LeadId>,
    expected: IfMatch,
    body: Body<LeadPatch>,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write(&actor, None, move |conn, by| shown(&store::update(conn, by, id, expected, &body.0)?)).await
}

/// Deletes a lead; it can be restored.
#[utoipa::path(delete, path = "/leads/{id}", operation_id = "delete_lead", tag = "leads", security(("bearer" = ["leads:write"])), params(("id" = LeadId, Path), ("If-Match" = Option<String>, Header)), responses((status = 204)))]
async fn delete(actor: May<grants::LeadsWrite>, app: Data<App>, id: Path<LeadId>, expected: IfMatch) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write(&actor, None, move |conn, by| store::delete(conn, by, id, expected).map(|()| Reply::no_content())).await
}

/// Restores a deleted lead.
#[utoipa::path(post, path = "/leads/{id}/restore", operation_id = "restore_lead", tag = "leads", security(("bearer" = ["leads:write"])), params(("id" = LeadId, Path)), responses((status = 200, body = Lead)))]
async fn restore(actor: May<grants::LeadsWrite>, app: Data<App>, id: Path<LeadId>) -> Result<Reply> {
    app.write(&actor, None, move |conn, by| shown(&store::restore(conn, by, *id)?)).await
}

/// Moves a lead to a stage. A back-dated move takes its place by its instant; a move to where the lead is does nothing.
/// `If-Match` may be left out: then whatever version there is moves.
#[utoipa::path(post, path = "/leads/{id}/stage", operation_id = "move_lead", tag = "leads", security(("bearer" = ["leads:write"])), params(("id" = LeadId, Path), ("If-Match" = Option<String>, Header)), request_body = StageMove, responses((status = 200, body = Lead)))]
async fn move_stage(
    actor: May<grants::LeadsWrite>,
    app: Data<App>,
    id: Path<LeadId>,
    expected: IfMatch,
    body: Post<StageMove>,
) -> Result<Reply> {
    let (Post { value, retry }, expected) = (body, expected.named());
    app.write(&actor, retry, move |conn, by| shown(&moves::move_stage(conn, by, *id, expected, &value)?.0)).await
}

/// Moves up to 200 leads, each on its own and each to a stage of its own pipeline. `updated` says that the lead moved,
/// `unchanged` that it was there. An item can name the `version` it was seen in: a lead that was changed since stays where it
/// is, with the problem `precondition_failed`.
#[utoipa::path(post, path = "/leads/stage", operation_id = "move_leads", tag = "leads", security(("bearer" = ["leads:write"])), params(("Idempotency-Key" = Option<String>, Header)), request_body = LeadMoves, responses((status = 200, body = UpsertResults)))]
async fn move_many(actor: May<grants::LeadsWrite>, app: Data<App>, body: Parts) -> Result<Reply> {
    let items = batch::parse_up_to(bulk::MOST, &body.bytes, bulk::parse)?;
    batch::write(&app, &actor, body.retry.as_ref(), items, bulk::move_all).await
}

/// Deletes up to 200 leads, each on its own: `updated` says that it is deleted now. With `items` each can name the version
/// it was seen in: one that was changed since stays, with the problem `precondition_failed`.
#[utoipa::path(post, path = "/leads/delete", operation_id = "delete_leads", tag = "leads", security(("bearer" = ["leads:write"])), params(("Idempotency-Key" = Option<String>, Header)), request_body = SeenIds<LeadId>, responses((status = 200, body = UpsertResults)))]
async fn delete_many(actor: May<grants::LeadsWrite>, app: Data<App>, body: Post<SeenIds<LeadId>>) -> Result<Reply> {
    batch::write(&app, &actor, body.retry.as_ref(), body.value.items()?, bulk::delete).await
}

/// Restores up to 200 deleted leads, each on its own: `updated` says that it is back, `unchanged` that it was not deleted.
#[utoipa::path(post, path = "/leads/restore", operation_id = "restore_leads", tag = "leads", security(("bearer" = ["leads:write"])), params(("Idempotency-Key" = Option<String>, Header)), request_body = Ids<LeadId>, responses((status = 200, body = UpsertResults)))]
async fn restore_many(actor: May<grants::LeadsWrite>, app: Data<App>, body: Post<Ids<LeadId>>) -> Result<Reply> {
    batch::write(&app, &actor, body.retry.as_ref(), body.value.items(), bulk::restore).await
}

/// Shows the touchpoints that led to a lead's win: those of its client that tell how they came, in the days before the win.
#[utoipa::path(get, path = "/leads/{id}/touches", operation_id = "list_lead_touches", tag = "leads", security(("bearer" = ["interactions:read", "leads:read"])), params(("id" = LeadId, Path), TouchQuery), responses((status = 200, body = LeadTouches)))]
async fn touches(
    actor: May<(grants::InteractionsRead, grants::LeadsRead)>,
    app: Data<App>,
    id: Path<LeadId>,
    query: Query<TouchQuery>,
) -> Result<Reply> {
    app.read(&actor, move |conn, by| Reply::ok(&touch_path::page(conn, by, *id, &query.0)?)).await
}

/// Shows where a lead stood and how long.
#[utoipa::path(get, path = "/leads/{id}/stages", operation_id = "list_lead_stages", tag = "leads", security(("bearer" = ["leads:read"])), params(("id" = LeadId, Path)), responses((status = 200, body = Page<StageInterval>)))]
async fn history(actor: May<grants::LeadsRead>, app: Data<App>, id: Path<LeadId>) -> Result<Reply> {
    app.read(&actor, move |conn, by| {
        let lead = store::find(conn, by, *id)?;
        Reply::ok(&Page { items: intervals(conn, &lead)?, next_cursor: None, total: None })
    })
    .await
}

/// The routes of leads.
pub(in crate::pipelines) fn routes(cfg: &mut Routes) {
    handlers!(cfg: upsert_many, move_many, delete_many, restore_many);
    handlers!(cfg: list, create, show, update, delete);
    handlers!(cfg: restore, move_stage, history, touches);
}
