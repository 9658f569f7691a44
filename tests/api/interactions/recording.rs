use serde_json::{Value, json};

use crate::support::clients::touchpoint;
use crate::support::{TestApp, cases};

const URL: &str = "/api/v1/interactions";

cases![
    a_touchpoint_is_recorded_for_a_client_addressed_by_any_identity,
    an_unknown_client_is_refused_where_none_may_be_made,
    channels_say_whether_they_are_online,
    the_same_source_id_is_recorded_once,
    the_same_source_id_at_once_is_recorded_once,
    a_retried_request_records_once,
    every_bad_field_is_named_at_once,
    half_a_price_is_refused,
    times_are_since_1900_and_not_in_the_future,
    hostile_texts_come_back_byte_for_byte,
    properties_are_bounded,
    a_lead_must_be_the_clients_own,
    a_hidden_client_is_as_good_as_absent,
    readers_record_nothing,
    a_stored_touchpoint_of_a_hidden_client_is_not_shown,
];

async fn a_touchpoint_is_recorded_for_a_client_addressed_by_any_identity(app: TestApp) {
    let body = json!({
        "contact": { "email": "Ann@Example.com", "phone": "+14155550100", "external_ids": [{ "source": "shop", "id": "7" }] },
        "channel": "web", "direction": "inbound", "kind": "form", "occurred_at": "2024-02-29T10:00:00+01:00",
        "duration_seconds": 60, "subject": "Quote", "body": "Please call", "amount": 1250, "currency": "EUR",
        "campaign": "spring", "utm_source": "google", "utm_medium": "cpc", "properties": { "page": "/quote" }
    });
    let made = app.manager.post(URL, body).await.created();
    let path = made.header("location").unwrap();
    assert_eq!(app.reader.get(&path).await.ok().json, made.json);
    assert_eq!(made.json["occurred_at"], "2024-02-29T09:00:00Z");
    assert_eq!(made.json["user_id"], json!(app.users.manager));
    for contact in [
        json!({ "email": "ann@example.com" }),
        json!({ "phone": "(415) 555-0100" }),
        json!({ "external_ids": [{ "source": "shop", "id": "7" }] }),
        json!({ "id": made.json["contact_id"] }),
    ] {
        let more = app.touch(json!({ "contact": contact })).await;
        assert_eq!(more["contact_id"], made.json["contact_id"]);
    }
}

async fn an_unknown_client_is_refused_where_none_may_be_made(app: TestApp) {
    app.sales.post(URL, touchpoint(json!({ "create_contact": false }))).await.invalid(&["contact"]);
    let nobody = uuid::Uuid::now_v7();
    app.sales.post(URL, touchpoint(json!({ "contact": { "id": nobody } }))).await.problem(404, "not_found");
    app.sales.post(URL, touchpoint(json!({ "contact": {} }))).await.invalid(&["contact"]);
}

async fn channels_say_whether_they_are_online(app: TestApp) {
    for (channel, online) in [("web", true), ("ad", true), ("call", false), ("store", false), ("note", false)] {
        assert_eq!(app.touch(json!({ "channel": channel })).await["online"], online, "{channel}");
    }
    assert_eq!(app.touch(json!({ "channel": "event", "online": true })).await["online"], true);
}

async fn the_same_source_id_is_recorded_once(app: TestApp) {
    let first = app.touch(json!({ "source": "pbx", "source_id": "1", "subject": "first" })).await;
    let again = touchpoint(json!({ "source": "pbx", "source_id": "1", "subject": "other" }));
    assert_eq!(app.sales.post(URL, again).await.ok().json, first);
    let other = app.touch(json!({ "source": "shop", "source_id": "1" })).await;
    assert_ne!(other["id"], first["id"]);
}

async fn the_same_source_id_at_once_is_recorded_once(app: TestApp) {
    let body = touchpoint(json!({ "source": "pbx", "source_id": "1" }));
    let answers = futures_util::future::join_all((0..16).map(|_| app.key.post(URL, body.clone()))).await;
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!((created, answers.iter().all(|answer| answer.id() == answers[0].id())), (1, true));
}

async fn a_retried_request_records_once(app: TestApp) {
    let first = app.sales.post_once("k1", URL, touchpoint(json!({}))).await.created();
    let again = app.sales.post_once("k1", URL, touchpoint(json!({}))).await.created();
    assert_eq!(first.json, again.json);
    app.sales.post_once("k1", URL, touchpoint(json!({ "channel": "web" }))).await.problem(409, "idempotency_mismatch");
    assert_eq!(app.sales.get(URL).await.ok().items().len(), 1);
}

async fn every_bad_field_is_named_at_once(app: TestApp) {
    let body = json!({
        "contact": { "email": "ann@example.com" }, "channel": "call", "kind": "x".repeat(65), "duration_seconds": -1,
        "subject": "x".repeat(501), "occurred_at": "yesterday", "direction": 3, "extra": true,
    });
    let bad = ["kind", "duration_seconds", "subject", "occurred_at", "direction", "extra"];
    app.sales.post(URL, body).await.invalid(&bad);
    let body = json!({ "contact": { "mail": 1 }, "channel": "fax", "online": "yes" });
    app.sales.post(URL, body).await.invalid(&["channel", "contact.mail", "online"]);
    let body = touchpoint(json!({
        "contact": { "email": "ann" }, "source_id": "1", "subject": "a\u{7}", "currency": "ZZZ", "amount": 1,
    }));
    app.sales.post(URL, body).await.invalid(&["contact.email", "source", "subject", "currency"]);
}

