//! Segments as records: dynamic ones, lists, snapshots, and what is asked of them.

use serde_json::{Value, json};
use touchline::segments::keeper::Keeper;

use super::keeping::catch_up;
use crate::support::{Answer, TestApp, cases};

cases![
    a_segment_is_made_changed_and_deleted,
    faults_of_a_rule_are_named_and_nothing_is_kept,
    members_are_those_of_whom_the_rule_is_true_now,
    a_caller_sees_only_visible_members,
    a_list_takes_members_and_gives_them_up,
    members_are_counted_in_lists_as_the_caller_sees_them,
    being_on_a_list_outlives_merging_and_its_undoing,
    a_snapshot_stays_as_it_was,
    a_deleted_field_breaks_a_segment_and_is_told,
    a_preview_counts_the_whole_and_each_condition,
    overlaps_are_counted_exactly,
    a_split_is_disjoint_and_complete,
    other_lists_and_exports_take_a_segment,
    a_segment_that_others_ask_for_is_kept,
    no_value_becomes_part_of_a_statement,
];

pub fn tagged(tag: &str) -> Value {
    json!({ "version": 1, "tag": tag })
}

impl TestApp {
    pub async fn person(&self, name: &str, tags: &[&str]) -> String {
        let body =
            json!({ "given_name": name, "tags": tags, "emails": [{ "address": format!("{name}@example.com") }] });
        self.manager.post("/api/v1/contacts", body).await.created().id()
    }

    pub async fn segment(&self, name: &str, rule: Value) -> String {
        let body = json!({ "name": name, "rule": rule });
        self.marketer.post("/api/v1/segments", body).await.created().id()
    }

    pub async fn list(&self, name: &str, members: &[&String]) -> String {
        let id = self.marketer.post("/api/v1/segments", json!({ "name": name })).await.created().id();
        let path = format!("/api/v1/segments/{id}/members");
        self.marketer.post(&path, json!({ "add": members })).await.ok();
        id
    }

    pub async fn members(&self, segment: &str) -> Vec<String> {
        names(&self.marketer.get(&format!("/api/v1/segments/{segment}/members")).await.ok())
    }
}

pub fn names(answer: &Answer) -> Vec<String> {
    let mut names: Vec<_> =
        answer.items().iter().map(|one| one["given_name"].as_str().unwrap_or("?").to_owned()).collect();
    names.sort();
    names
}

async fn a_segment_is_made_changed_and_deleted(app: TestApp) {
    let body = json!({ "name": " Best ", "description": "Ours", "rule": tagged("vip") });
    let made = app.marketer.post("/api/v1/segments", body.clone()).await.created();
    assert_eq!(
        (&made.json["name"], &made.json["kind"], &made.json["broken"]),
        (&json!("Best"), &json!("dynamic"), &Value::Null)
    );
    assert_eq!(made.json["words"]["pt"], "tag “vip”");
    app.marketer.post("/api/v1/segments", body.clone()).await.problem(409, "already_exists");
    app.sales.post("/api/v1/segments", body).await.problem(403, "forbidden");
    let path = format!("/api/v1/segments/{}", made.id());
    app.marketer.patch(&path, json!({ "name": "X" })).await.problem(428, "precondition_required");
    let change = json!({ "description": null, "rule": tagged("new") });
    let changed = app.marketer.patch_from(&made, &path, change).await.ok();
    assert_eq!((&changed.json["description"], &changed.json["rule"]["tag"]), (&Value::Null, &json!("new")));
    app.marketer.patch_from(&made, &path, json!({ "name": "X" })).await.problem(412, "precondition_failed");
    assert_eq!(app.reader.get("/api/v1/segments?kind=dynamic").await.ok().items().len(), 1);
    assert_eq!(app.reader.get("/api/v1/segments?kind=static").await.ok().items().len(), 0);
    app.marketer.delete_from(&changed, &path).await.no_content();
    app.marketer.get(&path).await.problem(404, "not_found");
    let trail = app.admin.get(&format!("/api/v1/audit?entity_id={}", made.id())).await.ok();
    assert_eq!(trail.items().len(), 3);
    app.segment("Best", tagged("vip")).await;
}

