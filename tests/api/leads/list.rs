use serde_json::{Value, json};

use crate::support::{TestApp, cases};

cases![
    the_list_filters_by_every_field,
    the_list_searches_titles,
    pages_follow_each_other_in_every_order,
    custom_fields_filter_the_list,
    bad_parameters_are_named,
    rows_name_the_client_and_the_company,
    a_client_out_of_sight_has_no_name,
    leads_without_amount_or_day_come_last,
    stale_leads_are_those_of_the_board,
    an_owner_is_a_person_me_or_none,
    rows_tell_how_to_reach_the_client,
    leads_are_listed_by_their_ids,
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
    for day in [5, 7, 7] {
        let worth = json!({ "amount": day, "currency": "EUR", "expected_close_on": format!("2031-01-0{day}") });
        app.deal(&app.sales, worth).await;
    }
    for sort in ["created_at", "updated_at", "entered_at", "stage_entered_at", "amount", "expected_close_on"] {
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
        ("stale=x", "stale"),
        ("owner_id=nobody", "owner_id"),
        ("sort=amount&cursor=x", "cursor"),
    ] {
        app.admin.get(&format!("/api/v1/leads?{query}")).await.invalid(&[field]);
    }
}

async fn rows_name_the_client_and_the_company(app: TestApp) {
    app.pipeline().await;
    let company = app.company(Vec::new()).await;
    app.deal(&app.sales, json!({ "company_id": company })).await;
    app.deal(&app.sales, json!({ "title": "Alone" })).await;
    let rows = app.reader.get("/api/v1/leads?sort=created_at").await.ok();
    let names: Vec<_> = rows.items().iter().map(|row| (&row["contact_name"], &row["company_name"])).collect();
    assert_eq!(names, [(&json!("Ann Lee"), &json!("Acme")), (&json!("Ann Lee"), &json!(null))]);
}

async fn a_client_out_of_sight_has_no_name(app: TestApp) {
    app.pipeline().await;
    let lead = app.deal(&app.sales, json!({})).await;
    app.give(lead.json["contact_id"].as_str().unwrap().parse().unwrap(), app.users.rival).await;
    let name = |answer: &crate::support::Answer| answer.items()[0]["contact_name"].clone();
    assert_eq!(name(&app.sales.get("/api/v1/leads").await.ok()), json!(null));
    assert_eq!(name(&app.admin.get("/api/v1/leads").await.ok()), json!("Ann Lee"));
}

async fn leads_without_amount_or_day_come_last(app: TestApp) {
    app.pipeline().await;
    app.deal(&app.sales, json!({ "title": "neither" })).await;
    for (amount, day) in [(900, "2031-02-01"), (20, "2031-03-01"), (300, "2031-01-01")] {
        let fields = json!({ "amount": amount, "currency": "EUR", "expected_close_on": day, "title": day });
        app.deal(&app.sales, fields).await;
    }
    for (sort, expected) in [
        ("amount", ["2031-03-01", "2031-01-01", "2031-02-01", "neither"]),
        ("-amount", ["2031-02-01", "2031-01-01", "2031-03-01", "neither"]),
        ("expected_close_on", ["2031-01-01", "2031-02-01", "2031-03-01", "neither"]),
        ("-expected_close_on", ["2031-03-01", "2031-02-01", "2031-01-01", "neither"]),
    ] {
        let rows = app.admin.get(&format!("/api/v1/leads?sort={sort}")).await.ok();
        let titles: Vec<_> = rows.items().iter().map(|row| row["title"].as_str().unwrap()).collect();
        assert_eq!(titles, expected, "{sort}");
    }
}

async fn stale_leads_are_those_of_the_board(app: TestApp) {
    let pipeline = app.pipeline().await;
    app.pipeline().await;
    let days_ago = crate::pipelines::board::days_ago;
    let mut stale = Vec::new();
    for days in [1, 8, 30] {
        let lead = app.deal(&app.sales, json!({ "pipeline_id": pipeline.id, "entered_at": days_ago(days) })).await;
        stale.extend((days > 7).then(|| json!(lead.id())));
    }
    let won = json!({ "pipeline_id": pipeline.id, "stage_id": pipeline.stage("Won"), "entered_at": days_ago(90) });
    app.deal(&app.sales, won).await;
    stale.reverse();
    for query in [
        "stale=true&sort=stage_entered_at".to_owned(),
        format!("stale=true&pipeline_id={}&sort=-created_at", pipeline.id),
    ] {
        let rows = app.admin.get(&format!("/api/v1/leads?{query}")).await.ok();
        assert_eq!(rows.items().iter().map(|row| row["id"].clone()).collect::<Vec<_>>(), stale, "{query}");
    }
    assert_eq!(found(&app, "stale=false").await, 2);
}

