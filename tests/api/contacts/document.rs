//! What a contact says about a person, and what is refused.

use serde_json::json;

use super::{CONTACTS, create, path};
use crate::support::{TestApp, cases};

cases![
    everything_said_is_shown_again_normalised,
    a_name_is_made_where_none_is_given,
    a_name_set_by_hand_stays,
    somebody_without_any_name_or_address_is_refused,
    every_bad_field_is_named_at_once,
    wrong_types_and_unknown_fields_are_refused,
    control_characters_are_refused,
    texts_have_limits,
    lists_have_limits,
    owner_and_company_must_exist,
    consents_are_kept_per_channel,
    a_consent_is_never_given_in_the_future,
    a_double_submission_makes_one_contact,
    a_reader_changes_nothing,
];

async fn everything_said_is_shown_again_normalised(app: TestApp) {
    let company = app.admin.post("/api/v1/companies", json!({ "name": "Acme" })).await.created();
    let said = json!({
        "given_name": " Zoë ", "family_name": "Wójcik", "job_title": "CTO", "company_id": company.id(),
        "emails": [{ "address": "Zoe@Example.com", "label": "work" }, { "address": "z@почта.рф", "primary": true }],
        "phones": [{ "number": "(415) 555-0100" }],
        "external_ids": [{ "source": "shop", "id": "A-7" }],
        "address": { "street": "Main 1", "city": "Łódź", "postal_code": "90-001", "country": "pl" },
        "language": "pl-pl", "time_zone": "Europe/Warsaw", "owner_id": app.users.sales, "source": "fair",
        "tags": ["vip", " vip ", "б2б"],
        "consents": { "email": { "state": "granted", "at": "2026-01-02T03:04:05Z", "how": "form" } },
    });
    let made = create(&app, said).await;
    let shown = app.reader.get(&path(&made)).await.ok();
    assert_eq!(shown.json, made.json);
    let shown = shown.json;
    assert_eq!(shown["display_name"], "Zoë Wójcik");
    assert_eq!(shown["emails"][0], json!({ "address": "zoe@example.com", "label": "work", "primary": false }));
    assert_eq!(shown["phones"], json!([{ "number": "+14155550100", "label": null, "primary": true }]));
    assert_eq!(shown["external_ids"], json!([{ "source": "shop", "id": "A-7" }]));
    assert_eq!(shown["address"]["country"], "PL");
    assert_eq!((&shown["language"], &shown["tags"]), (&json!("pl-PL"), &json!(["vip", "б2б"])));
    assert_eq!(shown["consents"]["email"]["at"], "2026-01-02T03:04:05Z");
}

async fn a_name_is_made_where_none_is_given(app: TestApp) {
    for (said, name) in [
        (json!({ "given_name": "Ann", "family_name": "Lee" }), "Ann Lee"),
        (json!({ "given_name": "小明", "family_name": "王" }), "王小明"),
        (json!({ "emails": [{ "address": "Ann@example.com" }] }), "ann@example.com"),
        (json!({ "phones": [{ "number": "+14155550100" }] }), "+14155550100"),
        (json!({ "external_ids": [{ "source": "s", "id": "17" }] }), "17"),
    ] {
        assert_eq!(create(&app, said).await.json["display_name"], name);
    }
}

async fn a_name_set_by_hand_stays(app: TestApp) {
    let made = create(&app, json!({ "given_name": "Ann", "display_name": "Aunt Ann" })).await;
    let changed = app.admin.patch_any(&path(&made), json!({ "family_name": "Lee" })).await.ok();
    assert_eq!(changed.json["display_name"], "Aunt Ann");
    let cleared = app.admin.patch_any(&path(&made), json!({ "display_name": null })).await.ok();
    assert_eq!(cleared.json["display_name"], "Ann Lee");
    let followed = app.admin.patch_any(&path(&made), json!({ "given_name": "Anna" })).await.ok();
    assert_eq!(followed.json["display_name"], "Anna Lee");
}