async fn faults_of_a_rule_are_named_and_nothing_is_kept(app: TestApp) {
    let rule = json!({ "version": 1, "all": [{ "tag": "a" }, { "field": "custom.nose", "op": "filled" }] });
    let body = json!({ "name": "Bad", "rule": rule });
    app.marketer.post("/api/v1/segments", body).await.invalid(&["rule.all[1].field"]);
    app.marketer.post("/api/v1/segments/preview", json!({ "rule": 5 })).await.invalid(&["rule"]);
    assert_eq!(app.marketer.get("/api/v1/segments").await.ok().items().len(), 0);
    let list = app.list("List", &[]).await;
    app.marketer
        .patch_any(&format!("/api/v1/segments/{list}"), json!({ "rule": tagged("a") }))
        .await
        .invalid(&["rule"]);
}

async fn members_are_those_of_whom_the_rule_is_true_now(app: TestApp) {
    let ann = app.person("ann", &["vip"]).await;
    app.person("bob", &["vip"]).await;
    app.person("cid", &[]).await;
    let segment = app.segment("Best", tagged("vip")).await;
    assert_eq!(app.members(&segment).await, ["ann", "bob"]);
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "tags": [] })).await.ok();
    assert_eq!(app.members(&segment).await, ["bob"]);
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "tags": ["vip"] })).await.ok();
    let path = format!("/api/v1/segments/{segment}/members?limit=1");
    let first = app.marketer.get(&path).await.ok();
    let cursor = first.json["next_cursor"].as_str().unwrap();
    let second = app.marketer.get(&format!("{path}&cursor={cursor}")).await.ok();
    assert_eq!((names(&first), names(&second)), (vec!["bob".to_owned()], vec!["ann".to_owned()]));
    assert!(second.json["next_cursor"].is_null());
}

async fn a_caller_sees_only_visible_members(app: TestApp) {
    let ann = app.person("ann", &["vip"]).await;
    app.person("bob", &["vip"]).await;
    app.give(ann.parse().unwrap(), app.users.rival).await;
    let bob = app.manager.get("/api/v1/contacts?email=bob@example.com").await.ok();
    app.give(bob.items()[0]["id"].as_str().unwrap().parse().unwrap(), app.users.sales).await;
    let segment = app.segment("Best", tagged("vip")).await;
    assert_eq!(names(&app.sales.get(&format!("/api/v1/segments/{segment}/members")).await.ok()), ["bob"]);
    let preview = app.sales.post("/api/v1/segments/preview", json!({ "rule": tagged("vip") })).await.ok();
    assert_eq!((&preview.json["count"], preview.json["sample"].as_array().unwrap().len()), (&json!(1), 1));
}

async fn a_list_takes_members_and_gives_them_up(app: TestApp) {
    let (ann, bob) = (app.person("ann", &[]).await, app.person("bob", &[]).await);
    let list = app.list("Guests", &[&ann]).await;
    let path = format!("/api/v1/segments/{list}/members");
    let done = app.marketer.post(&path, json!({ "add": [ann, bob], "remove": [] })).await.ok();
    assert_eq!((&done.json["added"], &done.json["unchanged"]), (&json!(1), &json!(1)));
    assert_eq!(app.members(&list).await, ["ann", "bob"]);
    let done = app.marketer.post(&path, json!({ "remove": [ann] })).await.ok();
    assert_eq!((&done.json["removed"], app.members(&list).await), (&json!(1), vec!["bob".to_owned()]));
    let missing = "01900000-0000-7000-8000-000000000000";
    app.marketer.post(&path, json!({ "add": [bob, missing] })).await.invalid(&["add[1]"]);
    app.marketer.post(&path, json!({ "add": [bob], "remove": [bob] })).await.invalid(&["remove"]);
    let dynamic = app.segment("Best", tagged("vip")).await;
    let path = format!("/api/v1/segments/{dynamic}/members");
    app.marketer.post(&path, json!({ "add": [bob] })).await.problem(409, "conflict");
}

