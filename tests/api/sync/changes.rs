use serde_json::{Value, json};
use touchline::db::types::Instant;
use touchline::db::{Opener, migrate, settings};
use touchline::sync::log;

use super::{CHANGES, now, since, types};
use crate::imports::{import, undo};
use crate::support::{TestApp, cases};

cases![
    each_change_of_a_contact_is_told_once,
    each_change_of_a_lead_is_told_once,
    each_change_of_interactions_tasks_and_companies_is_told_once,
    a_merge_tells_who_stands_for_whom_and_its_undoing_gives_both_back,
    an_interaction_makes_no_other_change,
    a_change_bears_the_present_record_and_who_made_it,
    an_erasure_is_told_and_nothing_of_the_person_is_left_in_the_feed,
    what_the_caller_does_not_see_is_left_out,
    a_key_is_told_only_of_what_its_scopes_let_it_read,
    a_stage_move_that_an_import_takes_back_is_told,
    types_and_limits_choose_what_comes,
    bad_parameters_are_named,
    a_cursor_older_than_what_is_kept_is_told_so,
    after_a_restored_backup_old_cursors_are_refused_and_new_changes_are_told,
    a_request_that_waits_is_answered_when_something_happens,
    a_snapshot_and_what_comes_behind_it_is_the_present_state,
];

async fn each_change_of_a_contact_is_told_once(app: TestApp) {
    let start = now(&app).await;
    let contact = app.admin.post("/api/v1/contacts", json!({ "display_name": "Ann" })).await.created();
    let path = format!("/api/v1/contacts/{}", contact.id());
    app.admin.patch_any(&path, json!({ "job_title": "Boss", "owner_id": app.users.sales })).await.ok();
    app.admin.patch_any(&path, json!({ "job_title": "Boss" })).await.ok();
    app.admin.patch_any(&path, json!({ "tags": ["vip"], "consents": { "email": { "state": "granted" } } })).await.ok();
    app.admin.delete_any(&path).await.no_content();
    app.admin.post_empty(&format!("{path}/restore")).await.ok();
    let told = since(&app, &app.reader, &start).await;
    assert_eq!(
        types(&told),
        ["contact.created", "contact.updated", "contact.updated", "contact.deleted", "contact.restored"]
    );
    assert!(told.iter().all(|change| change["record"]["tags"] == json!(["vip"])), "the present state: {told:?}");
}

async fn each_change_of_a_lead_is_told_once(app: TestApp) {
    let pipeline = app.pipeline().await;
    let buyer = app.buyer("Ann").await;
    let start = now(&app).await;
    let new = json!({ "contact_id": buyer, "pipeline_id": pipeline.id, "title": "Ten chairs" });
    let lead = app.admin.post("/api/v1/leads", new).await.created();
    let path = format!("/api/v1/leads/{}", lead.id());
    let (first, second) = (&pipeline.stages[0].1, &pipeline.stages[1].1);
    app.admin.post(&format!("{path}/stage"), json!({ "stage_id": second, "reason": "called" })).await.ok();
    app.admin.patch_any(&path, json!({ "amount": 100, "currency": "EUR" })).await.ok();
    // An earlier stay, learnt of later: it changes the history, not where the lead stands.
    let early = json!({ "stage_id": second, "at": "2020-01-01T00:00:00Z" });
    app.admin.post(&format!("{path}/stage"), early).await.ok();
    app.admin.delete_any(&path).await.no_content();
    app.admin.post_empty(&format!("{path}/restore")).await.ok();
    let told = since(&app, &app.reader, &start).await;
    let expected =
        ["lead.created", "lead.stage_changed", "lead.updated", "lead.stage_changed", "lead.deleted", "lead.restored"];
    assert_eq!(types(&told), expected);
    assert!(told.iter().all(|change| change["record_id"] == lead.id().as_str()));
    assert!(told.iter().all(|change| change["contact_id"] == buyer.as_str()));
    let step = &told[1]["move"];
    assert_eq!((&step["from_stage"]["id"], &step["to_stage"]["id"]), (&json!(first), &json!(second)));
    assert_eq!(step["reason"], "called");
}

