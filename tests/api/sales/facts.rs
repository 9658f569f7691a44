//! Facts that come late, reopenings, merges and undos change exactly the numbers they should.

use serde_json::{Value, json};

use super::{behind, lead, report, step};
use crate::support::sales::Pipeline;
use crate::support::{TestApp, cases};

cases![
    a_reopened_lead_is_won_until_it_is_reopened,
    a_back_dated_move_changes_what_it_lies_in_and_nothing_else,
    a_merge_and_its_undoing_change_no_sales_number,
    a_stage_archived_later_keeps_its_times,
    a_report_for_a_past_day_agrees_with_itself,
    activity_counts_what_the_sales_report_counts_and_what_is_shown,
    activity_of_a_segment_is_that_of_its_clients,
];

async fn everything(app: &TestApp, pipeline: &Pipeline, as_of: u32) -> [Value; 3] {
    let query = format!("from=2024-01-01&to=2024-02-01&as_of=2024-01-{as_of:02}");
    [
        report(app, pipeline, "sales", &query).await,
        report(app, pipeline, "time-in-stage", &query).await,
        report(app, pipeline, "forecast", &query).await,
    ]
}

async fn a_reopened_lead_is_won_until_it_is_reopened(app: TestApp) {
    let pipeline = app.pipeline().await;
    let deal = lead(&app, &pipeline, &[("New", 1), ("Won", 10)], json!({ "amount": 5, "currency": "EUR" })).await;
    let before = everything(&app, &pipeline, 15).await;
    step(&app, &pipeline, &deal, "Proposal", 20).await;
    assert_eq!(everything(&app, &pipeline, 15).await, before, "what was before stays");
    let counts = async |as_of: &str| {
        let all = report(&app, &pipeline, "sales", &format!("from=2024-01-01&to=2024-02-01&as_of={as_of}")).await;
        (all["current"]["won"].clone(), all["current"]["open"].clone())
    };
    assert_eq!(counts("2024-01-15").await, (json!(1), json!(0)));
    assert_eq!(counts("2024-01-25").await, (json!(0), json!(1)));
    step(&app, &pipeline, &deal, "Won", 28).await;
    assert_eq!(counts("2024-01-30").await, (json!(1), json!(0)), "once, however often");
    assert_eq!(behind(&app, &pipeline, "set=won&as_of=2024-01-30").await, 1);
    assert_eq!(behind(&app, &pipeline, "set=won&as_of=2024-01-25").await, 0);
}

async fn a_back_dated_move_changes_what_it_lies_in_and_nothing_else(app: TestApp) {
    let pipeline = app.pipeline().await;
    let deal = lead(&app, &pipeline, &[("New", 1), ("Won", 21)], json!({})).await;
    let (early, late) = (everything(&app, &pipeline, 8).await, everything(&app, &pipeline, 30).await);
    step(&app, &pipeline, &deal, "Contacted", 11).await;
    assert_eq!(everything(&app, &pipeline, 8).await, early);
    let after = everything(&app, &pipeline, 30).await;
    assert_eq!(after[0], late[0], "won, cycle and win rate are the same");
    let stays = |times: &Value, n: usize| {
        (times["stages"][n]["ended"].clone(), times["stages"][n]["median"]["seconds"].clone())
    };
    assert_eq!((stays(&late[1], 0), stays(&late[1], 1)), ((json!(1), json!(20.0 * 86_400.0)), (json!(0), Value::Null)));
    let ten = (json!(1), json!(10.0 * 86_400.0));
    assert_eq!((stays(&after[1], 0), stays(&after[1], 1)), (ten.clone(), ten));
    assert_eq!(after[1]["stages"][2], late[1]["stages"][2]);
}

async fn a_merge_and_its_undoing_change_no_sales_number(app: TestApp) {
    let pipeline = app.pipeline().await;
    let mut clients = Vec::new();
    for end in ["Won", "Lost", "Contacted"] {
        let fields = json!({ "amount": 5, "currency": "EUR", "owner_id": null });
        let deal = lead(&app, &pipeline, &[("New", 1), (end, 9)], fields).await;
        clients.push(deal.json["contact_id"].as_str().unwrap().to_owned());
    }
    let before = everything(&app, &pipeline, 30).await;
    let path = format!("/api/v1/contacts/{}/merge", clients[0]);
    let merged = app.manager.post(&path, json!({ "contact_ids": clients[1..] })).await.ok();
    assert_eq!(everything(&app, &pipeline, 30).await, before);
    let merge = merged.json["merges"][0]["id"].as_str().unwrap();
    app.manager.post_empty(&format!("/api/v1/merges/{merge}/undo")).await.ok();
    assert_eq!(everything(&app, &pipeline, 30).await, before);
}

async fn a_stage_archived_later_keeps_its_times(app: TestApp) {
    let pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("New", 1), ("Qualified", 3), ("Won", 9)], json!({})).await;
    let before = everything(&app, &pipeline, 30).await;
    let path = format!("/api/v1/stages/{}", pipeline.stage("Qualified"));
    app.admin.patch_any(&path, json!({ "archived": true })).await.ok();
    assert_eq!(everything(&app, &pipeline, 30).await, before);
}

