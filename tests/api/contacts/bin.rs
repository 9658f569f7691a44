//! Deleting and restoring.

use serde_json::json;

use super::{CONTACTS, create, names, path};
use crate::support::{TestApp, cases};

cases![
    a_deleted_contact_is_in_the_bin_alone,
    a_restored_contact_is_as_before,
    a_deleted_contacts_identity_may_be_taken,
    restoring_twice_is_restoring_once,
];

async fn a_deleted_contact_is_in_the_bin_alone(app: TestApp) {
    let made = create(&app, json!({ "given_name": "Ann", "emails": [{ "address": "ann@example.com" }] })).await;
    app.sales.delete_from(&made, &path(&made)).await.no_content();
    app.sales.get(&path(&made)).await.problem(404, "not_found");
    app.sales.patch_any(&path(&made), json!({})).await.problem(404, "not_found");
    app.sales.delete_any(&path(&made)).await.problem(404, "not_found");
    for query in ["", "?q=ann@example", "?email=ann@example.com"] {
        assert!(app.sales.get(&format!("{CONTACTS}{query}")).await.ok().items().is_empty(), "{query}");
    }
    for query in ["?deleted=true", "?deleted=true&q=ann@example", "?deleted=true&email=ann@example.com"] {
        let bin = app.sales.get(&format!("{CONTACTS}{query}")).await.ok();
        assert_eq!(names(&bin), ["Ann"], "{query}");
    }
}

async fn a_restored_contact_is_as_before(app: TestApp) {
    let made =
        create(&app, json!({ "given_name": "Ann", "emails": [{ "address": "ann@example.com" }], "tags": ["a"] })).await;
    app.admin.delete_any(&path(&made)).await.no_content();
    let restored = app.admin.post_empty(&format!("{}/restore", path(&made))).await.ok();
    assert_eq!(restored.etag(), "\"v3\"");
    for query in ["", "?q=ann@example", "?email=ann@example.com", "?tag=a"] {
        let found = app.admin.get(&format!("{CONTACTS}{query}")).await.ok();
        assert_eq!(names(&found), ["Ann"], "{query}");
    }
}

async fn a_deleted_contacts_identity_may_be_taken(app: TestApp) {
    let email = json!({ "emails": [{ "address": "ann@example.com" }] });
    let first = create(&app, email.clone()).await;
    app.admin.delete_any(&path(&first)).await.no_content();
    let second = create(&app, email).await;
    let restore = format!("{}/restore", path(&first));
    let refused = app.admin.post_empty(&restore).await.problem(409, "identity_taken");
    assert!(refused.text().contains(&second.id()));
    app.admin.delete_any(&path(&second)).await.no_content();
    app.admin.post_empty(&restore).await.ok();
}

async fn restoring_twice_is_restoring_once(app: TestApp) {
    let made = create(&app, json!({ "given_name": "Ann" })).await;
    let restore = format!("{}/restore", path(&made));
    assert_eq!(app.admin.post_empty(&restore).await.ok().etag(), made.etag());
    app.admin.post_empty(&format!("{CONTACTS}/{}/restore", uuid::Uuid::now_v7())).await.problem(404, "not_found");
}