async fn somebody_without_any_name_or_address_is_refused(app: TestApp) {
    app.admin.post(CONTACTS, json!({ "job_title": "CTO", "given_name": "  " })).await.invalid(&["display_name"]);
    let made = create(&app, json!({ "given_name": "Ann" })).await;
    app.admin.patch_any(&path(&made), json!({ "given_name": null })).await.invalid(&["display_name"]);
}

async fn every_bad_field_is_named_at_once(app: TestApp) {
    let said = json!({
        "emails": [{ "address": "ann@" }, { "address": "a@example.com" }, { "address": "A@example.com" }],
        "phones": [{ "number": "12345", "primary": true }], "language": "english language", "time_zone": "Mars/Base",
        "address": { "country": "1X" }, "external_ids": [{ "source": " ", "id": "1" }],
    });
    app.admin.post(CONTACTS, said).await.invalid(&[
        "emails[0].address",
        "emails[2].address",
        "phones[0].number",
        "language",
        "time_zone",
        "address.country",
        "external_ids[0].id",
    ]);
    let two = json!([{ "address": "a@example.com", "primary": true }, { "address": "b@example.com", "primary": true }]);
    app.admin.post(CONTACTS, json!({ "emails": two })).await.invalid(&["emails"]);
}

async fn wrong_types_and_unknown_fields_are_refused(app: TestApp) {
    let said = json!({
        "given_name": 1, "emails": "ann@example.com", "phones": [{ "number": 5 }], "tags": [1], "address": [],
        "company_id": "x", "owner_id": 7, "consents": { "pigeon": { "state": "granted" } }, "version": 3,
    });
    let fields =
        ["given_name", "emails", "phones[0].number", "tags[0]", "address", "company_id", "owner_id", "version"];
    let answer = app.admin.post(CONTACTS, said).await.problem(422, "invalid");
    for field in fields {
        assert!(answer.text().contains(&format!("\"field\":\"{field}\"")), "{field}: {}", answer.text());
    }
    assert!(answer.text().contains("pigeon"));
    assert_eq!(app.admin.get(CONTACTS).await.items().len(), 0);
}

async fn control_characters_are_refused(app: TestApp) {
    for (field, value) in [
        ("given_name", json!("a\u{0}b")),
        ("given_name", json!("a\nb")),
        ("display_name", json!("a\u{7f}")),
        ("job_title", json!("\u{1b}[31m")),
        ("source", json!("a\tb")),
        ("tags", json!(["a\u{1}"])),
    ] {
        app.admin.post(CONTACTS, json!({ "family_name": "X", field: value })).await.invalid(&[field]);
    }
    let city = json!({ "family_name": "X", "address": { "city": "a\r" } });
    app.admin.post(CONTACTS, city).await.invalid(&["address.city"]);
}

async fn texts_have_limits(app: TestApp) {
    for (field, most) in
        [("given_name", 100), ("family_name", 100), ("display_name", 200), ("job_title", 200), ("source", 100)]
    {
        let fits = "ж".repeat(most);
        let made = create(&app, json!({ "external_ids": [{ "source": "n", "id": field }], field: fits })).await;
        assert_eq!(made.json[field], fits);
        let long = json!({ "external_ids": [{ "source": "n", "id": "x" }], field: "ж".repeat(most + 1) });
        app.admin.post(CONTACTS, long).await.invalid(&[field]);
    }
    let long = json!({ "family_name": "X", "address": { "street": "x".repeat(201), "city": "x".repeat(101), "postal_code": "x".repeat(21) } });
    app.admin.post(CONTACTS, long).await.invalid(&["address.street", "address.city", "address.postal_code"]);
}

