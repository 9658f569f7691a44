use actix_web::test::TestRequest;
use serde_json::json;

use super::{contact, line};
use crate::support::database::API_KEY;
use crate::support::{Answer, TestApp, cases};

cases![
    a_form_makes_a_contact_and_stands_on_their_line,
    a_form_may_be_multipart,
    a_form_completes_a_client_but_changes_nothing_known,
    a_form_that_a_program_filled_in_is_dropped,
    a_visitor_is_sent_on_to_allowed_origins_only,
    a_form_without_address_is_refused,
    a_form_sent_twice_is_stored_once,
    too_many_forms_from_one_address_are_refused,
    the_script_is_served_to_any_page,
];

fn urlencoded(body: &str) -> TestRequest {
    TestRequest::post()
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .insert_header(("Referer", "https://shop.example/contact?utm_source=news&gclid=G1"))
        .set_payload(body.to_owned())
}

async fn post(app: &TestApp, key: &str, request: TestRequest) -> Answer {
    app.anon.send("POST", &format!("/v1/forms/{key}"), request).await
}

async fn a_form_makes_a_contact_and_stands_on_their_line(app: TestApp) {
    let body = "email=Ann%40Example.com&name=Ann+Lee&company=Acme&phone=%28415%29+555-0100&message=Please%0Acall&utm_campaign=spring&seats=7";
    assert_eq!(post(&app, API_KEY, urlencoded(body)).await.ok().json, json!({ "success": true }));
    let ann = contact(&app, "email=ann@example.com").await;
    assert_eq!((&ann["display_name"], &ann["phones"][0]["number"]), (&json!("Ann Lee"), &json!("+14155550100")));
    assert!(ann["company_id"].is_string());
    let entry = &line(&app, &ann).await[0];
    assert_eq!(
        (&entry["kind"], &entry["channel"], &entry["body"]),
        (&json!("form"), &json!("web"), &json!("Please\ncall"))
    );
    assert_eq!((&entry["utm_campaign"], &entry["utm_source"]), (&json!("spring"), &json!("news")));
    assert_eq!(
        (&entry["properties"]["fields"]["seats"], &entry["properties"]["click_ids"]["gclid"]),
        (&json!("7"), &json!("G1"))
    );
}

async fn a_form_may_be_multipart(app: TestApp) {
    let part =
        |name: &str, value: &str| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let file = "--b\r\nContent-Disposition: form-data; name=\"cv\"; filename=\"cv.pdf\"\r\nContent-Type: application/pdf\r\n\r\nabc\r\n";
    let body = format!("{}{}{file}--b--\r\n", part("email", "ann@example.com"), part("first_name", "Änn"));
    let request =
        TestRequest::post().insert_header(("Content-Type", "multipart/form-data; boundary=b")).set_payload(body);
    post(&app, API_KEY, request).await.ok();
    let ann = contact(&app, "email=ann@example.com").await;
    assert_eq!(ann["given_name"], "Änn");
    assert_eq!(line(&app, &ann).await[0]["properties"]["fields"]["cv"], "cv.pdf");
    let broken =
        TestRequest::post().insert_header(("Content-Type", "multipart/form-data; boundary=b")).set_payload("--b\r\nx");
    post(&app, API_KEY, broken).await.problem(400, "malformed_body");
}

async fn a_form_completes_a_client_but_changes_nothing_known(app: TestApp) {
    post(&app, API_KEY, urlencoded("email=ann%40example.com&first_name=Ann&last_name=Lee")).await.ok();
    post(&app, API_KEY, urlencoded("email=ann%40example.com&first_name=Mallory&job_title=CTO&name=Mallory")).await.ok();
    let ann = contact(&app, "email=ann@example.com").await;
    assert_eq!(
        (&ann["display_name"], &ann["given_name"], &ann["job_title"]),
        (&json!("Ann Lee"), &json!("Ann"), &json!("CTO"))
    );
}

async fn a_form_that_a_program_filled_in_is_dropped(app: TestApp) {
    post(&app, API_KEY, urlencoded("email=ann%40example.com&_gotcha=x")).await.ok();
    assert!(app.manager.get("/api/v1/contacts").await.ok().items().is_empty());
}

async fn a_visitor_is_sent_on_to_allowed_origins_only(app: TestApp) {
    let key = json!({ "name": "site", "scopes": ["ingest:write"], "origins": ["https://shop.example"] });
    let key = app.admin.post("/api/v1/api-keys", key).await.created().json["key"].as_str().unwrap().to_owned();
    let to = |page: &str| {
        let pairs = form_urlencoded::Serializer::new(String::new())
            .append_pair("email", "a@b.example")
            .append_pair("_redirect", page)
            .finish();
        urlencoded(&pairs).insert_header(("Accept", "text/html"))
    };
    let sent = post(&app, &key, to("https://shop.example/thanks?a=1")).await.expect(303);
    assert_eq!(sent.header("location").unwrap(), "https://shop.example/thanks?a=1");
    for page in [
        "https://evil.example/",
        "//evil.example",
        "https://shop.example@evil.example/",
        "javascript:alert(1)",
        "https://shop.example.evil.example/",
        "/x",
    ] {
        let stays = post(&app, &key, to(page)).await.ok();
        assert_eq!(stays.header("location"), None, "{page}");
        assert!(stays.text().contains("Thank you"));
    }
}

async fn a_form_without_address_is_refused(app: TestApp) {
    for body in ["", "name=Ann", "email=nonsense", "_anonymous_id=a-1", "%00=%ff"] {
        post(&app, API_KEY, urlencoded(body)).await.problem(422, "invalid");
    }
    post(&app, "tlk_wrong", urlencoded("email=a%40b.example")).await.problem(401, "unauthorized");
}

async fn a_form_sent_twice_is_stored_once(app: TestApp) {
    for _ in 0..2 {
        post(&app, API_KEY, urlencoded("email=ann%40example.com&_id=f-1")).await.ok();
    }
    assert_eq!(app.manager.get("/api/v1/interactions").await.ok().items().len(), 1);
}

async fn too_many_forms_from_one_address_are_refused(app: TestApp) {
    for _ in 0..20 {
        post(&app, API_KEY, urlencoded("email=ann%40example.com&_id=f-1")).await.ok();
    }
    let refused = post(&app, API_KEY, urlencoded("email=ann%40example.com")).await.problem(429, "too_many_requests");
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() > 0);
}

async fn the_script_is_served_to_any_page(app: TestApp) {
    let script = app.anon.get("/touchline.js").await.ok();
    assert_eq!(script.header("content-type").unwrap(), "text/javascript; charset=utf-8");
    assert!(script.text().contains("/v1/forms/"));
    let from_page = TestRequest::get().insert_header(("Origin", "https://shop.example"));
    let script = app.anon.send("GET", "/touchline.js", from_page).await.ok();
    assert_eq!(script.header("access-control-allow-origin").unwrap(), "https://shop.example");
}
