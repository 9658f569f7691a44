//! The lists behind the numbers of time in stage, velocity and forecast, and what was forecast for other days.

use serde_json::{Value, json};

use super::{behind, lead, report};
use crate::support::sales::Pipeline;
use crate::support::{TestApp, cases};

cases![
    each_number_of_time_in_stage_has_its_leads,
    each_number_of_the_forecast_has_its_leads,
    a_forecast_may_be_of_some_days_and_beside_that_of_others,
    leads_behind_a_currency_are_those_with_an_amount_in_it,
    immature_leads_of_a_funnel_are_listed,
    leads_that_pass_by_the_first_step_are_told_and_listed,
    nothing_is_known_of_what_lies_ahead,
    bad_sets_are_named,
];

async fn each_number_of_time_in_stage_has_its_leads(app: TestApp) {
    let pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("New", 1), ("Contacted", 3), ("New", 5), ("Won", 9)], json!({})).await;
    lead(&app, &pipeline, &[("New", 2), ("Lost", 4), ("New", 8)], json!({})).await;
    lead(&app, &pipeline, &[("New", 6)], json!({})).await;
    lead(&app, &pipeline, &[("New", 20)], json!({})).await;
    let period = "from=2024-01-01&to=2024-01-10&as_of=2024-01-30";
    let all = report(&app, &pipeline, "time-in-stage", period).await;
    let new = &all["stages"][0];
    let numbers = ["stays", "ended", "leads", "leads_ended", "leads_lasting"].map(|name| new[name].as_i64().unwrap());
    assert_eq!(numbers, [5, 3, 3, 2, 2], "one has two ended stays, one an ended and a lasting one");
    for (set, leads) in [("stays", 3), ("ended", 2), ("lasting", 2)] {
        let query = format!("set={set}&stage_id={}&{period}", pipeline.stage("New"));
        assert_eq!(behind(&app, &pipeline, &query).await, leads, "{set}");
    }
}

/// Four matured leads, one of them won; five open ones in two months and two currencies.
async fn forecast(app: &TestApp) -> Pipeline {
    let pipeline = app.pipeline().await;
    for end in ["Won", "Lost", "Lost", "Lost"] {
        lead(app, &pipeline, &[("New", 1), ("Contacted", 2), (end, 5)], json!({})).await;
    }
    let rows = [
        (json!("2024-03-15"), json!(1000), json!("EUR")),
        (json!("2024-03-01"), json!(500), json!("EUR")),
        (json!("2024-03-31"), json!(7), json!("USD")),
        (json!("2024-04-01"), json!(9), json!("USD")),
        (Value::Null, json!(8), json!("EUR")),
        (json!("2024-03-02"), Value::Null, Value::Null),
    ];
    for (close, amount, currency) in rows {
        let fields = json!({ "amount": amount, "currency": currency, "expected_close_on": close });
        lead(app, &pipeline, &[("Contacted", 20)], fields).await;
    }
    pipeline
}

const THEN: &str = "as_of=2024-02-01";

async fn each_number_of_the_forecast_has_its_leads(app: TestApp) {
    let pipeline = forecast(&app).await;
    let all = report(&app, &pipeline, "forecast", THEN).await;
    let months = all["months"].as_array().unwrap();
    assert_eq!(months.len(), 4);
    for row in months {
        let month = row["month"].as_str().unwrap_or_default();
        let query = format!("set=forecast&month={month}&currency={}&{THEN}", row["currency"].as_str().unwrap());
        assert_eq!(behind(&app, &pipeline, &query).await, usize::try_from(row["leads"].as_u64().unwrap()).unwrap());
    }
    assert_eq!(
        (&all["without_amount"], behind(&app, &pipeline, &format!("set=without_amount&{THEN}")).await),
        (&json!(1), 1)
    );
    for (n, stage) in all["stages"].as_array().unwrap().iter().enumerate() {
        for (set, number) in [("history", "visited"), ("history_won", "won")] {
            let query = format!("set={set}&stage_id={}&{THEN}", stage["stage_id"].as_str().unwrap());
            let wanted = usize::try_from(stage[number].as_u64().unwrap()).unwrap();
            assert_eq!(behind(&app, &pipeline, &query).await, wanted, "{set} of stage {n}");
        }
    }
    let visited = (&all["stages"][1]["visited"], &all["stages"][1]["won"]);
    assert_eq!(visited, (&json!(10), &json!(1)), "open leads of that age are of the history, too");
}

