//! Imports that cannot go on: each says why, none waits for ever, and the worker goes on with the next.

use serde_json::json;
use touchline::accounts::Principal;
use touchline::imports::mapping::MappingInput;
use touchline::imports::{queue, store};
use touchline::operations::housekeeping;

use super::{counts, dry_run, import, mapping, problems, propose, run, send, step, work};
use crate::support::{TestApp, cases};

cases![
    a_conflict_found_before_the_first_row_ends_the_import_with_its_reason,
    a_dry_run_whose_file_is_gone_says_so,
    a_fault_while_an_import_runs_ends_it_alone,
    a_draft_without_its_file_takes_no_mapping,
    drafts_wait_for_so_many_days,
    erasing_a_person_empties_the_samples_of_drafts,
    more_bad_cells_than_a_statement_takes_are_told,
    a_row_longer_than_four_mebibytes_ends_the_import,
    a_file_tells_how_far_it_is_read,
];

async fn status(app: &TestApp, id: &str) -> (String, String) {
    let import = app.manager.get(&format!("/api/v1/imports/{id}")).await.ok().json;
    let text = |name: &str| import[name].as_str().unwrap_or_default().to_owned();
    (text("status"), text("problem"))
}

async fn a_conflict_found_before_the_first_row_ends_the_import_with_its_reason(app: TestApp) {
    let field = json!({ "entity": "contact", "key": "size", "label": "Size", "kind": "number" });
    let field = app.manager.post("/api/v1/fields", field).await.created();
    app.manager.delete_any(&format!("/api/v1/fields/{}", field.id())).await.no_content();
    let mut map = mapping(&["email=mail"]);
    let size = json!({ "target": "custom.size", "column": "size", "label": "Size" });
    map["fields"].as_array_mut().unwrap().push(size);
    let sent = send(&app.manager, &map, b"mail,size\na@x.example,L\n").await.expect(202);
    work(&app);
    let (is, problem) = status(&app, &sent.id()).await;
    assert_eq!(is, "failed");
    assert!(problem.contains("kind number"), "{problem}");
    let done = import(&app, &["email=mail"], "mail\nb@x.example\n").await;
    assert_eq!(counts(&done)[..2], [1, 1]);
}

async fn a_dry_run_whose_file_is_gone_says_so(app: TestApp) {
    let draft = propose(&app, b"email\na@x.example\n").await;
    let folder = queue::folder(&app.state.config.data);
    std::fs::remove_file(queue::file(&folder, draft.id().parse().unwrap())).unwrap();
    let tried = dry_run(&app, &draft.id()).await;
    assert_eq!(
        (&tried.json["status"], &tried.json["problem"]),
        (&json!("draft"), &json!("Its file is gone: send it again."))
    );
}

async fn a_fault_while_an_import_runs_ends_it_alone(app: TestApp) {
    // A folder in the place of the file cannot be read.
    let map: MappingInput = serde_json::from_value(mapping(&["email=mail"])).unwrap();
    let broken = store::Import::new(&Principal::system(), "people.csv".to_owned(), vec![1], map);
    let id = broken.id;
    app.state.db.write(move |conn| store::insert(conn, &broken)).await.unwrap();
    std::fs::create_dir_all(queue::file(&queue::folder(&app.state.config.data), id)).unwrap();
    app.state.imports.push(id);
    let sent = send(&app.manager, &mapping(&["email=mail"]), b"mail\na@x.example\n").await.expect(202);
    work(&app);
    assert_eq!(status(&app, &id.to_string()).await.0, "failed");
    assert_eq!(status(&app, &sent.id()).await.0, "finished");
}

async fn a_draft_without_its_file_takes_no_mapping(app: TestApp) {
    let draft = propose(&app, b"email\na@x.example\n").await;
    let folder = queue::folder(&app.state.config.data);
    std::fs::remove_file(queue::file(&folder, draft.id().parse().unwrap())).unwrap();
    let path = format!("/api/v1/imports/{}/mapping", draft.id());
    app.manager.put_any(&path, draft.json["mapping"].clone()).await.problem(409, "conflict");
}

async fn drafts_wait_for_so_many_days(app: TestApp) {
    use touchline::db::types::Instant;
    let draft = propose(&app, b"email\na@x.example\n").await;
    housekeeping::once(&app.state.db, &app.state.config).await.unwrap();
    assert_eq!(status(&app, &draft.id()).await.0, "draft");
    let later = Instant::now().plus(chrono::TimeDelta::days(31));
    let forget = move |conn: &mut touchline::db::Connection| {
        touchline::imports::steps::forget_old(conn, later, chrono::TimeDelta::days(30))
    };
    let gone = app.state.db.write(forget).await.unwrap();
    assert_eq!(gone.iter().map(ToString::to_string).collect::<Vec<_>>(), [draft.id()]);
    let after = app.manager.get(&format!("/api/v1/imports/{}", draft.id())).await.ok();
    assert_eq!(after.json["status"], "cancelled");
    assert_eq!(after.json["proposal"]["columns"][0]["samples"], json!([]));
    step(&app, &draft.id(), "run").await.problem(409, "conflict");
}

async fn erasing_a_person_empties_the_samples_of_drafts(app: TestApp) {
    let draft = propose(&app, b"email,name\nann@x.example,Ann\n").await;
    let ann = json!({ "given_name": "Ann", "emails": [{ "address": "ann@x.example" }] });
    let id = app.manager.post("/api/v1/contacts", ann).await.created().id();
    app.manager.post_empty(&format!("/api/v1/contacts/{id}/erase")).await;
    let after = app.manager.get(&format!("/api/v1/imports/{}", draft.id())).await.ok();
    assert!(!after.text().contains("ann@x.example"), "{}", after.text());
    let list = app.manager.get("/api/v1/imports").await.ok();
    assert!(list.items()[0]["proposal"].is_null());
}

async fn more_bad_cells_than_a_statement_takes_are_told(app: TestApp) {
    // 400 rows of 12 bad cells each: 4,800 problems of 8 values.
    let headers: Vec<_> = (0..12).map(|n| format!("phone {n}")).collect();
    let row = format!("a@x.example,{}\n", ["no number"; 12].join(","));
    let file = format!("email,{}\n{}", headers.join(","), row.repeat(400));
    let draft = propose(&app, file.as_bytes()).await;
    let done = run(&app, &draft.id()).await;
    assert_eq!(done.json["status"], "finished", "{}", done.text());
    let listed = app.manager.get(&format!("/api/v1/imports/{}/errors.csv", done.id())).await.ok();
    assert_eq!(listed.text().lines().count(), 4801);
}

async fn a_row_longer_than_four_mebibytes_ends_the_import(app: TestApp) {
    let file = format!("mail,first\na@x.example,Ann\nb@x.example,{}\n", "x".repeat(5 * 1024 * 1024));
    let done = import(&app, &["email=mail"], &file).await;
    assert_eq!(done.json["status"], "failed");
    assert!(done.json["problem"].as_str().unwrap().contains("longer than 4 MiB"), "{}", done.text());
    assert!(problems(&app, &done).await.is_empty());
}

async fn a_file_tells_how_far_it_is_read(app: TestApp) {
    let file = "mail\na@x.example\nb@x.example\n";
    let done = import(&app, &["email=mail"], file).await;
    assert_eq!((&done.json["bytes"], &done.json["bytes_read"]), (&json!(file.len()), &json!(file.len())));
}
