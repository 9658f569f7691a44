use serde_json::{Value, json};

use crate::support::{Answer, TestApp, cases};

cases![
    a_line_holds_touchpoints_notes_tasks_and_changes_with_their_authors,
    every_filter_narrows_the_line,
    bad_parameters_are_named,
    entries_of_hidden_leads_are_hidden,
    a_hidden_clients_line_is_as_good_as_absent,
    a_leads_line_leaves_out_other_leads,
    a_companys_line_merges_its_people,
    a_companys_line_leaves_out_hidden_people,
];

fn subjects(answer: &Answer) -> Vec<&str> {
    answer.items().iter().map(|entry| entry["subject"].as_str().unwrap_or("-")).collect()
}

fn on(day: u32, more: Value) -> Value {
    let mut body = json!({ "occurred_at": format!("2024-01-{day:02}T00:00:00Z"), "subject": format!("d{day}") });
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    body
}

async fn a_line_holds_touchpoints_notes_tasks_and_changes_with_their_authors(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    app.touch(on(1, json!({}))).await;
    app.touch(on(2, json!({ "channel": "note" }))).await;
    let task = json!({ "contact_id": ann, "title": "d3", "due_at": "2024-01-03T00:00:00Z" });
    app.sales.post("/api/v1/tasks", task).await.created();
    let by_key = crate::support::clients::touchpoint(on(4, json!({ "source": "pbx", "source_id": "4" })));
    app.key.post("/api/v1/interactions", by_key).await.created();
    // A number that the client is found with for the first time is a change.
    app.touch(on(5, json!({ "contact": { "email": "ann@example.com", "phone": "+14155550100" } }))).await;
    let line = app.reader.get(&format!("/api/v1/contacts/{ann}/timeline?order=oldest")).await.ok();
    let types: Vec<_> = line.items().iter().map(|entry| entry["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["interaction", "note", "task", "interaction", "interaction", "change"]);
    assert_eq!(subjects(&line), ["d1", "d2", "d3", "d4", "d5", "-"]);
    let actor = |index: usize| line.items()[index]["actor"].clone();
    assert_eq!(actor(0), json!({ "type": "user", "id": app.users.manager, "name": "manager" }));
    assert_eq!(actor(2)["name"], "sales");
    assert_eq!(actor(3), json!({ "type": "api_key", "id": app.users.key, "name": "tests" }));
    assert_eq!(line.items()[3]["source_id"], "4");
}

async fn every_filter_narrows_the_line(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    let lead = app.lead(ann, None, "open").await;
    app.touch(on(1, json!({ "channel": "web", "kind": "form", "direction": "inbound", "lead_id": lead }))).await;
    app.touch(on(2, json!({ "channel": "note" }))).await;
    app.touch(on(3, json!({ "channel": "call" }))).await;
    app.touch(on(4, json!({ "channel": "event", "online": true }))).await;
    let lead = format!("lead_id={lead}");
    for (query, wanted) in [
        ("", vec!["d4", "d3", "d2", "d1"]),
        ("order=oldest", vec!["d1", "d2", "d3", "d4"]),
        ("channel=web,call", vec!["d3", "d1"]),
        ("type=note", vec!["d2"]),
        ("type=note,task", vec!["d2"]),
        ("kind=form", vec!["d1"]),
        ("online=true", vec!["d4", "d1"]),
        ("online=false&channel=call", vec!["d3"]),
        ("direction=inbound", vec!["d1"]),
        ("from=2024-01-02T00:00:00Z&to=2024-01-04T00:00:00Z", vec!["d3", "d2"]),
        (&lead, vec!["d1"]),
        ("channel=sms", vec![]),
    ] {
        let line = app.reader.get(&format!("/api/v1/contacts/{ann}/timeline?{query}")).await.ok();
        assert_eq!(subjects(&line), wanted, "{query}");
    }
}

async fn bad_parameters_are_named(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    for (query, fields) in [
        ("channel=fax&type=x&limit=1000&cursor=1", vec!["channel", "type", "limit", "cursor"]),
        ("order=up", vec!["order"]),
        ("to=0", vec!["to"]),
        ("page=2", vec!["page"]),
    ] {
        app.reader.get(&format!("/api/v1/contacts/{ann}/timeline?{query}")).await.invalid(&fields);
    }
}

async fn entries_of_hidden_leads_are_hidden(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    let (mine, hidden) =
        (app.lead(ann, Some(app.users.sales), "open").await, app.lead(ann, Some(app.users.rival), "open").await);
    app.touch(on(1, json!({}))).await;
    app.touch(on(2, json!({ "lead_id": mine }))).await;
    let secret = app.touch(on(3, json!({ "lead_id": hidden }))).await;
    let line = format!("/api/v1/contacts/{ann}/timeline");
    assert_eq!(subjects(&app.mate.get(&line).await.ok()), ["d2", "d1"]);
    assert_eq!(subjects(&app.rival.get(&line).await.ok()), ["d3", "d1"]);
    assert_eq!(subjects(&app.reader.get(&line).await.ok()), ["d3", "d2", "d1"]);
    assert_eq!(app.mate.get("/api/v1/interactions").await.ok().items().len(), 2);
    let path = format!("/api/v1/interactions/{}", secret["id"].as_str().unwrap());
    app.mate.get(&path).await.problem(404, "not_found");
    app.mate.get(&format!("/api/v1/leads/{hidden}/timeline")).await.problem(404, "not_found");
}

async fn a_hidden_clients_line_is_as_good_as_absent(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    let lead = app.lead(ann, None, "open").await;
    app.give(ann, app.users.sales).await;
    for path in [format!("contacts/{ann}/timeline"), format!("contacts/{ann}/360"), format!("leads/{lead}/timeline")] {
        app.mate.get(&format!("/api/v1/{path}")).await.ok();
        app.rival.get(&format!("/api/v1/{path}")).await.problem(404, "not_found");
    }
    app.sales.get("/api/v1/contacts/x/timeline").await.problem(404, "not_found");
    let nobody = uuid::Uuid::now_v7();
    for what in ["contacts", "companies", "leads"] {
        app.admin.get(&format!("/api/v1/{what}/{nobody}/timeline")).await.problem(404, "not_found");
    }
}

async fn a_leads_line_leaves_out_other_leads(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    let (lead, other) = (app.lead(ann, None, "open").await, app.lead(ann, None, "open").await);
    app.touch(on(1, json!({}))).await;
    app.touch(on(2, json!({ "lead_id": lead }))).await;
    app.touch(on(3, json!({ "lead_id": other }))).await;
    let line = app.reader.get(&format!("/api/v1/leads/{lead}/timeline")).await.ok();
    assert_eq!(subjects(&line), ["d2", "d1"]);
}

async fn a_companys_line_merges_its_people(app: TestApp) {
    let emails = ["a@example.com", "b@example.com", "c@example.com"];
    let mut people = Vec::new();
    for email in emails {
        people.push(app.client(email).await);
    }
    let company = app.company(people).await;
    for day in 1..=28 {
        // The second person is silent; the third speaks only at the end.
        let email = if day > 20 { emails[2] } else { emails[0] };
        app.touch(on(day, json!({ "contact": { "email": email } }))).await;
    }
    for (order, limit) in [("newest", 1), ("newest", 5), ("oldest", 4), ("oldest", 200)] {
        let mut seen: Vec<String> = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/api/v1/companies/{company}/timeline?order={order}&limit={limit}{cursor}");
            let page = app.reader.get(&path).await.ok();
            seen.extend(subjects(&page).into_iter().map(str::to_owned));
            let Some(next) = page.json["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let mut wanted: Vec<_> = (1..=28).map(|day| format!("d{day}")).collect();
        if order == "newest" {
            wanted.reverse();
        }
        assert_eq!(seen, wanted, "{order} {limit}");
    }
}

async fn a_companys_line_leaves_out_hidden_people(app: TestApp) {
    let (ann, bob) = (app.client("ann@example.com").await, app.client("bob@example.com").await);
    app.touch(on(1, json!({}))).await;
    app.touch(on(2, json!({ "contact": { "id": bob } }))).await;
    app.give(bob, app.users.rival).await;
    let company = app.company(vec![ann, bob]).await;
    let line = format!("/api/v1/companies/{company}/timeline");
    assert_eq!(subjects(&app.sales.get(&line).await.ok()), ["d1"]);
    assert_eq!(subjects(&app.rival.get(&line).await.ok()), ["d2", "d1"]);
}
