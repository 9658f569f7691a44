//! Leads.

use serde_json::json;

use super::{problem, statuses, upsert};
use crate::support::{TestApp, cases};

cases![
    leads_are_made_changed_and_moved,
    what_a_lead_keeps_is_not_changed,
    a_refused_lead_leaves_no_client_behind,
    leads_of_others_are_not_touched,
];

const BATCH: &str = "leads/batch";

async fn leads_are_made_changed_and_moved(app: TestApp) {
    let pipeline = app.pipeline().await;
    let new = json!({ "source": "crm", "source_id": "1", "contact": { "email": "ann@example.com" }, "title": "Roof", "amount": 100, "currency": "EUR" });
    let made = upsert(
        &app.sales,
        BATCH,
        json!([new, { "source": "crm", "source_id": "2", "contact": { "email": "ann@example.com" } }]),
    )
    .await;
    assert_eq!(statuses(&made), ["created", "created"], "{}", made.text());
    assert_eq!(statuses(&upsert(&app.sales, BATCH, json!([new])).await), ["unchanged"]);
    let id = made.items()[0]["id"].as_str().unwrap();
    let stage = &pipeline.stages[1].1;
    let items = json!([
        { "source": "crm", "source_id": "1", "title": "New roof", "amount": null, "currency": null },
        { "id": id, "stage_id": stage },
        { "id": id, "stage_id": stage },
    ]);
    assert_eq!(statuses(&upsert(&app.sales, BATCH, items).await), ["updated", "updated", "unchanged"]);
    let lead = app.sales.get(&format!("/api/v1/leads/{id}")).await.ok().json;
    assert_eq!((&lead["title"], &lead["amount"], &lead["stage_id"]), (&json!("New roof"), &json!(null), &json!(stage)));
    let again = json!([{ "source": "crm", "source_id": "3", "contact": { "email": "bob@example.com" } }, { "source": "crm", "source_id": "3", "title": "Twice" }]);
    assert_eq!(statuses(&upsert(&app.sales, BATCH, again).await), ["created", "updated"]);
    assert_eq!(app.sales.get("/api/v1/leads").await.items().len(), 3);
}

async fn what_a_lead_keeps_is_not_changed(app: TestApp) {
    let (_, other) =
        (app.pipeline().await, app.admin.post("/api/v1/pipelines", json!({ "name": "Other" })).await.created());
    let contact = json!({ "email": "ann@example.com" });
    upsert(&app.admin, BATCH, json!([{ "source": "crm", "source_id": "1", "contact": contact }])).await;
    app.client("bob@example.com").await;
    let items = json!([
        { "source": "crm", "source_id": "1", "pipeline_id": other.id() },
        { "source": "crm", "source_id": "1", "contact": { "email": "bob@example.com" } },
        { "source": "crm", "source_id": "1", "entered_at": "2020-01-01T00:00:00Z" },
        { "source": "crm", "source_id": "1", "contact": contact, "title": "Fine" },
        { "source": "crm", "source_id": "9" },
        { "source": "crm" },
    ]);
    let done = upsert(&app.admin, BATCH, items).await;
    assert_eq!(statuses(&done), ["error", "error", "error", "updated", "error", "error"]);
    let fields: Vec<_> = [0, 1, 2, 4, 5].into_iter().flat_map(|index| problem(&done, index).1).collect();
    assert_eq!(fields, ["pipeline_id", "contact_id", "entered_at", "contact_id", "source_id"]);
}

async fn a_refused_lead_leaves_no_client_behind(app: TestApp) {
    app.pipeline().await;
    let bad = json!({ "source": "crm", "source_id": "1", "contact": { "email": "ann@example.com" }, "stage_id": uuid::Uuid::now_v7() });
    let good = json!({ "source": "crm", "source_id": "2", "contact": { "email": "bob@example.com" } });
    assert_eq!(statuses(&upsert(&app.admin, BATCH, json!([bad, good])).await), ["error", "created"]);
    let all = app.admin.get("/api/v1/contacts").await;
    assert_eq!((all.items().len(), &all.items()[0]["emails"][0]["address"]), (1, &json!("bob@example.com")));
}

async fn leads_of_others_are_not_touched(app: TestApp) {
    app.pipeline().await;
    let new = json!({ "source": "crm", "source_id": "1", "contact": { "email": "ann@example.com" }, "owner_id": app.users.rival });
    let id = upsert(&app.admin, BATCH, json!([new])).await.items()[0]["id"].clone();
    let done = upsert(
        &app.sales,
        BATCH,
        json!([{ "id": id, "title": "x" }, { "source": "crm", "source_id": "1", "title": "x" }]),
    )
    .await;
    assert_eq!((problem(&done, 0).0, problem(&done, 1).0), ("not_found".to_owned(), "already_exists".to_owned()));
    app.reader.post("/api/v1/leads/batch", json!({ "items": [{}] })).await.problem(403, "forbidden");
}
