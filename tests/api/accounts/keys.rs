use diesel::prelude::*;
use serde_json::{Value, json};
use touchline::accounts::ApiKeyId;
use touchline::db::schema::api_keys;
use touchline::db::types::Instant;

use super::text;
use crate::support::{Answer, TestApp, cases};

cases![
    a_key_is_shown_once_and_does_what_its_scopes_say,
    a_retried_request_makes_one_key_and_shows_it_once,
    a_revoked_key_stops_at_once,
    a_key_expires,
    every_bad_field_of_a_key_is_named,
    a_keys_last_use_is_known,
    keys_are_listed_newest_first
];

async fn make(app: &TestApp, scopes: Value) -> Answer {
    app.admin.post("/api/v1/api-keys", json!({ "name": "Shop", "scopes": scopes })).await.created()
}

async fn a_key_is_shown_once_and_does_what_its_scopes_say(app: TestApp) {
    let made = make(&app, json!(["users:read", "contacts:read", "users:read"])).await;
    let secret = text(&made, "key");
    assert!(secret.starts_with("tlk_") && secret.len() == 47, "{secret}");
    let key = app.anon.with_token(secret);
    key.get("/api/v1/users").await.ok();
    key.get("/api/v1/audit").await.problem(403, "forbidden");
    let shown = app.admin.get(&format!("/api/v1/api-keys/{}", made.id())).await.ok();
    assert_eq!(shown.json["scopes"], json!(["contacts:read", "users:read"]));
    assert!(!shown.text().contains(secret));
    let log = app.admin.get("/api/v1/audit?entity=api_key&action=create").await.ok();
    assert_eq!(log.items().len(), 1);
    assert!(!log.text().contains(secret));
}

async fn a_retried_request_makes_one_key_and_shows_it_once(app: TestApp) {
    let body = json!({ "name": "Shop", "scopes": ["users:read"] });
    let first = app.admin.post_once("k1", "/api/v1/api-keys", body.clone()).await.created();
    let second = app.admin.post_once("k1", "/api/v1/api-keys", body).await.created();
    assert_eq!((first.id(), second.json["key"].clone()), (second.id(), Value::Null));
    app.anon.with_token(text(&first, "key")).get("/api/v1/users").await.ok();
}

async fn a_revoked_key_stops_at_once(app: TestApp) {
    let made = make(&app, json!(["users:read"])).await;
    let key = app.anon.with_token(text(&made, "key"));
    key.get("/api/v1/users").await.ok();
    let path = format!("/api/v1/api-keys/{}", made.id());
    app.admin.delete_any(&path).await.no_content();
    key.get("/api/v1/users").await.problem(401, "unauthorized");
    app.admin.delete_any(&path).await.no_content();
    assert!(app.admin.get(&path).await.ok().json["revoked_at"].is_string());
}

async fn a_key_expires(app: TestApp) {
    let soon = Instant::now().plus(chrono::TimeDelta::hours(1));
    let body = json!({ "name": "Shop", "scopes": ["users:read"], "expires_at": soon });
    let made = app.admin.post("/api/v1/api-keys", body).await.created();
    let key = app.anon.with_token(text(&made, "key"));
    key.get("/api/v1/users").await.ok();
    let id: ApiKeyId = made.id().parse().unwrap();
    let expire = move |conn: &mut touchline::db::Connection| {
        let past = Instant::now().plus(-chrono::TimeDelta::seconds(1));
        Ok(diesel::update(api_keys::table.find(id)).set(api_keys::expires_at.eq(past)).execute(conn)?)
    };
    app.state.db.write(expire).await.unwrap();
    app.state.auth.forget();
    key.get("/api/v1/users").await.problem(401, "unauthorized");
}

async fn every_bad_field_of_a_key_is_named(app: TestApp) {
    let body = json!({ "name": "", "scopes": ["users:read", "users:manage"], "expires_at": "2001-01-01T00:00:00Z" });
    app.admin.post("/api/v1/api-keys", body).await.invalid(&["name", "scopes[1]", "expires_at"]);
    app.admin.post("/api/v1/api-keys", json!({ "name": "X", "scopes": [] })).await.invalid(&["scopes"]);
    app.admin.post("/api/v1/api-keys", json!({ "name": "X", "scopes": ["all"] })).await.invalid(&["scopes[0]"]);
}

async fn a_keys_last_use_is_known(app: TestApp) {
    let made = make(&app, json!(["users:read"])).await;
    assert_eq!(made.json["api_key"]["last_used_at"], Value::Null);
    app.anon.with_token(text(&made, "key")).get("/api/v1/users").await.ok();
    let shown = app.admin.get(&format!("/api/v1/api-keys/{}", made.id())).await.ok();
    assert!(shown.json["last_used_at"].is_string());
}

async fn keys_are_listed_newest_first(app: TestApp) {
    let (one, two) = (make(&app, json!(["users:read"])).await, make(&app, json!(["users:read"])).await);
    let page = app.admin.get("/api/v1/api-keys?limit=1").await.ok();
    assert_eq!(page.items()[0]["id"], two.json["id"]);
    let cursor = page.json["next_cursor"].as_str().unwrap();
    let page = app.admin.get(&format!("/api/v1/api-keys?limit=1&cursor={cursor}")).await.ok();
    assert_eq!(page.items()[0]["id"], one.json["id"]);
}
