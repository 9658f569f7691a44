//! Segments that ask for others are not broken by a change of these.

use serde_json::{Value, json};

use super::records::tagged;
use crate::support::{TestApp, cases};

cases![
    a_rule_that_would_break_a_dependent_is_refused,
    a_rule_is_refused_at_the_place_that_is_to_blame,
    what_is_broken_already_hinders_nobody,
    concurrent_changes_make_no_circle,
];

/// A tag under so many `not`.
fn deep(levels: usize) -> Value {
    let node = (0..levels).fold(json!({ "tag": "vip" }), |node, _| json!({ "not": node }));
    with_version(node)
}

fn with_version(mut node: Value) -> Value {
    node["version"] = json!(1);
    node
}

async fn a_rule_that_would_break_a_dependent_is_refused(app: TestApp) {
    let base = app.segment("Base", tagged("vip")).await;
    let middle = app.segment("Middle", json!({ "version": 1, "not": { "segment": base } })).await;
    let top = app.segment("Top", json!({ "version": 1, "any": [{ "segment": middle }, { "tag": "x" }] })).await;
    let patch =
        async |rule: Value| app.marketer.patch_any(&format!("/api/v1/segments/{base}"), json!({ "rule": rule })).await;
    let refused = patch(deep(7)).await.problem(422, "invalid");
    let errors = refused.json["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2, "{}", refused.text());
    for (error, name) in errors.iter().zip(["Middle", "Top"]) {
        assert_eq!((&error["code"], &error["params"]["segment"]), (&json!("broken"), &json!(name)));
        assert!(error["field"].as_str().unwrap().starts_with("rule.not.not"), "{error}");
    }
    let many: Vec<Value> = (0..98).map(|n| json!({ "tag": format!("t{n}") })).collect();
    patch(with_version(json!({ "any": many }))).await.invalid(&["rule"]);
    patch(json!({ "version": 1, "segment": top })).await.invalid(&["rule.segment"]);
    patch(deep(2)).await.ok();
    for id in [&base, &middle, &top] {
        assert_eq!(app.reader.get(&format!("/api/v1/segments/{id}")).await.ok().json["broken"], json!(null));
    }
}

async fn a_rule_is_refused_at_the_place_that_is_to_blame(app: TestApp) {
    let long = app.segment("Long", deep(5)).await;
    let base = app.segment("Base", tagged("vip")).await;
    app.segment("Top", json!({ "version": 1, "not": { "not": { "segment": base } } })).await;
    let rule = json!({ "version": 1, "any": [{ "tag": "a" }, { "segment": long }] });
    let refused = app.marketer.patch_any(&format!("/api/v1/segments/{base}"), json!({ "rule": rule })).await;
    refused.invalid(&["rule.any[1].segment"]);
}

async fn what_is_broken_already_hinders_nobody(app: TestApp) {
    let field = json!({ "entity": "contact", "key": "level", "label": "Level", "kind": "text" });
    let field = app.admin.post("/api/v1/fields", field).await.created();
    let base = app.segment("Base", tagged("vip")).await;
    let custom = json!({ "field": "custom.level", "op": "is", "value": "gold" });
    app.segment("Top", json!({ "version": 1, "all": [{ "segment": base }, custom] })).await;
    app.admin.delete_from(&field, &format!("/api/v1/fields/{}", field.id())).await.no_content();
    app.marketer.patch_any(&format!("/api/v1/segments/{base}"), json!({ "rule": deep(8) })).await.ok();
}

async fn concurrent_changes_make_no_circle(app: TestApp) {
    for round in 0..12 {
        let a = app.segment(&format!("A{round}"), tagged("a")).await;
        let b = app.segment(&format!("B{round}"), tagged("b")).await;
        let turn = async |one: &str, other: &str| {
            let body = json!({ "rule": { "version": 1, "segment": other } });
            app.marketer.patch_any(&format!("/api/v1/segments/{one}"), body).await.status
        };
        let (one, other) = futures_util::future::join(turn(&a, &b), turn(&b, &a)).await;
        let mut both = [one, other];
        both.sort_unstable();
        assert_eq!(both, [200, 422], "round {round}");
    }
}
