//! Scripts of other origins may send: which of them, the write key says. The rest of the API keeps its own rules.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, http::Method};

/// The origin of the page that sends, kept on the request.
#[derive(Debug, Clone)]
pub struct CallerOrigin(pub String);

/// Answers preflights of the sending endpoints and lets the page read what they answer.
///
/// # Errors
/// Those of the inner services.
pub async fn allow<B: MessageBody>(
    mut req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let sends = req.path().starts_with("/v1/") || req.path() == "/touchline.js";
    // Taken away, so that the rules of the rest of the API do not see it.
    let origin = if sends { req.headers_mut().remove(header::ORIGIN).next() } else { None };
    let Some(origin) = origin else { return Ok(next.call(req).await?.map_into_left_body()) };
    let preflight = req.method() == Method::OPTIONS && req.headers().contains_key("access-control-request-method");
    if preflight {
        let mut response = HttpResponse::NoContent().finish();
        headers(response.headers_mut(), &origin);
        return Ok(req.into_response(response).map_into_right_body());
    }
    if let Ok(text) = origin.to_str() {
        req.extensions_mut().insert(CallerOrigin(text.to_owned()));
    }
    let mut response = next.call(req).await?.map_into_left_body();
    headers(response.headers_mut(), &origin);
    Ok(response)
}

fn headers(map: &mut HeaderMap, origin: &HeaderValue) {
    let fixed = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, x-retry-count"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "retry-after, x-request-id"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    for (name, value) in fixed {
        map.insert(name, HeaderValue::from_static(value));
    }
    // Besides what the answer itself varies by.
    let is_told = |value: &HeaderValue| value.to_str().is_ok_and(|told| told.contains("Origin"));
    if !map.get_all(header::VARY).any(is_told) {
        map.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    map.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    map.insert(header::CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
}
