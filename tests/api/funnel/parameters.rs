use crate::support::{TestApp, cases};

cases![bad_parameters_are_named_all_at_once, an_unknown_pipeline_is_named, steps_must_be_in_order];

async fn bad_parameters_are_named_all_at_once(app: TestApp) {
    let pipeline = app.pipeline().await;
    let path = format!("/api/v1/reports/funnel?pipeline_id={}", pipeline.id);
    let bad = "tz=Mars/Base&as_of=never&window=soon&mode=fast&steps=x&from=2024-13-01&to=10000-01-01";
    let fields = ["tz", "as_of", "window", "mode", "steps", "from", "to"];
    app.admin.get(&format!("{path}&{bad}")).await.invalid(&fields);
    for (query, field) in [
        ("from=2024-02-01&to=2024-01-31", "to"),
        ("breakdown=colour", "breakdown"),
        ("breakdown=period&period=year", "period"),
        ("format=xml", "format"),
        ("colour=red", "colour"),
        ("owner_id=x", "owner_id"),
    ] {
        app.admin.get(&format!("{path}&{query}")).await.invalid(&[field]);
    }
    app.admin.get("/api/v1/reports/funnel").await.invalid(&["pipeline_id"]);
}

async fn an_unknown_pipeline_is_named(app: TestApp) {
    let path = format!("/api/v1/reports/funnel?pipeline_id={}", app.users.admin);
    app.admin.get(&path).await.invalid(&["pipeline_id"]);
}

async fn steps_must_be_in_order(app: TestApp) {
    let pipeline = app.pipeline().await;
    let path = format!("/api/v1/reports/funnel?pipeline_id={}", pipeline.id);
    let (new, won, lost) = (pipeline.stage("New"), pipeline.stage("Won"), pipeline.stage("Lost"));
    for steps in [format!("{won},{new}"), format!("{new},{new}"), lost.to_owned(), app.users.admin.to_string()] {
        app.admin.get(&format!("{path}&steps={steps}")).await.invalid(&["steps"]);
    }
    let leads = format!("/api/v1/reports/funnel/leads?pipeline_id={}&step={lost}", pipeline.id);
    app.admin.get(&leads).await.invalid(&["step"]);
    let two = leads.replace(lost, new) + "&mode=reached,strict";
    app.admin.get(&two).await.invalid(&["mode"]);
}