async fn each_change_of_interactions_tasks_and_companies_is_told_once(app: TestApp) {
    let buyer = app.buyer("Ann").await;
    let start = now(&app).await;
    let call = json!({ "contact": { "id": buyer }, "channel": "call", "subject": "Hello" });
    let call = app.admin.post("/api/v1/interactions", call).await.created().id();
    let task = json!({ "contact_id": buyer, "title": "Call back" });
    let task = app.admin.post("/api/v1/tasks", task).await.created().id();
    let company = app.admin.post("/api/v1/companies", json!({ "name": "Acme" })).await.created().id();
    let (call, task) = (format!("/api/v1/interactions/{call}"), format!("/api/v1/tasks/{task}"));
    let company = format!("/api/v1/companies/{company}");
    app.admin.patch_any(&call, json!({ "subject": "Hi" })).await.ok();
    app.admin.patch_any(&task, json!({ "title": "Call again" })).await.ok();
    app.admin.patch_any(&task, json!({ "done": true })).await.ok();
    app.admin.patch_any(&company, json!({ "industry": "Chairs" })).await.ok();
    for path in [&call, &task, &company] {
        app.admin.delete_any(path).await.no_content();
        app.admin.post_empty(&format!("{path}/restore")).await.ok();
    }
    let told = since(&app, &app.reader, &start).await;
    assert_eq!(
        types(&told),
        [
            "interaction.recorded",
            "task.created",
            "company.created",
            "interaction.updated",
            "task.updated",
            "task.completed",
            "company.updated",
            "interaction.deleted",
            "interaction.restored",
            "task.deleted",
            "task.restored",
            "company.deleted",
            "company.restored"
        ]
    );
}

async fn a_merge_tells_who_stands_for_whom_and_its_undoing_gives_both_back(app: TestApp) {
    let (ann, anna) = (app.client("ann@example.com").await, app.client("anna@example.com").await);
    let start = now(&app).await;
    let merged = app.merge(ann, &[anna]).await;
    let told = since(&app, &app.reader, &start).await;
    assert_eq!(types(&told), ["contact.updated", "contact.merged"]);
    assert_eq!((&told[1]["record_id"], &told[1]["merged_into"]), (&json!(anna), &json!(ann)));
    assert!(told[1]["record"].is_null() && told[1]["actor"]["id"] == json!(app.users.manager), "{told:?}");
    let start = now(&app).await;
    app.undo(&merged["merges"][0]).await;
    let told = since(&app, &app.reader, &start).await;
    assert_eq!(types(&told), ["contact.updated", "contact.unmerged"]);
    assert_eq!(told[1]["record"]["emails"][0]["address"], "anna@example.com");
}

async fn an_interaction_makes_no_other_change(app: TestApp) {
    app.client("ann@example.com").await;
    let start = now(&app).await;
    for _ in 0..3 {
        app.touch(json!({})).await;
    }
    assert_eq!(types(&since(&app, &app.reader, &start).await), ["interaction.recorded"; 3]);
}

async fn a_change_bears_the_present_record_and_who_made_it(app: TestApp) {
    let start = now(&app).await;
    let contact = app.sales.post("/api/v1/contacts", json!({ "display_name": "Ann" })).await.created();
    let path = format!("/api/v1/contacts/{}", contact.id());
    app.key.patch(&path, json!({ "display_name": "Ann Lee" })).await.ok();
    let told = since(&app, &app.reader, &start).await;
    assert_eq!(told[0]["actor"], json!({ "type": "user", "id": app.users.sales }));
    assert_eq!(told[1]["actor"], json!({ "type": "api_key", "id": app.users.key }));
    assert_eq!(told[0]["record"], app.reader.get(&path).await.ok().json);
    assert_eq!((&told[0]["record_type"], &told[0]["at"]), (&json!("contact"), &contact.json["created_at"]));
}

