//! Events find their client, and say why.

use serde_json::json;

use super::{email, user, visitor};
use crate::support::{TestApp, cases};

cases![
    a_visitor_becomes_known_and_keeps_the_history,
    a_visitor_joins_the_known_client_and_can_be_separated,
    a_known_client_is_not_joined_by_a_browser_but_suggested,
    another_user_on_one_browser_leaves_the_history_where_it_is,
    blocked_values_identify_nobody,
    each_link_shows_its_cause_and_time,
    the_rules_can_be_changed,
    many_threads_make_one_client,
];

async fn a_visitor_becomes_known_and_keeps_the_history(app: TestApp) {
    let ann = app.seen(&[visitor("x")]).await;
    assert_eq!(app.contact(ann).await["display_name"], "Anonymous visitor");
    app.touch(json!({ "contact": { "id": ann }, "subject": "page" })).await;
    assert_eq!(app.seen(&[visitor("x"), user("1"), email("ann@example.com")]).await, ann);
    let known = app.contact(ann).await;
    assert_eq!((&known["display_name"], &known["anonymous"]), (&json!("ann@example.com"), &json!(false)));
    assert_eq!(app.seen(&[user("1")]).await, ann);
    assert_eq!(app.subjects(ann).await, ["page"]);
}

async fn a_visitor_joins_the_known_client_and_can_be_separated(app: TestApp) {
    let (ann, guest) = (app.seen(&[user("1")]).await, app.seen(&[visitor("x")]).await);
    app.touch(json!({ "contact": { "id": guest }, "subject": "page" })).await;
    assert!(app.subjects(ann).await.is_empty());
    assert_eq!(app.seen(&[user("1"), visitor("x")]).await, ann);
    assert_eq!(app.subjects(ann).await, ["page"]);
    assert_eq!(app.seen(&[visitor("x")]).await, guest, "facts go to the contact whose identity they came by");
    let merges = app.manager.get(&format!("/api/v1/contacts/{ann}/merges")).await.ok();
    assert_eq!(merges.items()[0]["cause"], "identified");
    app.undo(&merges.items()[0]).await;
    assert_eq!((app.subjects(ann).await.len(), app.subjects(guest).await), (0, vec!["page".to_owned()]));
}

async fn a_known_client_is_not_joined_by_a_browser_but_suggested(app: TestApp) {
    let ann = app.seen(&[email("ann@example.com"), visitor("x")]).await;
    let bob = app.seen(&[email("bob@example.com"), visitor("x")]).await;
    assert_ne!(ann, bob);
    let queue = app.manager.get("/api/v1/duplicates").await.ok();
    assert_eq!(queue.items().len(), 1);
    assert_eq!(queue.items()[0]["reasons"][0]["reason"], "shared_identity");
    let ids: Vec<_> = queue.items()[0]["contacts"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(ids, [json!(ann), json!(bob)]);
}

async fn another_user_on_one_browser_leaves_the_history_where_it_is(app: TestApp) {
    let ann = app.seen(&[visitor("x"), user("1")]).await;
    app.touch(json!({ "contact": { "id": ann }, "subject": "hers" })).await;
    let bob = app.seen(&[visitor("x"), user("2")]).await;
    assert_ne!(ann, bob);
    assert_eq!((app.subjects(ann).await.len(), app.subjects(bob).await.len()), (1, 0));
    assert!(app.manager.get("/api/v1/duplicates").await.ok().items().is_empty());
    let shown = app.manager.get(&format!("/api/v1/contacts/{bob}/identities")).await.ok().json;
    let aside = shown["decisions"].as_array().unwrap().iter().find(|one| one["outcome"]["decision"] == "set_aside");
    assert_eq!(aside.unwrap()["outcome"]["cause"], "another_user");
}

async fn blocked_values_identify_nobody(app: TestApp) {
    let refused = app.event(&[user("null"), visitor("0000-00")]).await.unwrap_err();
    assert_eq!(refused.errors[0].code, "blocked");
    let body = json!({ "channel": "web", "contact": { "external_ids": [{ "source": "site", "id": " NULL " }] } });
    app.manager.post("/api/v1/interactions", body).await.invalid(&["contact"]);
    let ann = app.seen(&[user("undefined"), email("ann@example.com")]).await;
    assert_eq!(app.contact(ann).await["external_ids"], json!([]));
}

async fn each_link_shows_its_cause_and_time(app: TestApp) {
    let ann = app.seen(&[user("1")]).await;
    app.seen(&[user("1"), email("ann@example.com")]).await;
    let shown = app.manager.get(&format!("/api/v1/contacts/{ann}/identities")).await.ok().json;
    let link = |kind: &str| shown["items"].as_array().unwrap().iter().find(|one| one["kind"] == kind).unwrap().clone();
    assert_eq!((&link("external")["cause"], &link("email")["cause"]), (&json!("new_contact"), &json!("seen_together")));
    assert!(link("email")["linked_at"].is_string() && link("email")["confidence"] == 95);
    let newest = &shown["decisions"][0]["outcome"];
    assert_eq!((&newest["decision"], &newest["via"]), (&json!("linked"), &json!("external site 1")));
    assert_eq!(newest["message_id"], "m1");
}

async fn the_rules_can_be_changed(app: TestApp) {
    let path = "/api/v1/settings/identity-rules";
    assert_eq!(app.reader.get(path).await.ok().json["limits"]["external"], 1);
    app.reader.put_any(path, json!({})).await.problem(403, "forbidden");
    app.admin.put_any(path, json!({ "limits": { "email": 0 } })).await.invalid(&["limits.email"]);
    app.admin.put_any(path, json!({ "limits": { "email": 1 }, "blocked": ["Kiosk"] })).await.ok();
    let ann = app.seen(&[user("1"), email("a@example.com")]).await;
    assert_eq!(app.seen(&[user("1"), email("b@example.com")]).await, ann);
    assert_eq!(app.contact(ann).await["emails"].as_array().unwrap().len(), 1);
    assert!(app.event(&[user("kiosk")]).await.is_err());
}

async fn many_threads_make_one_client(app: TestApp) {
    let threads: Vec<_> = (0..8)
        .map(|n| {
            let db = app.state.db.clone();
            std::thread::spawn(move || {
                let identities = [visitor(&format!("x{}", n % 3)), user("1"), email("ann@example.com")];
                let work = move |conn: &mut touchline::db::Connection| {
                    let new = touchline::contacts::ContactChange::default();
                    let at = touchline::db::types::Instant::now();
                    let seen = touchline::contacts::Sighting {
                        identities: &identities,
                        at,
                        message_id: None,
                        new: Some(&new),
                    };
                    touchline::contacts::recognise(conn, &touchline::accounts::Principal::system(), &seen)
                };
                (0..20).map(|_| db.write_now(work.clone()).unwrap().contact_id).collect::<Vec<_>>()
            })
        })
        .collect();
    let found: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    assert!(found.iter().all(|one| *one == found[0]));
    assert_eq!(app.manager.get("/api/v1/contacts").await.ok().items().len(), 1);
}
