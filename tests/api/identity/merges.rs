//! Merging contacts.

use serde_json::{Value, json};

use super::{email, user};
use crate::support::{TestApp, cases};

cases![
    a_merge_joins_lines_leads_tasks_tags_and_identities,
    an_old_id_moves_reads_and_takes_writes,
    the_caller_chooses_field_by_field,
    lists_and_search_show_only_the_survivor,
    merging_needs_sight_of_all,
    a_merge_is_refused_where_it_makes_no_sense,
    a_merge_is_audited_and_on_the_line,
    a_survivor_takes_its_members_to_the_bin_and_back,
    erasing_a_survivor_erases_its_members,
    whoever_sees_the_survivor_sees_all_facts,
    a_page_over_many_members_has_neither_gap_nor_double,
    merging_long_histories_holds_nobody_up,
];

async fn pair(app: &TestApp) -> (touchline::contacts::ContactId, touchline::contacts::ContactId) {
    (app.seen(&[email("ann@example.com")]).await, app.seen(&[email("anna@example.com"), user("7")]).await)
}

async fn a_merge_joins_lines_leads_tasks_tags_and_identities(app: TestApp) {
    let (ann, anna) = pair(&app).await;
    for (contact, subject, tag) in [(ann, "one", "vip"), (anna, "two", "new")] {
        app.touch(json!({ "contact": { "id": contact }, "subject": subject })).await;
        app.manager.patch_any(&format!("/api/v1/contacts/{contact}"), json!({ "tags": [tag] })).await.ok();
    }
    app.lead(anna, None, "open").await;
    app.manager.post("/api/v1/tasks", json!({ "contact_id": anna, "title": "Call" })).await.created();
    let merged = app.merge(ann, &[anna]).await;
    assert_eq!(merged["contact"]["emails"].as_array().unwrap().len(), 2);
    assert_eq!(merged["contact"]["tags"], json!(["vip", "new"]));
    assert_eq!(app.subjects(ann).await, ["one", "two"]);
    let shown = app.manager.get(&format!("/api/v1/contacts/{ann}/360")).await.ok().json;
    assert_eq!(shown["channels"][0]["interactions"], 2);
    assert_eq!(shown["identities"].as_array().unwrap().len(), 3);
    assert_eq!((shown["open_leads"].as_array().unwrap().len(), &shown["next_task"]["title"]), (1, &json!("Call")));
    let tasks = app.manager.get(&format!("/api/v1/tasks?contact_id={ann}")).await.ok();
    let touches = app.manager.get(&format!("/api/v1/interactions?contact_id={ann}")).await.ok();
    assert_eq!((tasks.items().len(), touches.items().len()), (1, 2));
}

async fn an_old_id_moves_reads_and_takes_writes(app: TestApp) {
    let (ann, anna) = pair(&app).await;
    app.merge(ann, &[anna]).await;
    for part in ["", "/timeline", "/360", "/identities", "/merges", "/traits"] {
        let moved = app.manager.get(&format!("/api/v1/contacts/{anna}{part}")).await.expect(301);
        assert_eq!(moved.header("location"), Some(format!("/api/v1/contacts/{ann}{part}")));
    }
    let moved = app.manager.get(&format!("/api/v1/contacts/{anna}/timeline?limit=5")).await.expect(301);
    assert_eq!(moved.header("location"), Some(format!("/api/v1/contacts/{ann}/timeline?limit=5")));
    app.touch(json!({ "contact": { "id": anna }, "subject": "by id" })).await;
    app.touch(json!({ "contact": { "email": "anna@example.com" }, "subject": "by address" })).await;
    assert_eq!(app.subjects(ann).await, ["by id", "by address"]);
    let patched = app.manager.patch_any(&format!("/api/v1/contacts/{anna}"), json!({ "job_title": "CTO" })).await.ok();
    assert_eq!((patched.id(), app.contact(ann).await["job_title"].clone()), (ann.to_string(), json!("CTO")));
}

