//! Segments in reports: as a filter, as a breakdown.

use serde_json::{Value, json};

use super::{funnel, lead, numbers};
use crate::support::sales::Pipeline;
use crate::support::{Answer, TestApp, cases};

cases![
    a_client_in_several_segments_is_counted_in_each_of_their_rows,
    every_report_about_leads_takes_a_segment,
    a_rule_is_asked_as_of_the_report,
    a_merged_client_counts_with_its_survivor,
    a_broken_segment_is_told_and_never_taken_for_empty,
];

async fn client(app: &TestApp, name: &str, tags: &[&str]) -> String {
    let body = json!({ "given_name": name, "tags": tags });
    app.manager.post("/api/v1/contacts", body).await.created().id()
}

async fn tagged(app: &TestApp, name: &str, tag: &str) -> String {
    app.segment(name, json!({ "version": 1, "tag": tag })).await
}

/// Ann is a VIP and on the list, Bo is new, Cy is neither.
async fn world(app: &TestApp) -> (Pipeline, [String; 3]) {
    let pipeline = app.pipeline().await;
    let (ann, bo) = (client(app, "ann", &["vip"]).await, client(app, "bo", &["new"]).await);
    let cy = client(app, "cy", &[]).await;
    for (who, way) in [(&ann, &[("New", 1), ("Won", 9)][..]), (&bo, &[("New", 2), ("Lost", 4)]), (&cy, &[("New", 3)])] {
        lead(app, &pipeline, way, json!({ "contact_id": who, "amount": 5, "currency": "EUR" })).await;
    }
    lead(app, &pipeline, &[("Contacted", 1), ("New", 5)], json!({ "contact_id": ann })).await;
    let list = app.list("Guests", &[&ann]).await;
    (pipeline, [tagged(app, "Best", "vip").await, tagged(app, "Fresh", "new").await, list])
}

fn rows(answer: &Answer) -> Vec<(Value, Value, i64)> {
    let groups = answer.json["groups"].as_array().unwrap();
    let row = |group: &Value| (group["label"].clone(), group["bucket"].clone(), group["cohort"].as_i64().unwrap());
    let mut rows: Vec<_> = groups.iter().map(row).collect();
    rows.sort_by_key(|(label, ..)| label.to_string());
    rows
}

async fn a_client_in_several_segments_is_counted_in_each_of_their_rows(app: TestApp) {
    let (pipeline, [best, fresh, list]) = world(&app).await;
    let answer = funnel(&app, &pipeline, "breakdown=segment").await;
    assert_eq!(
        rows(&answer),
        [
            (json!("Best"), json!(best), 2),
            (json!("Fresh"), json!(fresh), 1),
            (json!("Guests"), json!(list), 2),
            (Value::Null, Value::Null, 1),
        ]
    );
    assert_eq!((&answer.json["total"]["cohort"], &answer.json["rows_overlap"]), (&json!(4), &json!(true)));
    assert!(answer.json["notes"][0].as_str().unwrap().contains("overlap"));
    let step = pipeline.stage("New");
    let behind = format!("/api/v1/reports/funnel/leads?pipeline_id={}&step={step}&breakdown=segment", pipeline.id);
    for (bucket, count) in [(&best, 2), (&fresh, 1), (&list, 2), (&String::new(), 1)] {
        assert_eq!(app.admin.get(&format!("{behind}&bucket={bucket}")).await.ok().json["total"], count, "{bucket}");
        if !bucket.is_empty() {
            let filtered = funnel(&app, &pipeline, &format!("segment_id={bucket}")).await;
            let row = answer.json["groups"].as_array().unwrap().iter().find(|row| row["bucket"] == **bucket).unwrap();
            assert_eq!(filtered.json["total"]["modes"], row["modes"], "a row is what the filter gives");
        }
    }
    let other = funnel(&app, &pipeline, "breakdown=source").await;
    assert_eq!((&other.json["rows_overlap"], &other.json["notes"]), (&json!(false), &json!([])));
}

