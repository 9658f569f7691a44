//! Each number of the sales reports on a few leads.

use serde_json::{Value, json};

use super::{behind, lead, report};
use crate::support::{TestApp, cases};

cases![
    win_rate_cycle_and_value_are_those_of_leads_closed_in_the_period,
    velocity_is_a_number_for_each_currency,
    lost_leads_are_counted_by_their_reasons,
    stale_leads_are_open_ones_that_stay_too_long,
    the_previous_period_and_last_year_stand_beside,
    time_in_stage_takes_those_still_there_into_account,
    the_forecast_weighs_by_stage_and_by_history,
    activity_is_counted_by_who_did_it,
    reports_show_what_the_caller_sees,
    bad_parameters_are_named,
    nothing_gives_null_not_zero,
];

const DAY: f64 = 86_400.0;

async fn win_rate_cycle_and_value_are_those_of_leads_closed_in_the_period(app: TestApp) {
    let pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("New", 1), ("Won", 11)], json!({ "amount": 100, "currency": "EUR" })).await;
    lead(&app, &pipeline, &[("New", 1), ("Won", 21)], json!({ "amount": 5, "currency": "USD" })).await;
    lead(&app, &pipeline, &[("New", 2), ("Lost", 12)], json!({ "amount": 7, "currency": "EUR" })).await;
    lead(&app, &pipeline, &[("New", 3)], json!({})).await;
    lead(&app, &pipeline, &[("New", 1), ("Won", 31)], json!({})).await;
    let all = report(&app, &pipeline, "sales", "from=2024-01-10&to=2024-01-25").await;
    let now = &all["current"];
    assert_eq!((&now["won"], &now["lost"], &now["open"]), (&json!(2), &json!(1), &json!(1)));
    assert!((now["win_rate"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-12);
    let value = json!([{ "currency": "EUR", "amount": 100 }, { "currency": "USD", "amount": 5 }]);
    assert_eq!((&now["won_value"], &now["lost_value"]), (&value, &json!([{ "currency": "EUR", "amount": 7 }])));
    assert_eq!(now["cycle"]["leads"], 2);
    assert_eq!(
        (&now["cycle"]["median_seconds"], &now["cycle"]["mean_seconds"]),
        (&json!(15.0 * DAY), &json!(15.0 * DAY))
    );
    assert_eq!(now["cycle"]["p90_seconds"], 19.0 * DAY);
    assert!(all["definitions"].as_str().unwrap().contains("§3"));
    let period = "from=2024-01-10&to=2024-01-25";
    for (set, count) in [("won", 2), ("lost", 1), ("open", 1)] {
        assert_eq!(behind(&app, &pipeline, &format!("set={set}&{period}")).await, count, "{set}");
    }
}

async fn velocity_is_a_number_for_each_currency(app: TestApp) {
    let pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("New", 1), ("Won", 11)], json!({ "amount": 300, "currency": "EUR" })).await;
    lead(&app, &pipeline, &[("New", 1), ("Lost", 11)], json!({})).await;
    for currency in ["EUR", "EUR", "USD"] {
        lead(&app, &pipeline, &[("New", 2)], json!({ "amount": 1, "currency": currency })).await;
    }
    let all = report(&app, &pipeline, "sales", "from=2024-01-01&to=2024-02-01").await;
    let velocity = &all["current"]["velocity"];
    assert_eq!(velocity[0], json!({ "currency": "EUR", "open": 2, "average_won": 300.0, "per_day": 30.0 }));
    assert_eq!(velocity[1], json!({ "currency": "USD", "open": 1, "average_won": null, "per_day": null }));
}

