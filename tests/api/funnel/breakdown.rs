use serde_json::{Value, json};

use super::{funnel, lead, numbers};
use crate::support::{Answer, TestApp, cases};

cases![
    owners_and_sources_have_their_own_numbers,
    periods_are_those_of_the_time_zone,
    filters_narrow_the_cohort,
    a_report_shows_what_the_caller_sees,
    csv_has_a_row_for_each_part_mode_and_step,
    the_leads_behind_a_number_come_in_pages,
];

fn buckets(answer: &Answer) -> Vec<(Value, i64)> {
    let groups = answer.json["groups"].as_array().unwrap();
    groups.iter().map(|group| (group["bucket"].clone(), group["cohort"].as_i64().unwrap())).collect()
}

async fn owners_and_sources_have_their_own_numbers(app: TestApp) {
    let pipeline = app.pipeline().await;
    let owner = app.users.sales.to_string();
    lead(&app, &pipeline, &[("New", 1), ("Won", 2)], json!({ "source": "fair", "owner_id": owner })).await;
    lead(&app, &pipeline, &[("New", 1)], json!({ "source": "fair" })).await;
    lead(&app, &pipeline, &[("New", 1)], json!({})).await;
    let sources = funnel(&app, &pipeline, "breakdown=source").await;
    assert_eq!(buckets(&sources), [(Value::Null, 1), (json!("fair"), 2)]);
    assert_eq!(numbers(&sources.json["groups"][1], "entered"), [2, 1, 1, 1, 1]);
    let owners = funnel(&app, &pipeline, "breakdown=owner").await;
    assert_eq!(buckets(&owners), [(Value::Null, 2), (json!(owner), 1)]);
}

async fn periods_are_those_of_the_time_zone(app: TestApp) {
    let pipeline = app.pipeline().await;
    for at in ["2024-03-31T21:59:59Z", "2024-03-31T22:00:00Z", "2024-03-30T23:00:00Z", "2024-03-30T22:59:59Z"] {
        app.deal(&app.key, json!({ "pipeline_id": pipeline.id, "entered_at": at })).await;
    }
    let berlin = "tz=Europe/Berlin&breakdown=period";
    let days = funnel(&app, &pipeline, &format!("{berlin}&period=day")).await;
    assert_eq!(buckets(&days), [(json!("2024-03-30"), 1), (json!("2024-03-31"), 2), (json!("2024-04-01"), 1)]);
    let weeks = funnel(&app, &pipeline, &format!("{berlin}&period=week")).await;
    assert_eq!(buckets(&weeks), [(json!("2024-03-25"), 3), (json!("2024-04-01"), 1)]);
    let months = funnel(&app, &pipeline, "breakdown=period&period=month").await;
    assert_eq!(buckets(&months), [(json!("2024-03-01"), 4)]);
    let day = funnel(&app, &pipeline, "tz=Europe/Berlin&from=2024-03-31&to=2024-04-01").await;
    assert_eq!(day.json["total"]["cohort"], 2);
    assert_eq!((&day.json["from"], &day.json["to"]), (&json!("2024-03-30T23:00:00Z"), &json!("2024-03-31T22:00:00Z")));
}

async fn filters_narrow_the_cohort(app: TestApp) {
    let pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("New", 1)], json!({ "source": "fair" })).await;
    lead(&app, &pipeline, &[("New", 1)], json!({ "owner_id": app.users.sales })).await;
    let cohort = async |query: String| funnel(&app, &pipeline, &query).await.json["total"]["cohort"].clone();
    assert_eq!(cohort("source=fair".to_owned()).await, 1);
    assert_eq!(cohort("source=none".to_owned()).await, 0);
    assert_eq!(cohort(format!("owner_id={}", app.users.sales)).await, 1);
}

async fn a_report_shows_what_the_caller_sees(app: TestApp) {
    let pipeline = app.pipeline().await;
    for owner in [json!(app.users.mate), json!(app.users.rival), Value::Null] {
        lead(&app, &pipeline, &[("New", 1), ("Lost", 2)], json!({ "owner_id": owner })).await;
    }
    let path = format!("/api/v1/reports/funnel?pipeline_id={}&breakdown=owner", pipeline.id);
    let own = app.sales.get(&path).await.ok();
    assert_eq!(buckets(&own), [(Value::Null, 1), (json!(app.users.mate), 1)]);
    let step = pipeline.stage("New");
    let leads = format!("/api/v1/reports/funnel/leads?pipeline_id={}&step={step}", pipeline.id);
    assert_eq!(app.sales.get(&leads).await.ok().json["total"], 2);
    assert_eq!(app.marketer.get(&leads).await.ok().json["total"], 3);
    app.anon.get(&leads).await.problem(401, "unauthorized");
}

async fn csv_has_a_row_for_each_part_mode_and_step(app: TestApp) {
    let pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("New", 1)], json!({ "source": "=fair", "amount": 5, "currency": "EUR" })).await;
    let csv = funnel(&app, &pipeline, "format=csv&breakdown=source&mode=reached,visited").await;
    assert_eq!(csv.header("content-type").unwrap(), "text/csv");
    let text = csv.text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 1 + 2 * 2 * 5);
    assert!(lines[1].starts_with("all,,reached,") && lines[1].contains(",0.05 EUR,"), "{}", lines[1]);
    assert!(lines[11].starts_with("bucket,'=fair,reached,"), "{}", lines[11]);
}

async fn the_leads_behind_a_number_come_in_pages(app: TestApp) {
    let pipeline = app.pipeline().await;
    let mut ids = Vec::new();
    for day in [3, 1, 2] {
        ids.push((day, lead(&app, &pipeline, &[("New", day), ("Won", 9)], json!({ "source": "fair" })).await.id()));
    }
    lead(&app, &pipeline, &[("New", 1)], json!({ "source": "fair" })).await;
    ids.sort();
    let path = format!(
        "/api/v1/reports/funnel/leads?pipeline_id={}&step={}&breakdown=source&bucket=fair&limit=2",
        pipeline.id,
        pipeline.stage("Won")
    );
    let first = app.admin.get(&path).await.ok();
    let next = first.json["next_cursor"].as_str().unwrap();
    let second = app.admin.get(&format!("{path}&cursor={next}")).await.ok();
    let found: Vec<_> = first.items().iter().chain(second.items()).map(|lead| lead["id"].as_str().unwrap()).collect();
    assert_eq!(found, ids.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>());
    assert_eq!((&first.json["total"], &second.json["next_cursor"]), (&json!(3), &Value::Null));
    assert_eq!(first.items()[0]["contact_name"], "Ann Lee");
    let none = app.admin.get(&path.replace("bucket=fair", "bucket=")).await.ok();
    assert_eq!(none.json["total"], 0);
    app.admin.get(&path.replace("breakdown=source&", "")).await.invalid(&["bucket"]);
}
