//! The feed of changes and webhooks.

mod changes;
mod concurrent;
mod delivering;
mod hooks;
mod receiver;
mod retrying;

use serde_json::{Value, json};

use crate::support::{Client, TestApp};

pub const CHANGES: &str = "/api/v1/changes";

/// Where the feed ends at present.
pub async fn now(client: &Client) -> String {
    let page = client.get(&format!("{CHANGES}/snapshot?types=company&limit=1")).await.ok();
    page.json["changes_after"].as_str().unwrap().to_owned()
}

/// All changes behind a place, up to a company made now. On `PostgreSQL` a change waits until no older transaction runs
/// in the whole cluster, where other tests write too.
pub async fn since(app: &TestApp, client: &Client, place: &str) -> Vec<Value> {
    let end = app.admin.post("/api/v1/companies", json!({ "name": "The end" })).await.created().id();
    let (mut found, mut place) = (Vec::new(), place.to_owned());
    for _ in 0..200 {
        let page = client.get(&format!("{CHANGES}?after={place}&wait=5&limit=1000")).await.ok();
        found.extend(page.items().clone());
        place = page.json["cursor"].as_str().unwrap().to_owned();
        if let Some(at) = found.iter().position(|change| change["record_id"] == end.as_str()) {
            assert_eq!(at, found.len() - 1, "the end comes last");
            found.pop();
            return found;
        }
    }
    panic!("the end never came: {found:?}");
}

pub fn types(changes: &[Value]) -> Vec<&str> {
    changes.iter().map(|change| change["type"].as_str().unwrap()).collect()
}
