//! Companies.

use serde_json::json;

use super::{problem, statuses, upsert};
use crate::support::{TestApp, cases};

cases![
    companies_are_matched_by_id_domain_or_name,
    companies_are_matched_by_their_ids_in_other_systems,
    a_company_that_fits_several_is_refused,
    a_bad_company_harms_no_other,
    people_follow_their_companys_new_name,
    a_retried_batch_does_nothing_twice,
];

const BATCH: &str = "companies/batch";

async fn companies_are_matched_by_id_domain_or_name(app: TestApp) {
    let items = json!([{ "name": "Acme", "domain": "acme.example" }, { "name": "Plain" }, { "name": "PLAIN", "industry": "Steel" }]);
    let made = upsert(&app.sales, BATCH, items.clone()).await;
    assert_eq!(statuses(&made), ["created", "created", "updated"]);
    assert_eq!(statuses(&upsert(&app.sales, BATCH, items).await), ["unchanged", "updated", "updated"]);
    let id = made.items()[0]["id"].clone();
    let items = json!([{ "domain": "ACME.example", "industry": "Rockets" }, { "id": id, "industry": "Rockets" }, { "id": id, "industry": null }]);
    let done = upsert(&app.sales, BATCH, items).await;
    assert_eq!(statuses(&done), ["updated", "unchanged", "updated"]);
    assert_eq!(app.admin.get("/api/v1/companies").await.items().len(), 2);
}

async fn a_company_that_fits_several_is_refused(app: TestApp) {
    for _ in 0..2 {
        app.admin.post("/api/v1/companies", json!({ "name": "Acme", "domain": "acme.example" })).await.created();
    }
    let done =
        upsert(&app.admin, BATCH, json!([{ "domain": "acme.example", "industry": "x" }, { "name": "acme" }])).await;
    assert_eq!(problem(&done, 0), ("conflict".to_owned(), vec!["domain".to_owned()]));
    assert_eq!(problem(&done, 1), ("conflict".to_owned(), vec!["name".to_owned()]));
}

async fn companies_are_matched_by_their_ids_in_other_systems(app: TestApp) {
    let crm = |id: &str| json!([{ "source": "crm", "id": id }]);
    let items = json!([{ "external_ids": crm("1"), "name": "Acme" }, { "external_ids": crm("2"), "name": "Bolt" }, { "external_ids": crm("1"), "industry": "Steel" }]);
    let made = upsert(&app.sales, BATCH, items).await;
    assert_eq!(statuses(&made), ["created", "created", "updated"]);
    let items = json!([
        { "external_ids": crm("1"), "name": "Acme & Sons" },
        { "external_ids": [{ "source": "crm", "id": "2" }, { "source": "shop", "id": "1" }] },
        { "external_ids": [{ "source": "shop", "id": "1" }], "name": "Bolt" },
        { "external_ids": [{ "source": "crm", "id": "1" }, { "source": "crm", "id": "2" }] },
        { "external_ids": [{ "source": "shop", "id": "9" }] },
        { "external_ids": [{ "source": "", "id": "9" }], "name": "x" },
        { "external_ids": "9", "name": "x" },
    ]);
    let done = upsert(&app.sales, BATCH, items).await;
    assert_eq!(statuses(&done), ["updated", "updated", "unchanged", "error", "error", "error", "error"]);
    assert_eq!(done.items()[0]["id"], made.items()[0]["id"]);
    assert_eq!(problem(&done, 3), ("conflict".to_owned(), vec!["external_ids".to_owned()]));
    assert_eq!(problem(&done, 4), ("invalid".to_owned(), vec!["name".to_owned()]));
    assert_eq!(problem(&done, 5), ("invalid".to_owned(), vec!["external_ids[0].source".to_owned()]));
    assert_eq!(problem(&done, 6), ("invalid".to_owned(), vec!["external_ids".to_owned()]));
    app.admin.delete_any(&format!("/api/v1/companies/{}", made.items()[1]["id"].as_str().unwrap())).await.no_content();
    let again = upsert(&app.sales, BATCH, json!([{ "external_ids": crm("2"), "name": "Bolt" }])).await;
    assert_eq!(statuses(&again), ["created"]);
}

async fn a_bad_company_harms_no_other(app: TestApp) {
    let items = json!([{ "industry": "x" }, { "domain": "new.example" }, { "name": "A", "email": "x" }, { "id": uuid::Uuid::now_v7() }, { "name": "B" }]);
    let done = upsert(&app.admin, BATCH, items).await;
    assert_eq!(statuses(&done), ["error", "error", "error", "error", "created"]);
    assert_eq!(problem(&done, 1), ("invalid".to_owned(), vec!["name".to_owned()]));
    assert_eq!(problem(&done, 2), ("invalid".to_owned(), vec!["email".to_owned()]));
    assert_eq!(problem(&done, 3).0, "not_found");
    app.reader.post("/api/v1/companies/batch", json!({ "items": [{}] })).await.problem(403, "forbidden");
}

async fn people_follow_their_companys_new_name(app: TestApp) {
    let made = upsert(&app.admin, BATCH, json!([{ "name": "Acme", "domain": "acme.example" }])).await;
    let ann = json!({ "given_name": "Ann", "company_id": made.items()[0]["id"] });
    app.admin.post("/api/v1/contacts", ann).await.created();
    upsert(&app.admin, BATCH, json!([{ "name": "Zenith", "domain": "acme.example" }])).await;
    assert_eq!(app.admin.get("/api/v1/contacts?q=zenith").await.items().len(), 1);
}

async fn a_retried_batch_does_nothing_twice(app: TestApp) {
    let pipeline = app.pipeline().await;
    app.client("ann@example.com").await;
    let lead = json!({ "source": "crm", "source_id": "1", "contact": { "email": "ann@example.com" }, "pipeline_id": pipeline.id });
    for (path, item) in [("companies", json!({ "name": "Acme", "domain": "acme.example" })), ("leads", lead)] {
        let (path, items) = (format!("/api/v1/{path}"), json!({ "items": [item] }));
        let batch = format!("{path}/batch");
        let first = app.sales.post_once(&path, &batch, items.clone()).await.ok();
        assert_eq!(statuses(&first), ["created"]);
        assert_eq!(app.sales.post_once(&path, &batch, items).await.ok().json, first.json);
        app.sales.post_once(&path, &batch, json!({ "items": [{}] })).await.problem(409, "idempotency_mismatch");
        assert_eq!(app.admin.get(&path).await.items().len(), 1, "{path}");
    }
}
