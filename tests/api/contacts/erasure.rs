//! Erasing a person: nothing of them is left, and every count stays.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::json;
use touchline::db::Connection;

use super::{CONTACTS, create, path};
use crate::support::{TestApp, cases};

cases![
    nothing_of_an_erased_person_is_left,
    an_erased_person_is_gone_for_good,
    a_person_in_the_bin_can_be_erased,
    only_leaders_erase
];

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = Text)]
    text: String,
}

fn texts(conn: &mut Connection, sql: &str) -> Vec<String> {
    diesel::sql_query(sql).load::<One>(conn).expect(sql).into_iter().map(|one| one.text).collect()
}

/// Every value of every table as text.
fn dump(conn: &mut Connection) -> String {
    let columns = match conn {
        Connection::Sqlite(_) => {
            "SELECT m.name || ' ' || c.name AS text FROM sqlite_master m, pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '%\\_search%' ESCAPE '\\'"
        }
        Connection::Postgres(_) => {
            "SELECT table_name || ' ' || column_name AS text FROM information_schema.columns WHERE table_schema = 'public'"
        }
    };
    let mut out = String::new();
    for column in texts(conn, columns) {
        let (table, name) = column.split_once(' ').unwrap();
        let value = match (&conn, name) {
            (Connection::Postgres(_), "body") if table == "idempotency_keys" => "convert_from(body, 'UTF8')".to_owned(),
            _ => format!("CAST(\"{name}\" AS TEXT)"),
        };
        let sql = format!("SELECT COALESCE({value}, '') AS text FROM \"{table}\"");
        // Keys and digests are no text on SQLite.
        if matches!(conn, Connection::Sqlite(_)) && ["hash", "fingerprint"].contains(&name) {
            continue;
        }
        let rows = if matches!(conn, Connection::Sqlite(_)) {
            texts(
                conn,
                &format!(
                    "SELECT COALESCE(CASE typeof(\"{name}\") WHEN 'blob' THEN CASE WHEN length(\"{name}\") = 16 THEN '' ELSE {value} END ELSE {value} END, '') AS text FROM \"{table}\""
                ),
            )
        } else {
            texts(conn, &sql)
        };
        for row in rows {
            out.extend([table, ".", name, ": ", &row, "\n"]);
        }
    }
    out
}

const TRACES: [&str; 8] =
    ["Annabel", "annabel", "4155550100", "Elm Street", "secret-tag", "SHOP-4711", "likes tea", "by pigeon"];

/// Leaves traces of a person in every table that may hold any.
async fn leave_traces(app: &TestApp) -> String {
    let field = json!({ "entity": "contact", "key": "hobby", "label": "Hobby", "kind": "text" });
    app.admin.post("/api/v1/fields", field).await.created();
    let said = json!({
        "given_name": "Annabel", "emails": [{ "address": "annabel@example.com" }], "phones": [{ "number": "+14155550100" }],
        "address": { "street": "Elm Street" }, "tags": ["secret-tag"], "external_ids": [{ "source": "s", "id": "SHOP-4711" }],
        "custom": { "hobby": "likes tea" }, "consents": { "mail": { "state": "granted", "how": "by pigeon" } },
        "source": "fair", "owner_id": app.users.sales,
    });
    let made = app.sales.post_once("once", CONTACTS, said).await.created();
    app.sales.patch_any(&path(&made), json!({ "given_name": "Annabella" })).await.ok();
    app.sales.patch_any(&path(&made), json!({ "display_name": "Annabel L." })).await.ok();
    let id = made.id();
    app.state.db.write(move |conn| plant(conn, &id)).await.unwrap();
    made.id()
}

