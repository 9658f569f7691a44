//! What those who run the server look at: metrics, logs, housekeeping, the health command.

use diesel::prelude::*;
use serde_json::Value;
use touchline::db::schema::idempotency_keys as keys;
use touchline::db::types::{Guid, Instant};
use touchline::operations::housekeeping;

use crate::support::database::API_KEY;
use crate::support::process::{Home, Server, complaint};
use crate::support::{TestApp, cases};

cases![
    metrics_on_the_main_port_need_the_token,
    metrics_on_their_own_port_count_requests_and_commits,
    logs_have_request_ids_and_neither_secrets_nor_queries,
    housekeeping_forgets_old_answers_and_keeps_new_ones,
    the_health_command_asks_the_server
];

const TOKEN: &str = "a token for metrics, of enough characters";

async fn metrics_on_the_main_port_need_the_token(app: TestApp) {
    app.anon.get("/metrics").await.problem(404, "not_found");
    let home = Home::of(&app);
    let server = Server::start(home.program().args(["--metrics-token", TOKEN]));
    let (caller, url) = (server.caller(), format!("{}/metrics", server.address));
    assert_eq!(caller.text(&url, "a guess"), Err(401));
    assert!(caller.text(&url, TOKEN).unwrap().contains("touchline_db_queue_depth"));
}

async fn metrics_on_their_own_port_count_requests_and_commits(app: TestApp) {
    let home = Home::of(&app);
    let server = Server::start(home.program().args(["--metrics-bind", "127.0.0.1:0"]));
    let caller = server.caller();
    assert_eq!(caller.create_team("counted").unwrap().status, 201);
    let figures = caller.text(server.metrics.as_ref().unwrap(), "").unwrap();
    for figure in [
        "touchline_http_request_seconds_count{method=\"POST\",route=\"/api/v1/teams\",status=\"201\"} 1",
        "touchline_db_queue_depth{queue=\"write\"} 0",
        "touchline_db_batch_size_bucket",
        "touchline_db_commit_seconds_sum",
        "touchline_db_read_seconds_count",
    ] {
        assert!(figures.contains(figure), "{figure} is missing in {figures}");
    }
    assert_eq!(caller.text(&format!("{}/metrics", server.address), ""), Err(404), "not on the main port");
}

async fn logs_have_request_ids_and_neither_secrets_nor_queries(app: TestApp) {
    let home = Home::of(&app);
    let server = Server::start(home.program().args(["--log", "debug", "--log-format", "json"]));
    server.caller().get("/api/v1/teams?email=ann@example.com").unwrap();
    server.caller().create_team("logged").unwrap();
    let logged = server.logged();
    assert!(!logged.contains("ann@example.com") && !logged.contains(API_KEY), "{logged}");
    let line = logged.lines().find(|line| line.contains("\"status\":201")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["method"], &line["path"]), (&"POST".into(), &"/api/v1/teams".into()));
    assert_eq!(line["request_id"].as_str().unwrap().len(), 32);
}

async fn housekeeping_forgets_old_answers_and_keeps_new_ones(app: TestApp) {
    let row = |hours: i64| {
        let answered = Instant::now().plus(-chrono::TimeDelta::hours(hours));
        (
            keys::actor_id.eq(Guid::new()),
            keys::key.eq(format!("{hours}")),
            keys::fingerprint.eq(vec![0_u8]),
            keys::status.eq(201),
            keys::body.eq(vec![0_u8]),
            keys::created_at.eq(answered),
        )
    };
    let fill = app.state.db.write(move |conn| {
        for hours in [1, 25, 23, 100] {
            diesel::insert_into(keys::table).values(row(hours)).execute(conn)?;
        }
        Ok(())
    });
    fill.await.unwrap();
    housekeeping::once(&app.state.db, &app.state.config).await.unwrap();
    let left = app.state.db.read(|conn| Ok(keys::table.select(keys::key).order(keys::key).load::<String>(conn)?));
    assert_eq!(left.await.unwrap(), ["1", "23"]);
}

async fn the_health_command_asks_the_server(app: TestApp) {
    let home = Home::of(&app);
    let server = home.serve();
    let bind = server.address.trim_start_matches("http://").to_owned();
    assert!(home.run(&["health", "--bind", &bind]).status.success());
    assert!(server.stop());
    assert!(complaint(&home.run(&["health", "--bind", &bind])).contains("does not answer"));
}
