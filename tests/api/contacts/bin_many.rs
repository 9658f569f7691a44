use serde_json::{Value, json};

use super::{CONTACTS, create, path};
use crate::support::{TestApp, answer::Answer, cases};

cases![
    many_contacts_go_to_the_bin_and_come_back,
    what_cannot_be_restored_keeps_no_other_in_the_bin,
    only_contacts_in_sight_are_deleted,
    a_retried_deletion_answers_as_before,
    too_many_contacts_are_refused,
    a_contact_changed_meanwhile_stays,
    records_are_named_by_one_of_two_lists,
];

async fn on(by: &crate::support::Client, action: &str, ids: &[String]) -> Answer {
    by.post(&format!("{CONTACTS}/{action}"), json!({ "ids": ids })).await.ok()
}

async fn many_contacts_go_to_the_bin_and_come_back(app: TestApp) {
    let mut all = Vec::new();
    for name in ["Ann", "Bob", "Cid"] {
        all.push(create(&app, json!({ "family_name": name })).await);
    }
    let ids: Vec<String> = all.iter().map(Answer::id).collect();
    let deleted = on(&app.sales, "delete", &ids[..2]).await;
    assert_eq!(deleted.statuses(), ["updated", "updated"]);
    assert_eq!(deleted.items()[1]["id"], json!(ids[1]));
    app.sales.get(&path(&all[0])).await.problem(404, "not_found");
    assert_eq!(app.sales.get(CONTACTS).await.ok().items().len(), 1);
    // Once more: they are there already.
    assert_eq!(on(&app.sales, "delete", &ids).await.statuses(), ["error", "error", "updated"]);
    assert_eq!(on(&app.sales, "restore", &ids[..2]).await.statuses(), ["updated", "updated"]);
    assert_eq!(on(&app.sales, "restore", &ids).await.statuses(), ["unchanged", "unchanged", "updated"]);
    assert_eq!(app.sales.get(CONTACTS).await.ok().items().len(), 3);
}

async fn what_cannot_be_restored_keeps_no_other_in_the_bin(app: TestApp) {
    let email = json!({ "emails": [{ "address": "ann@example.com" }] });
    let old = create(&app, email.clone()).await.id();
    let other = create(&app, json!({ "family_name": "Bob" })).await.id();
    on(&app.sales, "delete", &[old.clone(), other.clone()]).await;
    create(&app, email).await;
    let restored = on(&app.sales, "restore", &[old, other]).await;
    assert_eq!(restored.statuses(), ["error", "updated"]);
    assert_eq!(restored.items()[0]["problem"]["code"], "identity_taken");
}

async fn only_contacts_in_sight_are_deleted(app: TestApp) {
    let hidden = create(&app, json!({ "family_name": "Ann", "owner_id": app.users.rival })).await.id();
    let refused = on(&app.sales, "delete", std::slice::from_ref(&hidden)).await;
    assert_eq!(refused.items()[0]["problem"]["code"], "not_found");
    on(&app.rival, "delete", std::slice::from_ref(&hidden)).await;
    assert_eq!(on(&app.sales, "restore", &[hidden]).await.items()[0]["problem"]["code"], "not_found");
    app.reader.post(&format!("{CONTACTS}/delete"), json!({ "ids": [] })).await.problem(403, "forbidden");
}

async fn a_retried_deletion_answers_as_before(app: TestApp) {
    let ids = json!({ "ids": [create(&app, json!({ "family_name": "Ann" })).await.id()] });
    let path = format!("{CONTACTS}/delete");
    let first = app.sales.post_once("k1", &path, ids.clone()).await.ok();
    let again = app.sales.post_once("k1", &path, ids).await.ok();
    assert_eq!((first.statuses(), &first.json), (vec!["updated"], &again.json));
}

async fn too_many_contacts_are_refused(app: TestApp) {
    let id = create(&app, json!({ "family_name": "Ann" })).await.id();
    let many: Vec<Value> = std::iter::repeat_n(json!(id), 201).collect();
    for action in ["delete", "restore"] {
        let path = format!("{CONTACTS}/{action}");
        app.sales.post(&path, json!({ "ids": many })).await.invalid(&["ids"]);
        app.sales.post(&path, json!({ "ids": [] })).await.invalid(&["ids"]);
        app.sales.post(&path, json!({ "ids": ["x"] })).await.invalid(&["ids[0]"]);
    }
}

async fn a_contact_changed_meanwhile_stays(app: TestApp) {
    let (stale, seen) =
        (create(&app, json!({ "family_name": "Ann" })).await, create(&app, json!({ "family_name": "Bob" })).await);
    app.sales.patch_from(&stale, &path(&stale), json!({ "family_name": "Anne" })).await.ok();
    let any = create(&app, json!({ "family_name": "Cid" })).await;
    let items = json!([{ "id": stale.id(), "version": 1 }, { "id": seen.id(), "version": 1 }, { "id": any.id() }]);
    let deleted = app.sales.post(&format!("{CONTACTS}/delete"), json!({ "items": items })).await.ok();
    assert_eq!(deleted.statuses(), ["error", "updated", "updated"]);
    assert_eq!(deleted.items()[0]["problem"]["code"], "precondition_failed");
    app.sales.get(&path(&stale)).await.ok();
}

async fn records_are_named_by_one_of_two_lists(app: TestApp) {
    let id = create(&app, json!({ "family_name": "Ann" })).await.id();
    let delete = format!("{CONTACTS}/delete");
    let item = json!({ "id": id });
    app.sales.post(&delete, json!({})).await.invalid(&["ids"]);
    app.sales.post(&delete, json!({ "ids": [id], "items": [item] })).await.invalid(&["items"]);
    app.sales.post(&delete, json!({ "items": [] })).await.invalid(&["items"]);
    app.sales.post(&delete, json!({ "items": vec![item; 201] })).await.invalid(&["items"]);
    app.sales.post(&delete, json!({ "items": [{ "id": "x" }] })).await.invalid(&["items[0].id"]);
}
