use diesel::prelude::*;
use serde_json::{Value, json};
use touchline::accounts::Principal;
use touchline::accounts::audit::{self, Subject};
use touchline::db::schema::audit_log;
use touchline::db::types::{Guid, Instant};

use super::{PASSWORD, give_password, log_in};
use crate::support::{TestApp, cases};

cases![
    a_change_is_logged_with_who_what_and_when,
    log_ins_and_failed_ones_are_logged_without_the_password,
    the_log_is_filtered,
    the_log_is_paged_newest_first,
    a_manager_who_sees_a_part_sees_that_part_of_the_log,
    forgetting_a_contact_empties_its_entries,
    the_log_cannot_be_rewritten
];

async fn a_change_is_logged_with_who_what_and_when(app: TestApp) {
    let started = Instant::now();
    let path = format!("/api/v1/users/{}", app.users.sales);
    let changed = app.admin.patch_any(&path, json!({ "name": "Sally" })).await.ok();
    let log = app.manager.get(&format!("/api/v1/audit?entity_id={}", app.users.sales)).await.ok();
    let entry = &log.items()[0];
    assert_eq!(entry["user_id"], json!(app.users.admin));
    assert_eq!(entry["request_id"].as_str(), changed.header("x-request-id").as_deref());
    assert_eq!((&entry["action"], &entry["entity"]), (&json!("update"), &json!("user")));
    assert_eq!((&entry["before"]["name"], &entry["after"]["name"]), (&json!("sales"), &json!("Sally")));
    assert!(entry["at"].as_str().unwrap().parse::<Instant>().unwrap() >= started);
}

async fn log_ins_and_failed_ones_are_logged_without_the_password(app: TestApp) {
    give_password(&app, app.users.sales).await;
    log_in(&app.anon, "sales", PASSWORD).await.ok();
    log_in(&app.anon, "sales", "my secret guess").await.problem(401, "invalid_credentials");
    log_in(&app.anon, "nobody", "my secret guess").await.problem(401, "invalid_credentials");
    let log = app.admin.get("/api/v1/audit").await.ok();
    let actions: Vec<_> = log.items().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["login_failed", "login_failed", "login", "reset_password"]);
    assert_eq!(log.items()[1]["entity_id"], json!(app.users.sales));
    assert!(!log.text().contains("secret guess") && !log.text().contains(PASSWORD));
}

/// Three entries: by the key on a contact, by the system on a contact, by nobody on a lead.
async fn three_entries(app: &TestApp) -> [Guid; 2] {
    let (contact, lead) = (Guid::new(), Guid::new());
    let by_key = Principal { actor: touchline::accounts::Actor::Key(app.users.key), ..Principal::system() };
    let write = move |conn: &mut touchline::db::Connection| {
        let system = Principal::system();
        let record = |conn: &mut _, by: &Principal, action, entity, id, about: Option<Guid>| {
            let subject = Subject { entity, id, contact_id: about };
            audit::record(conn, by, action, subject, None::<&()>, Some(&json!({ "name": "Ada" })))
        };
        record(conn, &by_key, "create", "contact", contact, Some(contact))?;
        record(conn, &system, "update", "contact", contact, Some(contact))?;
        record(conn, &system, "create", "lead", lead, None)
    };
    app.state.db.write(write).await.unwrap();
    [contact, lead]
}

async fn the_log_is_filtered(app: TestApp) {
    let before = Instant::now();
    let [contact, lead] = three_entries(&app).await;
    let after = Instant::now();
    let count = async |query: String| app.admin.get(&format!("/api/v1/audit?{query}")).await.ok().items().len();
    assert_eq!(count("entity=contact".to_owned()).await, 2);
    assert_eq!(count("action=create".to_owned()).await, 2);
    assert_eq!(count("entity=contact&action=create".to_owned()).await, 1);
    assert_eq!(count(format!("entity_id={lead}")).await, 1);
    assert_eq!(count(format!("entity_id={contact}&action=update")).await, 1);
    assert_eq!(count(format!("api_key_id={}", app.users.key)).await, 1);
    assert_eq!(count(format!("user_id={}", app.users.admin)).await, 0);
    assert_eq!(count(format!("from={before}&to={after}")).await, 3);
    assert_eq!(count(format!("to={before}")).await + count(format!("from={after}")).await, 0);
    app.admin.get("/api/v1/audit?from=yesterday").await.invalid(&["from"]);
    app.admin.get("/api/v1/audit?who=me").await.invalid(&["who"]);
}

async fn the_log_is_paged_newest_first(app: TestApp) {
    three_entries(&app).await;
    let first = app.admin.get("/api/v1/audit?limit=2").await.ok();
    let cursor = first.json["next_cursor"].as_str().unwrap();
    let second = app.admin.get(&format!("/api/v1/audit?limit=2&cursor={cursor}")).await.ok();
    assert_eq!((first.items()[0]["entity"].clone(), second.items().len()), (json!("lead"), 1));
    assert_eq!(second.json["next_cursor"], Value::Null);
}

async fn a_manager_who_sees_a_part_sees_that_part_of_the_log(app: TestApp) {
    three_entries(&app).await;
    let me = app.manager.get("/api/v1/me").await.ok();
    app.manager.patch_from(&me, "/api/v1/me", json!({ "name": "M" })).await.ok();
    app.admin.put_any("/api/v1/roles/manager", json!({ "visibility": "own" })).await.ok();
    let log = app.manager.get("/api/v1/audit").await.ok();
    assert_eq!(log.items().len(), 1);
    assert_eq!(log.items()[0]["user_id"], json!(app.users.manager));
    let others = app.manager.get(&format!("/api/v1/audit?user_id={}", app.users.admin)).await.ok();
    assert!(others.items().is_empty());
}

async fn forgetting_a_contact_empties_its_entries(app: TestApp) {
    let [contact, _] = three_entries(&app).await;
    let emptied = app.state.db.write(move |conn| audit::forget_contact(conn, contact)).await.unwrap();
    assert_eq!(emptied, 2);
    let log = app.admin.get("/api/v1/audit").await.ok();
    let names: Vec<_> = log.items().iter().map(|entry| entry["after"]["name"].clone()).collect();
    assert_eq!(names, [json!("Ada"), Value::Null, Value::Null]);
}

async fn the_log_cannot_be_rewritten(app: TestApp) {
    three_entries(&app).await;
    let delete = |conn: &mut touchline::db::Connection| Ok(diesel::delete(audit_log::table).execute(conn)?);
    assert!(app.state.db.write(delete).await.is_err());
    let rewrite = |conn: &mut touchline::db::Connection| {
        Ok(diesel::update(audit_log::table).set(audit_log::action.eq("none")).execute(conn)?)
    };
    assert!(app.state.db.write(rewrite).await.is_err());
    assert_eq!(app.admin.get("/api/v1/audit").await.ok().items().len(), 3);
}