async fn a_report_for_a_past_day_agrees_with_itself(app: TestApp) {
    let pipeline = app.pipeline().await;
    let mut deals = Vec::new();
    for day in [1, 4, 7] {
        deals.push(lead(&app, &pipeline, &[("New", day)], json!({ "amount": 9, "currency": "EUR" })).await);
    }
    let before = everything(&app, &pipeline, 10).await;
    for (deal, end) in deals.iter().zip(["Won", "Lost", "Contacted"]) {
        step(&app, &pipeline, deal, end, 12).await;
    }
    lead(&app, &pipeline, &[("New", 11), ("Won", 12)], json!({})).await;
    assert_eq!(everything(&app, &pipeline, 10).await, before);
}

async fn activity_counts_what_the_sales_report_counts_and_what_is_shown(app: TestApp) {
    let pipeline = app.pipeline().await;
    let own = json!({ "owner_id": app.users.admin });
    let mut deals = Vec::new();
    for end in ["Won", "Lost", "Won"] {
        let fields = json!({ "pipeline_id": pipeline.id, "stage_id": pipeline.stage("New"), "entered_at": "2024-01-02T12:00:00Z", "owner_id": own["owner_id"] });
        let deal = app.deal(&app.admin, fields).await;
        let body = json!({ "stage_id": pipeline.stage(end), "at": "2024-01-09T12:00:00Z" });
        app.admin.post(&format!("/api/v1/leads/{}/stage", deal.id()), body).await.ok();
        deals.push(deal);
    }
    step(&app, &pipeline, &deals[2], "Proposal", 20).await;
    let activity = async |as_of: u32| {
        let path = format!("/api/v1/reports/activity?from=2024-01-01&to=2024-02-01&as_of=2024-01-{as_of}");
        app.admin.get(&path).await.ok().json["owners"][0].clone()
    };
    for as_of in [15, 25] {
        let query = format!("from=2024-01-01&to=2024-02-01&as_of=2024-01-{as_of}");
        let sales = report(&app, &pipeline, "sales", &query).await["current"].clone();
        let person = activity(as_of).await;
        assert_eq!((&person["won"], &person["lost"]), (&sales["won"], &sales["lost"]), "{as_of}");
        assert_eq!(person["leads_entered"], 3);
    }
    assert_eq!((&activity(15).await["won"], &activity(25).await["won"]), (&json!(2), &json!(1)));
    assert_eq!(activity(25).await["stage_moves"], 3, "an entry to the pipeline is no move");
    let client = deals[0].json["contact_id"].as_str().unwrap();
    let call = json!({ "contact": { "id": client }, "channel": "call", "occurred_at": "2024-01-03T00:00:00Z" });
    app.admin.post("/api/v1/interactions", call).await.created();
    assert_eq!(activity(25).await["touchpoints"], 1);
    app.admin.delete_any(&format!("/api/v1/contacts/{client}")).await.no_content();
    let period = "from=2024-01-01T00:00:00Z&to=2024-02-01T00:00:00Z";
    let behind = app.admin.get(&format!("/api/v1/interactions?user_id={}&{period}", app.users.admin)).await.ok();
    assert_eq!(activity(25).await["touchpoints"], behind.items().len(), "of clients in the bin nothing is shown");
}

async fn activity_of_a_segment_is_that_of_its_clients(app: TestApp) {
    let pipeline = app.pipeline().await;
    let mut clients = Vec::new();
    for end in ["Won", "Won"] {
        let fields = json!({ "pipeline_id": pipeline.id, "stage_id": pipeline.stage("New"), "entered_at": "2024-01-02T12:00:00Z", "owner_id": app.users.admin });
        let deal = app.deal(&app.admin, fields).await;
        let client = deal.json["contact_id"].as_str().unwrap().to_owned();
        let body = json!({ "stage_id": pipeline.stage(end), "at": "2024-01-09T12:00:00Z" });
        app.admin.post(&format!("/api/v1/leads/{}/stage", deal.id()), body).await.ok();
        let call = json!({ "contact": { "id": client }, "channel": "call", "occurred_at": "2024-01-03T00:00:00Z" });
        app.admin.post("/api/v1/interactions", call).await.created();
        clients.push(client);
    }
    let list = app.admin.post("/api/v1/segments", json!({ "name": "Some" })).await.created().id();
    let path = format!("/api/v1/segments/{list}/members");
    app.admin.post(&path, json!({ "add": [clients[1]] })).await.ok();
    let activity = async |more: &str| {
        let path = format!("/api/v1/reports/activity?from=2024-01-01&to=2024-02-01{more}");
        let person = app.admin.get(&path).await.ok().json["owners"][0].clone();
        ["touchpoints", "stage_moves", "leads_entered", "won"].map(|key| person[key].as_i64().unwrap())
    };
    assert_eq!(activity("").await, [2, 2, 2, 2]);
    assert_eq!(activity(&format!("&segment_id={list}")).await, [1, 1, 1, 1]);
    let unknown = "/api/v1/reports/activity?segment_id=01890000-0000-7000-8000-000000000000";
    app.admin.get(unknown).await.invalid(&["segment_id"]);
}
