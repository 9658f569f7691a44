//! API keys: how programs call. Shown once, stored hashed; a key may do no more than the person who made it.

use std::collections::BTreeSet;

use actix_web::web::{Data, Path};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::audit::{self, Subject};
use super::authenticate::{KEY_PREFIX, hash};
use super::input::Fields;
use super::permissions::grants;
use super::{ApiKeyId, May, Permission, Principal, UserId, change, sessions, write_keys};
use crate::app::App;
use crate::db::schema::api_keys;
use crate::db::types::{Instant, Json};
use crate::db::{Connection, MultiBackend};
use crate::error::{Error, FieldError, Result};
use crate::http::{Cursor, Limit, Page, Post, Query, Reply, Routes, handlers};

/// An API key, without the key.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys)]
pub struct ApiKey {
    id: ApiKeyId,
    name: String,
    /// How the key begins, to tell keys apart.
    prefix: String,
    #[schema(value_type = Vec<Permission>)]
    scopes: Json<Vec<Permission>>,
    created_by: UserId,
    created_at: Instant,
    /// When it stops working; `null` is never.
    expires_at: Option<Instant>,
    revoked_at: Option<Instant>,
    /// To the minute.
    last_used_at: Option<Instant>,
    /// The web origins that may send with it; `null` is any.
    #[schema(value_type = Option<Vec<String>>)]
    origins: Option<Json<Vec<String>>>,
}

/// A new key.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NewApiKey {
    id: ApiKeyId,
    /// Send it as `Authorization: Bearer …`. It cannot be shown again: `null` where a retried request is answered again.
    key: Option<String>,
    api_key: ApiKey,
}

/// What a new key is for.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyInput {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What it may do: permissions of your own, but never `users:manage`.
    #[schema(min_items = 1, max_items = 100)]
    scopes: Vec<Permission>,
    /// In the future; absent or `null` is never.
    expires_at: Option<Instant>,
    /// For a key with `ingest:write`: the web origins that may send with it, such as `https://www.example.com`; absent
    /// or `null` is any.
    #[schema(max_items = 100)]
    origins: Option<Vec<String>>,
}

impl ApiKeyInput {
    fn parse(mut self, by: &Principal) -> Result<Self> {
        let mut fields = Fields::default();
        self.name = fields.line("name", &self.name, 100);
        if self.scopes.is_empty() {
            fields.refuse(FieldError::new("scopes", "length", "must have at least one entry"));
        }
        for (index, scope) in self.scopes.iter().enumerate() {
            if *scope == Permission::UsersManage || !by.permissions.contains(scope) {
                let message = format!("a key of yours may not have {scope}");
                fields.refuse(FieldError::new(format!("scopes[{index}]"), "forbidden", message));
            }
        }
        if self.expires_at.is_some_and(|at| at <= Instant::now()) {
            fields.refuse(FieldError::new("expires_at", "range", "must be in the future"));
        }
        for (index, origin) in self.origins.iter_mut().flatten().enumerate() {
            match write_keys::origin(origin) {
                Some(normal) => *origin = normal,
                None => fields.refuse(FieldError::new(
                    format!("origins[{index}]"),
                    "format",
                    "must be like https://www.example.com, without a path",
                )),
            }
        }
        if self.origins.as_ref().is_some_and(|origins| origins.len() > 100) {
            fields.refuse(FieldError::new("origins", "length", "must have at most 100 entries"));
        }
        fields.done()?;
        self.scopes = self.scopes.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        Ok(self)
    }
}

const fn subject(id: ApiKeyId) -> Subject {
    Subject { entity: "api_key", id: id.0, contact_id: None }
}

fn insert(conn: &mut Connection, by: &Principal, id: ApiKeyId, secret: &str, input: &ApiKeyInput) -> Result<ApiKey> {
    let Some(created_by) = by.actor.user() else {
        return Err(Error::because(crate::error::Code::Forbidden, "Only a person may make keys."));
    };
    let key = ApiKey {
        id,
        name: input.name.clone(),
        prefix: secret.chars().take(KEY_PREFIX.len() + 6).collect(),
        scopes: Json(input.scopes.clone()),
        created_by,
        created_at: Instant::now(),
        expires_at: input.expires_at,
        revoked_at: None,
        last_used_at: None,
        origins: input.origins.clone().map(Json),
    };
    diesel::insert_into(api_keys::table).values((&key, api_keys::hash.eq(hash(secret)))).execute(conn)?;
    audit::record(conn, by, "create", subject(id), None::<&ApiKey>, Some(&key))?;
    Ok(key)
}

fn find(conn: &mut Connection, id: ApiKeyId) -> Result<ApiKey> {
    Ok(api_keys::table.find(id).select(ApiKey::as_select()).first(conn)?)
}

