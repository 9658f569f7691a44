//! Changing a contact: versions, visibility, identities, what the timeline and the trail keep.

use diesel::prelude::*;
use serde_json::{Value, json};
use touchline::db::schema::{audit_log, timeline_entries};
use touchline::db::types::Json;

use super::{CONTACTS, create, path};
use crate::support::{TestApp, cases};

cases![
    a_stale_change_is_refused,
    a_program_may_leave_the_version_out,
    a_change_that_changes_nothing_leaves_the_version,
    null_clears_and_absent_stays,
    another_teams_contact_is_as_good_as_absent,
    an_identity_belongs_to_one_contact,
    a_hidden_holder_of_an_identity_is_not_named,
    an_identity_taken_away_is_free_again,
    changes_are_on_the_timeline_and_the_trail,
    concurrent_changes_are_all_kept,
];

async fn a_stale_change_is_refused(app: TestApp) {
    let made = create(&app, json!({ "given_name": "Ann" })).await;
    app.admin.patch(&path(&made), json!({ "given_name": "B" })).await.problem(428, "precondition_required");
    let changed = app.admin.patch_from(&made, &path(&made), json!({ "given_name": "B" })).await.ok();
    assert_eq!(changed.etag(), "\"v2\"");
    app.admin.patch_from(&made, &path(&made), json!({ "given_name": "C" })).await.problem(412, "precondition_failed");
    app.admin.delete_from(&made, &path(&made)).await.problem(412, "precondition_failed");
    let consent = format!("{}/consents/sms", path(&made));
    let put = actix_web::test::TestRequest::put().set_json(json!({ "state": "granted" }));
    app.admin.send("PUT", &consent, put).await.problem(428, "precondition_required");
}

async fn a_program_may_leave_the_version_out(app: TestApp) {
    let made = create(&app, json!({ "given_name": "Ann" })).await;
    app.key.patch(&path(&made), json!({ "given_name": "B" })).await.ok();
    app.key.patch_from(&made, &path(&made), json!({ "given_name": "C" })).await.problem(412, "precondition_failed");
}

async fn a_change_that_changes_nothing_leaves_the_version(app: TestApp) {
    let made = create(&app, json!({ "given_name": "Ann", "tags": ["a"] })).await;
    let same = app.admin.patch_any(&path(&made), json!({ "given_name": " Ann ", "tags": ["a", "a"] })).await.ok();
    assert_eq!(same.etag(), made.etag());
}

async fn null_clears_and_absent_stays(app: TestApp) {
    let all = json!({ "given_name": "Ann", "job_title": "CTO", "language": "en", "tags": ["a"], "emails": [{ "address": "a@example.com" }],
        "address": { "city": "Bonn" }, "owner_id": app.users.sales, "phones": [{ "number": "+14155550100" }] });
    let made = create(&app, all).await;
    let change = json!({ "job_title": null, "tags": null, "emails": null, "address": null, "owner_id": null });
    let changed = app.admin.patch_from(&made, &path(&made), change).await.ok().json;
    assert_eq!((&changed["language"], &changed["given_name"]), (&json!("en"), &json!("Ann")));
    assert_eq!(changed["phones"], made.json["phones"]);
    for field in ["job_title", "address", "owner_id"] {
        assert_eq!(changed[field], Value::Null);
    }
    assert_eq!((&changed["tags"], &changed["emails"]), (&json!([]), &json!([])));
}

async fn another_teams_contact_is_as_good_as_absent(app: TestApp) {
    let theirs = create(&app, json!({ "given_name": "Ann", "owner_id": app.users.rival })).await;
    let nobodys = create(&app, json!({ "given_name": "Bob" })).await;
    let mates = create(&app, json!({ "given_name": "Cid", "owner_id": app.users.mate })).await;
    app.sales.get(&path(&theirs)).await.problem(404, "not_found");
    app.sales.patch_any(&path(&theirs), json!({ "given_name": "X" })).await.problem(404, "not_found");
    app.sales.delete_any(&path(&theirs)).await.problem(404, "not_found");
    app.sales.post_empty(&format!("{}/restore", path(&theirs))).await.problem(404, "not_found");
    app.sales
        .put_any(&format!("{}/consents/sms", path(&theirs)), json!({ "state": "granted" }))
        .await
        .problem(404, "not_found");
    app.sales.get(&path(&nobodys)).await.ok();
    app.sales.get(&path(&mates)).await.ok();
    app.rival.get(&path(&theirs)).await.ok();
    let seen = app.sales.get(&format!("{CONTACTS}?total=true")).await.ok();
    assert_eq!((seen.items().len(), &seen.json["total"]), (2, &json!(2)));
}