async fn lost_leads_are_counted_by_their_reasons(app: TestApp) {
    let pipeline = app.pipeline().await;
    let reason = app.admin.post("/api/v1/lost-reasons", json!({ "name": "Price" })).await.created().id();
    for (day, why) in [(5, Some(&reason)), (6, Some(&reason)), (7, None)] {
        let deal = lead(&app, &pipeline, &[("New", 1)], json!({ "amount": 10, "currency": "EUR" })).await;
        let at = format!("2024-01-{day:02}T12:00:00Z");
        let body = json!({ "stage_id": pipeline.stage("Lost"), "at": at, "lost_reason_id": why });
        app.key.post(&format!("/api/v1/leads/{}/stage", deal.id()), body).await.ok();
    }
    let all = report(&app, &pipeline, "sales", "from=2024-01-01&to=2024-02-01").await;
    let reasons = &all["current"]["lost_reasons"];
    assert_eq!((&reasons[0]["name"], &reasons[0]["leads"]), (&json!("Price"), &json!(2)));
    assert_eq!(reasons[0]["value"], json!([{ "currency": "EUR", "amount": 20 }]));
    assert_eq!((&reasons[1]["lost_reason_id"], &reasons[1]["leads"]), (&Value::Null, &json!(1)));
    let period = "set=lost&from=2024-01-01&to=2024-02-01";
    assert_eq!(behind(&app, &pipeline, &format!("{period}&lost_reason_id={reason}")).await, 2);
    assert_eq!(behind(&app, &pipeline, &format!("{period}&lost_reason_id=")).await, 1);
}

async fn stale_leads_are_open_ones_that_stay_too_long(app: TestApp) {
    let pipeline = app.pipeline().await;
    let path = format!("/api/v1/stages/{}", pipeline.stage("New"));
    app.admin.patch_any(&path, json!({ "stale_after_days": 7 })).await.ok();
    let path = format!("/api/v1/stages/{}", pipeline.stage("Contacted"));
    app.admin.patch_any(&path, json!({ "stale_after_days": null })).await.ok();
    lead(&app, &pipeline, &[("New", 1)], json!({})).await;
    lead(&app, &pipeline, &[("New", 10)], json!({})).await;
    lead(&app, &pipeline, &[("New", 1), ("Contacted", 2)], json!({})).await;
    let stale = async |as_of: &str| {
        let all = report(&app, &pipeline, "sales", &format!("as_of={as_of}")).await;
        let count = behind(&app, &pipeline, &format!("set=stale&as_of={as_of}")).await;
        assert_eq!(all["current"]["stale"], count);
        count
    };
    assert_eq!(stale("2024-01-08T12:00:00Z").await, 0, "seven days are not more than seven days");
    assert_eq!(stale("2024-01-08T12:00:01Z").await, 1);
    assert_eq!(stale("2024-01-30").await, 2);
}

async fn the_previous_period_and_last_year_stand_beside(app: TestApp) {
    let pipeline = app.pipeline().await;
    for (won, at) in [(true, "2024-03-05"), (true, "2024-02-05"), (false, "2024-02-06"), (true, "2023-03-06")] {
        let stage = pipeline.stage(if won { "Won" } else { "Lost" });
        let fields = json!({ "pipeline_id": pipeline.id, "stage_id": stage, "entered_at": format!("{at}T00:00:00Z") });
        app.deal(&app.key, fields).await;
    }
    let march = "from=2024-03-01&to=2024-04-01&tz=Europe/Berlin&as_of=2024-05-01";
    let previous = report(&app, &pipeline, "sales", &format!("{march}&compare=previous")).await;
    assert_eq!((&previous["current"]["won"], &previous["compared"]["won"]), (&json!(1), &json!(1)));
    assert_eq!(
        (&previous["compared"]["lost"], &previous["compared"]["from"]),
        (&json!(1), &json!("2024-01-31T23:00:00Z"))
    );
    let year = report(&app, &pipeline, "sales", &format!("{march}&compare=last_year")).await;
    assert_eq!((&year["compared"]["won"], &year["compared"]["from"]), (&json!(1), &json!("2023-02-28T23:00:00Z")));
    let alone = report(&app, &pipeline, "sales", march).await;
    assert_eq!((&alone["compared"], &alone["current"]), (&Value::Null, &previous["current"]));
}