async fn lists_have_limits(app: TestApp) {
    let emails: Vec<_> = (0..21).map(|n| json!({ "address": format!("a{n}@example.com") })).collect();
    let phones: Vec<_> = (0..21).map(|n| json!({ "number": format!("+141555501{n:02}") })).collect();
    let ids: Vec<_> = (0..51).map(|n| json!({ "source": "s", "id": n.to_string() })).collect();
    let tags: Vec<_> = (0..51).map(|n| n.to_string()).collect();
    let said = json!({ "emails": emails, "phones": phones, "external_ids": ids, "tags": tags });
    app.admin.post(CONTACTS, said).await.invalid(&["emails", "phones", "external_ids", "tags"]);
    let fits = json!({ "emails": emails[..20], "phones": phones[..20], "external_ids": ids[..50], "tags": tags[..50] });
    assert_eq!(create(&app, fits).await.json["external_ids"].as_array().unwrap().len(), 50);
    app.admin.post(CONTACTS, json!({ "family_name": "X", "tags": ["x".repeat(51)] })).await.invalid(&["tags"]);
}

async fn owner_and_company_must_exist(app: TestApp) {
    let nobody = uuid::Uuid::now_v7();
    app.admin.post(CONTACTS, json!({ "given_name": "A", "owner_id": nobody })).await.invalid(&["owner_id"]);
    app.admin.post(CONTACTS, json!({ "given_name": "A", "company_id": nobody })).await.invalid(&["company_id"]);
    let company = app.admin.post("/api/v1/companies", json!({ "name": "Acme" })).await.created();
    app.admin.delete_any(&format!("/api/v1/companies/{}", company.id())).await.no_content();
    app.admin.post(CONTACTS, json!({ "given_name": "A", "company_id": company.id() })).await.invalid(&["company_id"]);
}

async fn consents_are_kept_per_channel(app: TestApp) {
    let made = create(&app, json!({ "given_name": "Ann", "consents": { "sms": { "state": "granted" } } })).await;
    let email = format!("{}/consents/email", path(&made));
    app.admin.put_any(&email, json!({ "state": "granted", "how": "call" })).await.ok();
    let shown = app.admin.put_any(&email, json!({ "state": "withdrawn", "at": "2026-02-01T00:00:00Z" })).await.ok();
    let withdrawn = json!({ "state": "withdrawn", "at": "2026-02-01T00:00:00Z", "how": null });
    assert_eq!(shown.json["consents"]["email"], withdrawn);
    assert_eq!(shown.json["consents"]["sms"]["state"], "granted");
    app.admin
        .put_any(&format!("{}/consents/pigeon", path(&made)), json!({ "state": "granted" }))
        .await
        .problem(404, "not_found");
    app.admin.put_any(&email, json!({ "state": "maybe" })).await.invalid(&["state"]);
    app.admin.put_any(&email, json!({ "state": "granted", "how": "x".repeat(501) })).await.invalid(&["how"]);
}

async fn a_consent_is_never_given_in_the_future(app: TestApp) {
    let future = json!({ "sms": { "state": "granted", "at": "2999-01-01T00:00:00Z" } });
    app.admin.post(CONTACTS, json!({ "given_name": "A", "consents": future })).await.invalid(&["consents.sms.at"]);
}

async fn a_double_submission_makes_one_contact(app: TestApp) {
    let said = json!({ "given_name": "Ann" });
    let first = app.sales.post_once("key-1", CONTACTS, said.clone()).await.created();
    let second = app.sales.post_once("key-1", CONTACTS, said).await.created();
    assert_eq!((first.id(), first.etag()), (second.id(), second.etag()));
    assert_eq!(app.admin.get(CONTACTS).await.items().len(), 1);
    app.sales.post_once("key-1", CONTACTS, json!({ "given_name": "Bob" })).await.problem(409, "idempotency_mismatch");
}

async fn a_reader_changes_nothing(app: TestApp) {
    let made = create(&app, json!({ "given_name": "Ann" })).await;
    app.reader.post(CONTACTS, json!({ "given_name": "B" })).await.problem(403, "forbidden");
    app.reader.patch_any(&path(&made), json!({ "given_name": "B" })).await.problem(403, "forbidden");
    app.reader.delete_any(&path(&made)).await.problem(403, "forbidden");
    app.sales.post_empty(&format!("{}/erase", path(&made))).await.problem(403, "forbidden");
    app.anon.get(&path(&made)).await.problem(401, "unauthorized");
}
