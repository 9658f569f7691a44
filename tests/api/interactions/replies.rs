use serde_json::{Value, json};
use touchline::contacts::ContactId;

use crate::support::{Client, TestApp, cases};

cases![
    whoever_wrote_last_waits_until_somebody_answers,
    a_missed_call_waits_and_a_call_that_was_taken_does_not,
    whoever_waits_longest_comes_first_page_after_page,
    signs_and_mailings_are_nobodys_turn,
    corrections_deletions_and_restorations_count,
    a_late_answer_in_the_past_answers_what_was_asked_before_it,
    the_list_is_by_owner_and_follows_a_new_one,
    deleted_clients_wait_no_longer_and_come_back,
    merged_clients_wait_as_one,
    messages_about_leads_out_of_sight_are_not_shown,
    bad_parameters_of_the_waiting_list_are_named,
    the_list_is_counted_where_asked,
    a_client_that_needs_no_answer_waits_again_with_the_next_message,
    a_client_put_aside_by_mistake_waits_again,
    a_message_that_came_meanwhile_is_not_put_aside,
    merged_clients_are_put_aside_as_one,
    only_clients_in_sight_are_put_aside,
];

const LIST: &str = "/api/v1/interactions/awaiting-reply";

async fn say(app: &TestApp, who: &str, day: u32, channel: &str, direction: &str, more: Value) -> Value {
    let mut touch = json!({
        "contact": { "email": format!("{who}@example.com") }, "occurred_at": format!("2024-01-{day:02}T00:00:00Z"),
        "channel": channel, "direction": direction,
    });
    touch.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.touch(touch).await
}

async fn asks(app: &TestApp, who: &str, day: u32) -> Value {
    say(app, who, day, "email", "inbound", json!({ "subject": format!("{who} {day}") })).await
}

async fn answers(app: &TestApp, who: &str, day: u32) -> Value {
    say(app, who, day, "email", "outbound", json!({})).await
}

/// The subjects of the messages that wait, in order.
async fn waiting(by: &Client, query: &str) -> Vec<String> {
    let list = by.get(&format!("{LIST}?{query}")).await.ok();
    let subject = |row: &Value| row["interaction"]["subject"].as_str().unwrap_or("-").to_owned();
    list.items().iter().map(subject).collect()
}

fn client_of(touch: &Value) -> ContactId {
    touch["contact_id"].as_str().unwrap().parse().unwrap()
}

async fn whoever_wrote_last_waits_until_somebody_answers(app: TestApp) {
    let first = asks(&app, "ann", 1).await;
    asks(&app, "ann", 3).await;
    let list = app.reader.get(LIST).await.ok();
    assert_eq!(list.items().len(), 1);
    let row = &list.items()[0];
    assert_eq!((&row["contact_id"], &row["waiting_since"]), (&first["contact_id"], &json!("2024-01-03T00:00:00Z")));
    assert_eq!((&row["interaction"]["subject"], &row["contact_name"]), (&json!("ann 3"), &json!("ann@example.com")));
    answers(&app, "ann", 4).await;
    assert_eq!(waiting(&app.reader, "").await, [""; 0]);
    say(&app, "ann", 5, "chat", "inbound", json!({ "subject": "again" })).await;
    assert_eq!(waiting(&app.reader, "").await, ["again"]);
    say(&app, "ann", 6, "meeting", "inbound", json!({})).await;
    assert_eq!(waiting(&app.reader, "").await, [""; 0]);
}

async fn a_missed_call_waits_and_a_call_that_was_taken_does_not(app: TestApp) {
    say(&app, "ann", 1, "call", "inbound", json!({ "kind": "missed_call", "subject": "missed" })).await;
    say(&app, "bob", 1, "call", "inbound", json!({ "duration_seconds": 60 })).await;
    say(&app, "ann", 2, "call", "outbound", json!({ "kind": "no_answer" })).await;
    assert_eq!(waiting(&app.reader, "").await, ["missed"]);
    say(&app, "ann", 3, "call", "outbound", json!({ "duration_seconds": 60 })).await;
    assert_eq!(waiting(&app.reader, "").await, [""; 0]);
}

