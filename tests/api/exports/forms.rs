//! The forms of files, read back with the programs of others.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use calcard::{Entry, Parser};
use serde_json::json;

use super::{cells, column, contact, export, field};
use crate::support::{Answer, TestApp, cases};

cases![
    texts_that_look_like_formulas_are_guarded,
    a_byte_order_mark_and_another_delimiter_are_written,
    columns_are_chosen_in_their_order,
    a_workbook_holds_numbers_dates_and_texts,
    vcards_are_read_by_others,
    files_are_named,
    parameters_of_no_use_are_refused,
];

async fn texts_that_look_like_formulas_are_guarded(app: TestApp) {
    let names = ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "'=x"];
    for name in names {
        contact(&app, json!({ "display_name": name, "phones": [] })).await;
    }
    contact(
        &app,
        json!({ "display_name": "Ann", "phones": [{ "number": "+14155550100" }, { "number": "+442079460958" }] }),
    )
    .await;
    let mut guarded = column(&export(&app.admin, "contacts").await, "display_name");
    guarded.reverse();
    assert_eq!(guarded, ["'=1+1", "'@SUM(A1)", "'+cmd|' /C calc'!A0", "'-2+3", "''=x", "Ann"]);
    assert_eq!(column(&export(&app.admin, "contacts").await, "phone")[0], "+14155550100; +442079460958");
    let mut raw = column(&export(&app.admin, "contacts?formulas=raw").await, "display_name");
    raw.reverse();
    assert_eq!(raw[..5], names);
}

async fn a_byte_order_mark_and_another_delimiter_are_written(app: TestApp) {
    contact(&app, json!({ "given_name": "Zoë", "family_name": "a;b" })).await;
    let file = export(&app.admin, "contacts?bom=true&delimiter=%3B&columns=given_name,family_name").await;
    assert_eq!(file.text(), "\u{feff}given_name;family_name\r\nZoë;\"a;b\"\r\n");
    assert!(!export(&app.admin, "contacts").await.text().starts_with('\u{feff}'));
}

async fn columns_are_chosen_in_their_order(app: TestApp) {
    let ids = json!([{ "source": "shop", "id": "7" }, { "source": "erp", "id": "x:1" }]);
    contact(&app, json!({ "given_name": "Ann", "external_ids": ids })).await;
    let file = export(&app.admin, "contacts?columns=external_id:erp,given_name,external_ids,external_id:none").await;
    assert_eq!(cells(&file)[1], ["x:1", "Ann", "shop:7; erp:x:1", ""]);
    app.admin.get("/api/v1/exports/contacts?columns=given_name,emial").await.invalid(&["columns"]);
    app.admin.get("/api/v1/exports/contacts?columns=email,email").await.invalid(&["columns"]);
}

fn sheet(answer: &Answer) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.body.to_vec())).unwrap();
    let name = book.sheet_names()[0].clone();
    book.worksheet_range(&name).unwrap().rows().map(<[Data]>::to_vec).collect()
}

async fn a_workbook_holds_numbers_dates_and_texts(app: TestApp) {
    field(&app, "contact", "size", "number", json!(null)).await;
    field(&app, "contact", "since", "date", json!(null)).await;
    let custom = json!({ "size": 2.5, "since": "2024-02-29" });
    contact(&app, json!({ "display_name": "=1+1", "custom": custom })).await;
    app.touch(json!({ "amount": 1250, "currency": "EUR", "occurred_at": "2024-01-31T23:30:00Z", "channel": "store" }))
        .await;
    let rows = sheet(&export(&app.admin, "contacts?format=xlsx&columns=display_name,custom.size,email").await);
    assert_eq!(rows[0][0], Data::String("display_name".to_owned()));
    assert!(rows.iter().any(|row| row[0] == Data::String("=1+1".to_owned()) && row[1] == Data::Float(2.5)));
    let rows =
        sheet(&export(&app.admin, "interactions?format=xlsx&columns=amount,occurred_at,online&tz=Europe/Berlin").await);
    assert_eq!((&rows[1][0], &rows[1][2]), (&Data::Float(12.5), &Data::Bool(false)));
    let Data::DateTime(at) = &rows[1][1] else { panic!("{:?} is no moment", rows[1][1]) };
    // 2024-02-01T00:30 in Berlin, in days since 1899-12-30.
    assert!((at.as_f64() - (45_323.0 + 0.5 / 24.0)).abs() < 1e-9, "{at}");
    assert_eq!(sheet(&export(&app.admin, "contacts?format=xlsx&tag=none").await).len(), 1);
}

