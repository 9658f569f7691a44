//! Another period beside, and what leads were worth before.

use serde_json::{Value, json};

use super::{funnel, lead, numbers};
use crate::support::sales::Pipeline;
use crate::support::{Answer, TestApp, cases};

cases![
    the_previous_period_and_last_year_stand_beside_a_funnel,
    time_in_stage_and_activity_are_compared_too,
    lost_reasons_are_compared,
    an_older_report_has_the_amounts_of_then,
    a_range_may_be_empty_and_a_hundred_years_long,
];

async fn deal(app: &TestApp, pipeline: &Pipeline, stage: &str, at: &str, fields: Value) -> Answer {
    let mut body = json!({ "pipeline_id": pipeline.id, "stage_id": pipeline.stage(stage), "entered_at": at });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    app.deal(&app.key, body).await
}

/// One lead in March 2024, two in February, one in March 2023.
async fn four(app: &TestApp) -> Pipeline {
    let pipeline = app.pipeline().await;
    for at in ["2024-03-05", "2024-02-05", "2024-02-06", "2023-03-06"] {
        let owner = json!({ "owner_id": app.users.sales, "source": at });
        deal(app, &pipeline, "New", &format!("{at}T00:00:00Z"), owner).await;
    }
    pipeline
}

const MARCH: &str = "from=2024-03-01&to=2024-04-01&as_of=2024-05-01&tz=Europe/Berlin";

async fn the_previous_period_and_last_year_stand_beside_a_funnel(app: TestApp) {
    let pipeline = four(&app).await;
    let alone = funnel(&app, &pipeline, MARCH).await.json;
    assert_eq!((&alone["compare"], &alone["compared"]), (&Value::Null, &Value::Null));
    for (compare, cohort, from) in [("previous", 2, "2024-01-31T23:00:00Z"), ("last_year", 1, "2023-02-28T23:00:00Z")] {
        let both = funnel(&app, &pipeline, &format!("{MARCH}&breakdown=source&compare={compare}")).await.json;
        let other = &both["compared"];
        assert_eq!((&both["total"], &both["compare"]), (&alone["total"], &json!(compare)));
        assert_eq!((&other["total"]["cohort"], &other["from"]), (&json!(cohort), &json!(from)));
        assert_eq!(other["groups"].as_array().unwrap().len(), cohort);
        let [from, to, as_of] = ["from", "to", "as_of"].map(|name| other[name].as_str().unwrap());
        let straight = funnel(&app, &pipeline, &format!("from={from}&to={to}&as_of={as_of}")).await.json;
        assert_eq!(other["total"], straight["total"], "the same as asked for alone");
    }
    let path = format!("/api/v1/reports/funnel?pipeline_id={}", pipeline.id);
    app.admin.get(&format!("{path}&compare=previous")).await.invalid(&["from"]);
    app.admin.get(&format!("{path}&from=2024-01-01&compare=never")).await.invalid(&["compare"]);
    let csv = funnel(&app, &pipeline, &format!("{MARCH}&compare=previous&format=csv")).await.text();
    let parts: Vec<_> = csv.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(parts, [["all"; 5], ["compared"; 5]].concat());
}

async fn time_in_stage_and_activity_are_compared_too(app: TestApp) {
    let pipeline = four(&app).await;
    let path = format!("/api/v1/reports/time-in-stage?pipeline_id={}&{MARCH}", pipeline.id);
    let times = app.admin.get(&format!("{path}&compare=previous")).await.ok().json;
    assert_eq!((&times["stages"][0]["stays"], &times["compared"]["stages"][0]["stays"]), (&json!(1), &json!(2)));
    assert_eq!(app.admin.get(&path).await.ok().json["stages"], times["stages"]);
    let path = format!("/api/v1/reports/activity?{MARCH}");
    let year = app.admin.get(&format!("{path}&compare=last_year")).await.ok().json;
    let entered = |part: &Value| part["owners"][0]["leads_entered"].clone();
    assert_eq!((entered(&year), entered(&year["compared"])), (json!(1), json!(1)));
    let previous = app.admin.get(&format!("{path}&compare=previous")).await.ok().json;
    assert_eq!(
        (entered(&previous["compared"]), &previous["compared"]["as_of"]),
        (json!(2), &json!("2024-04-01T22:00:00Z"))
    );
    app.admin.get("/api/v1/reports/activity?compare=previous").await.invalid(&["from"]);
}

