//! A server that is killed again and again while it imports a file, and while it takes it back.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::imports::propose;
use crate::support::process::{Caller, Home};
use crate::support::{TestApp, cases};

cases![an_import_and_its_undoing_survive_kills_without_doubling_or_losing];

const ROWS: i64 = 4000;

async fn an_import_and_its_undoing_survive_kills_without_doubling_or_losing(app: TestApp) {
    let rows = (0..ROWS).map(|n| format!("p{n}@x.example,P{n},{n},Firm {}\n", n % 50));
    let file = std::iter::once("email,first name,Deal,company\n".to_owned()).chain(rows).collect::<String>();
    let draft = propose(&app, file.as_bytes()).await;
    let path = format!("/api/v1/imports/{}", draft.id());
    app.manager.post_empty(&format!("{path}/run")).await.expect(202);
    let home = Home::of(&app);
    let (from, to) = (app.state.config.data.join("imports"), home.path("imports"));
    std::fs::create_dir_all(&to).unwrap();
    let name = format!("{}.csv", draft.id());
    std::fs::copy(from.join(&name), to.join(&name)).unwrap();
    let killed = kill_until(&home, &path, "finished", |import| import["rows_read"].as_i64().unwrap());
    assert!(killed > 1, "it was killed {killed} times");
    let server = home.serve();
    let caller = server.caller();
    let import = caller.get(&path).unwrap().json;
    let counts = ["rows_read", "created", "updated", "failed"].map(|name| import[name].as_i64().unwrap());
    assert_eq!(counts, [ROWS, ROWS, 0, 0]);
    assert_eq!(total(&caller, "contacts"), ROWS);
    assert_eq!(total(&caller, "companies"), 50);
    assert_eq!(caller.post(&format!("{path}/undo"), &json!({})).unwrap().status, 202);
    server.kill();
    let killed = kill_until(&home, &path, "undone", |import| import["taken_back"]["taken_back"].as_i64().unwrap_or(0));
    assert!(killed > 1, "it was killed {killed} times");
    let server = home.serve();
    let caller = server.caller();
    let told = caller.get(&path).unwrap().json["taken_back"].clone();
    // The clients, their companies and one custom field.
    assert_eq!(told, json!({ "taken_back": ROWS + 50 + 1, "kept": 0 }));
    assert_eq!((total(&caller, "contacts"), total(&caller, "companies")), (0, 0));
    assert_eq!(total(&caller, "contacts?deleted=true"), ROWS);
}

fn total(caller: &Caller, list: &str) -> i64 {
    let sign = if list.contains('?') { '&' } else { '?' };
    let answer = caller.get(&format!("/api/v1/{list}{sign}limit=1&total=true")).unwrap();
    answer.json["total"].as_i64().unwrap()
}

/// Starts the server and kills it whenever it has got on, until the import is there; gives how often it was killed.
fn kill_until(home: &Home, path: &str, status: &str, done: impl Fn(&Value) -> i64) -> usize {
    let begun = Instant::now();
    for killed in 0.. {
        let server = home.serve();
        let caller = server.caller();
        let mut first = None;
        loop {
            let import = caller.get(path).unwrap().json;
            if import["status"] == status {
                return killed;
            }
            let now = done(&import);
            let from = *first.get_or_insert(now);
            if now > from && killed < 5 {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(240), "{import}");
            std::thread::sleep(Duration::from_millis(5));
        }
        server.kill();
    }
    unreachable!()
}
