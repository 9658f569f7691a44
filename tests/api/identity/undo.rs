//! Undoing merges.

use serde_json::{Value, json};
use touchline::contacts::ContactId;

use super::{email, user};
use crate::support::{TestApp, cases};

cases![
    undoing_gives_both_back_with_their_own_history,
    what_people_changed_since_stays,
    facts_after_the_merge_go_to_the_client_they_came_by,
    nested_merges_are_undone_in_any_order,
    an_address_removed_while_merged_stays_removed,
    undoing_twice_is_undoing_once,
    owners_come_back,
];

const BOOKKEEPING: [&str; 2] = ["version", "updated_at"];

async fn fields(app: &TestApp, id: ContactId) -> Value {
    let mut shown = app.contact(id).await;
    for name in BOOKKEEPING {
        shown.as_object_mut().unwrap().shift_remove(name);
    }
    shown
}

async fn person(app: &TestApp, n: u8, more: Value) -> ContactId {
    let id = app.seen(&[user(&n.to_string()), email(&format!("{n}@example.com"))]).await;
    app.manager.patch_any(&format!("/api/v1/contacts/{id}"), more).await.ok();
    app.touch(json!({ "contact": { "id": id }, "subject": format!("of {n}") })).await;
    id
}

async fn undoing_gives_both_back_with_their_own_history(app: TestApp) {
    let consent = json!({ "email": { "state": "granted", "at": "2024-01-01T00:00:00Z" } });
    let ann = person(&app, 1, json!({ "given_name": "Ann", "tags": ["a", "x"], "consents": consent })).await;
    let anna = person(&app, 2, json!({ "given_name": "Anna", "language": "de", "tags": ["b", "x"] })).await;
    let before = (fields(&app, ann).await, fields(&app, anna).await);
    let merged = app.merge(ann, &[anna]).await;
    assert_eq!(merged["contact"]["tags"], json!(["a", "x", "b"]));
    app.undo(&merged["merges"][0]).await;
    assert_eq!((fields(&app, ann).await, fields(&app, anna).await), before);
    assert_eq!((app.subjects(ann).await, app.subjects(anna).await), (vec!["of 1".into()], vec!["of 2".into()]));
    assert_eq!(app.manager.get("/api/v1/contacts?tag=b").await.ok().items().len(), 1);
}

async fn what_people_changed_since_stays(app: TestApp) {
    let ann = person(&app, 1, json!({ "job_title": "Old", "language": "en" })).await;
    let anna = person(&app, 2, json!({ "job_title": "New", "language": "de", "tags": ["b"] })).await;
    let merged = app.merge(ann, &[anna]).await;
    let edit = json!({ "job_title": "Edited", "tags": ["b", "later"] });
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), edit).await.ok();
    app.undo(&merged["merges"][0]).await;
    let shown = app.contact(ann).await;
    assert_eq!(
        (&shown["job_title"], &shown["language"], &shown["tags"]),
        (&json!("Edited"), &json!("en"), &json!(["later"]))
    );
    assert_eq!(app.contact(anna).await["job_title"], "New");
}

async fn facts_after_the_merge_go_to_the_client_they_came_by(app: TestApp) {
    let (ann, anna) = (person(&app, 1, json!({})).await, person(&app, 2, json!({})).await);
    let merged = app.merge(ann, &[anna]).await;
    app.touch(json!({ "contact": { "email": "2@example.com" }, "subject": "later of 2" })).await;
    app.touch(json!({ "contact": { "email": "1@example.com" }, "subject": "later of 1" })).await;
    app.seen(&[user("2"), email("second@example.com")]).await;
    assert_eq!(app.contact(ann).await["emails"].as_array().unwrap().len(), 3);
    app.undo(&merged["merges"][0]).await;
    assert_eq!(app.subjects(ann).await, ["of 1", "later of 1"]);
    assert_eq!(app.subjects(anna).await, ["of 2", "later of 2"]);
    assert_eq!(app.contact(ann).await["emails"].as_array().unwrap().len(), 1);
    assert_eq!(app.contact(anna).await["emails"].as_array().unwrap().len(), 2);
}

async fn nested_merges_are_undone_in_any_order(app: TestApp) {
    for inner_first in [true, false] {
        let n = if inner_first { 0 } else { 10 };
        let a = person(&app, n + 1, json!({ "job_title": "A" })).await;
        let b = person(&app, n + 2, json!({ "job_title": "B", "tags": ["b"] })).await;
        let c = person(&app, n + 3, json!({ "tags": ["c"] })).await;
        let before = [fields(&app, a).await, fields(&app, b).await, fields(&app, c).await];
        let inner = app.merge(a, &[b]).await["merges"][0].clone();
        let outer = app.merge(c, &[a]).await;
        assert_eq!((outer["contact"]["tags"].clone(), app.subjects(c).await.len()), (json!(["c", "b"]), 3));
        if inner_first {
            app.undo(&inner).await;
            assert_eq!((app.contact(c).await["tags"].clone(), app.subjects(c).await.len()), (json!(["c"]), 2));
            app.undo(&outer["merges"][0]).await;
        } else {
            app.undo(&outer["merges"][0]).await;
            assert_eq!(app.subjects(a).await.len(), 2);
            app.manager.get(&format!("/api/v1/contacts/{b}")).await.expect(301);
            app.undo(&inner).await;
        }
        assert_eq!([fields(&app, a).await, fields(&app, b).await, fields(&app, c).await], before);
    }
}

async fn an_address_removed_while_merged_stays_removed(app: TestApp) {
    let (ann, anna) = (person(&app, 1, json!({})).await, person(&app, 2, json!({})).await);
    let merged = app.merge(ann, &[anna]).await;
    let left = json!({ "emails": [{ "address": "1@example.com" }] });
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), left).await.ok();
    let stranger = app.seen(&[email("2@example.com")]).await;
    assert!(stranger != ann && stranger != anna);
    app.undo(&merged["merges"][0]).await;
    assert_eq!(app.contact(anna).await["emails"], json!([]));
}

async fn undoing_twice_is_undoing_once(app: TestApp) {
    let (ann, anna) = (person(&app, 1, json!({})).await, person(&app, 2, json!({})).await);
    let merged = app.merge(ann, &[anna]).await;
    let first = app.undo(&merged["merges"][0]).await;
    assert_eq!(app.undo(&merged["merges"][0]).await["undone_at"], first["undone_at"]);
    let again = app.merge(ann, &[anna]).await;
    assert_eq!(app.subjects(ann).await.len(), 2);
    app.undo(&again["merges"][0]).await;
    assert_eq!(app.subjects(ann).await.len(), 1);
}

async fn owners_come_back(app: TestApp) {
    let (ann, anna) = (person(&app, 1, json!({})).await, person(&app, 2, json!({})).await);
    app.give(ann, app.users.sales).await;
    app.give(anna, app.users.rival).await;
    let path = format!("/api/v1/contacts/{ann}/merge");
    let wish = json!({ "contact_ids": [anna], "fields": { "owner_id": ann } });
    let merged = app.manager.post(&path, wish).await.ok().json;
    app.undo(&merged["merges"][0]).await;
    app.sales.get(&format!("/api/v1/contacts/{anna}")).await.problem(404, "not_found");
    app.rival.get(&format!("/api/v1/contacts/{anna}")).await.ok();
}
