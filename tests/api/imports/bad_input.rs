//! Files as they should not be: told clearly, nothing lost, nothing half taken.

use serde_json::json;

use super::{counts, import, problems, propose, run};
use crate::support::{TestApp, cases};

cases![
    the_odd_cases_of_csv_are_read,
    a_file_that_is_cut_off_is_told,
    charsets_are_found_and_a_wrong_one_told,
    rows_of_ten_thousand_cells_are_taken,
    formulas_are_texts,
    cells_that_cannot_be_read_are_kept_in_a_note,
    repeated_headers_are_told_apart,
    a_header_that_is_no_text_is_told,
    letters_that_come_late_and_cards_of_another_charset_are_read,
    more_columns_than_fields_wait_for_a_decision,
    amounts_and_dates_of_known_fields_are_told_from_their_cells,
];

async fn names(app: &TestApp) -> Vec<String> {
    let people = app.manager.get("/api/v1/contacts?limit=200").await.ok();
    let mut names: Vec<_> =
        people.items().iter().map(|contact| contact["display_name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

async fn the_odd_cases_of_csv_are_read(app: TestApp) {
    let files = [
        ("commas in quotes", "email,name\na1@x.example,\"Lee, Ann\"\n"),
        ("an empty last cell", "email,name,note\na2@x.example,Empty,\"\"\n"),
        ("quotes in quotes", "email,name\na3@x.example,\"Ann \"\"A\"\" Lee\"\n"),
        ("line ends in quotes", "email,name,note\r\na4@x.example,Lines,\"one\r\ntwo\"\r\n"),
        ("json in a cell", "email,name,note\na5@x.example,Json,\"{\"\"type\"\": \"\"Point\"\"}\"\n"),
        ("no line end at the end", "email,name\na6@x.example,Last"),
        ("a mark of UTF-8", "\u{feff}email,name\na7@x.example,Mark\n"),
        ("letters of all scripts", "email,name\na8@x.example,ʤ 王小明\n"),
        ("blank lines", "email,name\n\n\na9@x.example,Blank\n\n"),
    ];
    for (what, file) in files {
        let done = run(&app, &propose(&app, file.as_bytes()).await.id()).await;
        assert_eq!(counts(&done), [1, 1, 0, 0, 0, 0], "{what}: {:?}", problems(&app, &done).await);
    }
    let expected = ["Ann \"A\" Lee", "Blank", "Empty", "Json", "Last", "Lee, Ann", "Lines", "Mark", "ʤ 王小明"];
    assert_eq!(names(&app).await, expected);
}

async fn a_file_that_is_cut_off_is_told(app: TestApp) {
    let done = import(&app, &["email=mail", "given_name=first"], "mail,first\na@x.example,Ann\nb@x.exam").await;
    assert_eq!(counts(&done), [2, 1, 0, 0, 1, 0]);
    assert_eq!(problems(&app, &done).await, ["2 - error ragged"]);
    assert_eq!(super::params(&app, &done).await, [json!({ "cells": 1, "expected": 2 })]);
    let done = import(&app, &["email=mail", "given_name=first"], "mail,first\nc@x.example,Cy\nd@x.example,\"Di").await;
    assert_eq!(counts(&done), [2, 2, 0, 0, 0, 1]);
    assert_eq!(problems(&app, &done).await, ["2 - warning truncated"]);
    let cards = "BEGIN:VCARD\nFN:Whole\nEMAIL:w@x.example\nEND:VCARD\nBEGIN:VCARD\nFN:Cut\n";
    let done = run(&app, &propose(&app, cards.as_bytes()).await.id()).await;
    assert_eq!(problems(&app, &done).await, ["2 - warning truncated"]);
    assert_eq!(counts(&done), [2, 2, 0, 0, 0, 1]);
    let mut endless = "mail,first\na@x.example,Ann\nb@x.example,\"".to_owned();
    endless.push_str(&"x,y\n".repeat(5 * 1024 * 1024));
    let done = import(&app, &["email=mail"], &endless).await;
    assert_eq!(done.json["status"], "failed");
    assert!(done.json["problem"].as_str().unwrap().contains("From row 2 on a row is longer"), "{}", done.text());
}

async fn charsets_are_found_and_a_wrong_one_told(app: TestApp) {
    let text = "email;name\nu@x.example;Жанна Ли\n";
    let wide: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    run(&app, &propose(&app, &wide).await.id()).await;
    let (german, ..) = encoding_rs::WINDOWS_1252.encode("email;name\ng@x.example;Jürgen Müller aus Köln\n");
    run(&app, &propose(&app, &german).await.id()).await;
    assert_eq!(names(&app).await, ["Jürgen Müller aus Köln", "Жанна Ли"]);
    let done = super::send(
        &app.manager,
        &super::mapping(&["email=email", "given_name=name"]),
        b"email,name\na@x.example,\xff\n",
    )
    .await;
    super::work(&app);
    assert_eq!(problems(&app, &done).await, ["1 - error encoding"]);
}

async fn rows_of_ten_thousand_cells_are_taken(app: TestApp) {
    let headers: Vec<_> = (0..10_000).map(|n| if n == 5_000 { "email".to_owned() } else { format!("c{n}") }).collect();
    let row = |who: &str| {
        let cells = (0..10_000).map(|n| {
            if n == 5_000 {
                who
            } else if n % 100 == 0 {
                "x"
            } else {
                ""
            }
        });
        cells.collect::<Vec<_>>().join(",")
    };
    let file = format!("{}\n{}\n{}\n", headers.join(","), row("a@x.example"), row("b@x.example"));
    let draft = propose(&app, file.as_bytes()).await;
    assert_eq!(draft.json["proposal"]["columns"].as_array().unwrap().len(), 10_000);
    let done = run(&app, &draft.id()).await;
    assert_eq!(counts(&done), [2, 2, 0, 0, 0, 0], "{:?}", done.json["problem"]);
    let people = app.manager.get("/api/v1/contacts").await.ok();
    assert_eq!(people.items()[0]["custom"].as_object().unwrap().len(), 99);
}

async fn formulas_are_texts(app: TestApp) {
    let file = "email,name,Score\na@x.example,\"=HYPERLINK(\"\"http://evil.example\"\",\"\"x\"\")\",=1+1\n";
    run(&app, &propose(&app, file.as_bytes()).await.id()).await;
    let people = app.manager.get("/api/v1/contacts").await.ok();
    assert_eq!(people.items()[0]["display_name"], "=HYPERLINK(\"http://evil.example\",\"x\")");
    assert_eq!(people.items()[0]["custom"]["score"], "=1+1");
}

async fn cells_that_cannot_be_read_are_kept_in_a_note(app: TestApp) {
    let long = "x".repeat(300);
    let file = format!("email,name,job title,phone,country\na@x.example,Ann,{long},call me,Atlantis\n");
    let done = run(&app, &propose(&app, file.as_bytes()).await.id()).await;
    assert_eq!(counts(&done), [1, 1, 0, 0, 0, 1]);
    let told = problems(&app, &done).await;
    assert_eq!(told, ["1 phone warning format", "1 country warning unknown_country", "1 job title warning length"]);
    let contact = app.manager.get("/api/v1/contacts").await.ok().items()[0]["id"].as_str().unwrap().to_owned();
    let line = app.manager.get(&format!("/api/v1/contacts/{contact}/timeline?type=note")).await.ok();
    assert_eq!(line.items()[0]["body"], json!(format!("phone: call me\ncountry: Atlantis\njob title: {long}")));
}

async fn repeated_headers_are_told_apart(app: TestApp) {
    let file = "email ,Phone, phone,Size,Size\na@x.example,+14155550100,+14155550101,L,43\n";
    let done = run(&app, &propose(&app, file.as_bytes()).await.id()).await;
    assert_eq!(counts(&done), [1, 1, 0, 0, 0, 0], "{:?}", problems(&app, &done).await);
    let people = app.manager.get("/api/v1/contacts").await.ok();
    assert_eq!(people.items()[0]["phones"].as_array().unwrap().len(), 2);
    assert_eq!(people.items()[0]["custom"], json!({ "size": "L", "size_2": "43" }));
}

async fn a_header_that_is_no_text_is_told(app: TestApp) {
    let sent = super::send(&app.manager, &super::mapping(&["email=mail"]), b"mail,na\0me\na@x.example,Ann\n").await;
    sent.invalid(&["file"]);
    let form = super::form(&[("file", b"mail,na\0me\na@x.example,Ann\n")]);
    app.manager.send("POST", "/api/v1/imports", form).await.invalid(&["file"]);
}

async fn letters_that_come_late_and_cards_of_another_charset_are_read(app: TestApp) {
    let plain = "plain,none@x.example\n".repeat(300_000);
    let (late, ..) = encoding_rs::WINDOWS_1251.encode("Светлана Иванова позвонит завтра,late@x.example\n");
    let file = [b"name,email\n", plain.as_bytes(), &late].concat();
    let draft = propose(&app, &file).await;
    assert_eq!(draft.json["mapping"]["encoding"], "windows-1251");
    let (card, ..) = encoding_rs::WINDOWS_1252
        .encode("BEGIN:VCARD\nVERSION:3.0\nFN:Jürgen Müller aus Köln\nTEL:+49 30 123456\nEND:VCARD\n");
    let map = json!({ "fields": [{ "target": "display_name", "column": "Name" }, { "target": "phone", "column": "Phones" }],
        "format": "vcard" });
    let sent = super::send(&app.manager, &map, &card).await.expect(202);
    super::work(&app);
    assert_eq!(problems(&app, &sent).await, ["1 - warning encoding"]);
    assert_eq!(names(&app).await, ["Jürgen Müller aus Köln"]);
}

async fn more_columns_than_fields_wait_for_a_decision(app: TestApp) {
    let headers: Vec<_> = (0..250).map(|n| format!("c{n}")).collect();
    let file = format!("email,{}\na@x.example,{}\n", headers.join(","), ["x"; 250].join(","));
    let draft = propose(&app, file.as_bytes()).await;
    let path = format!("/api/v1/imports/{}", draft.id());
    app.manager.post_empty(&format!("{path}/run")).await.invalid(&["mapping.unmapped"]);
    let mut mapping = draft.json["mapping"].clone();
    mapping["unmapped"] = json!("drop");
    app.manager.put_any(&format!("{path}/mapping"), mapping).await.ok();
    assert_eq!(counts(&run(&app, &draft.id()).await)[..2], [1, 1]);
    // A column that holds nothing at first, in a file longer than what is looked at, is not lost.
    let rows = (0..2500).map(|n| format!("p{n}@x.example,{}\n", if n > 2400 { "late" } else { "" }));
    let file = std::iter::once("email,Remark\n".to_owned()).chain(rows).collect::<String>();
    let late = propose(&app, file.as_bytes()).await;
    assert_eq!(late.json["proposal"]["columns"][1]["targets"], json!(["custom.remark"]));
}

async fn amounts_and_dates_of_known_fields_are_told_from_their_cells(app: TestApp) {
    for (key, kind) in [("born", "date"), ("worth", "number")] {
        let field = json!({ "entity": "contact", "key": key, "label": key, "kind": kind });
        app.manager.post("/api/v1/fields", field).await.created();
    }
    let file = "email,born,worth\na@x.example,3/4/2024,\"1.234,5\"\n";
    let draft = propose(&app, file.as_bytes()).await;
    assert_eq!(draft.json["mapping"]["decimal"], ",");
    let path = format!("/api/v1/imports/{}", draft.id());
    app.manager.post_empty(&format!("{path}/run")).await.invalid(&["mapping.date_format"]);
    let mut mapping = draft.json["mapping"].clone();
    mapping["date_format"] = json!("%d/%m/%Y");
    app.manager.put_any(&format!("{path}/mapping"), mapping).await.ok();
    run(&app, &draft.id()).await;
    let people = app.manager.get("/api/v1/contacts").await.ok();
    assert_eq!(people.items()[0]["custom"], json!({ "born": "2024-04-03", "worth": 1234.5 }));
}
