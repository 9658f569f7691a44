//! The groups kept on leads follow the facts, however late these come.

use serde_json::{Value, json};
use touchline::contacts::ContactId;

use super::{RULES, kept, lead, visit};
use crate::support::{TestApp, cases};
use crate::sync::{now, since};

cases![
    a_lead_keeps_the_groups_of_its_first_and_last_touchpoint,
    a_back_dated_touchpoint_changes_the_leads_that_entered_later_and_no_other,
    correcting_deleting_and_restoring_a_touchpoint_is_followed,
    an_earlier_entry_leaves_later_touchpoints_out,
    a_merge_brings_the_other_contacts_touchpoints_and_its_undoing_takes_them_away,
    any_sequence_of_facts_leaves_what_counting_anew_would,
    other_systems_are_told,
];

fn all(group: &str) -> (Value, Value, Value) {
    (json!(group), json!(group), Value::Null)
}

async fn a_lead_keeps_the_groups_of_its_first_and_last_touchpoint(app: TestApp) {
    let touch = visit(&app, 1, "google", "cpc").await;
    visit(&app, 3, "news", "email").await;
    app.touch(json!({ "channel": "store", "occurred_at": "2024-01-04T10:00:00Z", "campaign": "open day" })).await;
    app.touch(json!({ "channel": "note", "direction": "internal", "occurred_at": "2024-01-05T10:00:00Z" })).await;
    visit(&app, 9, "x", "y").await;
    let deal = lead(&app, &touch["contact_id"], 5).await;
    assert_eq!(deal["first_touch_group"], "Paid Search");
    assert_eq!(kept(&app, &deal).await, (json!("Paid Search"), json!("Store"), json!("open day")));
    let untouched = app.deal(&app.manager, json!({ "title": "none" })).await.json;
    assert_eq!(kept(&app, &untouched).await, (Value::Null, Value::Null, Value::Null));
}

async fn a_back_dated_touchpoint_changes_the_leads_that_entered_later_and_no_other(app: TestApp) {
    let touch = visit(&app, 10, "news", "email").await;
    let (early, late) = (lead(&app, &touch["contact_id"], 11).await, lead(&app, &touch["contact_id"], 20).await);
    visit(&app, 15, "google", "cpc").await;
    assert_eq!(kept(&app, &early).await, all("Email"));
    assert_eq!(kept(&app, &late).await, (json!("Email"), json!("Paid Search"), Value::Null));
    visit(&app, 1, "x", "affiliate").await;
    assert_eq!(kept(&app, &early).await, (json!("Affiliates"), json!("Email"), Value::Null));
    assert_eq!(kept(&app, &late).await, (json!("Affiliates"), json!("Paid Search"), Value::Null));
}

async fn correcting_deleting_and_restoring_a_touchpoint_is_followed(app: TestApp) {
    let touch = visit(&app, 10, "news", "email").await;
    let call = app.touch(json!({ "occurred_at": "2024-01-12T10:00:00Z" })).await;
    let deal = lead(&app, &touch["contact_id"], 20).await;
    let path = format!("/api/v1/interactions/{}", call["id"].as_str().unwrap());
    assert_eq!(kept(&app, &deal).await.1, "Phone");
    app.manager.patch_any(&path, json!({ "channel": "meeting" })).await.ok();
    assert_eq!(kept(&app, &deal).await.1, "Meeting");
    app.manager.patch_any(&path, json!({ "occurred_at": "2024-01-02T10:00:00Z" })).await.ok();
    assert_eq!(kept(&app, &deal).await, (json!("Meeting"), json!("Email"), Value::Null));
    app.manager.delete_any(&path).await.no_content();
    assert_eq!(kept(&app, &deal).await, all("Email"));
    app.manager.post_empty(&format!("{path}/restore")).await.ok();
    assert_eq!(kept(&app, &deal).await.0, "Meeting");
}

async fn an_earlier_entry_leaves_later_touchpoints_out(app: TestApp) {
    let touch = visit(&app, 10, "news", "email").await;
    let deal = lead(&app, &touch["contact_id"], 20).await;
    let pipeline = app.admin.get("/api/v1/pipelines").await.ok();
    let stage = pipeline.items()[0]["stages"][1]["id"].clone();
    let path = format!("/api/v1/leads/{}/stage", deal["id"].as_str().unwrap());
    app.manager.post(&path, json!({ "stage_id": stage, "at": "2024-01-05T00:00:00Z" })).await.ok();
    assert_eq!(kept(&app, &deal).await, (Value::Null, Value::Null, Value::Null));
}

