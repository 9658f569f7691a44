//! E-mail and forms over HTTP, and the script for web sites without an SDK.

use actix_web::http::header;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Untaken, untaken};
use super::email::Mail;
use super::forms::{self, Form};
use super::mailbox::{self, Delivered};
use super::{body, write_key};
use crate::accounts::throttle::Origin;
use crate::app::App;
use crate::db::types::Instant;
use crate::error::Result;
use crate::http::{Routes, handlers};

/// Takes a raw e-mail message (RFC 5322) from a mail server. It goes on the line of each known client who wrote or got
/// it; the same message again changes nothing.
#[utoipa::path(post, path = "/v1/inbound/email", operation_id = "deliver_email", tag = "ingest", request_body(content = String, content_type = "message/rfc822"), responses((status = 200, body = Delivered), (status = 400, body = Untaken), (status = 401, body = Untaken), (status = 403, body = Untaken), (status = 413, body = Untaken), (status = 500, body = Untaken), (status = 503, body = Untaken)))]
async fn send_email(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    match deliver(&app, &req, payload).await {
        Ok(delivered) => HttpResponse::Ok().json(delivered),
        Err(error) => untaken(&error),
    }
}

async fn deliver(app: &App, req: &HttpRequest, payload: Payload) -> Result<Delivered> {
    let sender = write_key::sender(app, req, write_key::in_headers(req).as_deref()).await?;
    let raw = body::read(req, payload, app.config.body_limit).await?;
    let mail = Mail::parse(&raw, Instant::now())?;
    app.db.write(move |conn| mailbox::deliver(conn, &sender.principal, &mail)).await
}

/// What became of a form.
#[derive(Debug, Serialize, ToSchema)]
struct Sent {
    /// Always true: the form was taken.
    success: bool,
}

/// Takes a plain HTML form, urlencoded or multipart. `email` or `phone` identifies the visitor; `name`, `first_name`,
/// `last_name`, `company`, `subject`, `message` and `utm_*` have their meaning, `_redirect` names the page to go to
/// (of an origin the key allows), `_gotcha` catches programs, `_id` makes sending twice harmless.
#[utoipa::path(post, path = "/v1/forms/{key}", operation_id = "send_form", tag = "ingest", params(("key" = String, Path)), request_body(content = Object, content_type = "application/x-www-form-urlencoded"), responses((status = 200, content((Sent = "application/json"), (String = "text/html"))), (status = 303), (status = 400, body = Untaken), (status = 401, body = Untaken), (status = 403, body = Untaken), (status = 413, body = Untaken), (status = 422, body = Untaken), (status = 429, body = Untaken), (status = 500, body = Untaken), (status = 503, body = Untaken)))]
async fn send_form(app: Data<App>, req: HttpRequest, key: Path<String>, payload: Payload) -> HttpResponse {
    take(&app, &req, &key, payload).await.unwrap_or_else(|error| untaken(&error))
}

async fn take(app: &App, req: &HttpRequest, key: &str, payload: Payload) -> Result<HttpResponse> {
    app.ingest.forms.check(Origin::of_request(req, app.config.trust_proxy))?;
    let sender = write_key::sender(app, req, Some(key)).await?;
    let body = body::read(req, payload, app.config.body_limit).await?;
    let text = |name| req.headers().get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    let form = Form::read(forms::fields(req, body).await?, text(header::REFERER), &app.config.region);
    let destination = form.destination(&sender.key, &app.config.public_url());
    // Who is caught does not learn of it.
    if !form.is_caught {
        let region = app.config.region.clone();
        app.db.write(move |conn| forms::record(conn, &sender.principal, &sender.key, &region, &form)).await?;
    }
    let wants_page = text(header::ACCEPT).is_some_and(|accept| accept.contains("text/html"));
    Ok(match destination {
        Some(page) => HttpResponse::SeeOther().insert_header((header::LOCATION, page)).finish(),
        None if wants_page => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(THANKS),
        None => HttpResponse::Ok().json(Sent { success: true }),
    })
}

const THANKS: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Thank you</title>\
    <p>Thank you. We have received your message.</p></html>";

/// The script for web sites without an SDK.
#[utoipa::path(get, path = "/touchline.js", operation_id = "get_script", tag = "ingest", responses((status = 200, content_type = "text/javascript", body = String)))]
async fn script() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"))
        .body(include_str!("touchline.js"))
}

/// The routes at the server's root.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: send_email, send_form, script);
}
