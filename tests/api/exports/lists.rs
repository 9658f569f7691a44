//! What is in an export: the list's own records by the list's own filters, seen as the caller sees them.

use serde_json::json;

use super::{cells, column, contact, export, field, records};
use crate::support::sales::path;
use crate::support::{TestApp, cases};

cases![
    contacts_are_exported_by_the_lists_filter,
    a_merged_client_appears_once_with_the_facts_of_both,
    only_what_the_caller_sees_is_exported,
    leads_come_with_client_stages_and_major_units,
    money_of_custom_fields_has_its_amount_and_currency_apart,
    interactions_and_tasks_are_exported,
    one_interaction_behind_thousands_is_found,
    a_timeline_is_exported_with_its_filter,
    companies_are_exported,
    a_funnel_and_the_leads_behind_it_are_exported,
    exports_are_audited_with_filter_and_rows,
    sales_people_and_readers_may_not_export,
    a_key_takes_away_only_what_its_scopes_let_it_read,
];

async fn contacts_are_exported_by_the_lists_filter(app: TestApp) {
    for (name, tag) in [("Ann", "vip"), ("Bob", "new"), ("Cleo", "vip")] {
        contact(&app, json!({ "given_name": name, "tags": [tag] })).await;
    }
    let vip = export(&app.marketer, "contacts?tag=vip").await;
    assert_eq!(column(&vip, "given_name"), ["Cleo", "Ann"]);
    let shown = app.marketer.get("/api/v1/contacts?tag=vip").await.ok();
    assert_eq!(records(&export(&app.marketer, "contacts?tag=vip&format=ndjson").await), *shown.items());
    assert!(cells(&export(&app.marketer, "contacts?tag=none").await).len() == 1, "the header alone");
    app.marketer.get("/api/v1/exports/contacts?colour=red").await.invalid(&["colour"]);
    app.marketer.get("/api/v1/exports/contacts?limit=5").await.invalid(&["limit"]);
    app.marketer.get("/api/v1/exports/contacts?custom.x=1").await.invalid(&["custom.x"]);
}

async fn a_merged_client_appears_once_with_the_facts_of_both(app: TestApp) {
    let (ann, anna) = (app.client("ann@example.com").await, app.client("anna@example.com").await);
    for email in ["ann@example.com", "anna@example.com"] {
        app.touch(json!({ "contact": { "email": email }, "subject": email })).await;
    }
    app.merge(ann, &[anna]).await;
    let contacts = export(&app.admin, "contacts").await;
    assert_eq!(column(&contacts, "id"), [ann.to_string()]);
    assert_eq!(column(&contacts, "email"), ["ann@example.com; anna@example.com"]);
    let touches = export(&app.admin, "interactions").await;
    assert_eq!(column(&touches, "contact_id"), [ann.to_string(), ann.to_string()]);
    let line = export(&app.admin, &format!("contacts/{anna}/timeline?type=interaction&order=oldest")).await;
    assert_eq!(column(&line, "subject"), ["ann@example.com", "anna@example.com"]);
}

async fn only_what_the_caller_sees_is_exported(app: TestApp) {
    let (mine, theirs, nobodys) =
        (app.client("a@example.com").await, app.client("b@example.com").await, app.client("c@example.com").await);
    app.give(mine, app.users.marketer).await;
    app.give(theirs, app.users.rival).await;
    for (client, email) in [(mine, "a@example.com"), (theirs, "b@example.com"), (nobodys, "c@example.com")] {
        app.touch(json!({ "contact": { "email": email }, "subject": email })).await;
        app.manager.post("/api/v1/tasks", json!({ "contact_id": client, "title": email })).await.created();
    }
    app.lead(mine, Some(app.users.rival), "open").await;
    app.lead(mine, Some(app.users.marketer), "open").await;
    app.admin.put_any("/api/v1/roles/marketer", json!({ "visibility": "own" })).await.ok();
    let own = ["a@example.com", "c@example.com"];
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    assert_eq!(sorted(column(&export(&app.marketer, "contacts").await, "email")), own);
    assert_eq!(sorted(column(&export(&app.marketer, "interactions").await, "subject")), own);
    assert_eq!(sorted(column(&export(&app.marketer, "tasks").await, "title")), own);
    let own = app.lead(theirs, Some(app.users.marketer), "open").await;
    let leads = export(&app.marketer, "leads").await;
    assert_eq!(column(&leads, "id").len(), 2, "the rival's lead is hidden");
    assert_eq!((column(&leads, "id")[0].clone(), column(&leads, "contact_email")[0].as_str()), (own.to_string(), ""));
    app.marketer.get(&format!("/api/v1/exports/contacts/{theirs}/timeline")).await.problem(404, "not_found");
    app.marketer.get(&format!("/api/v1/contacts/{theirs}/archive")).await.problem(404, "not_found");
}

