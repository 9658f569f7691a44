//! Reports of an earlier day go by the owners, companies, sources and fields of then.

use serde_json::{Value, json};
use touchline::db::types::Instant;

use super::{funnel, lead};
use crate::support::sales::{Pipeline, path};
use crate::support::{Answer, TestApp, cases};

cases![
    an_older_report_has_the_owners_companies_sources_and_fields_of_then,
    the_leads_behind_a_number_of_then_are_those_of_then,
    a_choice_of_several_counts_a_lead_under_each,
];

/// Two leads of one owner, company, source and size, all of which one of them changes later, twice.
struct World {
    pipeline: Pipeline,
    companies: [String; 2],
    before: String,
    changed: Answer,
}

impl World {
    async fn of(app: &TestApp) -> Self {
        let pipeline = app.pipeline().await;
        let field = json!({ "entity": "lead", "key": "size", "label": "Size", "kind": "text" });
        app.admin.post("/api/v1/fields", field).await.created();
        let mut companies = Vec::new();
        for name in ["Acme", "Bolt"] {
            companies.push(app.manager.post("/api/v1/companies", json!({ "name": name })).await.created().id());
        }
        let companies: [String; 2] = companies.try_into().unwrap();
        let fields = json!({
            "owner_id": app.users.sales, "company_id": companies[0], "source": "fair", "custom": { "size": "big" },
            "amount": 100, "currency": "EUR",
        });
        let changed = lead(app, &pipeline, &[("New", 1), ("Won", 4)], fields.clone()).await;
        lead(app, &pipeline, &[("New", 2)], fields).await;
        let before = Instant::now().to_string();
        for fields in [
            json!({ "title": "Renamed" }),
            json!({ "owner_id": app.users.admin, "company_id": null, "source": "x", "custom": { "size": "odd" } }),
            json!({ "owner_id": null, "company_id": companies[1], "source": "web", "custom": { "size": null } }),
        ] {
            app.admin.patch_any(&path(&changed), fields).await.ok();
        }
        Self { pipeline, companies, before, changed }
    }

    /// Each filter with what fits both leads then, and one now.
    fn filters(&self, app: &TestApp) -> [(String, String); 4] {
        [
            (format!("owner_id={}", app.users.sales), format!("owner_id={}", app.users.admin)),
            (format!("team_id={}", app.users.north), format!("team_id={}", app.users.south)),
            (format!("company_id={}", self.companies[0]), format!("company_id={}", self.companies[1])),
            ("source=fair".to_owned(), "source=web".to_owned()),
        ]
    }
}

fn buckets(answer: &Answer) -> Vec<(Value, i64)> {
    let groups = answer.json["groups"].as_array().unwrap();
    groups.iter().map(|group| (group["bucket"].clone(), group["cohort"].as_i64().unwrap())).collect()
}

async fn an_older_report_has_the_owners_companies_sources_and_fields_of_then(app: TestApp) {
    let world = World::of(&app).await;
    let then = format!("as_of={}", world.before);
    let parts =
        async |query: &str, by: &str| buckets(&funnel(&app, &world.pipeline, &format!("{query}&breakdown={by}")).await);
    let [acme, bolt] = &world.companies;
    for (by, was, is) in [
        ("owner", json!(app.users.sales), Value::Null),
        ("team", json!(app.users.north), Value::Null),
        ("company", json!(acme), json!(bolt)),
        ("source", json!("fair"), json!("web")),
        ("custom.size", json!("big"), Value::Null),
    ] {
        assert_eq!(parts(&then, by).await, [(was.clone(), 2)], "{by} then");
        let mut now = vec![(was, 1), (is, 1)];
        now.sort_by_key(|(bucket, _)| bucket.as_str().map(str::to_owned));
        assert_eq!(parts("to=2030-01-01", by).await, now, "{by} now");
    }
    for (was, is) in world.filters(&app) {
        let cohort = async |query: String| funnel(&app, &world.pipeline, &query).await.json["total"]["cohort"].clone();
        assert_eq!(cohort(format!("{then}&{was}")).await, 2, "{was} then");
        assert_eq!(cohort(was.clone()).await, 1, "{was} now");
        assert_eq!(cohort(format!("{then}&{is}")).await, 0, "{is} then");
    }
}

async fn the_leads_behind_a_number_of_then_are_those_of_then(app: TestApp) {
    let world = World::of(&app).await;
    let (pipeline, then) = (&world.pipeline, format!("as_of={}&from=2024-01-01", world.before));
    let total = async |path: String| app.admin.get(&path).await.ok().json["total"].clone();
    for (was, _) in world.filters(&app) {
        let step = pipeline.stage("New");
        let path = format!("/api/v1/reports/funnel/leads?pipeline_id={}&step={step}&{then}&{was}", pipeline.id);
        assert_eq!(total(path).await, 2, "{was}");
        let sales = format!("/api/v1/reports/sales?pipeline_id={}&{then}&{was}", pipeline.id);
        let sales = app.admin.get(&sales).await.ok().json["current"].clone();
        assert_eq!((&sales["won"], &sales["open"]), (&json!(1), &json!(1)), "{was}");
        for set in ["won", "open"] {
            let path = format!("/api/v1/reports/sales/leads?pipeline_id={}&set={set}&{then}&{was}", pipeline.id);
            assert_eq!(total(path).await, 1, "{set} {was}");
        }
    }
    let activity = app.admin.get(&format!("/api/v1/reports/activity?{then}")).await.ok().json;
    assert_eq!(
        (&activity["owners"][0]["user_id"], &activity["owners"][0]["won"]),
        (&json!(app.users.sales), &json!(1))
    );
    let hidden = app.rival.get(&format!("/api/v1/reports/funnel?pipeline_id={}&{then}", pipeline.id)).await.ok().json;
    assert_eq!(hidden["total"]["cohort"], 1, "who may see a lead is decided by its owner of now");
    assert!(app.rival.get(&path(&world.changed)).await.ok().json["owner_id"].is_null());
}

async fn a_choice_of_several_counts_a_lead_under_each(app: TestApp) {
    let pipeline = app.pipeline().await;
    let field = json!({
        "entity": "lead", "key": "wants", "label": "Wants", "kind": "multi_choice", "options": ["heat_pump", "solar"],
    });
    app.admin.post("/api/v1/fields", field).await.created();
    for wants in [json!(["heat_pump", "solar"]), json!(["solar"]), json!([]), Value::Null] {
        lead(&app, &pipeline, &[("New", 1)], json!({ "custom": { "wants": wants } })).await;
    }
    let answer = funnel(&app, &pipeline, "breakdown=custom.wants").await;
    assert_eq!(buckets(&answer), [(Value::Null, 2), (json!("heat_pump"), 1), (json!("solar"), 2)]);
    assert_eq!((&answer.json["rows_overlap"], &answer.json["total"]["cohort"]), (&json!(true), &json!(4)));
    assert!(answer.json["notes"][0].as_str().unwrap().contains("overlap"));
    let step = pipeline.stage("New");
    let path = format!("/api/v1/reports/funnel/leads?pipeline_id={}&step={step}&breakdown=custom.wants", pipeline.id);
    for (bucket, leads) in [("solar", 2), ("heat_pump", 1), ("", 2)] {
        assert_eq!(app.admin.get(&format!("{path}&bucket={bucket}")).await.ok().json["total"], leads, "{bucket}");
    }
}
