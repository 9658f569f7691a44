use serde_json::{Value, json};

use crate::support::sales::Pipeline;
use crate::support::{Answer, TestApp, cases};

cases![
    a_pipeline_without_stages_gets_the_usual_ones,
    the_first_stage_must_be_open,
    stages_are_added_after_those_of_their_kind,
    stages_are_put_in_order_all_or_none,
    an_archived_stage_stays_behind_the_one_it_followed,
    a_stage_with_leads_is_not_archived,
    the_first_open_stage_stays,
    an_archived_pipeline_takes_no_leads,
    every_bad_field_of_a_pipeline_is_named,
    only_leaders_change_pipelines,
    a_stage_is_changed_from_its_current_version,
    lost_reasons_are_unique_and_archived,
    the_default_pipeline_is_made_once,
];

fn names(answer: &Answer) -> Vec<&str> {
    answer.json["stages"].as_array().unwrap().iter().map(|stage| stage["name"].as_str().unwrap()).collect()
}

async fn a_pipeline_without_stages_gets_the_usual_ones(app: TestApp) {
    let made = app.manager.post("/api/v1/pipelines", json!({ "name": "Sales" })).await.created();
    assert_eq!(names(&made), ["New", "Contacted", "Qualified", "Proposal", "Won", "Lost"]);
    let shown = app.reader.get(&format!("/api/v1/pipelines/{}", made.id())).await.ok();
    assert_eq!(shown.json, made.json);
    assert_eq!(app.reader.get("/api/v1/pipelines").await.ok().items()[0], made.json);
}

async fn the_first_stage_must_be_open(app: TestApp) {
    let stages = json!([{ "name": "Won", "kind": "won" }, { "name": "New", "kind": "open" }]);
    app.admin.post("/api/v1/pipelines", json!({ "name": "X", "stages": stages })).await.invalid(&["stages"]);
    app.admin.post("/api/v1/pipelines", json!({ "name": "X", "stages": [] })).await.invalid(&["stages"]);
}

async fn stages_are_added_after_those_of_their_kind(app: TestApp) {
    let pipeline = app.pipeline().await;
    let path = format!("/api/v1/pipelines/{}", pipeline.id);
    app.admin.post(&format!("{path}/stages"), json!({ "name": "Trial", "kind": "open" })).await.created();
    let won = app.admin.post(&format!("{path}/stages"), json!({ "name": "Renewed", "kind": "won" })).await.created();
    assert_eq!(won.json["probability"], 100);
    let shown = app.admin.get(&path).await.ok();
    assert_eq!(names(&shown), ["New", "Contacted", "Qualified", "Proposal", "Trial", "Won", "Lost", "Renewed"]);
}

fn ids(pipeline: &Pipeline, names: &[&str]) -> Value {
    json!({ "stage_ids": names.iter().map(|name| pipeline.stage(name)).collect::<Vec<_>>() })
}

async fn stages_are_put_in_order_all_or_none(app: TestApp) {
    let pipeline = app.pipeline().await;
    let path = format!("/api/v1/pipelines/{}/stage-order", pipeline.id);
    app.admin.put_any(&path, ids(&pipeline, &["New", "Won"])).await.invalid(&["stage_ids"]);
    let closed_first = ["Won", "New", "Contacted", "Qualified", "Proposal", "Lost"];
    app.admin.put_any(&path, ids(&pipeline, &closed_first)).await.invalid(&["stage_ids"]);
    let order = ["Contacted", "New", "Qualified", "Proposal", "Lost", "Won"];
    let changed = app.admin.put_any(&path, ids(&pipeline, &order)).await.ok();
    assert_eq!(names(&changed), order);
}

async fn an_archived_stage_stays_behind_the_one_it_followed(app: TestApp) {
    let pipeline = app.pipeline().await;
    let stage = format!("/api/v1/stages/{}", pipeline.stage("Contacted"));
    app.admin.patch_any(&stage, json!({ "archived": true })).await.ok();
    let path = format!("/api/v1/pipelines/{}/stage-order", pipeline.id);
    let order = ids(&pipeline, &["Qualified", "New", "Proposal", "Won", "Lost"]);
    let changed = app.admin.put_any(&path, order).await.ok();
    assert_eq!(names(&changed), ["Qualified", "New", "Contacted", "Proposal", "Won", "Lost"]);
}

