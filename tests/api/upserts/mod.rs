//! Many records made or changed in one request.

mod companies;
mod contacts;
mod leads;

use serde_json::{Value, json};

use crate::support::{Answer, Client};

/// Sends items to `/api/v1/<path>`.
pub async fn upsert(client: &Client, path: &str, items: Value) -> Answer {
    client.post(&format!("/api/v1/{path}"), json!({ "items": items })).await.ok()
}

/// The status of each item.
pub fn statuses(answer: &Answer) -> Vec<&str> {
    answer.items().iter().map(|item| item["status"].as_str().unwrap()).collect()
}

/// Code and fields of an item's problem.
pub fn problem(answer: &Answer, index: usize) -> (String, Vec<String>) {
    let problem = &answer.items()[index]["problem"];
    let fields = problem["errors"].as_array().into_iter().flatten();
    let fields = fields.map(|error| error["field"].as_str().unwrap().to_owned()).collect();
    (problem["code"].as_str().unwrap_or("none").to_owned(), fields)
}
