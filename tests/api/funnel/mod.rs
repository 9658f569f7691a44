//! Funnels, against the definitions computed the slow way.

mod breakdown;
mod fields_then;
mod journey;
mod journey_parts;
mod journey_reference;
mod numbers;
mod parameters;
mod parts;
mod reference;
mod segments;
mod then;

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
        let body = json!({ "stage_id": pipeline.stage(stage), "at": at(*day) });
        app.key.post(&format!("/api/v1/leads/{}/stage", lead.id()), body).await.ok();
    }
    lead
}

async fn funnel(app: &TestApp, pipeline: &Pipeline, query: &str) -> Answer {
    app.admin.get(&format!("/api/v1/reports/funnel?pipeline_id={}&{query}", pipeline.id)).await.ok()
}

/// A number of each step in the first mode.
fn numbers(group: &Value, name: &str) -> Vec<i64> {
    let steps = group["modes"][0]["steps"].as_array().unwrap();
    steps.iter().map(|step| step[name].as_i64().unwrap()).collect()
}
