use diesel::prelude::*;
use serde_json::{Value, json};
use touchline::accounts::setup::issue_token;
use touchline::db::schema::{api_keys, sessions, settings, users};
use touchline::db::types::Json;

use super::{PASSWORD, log_in};
use crate::support::{TestApp, cases};

cases![
    the_first_administrator_is_made_with_the_printed_token,
    set_up_is_over_once_a_user_exists,
    only_the_token_printed_last_is_good,
    a_bad_field_does_not_use_the_token_up
];

/// Leaves an installation that nobody has used.
async fn empty(app: &TestApp) {
    let work = |conn: &mut touchline::db::Connection| {
        diesel::delete(api_keys::table).execute(conn)?;
        diesel::delete(sessions::table).execute(conn)?;
        diesel::delete(users::table).execute(conn)?;
        Ok(())
    };
    app.state.db.write(work).await.unwrap();
}

async fn token(app: &TestApp) -> Option<String> {
    app.state.db.write(issue_token).await.unwrap()
}

fn input(token: &str) -> Value {
    json!({ "token": token, "email": "First@touchline.example", "name": "First", "password": PASSWORD })
}

async fn the_first_administrator_is_made_with_the_printed_token(app: TestApp) {
    empty(&app).await;
    assert_eq!(app.anon.get("/api/v1/setup").await.ok().json, json!({ "needed": true }));
    let token = token(&app).await.unwrap();
    let stored =
        |conn: &mut touchline::db::Connection| Ok(settings::table.select(settings::value).load::<Json<Value>>(conn)?);
    assert!(!format!("{:?}", app.state.db.read(stored).await.unwrap()).contains(&token));
    app.anon.post("/api/v1/setup", input("guess")).await.problem(401, "unauthorized");
    let user = app.anon.post("/api/v1/setup", input(&token)).await.created();
    assert_eq!((&user.json["role"], &user.json["email"]), (&json!("admin"), &json!("first@touchline.example")));
    log_in(&app.anon, "first", PASSWORD).await.ok();
    assert_eq!(app.anon.get("/api/v1/setup").await.ok().json, json!({ "needed": false }));
    app.anon.post("/api/v1/setup", input(&token)).await.problem(409, "setup_done");
}

async fn set_up_is_over_once_a_user_exists(app: TestApp) {
    assert_eq!(token(&app).await, None);
    app.anon.post("/api/v1/setup", input("any")).await.problem(409, "setup_done");
}

async fn only_the_token_printed_last_is_good(app: TestApp) {
    empty(&app).await;
    let (first, second) = (token(&app).await.unwrap(), token(&app).await.unwrap());
    app.anon.post("/api/v1/setup", input(&first)).await.problem(401, "unauthorized");
    app.anon.post("/api/v1/setup", input(&second)).await.created();
}

async fn a_bad_field_does_not_use_the_token_up(app: TestApp) {
    empty(&app).await;
    let token = token(&app).await.unwrap();
    let bad = json!({ "token": token, "email": "x", "name": " ", "password": "short" });
    app.anon.post("/api/v1/setup", bad).await.invalid(&["email", "name", "password"]);
    app.anon.post("/api/v1/setup", input(&token)).await.created();
}