async fn a_forecast_may_be_of_some_days_and_beside_that_of_others(app: TestApp) {
    let pipeline = forecast(&app).await;
    let march = format!("close_from=2024-03-01&close_to=2024-04-01&{THEN}");
    let some = report(&app, &pipeline, "forecast", &march).await;
    let rows = |part: &Value| -> Vec<(Value, Value, Value)> {
        let rows = part["months"].as_array().unwrap();
        rows.iter().map(|row| (row["month"].clone(), row["currency"].clone(), row["leads"].clone())).collect()
    };
    let of_march = [(json!("2024-03-01"), json!("EUR"), json!(2)), (json!("2024-03-01"), json!("USD"), json!(1))];
    assert_eq!((rows(&some), &some["without_amount"], &some["compared"]), (of_march.to_vec(), &json!(1), &Value::Null));
    assert_eq!(behind(&app, &pipeline, &format!("set=forecast&{march}")).await, 3);
    assert_eq!(behind(&app, &pipeline, &format!("set=without_amount&{march}")).await, 1);
    let april = "close_from=2024-04-01&close_to=2024-05-01&as_of=2024-02-25&tz=Europe/Berlin";
    let both = report(&app, &pipeline, "forecast", &format!("{april}&compare=previous")).await;
    let other = &both["compared"];
    assert_eq!((&other["close_from"], &other["close_to"]), (&json!("2024-03-01"), &json!("2024-04-01")));
    assert_eq!((rows(other), other["as_of"].as_str()), (of_march.to_vec(), Some("2024-01-25T00:00:00Z")));
    let alone = "close_from=2024-03-01&close_to=2024-04-01&as_of=2024-01-25T00:00:00Z&tz=Europe/Berlin";
    assert_eq!(report(&app, &pipeline, "forecast", alone).await["months"], other["months"]);
    let year = report(&app, &pipeline, "forecast", &format!("{april}&compare=last_year")).await;
    assert_eq!((&year["compared"]["close_from"], &year["compared"]["months"]), (&json!("2023-04-01"), &json!([])));
    let path = format!("/api/v1/reports/forecast?pipeline_id={}", pipeline.id);
    app.admin.get(&format!("{path}&compare=previous")).await.invalid(&["close_from"]);
    app.admin.get(&format!("{path}&close_from=2024-03-01&compare=previous")).await.invalid(&["close_to"]);
    app.admin.get(&format!("{path}&close_from=2024-03-01&close_to=2024-02-01")).await.invalid(&["close_to"]);
    app.admin.get(&format!("{path}&close_from=March")).await.invalid(&["close_from"]);
}

async fn leads_behind_a_currency_are_those_with_an_amount_in_it(app: TestApp) {
    let pipeline = forecast(&app).await;
    let all = report(&app, &pipeline, "sales", &format!("from=2024-01-01&{THEN}")).await;
    for row in all["current"]["velocity"].as_array().unwrap() {
        let query = format!("set=open&currency={}&{THEN}", row["currency"].as_str().unwrap());
        assert_eq!(behind(&app, &pipeline, &query).await, usize::try_from(row["open"].as_u64().unwrap()).unwrap());
    }
}

async fn immature_leads_of_a_funnel_are_listed(app: TestApp) {
    let pipeline = app.pipeline().await;
    for day in [1, 10, 20] {
        lead(&app, &pipeline, &[("New", day)], json!({})).await;
    }
    let asked = "window=10d&as_of=2024-01-22";
    let funnel = report(&app, &pipeline, "funnel", asked).await;
    assert_eq!((&funnel["total"]["cohort"], &funnel["total"]["immature_leads"]), (&json!(3), &json!(1)));
    let step = pipeline.stage("Won");
    let path = format!("/api/v1/reports/funnel/leads?pipeline_id={}&step={step}&outcome=immature&{asked}", pipeline.id);
    let found = app.admin.get(&path).await.ok();
    assert_eq!((&found.json["total"], &found.items()[0]["entered_at"]), (&json!(1), &json!("2024-01-20T12:00:00Z")));
}

async fn leads_that_pass_by_the_first_step_are_told_and_listed(app: TestApp) {
    let pipeline = app.pipeline().await;
    lead(&app, &pipeline, &[("New", 1), ("Won", 3)], json!({})).await;
    lead(&app, &pipeline, &[("Contacted", 2), ("Won", 4)], json!({})).await;
    lead(&app, &pipeline, &[("Contacted", 2), ("New", 6)], json!({})).await;
    let asked = "from=2024-01-01&to=2024-01-10";
    let step = pipeline.stage("New");
    for (as_of, cohort, beyond) in [("2024-01-05", 1, 2), ("2024-01-09", 2, 1)] {
        let funnel = report(&app, &pipeline, "funnel", &format!("{asked}&as_of={as_of}")).await;
        assert_eq!((&funnel["total"]["cohort"], &funnel["beyond"]), (&json!(cohort), &json!(beyond)), "{as_of}");
        let path = format!("/api/v1/reports/funnel/leads?pipeline_id={}&step={step}&outcome=beyond", pipeline.id);
        let found = app.admin.get(&format!("{path}&{asked}&as_of={as_of}")).await.ok();
        assert_eq!(found.json["total"], beyond, "{as_of}");
    }
}

async fn nothing_is_known_of_what_lies_ahead(app: TestApp) {
    let pipeline = app.pipeline().await;
    let now = touchline::db::types::Instant::now().to_string();
    app.deal(&app.key, json!({ "pipeline_id": pipeline.id, "stage_id": pipeline.stage("New"), "entered_at": now }))
        .await;
    let times = report(&app, &pipeline, "time-in-stage", "as_of=2090-01-01").await;
    assert!(times["as_of"].as_str().unwrap() < "2090");
    assert_eq!(report(&app, &pipeline, "sales", "as_of=2090-01-01").await["current"]["stale"], 0);
}

async fn bad_sets_are_named(app: TestApp) {
    let pipeline = app.pipeline().await;
    let path = format!("/api/v1/reports/sales/leads?pipeline_id={}", pipeline.id);
    for (query, field) in [
        ("set=ended", "stage_id"),
        ("set=history", "stage_id"),
        ("set=won&month=2024-01-01", "month"),
        ("set=won&close_to=2024-01-01", "close_from"),
        ("set=open&month=soon", "month"),
        ("set=open&currency=EURO", "currency"),
        ("set=all", "set"),
    ] {
        app.admin.get(&format!("{path}&{query}")).await.invalid(&[field]);
    }
}
