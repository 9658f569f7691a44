//! Journeys: touchpoints and stages in one funnel of clients.

use serde_json::{Value, json};

use crate::support::sales::Pipeline;
use crate::support::{TestApp, cases};

cases![
    a_journey_mixes_touchpoints_and_stages,
    properties_groups_and_directions_make_steps,
    the_window_and_as_of_bound_a_journey,
    merged_clients_are_one,
    a_journey_shows_what_the_caller_sees,
    numbers_open_into_their_clients_page_by_page,
    bad_journeys_are_refused_by_path,
    a_step_may_follow_a_stage_and_opens_into_its_facts,
    a_journey_becomes_a_file_and_so_do_its_clients,
    the_clients_of_a_saved_journey_become_a_file,
];

const JOURNEY: &str = "/api/v1/reports/journey";

async fn touch(app: &TestApp, name: &str, day: u32, more: Value) -> Value {
    let mut body = json!({ "contact": { "email": format!("{name}@example.com") }, "occurred_at": format!("2024-01-{day:02}T10:00:00Z") });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.touch(body).await["contact_id"].clone()
}

async fn win(app: &TestApp, pipeline: &Pipeline, contact: &Value, day: u32) {
    let body = json!({
        "contact_id": contact, "pipeline_id": pipeline.id, "stage_id": pipeline.stage("Won"), "title": "A roof",
        "entered_at": format!("2024-01-{day:02}T12:00:00Z"), "owner_id": null,
    });
    app.key.post("/api/v1/leads", body).await.created();
}

fn steps() -> Value {
    json!([
        { "name": "visit", "touch": { "channels": ["web"], "kinds": ["page_view"] } },
        { "name": "form", "touch": { "kinds": ["form"] } },
        { "name": "meeting", "touch": { "channels": ["meeting"] } },
        { "name": "won", "stage": { "kind": "won" } },
    ])
}

fn visit() -> Value {
    json!({ "channel": "web", "kind": "page_view" })
}

fn form() -> Value {
    json!({ "channel": "web", "kind": "form" })
}

async fn entered(app: &TestApp, journey: Value) -> Vec<i64> {
    let answer = app.admin.post(JOURNEY, journey).await.ok();
    answer.json["steps"].as_array().unwrap().iter().map(|step| step["entered"].as_i64().unwrap()).collect()
}

/// Ann goes all the way, Bo meets before the form, Cy only wins, Di visits alone.
async fn people(app: &TestApp) -> Pipeline {
    let pipeline = app.pipeline().await;
    touch(app, "ann", 1, visit()).await;
    touch(app, "ann", 2, form()).await;
    let ann = touch(app, "ann", 4, json!({ "channel": "meeting" })).await;
    win(app, &pipeline, &ann, 9).await;
    touch(app, "bo", 1, visit()).await;
    touch(app, "bo", 2, json!({ "channel": "meeting" })).await;
    let bo = touch(app, "bo", 3, form()).await;
    win(app, &pipeline, &bo, 5).await;
    let cy = touch(app, "cy", 2, form()).await;
    win(app, &pipeline, &cy, 3).await;
    touch(app, "di", 6, visit()).await;
    pipeline
}

async fn a_journey_mixes_touchpoints_and_stages(app: TestApp) {
    people(&app).await;
    let answer = app.admin.post(JOURNEY, json!({ "steps": steps() })).await.ok();
    let step = |n: usize| answer.json["steps"][n].clone();
    assert_eq!((&answer.json["cohort"], &answer.json["immature"]), (&json!(3), &json!(false)));
    assert_eq!([0, 1, 2, 3].map(|n| step(n)["entered"].as_i64().unwrap()), [3, 2, 1, 1]);
    assert_eq!((step(1)["dropped"].clone(), step(3)["from_previous"].clone()), (json!(1), json!(1.0)));
    assert_eq!((step(0)["median_seconds"].clone(), step(2)["median_seconds"].clone()), (Value::Null, json!(259_200.0)));
    assert!(answer.json["definitions"].as_str().unwrap().contains("§2"));
    let late = json!({ "steps": steps(), "from": "2024-01-02", "to": "2024-01-31" });
    assert_eq!(entered(&app, late).await, [1, 0, 0, 0], "Ann and Bo first came before");
    let none = json!({ "steps": steps(), "from": "2020-01-02", "to": "2020-01-31" });
    let none = app.admin.post(JOURNEY, none).await.ok();
    assert_eq!(none.json["steps"][1]["from_first"], Value::Null);
}

