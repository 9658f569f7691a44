use serde_json::json;

use crate::support::{TestApp, cases};

cases![
    the_list_filters_by_every_field,
    the_list_searches_titles,
    pages_follow_each_other_in_every_order,
    custom_fields_filter_the_list,
    bad_parameters_are_named,
];

/// How many leads a query finds.
async fn found(app: &TestApp, query: &str) -> i64 {
    let answer = app.admin.get(&format!("/api/v1/leads?total=true&{query}")).await.ok();
    let total = answer.json["total"].as_i64().unwrap();
    assert_eq!(total, i64::try_from(answer.items().len()).unwrap(), "{query}");
    total
}

async fn the_list_filters_by_every_field(app: TestApp) {
    let pipeline = app.pipeline().await;
    let other = app.pipeline().await;
    let first = app
        .deal(&app.sales, json!({ "pipeline_id": pipeline.id, "amount": 500, "currency": "EUR", "source": "fair", "expected_close_on": "2031-05-01", "entered_at": "2020-01-01T00:00:00Z", "stage_id": pipeline.stage("Won") }))
        .await;
    app.deal(&app.key, json!({ "pipeline_id": other.id, "amount": 900, "currency": "USD" })).await;
    let (contact, owner) = (first.json["contact_id"].as_str().unwrap(), app.users.sales);
    let (stage, pipeline) = (pipeline.stage("Won"), &pipeline.id);
    for query in [
        format!("pipeline_id={pipeline}"),
        format!("stage_id={stage}"),
        "kind=won".to_owned(),
        format!("owner_id={owner}"),
        "unowned=true".to_owned(),
        "unowned=false".to_owned(),
        format!("contact_id={contact}"),
        "source=fair".to_owned(),
        "currency=USD".to_owned(),
        "amount_min=501".to_owned(),
        "amount_max=500".to_owned(),
        "expected_close_from=2031-05-01&expected_close_to=2031-05-02".to_owned(),
        "entered_to=2020-01-01T00:00:01Z".to_owned(),
        "closed_from=2020-01-01T00:00:00Z".to_owned(),
    ] {
        assert_eq!(found(&app, &query).await, 1, "{query}");
    }
    assert_eq!(found(&app, "expected_close_to=2031-05-01").await, 0);
    assert_eq!(found(&app, "created_from=2020-01-01T00:00:00Z&updated_to=2999-01-01T00:00:00Z").await, 2);
    assert_eq!(found(&app, &format!("company_id={owner}")).await, 0);
    assert_eq!(found(&app, &format!("lost_reason_id={owner}")).await, 0);
}

async fn the_list_searches_titles(app: TestApp) {
    app.pipeline().await;
    app.deal(&app.sales, json!({ "title": "New roof for 100% of Łódź" })).await;
    for (query, count) in
        [("roof", 1), ("ROOF+new", 1), ("%C5%82%C3%B3d", 1), ("0%25", 1), ("0_", 0), ("100%25", 1), ("door", 0)]
    {
        assert_eq!(found(&app, &format!("q={query}")).await, count, "{query}");
    }
}

async fn pages_follow_each_other_in_every_order(app: TestApp) {
    app.pipeline().await;
    for day in ["03", "01", "02", "02", "02"] {
        app.deal(&app.sales, json!({ "entered_at": format!("2024-01-{day}T00:00:00Z") })).await;
    }
    for sort in ["created_at", "updated_at", "entered_at", "stage_entered_at"] {
        for sort in [sort.to_owned(), format!("-{sort}")] {
            let whole = app.admin.get(&format!("/api/v1/leads?sort={sort}")).await.ok();
            let (mut ids, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = app.admin.get(&format!("/api/v1/leads?sort={sort}&limit=2{cursor}")).await.ok();
                ids.extend(page.items().iter().map(|lead| lead["id"].clone()));
                let Some(next) = page.json["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(ids, whole.items().iter().map(|lead| lead["id"].clone()).collect::<Vec<_>>(), "{sort}");
        }
    }
}

async fn custom_fields_filter_the_list(app: TestApp) {
    app.pipeline().await;
    for (key, kind, options) in [
        ("size", "number", json!([])),
        ("colour", "text", json!([])),
        ("urgent", "boolean", json!([])),
        ("tags", "multi_choice", json!(["a", "b%", "c"])),
    ] {
        let field = json!({ "entity": "lead", "key": key, "label": key, "kind": kind, "options": options });
        app.admin.post("/api/v1/fields", field).await.created();
    }
    let custom = json!({ "size": 5, "colour": "dark \"red\"", "urgent": true, "tags": ["a", "b%"] });
    app.deal(&app.sales, json!({ "custom": custom })).await;
    for (query, count) in [
        ("custom.size=5", 1),
        ("custom.size=6", 0),
        ("custom.colour=dark+%22red%22", 1),
        ("custom.urgent=true&custom.size=5", 1),
        ("custom.urgent=false", 0),
        ("custom.tags=b%25", 1),
        ("custom.tags=c", 0),
    ] {
        assert_eq!(found(&app, query).await, count, "{query}");
    }
    let wrong = json!({ "custom": { "size": "big", "unknown": 1 } });
    app.sales
        .post("/api/v1/leads", json!({ "contact": { "email": "a@b.example" }, "custom": wrong["custom"] }))
        .await
        .invalid(&["custom.size", "custom.unknown"]);
}

async fn bad_parameters_are_named(app: TestApp) {
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("sort=colour", "sort"),
        ("cursor=x", "cursor"),
        ("stage_id=x", "stage_id"),
        ("created_from=2024", "created_from"),
        ("expected_close_from=x", "expected_close_from"),
        ("q=%00", "q"),
        ("colour=red", "colour"),
    ] {
        app.admin.get(&format!("/api/v1/leads?{query}")).await.invalid(&[field]);
    }
}
