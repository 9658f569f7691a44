use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use crate::support::process::{Home, complaint, is_private};
use crate::support::{TestApp, cases};

cases![
    a_server_that_would_be_unsafe_does_not_start_and_says_what_to_do,
    a_second_server_on_the_same_file_does_not_start,
    the_secret_is_made_once_and_kept_from_others
];

async fn a_server_that_would_be_unsafe_does_not_start_and_says_what_to_do(app: TestApp) {
    let home = Home::of(&app);
    for (arguments, advice) in [
        (&["--bind", "0.0.0.0:0"][..], "openssl rand -hex 32"),
        (&["--bind", "0.0.0.0:0", "--secret", "0123456789012345678901234567890123"], "TOUCHLINE_ALLOW_HTTP=true"),
        (&["--secret", "short"], "shorter than 32 characters"),
        (&["--region", "Atlantis"], "such as US, DE or BR"),
        (&["--database-url", "mysql://localhost/x"], "use postgres://"),
        (&["--metrics-bind", "0.0.0.0:0"], "TOUCHLINE_METRICS_TOKEN"),
        (&["--cors-origins", "*"], "Name each one"),
        (&["--bind", "nowhere"], "not an address with a port"),
    ] {
        let said = complaint(&home.run(arguments));
        assert!(said.contains(advice), "{arguments:?}: {said}");
    }
}

async fn a_second_server_on_the_same_file_does_not_start(app: TestApp) {
    let home = Home::of(&app);
    let first = home.serve();
    if app.is_sqlite() {
        assert!(complaint(&home.run(&["serve"])).contains("another server uses this database"));
        first.kill();
        // The lock goes with the process, however it ends.
        assert!(home.serve().stop());
    } else {
        assert!(home.serve().stop() && first.stop(), "PostgreSQL may have several servers");
    }
}

async fn the_secret_is_made_once_and_kept_from_others(app: TestApp) {
    let home = Home::of(&app);
    assert!(home.serve().stop());
    let path = home.path("secret");
    let made = std::fs::read_to_string(&path).unwrap();
    assert!(made.len() >= 32 && is_private(&path));
    assert!(home.serve().stop());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), made);
    std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    assert!(complaint(&home.run(&["serve"])).contains("chmod 600"));
}
