use serde_json::{Value, json};

use super::{funnel, lead, numbers};
use crate::support::sales::{Pipeline, path};
use crate::support::{TestApp, cases};

cases![
    modes_stand_side_by_side_on_one_cohort,
    lost_leads_stay_in_the_denominator,
    an_empty_cohort_gives_null_not_zero,
    a_lead_counts_once_however_often_it_re_enters,
    currencies_are_never_added_together,
    the_window_leaves_late_conversions_out,
    a_past_report_is_drawn_again_as_it_was,
    a_back_dated_move_counts_by_its_time,
    reordered_and_archived_stages_keep_their_history,
    a_lead_that_comes_to_the_first_step_later_is_in_the_cohort_of_that_day,
    a_lead_won_before_its_first_contact_counts_as_won,
    deleted_leads_do_not_count,
];

async fn modes_stand_side_by_side_on_one_cohort(app: TestApp) {
    let pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("New", 1), ("Contacted", 2), ("Qualified", 3), ("Proposal", 4), ("Won", 5)], json!({}))
        .await;
    lead(&app, &pipeline, &[("New", 1), ("Proposal", 2)], json!({})).await;
    let answer = funnel(&app, &pipeline, "mode=reached,strict,visited").await;
    let entered = |mode: usize| numbers(&json!({ "modes": [answer.json["total"]["modes"][mode]] }), "entered");
    assert_eq!(entered(0), [2, 2, 2, 2, 1]);
    assert_eq!(entered(1), [2, 1, 1, 1, 1]);
    assert_eq!(entered(2), [2, 1, 1, 2, 1]);
    assert_eq!(numbers(&answer.json["total"], "skipped"), [0, 1, 1, 0, 0]);
    assert_eq!(answer.json["definitions"], "metrics.md §1 Stage history, §2 Funnel");
}

async fn lost_leads_stay_in_the_denominator(app: TestApp) {
    let pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("New", 1), ("Lost", 2)], json!({})).await;
    lead(&app, &pipeline, &[("New", 1)], json!({})).await;
    lead(&app, &pipeline, &[("New", 1), ("Contacted", 3)], json!({})).await;
    lead(&app, &pipeline, &[("New", 1), ("Won", 9)], json!({})).await;
    let answer = funnel(&app, &pipeline, "").await;
    let total = &answer.json["total"];
    assert_eq!(numbers(total, "entered"), [4, 2, 1, 1, 1]);
    assert_eq!(numbers(total, "dropped"), [0, 2, 1, 0, 0]);
    assert_eq!((numbers(total, "dropped_lost")[1], numbers(total, "dropped_open")[1]), (1, 1));
    let steps = &total["modes"][0]["steps"];
    assert_eq!((&steps[1]["from_first"], &steps[2]["from_previous"]), (&json!(0.5), &json!(0.5)));
    assert_eq!(steps[1]["median_seconds"], 5.0 * 86_400.0);
    assert_eq!((&steps[1]["converted"], &steps[0]["median_seconds"]), (&json!(2), &Value::Null));
}

async fn an_empty_cohort_gives_null_not_zero(app: TestApp) {
    let pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("New", 1)], json!({})).await;
    for query in ["from=2024-02-01&to=2024-02-01", "from=2023-01-01&to=2024-01-01", "from=2024-01-02"] {
        let total = funnel(&app, &pipeline, query).await.json["total"].clone();
        assert_eq!((&total["cohort"], &total["immature"]), (&json!(0), &json!(false)), "{query}");
        let step = &total["modes"][0]["steps"][1];
        assert_eq!((&step["from_first"], &step["p90_seconds"]), (&Value::Null, &Value::Null), "{query}");
    }
    let century = funnel(&app, &pipeline, "from=1950-01-01&to=2050-01-01").await;
    assert_eq!(century.json["total"]["cohort"], 1);
}

async fn a_lead_counts_once_however_often_it_re_enters(app: TestApp) {
    let pipeline = app.pipeline().await;
    let way = [("New", 1), ("Contacted", 2), ("New", 3), ("Contacted", 4), ("Lost", 5), ("Contacted", 6)];
    lead(&app, &pipeline, &way, json!({})).await;
    let total = funnel(&app, &pipeline, "").await.json["total"].clone();
    assert_eq!(numbers(&total, "entered"), [1, 1, 0, 0, 0]);
    assert_eq!(numbers(&total, "re_entered"), [1, 1, 0, 0, 0]);
    assert_eq!(numbers(&total, "regressed"), [1, 1, 0, 0, 0]);
    assert_eq!(numbers(&total, "dropped_open"), [0, 0, 1, 0, 0]);
}

async fn currencies_are_never_added_together(app: TestApp) {
    let pipeline = app.pipeline().await;
    for money in [json!({ "amount": 5, "currency": "EUR" }), json!({ "amount": 7, "currency": "CHF" }), json!({})] {
        lead(&app, &pipeline, &[("New", 1)], money).await;
    }
    let deal = lead(&app, &pipeline, &[("New", 1), ("Won", 2)], json!({ "amount": 1, "currency": "EUR" })).await;
    let value = |answer: &Value, step: usize| answer["total"]["modes"][0]["steps"][step]["value"].clone();
    let answer = funnel(&app, &pipeline, "").await;
    let first = json!([{ "currency": "CHF", "amount": 7 }, { "currency": "EUR", "amount": 6 }]);
    assert_eq!((value(&answer.json, 0), value(&answer.json, 4)), (first, json!([{ "currency": "EUR", "amount": 1 }])));
    app.key.patch(&path(&deal), json!({ "amount": 3 })).await.ok();
    let changed = funnel(&app, &pipeline, "").await;
    assert_eq!(value(&changed.json, 4), json!([{ "currency": "EUR", "amount": 3 }]));
}

