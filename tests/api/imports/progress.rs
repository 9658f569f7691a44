//! Who may import, retried requests, and imports that a crash has cut short.

use touchline::accounts::Principal;
use touchline::db::types::Instant;
use touchline::imports::mapping::MappingInput;
use touchline::imports::run::Run;
use touchline::imports::{queue, store};

use super::{counts, form, import, mapping, send, work};
use crate::support::{TestApp, cases};

cases![
    only_those_who_may_import_do,
    a_retried_upload_is_one_import,
    errors_are_paged_in_the_order_of_the_file,
    an_import_goes_on_where_it_stopped,
    an_import_without_its_file_is_marked_interrupted,
];

async fn only_those_who_may_import_do(app: TestApp) {
    let map = mapping(&["email=mail"]);
    send(&app.anon, &map, b"mail\n").await.problem(401, "unauthorized");
    send(&app.sales, &map, b"mail\n").await.problem(403, "forbidden");
    app.reader.get("/api/v1/imports").await.problem(403, "forbidden");
    let done = import(&app, &["email=mail"], "mail\na@x.example\n").await;
    app.marketer.get(&format!("/api/v1/imports/{}", done.id())).await.ok();
    app.sales.get(&format!("/api/v1/imports/{}/errors", done.id())).await.problem(403, "forbidden");
}

async fn a_retried_upload_is_one_import(app: TestApp) {
    let map = mapping(&["email=mail"]).to_string();
    let upload = |file: &'static str| {
        form(&[("mapping", map.as_bytes()), ("file", file.as_bytes())]).insert_header(("Idempotency-Key", "k1"))
    };
    let first = app.manager.send("POST", "/api/v1/imports", upload("mail\na@x.example\n")).await.expect(202);
    let again = app.manager.send("POST", "/api/v1/imports", upload("mail\na@x.example\n")).await.expect(202);
    assert_eq!(first.id(), again.id());
    app.manager
        .send("POST", "/api/v1/imports", upload("mail\nb@x.example\n"))
        .await
        .problem(409, "idempotency_mismatch");
    work(&app);
    let all = app.manager.get("/api/v1/imports").await.ok();
    assert_eq!((all.items().len(), &all.items()[0]["status"]), (1, &"finished".into()));
}

async fn errors_are_paged_in_the_order_of_the_file(app: TestApp) {
    let rows = ["bad\n"; 5].concat();
    let done = import(&app, &["email=mail"], &format!("mail\n{rows}")).await;
    let path = format!("/api/v1/imports/{}/errors?limit=2", done.id());
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.manager.get(&format!("{path}{cursor}")).await.ok();
        rows.extend(page.items().iter().map(|error| error["row_number"].as_i64().unwrap()));
        let Some(next) = page.json["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(rows, [1, 2, 3, 4, 5]);
    app.manager.get(&format!("/api/v1/imports/{}/errors?limit=0", done.id())).await.invalid(&["limit"]);
}

/// Keeps an import whose file is in the data folder, and runs its first write only: as a crash would leave it.
fn cut_short(app: &TestApp, rows: usize) -> store::Import {
    let map: MappingInput = serde_json::from_value(mapping(&["email=mail"])).unwrap();
    let import = store::Import::new(&Principal::system(), "people.csv".to_owned(), vec![1], map);
    let folder = queue::folder(&app.state.config.data);
    std::fs::create_dir_all(&folder).unwrap();
    let file = queue::file(&folder, import.id);
    let people: Vec<_> = (0..rows).map(|n| format!("p{n}@x.example")).collect();
    std::fs::write(&file, format!("mail\n{}\n", people.join("\n"))).unwrap();
    let (db, kept) = (app.state.db.clone(), import.clone());
    std::thread::spawn(move || {
        let new = kept.clone();
        db.write_now(move |conn| store::insert(conn, &new)).unwrap();
        let run = Run { db: &db, by: &Principal::system(), region: "US", file: &file };
        run.run(&kept, &mut |_| false).unwrap();
    })
    .join()
    .unwrap();
    import
}

async fn an_import_goes_on_where_it_stopped(app: TestApp) {
    let import = cut_short(&app, 3000);
    let path = format!("/api/v1/imports/{}", import.id);
    let before = app.manager.get(&path).await.ok();
    let read = before.json["rows_read"].as_i64().unwrap();
    assert!(before.json["status"] == "running" && (1..3000).contains(&read), "{}", before.text());
    let worker = app.state.imports.worker(app.state.db.clone(), &app.state.config.data, "US");
    std::thread::spawn(move || worker.take_up().unwrap()).join().unwrap();
    let after = app.manager.get(&path).await.ok();
    assert_eq!((after.json["status"].as_str(), counts(&after)), (Some("finished"), [3000, 3000, 0, 0, 0, 0]));
    assert!(!queue::file(&queue::folder(&app.state.config.data), import.id).exists());
}

async fn an_import_without_its_file_is_marked_interrupted(app: TestApp) {
    let mut import = cut_short(&app, 300);
    std::fs::remove_file(queue::file(&queue::folder(&app.state.config.data), import.id)).unwrap();
    let worker = || app.state.imports.worker(app.state.db.clone(), &app.state.config.data, "US");
    let first = worker();
    std::thread::spawn(move || first.take_up().unwrap()).join().unwrap();
    let path = format!("/api/v1/imports/{}", import.id);
    assert_eq!(app.manager.get(&path).await.ok().json["status"], "running", "somebody may be at it");
    import.id = touchline::imports::ImportId::new();
    import.updated_at = Instant::now().plus(-chrono::TimeDelta::minutes(10));
    let id = import.id;
    app.state.db.write(move |conn| store::insert(conn, &import)).await.unwrap();
    let second = worker();
    std::thread::spawn(move || second.take_up().unwrap()).join().unwrap();
    assert_eq!(app.manager.get(&format!("/api/v1/imports/{id}")).await.ok().json["status"], "interrupted");
}
