use serde_json::{Value, json};

use crate::support::sales::path;
use crate::support::{TestApp, cases};

cases![
    many_leads_move_in_one_request,
    a_lead_that_cannot_move_keeps_no_other_from_moving,
    a_retried_request_moves_once,
    too_many_moves_are_refused,
    only_leads_in_sight_move,
    a_lead_moved_by_somebody_meanwhile_stays_where_it_is,
];

const MOVE: &str = "/api/v1/leads/stage";

async fn many_leads_move_in_one_request(app: TestApp) {
    let pipeline = app.pipeline().await;
    let reason = app.admin.post("/api/v1/lost-reasons", json!({ "name": "Price" })).await.created();
    let mut leads = Vec::new();
    for _ in 0..3 {
        leads.push(app.deal(&app.sales, json!({ "entered_at": "2024-01-01T00:00:00Z" })).await);
    }
    let items = [
        json!({ "id": leads[0].id(), "stage_id": pipeline.stage("Won"), "at": "2024-02-01T00:00:00Z", "reason": "signed" }),
        json!({ "id": leads[1].id(), "stage_id": pipeline.stage("Lost"), "lost_reason_id": reason.id() }),
        json!({ "id": leads[2].id(), "stage_id": pipeline.stage("New") }),
    ];
    let moved = app.sales.post(MOVE, json!({ "items": items })).await.ok();
    assert_eq!(moved.statuses(), ["updated", "updated", "unchanged"]);
    let won = app.sales.get(&path(&leads[0])).await.ok();
    assert_eq!((&won.json["stage_kind"], &won.json["closed_at"]), (&json!("won"), &json!("2024-02-01T00:00:00Z")));
    let lost = app.sales.get(&path(&leads[1])).await.ok();
    assert_eq!((&lost.json["stage_kind"], &lost.json["lost_reason_id"]), (&json!("lost"), &json!(reason.id())));
    let stays = app.sales.get(&format!("{}/stages", path(&leads[0]))).await.ok();
    assert_eq!(stays.items()[1]["reason"], "signed");
}

async fn a_lead_that_cannot_move_keeps_no_other_from_moving(app: TestApp) {
    let (pipeline, other) = (app.pipeline().await, app.pipeline().await);
    let lead = app.deal(&app.sales, json!({ "pipeline_id": pipeline.id })).await;
    let to = |id: &str, stage: &str| json!({ "id": id, "stage_id": stage });
    let mut late = to(&lead.id(), pipeline.stage("Won"));
    late["at"] = json!("2999-01-01T00:00:00Z");
    let items = [
        to(&lead.id(), other.stage("Won")),
        to(&other.id, pipeline.stage("Won")),
        late,
        json!({ "id": lead.id(), "stage": "Won" }),
        to(&lead.id(), pipeline.stage("Won")),
    ];
    let moved = app.sales.post(MOVE, json!({ "items": items })).await.ok();
    assert_eq!(moved.statuses(), ["error", "error", "error", "error", "updated"]);
    let fields = |index: usize| {
        let errors = moved.items()[index]["problem"]["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (fields(0), fields(2), fields(3)),
        (vec!["stage_id".into()], vec!["at".into()], vec!["stage".to_owned(), "stage_id".into()])
    );
    assert_eq!(moved.items()[1]["problem"]["code"], "not_found");
}

async fn a_retried_request_moves_once(app: TestApp) {
    let pipeline = app.pipeline().await;
    let lead = app.deal(&app.sales, json!({})).await;
    let body = json!({ "items": [{ "id": lead.id(), "stage_id": pipeline.stage("Won") }] });
    let first = app.sales.post_once("k1", MOVE, body.clone()).await.ok();
    let again = app.sales.post_once("k1", MOVE, body).await.ok();
    assert_eq!((first.statuses(), &first.json), (vec!["updated"], &again.json));
}

async fn too_many_moves_are_refused(app: TestApp) {
    let pipeline = app.pipeline().await;
    let lead = app.deal(&app.sales, json!({})).await;
    let item = json!({ "id": lead.id(), "stage_id": pipeline.stage("New") });
    let many: Vec<Value> = std::iter::repeat_n(item, 201).collect();
    app.sales.post(MOVE, json!({ "items": many[..200] })).await.ok();
    app.sales.post(MOVE, json!({ "items": many })).await.invalid(&["items"]);
    app.sales.post(MOVE, json!({ "items": [] })).await.invalid(&["items"]);
    app.reader.post(MOVE, json!({ "items": many[..1] })).await.problem(403, "forbidden");
}

async fn only_leads_in_sight_move(app: TestApp) {
    let pipeline = app.pipeline().await;
    let lead = app.deal(&app.rival, json!({})).await;
    let body = json!({ "items": [{ "id": lead.id(), "stage_id": pipeline.stage("Won") }] });
    let refused = app.sales.post(MOVE, body.clone()).await.ok();
    assert_eq!(refused.items()[0]["problem"]["code"], "not_found");
    assert_eq!(app.rival.post(MOVE, body).await.ok().statuses(), ["updated"]);
}

async fn a_lead_moved_by_somebody_meanwhile_stays_where_it_is(app: TestApp) {
    let pipeline = app.pipeline().await;
    let (stale, seen) = (app.deal(&app.sales, json!({})).await, app.deal(&app.sales, json!({})).await);
    app.manager.post(&format!("{}/stage", path(&stale)), json!({ "stage_id": pipeline.stage("Lost") })).await.ok();
    let to_won =
        |lead: &crate::support::Answer| json!({ "id": lead.id(), "version": 1, "stage_id": pipeline.stage("Won") });
    let moved = app.sales.post(MOVE, json!({ "items": [to_won(&stale), to_won(&seen)] })).await.ok();
    assert_eq!(moved.statuses(), ["error", "updated"]);
    let problem = &moved.items()[0]["problem"];
    assert_eq!((&problem["code"], &problem["status"]), (&json!("precondition_failed"), &json!(412)));
    assert_eq!(app.sales.get(&path(&stale)).await.ok().json["stage_kind"], "lost");
}
