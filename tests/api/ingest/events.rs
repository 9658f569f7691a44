use serde_json::json;

use super::{SOURCE, accept, contact, kinds, line, send};
use crate::support::{TestApp, cases};

cases![
    a_visitor_is_anonymous_first_and_known_later,
    a_page_view_tells_where_it_came_from,
    every_call_has_a_long_and_a_short_endpoint,
    traits_fill_fields_and_the_rest_is_kept,
    a_trait_said_again_does_not_undo_what_a_person_entered,
    the_mapping_of_traits_can_be_changed,
    a_trait_may_fill_a_custom_field,
    a_group_is_a_company,
    an_alias_joins_two_ids,
    an_alias_of_two_known_clients_is_left_to_people,
    a_wrong_clock_is_set_right,
    ids_of_other_systems_identify_too,
    blocked_values_identify_nobody,
];

async fn a_visitor_is_anonymous_first_and_known_later(app: TestApp) {
    send(&app, "page", &json!({ "anonymousId": "a-1", "name": "Home", "timestamp": "2026-01-01T10:00:00Z" }))
        .await
        .ok();
    let identify = json!({ "anonymousId": "a-1", "userId": "u-1", "traits": { "email": "ann@example.com" } });
    send(&app, "identify", &identify).await.ok();
    send(&app, "track", &json!({ "userId": "u-1", "event": "Signed up" })).await.ok();
    let ann = contact(&app, "email=ann@example.com").await;
    assert_eq!(kinds(&app, &ann).await, ["page_view", "identify", "track"]);
    let line = line(&app, &ann).await;
    assert_eq!((&line[0]["channel"], &line[0]["direction"]), (&json!("web"), &json!("inbound")));
    assert_eq!((&line[2]["subject"], &line[2]["source"]), (&json!("Signed up"), &json!(SOURCE)));
    assert_eq!(line[0]["properties"]["anonymous_id"], "a-1");
}

async fn a_page_view_tells_where_it_came_from(app: TestApp) {
    let url = "https://shop.example/a?utm_source=news&utm_medium=mail&utm_campaign=spring&gclid=G1";
    let page = json!({ "url": url, "title": "Shoes", "referrer": "https://search.example/", "path": "/a" });
    let event = json!({ "anonymousId": "a-1", "messageId": "m-1", "properties": page, "context": { "page": page, "ip": "1.2.3.4" } });
    send(&app, "p", &event).await.ok();
    let visitor = &app.manager.get("/api/v1/contacts").await.ok().items()[0].clone();
    let view = &line(&app, visitor).await[0];
    assert_eq!((&view["utm_source"], &view["utm_medium"]), (&json!("news"), &json!("mail")));
    assert_eq!((&view["utm_campaign"], &view["subject"]), (&json!("spring"), &json!("Shoes")));
    let kept = &view["properties"];
    assert_eq!((&kept["click_ids"], &kept["referrer"]), (&json!({ "gclid": "G1" }), &json!("https://search.example/")));
    assert_eq!((&kept["url"], &kept["context"]["ip"]), (&json!(url), &json!("1.2.3.4")));
    assert_eq!(view["source_id"], "m-1");
}

async fn every_call_has_a_long_and_a_short_endpoint(app: TestApp) {
    let event = |call: &str| match call {
        "a" | "alias" => json!({ "userId": "u", "previousId": "p" }),
        "g" | "group" => json!({ "userId": "u", "groupId": "g" }),
        _ => json!({ "userId": "u", "event": "Opened", "name": "Main" }),
    };
    for call in ["identify", "i", "track", "t", "page", "p", "screen", "s", "group", "g", "alias", "a"] {
        let answer = send(&app, call, &event(call)).await.ok();
        assert_eq!((&answer.json["success"], &answer.json["accepted"]), (&json!(true), &json!(1)), "{call}");
    }
    let batch = json!({ "batch": [{ "type": "track", "userId": "u", "event": "x" }] });
    for call in ["batch", "b"] {
        assert_eq!(send(&app, call, &batch).await.ok().json["accepted"], 1);
    }
    send(&app, "import", &batch).await.problem(404, "not_found");
}