async fn every_report_about_leads_takes_a_segment(app: TestApp) {
    let (pipeline, [best, fresh, _]) = world(&app).await;
    let get = async |name: &str, more: &str| {
        app.admin.get(&format!("/api/v1/reports/{name}?pipeline_id={}&{more}", pipeline.id)).await.ok().json
    };
    let period = "from=2024-01-01&to=2024-02-01";
    for (segment, won, lost, open) in [(&best, 1, 0, 1), (&fresh, 0, 1, 0)] {
        let sales = get("sales", &format!("segment_id={segment}&{period}")).await;
        let found = ["won", "lost", "open"].map(|name| sales["current"][name].as_i64().unwrap());
        assert_eq!(found, [won, lost, open]);
        for (set, count) in [("won", won), ("lost", lost), ("open", open)] {
            let leads = get("sales/leads", &format!("set={set}&segment_id={segment}&{period}")).await;
            assert_eq!(leads["total"], count, "{set}");
        }
    }
    let times = get("time-in-stage", &format!("segment_id={fresh}")).await;
    assert_eq!((&times["stages"][0]["stays"], &times["stages"][1]["stays"]), (&json!(1), &json!(0)));
    let forecast = get("forecast", &format!("segment_id={best}")).await;
    assert_eq!((&forecast["months"], &forecast["without_amount"]), (&json!([]), &json!(1)));
    for name in ["funnel", "sales", "time-in-stage", "forecast"] {
        let path = format!("/api/v1/reports/{name}?pipeline_id={}&segment_id=", pipeline.id);
        app.admin.get(&format!("{path}{}", app.users.admin)).await.invalid(&["segment_id"]);
        app.admin.get(&format!("{path}%27%20OR%201=1--")).await.invalid(&["segment_id"]);
    }
}

async fn a_rule_is_asked_as_of_the_report(app: TestApp) {
    let pipeline = app.pipeline().await;
    let ann = client(&app, "ann", &[]).await;
    lead(&app, &pipeline, &[("New", 1)], json!({ "contact_id": ann })).await;
    app.touch(json!({ "contact": { "id": ann }, "channel": "call", "occurred_at": "2024-01-10T00:00:00Z" })).await;
    let rule = json!({ "version": 1, "touchpoints": { "channel": "call" }, "window": { "last": "5d" } });
    let callers = app.segment("Callers", rule).await;
    for (as_of, count) in [("2024-01-09", 0), ("2024-01-12", 1), ("2024-01-20", 0)] {
        let answer = funnel(&app, &pipeline, &format!("segment_id={callers}&as_of={as_of}")).await;
        assert_eq!(answer.json["total"]["cohort"], count, "{as_of}");
        let parts = funnel(&app, &pipeline, &format!("breakdown=segment&as_of={as_of}")).await;
        assert_eq!(rows(&parts)[0].1 == json!(callers), count == 1, "{as_of}");
    }
}

async fn a_merged_client_counts_with_its_survivor(app: TestApp) {
    let (pipeline, [best, ..]) = world(&app).await;
    let cohort = async || funnel(&app, &pipeline, &format!("segment_id={best}")).await.json["total"]["cohort"].clone();
    let (dee, eva) = (client(&app, "dee", &["vip"]).await, client(&app, "eva", &[]).await);
    lead(&app, &pipeline, &[("New", 6)], json!({ "contact_id": eva })).await;
    assert_eq!(cohort().await, 2);
    let merged = app.manager.post(&format!("/api/v1/contacts/{dee}/merge"), json!({ "contact_ids": [eva] })).await.ok();
    assert_eq!(cohort().await, 3);
    let merge = merged.json["merges"][0]["id"].as_str().unwrap();
    app.manager.post_empty(&format!("/api/v1/merges/{merge}/undo")).await.ok();
    assert_eq!(cohort().await, 2);
}

async fn a_broken_segment_is_told_and_never_taken_for_empty(app: TestApp) {
    let (pipeline, _) = world(&app).await;
    let field = json!({ "entity": "contact", "key": "level", "label": "Level", "kind": "text" });
    let field = app.admin.post("/api/v1/fields", field).await.created().id();
    let rule = json!({ "version": 1, "field": "custom.level", "op": "empty" });
    let broken = app.segment("Level", rule).await;
    assert_eq!(numbers(&funnel(&app, &pipeline, &format!("segment_id={broken}")).await.json["total"], "entered")[0], 4);
    app.admin.delete_any(&format!("/api/v1/fields/{field}")).await.no_content();
    let path = format!("/api/v1/reports/funnel?pipeline_id={}&segment_id={broken}", pipeline.id);
    app.admin.get(&path).await.problem(409, "segment_broken");
    let parts = funnel(&app, &pipeline, "breakdown=segment").await;
    assert!(parts.json["notes"][1].as_str().unwrap().contains("Level"), "{}", parts.json["notes"]);
    assert!(rows(&parts).iter().all(|(label, ..)| *label != json!("Level")));
}
