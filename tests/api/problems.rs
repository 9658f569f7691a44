//! Problems: every code is used by a test, and the ones no feature owns are shown here.

use std::path::Path;

use actix_web::test::TestRequest;
use diesel::connection::SimpleConnection;
use serde_json::json;
use touchline::accounts::tokens::Tokens;
use touchline::db::types::{Guid, Instant};
use touchline::error::Code;

use crate::support::{SECRET, TestApp, cases};

cases![
    every_code_is_used_by_a_test,
    a_token_that_is_not_ours_or_not_good_any_more_is_refused,
    a_header_that_cannot_be_read_is_named,
    an_idempotency_key_serves_one_request,
    a_fault_of_ours_tells_nothing_of_its_cause,
    a_bad_field_tells_the_numbers_and_words_of_its_message
];

/// Codes whose tests other parts still owe.
const OWED: &[&str] = &["malformed_query", "identity_taken", "unavailable", "storage_full"];

async fn every_code_is_used_by_a_test(_: TestApp) {
    let mut sources = String::new();
    read_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut sources);
    let unused: Vec<_> = Code::ALL
        .iter()
        .map(|code| code.as_str())
        .filter(|code| !OWED.contains(code) && !sources.contains(&format!(", \"{code}\"")))
        .collect();
    assert!(unused.is_empty(), "no test expects {unused:?}");
}

fn read_all(folder: &Path, out: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

async fn a_token_that_is_not_ours_or_not_good_any_more_is_refused(app: TestApp) {
    let (now, user) = (Instant::now(), app.users.admin);
    let issue = |secret: &str, at| Tokens::new(secret, None).issue(user, Guid::new(), at).unwrap();
    let expired = issue(SECRET, now.plus(-chrono::TimeDelta::minutes(16)));
    app.anon.with_token(&expired).get("/api/v1/me").await.problem(401, "token_expired");
    let good = app.state.auth.tokens.issue(user, Guid::new(), now).unwrap();
    let parts: Vec<_> = good.split('.').collect();
    let header = |text: &str| {
        use base64::Engine;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
    };
    let kid = now.micros() / 1_000_000 / (30 * 24 * 3600);
    let none = format!("{}.{}.", header(&format!(r#"{{"alg":"none","kid":"{kid}"}}"#)), parts[1]);
    let other = header(&format!(r#"{{"alg":"HS384","kid":"{kid}"}}"#));
    let bad = [
        issue("another installation's secret, of enough characters", now),
        none,
        format!("{other}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], "A".repeat(43)),
        good.clone(), // of a session that never was
        "not a token".to_owned(),
        String::new(),
    ];
    for token in bad {
        app.anon.with_token(&token).get("/api/v1/me").await.problem(401, "unauthorized");
    }
}

async fn a_header_that_cannot_be_read_is_named(app: TestApp) {
    let request =
        TestRequest::post().insert_header(("Content-Type", "application/json")).set_payload("{\"name\":\"X\"}");
    let request = request.insert_header(("Idempotency-Key", "x".repeat(256)));
    app.admin.send("POST", "/api/v1/teams", request).await.problem(400, "malformed_header");
}

async fn an_idempotency_key_serves_one_request(app: TestApp) {
    let first = app.admin.post_once("k", "/api/v1/teams", json!({ "name": "East" })).await.created();
    let again = app.admin.post_once("k", "/api/v1/teams", json!({ "name": "East" })).await.created();
    assert_eq!((first.json, first.headers.get("etag")), (again.json, again.headers.get("etag")));
    app.admin.post_once("k", "/api/v1/teams", json!({ "name": "West" })).await.problem(409, "idempotency_mismatch");
}

async fn a_fault_of_ours_tells_nothing_of_its_cause(app: TestApp) {
    let rename = |conn: &mut touchline::db::Connection| Ok(conn.batch_execute("ALTER TABLE teams RENAME TO lost")?);
    app.state.db.write(rename).await.unwrap();
    let answer = app.admin.get("/api/v1/teams").await.problem(500, "internal");
    assert!(answer.json["request_id"].is_string());
    assert!(!answer.text().contains("table") && !answer.text().contains("relation"), "{}", answer.text());
}

/// What a front end needs to say a field's fault in its own language.
async fn a_bad_field_tells_the_numbers_and_words_of_its_message(app: TestApp) {
    let params = |answer: &crate::support::Answer, field: &str| {
        let errors = answer.json["errors"].as_array().unwrap().clone();
        let error = errors.into_iter().find(|error| error["field"] == field).unwrap();
        (error["code"].as_str().unwrap().to_owned(), error["params"].clone())
    };
    let said = |code: &str, of: serde_json::Value| (code.to_owned(), of);
    let range = app.admin.get("/api/v1/leads?limit=0").await.invalid(&["limit"]);
    assert_eq!(params(&range, "limit"), said("range", json!({ "min": 1, "max": 200 })));
    let choice = app.admin.get("/api/v1/tasks?state=lost").await.invalid(&["state"]);
    assert_eq!(params(&choice, "state"), said("choice", json!({ "allowed": ["open", "done"] })));
    let choice = app.admin.get("/api/v1/leads?kind=odd").await.invalid(&["kind"]);
    assert_eq!(params(&choice, "kind"), said("choice", json!({ "allowed": ["open", "won", "lost"] })));
    let body = json!({ "list": 5, "name": "x".repeat(101), "more": 1 });
    let body = app.sales.post("/api/v1/views", body).await.invalid(&["list", "more", "name"]);
    assert_eq!(params(&body, "name"), said("length", json!({ "min": 1, "max": 100 })));
    assert_eq!(params(&body, "more"), said("unknown", json!(null)));
    let wrong = app.sales.post("/api/v1/tasks", json!({ "contact_id": app.users.sales, "title": 5 })).await;
    assert_eq!(params(&wrong.invalid(&["title"]), "title"), said("type", json!({ "expected": "a string" })));
}