async fn properties_groups_and_directions_make_steps(app: TestApp) {
    for (name, price) in [("ann", 5), ("bo", 7)] {
        let page = json!({ "channel": "web", "kind": "page_view", "utm_source": "google", "utm_medium": "cpc", "properties": { "page": { "price": price, "name": "Solar Roof" } } });
        touch(&app, name, 1, page).await;
        touch(
            &app,
            name,
            2,
            json!({ "channel": "call", "direction": if price == 5 { "inbound" } else { "outbound" } }),
        )
        .await;
    }
    let count = async |first: Value, second: Value| {
        entered(&app, json!({ "steps": [{ "touch": first }, { "touch": second }] })).await
    };
    let call = json!({ "channels": ["call"], "direction": "inbound" });
    assert_eq!(count(json!({ "channel_groups": ["Paid Search"] }), call.clone()).await, [2, 1]);
    let test = |test: Value| json!({ "properties": [test] });
    assert_eq!(count(test(json!({ "path": "page.price", "is": [7, "5"] })), call.clone()).await, [1, 0]);
    assert_eq!(count(test(json!({ "path": "page.name", "contains": "solar" })), call.clone()).await, [2, 1]);
    assert_eq!(count(test(json!({ "path": "page.name.x", "exists": true })), call.clone()).await, [0, 0]);
    assert_eq!(count(test(json!({ "path": "page.price", "exists": true })), json!({ "online": false })).await, [2, 2]);
}

async fn the_window_and_as_of_bound_a_journey(app: TestApp) {
    people(&app).await;
    let within = |window: &str, as_of: &str| json!({ "steps": steps(), "window": window, "as_of": as_of });
    assert_eq!(entered(&app, within("3d", "2024-02-01")).await, [3, 2, 1, 0]);
    assert_eq!(entered(&app, within("24h", "2024-02-01")).await, [3, 1, 0, 0], "exactly at the end counts");
    assert_eq!(entered(&app, within("30d", "2024-01-04")).await, [2, 2, 0, 0]);
    let answer = app.admin.post(JOURNEY, within("3d", "2024-01-08")).await.ok();
    assert_eq!((&answer.json["immature"], &answer.json["immature_clients"]), (&json!(true), &json!(1)));
}

async fn merged_clients_are_one(app: TestApp) {
    touch(&app, "ann", 1, visit()).await;
    let anna = touch(&app, "anna", 2, form()).await;
    let ann = touch(&app, "ann", 3, json!({ "channel": "meeting" })).await;
    let journey = json!({ "steps": steps() });
    assert_eq!(entered(&app, journey.clone()).await, [1, 0, 0, 0]);
    let path = format!("/api/v1/contacts/{}/merge", ann.as_str().unwrap());
    let merged = app.manager.post(&path, json!({ "contact_ids": [anna] })).await.ok();
    assert_eq!(entered(&app, journey.clone()).await, [1, 1, 1, 0]);
    let merge = merged.json["merges"][0]["id"].as_str().unwrap();
    app.manager.post_empty(&format!("/api/v1/merges/{merge}/undo")).await.ok();
    assert_eq!(entered(&app, journey).await, [1, 0, 0, 0]);
}

async fn a_journey_shows_what_the_caller_sees(app: TestApp) {
    for (name, owner) in [("ann", app.users.mate), ("bo", app.users.rival)] {
        touch(&app, name, 1, visit()).await;
        let contact = touch(&app, name, 2, form()).await;
        app.give(contact.as_str().unwrap().parse().unwrap(), owner).await;
    }
    let journey = json!({ "steps": steps() });
    assert_eq!(app.marketer.post(JOURNEY, journey.clone()).await.ok().json["cohort"], 2);
    assert_eq!(app.sales.post(JOURNEY, journey.clone()).await.ok().json["cohort"], 1);
    app.anon.post(JOURNEY, journey).await.problem(401, "unauthorized");
}