async fn vcards_are_read_by_others(app: TestApp) {
    let company = app.manager.post("/api/v1/companies", json!({ "name": "Müller; Söhne, Co" })).await.created().id();
    let long = "Ж".repeat(90);
    let body = json!({ "given_name": "Zoë", "family_name": "O'Neil; Jr, \\x", "job_title": long, "company_id": company,
        "emails": [{ "address": "a@example.com", "label": "home" }, { "address": "b@example.com", "label": "Work", "primary": true }],
        "phones": [{ "number": "+14155550100", "label": "mobile" }], "tags": ["vip", "a,b"],
        "address": { "street": "Main St 1; back", "city": "Köln", "postal_code": "50667", "country": "DE" } });
    let id = contact(&app, body).await;
    for version in ["4.0", "3.0"] {
        let text = export(&app.admin, &format!("contacts?format=vcard&vcard={version}")).await.text();
        assert!(text.contains(&format!("VERSION:{version}\r\n")), "{text}");
        assert!(text.lines().all(|line| line.len() <= 75), "{text}");
        let mut parser = Parser::new(&text);
        let Entry::VCard(card) = parser.entry() else { panic!("{text}") };
        let texts = |name: &str| -> Vec<String> {
            let entries = card.entries.iter().filter(|entry| entry.name.as_str() == name);
            entries
                .flat_map(|entry| entry.values.iter().filter_map(|value| value.as_text().map(str::to_owned)))
                .collect()
        };
        assert_eq!(texts("N")[..2], ["O'Neil; Jr, \\x", "Zoë"], "{text}");
        assert_eq!(texts("EMAIL"), ["a@example.com", "b@example.com"]);
        assert_eq!(
            (texts("TITLE"), texts("CATEGORIES")),
            (vec![long.clone()], vec!["vip".to_owned(), "a,b".to_owned()])
        );
        assert_eq!(texts("ADR")[2..4], ["Main St 1; back", "Köln"]);
        assert_eq!(texts("ORG"), ["Müller; Söhne, Co"], "{text}");
        assert!(texts("UID")[0].ends_with(&id));
        assert_eq!(parser.entry(), Entry::Eof);
    }
}

async fn files_are_named(app: TestApp) {
    for (format, media, ending) in
        [("csv", "text/csv; charset=utf-8", ".csv"), ("vcard", "text/vcard; charset=utf-8", ".vcf")]
    {
        let file = export(&app.admin, &format!("contacts?format={format}")).await;
        assert_eq!(file.header("content-type").unwrap(), media);
        let named = file.header("content-disposition").unwrap();
        assert!(named.starts_with("attachment; filename=\"contacts-2") && named.contains(ending), "{named}");
    }
}

async fn parameters_of_no_use_are_refused(app: TestApp) {
    app.admin.get("/api/v1/exports/contacts?format=ndjson&bom=true").await.invalid(&["bom"]);
    app.admin.get("/api/v1/exports/contacts?format=pdf").await.invalid(&["format"]);
    app.admin.get("/api/v1/exports/contacts?tz=Mars&delimiter=xy").await.invalid(&["tz", "delimiter"]);
    app.admin.get("/api/v1/exports/contacts?sort=name").await.invalid(&["sort"]);
    app.admin.get("/api/v1/exports/contacts?sort=-created_at").await.ok();
    app.admin.get("/api/v1/exports/tasks?custom.x=1").await.invalid(&["custom.x"]);
}