async fn half_a_price_is_refused(app: TestApp) {
    app.sales.post(URL, touchpoint(json!({ "amount": 5 }))).await.invalid(&["currency"]);
    app.sales.post(URL, touchpoint(json!({ "currency": "EUR" }))).await.invalid(&["amount"]);
    app.sales.post(URL, touchpoint(json!({ "amount": 5, "currency": "eur" }))).await.invalid(&["currency"]);
    assert_eq!(app.touch(json!({ "amount": -5, "currency": "JPY" })).await["amount"], -5);
}

async fn times_are_since_1900_and_not_in_the_future(app: TestApp) {
    let soon = chrono::Utc::now() + chrono::TimeDelta::minutes(4);
    app.touch(json!({ "occurred_at": soon.to_rfc3339() })).await;
    app.touch(json!({ "occurred_at": "1900-01-01T00:00:00Z" })).await;
    let later = chrono::Utc::now() + chrono::TimeDelta::minutes(6);
    for at in [later.to_rfc3339(), "1899-12-31T23:59:59Z".to_owned(), "9999-12-31T23:59:59Z".to_owned()] {
        app.sales.post(URL, touchpoint(json!({ "occurred_at": at }))).await.invalid(&["occurred_at"]);
    }
    app.sales.post(URL, touchpoint(json!({ "occurred_at": "99999-01-01T00:00:00Z" }))).await.invalid(&["occurred_at"]);
}

const HOSTILE: &str = "'; DROP TABLE contacts; -- \" \\ %00 <script>\u{202e}\u{feff}𝕏 е́ \u{10ffff} %s ${x} {{x}}\t\n";

async fn hostile_texts_come_back_byte_for_byte(app: TestApp) {
    let fields = ["subject", "body", "kind", "campaign", "utm_source", "utm_term", "source", "source_id"];
    let mut more = json!({ "properties": { HOSTILE: [HOSTILE, { HOSTILE: null }] } });
    for field in fields {
        let longest = if field == "kind" { 64 } else { 100 };
        more[field] = json!(HOSTILE.chars().take(longest).collect::<String>());
    }
    let made = app.touch(more.clone()).await;
    let path = format!("{URL}/{}", made["id"].as_str().unwrap());
    let found = app.sales.get(&path).await.ok().json;
    for field in fields.iter().chain(&["properties"]) {
        assert_eq!(found[field], more[field], "{field}");
    }
    app.sales.post(URL, touchpoint(json!({ "body": "a\u{0}b" }))).await.invalid(&["body"]);
    assert_eq!(app.touch(json!({ "body": "\r\n\u{1b}" })).await["body"], "\r\n\u{1b}");
}

async fn properties_are_bounded(app: TestApp) {
    let deep = |levels| (0..levels).fold(Value::Null, |value, _| json!([value]));
    app.touch(json!({ "properties": { "a": deep(15) } })).await;
    for bad in [json!({ "a": deep(40) }), json!({ "a": "x".repeat(40_000) })] {
        app.sales.post(URL, touchpoint(json!({ "properties": bad }))).await.invalid(&["properties"]);
    }
    app.sales.post(URL, touchpoint(json!({ "properties": [1] }))).await.invalid(&["properties"]);
    app.sales.post(URL, touchpoint(json!({ "body": "x".repeat(65_537) }))).await.invalid(&["body"]);
}

async fn a_lead_must_be_the_clients_own(app: TestApp) {
    let (ann, bob) = (app.client("ann@example.com").await, app.client("bob@example.com").await);
    let (hers, his) = (app.lead(ann, None, "open").await, app.lead(bob, None, "open").await);
    assert_eq!(app.touch(json!({ "lead_id": hers })).await["lead_id"], json!(hers));
    app.sales.post(URL, touchpoint(json!({ "lead_id": his }))).await.invalid(&["lead_id"]);
    app.sales.post(URL, touchpoint(json!({ "lead_id": ann }))).await.invalid(&["lead_id"]);
}

async fn a_hidden_client_is_as_good_as_absent(app: TestApp) {
    let touch = app.touch(json!({})).await;
    let ann = touch["contact_id"].as_str().unwrap().parse().unwrap();
    app.give(ann, app.users.sales).await;
    let path = format!("{URL}/{}", touch["id"].as_str().unwrap());
    app.mate.get(&path).await.ok();
    app.rival.get(&path).await.problem(404, "not_found");
    app.rival.patch_any(&path, json!({ "subject": "x" })).await.problem(404, "not_found");
    app.rival.delete_any(&path).await.problem(404, "not_found");
    app.rival.post_empty(&format!("{path}/restore")).await.problem(404, "not_found");
    app.rival.post(URL, touchpoint(json!({ "contact": { "id": ann } }))).await.problem(404, "not_found");
    assert_eq!(app.rival.get(URL).await.ok().items().len(), 0);
    assert_eq!(app.mate.get(URL).await.ok().items().len(), 1);
}

async fn readers_record_nothing(app: TestApp) {
    app.reader.post(URL, touchpoint(json!({}))).await.problem(403, "forbidden");
    app.reader.post(&format!("{URL}/batch"), json!({ "items": [] })).await.problem(403, "forbidden");
    app.anon.post(URL, touchpoint(json!({}))).await.problem(401, "unauthorized");
    app.reader.post("/api/v1/tasks", json!({})).await.problem(403, "forbidden");
}

async fn a_stored_touchpoint_of_a_hidden_client_is_not_shown(app: TestApp) {
    let touch = app.touch(json!({ "source": "pbx", "source_id": "1" })).await;
    app.give(touch["contact_id"].as_str().unwrap().parse().unwrap(), app.users.sales).await;
    let same = touchpoint(json!({ "contact": { "email": "bob@example.com" }, "source": "pbx", "source_id": "1" }));
    app.rival.post(URL, same).await.problem(409, "already_exists");
}
