use serde_json::json;

use super::{PASSWORD, log_in, sales_session, text};
use crate::support::{TestApp, cases};

cases![
    everyone_sees_who_they_are_and_what_they_may_do,
    people_change_their_own_name_and_language_alone,
    changing_the_password_needs_the_old_one_and_ends_other_sessions,
    sessions_are_listed_and_ended_one_by_one,
    nobody_ends_anothers_session,
    a_key_is_nobody
];

async fn everyone_sees_who_they_are_and_what_they_may_do(app: TestApp) {
    let me = app.sales.get("/api/v1/me").await.ok();
    assert_eq!((&me.json["user"]["role"], &me.json["visibility"]), (&json!("sales"), &json!("team")));
    let permissions = me.json["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("contacts:write")) && !permissions.contains(&json!("users:manage")));
}

async fn people_change_their_own_name_and_language_alone(app: TestApp) {
    let me = app.sales.get("/api/v1/me").await.ok();
    let changed = app.sales.patch_from(&me, "/api/v1/me", json!({ "name": "Sal", "locale": "de" })).await.ok();
    assert_eq!((&changed.json["user"]["name"], &changed.json["user"]["locale"]), (&json!("Sal"), &json!("de")));
    app.sales.patch_from(&changed, "/api/v1/me", json!({ "role": "admin" })).await.invalid(&["role"]);
    app.sales.patch_from(&me, "/api/v1/me", json!({ "name": "X" })).await.problem(412, "precondition_failed");
    app.sales.patch("/api/v1/me", json!({ "name": "X" })).await.problem(428, "precondition_required");
}

async fn changing_the_password_needs_the_old_one_and_ends_other_sessions(app: TestApp) {
    let (client, token) = sales_session(&app).await;
    let other = app.anon.with_token(text(&log_in(&app.anon, "sales", PASSWORD).await.ok(), "access_token"));
    let change = |old: &str, new: &str| json!({ "current_password": old, "new_password": new });
    client.post("/api/v1/me/password", change("wrong", "seven red foxes run")).await.invalid(&["current_password"]);
    client.post("/api/v1/me/password", change(PASSWORD, "short")).await.invalid(&["new_password"]);
    client.post("/api/v1/me/password", change(PASSWORD, "seven red foxes run")).await.no_content();
    client.get("/api/v1/me").await.ok();
    app.anon.post("/api/v1/auth/refresh", json!({ "refresh_token": token })).await.ok();
    other.get("/api/v1/me").await.problem(401, "unauthorized");
    log_in(&app.anon, "sales", PASSWORD).await.problem(401, "invalid_credentials");
    log_in(&app.anon, "sales", "seven red foxes run").await.ok();
}

async fn sessions_are_listed_and_ended_one_by_one(app: TestApp) {
    let (client, _) = sales_session(&app).await;
    let other =
        app.anon.with_token(text(&log_in(&app.anon.at("2001:db8::7"), "sales", PASSWORD).await.ok(), "access_token"));
    let sessions = client.get("/api/v1/me/sessions").await.ok();
    let rows: Vec<_> = sessions
        .items()
        .iter()
        .map(|row| (row["address"].as_str().unwrap(), row["current"].as_bool().unwrap()))
        .collect();
    assert_eq!(rows, [("2001:db8::/64", false), ("127.0.0.1", true)]);
    let path = format!("/api/v1/me/sessions/{}", sessions.items()[0]["id"].as_str().unwrap());
    client.delete_any(&path).await.no_content();
    other.get("/api/v1/me").await.problem(401, "unauthorized");
    client.delete_any(&path).await.problem(404, "not_found");
    assert_eq!(client.get("/api/v1/me/sessions").await.ok().items().len(), 1);
}

async fn nobody_ends_anothers_session(app: TestApp) {
    let sessions = app.mate.get("/api/v1/me/sessions").await.ok();
    let path = format!("/api/v1/me/sessions/{}", sessions.items()[0]["id"].as_str().unwrap());
    app.rival.delete_any(&path).await.problem(404, "not_found");
    app.admin.delete_any(&path).await.problem(404, "not_found");
    app.mate.get("/api/v1/me").await.ok();
}

async fn a_key_is_nobody(app: TestApp) {
    app.key.get("/api/v1/me").await.problem(403, "forbidden");
}
