//! All that a cohort can be broken down by, and facts that come late.

use serde_json::{Value, json};

use super::{funnel, lead, numbers};
use crate::support::{Answer, TestApp, cases};

cases![
    teams_companies_and_owners_have_names,
    channel_groups_and_campaigns_are_those_of_the_first_and_last_touchpoint,
    any_custom_field_of_the_lead_its_client_or_company_breaks_down,
    filters_by_team_company_group_and_campaign_narrow_the_cohort,
    too_many_parts_are_refused,
    currencies_are_never_added,
    stages_moved_and_archived_later_keep_history_right,
    a_back_dated_fact_changes_only_the_numbers_it_should,
    a_merge_and_its_undoing_move_only_what_they_should,
];

fn parts(answer: &Answer) -> Vec<(Value, Value, i64)> {
    let groups = answer.json["groups"].as_array().unwrap();
    let part = |group: &Value| (group["bucket"].clone(), group["label"].clone(), group["cohort"].as_i64().unwrap());
    groups.iter().map(part).collect()
}

async fn teams_companies_and_owners_have_names(app: TestApp) {
    let pipeline = app.pipeline().await;
    let company = app.manager.post("/api/v1/companies", json!({ "name": "Acme" })).await.created().id();
    let fields = json!({ "owner_id": app.users.sales, "company_id": company });
    lead(&app, &pipeline, &[("New", 1), ("Won", 2)], fields).await;
    lead(
        &app,
        &pipeline,
        &[("Contacted", 1), ("New", 2)],
        json!({ "owner_id": app.users.mate, "company_id": company }),
    )
    .await;
    lead(&app, &pipeline, &[("New", 1)], json!({ "owner_id": null })).await;
    let teams = funnel(&app, &pipeline, "breakdown=team").await;
    assert_eq!(parts(&teams), [(Value::Null, Value::Null, 1), (json!(app.users.north), json!("North"), 2)]);
    let companies = funnel(&app, &pipeline, "breakdown=company").await;
    assert_eq!(parts(&companies), [(Value::Null, Value::Null, 1), (json!(company), json!("Acme"), 2)]);
    let owners = funnel(&app, &pipeline, "breakdown=owner").await;
    assert!(parts(&owners)[1..].iter().all(|(_, label, _)| label.is_string()));
    let step = pipeline.stage("New");
    let path = format!(
        "/api/v1/reports/funnel/leads?pipeline_id={}&step={step}&breakdown=company&bucket={company}",
        pipeline.id
    );
    assert_eq!(app.admin.get(&path).await.ok().json["total"], 2);
}

/// A client who came by these media on days of December 2023, and a lead of January.
async fn came(app: &TestApp, pipeline: &crate::support::sales::Pipeline, name: &str, media: &[&str]) -> Answer {
    let mut contact = Value::Null;
    for (n, medium) in media.iter().enumerate() {
        let touch = json!({
            "contact": { "email": format!("{name}@example.com") }, "channel": "web", "utm_source": "x", "utm_medium": medium,
            "utm_campaign": format!("{name} {n}"), "occurred_at": format!("2023-12-{:02}T00:00:00Z", n + 1),
        });
        contact = app.touch(touch).await["contact_id"].clone();
    }
    lead(app, pipeline, &[("New", 5)], json!({ "contact_id": contact })).await
}

async fn channel_groups_and_campaigns_are_those_of_the_first_and_last_touchpoint(app: TestApp) {
    let pipeline = app.pipeline().await;
    came(&app, &pipeline, "ann", &["email", "cpc"]).await;
    came(&app, &pipeline, "bo", &["email", "affiliate"]).await;
    lead(&app, &pipeline, &[("New", 1)], json!({})).await;
    let of = async |by: &str| {
        let answer = funnel(&app, &pipeline, &format!("breakdown={by}")).await;
        parts(&answer)
            .into_iter()
            .map(|(bucket, _, n)| (bucket.as_str().unwrap_or("-").to_owned(), n))
            .collect::<Vec<_>>()
    };
    assert_eq!(of("first_touch_group").await, [("-".to_owned(), 1), ("Email".to_owned(), 2)]);
    let last = [("-".to_owned(), 1), ("Affiliates".to_owned(), 1), ("Paid Other".to_owned(), 1)];
    assert_eq!(of("last_touch_group").await, last);
    let campaigns = [("-".to_owned(), 1), ("ann 1".to_owned(), 1), ("bo 1".to_owned(), 1)];
    assert_eq!(of("campaign").await, campaigns);
}