async fn lost_reasons_are_compared(app: TestApp) {
    let pipeline = app.pipeline().await;
    let reason = app.admin.post("/api/v1/lost-reasons", json!({ "name": "Price" })).await.created().id();
    for at in ["2024-03-05", "2024-02-05", "2024-02-06"] {
        deal(&app, &pipeline, "Lost", &format!("{at}T00:00:00Z"), json!({ "lost_reason_id": reason })).await;
    }
    let path = format!("/api/v1/reports/sales?pipeline_id={}&{MARCH}&compare=previous", pipeline.id);
    let both = app.admin.get(&path).await.ok().json;
    let count = |part: &str| both[part]["lost_reasons"][0]["leads"].clone();
    assert_eq!((count("current"), count("compared")), (json!(1), json!(2)));
}

async fn an_older_report_has_the_amounts_of_then(app: TestApp) {
    let pipeline = app.pipeline().await;
    let month = json!({ "amount": 100, "currency": "EUR", "expected_close_on": "2034-01-15" });
    let open = lead(&app, &pipeline, &[("New", 1)], month).await;
    let won = lead(&app, &pipeline, &[("New", 1), ("Won", 5)], json!({ "amount": 7, "currency": "EUR" })).await;
    let before = touchline::db::types::Instant::now().to_string();
    let reports = async |as_of: &str| {
        let more = format!("as_of={as_of}");
        let get = async |name: &str| {
            let path =
                format!("/api/v1/reports/{name}?pipeline_id={}&{more}&from=2024-01-01&to=2024-02-01", pipeline.id);
            app.admin.get(&path).await.ok().json
        };
        (get("funnel").await, get("sales").await, get("forecast").await)
    };
    let first = reports(&before).await;
    for (change, n) in [
        (json!({ "amount": 900 }), 0),
        (json!({ "amount": 1000, "currency": "USD", "expected_close_on": "2034-05-01" }), 1),
    ] {
        app.admin.patch_any(&format!("/api/v1/leads/{}", open.id()), change).await.ok();
        let gone = json!({ "amount": null, "currency": null });
        app.admin
            .patch_any(&format!("/api/v1/leads/{}", won.id()), if n == 0 { json!({ "amount": 8 }) } else { gone })
            .await
            .ok();
    }
    assert_eq!(reports(&before).await, first, "a report of then agrees with itself");
    assert_eq!(first.1["current"]["won_value"], json!([{ "currency": "EUR", "amount": 7 }]));
    assert_eq!((&first.2["months"][0]["month"], &first.2["months"][0]["amount"]), (&json!("2034-01-01"), &json!(100)));
    let now = reports(&touchline::db::types::Instant::now().to_string()).await;
    assert_eq!(now.0["total"]["modes"][0]["steps"][0]["value"], json!([{ "currency": "USD", "amount": 1000 }]));
    assert_eq!(now.1["current"]["won_value"], json!([]));
    assert_eq!((&now.2["months"][0]["month"], &now.2["months"][0]["currency"]), (&json!("2034-05-01"), &json!("USD")));
}

async fn a_range_may_be_empty_and_a_hundred_years_long(app: TestApp) {
    let pipeline = four(&app).await;
    let cohort = async |query: &str| funnel(&app, &pipeline, query).await.json["total"]["cohort"].clone();
    assert_eq!(cohort("from=2024-02-05&to=2024-02-05").await, 0);
    assert_eq!(cohort("from=1950-01-01&to=2050-01-01").await, 4);
    let path = format!("/api/v1/reports/funnel?pipeline_id={}&from=2024-02-05&to=2024-02-05", pipeline.id);
    let empty = app.admin.get(&path).await.ok().json["total"].clone();
    assert_eq!((numbers(&empty, "entered"), &empty["modes"][0]["steps"][0]["from_first"]), (vec![0; 5], &Value::Null));
    for name in ["sales", "time-in-stage", "activity"] {
        let pipeline = if name == "activity" { String::new() } else { format!("pipeline_id={}&", pipeline.id) };
        let path = format!("/api/v1/reports/{name}?{pipeline}");
        app.admin.get(&format!("{path}from=1950-01-01&to=2050-01-01")).await.ok();
        app.admin.get(&format!("{path}from=2024-02-05&to=2024-02-05")).await.ok();
        app.admin.get(&format!("{path}from=2024-02-06&to=2024-02-05&tz=Mars/Base")).await.invalid(&["tz", "to"]);
    }
}