async fn time_in_stage_takes_those_still_there_into_account(app: TestApp) {
    let pipeline = app.pipeline().await;
    for day in [2, 3, 4] {
        lead(&app, &pipeline, &[("New", 1), ("Contacted", day)], json!({})).await;
    }
    for _ in 0..3 {
        lead(&app, &pipeline, &[("New", 1)], json!({})).await;
    }
    let all = report(&app, &pipeline, "time-in-stage", "as_of=2024-01-21T12:00:00Z").await;
    let new = &all["stages"][0];
    assert_eq!((&new["stays"], &new["ended"]), (&json!(6), &json!(3)));
    assert_eq!(new["median"]["seconds"], 3.0 * DAY, "half of all stays end within three days");
    assert_eq!((&new["naive_median_seconds"], &new["naive_median_is_biased"]), (&json!(2.0 * DAY), &json!(true)));
    assert_eq!(new["curve"].as_array().unwrap().len(), 3);
    assert_eq!(all["stages"][1]["median"]["seconds"], Value::Null, "nobody has left it");
    assert!(all["method"].as_str().unwrap().contains("Greenwood"));
    let stage = pipeline.stage("Contacted");
    let query = format!("set=stays&stage_id={stage}&as_of=2024-01-21T12:00:00Z");
    assert_eq!(behind(&app, &pipeline, &query).await, 3);
}

async fn the_forecast_weighs_by_stage_and_by_history(app: TestApp) {
    let pipeline = app.pipeline().await;
    let path = format!("/api/v1/stages/{}", pipeline.stage("Contacted"));
    app.admin.patch_any(&path, json!({ "probability": 40 })).await.ok();
    for end in ["Won", "Lost", "Lost", "Lost"] {
        lead(&app, &pipeline, &[("New", 1), ("Contacted", 2), (end, 5)], json!({})).await;
    }
    for (close, amount, currency) in [("2024-03-15", 1000, "EUR"), ("2024-03-01", 500, "EUR"), ("2024-04-01", 9, "USD")]
    {
        let fields = json!({ "amount": amount, "currency": currency, "expected_close_on": close });
        lead(&app, &pipeline, &[("Contacted", 20)], fields).await;
    }
    lead(&app, &pipeline, &[("Contacted", 20)], json!({ "amount": 8, "currency": "EUR" })).await;
    lead(&app, &pipeline, &[("Contacted", 20)], json!({})).await;
    let all = report(&app, &pipeline, "forecast", "as_of=2024-01-22").await;
    let month = |n: usize| {
        let row = &all["months"][n];
        (row["month"].clone(), row["amount"].clone(), row["weighted"].clone(), row["weighted_by_history"].clone())
    };
    assert_eq!(month(0), (Value::Null, json!(8), json!(3.2), json!(2.0)));
    assert_eq!(month(1), (json!("2024-03-01"), json!(1500), json!(600.0), json!(375.0)));
    assert_eq!((month(2).0, month(2).1), (json!("2024-04-01"), json!(9)));
    assert_eq!((&all["stages"][1]["visited"], &all["stages"][1]["won"]), (&json!(4), &json!(1)));
    assert_eq!(all["without_amount"], 1);
    assert_eq!(all["stages"][3]["from_history"], Value::Null);
}

async fn activity_is_counted_by_who_did_it(app: TestApp) {
    let touch = |channel: &str| {
        crate::support::clients::touchpoint(json!({ "channel": channel, "occurred_at": "2024-01-05T10:00:00Z" }))
    };
    for channel in ["call", "call", "email", "note"] {
        app.sales.post("/api/v1/interactions", touch(channel)).await.created();
    }
    app.manager.post("/api/v1/interactions", touch("store")).await.created();
    let pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("New", 3), ("Won", 6)], json!({ "owner_id": app.users.sales })).await;
    let path = "/api/v1/reports/activity?from=2024-01-01&to=2024-02-01";
    let all = app.admin.get(path).await.ok();
    let of = |user: &dyn std::fmt::Display| {
        let owners = all.json["owners"].as_array().unwrap();
        owners.iter().find(|owner| owner["user_id"] == user.to_string()).cloned().unwrap()
    };
    let sales = of(&app.users.sales);
    assert_eq!((&sales["touchpoints"], &sales["notes"]), (&json!(3), &json!(1)));
    assert_eq!(sales["by_channel"], json!({ "email": 1, "call": 2 }));
    assert_eq!((&sales["leads_entered"], &sales["won"], &sales["lost"]), (&json!(1), &json!(1), &json!(0)));
    assert_eq!(of(&app.users.manager)["touchpoints"], 1);
    let period = "from=2024-01-01T00:00:00Z&to=2024-02-01T00:00:00Z";
    let behind = app.admin.get(&format!("/api/v1/interactions?user_id={}&{period}", app.users.sales)).await.ok();
    assert_eq!(behind.items().len(), 4, "three touchpoints and a note");
    let early = app.admin.get("/api/v1/reports/activity?from=2024-01-01&to=2024-01-04").await.ok();
    assert_eq!(early.json["owners"][0]["touchpoints"], 0);
    let team = app.admin.get(&format!("{path}&team_id={}", app.users.south)).await.ok();
    assert_eq!(team.json["owners"], json!([]));
    app.admin.get("/api/v1/reports/activity?tz=Mars").await.invalid(&["tz"]);
}

