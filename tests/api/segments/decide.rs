//! What a web site may know of its visitor.

use actix_web::http::header;
use actix_web::test::TestRequest;
use base64::Engine;
use serde_json::{Value, json};
use touchline::db::settings;
use touchline::segments::decide::{DecideSettings, KEY};
use touchline::segments::keeper::Keeper;

use super::keeping::catch_up;
use super::records::tagged;
use crate::support::{Answer, TestApp, cases};

cases![
    nothing_is_shown_that_is_not_allowed,
    an_answer_is_kept_until_it_changes,
    the_unknown_look_like_those_who_belong_nowhere,
    only_a_write_key_may_ask,
    settings_name_only_what_there_is,
    what_was_deleted_is_not_shown_and_does_not_come_back,
    a_broken_segment_is_not_shown_until_it_is_mended,
    settings_that_name_what_is_gone_are_put_right,
];

async fn write_key(app: &TestApp) -> String {
    let body = json!({ "name": "site", "scopes": ["ingest:write"] });
    app.admin.post("/api/v1/api-keys", body).await.created().json["key"].as_str().unwrap().to_owned()
}

async fn ask(app: &TestApp, key: &str, identity: &str, seen: Option<&str>) -> Answer {
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{key}:"));
    let mut request = TestRequest::get().insert_header((header::AUTHORIZATION, format!("Basic {basic}")));
    if let Some(tag) = seen {
        request = request.insert_header((header::IF_NONE_MATCH, tag));
    }
    app.anon.send("GET", &format!("/v1/decide?identity={identity}"), request).await
}

async fn allow(app: &TestApp, segments: &[&String], fields: &[&str]) {
    let body = json!({ "segments": segments, "fields": fields, "lookups": ["anonymous_id", "email"] });
    app.marketer.put_any("/api/v1/settings/decide", body).await.ok();
}

async fn nothing_is_shown_that_is_not_allowed(app: TestApp) {
    let ann = app.person("ann", &["vip"]).await;
    let (shown, hidden) = (app.segment("Best", tagged("vip")).await, app.segment("Secret", tagged("vip")).await);
    let list = app.list("Guests", &[&ann]).await;
    catch_up(&app, &mut Keeper::default()).await;
    let key = write_key(&app).await;
    ask(&app, &key, "email:ann@example.com", None).await.invalid(&["identity"]);
    allow(&app, &[&shown, &list], &["given_name", "city"]).await;
    let answer = ask(&app, &key, "email:ann@example.com", None).await.ok();
    assert_eq!(
        answer.json,
        json!({
            "segments": [{ "id": shown, "name": "Best" }, { "id": list, "name": "Guests" }],
            "fields": { "given_name": "ann" },
        })
    );
    assert!(!answer.text().contains(&hidden) && !answer.text().contains(&ann));
    app.manager.delete_any(&format!("/api/v1/contacts/{ann}")).await.no_content();
    let answer = ask(&app, &key, "email:ann@example.com", None).await.ok();
    assert_eq!(answer.json, json!({ "segments": [], "fields": {} }));
}

async fn an_answer_is_kept_until_it_changes(app: TestApp) {
    let ann = app.person("ann", &[]).await;
    let segment = app.segment("Best", tagged("vip")).await;
    let mut keeper = Keeper::default();
    catch_up(&app, &mut keeper).await;
    let key = write_key(&app).await;
    allow(&app, &[&segment], &[]).await;
    let first = ask(&app, &key, "email:ann@example.com", None).await.ok();
    assert_eq!(first.header("cache-control").as_deref(), Some("private, max-age=60"));
    let same = ask(&app, &key, "email:ann@example.com", Some(&first.etag())).await.expect(304);
    assert!(same.text().is_empty());
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "tags": ["vip"] })).await.ok();
    catch_up(&app, &mut keeper).await;
    let changed = ask(&app, &key, "email:ann@example.com", Some(&first.etag())).await.ok();
    assert_eq!(changed.json["segments"][0]["name"], "Best");
}

async fn the_unknown_look_like_those_who_belong_nowhere(app: TestApp) {
    app.person("ann", &[]).await;
    let key = write_key(&app).await;
    allow(&app, &[], &[]).await;
    let (known, unknown) = (
        ask(&app, &key, "email:ann@example.com", None).await.ok(),
        ask(&app, &key, "email:bob@example.com", None).await.ok(),
    );
    assert_eq!((known.json, known.headers.len()), (unknown.json, unknown.headers.len()));
}

async fn only_a_write_key_may_ask(app: TestApp) {
    app.anon.get("/v1/decide?identity=anonymous_id:1").await.problem(401, "unauthorized");
    app.admin.get("/v1/decide?identity=anonymous_id:1").await.problem(401, "unauthorized");
    let key = write_key(&app).await;
    for bad in ["1", "nose:1", "email:ann"] {
        ask(&app, &key, bad, None).await.invalid(&["identity"]);
    }
    ask(&app, &key, "user_id:7", None).await.invalid(&["identity"]);
    assert_eq!(ask(&app, &key, "anonymous_id:7", None).await.ok().json["segments"], json!([]));
}

