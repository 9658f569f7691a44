//! Tasks and their mirrors on the timeline.

use serde_json::{Value, json};

use crate::support::{TestApp, cases};

const URL: &str = "/api/v1/tasks";

cases![
    a_task_is_made_done_and_opened_again,
    a_tasks_entry_moves_with_it,
    tasks_are_listed_by_when_they_are_due,
    every_filter_narrows_the_list,
    an_assignee_is_an_active_user,
    bad_fields_are_named,
    tasks_of_hidden_clients_are_hidden,
    a_stale_change_is_refused,
    tasks_name_their_clients_and_how_to_call_them,
];

async fn a_task_is_made_done_and_opened_again(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    let body = json!({ "contact_id": ann, "title": "Call back", "assignee_id": app.users.mate });
    let task = app.sales.post_once("t", URL, body.clone()).await.created();
    assert_eq!(app.sales.post_once("t", URL, body).await.created().json, task.json);
    let path = task.header("location").unwrap();
    let done = app.sales.patch_from(&task, &path, json!({ "done": true })).await.ok();
    assert!(done.json["done_at"].is_string());
    let same = app.sales.patch_from(&done, &path, json!({ "done": true })).await.ok();
    assert_eq!(same.json["done_at"], done.json["done_at"]);
    assert_eq!(app.sales.patch_any(&path, json!({ "done": false })).await.ok().json["done_at"], Value::Null);
    app.sales.delete_any(&path).await.no_content();
    app.sales.get(&path).await.problem(404, "not_found");
    assert_eq!(app.sales.post_empty(&format!("{path}/restore")).await.ok().json["title"], "Call back");
}

async fn a_tasks_entry_moves_with_it(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    let line = format!("/api/v1/contacts/{ann}/timeline?type=task");
    let task = app.sales.post(URL, json!({ "contact_id": ann, "title": "Call" })).await.created();
    let path = task.header("location").unwrap();
    let entry = app.sales.get(&line).await.ok().items()[0].clone();
    assert_eq!((&entry["id"], &entry["occurred_at"]), (&task.json["id"], &task.json["created_at"]));
    let change = json!({ "due_at": "2030-01-01T00:00:00Z", "title": "Call again", "body": "at ten" });
    app.sales.patch_any(&path, change).await.ok();
    let entry = app.sales.get(&line).await.ok().items()[0].clone();
    assert_eq!((&entry["occurred_at"], &entry["subject"]), (&json!("2030-01-01T00:00:00Z"), &json!("Call again")));
    let done = app.sales.patch_any(&path, json!({ "done": true })).await.ok();
    let entry = app.sales.get(&line).await.ok().items()[0].clone();
    assert_eq!((&entry["occurred_at"], &entry["kind"]), (&done.json["done_at"], &json!("task.done")));
    app.sales.delete_any(&path).await.no_content();
    assert!(app.sales.get(&line).await.ok().items().is_empty());
    app.sales.post_empty(&format!("{path}/restore")).await.ok();
    assert_eq!(app.sales.get(&line).await.ok().items().len(), 1);
}

async fn make(app: &TestApp, title: &str, more: Value) -> Value {
    let mut body = json!({ "contact_id": app.client("ann@example.com").await, "title": title });
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    app.sales.post(URL, body).await.created().json
}

async fn titles(app: &TestApp, query: &str) -> Vec<String> {
    let list = app.sales.get(&format!("{URL}?{query}")).await.ok();
    list.items().iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect()
}

async fn tasks_are_listed_by_when_they_are_due(app: TestApp) {
    for (title, due) in
        [("c", Some("2030-01-02")), ("e", None), ("a", Some("2030-01-01")), ("b", Some("2030-01-01")), ("f", None)]
    {
        let more = due.map_or(json!({}), |due| json!({ "due_at": format!("{due}T00:00:00Z") }));
        make(&app, title, more).await;
    }
    for limit in [1, 2, 3, 4, 5, 50] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = app.sales.get(&format!("{URL}?limit={limit}{cursor}")).await.ok();
            seen.extend(page.items().iter().map(|task| task["title"].as_str().unwrap().to_owned()));
            let Some(next) = page.json["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, ["a", "b", "c", "e", "f"], "{limit}");
    }
}

