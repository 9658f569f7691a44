//! Companies.

use serde_json::json;

use crate::support::{TestApp, answer::Answer, cases};

cases![
    a_company_is_shown_as_it_was_said,
    a_company_needs_a_name,
    every_bad_field_is_named_at_once,
    limits_hold,
    null_clears_and_stale_changes_are_refused,
    a_deleted_company_comes_back,
    each_filter_finds_its_company_alone,
    companies_are_found_by_fragments_in_every_script,
    pages_follow_each_other,
    a_double_submission_makes_one_company,
    many_companies_go_to_the_bin_and_come_back,
    a_company_changed_meanwhile_stays,
    deleting_many_is_limited_and_retried,
];

const COMPANIES: &str = "/api/v1/companies";

fn path(answer: &Answer) -> String {
    format!("{COMPANIES}/{}", answer.id())
}

fn names(answer: &Answer) -> Vec<&str> {
    answer.items().iter().filter_map(|item| item["name"].as_str()).collect()
}

async fn a_company_is_shown_as_it_was_said(app: TestApp) {
    let said = json!({
        "name": " Müller GmbH ", "domain": "Mueller.Example", "website": "https://mueller.example/über", "industry": "Steel",
        "email": "Info@Mueller.example", "phone": "415 555 0100", "address": { "city": "Köln", "country": "de" },
        "owner_id": app.users.sales, "source": "fair", "tags": ["a", "a"],
    });
    let made = app.sales.post(COMPANIES, said).await.created();
    let shown = app.reader.get(&path(&made)).await.ok().json;
    assert_eq!(shown, made.json);
    assert_eq!((&shown["name"], &shown["domain"]), (&json!("Müller GmbH"), &json!("mueller.example")));
    assert_eq!((&shown["email"], &shown["phone"]), (&json!("info@mueller.example"), &json!("+14155550100")));
    assert_eq!((&shown["address"]["country"], &shown["tags"]), (&json!("DE"), &json!(["a"])));
}

async fn a_company_needs_a_name(app: TestApp) {
    for said in [json!({}), json!({ "name": "  " }), json!({ "name": "" }), json!({ "name": null })] {
        app.admin.post(COMPANIES, said).await.invalid(&["name"]);
    }
    let made = app.admin.post(COMPANIES, json!({ "name": "A" })).await.created();
    app.admin.patch_any(&path(&made), json!({ "name": null })).await.invalid(&["name"]);
}

async fn every_bad_field_is_named_at_once(app: TestApp) {
    let said = json!({ "name": "A", "domain": "no domain", "website": "javascript:alert(1)", "email": "x", "phone": "y", "address": { "country": "1X" } });
    app.admin.post(COMPANIES, said).await.invalid(&["domain", "website", "email", "phone", "address.country"]);
    let said = json!({ "name": 1, "tags": "x", "size": 3 });
    app.admin.post(COMPANIES, said).await.invalid(&["name", "tags", "size"]);
    let nobody = uuid::Uuid::now_v7();
    app.admin.post(COMPANIES, json!({ "name": "A", "owner_id": nobody })).await.invalid(&["owner_id"]);
}

async fn limits_hold(app: TestApp) {
    for (field, most) in [("name", 200), ("industry", 100), ("source", 100)] {
        app.admin.post(COMPANIES, json!({ "name": "A", field: "ж".repeat(most + 1) })).await.invalid(&[field]);
        app.admin.post(COMPANIES, json!({ "name": "A", field: "ж".repeat(most) })).await.created();
        app.admin.post(COMPANIES, json!({ "name": "A", field: "a\u{1}" })).await.invalid(&[field]);
    }
}

async fn null_clears_and_stale_changes_are_refused(app: TestApp) {
    let made = app.admin.post(COMPANIES, json!({ "name": "A", "industry": "Steel", "tags": ["x"] })).await.created();
    app.admin.patch(&path(&made), json!({})).await.problem(428, "precondition_required");
    let changed = app.admin.patch_from(&made, &path(&made), json!({ "industry": null, "tags": null })).await.ok();
    assert_eq!(
        (&changed.json["industry"], &changed.json["tags"], &changed.json["name"]),
        (&json!(null), &json!([]), &json!("A"))
    );
    app.admin.patch_from(&made, &path(&made), json!({ "name": "B" })).await.problem(412, "precondition_failed");
    let same = app.admin.patch_from(&changed, &path(&made), json!({ "name": "A" })).await.ok();
    assert_eq!(same.etag(), changed.etag());
}

async fn a_deleted_company_comes_back(app: TestApp) {
    let made = app.admin.post(COMPANIES, json!({ "name": "Acme" })).await.created();
    app.admin.delete_from(&made, &path(&made)).await.no_content();
    app.admin.get(&path(&made)).await.problem(404, "not_found");
    assert!(app.admin.get(&format!("{COMPANIES}?q=acme")).await.ok().items().is_empty());
    assert_eq!(names(&app.admin.get(&format!("{COMPANIES}?deleted=true")).await.ok()), ["Acme"]);
    app.sales.post_empty(&format!("{}/restore", path(&made))).await.ok();
    assert_eq!(names(&app.admin.get(&format!("{COMPANIES}?q=acme")).await.ok()), ["Acme"]);
}