async fn settings_name_only_what_there_is(app: TestApp) {
    let put = |body: Value| app.marketer.put_any("/api/v1/settings/decide", body);
    let missing = "01900000-0000-7000-8000-000000000000";
    let body = json!({ "segments": [missing], "fields": ["emails", "custom.nose"], "lookups": [] });
    put(body).await.invalid(&["segments[0]", "fields[0]", "fields[1]"]);
    let shown = app.reader.get("/api/v1/settings/decide").await.ok();
    assert_eq!(shown.json, json!({ "segments": [], "fields": [], "lookups": ["anonymous_id"] }));
    app.sales.put_any("/api/v1/settings/decide", shown.json.clone()).await.problem(403, "forbidden");
}

/// A custom field of contacts, and who has a value of it.
async fn liker(app: &TestApp) -> (Answer, String) {
    let field = json!({ "entity": "contact", "key": "likes", "label": "Likes", "kind": "text" });
    let field = app.admin.post("/api/v1/fields", field).await.created();
    let body =
        json!({ "given_name": "ann", "custom": { "likes": "tea" }, "emails": [{ "address": "ann@example.com" }] });
    (field, app.manager.post("/api/v1/contacts", body).await.created().id())
}

async fn what_was_deleted_is_not_shown_and_does_not_come_back(app: TestApp) {
    let (field, ann) = liker(&app).await;
    let (kept, gone) = (app.list("Guests", &[&ann]).await, app.list("Others", &[&ann]).await);
    let key = write_key(&app).await;
    allow(&app, &[&kept, &gone], &["given_name", "custom.likes"]).await;
    let shown = ask(&app, &key, "email:ann@example.com", None).await.ok();
    assert_eq!(
        (&shown.json["fields"]["custom.likes"], shown.json["segments"].as_array().unwrap().len()),
        (&json!("tea"), 2)
    );
    app.admin.delete_from(&field, &format!("/api/v1/fields/{}", field.id())).await.no_content();
    app.marketer.delete_any(&format!("/api/v1/segments/{gone}")).await.no_content();
    let left = json!({ "segments": [{ "id": kept, "name": "Guests" }], "fields": { "given_name": "ann" } });
    assert_eq!(ask(&app, &key, "email:ann@example.com", None).await.ok().json, left);
    let settings = app.reader.get("/api/v1/settings/decide").await.ok();
    assert_eq!((&settings.json["segments"], &settings.json["fields"]), (&json!([kept]), &json!(["given_name"])));
    let again = json!({ "entity": "contact", "key": "likes", "label": "Likes", "kind": "text" });
    app.admin.post("/api/v1/fields", again).await.created();
    assert_eq!(ask(&app, &key, "email:ann@example.com", None).await.ok().json, left);
}

async fn a_broken_segment_is_not_shown_until_it_is_mended(app: TestApp) {
    let (field, _) = liker(&app).await;
    let rule = json!({ "version": 1, "field": "custom.likes", "op": "is", "value": "tea" });
    let segment = app.segment("Tea", rule).await;
    let mut keeper = Keeper::default();
    catch_up(&app, &mut keeper).await;
    let key = write_key(&app).await;
    allow(&app, &[&segment], &[]).await;
    let count = async || {
        let answer = ask(&app, &key, "email:ann@example.com", None).await.ok();
        answer.json["segments"].as_array().unwrap().len()
    };
    assert_eq!(count().await, 1);
    app.admin.delete_from(&field, &format!("/api/v1/fields/{}", field.id())).await.no_content();
    catch_up(&app, &mut keeper).await;
    assert_eq!(count().await, 0);
    let mended = json!({ "rule": { "version": 1, "field": "given_name", "op": "is", "value": "ann" } });
    app.marketer.patch_any(&format!("/api/v1/segments/{segment}"), mended).await.ok();
    assert_eq!(count().await, 1);
}

/// As an earlier version left them.
async fn settings_that_name_what_is_gone_are_put_right(app: TestApp) {
    let (_, ann) = liker(&app).await;
    let list = app.list("Guests", &[&ann]).await;
    let stale = json!({ "segments": [list, "01900000-0000-7000-8000-000000000000"], "fields": ["custom.nose", "city"],
        "lookups": ["email"] });
    let stale: DecideSettings = serde_json::from_value(stale).unwrap();
    app.state.db.write(move |conn| settings::put(conn, KEY, stale.clone())).await.unwrap();
    let right = json!({ "segments": [list], "fields": ["city"], "lookups": ["email"] });
    assert_eq!(app.reader.get("/api/v1/settings/decide").await.ok().json, right);
    catch_up(&app, &mut Keeper::default()).await;
    let kept = app.state.db.read(|conn| settings::get::<DecideSettings>(conn, KEY)).await.unwrap();
    assert_eq!(serde_json::to_value(kept).unwrap(), right);
}
