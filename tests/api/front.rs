//! The front end, as the server gives it out.

use actix_web::http::header;
use actix_web::test::TestRequest;

use crate::support::{Answer, Client, TestApp, cases};

cases![
    the_page_is_served_at_the_root_and_at_every_address_of_the_front_end,
    what_programs_call_is_never_answered_with_the_page,
    files_are_kept_for_good_by_an_address_that_changes_with_the_build,
    files_come_compressed_as_the_browser_likes_and_plain_for_others,
    a_page_that_the_browser_has_is_not_sent_again,
    scripts_run_only_from_the_server_itself
];

async fn open(client: &Client, path: &str) -> Answer {
    let asked = TestRequest::get().insert_header((header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8"));
    client.send("GET", path, asked).await
}

/// The address of the last script that the page names: the program itself.
fn script(page: impl AsRef<str>) -> String {
    let page = page.as_ref();
    let from = page.rfind("src=\"/assets/").unwrap() + "src=\"".len();
    page[from..].split('"').next().unwrap().to_owned()
}

async fn the_page_is_served_at_the_root_and_at_every_address_of_the_front_end(app: TestApp) {
    let root = app.anon.get("/").await.ok();
    assert_eq!(root.header("content-type").unwrap(), "text/html; charset=utf-8");
    for path in ["/setup", "/contacts", "/contacts/0199", "/settings/users?x=1"] {
        assert_eq!(open(&app.anon, path).await.ok().body, root.body, "{path}");
    }
}

async fn what_programs_call_is_never_answered_with_the_page(app: TestApp) {
    for path in ["/api/v1/nothing", "/v1/nothing/more", "/metrics", "/health", "/assets/x"] {
        open(&app.admin, path).await.problem(404, "not_found");
    }
    app.anon.get("/contacts").await.problem(404, "not_found");
    let sent = TestRequest::post().insert_header((header::ACCEPT, "text/html"));
    app.anon.send("POST", "/contacts", sent).await.problem(404, "not_found");
}

async fn files_are_kept_for_good_by_an_address_that_changes_with_the_build(app: TestApp) {
    let page = app.anon.get("/").await.ok();
    assert_eq!(page.header("cache-control").unwrap(), "no-cache");
    let script = script(page.text());
    let file = app.anon.get(&script).await.ok();
    assert_eq!(file.header("cache-control").unwrap(), "public, max-age=31536000, immutable");
    assert_eq!(file.header("content-type").unwrap(), "text/javascript; charset=utf-8");
    let name = script.rsplit('/').next().unwrap();
    app.anon.get(&format!("/assets/0123456789abcdef/{name}")).await.problem(404, "not_found");
    let version = script.split('/').nth(2).unwrap();
    for path in ["", "nothing.js", "../index.html", "%2e%2e/index.html"] {
        app.anon.get(&format!("/assets/{version}/{path}")).await.problem(404, "not_found");
    }
}

async fn files_come_compressed_as_the_browser_likes_and_plain_for_others(app: TestApp) {
    let script = script(app.anon.get("/").await.ok().text());
    let plain = app.anon.get(&script).await.ok();
    assert_eq!(plain.header("content-encoding"), None);
    assert_eq!(plain.header("vary").unwrap(), "accept-encoding");
    for (accepted, chosen) in [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip")] {
        let asked = TestRequest::get().insert_header((header::ACCEPT_ENCODING, accepted));
        let answer = app.anon.send("GET", &script, asked).await.ok();
        assert_eq!(answer.header("content-encoding").as_deref(), Some(chosen), "{accepted}");
        assert!(answer.body.len() < plain.body.len() / 2);
    }
}

async fn a_page_that_the_browser_has_is_not_sent_again(app: TestApp) {
    let etag = app.anon.get("/").await.ok().header("etag").unwrap();
    let asked = TestRequest::get().insert_header((header::IF_NONE_MATCH, etag.clone()));
    let answer = app.anon.send("GET", "/", asked).await.expect(304);
    assert_eq!(answer.header("etag").unwrap(), etag);
    assert!(answer.body.is_empty());
}

async fn scripts_run_only_from_the_server_itself(app: TestApp) {
    let page = app.anon.get("/").await.ok();
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'; script-src 'self';"), "{policy}");
    let text = page.text();
    let scripts: Vec<_> = text.split("<script ").skip(1).filter_map(|rest| rest.split('>').next()).collect();
    assert!(!scripts.is_empty());
    for script in scripts {
        assert!(script.starts_with("type=\"module\"") && script.contains(" src=\"/assets/"), "{script}");
    }
    assert!(!page.text().contains("https://"), "no outside host: {}", page.text());
}
