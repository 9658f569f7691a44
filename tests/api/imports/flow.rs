//! A file is recognised, decided about, tried, run, cancelled.

use serde_json::{Value, json};

use super::{counts, dry_run, form, problems, propose, run, step, work};
use crate::support::{TestApp, cases};

cases![
    a_file_without_mapping_is_recognised_and_changes_nothing,
    a_dry_run_tells_what_a_run_then_does,
    a_dry_run_knows_clients_that_earlier_rows_make,
    a_run_waits_for_what_only_a_person_can_tell,
    the_caller_decides_about_each_column,
    a_cancelled_import_stops_and_a_draft_is_thrown_away,
    steps_out_of_order_are_refused,
];

const PEOPLE: &str = "Имя;Фамилия;Телефон;E-mail;Компания;Любимый цвет\n\
    Анна;Ли;+7 912 345-67-89;anna@x.example;Ромашка;синий\nПётр;Рэй;'+7 912 345-67-80;bob@x.example;ромашка;\n";

async fn a_file_without_mapping_is_recognised_and_changes_nothing(app: TestApp) {
    let draft = propose(&app, PEOPLE.as_bytes()).await;
    let proposal = &draft.json["proposal"];
    assert_eq!((&draft.json["status"], &proposal["kind"]), (&json!("draft"), &json!("generic")));
    assert_eq!(draft.json["mapping"]["delimiter"], ";");
    let column = |n: usize| &proposal["columns"][n];
    assert_eq!((&column(0)["targets"], &column(0)["samples"]), (&json!(["given_name"]), &json!(["Анна", "Пётр"])));
    assert_eq!(column(5)["targets"], json!(["custom.lyubimyi_tsvet"]));
    work(&app);
    assert!(app.manager.get("/api/v1/contacts").await.ok().items().is_empty());
    let done = run(&app, &draft.id()).await;
    assert_eq!((&done.json["status"], counts(&done)), (&json!("finished"), [2, 2, 0, 0, 0, 0]));
    let people = app.manager.get("/api/v1/contacts?sort=created_at").await.ok();
    let anna = people.items().iter().find(|contact| contact["given_name"] == "Анна").unwrap();
    assert_eq!(
        (&anna["phones"][0]["number"], &anna["custom"]["lyubimyi_tsvet"]),
        (&json!("+79123456789"), &json!("синий"))
    );
    assert_eq!(people.items()[0]["company_id"], people.items()[1]["company_id"]);
}

async fn a_dry_run_tells_what_a_run_then_does(app: TestApp) {
    super::import(&app, &["email=mail", "given_name=first"], "mail,first\nann@x.example,Ann\nbob@x.example,Bob\n")
        .await;
    app.manager.post("/api/v1/contacts", json!({ "phones": [{ "number": "+14155550100" }] })).await.created();
    let file = "email,first name,phone,Shoe size\nann@x.example,Anne,,\nbob@x.example,Bob,,\ncy@x.example,Cy,,43\n\
                bob@x.example,Bob,+14155550100,\n,,,\nnonsense,Di,12,\n";
    let draft = propose(&app, file.as_bytes()).await;
    let before = app.manager.get("/api/v1/contacts").await.ok().json.to_string();
    let tried = dry_run(&app, &draft.id()).await;
    let report = &tried.json["dry_run"];
    assert_eq!(tried.json["status"], "draft", "{}", tried.text());
    let told =
        ["rows", "creates", "updates", "unchanged", "errors", "conflicts"].map(|name| report[name].as_i64().unwrap());
    assert_eq!(told, [6, 2, 1, 2, 1, 1], "{report}");
    assert_eq!((&report["matched_by_email"], &report["new_fields"]), (&json!(3), &json!(["Shoe size"])));
    assert_eq!(app.manager.get("/api/v1/contacts").await.ok().json.to_string(), before, "nothing was changed");
    assert!(app.manager.get("/api/v1/fields").await.ok().items().is_empty());
    assert!(problems(&app, &tried).await.contains(&"6 email warning format".to_owned()));
    let done = run(&app, &draft.id()).await;
    assert_eq!(counts(&done)[..5], [6, 2, 1, 2, 1], "{}", done.text());
}

async fn a_dry_run_knows_clients_that_earlier_rows_make(app: TestApp) {
    let rows = (0..450).map(|n| format!("p{}@x.example,P\n", n % 225));
    let file = std::iter::once("email,name\n".to_owned()).chain(rows).collect::<String>();
    let draft = propose(&app, file.as_bytes()).await;
    let tried = dry_run(&app, &draft.id()).await;
    assert_eq!((&tried.json["dry_run"]["rows"], &tried.json["dry_run"]["creates"]), (&json!(450), &json!(225)));
}

