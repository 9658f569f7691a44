//! Imports: files taken row by row, refused rows told, nothing twice.

mod bad_input;
mod command;
mod corpus;
mod files;
mod flow;
mod histories;
mod leads;
mod progress;
mod rights;
mod stops;
mod undo;
mod vendors;

use actix_web::http::header;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

const BOUNDARY: &str = "----------touchline-tests";

/// `target=column` and `target=fixed:value` as the API takes them.
fn mapping(fields: &[&str]) -> Value {
    let field = |text: &&str| {
        let (target, place) = text.split_once('=').unwrap();
        match place.strip_prefix("fixed:") {
            Some(value) => json!({ "target": target, "value": value }),
            None => json!({ "target": target, "column": place }),
        }
    };
    json!({ "fields": fields.iter().map(field).collect::<Vec<_>>() })
}

fn form(parts: &[(&str, &[u8])]) -> TestRequest {
    let mut body = Vec::new();
    for (name, content) in parts {
        let filename = if *name == "file" { "; filename=\"people.csv\"" } else { "" };
        body.extend(
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{filename}\r\n\r\n").bytes(),
        );
        body.extend_from_slice(content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    let media = format!("multipart/form-data; boundary={BOUNDARY}");
    TestRequest::post().insert_header((header::CONTENT_TYPE, media)).set_payload(body)
}

async fn send(client: &Client, mapping: &Value, file: &[u8]) -> Answer {
    let mapping = mapping.to_string();
    client.send("POST", "/api/v1/imports", form(&[("mapping", mapping.as_bytes()), ("file", file)])).await
}

/// Makes the pipeline that leads go to where none is named.
pub async fn pipeline(app: &TestApp) {
    app.admin.post("/api/v1/pipelines", json!({ "name": "Sales" })).await.created();
}

/// Lets the worker do what waits.
fn work(app: &TestApp) {
    let worker = app.state.imports.worker(app.state.db.clone(), &app.state.config.data, "US");
    std::thread::spawn(move || worker.drain()).join().unwrap();
}

/// Imports a file as a manager; gives the finished import.
pub async fn import(app: &TestApp, fields: &[&str], file: &str) -> Answer {
    let sent = send(&app.manager, &mapping(fields), file.as_bytes()).await.expect(202);
    work(app);
    app.manager.get(&format!("/api/v1/imports/{}", sent.id())).await.ok()
}

/// Sends a file without a mapping; gives the draft.
pub async fn propose(app: &TestApp, file: &[u8]) -> Answer {
    app.manager.send("POST", "/api/v1/imports", form(&[("file", file)])).await.expect(202)
}

async fn step(app: &TestApp, id: &str, step: &str) -> Answer {
    app.manager.post_empty(&format!("/api/v1/imports/{id}/{step}")).await
}

/// Lets an import take a step and the worker do it; gives the import then.
async fn go(app: &TestApp, id: &str, name: &str) -> Answer {
    step(app, id, name).await.expect(202);
    work(app);
    app.manager.get(&format!("/api/v1/imports/{id}")).await.ok()
}

async fn run(app: &TestApp, id: &str) -> Answer {
    go(app, id, "run").await
}

async fn dry_run(app: &TestApp, id: &str) -> Answer {
    go(app, id, "dry-run").await
}

pub async fn undo(app: &TestApp, id: &str) -> Answer {
    go(app, id, "undo").await
}

/// Rows read, created, updated, unchanged, failed, warnings.
pub fn counts(import: &Answer) -> [i64; 6] {
    ["rows_read", "created", "updated", "unchanged", "failed", "warnings"]
        .map(|name| import.json[name].as_i64().unwrap())
}

/// What differs between an import's problems of one code.
pub async fn params(app: &TestApp, import: &Answer) -> Vec<Value> {
    let errors = app.manager.get(&format!("/api/v1/imports/{}/errors", import.id())).await.ok();
    errors.items().iter().map(|error| error["params"].clone()).collect()
}

/// `row column severity code` of each bad row.
pub async fn problems(app: &TestApp, import: &Answer) -> Vec<String> {
    let errors = app.manager.get(&format!("/api/v1/imports/{}/errors", import.id())).await.ok();
    let text = |error: &Value, name: &str| error[name].as_str().unwrap_or("-").to_owned();
    let row = |error: &Value| {
        let row = &error["row_number"];
        format!("{row} {} {} {}", text(error, "column_name"), text(error, "severity"), text(error, "code"))
    };
    errors.items().iter().map(row).collect()
}
