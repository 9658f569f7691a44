//! `touchline import` as people run it.

use std::process::Output;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use serde_json::json;
use touchline::accounts::Principal;
use touchline::db::Db;
use touchline::imports::store::{self, Import};

use crate::support::process::Home;
use crate::support::{TestApp, cases};

cases![
    a_file_is_tried_imported_and_taken_back_from_the_command_line,
    an_import_that_was_killed_goes_on_without_doubling,
];

fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout) + &text(&output.stderr)
}

fn imports(db: &Db) -> Vec<Import> {
    let db = db.clone();
    let read = move || db.read_now(|conn| store::list(conn, &Principal::system(), None, 10)).unwrap();
    std::thread::spawn(read).join().unwrap()
}

async fn a_file_is_tried_imported_and_taken_back_from_the_command_line(app: TestApp) {
    let home = Home::of(&app);
    let (file, mapping) = (home.path("people.csv"), home.path("mapping.json"));
    std::fs::write(&file, "mail,first\na@x.example,Ann\nnonsense,Bob\n").unwrap();
    let fields =
        json!({ "fields": [{ "target": "email", "column": "mail" }, { "target": "given_name", "column": "first" }] });
    std::fs::write(&mapping, fields.to_string()).unwrap();
    let (file, mapping) = (file.to_str().unwrap(), mapping.to_str().unwrap());
    let tried = told(&home.run(&["import", file, "--mapping", mapping, "--dry-run"]));
    assert!(tried.contains("2 rows would give 1 created") && tried.contains("1 failed"), "{tried}");
    assert!(imports(&home.open()).is_empty());
    let errors = home.path("errors.csv");
    let done = told(&home.run(&["import", file, "--mapping", mapping, "--errors", errors.to_str().unwrap()]));
    assert!(done.contains("2 rows; 1 created"), "{done}");
    assert!(std::fs::read_to_string(errors).unwrap().contains("nonsense"));
    let import = imports(&home.open()).remove(0);
    assert_eq!((import.created, import.failed), (1, 1));
    let undone = told(&home.run(&["import", "--undo", &import.id.to_string()]));
    assert!(undone.contains("1 changes taken back"), "{undone}");
    std::fs::write(home.path("mapping.json"), "{\"fields\": [{\"target\": \"email\"}]}").unwrap();
    assert!(!home.run(&["import", file, "--mapping", mapping]).status.success());
}

async fn an_import_that_was_killed_goes_on_without_doubling(app: TestApp) {
    const ROWS: i64 = 20_000;
    let home = Home::of(&app);
    let rows = (0..ROWS).map(|n| format!("p{n}@x.example,P{n},Firm {}\n", n % 50));
    let text = std::iter::once("mail,first,firm\n".to_owned()).chain(rows).collect::<String>();
    let file = home.path("people.csv");
    std::fs::write(&file, text).unwrap();
    let arguments =
        ["import", file.to_str().unwrap(), "--map", "email=mail", "--map", "given_name=first", "--map", "company=firm"];
    let mut program = home.program().args(arguments).stdout(std::process::Stdio::null()).spawn().unwrap();
    let db = home.open();
    for _ in 0..2000 {
        let read = imports(&db).first().map_or(0, |import| import.rows_read);
        if (1..ROWS).contains(&read) {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    program.kill().unwrap();
    program.wait().unwrap();
    let killed = imports(&db).remove(0);
    assert!((1..ROWS).contains(&killed.rows_read) && killed.status == store::Status::Running, "{killed:?}");
    // An import that has moved lately may still be at work: let it be a minute ago.
    let past = if app.is_sqlite() { "updated_at - 60000000" } else { "updated_at - interval '1 minute'" };
    let sql = format!("UPDATE imports SET updated_at = {past}");
    app_write(&db, sql);
    drop(db);
    let done = told(&home.run(&arguments));
    assert!(done.contains(&format!("{ROWS} rows; {ROWS} created")), "{done}");
    let all = imports(&home.open());
    assert_eq!((all.len(), all[0].id, all[0].created), (1, killed.id, ROWS));
}

fn app_write(db: &Db, sql: String) {
    let db = db.clone();
    let write = move || db.write_now(move |conn| Ok(conn.batch_execute(&sql)?)).unwrap();
    std::thread::spawn(write).join().unwrap();
}
