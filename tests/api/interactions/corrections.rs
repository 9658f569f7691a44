use diesel::prelude::*;
use serde_json::{Value, json};
use touchline::db::schema::audit_log;

use crate::support::{TestApp, cases};

cases![
    a_correction_starts_from_the_version_seen,
    a_correction_keeps_the_trail,
    a_correction_is_checked_as_a_whole,
    a_deleted_touchpoint_leaves_the_line_and_comes_back,
    totals_follow_every_change,
    a_moved_touchpoint_moves_along_the_line,
];

fn path(touch: &Value) -> String {
    format!("/api/v1/interactions/{}", touch["id"].as_str().unwrap())
}

async fn totals(app: &TestApp, touch: &Value) -> Value {
    let page = app.reader.get(&format!("/api/v1/contacts/{}/360", touch["contact_id"].as_str().unwrap())).await.ok();
    let total = |total: &Value| {
        let at = |field: &str| total[field].as_str().unwrap()[..4].to_owned();
        json!([total["channel"], total["interactions"], at("first_at"), at("last_at")])
    };
    page.json["channels"].as_array().unwrap().iter().map(total).collect()
}

async fn a_correction_starts_from_the_version_seen(app: TestApp) {
    let touch = app.touch(json!({ "subject": "a" })).await;
    let seen = app.sales.get(&path(&touch)).await.ok();
    app.sales.patch(&path(&touch), json!({ "subject": "b" })).await.problem(428, "precondition_required");
    let fixed = app.sales.patch_from(&seen, &path(&touch), json!({ "subject": "b", "kind": "visit" })).await.ok();
    assert_eq!((&fixed.json["subject"], &fixed.json["version"]), (&json!("b"), &json!(2)));
    app.sales.patch_from(&seen, &path(&touch), json!({ "subject": "c" })).await.problem(412, "precondition_failed");
    app.sales.delete_from(&seen, &path(&touch)).await.problem(412, "precondition_failed");
    let cleared = app.key.patch(&path(&touch), json!({ "kind": null })).await.ok();
    assert_eq!((&cleared.json["kind"], &cleared.json["subject"]), (&Value::Null, &json!("b")));
}

async fn a_correction_keeps_the_trail(app: TestApp) {
    let touch = app.touch(json!({ "subject": "before" })).await;
    app.sales.patch_any(&path(&touch), json!({ "subject": "after" })).await.ok();
    app.sales.delete_any(&path(&touch)).await.no_content();
    app.sales.post_empty(&format!("{}/restore", path(&touch))).await.ok();
    let read = |conn: &mut touchline::db::Connection| {
        let of = audit_log::table.filter(audit_log::entity.eq("interaction")).order(audit_log::id);
        Ok(of.select(audit_log::action).load::<String>(conn)?)
    };
    let actions = app.state.db.read(read).await.unwrap();
    assert_eq!(actions, ["update", "delete", "restore"]);
}

async fn a_correction_is_checked_as_a_whole(app: TestApp) {
    let touch = app.touch(json!({ "amount": 5, "currency": "EUR" })).await;
    let path = path(&touch);
    app.sales.patch_any(&path, json!({ "currency": null })).await.invalid(&["currency"]);
    app.sales.patch_any(&path, json!({ "occurred_at": "2999-01-01T00:00:00Z" })).await.invalid(&["occurred_at"]);
    app.sales.patch_any(&path, json!({ "kind": "", "source": "x" })).await.invalid(&["kind", "source"]);
    app.sales.patch_any(&path, json!({ "channel": null, "subject": "a\u{1}" })).await.invalid(&["subject"]);
    let free = app.sales.patch_any(&path, json!({ "amount": null, "currency": null })).await.ok();
    assert_eq!(free.json["amount"], Value::Null);
    let web = app.sales.patch_any(&path, json!({ "channel": "web" })).await.ok();
    assert_eq!(web.json["online"], true);
}

async fn a_deleted_touchpoint_leaves_the_line_and_comes_back(app: TestApp) {
    let touch = app.touch(json!({})).await;
    let line = format!("/api/v1/contacts/{}/timeline?type=interaction", touch["contact_id"].as_str().unwrap());
    app.sales.delete_any(&path(&touch)).await.no_content();
    app.sales.get(&path(&touch)).await.problem(404, "not_found");
    app.sales.delete_any(&path(&touch)).await.problem(404, "not_found");
    assert!(app.sales.get(&line).await.ok().items().is_empty());
    assert!(app.sales.get("/api/v1/interactions").await.ok().items().is_empty());
    for _ in 0..2 {
        let back = app.sales.post_empty(&format!("{}/restore", path(&touch))).await.ok();
        assert_eq!(back.json["version"], 3);
    }
    assert_eq!(app.sales.get(&line).await.ok().items().len(), 1);
}

async fn totals_follow_every_change(app: TestApp) {
    let at = |year: i32| json!({ "occurred_at": format!("{year}-06-01T00:00:00Z") });
    let (first, middle, last) = (app.touch(at(2001)).await, app.touch(at(2002)).await, app.touch(at(2003)).await);
    assert_eq!(totals(&app, &first).await, json!([["call", 3, "2001", "2003"]]));
    app.sales.delete_any(&path(&first)).await.no_content();
    assert_eq!(totals(&app, &first).await, json!([["call", 2, "2002", "2003"]]));
    app.sales.patch_any(&path(&last), at(1999)).await.ok();
    assert_eq!(totals(&app, &first).await, json!([["call", 2, "1999", "2002"]]));
    app.sales.patch_any(&path(&middle), json!({ "channel": "web" })).await.ok();
    assert_eq!(totals(&app, &first).await, json!([["call", 1, "1999", "1999"], ["web", 1, "2002", "2002"]]));
    app.sales.delete_any(&path(&middle)).await.no_content();
    app.sales.delete_any(&path(&last)).await.no_content();
    assert_eq!(totals(&app, &first).await, json!([]));
    app.sales.post_empty(&format!("{}/restore", path(&first))).await.ok();
    assert_eq!(totals(&app, &first).await, json!([["call", 1, "2001", "2001"]]));
}

async fn a_moved_touchpoint_moves_along_the_line(app: TestApp) {
    let first = app.touch(json!({ "occurred_at": "2001-01-01T00:00:00Z" })).await;
    let second = app.touch(json!({ "occurred_at": "2002-01-01T00:00:00Z", "channel": "note" })).await;
    app.sales.patch_any(&path(&first), json!({ "occurred_at": "2003-01-01T00:00:00Z" })).await.ok();
    let line = format!("/api/v1/contacts/{}/timeline?order=oldest", first["contact_id"].as_str().unwrap());
    let line = app.sales.get(&line).await.ok();
    let ids: Vec<_> = line.items().iter().map(|entry| &entry["id"]).collect();
    assert_eq!(ids, [&second["id"], &first["id"]]);
    assert_eq!(line.items()[0]["type"], "note");
}
