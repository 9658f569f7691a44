use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use touchline::contacts::ContactId;

use crate::support::clients::touchpoint;
use crate::support::{TestApp, cases};

cases![
    paging_shows_every_entry_exactly_once_in_order,
    pages_stay_in_place_while_new_entries_arrive,
    equal_instants_are_ordered_by_id,
];

/// The `(occurred_at, id)` of all entries, page after page.
async fn walk(app: &TestApp, contact: ContactId, order: &str, limit: usize) -> Vec<(String, String)> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/contacts/{contact}/timeline?order={order}&limit={limit}{cursor}");
        let page = app.reader.get(&path).await.ok();
        assert!(page.items().len() <= limit);
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        seen.extend(page.items().iter().map(|entry| (text(&entry["occurred_at"]), text(&entry["id"]))));
        let Some(next) = page.json["next_cursor"].as_str() else { return seen };
        cursor = format!("&cursor={next}");
    }
}

/// Histories of up to 60 entries on few days, so that many share an instant, read in pages of any size.
async fn paging_shows_every_entry_exactly_once_in_order(app: TestApp) {
    let mut runner = TestRunner::deterministic();
    for run in 0..6 {
        let history = (prop::collection::vec(1_u32..6, 0..60), 1_usize..25);
        let (days, limit) = history.new_tree(&mut runner).unwrap().current();
        let client = json!({ "email": format!("p{run}@example.com") });
        let contact = app.client(client["email"].as_str().unwrap()).await;
        let on = |day| touchpoint(json!({ "contact": client, "occurred_at": format!("2024-01-0{day}T00:00:00Z") }));
        let mut wanted = Vec::new();
        if !days.is_empty() {
            let items: Vec<_> = days.iter().map(on).collect();
            let made = app.key.post("/api/v1/interactions/batch", json!({ "items": items })).await.ok();
            let id = |index: usize| made.items()[index]["id"].as_str().unwrap().to_owned();
            wanted = days.iter().enumerate().map(|(n, day)| (format!("2024-01-0{day}T00:00:00Z"), id(n))).collect();
        }
        wanted.sort();
        assert_eq!(walk(&app, contact, "oldest", limit).await, wanted, "{days:?} by {limit}");
        wanted.reverse();
        assert_eq!(walk(&app, contact, "newest", limit).await, wanted, "{days:?} by {limit}");
    }
}

async fn pages_stay_in_place_while_new_entries_arrive(app: TestApp) {
    let on = |day: u32| json!({ "occurred_at": format!("2024-01-{day:02}T00:00:00Z"), "kind": format!("d{day}") });
    let contact = app.client("ann@example.com").await;
    for day in [1, 2, 3, 4, 5, 6] {
        app.touch(on(day)).await;
    }
    let line = format!("/api/v1/contacts/{contact}/timeline?limit=3");
    let first = app.reader.get(&line).await.ok();
    // One newer, one within the page that was read, one at the instant of its last entry.
    for day in [9, 5, 4] {
        app.touch(on(day)).await;
    }
    let second = app.reader.get(&format!("{line}&cursor={}", first.json["next_cursor"].as_str().unwrap())).await.ok();
    let kinds: Vec<_> = second.items().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["d3", "d2", "d1"]);
}

async fn equal_instants_are_ordered_by_id(app: TestApp) {
    let items = vec![touchpoint(json!({ "occurred_at": "2024-01-01T00:00:00Z" })); 30];
    let made = app.key.post("/api/v1/interactions/batch", json!({ "items": items })).await.ok();
    let contact = made.items()[0]["contact_id"].as_str().unwrap().parse().unwrap();
    let mut ids: Vec<_> = made.items().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    let seen: Vec<_> = walk(&app, contact, "oldest", 7).await.into_iter().map(|(_, id)| id).collect();
    assert_eq!(seen, ids);
}
