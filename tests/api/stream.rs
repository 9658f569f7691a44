//! What happens, as it happens.

use std::collections::BTreeSet;

use actix_web::test::TestRequest;
use serde_json::json;

use crate::support::{Answer, Client, TestApp, cases};

cases![
    what_is_recorded_comes_through_the_stream,
    a_client_that_was_away_goes_on_where_it_stopped,
    only_what_the_caller_sees_is_sent,
    one_clients_stream_shows_also_what_is_merged_into_it,
    what_is_taken_back_and_put_back_is_told,
    what_was_taken_back_out_of_sight_is_not_told,
    bad_requests_are_refused,
    nothing_is_missed_or_doubled_among_many_writers,
    an_open_stream_hears_of_a_commit_and_ends_when_the_server_stops,
    moves_tell_the_lead_and_where_it_stands,
    only_the_types_asked_for_are_sent,
];

async fn listen(client: &Client, query: &str, last: Option<&str>) -> Answer {
    let path = format!("/api/v1/stream?seconds=0{query}");
    let mut request = TestRequest::get();
    if let Some(last) = last {
        request = request.insert_header(("Last-Event-ID", last));
    }
    client.send("GET", &path, request).await
}

/// The subjects of the next entries, at least so many. On `PostgreSQL` an entry waits until no older transaction runs in
/// the whole cluster, where other tests write too.
async fn heard(client: &Client, query: &str, last: &str, count: usize) -> (Vec<String>, String) {
    let (mut found, mut at) = (Vec::new(), last.to_owned());
    for _ in 0..200 {
        let news = listen(client, query, Some(&at)).await.ok();
        found.extend(subjects(&news));
        at = place(&news);
        if found.len() >= count {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    (found, at)
}

/// The id of the last event.
fn place(answer: &Answer) -> String {
    answer.text().lines().filter_map(|line| line.strip_prefix("id: ")).next_back().unwrap().to_owned()
}

fn subjects(answer: &Answer) -> Vec<String> {
    let text = answer.text();
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    let entries = data.map(|data| serde_json::from_str::<serde_json::Value>(data).unwrap());
    entries.filter_map(|entry| entry["subject"].as_str().map(str::to_owned)).collect()
}

async fn touch(app: &TestApp, email: &str, subject: &str) {
    app.touch(json!({ "contact": { "email": email }, "subject": subject })).await;
}

async fn what_is_recorded_comes_through_the_stream(app: TestApp) {
    let start = listen(&app.reader, "", None).await.ok();
    assert_eq!(start.header("content-type").unwrap(), "text/event-stream");
    assert!(start.text().contains("\nevent: ready\n"));
    touch(&app, "ann@example.com", "first").await;
    assert_eq!(heard(&app.reader, "", &place(&start), 1).await.0, ["first"]);
    let news = listen(&app.reader, "", Some(&place(&start))).await.ok();
    assert!(news.text().contains("\nevent: interaction\ndata: {\"id\":"));
}

async fn a_client_that_was_away_goes_on_where_it_stopped(app: TestApp) {
    let mut at = place(&listen(&app.reader, "", None).await.ok());
    for n in 0..3 {
        touch(&app, "ann@example.com", &n.to_string()).await;
        let news = heard(&app.reader, "", &at, 1).await;
        assert_eq!(news.0, [n.to_string()]);
        at = news.1;
    }
}

async fn only_what_the_caller_sees_is_sent(app: TestApp) {
    let start = place(&listen(&app.sales, "", None).await.ok());
    let ann = app.client("ann@example.com").await;
    app.give(ann, app.users.rival).await;
    touch(&app, "ann@example.com", "hidden").await;
    touch(&app, "bob@example.com", "seen").await;
    assert_eq!(heard(&app.rival, "", &start, 2).await.0, ["hidden", "seen"]);
    assert_eq!(heard(&app.sales, "", &start, 1).await.0, ["seen"]);
    listen(&app.sales, &format!("&contact_id={ann}"), None).await.invalid(&["contact_id"]);
}

async fn one_clients_stream_shows_also_what_is_merged_into_it(app: TestApp) {
    let (ann, anna) = (app.client("ann@example.com").await, app.client("anna@example.com").await);
    app.merge(ann, &[anna]).await;
    let query = format!("&contact_id={ann}");
    let start = place(&listen(&app.reader, &query, None).await.ok());
    touch(&app, "bob@example.com", "his").await;
    touch(&app, "anna@example.com", "hers").await;
    assert_eq!(heard(&app.reader, &query, &start, 1).await.0, ["hers"]);
}

async fn bad_requests_are_refused(app: TestApp) {
    listen(&app.anon, "", None).await.problem(401, "unauthorized");
    listen(&app.reader, "", Some("yesterday")).await.problem(400, "malformed_header");
    listen(&app.reader, "&nonsense=1", None).await.invalid(&["nonsense"]);
    app.reader.get("/api/v1/stream?seconds=601").await.invalid(&["seconds"]);
}

async fn nothing_is_missed_or_doubled_among_many_writers(app: TestApp) {
    let mut at = place(&listen(&app.reader, "", None).await.ok());
    let mut sofar = Vec::new();
    for round in 0..10 {
        let names: Vec<_> = (0..8).map(|n| format!("{round}-{n}")).collect();
        let writes = names.iter().map(|name| touch(&app, "ann@example.com", name));
        let both =
            futures_util::future::join(futures_util::future::join_all(writes), listen(&app.reader, "", Some(&at)));
        let news = both.await.1.ok();
        sofar.extend(subjects(&news));
        at = place(&news);
    }
    let missing = 80 - sofar.len();
    sofar.extend(heard(&app.reader, "", &at, missing).await.0);
    assert_eq!((sofar.len(), sofar.iter().collect::<BTreeSet<_>>().len()), (80, 80));
}

async fn an_open_stream_hears_of_a_commit_and_ends_when_the_server_stops(app: TestApp) {
    // From a known place: one that begins "now" may begin behind the entry.
    let before = place(&listen(&app.reader, "", None).await.ok());
    let resumed = TestRequest::get().insert_header(("Last-Event-ID", before.as_str()));
    let open = app.reader.send("GET", "/api/v1/stream?seconds=30", resumed);
    let write = async {
        touch(&app, "ann@example.com", "live").await;
        // The stream reads a moment after the commit; closing lets it send what it has read, then ends it.
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        app.state.streams.close();
    };
    let (answer, ()) = futures_util::future::join(open, write).await;
    assert_eq!(subjects(&answer.ok()), ["live"]);
}

/// The next events of these names, each with its data, at least so many.
async fn events(client: &Client, last: &str, count: usize) -> (Vec<(String, serde_json::Value)>, String) {
    let (mut found, mut at) = (Vec::new(), last.to_owned());
    for _ in 0..200 {
        let news = listen(client, "", Some(&at)).await.ok();
        for event in news.text().split("\n\n") {
            let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
            if let (Some(name), Some(data)) = (line("event: "), line("data: ")) {
                found.push((name, serde_json::from_str::<serde_json::Value>(&data).unwrap()));
            }
        }
        found.retain(|(name, _)| name != "ready");
        at = place(&news);
        if found.len() >= count {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    (found, at)
}

async fn what_is_taken_back_and_put_back_is_told(app: TestApp) {
    let before = place(&listen(&app.reader, "", None).await.ok());
    let call = app.touch(json!({ "subject": "call" })).await;
    let task = json!({ "contact_id": call["contact_id"], "title": "later" });
    let task = app.admin.post("/api/v1/tasks", task).await.created();
    // PostgreSQL tells nothing while anybody's older transaction is open: what was made is waited for.
    let (_, start) = events(&app.reader, &before, 2).await;
    let path = format!("/api/v1/interactions/{}", call["id"].as_str().unwrap());
    app.manager.delete_any(&path).await.no_content();
    let (gone, at) = events(&app.reader, &start, 1).await;
    assert_eq!(gone[0].0, "deleted");
    assert_eq!((&gone[0].1["id"], &gone[0].1["contact_id"]), (&call["id"], &call["contact_id"]));
    assert_eq!(gone[0].1["type"], "interaction");
    app.manager.post_empty(&format!("{path}/restore")).await.ok();
    let (back, at) = events(&app.reader, &at, 1).await;
    assert_eq!((back[0].0.as_str(), &back[0].1["subject"]), ("interaction", &json!("call")));
    app.admin.delete_from(&task, &format!("/api/v1/tasks/{}", task.id())).await.no_content();
    let (gone, _) = events(&app.reader, &at, 1).await;
    assert_eq!((gone[0].0.as_str(), &gone[0].1["id"]), ("deleted", &json!(task.id())));
    // Whoever was away the whole time hears how things are now.
    let (all, _) = events(&app.reader, &start, 2).await;
    let told: Vec<_> = all.iter().map(|(name, data)| (name.as_str(), data["id"].clone())).collect();
    assert_eq!(told, [("interaction", call["id"].clone()), ("deleted", json!(task.id()))]);
}

async fn what_was_taken_back_out_of_sight_is_not_told(app: TestApp) {
    let hidden = app.touch(json!({ "subject": "hidden" })).await;
    let seen = app.touch(json!({ "contact": { "email": "bob@example.com" }, "subject": "seen" })).await;
    app.give(hidden["contact_id"].as_str().unwrap().parse().unwrap(), app.users.rival).await;
    let start = place(&listen(&app.sales, "", None).await.ok());
    for touch in [&hidden, &seen] {
        app.manager.delete_any(&format!("/api/v1/interactions/{}", touch["id"].as_str().unwrap())).await.no_content();
    }
    let (told, _) = events(&app.sales, &start, 1).await;
    assert_eq!(told.iter().map(|(_, data)| data["id"].clone()).collect::<Vec<_>>(), [seen["id"].clone()]);
    assert_eq!(events(&app.rival, &start, 2).await.0.len(), 2);
}

async fn moves_tell_the_lead_and_where_it_stands(app: TestApp) {
    let pipeline = app.pipeline().await;
    let lead = app.deal(&app.sales, json!({ "title": "Roof" })).await;
    let start = place(&listen(&app.sales, "", None).await.ok());
    let address = crate::support::sales::path(&lead);
    app.sales.post(&format!("{address}/stage"), json!({ "stage_id": pipeline.stage("Won") })).await.ok();
    app.sales.patch_any(&address, json!({ "title": "Big roof" })).await.ok();
    let (mut told, mut at) = (Vec::new(), start);
    while told.len() < 2 {
        let (more, next) = events(&app.sales, &at, 1).await;
        told.extend(more.into_iter().filter(|(name, _)| name == "change" || name == "stage_move"));
        at = next;
    }
    let lead_of = |name: &str| told.iter().find(|(event, _)| event == name).unwrap().1["lead"].clone();
    let moved = lead_of("stage_move");
    assert_eq!((&moved["id"], &moved["stage_name"]), (&lead.json["id"], &json!("Won")));
    assert_eq!((&moved["stage_id"], &moved["stage_kind"]), (&json!(pipeline.stage("Won")), &json!("won")));
    let changed = lead_of("change");
    assert_eq!((&changed["title"], &changed["version"]), (&json!("Big roof"), &json!(3)));
}

async fn only_the_types_asked_for_are_sent(app: TestApp) {
    let start = place(&listen(&app.reader, "", None).await.ok());
    touch(&app, "ann@example.com", "call").await;
    let note = json!({ "channel": "note", "subject": "note" });
    let note = app.touch(note).await;
    assert_eq!(heard(&app.reader, "&types=note,change", &start, 1).await.0, ["note"]);
    let (_, start) = heard(&app.reader, "", &start, 2).await;
    app.manager.delete_any(&format!("/api/v1/interactions/{}", note["id"].as_str().unwrap())).await.no_content();
    let (gone, _) = events(&app.reader, &start, 1).await;
    assert_eq!(gone[0].1["type"], "note");
    assert!(!listen(&app.reader, "&types=task", Some(&start)).await.ok().text().contains("event: deleted"));
    assert!(listen(&app.reader, "&types=note", Some(&start)).await.ok().text().contains("event: deleted"));
    app.reader.get("/api/v1/stream?seconds=0&types=fax").await.invalid(&["types"]);
}
