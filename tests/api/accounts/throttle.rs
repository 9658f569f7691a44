use serde_json::json;

use super::{PASSWORD, give_password, log_in, text};
use crate::support::{TestApp, cases};

cases![
    guessing_at_an_account_is_throttled_and_its_owner_is_not,
    guessing_from_one_address_is_throttled,
    guessing_the_old_password_with_a_stolen_token_is_throttled,
    behind_a_trusted_proxy_the_last_forwarded_address_counts
];

async fn guessing_at_an_account_is_throttled_and_its_owner_is_not(app: TestApp) {
    give_password(&app, app.users.sales).await;
    let home = app.anon.at("192.0.2.7");
    log_in(&home, "sales", PASSWORD).await.ok();
    for guess in 0..9 {
        log_in(&app.anon.at(&format!("198.51.100.{guess}")), "sales", "wrong")
            .await
            .problem(401, "invalid_credentials");
    }
    let stranger = app.anon.at("203.0.113.5");
    let refused = log_in(&stranger, "sales", PASSWORD).await.problem(429, "too_many_requests");
    let seconds: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=61).contains(&seconds), "{seconds}");
    log_in(&home, "sales", PASSWORD).await.ok();
    log_in(&stranger, "nobody", PASSWORD).await.problem(401, "invalid_credentials");
}

async fn guessing_from_one_address_is_throttled(app: TestApp) {
    let mut statuses = Vec::new();
    for _ in 0..40 {
        let body = json!({ "token": "guess", "email": "a@b.example", "name": "A", "password": PASSWORD });
        statuses.push(app.anon.post("/api/v1/setup", body).await.status);
    }
    assert!(statuses[..30].iter().all(|status| *status == 409), "{statuses:?}");
    assert!(statuses.contains(&429), "{statuses:?}");
    log_in(&app.anon, "sales", PASSWORD).await.problem(429, "too_many_requests");
    log_in(&app.anon.at("192.0.2.1"), "sales", PASSWORD).await.problem(401, "invalid_credentials");
}

async fn guessing_the_old_password_with_a_stolen_token_is_throttled(app: TestApp) {
    let guess = json!({ "current_password": "x", "new_password": "another good one" });
    for _ in 0..10 {
        app.sales.post("/api/v1/me/password", guess.clone()).await.invalid(&["current_password"]);
    }
    app.sales.post("/api/v1/me/password", guess).await.problem(429, "too_many_requests");
}

async fn behind_a_trusted_proxy_the_last_forwarded_address_counts(app: TestApp) {
    use actix_web::test::TestRequest;
    let config = touchline::config::Config { trust_proxy: true, ..app.state.config.clone() };
    let app = app.restart(config).await;
    give_password(&app, app.users.sales).await;
    let body = json!({ "email": "sales@touchline.example", "password": PASSWORD });
    let request =
        crate::support::json(TestRequest::post(), &body).insert_header(("X-Forwarded-For", "10.1.1.1, 192.0.2.44"));
    let answer = app.anon.send("POST", "/api/v1/auth/login", request).await.ok();
    let sessions = app.anon.with_token(text(&answer, "access_token")).get("/api/v1/me/sessions").await.ok();
    assert_eq!(sessions.items()[0]["address"], "192.0.2.44");
}
