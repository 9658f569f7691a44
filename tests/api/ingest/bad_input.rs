use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use std::io::Write;

use super::{line, request, send};
use crate::support::database::API_KEY;
use crate::support::{Answer, TestApp, cases};

cases![
    malformed_json_is_told_with_code_and_message,
    an_oversize_body_is_refused,
    a_gzip_bomb_is_refused,
    events_dated_decades_away_are_refused_and_kept,
    bad_events_are_refused_one_by_one,
    hostile_texts_come_back_byte_for_byte,
];

async fn raw(app: &TestApp, body: Vec<u8>) -> Answer {
    app.anon.send("POST", "/v1/batch", request(API_KEY, body)).await
}

async fn malformed_json_is_told_with_code_and_message(app: TestApp) {
    let deep = "[".repeat(100_000).into_bytes();
    let bodies = [
        b"".to_vec(),
        b"{".to_vec(),
        b"[]".to_vec(),
        b"{}".to_vec(),
        b"{\"batch\": 1}".to_vec(),
        b"\xff\xfe".to_vec(),
        deep,
    ];
    for body in bodies {
        let answer = raw(&app, body).await.problem(400, "malformed_body");
        assert!(answer.json["message"].is_string());
        assert_eq!(answer.header("content-type").unwrap(), "application/json");
    }
    let odd = request(API_KEY, "{}").insert_header(("Content-Encoding", "br"));
    app.anon.send("POST", "/v1/batch", odd).await.problem(400, "malformed_body");
}

async fn an_oversize_body_is_refused(app: TestApp) {
    let body = vec![b' '; app.state.config.body_limit + 1];
    raw(&app, body).await.problem(413, "too_large");
}

async fn a_gzip_bomb_is_refused(app: TestApp) {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&vec![b' '; 200_000_000]).unwrap();
    let bomb = packed.finish().unwrap();
    assert!(bomb.len() < app.state.config.body_limit / 10);
    raw(&app, bomb.clone()).await.problem(413, "too_large");
    raw(&app, bomb[..1000].to_vec()).await.problem(400, "malformed_body");
}

async fn events_dated_decades_away_are_refused_and_kept(app: TestApp) {
    for (at, code) in [("1970-01-01T00:00:00Z", "too_old"), ("2099-01-01T00:00:00Z", "future"), ("never", "timestamp")]
    {
        let answer = send(&app, "track", &json!({ "userId": "u", "event": "x", "timestamp": at })).await.ok();
        assert_eq!(answer.json["events"][0]["code"], code);
    }
    let kept = app.manager.get("/api/v1/ingest/refused").await.ok();
    assert_eq!(kept.items().len(), 3);
    assert!(app.manager.get("/api/v1/contacts").await.ok().items().is_empty());
}

async fn bad_events_are_refused_one_by_one(app: TestApp) {
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    let events = json!([
        { "type": "track", "event": "x", "userId": "u\u{0}" },
        { "type": "track", "event": "x", "userId": "u", "properties": { "a": "x".repeat(33_000) } },
        { "type": "track", "event": "x", "userId": "u", "messageId": "m".repeat(100) },
        { "type": "track", "event": "x", "userId": "u", "properties": deep },
        { "type": "nonsense", "userId": "u" },
        { "type": "track", "event": "x" },
        null,
        { "type": "track", "event": "x", "userId": "u" },
    ]);
    let answer = send(&app, "batch", &json!({ "batch": events })).await.ok();
    let codes: Vec<_> = answer.json["events"].as_array().unwrap().iter().map(|event| event["code"].clone()).collect();
    let wanted = ["nul", "too_large", "length", "malformed", "type", "required", "type"].map(Value::from);
    assert_eq!(codes, wanted.into_iter().chain([Value::Null]).collect::<Vec<_>>());
}

/// Texts of the "big list of naughty strings" and their like.
const HOSTILE: [&str; 16] = [
    "undefined",
    "0x0",
    "1E+02",
    "'; DROP TABLE contacts; --",
    "<script>alert(1)</script>",
    "${jndi:ldap://x}",
    "../../etc/passwd",
    "\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\u{8}\u{b}\u{c}\u{e}\u{7f}",
    "\u{80}\u{81}\u{84}\u{200b}\u{2028}\u{2029}\u{feff}",
    "Ω≈ç√∫˜µ≤≥÷",
    "田中さんにあげて下さい",
    "👾 🙇 💁 🙅 🙆 🙋 🙎 🙍 👨‍👩‍👦",
    "َّmِصْرالعَرَبِيَّة",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "\r\n\t\"\\/",
    "{{7*7}}%s%n\u{fffd}\u{10ffff}",
];

async fn hostile_texts_come_back_byte_for_byte(app: TestApp) {
    let event = |(n, text): (usize, &&str)| {
        json!({ "type": "track", "event": text, "userId": "u-1", "messageId": format!("m-{n:02}"),
            "timestamp": format!("2026-01-01T10:00:{n:02}Z"), "properties": { *text: text }, "context": { "traits": { "note": text } } })
    };
    let events: Vec<_> = HOSTILE.iter().enumerate().map(event).collect();
    let answer = send(&app, "batch", &json!({ "batch": events })).await.ok();
    assert_eq!(answer.json["accepted"], HOSTILE.len());
    let user = app.manager.get("/api/v1/contacts").await.ok().items()[0].clone();
    for (entry, text) in line(&app, &user).await.iter().zip(HOSTILE) {
        assert_eq!(entry["subject"], text);
        assert_eq!(entry["properties"]["properties"], json!({ text: text }));
        assert_eq!(entry["properties"]["context"]["traits"]["note"], text);
    }
}
