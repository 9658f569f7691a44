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
    bad_requests_are_refused,
    nothing_is_missed_or_doubled_among_many_writers,
    an_open_stream_hears_of_a_commit_and_ends_when_the_server_stops,
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
    let open = app.reader.get("/api/v1/stream?seconds=30");
    let write = async {
        touch(&app, "ann@example.com", "live").await;
        // The stream reads a moment after the commit; closing lets it send what it has read, then ends it.
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        app.state.streams.close();
    };
    let (answer, ()) = futures_util::future::join(open, write).await;
    assert_eq!(subjects(&answer.ok()), ["live"]);
}
