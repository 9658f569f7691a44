//! Everything about one person.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use actix_web::test::TestRequest;
use base64::Engine;
use serde_json::{Value, json};
use zip::ZipArchive;

use crate::support::database::API_KEY;
use crate::support::{Answer, TestApp, cases};

cases![an_archive_holds_everything_about_a_person, an_archive_holds_no_lead_that_is_hidden, a_long_history_is_whole,];

fn files(answer: &Answer) -> BTreeMap<String, String> {
    let mut zip = ZipArchive::new(Cursor::new(answer.body.to_vec())).unwrap();
    let mut out = BTreeMap::new();
    for n in 0..zip.len() {
        let mut file = zip.by_index(n).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        out.insert(file.name().unwrap().into_owned(), text);
    }
    out
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn key() -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{API_KEY}:")))
}

async fn an_archive_holds_everything_about_a_person(app: TestApp) {
    let (ann, anna) = (app.client("ann@example.com").await, app.client("anna@example.com").await);
    app.client("other@example.com").await;
    app.touch(json!({ "subject": "Of Ann" })).await;
    app.touch(json!({ "contact": { "email": "anna@example.com" }, "subject": "Of Anna" })).await;
    app.touch(json!({ "contact": { "email": "other@example.com" }, "subject": "Of another" })).await;
    let pipeline = app.pipeline().await;
    let lead = json!({ "contact_id": ann, "pipeline_id": pipeline.id, "title": "Roof" });
    app.manager.post("/api/v1/leads", lead).await.created();
    app.manager.post("/api/v1/tasks", json!({ "contact_id": anna, "title": "Ring back" })).await.created();
    app.merge(ann, &[anna]).await;
    let mail = "Message-ID: <1@x>\r\nFrom: ann@example.com\r\nTo: us@touchline.example\r\nSubject: Hi\r\nContent-Type: text/html\r\n\r\n<p>Hello<script>x</script></p>\r\n";
    let raw =
        TestRequest::post().insert_header(("Authorization", key())).insert_header(("Content-Type", "message/rfc822"));
    app.anon.send("POST", "/v1/inbound/email", raw.set_payload(mail)).await.ok();
    let bad = json!({ "batch": [{ "type": "track", "event": 7, "messageId": "bad", "userId": "u", "traits": { "email": "Ann@example.com" } }] });
    let events = TestRequest::post().insert_header(("Authorization", key())).set_payload(bad.to_string());
    assert_eq!(app.anon.send("POST", "/v1/batch", events).await.json["refused"], 1);

    let file = "email,country\nann@example.com,Nowhere\nother@example.com,Nowhere\n";
    crate::imports::import(&app, &["email=email", "address.country=country"], file).await;

    let answer = app.admin.get(&format!("/api/v1/contacts/{anna}/archive")).await.ok();
    assert_eq!(answer.header("content-type").unwrap(), "application/zip");
    let files = files(&answer);
    let contact: Value = serde_json::from_str(&files["contact.json"]).unwrap();
    assert_eq!((contact["contact"]["id"].clone(), contact["merged"][0]["id"].clone()), (json!(ann), json!(anna)));
    assert!(contact["identities"].as_array().unwrap().iter().any(|one| one["value"] == "anna@example.com"));
    let mut subjects: Vec<_> = lines(&files["interactions.ndjson"]).iter().map(|one| one["subject"].clone()).collect();
    subjects.sort_by_key(Value::to_string);
    assert_eq!(subjects, ["Hi", "Of Ann", "Of Anna"]);
    assert_eq!(lines(&files["leads.ndjson"])[0]["title"], "Roof");
    assert_eq!(lines(&files["lead_stages.ndjson"])[0]["stage"], json!(pipeline.stages[0].0));
    assert_eq!(lines(&files["tasks.ndjson"])[0]["title"], "Ring back");
    assert!(lines(&files["timeline.ndjson"]).iter().any(|entry| entry["type"] == "stage_move"));
    let html: Vec<_> = files.iter().filter(|(name, _)| name.starts_with("emails/")).collect();
    assert_eq!(html.len(), 1);
    assert_eq!(html[0].1, "<p>Hello</p>");
    assert_eq!(lines(&files["refused_events.ndjson"]).len(), 1);
    assert_eq!(lines(&files["refused_rows.ndjson"])[0]["record"][0], "ann@example.com");
    assert_eq!(contact["merges"][0]["loser_id"], json!(anna));
    assert!(
        lines(&files["audit_log.ndjson"]).iter().any(|entry| entry["entity"] == "lead" && entry["action"] == "create")
    );
    assert!(files["contact.vcf"].contains("EMAIL;PREF=1:ann@example.com\r\n"), "{}", files["contact.vcf"]);
    assert!(files["README.txt"].contains(&ann.to_string()));
    for (name, text) in &files {
        assert!(!text.contains("other@example.com") && !text.contains("Of another"), "{name} tells of somebody else");
    }
    app.admin.get(&format!("/api/v1/contacts/{}/archive", uuid::Uuid::now_v7())).await.problem(404, "not_found");
}

async fn an_archive_holds_no_lead_that_is_hidden(app: TestApp) {
    let ann = app.client("ann@example.com").await;
    app.lead(ann, Some(app.users.rival), "open").await;
    app.lead(ann, Some(app.users.marketer), "open").await;
    app.admin.put_any("/api/v1/roles/marketer", json!({ "visibility": "own" })).await.ok();
    let files = files(&app.marketer.get(&format!("/api/v1/contacts/{ann}/archive")).await.ok());
    let leads = lines(&files["leads.ndjson"]);
    assert_eq!((leads.len(), &leads[0]["owner_id"]), (1, &json!(app.users.marketer)));
    assert!(
        !files.contains_key("audit_log.ndjson") && files["README.txt"].contains("Left out"),
        "{}",
        files["README.txt"]
    );
}

async fn a_long_history_is_whole(app: TestApp) {
    for part in 0..3 {
        let items: Vec<_> = (0..1000)
            .map(|n| json!({ "contact": { "email": "ann@example.com" }, "channel": "web", "source": "t", "source_id": format!("{part}-{n}") }))
            .collect();
        app.key.post("/api/v1/interactions/batch", json!({ "items": items })).await.ok();
    }
    let ann = app.client("ann@example.com").await;
    let files = files(&app.admin.get(&format!("/api/v1/contacts/{ann}/archive")).await.ok());
    assert_eq!(lines(&files["interactions.ndjson"]).len(), 3000);
    assert_eq!(csv::Reader::from_reader(files["interactions.csv"].as_bytes()).records().count(), 3000);
}
