//! What was exported can be imported again, and changes nothing.

use serde_json::json;

use super::{cells, contact, export, field};
use crate::imports::{counts, import, problems};
use crate::support::{TestApp, cases};

cases![contacts_come_back_as_they_went, leads_come_back_as_they_went, contacts_of_one_installation_fill_another];

/// Each column that imports read, by the same name.
const CONTACT: [&str; 13] = [
    "display_name",
    "given_name",
    "family_name",
    "job_title",
    "company",
    "email",
    "phone",
    "external_id:shop",
    "language",
    "time_zone",
    "owner",
    "source",
    "tags",
];
const CUSTOM: [(&str, &str); 8] = [
    ("note", "text"),
    ("size", "number"),
    ("since", "date"),
    ("agreed", "boolean"),
    ("colour", "choice"),
    ("colours", "multi_choice"),
    ("page", "url"),
    ("budget", "money"),
];

async fn people(app: &TestApp) -> Vec<String> {
    for (key, kind) in CUSTOM {
        let options = if kind.contains("choice") { json!(["red", "blue; dark", "a, \"b\""]) } else { json!(null) };
        field(app, "contact", key, kind, options).await;
    }
    let company = app.manager.post("/api/v1/companies", json!({ "name": "=Acme" })).await.created().id();
    let custom = json!({ "note": "=1+1\nand more", "size": -0.5, "since": "2024-02-29", "agreed": false, "colour": "blue; dark",
        "colours": ["a, \"b\"", "red"], "page": "https://example.com/?a=1;2", "budget": { "amount": -1250, "currency": "KWD" } });
    contact(app, json!({ "given_name": "Zoë", "family_name": "-Lee", "display_name": "=SUM(A1)", "job_title": "@home",
        "company_id": company, "emails": [{ "address": "z@example.com" }, { "address": "zoe@example.com", "primary": true }],
        "phones": [{ "number": "+442079460958" }, { "number": "+14155550100" }], "language": "pt-BR", "time_zone": "Europe/Berlin",
        "external_ids": [{ "source": "shop", "id": "=7" }], "owner_id": app.users.sales, "source": "+fair", "tags": ["a, b", "c;d", "e"],
        "custom": custom })).await;
    contact(app, json!({ "emails": [{ "address": "bob@example.com" }] })).await;
    let mut targets: Vec<String> = CONTACT.iter().map(|name| (*name).to_owned()).collect();
    targets.extend(CUSTOM.map(|(key, _)| format!("custom.{key}")));
    targets
}

async fn contacts_come_back_as_they_went(app: TestApp) {
    let targets = people(&app).await;
    let before = app.admin.get("/api/v1/contacts").await.ok();
    let file = export(&app.admin, &format!("contacts?columns={}", targets.join(","))).await;
    let mapping: Vec<String> = targets.iter().map(|target| format!("{target}={target}")).collect();
    let mapping: Vec<&str> = mapping.iter().map(String::as_str).collect();
    let done = import(&app, &mapping, &file.text()).await;
    assert_eq!(problems(&app, &done).await, Vec::<String>::new());
    assert_eq!(counts(&done), [2, 0, 0, 2, 0, 0], "{}", file.text());
    assert_eq!(app.admin.get("/api/v1/contacts").await.ok().json, before.json);
}

async fn contacts_of_one_installation_fill_another(app: TestApp) {
    let targets = people(&app).await;
    let file = export(&app.admin, &format!("contacts?columns={}", targets.join(","))).await;
    for item in app.admin.get("/api/v1/contacts").await.ok().items() {
        let path = format!("/api/v1/contacts/{}", item["id"].as_str().unwrap());
        app.admin.delete_any(&path).await.no_content();
    }
    let mapping: Vec<String> = targets.iter().map(|target| format!("{target}={target}")).collect();
    let mapping: Vec<&str> = mapping.iter().map(String::as_str).collect();
    let done = import(&app, &mapping, &file.text()).await;
    assert_eq!((counts(&done)[1], problems(&app, &done).await), (2, Vec::new()));
    let sort = |answer| {
        let mut rows = cells(&answer);
        rows.sort();
        rows
    };
    let again = export(&app.admin, &format!("contacts?columns={}", targets.join(","))).await;
    assert_eq!(sort(again), sort(file));
}

async fn leads_come_back_as_they_went(app: TestApp) {
    let pipeline = app.pipeline().await;
    let body = json!({ "contact": { "email": "ann@example.com" }, "amount": 1999, "currency": "EUR", "title": "=Roof",
        "source": "crm", "source_id": "+1 x", "expected_close_on": "2030-01-31", "owner_id": app.users.sales, "entered_at": "2024-01-01T00:00:00.25Z" });
    let lead = app.manager.post("/api/v1/leads", body).await.created();
    for (n, (_, stage)) in pipeline.stages.iter().enumerate().skip(1).take(2) {
        let step = json!({ "stage_id": stage, "at": format!("2024-0{}-01T00:00:00Z", n + 1) });
        app.manager.post(&format!("/api/v1/leads/{}/stage", lead.id()), step).await.ok();
    }
    let path = format!("/api/v1/leads/{}", lead.id());
    let before =
        (app.admin.get(&path).await.ok().json, app.admin.get(&format!("{path}/stages")).await.ok().items().len());
    let file = export(&app.admin, "leads?tz=Asia/Tokyo").await;
    let mut mapping: Vec<String> =
        ["title", "pipeline", "amount", "currency", "source", "source_id", "entered_at", "owner", "expected_close_on"]
            .map(|name| format!("lead.{name}={name}"))
            .into();
    mapping.push("email=contact_email".to_owned());
    mapping.extend(pipeline.stages.iter().map(|(name, _)| format!("stage:{name}=stage:{name}")));
    let mapping: Vec<&str> = mapping.iter().map(String::as_str).collect();
    let done = import(&app, &mapping, &file.text()).await;
    assert_eq!(problems(&app, &done).await, Vec::<String>::new());
    assert_eq!(counts(&done), [1, 0, 0, 1, 0, 0]);
    let after =
        (app.admin.get(&path).await.ok().json, app.admin.get(&format!("{path}/stages")).await.ok().items().len());
    assert_eq!(after, before);
}
