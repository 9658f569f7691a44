use actix_web::cookie::Cookie;
use actix_web::test::TestRequest;
use diesel::prelude::*;
use serde_json::json;
use touchline::accounts::passwords::{Secret, hash};
use touchline::db::schema::{sessions, users};
use touchline::db::types::Instant;

use super::{PASSWORD, give_password, log_in, sales_session, text};
use crate::support::{Answer, Client, TestApp, cases, json as with_json};

cases![
    a_person_logs_in_and_calls_the_api,
    a_wrong_password_and_an_unknown_address_look_the_same,
    a_refresh_token_is_good_for_one_use,
    reusing_a_refresh_token_closes_the_session,
    logging_out_ends_the_session_at_once,
    a_browser_keeps_the_refresh_token_in_a_cookie,
    a_cookie_alone_is_not_enough,
    the_cookie_is_for_https_alone_where_the_server_is,
    a_session_ends_when_nobody_uses_it,
    an_outdated_hash_is_renewed_at_the_next_log_in,
    a_deactivated_person_cannot_log_in,
    log_in_names_every_bad_field,
    a_huge_user_agent_is_cut
];

async fn a_person_logs_in_and_calls_the_api(app: TestApp) {
    give_password(&app, app.users.sales).await;
    let answer = app
        .anon
        .post("/api/v1/auth/login", json!({ "email": " Sales@Touchline.example", "password": PASSWORD }))
        .await
        .ok();
    assert_eq!((answer.json["token_type"].as_str(), answer.json["expires_in"].as_i64()), (Some("Bearer"), Some(900)));
    let me = app.anon.with_token(text(&answer, "access_token")).get("/api/v1/me").await.ok();
    assert_eq!(me.json["user"]["name"], "sales");
}