async fn leads_come_with_client_stages_and_major_units(app: TestApp) {
    let pipeline = app.pipeline().await;
    field(&app, "lead", "size", "number", json!(null)).await;
    let body = json!({ "contact": { "email": "ann@example.com", "name": "Ann Lee" }, "amount": 123_450, "currency": "KWD",
        "pipeline_id": pipeline.id, "title": "Roof", "custom": { "size": 2.5 }, "entered_at": "2024-01-01T00:00:00Z" });
    let lead = app.manager.post("/api/v1/leads", body).await.created();
    let (_, second) = &pipeline.stages[1];
    let step = json!({ "stage_id": second, "at": "2024-02-01T00:00:00Z" });
    app.manager.post(&format!("{}/stage", path(&lead)), step).await.ok();
    let table = export(&app.admin, "leads?tz=Europe/Berlin").await;
    let one = |name: &str| column(&table, name).remove(0);
    assert_eq!((one("amount"), one("currency")), ("123.450".to_owned(), "KWD".to_owned()));
    assert_eq!((one("contact_name"), one("contact_email")), ("Ann Lee".to_owned(), "ann@example.com".to_owned()));
    assert_eq!((one("stage"), one("custom.size")), (pipeline.stages[1].0.clone(), "2.5".to_owned()));
    assert_eq!(one(&format!("stage:{}", pipeline.stages[0].0)), "2024-01-01T01:00:00+01:00");
    assert_eq!(one(&format!("stage:{}", pipeline.stages[1].0)), "2024-02-01T01:00:00+01:00");
}

async fn money_of_custom_fields_has_its_amount_and_currency_apart(app: TestApp) {
    field(&app, "contact", "budget", "money", json!(null)).await;
    let body = json!({ "given_name": "Ann", "custom": { "budget": { "amount": 1250, "currency": "EUR" } } });
    contact(&app, body).await;
    contact(&app, json!({ "given_name": "Bob" })).await;
    let table = export(
        &app.admin,
        "contacts?columns=given_name,custom.budget,custom.budget.amount,custom.budget.currency&decimal=,&delimiter=tab",
    )
    .await;
    let expected = "given_name\tcustom.budget\tcustom.budget.amount\tcustom.budget.currency\r\nBob\t\t\t\r\nAnn\t12,50 EUR\t12,50\tEUR\r\n";
    assert_eq!(table.text(), expected);
}

async fn interactions_and_tasks_are_exported(app: TestApp) {
    app.touch(
        json!({ "subject": "Call", "amount": -1250, "currency": "EUR", "properties": { "a": 1 }, "channel": "store" }),
    )
    .await;
    let client = app.client("ann@example.com").await;
    let task = json!({ "contact_id": client, "title": "Ring back", "due_at": "2030-01-01T00:00:00Z", "assignee_id": app.users.sales });
    app.manager.post("/api/v1/tasks", task).await.created();
    let touches = export(&app.admin, "interactions?channel=store").await;
    let one = |name: &str| column(&touches, name);
    assert_eq!((one("amount"), one("currency")), (vec!["-12.50".to_owned()], vec!["EUR".to_owned()]));
    assert_eq!(one("contact_email"), ["ann@example.com"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&one("properties")[0]).unwrap(), json!({ "a": 1 }));
    let tasks = export(&app.admin, "tasks?state=open").await;
    assert_eq!(column(&tasks, "title"), ["Ring back"]);
    assert_eq!(column(&tasks, "contact_name"), ["ann@example.com"]);
    app.admin.get("/api/v1/exports/tasks?state=x").await.invalid(&["state"]);
}

async fn one_interaction_behind_thousands_is_found(app: TestApp) {
    app.touch(json!({ "subject": "Rare", "channel": "store", "occurred_at": "2020-01-01T00:00:00Z" })).await;
    for _ in 0..6 {
        let one = json!({ "contact": { "email": "ann@example.com" }, "channel": "web" });
        app.key.post("/api/v1/interactions/batch", json!({ "items": vec![one; 1000] })).await.ok();
    }
    assert_eq!(column(&export(&app.admin, "interactions?channel=store").await, "subject"), ["Rare"]);
    assert_eq!(column(&export(&app.admin, "interactions").await, "id").len(), 6001);
}