fn plant(conn: &mut Connection, contact: &str) -> touchline::error::Result<()> {
    let id = uuid::Uuid::parse_str(contact).unwrap();
    let (guid, time, json, blob) = match conn {
        Connection::Sqlite(_) => (format!("x'{}'", id.simple()), "1", "'{\"a\": \"Annabel\"}'", "x'00'"),
        Connection::Postgres(_) => (format!("'{id}'"), "now()", "'{\"a\": \"Annabel\"}'::jsonb", "'\\x00'"),
    };
    let new = "id, version, created_at, updated_at";
    conn.batch_execute(&format!(
        "INSERT INTO pipelines ({new}, name, position) VALUES ({guid}, 1, {time}, {time}, 'P', 1);
         INSERT INTO stages ({new}, pipeline_id, name, position, ordinal, kind, probability) VALUES ({guid}, 1, {time}, {time}, {guid}, 'S', 1, 0, 'open', 10);
         INSERT INTO leads ({new}, contact_id, pipeline_id, stage_id, stage_kind, stage_entered_at, entered_at, title, amount, currency, custom, search_text)
           VALUES ({guid}, 1, {time}, {time}, {guid}, {guid}, {guid}, 'open', {time}, {time}, 'Annabel wants', 500, 'EUR', {json}, 'annabel');
         INSERT INTO stage_intervals (contact_id, lead_id, entered_at, id, pipeline_id, stage_id, visit, reason, recorded_at)
           VALUES ({guid}, {guid}, {time}, {guid}, {guid}, {guid}, 0, 'Annabel said so', {time});
         INSERT INTO tasks ({new}, contact_id, title, body) VALUES ({guid}, 1, {time}, {time}, {guid}, 'Call Annabel', 'Annabel');
         INSERT INTO timeline_entries (contact_id, occurred_at, id, entry_type, channel, subject, body, properties, version, recorded_at, updated_at)
           VALUES ({guid}, {time}, {guid}, 'interaction', 'email', 'Dear Annabel', 'Annabel', {json}, 1, {time}, {time});
         INSERT INTO imports (id, filename, fingerprint, mapping, status, rows_read, created, updated, unchanged, failed, warnings, created_at, updated_at)
           VALUES ({guid}, 'a.csv', {blob}, '{{}}', 'done', 1, 0, 0, 0, 1, 0, {time}, {time});
         INSERT INTO import_errors (import_id, row_number, id, severity, code, message, record, params)
           VALUES ({guid}, 1, {guid}, 'error', 'format', 'what Annabel earns', '[\"Annabel\", \"ANNABEL@example.com\"]', {json});"
    ))?;
    Ok(())
}

async fn nothing_of_an_erased_person_is_left(app: TestApp) {
    create(&app, json!({ "display_name": "Bystander" })).await;
    let id = leave_traces(&app).await;
    let before = app.state.db.read(|conn| Ok(dump(conn))).await.unwrap();
    assert!(TRACES.iter().all(|trace| before.contains(trace)), "{before}");
    app.manager.post_empty(&format!("{CONTACTS}/{id}/erase")).await.no_content();
    let after = app.state.db.read(|conn| Ok(dump(conn))).await.unwrap();
    for trace in TRACES {
        let left: Vec<_> = after.lines().filter(|line| line.contains(trace)).collect();
        assert!(left.is_empty(), "{trace}: {left:?}");
    }
    assert!(after.contains("Bystander"));
    for kept in ["contacts.source: fair", "leads.amount: 500", "timeline_entries.channel: email"] {
        assert!(after.contains(kept), "{kept}: {after}");
    }
}

async fn an_erased_person_is_gone_for_good(app: TestApp) {
    let id = leave_traces(&app).await;
    let path = format!("{CONTACTS}/{id}");
    app.manager.post_empty(&format!("{path}/erase")).await.no_content();
    app.manager.get(&path).await.problem(404, "not_found");
    app.manager.post_empty(&format!("{path}/restore")).await.problem(404, "not_found");
    app.manager.post_empty(&format!("{path}/erase")).await.problem(404, "not_found");
    for query in ["", "?deleted=true", "?q=annabel", "?email=annabel@example.com", "?tag=secret-tag", "?q=erased"] {
        assert!(app.admin.get(&format!("{CONTACTS}{query}")).await.ok().items().is_empty(), "{query}");
    }
    create(&app, json!({ "emails": [{ "address": "annabel@example.com" }] })).await;
}

async fn a_person_in_the_bin_can_be_erased(app: TestApp) {
    let made = create(&app, json!({ "display_name": "Annabel" })).await;
    app.manager.delete_any(&path(&made)).await.no_content();
    app.manager.post_empty(&format!("{}/erase", path(&made))).await.no_content();
    let after = app.state.db.read(|conn| Ok(dump(conn))).await.unwrap();
    assert!(!after.contains("Annabel"));
}

async fn only_leaders_erase(app: TestApp) {
    let made = create(&app, json!({ "display_name": "Ann" })).await;
    for client in [&app.sales, &app.marketer, &app.reader] {
        client.post_empty(&format!("{}/erase", path(&made))).await.problem(403, "forbidden");
    }
}
