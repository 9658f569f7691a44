//! Sample data: made into an installation that is in use, and removed without a trace of it.

use serde_json::{Value, json};

use crate::support::{TestApp, cases};

cases![
    sample_data_is_made_once_and_is_the_callers,
    removing_it_leaves_what_people_entered,
    what_people_entered_about_sample_clients_goes_and_is_counted,
    what_other_records_depend_on_stays,
    only_administrators_make_sample_data,
    a_program_makes_it_for_nobody,
    made_again_after_it_was_removed,
    made_where_fields_are_required,
    clients_own_visits_have_no_person_as_actor,
];

const SAMPLE: &str = "/api/v1/sample-data";

async fn total(app: &TestApp, path: &str) -> i64 {
    let mark = if path.contains('?') { '&' } else { '?' };
    app.admin.get(&format!("/api/v1/{path}{mark}total=true&limit=1")).await.ok().json["total"].as_i64().unwrap()
}

async fn pipelines(app: &TestApp) -> usize {
    app.admin.get("/api/v1/pipelines").await.ok().items().len()
}

async fn sample_data_is_made_once_and_is_the_callers(app: TestApp) {
    assert_eq!(app.admin.get(SAMPLE).await.ok().json["state"], "absent");
    let made = app.admin.post_empty(SAMPLE).await.created();
    assert_eq!((&made.json["state"], &made.json["contacts"]), (&json!("present"), &json!(60)));
    assert_eq!(made.json["made_by"], json!(app.users.admin));
    assert_eq!(total(&app, "contacts?tag=sample").await, 60);
    assert!(total(&app, "leads?owner_id=me").await > 30 && total(&app, "companies?tag=sample").await > 3);
    app.admin.post_empty(SAMPLE).await.problem(409, "already_exists");
    assert_eq!(app.admin.get(SAMPLE).await.ok().json, made.json);
}

async fn removing_it_leaves_what_people_entered(app: TestApp) {
    let pipeline = app.pipeline().await;
    let own = app.deal(&app.sales, json!({ "pipeline_id": pipeline.id })).await;
    app.touch(json!({ "subject": "ours" })).await;
    let before = (total(&app, "contacts").await, pipelines(&app).await);
    app.admin.post_empty(SAMPLE).await.created();
    let removed = app.admin.send("DELETE", SAMPLE, actix_web::test::TestRequest::delete()).await.ok();
    assert_eq!((&removed.json["contacts"], &removed.json["left"]["contacts"]), (&json!(60), &json!(0)));
    assert_eq!(removed.json["entered"], json!({ "leads": 0, "interactions": 0, "tasks": 0 }));
    assert!(removed.json["with_them"]["interactions"].as_i64().unwrap() > 100, "{}", removed.text());
    assert_eq!((total(&app, "contacts").await, pipelines(&app).await), before);
    assert_eq!((total(&app, "companies").await, total(&app, "leads").await), (0, 1));
    assert_eq!(total(&app, "contacts?deleted=true").await, 0);
    assert_eq!(app.admin.get("/api/v1/lost-reasons").await.ok().items().len(), 0);
    app.admin.get(&format!("/api/v1/leads/{}", own.id())).await.ok();
    assert_eq!(app.admin.get(SAMPLE).await.ok().json["state"], "absent");
    app.admin.send("DELETE", SAMPLE, actix_web::test::TestRequest::delete()).await.problem(404, "not_found");
}

async fn some_sample_client(app: &TestApp) -> Value {
    app.admin.get("/api/v1/contacts?tag=sample&limit=1").await.ok().items()[0].clone()
}

