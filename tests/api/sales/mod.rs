//! Sales reports, against the definitions computed the slow way.

mod activity;
mod facts;
mod lists;
mod numbers;
mod reference;

use serde_json::{Value, json};

use crate::support::sales::Pipeline;
use crate::support::{Answer, TestApp};

/// A lead that entered the stages on these days of January 2024.
async fn lead(app: &TestApp, pipeline: &Pipeline, way: &[(&str, u32)], fields: Value) -> Answer {
    let at = |day: u32| format!("2024-01-{day:02}T12:00:00Z");
    let mut body =
        json!({ "pipeline_id": pipeline.id, "stage_id": pipeline.stage(way[0].0), "entered_at": at(way[0].1) });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let lead = app.deal(&app.key, body).await;
    for (stage, day) in &way[1..] {
        step(app, pipeline, &lead, stage, *day).await;
    }
    lead
}

async fn step(app: &TestApp, pipeline: &Pipeline, lead: &Answer, stage: &str, day: u32) {
    let body = json!({ "stage_id": pipeline.stage(stage), "at": format!("2024-01-{day:02}T12:00:00Z") });
    app.key.post(&format!("/api/v1/leads/{}/stage", lead.id()), body).await.ok();
}

async fn report(app: &TestApp, pipeline: &Pipeline, name: &str, query: &str) -> Value {
    app.admin.get(&format!("/api/v1/reports/{name}?pipeline_id={}&{query}", pipeline.id)).await.ok().json
}

/// How many leads the list behind a number has, all pages of it.
async fn behind(app: &TestApp, pipeline: &Pipeline, query: &str) -> usize {
    let path = format!("/api/v1/reports/sales/leads?pipeline_id={}&limit=2&{query}", pipeline.id);
    let (mut found, mut page) = (0, app.admin.get(&path).await.ok());
    loop {
        found += page.items().len();
        match page.json["next_cursor"].as_str() {
            Some(next) => page = app.admin.get(&format!("{path}&cursor={next}")).await.ok(),
            None => break,
        }
    }
    assert_eq!(page.json["total"], found, "{query}");
    found
}
