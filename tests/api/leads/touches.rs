use serde_json::{Value, json};

use crate::support::sales::path;
use crate::support::{TestApp, cases};

cases![
    the_path_to_a_win_holds_the_touchpoints_of_the_days_before_it,
    the_path_agrees_with_the_first_and_the_last_touch,
    steps_within_a_visit_and_notes_are_no_touches,
    a_path_pages_over_all_who_are_merged,
    a_path_is_seen_by_who_sees_lead_and_client,
    bad_parameters_of_a_path_are_named,
];

/// A client with touchpoints at these times: `(time, channel, source, campaign)`.
async fn touched(app: &TestApp, touches: &[(&str, &str, Option<&str>, Option<&str>)]) -> String {
    let contact = app.client("ann@example.com").await;
    for (at, channel, source, campaign) in touches {
        let medium = source.map(|_| "cpc");
        app.touch(json!({ "occurred_at": at, "channel": channel, "direction": "inbound", "utm_source": source, "utm_medium": medium, "utm_campaign": campaign })).await;
    }
    contact.to_string()
}

fn times(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|touch| &touch["occurred_at"].as_str().unwrap()[..10]).collect()
}

const YEAR: [(&str, &str, Option<&str>, Option<&str>); 5] = [
    ("2024-01-01T00:00:00Z", "web", Some("google"), Some("Spring")),
    ("2024-05-01T00:00:00Z", "email", None, None),
    ("2024-06-01T00:00:00Z", "web", Some("bing"), Some("Summer")),
    ("2024-07-01T00:00:00Z", "store", None, None),
    ("2024-07-02T00:00:00Z", "store", None, None),
];

async fn the_path_to_a_win_holds_the_touchpoints_of_the_days_before_it(app: TestApp) {
    let pipeline = app.pipeline().await;
    let contact = touched(&app, &YEAR).await;
    let body = json!({ "contact_id": contact, "entered_at": "2024-06-01T00:00:00Z" });
    let lead = app.sales.post("/api/v1/leads", body).await.created();
    let won = json!({ "stage_id": pipeline.stage("Won"), "at": "2024-07-01T00:00:00Z" });
    app.sales.post(&format!("{}/stage", path(&lead)), won).await.ok();
    let whole = app.reader.get(&format!("{}/touches", path(&lead))).await.ok();
    assert_eq!(times(&whole.json), ["2024-05-01", "2024-06-01", "2024-07-01"]);
    assert_eq!((&whole.json["won"], &whole.json["to"]), (&json!(true), &json!("2024-07-01T00:00:00Z")));
    assert_eq!(
        (&whole.json["from"], &whole.json["entered_at"]),
        (&json!("2024-04-02T00:00:00Z"), &lead.json["entered_at"])
    );
    let summer = &whole.json["items"][1];
    assert_eq!((&summer["utm_campaign"], &summer["channel_group"]), (&json!("Summer"), &json!("Paid Search")));
    let long = app.reader.get(&format!("{}/touches?lookback_days=365", path(&lead))).await.ok();
    assert_eq!(times(&long.json).len(), 4);
    let short = app.reader.get(&format!("{}/touches?lookback_days=1", path(&lead))).await.ok();
    assert_eq!(times(&short.json), ["2024-07-01"]);
}

async fn the_path_agrees_with_the_first_and_the_last_touch(app: TestApp) {
    app.pipeline().await;
    let contact = touched(&app, &YEAR).await;
    let body = json!({ "contact_id": contact, "entered_at": "2024-06-15T00:00:00Z" });
    let lead = app.sales.post("/api/v1/leads", body).await.created();
    let answer = app.reader.get(&format!("{}/touches?lookback_days=3650", path(&lead))).await.ok();
    assert_eq!(answer.json["won"], false);
    let all = answer.items();
    assert_eq!(all.len(), 5);
    let before: Vec<_> = all.iter().filter(|t| t["occurred_at"].as_str() <= lead.json["entered_at"].as_str()).collect();
    assert_eq!(before.first().unwrap()["channel_group"], lead.json["first_touch_group"]);
    assert_eq!(before.last().unwrap()["channel_group"], lead.json["last_touch_group"]);
    assert_eq!(before.last().unwrap()["utm_campaign"], lead.json["touch_campaign"]);
}

