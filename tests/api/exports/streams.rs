//! Exports while the world goes on.

use std::collections::HashSet;

use diesel::prelude::*;
use serde_json::json;
use touchline::accounts::Principal;
use touchline::db::schema::contacts as rows;
use touchline::exports::file::{Export, Pieces};
use touchline::exports::lists::contacts::Contacts;
use touchline::exports::request::{Form, Format};

use super::{column, export};
use crate::support::{TestApp, cases};

cases![each_record_is_there_once_while_others_write, an_export_broken_off_is_noted_as_such];

/// More than two pieces.
const MANY: usize = 2500;

async fn many(app: &TestApp) {
    for start in (0..MANY).step_by(500) {
        let items: Vec<_> =
            (start..start + 500).map(|n| json!({ "emails": [{ "address": format!("{n}@example.com") }] })).collect();
        app.manager.post("/api/v1/contacts/batch", json!({ "items": items })).await.ok();
    }
}

async fn each_record_is_there_once_while_others_write(app: TestApp) {
    many(&app).await;
    let db = app.state.db.clone();
    let open = |conn: &mut touchline::db::Connection| {
        let query = touchline::http::parse_query("")?;
        let list = Contacts::new(conn, &Principal::system(), query, Vec::new(), "US".to_owned())?;
        Export::new("contacts", list, &Form::of(Format::Csv), std::path::PathBuf::new())
    };
    let mut file = db.read(open).await.unwrap();
    let mut text = Vec::new();
    for round in 0.. {
        let (back, bytes) = db
            .read(move |conn| {
                let bytes = file.next(conn)?;
                Ok((file, bytes))
            })
            .await
            .unwrap();
        file = back;
        let Some(bytes) = bytes else { break };
        text.extend(bytes);
        // Between two pieces every contact changes, and new ones come.
        let change = move |conn: &mut touchline::db::Connection| {
            Ok(diesel::update(rows::table)
                .set(rows::updated_at.eq(touchline::db::types::Instant::now()))
                .execute(conn)?)
        };
        db.write(change).await.unwrap();
        let new = json!({ "emails": [{ "address": format!("new{round}@example.com") }] });
        app.manager.post("/api/v1/contacts", new).await.created();
    }
    let text = String::from_utf8(text).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let email = reader.headers().unwrap().iter().position(|name| name == "email").unwrap();
    let found: Vec<String> = reader.records().map(|record| record.unwrap()[email].to_owned()).collect();
    let distinct: HashSet<&String> = found.iter().collect();
    assert_eq!(distinct.len(), found.len(), "nobody twice");
    assert!((0..MANY).all(|n| distinct.contains(&format!("{n}@example.com"))), "everybody who was there");
    assert_eq!(column(&export(&app.admin, "contacts").await, "id").len(), MANY + 3);
}

async fn an_export_broken_off_is_noted_as_such(app: TestApp) {
    use touchline::exports::log::{ExportId, Taken, Watch};
    let taken = Taken { id: ExportId::new(), list: "contacts", query: "source=fair".to_owned(), contact: None };
    let mut watch = Watch::new(app.state.db.clone(), Principal::system(), taken);
    watch.rows = 1000;
    drop(watch);
    let end = app.until("/api/v1/audit?entity=export&action=export_end").await;
    assert_eq!((&end["after"]["rows"], &end["after"]["complete"]), (&json!(1000), &json!(false)));
}
