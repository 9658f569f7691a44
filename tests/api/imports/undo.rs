//! Imports taken back.

use serde_json::{Value, json};

use super::{counts, import, propose, run, step, undo, work};
use crate::support::{TestApp, cases};

cases![
    what_an_import_made_goes_to_the_bin_and_it_can_come_again,
    what_an_import_changed_gets_its_former_values,
    what_somebody_has_changed_since_stays_and_is_told,
    leads_and_their_stages_are_as_before,
    undone_twice_nothing_happens,
];

const FILE: &str = "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Currency,Create Date,Deal owner,Associated Company,Notes\n\
    1,Roof,Won,Houses,100,EUR,2024-01-02,,Acme,\n2,Door,Talk,Houses,50,EUR,2024-01-03,,Acme,later\n";

async fn what_an_import_made_goes_to_the_bin_and_it_can_come_again(app: TestApp) {
    let first = run(&app, &propose(&app, FILE.as_bytes()).await.id()).await;
    assert_eq!(counts(&first), [2, 2, 0, 0, 0, 0], "{}", first.text());
    let undone = undo(&app, &first.id()).await;
    assert_eq!(
        (&undone.json["status"], &undone.json["taken_back"]["kept"]),
        (&json!("undone"), &json!(0)),
        "{}",
        undone.text()
    );
    for list in ["contacts", "companies", "leads", "pipelines", "fields"] {
        assert!(app.manager.get(&format!("/api/v1/{list}")).await.ok().items().is_empty(), "{list}");
    }
    assert_eq!(app.manager.get("/api/v1/contacts?deleted=true").await.ok().items().len(), 1);
    let audit = app.admin.get("/api/v1/audit?entity=import&action=undo").await.ok();
    assert_eq!(audit.items().len(), 1);
    let again = run(&app, &propose(&app, FILE.as_bytes()).await.id()).await;
    assert_eq!(counts(&again), [2, 2, 0, 0, 0, 0], "{}", again.text());
    assert_eq!(app.manager.get("/api/v1/leads").await.ok().items().len(), 2);
}

async fn contact(app: &TestApp, id: &str) -> Value {
    app.manager.get(&format!("/api/v1/contacts/{id}")).await.ok().json
}

async fn what_an_import_changed_gets_its_former_values(app: TestApp) {
    let ann = json!({ "given_name": "Ann", "emails": [{ "address": "ann@x.example" }], "tags": ["vip"] });
    let id = app.manager.post("/api/v1/contacts", ann).await.created().id();
    let before = contact(&app, &id).await;
    let fields = &["email=mail", "phone=phone", "given_name=first", "family_name=last", "tags=tags", "company=firm"];
    let done =
        import(&app, fields, "mail,phone,first,last,tags,firm\nann@x.example,+14155550100,Anna,Lee,north,Acme\n").await;
    assert_eq!(contact(&app, &id).await["display_name"], "Anna Lee");
    undo(&app, &done.id()).await;
    let after = contact(&app, &id).await;
    for field in ["given_name", "family_name", "display_name", "emails", "phones", "tags", "company_id"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert!(app.manager.get("/api/v1/companies").await.ok().items().is_empty());
}

async fn what_somebody_has_changed_since_stays_and_is_told(app: TestApp) {
    let id = app
        .manager
        .post("/api/v1/contacts", json!({ "emails": [{ "address": "ann@x.example" }] }))
        .await
        .created()
        .id();
    let file = "mail,title,first\nann@x.example,Boss,Ann\nbob@x.example,Chef,Bob\ncy@x.example,Cook,Cy\n";
    let done = import(&app, &["email=mail", "job_title=title", "given_name=first"], file).await;
    let all = app.manager.get("/api/v1/contacts").await.ok();
    let named = |name: &str| {
        let one = all.items().iter().find(|contact| contact["given_name"] == name).unwrap();
        one["id"].as_str().unwrap().to_owned()
    };
    let change = json!({ "job_title": "President" });
    app.manager.patch_any(&format!("/api/v1/contacts/{id}"), change.clone()).await.ok();
    app.manager.patch_any(&format!("/api/v1/contacts/{}", named("Bob")), change).await.ok();
    let note = json!({ "contact": { "id": named("Cy") }, "channel": "call", "subject": "He called" });
    app.manager.post("/api/v1/interactions", note).await.created();
    let undone = undo(&app, &done.id()).await;
    assert_eq!(undone.json["taken_back"], json!({ "taken_back": 0, "kept": 3 }));
    let ann = contact(&app, &id).await;
    assert_eq!((&ann["job_title"], &ann["given_name"]), (&json!("President"), &Value::Null));
    assert_eq!(contact(&app, &named("Bob")).await["job_title"], "President");
    let kept = app.manager.get(&format!("/api/v1/imports/{}/changes?outcome=kept", done.id())).await.ok();
    let mut reasons: Vec<_> = kept.items().iter().map(|change| change["reason"].as_str().unwrap().to_owned()).collect();
    reasons.sort();
    assert_eq!(reasons.len(), 3);
    assert!(reasons[0].starts_with("changed since: job_title"), "{reasons:?}");
}

async fn leads_and_their_stages_are_as_before(app: TestApp) {
    super::pipeline(&app).await;
    import(&app, &["external_id:shop=id", "lead.entered_at=at", "lead.title=what"], "id,at,what\na,2018-01-02,Roof\n")
        .await;
    let lead = || async { app.manager.get("/api/v1/leads").await.ok().items()[0].clone() };
    let before = lead().await;
    let won =
        import(&app, &["external_id:shop=id", "stage:Won=won", "lead.title=what"], "id,won,what\na,2018-01-20,House\n")
            .await;
    assert_eq!((&lead().await["stage_kind"], &lead().await["title"]), (&json!("won"), &json!("House")));
    let undone = undo(&app, &won.id()).await;
    assert_eq!(undone.json["taken_back"]["kept"], 0);
    for field in ["stage_id", "stage_kind", "stage_entered_at", "entered_at", "closed_at", "title"] {
        assert_eq!(lead().await[field], before[field], "{field}");
    }
}

async fn undone_twice_nothing_happens(app: TestApp) {
    let done = import(&app, &["email=mail"], "mail\na@x.example\n").await;
    let first = undo(&app, &done.id()).await;
    let contacts = app.manager.get("/api/v1/contacts?deleted=true").await.ok();
    let restored = contacts.items()[0]["id"].as_str().unwrap();
    app.manager.post_empty(&format!("/api/v1/contacts/{restored}/restore")).await.ok();
    step(&app, &done.id(), "undo").await.expect(202);
    work(&app);
    let second = app.manager.get(&format!("/api/v1/imports/{}", done.id())).await.ok();
    assert_eq!(first.json, second.json);
    assert_eq!(app.manager.get("/api/v1/contacts").await.ok().items().len(), 1);
}
