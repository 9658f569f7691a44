//! Contacts.

use serde_json::{Value, json};

use super::{problem, statuses, upsert};
use crate::support::{TestApp, cases};

cases![
    contacts_are_made_changed_or_left_as_they_are,
    a_bad_item_harms_no_other,
    any_identity_finds_the_contact,
    lists_are_added_to_or_replaced,
    null_clears_and_absent_fields_stay,
    two_items_about_one_person_make_one_contact,
    an_item_that_fits_several_contacts_is_refused,
    another_id_of_the_same_system_is_another_person,
    values_that_identify_nobody_are_refused,
    hidden_contacts_are_not_touched,
    a_merged_contact_is_changed_at_its_survivor,
    a_retried_batch_does_nothing_twice,
    batches_are_limited,
    two_batches_at_once_about_the_same_people_make_each_once,
    a_thousand_contacts_are_audited_tagged_and_found,
    an_unchanged_item_writes_nothing,
];

const BATCH: &str = "contacts/batch";

fn email(address: &str) -> Value {
    json!([{ "address": address }])
}

async fn contacts_are_made_changed_or_left_as_they_are(app: TestApp) {
    let items = json!([{ "given_name": "Ann", "emails": email("ann@example.com"), "tags": ["vip"] }]);
    let made = upsert(&app.sales, BATCH, items.clone()).await;
    assert_eq!(statuses(&made), ["created"]);
    assert_eq!(statuses(&upsert(&app.sales, BATCH, items).await), ["unchanged"]);
    let changed = upsert(&app.sales, BATCH, json!([{ "job_title": "CEO", "emails": email("ANN@example.com") }])).await;
    assert_eq!((statuses(&changed), &changed.items()[0]["id"]), (vec!["updated"], &made.items()[0]["id"]));
    let shown = app.sales.get(&format!("/api/v1/contacts/{}", made.items()[0]["id"].as_str().unwrap())).await.ok();
    assert_eq!((&shown.json["given_name"], &shown.json["job_title"]), (&json!("Ann"), &json!("CEO")));
    assert_eq!(shown.json["version"], 2);
}

async fn a_bad_item_harms_no_other(app: TestApp) {
    let items = json!([
        { "emails": email("a@example.com") },
        { "emails": email("no address"), "language": "x" },
        { "given_name": "Nobody" },
        [],
        { "emails": email("b@example.com"), "colour": "red" },
        { "emails": email("c@example.com"), "company_id": uuid::Uuid::now_v7() },
        { "id": "x" },
        { "id": uuid::Uuid::now_v7() },
        { "emails": email("d@example.com"), "custom": { "none": 1 } },
        { "emails": email("e@example.com"), "owner_id": app.users.key },
        { "emails": email("f@example.com") },
    ]);
    let done = upsert(&app.admin, BATCH, items).await;
    let expected =
        ["created", "error", "error", "error", "error", "error", "error", "error", "error", "error", "created"];
    assert_eq!(statuses(&done), expected);
    let of = |index, code: &str, fields: &[&str]| {
        let mut found = problem(&done, index);
        found.1.sort();
        assert_eq!(found, (code.to_owned(), fields.iter().map(|field| (*field).to_owned()).collect()), "{index}");
    };
    of(1, "invalid", &["emails[0].address", "language"]);
    of(2, "invalid", &["id"]);
    of(3, "invalid", &[""]);
    of(4, "invalid", &["colour"]);
    of(5, "invalid", &["company_id"]);
    of(6, "invalid", &["id"]);
    of(7, "not_found", &[]);
    of(8, "invalid", &["custom.none"]);
    of(9, "invalid", &["owner_id"]);
    assert_eq!(app.admin.get("/api/v1/contacts").await.items().len(), 2);
}

