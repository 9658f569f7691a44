//! Channel groups: the rules, the groups of touchpoints, and those kept on leads.

mod leads;
mod rules;

use serde_json::{Value, json};

use crate::support::TestApp;

const RULES: &str = "/api/v1/channel-groups";

/// Records a visit of `ann@example.com` on a day of January 2024.
async fn visit(app: &TestApp, day: u32, source: &str, medium: &str) -> Value {
    let at = format!("2024-01-{day:02}T10:00:00Z");
    app.touch(
        json!({ "channel": "web", "kind": "page_view", "occurred_at": at, "utm_source": source, "utm_medium": medium }),
    )
    .await
}

/// A lead of a client that entered on a day of January 2024.
async fn lead(app: &TestApp, contact: &Value, day: u32) -> Value {
    if app.admin.get("/api/v1/pipelines").await.ok().items().is_empty() {
        app.pipeline().await;
    }
    let at = format!("2024-01-{day:02}T12:00:00Z");
    let body = json!({ "contact_id": contact, "entered_at": at, "title": "A roof" });
    app.manager.post("/api/v1/leads", body).await.created().json
}

/// The groups and the campaign kept on a lead.
async fn kept(app: &TestApp, lead: &Value) -> (Value, Value, Value) {
    let lead = app.manager.get(&format!("/api/v1/leads/{}", lead["id"].as_str().unwrap())).await.ok().json;
    (lead["first_touch_group"].clone(), lead["last_touch_group"].clone(), lead["touch_campaign"].clone())
}
