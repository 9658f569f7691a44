use serde_json::{Value, json};

use crate::support::clients::touchpoint;
use crate::support::{TestApp, cases};

const URL: &str = "/api/v1/interactions/batch";

cases![
    a_bad_item_harms_no_other,
    a_batch_sent_twice_is_recorded_once,
    a_retried_batch_gets_the_same_answer,
    the_same_client_in_a_batch_is_made_once,
    a_thousand_items_are_taken_and_no_more,
    the_body_itself_must_be_in_order,
    a_batch_sees_only_what_its_sender_sees,
    batches_at_once_record_each_item_once,
    totals_count_batches_too,
];

fn statuses(answer: &crate::support::Answer) -> Vec<&str> {
    answer.items().iter().map(|item| item["status"].as_str().unwrap()).collect()
}

async fn a_bad_item_harms_no_other(app: TestApp) {
    let items = json!([
        touchpoint(json!({})),
        touchpoint(json!({ "online": "x", "kind": "" })),
        "text",
        touchpoint(json!({ "body": "a\u{0}" })),
        touchpoint(json!({ "contact": { "id": uuid::Uuid::nil() } })),
        touchpoint(json!({ "lead_id": uuid::Uuid::nil() })),
        touchpoint(json!({ "contact": { "email": "new@example.com" }, "create_contact": false })),
        touchpoint(json!({ "channel": "web" })),
    ]);
    let answer = app.sales.post(URL, json!({ "items": items })).await.ok();
    let error = "error";
    assert_eq!(statuses(&answer), ["created", error, error, error, error, error, error, "created"]);
    let problem = |index: usize| &answer.items()[index]["problem"];
    let fields: Vec<_> = problem(1)["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["online", "kind"]);
    assert_eq!((&problem(3)["errors"][0]["field"], &problem(4)["code"]), (&json!("body"), &json!("not_found")));
    assert_eq!(app.sales.get("/api/v1/interactions").await.ok().items().len(), 2);
    assert!(answer.items().iter().enumerate().all(|(index, item)| item["index"] == index));
}

fn sourced(from: usize, to: usize) -> Value {
    let item = |n| {
        touchpoint(
            json!({ "source": "pbx", "source_id": format!("{n}"), "contact": { "email": format!("c{}@example.com", n % 7) } }),
        )
    };
    json!({ "items": (from..to).map(item).collect::<Vec<_>>() })
}

async fn a_batch_sent_twice_is_recorded_once(app: TestApp) {
    let first = app.key.post(URL, sourced(0, 10)).await.ok();
    let second = app.key.post(URL, sourced(5, 15)).await.ok();
    assert_eq!(statuses(&second), [["existing"; 5], ["created"; 5]].concat());
    assert_eq!(first.items()[5]["id"], second.items()[0]["id"]);
    let twice = json!({ "items": [sourced(20, 21)["items"][0], sourced(20, 21)["items"][0]] });
    let twice = app.key.post(URL, twice).await.ok();
    assert_eq!(statuses(&twice), ["created", "existing"]);
    assert_eq!(twice.items()[0]["id"], twice.items()[1]["id"]);
}

async fn a_retried_batch_gets_the_same_answer(app: TestApp) {
    let body = json!({ "items": vec![touchpoint(json!({})); 700] });
    let first = app.key.post_once("b1", URL, body.clone()).await.ok();
    let again = app.key.post_once("b1", URL, body).await.ok();
    assert_eq!(first.body, again.body);
    app.key.post_once("b1", URL, sourced(0, 1)).await.problem(409, "idempotency_mismatch");
}

async fn the_same_client_in_a_batch_is_made_once(app: TestApp) {
    let contact = |more: Value| touchpoint(json!({ "contact": more }));
    let items = json!([
        contact(json!({ "email": "zoe@example.com" })),
        contact(json!({ "email": "ZOE@example.com" })),
        contact(json!({ "email": "zoe@example.com", "phone": "+14155550100" })),
        contact(json!({ "phone": "+14155550100" })),
    ]);
    let answer = app.key.post(URL, json!({ "items": items })).await.ok();
    assert_eq!(statuses(&answer), ["created"; 4]);
    assert!(answer.items().iter().all(|item| item["contact_id"] == answer.items()[0]["contact_id"]));
}

async fn a_thousand_items_are_taken_and_no_more(app: TestApp) {
    let answer = app.key.post(URL, sourced(0, 1000)).await.ok();
    assert_eq!(statuses(&answer), vec!["created"; 1000]);
    app.key.post(URL, sourced(0, 1001)).await.invalid(&["items"]);
    app.key.post(URL, json!({ "items": [] })).await.invalid(&["items"]);
}

async fn the_body_itself_must_be_in_order(app: TestApp) {
    app.key.post(URL, json!({ "items": [], "more": 1 })).await.invalid(&["items", "more"]);
    app.key.post(URL, json!({ "items": {} })).await.invalid(&["items"]);
    app.key.post(URL, json!([])).await.problem(422, "invalid");
    app.key.post(URL, json!({})).await.invalid(&["items"]);
}

async fn a_batch_sees_only_what_its_sender_sees(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    let hidden = app.lead(ann, Some(app.users.rival), "open").await;
    app.touch(json!({ "source": "pbx", "source_id": "1" })).await;
    let items = json!([
        touchpoint(json!({})),
        touchpoint(json!({ "contact": { "id": ann } })),
        touchpoint(json!({ "source": "pbx", "source_id": "1" })),
        touchpoint(json!({ "lead_id": hidden })),
    ]);
    let answer = app.sales.post(URL, json!({ "items": items })).await.ok();
    assert_eq!(statuses(&answer), ["created", "created", "existing", "error"]);
    app.give(ann, app.users.rival).await;
    let answer = app.sales.post(URL, json!({ "items": items })).await.ok();
    assert_eq!(statuses(&answer), ["error"; 4]);
    let answer = app.rival.post(URL, json!({ "items": items })).await.ok();
    assert_eq!(statuses(&answer), ["created", "created", "existing", "created"]);
}

async fn batches_at_once_record_each_item_once(app: TestApp) {
    let sends = (0..6).map(|_| app.key.post(URL, sourced(0, 60)));
    let answers = futures_util::future::join_all(sends).await;
    let created: usize =
        answers.iter().map(|one| statuses(one).iter().filter(|status| **status == "created").count()).sum();
    assert_eq!(created, 60);
    assert!(answers.iter().all(|one| one.items()[7]["id"] == answers[0].items()[7]["id"]));
}

async fn totals_count_batches_too(app: TestApp) {
    let answer = app.key.post(URL, json!({ "items": vec![touchpoint(json!({})); 100] })).await.ok();
    let path = format!("/api/v1/contacts/{}/360", answer.items()[0]["contact_id"].as_str().unwrap());
    let page = app.reader.get(&path).await.ok();
    assert_eq!(page.json["channels"][0]["interactions"], 100);
}
