use std::process::Command;

use crate::support::process::Home;
use crate::support::{TestApp, cases};

cases![a_full_disk_is_told_clearly_and_leaves_nothing_half_written];

async fn a_full_disk_is_told_clearly_and_leaves_nothing_half_written(app: TestApp) {
    if !app.is_sqlite() {
        return; // PostgreSQL keeps its own files.
    }
    let home = Home::of(&app);
    let server = home.serve_with_small_disk(1024);
    let caller = server.caller();
    let before = caller.teams().len();
    let mut saved = 0;
    let refused = loop {
        let reply = caller.create_team(&format!("disk {saved}")).unwrap();
        if reply.status != 201 {
            break reply;
        }
        saved += 1;
    };
    assert_eq!((refused.status, &refused.json["code"]), (503, &"storage_full".into()), "{refused:?}");
    assert_eq!(refused.retry_after.as_deref(), Some("30"));
    assert_eq!(caller.teams().len(), before + saved, "reading goes on, and only what was acknowledged is there");
    let pid = server.id().to_string();
    assert!(Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited"]).status().unwrap().success());
    assert_eq!(caller.create_team(&format!("disk {saved}")).unwrap().status, 201, "the same write, with room again");
    assert_eq!(caller.teams().len(), before + saved + 1);
    assert!(server.stop());
}