async fn a_merge_brings_the_other_contacts_touchpoints_and_its_undoing_takes_them_away(app: TestApp) {
    let touch = visit(&app, 10, "news", "email").await;
    let deal = lead(&app, &touch["contact_id"], 20).await;
    let other = app.touch(json!({ "contact": { "email": "bo@example.com" }, "channel": "store", "occurred_at": "2024-01-01T00:00:00Z" })).await;
    let own = lead(&app, &other["contact_id"], 3).await;
    let late = lead(&app, &other["contact_id"], 25).await;
    let contact = touch["contact_id"].as_str().unwrap();
    let merged = app
        .manager
        .post(&format!("/api/v1/contacts/{contact}/merge"), json!({ "contact_ids": [other["contact_id"]] }))
        .await
        .ok();
    assert_eq!(kept(&app, &deal).await, (json!("Store"), json!("Email"), Value::Null));
    assert_eq!(kept(&app, &own).await, all("Store"), "entered before the other's first touchpoint");
    assert_eq!(kept(&app, &late).await, (json!("Store"), json!("Email"), Value::Null));
    let merge = merged.json["merges"][0]["id"].as_str().unwrap();
    app.manager.post_empty(&format!("/api/v1/merges/{merge}/undo")).await.ok();
    assert_eq!(kept(&app, &deal).await, all("Email"));
    assert_eq!(kept(&app, &late).await, all("Store"));
}

/// A sequence made from a seed: touchpoints, corrections, deletions, merges and undos; then everything counted anew.
async fn any_sequence_of_facts_leaves_what_counting_anew_would(app: TestApp) {
    let media = ["email", "cpc", "affiliate", "audio", "sms", "banner"];
    let (mut seed, mut touches, mut leads, mut merges) = (7_u64, Vec::new(), Vec::new(), Vec::new());
    let mut roll = move |sides: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % sides
    };
    let mut clients = Vec::new();
    for n in 0..3 {
        clients.push(app.client(&format!("c{n}@example.com")).await);
    }
    for _ in 0..70 {
        let client: ContactId = clients[roll(clients.len())];
        match roll(8) {
            0..=2 => {
                let at = format!("2024-01-{:02}T{:02}:00:00Z", 1 + roll(28), roll(24));
                let body = json!({ "contact": { "id": client }, "channel": "web", "occurred_at": at, "utm_source": "x", "utm_medium": media[roll(6)] });
                touches.push(app.touch(body).await["id"].as_str().unwrap().to_owned());
            }
            3 => leads.push(lead(&app, &json!(client), 1 + u32::try_from(roll(28)).unwrap()).await),
            4 if !touches.is_empty() => {
                let path = format!("/api/v1/interactions/{}", touches[roll(touches.len())]);
                let at = format!("2024-01-{:02}T05:00:00Z", 1 + roll(28));
                app.manager.patch_any(&path, json!({ "occurred_at": at })).await;
            }
            5 if !touches.is_empty() => {
                let path = format!("/api/v1/interactions/{}", touches[roll(touches.len())]);
                app.manager.delete_any(&path).await;
            }
            6 => {
                let body = json!({ "contact_ids": [clients[roll(3)]] });
                let answer = app.manager.post(&format!("/api/v1/contacts/{client}/merge"), body).await;
                let made = answer.json["merges"].as_array().into_iter().flatten();
                merges.extend(made.map(|merge| merge["id"].as_str().unwrap().to_owned()));
            }
            _ if !merges.is_empty() => {
                let merge = merges.swap_remove(roll(merges.len()));
                app.manager.post_empty(&format!("/api/v1/merges/{merge}/undo")).await;
            }
            _ => {}
        }
    }
    assert!(leads.len() > 3 && touches.len() > 10);
    let mut before = Vec::new();
    for lead in &leads {
        before.push(kept(&app, lead).await);
    }
    assert!(before.iter().any(|kept| !kept.0.is_null()));
    let recount = move |conn: &mut touchline::db::Connection| {
        touchline::pipelines::leads::touches::of_clients(conn, &clients, None)
    };
    app.state.db.write(recount).await.unwrap();
    for (lead, before) in leads.iter().zip(before) {
        assert_eq!(kept(&app, lead).await, before);
    }
}

async fn other_systems_are_told(app: TestApp) {
    let touch = visit(&app, 10, "news", "email").await;
    let deal = lead(&app, &touch["contact_id"], 20).await;
    let place = now(&app).await;
    let told =
        async || since(&app, &app.admin, &place).await.iter().filter(|change| change["type"] == "lead.updated").count();
    visit(&app, 19, "google", "cpc").await;
    assert_eq!(told().await, 1);
    visit(&app, 21, "google", "cpc").await;
    assert_eq!(told().await, 1, "after the entry: nothing has changed");
    assert_eq!(kept(&app, &deal).await.1, "Paid Search");
    assert_eq!(app.reader.get(RULES).await.ok().json["version"], 1);
}