async fn whoever_waits_longest_comes_first_page_after_page(app: TestApp) {
    for (who, day) in [("ann", 5), ("bob", 2), ("cid", 9), ("dan", 2), ("eve", 7)] {
        asks(&app, who, day).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.reader.get(&format!("{LIST}?limit=2{cursor}")).await.ok();
        seen.extend(page.items().iter().map(|row| row["waiting_since"].as_str().unwrap()[8..10].to_owned()));
        let Some(next) = page.json["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["02", "02", "05", "07", "09"]);
    let some = waiting(&app.reader, "from=2024-01-05T00:00:00Z&to=2024-01-09T00:00:00Z").await;
    assert_eq!(some, ["ann 5", "eve 7"]);
}

async fn signs_and_mailings_are_nobodys_turn(app: TestApp) {
    say(&app, "ann", 1, "email", "inbound", json!({ "kind": "opened" })).await;
    say(&app, "ann", 1, "web", "inbound", json!({ "kind": "page_view" })).await;
    assert_eq!(waiting(&app.reader, "").await, [""; 0]);
    say(&app, "ann", 2, "web", "inbound", json!({ "kind": "form_submitted", "subject": "form" })).await;
    say(&app, "ann", 3, "email", "outbound", json!({ "campaign": "Spring" })).await;
    say(&app, "ann", 3, "note", "outbound", json!({ "body": "to call" })).await;
    assert_eq!(waiting(&app.reader, "").await, ["form"]);
}

async fn corrections_deletions_and_restorations_count(app: TestApp) {
    asks(&app, "ann", 1).await;
    let later = asks(&app, "ann", 2).await;
    let reply = answers(&app, "ann", 3).await;
    let path = |touch: &Value| format!("/api/v1/interactions/{}", touch["id"].as_str().unwrap());
    app.manager.delete_any(&path(&reply)).await.no_content();
    assert_eq!(waiting(&app.reader, "").await, ["ann 2"]);
    app.manager.delete_any(&path(&later)).await.no_content();
    assert_eq!(waiting(&app.reader, "").await, ["ann 1"]);
    app.manager.post_empty(&format!("{}/restore", path(&reply))).await.ok();
    assert_eq!(waiting(&app.reader, "").await, [""; 0]);
    app.manager.patch_any(&path(&reply), json!({ "direction": "inbound", "subject": "turned" })).await.ok();
    assert_eq!(waiting(&app.reader, "").await, ["turned"]);
}

async fn a_late_answer_in_the_past_answers_what_was_asked_before_it(app: TestApp) {
    asks(&app, "ann", 5).await;
    answers(&app, "ann", 4).await;
    assert_eq!(waiting(&app.reader, "").await, ["ann 5"]);
    answers(&app, "ann", 5).await;
    asks(&app, "ann", 3).await;
    assert_eq!(waiting(&app.reader, "").await, [""; 0]);
}

async fn the_list_is_by_owner_and_follows_a_new_one(app: TestApp) {
    let ann = client_of(&asks(&app, "ann", 1).await);
    let bob = client_of(&asks(&app, "bob", 2).await);
    asks(&app, "cid", 3).await;
    let (sales, rival) = (app.users.sales, app.users.rival);
    app.admin.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "owner_id": sales })).await.ok();
    app.admin.patch_any(&format!("/api/v1/contacts/{bob}"), json!({ "owner_id": rival })).await.ok();
    assert_eq!(waiting(&app.sales, "").await, ["ann 1", "cid 3"]);
    assert_eq!(waiting(&app.sales, "owner_id=me").await, ["ann 1"]);
    assert_eq!(waiting(&app.admin, "owner_id=none").await, ["cid 3"]);
    assert_eq!(waiting(&app.admin, &format!("owner_id={rival}")).await, ["bob 2"]);
    app.admin.patch_any(&format!("/api/v1/contacts/{bob}"), json!({ "owner_id": sales })).await.ok();
    assert_eq!(waiting(&app.sales, "owner_id=me").await, ["ann 1", "bob 2"]);
    assert_eq!(waiting(&app.rival, "").await, ["cid 3"]);
}

async fn deleted_clients_wait_no_longer_and_come_back(app: TestApp) {
    let ann = client_of(&asks(&app, "ann", 1).await);
    app.admin.delete_any(&format!("/api/v1/contacts/{ann}")).await.no_content();
    assert_eq!(waiting(&app.admin, "").await, [""; 0]);
    app.admin.post_empty(&format!("/api/v1/contacts/{ann}/restore")).await.ok();
    assert_eq!(waiting(&app.admin, "").await, ["ann 1"]);
}

async fn merged_clients_wait_as_one(app: TestApp) {
    let ann = client_of(&asks(&app, "ann", 1).await);
    let old = client_of(&asks(&app, "old", 2).await);
    let merge = app.admin.post(&format!("/api/v1/contacts/{ann}/merge"), json!({ "contact_ids": [old] })).await.ok();
    let list = app.admin.get(LIST).await.ok();
    let rows: Vec<_> = list.items().iter().map(|row| (&row["contact_id"], &row["interaction"]["subject"])).collect();
    assert_eq!(rows, [(&json!(ann), &json!("old 2"))]);
    app.admin.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "owner_id": app.users.rival })).await.ok();
    assert_eq!(waiting(&app.sales, "").await, [""; 0]);
    answers(&app, "ann", 3).await;
    assert_eq!(waiting(&app.admin, "").await, [""; 0]);
    assert!(merge.status < 300);
}

async fn messages_about_leads_out_of_sight_are_not_shown(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    let lead = app.lead(ann, Some(app.users.rival), "open").await;
    say(&app, "ann", 1, "email", "inbound", json!({ "lead_id": lead, "subject": "secret" })).await;
    assert_eq!(waiting(&app.sales, "").await, [""; 0]);
    assert_eq!(waiting(&app.admin, "").await, ["secret"]);
}

