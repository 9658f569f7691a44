//! The table of routes: made once and shared by all threads, so that a thread more costs no table more.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::{FromRequest, Handler, HttpMessage, HttpRequest, HttpResponse, Responder};
use futures_util::future::LocalBoxFuture;

use crate::error::{Code, Error, Result};

type Call = Box<dyn Fn(HttpRequest, Payload) -> LocalBoxFuture<'static, HttpResponse> + Send + Sync>;

/// The path that a request was found under, as the description writes it; kept on the request.
#[derive(Debug, Clone)]
pub struct Matched(pub Arc<str>);

struct Route {
    path: Arc<str>,
    methods: Vec<(&'static str, Call)>,
}

/// Which handler answers which path and method.
#[derive(Default)]
pub struct Table {
    routes: Vec<Route>,
    by_name: HashMap<Arc<str>, usize>,
    by_path: matchit::Router<usize>,
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.routes.iter().map(|route| &route.path)).finish()
    }
}

impl Table {
    /// Lets `handler` answer `method` on `path`.
    pub fn add<H, Args>(&mut self, method: &'static str, path: String, handler: H)
    where
        H: Handler<Args> + Send + Sync,
        H::Output: Responder + 'static,
        Args: FromRequest + 'static,
    {
        self.put(method, path, Box::new(move |req, payload| Box::pin(call(handler.clone(), req, payload))));
    }

    fn put(&mut self, method: &'static str, path: String, call: Call) {
        let next = self.routes.len();
        let path: Arc<str> = path.into();
        let at = *self.by_name.entry(Arc::clone(&path)).or_insert(next);
        match self.routes.get_mut(at) {
            Some(route) => route.methods.push((method, call)),
            None => self.routes.push(Route { path, methods: vec![(method, call)] }),
        }
    }

    /// Makes the paths ready to be found.
    ///
    /// # Panics
    /// Two paths cannot be told apart: a fault of ours, seen at the first start.
    #[must_use]
    pub fn finish(mut self) -> Self {
        for (at, route) in self.routes.iter().enumerate() {
            if let Err(error) = self.by_path.insert(route.path.to_string(), at) {
                panic!("{}: {error}", route.path);
            }
        }
        self.by_name = HashMap::new();
        self
    }

    /// Whether any handler answers on the request's path.
    #[must_use]
    pub fn knows(&self, req: &ServiceRequest) -> bool {
        self.by_path.at(req.match_info().as_str()).is_ok()
    }

    /// Answers a request: 404 where no path fits, 405 where the path has other methods.
    pub async fn answer(&self, mut req: ServiceRequest) -> ServiceResponse {
        let call = match self.find(&mut req) {
            Ok(call) => call,
            Err(error) => return req.error_response(error),
        };
        let (req, payload) = req.into_parts();
        let response = match call {
            Found::Handler(call) => call(req.clone(), payload).await,
            Found::Options(allowed) => HttpResponse::NoContent().insert_header((header::ALLOW, allowed)).finish(),
        };
        ServiceResponse::new(req, response)
    }

    fn find(&self, req: &mut ServiceRequest) -> Result<Found<'_>> {
        let path = req.match_info().as_str().to_owned();
        let found = self.by_path.at(&path).ok();
        let (route, found) = found
            .and_then(|found| Some((self.routes.get(*found.value)?, found.params)))
            .ok_or_else(Error::not_found)?;
        req.extensions_mut().insert(Matched(Arc::clone(&route.path)));
        let method = req.method().as_str();
        if let Some((_, call)) = route.methods.iter().find(|(known, _)| *known == method) {
            for (name, value) in found.iter() {
                req.match_info_mut().add_static(name.to_owned(), value.to_owned());
            }
            return Ok(Found::Handler(call));
        }
        let allowed = route.methods.iter().map(|(method, _)| *method).collect::<Vec<_>>().join(", ");
        if req.method() == Method::OPTIONS {
            return Ok(Found::Options(allowed));
        }
        let said = format!("Allowed here: {allowed}.");
        Err(Error { allow: Some(allowed), ..Error::because(Code::MethodNotAllowed, said) })
    }
}

enum Found<'a> {
    Handler(&'a Call),
    Options(String),
}

async fn call<H, Args>(handler: H, req: HttpRequest, mut payload: Payload) -> HttpResponse
where
    H: Handler<Args>,
    H::Output: Responder + 'static,
    Args: FromRequest + 'static,
{
    match Args::from_request(&req, &mut payload).await {
        Ok(args) => handler.call(args).await.respond_to(&req).map_into_boxed_body(),
        Err(error) => HttpResponse::from_error(error.into()),
    }
}
