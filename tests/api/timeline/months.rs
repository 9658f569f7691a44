use serde_json::{Value, json};

use crate::support::{TestApp, cases};

cases![
    a_history_is_counted_by_month_and_by_where_it_happened,
    months_are_those_of_the_time_zone,
    the_timelines_filters_apply,
    a_merged_client_counts_with_its_survivor,
    what_the_caller_does_not_see_is_not_counted,
    bad_parameters_of_months_are_named,
    a_companys_people_are_counted_together,
    who_of_a_company_is_out_of_sight_is_not_counted,
];

fn counts(months: &Value) -> Vec<(&str, u64, u64, u64)> {
    let count = |month: &Value, name: &str| month[name].as_u64().unwrap();
    let months = months["months"].as_array().unwrap().iter();
    months.map(|m| (m["month"].as_str().unwrap(), count(m, "online"), count(m, "offline"), count(m, "other"))).collect()
}

async fn a_history_is_counted_by_month_and_by_where_it_happened(app: TestApp) {
    let contact = app.client("ann@example.com").await;
    for (at, channel) in [
        ("2019-12-31T23:59:59Z", "web"),
        ("2020-01-01T00:00:00Z", "email"),
        ("2020-01-31T10:00:00Z", "meeting"),
        ("2020-01-05T10:00:00Z", "web"),
    ] {
        app.touch(json!({ "occurred_at": at, "channel": channel })).await;
    }
    let task = json!({ "contact_id": contact, "title": "Call", "due_at": "2020-03-02T10:00:00Z" });
    app.admin.post("/api/v1/tasks", task).await.created();
    let answer = app.reader.get(&format!("/api/v1/contacts/{contact}/timeline/months")).await.ok();
    let expected = [("2019-12", 1, 0, 0), ("2020-01", 2, 1, 0), ("2020-03", 0, 0, 1)];
    assert_eq!(counts(&answer.json), expected);
    assert_eq!(answer.json["months"][1]["from"], "2020-01-01T00:00:00Z");
    assert_eq!(answer.json["months"][1]["to"], "2020-02-01T00:00:00Z");
}

async fn months_are_those_of_the_time_zone(app: TestApp) {
    let contact = app.client("ann@example.com").await;
    app.touch(json!({ "occurred_at": "2020-06-30T22:00:00Z" })).await;
    for (zone, month) in [("Europe/Berlin", "2020-07"), ("UTC", "2020-06"), ("America/Sao_Paulo", "2020-06")] {
        let answer = app.reader.get(&format!("/api/v1/contacts/{contact}/timeline/months?tz={zone}")).await.ok();
        assert_eq!((counts(&answer.json), &answer.json["tz"]), (vec![(month, 0, 1, 0)], &json!(zone)));
    }
}

async fn the_timelines_filters_apply(app: TestApp) {
    let contact = app.client("ann@example.com").await;
    for (at, channel, direction, kind) in [
        ("2020-01-01T00:00:00Z", "web", "inbound", "page_view"),
        ("2020-02-01T00:00:00Z", "email", "outbound", "offer"),
        ("2020-03-01T00:00:00Z", "call", "inbound", "call"),
    ] {
        app.touch(json!({ "occurred_at": at, "channel": channel, "direction": direction, "kind": kind })).await;
    }
    for (query, months) in [
        ("channel=web,call", vec!["2020-01", "2020-03"]),
        ("online=true", vec!["2020-01", "2020-02"]),
        ("direction=outbound", vec!["2020-02"]),
        ("kind=call", vec!["2020-03"]),
        ("type=note", vec![]),
        ("from=2020-02-01T00:00:00Z&to=2020-03-01T00:00:00Z", vec!["2020-02"]),
    ] {
        let answer = app.reader.get(&format!("/api/v1/contacts/{contact}/timeline/months?{query}")).await.ok();
        assert_eq!(counts(&answer.json).iter().map(|month| month.0).collect::<Vec<_>>(), months, "{query}");
    }
}

