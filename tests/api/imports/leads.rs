//! Leads out of files: their stages at the times the file says, and the funnel that follows.

use serde_json::{Value, json};

use super::{counts, import, pipeline, problems, undo};
use crate::support::{Answer, TestApp, cases};

cases![
    leads_and_deals_of_two_files_become_one_funnel,
    the_order_of_the_files_does_not_matter,
    a_lead_won_before_its_first_contact_is_kept_and_counts_as_won,
    amounts_and_owners_are_read,
    names_that_mean_nothing_are_told_row_by_row,
    a_second_run_of_a_file_with_source_ids_changes_nothing,
    a_file_of_back_dated_facts_changes_exactly_what_they_lie_in,
];

const LEADS: &[&str] = &["external_id:shop=id", "lead.entered_at=first_contact", "lead.source=origin"];
const DEALS: &[&str] = &["external_id:shop=id", "stage:Won=won_date"];

const LEADS_FILE: &str =
    "id,first_contact,origin\na,2018-01-02,social\nb,2018-01-03,paid search\nc,2018-01-04,\nd,2018-02-01,social\n";
const DEALS_FILE: &str = "id,won_date\na,2018-01-20 10:00:00\nd,2018-03-01 12:30:00\n";

async fn funnel(app: &TestApp, more: &str) -> Answer {
    let pipelines = app.manager.get("/api/v1/pipelines").await.ok();
    let sales = pipelines.items()[0]["id"].as_str().unwrap();
    let period = "from=2018-01-01T00:00:00Z&to=2018-04-01T00:00:00Z";
    app.manager.get(&format!("/api/v1/reports/funnel?pipeline_id={sales}&{period}{more}")).await.ok()
}

/// How many entered the first step and the won step.
fn first_and_won(report: &Value) -> (i64, i64) {
    let steps = report["total"]["modes"][0]["steps"].as_array().unwrap();
    let won = steps.iter().find(|step| step["kind"] == "won").unwrap();
    (steps[0]["entered"].as_i64().unwrap(), won["entered"].as_i64().unwrap())
}

async fn leads_and_deals_of_two_files_become_one_funnel(app: TestApp) {
    pipeline(&app).await;
    assert_eq!(counts(&import(&app, LEADS, LEADS_FILE).await), [4, 4, 0, 0, 0, 0]);
    assert_eq!(counts(&import(&app, DEALS, DEALS_FILE).await), [2, 0, 2, 0, 0, 0]);
    assert_eq!(first_and_won(&funnel(&app, "").await.json), (4, 2));
    assert_eq!(counts(&import(&app, LEADS, LEADS_FILE).await), [4, 0, 0, 4, 0, 0]);
    assert_eq!(counts(&import(&app, DEALS, DEALS_FILE).await), [2, 0, 0, 2, 0, 0]);
    assert_eq!(first_and_won(&funnel(&app, "").await.json), (4, 2));
}

async fn the_order_of_the_files_does_not_matter(app: TestApp) {
    pipeline(&app).await;
    import(&app, DEALS, DEALS_FILE).await;
    assert_eq!(counts(&import(&app, LEADS, LEADS_FILE).await), [4, 2, 2, 0, 0, 0]);
    assert_eq!(first_and_won(&funnel(&app, "").await.json), (4, 2));
    assert_eq!(counts(&import(&app, LEADS, LEADS_FILE).await), [4, 0, 0, 4, 0, 0]);
    let leads = app.manager.get("/api/v1/leads?kind=won").await.ok();
    let entered: Vec<_> = leads.items().iter().map(|lead| lead["entered_at"].as_str().unwrap()).collect();
    assert!(entered.contains(&"2018-01-02T00:00:00Z") && entered.contains(&"2018-02-01T00:00:00Z"), "{entered:?}");
}

async fn a_lead_won_before_its_first_contact_is_kept_and_counts_as_won(app: TestApp) {
    pipeline(&app).await;
    import(&app, LEADS, "id,first_contact,origin\na,2018-03-08,social\n").await;
    let deals = import(&app, DEALS, "id,won_date\na,2018-03-06 19:38:55\n").await;
    assert_eq!(counts(&deals), [1, 0, 1, 0, 0, 1]);
    assert_eq!(problems(&app, &deals).await, ["1 won_date warning before_entry"]);
    assert_eq!(first_and_won(&funnel(&app, "").await.json), (1, 1));
    let leads = app.manager.get("/api/v1/leads").await.ok();
    assert_eq!((&leads.items()[0]["stage_kind"], leads.items().len()), (&json!("won"), 1));
    assert_eq!(counts(&import(&app, LEADS, "id,first_contact,origin\na,2018-03-08,social\n").await)[3], 1);
    assert_eq!(counts(&import(&app, DEALS, "id,won_date\na,2018-03-06 19:38:55\n").await)[3], 1);
}

