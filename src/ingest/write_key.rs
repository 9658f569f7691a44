//! Write keys: API keys that may send. They stand in web pages, so they may do nothing else, and a page's origin
//! can be held against the list a key names.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::cors::CallerOrigin;
use crate::accounts::write_keys::{self, WriteKey};
use crate::accounts::{ApiKeyId, Permission, Principal};
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::http::middleware::RequestId;

/// Somebody who may send.
#[derive(Debug, Clone)]
pub struct Sender {
    /// As whom the database is changed.
    pub principal: Principal,
    /// Its key.
    pub key: Arc<WriteKey>,
}

/// What is known of keys: name and origins of a key never change.
#[derive(Debug, Default)]
pub struct Known(Mutex<HashMap<ApiKeyId, Arc<WriteKey>>>);

impl Known {
    async fn key(&self, app: &App, id: ApiKeyId) -> Result<Arc<WriteKey>> {
        if let Some(key) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(key.clone());
        }
        let key = Arc::new(app.db.read(move |conn| write_keys::find(conn, id)).await?);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, key.clone());
        Ok(key)
    }
}

/// The key in the request's headers: the user name of `Basic`, or a bearer token.
#[must_use]
pub fn in_headers(req: &HttpRequest) -> Option<String> {
    let value = req.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(token.trim().to_owned());
    }
    let decoded = STANDARD.decode(token.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"));
    let pair = String::from_utf8(decoded.unwrap_or_default()).unwrap_or_default();
    Some(pair.split(':').next().unwrap_or_default().to_owned())
}

/// Who sends with this key.
///
/// # Errors
/// [`Code::Unauthorized`] where it is no write key; [`Code::Forbidden`] where the page's origin may not use it.
pub async fn sender(app: &App, req: &HttpRequest, key: Option<&str>) -> Result<Sender> {
    let wrong = || Error::because(Code::Unauthorized, "The write key is missing or not valid.");
    let key = key.filter(|key| !key.is_empty() && key.len() <= 200).ok_or_else(wrong)?;
    let found = app.auth.principal(&app.db, key).await.map_err(|error| match error.code {
        Code::Unauthorized | Code::TokenExpired => wrong(),
        _ => error,
    })?;
    let (Some(id), Ok(())) = (found.actor.key(), found.require(Permission::IngestWrite)) else { return Err(wrong()) };
    let key = app.ingest.keys.key(app, id).await?;
    if let Some(CallerOrigin(origin)) = req.extensions().get::<CallerOrigin>()
        && !key.allows(origin)
    {
        return Err(Error::because(Code::Forbidden, "The write key may not be used from this origin."));
    }
    let request_id = req.extensions().get::<RequestId>().map(|id| id.0.clone());
    Ok(Sender { principal: Principal { request_id, ..(*found).clone() }, key })
}