async fn field(app: &TestApp, entity: &str, key: &str, kind: &str) {
    let body = json!({ "entity": entity, "key": key, "label": key, "kind": kind });
    app.admin.post("/api/v1/fields", body).await.created();
}

async fn any_custom_field_of_the_lead_its_client_or_company_breaks_down(app: TestApp) {
    let pipeline = app.pipeline().await;
    field(&app, "lead", "size", "number").await;
    field(&app, "lead", "urgent", "boolean").await;
    field(&app, "contact", "tier", "text").await;
    field(&app, "company", "branch", "text").await;
    let company = json!({ "name": "Acme", "custom": { "branch": "steel" } });
    let company = app.manager.post("/api/v1/companies", company).await.created().id();
    let deal =
        lead(&app, &pipeline, &[("New", 1)], json!({ "custom": { "size": 5, "urgent": true }, "company_id": company }))
            .await;
    lead(&app, &pipeline, &[("New", 1)], json!({ "custom": { "size": 7 } })).await;
    let client = format!("/api/v1/contacts/{}", deal.json["contact_id"].as_str().unwrap());
    app.manager.patch_any(&client, json!({ "custom": { "tier": "gold" } })).await.ok();
    for (by, wanted) in [
        ("custom.size", vec![json!("5"), json!("7")]),
        ("custom.urgent", vec![Value::Null, json!("true")]),
        ("contact.custom.tier", vec![Value::Null, json!("gold")]),
        ("company.custom.branch", vec![Value::Null, json!("steel")]),
    ] {
        let answer = funnel(&app, &pipeline, &format!("breakdown={by}")).await;
        let found: Vec<_> = parts(&answer).into_iter().map(|(bucket, ..)| bucket).collect();
        assert_eq!((found, &answer.json["breakdown"]), (wanted, &json!(by)));
    }
    let path = format!("/api/v1/reports/funnel?pipeline_id={}&breakdown=", pipeline.id);
    for bad in ["custom.colour", "contact.custom.size", "custom.size%27)--", "custom.", "colour"] {
        app.admin.get(&format!("{path}{bad}")).await.invalid(&["breakdown"]);
    }
}

async fn filters_by_team_company_group_and_campaign_narrow_the_cohort(app: TestApp) {
    let pipeline = app.pipeline().await;
    let company = app.manager.post("/api/v1/companies", json!({ "name": "Acme" })).await.created().id();
    came(&app, &pipeline, "ann", &["email", "cpc"]).await;
    lead(&app, &pipeline, &[("New", 1)], json!({ "company_id": company, "owner_id": app.users.rival })).await;
    let cohort = async |query: String| funnel(&app, &pipeline, &query).await.json["total"]["cohort"].clone();
    assert_eq!(cohort(format!("company_id={company}")).await, 1);
    assert_eq!(cohort(format!("team_id={}", app.users.south)).await, 1);
    assert_eq!(cohort(format!("team_id={}", app.users.north)).await, 0);
    assert_eq!(cohort("first_touch_group=Email".to_owned()).await, 1);
    assert_eq!(cohort("last_touch_group=Email".to_owned()).await, 0);
    assert_eq!(cohort("campaign=ann+1&last_touch_group=Paid+Other".to_owned()).await, 1);
    assert_eq!(cohort("campaign=%27+OR+1%3D1".to_owned()).await, 0);
}

async fn too_many_parts_are_refused(app: TestApp) {
    let pipeline = app.pipeline().await;
    let path = format!("/api/v1/reports/funnel?pipeline_id={}&breakdown=period", pipeline.id);
    app.admin.get(&format!("{path}&period=day&from=1950-01-01&to=2050-01-01")).await.invalid(&["period"]);
    app.admin.get(&format!("{path}&period=month&from=2000-01-01&to=2050-01-01")).await.ok();
}

async fn currencies_are_never_added(app: TestApp) {
    let pipeline = app.pipeline().await;
    for (amount, currency) in [(5, "EUR"), (7, "EUR"), (9, "USD")] {
        lead(&app, &pipeline, &[("New", 1)], json!({ "amount": amount, "currency": currency })).await;
    }
    let answer = funnel(&app, &pipeline, "").await;
    let value = &answer.json["total"]["modes"][0]["steps"][0]["value"];
    assert_eq!(*value, json!([{ "currency": "EUR", "amount": 12 }, { "currency": "USD", "amount": 9 }]));
}