async fn any_identity_finds_the_contact(app: TestApp) {
    let all = json!({ "emails": email("ann@example.com"), "phones": [{ "number": "+14155550100" }], "external_ids": [{ "source": "crm", "id": "7" }] });
    let made = upsert(&app.admin, BATCH, json!([all])).await;
    let id = &made.items()[0]["id"];
    for (n, item) in [
        json!({ "id": id }),
        json!({ "emails": email("ann@example.com") }),
        json!({ "phones": [{ "number": "(415) 555-0100" }] }),
        json!({ "external_ids": [{ "source": "crm", "id": "7" }] }),
    ]
    .into_iter()
    .enumerate()
    {
        let mut item = item;
        item["job_title"] = json!(format!("Job {n}"));
        let done = upsert(&app.admin, BATCH, json!([item])).await;
        assert_eq!((statuses(&done), &done.items()[0]["id"]), (vec!["updated"], id), "{}", done.text());
    }
    assert_eq!(app.admin.get("/api/v1/contacts").await.items().len(), 1);
}

async fn lists_are_added_to_or_replaced(app: TestApp) {
    let first = json!({ "emails": [{ "address": "a@example.com", "label": "old" }], "tags": ["one"], "phones": [{ "number": "+14155550100" }] });
    let id = upsert(&app.admin, BATCH, json!([first])).await.items()[0]["id"].as_str().unwrap().to_owned();
    let more = json!({ "emails": [{ "address": "b@example.com" }, { "address": "a@example.com", "label": "new" }], "tags": ["two", "one"] });
    assert_eq!(statuses(&upsert(&app.admin, BATCH, json!([more])).await), ["updated"]);
    let path = format!("/api/v1/contacts/{id}");
    let shown = app.admin.get(&path).await.ok().json;
    assert_eq!(
        shown["emails"],
        json!([{ "address": "a@example.com", "label": "new", "primary": true }, { "address": "b@example.com", "label": null, "primary": false }])
    );
    assert_eq!((&shown["tags"], shown["phones"].as_array().unwrap().len()), (&json!(["one", "two"]), 1));
    let chosen = json!({ "emails": [{ "address": "b@example.com", "primary": true }] });
    upsert(&app.admin, BATCH, json!([chosen])).await;
    assert_eq!(app.admin.get(&path).await.ok().json["emails"][1]["primary"], true);
    assert_eq!(app.admin.get(&path).await.ok().json["emails"][0]["primary"], false);
    let only = json!([{ "emails": email("b@example.com"), "tags": ["three"] }]);
    upsert(&app.admin, "contacts/batch?lists=replace", only).await;
    let shown = app.admin.get(&path).await.ok().json;
    assert_eq!((&shown["tags"], shown["emails"].as_array().unwrap().len()), (&json!(["three"]), 1));
    assert!(app.admin.get("/api/v1/contacts?email=a@example.com").await.items().is_empty());
    app.admin.post("/api/v1/contacts/batch?lists=x", json!({ "items": [{}] })).await.invalid(&["lists"]);
}

async fn null_clears_and_absent_fields_stay(app: TestApp) {
    let said = json!({ "external_ids": [{ "source": "crm", "id": "1" }], "job_title": "CEO", "source": "fair", "tags": ["a"], "phones": [{ "number": "+14155550100" }] });
    let id = upsert(&app.admin, BATCH, json!([said])).await.items()[0]["id"].clone();
    let cleared =
        json!({ "external_ids": [{ "source": "crm", "id": "1" }], "job_title": null, "tags": null, "phones": [] });
    upsert(&app.admin, BATCH, json!([cleared])).await;
    let shown = app.admin.get(&format!("/api/v1/contacts/{}", id.as_str().unwrap())).await.ok().json;
    assert_eq!(
        (&shown["job_title"], &shown["tags"], &shown["phones"], &shown["source"]),
        (&json!(null), &json!([]), &json!([]), &json!("fair"))
    );
}

async fn two_items_about_one_person_make_one_contact(app: TestApp) {
    let items = json!([
        { "emails": email("ann@example.com"), "given_name": "Ann" },
        { "emails": email("ann@example.com"), "phones": [{ "number": "+14155550100" }] },
        { "phones": [{ "number": "+14155550100" }], "job_title": "CEO" },
        { "phones": [{ "number": "+14155550100" }], "job_title": "CEO" },
    ]);
    let done = upsert(&app.admin, BATCH, items).await;
    assert_eq!(statuses(&done), ["created", "updated", "updated", "unchanged"]);
    let all = app.admin.get("/api/v1/contacts").await;
    assert_eq!((all.items().len(), &all.items()[0]["job_title"]), (1, &json!("CEO")));
    // Also where the person is known.
    let items = json!([
        { "emails": email("ann@example.com"), "external_ids": [{ "source": "crm", "id": "1" }] },
        { "external_ids": [{ "source": "crm", "id": "1" }], "job_title": "CTO" },
    ]);
    assert_eq!(statuses(&upsert(&app.admin, BATCH, items).await), ["updated", "updated"]);
    assert_eq!(app.admin.get("/api/v1/contacts").await.items()[0]["job_title"], "CTO");
}