async fn amounts_and_owners_are_read(app: TestApp) {
    pipeline(&app).await;
    let fields = &[
        "email=mail",
        "lead.title=title",
        "lead.amount=value",
        "lead.currency=fixed:EUR",
        "lead.owner=who",
        "lead.entered_at=at",
    ];
    let file = "mail,title,value,who,at\na@x.example,Roof,\"1,234.5\",sales@touchline.example,2024-01-01\nb@x.example,Roof,12.345,x@y.example,2024-01-01\n";
    let done = import(&app, fields, file).await;
    assert_eq!(problems(&app, &done).await, ["2 value error format", "2 who error unknown"]);
    let leads = app.manager.get("/api/v1/leads").await.ok();
    let lead = &leads.items()[0];
    assert_eq!((&lead["title"], &lead["amount"], &lead["currency"]), (&json!("Roof"), &json!(123_450), &json!("EUR")));
    assert_eq!(lead["owner_id"], json!(app.users.sales));
}

async fn names_that_mean_nothing_are_told_row_by_row(app: TestApp) {
    pipeline(&app).await;
    let fields = &["email=mail", "lead.pipeline=line", "stage:Won=at"];
    let done = import(
        &app,
        fields,
        "mail,line,at\na@x.example,Sales,2024-01-01\nb@x.example,Moon,2024-01-01\nc@x.example,,soon\n",
    )
    .await;
    assert_eq!(problems(&app, &done).await, ["2 line error unknown", "3 at error format"]);
    assert_eq!(counts(&done), [3, 1, 0, 0, 2, 0]);
}

async fn a_second_run_of_a_file_with_source_ids_changes_nothing(app: TestApp) {
    pipeline(&app).await;
    let fields =
        &["email=mail", "lead.source=fixed:old-crm", "lead.source_id=deal", "lead.entered_at=at", "stage:Lost=lost"];
    let file = "mail,deal,at,lost\na@x.example,1,2024-01-01,2024-02-01\na@x.example,2,2024-03-01,\n";
    assert_eq!(counts(&import(&app, fields, file).await), [2, 2, 0, 0, 0, 0]);
    assert_eq!(counts(&import(&app, fields, file).await), [2, 0, 0, 2, 0, 0]);
    assert_eq!(app.manager.get("/api/v1/leads").await.ok().items().len(), 2);
}

/// Every report as of a day of 2018: funnel by source, outcome, time in stage.
async fn all(app: &TestApp, as_of: &str) -> [Value; 3] {
    let pipelines = app.manager.get("/api/v1/pipelines").await.ok();
    let sales = pipelines.items()[0]["id"].as_str().unwrap().to_owned();
    let get = async |name: &str, more: &str| {
        let period = format!("pipeline_id={sales}&from=2018-01-01&to=2018-04-01&as_of=2018-{as_of}{more}");
        app.manager.get(&format!("/api/v1/reports/{name}?{period}")).await.ok().json
    };
    [get("funnel", "&mode=visited&breakdown=source").await, get("sales", "").await, get("time-in-stage", "").await]
}

async fn a_file_of_back_dated_facts_changes_exactly_what_they_lie_in(app: TestApp) {
    pipeline(&app).await;
    import(&app, LEADS, LEADS_FILE).await;
    import(&app, DEALS, DEALS_FILE).await;
    let before = [all(&app, "01-10").await, all(&app, "01-18").await, all(&app, "03-20").await];
    let file = "id,qualified\na,2018-01-15\n";
    let sent = import(&app, &["external_id:shop=id", "stage:Qualified=qualified"], file).await;
    assert_eq!(counts(&sent), [1, 0, 1, 0, 0, 0]);
    let after = [all(&app, "01-10").await, all(&app, "01-18").await, all(&app, "03-20").await];
    assert_eq!(after[0], before[0], "what was before the fact stays");
    let entered = |funnel: &Value| {
        let steps = funnel["modes"][0]["steps"].as_array().unwrap().clone();
        steps.iter().map(|step| step["entered"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    for (n, won) in [(1, 0), (2, 2)] {
        let [(was, is)] = [(&before[n][0], &after[n][0])];
        assert_eq!((entered(&was["total"]), entered(&is["total"])), {
            let leads = if n == 1 { 3 } else { 4 };
            (vec![leads, 0, 0, 0, won], vec![leads, 0, 1, 0, won])
        });
        for group in is["groups"].as_array().unwrap().iter().filter(|group| group["bucket"] != "social") {
            assert!(was["groups"].as_array().unwrap().contains(group), "another source's numbers stay");
        }
        // The lead had just been moved then, so it was no longer one that nobody had touched for long.
        if n == 1 {
            assert_eq!(after[n][1]["current"]["stale"], 2);
        }
        let but_stale = |sales: &Value| {
            let mut sales = sales.clone();
            sales["current"]["stale"] = Value::Null;
            sales
        };
        let [was, is] = [but_stale(&before[n][1]), but_stale(&after[n][1])];
        assert_eq!(was, is, "who was won, lost, open, and how fast, stays");
        for stage in [1, 3] {
            assert_eq!(before[n][2]["stages"][stage], after[n][2]["stages"][stage]);
        }
        assert_eq!(after[n][2]["stages"][2]["stays"], 1);
    }
    undo(&app, &sent.id()).await;
    assert_eq!([all(&app, "01-10").await, all(&app, "01-18").await, all(&app, "03-20").await], before);
}
