//! The API's description: made from the handlers, finished here with what all operations share.

use std::sync::OnceLock;

use actix_web::{HttpResponse, web};
use bytes::Bytes;
use utoipa::openapi::path::{HttpMethod, Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, Ref, RefOr, ResponseBuilder, ResponsesBuilder,
};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::app::App;
use crate::error::{Code, Error, FieldError, Problem};
use crate::http::reply::JSON;

/// The document as `openapi.yaml` holds it.
///
/// # Errors
/// It cannot be written as YAML: a fault of ours.
pub fn yaml() -> Result<String, Error> {
    document().to_yaml().map_err(Error::internal)
}

/// The finished document.
#[must_use]
pub fn document() -> OpenApi {
    finish(crate::app::routes_document())
}

/// Adds what all operations share: title, security scheme, problem responses.
fn finish(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("Touchline")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "A lightweight CRM with a customer-360 view. Every touchpoint of a client, online and offline, on one timeline.",
        ))
        .license(Some(utoipa::openapi::LicenseBuilder::new().name("MIT OR Apache-2.0").build()))
        .build();
    let components = document.components.take().unwrap_or_default();
    document.components = Some(
        ComponentsBuilder::from(components)
            .schema_from::<Problem>()
            .schema_from::<FieldError>()
            .schema_from::<Code>()
            // Named by parameters alone, which utoipa does not collect.
            .schema_from::<crate::http::Sort>()
            .schema_from::<crate::pipelines::leads::order::LeadSort>()
            .schema_from::<crate::contacts::ConsentChannel>()
            .security_scheme("bearer", bearer())
            .build(),
    );
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations_mut(item) {
            if path.starts_with("/api/v1/exports/") {
                drop_paging(operation);
            }
            add_problems(operation, &method, path.contains('{'));
        }
    }
    document
}

fn bearer() -> SecurityScheme {
    SecurityScheme::Http(
        HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An access token from `/api/v1/auth/login`, or an API key (`tlk_…`). An operation names the permission \
                 it needs: roles have permissions, keys are given some. `person` means anyone who is logged in, but no key.",
            ))
            .build(),
    )
}

fn operations_mut(item: &mut PathItem) -> Vec<(HttpMethod, &mut Operation)> {
    [
        (HttpMethod::Get, item.get.as_mut()),
        (HttpMethod::Post, item.post.as_mut()),
        (HttpMethod::Put, item.put.as_mut()),
        (HttpMethod::Patch, item.patch.as_mut()),
        (HttpMethod::Delete, item.delete.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.map(|operation| (method, operation)))
    .collect()
}

/// The operations of a path, with their methods.
#[must_use]
pub fn operations(item: &PathItem) -> Vec<(HttpMethod, &Operation)> {
    [
        (HttpMethod::Get, item.get.as_ref()),
        (HttpMethod::Post, item.post.as_ref()),
        (HttpMethod::Put, item.put.as_ref()),
        (HttpMethod::Patch, item.patch.as_ref()),
        (HttpMethod::Delete, item.delete.as_ref()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.map(|operation| (method, operation)))
    .collect()
}

/// An export is a whole list: what belongs to pages alone is refused there.
fn drop_paging(operation: &mut Operation) {
    const PAGING: [&str; 4] = ["cursor", "limit", "total", "sort"];
    if let Some(parameters) = &mut operation.parameters {
        parameters.retain(|parameter| !PAGING.contains(&parameter.name.as_str()));
    }
}

fn add_problems(operation: &mut Operation, method: &HttpMethod, addresses_one: bool) {
    let secured = operation.security.is_some();
    let has_body = operation.request_body.is_some();
    let changes_one = addresses_one && matches!(method, HttpMethod::Put | HttpMethod::Patch | HttpMethod::Delete);
    let mut statuses = vec![400, 422, 429, 500, 503];
    if secured {
        statuses.extend([401, 403]);
    }
    if addresses_one {
        statuses.push(404);
    }
    if !matches!(method, HttpMethod::Get) {
        statuses.push(409);
    }
    if has_body {
        statuses.extend([404, 413, 415]);
    }
    let names_version = operation.parameters.iter().flatten().any(|parameter| parameter.name == "If-Match");
    if changes_one || names_version {
        statuses.push(412);
    }
    if changes_one || (names_version && !matches!(method, HttpMethod::Post)) {
        statuses.push(428);
    }
    statuses.sort_unstable();
    statuses.dedup();
    let mut responses = ResponsesBuilder::from(std::mem::take(&mut operation.responses)).build();
    for status in statuses {
        responses.responses.entry(status.to_string()).or_insert_with(|| problem_response(status));
    }
    operation.responses = responses;
}

fn problem_response(status: u16) -> RefOr<utoipa::openapi::Response> {
    let codes: Vec<_> = Code::ALL.iter().filter(|code| code.status() == status).map(|code| code.as_str()).collect();
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    RefOr::T(
        ResponseBuilder::new()
            .description(format!("A problem: {}", codes.join(", ")))
            .content("application/problem+json", content)
            .build(),
    )
}

/// The description as a server gives it: made when somebody first asks, since most servers are never asked.
#[derive(Debug, Default)]
pub struct Served(OnceLock<Bytes>);

impl Served {
    fn json(&self) -> Bytes {
        self.0.get_or_init(|| document().to_json().unwrap_or_default().into()).clone()
    }
}

/// Serves the document at `/openapi.json` and readable pages at `/docs/`, from this binary alone.
pub fn serve(cfg: &mut web::ServiceConfig) {
    cfg.route("/openapi.json", web::get().to(json));
    cfg.service(web::redirect("/docs", "/docs/"));
    cfg.service(SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json")));
}

async fn json(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok().content_type(JSON).body(app.openapi.json())
}