async fn an_erasure_is_told_and_nothing_of_the_person_is_left_in_the_feed(app: TestApp) {
    let start = now(&app).await;
    let contact = app.admin.post("/api/v1/contacts", json!({ "display_name": "Annabel" })).await.created();
    let call = json!({ "contact": { "id": contact.id() }, "channel": "call", "subject": "Annabel called" });
    app.admin.post("/api/v1/interactions", call).await.created();
    app.admin.post_empty(&format!("/api/v1/contacts/{}/erase", contact.id())).await.no_content();
    let told = since(&app, &app.reader, &start).await;
    assert_eq!(types(&told), ["contact.created", "interaction.recorded", "contact.erased"]);
    assert!(!json!(told).to_string().contains("Annabel"), "{told:?}");
}

async fn what_the_caller_does_not_see_is_left_out(app: TestApp) {
    let start = now(&app).await;
    let ann = app.client("ann@example.com").await;
    app.give(ann, app.users.rival).await;
    app.touch(json!({ "contact": { "email": "bob@example.com" } })).await;
    let told = since(&app, &app.sales, &start).await;
    assert!(!json!(told).to_string().contains(&ann.to_string()), "{told:?}");
    assert_eq!(types(&told), ["contact.created", "interaction.recorded"]);
    assert!(types(&since(&app, &app.rival, &start).await).len() > 4);
    let seen = app.sales.get(&format!("{CHANGES}/snapshot?limit=200")).await.ok();
    assert!(!seen.text().contains(&ann.to_string()));
}

async fn a_key_is_told_only_of_what_its_scopes_let_it_read(app: TestApp) {
    let scopes = json!({ "name": "sync", "scopes": ["changes:read", "companies:read"] });
    let made = app.admin.post("/api/v1/api-keys", scopes).await.created();
    let key = app.anon.with_token(made.json["key"].as_str().unwrap());
    let start = now(&app).await;
    app.touch(json!({})).await;
    app.admin.post("/api/v1/companies", json!({ "name": "Acme" })).await.created();
    assert_eq!(types(&since(&app, &key, &start).await), ["company.created"]);
    let snapshot = key.get(&format!("{CHANGES}/snapshot")).await.ok();
    assert!(snapshot.items().iter().all(|item| item["record_type"] == "company"));
    key.get(&format!("{CHANGES}/snapshot?types=contact")).await.problem(403, "forbidden");
}

async fn a_stage_move_that_an_import_takes_back_is_told(app: TestApp) {
    crate::imports::pipeline(&app).await;
    let fields = ["email=mail", "lead.entered_at=at", "lead.source_id=id", "lead.source=fixed:shop"];
    import(&app, &fields, "mail,at,id\nann@example.com,2024-01-01,1\n").await;
    let fields = ["email=mail", "lead.source_id=id", "lead.source=fixed:shop", "stage:Won=won"];
    let won = import(&app, &fields, "mail,id,won\nann@example.com,1,2024-02-01\n").await;
    let start = now(&app).await;
    undo(&app, &won.id()).await;
    let told = since(&app, &app.reader, &start).await;
    let last = told.iter().rfind(|change| change["record_type"] == "lead").unwrap();
    assert_eq!((&last["type"], &last["record"]["stage_kind"]), (&json!("lead.updated"), &json!("open")));
}

async fn types_and_limits_choose_what_comes(app: TestApp) {
    let start = now(&app).await;
    for name in ["a", "b", "c"] {
        app.touch(json!({ "contact": { "email": format!("{name}@example.com") } })).await;
    }
    since(&app, &app.reader, &start).await;
    let (mut place, mut found) = (start, Vec::new());
    loop {
        let page = app.reader.get(&format!("{CHANGES}?after={place}&types=contact.*&limit=1")).await.ok();
        assert!(page.items().len() <= 1);
        found.extend(page.items().clone());
        page.json["cursor"].as_str().unwrap().clone_into(&mut place);
        if page.json["more"] == false {
            break;
        }
    }
    assert_eq!(types(&found), ["contact.created"; 3]);
    // Without a place all that is kept comes.
    let all = app.reader.get(&format!("{CHANGES}?limit=1000&types=contact.created,interaction.recorded")).await.ok();
    assert_eq!(all.items().len(), 6);
}

async fn bad_parameters_are_named(app: TestApp) {
    app.anon.get(CHANGES).await.problem(401, "unauthorized");
    app.reader
        .get(&format!("{CHANGES}?after=x&limit=1001&wait=31&types=contact"))
        .await
        .invalid(&["after", "limit", "wait", "types"]);
    app.reader
        .get(&format!("{CHANGES}/snapshot?types=x&limit=0&cursor=x"))
        .await
        .invalid(&["types", "limit", "cursor"]);
}

