use crate::support::process::{Home, complaint, is_private};
use crate::support::{TestApp, cases};

cases![a_backup_is_made_while_a_server_runs_and_restored_when_it_does_not];

async fn a_backup_is_made_while_a_server_runs_and_restored_when_it_does_not(app: TestApp) {
    let home = Home::of(&app);
    if !app.is_sqlite() {
        assert!(complaint(&home.run(&["backup", "x"])).contains("pg_dump"));
        assert!(complaint(&home.run(&["restore", "x"])).contains("pg_restore"));
        return;
    }
    let server = home.serve();
    let caller = server.caller();
    caller.create_team("saved").unwrap();
    assert!(home.run(&["backup", "copy.db"]).status.success());
    assert!(is_private(&home.path("copy.db")));
    assert!(complaint(&home.run(&["backup", "copy.db"])).contains("exists already"));
    caller.create_team("too late").unwrap();
    assert!(complaint(&home.run(&["restore", "copy.db"])).contains("another server"));
    assert!(server.stop());
    std::fs::write(home.path("torn.db"), &std::fs::read(home.path("copy.db")).unwrap()[..40_000]).unwrap();
    assert!(complaint(&home.run(&["restore", "torn.db"])).contains("not a sound backup"));
    assert!(home.run(&["restore", "copy.db"]).status.success());
    let teams = home.serve().caller().teams();
    assert!(teams.contains(&"saved".to_owned()) && !teams.contains(&"too late".to_owned()), "{teams:?}");
}
