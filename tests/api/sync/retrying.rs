use serde_json::json;
use touchline::db::types::Instant;
use touchline::sync::webhooks::deliver;

use super::hooks::{HOOKS, path};
use super::receiver::Receiver;
use crate::support::{TestApp, cases};

cases![
    what_does_not_arrive_is_tried_again_under_the_same_id_after_growing_delays,
    nothing_is_tried_before_its_time,
    after_ten_attempts_over_three_days_the_webhook_pauses_and_the_audit_log_tells,
    one_message_that_never_arrives_does_not_pause_a_webhook_that_works,
    a_receiver_that_is_gone_pauses_the_webhook_at_once,
    an_overloaded_receiver_gets_nothing_until_the_time_it_names,
    an_ordered_webhook_waits_for_each_delivery,
    redirects_are_not_followed,
    a_private_address_is_refused_when_the_connection_is_made,
    a_receiver_that_does_not_answer_is_given_up_after_the_timeout,
];

async fn company(app: &TestApp, name: &str) {
    app.admin.post("/api/v1/companies", json!({ "name": name })).await.created();
}

const HOURS: [i64; 9] = [1, 1, 1, 3, 6, 12, 16, 23, 27];

async fn what_does_not_arrive_is_tried_again_under_the_same_id_after_growing_delays(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    let hook = app.webhook(&receiver, &["company.created"], json!({})).await;
    receiver.answer(&["500 Broken", "302 Found\r\nLocation: http://127.0.0.1:1/", "404 Not Found"]);
    company(&app, "Acme").await;
    app.sent(&receiver, 1).await;
    let mut now = Instant::now();
    for hours in &HOURS[..3] {
        now = now.plus(chrono::TimeDelta::hours(*hours));
        assert_eq!(deliver(&app.state, now).await.unwrap(), 1);
    }
    let got = receiver.got();
    assert!(got.len() == 4 && got.iter().all(|one| one.id() == got[0].id()));
    let delivered = app.deliveries(&hook, "status=delivered").await;
    assert_eq!((&delivered[0]["attempts"], &delivered[0]["last_status"]), (&json!(4), &json!(200)));
    assert!(app.admin.get(&path(&hook)).await.ok().json["failing_since"].is_null());
}

async fn nothing_is_tried_before_its_time(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    app.webhook(&receiver, &["company.created"], json!({})).await;
    receiver.always("500 Broken");
    company(&app, "Acme").await;
    app.sent(&receiver, 1).await;
    let now = Instant::now();
    let after = |seconds| now.plus(chrono::TimeDelta::seconds(seconds));
    assert_eq!(deliver(&app.state, after(3)).await.unwrap(), 0);
    assert_eq!(deliver(&app.state, after(6)).await.unwrap(), 1);
    assert_eq!(deliver(&app.state, after(200)).await.unwrap(), 0);
    assert_eq!(deliver(&app.state, after(340)).await.unwrap(), 1);
}

async fn after_ten_attempts_over_three_days_the_webhook_pauses_and_the_audit_log_tells(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    let hook = app.webhook(&receiver, &["company.created"], json!({})).await;
    receiver.always("500 Broken");
    company(&app, "Acme").await;
    app.sent(&receiver, 1).await;
    let mut now = Instant::now();
    for hours in HOURS {
        assert!(app.admin.get(&path(&hook)).await.ok().json["paused_at"].is_null());
        now = now.plus(chrono::TimeDelta::hours(hours));
        assert_eq!(deliver(&app.state, now).await.unwrap(), 1);
    }
    assert_eq!(app.admin.get(&path(&hook)).await.ok().json["pause_reason"], "failing");
    assert_eq!(app.deliveries(&hook, "status=failed").await[0]["attempts"], 10);
    let log = app.admin.get("/api/v1/audit?entity=webhook&action=pause").await.ok();
    assert_eq!((log.items().len(), &log.items()[0]["user_id"]), (1, &json!(null)));
    // Put right, it is resumed and what was lost is sent again.
    receiver.always("200 OK");
    app.admin.post_empty(&format!("{}/resume", path(&hook))).await.ok();
    let span = json!({ "from": "2020-01-01T00:00:00Z", "status": "failed" });
    app.admin.post(&format!("{}/replay", path(&hook)), span).await.ok();
    app.sent(&receiver, 11).await;
    assert_eq!(app.deliveries(&hook, "status=delivered").await.len(), 1);
}

async fn one_message_that_never_arrives_does_not_pause_a_webhook_that_works(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    let hook = app.webhook(&receiver, &["company.created"], json!({})).await;
    receiver.answer(&["500 Broken"]);
    company(&app, "poison").await;
    app.sent(&receiver, 1).await;
    company(&app, "good").await;
    app.sent(&receiver, 2).await;
    receiver.always("500 Broken");
    let mut now = Instant::now();
    for hours in HOURS {
        now = now.plus(chrono::TimeDelta::hours(hours));
        assert_eq!(deliver(&app.state, now).await.unwrap(), 1);
        if hours == 16 {
            receiver.answer(&["200 OK"]);
            app.admin.post_empty(&format!("{}/deliveries/{}/replay", path(&hook), receiver.got()[1].id())).await.ok();
            deliver(&app.state, now).await.unwrap();
        }
    }
    assert_eq!(app.deliveries(&hook, "status=failed").await.len(), 1);
    assert!(app.admin.get(&path(&hook)).await.ok().json["paused_at"].is_null());
}

