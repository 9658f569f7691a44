use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::{request, send};
use crate::support::database::API_KEY;
use crate::support::{Answer, TestApp, cases};

cases![
    the_key_comes_by_basic_bearer_or_body,
    a_wrong_key_is_told_with_code_and_message,
    a_key_that_may_only_send_does_nothing_else,
    a_revoked_key_sends_no_more,
    a_page_of_another_origin_may_not_use_the_key,
    any_page_may_ask_before_it_sends,
    the_browser_sdk_is_told_its_settings,
    origins_are_checked_when_a_key_is_made,
];

async fn key(app: &TestApp, more: Value) -> Answer {
    let mut body = json!({ "name": "web site", "scopes": ["ingest:write"] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.admin.post("/api/v1/api-keys", body).await
}

async fn secret(app: &TestApp, more: Value) -> String {
    key(app, more).await.created().json["key"].as_str().unwrap().to_owned()
}

fn event() -> Value {
    json!({ "userId": "u", "event": "x" })
}

async fn the_key_comes_by_basic_bearer_or_body(app: TestApp) {
    send(&app, "track", &event()).await.ok();
    app.key.post("/v1/track", event()).await.ok();
    let mut body = event();
    body["writeKey"] = json!(API_KEY);
    app.anon.post("/v1/track", body).await.ok();
    app.anon.post("/v1/batch", json!({ "writeKey": API_KEY, "batch": [] })).await.ok();
}

async fn a_wrong_key_is_told_with_code_and_message(app: TestApp) {
    app.anon.post("/v1/track", event()).await.problem(401, "unauthorized");
    for wrong in ["", "nonsense", "tlk_wrong", "a.b.c", "\u{7f}"] {
        let answer = app.anon.send("POST", "/v1/batch", request(wrong, "{\"batch\": []}")).await;
        let answer = answer.problem(401, "unauthorized");
        assert!(answer.json["message"].as_str().is_some_and(|message| !message.is_empty()), "{wrong}");
    }
    app.manager.post("/v1/track", event()).await.problem(401, "unauthorized");
}

async fn a_key_that_may_only_send_does_nothing_else(app: TestApp) {
    let secret = secret(&app, json!({})).await;
    let sender = app.anon.with_token(&secret);
    sender.post("/v1/track", event()).await.ok();
    sender.get("/api/v1/contacts").await.problem(403, "forbidden");
    sender.get("/api/v1/ingest/refused").await.problem(403, "forbidden");
    app.reader.get("/api/v1/ingest/refused").await.problem(403, "forbidden");
}

async fn a_revoked_key_sends_no_more(app: TestApp) {
    let made = key(&app, json!({})).await.created();
    let sender = app.anon.with_token(made.json["key"].as_str().unwrap());
    sender.post("/v1/track", event()).await.ok();
    app.admin.delete_any(&format!("/api/v1/api-keys/{}", made.id())).await.no_content();
    sender.post("/v1/track", event()).await.problem(401, "unauthorized");
}

fn from_page(key: &str, origin: &str) -> TestRequest {
    request(key, event().to_string()).insert_header(("Origin", origin)).insert_header(("Content-Type", "text/plain"))
}

async fn a_page_of_another_origin_may_not_use_the_key(app: TestApp) {
    let secret = secret(&app, json!({ "origins": ["https://Shop.example/"] })).await;
    let good = app.anon.send("POST", "/v1/t", from_page(&secret, "https://shop.example")).await.ok();
    assert_eq!(good.header("access-control-allow-origin").unwrap(), "https://shop.example");
    let bad = app.anon.send("POST", "/v1/t", from_page(&secret, "https://evil.example")).await;
    bad.problem(403, "forbidden");
    app.anon.send("POST", "/v1/t", request(&secret, event().to_string())).await.ok();
    app.anon.send("POST", "/v1/t", from_page(API_KEY, "https://any.example")).await.ok();
}

async fn any_page_may_ask_before_it_sends(app: TestApp) {
    let ask = TestRequest::default()
        .method(Method::OPTIONS)
        .insert_header(("Origin", "https://shop.example"))
        .insert_header(("Access-Control-Request-Method", "POST"))
        .insert_header(("Access-Control-Request-Headers", "authorization,content-type,x-retry-count"));
    let answer = app.anon.send("OPTIONS", "/v1/t", ask).await.no_content();
    assert_eq!(answer.header("access-control-allow-origin").unwrap(), "https://shop.example");
    assert_eq!(answer.header("access-control-allow-headers").unwrap(), "authorization, content-type, x-retry-count");
    let other = TestRequest::get().insert_header(("Origin", "https://shop.example"));
    let answer = app.admin.send("GET", "/api/v1/teams", other).await.ok();
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

async fn the_browser_sdk_is_told_its_settings(app: TestApp) {
    let settings = app.anon.get(&format!("/v1/projects/{API_KEY}/settings")).await.ok();
    assert_eq!(settings.json["integrations"], json!({ "Segment.io": { "apiKey": API_KEY } }));
    app.anon.get("/v1/projects/wrong/settings").await.problem(401, "unauthorized");
}

async fn origins_are_checked_when_a_key_is_made(app: TestApp) {
    let refused = key(&app, json!({ "origins": ["https://a.example/path", "*", "https://a.example"] })).await;
    refused.invalid(&["origins[0]", "origins[1]"]);
}
