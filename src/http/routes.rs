//! Where features register their handlers: each is served, and described where the description is wanted.

use actix_web::{FromRequest, Handler, Responder};
use utoipa::openapi::path::{HttpMethod, Paths};
use utoipa::openapi::{ComponentsBuilder, OpenApi, OpenApiBuilder, RefOr, schema::Schema};
use utoipa_actix_web::OpenApiFactory;

use super::table::Table;

/// What handlers say of themselves.
#[derive(Default)]
struct Described {
    paths: Paths,
    schemas: Vec<(String, RefOr<Schema>)>,
}

/// What becomes of the handlers that are named.
enum Use<'a> {
    Served(&'a mut Table),
    Described(&'a mut Described),
}

/// The routes of a server or of a part of it.
pub struct Routes<'a> {
    prefix: String,
    wanted: Use<'a>,
}

impl std::fmt::Debug for Routes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Routes").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// Registers handlers with [`Routes`], under the paths and methods that their `utoipa::path` names.
macro_rules! handlers {
    ($routes:ident: $($handler:ident),+ $(,)?) => {
        pastey::paste! { $($routes.handler([<__path_ $handler>], $handler);)+ }
    };
}
pub(crate) use handlers;

impl Routes<'_> {
    /// What `routes` names, ready to be served.
    pub fn serve(routes: impl FnOnce(&mut Routes)) -> Table {
        let mut table = Table::default();
        routes(&mut Routes { prefix: String::new(), wanted: Use::Served(&mut table) });
        table.finish()
    }

    /// Describes what `routes` names.
    pub fn describe(routes: impl FnOnce(&mut Routes)) -> OpenApi {
        let mut described = Described::default();
        routes(&mut Routes { prefix: String::new(), wanted: Use::Described(&mut described) });
        let components = ComponentsBuilder::new().schemas_from_iter(described.schemas).build();
        OpenApiBuilder::new().paths(described.paths).components(Some(components)).build()
    }

    /// Registers a handler; see [`handlers`].
    pub fn handler<D, H, Args>(&mut self, described: D, handler: H)
    where
        D: OpenApiFactory + utoipa::Path,
        H: Handler<Args> + Send + Sync,
        H::Output: Responder + 'static,
        Args: FromRequest + 'static,
    {
        match &mut self.wanted {
            Use::Served(table) => {
                for method in D::methods() {
                    table.add(method_name(&method), format!("{}{}", self.prefix, D::path()), handler.clone());
                }
            }
            Use::Described(all) => {
                for (path, item) in described.paths().paths {
                    let path = format!("{}{path}", self.prefix);
                    match all.paths.paths.get_mut(&path) {
                        Some(known) => known.merge_operations(item),
                        None => drop(all.paths.paths.insert(path, item)),
                    }
                }
                described.schemas(&mut all.schemas);
            }
        }
    }

    /// Registers what another function names.
    pub fn configure(&mut self, routes: impl FnOnce(&mut Self)) -> &mut Self {
        routes(self);
        self
    }

    /// Registers what `routes` names, all below `prefix`.
    pub fn scope(&mut self, prefix: &str, routes: impl FnOnce(&mut Routes)) -> &mut Self {
        let outer = self.prefix.len();
        self.prefix.push_str(prefix);
        routes(self);
        self.prefix.truncate(outer);
        self
    }
}

/// A method as requests name it.
#[must_use]
pub const fn method_name(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
        HttpMethod::Put => "PUT",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Head => "HEAD",
        HttpMethod::Trace => "TRACE",
    }
}
