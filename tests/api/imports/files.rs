//! What files may look like.

use serde_json::json;

use super::{counts, import, mapping, problems, send, work};
use crate::support::{TestApp, cases};

cases![
    a_file_becomes_clients_and_a_second_run_changes_nothing,
    changed_cells_update_and_blank_cells_say_nothing,
    quotes_line_ends_marks_and_semicolons_are_understood,
    a_bad_row_harms_no_other_and_is_given_back,
    a_file_that_cannot_be_taken_is_refused_at_once,
    a_mapping_that_makes_no_sense_names_its_bad_fields,
    touchpoints_come_once,
    a_form_must_be_whole,
];

const PEOPLE: &[&str] =
    &["email=mail", "given_name=first", "family_name=last", "company=firm", "tags=tags", "source=fixed:fair"];

async fn a_file_becomes_clients_and_a_second_run_changes_nothing(app: TestApp) {
    let file = "mail,first,last,firm,tags\nann@x.example,Ann,Lee,Acme,\"vip, north\"\nbob@x.example,Bob,Ray,acme,\n";
    let first = import(&app, PEOPLE, file).await;
    assert_eq!((first.json["status"].as_str(), counts(&first)), (Some("finished"), [2, 2, 0, 0, 0, 0]));
    let again = import(&app, PEOPLE, file).await;
    assert_eq!(counts(&again), [2, 0, 0, 2, 0, 0]);
    let people = app.manager.get("/api/v1/contacts?sort=created_at").await.ok();
    assert_eq!(people.items().len(), 2);
    let ann = people.items().iter().find(|contact| contact["given_name"] == "Ann").unwrap();
    assert_eq!((&ann["tags"], &ann["source"], &ann["version"]), (&json!(["vip", "north"]), &json!("fair"), &json!(1)));
    assert_eq!(people.items()[0]["company_id"], people.items()[1]["company_id"]);
}

async fn changed_cells_update_and_blank_cells_say_nothing(app: TestApp) {
    import(&app, PEOPLE, "mail,first,last,firm,tags\nann@x.example,Ann,Lee,Acme,vip\n").await;
    let second = import(&app, PEOPLE, "mail,first,last,firm,tags\nANN@x.example,,Ray,,south\n").await;
    assert_eq!(counts(&second), [1, 0, 1, 0, 0, 0]);
    let people = app.manager.get("/api/v1/contacts").await.ok();
    let ann = &people.items()[0];
    assert_eq!((&ann["given_name"], &ann["family_name"]), (&json!("Ann"), &json!("Ray")));
    assert_eq!(ann["tags"], json!(["vip", "south"]));
    assert!(ann["company_id"].is_string());
}

async fn quotes_line_ends_marks_and_semicolons_are_understood(app: TestApp) {
    let file = "\u{feff}\"mail\";\"first\"\r\nann@x.example;\"Ann \"\"A\"\"; Mary\"\r\n\r\nbob@x.example;Bob\r\n";
    let done = import(&app, &["email=mail", "display_name=first"], file).await;
    assert_eq!(counts(&done), [2, 2, 0, 0, 0, 0]);
    let people = app.manager.get("/api/v1/contacts").await.ok();
    assert!(people.items().iter().any(|contact| contact["display_name"] == "Ann \"A\"; Mary"));
}

async fn a_bad_row_harms_no_other_and_is_given_back(app: TestApp) {
    let long = "x".repeat(101);
    let file =
        format!("mail,first\nann@x.example,Ann\nnonsense,Bob\n,Cy\nd@x.example,{long}\ne@x.example\nf@x.example,Flo\n");
    let done = import(&app, &["email=mail", "given_name=first"], &file).await;
    assert_eq!(counts(&done), [6, 2, 0, 0, 4, 0]);
    let told = problems(&app, &done).await;
    assert_eq!(told, ["2 mail error format", "3 - error required", "4 first error length", "5 - error ragged"]);
    assert_eq!(super::params(&app, &done).await[0], json!({ "value": "nonsense" }));
    let file = app.manager.get(&format!("/api/v1/imports/{}/errors.csv", done.id())).await.ok().text();
    let lines: Vec<_> = file.lines().collect();
    assert_eq!(lines[0], "row,severity,column,code,message,mail,first");
    assert!(lines[1].starts_with("2,error,mail,format,") && lines[1].ends_with(",nonsense,Bob"), "{}", lines[1]);
}

async fn a_file_that_cannot_be_taken_is_refused_at_once(app: TestApp) {
    let map = mapping(&["email=mail"]);
    send(&app.manager, &map, b"").await.invalid(&["file"]);
    send(&app.manager, &map, b"a,b\n1,2\n").await.invalid(&["mapping.fields"]);
    send(&app.manager, &map, b"mail,mail\n1,2\n").await.invalid(&["mapping.fields"]);
    send(&app.manager, &map, b"m\xff,x\n").await.problem(400, "malformed_body");
    assert!(app.manager.get("/api/v1/imports").await.ok().items().is_empty());
    let folder = app.state.config.data.join("imports");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
}

async fn a_mapping_that_makes_no_sense_names_its_bad_fields(app: TestApp) {
    let told = send(&app.manager, &mapping(&["emial=mail"]), b"mail\n").await;
    told.invalid(&["mapping.fields[0].target"]);
    send(&app.manager, &mapping(&["given_name=mail"]), b"mail\n").await.invalid(&["mapping.fields"]);
    send(&app.manager, &json!({ "fields": 3, "x": 1 }), b"mail\n").await.invalid(&["fields", "x"]);
    let nowhere = mapping(&["email=mail", "stage:Nowhere=at"]);
    send(&app.manager, &nowhere, b"mail,at\n").await.invalid(&["mapping.fields[1]"]);
    super::pipeline(&app).await;
    send(&app.manager, &nowhere, b"mail,at\n").await.invalid(&["mapping.fields[1]"]);
}

async fn touchpoints_come_once(app: TestApp) {
    let fields = &[
        "phone=phone",
        "touchpoint.channel=where",
        "touchpoint.kind=what",
        "touchpoint.occurred_at=when",
        "touchpoint.utm_source=fixed:flyer",
    ];
    let file = "phone,where,what,when\n+14155550100,Store,visit,2024-05-01 10:00\n+14155550100,call,enquiry,2024-05-02\n+14155550100,moon,visit,2024-05-03\n";
    let first = import(&app, fields, file).await;
    assert_eq!(counts(&first), [3, 2, 0, 0, 1, 0]);
    assert_eq!(problems(&app, &first).await, ["3 where error choice"]);
    assert_eq!(counts(&import(&app, fields, file).await), [3, 0, 0, 2, 1, 0]);
    let contact = app.manager.get("/api/v1/contacts").await.ok().items()[0]["id"].as_str().unwrap().to_owned();
    let line = app.manager.get(&format!("/api/v1/contacts/{contact}/timeline?type=interaction")).await.ok();
    assert_eq!(line.items().len(), 2);
    assert_eq!(line.items()[1]["utm_source"], "flyer");
}

async fn a_form_must_be_whole(app: TestApp) {
    let map = mapping(&["email=mail"]).to_string();
    let only = super::form(&[("mapping", map.as_bytes())]);
    app.manager.send("POST", "/api/v1/imports", only).await.invalid(&["file"]);
    let odd = super::form(&[("mapping", map.as_bytes()), ("picture", b"x")]);
    app.manager.send("POST", "/api/v1/imports", odd).await.invalid(&["picture"]);
    app.manager.post("/api/v1/imports", json!({})).await.problem(415, "unsupported_media_type");
    work(&app);
}
