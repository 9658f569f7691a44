use serde_json::{Value, json};

use super::{contact, line, request};
use crate::support::database::API_KEY;
use crate::support::{Answer, TestApp, cases};

cases![
    a_message_of_a_client_stands_on_their_line,
    a_message_of_ours_stands_on_each_known_clients_line,
    the_same_message_again_changes_nothing,
    the_same_message_at_once_is_stored_once,
    answers_share_a_conversation,
    html_is_cleaned_and_attachments_are_named,
    an_unknown_sender_makes_a_contact_unless_the_settings_say_no,
    our_own_domains_are_no_clients,
    what_is_no_message_is_refused,
];

async fn post(app: &TestApp, raw: &str) -> Answer {
    let raw = request(API_KEY, raw.replace('\n', "\r\n")).insert_header(("Content-Type", "message/rfc822"));
    app.anon.send("POST", "/v1/inbound/email", raw).await
}

fn message(id: &str, from: &str, to: &str, more: &str) -> String {
    format!(
        "Message-ID: <{id}>\nFrom: {from}\nTo: {to}\nSubject: Offer {id}\nDate: Thu, 1 Jan 2026 10:00:00 +0100\n{more}\nHello\n"
    )
}

async fn a_message_of_a_client_stands_on_their_line(app: TestApp) {
    let raw = message("1@x", "Ann Lee <Ann@Example.com>", "sales@touchline.example", "");
    let answer = post(&app, &raw).await.ok();
    assert_eq!(answer.json, json!({ "success": true, "accepted": 1, "duplicates": 0, "thread_id": "1@x" }));
    let ann = contact(&app, "email=ann@example.com").await;
    assert_eq!(ann["display_name"], "Ann Lee");
    let entry = &line(&app, &ann).await[0];
    assert_eq!((&entry["channel"], &entry["direction"]), (&json!("email"), &json!("inbound")));
    assert_eq!((&entry["subject"], &entry["body"]), (&json!("Offer 1@x"), &json!("Hello")));
    assert_eq!(entry["occurred_at"], "2026-01-01T09:00:00Z");
    assert_eq!(entry["properties"]["to"], json!([{ "address": "sales@touchline.example", "name": null }]));
}

async fn a_message_of_ours_stands_on_each_known_clients_line(app: TestApp) {
    for email in ["ann@example.com", "bob@example.com"] {
        app.client(email).await;
    }
    let raw = message("1@x", "sales@touchline.example", "ann@example.com, ghost@example.com", "Cc: BOB@example.com\n");
    assert_eq!(post(&app, &raw).await.ok().json["accepted"], 2);
    for email in ["ann@example.com", "bob@example.com"] {
        let client = contact(&app, &format!("email={email}")).await;
        assert_eq!(line(&app, &client).await[0]["direction"], "outbound");
    }
    assert_eq!(app.manager.get("/api/v1/contacts").await.ok().items().len(), 2);
}

async fn the_same_message_again_changes_nothing(app: TestApp) {
    let raw = message("1@x", "ann@example.com", "sales@touchline.example", "");
    post(&app, &raw).await.ok();
    let again = post(&app, &raw).await.ok();
    assert_eq!((&again.json["accepted"], &again.json["duplicates"]), (&json!(0), &json!(1)));
    let nameless = "From: ann@example.com\n\nHi\n";
    post(&app, nameless).await.ok();
    assert_eq!(post(&app, nameless).await.ok().json["duplicates"], 1);
    assert_eq!(app.manager.get("/api/v1/interactions").await.ok().items().len(), 2);
}

async fn the_same_message_at_once_is_stored_once(app: TestApp) {
    let raw = message("1@x", "ann@example.com", "sales@touchline.example", "");
    let answers = futures_util::future::join_all((0..10).map(|_| post(&app, &raw))).await;
    let accepted: u64 = answers.iter().map(|answer| answer.clone().ok().json["accepted"].as_u64().unwrap()).sum();
    assert_eq!(accepted, 1);
}

async fn answers_share_a_conversation(app: TestApp) {
    let thread = |answer: Answer| answer.ok().json["thread_id"].as_str().unwrap().to_owned();
    let (ann, us) = ("ann@example.com", "sales@touchline.example");
    assert_eq!(thread(post(&app, &message("1@x", ann, us, "")).await), "1@x");
    assert_eq!(thread(post(&app, &message("2@x", us, ann, "In-Reply-To: <1@x>\n")).await), "1@x");
    assert_eq!(thread(post(&app, &message("3@x", ann, us, "In-Reply-To: <2@x>\n")).await), "1@x");
    assert_eq!(thread(post(&app, &message("5@x", ann, us, "References: <4@x> <9@x>\n")).await), "4@x");
    assert_eq!(thread(post(&app, &message("6@x", us, ann, "References: <8@x> <3@x>\n")).await), "1@x");
}

async fn html_is_cleaned_and_attachments_are_named(app: TestApp) {
    let body = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n\
        <p onclick=x()>Hi<script>alert(1)</script> <img src=x onerror=alert(1)></p>\n\
        --b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=\"offer.pdf\"\n\nabc\n--b--\n";
    post(&app, &message("1@x", "ann@example.com", "sales@touchline.example", body)).await.ok();
    let entry = &line(&app, &contact(&app, "email=ann@example.com").await).await[0];
    let html = entry["properties"]["html"].as_str().unwrap();
    assert!(html.contains("<p>Hi") && !html.contains("script") && !html.contains("onerror"), "{html}");
    assert_eq!(entry["properties"]["attachments"][0]["name"], "offer.pdf");
}

async fn an_unknown_sender_makes_a_contact_unless_the_settings_say_no(app: TestApp) {
    let url = "/api/v1/ingest/settings";
    let mut settings: Value = app.manager.get(url).await.ok().json;
    settings["email_creates_contacts"] = json!(false);
    app.manager.put_any(url, settings).await.ok();
    let answer = post(&app, &message("1@x", "ann@example.com", "sales@touchline.example", "")).await.ok();
    assert_eq!(answer.json["accepted"], 0);
    assert!(app.manager.get("/api/v1/contacts").await.ok().items().is_empty());
}

async fn our_own_domains_are_no_clients(app: TestApp) {
    let url = "/api/v1/ingest/settings";
    let mut settings: Value = app.manager.get(url).await.ok().json;
    settings["our_domains"] = json!(["@Ours.example"]);
    app.manager.put_any(url, settings).await.ok();
    let raw = message("1@x", "robot@ours.example", "info@ours.example, sales@touchline.example", "");
    assert_eq!(post(&app, &raw).await.ok().json["accepted"], 0);
    assert!(app.manager.get("/api/v1/contacts").await.ok().items().is_empty());
}

async fn what_is_no_message_is_refused(app: TestApp) {
    for raw in ["", "\u{0}\u{1}", "Subject: nobody\n\nHi\n", "From: nobody at all\n\nHi\n"] {
        post(&app, raw).await.problem(400, "malformed_body");
    }
    let wrong = request("tlk_wrong", "From: a@b.example\r\n\r\nHi");
    app.anon.send("POST", "/v1/inbound/email", wrong).await.problem(401, "unauthorized");
    let odd = post(
        &app,
        "From: a@b.example\nSubject: =?utf-8?q?a=00b?=\nDate: Thu, 1 Jan 1970 00:00:00 +0000\n\nHi\u{0}\u{7}\n",
    )
    .await;
    assert_eq!(odd.ok().json["accepted"], 1);
}
