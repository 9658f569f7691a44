use serde_json::{Value, json};

use crate::support::sales::path;
use crate::support::{Answer, Client, TestApp, cases};

cases![
    many_leads_are_deleted_and_restored,
    a_lead_changed_meanwhile_is_not_deleted,
    a_lead_of_a_deleted_client_keeps_no_other_deleted,
    only_leads_in_sight_are_deleted_and_restored,
    deleting_many_is_retried_and_limited_as_moving_many,
    each_deletion_is_told_on_the_record,
];

async fn on(by: &Client, action: &str, ids: &[String]) -> Answer {
    by.post(&format!("/api/v1/leads/{action}"), json!({ "ids": ids })).await.ok()
}

async fn deals(app: &TestApp, count: usize) -> Vec<Answer> {
    app.pipeline().await;
    let mut leads = Vec::new();
    for _ in 0..count {
        leads.push(app.deal(&app.sales, json!({})).await);
    }
    leads
}

async fn many_leads_are_deleted_and_restored(app: TestApp) {
    let leads = deals(&app, 3).await;
    let ids: Vec<String> = leads.iter().map(Answer::id).collect();
    assert_eq!(on(&app.sales, "delete", &ids[..2]).await.statuses(), ["updated", "updated"]);
    app.sales.get(&path(&leads[0])).await.problem(404, "not_found");
    assert_eq!(on(&app.sales, "delete", &ids).await.statuses(), ["error", "error", "updated"]);
    assert_eq!(on(&app.sales, "restore", &ids[..2]).await.statuses(), ["updated", "updated"]);
    assert_eq!(on(&app.sales, "restore", &ids).await.statuses(), ["unchanged", "unchanged", "updated"]);
    assert_eq!(app.sales.get("/api/v1/leads").await.ok().items().len(), 3);
}

async fn a_lead_changed_meanwhile_is_not_deleted(app: TestApp) {
    let leads = deals(&app, 2).await;
    app.sales.patch_any(&path(&leads[0]), json!({ "title": "Roof" })).await.ok();
    let items: Vec<Value> = leads.iter().map(|lead| json!({ "id": lead.id(), "version": 1 })).collect();
    let deleted = app.sales.post("/api/v1/leads/delete", json!({ "items": items })).await.ok();
    assert_eq!(deleted.statuses(), ["error", "updated"]);
    assert_eq!(deleted.items()[0]["problem"]["code"], "precondition_failed");
}

async fn a_lead_of_a_deleted_client_keeps_no_other_deleted(app: TestApp) {
    let leads = deals(&app, 2).await;
    let ids: Vec<String> = leads.iter().map(Answer::id).collect();
    on(&app.sales, "delete", &ids).await;
    let client = leads[0].json["contact_id"].as_str().unwrap();
    app.sales.delete_any(&format!("/api/v1/contacts/{client}")).await.no_content();
    let restored = on(&app.sales, "restore", &ids).await;
    assert_eq!(restored.statuses(), ["error", "updated"]);
    assert_eq!(restored.items()[0]["problem"]["code"], "conflict");
}

async fn only_leads_in_sight_are_deleted_and_restored(app: TestApp) {
    app.pipeline().await;
    let hidden = [app.deal(&app.rival, json!({})).await.id()];
    assert_eq!(on(&app.sales, "delete", &hidden).await.items()[0]["problem"]["code"], "not_found");
    assert_eq!(on(&app.rival, "delete", &hidden).await.statuses(), ["updated"]);
    assert_eq!(on(&app.sales, "restore", &hidden).await.items()[0]["problem"]["code"], "not_found");
    app.reader.post("/api/v1/leads/delete", json!({ "ids": hidden })).await.problem(403, "forbidden");
}

async fn deleting_many_is_retried_and_limited_as_moving_many(app: TestApp) {
    let id = deals(&app, 1).await[0].id();
    for action in ["delete", "restore"] {
        let address = format!("/api/v1/leads/{action}");
        app.sales.post(&address, json!({ "ids": vec![&id; 201] })).await.invalid(&["ids"]);
        app.sales.post(&address, json!({ "ids": [] })).await.invalid(&["ids"]);
        let first = app.sales.post_once(action, &address, json!({ "ids": [id] })).await.ok();
        let again = app.sales.post_once(action, &address, json!({ "ids": [id] })).await.ok();
        assert_eq!((first.statuses(), &first.json), (vec!["updated"], &again.json));
    }
}

async fn each_deletion_is_told_on_the_record(app: TestApp) {
    let ids: Vec<String> = deals(&app, 2).await.iter().map(Answer::id).collect();
    on(&app.sales, "delete", &ids).await;
    for id in &ids {
        let told = app.admin.get(&format!("/api/v1/audit?entity_id={id}")).await.ok();
        assert_eq!((&told.items()[0]["action"], told.items().len()), (&json!("delete"), 2));
    }
}