async fn the_caller_chooses_field_by_field(app: TestApp) {
    let (ann, anna) = pair(&app).await;
    let fields = |title: &str| json!({ "job_title": title, "language": "en", "given_name": title });
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), fields("Old")).await.ok();
    app.manager.patch_any(&format!("/api/v1/contacts/{anna}"), fields("New")).await.ok();
    let path = format!("/api/v1/contacts/{ann}/merge");
    let wish = json!({ "contact_ids": [anna], "fields": { "job_title": ann }, "reason": "the same person" });
    let merged = app.manager.post(&path, wish).await.ok().json;
    assert_eq!(merged["contact"]["job_title"], "Old");
    assert_eq!((&merged["contact"]["given_name"], &merged["contact"]["display_name"]), (&json!("New"), &json!("New")));
    assert_eq!(merged["merges"][0]["reason"], "the same person");
    assert_eq!(merged["merges"][0]["changes"]["given_name"], json!({ "from": "Old", "to": "New" }));
    let wrong = json!({ "contact_ids": [anna], "fields": { "job_title": app.seen(&[user("9")]).await, "shoe": ann } });
    app.manager.post(&path, wrong).await.invalid(&["fields.job_title", "fields.shoe"]);
}

async fn lists_and_search_show_only_the_survivor(app: TestApp) {
    let (ann, anna) = pair(&app).await;
    app.merge(ann, &[anna]).await;
    for query in ["", "?q=anna@example", "?email=anna@example.com", "?external_id=site:7", "?total=true"] {
        let page = app.manager.get(&format!("/api/v1/contacts{query}")).await.ok();
        let ids: Vec<_> = page.items().iter().map(|one| one["id"].clone()).collect();
        assert_eq!(ids, [json!(ann)], "{query}");
    }
}

async fn merging_needs_sight_of_all(app: TestApp) {
    let (ann, anna) = pair(&app).await;
    app.give(anna, app.users.rival).await;
    let wish = json!({ "contact_ids": [anna] });
    let path = format!("/api/v1/contacts/{ann}/merge");
    app.sales.post(&path, wish.clone()).await.problem(404, "not_found");
    app.reader.post(&path, wish.clone()).await.problem(403, "forbidden");
    let merged = app.rival.post(&path, wish).await.ok().json;
    let undo = format!("/api/v1/merges/{}/undo", merged["merges"][0]["id"].as_str().unwrap());
    app.sales.post_empty(&undo).await.problem(404, "not_found");
    app.rival.post_empty(&undo).await.ok();
}

async fn a_merge_is_refused_where_it_makes_no_sense(app: TestApp) {
    let (ann, anna) = pair(&app).await;
    let path = format!("/api/v1/contacts/{ann}/merge");
    app.manager.post(&path, json!({ "contact_ids": [ann] })).await.invalid(&["contact_ids"]);
    app.manager.post(&path, json!({ "contact_ids": [] })).await.invalid(&["contact_ids"]);
    let nobody = touchline::contacts::ContactId::new();
    app.manager.post(&path, json!({ "contact_ids": [anna, nobody] })).await.problem(404, "not_found");
    assert_eq!(app.merge(ann, &[anna]).await["merges"].as_array().unwrap().len(), 1);
    assert_eq!(app.merge(ann, &[anna]).await["merges"], json!([]), "merged before");
}

async fn a_merge_is_audited_and_on_the_line(app: TestApp) {
    let (ann, anna) = pair(&app).await;
    app.undo(&app.merge(ann, &[anna]).await["merges"][0]).await;
    let line = app.manager.get(&format!("/api/v1/contacts/{ann}/timeline?type=change&order=oldest")).await.ok();
    let kinds: Vec<_> = line.items().iter().map(|entry| entry["kind"].clone()).collect();
    assert_eq!(kinds, ["contact.merged", "contact.unmerged"]);
    let trail = app.admin.get(&format!("/api/v1/audit?entity_id={ann}")).await.ok();
    let actions: Vec<_> = trail.items().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert!(actions.contains(&"merge") && actions.contains(&"unmerge"), "{actions:?}");
}

