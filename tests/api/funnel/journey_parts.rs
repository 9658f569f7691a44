//! Filters, breakdowns and comparison of journeys: what changes them, and what is refused.

use diesel::prelude::*;
use serde_json::{Value, json};
use touchline::contacts::ContactId;
use touchline::db::schema::{contacts, timeline_entries as entries};
use touchline::db::types::{Guid, Instant, Json};

use crate::support::{TestApp, cases};

cases![
    a_part_has_the_name_of_its_owner_and_team,
    a_merge_moves_a_client_to_its_survivors_part_and_an_undo_back,
    another_period_is_counted_as_if_it_were_asked_for,
    a_rule_is_asked_as_of_the_journey,
    a_journey_by_parts_becomes_a_file,
    bad_filters_and_breakdowns_of_journeys_are_refused,
    a_broken_segment_stops_a_journey_and_is_told_among_parts,
    more_than_a_thousand_parts_of_a_journey_are_refused,
];

const JOURNEY: &str = "/api/v1/reports/journey";

async fn touch(app: &TestApp, name: &str, day: u32, more: Value) -> String {
    let mut body = json!({ "contact": { "email": format!("{name}@example.com") }, "channel": "web", "occurred_at": format!("2024-01-{day:02}T10:00:00Z") });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.touch(body).await["contact_id"].as_str().unwrap().to_owned()
}

