//! Files that name those who are put on a list.

use actix_web::http::header;
use actix_web::test::TestRequest;
use encoding_rs::WINDOWS_1251;
use serde_json::json;

use crate::support::{Answer, TestApp, cases};

cases![
    a_file_of_identities_fills_a_list,
    a_file_of_any_separator_and_charset_fills_a_list,
    rows_are_told_by_their_place_in_the_file,
    a_file_that_ends_inside_quotes_is_refused,
    every_column_that_names_somebody_counts,
];

async fn upload(app: &TestApp, list: &str, csv: impl Into<Vec<u8>>) -> Answer {
    let request = TestRequest::post().insert_header((header::CONTENT_TYPE, "text/csv")).set_payload(csv.into());
    app.marketer.send("POST", &format!("/api/v1/segments/{list}/members/file"), request).await
}

async fn a_file_of_identities_fills_a_list(app: TestApp) {
    app.person("ann", &[]).await;
    app.person("bob", &[]).await;
    let list = app.list("Guests", &[]).await;
    let csv = "\u{feff}name,Email\nAnn,ANN@example.com\nBob,bob@example.com\nBob,bob@example.com\n,nobody@example.com\nX,no address\n,\n";
    let done = upload(&app, &list, csv).await.ok();
    assert_eq!(done.json["added"], 2);
    let errors: Vec<_> =
        done.json["errors"].as_array().unwrap().iter().map(|one| (&one["field"], &one["code"])).collect();
    assert_eq!(errors, [(&json!("rows[5]"), &json!("format")), (&json!("rows[4]"), &json!("unknown"))]);
    assert_eq!(app.members(&list).await, ["ann", "bob"]);
    upload(&app, &list, "name\nAnn\n").await.invalid(&["file"]);
}

async fn a_file_of_any_separator_and_charset_fills_a_list(app: TestApp) {
    for name in ["ann", "bob", "eve"] {
        app.person(name, &[]).await;
    }
    let list = app.list("Guests", &[]).await;
    let semicolons = "E-Mail;Name\r\nann@example.com;Ann\r\n";
    assert_eq!(upload(&app, &list, semicolons).await.ok().json["added"], 1);
    let wide = "\u{feff}Имя\tEmail\nБоб\tbob@example.com\n".encode_utf16().flat_map(u16::to_le_bytes);
    assert_eq!(upload(&app, &list, wide.collect::<Vec<u8>>()).await.ok().json["added"], 1);
    let (russian, ..) = WINDOWS_1251.encode("Имя и фамилия;Email\nЕвгения Онегина;eve@example.com\n");
    assert_eq!(upload(&app, &list, russian.into_owned()).await.ok().json["added"], 1);
    assert_eq!(app.members(&list).await, ["ann", "bob", "eve"]);
}

async fn rows_are_told_by_their_place_in_the_file(app: TestApp) {
    app.person("ann", &[]).await;
    let list = app.list("Guests", &[]).await;
    let csv = "email,note\n\nann@example.com,\"two\nlines\"\n\n\nnobody@example.com,\nX,\n";
    let done = upload(&app, &list, csv).await.ok();
    let mut errors: Vec<_> = done.json["errors"].as_array().unwrap().iter().map(|one| &one["field"]).collect();
    errors.sort_by_key(ToString::to_string);
    assert_eq!((&done.json["added"], errors), (&json!(1), vec![&json!("rows[5]"), &json!("rows[6]")]));
}

async fn a_file_that_ends_inside_quotes_is_refused(app: TestApp) {
    app.person("ann", &[]).await;
    let list = app.list("Guests", &[]).await;
    for bad in ["\"email\n", "email\nann@example.com\n\"bob@example.com\n", ""] {
        upload(&app, &list, bad).await.invalid(&["file"]);
    }
    assert!(app.members(&list).await.is_empty());
}

async fn every_column_that_names_somebody_counts(app: TestApp) {
    let ann = app.person("ann", &[]).await;
    app.person("bob", &[]).await;
    let phones = json!({ "given_name": "eve", "phones": [{ "number": "+12015550123" }] });
    app.manager.post("/api/v1/contacts", phones).await.created();
    let list = app.list("Guests", &[]).await;
    let csv = format!("email;phone;id\nnobody@example.com;+1 201 555 0123;\n;;{ann}\nbob@example.com;none;\n;;\n");
    let done = upload(&app, &list, csv).await.ok();
    assert_eq!((&done.json["added"], &done.json["errors"]), (&json!(3), &json!([])));
    assert_eq!(app.members(&list).await, ["ann", "bob", "eve"]);
    let without = upload(&app, &list, "email,name\nann@example.com,Ann\n,Bob\n").await.ok();
    assert_eq!(without.json["errors"][0]["field"], "rows[2]");
}