async fn traits_fill_fields_and_the_rest_is_kept(app: TestApp) {
    let traits = json!({
        "email": "Ann@Example.com", "phone": "(415) 555-0100", "firstName": "Ann", "lastName": "Lee", "title": "CTO",
        "address": { "city": "Bonn", "country": "de", "postalCode": 53113 }, "company": { "name": "Acme", "id": 7 },
        "plan": "pro", "timezone": "Mars/Base",
    });
    send(&app, "identify", &json!({ "userId": "u", "traits": traits })).await.ok();
    let ann = contact(&app, "email=ann@example.com").await;
    assert_eq!((&ann["display_name"], &ann["job_title"]), (&json!("Ann Lee"), &json!("CTO")));
    assert_eq!((&ann["address"]["city"], &ann["address"]["country"]), (&json!("Bonn"), &json!("DE")));
    assert_eq!((&ann["phones"][0]["number"], &ann["time_zone"]), (&json!("+14155550100"), &json!(null)));
    let company = app.manager.get(&format!("/api/v1/companies/{}", ann["company_id"].as_str().unwrap())).await.ok();
    assert_eq!(company.json["name"], "Acme");
    let id = ann["id"].as_str().unwrap();
    let kept = app.manager.get(&format!("/api/v1/contacts/{id}/traits")).await.ok();
    assert_eq!(kept.json["traits"], traits);
}

async fn a_trait_said_again_does_not_undo_what_a_person_entered(app: TestApp) {
    let said = |name: &str| json!({ "userId": "u", "traits": { "firstName": name, "email": "ann@example.com" } });
    send(&app, "identify", &said("Anne")).await.ok();
    let path = format!("/api/v1/contacts/{}", contact(&app, "email=ann@example.com").await["id"].as_str().unwrap());
    app.manager.patch_any(&path, json!({ "given_name": "Ann" })).await.ok();
    send(&app, "identify", &said("Anne")).await.ok();
    assert_eq!(app.manager.get(&path).await.ok().json["given_name"], "Ann");
    send(&app, "identify", &said("Anna")).await.ok();
    assert_eq!(app.manager.get(&path).await.ok().json["given_name"], "Anna");
}

async fn the_mapping_of_traits_can_be_changed(app: TestApp) {
    let url = "/api/v1/ingest/settings";
    let mut settings = app.manager.get(url).await.ok().json;
    settings["traits"] = json!({ "vorname": "given_name" });
    app.manager.put_any(url, settings.clone()).await.ok();
    let traits = json!({ "email": "ann@example.com", "vorname": "Ann", "firstName": "X" });
    send(&app, "identify", &json!({ "userId": "u", "traits": traits })).await.ok();
    assert_eq!(contact(&app, "email=ann@example.com").await["given_name"], "Ann");
    settings["traits"] = json!({ "a": "password", "b": "custom." });
    settings["our_domains"] = json!(["ok.example", "a b"]);
    app.manager.put_any(url, settings).await.invalid(&["traits.a", "traits.b", "our_domains[1]"]);
}

async fn a_trait_may_fill_a_custom_field(app: TestApp) {
    let field = json!({ "entity": "contact", "key": "seats", "label": "Seats", "kind": "number" });
    app.manager.post("/api/v1/fields", field).await.created();
    let url = "/api/v1/ingest/settings";
    let mut settings = app.manager.get(url).await.ok().json;
    settings["traits"]["seats"] = json!("custom.seats");
    app.manager.put_any(url, settings).await.ok();
    let said =
        |seats| json!({ "userId": "u", "traits": { "email": "ann@example.com", "firstName": "Ann", "seats": seats } });
    send(&app, "identify", &said(json!("many"))).await.ok();
    assert_eq!(contact(&app, "email=ann@example.com").await["given_name"], "Ann");
    send(&app, "identify", &said(json!(7))).await.ok();
    assert_eq!(contact(&app, "email=ann@example.com").await["custom"], json!({ "seats": 7 }));
}

