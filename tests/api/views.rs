//! Views of lists: whose they are, who sees them, what they may hold.

use serde_json::{Value, json};

use crate::support::{Client, TestApp, cases};

cases![
    a_view_keeps_filter_order_and_columns,
    a_view_is_seen_by_its_owner_and_the_roles_it_is_shared_with,
    a_view_is_changed_by_its_owner_and_whoever_leads,
    what_the_list_would_not_take_is_refused,
    views_page_and_are_of_one_list,
    a_deleted_view_is_gone,
    programs_have_no_views_and_readers_share_none,
    a_change_of_a_view_starts_from_what_was_seen,
];

const VIEWS: &str = "/api/v1/views";

fn view(name: &str, more: Value) -> Value {
    let mut body = json!({ "list": "leads", "name": name });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn names(by: &Client, query: &str) -> Vec<String> {
    let list = by.get(&format!("{VIEWS}?{query}")).await.ok();
    list.items().iter().map(|view| view["name"].as_str().unwrap().to_owned()).collect()
}

async fn a_view_keeps_filter_order_and_columns(app: TestApp) {
    let field = json!({ "entity": "lead", "key": "size", "label": "Size", "kind": "number" });
    app.admin.post("/api/v1/fields", field).await.created();
    let filter = json!({ "owner_id": "me", "stale": true, "amount_min": 500, "custom.size": 5, "kind": "open" });
    let body = view(" Mine ", json!({ "filter": filter, "sort": "-amount", "columns": ["title", "custom.size"] }));
    let made = app.sales.post(VIEWS, body).await.created();
    let shown = app.sales.get(&format!("{VIEWS}/{}", made.id())).await.ok();
    assert_eq!(shown.json, made.json);
    assert_eq!((&shown.json["name"], &shown.json["filter"]), (&json!("Mine"), &filter));
    assert_eq!((&shown.json["sort"], &shown.json["columns"]), (&json!("-amount"), &json!(["title", "custom.size"])));
    assert_eq!((&shown.json["owner_id"], &shown.json["shared_with"]), (&json!(app.users.sales), &json!([])));
    for (list, filter) in
        [("contacts", json!({ "owner_id": "none", "tag": "vip" })), ("companies", json!({ "q": "roof" }))]
    {
        app.reader.post(VIEWS, view("x", json!({ "list": list, "filter": filter, "sort": "name" }))).await.created();
    }
}

async fn a_view_is_seen_by_its_owner_and_the_roles_it_is_shared_with(app: TestApp) {
    let everybody = json!(["admin", "manager", "marketer", "sales", "reader"]);
    let own = app.sales.post(VIEWS, view("own", json!({}))).await.created();
    app.sales.post(VIEWS, view("sold", json!({ "shared_with": ["sales"] }))).await.created();
    app.sales.post(VIEWS, view("all", json!({ "shared_with": everybody }))).await.created();
    assert_eq!(names(&app.sales, "").await, ["own", "sold", "all"]);
    assert_eq!(names(&app.rival, "").await, ["sold", "all"]);
    assert_eq!(names(&app.reader, "").await, ["all"]);
    assert_eq!(names(&app.admin, "").await, ["all"]);
    app.admin.get(&format!("{VIEWS}/{}", own.id())).await.problem(404, "not_found");
}

async fn a_view_is_changed_by_its_owner_and_whoever_leads(app: TestApp) {
    let made = app.sales.post(VIEWS, view("all", json!({ "shared_with": ["sales", "manager"] }))).await.created();
    let path = format!("{VIEWS}/{}", made.id());
    app.rival.patch_any(&path, json!({ "name": "mine now" })).await.problem(403, "forbidden");
    app.rival.delete_any(&path).await.problem(403, "forbidden");
    let changed =
        app.manager.patch_any(&path, json!({ "filter": { "kind": "won" }, "columns": [], "sort": null })).await.ok();
    assert_eq!((&changed.json["filter"], &changed.json["version"]), (&json!({ "kind": "won" }), &json!(2)));
    assert_eq!(changed.json["shared_with"], json!(["manager", "sales"]));
    app.sales.patch_any(&path, json!({ "shared_with": [] })).await.ok();
    app.manager.get(&path).await.problem(404, "not_found");
}

async fn what_the_list_would_not_take_is_refused(app: TestApp) {
    let save = async |more: Value| app.sales.post(VIEWS, view("x", more)).await;
    save(json!({ "filter": { "colour": "red" } })).await.invalid(&["filter.colour"]);
    save(json!({ "filter": { "stage_id": "x" } })).await.invalid(&["filter.stage_id"]);
    save(json!({ "filter": { "custom.none": 1 } })).await.invalid(&["filter.custom.none"]);
    save(json!({ "filter": { "limit": 5, "q": ["a"] } })).await.invalid(&["filter.limit", "filter.q"]);
    save(json!({ "sort": "colour" })).await.invalid(&["sort"]);
    save(json!({ "columns": ["a", "a"] })).await.invalid(&["columns"]);
    save(json!({ "columns": [""] })).await.invalid(&["columns"]);
    save(json!({ "name": " ", "list": "tasks" })).await.invalid(&["list", "name"]);
    save(json!({ "shared_with": ["everybody"] })).await.invalid(&["shared_with[0]"]);
    let made = app.sales.post(VIEWS, view("x", json!({}))).await.created();
    let path = format!("{VIEWS}/{}", made.id());
    app.sales.patch_any(&path, json!({ "filter": { "kind": "odd" } })).await.invalid(&["filter.kind"]);
    app.sales.get(&format!("{VIEWS}?list=tasks")).await.invalid(&["list"]);
}

async fn views_page_and_are_of_one_list(app: TestApp) {
    for n in 0..5 {
        let list = if n == 2 { "contacts" } else { "leads" };
        app.sales.post(VIEWS, view(&format!("v{n}"), json!({ "list": list }))).await.created();
    }
    assert_eq!(names(&app.sales, "list=contacts").await, ["v2"]);
    let page = app.sales.get(&format!("{VIEWS}?list=leads&limit=3")).await.ok();
    let next = page.json["next_cursor"].as_str().unwrap();
    assert_eq!(names(&app.sales, &format!("list=leads&limit=3&cursor={next}")).await, ["v4"]);
    app.sales.get(&format!("{VIEWS}?cursor=x")).await.invalid(&["cursor"]);
}

async fn a_deleted_view_is_gone(app: TestApp) {
    let made = app.sales.post(VIEWS, view("x", json!({ "shared_with": ["sales"] }))).await.created();
    let path = format!("{VIEWS}/{}", made.id());
    app.sales.delete_from(&made, &path).await.no_content();
    app.sales.get(&path).await.problem(404, "not_found");
    assert_eq!(names(&app.rival, "").await, [""; 0]);
}

async fn programs_have_no_views_and_readers_share_none(app: TestApp) {
    app.key.post(VIEWS, view("x", json!({}))).await.problem(403, "forbidden");
    app.key.get(VIEWS).await.problem(403, "forbidden");
    app.reader.post(VIEWS, view("x", json!({ "shared_with": ["reader"] }))).await.problem(403, "forbidden");
    let own = app.reader.post(VIEWS, view("x", json!({}))).await.created();
    let share = json!({ "shared_with": ["sales"] });
    app.reader.patch_any(&format!("{VIEWS}/{}", own.id()), share).await.problem(403, "forbidden");
    assert_eq!(names(&app.reader, "").await, ["x"]);
}

async fn a_change_of_a_view_starts_from_what_was_seen(app: TestApp) {
    let made = app.sales.post(VIEWS, view("x", json!({}))).await.created();
    let path = format!("{VIEWS}/{}", made.id());
    app.sales.patch(&path, json!({ "name": "y" })).await.problem(428, "precondition_required");
    app.sales.patch_from(&made, &path, json!({ "name": "y" })).await.ok();
    app.sales.patch_from(&made, &path, json!({ "name": "z" })).await.problem(412, "precondition_failed");
}