async fn a_receiver_that_is_gone_pauses_the_webhook_at_once(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    let hook = app.webhook(&receiver, &["company.created"], json!({})).await;
    receiver.always("410 Gone");
    company(&app, "Acme").await;
    app.sent(&receiver, 1).await;
    company(&app, "Acme").await;
    assert_eq!(deliver(&app.state, Instant::now().plus(chrono::TimeDelta::days(1))).await.unwrap(), 0);
    let shown = app.admin.get(&path(&hook)).await.ok();
    assert_eq!(shown.json["pause_reason"], "gone");
    assert_eq!(app.deliveries(&hook, "status=failed").await.len(), 1);
}

async fn an_overloaded_receiver_gets_nothing_until_the_time_it_names(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    let hook = app.webhook(&receiver, &["company.created"], json!({})).await;
    receiver.answer(&["429 Slow\r\nRetry-After: 1000", "502 Bad Gateway"]);
    company(&app, "first").await;
    app.sent(&receiver, 1).await;
    company(&app, "second").await;
    let now = Instant::now();
    let after = |seconds| now.plus(chrono::TimeDelta::seconds(seconds));
    assert_eq!(deliver(&app.state, after(900)).await.unwrap(), 0);
    assert!(!app.admin.get(&path(&hook)).await.ok().json["not_before"].is_null());
    // On PostgreSQL the second may be seen a moment later.
    super::now(&app).await;
    deliver(&app.state, after(1001)).await.unwrap();
    assert_eq!(deliver(&app.state, after(1030)).await.unwrap(), 0, "502 asks for a minute's rest");
    deliver(&app.state, after(2000)).await.unwrap();
    let names: std::collections::BTreeSet<_> =
        receiver.got().iter().map(|got| got.json["data"]["record"]["name"].as_str().unwrap().to_owned()).collect();
    assert!(names.contains("first") && names.contains("second"));
    assert!(app.deliveries(&hook, "status=pending").await.is_empty());
}

async fn an_ordered_webhook_waits_for_each_delivery(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    app.webhook(&receiver, &["company.created"], json!({ "ordered": true })).await;
    receiver.answer(&["500 Broken"]);
    for name in ["a", "b", "c"] {
        company(&app, name).await;
    }
    app.sent(&receiver, 1).await;
    super::now(&app).await;
    assert_eq!(deliver(&app.state, Instant::now()).await.unwrap(), 0, "the first has not arrived");
    deliver(&app.state, Instant::now().plus(chrono::TimeDelta::seconds(6))).await.unwrap();
    let names: Vec<_> = receiver.got().iter().map(|got| got.json["data"]["record"]["name"].clone()).collect();
    assert_eq!(names[..4], ["a", "a", "b", "c"]);
}

async fn redirects_are_not_followed(app: TestApp) {
    let (app, receiver, target) = (app.sending().await, Receiver::start(), Receiver::start());
    let hook = app.webhook(&receiver, &["company.created"], json!({})).await;
    receiver.answer(&[&format!("307 Temporary Redirect\r\nLocation: {}", target.url)]);
    let test = app.admin.post_empty(&format!("{}/test", path(&hook))).await.ok();
    assert_eq!((&test.json["last_status"], &test.json["status"]), (&json!(307), &json!("failed")));
    assert_eq!(test.json["last_error"], "redirects are not followed");
    assert!(target.got().is_empty());
}

async fn a_private_address_is_refused_when_the_connection_is_made(app: TestApp) {
    let receiver = Receiver::start();
    // A name passes when the webhook is made; what it leads to is looked at on connecting.
    let url = receiver.url.replace("http://127.0.0.1", "https://localhost");
    let hook = app.admin.post(HOOKS, json!({ "url": url, "types": ["*"] })).await.created();
    let test = app.admin.post_empty(&format!("{}/test", path(&hook))).await.ok();
    let error = test.json["last_error"].as_str().unwrap();
    assert!(error.contains("localhost is not a public address"), "{error}");
    assert_eq!(test.json["status"], "failed");
    // An address that was allowed once is refused once the settings say otherwise.
    let app = app.sending().await;
    let hook = app.webhook(&receiver, &["*"], json!({})).await;
    let strict = app.admin_with(|config| config.webhook_networks.clear()).await;
    let test = strict.post_empty(&format!("{}/test", path(&hook))).await.ok();
    assert!(test.json["last_error"].as_str().unwrap().contains("127.0.0.1 is not a public address"));
    assert!(receiver.got().is_empty());
}

async fn a_receiver_that_does_not_answer_is_given_up_after_the_timeout(app: TestApp) {
    // It accepts connections and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let app = app.sending().await;
    let impatient = app.admin_with(|config| config.webhook_seconds = 1).await;
    let hook = impatient.post(HOOKS, json!({ "url": url, "types": ["*"] })).await.created();
    let test = impatient.post_empty(&format!("{}/test", path(&hook))).await.ok();
    assert_eq!(test.json["last_error"], "no answer within 1 seconds");
}