async fn a_merged_client_counts_with_its_survivor(app: TestApp) {
    let (ann, old) = (app.client("ann@example.com").await, app.client("old@example.com").await);
    app.touch(json!({ "occurred_at": "2020-01-01T00:00:00Z" })).await;
    let of_old = json!({ "contact": { "email": "old@example.com" }, "occurred_at": "2020-01-02T00:00:00Z" });
    app.touch(of_old).await;
    app.admin.post(&format!("/api/v1/contacts/{ann}/merge"), json!({ "contact_ids": [old] })).await.ok();
    let answer = app.reader.get(&format!("/api/v1/contacts/{ann}/timeline/months?channel=call")).await.ok();
    assert_eq!(counts(&answer.json), [("2020-01", 0, 2, 0)]);
    let moved = app.reader.get(&format!("/api/v1/contacts/{old}/timeline/months?channel=call")).await.expect(301);
    assert_eq!(moved.header("location").unwrap(), format!("/api/v1/contacts/{ann}/timeline/months?channel=call"));
}

async fn what_the_caller_does_not_see_is_not_counted(app: TestApp) {
    let contact = app.client("ann@example.com").await;
    let lead = app.lead(contact, Some(app.users.rival), "open").await;
    app.touch(json!({ "occurred_at": "2020-01-01T00:00:00Z" })).await;
    app.touch(json!({ "occurred_at": "2020-01-01T00:00:00Z", "lead_id": lead })).await;
    let months = format!("/api/v1/contacts/{contact}/timeline/months");
    assert_eq!(counts(&app.sales.get(&months).await.ok().json), [("2020-01", 0, 1, 0)]);
    assert_eq!(counts(&app.admin.get(&months).await.ok().json), [("2020-01", 0, 2, 0)]);
    app.give(contact, app.users.rival).await;
    app.sales.get(&months).await.problem(404, "not_found");
}

async fn bad_parameters_of_months_are_named(app: TestApp) {
    let contact = app.client("ann@example.com").await;
    let months = format!("/api/v1/contacts/{contact}/timeline/months");
    app.reader.get(&format!("{months}?tz=Mars&channel=fax")).await.invalid(&["channel", "tz"]);
    app.reader.get(&format!("{months}?limit=3")).await.invalid(&["limit"]);
}

async fn a_companys_people_are_counted_together(app: TestApp) {
    let (ann, bob) = (app.client("ann@example.com").await, app.client("bob@example.com").await);
    let company = app.company(vec![ann, bob]).await;
    for (who, at) in [("ann", "2020-01-05T00:00:00Z"), ("bob", "2020-01-31T23:00:00Z"), ("cid", "2020-01-06T00:00:00Z")]
    {
        app.touch(json!({ "contact": { "email": format!("{who}@example.com") }, "occurred_at": at })).await;
    }
    let months = format!("/api/v1/companies/{company}/timeline/months");
    assert_eq!(counts(&app.reader.get(&format!("{months}?channel=call")).await.ok().json), [("2020-01", 0, 2, 0)]);
    let berlin = app.reader.get(&format!("{months}?channel=call&tz=Europe/Berlin")).await.ok();
    assert_eq!(counts(&berlin.json), [("2020-01", 0, 1, 0), ("2020-02", 0, 1, 0)]);
    app.reader.get(&format!("{months}?tz=Mars")).await.invalid(&["tz"]);
    app.reader.get(&format!("/api/v1/companies/{ann}/timeline/months")).await.problem(404, "not_found");
}

async fn who_of_a_company_is_out_of_sight_is_not_counted(app: TestApp) {
    let (ann, bob) = (app.client("ann@example.com").await, app.client("bob@example.com").await);
    let company = app.company(vec![ann, bob]).await;
    app.touch(json!({ "occurred_at": "2020-01-05T00:00:00Z" })).await;
    app.touch(json!({ "contact": { "email": "bob@example.com" }, "occurred_at": "2020-01-05T00:00:00Z" })).await;
    app.give(ann, app.users.rival).await;
    let months = format!("/api/v1/companies/{company}/timeline/months?channel=call");
    assert_eq!(counts(&app.sales.get(&months).await.ok().json), [("2020-01", 0, 1, 0)]);
    assert_eq!(counts(&app.rival.get(&months).await.ok().json), [("2020-01", 0, 2, 0)]);
}
