use diesel::prelude::*;
use serde_json::{Value, json};
use touchline::db::schema::webhook_attempts as attempts;
use touchline::db::types::Instant;
use touchline::sync::webhooks::deliver;

use super::hooks::path;
use super::receiver::Receiver;
use crate::support::{Answer, TestApp, cases};

cases![
    a_change_arrives_signed_as_the_official_library_wants_it,
    a_webhook_is_told_of_its_types_and_of_what_its_filter_lets_pass,
    a_merge_and_a_stage_change_say_what_happened,
    owner_and_pipeline_choose_what_a_webhook_is_told_of,
    a_move_is_told_by_where_it_led_also_when_the_lead_has_gone_on,
    both_secrets_sign_for_a_day_after_a_rotation,
    the_log_shows_each_attempt_and_can_be_filtered,
    one_delivery_and_a_span_can_be_sent_again_under_the_same_ids,
    a_test_message_is_answered_at_once,
    what_happened_during_a_pause_is_sent_on_resuming_unless_it_is_skipped,
    what_an_erased_person_was_answered_about_is_emptied,
    old_deliveries_are_forgotten_with_their_attempts,
    two_servers_send_each_delivery_once,
];

impl TestApp {
    /// Sends what is due until so many messages have arrived. On `PostgreSQL` a change waits until no older transaction
    /// runs in the whole cluster, where other tests write too.
    pub async fn sent(&self, receiver: &Receiver, count: usize) {
        for _ in 0..300 {
            deliver(&self.state, Instant::now()).await.unwrap();
            if receiver.got().len() >= count {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(receiver.got().len(), count, "{:?}", receiver.kinds());
    }

    pub async fn deliveries(&self, webhook: &Answer, query: &str) -> Vec<Value> {
        self.admin.get(&format!("{}/deliveries?{query}", path(webhook))).await.ok().items().clone()
    }
}

async fn a_change_arrives_signed_as_the_official_library_wants_it(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    let hook = app.webhook(&receiver, &["contact.created"], json!({})).await;
    let contact = app.admin.post("/api/v1/contacts", json!({ "display_name": "Ann \u{1f600}" })).await.created();
    app.sent(&receiver, 1).await;
    let got = receiver.got().remove(0);
    assert!(got.verifies(hook.json["secret"].as_str().unwrap()), "{got:?}");
    assert!(!got.verifies("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    assert_eq!((got.kind(), &got.headers["content-type"][..]), ("contact.created", "application/json"));
    assert_eq!(got.json["timestamp"], contact.json["created_at"]);
    assert_eq!(got.json["data"]["record"], contact.json);
    assert_eq!(got.json["data"]["actor"]["id"], json!(app.users.admin));
}

async fn a_webhook_is_told_of_its_types_and_of_what_its_filter_lets_pass(app: TestApp) {
    let app = app.sending().await;
    let (vip, calls, all) = (Receiver::start(), Receiver::start(), Receiver::start());
    app.webhook(&vip, &["contact.*"], json!({ "filter": { "tag": "vip" } })).await;
    app.webhook(&calls, &["interaction.*"], json!({ "filter": { "channel": "call" } })).await;
    app.webhook(&all, &["*"], json!({})).await;
    for (name, tags) in [("Ann", json!(["vip"])), ("Bob", json!([]))] {
        let new = json!({ "display_name": name, "tags": tags });
        let id = app.admin.post("/api/v1/contacts", new).await.created().id();
        for channel in ["call", "email"] {
            let touch = json!({ "contact": { "id": id }, "channel": channel, "subject": name });
            app.admin.post("/api/v1/interactions", touch).await.created();
        }
    }
    for (receiver, count) in [(&all, 6), (&vip, 1), (&calls, 2)] {
        app.sent(receiver, count).await;
    }
    let names: Vec<_> = vip.got().iter().map(|got| got.json["data"]["record"]["display_name"].clone()).collect();
    assert_eq!(names, ["Ann"]);
    assert_eq!(calls.kinds(), ["interaction.recorded"; 2]);
}

async fn owner_and_pipeline_choose_what_a_webhook_is_told_of(app: TestApp) {
    let app = app.sending().await;
    let (owned, piped, all) = (Receiver::start(), Receiver::start(), Receiver::start());
    let (sales, other) =
        (app.pipeline().await, app.admin.post("/api/v1/pipelines", json!({ "name": "Service" })).await);
    let other = other.created().id();
    let types = ["contact.*", "interaction.*"];
    app.webhook(&owned, &types, json!({ "filter": { "owner_id": app.users.sales }, "ordered": true })).await;
    app.webhook(&piped, &["lead.*"], json!({ "filter": { "pipeline_id": other } })).await;
    app.webhook(&all, &["*"], json!({})).await;
    for (name, owner) in [("Ann", json!(app.users.sales)), ("Bob", json!(null))] {
        let new = json!({ "display_name": name, "owner_id": owner });
        let id = app.admin.post("/api/v1/contacts", new).await.created().id();
        let touch = json!({ "contact": { "id": id }, "channel": "call", "subject": name });
        app.admin.post("/api/v1/interactions", touch).await.created();
        for (pipeline, title) in [(json!(sales.id), "Roof"), (json!(other), "Repair")] {
            let lead = json!({ "contact_id": id, "pipeline_id": pipeline, "title": title });
            app.admin.post("/api/v1/leads", lead).await.created();
        }
    }
    app.sent(&all, 8).await;
    app.sent(&owned, 2).await;
    let shown = |receiver: &Receiver, field: &str| -> Vec<_> {
        receiver.got().iter().map(|got| got.json["data"]["record"][field].clone()).collect()
    };
    assert_eq!(owned.kinds(), ["contact.created", "interaction.recorded"]);
    assert_eq!(shown(&owned, "owner_id")[0], json!(app.users.sales));
    assert_eq!(shown(&piped, "title"), ["Repair", "Repair"]);
}

async fn a_move_is_told_by_where_it_led_also_when_the_lead_has_gone_on(app: TestApp) {
    let (app, receiver, all) = (app.sending().await, Receiver::start(), Receiver::start());
    let pipeline = app.pipeline().await;
    let lead = json!({ "contact_id": app.client("ann@example.com").await, "pipeline_id": pipeline.id });
    let lead = app.admin.post("/api/v1/leads", lead).await.created().id();
    let only = json!({ "filter": { "stage_id": pipeline.stages[1].1 } });
    app.webhook(&receiver, &["lead.stage_changed"], only).await;
    app.webhook(&all, &["lead.stage_changed"], json!({})).await;
    for stage in [1, 2] {
        let step = json!({ "stage_id": pipeline.stages[stage].1 });
        app.admin.post(&format!("/api/v1/leads/{lead}/stage"), step).await.ok();
    }
    app.sent(&all, 2).await;
    app.sent(&receiver, 1).await;
    assert_eq!(receiver.kinds(), ["lead.stage_changed"]);
}

async fn a_merge_and_a_stage_change_say_what_happened(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    let pipeline = app.pipeline().await;
    let (ann, anna) = (app.client("ann@example.com").await, app.client("anna@example.com").await);
    let lead = json!({ "contact_id": anna, "pipeline_id": pipeline.id });
    let lead = app.admin.post("/api/v1/leads", lead).await.created().id();
    app.webhook(&receiver, &["contact.merged", "lead.stage_changed"], json!({ "ordered": true })).await;
    let step = json!({ "stage_id": pipeline.stages[1].1 });
    app.admin.post(&format!("/api/v1/leads/{lead}/stage"), step).await.ok();
    app.merge(ann, &[anna]).await;
    app.sent(&receiver, 2).await;
    let got = receiver.got();
    assert_eq!(got[0].json["data"]["move"]["to_stage"]["id"], json!(pipeline.stages[1].1));
    assert_eq!(got[0].json["data"]["record"]["stage_id"], json!(pipeline.stages[1].1));
    assert_eq!(got[1].json["data"]["record_id"], json!(anna));
    assert_eq!(got[1].json["data"]["merged_into"], json!(ann));
}

async fn both_secrets_sign_for_a_day_after_a_rotation(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    let hook = app.webhook(&receiver, &["company.created"], json!({})).await;
    let rotated = app.admin.post_empty(&format!("{}/secret", path(&hook))).await.ok();
    let (old, new) = (hook.json["secret"].as_str().unwrap(), rotated.json["secret"].as_str().unwrap());
    assert_ne!(old, new);
    app.admin.post("/api/v1/companies", json!({ "name": "Acme" })).await.created();
    app.sent(&receiver, 1).await;
    let got = receiver.got();
    assert!(got[0].verifies(old) && got[0].verifies(new));
    // A second rotation: the first secret is gone for good.
    app.admin.post_empty(&format!("{}/secret", path(&hook))).await.ok();
    app.admin.post("/api/v1/companies", json!({ "name": "Acme" })).await.created();
    app.sent(&receiver, 2).await;
    let got = receiver.got();
    assert!(!got[1].verifies(old) && got[1].verifies(new));
    // A day later the old one signs no more.
    let id = hook.id().parse().unwrap();
    let past = move |conn: &mut touchline::db::Connection| {
        use touchline::db::schema::webhooks;
        let hook = webhooks::table.find(touchline::db::types::Guid(id));
        Ok(diesel::update(hook).set(webhooks::previous_until.eq(Instant::now())).execute(conn)?)
    };
    app.state.db.write(past).await.unwrap();
    app.admin.post("/api/v1/companies", json!({ "name": "Acme" })).await.created();
    app.sent(&receiver, 3).await;
    assert!(!receiver.got()[2].verifies(new));
}

async fn the_log_shows_each_attempt_and_can_be_filtered(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    let hook = app.webhook(&receiver, &["company.*"], json!({})).await;
    receiver.answer(&["500 Broken"]);
    let company = app.admin.post("/api/v1/companies", json!({ "name": "Acme" })).await.created();
    app.sent(&receiver, 1).await;
    app.admin.patch_any(&format!("/api/v1/companies/{}", company.id()), json!({ "industry": "x" })).await.ok();
    app.sent(&receiver, 2).await;
    let all = app.deliveries(&hook, "").await;
    assert_eq!(all.len(), 2);
    let pending = app.deliveries(&hook, "status=pending").await;
    assert_eq!((&pending[0]["type"], &pending[0]["last_status"]), (&json!("company.created"), &json!(500)));
    assert_eq!((&pending[0]["record_id"], &pending[0]["attempts"]), (&json!(company.id()), &json!(1)));
    assert_eq!(app.deliveries(&hook, "type=company.updated&status=delivered").await.len(), 1);
    assert!(app.deliveries(&hook, "from=2200-01-01T00:00:00Z").await.is_empty());
    let page = app.admin.get(&format!("{}/deliveries?limit=1", path(&hook))).await.ok();
    let next = page.json["next_cursor"].as_str().unwrap();
    assert_eq!(app.deliveries(&hook, &format!("limit=1&cursor={next}")).await[0], all[1]);
    let id = pending[0]["id"].as_str().unwrap();
    let detail = app.admin.get(&format!("{}/deliveries/{id}", path(&hook))).await.ok();
    let attempt = &detail.json["log"][0];
    assert_eq!((&attempt["status"], &attempt["response"]), (&json!(500), &json!("taken")));
    assert!(attempt["duration_ms"].as_i64().unwrap() < 20_000);
}

async fn one_delivery_and_a_span_can_be_sent_again_under_the_same_ids(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    let hook = app.webhook(&receiver, &["company.created"], json!({})).await;
    let began = Instant::now();
    for name in ["a", "b", "c"] {
        app.admin.post("/api/v1/companies", json!({ "name": name })).await.created();
    }
    app.sent(&receiver, 3).await;
    let first = receiver.got()[0].id().to_owned();
    app.admin.post_empty(&format!("{}/deliveries/{first}/replay", path(&hook))).await.ok();
    app.sent(&receiver, 4).await;
    assert_eq!(receiver.got()[3].id(), first);
    let span = json!({ "from": began, "status": "delivered" });
    let again = app.admin.post(&format!("{}/replay", path(&hook)), span).await.ok();
    assert_eq!(again.json["deliveries"], 3);
    app.sent(&receiver, 7).await;
    let span = json!({ "from": began, "status": "failed" });
    assert_eq!(app.admin.post(&format!("{}/replay", path(&hook)), span).await.ok().json["deliveries"], 0);
    app.admin.post_empty(&format!("{}/deliveries/{}/replay", path(&hook), hook.id())).await.problem(404, "not_found");
}

async fn a_test_message_is_answered_at_once(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    let hook = app.webhook(&receiver, &["contact.*"], json!({})).await;
    app.admin.post_empty(&format!("{}/pause", path(&hook))).await.ok();
    let test = app.admin.post_empty(&format!("{}/test", path(&hook))).await.ok();
    assert_eq!((&test.json["status"], &test.json["log"][0]["status"]), (&json!("delivered"), &json!(200)));
    receiver.answer(&["404 Not Found"]);
    let test = app.admin.post_empty(&format!("{}/test", path(&hook))).await.ok();
    assert_eq!((&test.json["status"], &test.json["next_attempt_at"]), (&json!("failed"), &json!(null)));
    assert_eq!(receiver.kinds(), ["webhook.test"; 2]);
    assert!(receiver.got()[1].verifies(hook.json["secret"].as_str().unwrap()));
    let shown = app.admin.get(&path(&hook)).await.ok();
    assert!(shown.json["failing_since"].is_null(), "a test says nothing about what arrives");
}

async fn what_happened_during_a_pause_is_sent_on_resuming_unless_it_is_skipped(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    let hook = app.webhook(&receiver, &["company.created"], json!({})).await;
    let make = async |name: &str| drop(app.admin.post("/api/v1/companies", json!({ "name": name })).await.created());
    app.admin.post_empty(&format!("{}/pause", path(&hook))).await.ok();
    make("during").await;
    assert_eq!(deliver(&app.state, Instant::now()).await.unwrap(), 0);
    app.admin.post_empty(&format!("{}/resume", path(&hook))).await.ok();
    app.sent(&receiver, 1).await;
    app.admin.post_empty(&format!("{}/pause", path(&hook))).await.ok();
    make("skipped").await;
    // On PostgreSQL the end of the log is behind what other tests are still writing.
    super::now(&app).await;
    app.admin.post_empty(&format!("{}/resume?skip_missed=true", path(&hook))).await.ok();
    make("after").await;
    app.sent(&receiver, 2).await;
    assert_eq!(receiver.got()[1].json["data"]["record"]["name"], "after");
}

async fn what_an_erased_person_was_answered_about_is_emptied(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    let hook = app.webhook(&receiver, &["contact.*"], json!({ "filter": { "tag": "vip" } })).await;
    let contact = json!({ "display_name": "Ann", "tags": ["vip"] });
    let contact = app.admin.post("/api/v1/contacts", contact).await.created();
    app.sent(&receiver, 1).await;
    app.admin.post_empty(&format!("/api/v1/contacts/{}/erase", contact.id())).await.no_content();
    app.sent(&receiver, 2).await;
    assert_eq!(receiver.kinds(), ["contact.created", "contact.erased"]);
    assert!(receiver.got()[1].json["data"]["record"].is_null());
    let first = receiver.got()[0].id().to_owned();
    let detail = app.admin.get(&format!("{}/deliveries/{first}", path(&hook))).await.ok();
    assert!(detail.json["log"][0]["response"].is_null());
    // Sent again, it tells nothing of the person either.
    app.admin.post_empty(&format!("{}/deliveries/{first}/replay", path(&hook))).await.ok();
    app.sent(&receiver, 3).await;
    assert!(!receiver.got()[2].body.contains("Ann"));
}

async fn old_deliveries_are_forgotten_with_their_attempts(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    let hook = app.webhook(&receiver, &["company.created"], json!({})).await;
    receiver.answer(&["200 OK", "500 Broken"]);
    for name in ["a", "b"] {
        app.admin.post("/api/v1/companies", json!({ "name": name })).await.created();
        app.sent(&receiver, if name == "a" { 1 } else { 2 }).await;
    }
    let later = Instant::now().plus(chrono::TimeDelta::days(31));
    let forget = move |conn: &mut touchline::db::Connection| {
        touchline::sync::webhooks::forget_old(conn, later, chrono::TimeDelta::days(30))
    };
    assert_eq!(app.state.db.write(forget).await.unwrap(), 1);
    let left = app.deliveries(&hook, "").await;
    assert_eq!((left.len(), &left[0]["status"]), (1, &json!("pending")), "what is to be sent stays");
    let attempts: i64 = app.state.db.read(|conn| Ok(attempts::table.count().get_result(conn)?)).await.unwrap();
    assert_eq!(attempts, 1);
}

async fn two_servers_send_each_delivery_once(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    app.webhook(&receiver, &["company.created"], json!({})).await;
    let other = touchline::app::App::new(app.database.open(), app.state.config.clone(), crate::support::SECRET);
    for n in 0..20 {
        app.admin.post("/api/v1/companies", json!({ "name": format!("{n}") })).await.created();
        let at = Instant::now();
        let (ours, theirs) = futures_util::future::join(deliver(&app.state, at), deliver(&other, at)).await;
        ours.unwrap();
        theirs.unwrap();
    }
    app.sent(&receiver, 20).await;
    let ids: std::collections::BTreeSet<_> = receiver.got().iter().map(|got| got.id().to_owned()).collect();
    assert_eq!(ids.len(), 20);
}
