use serde_json::{Value, json};

use crate::support::{TestApp, cases};

cases![
    every_filter_narrows_the_list,
    the_list_pages_to_its_end,
    what_is_rare_is_found_without_reading_all_at_once,
    unknown_and_bad_parameters_are_named,
];

async fn every_filter_narrows_the_list(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    let lead = app.lead(ann, None, "open").await;
    let wanted = app
        .touch(json!({
            "channel": "web", "kind": "form", "direction": "inbound", "lead_id": lead, "source": "site",
            "campaign": "spring", "occurred_at": "2024-05-01T00:00:00Z",
        }))
        .await;
    app.touch(json!({ "contact": { "email": "bob@example.com" }, "occurred_at": "2020-01-01T00:00:00Z" })).await;
    let contact = format!("contact_id={ann}");
    let lead = format!("lead_id={lead}");
    for filter in [
        "channel=web,email",
        "kind=form",
        "online=true",
        "direction=inbound",
        &contact,
        &lead,
        "source=site",
        "campaign=spring",
        "from=2024-05-01T00:00:00Z",
        "from=2024-01-01T00:00:00Z&to=2024-06-01T00:00:00Z",
    ] {
        let list = app.reader.get(&format!("/api/v1/interactions?{filter}")).await.ok();
        let ids: Vec<&Value> = list.items().iter().map(|item| &item["id"]).collect();
        assert_eq!(ids, [&wanted["id"]], "{filter}");
    }
    let before = app.reader.get("/api/v1/interactions?to=2024-05-01T00:00:00Z").await.ok();
    assert_eq!(before.items().len(), 1);
}

async fn the_list_pages_to_its_end(app: TestApp) {
    for n in 0..7 {
        app.touch(json!({ "occurred_at": "2024-01-01T00:00:00Z", "kind": format!("k{n}") })).await;
    }
    let mut seen = Vec::new();
    let mut path = "/api/v1/interactions?limit=3".to_owned();
    loop {
        let page = app.reader.get(&path).await.ok();
        seen.extend(page.items().iter().map(|item| item["kind"].as_str().unwrap().to_owned()));
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        path = format!("/api/v1/interactions?limit=3&cursor={cursor}");
    }
    assert_eq!(seen, ["k6", "k5", "k4", "k3", "k2", "k1", "k0"]);
}

async fn what_is_rare_is_found_without_reading_all_at_once(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    app.touch(json!({ "kind": "rare", "occurred_at": "2020-01-01T00:00:00Z" })).await;
    for day in 1..=6 {
        let at = format!("2024-01-0{day}T00:00:00Z");
        let one = json!({ "contact": { "id": ann }, "channel": "web", "kind": "common", "occurred_at": at });
        app.sales.post("/api/v1/interactions/batch", json!({ "items": vec![one; 1000] })).await.ok();
    }
    let first = app.reader.get("/api/v1/interactions?kind=rare").await.ok();
    assert!(first.items().is_empty());
    let cursor = first.json["next_cursor"].as_str().unwrap();
    let next = app.reader.get(&format!("/api/v1/interactions?kind=rare&cursor={cursor}")).await.ok();
    assert_eq!((next.items().len(), &next.json["next_cursor"]), (1, &Value::Null));
}

async fn unknown_and_bad_parameters_are_named(app: TestApp) {
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("channel=fax", "channel"),
        ("cursor=x", "cursor"),
        ("from=today", "from"),
        ("fro=x", "fro"),
        ("online=maybe", "online"),
        ("contact_id=1", "contact_id"),
    ] {
        app.reader.get(&format!("/api/v1/interactions?{query}")).await.invalid(&[field]);
    }
}
