//! What other systems send.

mod bad_input;
mod batches;
mod email;
mod events;
mod forms;
mod keys;
mod refused;

use actix_web::test::TestRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::database::API_KEY;
use crate::support::{Answer, TestApp};

/// The name of the tests' write key.
pub const SOURCE: &str = "tests";

/// A request of an SDK: the key as the user name of `Basic`.
pub fn request(key: &str, body: impl Into<Vec<u8>>) -> TestRequest {
    let credentials = STANDARD.encode(format!("{key}:"));
    TestRequest::post().insert_header(("Authorization", format!("Basic {credentials}"))).set_payload(body.into())
}

/// Sends to `/v1/<call>` with the tests' key.
pub async fn send(app: &TestApp, call: &str, body: &Value) -> Answer {
    app.anon.send("POST", &format!("/v1/{call}"), request(API_KEY, body.to_string())).await
}

/// Sends events as one batch, all of which must be accepted.
pub async fn accept(app: &TestApp, events: Value) -> Answer {
    let answer = send(app, "batch", &json!({ "batch": events })).await.ok();
    assert_eq!(answer.json["refused"], 0, "{}", answer.text());
    answer
}

/// The one contact that this filter finds.
pub async fn contact(app: &TestApp, filter: &str) -> Value {
    let found = app.manager.get(&format!("/api/v1/contacts?{filter}")).await.ok();
    assert_eq!(found.items().len(), 1, "{filter}: {}", found.text());
    found.items()[0].clone()
}

/// A contact's line, the oldest first, without what the contact itself reports about its changes.
pub async fn line(app: &TestApp, contact: &Value) -> Vec<Value> {
    let id = contact["id"].as_str().unwrap();
    let page = app.manager.get(&format!("/api/v1/contacts/{id}/timeline?order=oldest&limit=200")).await.ok();
    let own = |entry: &&Value| entry["kind"].as_str().is_some_and(|kind| kind.starts_with("contact."));
    page.items().iter().filter(|entry| !own(entry)).cloned().collect()
}

/// The kinds of a contact's entries, the oldest first.
pub async fn kinds(app: &TestApp, contact: &Value) -> Vec<String> {
    line(app, contact).await.iter().map(|entry| entry["kind"].as_str().unwrap().to_owned()).collect()
}
