//! Accounts: users, teams, sessions, keys.

mod audit;
mod commands;
mod keys;
mod login;
mod me;
mod roles;
mod setup;
mod teams;
mod throttle;
mod users;

use serde_json::json;
use touchline::accounts::UserId;

use crate::support::{Answer, Client, TestApp};

pub const PASSWORD: &str = "six blue herons wade";

/// Gives the person a password.
async fn give_password(app: &TestApp, user: UserId) {
    app.admin.post(&format!("/api/v1/users/{user}/password"), json!({ "password": PASSWORD })).await.no_content();
}

async fn log_in(client: &Client, name: &str, password: &str) -> Answer {
    let email = format!("{name}@touchline.example");
    client.post("/api/v1/auth/login", json!({ "email": email, "password": password })).await
}

/// Logs the sales person in as a program would; its first session has ended.
async fn sales_session(app: &TestApp) -> (Client, String) {
    give_password(app, app.users.sales).await;
    let answer = log_in(&app.anon, "sales", PASSWORD).await.ok();
    (app.anon.with_token(text(&answer, "access_token")), text(&answer, "refresh_token").to_owned())
}

fn text<'a>(answer: &'a Answer, field: &str) -> &'a str {
    answer.json[field].as_str().unwrap_or_else(|| panic!("no {field} in {}", answer.json))
}