async fn a_wrong_password_and_an_unknown_address_look_the_same(app: TestApp) {
    give_password(&app, app.users.sales).await;
    let mut answers = Vec::new();
    for name in ["sales", "nobody", "reader"] {
        let mut answer = log_in(&app.anon, name, "not the password").await.problem(401, "invalid_credentials");
        answer.json["request_id"].take();
        answers.push(answer.json);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}

async fn refresh(client: &Client, token: &str) -> Answer {
    client.post("/api/v1/auth/refresh", json!({ "refresh_token": token })).await
}

async fn a_refresh_token_is_good_for_one_use(app: TestApp) {
    let (_, first) = sales_session(&app).await;
    let answer = refresh(&app.anon, &first).await.ok();
    let second = text(&answer, "refresh_token").to_owned();
    assert_ne!(first, second);
    app.anon.with_token(text(&answer, "access_token")).get("/api/v1/me").await.ok();
    refresh(&app.anon, &second).await.ok();
    refresh(&app.anon, "made up").await.problem(401, "unauthorized");
    app.anon.post("/api/v1/auth/refresh", json!({})).await.problem(401, "unauthorized");
}

async fn reusing_a_refresh_token_closes_the_session(app: TestApp) {
    let (client, first) = sales_session(&app).await;
    let answer = refresh(&app.anon, &first).await.ok();
    client.get("/api/v1/me").await.ok();
    refresh(&app.anon, &first).await.problem(401, "token_reused");
    client.get("/api/v1/me").await.problem(401, "unauthorized");
    refresh(&app.anon, text(&answer, "refresh_token")).await.problem(401, "unauthorized");
    let log = app.admin.get("/api/v1/audit?action=token_reused").await.ok();
    assert_eq!(log.items().len(), 1);
}

async fn logging_out_ends_the_session_at_once(app: TestApp) {
    let (client, token) = sales_session(&app).await;
    client.get("/api/v1/me").await.ok();
    for _ in 0..2 {
        app.anon.post("/api/v1/auth/logout", json!({ "refresh_token": token })).await.no_content();
    }
    client.get("/api/v1/me").await.problem(401, "unauthorized");
    refresh(&app.anon, &token).await.problem(401, "unauthorized");
}

async fn browser_session(app: &TestApp) -> (Cookie<'static>, Answer) {
    give_password(app, app.users.sales).await;
    let body = json!({ "email": "sales@touchline.example", "password": PASSWORD, "cookie": true });
    let answer = app.anon.post("/api/v1/auth/login", body).await.ok();
    let cookie = Cookie::parse(answer.header("set-cookie").expect("a cookie")).unwrap();
    (cookie, answer)
}

async fn with_cookie(app: &TestApp, cookie: &Cookie<'static>, path: &str, header: Option<(&str, &str)>) -> Answer {
    let request = with_json(TestRequest::post(), &json!({})).cookie(cookie.clone());
    let request = match header {
        Some(header) => request.insert_header(header),
        None => request,
    };
    app.anon.send("POST", path, request).await
}

async fn a_browser_keeps_the_refresh_token_in_a_cookie(app: TestApp) {
    let (cookie, answer) = browser_session(&app).await;
    assert_eq!(answer.json["refresh_token"], json!(null));
    let attributes = answer.header("set-cookie").unwrap().split_once("; ").unwrap().1.to_owned();
    assert_eq!(attributes, "HttpOnly; SameSite=Strict; Path=/api/v1/auth; Max-Age=2592000");
    let answer = with_cookie(&app, &cookie, "/api/v1/auth/refresh", Some(("X-Touchline", "1"))).await.ok();
    let next = Cookie::parse(answer.header("set-cookie").unwrap()).unwrap();
    assert_ne!(next.value(), cookie.value());
    let answer =
        with_cookie(&app, &next, "/api/v1/auth/logout", Some(("Sec-Fetch-Site", "same-origin"))).await.no_content();
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
    with_cookie(&app, &next, "/api/v1/auth/refresh", Some(("X-Touchline", "1"))).await.problem(401, "unauthorized");
}

async fn a_cookie_alone_is_not_enough(app: TestApp) {
    let (cookie, _) = browser_session(&app).await;
    for path in ["/api/v1/auth/refresh", "/api/v1/auth/logout"] {
        with_cookie(&app, &cookie, path, None).await.problem(403, "forbidden");
        with_cookie(&app, &cookie, path, Some(("Sec-Fetch-Site", "cross-site"))).await.problem(403, "forbidden");
    }
    with_cookie(&app, &cookie, "/api/v1/auth/refresh", Some(("X-Touchline", "1"))).await.ok();
}

async fn the_cookie_is_for_https_alone_where_the_server_is(app: TestApp) {
    let config = touchline::config::Config {
        public_url: Some("https://crm.example.com".to_owned()),
        ..app.state.config.clone()
    };
    let app = app.restart(config).await;
    let (_, answer) = browser_session(&app).await;
    assert!(answer.header("set-cookie").unwrap().contains("; Secure"));
}

async fn a_session_ends_when_nobody_uses_it(app: TestApp) {
    let (client, token) = sales_session(&app).await;
    let past = Instant::now().plus(-chrono::TimeDelta::seconds(1));
    let user = app.users.sales;
    app.state
        .db
        .write(move |conn| {
            let of_user = sessions::table.filter(sessions::user_id.eq(user));
            Ok(diesel::update(of_user).set(sessions::expires_at.eq(past)).execute(conn)?)
        })
        .await
        .unwrap();
    client.get("/api/v1/me").await.problem(401, "unauthorized");
    refresh(&app.anon, &token).await.problem(401, "unauthorized");
}

async fn an_outdated_hash_is_renewed_at_the_next_log_in(app: TestApp) {
    use argon2::password_hash::{PasswordHasher, SaltString};
    let salt = SaltString::encode_b64(b"0123456789abcdef").unwrap();
    let weak = argon2::Argon2::new(
        argon2::Algorithm::Argon2id,
        argon2::Version::V0x13,
        argon2::Params::new(64, 1, 1, None).unwrap(),
    );
    let stored = weak.hash_password(PASSWORD.as_bytes(), &salt).unwrap().to_string();
    let user = app.users.sales;
    let set = move |conn: &mut touchline::db::Connection| {
        Ok(diesel::update(users::table.find(user)).set(users::password_hash.eq(&stored)).execute(conn)?)
    };
    app.state.db.write(set).await.unwrap();
    log_in(&app.anon, "sales", PASSWORD).await.ok();
    let get = move |conn: &mut touchline::db::Connection| {
        Ok(users::table.find(user).select(users::password_hash).first::<Option<String>>(conn)?)
    };
    let renewed = app.state.db.read(get).await.unwrap().unwrap();
    let parameters = |hash: &str| hash.split('$').nth(3).unwrap().to_owned();
    assert_eq!(parameters(&renewed), parameters(&hash(&Secret::new(PASSWORD.to_owned())).unwrap()));
    log_in(&app.anon, "sales", PASSWORD).await.ok();
}

async fn a_deactivated_person_cannot_log_in(app: TestApp) {
    let (client, token) = sales_session(&app).await;
    client.get("/api/v1/me").await.ok();
    let path = format!("/api/v1/users/{}", app.users.sales);
    app.admin.patch_any(&path, json!({ "active": false })).await.ok();
    client.get("/api/v1/me").await.problem(401, "unauthorized");
    refresh(&app.anon, &token).await.problem(401, "unauthorized");
    log_in(&app.anon, "sales", PASSWORD).await.problem(401, "invalid_credentials");
}

async fn log_in_names_every_bad_field(app: TestApp) {
    let body = json!({ "email": 3, "password": [], "cookie": "yes", "more": true });
    app.anon.post("/api/v1/auth/login", body).await.invalid(&["email", "password", "cookie", "more"]);
}

async fn a_huge_user_agent_is_cut(app: TestApp) {
    give_password(&app, app.users.sales).await;
    let body = json!({ "email": "sales@touchline.example", "password": PASSWORD });
    let request = with_json(TestRequest::post(), &body).insert_header(("User-Agent", "x".repeat(5000)));
    let answer = app.anon.send("POST", "/api/v1/auth/login", request).await.ok();
    let sessions = app.anon.with_token(text(&answer, "access_token")).get("/api/v1/me/sessions").await.ok();
    assert_eq!(sessions.items()[0]["user_agent"].as_str().unwrap().len(), 300);
}
