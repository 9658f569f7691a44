//! A caller of the API. Each exchange is checked against the OpenAPI document.

use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::to_bytes;
use actix_web::http::header::{self, HeaderMap};
use actix_web::test::{TestRequest, init_service};
use actix_web::web::{Bytes, Data};
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use touchline::app::{self, App};

use super::answer::Answer;
use super::contract::Contract;

type Call = Rc<dyn Fn(TestRequest) -> LocalBoxFuture<'static, (u16, HeaderMap, Bytes)>>;

/// The application as a function from request to answer.
pub async fn service(state: Data<App>) -> Call {
    let service = Rc::new(init_service(app::build(state)).await);
    Rc::new(move |request| {
        let service = service.clone();
        Box::pin(async move {
            let response = actix_web::test::call_service(&*service, request.to_request()).await;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let body = to_bytes(response.into_body()).await.ok().expect("a body");
            (status, headers, body)
        })
    })
}

/// Somebody who calls the API.
#[derive(Clone)]
pub struct Client {
    call: Call,
    contract: Arc<Contract>,
    token: Option<String>,
    address: IpAddr,
}

impl Client {
    pub const fn new(call: Call, contract: Arc<Contract>, token: Option<String>) -> Self {
        Self { call, contract, token, address: IpAddr::V4(Ipv4Addr::LOCALHOST) }
    }

    /// The same caller from elsewhere.
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.parse().expect("an address"), ..self.clone() }
    }

    /// The same service, other credentials.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same credentials, another service.
    pub fn on(&self, call: Call) -> Self {
        Self { call, ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, TestRequest::get()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, json(TestRequest::post(), &body)).await
    }

    /// A POST without a body.
    pub async fn post_empty(&self, path: &str) -> Answer {
        self.send("POST", path, TestRequest::post()).await
    }

    /// A POST that can be retried.
    pub async fn post_once(&self, key: &str, path: &str, body: Value) -> Answer {
        let request = json(TestRequest::post(), &body).insert_header(("Idempotency-Key", key));
        self.send("POST", path, request).await
    }

    /// A POST about the version that `seen` showed.
    pub async fn post_from(&self, seen: &Answer, path: &str, body: Value) -> Answer {
        let request = json(TestRequest::post(), &body).insert_header((header::IF_MATCH, seen.etag()));
        self.send("POST", path, request).await
    }

    /// A PATCH without If-Match.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, json(TestRequest::patch(), &body)).await
    }

    /// A PATCH of the version that `seen` showed.
    pub async fn patch_from(&self, seen: &Answer, path: &str, body: Value) -> Answer {
        let request = json(TestRequest::patch(), &body).insert_header((header::IF_MATCH, seen.etag()));
        self.send("PATCH", path, request).await
    }

    /// A PATCH of whatever version there is.
    pub async fn patch_any(&self, path: &str, body: Value) -> Answer {
        let request = json(TestRequest::patch(), &body).insert_header((header::IF_MATCH, "*"));
        self.send("PATCH", path, request).await
    }

    /// A PUT of whatever version there is.
    pub async fn put_any(&self, path: &str, body: Value) -> Answer {
        let request = json(TestRequest::put(), &body).insert_header((header::IF_MATCH, "*"));
        self.send("PUT", path, request).await
    }

    /// A DELETE of the version that `seen` showed.
    pub async fn delete_from(&self, seen: &Answer, path: &str) -> Answer {
        self.send("DELETE", path, TestRequest::delete().insert_header((header::IF_MATCH, seen.etag()))).await
    }

    /// A DELETE of whatever version there is.
    pub async fn delete_any(&self, path: &str) -> Answer {
        self.send("DELETE", path, TestRequest::delete().insert_header((header::IF_MATCH, "*"))).await
    }

    /// Any request.
    pub async fn send(&self, method: &str, path: &str, request: TestRequest) -> Answer {
        let mut request = request.uri(path).peer_addr((self.address, 40_000).into());
        if let Some(token) = &self.token {
            request = request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")));
        }
        let (status, headers, body) = (self.call)(request).await;
        let answer = Answer::new(format!("{method} {path}"), status, headers, body);
        self.contract.check(method, path, &answer);
        answer
    }
}

/// Gives a request a JSON body.
pub fn json(request: TestRequest, body: &Value) -> TestRequest {
    request.insert_header(header::ContentType::json()).set_payload(body.to_string())
}
