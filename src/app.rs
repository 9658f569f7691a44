//! The application: its state, its middleware, and the whole route table.

use std::sync::Arc;

use actix_cors::Cors;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse, fn_service};
use actix_web::{
    App as ActixApp, HttpResponse, body::MessageBody, middleware::Compress, middleware::Condition, middleware::from_fn,
    web,
};

use crate::accounts::authenticate::Authenticator;
use crate::accounts::tokens::Tokens;
use crate::accounts::{self, Principal};
use crate::config::Config;
use crate::db::{Connection, Db};
use crate::error::{Error, Result};
use crate::http::idempotency::{Retry, once};
use crate::http::{Reply, Routes, Table, middleware};
use crate::imports::{self, queue::Queue};
use crate::interactions::together::Together;
use crate::operations::{self, metrics::Metrics};
use crate::stream::Streams;
use crate::sync::{self, webhooks::Sender};
use crate::{
    channels, companies, contacts, exports, fields, front, funnel, ingest, interactions, openapi, pipelines, reports,
    sales, sample, segments, stream, timeline, views,
};

/// What every handler shares.
#[derive(Debug)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The settings.
    pub config: Config,
    /// Tells who a caller is.
    pub auth: Authenticator,
    /// Imports waiting for the worker.
    pub imports: Queue,
    /// Exports under way.
    pub exports: exports::Desk,
    /// Interactions waiting for the writer.
    pub interactions: Together,
    /// The API's description, as it is served.
    pub openapi: openapi::Served,
    /// What the sending endpoints remember.
    pub ingest: ingest::Desk,
    /// Set where figures are collected.
    pub metrics: Option<Metrics>,
    /// Who listens to what happens.
    pub streams: Streams,
    /// Sends changes to other systems.
    pub webhooks: Sender,
    /// Who answers what; one table for all threads.
    pub routes: Arc<Table>,
}

impl App {
    /// The state of a server on `db`, whose sessions `secret` signs.
    #[must_use]
    pub fn new(db: Db, config: Config, secret: &str) -> Self {
        let tokens = Tokens::new(secret, config.secret_previous.as_deref());
        Self {
            db,
            auth: Authenticator::new(tokens),
            webhooks: Sender::new(&config),
            config,
            imports: Queue::default(),
            exports: exports::Desk::default(),
            interactions: Together::default(),
            openapi: openapi::Served::default(),
            ingest: ingest::Desk::default(),
            metrics: None,
            streams: Streams::default(),
            routes: Arc::new(Routes::serve(routes)),
        }
    }

    /// Answers from the database, as the caller sees it.
    ///
    /// # Errors
    /// What `work` returns, or the database is away.
    pub async fn read(
        &self,
        by: &Principal,
        work: impl FnOnce(&mut Connection, &Principal) -> Result<Reply> + Send + 'static,
    ) -> Result<Reply> {
        let by = by.clone();
        self.db.read(move |conn| work(conn, &by)).await
    }

    /// [`App::read`] of a report: on one state of the database, see [`snapshot`](crate::db::snapshot).
    ///
    /// # Errors
    /// As for [`App::read`].
    pub async fn report<T: Send + 'static>(
        &self,
        by: &Principal,
        work: impl FnOnce(&mut Connection, &Principal) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let by = by.clone();
        self.db.read(move |conn| crate::db::snapshot(conn, |conn| work(conn, &by))).await
    }

    /// Changes the database on the caller's behalf, once however often the request is retried.
    ///
    /// # Errors
    /// What `work` returns, with nothing changed, or the database is away.
    pub async fn write(
        &self,
        by: &Principal,
        retry: Option<Retry>,
        mut work: impl FnMut(&mut Connection, &Principal) -> Result<Reply> + Send + 'static,
    ) -> Result<Reply> {
        let by = by.clone();
        self.db.write(move |conn| once(conn, by.retry_id(), retry.as_ref(), |conn| work(conn, &by))).await
    }

    /// [`App::write`] for work about many clients: see [`Db::write_apart`].
    ///
    /// # Errors
    /// As for [`App::write`].
    pub async fn write_apart(
        &self,
        by: &Principal,
        retry: Option<Retry>,
        mut work: impl FnMut(&mut Connection, &Principal) -> Result<Reply> + Send + 'static,
    ) -> Result<Reply> {
        let by = by.clone();
        self.db.write_apart(move |conn| once(conn, by.retry_id(), retry.as_ref(), |conn| work(conn, &by))).await
    }
}

/// Every route under `/api/v1`.
fn api(cfg: &mut Routes) {
    cfg.configure(accounts::routes);
    cfg.configure(fields::routes).configure(companies::routes).configure(contacts::routes);
    cfg.configure(interactions::routes::routes)
        .configure(interactions::tasks::routes)
        .configure(timeline::routes::routes);
    cfg.configure(pipelines::routes)
        .configure(channels::routes)
        .configure(funnel::routes)
        .configure(sales::routes)
        .configure(reports::routes)
        .configure(stream::routes)
        .configure(sync::routes);
    cfg.configure(segments::routes)
        .configure(imports::routes)
        .configure(exports::routes)
        .configure(views::routes)
        .configure(sample::routes)
        .configure(ingest::routes::routes);
}

/// The description of every route, before [`openapi::finish`].
#[must_use]
pub fn routes_document() -> utoipa::openapi::OpenApi {
    Routes::describe(routes)
}

fn routes(cfg: &mut Routes) {
    cfg.scope("/api/v1", api)
        .configure(operations::health::routes)
        .configure(segments::decide::root)
        .configure(ingest::routes::root);
}

/// The actix application: all routes inside all middleware.
pub fn build(
    state: web::Data<App>,
) -> ActixApp<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let limit = state.config.body_limit;
    let (metrics, token) = (state.metrics.clone(), state.config.metrics_token.clone());
    let cors = cors(&state.config);
    let routes = Arc::clone(&state.routes);
    ActixApp::new()
        .app_data(state)
        .app_data(web::PayloadConfig::new(limit))
        .app_data(web::PathConfig::default().error_handler(|_, _| Error::not_found().into()))
        .configure(openapi::serve)
        .configure(front::serve)
        .configure(|cfg| operations::metrics::beside_the_api(cfg, metrics, token))
        .default_service(fn_service(move |req| answer(Arc::clone(&routes), req)))
        .wrap(from_fn(middleware::authenticate))
        .wrap(Compress::default())
        .wrap(cors)
        .wrap(from_fn(ingest::cors::allow))
        .wrap(from_fn(middleware::request))
}

/// Answers by the table of routes, or with the front end where somebody opens a page of it.
async fn answer(routes: Arc<Table>, req: ServiceRequest) -> Result<ServiceResponse, actix_web::Error> {
    if front::opens_page(req.request()) && !routes.knows(&req) {
        let (req, _) = req.into_parts();
        let page = front::page(&req).unwrap_or_else(HttpResponse::from_error);
        return Ok(ServiceResponse::new(req, page));
    }
    Ok(routes.answer(req).await)
}

/// Other origins' scripts may call only where the settings name them; cookies stay with our own pages.
fn cors(config: &Config) -> Condition<Cors> {
    const HEADERS: [&str; 6] =
        ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-request-id"];
    let origins = config.cors_origins.iter().map(|origin| origin.trim_end_matches('/'));
    let cors = origins
        .fold(Cors::default(), Cors::allowed_origin)
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers(HEADERS)
        .expose_headers(["etag", "location", "retry-after", "x-request-id"])
        .max_age(3600);
    Condition::new(!config.cors_origins.is_empty(), cors)
}