async fn the_window_leaves_late_conversions_out(app: TestApp) {
    let pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("New", 1), ("Won", 11)], json!({})).await;
    let entered = async |window| numbers(&funnel(&app, &pipeline, window).await.json["total"], "entered")[4];
    assert_eq!((entered("window=10d").await, entered("window=863999s").await), (1, 0));
    let late = funnel(&app, &pipeline, "window=1w").await;
    assert_eq!(numbers(&late.json["total"], "dropped_won")[1], 1);
    let young = funnel(&app, &pipeline, "window=10d&as_of=2024-01-11T12:00:00Z").await.json["total"].clone();
    assert_eq!((&young["immature"], &young["immature_leads"]), (&json!(true), &json!(1)));
    let old = funnel(&app, &pipeline, "window=10d&as_of=2024-01-11T12:00:00.000001Z").await;
    assert_eq!(old.json["total"]["immature"], false);
}

async fn a_past_report_is_drawn_again_as_it_was(app: TestApp) {
    let pipeline = app.pipeline().await;
    let deal = lead(&app, &pipeline, &[("New", 1), ("Lost", 5)], json!({})).await;
    let query = "as_of=2024-01-06&mode=reached,strict,visited&window=30d&breakdown=period";
    let before = funnel(&app, &pipeline, query).await;
    assert_eq!(numbers(&before.json["total"], "dropped_lost")[1], 1);
    let reopened = json!({ "stage_id": pipeline.stage("Won"), "at": "2024-01-08T00:00:00Z" });
    app.key.post(&format!("{}/stage", path(&deal)), reopened).await.ok();
    assert_eq!(funnel(&app, &pipeline, query).await.json, before.json);
    assert_eq!(funnel(&app, &pipeline, "as_of=2024-01-01").await.json["total"]["cohort"], 0);
}

async fn a_back_dated_move_counts_by_its_time(app: TestApp) {
    let pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("New", 1), ("Won", 9), ("Contacted", 4)], json!({})).await;
    let total = funnel(&app, &pipeline, "mode=visited").await.json["total"].clone();
    assert_eq!(numbers(&total, "entered"), [1, 1, 0, 0, 1]);
    assert_eq!(total["modes"][0]["steps"][1]["median_seconds"], 3.0 * 86_400.0);
    assert_eq!(numbers(&total, "regressed"), [0; 5]);
}

async fn reordered_and_archived_stages_keep_their_history(app: TestApp) {
    let pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("New", 1), ("Qualified", 2), ("Lost", 3)], json!({})).await;
    assert_eq!(numbers(&funnel(&app, &pipeline, "").await.json["total"], "entered"), [1, 1, 1, 0, 0]);
    let order = ["New", "Qualified", "Contacted", "Proposal", "Won", "Lost"].map(|name| pipeline.stage(name));
    let path = format!("/api/v1/pipelines/{}/stage-order", pipeline.id);
    app.admin.put_any(&path, json!({ "stage_ids": order })).await.ok();
    assert_eq!(numbers(&funnel(&app, &pipeline, "").await.json["total"], "entered"), [1, 1, 0, 0, 0]);
    let stage = format!("/api/v1/stages/{}", pipeline.stage("Qualified"));
    app.admin.patch_any(&stage, json!({ "archived": true })).await.ok();
    assert_eq!(numbers(&funnel(&app, &pipeline, "").await.json["total"], "entered"), [1, 0, 0, 0]);
    let steps = format!("steps={},{}", pipeline.stage("New"), pipeline.stage("Qualified"));
    assert_eq!(numbers(&funnel(&app, &pipeline, &steps).await.json["total"], "entered"), [1, 1]);
}

async fn a_lead_that_comes_to_the_first_step_later_is_in_the_cohort_of_that_day(app: TestApp) {
    let pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("Contacted", 1), ("New", 10), ("Won", 12)], json!({})).await;
    let cohort = async |query| funnel(&app, &pipeline, query).await.json["total"]["cohort"].clone();
    assert_eq!(cohort("from=2024-01-10&to=2024-01-11").await, 1);
    assert_eq!(cohort("from=2024-01-01&to=2024-01-10").await, 0);
    let steps = format!("from=2024-01-12&steps={}", pipeline.stage("Won"));
    assert_eq!(funnel(&app, &pipeline, &steps).await.json["total"]["cohort"], 1);
}

async fn a_lead_won_before_its_first_contact_counts_as_won(app: TestApp) {
    let pipeline: Pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("New", 9), ("Won", 2)], json!({})).await;
    let total = funnel(&app, &pipeline, "").await.json["total"].clone();
    assert_eq!(numbers(&total, "entered"), [1, 1, 1, 1, 1]);
    assert_eq!(total["modes"][0]["steps"][4]["median_seconds"], 0.0);
}

async fn deleted_leads_do_not_count(app: TestApp) {
    let pipeline = app.pipeline().await;
    let deal = lead(&app, &pipeline, &[("New", 1), ("Won", 2)], json!({})).await;
    app.key.delete_any(&path(&deal)).await.no_content();
    assert_eq!(funnel(&app, &pipeline, "").await.json["total"]["cohort"], 0);
    app.key.post_empty(&format!("{}/restore", path(&deal))).await.ok();
    assert_eq!(numbers(&funnel(&app, &pipeline, "").await.json["total"], "entered")[4], 1);
}