fn journey(more: Value) -> Value {
    let mut body = json!({ "steps": [{ "touch": { "channels": ["web"] } }, { "touch": { "channels": ["call"] } }] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// Bucket, label, and the clients of both steps.
async fn groups(app: &TestApp, more: Value) -> Vec<(Value, Value, i64, i64)> {
    let answer = app.admin.post(JOURNEY, journey(more)).await.ok().json;
    let entered = |group: &Value, n: usize| group["steps"][n]["entered"].as_i64().unwrap();
    let groups = answer["groups"].as_array().unwrap().iter();
    groups.map(|one| (one["bucket"].clone(), one["label"].clone(), entered(one, 0), entered(one, 1))).collect()
}

async fn change(app: &TestApp, contact: &str, fields: Value) {
    app.manager.patch_any(&format!("/api/v1/contacts/{contact}"), fields).await.ok();
}

async fn a_part_has_the_name_of_its_owner_and_team(app: TestApp) {
    let ann = touch(&app, "ann", 1, json!({})).await;
    touch(&app, "ann", 2, json!({ "channel": "call" })).await;
    let bo = touch(&app, "bo", 1, json!({})).await;
    change(&app, &ann, json!({ "owner_id": app.users.mate, "source": "fair" })).await;
    change(&app, &bo, json!({ "owner_id": app.users.rival })).await;
    let by_owner = groups(&app, json!({ "breakdown": "owner" })).await;
    assert_eq!(by_owner.len(), 2);
    assert!(by_owner.contains(&(json!(app.users.mate), json!("mate"), 1, 1)), "{by_owner:?}");
    let teams = groups(&app, json!({ "breakdown": "team", "team_id": app.users.north })).await;
    assert_eq!((teams.len(), &teams[0].0, teams[0].1.is_string()), (1, &json!(app.users.north), true));
    let sources = groups(&app, json!({ "breakdown": "source" })).await;
    assert_eq!(sources, [(Value::Null, Value::Null, 1, 0), (json!("fair"), Value::Null, 1, 1)]);
    assert_eq!(groups(&app, json!({})).await, []);
}

async fn a_merge_moves_a_client_to_its_survivors_part_and_an_undo_back(app: TestApp) {
    let ann = touch(&app, "ann", 3, json!({ "utm_campaign": "late" })).await;
    let anna = touch(&app, "anna", 1, json!({ "utm_campaign": "early" })).await;
    touch(&app, "anna", 2, json!({ "channel": "call" })).await;
    change(&app, &ann, json!({ "source": "fair" })).await;
    change(&app, &anna, json!({ "source": "shop" })).await;
    let both = async || {
        let keep = |rows: Vec<(Value, Value, i64, i64)>| -> Vec<(Value, i64, i64)> {
            rows.into_iter().map(|(bucket, _, first, second)| (bucket, first, second)).collect()
        };
        let sources = keep(groups(&app, json!({ "breakdown": "source" })).await);
        (sources, keep(groups(&app, json!({ "breakdown": "campaign" })).await))
    };
    let before = both().await;
    assert_eq!(before.0, [(json!("fair"), 1, 0), (json!("shop"), 1, 1)]);
    assert_eq!(before.1, [(json!("early"), 1, 1), (json!("late"), 1, 0)]);
    let merged =
        app.manager.post(&format!("/api/v1/contacts/{ann}/merge"), json!({ "contact_ids": [anna] })).await.ok();
    assert_eq!(both().await, (vec![(json!("fair"), 1, 1)], vec![(json!("early"), 1, 1)]));
    let filtered = app.admin.post(JOURNEY, journey(json!({ "source": "shop" }))).await.ok().json;
    assert_eq!(filtered["cohort"], 0);
    let merge = merged.json["merges"][0]["id"].as_str().unwrap();
    app.manager.post_empty(&format!("/api/v1/merges/{merge}/undo")).await.ok();
    assert_eq!(both().await, before);
}

async fn another_period_is_counted_as_if_it_were_asked_for(app: TestApp) {
    for (name, day) in [("ann", 3), ("bo", 4), ("cy", 12)] {
        touch(&app, name, day, json!({})).await;
    }
    touch(&app, "ann", 11, json!({ "channel": "call" })).await;
    touch(&app, "ann", 15, json!({ "channel": "call" })).await;
    let asked = json!({
        "from": "2024-01-11", "to": "2024-01-21", "as_of": "2024-01-21", "window": "9d", "breakdown": "period",
        "period": "day", "compare": "previous",
    });
    let answer = app.admin.post(JOURNEY, journey(asked.clone())).await.ok().json;
    assert_eq!((&answer["cohort"], &answer["compare"]), (&json!(1), &json!("previous")));
    let other = &answer["compared"];
    assert_eq!(other["as_of"], "2024-01-11T00:00:00Z", "seen at the same age");
    let mut again = asked;
    for name in ["from", "to", "as_of"] {
        again[name] = other[name].clone();
    }
    again["compare"] = Value::Null;
    let alone = app.admin.post(JOURNEY, journey(again)).await.ok().json;
    for name in ["cohort", "immature", "immature_clients", "steps", "groups"] {
        assert_eq!(other[name], alone[name], "{name}");
    }
    assert_eq!((&other["cohort"], &other["steps"][1]["entered"]), (&json!(2), &json!(0)));
    assert_eq!(other["groups"].as_array().unwrap().len(), 2);
    assert_eq!((&alone["compare"], &alone["compared"]), (&Value::Null, &Value::Null));
}

async fn a_rule_is_asked_as_of_the_journey(app: TestApp) {
    touch(&app, "ann", 1, json!({})).await;
    touch(&app, "ann", 10, json!({ "channel": "call" })).await;
    let rule = json!({ "version": 1, "touchpoints": { "channel": "call" }, "window": { "last": "5d" } });
    let callers = app.segment("Callers", rule).await;
    for (as_of, count) in [("2024-01-09", 0), ("2024-01-12", 1), ("2024-01-20", 0)] {
        let asked = json!({ "as_of": as_of, "segment_id": callers });
        assert_eq!(app.admin.post(JOURNEY, journey(asked)).await.ok().json["cohort"], count, "{as_of}");
        let parts = groups(&app, json!({ "as_of": as_of, "breakdown": "segment" })).await;
        assert_eq!(parts[0].0 == json!(callers), count == 1, "{as_of}");
    }
}

async fn a_journey_by_parts_becomes_a_file(app: TestApp) {
    touch(&app, "ann", 1, json!({ "utm_source": "google", "utm_medium": "cpc" })).await;
    touch(&app, "bo", 1, json!({ "utm_source": "google", "utm_medium": "cpc" })).await;
    touch(&app, "bo", 2, json!({ "channel": "call" })).await;
    touch(&app, "cy", 3, json!({ "utm_source": "news", "utm_medium": "email" })).await;
    let asked = journey(json!({ "breakdown": "channel_group" }));
    let csv = app.admin.post("/api/v1/exports/journey?format=csv", asked.clone()).await.ok().text();
    let wanted = [
        "part,bucket,label,name,entered",
        "all,,,web,3",
        "all,,,call,1",
        "bucket,Email,,web,1",
        "bucket,Email,,call,0",
        "bucket,Paid Search,,web,2",
        "bucket,Paid Search,,call,1",
    ];
    let short = |csv: &str| -> Vec<String> {
        let line = |line: &str| line.split(',').take(5).collect::<Vec<_>>().join(",");
        csv.trim_start_matches('\u{feff}').lines().map(line).collect()
    };
    assert_eq!(short(&csv), wanted);
    let body = json!({ "name": "By group", "kind": "journey", "parameters": asked });
    let saved = app.admin.post("/api/v1/saved-reports", body).await.created().id();
    let file = app.admin.get(&format!("/api/v1/exports/saved-reports/{saved}?format=csv")).await.ok().text();
    assert_eq!(short(&file), wanted);
    let book = app.admin.get(&format!("/api/v1/exports/saved-reports/{saved}?format=xlsx")).await.ok();
    assert!(book.body.starts_with(b"PK"));
    let clients = format!("/api/v1/exports/journey/clients?columns=email&saved_report_id={saved}&step=0&bucket=Email");
    assert_eq!(app.admin.get(&clients).await.ok().text().lines().collect::<Vec<_>>(), ["email", "cy@example.com"]);
    let number = json!({ "journey": asked, "step": 0, "bucket": "Paid Search" });
    let clients = app.admin.post("/api/v1/exports/journey/clients?columns=email", number).await.ok().text();
    assert_eq!(clients.lines().count(), 3);
}

async fn bad_filters_and_breakdowns_of_journeys_are_refused(app: TestApp) {
    let ask = async |more: Value| app.admin.post(JOURNEY, journey(more)).await;
    ask(json!({ "segment_id": app.users.admin })).await.invalid(&["segment_id"]);
    ask(json!({ "segment_id": "' OR 1=1 --" })).await.invalid(&["segment_id"]);
    ask(json!({ "owner_id": "nobody" })).await.invalid(&["owner_id"]);
    ask(json!({ "breakdown": "weather" })).await.invalid(&["breakdown"]);
    ask(json!({ "breakdown": "custom.none" })).await.invalid(&["breakdown"]);
    ask(json!({ "breakdown": "custom.x' OR 1=1 --" })).await.invalid(&["breakdown"]);
    ask(json!({ "period": "year" })).await.invalid(&["period"]);
    ask(json!({ "compare": "previous" })).await.invalid(&["from"]);
    ask(json!({ "compare": "yesterday" })).await.invalid(&["compare"]);
    let field = json!({ "entity": "lead", "key": "size", "label": "Size", "kind": "number" });
    app.admin.post("/api/v1/fields", field).await.created();
    ask(json!({ "breakdown": "custom.size" })).await.invalid(&["breakdown"]);
    let hostile = json!({ "source": "' OR 1=1 --", "breakdown": "source" });
    assert_eq!(ask(hostile).await.ok().json["cohort"], 0);
    touch(&app, "ann", 1, json!({})).await;
    let list = json!({ "journey": journey(json!({ "breakdown": "source" })), "step": 0, "bucket": "x" });
    assert_eq!(app.admin.post(&format!("{JOURNEY}/clients"), list).await.ok().json["total"], 0);
    let list = json!({ "journey": journey(json!({})), "step": 0, "bucket": "x" });
    app.admin.post(&format!("{JOURNEY}/clients"), list).await.invalid(&["bucket"]);
    let list = json!({ "journey": journey(json!({})), "step": 0, "outcome": "mature" });
    app.admin.post(&format!("{JOURNEY}/clients"), list).await.invalid(&["outcome"]);
}

async fn a_broken_segment_stops_a_journey_and_is_told_among_parts(app: TestApp) {
    touch(&app, "ann", 1, json!({})).await;
    let field = json!({ "entity": "contact", "key": "level", "label": "Level", "kind": "text" });
    let field = app.admin.post("/api/v1/fields", field).await.created().id();
    let broken = app.segment("Level", json!({ "version": 1, "field": "custom.level", "op": "empty" })).await;
    let asked = journey(json!({ "segment_id": broken }));
    assert_eq!(app.admin.post(JOURNEY, asked.clone()).await.ok().json["cohort"], 1);
    app.admin.delete_any(&format!("/api/v1/fields/{field}")).await.no_content();
    app.admin.post(JOURNEY, asked.clone()).await.problem(409, "segment_broken");
    for list in ["clients", "facts"] {
        let body = json!({ "journey": asked, "step": 0 });
        app.admin.post(&format!("{JOURNEY}/{list}"), body).await.problem(409, "segment_broken");
    }
    let parts = app.admin.post(JOURNEY, journey(json!({ "breakdown": "segment" }))).await.ok().json;
    assert!(parts["notes"][1].as_str().unwrap().contains("Level"), "{}", parts["notes"]);
    assert_eq!((parts["groups"].as_array().unwrap().len(), &parts["groups"][0]["bucket"]), (1, &Value::Null));
}

async fn more_than_a_thousand_parts_of_a_journey_are_refused(app: TestApp) {
    let at: Instant = "2024-01-01T00:00:00Z".parse().unwrap();
    let insert = move |conn: &mut touchline::db::Connection| {
        for n in 0..1001 {
            let (id, name) = (ContactId::new(), format!("somebody {n}"));
            let row = (
                (contacts::id.eq(id), contacts::display_name.eq(&name), contacts::name_key.eq(&name)),
                (contacts::emails.eq(Json(json!([]))), contacts::phones.eq(Json(json!([])))),
                (contacts::external_ids.eq(Json(json!([]))), contacts::tags.eq(Json(json!([])))),
                (contacts::consents.eq(Json(json!({}))), contacts::custom.eq(Json(json!({})))),
                (contacts::search_text.eq(&name), contacts::source.eq(format!("source {n}"))),
                (contacts::version.eq(1_i64), contacts::created_at.eq(at), contacts::updated_at.eq(at)),
            );
            diesel::insert_into(contacts::table).values(row).execute(conn)?;
            let row = (
                (entries::contact_id.eq(id), entries::id.eq(Guid::new()), entries::occurred_at.eq(at)),
                (entries::entry_type.eq("interaction"), entries::channel.eq("web"), entries::online.eq(true)),
                (entries::version.eq(1_i64), entries::recorded_at.eq(at), entries::updated_at.eq(at)),
            );
            diesel::insert_into(entries::table).values(row).execute(conn)?;
        }
        Ok(())
    };
    app.state.db.write(insert).await.unwrap();
    assert_eq!(app.admin.post(JOURNEY, journey(json!({}))).await.ok().json["cohort"], 1001);
    app.admin.post(JOURNEY, journey(json!({ "breakdown": "source" }))).await.invalid(&["breakdown"]);
    let body = json!({ "journey": journey(json!({ "breakdown": "source" })), "step": 0, "bucket": "source 7" });
    assert_eq!(app.admin.post(&format!("{JOURNEY}/clients"), body).await.ok().json["total"], 1);
}