async fn a_timeline_is_exported_with_its_filter(app: TestApp) {
    for n in 0..3 {
        app.touch(json!({ "subject": format!("Call {n}"), "occurred_at": format!("2024-01-0{}T00:00:00Z", n + 1) }))
            .await;
    }
    let client = app.client("ann@example.com").await;
    let calls =
        export(&app.admin, &format!("contacts/{client}/timeline?channel=call&from=2024-01-02T00:00:00Z&format=ndjson"))
            .await;
    let subjects: Vec<_> = records(&calls).iter().map(|entry| entry["subject"].clone()).collect();
    assert_eq!(subjects, ["Call 2", "Call 1"]);
}

async fn companies_are_exported(app: TestApp) {
    let body = json!({ "name": "Müller & Söhne", "domain": "mueller.example", "address": { "city": "Köln", "country": "DE" }, "tags": ["a", "b, c"] });
    app.manager.post("/api/v1/companies", body).await.created();
    app.manager.post("/api/v1/companies", json!({ "name": "Other" })).await.created();
    let table = export(&app.marketer, "companies?city=K%C3%B6ln&columns=name,address.city,tags").await;
    assert_eq!(cells(&table)[1..], [["Müller & Söhne", "Köln", "a; \"b, c\""]]);
    app.marketer.get("/api/v1/exports/companies?format=vcard").await.invalid(&["format"]);
}

async fn a_funnel_and_the_leads_behind_it_are_exported(app: TestApp) {
    let pipeline = app.pipeline().await;
    for title in ["A", "B"] {
        let body = json!({ "pipeline_id": pipeline.id, "title": title, "amount": 1000, "currency": "EUR" });
        app.deal(&app.manager, body).await;
    }
    let query = format!("pipeline_id={}&tz=Europe/Berlin", pipeline.id);
    let table = export(&app.marketer, &format!("funnel?{query}&format=csv")).await;
    assert_eq!(
        (&column(&table, "entered")[0], &column(&table, "value.EUR")[0]),
        (&"2".to_owned(), &"20.00".to_owned())
    );
    let step = &pipeline.stages[0].1;
    let behind = export(&app.marketer, &format!("funnel/leads?{query}&step={step}")).await;
    assert_eq!(column(&behind, "title"), ["A", "B"]);
    app.marketer
        .get(&format!("/api/v1/exports/funnel/leads?{query}&step={step}&mode=reached,strict"))
        .await
        .invalid(&["mode"]);
}

async fn exports_are_audited_with_filter_and_rows(app: TestApp) {
    contact(&app, json!({ "given_name": "Ann", "source": "fair" })).await;
    export(&app.marketer, "contacts?source=fair&format=ndjson").await;
    let begun = app.admin.get("/api/v1/audit?entity=export&action=export").await.ok();
    assert_eq!(begun.items()[0]["after"], json!({ "list": "contacts", "query": "source=fair&format=ndjson" }));
    assert_eq!(begun.items()[0]["user_id"], json!(app.users.marketer));
    let end = app.until("/api/v1/audit?entity=export&action=export_end").await;
    assert_eq!((&end["after"]["rows"], &end["after"]["complete"]), (&json!(1), &json!(true)));
    assert_eq!(end["entity_id"], begun.items()[0]["entity_id"]);
}

async fn sales_people_and_readers_may_not_export(app: TestApp) {
    for client in [&app.sales, &app.reader] {
        client.get("/api/v1/exports/contacts").await.problem(403, "forbidden");
    }
    app.anon.get("/api/v1/exports/contacts").await.problem(401, "unauthorized");
    export(&app.key, "contacts").await;
}

impl TestApp {
    /// The first entry of a list that is filled a moment later.
    pub async fn until(&self, path: &str) -> serde_json::Value {
        for _ in 0..1000 {
            if let Some(first) = self.admin.get(path).await.ok().items().first() {
                return first.clone();
            }
            tokio::task::yield_now().await;
        }
        panic!("{path} stays empty");
    }
}

async fn a_key_takes_away_only_what_its_scopes_let_it_read(app: TestApp) {
    let scopes = json!({ "name": "exporter", "scopes": ["exports:run", "companies:read"] });
    let made = app.admin.post("/api/v1/api-keys", scopes).await.created();
    let key = app.anon.with_token(made.json["key"].as_str().unwrap());
    let client = app.client("ann@example.com").await;
    key.get("/api/v1/exports/companies").await.ok();
    let timeline = format!("contacts/{client}/timeline");
    let funnel = format!("funnel?pipeline_id={}&from=2024-01-01&to=2025-01-01", app.pipeline().await.id);
    for list in ["contacts", "leads", "interactions", "tasks", &funnel, &timeline] {
        key.get(&format!("/api/v1/exports/{list}")).await.problem(403, "forbidden");
    }
    key.get(&format!("/api/v1/contacts/{client}/archive")).await.problem(403, "forbidden");
}