async fn stages_moved_and_archived_later_keep_history_right(app: TestApp) {
    let pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("New", 1), ("Contacted", 2), ("Qualified", 3), ("Won", 9)], json!({})).await;
    lead(&app, &pipeline, &[("New", 1), ("Contacted", 2)], json!({})).await;
    let before = funnel(&app, &pipeline, "mode=visited").await;
    assert_eq!(numbers(&before.json["total"], "entered"), [2, 2, 1, 0, 1]);
    let order: Vec<_> =
        ["New", "Qualified", "Contacted", "Proposal", "Won", "Lost"].iter().map(|name| pipeline.stage(name)).collect();
    let path = format!("/api/v1/pipelines/{}/stage-order", pipeline.id);
    app.admin.put_any(&path, json!({ "stage_ids": order })).await.ok();
    let moved = funnel(&app, &pipeline, "mode=visited").await;
    assert_eq!(numbers(&moved.json["total"], "entered"), [2, 1, 2, 0, 1], "the same visits in the new order");
    let path = format!("/api/v1/stages/{}", pipeline.stage("Qualified"));
    app.admin.patch_any(&path, json!({ "archived": true })).await.ok();
    let steps = ["New", "Qualified", "Contacted", "Proposal", "Won"].map(|name| pipeline.stage(name)).join(",");
    let archived = funnel(&app, &pipeline, &format!("mode=visited&steps={steps}")).await;
    assert_eq!(archived.json["total"]["modes"], moved.json["total"]["modes"], "an archived stage keeps its visits");
}

async fn a_back_dated_fact_changes_only_the_numbers_it_should(app: TestApp) {
    let pipeline = app.pipeline().await;
    let deal = lead(&app, &pipeline, &[("New", 1), ("Won", 20)], json!({})).await;
    lead(&app, &pipeline, &[("New", 2), ("Contacted", 3)], json!({})).await;
    let at = async |as_of: u32| {
        let answer = funnel(&app, &pipeline, &format!("mode=visited&as_of=2024-01-{as_of:02}")).await;
        numbers(&answer.json["total"], "entered")
    };
    let before = (at(4).await, at(10).await, at(25).await);
    assert_eq!(before, (vec![2, 1, 0, 0, 0], vec![2, 1, 0, 0, 0], vec![2, 1, 0, 0, 1]));
    let path = format!("/api/v1/leads/{}/stage", deal.id());
    let late = json!({ "stage_id": pipeline.stage("Qualified"), "at": "2024-01-08T00:00:00Z" });
    app.key.post(&path, late).await.ok();
    assert_eq!(at(4).await, before.0, "what was before the fact stays");
    assert_eq!((at(10).await, at(25).await), (vec![2, 1, 1, 0, 0], vec![2, 1, 1, 0, 1]));
    let reopened = json!({ "stage_id": pipeline.stage("Proposal"), "at": "2024-01-22T00:00:00Z" });
    app.key.post(&path, reopened).await.ok();
    assert_eq!((at(21).await, at(25).await), (vec![2, 1, 1, 0, 1], vec![2, 1, 1, 1, 1]));
}

async fn a_merge_and_its_undoing_move_only_what_they_should(app: TestApp) {
    let pipeline = app.pipeline().await;
    let ann = came(&app, &pipeline, "ann", &["cpc"]).await;
    let bo = came(&app, &pipeline, "bo", &["email", "affiliate"]).await;
    let all = async || {
        let mut found = Vec::new();
        for by in ["first_touch_group", "last_touch_group", "owner", "source", "company", "period"] {
            let answer = funnel(&app, &pipeline, &format!("breakdown={by}")).await.json;
            found.push((by, answer["groups"].clone(), answer["total"].clone()));
        }
        found
    };
    let before = all().await;
    let contact = |lead: &Answer| lead.json["contact_id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/contacts/{}/merge", contact(&ann));
    let merged = app.manager.post(&path, json!({ "contact_ids": [contact(&bo)] })).await.ok();
    let after = all().await;
    for (n, (by, groups, total)) in after.iter().enumerate() {
        assert_eq!(*total, before[n].2, "{by}");
        assert_eq!(*groups == before[n].1, n > 1, "only the groups of touchpoints change: {by}");
    }
    let merge = merged.json["merges"][0]["id"].as_str().unwrap();
    app.manager.post_empty(&format!("/api/v1/merges/{merge}/undo")).await.ok();
    assert_eq!(all().await, before);
}
