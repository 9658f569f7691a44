use serde_json::{Value, json};

use crate::support::sales::path;
use crate::support::{TestApp, cases};

cases![
    a_lead_begins_in_the_first_stage,
    a_lead_begins_where_and_when_it_is_said_to,
    one_source_id_makes_one_lead,
    every_bad_field_of_a_lead_is_named,
    unknown_things_are_named,
    a_lead_is_changed_from_its_current_version,
    a_change_stands_on_the_timeline,
    amount_and_currency_go_together,
    a_deleted_lead_is_gone_until_restored,
    a_lead_of_another_team_is_absent,
    a_retried_creation_makes_one_lead,
    a_reader_changes_no_lead,
];

async fn a_lead_begins_in_the_first_stage(app: TestApp) {
    let pipeline = app.pipeline().await;
    let lead = app.deal(&app.sales, json!({ "amount": 100, "currency": "EUR" })).await;
    assert_eq!(lead.json["stage_id"], pipeline.stage("New"));
    assert_eq!(lead.json["title"], "Ann Lee");
    assert_eq!(lead.json["owner_id"], app.users.sales.to_string());
    assert_eq!(lead.json["closed_at"], Value::Null);
    let mut shown = app.reader.get(&path(&lead)).await.ok().json;
    assert_eq!(shown["contact_name"], "Ann Lee");
    shown.as_object_mut().unwrap().retain(|field, _| lead.json.get(field).is_some());
    assert_eq!(shown, lead.json);
}

async fn a_lead_begins_where_and_when_it_is_said_to(app: TestApp) {
    let pipeline = app.pipeline().await;
    let (stage, at) = (pipeline.stage("Won"), "2020-02-29T12:00:00Z");
    let lead = app.deal(&app.key, json!({ "stage_id": stage, "entered_at": at })).await;
    assert_eq!((&lead.json["entered_at"], &lead.json["closed_at"]), (&json!(at), &json!(at)));
    assert_eq!(lead.json["owner_id"], Value::Null);
    let far = json!({ "contact_id": app.buyer("A").await, "entered_at": "2999-01-01T00:00:00Z" });
    app.key.post("/api/v1/leads", far).await.invalid(&["entered_at"]);
}

async fn one_source_id_makes_one_lead(app: TestApp) {
    app.pipeline().await;
    let lead = app.deal(&app.sales, json!({ "source": "form", "source_id": "7" })).await;
    let again = json!({ "contact_id": app.buyer("B").await, "source": "form", "source_id": "7" });
    assert_eq!(app.sales.post("/api/v1/leads", again.clone()).await.ok().id(), lead.id());
    app.rival.post("/api/v1/leads", again).await.problem(409, "already_exists");
}

async fn every_bad_field_of_a_lead_is_named(app: TestApp) {
    app.pipeline().await;
    let body = json!({
        "contact_id": "x", "title": "", "amount": -1, "currency": "eur", "source": "a\u{7}", "source_id": "",
        "expected_close_on": "2024-02-30", "entered_at": "yesterday", "more": 1,
    });
    let bad =
        ["contact_id", "title", "amount", "currency", "source", "source_id", "expected_close_on", "entered_at", "more"];
    app.sales.post("/api/v1/leads", body).await.invalid(&bad);
    assert!(app.sales.get("/api/v1/leads").await.ok().items().is_empty());
}

async fn unknown_things_are_named(app: TestApp) {
    let pipeline = app.pipeline().await;
    let nobody = app.users.north;
    let contact = app.buyer("A").await;
    let body = json!({ "contact_id": nobody });
    app.sales.post("/api/v1/leads", body).await.invalid(&["contact_id"]);
    let body = json!({ "contact_id": contact, "stage_id": nobody, "owner_id": nobody, "company_id": nobody });
    app.sales.post("/api/v1/leads", body).await.invalid(&["stage_id", "owner_id", "company_id"]);
    let body = json!({ "contact_id": contact, "pipeline_id": nobody });
    app.sales.post("/api/v1/leads", body).await.invalid(&["pipeline_id"]);
    let reason = app.admin.post("/api/v1/lost-reasons", json!({ "name": "Price" })).await.created();
    let body = json!({ "contact_id": contact, "stage_id": pipeline.stage("New"), "lost_reason_id": reason.id() });
    app.sales.post("/api/v1/leads", body).await.invalid(&["lost_reason_id"]);
}

