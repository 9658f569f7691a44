//! What surrounds every request: its id, its log line, who calls, and one shape for every problem.

use std::sync::Arc;
use std::time::Instant;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, ResponseError, web::Data};

use crate::accounts::principal::Authentication;
use crate::app::App;
use crate::error::{Code, Error};
use crate::http::table::Matched;
use crate::operations::metrics;

/// The header that carries a request's id, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request's id, kept on the request.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Finds out who calls; handlers decide whether that is enough.
///
/// # Errors
/// Those of the inner services.
pub async fn authenticate<B: MessageBody>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    if let Some(value) = req.headers().get(header::AUTHORIZATION) {
        let bearer = value.to_str().ok().and_then(|value| value.split_once(' '));
        let found = match (bearer, req.app_data::<Data<App>>()) {
            (Some((scheme, token)), Some(app)) if scheme.eq_ignore_ascii_case("bearer") => {
                app.auth.principal(&app.db, token.trim()).await
            }
            _ => Err(Error::new(Code::Unauthorized)),
        };
        let request_id = req.extensions().get::<RequestId>().map(|id| id.0.clone());
        let found = found.map(|principal| {
            let mut principal = (*principal).clone();
            principal.request_id = request_id;
            Arc::new(principal)
        });
        req.extensions_mut().insert(Authentication(found));
    }
    next.call(req).await
}

/// Gives the request an id, logs it, shapes its problems and adds the headers all answers share.
///
/// # Errors
/// Those of actix itself; what fails in a handler has become an answer.
pub async fn request<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let started = Instant::now();
    let id = incoming_id(&req).unwrap_or_else(|| uuid::Uuid::now_v7().simple().to_string());
    req.extensions_mut().insert(RequestId(id.clone()));
    let response = next.call(req).await?;
    let mut response = match failure(&response) {
        Some(error) => response.into_response(problem(&error, &id)).map_into_right_body(),
        None => response.map_into_left_body(),
    };
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    for (name, value) in SECURITY_HEADERS {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    let status = response.status().as_u16();
    let took = started.elapsed();
    let matched = response.request().extensions().get::<Matched>().map(|found| found.0.to_string());
    let path = matched.or_else(|| response.request().match_pattern());
    tracing::info!(
        request_id = %id,
        method = %response.request().method(),
        path = path.as_deref().unwrap_or("-"),
        status,
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        "request"
    );
    metrics::request(response.request().method(), path, status, took);
    Ok(response)
}

const SECURITY_HEADERS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
];

/// A caller's own id is kept where it is harmless in logs and headers.
fn incoming_id(req: &ServiceRequest) -> Option<String> {
    let id = req.headers().get(&REQUEST_ID)?.to_str().ok()?;
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    ((1..=128).contains(&id.len()) && id.chars().all(harmless)).then(|| id.to_owned())
}

/// The error behind an answer. What actix refuses by itself (a method, say) comes without one.
fn failure<B>(response: &ServiceResponse<B>) -> Option<Error> {
    if let Some(error) = response.response().error() {
        return Some(to_error(error));
    }
    let allow = response.headers().get(header::ALLOW).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let has_body = response.headers().contains_key(header::CONTENT_TYPE);
    match response.status().as_u16() {
        404 if !has_body => Some(Error::not_found()),
        405 if !has_body => Some(Error { allow, ..Error::new(Code::MethodNotAllowed) }),
        _ => None,
    }
}

/// Our own error, or actix's in our words.
fn to_error(error: &actix_web::Error) -> Error {
    if let Some(error) = error.as_error::<Error>() {
        return error.clone();
    }
    let code = match error.as_response_error().status_code().as_u16() {
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        413 => Code::TooLarge,
        415 => Code::UnsupportedMediaType,
        400..=499 => Code::MalformedBody,
        _ => return Error::internal(error),
    };
    Error::because(code, error.to_string())
}

fn problem(error: &Error, id: &str) -> HttpResponse {
    if error.code.status() >= 500 {
        tracing::error!(request_id = id, code = error.code.as_str(), cause = error.cause.as_deref(), "request failed");
    }
    let mut response = error.error_response();
    let mut problem = error.to_problem();
    problem.request_id = Some(id.to_owned());
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    response = response.set_body(BoxBody::new(body));
    response
}
