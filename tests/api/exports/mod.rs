//! Lists as files, and persons as archives.

mod archive;
mod forms;
mod lists;
mod round_trip;
mod streams;

use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

/// The cells of a CSV file.
pub fn cells(answer: &Answer) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(answer.body.as_ref());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The values of one column, below its header.
pub fn column(answer: &Answer, name: &str) -> Vec<String> {
    let cells = cells(answer);
    let place =
        cells[0].iter().position(|header| header == name).unwrap_or_else(|| panic!("no {name} in {:?}", cells[0]));
    cells[1..].iter().map(|row| row[place].clone()).collect()
}

/// The records of an NDJSON file.
pub fn records(answer: &Answer) -> Vec<Value> {
    answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub async fn export(client: &Client, path: &str) -> Answer {
    client.get(&format!("/api/v1/exports/{path}")).await.ok()
}

/// Defines a custom field of contacts.
pub async fn field(app: &TestApp, entity: &str, key: &str, kind: &str, options: Value) {
    let body = json!({ "entity": entity, "key": key, "label": key, "kind": kind, "options": options });
    let mut body = body;
    if options.is_null() {
        body.as_object_mut().unwrap().remove("options");
    }
    app.admin.post("/api/v1/fields", body).await.created();
}

pub async fn contact(app: &TestApp, body: Value) -> String {
    app.manager.post("/api/v1/contacts", body).await.created().id()
}
