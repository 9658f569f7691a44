use diesel::prelude::*;
use serde_json::{Value, json};
use touchline::db::schema::{stage_intervals as intervals, timeline_entries as entries};
use touchline::db::types::Json;
use touchline::pipelines::visit::{ARRIVES, BEGINS, RETURNS};

use crate::support::sales::path;
use crate::support::{Answer, TestApp, cases};

cases![
    moves_tile_the_life_of_a_lead,
    a_back_dated_move_takes_its_place,
    a_move_before_the_first_entry_extends_the_life,
    each_stay_knows_what_it_is_in_the_life_of_its_lead,
    a_repeated_move_does_nothing,
    a_lost_lead_keeps_its_reason_until_reopened,
    a_closed_lead_knows_when,
    the_timeline_tells_each_move_and_where_from,
    bad_moves_are_named,
    a_retried_move_is_made_once,
    a_move_of_a_version_seen_long_ago_is_refused,
];

const START: &str = "2024-01-01T00:00:00Z";

async fn go(app: &TestApp, lead: &Answer, stage: &str, day: &str) -> Answer {
    let body = json!({ "stage_id": stage, "at": format!("2024-01-{day}T00:00:00Z") });
    app.sales.post(&format!("{}/stage", path(lead)), body).await.ok()
}

/// The stays as `name from until`.
async fn stays(app: &TestApp, lead: &Answer) -> Vec<String> {
    let answer = app.sales.get(&format!("{}/stages", path(lead))).await.ok();
    let day = |value: &Value| value.as_str().map_or("-".to_owned(), |text| text[8..10].to_owned());
    let show = |stay: &Value| {
        format!("{} {} {}", stay["stage_name"].as_str().unwrap(), day(&stay["entered_at"]), day(&stay["exited_at"]))
    };
    answer.items().iter().map(show).collect()
}

async fn moves_tile_the_life_of_a_lead(app: TestApp) {
    let pipeline = app.pipeline().await;
    let lead = app.deal(&app.sales, json!({ "entered_at": START })).await;
    go(&app, &lead, pipeline.stage("Contacted"), "05").await;
    let moved = go(&app, &lead, pipeline.stage("Won"), "09").await;
    assert_eq!(stays(&app, &lead).await, ["New 01 05", "Contacted 05 09", "Won 09 -"]);
    assert_eq!(moved.json["stage_kind"], "won");
    let answer = app.sales.get(&format!("{}/stages", path(&lead))).await.ok();
    assert_eq!(answer.items()[0]["seconds"], 4 * 86_400);
}

async fn a_back_dated_move_takes_its_place(app: TestApp) {
    let pipeline = app.pipeline().await;
    let lead = app.deal(&app.sales, json!({ "entered_at": START })).await;
    go(&app, &lead, pipeline.stage("Won"), "09").await;
    let moved = go(&app, &lead, pipeline.stage("Contacted"), "05").await;
    assert_eq!(stays(&app, &lead).await, ["New 01 05", "Contacted 05 09", "Won 09 -"]);
    assert_eq!(moved.json["stage_id"], pipeline.stage("Won"));
    assert_eq!(moved.json["stage_entered_at"], "2024-01-09T00:00:00Z");
}

async fn a_move_before_the_first_entry_extends_the_life(app: TestApp) {
    let pipeline = app.pipeline().await;
    let lead = app.deal(&app.sales, json!({ "entered_at": "2024-01-05T00:00:00Z" })).await;
    let moved = go(&app, &lead, pipeline.stage("Proposal"), "02").await;
    assert_eq!(stays(&app, &lead).await, ["Proposal 02 05", "New 05 -"]);
    assert_eq!(moved.json["entered_at"], "2024-01-02T00:00:00Z");
    assert_eq!(moved.json["stage_id"], pipeline.stage("New"));
}

async fn each_stay_knows_what_it_is_in_the_life_of_its_lead(app: TestApp) {
    async fn visits(app: &TestApp) -> Vec<i16> {
        let rows = intervals::table.order((intervals::entered_at, intervals::id)).select(intervals::visit);
        app.state.db.read(move |conn| Ok(rows.load::<i16>(conn)?)).await.unwrap()
    }
    let pipeline = app.pipeline().await;
    let (new, contacted) = (pipeline.stage("New"), pipeline.stage("Contacted"));
    let lead = app.deal(&app.sales, json!({ "entered_at": START })).await;
    go(&app, &lead, contacted, "05").await;
    go(&app, &lead, new, "07").await;
    assert_eq!(visits(&app).await, [BEGINS, ARRIVES, RETURNS]);
    go(&app, &lead, contacted, "09").await;
    go(&app, &lead, pipeline.stage("Won"), "03").await;
    assert_eq!(visits(&app).await, [BEGINS, ARRIVES, ARRIVES, RETURNS, RETURNS]);
    let before = json!({ "stage_id": contacted, "at": "2023-12-30T00:00:00Z" });
    app.sales.post(&format!("{}/stage", path(&lead)), before).await.ok();
    assert_eq!(visits(&app).await, [BEGINS, ARRIVES, ARRIVES, RETURNS, RETURNS, RETURNS]);
}

async fn a_repeated_move_does_nothing(app: TestApp) {
    let pipeline = app.pipeline().await;
    let lead = app.deal(&app.sales, json!({ "entered_at": START })).await;
    let moved = go(&app, &lead, pipeline.stage("Contacted"), "05").await;
    let again = go(&app, &lead, pipeline.stage("Contacted"), "05").await;
    let later = go(&app, &lead, pipeline.stage("Contacted"), "07").await;
    assert_eq!((&again.json, &later.json), (&moved.json, &moved.json));
    let back = go(&app, &lead, pipeline.stage("New"), "05").await;
    assert_eq!(back.json["stage_id"], pipeline.stage("New"));
    go(&app, &lead, pipeline.stage("Contacted"), "05").await;
    assert_eq!(stays(&app, &lead).await, ["New 01 05", "Contacted 05 05", "New 05 -"]);
}