async fn an_owner_is_a_person_me_or_none(app: TestApp) {
    app.pipeline().await;
    app.deal(&app.sales, json!({})).await;
    app.deal(&app.sales, json!({ "owner_id": null })).await;
    for (by, owner, count) in
        [(&app.sales, "me", 1), (&app.admin, "me", 0), (&app.admin, "none", 1), (&app.key, "none", 1)]
    {
        let rows = by.get(&format!("/api/v1/leads?owner_id={owner}")).await.ok();
        assert_eq!(rows.items().len(), count, "{owner}");
    }
    app.key.get("/api/v1/leads?owner_id=me").await.invalid(&["owner_id"]);
    for list in ["contacts", "companies"] {
        let body = if list == "contacts" { json!({ "family_name": "Own" }) } else { json!({ "name": "Own" }) };
        let mut mine = body.clone();
        mine["owner_id"] = json!(app.users.sales);
        app.admin.post(&format!("/api/v1/{list}"), mine).await.created();
        app.admin.post(&format!("/api/v1/{list}"), body).await.created();
        assert_eq!(app.sales.get(&format!("/api/v1/{list}?owner_id=me")).await.ok().items().len(), 1, "{list}");
        app.key.get(&format!("/api/v1/{list}?owner_id=me")).await.invalid(&["owner_id"]);
        app.key.get(&format!("/api/v1/{list}?owner_id=you")).await.invalid(&["owner_id"]);
    }
    let client = app.buyer("Ann Lee").await;
    for assignee in [json!(app.users.sales), json!(null)] {
        let task = json!({ "contact_id": client, "title": "Call", "assignee_id": assignee });
        app.admin.post("/api/v1/tasks", task).await.created();
    }
    for (by, assignee, count) in [(&app.sales, "me", 1), (&app.sales, "none", 1), (&app.admin, "me", 0)] {
        let tasks = by.get(&format!("/api/v1/tasks?assignee_id={assignee}")).await.ok();
        assert_eq!(tasks.items().len(), count, "{assignee}");
    }
}

async fn rows_tell_how_to_reach_the_client(app: TestApp) {
    app.pipeline().await;
    let new = json!({
        "family_name": "Lee", "phones": [{ "number": "415 555 0100" }],
        "emails": [{ "address": "old@example.com" }, { "address": "lee@example.com", "primary": true }],
    });
    let ann = app.admin.post("/api/v1/contacts", new).await.created();
    let lead = app.sales.post("/api/v1/leads", json!({ "contact_id": ann.id() })).await.created();
    let row = app.sales.get("/api/v1/leads").await.ok().items()[0].clone();
    assert_eq!((&row["contact_phone"], &row["contact_email"]), (&json!("+14155550100"), &json!("lee@example.com")));
    let shown = app.sales.get(&format!("/api/v1/leads/{}", lead.id())).await.ok();
    assert_eq!((&shown.json, shown.etag()), (&row, lead.etag()));
    let owner = json!({ "owner_id": app.users.rival });
    app.admin.patch_any(&format!("/api/v1/contacts/{}", ann.id()), owner).await.ok();
    let shown = app.sales.get(&format!("/api/v1/leads/{}", lead.id())).await.ok();
    for field in ["contact_name", "contact_phone", "contact_email"] {
        assert_eq!(shown.json[field], Value::Null, "{field}");
    }
}

async fn leads_are_listed_by_their_ids(app: TestApp) {
    app.pipeline().await;
    let (one, _, three) = (
        app.deal(&app.sales, json!({})).await,
        app.deal(&app.sales, json!({})).await,
        app.deal(&app.rival, json!({})).await,
    );
    let query = format!("/api/v1/leads?id={},{}", one.id(), three.id());
    assert_eq!(app.admin.get(&query).await.ok().items().len(), 2);
    let seen = app.sales.get(&query).await.ok();
    assert_eq!((seen.items().len(), &seen.items()[0]["version"]), (1, &json!(1)));
    app.sales.get("/api/v1/leads?id=x").await.invalid(&["id"]);
    app.sales.get(&format!("/api/v1/leads?id={}", vec![one.id(); 201].join(","))).await.invalid(&["id"]);
}