async fn a_lead_is_changed_from_its_current_version(app: TestApp) {
    app.pipeline().await;
    let lead = app.deal(&app.sales, json!({ "source": "fair" })).await;
    app.sales.patch(&path(&lead), json!({ "title": "Roof" })).await.problem(428, "precondition_required");
    let body = json!({ "title": "Roof", "source": null, "expected_close_on": "2031-05-01", "owner_id": null });
    let changed = app.sales.patch_from(&lead, &path(&lead), body).await.ok();
    assert_eq!((&changed.json["title"], &changed.json["source"]), (&json!("Roof"), &Value::Null));
    assert_eq!(changed.json["version"], 2);
    app.sales.patch_from(&lead, &path(&lead), json!({ "title": "X" })).await.problem(412, "precondition_failed");
    let same = app.sales.patch_from(&changed, &path(&lead), json!({ "title": "Roof" })).await.ok();
    assert_eq!(same.json, changed.json);
}

async fn a_change_stands_on_the_timeline(app: TestApp) {
    use diesel::prelude::*;
    use touchline::db::schema::timeline_entries as entries;
    use touchline::db::types::Json;
    app.pipeline().await;
    let lead = app.deal(&app.sales, json!({})).await;
    app.sales.patch_from(&lead, &path(&lead), json!({ "amount": 5, "currency": "EUR" })).await.ok();
    let read = |conn: &mut touchline::db::Connection| {
        let changes = entries::table.filter(entries::entry_type.eq("change"));
        Ok(changes.select(entries::properties).first::<Option<Json<Value>>>(conn)?)
    };
    let properties = app.state.db.read(read).await.unwrap().unwrap().0;
    assert_eq!(properties["amount"], json!({ "from": null, "to": 5 }));
}

async fn amount_and_currency_go_together(app: TestApp) {
    app.pipeline().await;
    let contact = app.buyer("A").await;
    app.sales.post("/api/v1/leads", json!({ "contact_id": contact, "amount": 1 })).await.invalid(&["currency"]);
    let lead = app.deal(&app.sales, json!({ "amount": 1, "currency": "EUR" })).await;
    app.sales.patch_any(&path(&lead), json!({ "currency": null })).await.invalid(&["currency"]);
    let none = app.sales.patch_any(&path(&lead), json!({ "amount": null, "currency": null })).await.ok();
    assert_eq!(none.json["currency"], Value::Null);
}

async fn a_deleted_lead_is_gone_until_restored(app: TestApp) {
    let pipeline = app.pipeline().await;
    let lead = app.deal(&app.sales, json!({})).await;
    app.sales.delete_from(&lead, &path(&lead)).await.no_content();
    app.sales.get(&path(&lead)).await.problem(404, "not_found");
    let to = json!({ "stage_id": pipeline.stage("Won") });
    app.sales.post(&format!("{}/stage", path(&lead)), to).await.problem(404, "not_found");
    assert_eq!(app.sales.get("/api/v1/leads?deleted=true").await.ok().items().len(), 1);
    let back = app.sales.post_empty(&format!("{}/restore", path(&lead))).await.ok();
    assert_eq!(back.json["deleted_at"], Value::Null);
    assert_eq!(app.sales.post_empty(&format!("{}/restore", path(&lead))).await.ok().json, back.json);
}

async fn a_lead_of_another_team_is_absent(app: TestApp) {
    let pipeline = app.pipeline().await;
    let lead = app.deal(&app.rival, json!({})).await;
    app.sales.get(&path(&lead)).await.problem(404, "not_found");
    app.sales.get(&format!("{}/stages", path(&lead))).await.problem(404, "not_found");
    app.sales.patch_any(&path(&lead), json!({ "title": "mine" })).await.problem(404, "not_found");
    app.sales.delete_any(&path(&lead)).await.problem(404, "not_found");
    let to = json!({ "stage_id": pipeline.stage("Won") });
    app.sales.post(&format!("{}/stage", path(&lead)), to).await.problem(404, "not_found");
    assert!(app.sales.get("/api/v1/leads?total=true").await.ok().items().is_empty());
    app.rival.patch_any(&path(&lead), json!({ "owner_id": null })).await.ok();
    app.sales.get(&path(&lead)).await.ok();
}

async fn a_retried_creation_makes_one_lead(app: TestApp) {
    app.pipeline().await;
    let body = json!({ "contact_id": app.buyer("A").await });
    let first = app.sales.post_once("k", "/api/v1/leads", body.clone()).await.created();
    assert_eq!(app.sales.post_once("k", "/api/v1/leads", body).await.created().id(), first.id());
    assert_eq!(app.sales.get("/api/v1/leads?total=true").await.ok().json["total"], 1);
}

async fn a_reader_changes_no_lead(app: TestApp) {
    app.pipeline().await;
    let lead = app.deal(&app.sales, json!({})).await;
    app.reader.patch_any(&path(&lead), json!({ "title": "X" })).await.problem(403, "forbidden");
    app.reader.delete_any(&path(&lead)).await.problem(403, "forbidden");
    app.reader.post_empty(&format!("{}/restore", path(&lead))).await.problem(403, "forbidden");
}
