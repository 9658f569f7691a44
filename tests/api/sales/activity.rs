//! What is behind each number of the activity report.

use serde_json::{Value, json};

use crate::support::sales::Pipeline;
use crate::support::{Client, TestApp, cases};

cases![
    every_number_of_activity_opens_into_exactly_its_facts,
    facts_tell_what_they_are_and_whose,
    a_merge_and_its_undoing_change_no_activity,
    a_reopened_lead_is_behind_the_number_it_had_then,
    bad_questions_about_activity_are_refused,
];

const FACTS: &str = "/api/v1/reports/activity/facts";
const PERIOD: &str = "from=2024-01-01&to=2024-02-01";

/// All pages of a list.
async fn facts(client: &Client, query: &str) -> Vec<Value> {
    let path = format!("{FACTS}?limit=2&{query}");
    let (mut items, mut page) = (Vec::new(), client.get(&path).await.ok());
    loop {
        items.extend(page.items().clone());
        match page.json["next_cursor"].as_str() {
            Some(next) => page = client.get(&format!("{path}&cursor={next}")).await.ok(),
            None => break,
        }
    }
    assert_eq!(page.json["total"], items.len(), "{query}");
    let times: Vec<_> = items.iter().map(|fact| fact["at"].as_str().unwrap().to_owned()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{query}: {times:?}");
    items
}

/// Every number of everybody whom the caller sees opens into a list of that length.
async fn all_open(client: &Client, query: &str) -> usize {
    let report = client.get(&format!("/api/v1/reports/activity?{query}")).await.ok().json;
    let owners = report["owners"].as_array().unwrap();
    for person in owners {
        let user = person["user_id"].as_str().unwrap();
        let own = format!("user_id={user}&{query}");
        for set in ["touchpoints", "notes", "stage_moves", "tasks_done", "leads_entered", "won", "lost"] {
            assert_eq!(json!(facts(client, &format!("{own}&set={set}")).await.len()), person[set], "{set} {query}");
        }
        for (channel, count) in person["by_channel"].as_object().unwrap() {
            let found = facts(client, &format!("{own}&set=touchpoints&channel={channel}")).await;
            assert_eq!(json!(found.len()), *count, "{channel}");
            assert!(found.iter().all(|fact| fact["channel"] == **channel));
        }
    }
    owners.len()
}

/// A lead of a person, moved and ended by them, with a call, an e-mail, a note and a task.
async fn work(app: &TestApp, by: &Client, pipeline: &Pipeline, owner: impl serde::Serialize, end: &str) -> Value {
    let fields = json!({ "pipeline_id": pipeline.id, "stage_id": pipeline.stage("New"), "entered_at": "2024-01-02T12:00:00Z", "owner_id": owner });
    let deal = app.deal(by, fields).await;
    let client = deal.json["contact_id"].clone();
    for (stage, day) in [("Contacted", 5), (end, 9)] {
        let body = json!({ "stage_id": pipeline.stage(stage), "at": format!("2024-01-{day:02}T12:00:00Z") });
        by.post(&format!("/api/v1/leads/{}/stage", deal.id()), body).await.ok();
    }
    for (channel, day) in [("call", 3), ("email", 4), ("call", 4), ("note", 6)] {
        let body = json!({ "contact": { "id": client }, "channel": channel, "lead_id": deal.id(), "body": "Hello", "occurred_at": format!("2024-01-{day:02}T00:00:00Z") });
        by.post("/api/v1/interactions", body).await.created();
    }
    let task = json!({ "contact_id": client, "lead_id": deal.id(), "title": "Call back", "assignee_id": owner });
    let task = by.post("/api/v1/tasks", task).await.created();
    by.patch_any(&format!("/api/v1/tasks/{}", task.id()), json!({ "done": true })).await.ok();
    deal.json.clone()
}

async fn world(app: &TestApp) -> (Pipeline, Vec<Value>) {
    let pipeline = app.pipeline().await;
    let mut deals = Vec::new();
    for end in ["Won", "Lost", "Won"] {
        deals.push(work(app, &app.sales, &pipeline, app.users.sales, end).await);
    }
    deals.push(work(app, &app.mate, &pipeline, app.users.mate, "Won").await);
    deals.push(work(app, &app.rival, &pipeline, app.users.rival, "Lost").await);
    deals.push(work(app, &app.admin, &pipeline, app.users.rival, "Proposal").await);
    (pipeline, deals)
}

async fn every_number_of_activity_opens_into_exactly_its_facts(app: TestApp) {
    let (_, deals) = world(&app).await;
    let list = app.list("Some", &[&deals[1]["contact_id"].as_str().unwrap().to_owned()]).await;
    let more = ["", "&as_of=2024-01-07", "&to=2024-01-05", "&to=2030-01-01"];
    for query in
        more.map(|more| if more.contains("to=") { format!("from=2024-01-01{more}") } else { format!("{PERIOD}{more}") })
    {
        assert_eq!(all_open(&app.admin, &query).await, 4, "{query}");
        all_open(&app.rival, &query).await;
        all_open(&app.sales, &query).await;
    }
    assert_eq!(all_open(&app.admin, &format!("from=2024-01-01&segment_id={list}")).await, 1);
    assert_eq!(all_open(&app.admin, &format!("from=2024-01-01&team_id={}", app.users.north)).await, 2);
    assert_eq!(all_open(&app.admin, &format!("from=2024-01-01&owner_id={}", app.users.mate)).await, 1);
    let other = format!("user_id={}&set=won&owner_id={}&{PERIOD}", app.users.mate, app.users.sales);
    assert!(facts(&app.admin, &other).await.is_empty());
    // A salesperson who sees only what is theirs.
    let own = json!({ "visibility": "own" });
    app.admin.put_any("/api/v1/roles/sales", own).await.ok();
    assert_eq!(all_open(&app.sales, PERIOD).await, 1);
    let rest = format!("{FACTS}?set=touchpoints&user_id={}", app.users.mate);
    app.sales.get(&rest).await.invalid(&["user_id"]);
    assert!(facts(&app.sales, &format!("set=won&user_id={}", app.users.sales)).await.len() == 2);
}

async fn facts_tell_what_they_are_and_whose(app: TestApp) {
    let (pipeline, deals) = world(&app).await;
    let own = |set: &str| format!("user_id={}&set={set}", app.users.rival);
    let of = async |set: &str| facts(&app.admin, &own(set)).await;
    let call = &of("touchpoints").await[0];
    assert_eq!((&call["contact_name"], &call["lead_id"]), (&json!("Ann Lee"), &deals[4]["id"]));
    assert_eq!((&call["lead_title"], &call["stage_id"]), (&deals[4]["title"], &Value::Null));
    let shown = app.admin.get(&format!("/api/v1/interactions/{}", call["interaction_id"].as_str().unwrap())).await.ok();
    assert_eq!((&shown.json["occurred_at"], &shown.json["channel"]), (&call["at"], &call["channel"]));
    assert_eq!(of("notes").await[0]["channel"], "note");
    let moves = of("stage_moves").await;
    let stages: Vec<_> = moves.iter().map(|fact| fact["stage_id"].clone()).collect();
    assert_eq!(stages, [json!(pipeline.stage("Lost")), json!(pipeline.stage("Contacted"))]);
    assert_eq!(moves[0]["interaction_id"], Value::Null);
    let task = &of("tasks_done").await[0];
    assert_eq!(task["task_title"], "Call back");
    app.admin.get(&format!("/api/v1/tasks/{}", task["task_id"].as_str().unwrap())).await.ok();
    let entered = &of("leads_entered").await[0];
    assert_eq!((&entered["at"], &entered["stage_id"]), (&json!("2024-01-02T12:00:00Z"), &json!(pipeline.stage("New"))));
    let lost = &of("lost").await[0];
    assert_eq!((&lost["at"], &lost["stage_id"]), (&json!("2024-01-09T12:00:00Z"), &json!(pipeline.stage("Lost"))));
    assert_eq!((&lost["contact_id"], &lost["task_id"]), (&deals[4]["contact_id"], &Value::Null));
}

async fn a_merge_and_its_undoing_change_no_activity(app: TestApp) {
    let (_, deals) = world(&app).await;
    let client = |n: usize| deals[n]["contact_id"].as_str().unwrap();
    let report =
        async || app.admin.get(&format!("/api/v1/reports/activity?{PERIOD}")).await.ok().json["owners"].clone();
    let before = report().await;
    let merged = app
        .admin
        .post(&format!("/api/v1/contacts/{}/merge", client(0)), json!({ "contact_ids": [client(1)] }))
        .await
        .ok();
    assert_eq!(report().await, before);
    all_open(&app.admin, PERIOD).await;
    let lost = facts(&app.admin, &format!("set=lost&user_id={}", app.users.sales)).await;
    assert_eq!(lost[0]["contact_id"], client(0), "the client, and not whoever is merged into it");
    let merge = merged.json["merges"][0]["id"].as_str().unwrap();
    app.manager.post_empty(&format!("/api/v1/merges/{merge}/undo")).await.ok();
    assert_eq!(report().await, before);
    let lost = facts(&app.admin, &format!("set=lost&user_id={}", app.users.sales)).await;
    assert_eq!(lost[0]["contact_id"], client(1));
}

async fn a_reopened_lead_is_behind_the_number_it_had_then(app: TestApp) {
    let (pipeline, deals) = world(&app).await;
    let body = json!({ "stage_id": pipeline.stage("Proposal"), "at": "2024-01-20T12:00:00Z" });
    app.sales.post(&format!("/api/v1/leads/{}/stage", deals[0]["id"].as_str().unwrap()), body).await.ok();
    for (as_of, won) in [("2024-01-15", 2), ("2024-01-25", 1)] {
        let query = format!("{PERIOD}&as_of={as_of}");
        all_open(&app.admin, &query).await;
        let found = facts(&app.admin, &format!("{query}&set=won&user_id={}", app.users.sales)).await;
        assert_eq!(found.len(), won, "{as_of}");
    }
}

async fn bad_questions_about_activity_are_refused(app: TestApp) {
    let ask = async |query: &str| app.admin.get(&format!("{FACTS}?{query}")).await;
    let user = format!("user_id={}", app.users.admin);
    ask("set=won").await.invalid(&["user_id"]);
    ask(&user).await.invalid(&["set"]);
    ask(&format!("{user}&set=dreams")).await.invalid(&["set"]);
    ask("user_id=me&set=won").await.invalid(&["user_id"]);
    ask("user_id=01890000-0000-7000-8000-000000000000&set=won").await.invalid(&["user_id"]);
    ask(&format!("{user}&set=won&channel=call")).await.invalid(&["channel"]);
    ask(&format!("{user}&set=touchpoints&channel=smoke")).await.invalid(&["channel"]);
    ask(&format!("{user}&set=won&from=2024-02-01&to=2024-01-01")).await.invalid(&["to"]);
    ask(&format!("{user}&set=won&tz=Mars/Base")).await.invalid(&["tz"]);
    ask(&format!("{user}&set=won&segment_id={}", app.users.admin)).await.invalid(&["segment_id"]);
    ask(&format!("{user}&set=notes&cursor=x")).await.invalid(&["cursor"]);
    app.rival.get(&format!("{FACTS}?{user}&set=won")).await.invalid(&["user_id"]);
    let field = json!({ "entity": "contact", "key": "level", "label": "Level", "kind": "text" });
    let field = app.admin.post("/api/v1/fields", field).await.created().id();
    let broken = app.segment("Level", json!({ "version": 1, "field": "custom.level", "op": "empty" })).await;
    app.admin.delete_any(&format!("/api/v1/fields/{field}")).await.no_content();
    ask(&format!("{user}&set=won&segment_id={broken}")).await.problem(409, "segment_broken");
}
