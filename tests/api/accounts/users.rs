use serde_json::{Value, json};

use super::{PASSWORD, give_password, log_in};
use crate::support::{TestApp, cases};

cases![
    a_new_user_logs_in_with_the_initial_password,
    a_user_without_a_password_cannot_log_in,
    an_address_is_used_once,
    every_bad_field_of_a_user_is_named,
    a_patch_changes_what_it_names_and_null_clears,
    a_stale_change_of_a_user_is_refused,
    a_new_role_counts_from_the_next_request_on,
    the_last_active_administrator_stays,
    two_administrators_cannot_remove_each_other_at_once,
    resetting_a_password_ends_the_sessions,
    users_are_listed_by_name_page_by_page,
    users_are_filtered,
    no_answer_holds_a_password_hash
];

async fn a_new_user_logs_in_with_the_initial_password(app: TestApp) {
    let body = json!({
        "email": "New.One@touchline.example", "name": "Żaneta Öz", "role": "marketer", "team_id": app.users.south,
        "locale": "pt-BR", "password": PASSWORD,
    });
    let user = app.admin.post("/api/v1/users", body).await.created();
    assert_eq!(user.header("location").unwrap(), format!("/api/v1/users/{}", user.id()));
    let shown = app.reader.get(&format!("/api/v1/users/{}", user.id())).await.ok();
    assert_eq!((shown.json, shown.headers.get("etag")), (user.json.clone(), user.headers.get("etag")));
    log_in(&app.anon, "new.one", PASSWORD).await.ok();
}

async fn a_user_without_a_password_cannot_log_in(app: TestApp) {
    let body = json!({ "email": "silent@touchline.example", "name": "Silent", "role": "reader" });
    app.admin.post("/api/v1/users", body).await.created();
    log_in(&app.anon, "silent", "").await.problem(401, "invalid_credentials");
}

async fn an_address_is_used_once(app: TestApp) {
    let body = json!({ "email": "SALES@touchline.example", "name": "Other", "role": "reader" });
    app.admin.post("/api/v1/users", body).await.problem(409, "already_exists");
    let path = format!("/api/v1/users/{}", app.users.mate);
    app.admin.patch_any(&path, json!({ "email": "sales@touchline.example" })).await.problem(409, "already_exists");
}

async fn every_bad_field_of_a_user_is_named(app: TestApp) {
    app.admin.post("/api/v1/users", json!({})).await.invalid(&["email", "name", "role"]);
    let body =
        json!({ "email": "no address", "name": "a\u{7}b", "role": "reader", "locale": "English", "password": "short" });
    app.admin.post("/api/v1/users", body).await.invalid(&["email", "name", "locale", "password"]);
    let body = json!({ "email": "x@y.example", "name": "x".repeat(101), "role": "boss", "more": 1 });
    app.admin.post("/api/v1/users", body).await.invalid(&["role", "more"]);
    let body = json!({ "email": "x@y.example", "name": "X", "role": "reader", "team_id": uuid::Uuid::nil() });
    app.admin.post("/api/v1/users", body).await.invalid(&["team_id"]);
    let body =
        json!({ "email": "heron.lake.one@y.example", "name": "X", "role": "reader", "password": "Heron.Lake.One" });
    app.admin.post("/api/v1/users", body).await.invalid(&["password"]);
}

async fn a_patch_changes_what_it_names_and_null_clears(app: TestApp) {
    let path = format!("/api/v1/users/{}", app.users.sales);
    let before = app.admin.get(&path).await.ok();
    let after = app.admin.patch_from(&before, &path, json!({ "team_id": null, "name": "Sally" })).await.ok();
    assert_eq!((&after.json["team_id"], &after.json["name"]), (&Value::Null, &json!("Sally")));
    assert_eq!(after.json["email"], before.json["email"]);
    let unchanged = app.admin.patch_from(&after, &path, json!({ "name": "Sally" })).await.ok();
    assert_eq!(unchanged.etag(), after.etag());
    app.admin.patch_any(&path, json!({ "name": null, "locale": null })).await.ok();
}

async fn a_stale_change_of_a_user_is_refused(app: TestApp) {
    let path = format!("/api/v1/users/{}", app.users.sales);
    let seen = app.admin.get(&path).await.ok();
    app.admin.patch_from(&seen, &path, json!({ "name": "One" })).await.ok();
    app.admin.patch_from(&seen, &path, json!({ "name": "Two" })).await.problem(412, "precondition_failed");
    app.admin.patch(&path, json!({ "name": "Two" })).await.problem(428, "precondition_required");
}

