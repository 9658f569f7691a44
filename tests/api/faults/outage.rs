use diesel::connection::SimpleConnection;
use touchline::db::{Opener, Target};
use touchline::error::Code;

use crate::support::process::Home;
use crate::support::{TestApp, cases};

cases![
    a_database_that_goes_away_and_comes_back_needs_no_restart,
    a_write_that_hides_a_failure_does_not_pass_for_saved,
    one_broken_connection_costs_no_write
];

async fn a_database_that_goes_away_and_comes_back_needs_no_restart(app: TestApp) {
    let Some((url, name)) = app.database.on_server() else { return };
    let administer =
        |sql: &str| Opener::new(Target::Postgres(url.to_owned())).open().ok().unwrap().batch_execute(sql).unwrap();
    let home = Home::of(&app);
    let server = home.serve();
    let caller = server.caller();
    assert_eq!(caller.create_team("before").unwrap().status, 201);

    administer(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
    administer(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
    for _ in 0..3 {
        for reply in [caller.create_team("during").unwrap(), caller.get("/health/ready").unwrap()] {
            assert_eq!((reply.status, &reply.json["code"]), (503, &"unavailable".into()), "{reply:?}");
            assert_eq!(reply.retry_after.as_deref(), Some("1"));
        }
    }
    assert_eq!(caller.get("/health/live").unwrap().status, 200);

    administer(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
    caller.wait_for(200, "/health/ready");
    assert_eq!(caller.create_team("after").unwrap().status, 201);
    let teams = caller.teams();
    assert!(teams.contains(&"before".to_owned()) && !teams.contains(&"during".to_owned()), "{teams:?}");
}

async fn one_broken_connection_costs_no_write(app: TestApp) {
    let Some((url, name)) = app.database.on_server() else { return };
    let mut admin = Opener::new(Target::Postgres(url.to_owned())).open().ok().unwrap();
    for n in 0..4 {
        admin
            .batch_execute(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"))
            .unwrap();
        let body = serde_json::json!({ "name": format!("write {n}") });
        app.admin.post("/api/v1/teams", body).await.created();
    }
}

async fn a_write_that_hides_a_failure_does_not_pass_for_saved(app: TestApp) {
    let team = "INSERT INTO teams (id, name, version, created_at, updated_at) SELECT id, name, 1, created_at, updated_at FROM teams";
    let hidden = app.state.db.write(move |conn| {
        drop(conn.batch_execute("DELETE FROM role_visibility"));
        drop(conn.batch_execute(team));
        Ok(())
    });
    match hidden.await {
        // SQLite undoes the statement alone, PostgreSQL the whole transaction: then it must say so.
        Ok(()) => assert!(app.is_sqlite()),
        Err(error) => assert_eq!(error.code, Code::Internal),
    }
    app.state.db.write(|_| Ok(())).await.unwrap();
}