async fn numbers_open_into_their_clients_page_by_page(app: TestApp) {
    people(&app).await;
    let path = format!("{JOURNEY}/clients");
    let ask = |step: u32, more: Value| {
        let mut body = json!({ "journey": { "steps": steps() }, "step": step, "limit": 2 });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let first = app.admin.post(&path, ask(0, json!({}))).await.ok();
    assert_eq!((first.items().len(), &first.json["total"]), (2, &json!(3)));
    let second = app.admin.post(&path, ask(0, json!({ "cursor": first.json["next_cursor"] }))).await.ok();
    assert_eq!((second.items().len(), &second.json["next_cursor"]), (1, &Value::Null));
    assert_eq!(second.items()[0]["emails"][0]["address"], "di@example.com");
    let dropped = app.admin.post(&path, ask(2, json!({ "outcome": "dropped" }))).await.ok();
    assert_eq!(dropped.items()[0]["emails"][0]["address"], "bo@example.com");
    assert_eq!(dropped.json["total"], 1);
    app.admin.post(&path, ask(4, json!({}))).await.invalid(&["step"]);
}

async fn bad_journeys_are_refused_by_path(app: TestApp) {
    let pipeline = app.pipeline().await;
    let web = json!({ "touch": { "channels": ["web"] } });
    for (step, field) in [
        (json!({}), "steps[1]"),
        (json!({ "touch": {}, "stage": { "kind": "won" } }), "steps[1]"),
        (json!({ "touch": {} }), "steps[1].touch"),
        (
            json!({ "touch": { "properties": [{ "path": "a..b", "exists": true }] } }),
            "steps[1].touch.properties[0].path",
        ),
        (
            json!({ "touch": { "properties": [{ "path": "a", "exists": true, "contains": "x" }] } }),
            "steps[1].touch.properties[0]",
        ),
        (json!({ "stage": {} }), "steps[1].stage"),
        (json!({ "stage": { "stage_ids": [app.users.admin] } }), "steps[1].stage.stage_ids"),
        (json!({ "stage": { "kind": "won", "pipeline_id": app.users.admin } }), "steps[1].stage.pipeline_id"),
        (json!({ "touch": { "channels": ["smoke"] } }), "steps[1].touch.channels[0]"),
        (json!({ "touch": { "channel_groups": ["Email", "Smoke"] } }), "steps[1].touch.channel_groups[1]"),
    ] {
        app.admin.post(JOURNEY, json!({ "steps": [web, step] })).await.invalid(&[field]);
    }
    app.admin.post(JOURNEY, json!({ "steps": [web] })).await.invalid(&["steps"]);
    let bad =
        json!({ "steps": [web, web], "tz": "Mars/Base", "window": "soon", "from": "2024-02-01", "to": "2024-01-01" });
    app.admin.post(JOURNEY, bad).await.invalid(&["tz", "to", "window"]);
    let hostile = json!({ "steps": [{ "touch": { "kinds": ["' OR 1=1 --"] } }, { "stage": { "stage_ids": [pipeline.stage("Won")] } }] });
    assert_eq!(entered(&app, hostile).await, [0, 0]);
}

/// A visit, a win, a call after it.
async fn after_sales(app: &TestApp) -> (Value, Pipeline) {
    let pipeline = people(app).await;
    touch(app, "ann", 12, json!({ "channel": "call" })).await;
    touch(app, "bo", 4, json!({ "channel": "call" })).await;
    let steps = json!([
        { "name": "visit", "touch": { "channels": ["web"], "kinds": ["page_view"] } },
        { "name": "won", "stage": { "pipeline_id": pipeline.id, "kind": "won" } },
        { "name": "call", "touch": { "channels": ["call"] } },
    ]);
    (json!({ "steps": steps }), pipeline)
}

async fn a_step_may_follow_a_stage_and_opens_into_its_facts(app: TestApp) {
    let (journey, pipeline) = after_sales(&app).await;
    assert_eq!(entered(&app, journey.clone()).await, [3, 2, 1], "Bo called before the win");
    let facts = async |step: u32, more: Value| {
        let mut body = json!({ "journey": journey, "step": step });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.admin.post(&format!("{JOURNEY}/facts"), body).await
    };
    let visits = facts(0, json!({ "limit": 2 })).await.ok();
    assert_eq!((visits.items().len(), &visits.json["total"]), (2, &json!(3)));
    let rest = facts(0, json!({ "limit": 2, "cursor": visits.json["next_cursor"] })).await.ok();
    assert_eq!((rest.items().len(), &rest.items()[0]["at"]), (1, &json!("2024-01-06T10:00:00Z")));
    let wins = facts(1, json!({})).await.ok();
    assert_eq!((&wins.json["total"], &wins.items()[0]["interaction_id"]), (&json!(2), &Value::Null));
    assert_eq!(wins.items()[0]["stage_id"], pipeline.stage("Won"));
    let lead = app.admin.get(&format!("/api/v1/leads/{}", wins.items()[0]["lead_id"].as_str().unwrap())).await.ok();
    assert_eq!(lead.json["contact_id"], wins.items()[0]["contact_id"]);
    let calls = facts(2, json!({})).await.ok();
    let call = calls.items()[0]["interaction_id"].as_str().unwrap();
    let call = app.admin.get(&format!("/api/v1/interactions/{call}")).await.ok();
    assert_eq!((&call.json["channel"], &call.json["occurred_at"]), (&json!("call"), &calls.items()[0]["at"]));
    assert_eq!(calls.json["total"], 1);
    facts(3, json!({})).await.invalid(&["step"]);
}

async fn a_journey_becomes_a_file_and_so_do_its_clients(app: TestApp) {
    let (journey, _) = after_sales(&app).await;
    let csv = app.admin.post("/api/v1/exports/journey?format=csv", journey.clone()).await.ok().text();
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines[0], "name,entered,from_first,from_previous,dropped,median_seconds,p90_seconds");
    assert!(lines[2].starts_with("won,2,0.66"), "{csv}");
    assert_eq!(lines.len(), 4);
    let book = app.admin.post("/api/v1/exports/journey?format=xlsx", journey.clone()).await.ok();
    assert!(book.body.starts_with(b"PK"));
    let number = |step: u32| json!({ "journey": journey, "step": step });
    let path = "/api/v1/exports/journey/clients?columns=email";
    let clients = app.admin.post(path, number(1)).await.ok().text();
    assert_eq!(clients.lines().collect::<Vec<_>>(), ["email", "ann@example.com", "bo@example.com"]);
    let mut dropped = number(2);
    dropped["outcome"] = json!("dropped");
    assert_eq!(app.admin.post(path, dropped).await.ok().text().lines().count(), 2);
    app.admin.post(path, number(9)).await.invalid(&["step"]);
    app.reader.post("/api/v1/exports/journey", json!({ "steps": [] })).await.problem(403, "forbidden");
}

async fn the_clients_of_a_saved_journey_become_a_file(app: TestApp) {
    let (journey, _) = after_sales(&app).await;
    let save = |kind: &str, parameters: Value| json!({ "name": kind, "kind": kind, "parameters": parameters });
    let saved = app.admin.post("/api/v1/saved-reports", save("journey", journey)).await.created().id();
    let path = |step: u32| format!("/api/v1/exports/journey/clients?columns=email&saved_report_id={saved}&step={step}");
    let clients = app.admin.get(&path(1)).await.ok().text();
    assert_eq!(clients.lines().collect::<Vec<_>>(), ["email", "ann@example.com", "bo@example.com"]);
    let dropped = app.admin.get(&format!("{}&outcome=dropped", path(2))).await.ok().text();
    assert_eq!(dropped.lines().count(), 2);
    app.admin.get(&path(9)).await.invalid(&["step"]);
    // It is its owner's alone.
    app.manager.get(&path(1)).await.problem(404, "not_found");
    let other = app.admin.post("/api/v1/saved-reports", save("activity", json!({}))).await.created().id();
    app.admin.get(&path(1).replace(&saved, &other)).await.invalid(&["saved_report_id"]);
}