async fn reports_show_what_the_caller_sees(app: TestApp) {
    let pipeline = app.pipeline().await;
    for owner in [app.users.mate, app.users.rival] {
        lead(&app, &pipeline, &[("New", 1), ("Won", 5)], json!({ "owner_id": owner })).await;
    }
    let path = format!("/api/v1/reports/sales?pipeline_id={}", pipeline.id);
    assert_eq!(app.sales.get(&path).await.ok().json["current"]["won"], 1);
    assert_eq!(app.marketer.get(&path).await.ok().json["current"]["won"], 2);
    let leads = format!("/api/v1/reports/sales/leads?pipeline_id={}&set=won", pipeline.id);
    let behind = app.sales.get(&leads).await.ok();
    assert_eq!((&behind.json["total"], &behind.items()[0]["contact_name"]), (&json!(1), &json!("Ann Lee")));
    let owners = app.sales.get("/api/v1/reports/activity").await.ok();
    let seen: Vec<_> = owners.json["owners"].as_array().unwrap().iter().map(|owner| owner["user_id"].clone()).collect();
    assert_eq!(seen, [json!(app.users.mate)]);
    app.anon.get(&path).await.problem(401, "unauthorized");
}

async fn bad_parameters_are_named(app: TestApp) {
    let pipeline = app.pipeline().await;
    let path = format!("/api/v1/reports/sales?pipeline_id={}", pipeline.id);
    app.admin
        .get(&format!("{path}&tz=Mars/Base&as_of=x&from=2024-02-01&to=2024-01-01"))
        .await
        .invalid(&["tz", "as_of", "to"]);
    app.admin.get(&format!("{path}&compare=previous")).await.invalid(&["from"]);
    app.admin.get(&format!("{path}&compare=never&from=2024-01-01")).await.invalid(&["compare"]);
    app.admin.get(&format!("{path}&from=0002-01-01&to=9999-01-01&compare=previous")).await.invalid(&["compare"]);
    app.admin.get(&format!("/api/v1/reports/forecast?pipeline_id={}", app.users.admin)).await.invalid(&["pipeline_id"]);
    let leads = format!("/api/v1/reports/sales/leads?pipeline_id={}", pipeline.id);
    app.admin.get(&format!("{leads}&set=stays")).await.invalid(&["stage_id"]);
    app.admin.get(&format!("{leads}&set=won&stage_id={}", app.users.admin)).await.invalid(&["stage_id"]);
    app.admin.get(&format!("{leads}&set=lost&lost_reason_id=x")).await.invalid(&["lost_reason_id"]);
    app.admin.get(&leads).await.invalid(&["set"]);
}

async fn nothing_gives_null_not_zero(app: TestApp) {
    let pipeline = app.pipeline().await;
    let now = report(&app, &pipeline, "sales", "from=2024-01-01&to=2024-02-01").await["current"].clone();
    assert_eq!((&now["win_rate"], &now["cycle"]["median_seconds"]), (&Value::Null, &Value::Null));
    assert_eq!((&now["velocity"], &now["lost_reasons"]), (&json!([]), &json!([])));
    let times = report(&app, &pipeline, "time-in-stage", "").await;
    assert_eq!((&times["stages"][0]["median"]["seconds"], &times["stages"][0]["curve"]), (&Value::Null, &json!([])));
    let forecast = report(&app, &pipeline, "forecast", "").await;
    assert_eq!((&forecast["months"], &forecast["history_from"]), (&json!([]), &Value::Null));
}