async fn an_item_that_fits_several_contacts_is_refused(app: TestApp) {
    upsert(&app.admin, BATCH, json!([{ "emails": email("a@example.com") }, { "emails": email("b@example.com") }]))
        .await;
    let before = app.admin.get("/api/v1/contacts").await.json;
    let both = json!([{ "address": "a@example.com" }, { "address": "b@example.com" }]);
    let id = before["items"][0]["id"].clone();
    let items = json!([
        { "emails": both, "job_title": "x" },
        { "id": id, "emails": email("a@example.com"), "job_title": "x" },
        { "emails": email("new@example.com") },
        { "emails": [{ "address": "new@example.com" }, { "address": "a@example.com" }] },
    ]);
    let done = upsert(&app.admin, BATCH, items).await;
    assert_eq!(statuses(&done), ["error", "error", "created", "error"]);
    assert_eq!(problem(&done, 0), ("identity_taken".to_owned(), vec!["emails[1].address".to_owned()]));
    assert_eq!(problem(&done, 1), ("identity_taken".to_owned(), vec!["emails[0].address".to_owned()]));
    assert_eq!(problem(&done, 3), ("identity_taken".to_owned(), vec!["emails[1].address".to_owned()]));
    let after = app.admin.get("/api/v1/contacts").await.json;
    assert_eq!(after["items"].as_array().unwrap()[1..], *before["items"].as_array().unwrap());
}

async fn another_id_of_the_same_system_is_another_person(app: TestApp) {
    let crm = |id: &str| json!([{ "source": "crm", "id": id }]);
    let items = json!([
        { "emails": email("info@example.com"), "external_ids": crm("1") },
        { "emails": email("info@example.com"), "external_ids": crm("2") },
        { "external_ids": crm("3") },
    ]);
    let done = upsert(&app.admin, BATCH, items).await;
    assert_eq!(statuses(&done), ["created", "error", "created"]);
    let again = json!([{ "emails": email("info@example.com"), "external_ids": crm("2") }]);
    let done = upsert(&app.admin, BATCH, again).await;
    assert_eq!(problem(&done, 0), ("identity_taken".to_owned(), vec!["emails[0].address".to_owned()]));
}

async fn values_that_identify_nobody_are_refused(app: TestApp) {
    let items = json!([{ "external_ids": [{ "source": "crm", "id": "null" }], "given_name": "A" }, { "external_ids": [{ "source": "crm", "id": "0" }] }]);
    let done = upsert(&app.admin, BATCH, items).await;
    assert_eq!(statuses(&done), ["error", "error"]);
    assert_eq!(problem(&done, 0), ("invalid".to_owned(), vec!["external_ids[0].id".to_owned()]));
}

async fn hidden_contacts_are_not_touched(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    app.give(ann, app.users.rival).await;
    let items = json!([{ "emails": email("ann@example.com"), "job_title": "x" }, { "id": ann, "job_title": "x" }]);
    let done = upsert(&app.sales, BATCH, items).await;
    assert_eq!(problem(&done, 0).0, "identity_taken");
    assert_eq!(problem(&done, 1).0, "not_found");
    assert!(!done.text().contains(&format!("contact {ann}")), "{}", done.text());
    app.reader.post("/api/v1/contacts/batch", json!({ "items": [{}] })).await.problem(403, "forbidden");
}