async fn a_lost_lead_keeps_its_reason_until_reopened(app: TestApp) {
    let pipeline = app.pipeline().await;
    let reason = app.admin.post("/api/v1/lost-reasons", json!({ "name": "Price" })).await.created();
    let lead = app.deal(&app.sales, json!({ "entered_at": START })).await;
    let stage = format!("{}/stage", path(&lead));
    let lost = json!({ "stage_id": pipeline.stage("Lost"), "lost_reason_id": reason.id(), "reason": "too dear" });
    let moved = app.sales.post(&stage, lost).await.ok();
    assert_eq!((&moved.json["lost_reason_id"], &moved.json["stage_kind"]), (&json!(reason.id()), &json!("lost")));
    let reopened = app.sales.post(&stage, json!({ "stage_id": pipeline.stage("New") })).await.ok();
    assert_eq!((&reopened.json["lost_reason_id"], &reopened.json["closed_at"]), (&Value::Null, &Value::Null));
    assert_eq!(stays(&app, &lead).await.len(), 3);
    let bad = json!({ "lost_reason_id": reason.id() });
    app.sales.patch_from(&reopened, &path(&lead), bad).await.invalid(&["lost_reason_id"]);
}

async fn a_closed_lead_knows_when(app: TestApp) {
    let pipeline = app.pipeline().await;
    let lead = app.deal(&app.sales, json!({ "entered_at": START })).await;
    let won = go(&app, &lead, pipeline.stage("Won"), "09").await;
    assert_eq!(won.json["closed_at"], "2024-01-09T00:00:00Z");
    let earlier = go(&app, &lead, pipeline.stage("Won"), "04").await;
    assert_eq!(earlier.json["closed_at"], "2024-01-04T00:00:00Z");
}

async fn the_timeline_tells_each_move_and_where_from(app: TestApp) {
    let pipeline = app.pipeline().await;
    let lead = app.deal(&app.sales, json!({ "entered_at": START })).await;
    go(&app, &lead, pipeline.stage("Won"), "09").await;
    go(&app, &lead, pipeline.stage("Contacted"), "05").await;
    go(&app, &lead, pipeline.stage("Proposal"), "01").await;
    let read = |conn: &mut touchline::db::Connection| {
        let moves = entries::table.filter(entries::entry_type.eq("stage_move"));
        let rows = moves.order((entries::occurred_at, entries::id)).select(entries::properties);
        Ok(rows.load::<Option<Json<Value>>>(conn)?)
    };
    let rows = app.state.db.read(read).await.unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap_or("-").to_owned();
    let told: Vec<_> =
        rows.iter().flatten().map(|Json(facts)| (name(&facts["from_stage"]), name(&facts["to_stage"]))).collect();
    let told: Vec<_> = told.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    assert_eq!(told, [("-", "New"), ("New", "Proposal"), ("Proposal", "Contacted"), ("Contacted", "Won")]);
}

async fn bad_moves_are_named(app: TestApp) {
    let pipeline = app.pipeline().await;
    let other = app.pipeline().await;
    let lead = app.deal(&app.sales, json!({ "pipeline_id": pipeline.id })).await;
    let stage = format!("{}/stage", path(&lead));
    let body = json!({ "stage_id": other.stage("Won"), "at": "2999-01-01T00:00:00Z", "lost_reason_id": other.id });
    app.sales.post(&stage, body).await.invalid(&["stage_id", "at", "lost_reason_id"]);
    app.sales.post(&stage, json!({})).await.invalid(&["stage_id"]);
    let unknown = format!("/api/v1/leads/{}/stage", pipeline.id);
    app.sales.post(&unknown, json!({ "stage_id": pipeline.stage("Won") })).await.problem(404, "not_found");
    assert_eq!(stays(&app, &lead).await.len(), 1);
}

async fn a_retried_move_is_made_once(app: TestApp) {
    let pipeline = app.pipeline().await;
    let lead = app.deal(&app.sales, json!({})).await;
    let body = json!({ "stage_id": pipeline.stage("Won") });
    let stage = format!("{}/stage", path(&lead));
    let first = app.sales.post_once("k", &stage, body.clone()).await.ok();
    assert_eq!(app.sales.post_once("k", &stage, body).await.ok().json, first.json);
    assert_eq!(stays(&app, &lead).await.len(), 2);
}

async fn a_move_of_a_version_seen_long_ago_is_refused(app: TestApp) {
    let pipeline = app.pipeline().await;
    let (seen, key) = (app.deal(&app.sales, json!({})).await, app.key.clone());
    let to = |stage: &str| json!({ "stage_id": pipeline.stage(stage) });
    let address = format!("{}/stage", path(&seen));
    let moved = app.sales.post_from(&seen, &address, to("Contacted")).await.ok();
    for who in [&app.sales, &key] {
        who.post_from(&seen, &address, to("Won")).await.problem(412, "precondition_failed");
    }
    assert_eq!(app.sales.get(&path(&seen)).await.ok().json["stage_id"], pipeline.stage("Contacted"));
    let won = app.sales.post_from(&moved, &address, to("Won")).await.ok();
    assert_eq!(won.json["version"], 3);
    // Nobody has to name a version.
    app.sales.post(&address, to("Contacted")).await.ok();
}
