//! The feed of changes and webhooks.

mod changes;
mod concurrent;
mod delivering;
mod hooks;
pub mod receiver;
mod retrying;

use serde_json::{Value, json};

use crate::support::{Client, TestApp};

pub const CHANGES: &str = "/api/v1/changes";

/// A place behind all that has happened so far.
pub async fn now(app: &TestApp) -> String {
    let page = app.admin.get(&format!("{CHANGES}/snapshot?types=company&limit=1")).await.ok();
    let place = page.json["changes_after"].as_str().unwrap().to_owned();
    read_to_the_end(app, &app.admin, &place).await.1
}

/// All changes behind a place.
pub async fn since(app: &TestApp, client: &Client, place: &str) -> Vec<Value> {
    read_to_the_end(app, client, place).await.0
}

/// Reads up to a company made now. On `PostgreSQL` a change waits until no older transaction runs in the whole cluster,
/// where other tests write too.
async fn read_to_the_end(app: &TestApp, client: &Client, place: &str) -> (Vec<Value>, String) {
    let end = app.admin.post("/api/v1/companies", json!({ "name": "The end" })).await.created().id();
    let (mut found, mut place) = (Vec::new(), place.to_owned());
    for _ in 0..200 {
        let page = client.get(&format!("{CHANGES}?after={place}&wait=5&limit=1000")).await.ok();
        found.extend(page.items().clone());
        page.json["cursor"].as_str().unwrap().clone_into(&mut place);
        if let Some(at) = found.iter().position(|change| change["record_id"] == end.as_str()) {
            assert_eq!(at, found.len() - 1, "the end comes last");
            found.pop();
            return (found, place);
        }
    }
    panic!("the end never came: {found:?}");
}

pub fn types(changes: &[Value]) -> Vec<&str> {
    changes.iter().map(|change| change["type"].as_str().unwrap()).collect()
}
