//! What came back, and short ways to say what was expected.

use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Bytes;
use serde_json::Value;

/// An answer of the API.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The body as JSON; `null` where it is something else.
    pub json: Value,
    request: String,
}

impl Answer {
    pub fn new(request: String, status: u16, headers: HeaderMap, body: Bytes) -> Self {
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Self { status, headers, body, json, request }
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.request, self.text());
        self
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        self.expect(200)
    }

    #[track_caller]
    pub fn created(self) -> Self {
        self.expect(201)
    }

    #[track_caller]
    pub fn no_content(self) -> Self {
        self.expect(204)
    }

    /// A problem of this status and code.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Self {
        let this = self.expect(status);
        assert_eq!(this.json["code"], code, "{}: {}", this.request, this.text());
        this
    }

    /// A 422 that names exactly these fields.
    #[track_caller]
    pub fn invalid(self, fields: &[&str]) -> Self {
        let this = self.problem(422, "invalid");
        let mut named: Vec<_> =
            this.json["errors"].as_array().into_iter().flatten().filter_map(|error| error["field"].as_str()).collect();
        named.sort_unstable();
        named.dedup();
        let mut wanted = fields.to_vec();
        wanted.sort_unstable();
        assert_eq!(named, wanted, "{}: {}", this.request, this.text());
        this
    }

    /// The `id` of the record.
    #[track_caller]
    pub fn id(&self) -> String {
        self.json["id"].as_str().unwrap_or_else(|| panic!("{}: no id in {}", self.request, self.text())).to_owned()
    }

    /// The `items` of the list.
    #[track_caller]
    pub fn items(&self) -> &Vec<Value> {
        self.json["items"].as_array().unwrap_or_else(|| panic!("{}: no items in {}", self.request, self.text()))
    }

    #[track_caller]
    /// What became of each item of a batch.
    pub fn statuses(&self) -> Vec<&str> {
        self.items().iter().map(|item| item["status"].as_str().unwrap()).collect()
    }

    pub fn etag(&self) -> String {
        self.header(header::ETAG.as_str()).unwrap_or_else(|| panic!("{}: no ETag", self.request))
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
