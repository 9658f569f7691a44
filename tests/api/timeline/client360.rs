use serde_json::{Value, json};

use crate::support::{TestApp, cases};

cases![
    one_call_shows_the_whole_client,
    an_empty_client_has_empty_parts,
    leads_of_others_are_left_out,
    the_next_task_is_the_one_due_first,
];

async fn page(client: &crate::support::Client, id: impl std::fmt::Display) -> Value {
    client.get(&format!("/api/v1/contacts/{id}/360")).await.ok().json
}

async fn one_call_shows_the_whole_client(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    app.give(ann, app.users.sales).await;
    let company = app.company(vec![ann]).await;
    let open = app.lead(ann, None, "open").await;
    app.lead(ann, None, "won").await;
    app.lead(ann, None, "won").await;
    app.lead(ann, None, "lost").await;
    app.touch(json!({ "occurred_at": "2001-01-01T00:00:00Z", "channel": "ad" })).await;
    app.touch(json!({ "occurred_at": "2002-01-01T00:00:00Z" })).await;
    let shown = page(&app.reader, ann).await;
    assert_eq!(shown["contact"]["id"], json!(ann));
    assert_eq!(shown["identities"], json!([{ "kind": "email", "source": "", "value": "ann@example.com" }]));
    assert_eq!(shown["company"], json!({ "id": company, "name": "Acme", "domain": null }));
    assert_eq!(shown["owner"], json!({ "id": app.users.sales, "name": "sales" }));
    assert_eq!((&shown["open_leads"][0]["id"], &shown["open_leads"][0]["stage"]), (&json!(open), &json!("First")));
    assert_eq!(shown["open_leads"].as_array().unwrap().len(), 1);
    assert_eq!(shown["won_value"], json!([{ "currency": "EUR", "amount": 200_000, "leads": 2 }]));
    assert_eq!(shown["open_value"], json!([{ "currency": "EUR", "amount": 100_000, "leads": 1 }]));
    let touch = |at: &str, channel: &str, online: bool| json!({ "at": at, "channel": channel, "online": online });
    assert_eq!(shown["first_touch"], touch("2001-01-01T00:00:00Z", "ad", true));
    assert_eq!(shown["last_touch"], touch("2002-01-01T00:00:00Z", "call", false));
    let kinds: Vec<_> = shown["channels"].as_array().unwrap().iter().map(|total| &total["channel"]).collect();
    assert_eq!(kinds, ["ad", "call"]);
    assert_eq!(shown["timeline"]["items"].as_array().unwrap().len(), 2);
}

async fn an_empty_client_has_empty_parts(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    let shown = page(&app.reader, ann).await;
    for part in ["open_leads", "channels", "won_value", "open_value"] {
        assert_eq!(shown[part], json!([]), "{part}");
    }
    for part in ["company", "owner", "first_touch", "last_touch", "next_task"] {
        assert_eq!(shown[part], Value::Null, "{part}");
    }
}

async fn leads_of_others_are_left_out(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    app.lead(ann, Some(app.users.rival), "won").await;
    app.lead(ann, Some(app.users.rival), "open").await;
    let shown = page(&app.sales, ann).await;
    assert_eq!((&shown["open_leads"], &shown["won_value"]), (&json!([]), &json!([])));
    assert_eq!(page(&app.rival, ann).await["open_leads"].as_array().unwrap().len(), 1);
}

async fn the_next_task_is_the_one_due_first(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    for (title, due) in
        [("later", json!("2031-01-01T00:00:00Z")), ("undated", Value::Null), ("first", json!("2030-01-01T00:00:00Z"))]
    {
        app.sales.post("/api/v1/tasks", json!({ "contact_id": ann, "title": title, "due_at": due })).await.created();
    }
    for title in ["first", "later", "undated"] {
        let next = page(&app.sales, ann).await["next_task"].clone();
        assert_eq!(next["title"], title);
        app.sales
            .patch_any(&format!("/api/v1/tasks/{}", next["id"].as_str().unwrap()), json!({ "done": true }))
            .await
            .ok();
    }
    assert_eq!(page(&app.sales, ann).await["next_task"], Value::Null);
}