async fn a_survivor_takes_its_members_to_the_bin_and_back(app: TestApp) {
    let (ann, anna) = pair(&app).await;
    app.merge(ann, &[anna]).await;
    app.manager.delete_any(&format!("/api/v1/contacts/{ann}")).await.no_content();
    app.manager.get(&format!("/api/v1/contacts/{anna}")).await.problem(404, "not_found");
    let other = app.seen(&[user("8")]).await;
    assert!(other != ann && other != anna);
    app.manager.post_empty(&format!("/api/v1/contacts/{ann}/restore")).await.ok();
    assert_eq!(app.seen(&[user("7")]).await, anna);
    app.manager.get(&format!("/api/v1/contacts/{anna}")).await.expect(301);
}

async fn erasing_a_survivor_erases_its_members(app: TestApp) {
    let (ann, anna) = pair(&app).await;
    let merge = app.merge(ann, &[anna]).await["merges"][0].clone();
    app.admin.post_empty(&format!("/api/v1/contacts/{ann}/erase")).await.no_content();
    let undo = format!("/api/v1/merges/{}/undo", merge["id"].as_str().unwrap());
    app.manager.post_empty(&undo).await.problem(404, "not_found");
    let fresh = app.seen(&[user("7")]).await;
    assert!(fresh != ann && fresh != anna);
}

async fn whoever_sees_the_survivor_sees_all_facts(app: TestApp) {
    let (ann, anna) = pair(&app).await;
    app.give(ann, app.users.sales).await;
    app.touch(json!({ "contact": { "id": anna }, "subject": "hers" })).await;
    app.merge(ann, &[anna]).await;
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "owner_id": app.users.rival })).await.ok();
    let path = format!("/api/v1/interactions?contact_id={ann}");
    assert_eq!(app.rival.get(&path).await.ok().items().len(), 1);
    assert_eq!(app.sales.get(&path).await.ok().items().len(), 0);
}

async fn a_page_over_many_members_has_neither_gap_nor_double(app: TestApp) {
    let ann = app.seen(&[user("u")]).await;
    let mut losers = Vec::new();
    for n in 0..30 {
        let contact = if n % 3 == 0 { ann } else { app.seen(&[user(&format!("u{n}"))]).await };
        app.touch(json!({ "contact": { "id": contact }, "subject": n.to_string() })).await;
        losers.extend((contact != ann).then_some(contact));
    }
    app.merge(ann, &losers).await;
    let (mut seen, mut cursor) = (Vec::<Value>::new(), String::new());
    loop {
        let path = format!("/api/v1/contacts/{ann}/timeline?type=interaction&order=oldest&limit=7{cursor}");
        let page = app.manager.get(&path).await.ok();
        seen.extend(page.items().iter().map(|entry| entry["subject"].clone()));
        let Some(next) = page.json["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, (0..30).map(|n| json!(n.to_string())).collect::<Vec<_>>());
}

async fn merging_long_histories_holds_nobody_up(app: TestApp) {
    const MANY: usize = 12_000;
    let (ann, anna) = pair(&app).await;
    for _ in 0..MANY / 1000 {
        let items = vec![json!({ "contact": { "id": anna }, "channel": "web", "subject": "seen" }); 1000];
        app.manager.post("/api/v1/interactions/batch", json!({ "items": items })).await.ok();
    }
    let timed = async |work: futures_util::future::LocalBoxFuture<'_, ()>| {
        let begun = std::time::Instant::now();
        work.await;
        begun.elapsed()
    };
    let others = (0..40).map(|n| {
        let touch = app.touch(json!({ "contact": { "email": "bob@example.com" }, "subject": n.to_string() }));
        timed(Box::pin(async { drop(touch.await) }))
    });
    let both = async {
        for _ in 0..3 {
            let merged = app.merge(ann, &[anna]).await;
            app.undo(&merged["merges"][0]).await;
        }
        app.merge(ann, &[anna]).await;
    };
    let (waits, took) = futures_util::future::join(futures_util::future::join_all(others), timed(Box::pin(both))).await;
    let longest = waits.into_iter().max().unwrap();
    let bound = std::time::Duration::from_secs(2);
    assert!(longest < bound && took < bound, "others waited {longest:?}, seven steps took {took:?}");
    let shown = app.manager.get(&format!("/api/v1/contacts/{ann}/360")).await.ok().json;
    assert_eq!(shown["channels"][0]["interactions"], MANY);
}
