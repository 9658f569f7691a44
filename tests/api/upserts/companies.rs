//! Companies.

use serde_json::json;

use super::{problem, statuses, upsert};
use crate::support::{TestApp, cases};

cases![
    companies_are_matched_by_id_domain_or_name,
    a_company_that_fits_several_is_refused,
    a_bad_company_harms_no_other,
    people_follow_their_companys_new_name,
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
