//! Exports while the world goes on.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::HttpResponse;
use actix_web::body::{MessageBody, to_bytes};
use diesel::prelude::*;
use serde_json::json;
use touchline::accounts::Principal;
use touchline::db::Connection;
use touchline::db::schema::contacts as rows;
use touchline::error::{Error, Result};
use touchline::exports::cell::Cell;
use touchline::exports::file::{Export, Pieces};
use touchline::exports::lists::contacts::Contacts;
use touchline::exports::request::{FileFormat, Form};
use touchline::exports::stream;
use touchline::exports::table::{Column, List};

use super::{column, export};
use crate::support::{TestApp, cases};

cases![
    each_record_is_there_once_while_others_write,
    an_export_broken_off_is_noted_as_such,
    a_failure_on_the_way_breaks_the_answer_off,
    no_more_is_read_than_the_client_takes,
    exports_are_limited,
];

/// Pieces of one number each, until one fails.
struct Numbers {
    read: Arc<AtomicUsize>,
    fails_at: usize,
}

impl List for Numbers {
    type Row = usize;

    fn columns(&self) -> Vec<Column<usize>> {
        vec![Column::new("n", |n: &usize| Cell::Whole(i64::try_from(*n).unwrap()))]
    }

    fn next(&mut self, _: &mut Connection) -> Result<Option<Vec<usize>>> {
        let n = self.read.fetch_add(1, Ordering::SeqCst);
        if n == self.fails_at { Err(Error::unavailable("the database went away")) } else { Ok(Some(vec![n])) }
    }
}

async fn numbers(app: &TestApp, read: &Arc<AtomicUsize>, fails_at: usize) -> Result<HttpResponse> {
    let read = read.clone();
    let asked = ("numbers", String::new(), Form::of(FileFormat::Csv));
    stream::answer(&app.state, &Principal::system(), asked, None, move |_, _| Ok(Numbers { read, fails_at })).await
}

async fn a_failure_on_the_way_breaks_the_answer_off(app: TestApp) {
    let read = Arc::new(AtomicUsize::new(0));
    let answer = numbers(&app, &read, 3).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(to_bytes(answer.into_body()).await.is_err(), "a part must not look like the whole");
    let end = app.until("/api/v1/audit?entity=export&action=export_end").await;
    assert_eq!((&end["after"]["rows"], &end["after"]["complete"]), (&json!(3), &json!(false)));
    let at_once = numbers(&app, &Arc::new(AtomicUsize::new(0)), 0).await;
    assert_eq!(at_once.unwrap_err().code.as_str(), "unavailable", "before anything is sent it is told as a problem");
}

async fn no_more_is_read_than_the_client_takes(app: TestApp) {
    let read = Arc::new(AtomicUsize::new(0));
    let answer = numbers(&app, &read, usize::MAX).await.unwrap();
    let mut body = Box::pin(answer.into_body());
    for taken in 1..=5 {
        std::future::poll_fn(|cx| body.as_mut().poll_next(cx)).await.unwrap().unwrap();
        // Others have their turn: whatever would run ahead does.
        for _ in 0..20 {
            app.admin.get("/health/live").await.ok();
        }
        assert!(read.load(Ordering::SeqCst) <= taken + 1, "one piece ahead at most");
    }
}

async fn exports_are_limited(app: TestApp) {
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(numbers(&app, &Arc::default(), usize::MAX).await.unwrap());
    }
    app.admin.get("/api/v1/exports/contacts").await.problem(429, "too_many_requests");
    open.pop();
    export(&app.admin, "contacts").await;
}

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
    let open = |conn: &mut Connection| {
        let query = touchline::http::parse_query("")?;
        let list = Contacts::new(conn, &Principal::system(), query, Vec::new(), "US".to_owned())?;
        Export::new("contacts", list, &Form::of(FileFormat::Csv), std::path::PathBuf::new())
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
        let change = move |conn: &mut Connection| {
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
