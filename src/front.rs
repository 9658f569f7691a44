//! The front end, as the binary carries it: compressed, in read-only memory, given out as it lies there.
//!
//! Everything but the page itself has an address that changes with the build, so that browsers keep it for good.

use std::io::Read;

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::error::{Error, Result};

include!(concat!(env!("OUT_DIR"), "/web.rs"));

/// A file of `web/dist`.
#[derive(Debug)]
pub struct File {
    name: &'static str,
    etag: &'static str,
    brotli: &'static [u8],
    gzip: &'static [u8],
}

const PAGE: &str = "index.html";
const KEPT: &str = "public, max-age=31536000, immutable";

/// What programs call. Everything else that asks for a page gets the front end, which knows its own addresses.
const NOT_PAGES: [&str; 8] = ["api", "assets", "docs", "health", "metrics", "openapi.json", "touchline.js", "v1"];

/// The front end's files, and its page at `/`.
pub fn serve(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/").route(web::get().to(root)).route(web::head().to(root)));
    cfg.service(web::resource("/assets/{version}/{name:.*}").route(web::get().to(asset)).route(web::head().to(asset)));
    cfg.service(web::resource("/favicon.svg").route(web::get().to(icon)).route(web::head().to(icon)));
}

/// Whether somebody opens a page of the front end.
pub fn opens_page(req: &HttpRequest) -> bool {
    let first = req.path().trim_start_matches('/').split('/').next().unwrap_or_default();
    let accept = req.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    matches!(*req.method(), Method::GET | Method::HEAD) && accept.contains("text/html") && !NOT_PAGES.contains(&first)
}

/// The page, which finds out by its address what to show.
///
/// # Errors
/// This binary was built without it.
pub fn page(req: &HttpRequest) -> Result<HttpResponse> {
    give(req, PAGE, "no-cache")
}

async fn root(req: HttpRequest) -> Result<HttpResponse> {
    page(&req)
}

async fn icon(req: HttpRequest) -> Result<HttpResponse> {
    give(&req, "favicon.svg", "public, max-age=86400")
}

/// A file of this build. One of another build is not found: pages that outlived an update load themselves again.
async fn asset(req: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    let (version, name) = path.into_inner();
    if version != VERSION {
        return Err(Error::not_found());
    }
    give(&req, &format!("assets/{name}"), KEPT)
}

fn give(req: &HttpRequest, name: &str, caching: &'static str) -> Result<HttpResponse> {
    let file = FILES.iter().find(|file| file.name == name).ok_or_else(Error::not_found)?;
    let known = req.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut answer = if known.is_some_and(|known| holds(known, file.etag)) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header((header::ETAG, file.etag))
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::VARY, "accept-encoding"));
    if known.is_some_and(|known| holds(known, file.etag)) {
        return Ok(answer.finish());
    }
    answer.content_type(content_type(name));
    let accepted = req.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts(accepted, "br") {
        return Ok(answer.insert_header((header::CONTENT_ENCODING, "br")).body(file.brotli));
    }
    if accepts(accepted, "gzip") {
        return Ok(answer.insert_header((header::CONTENT_ENCODING, "gzip")).body(file.gzip));
    }
    let mut content = Vec::new();
    flate2::read::GzDecoder::new(file.gzip).read_to_end(&mut content).map_err(Error::internal)?;
    Ok(answer.body(content))
}

fn holds(if_none_match: &str, etag: &str) -> bool {
    if_none_match
        .split(',')
        .any(|known| matches!(known.trim().trim_start_matches("W/"), tag if tag == etag || tag == "*"))
}

/// Whether `Accept-Encoding` names the encoding and does not refuse it.
fn accepts(accept_encoding: &str, encoding: &str) -> bool {
    accept_encoding.split(',').any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, "q=1"));
        let refused = matches!(weight.trim().trim_start_matches("q=").parse::<f32>(), Ok(weight) if weight <= 0.0);
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "webmanifest") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_taken_unless_it_is_refused() {
        assert!(accepts("gzip, deflate, BR;q=0.5", "br"));
        assert!(!accepts("gzip, br;q=0", "br"));
        assert!(!accepts("", "gzip"));
    }

    #[test]
    fn a_known_version_is_found_in_a_list_of_tags() {
        assert!(holds("\"a\", W/\"b\"", "\"b\"") && holds("*", "\"b\""));
        assert!(!holds("\"a\"", "\"b\""));
    }
}