async fn a_merged_contact_is_changed_at_its_survivor(app: TestApp) {
    let (ann, anna) = (app.client("ann@example.com").await, app.client("anna@example.com").await);
    app.merge(ann, &[anna]).await;
    let items = json!([{ "emails": email("anna@example.com"), "job_title": "CEO" }, { "id": anna, "language": "de" }]);
    let done = upsert(&app.admin, BATCH, items).await;
    assert_eq!(statuses(&done), ["updated", "updated"]);
    let shown = app.contact(ann).await;
    assert_eq!((&shown["job_title"], &shown["language"]), (&json!("CEO"), &json!("de")));
    assert_eq!(done.items()[0]["id"], json!(ann));
}

async fn a_retried_batch_does_nothing_twice(app: TestApp) {
    let items: Vec<_> = (0..250).map(|n| json!({ "emails": email(&format!("{n}@example.com")) })).collect();
    let body = json!({ "items": items });
    let first = app.key.post_once("k", "/api/v1/contacts/batch", body.clone()).await.ok();
    let second = app.key.post_once("k", "/api/v1/contacts/batch", body).await.ok();
    assert_eq!(first.json, second.json);
    assert_eq!(statuses(&second).iter().filter(|status| **status == "created").count(), 250);
    let other = json!({ "items": [{ "emails": email("x@example.com") }] });
    app.key.post_once("k", "/api/v1/contacts/batch", other).await.problem(409, "idempotency_mismatch");
}

async fn batches_are_limited(app: TestApp) {
    let many: Vec<_> = (0..1001).map(|_| json!({})).collect();
    for body in [
        json!({ "items": many }),
        json!({ "items": [] }),
        json!({ "items": 1 }),
        json!({}),
        json!({ "items": [{}], "x": 1 }),
    ] {
        app.admin.post("/api/v1/contacts/batch", body).await.invalid(&["items"]);
    }
}

async fn two_batches_at_once_about_the_same_people_make_each_once(app: TestApp) {
    let items: Vec<_> =
        (0..300).map(|n| json!({ "emails": email(&format!("{n}@example.com")), "tags": ["bulk"] })).collect();
    let at_once =
        futures_util::future::join(upsert(&app.key, BATCH, json!(items)), upsert(&app.admin, BATCH, json!(items)));
    let (one, two) = at_once.await;
    let made = |answer: &crate::support::Answer| statuses(answer).iter().filter(|status| **status == "created").count();
    assert_eq!(made(&one) + made(&two), 300);
    assert!(statuses(&one).iter().chain(&statuses(&two)).all(|status| *status != "error"));
    assert_eq!(app.admin.get("/api/v1/contacts?total=true&limit=1").await.json["total"], 300);
}

async fn a_thousand_contacts_are_audited_tagged_and_found(app: TestApp) {
    let items: Vec<_> = (0..1000)
        .map(|n| json!({ "emails": email(&format!("{n}@example.com")), "tags": ["bulk", format!("t{}", n % 3)] }))
        .collect();
    let done = upsert(&app.admin, BATCH, json!(items)).await;
    assert!(statuses(&done).iter().all(|status| *status == "created"));
    assert_eq!(app.admin.get("/api/v1/contacts?tag=bulk&total=true&limit=1").await.json["total"], 1000);
    assert_eq!(app.admin.get("/api/v1/contacts?tag=t1&total=true&limit=1").await.json["total"], 333);
    assert_eq!(app.admin.get("/api/v1/contacts?email=999@example.com").await.items().len(), 1);
    let id = done.items()[999]["id"].as_str().unwrap();
    let audit = app.admin.get(&format!("/api/v1/audit?entity_id={id}")).await.ok();
    assert_eq!((&audit.items()[0]["action"], &audit.items()[0]["after"]["id"]), (&json!("create"), &json!(id)));
}

async fn an_unchanged_item_writes_nothing(app: TestApp) {
    let items = json!([{ "emails": email("ann@example.com"), "given_name": "Ann", "source": "fair" }]);
    let id = upsert(&app.admin, BATCH, items.clone()).await.items()[0]["id"].as_str().unwrap().to_owned();
    let entries = format!("/api/v1/audit?entity_id={id}");
    upsert(&app.admin, BATCH, items.clone()).await;
    upsert(&app.admin, "contacts/batch?lists=replace", items).await;
    assert_eq!(app.admin.get(&entries).await.items().len(), 1);
    assert_eq!(app.admin.get(&format!("/api/v1/contacts/{id}")).await.ok().json["version"], 1);
}
