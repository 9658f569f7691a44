use serde_json::{Value, json};
use touchline::db::types::Instant;

use crate::support::sales::path;
use crate::support::{Answer, TestApp, cases};

cases![
    a_column_counts_and_sums_per_currency,
    a_column_tells_stale_leads,
    closed_columns_go_back_some_days_only,
    further_cards_come_from_the_list,
    a_board_shows_what_the_caller_sees,
    cards_name_the_client,
    a_board_is_mine_or_nobodys,
    the_boards_parameters_are_checked,
];

pub fn days_ago(days: i64) -> String {
    Instant::now().plus(-chrono::TimeDelta::days(days)).to_string()
}

fn column<'a>(board: &'a Answer, name: &str) -> &'a Value {
    board.json["columns"].as_array().unwrap().iter().find(|column| column["stage"]["name"] == name).unwrap()
}

async fn a_column_counts_and_sums_per_currency(app: TestApp) {
    let pipeline = app.pipeline().await;
    for money in [
        json!({ "amount": 500, "currency": "EUR" }),
        json!({ "amount": 250, "currency": "EUR" }),
        json!({ "amount": 7, "currency": "USD" }),
        json!({}),
    ] {
        app.deal(&app.sales, money).await;
    }
    let board = app.reader.get(&format!("/api/v1/pipelines/{}/board", pipeline.id)).await.ok();
    let new = column(&board, "New");
    assert_eq!(new["count"], 4);
    assert_eq!(new["totals"], json!([{ "currency": "EUR", "amount": 750 }, { "currency": "USD", "amount": 7 }]));
    assert_eq!(new["leads"]["items"].as_array().unwrap().len(), 4);
    assert_eq!(column(&board, "Won")["count"], 0);
}

async fn a_column_tells_stale_leads(app: TestApp) {
    let pipeline = app.pipeline().await;
    for days in [1, 8, 30] {
        app.deal(&app.sales, json!({ "entered_at": days_ago(days) })).await;
    }
    let board = app.reader.get(&format!("/api/v1/pipelines/{}/board", pipeline.id)).await.ok();
    assert_eq!(column(&board, "New")["stale"], 2);
}

async fn closed_columns_go_back_some_days_only(app: TestApp) {
    let pipeline = app.pipeline().await;
    for days in [2, 20, 60] {
        app.deal(&app.sales, json!({ "entered_at": days_ago(days), "stage_id": pipeline.stage("Won") })).await;
    }
    let path = format!("/api/v1/pipelines/{}/board", pipeline.id);
    assert_eq!(column(&app.reader.get(&path).await.ok(), "Won")["count"], 2);
    let week = app.reader.get(&format!("{path}?closed_days=7")).await.ok();
    assert_eq!(column(&week, "Won")["count"], 1);
}

async fn further_cards_come_from_the_list(app: TestApp) {
    let pipeline = app.pipeline().await;
    let mut leads = Vec::new();
    for days in 1..=3 {
        leads.push(app.deal(&app.sales, json!({ "entered_at": days_ago(days) })).await.id());
    }
    let board = app.reader.get(&format!("/api/v1/pipelines/{}/board?limit=2", pipeline.id)).await.ok();
    let cards = &column(&board, "New")["leads"];
    assert_eq!((&cards["items"][0]["id"], &cards["items"][1]["id"]), (&json!(leads[0]), &json!(leads[1])));
    let stage = pipeline.stage("New");
    let cursor = cards["next_cursor"].as_str().unwrap();
    let more = app.reader.get(&format!("/api/v1/leads?stage_id={stage}&sort=-stage_entered_at&cursor={cursor}")).await;
    assert_eq!(more.ok().items()[0]["id"], json!(leads[2]));
}

async fn a_board_shows_what_the_caller_sees(app: TestApp) {
    let pipeline = app.pipeline().await;
    let lead = app.deal(&app.rival, json!({ "amount": 5, "currency": "EUR" })).await;
    let board = format!("/api/v1/pipelines/{}/board", pipeline.id);
    assert_eq!(column(&app.sales.get(&board).await.ok(), "New")["count"], 0);
    let owned = app.admin.get(&format!("{board}?owner_id={}", app.users.rival)).await.ok();
    assert_eq!(column(&owned, "New")["count"], 1);
    app.rival.delete_from(&lead, &path(&lead)).await.no_content();
    assert_eq!(column(&app.rival.get(&board).await.ok(), "New")["count"], 0);
}

async fn cards_name_the_client(app: TestApp) {
    let pipeline = app.pipeline().await;
    let company = app.company(Vec::new()).await;
    app.deal(&app.sales, json!({ "company_id": company })).await;
    let board = app.reader.get(&format!("/api/v1/pipelines/{}/board", pipeline.id)).await.ok();
    let card = &column(&board, "New")["leads"]["items"][0];
    assert_eq!((&card["contact_name"], &card["company_name"]), (&json!("Ann Lee"), &json!("Acme")));
}

async fn a_board_is_mine_or_nobodys(app: TestApp) {
    let pipeline = app.pipeline().await;
    app.deal(&app.sales, json!({})).await;
    app.deal(&app.sales, json!({})).await;
    app.deal(&app.sales, json!({ "owner_id": null })).await;
    let board = format!("/api/v1/pipelines/{}/board", pipeline.id);
    for (owner, count) in [("me", 2), ("none", 1)] {
        assert_eq!(column(&app.sales.get(&format!("{board}?owner_id={owner}")).await.ok(), "New")["count"], count);
    }
    app.key.get(&format!("{board}?owner_id=me")).await.invalid(&["owner_id"]);
}

async fn the_boards_parameters_are_checked(app: TestApp) {
    let pipeline = app.pipeline().await;
    let board = format!("/api/v1/pipelines/{}/board", pipeline.id);
    app.admin.get(&format!("{board}?closed_days=0")).await.invalid(&["closed_days"]);
    app.admin.get(&format!("{board}?limit=201")).await.invalid(&["limit"]);
    app.admin.get(&format!("{board}?colour=red")).await.invalid(&["colour"]);
    app.admin.get(&format!("/api/v1/pipelines/{}/board", app.users.admin)).await.problem(404, "not_found");
}
