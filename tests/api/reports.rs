//! Saved reports, their sharing, their snapshots and their files.

use chrono::TimeDelta;
use serde_json::{Value, json};
use touchline::db::types::Instant;
use touchline::reports;

use crate::support::sales::Pipeline;
use crate::support::{TestApp, cases};

cases![
    a_scheduled_report_is_compared_and_outlives_its_segment,
    every_kind_of_report_is_saved_and_counted,
    bad_parameters_are_refused_by_their_paths,
    a_report_is_seen_by_its_owner_and_the_roles_it_is_shared_with,
    a_report_is_changed_by_its_owner_and_whoever_leads,
    a_report_shows_each_caller_what_they_see,
    a_snapshot_is_taken_at_the_end_of_each_period_and_stays_as_it_was,
    a_snapshot_of_a_report_that_can_no_longer_be_counted_says_why,
    a_snapshot_taken_by_hand_stays_as_it_was,
    a_snapshot_is_shown_to_who_sees_all_that_was_counted,
    reports_and_snapshots_become_files,
    a_deleted_report_is_gone_and_takes_no_snapshots,
    a_report_comes_back_with_its_snapshots,
];

const SAVED: &str = "/api/v1/saved-reports";

fn sales(pipeline: &Pipeline, more: Value) -> Value {
    let mut body = json!({ "name": "Sales", "kind": "sales", "parameters": { "pipeline_id": pipeline.id } });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn deal(app: &TestApp, pipeline: &Pipeline, stage: &str, at: &str, more: Value) {
    let mut body = json!({ "pipeline_id": pipeline.id, "stage_id": pipeline.stage(stage), "entered_at": at });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.deal(&app.key, body).await;
}

fn path(id: &str) -> String {
    format!("{SAVED}/{id}")
}

async fn every_kind_of_report_is_saved_and_counted(app: TestApp) {
    let pipeline = app.pipeline().await;
    deal(&app, &pipeline, "Won", "2024-01-05T00:00:00Z", json!({ "amount": 7, "currency": "EUR" })).await;
    let own = json!({ "pipeline_id": pipeline.id });
    let period = json!({ "pipeline_id": pipeline.id, "from": "2024-01-01", "to": "2024-02-01", "compare": "previous" });
    let journey = json!({ "steps": [{ "touch": { "channels": ["web"] } }, { "stage": { "kind": "won" } }] });
    let funnel = json!({ "pipeline_id": pipeline.id, "mode": ["reached", "strict"], "breakdown": "source" });
    for (kind, parameters, endpoint) in [
        ("funnel", &funnel, "funnel"),
        ("sales", &period, "sales"),
        ("time_in_stage", &own, "time-in-stage"),
        ("forecast", &own, "forecast"),
        ("journey", &journey, ""),
        ("activity", &json!({}), "activity"),
    ] {
        let body = json!({ "name": format!("My {kind}"), "kind": kind, "parameters": parameters });
        let saved = app.sales.post(SAVED, body).await.created();
        let counted = app.sales.get(&format!("{}/run", path(&saved.id()))).await.ok();
        assert!(counted.json["definitions"].as_str().unwrap().starts_with("metrics.md"), "{kind}");
        assert_eq!(saved.json["parameters"], *parameters);
        if kind == "sales" {
            let query = format!("pipeline_id={}&from=2024-01-01&to=2024-02-01&compare=previous", pipeline.id);
            let straight = app.sales.get(&format!("/api/v1/reports/{endpoint}?{query}")).await.ok();
            assert_eq!(counted.json["current"]["won"], straight.json["current"]["won"]);
            assert_eq!(counted.json["compared"]["to"], straight.json["compared"]["to"]);
        }
    }
    let page = app.sales.get(&format!("{SAVED}?limit=4")).await.ok();
    let next = page.json["next_cursor"].as_str().unwrap();
    let rest = app.sales.get(&format!("{SAVED}?limit=4&cursor={next}")).await.ok();
    assert_eq!((page.items().len(), rest.items().len()), (4, 2));
}

async fn bad_parameters_are_refused_by_their_paths(app: TestApp) {
    let pipeline = app.pipeline().await;
    let save = async |body: Value| app.manager.post(SAVED, body).await;
    let with = |parameters: Value| json!({ "name": "x", "kind": "sales", "parameters": parameters });
    save(with(json!({}))).await.invalid(&["parameters.pipeline_id"]);
    let own = |name: &str, value: Value| with(json!({ "pipeline_id": pipeline.id, name: value }));
    save(own("colour", json!("red"))).await.invalid(&["parameters.colour"]);
    save(own("tz", json!("Mars"))).await.invalid(&["parameters.tz"]);
    save(own("source", json!({ "a": 1 }))).await.invalid(&["parameters.source"]);
    let journey = json!({ "name": "x", "kind": "journey", "parameters": { "steps": [{}, {}] } });
    save(journey).await.invalid(&["parameters.steps[0]", "parameters.steps[1]"]);
    let scheduled = json!({ "name": "x", "kind": "sales", "schedule": "month", "tz": "Mars", "parameters": { "pipeline_id": pipeline.id, "from": "2024-01-01" } });
    save(scheduled).await.invalid(&["parameters.from", "tz"]);
    save(json!({ "name": " ", "kind": "poem" })).await.invalid(&["kind", "name"]);
    app.reader.post(SAVED, sales(&pipeline, json!({}))).await.problem(403, "forbidden");
}

async fn a_report_is_seen_by_its_owner_and_the_roles_it_is_shared_with(app: TestApp) {
    let pipeline = app.pipeline().await;
    let private = app.sales.post(SAVED, sales(&pipeline, json!({}))).await.created().id();
    let shared = sales(&pipeline, json!({ "shared_with": ["reader", "sales"] }));
    let shared = app.manager.post(SAVED, shared).await.created();
    assert_eq!(shared.json["shared_with"], json!(["reader", "sales"]));
    let seen = async |client: &crate::support::Client| {
        let page = client.get(SAVED).await.ok();
        page.items().iter().map(|report| report["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(seen(&app.sales).await, [private.clone(), shared.id()]);
    assert_eq!(seen(&app.rival).await, [shared.id()]);
    assert_eq!(seen(&app.reader).await, [shared.id()]);
    assert_eq!(seen(&app.marketer).await, Vec::<String>::new());
    assert_eq!(seen(&app.admin).await, [private.clone(), shared.id()]);
    for client in [&app.rival, &app.marketer] {
        client.get(&path(&private)).await.problem(404, "not_found");
        client.get(&format!("{}/run", path(&private))).await.problem(404, "not_found");
        client.get(&format!("{}/snapshots", path(&private))).await.problem(404, "not_found");
    }
    app.manager.patch_any(&path(&shared.id()), json!({ "shared_with": [] })).await.ok();
    assert_eq!(seen(&app.reader).await, Vec::<String>::new());
}

async fn a_report_is_changed_by_its_owner_and_whoever_leads(app: TestApp) {
    let pipeline = app.pipeline().await;
    let report =
        app.sales.post(SAVED, sales(&pipeline, json!({ "shared_with": ["sales", "manager"] }))).await.created();
    let path = path(&report.id());
    app.rival.patch_any(&path, json!({ "name": "Mine" })).await.problem(403, "forbidden");
    let changed = app.sales.patch_from(&report, &path, json!({ "name": "Ours" })).await.ok();
    assert_eq!((&changed.json["name"], &changed.json["version"]), (&json!("Ours"), &json!(2)));
    app.sales.patch_from(&report, &path, json!({ "name": "Old" })).await.problem(412, "precondition_failed");
    app.manager.patch_any(&path, json!({ "name": "Theirs" })).await.ok();
    app.sales
        .patch_any(&path, json!({ "parameters": { "pipeline_id": 7 } }))
        .await
        .invalid(&["parameters.pipeline_id"]);
}

async fn a_report_shows_each_caller_what_they_see(app: TestApp) {
    let pipeline = app.pipeline().await;
    for owner in [app.users.mate, app.users.rival] {
        deal(&app, &pipeline, "Won", "2024-01-05T00:00:00Z", json!({ "owner_id": owner })).await;
    }
    let report = app.manager.post(SAVED, sales(&pipeline, json!({ "shared_with": ["sales"] }))).await.created().id();
    let run = format!("{}/run", path(&report));
    assert_eq!(app.manager.get(&run).await.ok().json["current"]["won"], 2);
    assert_eq!(app.sales.get(&run).await.ok().json["current"]["won"], 1);
}

/// Lets all snapshots be taken that are due so many days from now.
async fn days_later(app: &TestApp, days: i64) -> usize {
    let mut taken = 0;
    while reports::step(&app.state.db, Instant::now().plus(TimeDelta::days(days))).await.unwrap() {
        taken += 1;
    }
    taken
}

async fn a_snapshot_is_taken_at_the_end_of_each_period_and_stays_as_it_was(app: TestApp) {
    let pipeline = app.pipeline().await;
    deal(&app, &pipeline, "Won", "2024-01-05T00:00:00Z", json!({})).await;
    let scheduled = sales(&pipeline, json!({ "schedule": "day", "tz": "Europe/Berlin", "name": "Daily" }));
    let report = app.sales.post(SAVED, scheduled).await.created();
    let due: Instant = report.json["next_snapshot_at"].as_str().unwrap().parse().unwrap();
    assert!(due > Instant::now() && due <= Instant::now().plus(TimeDelta::hours(26)));
    assert_eq!(days_later(&app, 0).await, 0, "nothing before the day has ended");
    let now = app.sales.get(&format!("{}/run", path(&report.id()))).await.ok();
    assert_eq!(now.json["current"]["won"], 0, "of this day alone");
    let today = due.plus(-TimeDelta::minutes(10)).min(Instant::now().plus(-TimeDelta::seconds(1)));
    deal(&app, &pipeline, "Won", &today.to_string(), json!({ "owner_id": app.users.sales })).await;
    assert!((2..=3).contains(&days_later(&app, 2).await));
    let list = app.sales.get(&format!("{}/snapshots", path(&report.id()))).await.ok();
    let first = list.items().last().unwrap().clone();
    assert_eq!((&first["period_to"], &first["name"]), (&report.json["next_snapshot_at"], &json!("Daily")));
    assert_eq!((&first["body"]["current"]["won"], &first["problem"]), (&json!(1), &Value::Null), "{first}");
    assert_eq!(first["parameters"]["as_of"], first["period_to"]);
    deal(&app, &pipeline, "Won", &today.to_string(), json!({})).await;
    app.sales.patch_any(&path(&report.id()), json!({ "name": "Other" })).await.ok();
    let kept = app.sales.get(&format!("/api/v1/report-snapshots/{}", first["id"].as_str().unwrap())).await.ok();
    assert_eq!(kept.json, first, "a fact that comes late and another name change nothing");
    assert_eq!(days_later(&app, 2).await, 0, "once for each period");
    app.marketer
        .get(&format!("/api/v1/report-snapshots/{}", first["id"].as_str().unwrap()))
        .await
        .problem(404, "not_found");
}

async fn a_snapshot_of_a_report_that_can_no_longer_be_counted_says_why(app: TestApp) {
    let pipeline = app.pipeline().await;
    let field = json!({ "entity": "lead", "key": "size", "label": "Size", "kind": "number" });
    let field = app.admin.post("/api/v1/fields", field).await.created().id();
    let body = json!({ "name": "Sizes", "kind": "funnel", "schedule": "day", "parameters": { "pipeline_id": pipeline.id, "breakdown": "custom.size" } });
    let report = app.manager.post(SAVED, body).await.created().id();
    app.admin.delete_any(&format!("/api/v1/fields/{field}")).await.no_content();
    assert!(days_later(&app, 2).await > 0);
    let list = app.manager.get(&format!("{}/snapshots", path(&report))).await.ok();
    let first = &list.items()[0];
    assert_eq!(first["body"], Value::Null);
    assert!(first["problem"].as_str().unwrap().contains("custom field"), "{first}");
    app.manager.get(&format!("{}/run", path(&report))).await.invalid(&["parameters.breakdown"]);
    let file = format!("/api/v1/exports/report-snapshots/{}", first["id"].as_str().unwrap());
    app.manager.get(&file).await.problem(404, "not_found");
}

async fn a_snapshot_taken_by_hand_stays_as_it_was(app: TestApp) {
    let pipeline = app.pipeline().await;
    deal(&app, &pipeline, "Won", "2024-01-05T00:00:00Z", json!({})).await;
    let report = app.manager.post(SAVED, sales(&pipeline, json!({}))).await.created().id();
    let taken = app.manager.post_empty(&format!("{}/snapshots", path(&report))).await.created();
    deal(&app, &pipeline, "Lost", "2024-01-06T00:00:00Z", json!({})).await;
    let kept = app.manager.get(&format!("/api/v1/report-snapshots/{}", taken.id())).await.ok();
    assert_eq!((&kept.json, &kept.json["body"]["current"]["lost"]), (&taken.json, &json!(0)));
    assert_eq!(app.manager.get(&format!("{}/run", path(&report))).await.ok().json["current"]["lost"], 1);
}

async fn a_snapshot_is_shown_to_who_sees_all_that_was_counted(app: TestApp) {
    let pipeline = app.pipeline().await;
    let shared = sales(&pipeline, json!({ "shared_with": ["sales"] }));
    let report = app.manager.post(SAVED, shared).await.created().id();
    let list = format!("{}/snapshots", path(&report));
    let all = app.manager.post_empty(&list).await.created().id();
    let team = app.sales.post_empty(&list).await.created().id();
    for (client, sees) in [
        (&app.admin, vec![&team, &all]),
        (&app.manager, vec![&team, &all]),
        (&app.sales, vec![&team]),
        (&app.mate, vec![&team]),
        (&app.rival, vec![]),
    ] {
        let found = client.get(&list).await.ok();
        let ids: Vec<_> = found.items().iter().map(|snapshot| snapshot["id"].as_str().unwrap()).collect();
        assert_eq!(ids, sees);
        for id in [&all, &team] {
            let found = client.get(&format!("/api/v1/report-snapshots/{id}")).await;
            assert_eq!(found.status, if sees.contains(&id) { 200 } else { 404 });
        }
    }
}

async fn reports_and_snapshots_become_files(app: TestApp) {
    let pipeline = app.pipeline().await;
    deal(&app, &pipeline, "Won", "2024-01-05T00:00:00Z", json!({ "amount": 1250, "currency": "EUR" })).await;
    let report = app.manager.post(SAVED, sales(&pipeline, json!({}))).await.created().id();
    let taken = app.manager.post_empty(&format!("{}/snapshots", path(&report))).await.created().id();
    for file in [format!("saved-reports/{report}"), format!("report-snapshots/{taken}")] {
        app.marketer.get(&format!("/api/v1/exports/{file}?format=csv")).await.problem(404, "not_found");
        let csv =
            app.manager.get(&format!("/api/v1/exports/{file}?format=csv&columns=part,won,won_value.EUR")).await.ok();
        assert_eq!(
            csv.text().trim_start_matches('\u{feff}').lines().collect::<Vec<_>>(),
            ["part,won,won_value.EUR", "current,1,12.50", "current.velocity,,"]
        );
        let lines = app.manager.get(&format!("/api/v1/exports/{file}?format=ndjson")).await.ok();
        let row: Value = serde_json::from_str(lines.text().lines().next().unwrap()).unwrap();
        assert_eq!((&row["won"], &row["cycle.leads"]), (&json!(1), &json!(1)));
        let book = app.manager.get(&format!("/api/v1/exports/{file}?format=xlsx")).await.ok();
        assert_eq!(&book.body[..2], b"PK");
        let named = book.header("content-disposition").unwrap();
        assert!(named.starts_with("attachment; filename=\"Sales-2") && named.ends_with(".xlsx\""), "{named}");
    }
    app.sales.get(&format!("/api/v1/exports/saved-reports/{report}")).await.problem(403, "forbidden");
}

async fn a_deleted_report_is_gone_and_takes_no_snapshots(app: TestApp) {
    let pipeline = app.pipeline().await;
    let report = app.manager.post(SAVED, sales(&pipeline, json!({ "schedule": "week" }))).await.created().id();
    app.manager.delete_any(&path(&report)).await.no_content();
    app.manager.get(&path(&report)).await.problem(404, "not_found");
    assert_eq!(days_later(&app, 30).await, 0);
}

async fn a_report_comes_back_with_its_snapshots(app: TestApp) {
    let pipeline = app.pipeline().await;
    let own = json!({ "schedule": "week", "shared_with": ["sales"] });
    let report = app.manager.post(SAVED, sales(&pipeline, own)).await.created().id();
    let (path, restore) = (path(&report), format!("{}/restore", path(&report)));
    app.manager.post_empty(&format!("{path}/snapshots")).await.created();
    app.manager.delete_any(&path).await.no_content();
    let bin = app.manager.get(&format!("{SAVED}?deleted=true")).await.ok();
    assert_eq!(bin.items()[0]["id"], json!(report));
    app.rival.post_empty(&restore).await.problem(403, "forbidden");
    app.marketer.post_empty(&restore).await.problem(404, "not_found");
    let back = app.manager.post_empty(&restore).await.ok();
    assert_eq!((&back.json["version"], &back.json["shared_with"]), (&json!(3), &json!(["sales"])));
    assert_eq!(app.manager.post_empty(&restore).await.ok().json, back.json, "twice is as good as once");
    assert_eq!(app.manager.get(&format!("{path}/snapshots")).await.ok().items().len(), 1);
    assert!(days_later(&app, 8).await > 0, "the next one is due again");
}

async fn a_scheduled_report_is_compared_and_outlives_its_segment(app: TestApp) {
    let pipeline = app.pipeline().await;
    let segment = app.marketer.post("/api/v1/segments", json!({ "name": "Guests" })).await.created().id();
    let parameters = json!({ "pipeline_id": pipeline.id, "compare": "previous", "segment_id": segment });
    let body = json!({ "name": "Итог", "kind": "funnel", "schedule": "month", "parameters": parameters });
    let report = app.manager.post(SAVED, body).await.created().id();
    let run = app.manager.get(&format!("{}/run", path(&report))).await.ok();
    assert!(run.json["compared"].is_object(), "{}", run.json);
    let kept = app.manager.post_empty(&format!("{}/snapshots", path(&report))).await.created();
    assert!(kept.json["body"]["compared"].is_object());
    let file = app.manager.get(&format!("/api/v1/exports/saved-reports/{report}?format=csv")).await.ok();
    let named = file.header("content-disposition").unwrap();
    assert!(named.contains("filename*=UTF-8''%D0%98%D1%82%D0%BE%D0%B3%2D20"), "{named}");
    app.marketer.delete_any(&format!("/api/v1/segments/{segment}")).await.no_content();
    app.manager.get(&format!("{}/run", path(&report))).await.invalid(&["parameters.segment_id"]);
    app.manager.patch_any(&path(&report), json!({ "name": "Without a segment" })).await.ok();
    app.manager.patch_any(&path(&report), json!({ "schedule": null })).await.ok();
    app.manager.patch_any(&path(&report), json!({ "schedule": "day" })).await.invalid(&["parameters.segment_id"]);
}