async fn members_are_counted_in_lists_as_the_caller_sees_them(app: TestApp) {
    let mut keeper = Keeper::default();
    catch_up(&app, &mut keeper).await;
    let (ann, bob, eve) =
        (app.person("ann", &["vip"]).await, app.person("bob", &["vip"]).await, app.person("eve", &[]).await);
    let (segment, list) = (app.segment("Best", tagged("vip")).await, app.list("Guests", &[&ann, &bob, &eve]).await);
    let counts = async |client: &crate::support::Client| {
        let page = client.get("/api/v1/segments").await.ok();
        let mut found = Vec::new();
        for id in [&segment, &list] {
            let row = page.items().iter().find(|row| row["id"] == json!(id)).unwrap();
            let one = client.get(&format!("/api/v1/segments/{id}")).await.ok();
            assert_eq!(row["members"], one.json["members"]);
            found.push(row["members"].as_i64().unwrap());
        }
        found
    };
    assert_eq!(counts(&app.reader).await, [2, 3]);
    app.give(ann.parse().unwrap(), app.users.rival).await;
    assert_eq!((counts(&app.sales).await, counts(&app.reader).await), (vec![1, 2], vec![2, 3]));
    app.manager.post(&format!("/api/v1/contacts/{bob}/merge"), json!({ "contact_ids": [eve] })).await.ok();
    app.manager.delete_any(&format!("/api/v1/contacts/{ann}")).await.no_content();
    catch_up(&app, &mut keeper).await;
    assert_eq!(counts(&app.reader).await, [1, 1]);
}

async fn ids(app: &TestApp, segment: &str) -> Vec<String> {
    let page = app.marketer.get(&format!("/api/v1/segments/{segment}/members")).await.ok();
    page.items().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

async fn being_on_a_list_outlives_merging_and_its_undoing(app: TestApp) {
    let (ann, bob) = (app.person("ann", &[]).await, app.person("bob", &[]).await);
    let list = app.list("Guests", &[&bob]).await;
    let path = format!("/api/v1/contacts/{ann}/merge");
    let merged = app.manager.post(&path, json!({ "contact_ids": [bob] })).await.ok();
    assert_eq!(ids(&app, &list).await, [ann]);
    let merge = merged.json["merges"][0]["id"].as_str().unwrap();
    app.manager.post_empty(&format!("/api/v1/merges/{merge}/undo")).await.ok();
    assert_eq!(ids(&app, &list).await, [bob]);
}

async fn a_snapshot_stays_as_it_was(app: TestApp) {
    let ann = app.person("ann", &["vip"]).await;
    let segment = app.segment("Best", tagged("vip")).await;
    let path = format!("/api/v1/segments/{segment}/snapshots");
    let made = app.marketer.post(&path, json!({ "name": "Best in spring" })).await.created();
    assert_eq!(made.json["kind"], "snapshot");
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "tags": [] })).await.ok();
    app.person("bob", &["vip"]).await;
    assert_eq!(
        (app.members(&segment).await, app.members(&made.id()).await),
        (vec!["bob".to_owned()], vec!["ann".to_owned()])
    );
    let path = format!("/api/v1/segments/{}/members", made.id());
    app.marketer.post(&path, json!({ "remove": [ann] })).await.problem(409, "conflict");
}

async fn a_deleted_field_breaks_a_segment_and_is_told(app: TestApp) {
    let field = json!({ "entity": "contact", "key": "level", "label": "Level", "kind": "text" });
    let field = app.admin.post("/api/v1/fields", field).await.created();
    let body = json!({ "given_name": "ann", "custom": { "level": "gold" } });
    app.manager.post("/api/v1/contacts", body).await.created();
    let rule =
        json!({ "version": 1, "any": [{ "tag": "vip" }, { "field": "custom.level", "op": "is", "value": "gold" }] });
    let segment = app.segment("Gold", rule).await;
    assert_eq!(app.members(&segment).await, ["ann"]);
    app.admin.delete_from(&field, &format!("/api/v1/fields/{}", field.id())).await.no_content();
    let shown = app.reader.get(&format!("/api/v1/segments/{segment}")).await.ok();
    let broken = &shown.json["broken"][0];
    assert_eq!((&broken["field"], &broken["code"]), (&json!("rule.any[1].field"), &json!("deleted")));
    for path in [format!("/api/v1/segments/{segment}/members"), format!("/api/v1/contacts?segment_id={segment}")] {
        app.marketer.get(&path).await.problem(409, "segment_broken");
    }
    let outer = json!({ "name": "Outer", "rule": { "version": 1, "segment": segment } });
    app.marketer.post("/api/v1/segments", outer).await.invalid(&["rule.segment"]);
}

