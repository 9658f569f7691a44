use serde_json::json;

use crate::support::{TestApp, cases};

cases![a_roles_visibility_is_set, administrators_always_see_all, an_unknown_role_is_not_found];

async fn a_roles_visibility_is_set(app: TestApp) {
    let role = app.admin.get("/api/v1/roles/sales").await.ok();
    assert_eq!(role.json["visibility"], "team");
    app.admin.put_any("/api/v1/roles/sales", json!({ "visibility": "some" })).await.invalid(&["visibility"]);
    let changed = app.admin.put_any("/api/v1/roles/sales", json!({ "visibility": "own" })).await.ok();
    assert_ne!(role.etag(), changed.etag());
    assert_eq!(app.sales.get("/api/v1/me").await.ok().json["visibility"], "own");
    let roles = app.reader.get("/api/v1/roles").await.ok();
    assert_eq!((roles.items().len(), roles.items()[3].clone()), (5, changed.json.clone()));
    app.admin.put_any("/api/v1/roles/sales", json!({ "visibility": "all" })).await.ok();
    let log = app.admin.get("/api/v1/audit?entity=role").await.ok();
    assert_eq!(log.items().len(), 2);
    assert_eq!(
        (&log.items()[1]["before"]["visibility"], &log.items()[1]["after"]["visibility"]),
        (&json!("team"), &json!("own"))
    );
}

async fn administrators_always_see_all(app: TestApp) {
    app.admin.put_any("/api/v1/roles/admin", json!({ "visibility": "own" })).await.problem(409, "conflict");
    app.admin.put_any("/api/v1/roles/admin", json!({ "visibility": "all" })).await.ok();
}

async fn an_unknown_role_is_not_found(app: TestApp) {
    app.admin.get("/api/v1/roles/boss").await.problem(404, "not_found");
}
