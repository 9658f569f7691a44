use serde_json::{Value, json};

use super::{SOURCE, accept, contact, kinds, send};
use crate::support::{TestApp, cases};

const URL: &str = "/api/v1/ingest/refused";

cases![
    a_refused_event_is_kept_as_it_came,
    a_refused_event_sent_again_is_kept_once,
    a_refused_event_is_replayed_after_a_correction,
    all_refused_events_are_replayed_together,
    refused_events_are_listed_page_by_page,
    erasing_a_client_erases_refused_events_that_name_them,
];

async fn refuse(app: &TestApp, id: &str) -> Value {
    let bad = json!({ "type": "track", "userId": "u", "messageId": id, "properties": { "a": 1 } });
    send(app, "batch", &json!({ "batch": [bad], "context": { "ip": "1.2.3.4" }, "sentAt": "2026-01-01T10:00:00Z" }))
        .await
        .ok();
    app.manager.get(URL).await.ok().items()[0].clone()
}

async fn a_refused_event_is_kept_as_it_came(app: TestApp) {
    let kept = refuse(&app, "m-1").await;
    assert_eq!((&kept["code"], &kept["reason"]), (&json!("required"), &json!("track needs event")));
    assert_eq!((&kept["source"], &kept["message_id"], &kept["attempts"]), (&json!(SOURCE), &json!("m-1"), &json!(1)));
    assert_eq!(kept["event"], r#"{"type":"track","userId":"u","messageId":"m-1","properties":{"a":1}}"#);
    assert_eq!(kept["envelope"]["context"], json!({ "ip": "1.2.3.4" }));
    let one = app.manager.get(&format!("{URL}/{}", kept["id"].as_str().unwrap())).await.ok();
    assert_eq!(one.json, kept);
}

async fn a_refused_event_sent_again_is_kept_once(app: TestApp) {
    refuse(&app, "m-1").await;
    refuse(&app, "m-1").await;
    send(&app, "batch", &json!({ "batch": [7, 7] })).await.ok();
    assert_eq!(app.manager.get(URL).await.ok().items().len(), 2);
}

async fn a_refused_event_is_replayed_after_a_correction(app: TestApp) {
    let kept = refuse(&app, "m-1").await;
    let path = format!("{URL}/{}/replay", kept["id"].as_str().unwrap());
    let again = app.manager.post(&path, json!({})).await.ok();
    assert_eq!((&again.json["attempts"], &again.json["replayed_at"]), (&json!(2), &json!(null)));
    let mended = json!({ "type": "track", "event": "Bought", "userId": "u", "messageId": "m-1", "context": { "traits": { "email": "ann@example.com" } } });
    let taken = app.manager.post(&path, json!({ "event": mended })).await.ok();
    assert!(taken.json["replayed_at"].is_string());
    assert_eq!(kinds(&app, &contact(&app, "email=ann@example.com").await).await, ["track"]);
    app.manager.post(&path, json!({})).await.problem(409, "conflict");
    let sent = accept(&app, json!([mended])).await;
    assert_eq!(sent.json["duplicates"], 1);
}

async fn all_refused_events_are_replayed_together(app: TestApp) {
    let tracks = |n: usize| json!({ "type": "track", "event": "x", "userId": "u", "messageId": format!("m-{n}") });
    let mut batch: Vec<Value> =
        (0..2500).map(|_| json!({ "type": "track", "event": "x", "userId": "u", "messageId": "m" })).collect();
    batch.extend((0..130).map(tracks));
    let answer = send(&app, "batch", &json!({ "batch": batch })).await.ok();
    assert_eq!(answer.json["refused"], 130);
    refuse(&app, "bad").await;
    let replayed = app.manager.post_empty(&format!("{URL}/replay")).await.ok();
    assert_eq!(replayed.json, json!({ "replayed": 130, "refused": 1 }));
    let left = app.manager.get(&format!("{URL}?replayed=false")).await.ok();
    assert_eq!((left.items().len(), &left.items()[0]["attempts"]), (1, &json!(2)));
}

async fn refused_events_are_listed_page_by_page(app: TestApp) {
    send(&app, "batch", &json!({ "batch": [1, 2, 3, 4, 5] })).await.ok();
    refuse(&app, "m-1").await;
    let (mut seen, mut path) = (0, format!("{URL}?limit=2"));
    loop {
        let page = app.manager.get(&path).await.ok();
        seen += page.items().len();
        let Some(next) = page.json["next_cursor"].as_str() else { break };
        path = format!("{URL}?limit=2&cursor={next}");
    }
    assert_eq!(seen, 6);
    assert_eq!(app.manager.get(&format!("{URL}?code=type&source=tests")).await.ok().items().len(), 5);
    app.manager.get(&format!("{URL}?limit=0")).await.invalid(&["limit"]);
}

async fn erasing_a_client_erases_refused_events_that_name_them(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    let bad = |email: &str| json!({ "type": "track", "userId": "u", "context": { "traits": { "email": email } } });
    let events = json!([bad("Ann@Example.com"), bad("joann@example.com"), { "type": "nonsense", "userId": "u" }]);
    send(&app, "batch", &json!({ "batch": events })).await.ok();
    assert_eq!(app.manager.get(URL).await.ok().items().len(), 3);
    app.admin.post_empty(&format!("/api/v1/contacts/{ann}/erase")).await.no_content();
    let left = app.manager.get(URL).await.ok();
    assert_eq!(left.items().len(), 2);
    assert!(!left.text().contains("Ann@Example.com"));
}