async fn what_people_entered_about_sample_clients_goes_and_is_counted(app: TestApp) {
    let pipeline = app.pipeline().await;
    app.admin.post_empty(SAMPLE).await.created();
    let client = some_sample_client(&app).await["id"].clone();
    app.touch(json!({ "contact": { "id": client }, "subject": "by hand" })).await;
    let task = json!({ "contact_id": client, "title": "by hand" });
    app.admin.post("/api/v1/tasks", task).await.created();
    let lead = json!({ "contact_id": client, "pipeline_id": pipeline.id });
    app.admin.post("/api/v1/leads", lead).await.created();
    let entered = json!({ "leads": 1, "interactions": 1, "tasks": 1 });
    assert_eq!(app.admin.get(SAMPLE).await.ok().json["entered"], entered);
    let removed = app.admin.send("DELETE", SAMPLE, actix_web::test::TestRequest::delete()).await.ok();
    assert_eq!((&removed.json["entered"], &removed.json["contacts"]), (&entered, &json!(60)));
    assert_eq!((total(&app, "leads").await, total(&app, "contacts").await), (0, 0));
}

async fn what_other_records_depend_on_stays(app: TestApp) {
    app.admin.post_empty(SAMPLE).await.created();
    let company = app.admin.get("/api/v1/companies?tag=sample&limit=1").await.ok().items()[0]["id"].clone();
    let own = json!({ "family_name": "Own", "company_id": company });
    let own = app.admin.post("/api/v1/contacts", own).await.created().id();
    let leads = app.admin.get("/api/v1/leads?limit=1").await.ok();
    let pipeline = leads.items()[0]["pipeline_id"].clone();
    let lead = json!({ "contact_id": own, "pipeline_id": pipeline });
    app.admin.post("/api/v1/leads", lead).await.created();
    let alone = app.admin.get("/api/v1/contacts?tag=sample&company_id=none&limit=1").await.ok();
    let merged = alone.items()[0]["id"].clone();
    app.admin.post(&format!("/api/v1/contacts/{own}/merge"), json!({ "contact_ids": [merged] })).await.ok();
    let removed = app.admin.send("DELETE", SAMPLE, actix_web::test::TestRequest::delete()).await.ok();
    let left = json!({ "contacts": 1, "companies": 1, "pipelines": 1, "lost_reasons": 0 });
    assert_eq!(removed.json["contacts"], 59);
    for name in ["contacts", "companies", "pipelines"] {
        assert_eq!(removed.json["left"][name], left[name], "{name}");
    }
    assert_eq!(app.admin.get(&format!("/api/v1/contacts/{own}")).await.ok().json["company_id"], company);
    assert_eq!(total(&app, "contacts").await, 1);
}

async fn only_administrators_make_sample_data(app: TestApp) {
    for client in [&app.manager, &app.sales, &app.reader] {
        client.post_empty(SAMPLE).await.problem(403, "forbidden");
        client.get(SAMPLE).await.problem(403, "forbidden");
    }
}

async fn a_program_makes_it_for_nobody(app: TestApp) {
    assert_eq!(app.key.post_empty(SAMPLE).await.created().json["made_by"], json!(null));
    assert_eq!(total(&app, "contacts?owner_id=none&tag=sample").await, 60);
    assert!(total(&app, "leads?owner_id=none").await > 30);
}

async fn made_again_after_it_was_removed(app: TestApp) {
    for _ in 0..2 {
        assert_eq!(app.admin.post_empty(SAMPLE).await.created().json["contacts"], 60);
        app.admin.send("DELETE", SAMPLE, actix_web::test::TestRequest::delete()).await.ok();
    }
}

async fn clients_own_visits_have_no_person_as_actor(app: TestApp) {
    app.admin.post_empty(SAMPLE).await.created();
    let visits = app.admin.get("/api/v1/interactions?kind=page_view&limit=20").await.ok();
    assert!(!visits.items().is_empty() && visits.items().iter().all(|visit| visit["user_id"].is_null()));
    let calls = app.admin.get("/api/v1/interactions?channel=call&direction=outbound&limit=20").await.ok();
    assert!(!calls.items().is_empty() && calls.items().iter().all(|call| call["user_id"] == json!(app.users.admin)));
}

async fn made_where_fields_are_required(app: TestApp) {
    for entity in ["contact", "company", "lead"] {
        let field =
            json!({ "entity": entity, "key": "reference", "label": "Reference", "kind": "text", "required": true });
        app.admin.post("/api/v1/fields", field).await.created();
    }
    assert_eq!(app.admin.post_empty(SAMPLE).await.created().json["contacts"], 60);
}
