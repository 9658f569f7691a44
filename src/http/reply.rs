//! A finished answer: serialised on a database thread, stored for retries, sent as it is.

use actix_web::body::BoxBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder};
use bytes::Bytes;
use serde::Serialize;

use super::Version;
use crate::error::{Error, Result};

/// An answer with everything a client sees except the headers all answers share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body; empty for 204.
    pub body: Bytes,
    /// The entity's version as an `ETag`.
    pub etag: Option<String>,
    /// Where the created thing is.
    pub location: Option<String>,
    /// The body's media type.
    pub content_type: &'static str,
}

/// The media type of nearly all answers.
pub const JSON: &str = "application/json";

impl Reply {
    /// 200 with `value`.
    ///
    /// # Errors
    /// `value` cannot be serialised: a fault of ours.
    pub fn ok<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let body = serde_json::to_vec(value).map_err(Error::internal)?.into();
        Ok(Self { status: 200, body, etag: None, location: None, content_type: JSON })
    }

    /// 201 with `value`, found at `location` from now on.
    ///
    /// # Errors
    /// As for [`Reply::ok`].
    pub fn created<T: Serialize + ?Sized>(value: &T, location: String) -> Result<Self> {
        Ok(Self { status: 201, location: Some(location), ..Self::ok(value)? })
    }

    /// 301: what was asked for is found at `location` from now on.
    #[must_use]
    pub fn moved(location: String) -> Self {
        Self { status: 301, location: Some(location), ..Self::no_content() }
    }

    /// 204.
    #[must_use]
    pub const fn no_content() -> Self {
        Self { status: 204, body: Bytes::new(), etag: None, location: None, content_type: JSON }
    }

    /// 200 with a body that is not JSON.
    #[must_use]
    pub const fn raw(content_type: &'static str, body: Bytes) -> Self {
        Self { status: 200, body, etag: None, location: None, content_type }
    }

    /// The same answer with the entity's version.
    #[must_use]
    pub fn version(self, version: Version) -> Self {
        Self { etag: Some(format!("\"v{version}\"")), ..self }
    }

    /// The same answer with another status.
    #[must_use]
    pub const fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

impl Responder for Reply {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        if let Some(etag) = self.etag {
            response.insert_header((header::ETAG, etag));
        }
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        if status == StatusCode::NO_CONTENT || status == StatusCode::MOVED_PERMANENTLY {
            return response.finish();
        }
        response.content_type(self.content_type).body(self.body)
    }
}
