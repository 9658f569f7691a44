//! The rules: published, changed, tried, applied to the past.

use serde_json::{Value, json};
use touchline::channels;

use super::{RULES, kept, lead, visit};
use crate::support::{TestApp, cases};

cases![
    the_published_rules_are_shown_replaced_and_brought_back,
    groups_of_former_rules_may_be_asked_for,
    bad_rules_are_refused_by_path,
    rules_are_tried_without_being_stored,
    touchpoints_get_the_group_of_the_rules_in_force,
    web_events_and_forms_get_their_groups_from_click_ids_and_referrers,
    rules_are_applied_to_the_past_in_pieces_that_survive_a_restart,
    an_erased_client_keeps_the_groups,
];

fn only(group: &str, source: &str) -> Value {
    json!({ "rules": [{ "group": group, "any": [{ "all": [{ "field": "source", "is": [source] }] }] }] })
}

async fn the_published_rules_are_shown_replaced_and_brought_back(app: TestApp) {
    let shown = app.reader.get(RULES).await.ok();
    assert_eq!((&shown.json["published"], shown.json["rules"].as_array().unwrap().len()), (&json!(true), 25));
    assert_eq!(shown.json["rules"][0]["group"], "Direct");
    app.manager
        .send("PUT", RULES, crate::support::json(actix_web::test::TestRequest::put(), &only("A", "a")))
        .await
        .problem(428, "precondition_required");
    let changed = app.manager.put_any(RULES, only("A", "a")).await.ok();
    assert_eq!((&changed.json["published"], &changed.json["rules"][0]["group"]), (&json!(false), &json!("A")));
    assert_eq!(changed.etag(), "\"v2\"");
    app.sales.put_any(RULES, only("A", "a")).await.problem(403, "forbidden");
    app.manager.delete_from(&shown, RULES).await.problem(412, "precondition_failed");
    let back = app.manager.delete_from(&changed, RULES).await.ok();
    assert_eq!((&back.json["published"], &back.json["version"]), (&json!(true), &json!(3)));
}

/// Touchpoints and leads keep the group they came by, so that a report or a segment may be about it.
async fn groups_of_former_rules_may_be_asked_for(app: TestApp) {
    visit(&app, 1, "google", "cpc").await;
    let journey = |group: &str| {
        json!({ "steps": [{ "touch": { "channel_groups": [group] } }, { "touch": { "channels": ["call"] } }],
            "from": "2020-01-01", "to": "2030-01-01" })
    };
    let segment = |group: &str| json!({ "rule": { "version": 1, "touchpoints": { "channel_group": group } } });
    let saved = json!({ "name": "From ads", "kind": "journey", "parameters": journey("Paid Search") });
    let saved = app.manager.post("/api/v1/saved-reports", saved).await.created();
    for rules in [only("A", "a"), only("B", "b")] {
        app.manager.put_any(RULES, rules).await.ok();
    }
    app.manager.delete_any(RULES).await.ok();
    app.manager.put_any(RULES, only("B", "b")).await.ok();
    app.manager.get(&format!("/api/v1/saved-reports/{}/run", saved.id())).await.ok();
    for group in ["Paid Search", "A", "B", "Unassigned"] {
        let found = i64::from(group == "Paid Search");
        let funnel = app.reader.post("/api/v1/reports/journey", journey(group)).await.ok();
        assert_eq!(funnel.json["steps"][0]["entered"], found, "{group}");
        let count = app.reader.post("/api/v1/segments/preview", segment(group)).await.ok();
        assert_eq!(count.json["count"], found, "{group}");
    }
    app.reader.post("/api/v1/reports/journey", journey("C")).await.invalid(&["steps[0].touch.channel_groups[0]"]);
    app.reader.post("/api/v1/segments/preview", segment("C")).await.invalid(&["rule.touchpoints.channel_group"]);
}

async fn bad_rules_are_refused_by_path(app: TestApp) {
    let test = |test: Value| json!({ "rules": [{ "group": "A", "any": [{ "all": [test] }] }] });
    for (test, field) in [
        (json!({ "field": "source", "matches": "(" }), "rules[0].any[0].all[0].matches"),
        (json!({ "field": "source", "is": [] }), "rules[0].any[0].all[0].is"),
        (json!({ "field": "source" }), "rules[0].any[0].all[0]"),
        (json!({ "field": "colour", "is": ["red"] }), "rules[0].any[0].all[0].field"),
    ] {
        app.manager.put_any(RULES, self::only("", "")).await.invalid(&["rules[0].group"]);
        app.manager.put_any(RULES, test_of(&test)).await.invalid(&[field]);
    }
    let body = json!({ "rules": test(json!({ "field": "medium", "matches": "[" }))["rules"], "touches": [{}] });
    app.reader.post(&format!("{RULES}/try"), body).await.invalid(&["rules[0].any[0].all[0].matches"]);
}

fn test_of(test: &Value) -> Value {
    json!({ "rules": [{ "group": "A", "any": [{ "all": [test] }] }] })
}