async fn a_preview_counts_the_whole_and_each_condition(app: TestApp) {
    app.person("ann", &["vip", "new"]).await;
    app.person("bob", &["vip"]).await;
    app.person("cid", &["new"]).await;
    let rule = json!({ "version": 1, "all": [{ "tag": "vip" }, { "not": { "tag": "new" } }] });
    let tried = app.marketer.post("/api/v1/segments/preview", json!({ "rule": rule, "language": "ru" })).await.ok();
    assert_eq!((&tried.json["count"], &tried.json["sample"][0]["given_name"]), (&json!(1), &json!("bob")));
    let each: Vec<_> = tried.json["conditions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["path"], &one["count"], &one["words"]))
        .collect();
    assert_eq!(
        each,
        [
            (&json!("rule.all[0]"), &json!(2), &json!("есть тег «vip»")),
            (&json!("rule.all[1]"), &json!(1), &json!("нет тега «new»")),
        ]
    );
}

async fn overlaps_are_counted_exactly(app: TestApp) {
    for (name, tags) in [("ann", &["a", "b"][..]), ("bob", &["a"]), ("cid", &["a", "b", "c"]), ("dan", &[])] {
        app.person(name, tags).await;
    }
    let (a, b, c) =
        (app.segment("A", tagged("a")).await, app.segment("B", tagged("b")).await, app.segment("C", tagged("c")).await);
    let shown = app.marketer.post("/api/v1/segments/overlap", json!({ "segments": [a, b, c] })).await.ok();
    let count = |of: &[&String]| {
        let part = shown.json["parts"].as_array().unwrap().iter().find(|part| part["segments"] == json!(of)).unwrap();
        part["count"].as_i64().unwrap()
    };
    assert_eq!((count(&[&a]), count(&[&a, &b]), count(&[&a, &b, &c]), count(&[&b]), count(&[&a, &c])), (1, 1, 1, 0, 0));
    app.marketer.post("/api/v1/segments/overlap", json!({ "segments": [a] })).await.invalid(&["segments"]);
    app.marketer.post("/api/v1/segments/overlap", json!({ "segments": [a, a] })).await.invalid(&["segments"]);
}

async fn a_split_is_disjoint_and_complete(app: TestApp) {
    for n in 0..12 {
        app.person(&format!("n{n}"), &["vip"]).await;
    }
    let segment = app.segment("Best", tagged("vip")).await;
    let mut sides = Vec::new();
    for side in ["control", "target"] {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/segments/{segment}/members?holdout=50&side={side}&limit=2{cursor}");
            let page = app.marketer.get(&path).await.ok();
            found.extend(names(&page));
            let Some(next) = page.json["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        sides.push(found);
    }
    let mut all = sides.concat();
    all.sort();
    all.dedup();
    assert_eq!((all.len(), sides[0].len() + sides[1].len()), (12, 12));
    app.marketer.get(&format!("/api/v1/segments/{segment}/members?holdout=101")).await.invalid(&["holdout"]);
    app.marketer.get(&format!("/api/v1/segments/{segment}/members?side=control")).await.invalid(&["side"]);
}

async fn other_lists_and_exports_take_a_segment(app: TestApp) {
    let (ann, bob) = (app.person("ann", &["vip"]).await, app.person("bob", &[]).await);
    let (one, two) =
        (app.lead(ann.parse().unwrap(), None, "open").await, app.lead(bob.parse().unwrap(), None, "open").await);
    let segment = app.segment("Best", tagged("vip")).await;
    assert_eq!(names(&app.reader.get(&format!("/api/v1/contacts?segment_id={segment}")).await.ok()), ["ann"]);
    let leads =
        |answer: &Answer| answer.items().iter().map(|lead| lead["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let path = format!("/api/v1/leads?segment_id={segment}");
    assert_eq!(leads(&app.reader.get(&path).await.ok()), [one.to_string()]);
    app.manager.post(&format!("/api/v1/contacts/{ann}/merge"), json!({ "contact_ids": [bob] })).await.ok();
    let mut both = leads(&app.reader.get(&path).await.ok());
    both.sort();
    assert_eq!(both, [one.to_string(), two.to_string()]);
    let file = app.marketer.get(&format!("/api/v1/exports/contacts?segment_id={segment}&format=csv")).await.ok();
    assert!(file.text().contains("ann") && file.text().lines().count() == 2, "{}", file.text());
    let missing = "01900000-0000-7000-8000-000000000000";
    app.reader.get(&format!("/api/v1/contacts?segment_id={missing}")).await.invalid(&["segment_id"]);
}

async fn a_segment_that_others_ask_for_is_kept(app: TestApp) {
    app.person("ann", &["vip"]).await;
    let inner = app.segment("Inner", tagged("vip")).await;
    let outer = app.segment("Outer", json!({ "version": 1, "not": { "segment": inner } })).await;
    assert!(app.members(&outer).await.is_empty());
    app.marketer.delete_any(&format!("/api/v1/segments/{inner}")).await.problem(409, "in_use");
    let cycle = json!({ "rule": { "version": 1, "segment": outer } });
    app.marketer.patch_any(&format!("/api/v1/segments/{inner}"), cycle).await.invalid(&["rule.segment"]);
    app.marketer.delete_any(&format!("/api/v1/segments/{outer}")).await.no_content();
    app.marketer.delete_any(&format!("/api/v1/segments/{inner}")).await.no_content();
}

async fn no_value_becomes_part_of_a_statement(app: TestApp) {
    let field = json!({ "entity": "contact", "key": "level", "label": "Level", "kind": "text" });
    app.admin.post("/api/v1/fields", field).await.created();
    let ann = app.person("ann", &["vip"]).await;
    app.lead(ann.parse().unwrap(), None, "open").await;
    app.touch(json!({ "contact": { "id": ann }, "channel": "web", "properties": { "plan": "pro" } })).await;
    for evil in [
        "' OR 1=1 --",
        "x'); DROP TABLE contacts; --",
        "$1 OR TRUE",
        "%",
        "_",
        "?",
        "\\' OR ''='",
        "{{1}}",
        ":a",
        "$.plan",
    ] {
        for node in [
            json!({ "tag": evil }),
            json!({ "field": "job_title", "op": "is", "value": evil }),
            json!({ "field": "given_name", "op": "contains", "value": evil }),
            json!({ "field": "given_name", "op": "starts_with", "value": evil }),
            json!({ "field": "given_name", "op": "ends_with", "value": evil }),
            json!({ "field": "city", "op": "is", "value": [evil, "x"] }),
            json!({ "field": "custom.level", "op": "is", "value": evil }),
            json!({ "field": "company.industry", "op": "is", "value": evil }),
            json!({ "touchpoints": { "kind": evil } }),
            json!({ "touchpoints": { "campaign": [evil], "utm_source": evil, "source": evil } }),
            json!({ "touchpoints": { "property": { "key": "plan", "op": "is", "value": evil } } }),
            json!({ "sequence": [{ "kind": evil }, { "kind": evil }], "within": "1d" }),
            json!({ "leads": { "source": evil } }),
            json!({ "leads": { "reason": { "op": "contains", "value": evil } } }),
        ] {
            let mut rule = node.clone();
            rule["version"] = json!(1);
            let tried = app.marketer.post("/api/v1/segments/preview", json!({ "rule": rule })).await.ok();
            assert_eq!(tried.json["count"], 0, "{node}");
        }
        if !evil.contains('\\') {
            let key = json!({ "version": 1, "touchpoints": { "property": { "key": evil, "op": "filled" } } });
            let tried = app.marketer.post("/api/v1/segments/preview", json!({ "rule": key })).await.ok();
            assert_eq!(tried.json["count"], 0, "{evil}");
        }
    }
    assert_eq!(app.manager.get("/api/v1/contacts").await.ok().items().len(), 1);
}