async fn an_identity_belongs_to_one_contact(app: TestApp) {
    let first = create(&app, json!({ "emails": [{ "address": "ann@example.com" }] })).await;
    let same =
        json!({ "given_name": "Other", "emails": [{ "address": "x@example.com" }, { "address": "ANN@example.com" }] });
    let refused = app.sales.post(CONTACTS, same).await.problem(409, "identity_taken");
    assert_eq!(refused.json["errors"][0]["field"], "emails[1].address");
    assert!(refused.text().contains(&first.id()), "{}", refused.text());
    let other = create(&app, json!({ "given_name": "Other" })).await;
    let change = json!({ "emails": [{ "address": "ann@example.com" }] });
    app.sales.patch_any(&path(&other), change).await.problem(409, "identity_taken");
}

async fn a_hidden_holder_of_an_identity_is_not_named(app: TestApp) {
    let hidden = json!({ "phones": [{ "number": "+14155550100" }], "owner_id": app.users.rival });
    let hidden = create(&app, hidden).await;
    let refused = app.sales.post(CONTACTS, json!({ "phones": [{ "number": "+14155550100" }] })).await;
    let refused = refused.problem(409, "identity_taken");
    assert!(!refused.text().contains(&hidden.id()), "{}", refused.text());
}

async fn an_identity_taken_away_is_free_again(app: TestApp) {
    let first = create(&app, json!({ "given_name": "A", "emails": [{ "address": "ann@example.com" }] })).await;
    app.admin.patch_any(&path(&first), json!({ "emails": [{ "address": "new@example.com" }] })).await.ok();
    create(&app, json!({ "emails": [{ "address": "ann@example.com" }] })).await;
    let back = json!({ "emails": [{ "address": "ann@example.com" }] });
    app.admin.patch_any(&path(&first), back).await.problem(409, "identity_taken");
}

async fn changes_are_on_the_timeline_and_the_trail(app: TestApp) {
    let made = create(&app, json!({ "given_name": "Ann" })).await;
    let change = json!({ "given_name": "Bea", "owner_id": app.users.sales });
    app.manager.patch_any(&path(&made), change).await.ok();
    let entries: Vec<(Option<String>, Option<Json<Value>>)> = app
        .state
        .db
        .read(|conn| {
            let shown = (timeline_entries::kind, timeline_entries::properties);
            Ok(timeline_entries::table.order(timeline_entries::id).select(shown).load(conn)?)
        })
        .await
        .unwrap();
    assert_eq!(entries[0].0.as_deref(), Some("contact.owner_changed"));
    assert_eq!(entries[1].0.as_deref(), Some("contact.updated"));
    assert_eq!(entries[1].1.as_ref().unwrap().0["given_name"], json!({ "from": "Ann", "to": "Bea" }));
    let actions: Vec<String> = app
        .state
        .db
        .read(|conn| Ok(audit_log::table.order(audit_log::id).select(audit_log::action).load(conn)?))
        .await
        .unwrap();
    assert_eq!(actions, ["create", "update"]);
}

async fn concurrent_changes_are_all_kept(app: TestApp) {
    let made = create(&app, json!({ "given_name": "Ann" })).await;
    let path = path(&made);
    let changes = (0..10).map(|n| {
        let (key, path) = (app.key.clone(), path.clone());
        let consent = ["email", "call", "sms", "push", "chat", "social", "mail", "ad", "web", "email"][n];
        async move { key.put_any(&format!("{path}/consents/{consent}"), json!({ "state": "granted" })).await.ok() }
    });
    futures_util::future::join_all(changes).await;
    let shown = app.admin.get(&path).await.ok();
    assert_eq!(shown.json["consents"].as_object().unwrap().len(), 9);
}