async fn steps_within_a_visit_and_notes_are_no_touches(app: TestApp) {
    app.pipeline().await;
    let contact = touched(&app, &[("2024-06-01T00:00:00Z", "web", Some("google"), None)]).await;
    let within = json!({ "url": "https://shop.example/b", "referrer": "https://shop.example/a" });
    app.touch(json!({ "occurred_at": "2024-06-01T00:01:00Z", "channel": "web", "properties": within })).await;
    app.touch(json!({ "occurred_at": "2024-06-01T00:02:00Z", "channel": "note", "body": "x" })).await;
    let gone = app.touch(json!({ "occurred_at": "2024-06-01T00:03:00Z", "channel": "store" })).await;
    app.manager.delete_any(&format!("/api/v1/interactions/{}", gone["id"].as_str().unwrap())).await.no_content();
    let lead = app.sales.post("/api/v1/leads", json!({ "contact_id": contact })).await.created();
    let answer = app.reader.get(&format!("{}/touches?lookback_days=3650", path(&lead))).await.ok();
    assert_eq!(times(&answer.json), ["2024-06-01"]);
}

async fn a_path_pages_over_all_who_are_merged(app: TestApp) {
    app.pipeline().await;
    let ann = touched(&app, &YEAR).await;
    let old = app.client("old@example.com").await;
    for day in 1..4 {
        let at = format!("2024-06-0{day}T12:00:00Z");
        app.touch(json!({ "contact": { "email": "old@example.com" }, "occurred_at": at, "channel": "store" })).await;
    }
    app.admin.post(&format!("/api/v1/contacts/{ann}/merge"), json!({ "contact_ids": [old] })).await.ok();
    let lead = app.sales.post("/api/v1/leads", json!({ "contact_id": ann })).await.created();
    let touches = format!("{}/touches?lookback_days=3650", path(&lead));
    let whole = app.reader.get(&touches).await.ok();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.reader.get(&format!("{touches}&limit=3{cursor}")).await.ok();
        seen.extend(page.items().clone());
        let Some(next) = page.json["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!((seen.len(), &json!(seen)), (8, &whole.json["items"]));
}

async fn a_path_is_seen_by_who_sees_lead_and_client(app: TestApp) {
    app.pipeline().await;
    let contact = touched(&app, &YEAR).await;
    let secret = app.lead(contact.parse().unwrap(), Some(app.users.rival), "open").await;
    app.touch(json!({ "occurred_at": "2024-07-01T00:00:00Z", "channel": "store", "lead_id": secret })).await;
    let lead = app.sales.post("/api/v1/leads", json!({ "contact_id": contact })).await.created();
    let touches = format!("{}/touches?lookback_days=3650", path(&lead));
    assert_eq!(app.sales.get(&touches).await.ok().items().len(), 5);
    assert_eq!(app.admin.get(&touches).await.ok().items().len(), 6);
    app.rival.get(&touches).await.problem(404, "not_found");
    app.give(contact.parse().unwrap(), app.users.rival).await;
    app.sales.get(&touches).await.problem(404, "not_found");
}

async fn bad_parameters_of_a_path_are_named(app: TestApp) {
    app.pipeline().await;
    let lead = app.deal(&app.sales, json!({})).await;
    for (query, field) in
        [("lookback_days=0", "lookback_days"), ("limit=0", "limit"), ("cursor=x", "cursor"), ("days=3", "days")]
    {
        app.reader.get(&format!("{}/touches?{query}", path(&lead))).await.invalid(&[field]);
    }
}