async fn rules_are_tried_without_being_stored(app: TestApp) {
    let touches = json!([
        { "url": "https://we.example/?gclid=x", "referrer": "https://www.google.com/" },
        { "url": "https://we.example/b", "referrer": "https://we.example/a" },
        { "channel": "store" },
    ]);
    let tried = app.reader.post(&format!("{RULES}/try"), json!({ "touches": touches })).await.ok();
    let groups: Vec<_> = tried.items().iter().map(|item| item["group"].clone()).collect();
    assert_eq!(groups, [json!("Paid Search"), Value::Null, json!("Store")]);
    assert_eq!((&tried.items()[0]["click_id"], &tried.items()[0]["medium"]), (&json!("gclid"), &json!("cpc")));
    let own = json!({ "touches": touches, "rules": only("Ours", "google")["rules"] });
    let tried = app.reader.post(&format!("{RULES}/try"), own).await.ok();
    assert_eq!((&tried.items()[0]["group"], &tried.items()[2]["group"]), (&json!("Ours"), &json!("Unassigned")));
    assert_eq!(app.reader.get(RULES).await.ok().json["published"], true);
}

async fn touchpoints_get_the_group_of_the_rules_in_force(app: TestApp) {
    assert_eq!(visit(&app, 1, "google", "cpc").await["channel_group"], "Paid Search");
    let call = app.touch(json!({})).await;
    assert_eq!(call["channel_group"], "Phone");
    let note = app.touch(json!({ "channel": "note", "direction": "internal" })).await;
    assert_eq!(note["channel_group"], Value::Null);
    app.manager.put_any(RULES, only("Ours", "google")).await.ok();
    assert_eq!(visit(&app, 2, "google", "cpc").await["channel_group"], "Ours");
    let path = format!("/api/v1/interactions/{}", call["id"].as_str().unwrap());
    assert_eq!(app.manager.get(&path).await.ok().json["channel_group"], "Phone", "the past stays until asked");
    let corrected = app.manager.patch_any(&path, json!({ "channel": "meeting" })).await.ok();
    assert_eq!(corrected.json["channel_group"], "Unassigned");
    let items = json!({ "items": [crate::support::clients::touchpoint(json!({ "utm_source": "google" }))] });
    let batch = app.manager.post("/api/v1/interactions/batch", items).await.ok();
    let path = format!("/api/v1/interactions/{}", batch.items()[0]["id"].as_str().unwrap());
    assert_eq!(app.manager.get(&path).await.ok().json["channel_group"], "Ours");
}

async fn web_events_and_forms_get_their_groups_from_click_ids_and_referrers(app: TestApp) {
    let touch = async |properties: Value| {
        let touch = app.touch(json!({ "channel": "web", "kind": "page_view", "properties": properties })).await;
        touch["channel_group"].clone()
    };
    assert_eq!(touch(json!({ "url": "https://we.example/?yclid=5" })).await, "Paid Search");
    assert_eq!(touch(json!({ "click_ids": { "fbclid": "x" } })).await, "Organic Social");
    let search = json!({ "url": "https://we.example/", "referrer": "https://duckduckgo.com/" });
    assert_eq!(touch(search).await, "Organic Search");
    let inner = json!({ "url": "https://we.example/b", "referrer": "https://we.example/" });
    assert_eq!(touch(inner).await, Value::Null);
    assert_eq!(touch(json!({ "url": 7, "referrer": [], "click_ids": "x" })).await, "Direct");
}

async fn rules_are_applied_to_the_past_in_pieces_that_survive_a_restart(app: TestApp) {
    while channels::step(&app.state.db).await.unwrap() {}
    let touch = visit(&app, 1, "google", "cpc").await;
    let deal = lead(&app, &touch["contact_id"], 2).await;
    for n in 0..350 {
        let at = format!("2024-02-01T{:02}:{:02}:00Z", n / 60, n % 60);
        let touches = json!({ "contact": { "email": format!("c{}@example.com", n % 3) }, "occurred_at": at });
        app.touch(touches).await;
    }
    app.manager.put_any(RULES, only("Ours", "google")).await.ok();
    app.reader.post(&format!("{RULES}/apply"), json!({})).await.problem(403, "forbidden");
    app.manager.post_empty(&format!("{RULES}/apply")).await.expect(202);
    assert!(channels::step(&app.state.db).await.unwrap());
    let half = app.reader.get(&format!("{RULES}/apply")).await.ok().json;
    assert_eq!((&half["seen"], &half["finished_at"]), (&json!(300), &Value::Null));
    let app = app.restart(touchline::config::Config::default()).await;
    while channels::step(&app.state.db).await.unwrap() {}
    let done = app.reader.get(&format!("{RULES}/apply")).await.ok().json;
    assert_eq!((&done["seen"], &done["changed"]), (&json!(351), &json!(351)), "{done}");
    assert!(done["finished_at"].is_string());
    assert_eq!(kept(&app, &deal).await, (json!("Ours"), json!("Ours"), Value::Null));
    assert!(!channels::step(&app.state.db).await.unwrap(), "done is done");
}

async fn an_erased_client_keeps_the_groups(app: TestApp) {
    let touch = app
        .touch(json!({ "channel": "web", "kind": "page_view", "properties": { "url": "https://we.example/?gclid=5" } }))
        .await;
    let contact = touch["contact_id"].as_str().unwrap();
    app.manager.post_empty(&format!("/api/v1/contacts/{contact}/erase")).await.no_content();
    while channels::step(&app.state.db).await.unwrap() {}
    let groups = app
        .state
        .db
        .read(|conn| {
            use diesel::prelude::*;
            use touchline::db::schema::timeline_entries as entries;
            let own = entries::table.filter(entries::channel.eq("web")).select(entries::channel_group);
            Ok(own.load::<Option<String>>(conn)?)
        })
        .await
        .unwrap();
    assert_eq!(groups, [Some("Paid Search".to_owned())]);
}