async fn bad_parameters_of_the_waiting_list_are_named(app: TestApp) {
    for (query, field) in [("limit=0", "limit"), ("owner_id=x", "owner_id"), ("cursor=x", "cursor"), ("age=2", "age")] {
        app.reader.get(&format!("{LIST}?{query}")).await.invalid(&[field]);
    }
    app.key.get(&format!("{LIST}?owner_id=me")).await.invalid(&["owner_id"]);
}

fn dismissal(client: ContactId) -> String {
    format!("/api/v1/contacts/{client}/awaiting-reply/dismiss")
}

async fn the_list_is_counted_where_asked(app: TestApp) {
    for (who, day) in [("ann", 1), ("bob", 2), ("cid", 3)] {
        asks(&app, who, day).await;
    }
    let list = app.reader.get(&format!("{LIST}?total=true&limit=1&from=2024-01-02T00:00:00Z")).await.ok();
    assert_eq!((list.items().len(), &list.json["total"]), (1, &json!(2)));
    let next = list.json["next_cursor"].as_str().unwrap();
    let rest = app.reader.get(&format!("{LIST}?total=true&cursor={next}")).await.ok();
    assert_eq!((rest.items().len(), &rest.json["total"]), (1, &json!(3)));
    assert!(app.reader.get(LIST).await.ok().json.get("total").is_none());
}

async fn a_client_that_needs_no_answer_waits_again_with_the_next_message(app: TestApp) {
    let ann = client_of(&asks(&app, "ann", 2).await);
    app.sales.post_empty(&dismissal(ann)).await.no_content();
    assert_eq!(waiting(&app.sales, "").await, [""; 0]);
    // What is known only now of the time before changes nothing, nor does a second dismissal.
    asks(&app, "ann", 1).await;
    app.sales.post_empty(&dismissal(ann)).await.no_content();
    assert_eq!(waiting(&app.sales, "").await, [""; 0]);
    let told = app.admin.get(&format!("/api/v1/audit?entity_id={ann}")).await.ok();
    let dismissals = told.items().iter().filter(|entry| entry["action"] == "dismiss_reply").count();
    assert_eq!(dismissals, 1);
    asks(&app, "ann", 3).await;
    assert_eq!(waiting(&app.sales, "").await, ["ann 3"]);
}

async fn a_client_put_aside_by_mistake_waits_again(app: TestApp) {
    let ann = client_of(&asks(&app, "ann", 1).await);
    app.sales.post_empty(&dismissal(ann)).await.no_content();
    for _ in 0..2 {
        app.sales.delete_any(&dismissal(ann)).await.no_content();
        assert_eq!(waiting(&app.sales, "").await, ["ann 1"]);
    }
    answers(&app, "ann", 2).await;
    app.sales.delete_any(&dismissal(ann)).await.no_content();
    assert_eq!(waiting(&app.sales, "").await, [""; 0]);
}

async fn a_message_that_came_meanwhile_is_not_put_aside(app: TestApp) {
    let ann = client_of(&asks(&app, "ann", 1).await);
    asks(&app, "ann", 2).await;
    let seen = |day: u32| format!("{}?waiting_since=2024-01-0{day}T00:00:00Z", dismissal(ann));
    app.sales.post_empty(&seen(1)).await.problem(409, "conflict");
    assert_eq!(waiting(&app.sales, "").await, ["ann 2"]);
    app.sales.post_empty(&seen(2)).await.no_content();
    assert_eq!(waiting(&app.sales, "").await, [""; 0]);
}

async fn merged_clients_are_put_aside_as_one(app: TestApp) {
    let ann = client_of(&asks(&app, "ann", 1).await);
    let old = client_of(&asks(&app, "old", 2).await);
    app.admin.post(&format!("/api/v1/contacts/{ann}/merge"), json!({ "contact_ids": [old] })).await.ok();
    app.sales.post_empty(&dismissal(ann)).await.no_content();
    assert_eq!(waiting(&app.sales, "").await, [""; 0]);
    app.sales.delete_any(&dismissal(ann)).await.no_content();
    assert_eq!(waiting(&app.sales, "").await, ["old 2"]);
}

async fn only_clients_in_sight_are_put_aside(app: TestApp) {
    let ann = client_of(&asks(&app, "ann", 1).await);
    app.reader.post_empty(&dismissal(ann)).await.problem(403, "forbidden");
    app.give(ann, app.users.rival).await;
    app.sales.post_empty(&dismissal(ann)).await.problem(404, "not_found");
    app.sales.delete_any(&dismissal(ann)).await.problem(404, "not_found");
    assert_eq!(waiting(&app.admin, "").await, ["ann 1"]);
    // A message about a lead out of sight is as good as absent.
    let bob = app.client("bob@example.com").await;
    let lead = app.lead(bob, Some(app.users.rival), "open").await;
    say(&app, "bob", 2, "email", "inbound", json!({ "lead_id": lead, "subject": "secret" })).await;
    app.sales.post_empty(&dismissal(bob)).await.no_content();
    assert_eq!(waiting(&app.admin, "").await, ["ann 1", "secret"]);
}
