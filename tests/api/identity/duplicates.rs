//! The queue of likely duplicates.

use serde_json::{Value, json};
use touchline::contacts::duplicates;
use touchline::db::types::Instant;

use crate::support::{TestApp, cases};

cases![
    likely_duplicates_are_found_scored_and_explained,
    what_was_dismissed_is_not_suggested_again,
    a_merged_pair_leaves_the_queue,
    a_pair_that_no_longer_looks_alike_goes,
    pairs_are_shown_to_those_who_see_both,
    the_queue_pages_from_the_likeliest,
];

async fn person(app: &TestApp, name: &str, email: &str, phone: &str) -> String {
    let body = json!({ "display_name": name, "emails": [{ "address": email }], "phones": [{ "number": phone }] });
    app.manager.post("/api/v1/contacts", body).await.created().id()
}

/// Lets the background step do all there is to do.
async fn look(app: &TestApp) {
    while duplicates::step(&app.state.db, Instant::MAX).await.unwrap() > 0 {}
}

async fn queue(app: &TestApp) -> Vec<Value> {
    look(app).await;
    app.manager.get("/api/v1/duplicates").await.ok().items().clone()
}

async fn likely_duplicates_are_found_scored_and_explained(app: TestApp) {
    person(&app, "Katharina Schneider", "k.schneider@acme.io", "+493012345678").await;
    person(&app, "Schneider, Katarina", "kschneider@gmail.com", "+4915712345678").await;
    person(&app, "Somebody Else", "else@gmail.com", "+14155550100").await;
    let found = queue(&app).await;
    assert_eq!(found.len(), 1);
    let reasons: Vec<_> = found[0]["reasons"].as_array().unwrap().iter().map(|one| one["reason"].clone()).collect();
    assert_eq!(reasons, ["similar_name", "similar_phone", "similar_email"]);
    assert_eq!(found[0]["score"], 100);
}

async fn what_was_dismissed_is_not_suggested_again(app: TestApp) {
    let ann = person(&app, "Ann Lee", "ann.lee@a.com", "+14155550100").await;
    person(&app, "Ann Lee", "ann.lee@b.com", "+14155550101").await;
    let found = queue(&app).await;
    let path = format!("/api/v1/duplicates/{}/dismiss", found[0]["id"].as_str().unwrap());
    app.reader.post_empty(&path).await.problem(403, "forbidden");
    assert_eq!(app.manager.post_empty(&path).await.ok().json["closed_as"], "dismissed");
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "job_title": "CTO" })).await.ok();
    assert!(queue(&app).await.is_empty());
}

async fn a_merged_pair_leaves_the_queue(app: TestApp) {
    let ann = person(&app, "Ann Lee", "ann.lee@a.com", "+14155550100").await;
    let anne = person(&app, "Anne Lee", "ann.lee@b.com", "+14155550101").await;
    assert_eq!(queue(&app).await.len(), 1);
    app.manager.post(&format!("/api/v1/contacts/{ann}/merge"), json!({ "contact_ids": [anne] })).await.ok();
    assert!(queue(&app).await.is_empty());
}

async fn a_pair_that_no_longer_looks_alike_goes(app: TestApp) {
    let ann = person(&app, "Ann Lee", "ann.lee@a.com", "+14155550100").await;
    person(&app, "Ann Lee", "ann.lee@b.com", "+14155550101").await;
    assert_eq!(queue(&app).await.len(), 1);
    let other = json!({ "display_name": "Bob Ray", "emails": [{ "address": "bob@c.com" }] });
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), other).await.ok();
    assert!(queue(&app).await.is_empty());
}

async fn pairs_are_shown_to_those_who_see_both(app: TestApp) {
    let ann = person(&app, "Ann Lee", "ann.lee@a.com", "+14155550100").await;
    person(&app, "Ann Lee", "ann.lee@b.com", "+14155550101").await;
    app.give(ann.parse().unwrap(), app.users.rival).await;
    look(&app).await;
    assert!(app.sales.get("/api/v1/duplicates").await.ok().items().is_empty());
    assert_eq!(app.rival.get("/api/v1/duplicates").await.ok().items().len(), 1);
}

async fn the_queue_pages_from_the_likeliest(app: TestApp) {
    for n in 0..3 {
        let phone = ["+14155550999", "+442075550999", "+14155550102"][n];
        person(&app, "Ann Lee", &format!("ann.lee@{n}.com"), phone).await;
    }
    look(&app).await;
    let first = app.manager.get("/api/v1/duplicates?limit=1").await.ok();
    let cursor = first.json["next_cursor"].as_str().unwrap();
    let rest = app.manager.get(&format!("/api/v1/duplicates?cursor={cursor}")).await.ok();
    let scores: Vec<_> = first.items().iter().chain(rest.items()).map(|one| one["score"].as_i64().unwrap()).collect();
    assert_eq!(scores, [100, 90, 90]);
}
