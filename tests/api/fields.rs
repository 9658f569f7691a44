//! Custom fields: definitions, values, filters.

use serde_json::{Value, json};

use crate::support::{TestApp, answer::Answer, cases};

cases![
    a_definition_is_made_changed_and_deleted,
    bad_definitions_are_refused,
    a_key_keeps_its_kind_for_ever,
    values_are_checked_against_their_definitions,
    required_fields_are_asked_of_new_records_and_kept,
    null_clears_one_key_and_others_stay,
    an_option_taken_away_stays_where_it_was_chosen,
    lists_filter_by_every_kind,
    companies_have_fields_of_their_own,
    only_leaders_define_fields,
];

const FIELDS: &str = "/api/v1/fields";
const CONTACTS: &str = "/api/v1/contacts";

async fn define(app: &TestApp, entity: &str, key: &str, kind: &str) -> Answer {
    let options = if kind.ends_with("choice") { json!(["a", "b", "A", "c\"d"]) } else { json!([]) };
    let field = json!({ "entity": entity, "key": key, "label": key, "kind": kind, "options": options });
    app.manager.post(FIELDS, field).await.created()
}

const KINDS: [&str; 8] = ["text", "number", "date", "boolean", "choice", "multi_choice", "url", "money"];

async fn a_definition_is_made_changed_and_deleted(app: TestApp) {
    let made = define(&app, "contact", "size", "choice").await;
    define(&app, "lead", "size", "text").await;
    let path = format!("{FIELDS}/{}", made.id());
    app.manager.patch(&path, json!({ "label": "Size" })).await.problem(428, "precondition_required");
    let change = json!({ "label": "Size", "options": ["S", "M"], "required": true, "position": 3 });
    let changed = app.manager.patch_from(&made, &path, change).await.ok();
    assert_eq!((&changed.json["options"], &changed.json["kind"]), (&json!(["S", "M"]), &json!("choice")));
    app.manager.patch_from(&made, &path, json!({ "label": "X" })).await.problem(412, "precondition_failed");
    assert_eq!(app.reader.get(&path).await.ok().json, changed.json);
    assert_eq!(app.reader.get(&format!("{FIELDS}?entity=contact")).await.ok().items().len(), 1);
    assert_eq!(app.reader.get(FIELDS).await.ok().items().len(), 2);
    app.manager.delete_from(&changed, &path).await.no_content();
    app.reader.get(&path).await.problem(404, "not_found");
    assert_eq!(app.reader.get(FIELDS).await.ok().items().len(), 1);
}

async fn bad_definitions_are_refused(app: TestApp) {
    let good = json!({ "entity": "contact", "key": "k", "label": "K", "kind": "text" });
    for (field, value, named) in [
        ("entity", json!("user"), "entity"),
        ("kind", json!("colour"), "kind"),
        ("key", json!("Size"), "key"),
        ("key", json!("1a"), "key"),
        ("key", json!("a'b"), "key"),
        ("key", json!("a".repeat(51)), "key"),
        ("label", json!(" "), "label"),
        ("label", json!("a\u{1}"), "label"),
        ("options", json!(["a"]), "options"),
        ("position", json!(-1), "position"),
        ("more", json!(1), "more"),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        app.manager.post(FIELDS, bad).await.invalid(&[named]);
    }
    for options in [json!([]), json!(["a", " a "]), json!([""]), json!(["a".repeat(101)])] {
        let choice = json!({ "entity": "contact", "key": "k", "label": "K", "kind": "choice", "options": options });
        app.manager.post(FIELDS, choice).await.invalid(&["options"]);
    }
    let made = define(&app, "contact", "k", "text").await;
    app.manager.post(FIELDS, good).await.problem(409, "already_exists");
    app.manager.patch_any(&format!("{FIELDS}/{}", made.id()), json!({ "kind": "number" })).await.invalid(&["kind"]);
}

async fn a_key_keeps_its_kind_for_ever(app: TestApp) {
    let made = define(&app, "contact", "age", "text").await;
    app.manager.delete_any(&format!("{FIELDS}/{}", made.id())).await.no_content();
    let number = json!({ "entity": "contact", "key": "age", "label": "Age", "kind": "number" });
    app.manager.post(FIELDS, number).await.problem(409, "conflict");
    define(&app, "contact", "age", "text").await;
}

async fn values_are_checked_against_their_definitions(app: TestApp) {
    for kind in KINDS {
        define(&app, "contact", kind, kind).await;
    }
    let bad = json!({ "text": 1, "number": "1", "date": "2023-02-29", "boolean": 1, "choice": "z", "multi_choice": ["a", "z"],
        "url": "ftp://x", "money": { "amount": 1, "currency": "eur" }, "nothing": 1 });
    let named: Vec<String> = bad.as_object().unwrap().keys().map(|key| format!("custom.{key}")).collect();
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    app.admin.post(CONTACTS, json!({ "given_name": "A", "custom": bad })).await.invalid(&named);
    app.admin.post(CONTACTS, json!({ "given_name": "A", "custom": [] })).await.invalid(&["custom"]);
    let good = json!({ "text": "a\nb", "number": -1.5, "date": "2024-02-29", "boolean": false, "choice": "a",
        "multi_choice": ["b", "a"], "url": "https://example.com", "money": { "amount": 1, "currency": "EUR" } });
    let made = app.admin.post(CONTACTS, json!({ "given_name": "A", "custom": good })).await.created();
    assert_eq!(made.json["custom"], good);
}

