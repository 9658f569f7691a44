use serde_json::{Value, json};

use super::{CONTACTS, create, path};
use crate::support::{TestApp, answer::Answer, cases};

cases![
    many_contacts_go_to_the_bin_and_come_back,
    what_cannot_be_restored_keeps_no_other_in_the_bin,
    only_contacts_in_sight_are_deleted,
    a_retried_deletion_answers_as_before,
    too_many_contacts_are_refused,
];

async fn on(by: &crate::support::Client, action: &str, ids: &[String]) -> Answer {
    by.post(&format!("{CONTACTS}/{action}"), json!({ "ids": ids })).await.ok()
}

fn statuses(answer: &Answer) -> Vec<&str> {
    answer.items().iter().map(|item| item["status"].as_str().unwrap()).collect()
}

async fn many_contacts_go_to_the_bin_and_come_back(app: TestApp) {
    let mut all = Vec::new();
    for name in ["Ann", "Bob", "Cid"] {
        all.push(create(&app, json!({ "family_name": name })).await);
    }
    let ids: Vec<String> = all.iter().map(Answer::id).collect();
    let deleted = on(&app.sales, "delete", &ids[..2]).await;
    assert_eq!(statuses(&deleted), ["updated", "updated"]);
    assert_eq!(deleted.items()[1]["id"], json!(ids[1]));
    app.sales.get(&path(&all[0])).await.problem(404, "not_found");
    assert_eq!(app.sales.get(CONTACTS).await.ok().items().len(), 1);
    // Once more: they are there already.
    assert_eq!(statuses(&on(&app.sales, "delete", &ids).await), ["error", "error", "updated"]);
    assert_eq!(statuses(&on(&app.sales, "restore", &ids[..2]).await), ["updated", "updated"]);
    assert_eq!(statuses(&on(&app.sales, "restore", &ids).await), ["unchanged", "unchanged", "updated"]);
    assert_eq!(app.sales.get(CONTACTS).await.ok().items().len(), 3);
}

async fn what_cannot_be_restored_keeps_no_other_in_the_bin(app: TestApp) {
    let email = json!({ "emails": [{ "address": "ann@example.com" }] });
    let old = create(&app, email.clone()).await.id();
    let other = create(&app, json!({ "family_name": "Bob" })).await.id();
    on(&app.sales, "delete", &[old.clone(), other.clone()]).await;
    create(&app, email).await;
    let restored = on(&app.sales, "restore", &[old, other]).await;
    assert_eq!(statuses(&restored), ["error", "updated"]);
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
    assert_eq!((statuses(&first), &first.json), (vec!["updated"], &again.json));
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