async fn a_new_role_counts_from_the_next_request_on(app: TestApp) {
    app.manager.get("/api/v1/audit").await.ok();
    let path = format!("/api/v1/users/{}", app.users.manager);
    app.admin.patch_any(&path, json!({ "role": "reader" })).await.ok();
    app.manager.get("/api/v1/audit").await.problem(403, "forbidden");
}

async fn the_last_active_administrator_stays(app: TestApp) {
    let path = format!("/api/v1/users/{}", app.users.admin);
    for change in [json!({ "role": "manager" }), json!({ "active": false })] {
        app.admin.patch_any(&path, change).await.problem(409, "conflict");
    }
    app.admin.patch_any(&format!("/api/v1/users/{}", app.users.manager), json!({ "role": "admin" })).await.ok();
    app.admin.patch_any(&path, json!({ "role": "manager" })).await.ok();
    app.manager
        .patch_any(&format!("/api/v1/users/{}", app.users.manager), json!({ "active": false }))
        .await
        .problem(409, "conflict");
}

async fn two_administrators_cannot_remove_each_other_at_once(app: TestApp) {
    let (one, other) = (app.users.admin, app.users.manager);
    app.admin.patch_any(&format!("/api/v1/users/{other}"), json!({ "role": "admin" })).await.ok();
    let remove = |client: &crate::support::Client, id| {
        let client = client.clone();
        async move { client.patch_any(&format!("/api/v1/users/{id}"), json!({ "role": "reader" })).await.status }
    };
    let mut statuses =
        <[u16; 2]>::from(futures_util::future::join(remove(&app.admin, other), remove(&app.manager, one)).await);
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    let admins = [&app.admin, &app.manager];
    let mut left = 0;
    for admin in admins {
        left += usize::from(admin.get("/api/v1/api-keys").await.status == 200);
    }
    assert_eq!(left, 1, "{statuses:?}");
}

async fn resetting_a_password_ends_the_sessions(app: TestApp) {
    app.sales.get("/api/v1/me").await.ok();
    give_password(&app, app.users.sales).await;
    app.sales.get("/api/v1/me").await.problem(401, "unauthorized");
    let reset = |id: String, password| (format!("/api/v1/users/{id}/password"), json!({ "password": password }));
    let (path, body) = reset(app.users.sales.to_string(), "short");
    app.admin.post(&path, body).await.invalid(&["password"]);
    let (path, body) = reset(app.users.admin.to_string(), PASSWORD);
    app.admin.post(&path, body).await.problem(409, "conflict");
    let (path, body) = reset(uuid::Uuid::nil().to_string(), PASSWORD);
    app.admin.post(&path, body).await.problem(404, "not_found");
}

async fn users_are_listed_by_name_page_by_page(app: TestApp) {
    let mut names = Vec::new();
    let mut path = "/api/v1/users?limit=3".to_owned();
    loop {
        let page = app.reader.get(&path).await.ok();
        names.extend(page.items().iter().map(|user| user["name"].as_str().unwrap().to_owned()));
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        path = format!("/api/v1/users?limit=3&cursor={cursor}");
    }
    assert_eq!(names, ["admin", "manager", "marketer", "mate", "reader", "rival", "sales"]);
    app.reader.get("/api/v1/users?limit=0").await.invalid(&["limit"]);
    app.reader.get("/api/v1/users?cursor=x").await.invalid(&["cursor"]);
}

async fn users_are_filtered(app: TestApp) {
    app.admin.patch_any(&format!("/api/v1/users/{}", app.users.mate), json!({ "active": false })).await.ok();
    let count = async |query: &str| app.reader.get(&format!("/api/v1/users?{query}")).await.ok().items().len();
    assert_eq!(count("role=sales").await, 3);
    assert_eq!(count("role=sales&active=true").await, 2);
    assert_eq!(count(&format!("team_id={}", app.users.north)).await, 2);
    app.reader.get("/api/v1/users?role=boss").await.invalid(&["role"]);
}

async fn no_answer_holds_a_password_hash(app: TestApp) {
    give_password(&app, app.users.sales).await;
    for path in ["/api/v1/users", "/api/v1/me", "/api/v1/audit"] {
        assert!(!app.admin.get(path).await.ok().text().contains("argon2"), "{path}");
    }
}