async fn a_run_waits_for_what_only_a_person_can_tell(app: TestApp) {
    let file = "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Create Date\n1,Roof,New,Sales,100,03/04/2024\n";
    let draft = propose(&app, file.as_bytes()).await;
    let asked: Vec<_> = draft.json["proposal"]["questions"].as_array().unwrap().iter().map(|q| &q["code"]).collect();
    assert_eq!(asked, ["date_order", "currency"]);
    let path = format!("/api/v1/imports/{}", draft.id());
    step(&app, &draft.id(), "run").await.invalid(&["mapping.date_format", "mapping.fields"]);
    step(&app, &draft.id(), "dry-run").await.invalid(&["mapping.date_format", "mapping.fields"]);
    let mut mapping = draft.json["mapping"].clone();
    mapping["date_format"] = json!("%d/%m/%Y");
    mapping["fields"].as_array_mut().unwrap().push(json!({ "target": "lead.currency", "value": "EUR" }));
    app.manager.put_any(&format!("{path}/mapping"), mapping).await.ok();
    let done = run(&app, &draft.id()).await;
    assert_eq!(counts(&done), [1, 1, 0, 0, 0, 0]);
    let leads = app.manager.get("/api/v1/leads").await.ok();
    assert_eq!(leads.items()[0]["entered_at"], "2024-04-03T00:00:00Z");
}

async fn the_caller_decides_about_each_column(app: TestApp) {
    let draft = propose(&app, "email,Shoe size,Hat\na@x.example,43,big\n".as_bytes()).await;
    let path = format!("/api/v1/imports/{}/mapping", draft.id());
    let mut mapping = draft.json["mapping"].clone();
    let keep = |field: &Value| field["column"] != "Hat";
    let fields: Vec<_> = mapping["fields"].as_array().unwrap().iter().filter(|field| keep(field)).cloned().collect();
    mapping["fields"] = json!(fields);
    let decided = app.manager.put_any(&path, mapping.clone()).await.ok();
    assert_eq!(decided.json["mapping"], mapping);
    mapping["fields"][0]["position"] = json!(2);
    app.manager.put_any(&path, mapping.clone()).await.invalid(&["mapping.fields"]);
    mapping["fields"][0]["target"] = json!("shoes");
    app.manager.put_any(&path, mapping).await.invalid(&["mapping.fields[0].target"]);
    run(&app, &draft.id()).await;
    let people = app.manager.get("/api/v1/contacts").await.ok();
    assert_eq!(people.items()[0]["custom"], json!({ "shoe_size": "43" }));
}

async fn a_cancelled_import_stops_and_a_draft_is_thrown_away(app: TestApp) {
    let draft = propose(&app, b"email\na@x.example\n").await;
    assert_eq!(step(&app, &draft.id(), "cancel").await.expect(202).json["status"], "cancelled");
    step(&app, &draft.id(), "run").await.problem(409, "conflict");
    let sent = super::send(&app.manager, &super::mapping(&["email=mail"]), b"mail\na@x.example\n").await.expect(202);
    step(&app, &sent.id(), "cancel").await.expect(202);
    work(&app);
    let after = app.manager.get(&format!("/api/v1/imports/{}", sent.id())).await.ok();
    assert_eq!((&after.json["status"], &after.json["rows_read"]), (&json!("cancelled"), &json!(0)));
    assert!(app.manager.get("/api/v1/contacts").await.ok().items().is_empty());
    let folder = app.state.config.data.join("imports");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
}

async fn steps_out_of_order_are_refused(app: TestApp) {
    let draft = propose(&app, b"email\na@x.example\n").await;
    step(&app, &draft.id(), "undo").await.problem(409, "conflict");
    run(&app, &draft.id()).await;
    step(&app, &draft.id(), "run").await.problem(409, "conflict");
    step(&app, &draft.id(), "dry-run").await.problem(409, "conflict");
    step(&app, &draft.id(), "cancel").await.problem(409, "conflict");
    app.sales.post_empty(&format!("/api/v1/imports/{}/undo", draft.id())).await.problem(403, "forbidden");
    let empty = form(&[("file", b"  \n")]);
    app.manager.send("POST", "/api/v1/imports", empty).await.invalid(&["file"]);
}