async fn each_filter_finds_its_company_alone(app: TestApp) {
    let said = json!({ "name": "Acme", "domain": "acme.example", "industry": "Steel", "email": "a@acme.example", "phone": "+14155550100",
        "address": { "city": "Köln", "country": "DE" }, "owner_id": app.users.sales, "source": "fair", "tags": ["a\"b", "vip"] });
    app.admin.post(COMPANIES, said).await.created();
    app.admin.post(COMPANIES, json!({ "name": "Other", "tags": ["vip2"] })).await.created();
    for query in [
        &format!("owner_id={}", app.users.sales),
        "domain=ACME.example",
        "industry=Steel",
        "email=A@acme.example",
        "phone=4155550100",
        "city=K%C3%B6ln",
        "country=de",
        "source=fair",
        "tag=vip",
        "tag=a%22b",
        "updated_to=2999-01-01T00:00:00Z&created_from=2020-01-01T00:00:00Z&q=acme",
    ] {
        assert_eq!(names(&app.reader.get(&format!("{COMPANIES}?{query}")).await.ok()), ["Acme"], "{query}");
    }
    for (query, field) in
        [("colour=red", "colour"), ("owner_id=x", "owner_id"), ("email=x", "email"), ("custom.x=1", "custom.x")]
    {
        app.reader.get(&format!("{COMPANIES}?{query}")).await.invalid(&[field]);
    }
}

async fn companies_are_found_by_fragments_in_every_script(app: TestApp) {
    for name in ["Müller & Söhne", "Газпром", "株式会社山田", "3M"] {
        app.admin.post(COMPANIES, json!({ "name": name })).await.created();
    }
    for (q, name) in [
        ("muller", "Müller & Söhne"),
        ("%D0%90%D0%97%D0%9F", "Газпром"),
        ("%E4%BC%9A%E7%A4%BE%E5%B1%B1", "株式会社山田"),
        ("3m", "3M"),
    ] {
        assert_eq!(names(&app.admin.get(&format!("{COMPANIES}?q={q}")).await.ok()), [name], "{q}");
    }
}

async fn pages_follow_each_other(app: TestApp) {
    for name in ["c", "A", "b"] {
        app.admin.post(COMPANIES, json!({ "name": name })).await.created();
    }
    let first = app.admin.get(&format!("{COMPANIES}?sort=name&limit=2&total=true")).await.ok();
    assert_eq!((names(&first), &first.json["total"]), (vec!["A", "b"], &json!(3)));
    let cursor = first.json["next_cursor"].as_str().unwrap();
    assert_eq!(names(&app.admin.get(&format!("{COMPANIES}?sort=name&limit=2&cursor={cursor}")).await.ok()), ["c"]);
    app.admin.get(&format!("{COMPANIES}?sort=-name&cursor={cursor}")).await.invalid(&["cursor"]);
}

async fn a_double_submission_makes_one_company(app: TestApp) {
    let first = app.sales.post_once("k", COMPANIES, json!({ "name": "A" })).await.created();
    let second = app.sales.post_once("k", COMPANIES, json!({ "name": "A" })).await.created();
    assert_eq!(first.id(), second.id());
    assert_eq!(app.admin.get(COMPANIES).await.items().len(), 1);
}

async fn on(app: &TestApp, action: &str, ids: &[String]) -> Answer {
    app.sales.post(&format!("{COMPANIES}/{action}"), json!({ "ids": ids })).await.ok()
}

async fn made(app: &TestApp, names: &[&str]) -> Vec<Answer> {
    let mut all = Vec::new();
    for name in names {
        all.push(app.sales.post(COMPANIES, json!({ "name": name })).await.created());
    }
    all
}

async fn many_companies_go_to_the_bin_and_come_back(app: TestApp) {
    let all = made(&app, &["A", "B", "C"]).await;
    let ids: Vec<String> = all.iter().map(Answer::id).collect();
    assert_eq!(on(&app, "delete", &ids[..2]).await.statuses(), ["updated", "updated"]);
    app.sales.get(&path(&all[0])).await.problem(404, "not_found");
    assert_eq!(on(&app, "delete", &ids).await.statuses(), ["error", "error", "updated"]);
    assert_eq!(on(&app, "restore", &ids[..2]).await.statuses(), ["updated", "updated"]);
    assert_eq!(on(&app, "restore", &ids).await.statuses(), ["unchanged", "unchanged", "updated"]);
    assert_eq!(names(&app.sales.get(COMPANIES).await.ok()).len(), 3);
    let told = app.admin.get(&format!("/api/v1/audit?entity_id={}", ids[0])).await.ok();
    let actions: Vec<_> = told.items().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["restore", "delete", "create"]);
    let unknown = on(&app, "restore", &[uuid::Uuid::now_v7().to_string()]).await;
    assert_eq!(unknown.items()[0]["problem"]["code"], "not_found");
}

async fn a_company_changed_meanwhile_stays(app: TestApp) {
    let all = made(&app, &["A", "B"]).await;
    app.sales.patch_from(&all[0], &path(&all[0]), json!({ "industry": "Steel" })).await.ok();
    let items: Vec<_> = all.iter().map(|one| json!({ "id": one.id(), "version": 1 })).collect();
    let deleted = app.sales.post(&format!("{COMPANIES}/delete"), json!({ "items": items })).await.ok();
    assert_eq!(deleted.statuses(), ["error", "updated"]);
    assert_eq!(deleted.items()[0]["problem"]["code"], "precondition_failed");
}

async fn deleting_many_is_limited_and_retried(app: TestApp) {
    let id = made(&app, &["A"]).await[0].id();
    for action in ["delete", "restore"] {
        let address = format!("{COMPANIES}/{action}");
        app.sales.post(&address, json!({ "ids": vec![&id; 201] })).await.invalid(&["ids"]);
        app.reader.post(&address, json!({ "ids": [id] })).await.problem(403, "forbidden");
        let first = app.sales.post_once(action, &address, json!({ "ids": [id] })).await.ok();
        let again = app.sales.post_once(action, &address, json!({ "ids": [id] })).await.ok();
        assert_eq!((first.statuses(), &first.json), (vec!["updated"], &again.json));
    }
}
