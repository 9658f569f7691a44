//! What every endpoint has in common, seen from outside.

use actix_web::http::header;
use actix_web::test::TestRequest;
use serde_json::json;

use crate::support::{TestApp, cases};

cases![
    an_unknown_route_is_a_problem,
    a_wrong_method_is_told_which_ones_there_are,
    a_body_that_is_no_json_is_malformed,
    a_body_of_another_type_is_refused,
    a_body_that_is_too_large_is_refused,
    a_path_that_is_no_id_is_not_found,
    every_problem_carries_the_request_id_and_security_headers,
    answers_are_compressed_where_the_caller_can_read_it,
    other_origins_may_not_call_unless_the_settings_say_so,
    the_server_says_how_it_is,
    the_description_and_its_pages_are_served
];

async fn an_unknown_route_is_a_problem(app: TestApp) {
    for path in ["/nothing", "/api/v1/nothing", "/api/v2/teams", "/api/v1/teams/", "/%ff", "/api/v1/../teams"] {
        let problem = app.admin.get(path).await.problem(404, "not_found");
        assert_eq!(problem.header("content-type").unwrap(), "application/problem+json", "{path}");
    }
}

async fn a_wrong_method_is_told_which_ones_there_are(app: TestApp) {
    let put = app.admin.send("PUT", "/api/v1/teams", TestRequest::put()).await.problem(405, "method_not_allowed");
    assert_eq!(put.header("allow").unwrap(), "GET, POST");
    let asked =
        app.anon.send("OPTIONS", "/api/v1/teams", TestRequest::default().method(actix_web::http::Method::OPTIONS));
    assert_eq!(asked.await.header("allow").unwrap(), "GET, POST");
}

fn raw(body: impl Into<Vec<u8>>) -> TestRequest {
    TestRequest::post().insert_header(header::ContentType::json()).set_payload(body.into())
}

async fn a_body_that_is_no_json_is_malformed(app: TestApp) {
    let deep = "[".repeat(200_000);
    let bodies = [&b""[..], b"{", b"{\"name\": \"\xff\xfe\"}", b"{\"name\": \"\\ud800\"}", deep.as_bytes()];
    for body in bodies {
        app.admin.send("POST", "/api/v1/teams", raw(body)).await.problem(400, "malformed_body");
    }
    let number = format!("{{\"name\": {}}}", "9".repeat(100_000));
    app.admin.send("POST", "/api/v1/teams", raw(number)).await.expect(400);
    app.admin.send("POST", "/api/v1/teams", raw("[]")).await.problem(422, "invalid");
}

async fn a_body_of_another_type_is_refused(app: TestApp) {
    let form = TestRequest::post().insert_header(header::ContentType::form_url_encoded()).set_payload("name=x");
    app.admin.send("POST", "/api/v1/teams", form).await.problem(415, "unsupported_media_type");
}

async fn a_body_that_is_too_large_is_refused(app: TestApp) {
    let limit = app.state.config.body_limit;
    let body = json!({ "name": "x".repeat(limit) }).to_string();
    app.admin.send("POST", "/api/v1/teams", raw(body.clone())).await.problem(413, "too_large");
    let declared = raw(body).insert_header((header::CONTENT_LENGTH, limit + 1));
    app.admin.send("POST", "/api/v1/teams", declared).await.problem(413, "too_large");
}

async fn a_path_that_is_no_id_is_not_found(app: TestApp) {
    for id in ["1", "%00", "%ff", "00000000-0000-0000-0000-00000000000g"] {
        app.admin.patch_any(&format!("/api/v1/teams/{id}"), json!({ "name": "x" })).await.problem(404, "not_found");
    }
}

async fn every_problem_carries_the_request_id_and_security_headers(app: TestApp) {
    let own = TestRequest::get().insert_header(("x-request-id", "abc-1"));
    let problem = app.anon.send("GET", "/api/v1/teams", own).await.problem(401, "unauthorized");
    assert_eq!(
        (problem.header("x-request-id").unwrap().as_str(), &problem.json["request_id"]),
        ("abc-1", &json!("abc-1"))
    );
    assert_eq!(problem.header("x-content-type-options").unwrap(), "nosniff");
    assert!(problem.header("content-security-policy").unwrap().contains("default-src 'none'"));
    let harmful = TestRequest::get().insert_header(("x-request-id", "a b"));
    let answer = app.admin.send("GET", "/api/v1/teams", harmful).await.ok();
    assert_eq!(answer.header("x-request-id").unwrap().len(), 32);
}

async fn answers_are_compressed_where_the_caller_can_read_it(app: TestApp) {
    for encoding in ["gzip", "br"] {
        let asked = TestRequest::get().insert_header((header::ACCEPT_ENCODING, encoding));
        let answer = app.admin.send("GET", "/openapi.json", asked).await.ok();
        assert_eq!(answer.header("content-encoding").as_deref(), Some(encoding));
    }
}

async fn other_origins_may_not_call_unless_the_settings_say_so(app: TestApp) {
    let ours = "https://app.example.com";
    let open = app.admin_with(|config| config.cors_origins = vec![ours.to_owned()]).await;
    for (client, origin, allowed) in
        [(&app.admin, ours, None), (&open, ours, Some(ours)), (&open, "https://evil.example", None)]
    {
        let asked = TestRequest::get().insert_header((header::ORIGIN, origin));
        let answer = client.send("GET", "/api/v1/teams", asked).await;
        assert_eq!(answer.header("access-control-allow-origin").as_deref(), allowed);
    }
}

async fn the_server_says_how_it_is(app: TestApp) {
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(app.anon.get(path).await.ok().json, json!({ "status": "ok" }));
    }
}

async fn the_description_and_its_pages_are_served(app: TestApp) {
    let described = app.anon.get("/openapi.json").await.ok();
    assert_eq!(described.json["openapi"], "3.1.0");
    let page = app.anon.get("/docs/").await.ok();
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    assert!(!page.text().contains("https://"), "no outside host: {}", page.text());
}