async fn required_fields_are_asked_of_new_records_and_kept(app: TestApp) {
    let old = app.admin.post(CONTACTS, json!({ "given_name": "Old" })).await.created();
    let field = json!({ "entity": "contact", "key": "k", "label": "K", "kind": "text", "required": true });
    app.manager.post(FIELDS, field).await.created();
    app.admin.post(CONTACTS, json!({ "given_name": "A" })).await.invalid(&["custom.k"]);
    app.admin.post(CONTACTS, json!({ "given_name": "A", "custom": { "k": null } })).await.invalid(&["custom.k"]);
    let made = app.admin.post(CONTACTS, json!({ "given_name": "A", "custom": { "k": "x" } })).await.created();
    let path = format!("{CONTACTS}/{}", made.id());
    app.admin.patch_any(&path, json!({ "custom": { "k": null } })).await.invalid(&["custom.k"]);
    app.admin.patch_any(&path, json!({ "custom": null })).await.invalid(&["custom.k"]);
    app.admin.patch_any(&format!("{CONTACTS}/{}", old.id()), json!({ "family_name": "Z" })).await.ok();
}

async fn null_clears_one_key_and_others_stay(app: TestApp) {
    for key in ["a", "b"] {
        define(&app, "contact", key, "text").await;
    }
    let made = app.admin.post(CONTACTS, json!({ "given_name": "A", "custom": { "a": "1", "b": "2" } })).await.created();
    let path = format!("{CONTACTS}/{}", made.id());
    let changed = app.admin.patch_any(&path, json!({ "custom": { "a": null } })).await.ok();
    assert_eq!(changed.json["custom"], json!({ "b": "2" }));
    let cleared = app.admin.patch_any(&path, json!({ "custom": null })).await.ok();
    assert_eq!(cleared.json["custom"], json!({}));
}

async fn an_option_taken_away_stays_where_it_was_chosen(app: TestApp) {
    let field = define(&app, "contact", "k", "choice").await;
    let made = app.admin.post(CONTACTS, json!({ "given_name": "A", "custom": { "k": "a" } })).await.created();
    app.manager.patch_any(&format!("{FIELDS}/{}", field.id()), json!({ "options": ["b"] })).await.ok();
    let path = format!("{CONTACTS}/{}", made.id());
    let changed = app.admin.patch_any(&path, json!({ "family_name": "Z" })).await.ok();
    assert_eq!(changed.json["custom"], json!({ "k": "a" }));
    app.admin.patch_any(&path, json!({ "custom": { "k": "a" } })).await.invalid(&["custom.k"]);
}

async fn found(app: &TestApp, query: &str) -> usize {
    app.admin.get(&format!("{CONTACTS}?{query}")).await.ok().items().len()
}

async fn lists_filter_by_every_kind(app: TestApp) {
    for kind in KINDS {
        define(&app, "contact", kind, kind).await;
    }
    let custom = |n: i64, yes: bool, choice: &str| {
        json!({ "text": format!("t{n}"), "number": n, "date": format!("2024-01-{n:02}"), "boolean": yes, "choice": choice,
            "multi_choice": [choice], "url": format!("https://example.com/{n}"), "money": { "amount": n * 100, "currency": "EUR" } })
    };
    for (n, yes, choice) in [(2, true, "a"), (10, false, "A"), (20, false, "c\"d")] {
        let body: Value = json!({ "given_name": format!("N{n}"), "custom": custom(n, yes, choice) });
        app.admin.post(CONTACTS, body).await.created();
    }
    app.admin.post(CONTACTS, json!({ "given_name": "Bare" })).await.created();
    for (query, count) in [
        ("custom.text=t2", 1),
        ("custom.text=t", 0),
        ("custom.number=10", 1),
        ("custom.number.min=3", 2),
        ("custom.number.min=2&custom.number.max=10.0", 2),
        ("custom.date=2024-01-02", 1),
        ("custom.date.min=2024-01-03&custom.date.max=2024-01-20", 2),
        ("custom.boolean=true", 1),
        ("custom.boolean=false", 2),
        ("custom.choice=a", 1),
        ("custom.choice=c%22d", 1),
        ("custom.multi_choice=a", 1),
        ("custom.multi_choice=c%22d", 1),
        ("custom.url=https://example.com/20", 1),
        ("custom.money.min=1000", 2),
        ("custom.money=200", 1),
        ("custom.boolean=false&custom.number.max=15&total=true", 1),
    ] {
        assert_eq!(found(&app, query).await, count, "{query}");
    }
    for bad in [
        "custom.number=x",
        "custom.number=inf",
        "custom.date=x",
        "custom.boolean=1",
        "custom.text.min=a",
        "custom.nothing=1",
        "custom.number.mid=1",
    ] {
        let name = bad.split('=').next().unwrap();
        app.admin.get(&format!("{CONTACTS}?{bad}")).await.invalid(&[name]);
    }
}

async fn companies_have_fields_of_their_own(app: TestApp) {
    define(&app, "company", "staff", "number").await;
    let company = json!({ "name": "Acme", "custom": { "staff": 7 } });
    let made = app.admin.post("/api/v1/companies", company).await.created();
    app.admin.post(CONTACTS, json!({ "given_name": "A", "custom": { "staff": 7 } })).await.invalid(&["custom.staff"]);
    let list = app.admin.get("/api/v1/companies?custom.staff.min=7").await.ok();
    assert_eq!(list.items().len(), 1);
    let path = format!("/api/v1/companies/{}", made.id());
    let cleared = app.admin.patch_any(&path, json!({ "custom": { "staff": null } })).await.ok();
    assert_eq!(cleared.json["custom"], json!({}));
}

async fn only_leaders_define_fields(app: TestApp) {
    let field = json!({ "entity": "contact", "key": "k", "label": "K", "kind": "text" });
    for client in [&app.sales, &app.marketer, &app.reader] {
        client.post(FIELDS, field.clone()).await.problem(403, "forbidden");
    }
    app.anon.get(FIELDS).await.problem(401, "unauthorized");
}