async fn every_filter_narrows_the_list(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    let lead = app.lead(ann, None, "open").await;
    make(&app, "late", json!({ "due_at": "2020-01-01T00:00:00Z", "assignee_id": app.users.mate })).await;
    make(&app, "soon", json!({ "due_at": "2999-01-01T00:00:00Z", "lead_id": lead })).await;
    let done = make(&app, "done", json!({ "due_at": "2020-01-02T00:00:00Z" })).await;
    app.sales.patch_any(&format!("{URL}/{}", done["id"].as_str().unwrap()), json!({ "done": true })).await.ok();
    make(&app, "undated", json!({})).await;
    for (query, wanted) in [
        ("state=open".to_owned(), vec!["late", "soon", "undated"]),
        ("state=done".to_owned(), vec!["done"]),
        ("overdue=true".to_owned(), vec!["late"]),
        ("overdue=false".to_owned(), vec!["done", "soon", "undated"]),
        ("due_from=2020-01-02T00:00:00Z".to_owned(), vec!["done", "soon"]),
        ("due_to=2020-01-02T00:00:00Z".to_owned(), vec!["late"]),
        (format!("assignee_id={}", app.users.mate), vec!["late"]),
        (format!("lead_id={lead}"), vec!["soon"]),
        (format!("contact_id={lead}"), vec![]),
        (format!("contact_id={ann}&state=open&due_to=2021-01-01T00:00:00Z"), vec!["late"]),
    ] {
        assert_eq!(titles(&app, &query).await, wanted, "{query}");
    }
}

async fn an_assignee_is_an_active_user(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    let body = json!({ "contact_id": ann, "title": "x", "assignee_id": ann });
    app.sales.post(URL, body).await.invalid(&["assignee_id"]);
    let task = make(&app, "x", json!({})).await;
    let path = format!("{URL}/{}", task["id"].as_str().unwrap());
    app.sales.patch_any(&path, json!({ "assignee_id": ann })).await.invalid(&["assignee_id"]);
}

async fn bad_fields_are_named(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    app.sales
        .post(URL, json!({ "contact_id": ann, "title": " ", "due_at": "soon" }))
        .await
        .invalid(&["title", "due_at"]);
    app.sales
        .post(URL, json!({ "contact_id": ann, "title": "x", "due_at": "1800-01-01T00:00:00Z" }))
        .await
        .invalid(&["due_at"]);
    app.sales.post(URL, json!({ "contact_id": ann, "title": "x", "lead_id": ann })).await.invalid(&["lead_id"]);
    app.sales.post(URL, json!({ "contact_id": app.users.mate, "title": "x" })).await.problem(404, "not_found");
    app.sales.get(&format!("{URL}?state=x")).await.invalid(&["state"]);
}

async fn tasks_of_hidden_clients_are_hidden(app: TestApp) {
    let task = make(&app, "x", json!({})).await;
    app.give(app.client("ann@example.com").await, app.users.sales).await;
    let path = format!("{URL}/{}", task["id"].as_str().unwrap());
    app.mate.get(&path).await.ok();
    app.rival.get(&path).await.problem(404, "not_found");
    app.rival.delete_any(&path).await.problem(404, "not_found");
    assert!(app.rival.get(URL).await.ok().items().is_empty());
}

async fn a_stale_change_is_refused(app: TestApp) {
    let task = make(&app, "x", json!({})).await;
    let path = format!("{URL}/{}", task["id"].as_str().unwrap());
    let seen = app.sales.get(&path).await.ok();
    app.sales.patch(&path, json!({ "title": "y" })).await.problem(428, "precondition_required");
    app.sales.patch_from(&seen, &path, json!({ "title": "y" })).await.ok();
    app.sales.patch_from(&seen, &path, json!({ "title": "z" })).await.problem(412, "precondition_failed");
}

async fn tasks_name_their_clients_and_how_to_call_them(app: TestApp) {
    let phones = json!([{ "number": "415 555 0100" }, { "number": "415 555 0101", "primary": true }]);
    let ann = app.sales.post("/api/v1/contacts", json!({ "family_name": "Lee", "phones": phones })).await.created();
    let task = app.sales.post(URL, json!({ "contact_id": ann.id(), "title": "Call" })).await.created();
    let row = app.sales.get(URL).await.ok().items()[0].clone();
    assert_eq!((&row["contact_name"], &row["contact_phone"]), (&json!("Lee"), &json!("+14155550101")));
    assert_eq!((&row["id"], &row["version"]), (&task.json["id"], &json!(1)));
    // A program that reads tasks and no contacts is told no numbers.
    let key = app.admin.post("/api/v1/api-keys", json!({ "name": "k", "scopes": ["tasks:read"] })).await.created();
    let rows = app.anon.with_token(key.json["key"].as_str().unwrap()).get(URL).await.ok();
    assert_eq!(rows.items()[0]["contact_phone"], Value::Null);
}