fn revoke(conn: &mut Connection, by: &Principal, id: ApiKeyId) -> Result<()> {
    let before = find(conn, id)?;
    if before.revoked_at.is_some() {
        return Ok(());
    }
    let after = ApiKey { revoked_at: Some(Instant::now()), ..before.clone() };
    diesel::update(api_keys::table.find(id)).set(api_keys::revoked_at.eq(after.revoked_at)).execute(conn)?;
    audit::record(conn, by, "revoke", subject(id), Some(&before), Some(&after))
}

/// Which page of keys.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct KeyPage {
    /// Where the last page ended.
    cursor: Option<String>,
    /// 1 to 200; 50 by default.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    limit: Limit,
}

fn newest(conn: &mut Connection, page: &KeyPage) -> Result<Page<ApiKey>> {
    let limit = page.limit.get()?;
    let mut query = api_keys::table.select(ApiKey::as_select()).into_boxed::<MultiBackend>();
    if let Some(cursor) = &page.cursor {
        let Cursor((), id) = Cursor::<(), ApiKeyId>::decode(cursor)?;
        query = query.filter(api_keys::id.lt(id));
    }
    let rows = query.order(api_keys::id.desc()).limit(limit + 1).load(conn)?;
    Ok(Page::cut(rows, limit, |key| Cursor((), key.id).encode()))
}

/// Lists API keys, the newest first, revoked ones among them.
#[utoipa::path(get, path = "/api-keys", operation_id = "list_api_keys", tag = "accounts", security(("bearer" = ["users:manage"])), params(KeyPage), responses((status = 200, body = Page<ApiKey>)))]
async fn list(actor: May<grants::UsersManage>, app: Data<App>, page: Query<KeyPage>) -> Result<Reply> {
    app.read(&actor, move |conn, _| Reply::ok(&newest(conn, &page.0)?)).await
}

/// Shows an API key, without the key.
#[utoipa::path(get, path = "/api-keys/{id}", operation_id = "get_api_key", tag = "accounts", security(("bearer" = ["users:manage"])), params(("id" = ApiKeyId, Path)), responses((status = 200, body = ApiKey)))]
async fn get(actor: May<grants::UsersManage>, app: Data<App>, id: Path<ApiKeyId>) -> Result<Reply> {
    app.read(&actor, move |conn, _| Reply::ok(&find(conn, *id)?)).await
}

/// Makes an API key. Only this answer holds the key itself.
#[utoipa::path(post, path = "/api-keys", operation_id = "create_api_key", tag = "accounts", security(("bearer" = ["users:manage"])), params(("Idempotency-Key" = Option<String>, Header)), request_body = ApiKeyInput, responses((status = 201, body = NewApiKey)))]
async fn create(actor: May<grants::UsersManage>, app: Data<App>, body: Post<ApiKeyInput>) -> Result<Reply> {
    let input = body.value.parse(&actor)?;
    let (id, secret) = (ApiKeyId::new(), format!("{KEY_PREFIX}{}", sessions::random_token()));
    let shown = secret.clone();
    // The answer that is kept for retries is this one, without the key.
    let reply = change(&app, &actor, body.retry, move |conn, by| {
        let api_key = insert(conn, by, id, &secret, &input)?;
        Reply::created(&NewApiKey { id, key: None, api_key }, format!("/api/v1/api-keys/{id}"))
    })
    .await?;
    show_once(reply, id, "key", &shown)
}

/// Puts a secret into the answer, where the answer is about what was just made.
pub(crate) fn show_once(reply: Reply, id: impl ToString, field: &str, secret: &str) -> Result<Reply> {
    let mut answer: serde_json::Value = serde_json::from_slice(&reply.body).map_err(Error::internal)?;
    if answer.get("id").and_then(|found| found.as_str()) == Some(id.to_string().as_str())
        && let Some(key) = answer.get_mut(field)
    {
        *key = secret.into();
    }
    let body = serde_json::to_vec(&answer).map_err(Error::internal)?.into();
    Ok(Reply { body, ..reply })
}

/// Revokes an API key: it stops working at once, for good.
#[utoipa::path(delete, path = "/api-keys/{id}", operation_id = "revoke_api_key", tag = "accounts", security(("bearer" = ["users:manage"])), params(("id" = ApiKeyId, Path)), responses((status = 204)))]
async fn delete(actor: May<grants::UsersManage>, app: Data<App>, id: Path<ApiKeyId>) -> Result<Reply> {
    let id = *id;
    change(&app, &actor, None, move |conn, by| revoke(conn, by, id).map(|()| Reply::no_content())).await
}

/// The routes of API keys.
pub(super) fn routes(cfg: &mut Routes) {
    handlers!(cfg: list, get, create, delete);
}
