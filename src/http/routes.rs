//! Where features register their handlers: each is served, and described where the description is wanted.

use actix_web::dev::HttpServiceFactory;
use actix_web::web;
use utoipa::openapi::path::Paths;
use utoipa::openapi::{ComponentsBuilder, OpenApi, OpenApiBuilder, RefOr, schema::Schema};
use utoipa_actix_web::OpenApiFactory;

/// What handlers say of themselves.
#[derive(Default)]
struct Described {
    paths: Paths,
    schemas: Vec<(String, RefOr<Schema>)>,
}

/// The routes of a server or of a part of it.
pub struct Routes<'a> {
    config: &'a mut web::ServiceConfig,
    /// Left out in servers: each of their threads registers all handlers, and describing them takes much memory.
    described: Option<Described>,
}

impl std::fmt::Debug for Routes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Routes").finish_non_exhaustive()
    }
}

impl Routes<'_> {
    /// Registers what `routes` names.
    pub fn serve(config: &mut web::ServiceConfig, routes: impl FnOnce(&mut Routes)) {
        routes(&mut Routes { config, described: None });
    }

    /// Describes what `routes` names.
    pub fn describe(routes: impl FnOnce(&mut Routes)) -> OpenApi {
        let mut described = Described::default();
        // A configuration is made by actix alone; the application it belongs to is thrown away.
        drop(actix_web::App::new().configure(|config| {
            let mut all = Routes { config, described: Some(Described::default()) };
            routes(&mut all);
            described = all.described.unwrap_or_default();
        }));
        let components = ComponentsBuilder::new().schemas_from_iter(described.schemas).build();
        OpenApiBuilder::new().paths(described.paths).components(Some(components)).build()
    }

    /// Registers a handler.
    pub fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, handler: F) -> &mut Self {
        if let Some(described) = &mut self.described {
            described.paths.merge(handler.paths());
            handler.schemas(&mut described.schemas);
        }
        self.config.service(handler);
        self
    }

    /// Registers what another function names.
    pub fn configure(&mut self, routes: impl FnOnce(&mut Self)) -> &mut Self {
        routes(self);
        self
    }

    /// Registers what `routes` names, all below `prefix`.
    pub fn scope(&mut self, prefix: &str, routes: impl FnOnce(&mut Routes)) -> &mut Self {
        let mut inner = self.described.as_ref().map(|_| Described::default());
        let scope = web::scope(prefix).configure(|config| {
            let mut all = Routes { config, described: inner.take() };
            routes(&mut all);
            inner = all.described;
        });
        self.config.service(scope);
        if let (Some(outer), Some(inner)) = (&mut self.described, inner) {
            let paths = inner.paths.paths.into_iter().map(|(path, item)| (format!("{prefix}{path}"), item));
            outer.paths.paths.extend(paths);
            outer.schemas.extend(inner.schemas);
        }
        self
    }
}
