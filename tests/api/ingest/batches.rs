use diesel::RunQueryDsl;
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use std::io::Write;

use super::{accept, contact, kinds, line, request, send};
use crate::support::database::API_KEY;
use crate::support::{TestApp, cases};

cases![
    a_batch_reports_each_event,
    a_batch_shares_its_context,
    a_batch_sent_again_is_stored_once,
    batches_sent_again_at_once_are_stored_once,
    many_batches_of_one_new_person_make_one_contact,
    packed_and_misnamed_bodies_are_read,
    explicit_nulls_are_as_good_as_absent,
    more_events_than_allowed_are_refused_one_by_one,
    an_event_that_breaks_the_server_is_refused_alone,
];

fn tracks(from: usize, to: usize) -> Value {
    let event =
        |n| json!({ "type": "track", "event": "x", "userId": format!("u-{}", n % 7), "messageId": format!("m-{n}") });
    (from..to).map(event).collect()
}

async fn a_batch_reports_each_event(app: TestApp) {
    let good = json!({ "type": "track", "event": "x", "userId": "u", "messageId": "m-1" });
    let bad = json!({ "type": "track", "userId": "u", "messageId": "m-2" });
    let answer = send(&app, "batch", &json!({ "batch": [good, good, bad, 7] })).await.ok();
    let statuses: Vec<_> = answer.json["events"].as_array().unwrap().iter().map(|event| &event["status"]).collect();
    assert_eq!(statuses, ["accepted", "duplicate", "refused", "refused"]);
    assert_eq!(
        (&answer.json["events"][2]["code"], &answer.json["events"][2]["message_id"]),
        (&json!("required"), &json!("m-2"))
    );
    assert_eq!(
        (&answer.json["accepted"], &answer.json["duplicates"], &answer.json["refused"]),
        (&json!(1), &json!(1), &json!(2))
    );
}

async fn a_batch_shares_its_context(app: TestApp) {
    let event =
        json!({ "type": "track", "event": "x", "userId": "u", "context": { "page": { "url": "https://a.example/" } } });
    let context = json!({ "library": { "name": "lib" }, "page": { "url": "https://b.example/", "title": "B" } });
    send(&app, "batch", &json!({ "batch": [event], "context": context, "integrations": { "All": false } })).await.ok();
    let user = app.manager.get("/api/v1/contacts").await.ok().items()[0].clone();
    let kept = &line(&app, &user).await[0]["properties"];
    assert_eq!(
        kept["context"],
        json!({ "page": { "url": "https://a.example/", "title": "B" }, "library": { "name": "lib" } })
    );
    assert_eq!(kept["integrations"], json!({ "All": false }));
}

async fn a_batch_sent_again_is_stored_once(app: TestApp) {
    let first = accept(&app, tracks(0, 120)).await;
    assert_eq!(first.json["accepted"], 120);
    let again = accept(&app, tracks(100, 150)).await;
    assert_eq!((&again.json["accepted"], &again.json["duplicates"]), (&json!(30), &json!(20)));
    let stored = app.manager.get("/api/v1/interactions?limit=200").await.ok();
    assert_eq!(stored.items().len(), 150);
}

async fn batches_sent_again_at_once_are_stored_once(app: TestApp) {
    let answers = futures_util::future::join_all((0..12).map(|_| accept(&app, tracks(0, 60)))).await;
    let accepted: u64 = answers.iter().map(|answer| answer.json["accepted"].as_u64().unwrap()).sum();
    assert_eq!(accepted, 60);
    assert_eq!(app.manager.get("/api/v1/interactions?limit=200").await.ok().items().len(), 60);
    assert_eq!(app.manager.get("/api/v1/contacts").await.ok().items().len(), 7);
}

async fn many_batches_of_one_new_person_make_one_contact(app: TestApp) {
    let event = |n: usize| {
        json!([{ "type": "identify", "userId": "u", "anonymousId": "a", "messageId": format!("m-{n}"),
        "traits": { "email": "ann@example.com", "plan": n } }])
    };
    futures_util::future::join_all((0..20).map(|n| accept(&app, event(n)))).await;
    let ann = contact(&app, "email=ann@example.com").await;
    assert_eq!(kinds(&app, &ann).await, ["identify"; 20]);
    assert_eq!(app.manager.get("/api/v1/contacts").await.ok().items().len(), 1);
}

async fn packed_and_misnamed_bodies_are_read(app: TestApp) {
    let body = json!({ "batch": tracks(0, 1) }).to_string();
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(body.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let gzip = request(API_KEY, packed)
        .insert_header(("Content-Encoding", "gzip"))
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"));
    assert_eq!(app.anon.send("POST", "/v1/batch", gzip).await.ok().json["accepted"], 1);
    for named in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8", "x/y"] {
        let plain = request(API_KEY, body.as_str()).insert_header(("Content-Type", named));
        assert_eq!(app.anon.send("POST", "/v1/batch", plain).await.ok().json["duplicates"], 1, "{named}");
    }
}

async fn explicit_nulls_are_as_good_as_absent(app: TestApp) {
    let event = json!({
        "type": "track", "event": "x", "userId": "u", "anonymousId": null, "traits": null, "context": null,
        "integrations": null, "timestamp": "2026-01-01T10:00:00+00:00", "messageId": null, "properties": null,
    });
    accept(&app, json!([event])).await;
    let user = app.manager.get("/api/v1/contacts").await.ok().items()[0].clone();
    let stored = &line(&app, &user).await[0];
    assert_eq!(stored["occurred_at"], "2026-01-01T10:00:00Z");
    assert_eq!(stored["properties"], json!({ "name": "x", "user_id": "u" }));
}

async fn more_events_than_allowed_are_refused_one_by_one(app: TestApp) {
    let answer = send(&app, "batch", &json!({ "batch": tracks(0, 2502) })).await.ok();
    assert_eq!((&answer.json["accepted"], &answer.json["refused"]), (&json!(2500), &json!(2)));
    let again = app.manager.post_empty("/api/v1/ingest/refused/replay").await.ok();
    assert_eq!(again.json["replayed"], 2);
}

async fn an_event_that_breaks_the_server_is_refused_alone(app: TestApp) {
    // An index over the subject that one text breaks.
    let index = if app.is_sqlite() {
        "CREATE INDEX fragile ON timeline_entries (json_extract(CASE subject WHEN 'poison' THEN '{' ELSE '{}' END, '$'))"
    } else {
        "CREATE INDEX fragile ON timeline_entries ((1 / (CASE subject WHEN 'poison' THEN 0 ELSE 1 END)))"
    };
    app.state.db.write(move |conn| Ok(diesel::sql_query(index).execute(conn).map(drop)?)).await.unwrap();
    let event = |name: &str| json!({ "type": "track", "event": name, "userId": "u", "messageId": name });
    let answer = send(&app, "batch", &json!({ "batch": [event("a"), event("poison"), event("b")] })).await.ok();
    assert_eq!((&answer.json["accepted"], &answer.json["refused"]), (&json!(2), &json!(1)));
    let broken = &answer.json["events"][1];
    assert_eq!((&broken["code"], &broken["message_id"]), (&json!("internal"), &json!("poison")));
    app.state.db.write(|conn| Ok(diesel::sql_query("DROP INDEX fragile").execute(conn).map(drop)?)).await.unwrap();
    let again = app.manager.post_empty("/api/v1/ingest/refused/replay").await.ok();
    assert_eq!(again.json, json!({ "replayed": 1, "refused": 0 }));
}