async fn a_cursor_older_than_what_is_kept_is_told_so(app: TestApp) {
    let start = now(&app).await;
    for _ in 0..3 {
        app.touch(json!({})).await;
    }
    let end = since(&app, &app.reader, &start).await.pop().unwrap()["cursor"].as_str().unwrap().to_owned();
    let later = Instant::now().plus(chrono::TimeDelta::days(31));
    let forget = move |conn: &mut touchline::db::Connection| log::forget_old(conn, later, chrono::TimeDelta::days(30));
    assert!(app.state.db.write(forget).await.unwrap() > 3);
    app.reader.get(&format!("{CHANGES}?after={start}")).await.problem(410, "cursor_expired");
    // A place that this database has not reached.
    let life = end.rsplit('-').next().unwrap();
    app.reader.get(&format!("{CHANGES}?after=900000000000-7-{life}")).await.problem(410, "cursor_expired");
    app.reader.get(&format!("{CHANGES}?after={end}")).await;
    app.reader.get(CHANGES).await.ok();
}

async fn after_a_restored_backup_old_cursors_are_refused_and_new_changes_are_told(app: TestApp) {
    app.touch(json!({})).await;
    let start = now(&app).await;
    let elsewhere = json!({ "id": 1, "mark": "another server" });
    app.state.db.write(move |conn| settings::put(conn, "life", elsewhere.clone())).await.unwrap();
    migrate::run(&Opener::new(app.database.target.clone())).unwrap();
    app.reader.get(&format!("{CHANGES}?after={start}")).await.problem(410, "cursor_expired");
    let start = now(&app).await;
    let all = app.reader.get(&format!("{CHANGES}?limit=1000")).await.ok().items().len();
    app.touch(json!({})).await;
    assert_eq!(types(&since(&app, &app.reader, &start).await), ["interaction.recorded"]);
    assert_eq!(app.reader.get(&format!("{CHANGES}?limit=1000")).await.ok().items().len(), all + 2);
}

async fn a_request_that_waits_is_answered_when_something_happens(app: TestApp) {
    let start = now(&app).await;
    let path = format!("{CHANGES}?after={start}&wait=30&types=company.created");
    let began = std::time::Instant::now();
    let write = app.admin.post("/api/v1/companies", json!({ "name": "Acme" }));
    let (told, _) = futures_util::future::join(app.reader.get(&path), write).await;
    assert_eq!(types(told.ok().items()), ["company.created"]);
    assert!(began.elapsed().as_secs() < 25);
    let end = now(&app).await;
    let empty = app.reader.get(&format!("{CHANGES}?after={end}&wait=1&types=task.created")).await.ok();
    assert!(empty.items().is_empty() && empty.json["more"] == false);
}

async fn a_snapshot_and_what_comes_behind_it_is_the_present_state(app: TestApp) {
    for n in 0..5 {
        app.touch(json!({ "contact": { "email": format!("{n}@example.com") } })).await;
    }
    let (mut items, mut path) = (Vec::new(), format!("{CHANGES}/snapshot?limit=2"));
    let mut places: Vec<Value> = Vec::new();
    loop {
        let page = app.reader.get(&path).await.ok();
        places.push(page.json["changes_after"].clone());
        items.extend(page.items().clone());
        // Somebody writes while the pages are read.
        app.touch(json!({ "contact": { "email": "late@example.com" } })).await;
        let Some(next) = page.json["next_cursor"].as_str() else { break };
        path = format!("{CHANGES}/snapshot?limit=2&cursor={next}");
    }
    places.dedup();
    assert_eq!(places.len(), 1, "one place for all pages");
    let mut copy = super::concurrent::Copy::default();
    for item in &items {
        copy.put(item);
    }
    since(&app, &app.reader, places[0].as_str().unwrap()).await.iter().for_each(|change| copy.put(change));
    copy.remove_companies();
    copy.expect(&super::concurrent::Copy::of_lists(&app).await);
}
