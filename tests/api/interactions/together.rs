//! Interactions that come at the same moment are recorded together, each as if it had come alone.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{TestApp, cases};

cases![
    many_at_once_are_each_recorded,
    whoever_comes_between_two_turns_is_recorded,
    a_bad_one_among_many_is_refused_alone,
];

async fn client(app: &TestApp, name: &str) -> String {
    let made = app.sales.post("/api/v1/contacts", json!({ "given_name": name })).await;
    made.json["id"].as_str().unwrap().to_owned()
}

async fn many_at_once_are_each_recorded(app: TestApp) {
    let (ann, bob) = (client(&app, "Ann").await, client(&app, "Bob").await);
    let sent = (0..40).map(|n| {
        let id = if n % 4 == 0 { &bob } else { &ann };
        let body = json!({ "contact": { "id": id }, "channel": "call", "subject": format!("Call {n}") });
        app.sales.post("/api/v1/interactions", body)
    });
    for (n, answer) in join_all(sent).await.into_iter().enumerate() {
        assert_eq!(answer.status, 201);
        assert_eq!(answer.json["subject"], format!("Call {n}"));
    }
    for (id, calls) in [(&ann, 30), (&bob, 10)] {
        let page = app.sales.get(&format!("/api/v1/contacts/{id}/timeline?channel=call&limit=100")).await.json;
        assert_eq!(page["items"].as_array().unwrap().len(), calls);
        let totals = app.sales.get(&format!("/api/v1/contacts/{id}/360")).await.json;
        assert_eq!(totals["channels"][0]["interactions"], calls);
    }
}

async fn whoever_comes_between_two_turns_is_recorded(app: TestApp) {
    let ann = client(&app, "Ann").await;
    let one_after_the_other = || async {
        for _ in 0..10 {
            let body = json!({ "contact": { "id": ann }, "channel": "call" });
            assert_eq!(app.sales.post("/api/v1/interactions", body).await.status, 201);
        }
    };
    join_all((0..16).map(|_| one_after_the_other())).await;
    let page = app.sales.get(&format!("/api/v1/contacts/{ann}/timeline?channel=call&limit=200")).await.json;
    assert_eq!(page["items"].as_array().unwrap().len(), 160);
}

async fn a_bad_one_among_many_is_refused_alone(app: TestApp) {
    let ann = client(&app, "Ann").await;
    let stranger = "01900000-0000-7000-8000-000000000000";
    let sent = (0..20).map(|n| {
        let id = if n == 7 { stranger } else { &ann };
        let (source, source_id) = if n % 2 == 0 { (Some("pbx"), Some(n.to_string())) } else { (None, None) };
        let body = json!({ "contact": { "id": id }, "channel": "call", "source": source, "source_id": source_id });
        app.sales.post("/api/v1/interactions", body)
    });
    for (n, answer) in join_all(sent).await.into_iter().enumerate() {
        assert_eq!(answer.status, if n == 7 { 404 } else { 201 });
    }
}