async fn a_stage_with_leads_is_not_archived(app: TestApp) {
    let pipeline = app.pipeline().await;
    let lead = app.deal(&app.sales, json!({ "stage_id": pipeline.stage("Qualified") })).await;
    let stage = format!("/api/v1/stages/{}", pipeline.stage("Qualified"));
    app.admin.patch_any(&stage, json!({ "archived": true })).await.problem(409, "in_use");
    let to = json!({ "stage_id": pipeline.stage("Proposal") });
    app.sales.post(&format!("/api/v1/leads/{}/stage", lead.id()), to).await.ok();
    app.admin.patch_any(&stage, json!({ "archived": true })).await.ok();
    let back = json!({ "stage_id": pipeline.stage("Qualified") });
    app.sales.post(&format!("/api/v1/leads/{}/stage", lead.id()), back).await.invalid(&["stage_id"]);
}

async fn the_first_open_stage_stays(app: TestApp) {
    let stages = json!([{ "name": "New", "kind": "open" }, { "name": "Won", "kind": "won" }]);
    let made = app.admin.post("/api/v1/pipelines", json!({ "name": "X", "stages": stages })).await.created();
    let stage = format!("/api/v1/stages/{}", Pipeline::of(&made).stage("New"));
    app.admin.patch_any(&stage, json!({ "archived": true })).await.problem(409, "conflict");
}

async fn an_archived_pipeline_takes_no_leads(app: TestApp) {
    let pipeline = app.pipeline().await;
    let path = format!("/api/v1/pipelines/{}", pipeline.id);
    app.admin.patch_any(&path, json!({ "archived": true })).await.ok();
    let contact = app.buyer("Ann").await;
    let body = json!({ "contact_id": contact, "pipeline_id": pipeline.id });
    app.admin.post("/api/v1/leads", body).await.invalid(&["pipeline_id"]);
    assert!(app.admin.get("/api/v1/pipelines").await.ok().items().is_empty());
    assert_eq!(app.admin.get("/api/v1/pipelines?archived=true").await.ok().items().len(), 1);
}

async fn every_bad_field_of_a_pipeline_is_named(app: TestApp) {
    let stages = json!([{ "name": "", "kind": "open", "probability": 101, "stale_after_days": 0 }]);
    let body = json!({ "name": "a\nb", "position": -1, "stages": stages });
    let bad = ["name", "position", "stages[0].name", "stages[0].probability", "stages[0].stale_after_days"];
    app.admin.post("/api/v1/pipelines", body).await.invalid(&bad);
}

async fn only_leaders_change_pipelines(app: TestApp) {
    app.sales.post("/api/v1/pipelines", json!({ "name": "X" })).await.problem(403, "forbidden");
    app.anon.get("/api/v1/pipelines").await.problem(401, "unauthorized");
}

async fn a_stage_is_changed_from_its_current_version(app: TestApp) {
    let pipeline = app.pipeline().await;
    let path = format!("/api/v1/stages/{}", pipeline.stage("New"));
    let stage = app.admin.get(&path).await.ok();
    app.admin.patch(&path, json!({ "name": "Fresh" })).await.problem(428, "precondition_required");
    let body = json!({ "name": "Fresh", "probability": 5, "stale_after_days": null });
    let changed = app.admin.patch_from(&stage, &path, body).await.ok();
    assert_eq!((&changed.json["name"], &changed.json["stale_after_days"]), (&json!("Fresh"), &Value::Null));
    app.admin.patch_from(&stage, &path, json!({ "name": "Newer" })).await.problem(412, "precondition_failed");
    app.admin.patch_any(&path, json!({ "kind": "won" })).await.invalid(&["kind"]);
}

async fn lost_reasons_are_unique_and_archived(app: TestApp) {
    let reason = app.admin.post("/api/v1/lost-reasons", json!({ "name": "Price" })).await.created();
    app.admin.post("/api/v1/lost-reasons", json!({ "name": "Price" })).await.problem(409, "already_exists");
    let path = format!("/api/v1/lost-reasons/{}", reason.id());
    let changed = app.admin.patch_from(&reason, &path, json!({ "archived": true })).await.ok();
    assert!(changed.json["archived_at"].is_string());
    assert_eq!(app.reader.get("/api/v1/lost-reasons").await.ok().items().len(), 1);
    assert_eq!(app.reader.get(&path).await.ok().json, changed.json);
}

async fn the_default_pipeline_is_made_once(app: TestApp) {
    let make = || app.state.db.write(touchline::pipelines::store::ensure_default);
    let (first, second) = (make().await.unwrap(), make().await.unwrap());
    assert_eq!(first, second);
    assert_eq!(app.admin.get("/api/v1/pipelines").await.ok().items().len(), 1);
}