async fn a_group_is_a_company(app: TestApp) {
    let group = |user: &str, name: &str| json!({ "userId": user, "groupId": "g-1", "traits": { "name": name, "website": "https://acme.example" } });
    send(&app, "group", &group("u-1", "Acme")).await.ok();
    send(&app, "group", &group("u-2", "Acme Ltd")).await.ok();
    let companies = app.manager.get("/api/v1/companies").await.ok();
    assert_eq!(companies.items().len(), 1);
    assert_eq!(
        (&companies.items()[0]["name"], &companies.items()[0]["website"]),
        (&json!("Acme Ltd"), &json!("https://acme.example"))
    );
    let people = app.manager.get("/api/v1/contacts").await.ok();
    assert!(people.items().iter().all(|person| person["company_id"] == companies.items()[0]["id"]));
}

async fn an_alias_joins_two_ids(app: TestApp) {
    accept(
        &app,
        json!([
            { "type": "track", "anonymousId": "a-1", "event": "Looked" },
            { "type": "alias", "previousId": "a-1", "userId": "u-1" },
            { "type": "identify", "userId": "u-1", "traits": { "email": "ann@example.com" } },
        ]),
    )
    .await;
    let ann = contact(&app, "email=ann@example.com").await;
    let mut kinds = kinds(&app, &ann).await;
    kinds.sort();
    assert_eq!(kinds, ["alias", "identify", "track"]);
}

async fn an_alias_of_two_known_clients_is_left_to_people(app: TestApp) {
    let track = |user: &str| json!({ "type": "track", "userId": user, "event": "Looked" });
    let alias = json!({ "type": "alias", "previousId": "u-1", "userId": "u-2" });
    accept(&app, json!([track("u-1"), track("u-2"), alias])).await;
    assert_eq!(app.manager.get("/api/v1/contacts").await.ok().items().len(), 2);
    let queue = app.manager.get("/api/v1/duplicates").await.ok();
    assert_eq!(queue.items()[0]["reasons"][0]["reason"], "shared_identity");
}

async fn a_wrong_clock_is_set_right(app: TestApp) {
    // The sender's clock is a day ahead; the event is an hour old.
    let now = chrono::Utc::now();
    let (sent, original) = (now + chrono::TimeDelta::days(1), now + chrono::TimeDelta::hours(23));
    let event = json!({ "type": "track", "userId": "u", "event": "x", "originalTimestamp": original.to_rfc3339() });
    send(&app, "batch", &json!({ "batch": [event], "sentAt": sent.to_rfc3339() })).await.ok();
    let visitor = app.manager.get("/api/v1/contacts").await.ok().items()[0].clone();
    let at = line(&app, &visitor).await[0]["occurred_at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>();
    let off = (now - at.unwrap() - chrono::TimeDelta::hours(1)).abs();
    assert!(off < chrono::TimeDelta::minutes(1), "{off}");
}

async fn ids_of_other_systems_identify_too(app: TestApp) {
    let context =
        json!({ "externalIds": [{ "id": "7", "type": "shop_id", "collection": "users", "encoding": "none" }] });
    let event = |user: &str| json!({ "type": "track", "anonymousId": user, "event": "x", "context": context });
    accept(&app, json!([event("a-1"), event("a-2")])).await;
    let people = app.manager.get("/api/v1/contacts").await.ok();
    assert_eq!(people.items().len(), 1);
    assert_eq!(kinds(&app, &people.items()[0]).await, ["track", "track"]);
    let path = format!("/api/v1/contacts/{}/identities", people.items()[0]["id"].as_str().unwrap());
    let known = app.manager.get(&path).await.ok().json;
    let known = known["items"].as_array().unwrap();
    let custom = known.iter().find(|one| one["kind"] == "custom").unwrap();
    assert_eq!((&custom["source"], &custom["value"]), (&json!("shop_id"), &json!("7")));
    assert_eq!(known.len(), 3);
}

async fn blocked_values_identify_nobody(app: TestApp) {
    for value in ["null", " Undefined ", "[object Object]", "0000-0000", "GUEST", "n/a"] {
        let answer = send(&app, "track", &json!({ "userId": value, "event": "x" })).await.ok();
        assert_eq!(
            (&answer.json["refused"], &answer.json["events"][0]["code"]),
            (&json!(1), &json!("nobody")),
            "{value}"
        );
    }
    accept(&app, json!([{ "type": "track", "userId": "null", "anonymousId": "a-1", "event": "x" }])).await;
    assert_eq!(app.manager.get("/api/v1/contacts").await.ok().items().len(), 1);
}
