//! What segments are at the edges: merged clients, days long past, rules that ask for others, companies that come back.

use serde_json::{Value, json};
use touchline::contacts::ContactId;
use touchline::segments::keeper::Keeper;

use super::keeping::{catch_up, events, kept, told};
use super::records::tagged;
use crate::support::{TestApp, cases};

cases![
    leads_of_merged_clients_count_by_the_survivor,
    stages_are_those_of_the_day_asked_for,
    what_a_changed_rule_does_to_others_is_no_news,
    a_segment_follows_a_company_that_comes_back,
    who_was_merged_is_on_a_list_once,
    a_fact_between_the_reading_and_the_writing_of_a_sweep_is_not_lost,
    a_program_asks_only_for_what_it_may_read,
];

async fn leads_of_merged_clients_count_by_the_survivor(app: TestApp) {
    let pipeline = app.pipeline().await;
    let (ann, bob) = (app.person("ann", &["vip"]).await, app.person("bob", &[]).await);
    app.deal(&app.key, json!({ "pipeline_id": pipeline.id, "contact_id": bob })).await;
    let others = app.segment("Others", json!({ "version": 1, "not": { "tag": "vip" } })).await;
    let best = app.segment("Best", tagged("vip")).await;
    app.manager.post(&format!("/api/v1/contacts/{ann}/merge"), json!({ "contact_ids": [bob] })).await.ok();
    for (segment, leads) in [(&others, 0), (&best, 1)] {
        let found = app.manager.get(&format!("/api/v1/leads?segment_id={segment}")).await.ok();
        assert_eq!(found.items().len(), leads);
        let path = format!("/api/v1/reports/funnel?pipeline_id={}&segment_id={segment}", pipeline.id);
        assert_eq!(app.manager.get(&path).await.ok().json["total"]["cohort"], leads);
    }
}

async fn stages_are_those_of_the_day_asked_for(app: TestApp) {
    let pipeline = app.pipeline().await;
    let entry =
        json!({ "pipeline_id": pipeline.id, "stage_id": pipeline.stage("New"), "entered_at": "2024-01-10T00:00:00Z" });
    let lead = app.deal(&app.key, entry).await;
    let won = json!({ "stage_id": pipeline.stage("Won"), "at": "2024-06-10T00:00:00Z" });
    app.key.post(&format!("/api/v1/leads/{}/stage", lead.id()), won).await.ok();
    let lead = |test: Value| json!({ "version": 1, "leads": test });
    let any = json!({ "pipeline": pipeline.id });
    // In January there was none, in March it was new, in July it was won.
    for (n, (test, expected)) in [
        (any, [0, 1, 1]),
        (json!({ "status": "open" }), [0, 1, 0]),
        (json!({ "status": "won" }), [0, 0, 1]),
        (json!({ "stage": pipeline.stage("New") }), [0, 1, 0]),
        (json!({ "closed": { "from": "2024-06-01", "to": "2024-06-30" } }), [0, 0, 1]),
        (json!({ "in_stage_for": { "at_most": "40d" } }), [0, 0, 1]),
        (json!({ "in_stage_for": { "at_least": "40d" } }), [0, 1, 0]),
        (json!({ "time_in_stage": { "stage": pipeline.stage("New"), "at_most": "100d" } }), [0, 1, 0]),
    ]
    .into_iter()
    .enumerate()
    {
        let segment = app.segment(&format!("Segment {n}"), lead(test.clone())).await;
        for (as_of, expected) in ["2024-01-01", "2024-03-01", "2024-07-01"].into_iter().zip(expected) {
            let query = format!("pipeline_id={}&segment_id={segment}&as_of={as_of}T00:00:00Z", pipeline.id);
            let funnel = app.manager.get(&format!("/api/v1/reports/funnel?{query}")).await.ok();
            assert_eq!(funnel.json["total"]["cohort"], expected, "{test} as of {as_of}");
        }
    }
}

async fn what_a_changed_rule_does_to_others_is_no_news(app: TestApp) {
    let (ann, _) = (app.person("ann", &["vip"]).await, app.person("bob", &["new"]).await);
    let asked = app.segment("Asked", tagged("vip")).await;
    let asking = app.segment("Asking", json!({ "version": 1, "segment": asked })).await;
    let mut keeper = Keeper::default();
    catch_up(&app, &mut keeper).await;
    assert_eq!(app.members(&asking).await, ["ann"]);
    app.marketer.patch_any(&format!("/api/v1/segments/{asked}"), json!({ "rule": tagged("new") })).await.ok();
    catch_up(&app, &mut keeper).await;
    assert_eq!((app.members(&asking).await, events(&app).await), (vec!["bob".to_owned()], vec![]));
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "tags": ["new"] })).await.ok();
    catch_up(&app, &mut keeper).await;
    assert_eq!(events(&app).await.len(), 2, "what clients do is told of both");
}

async fn a_segment_follows_a_company_that_comes_back(app: TestApp) {
    let company = app.manager.post("/api/v1/companies", json!({ "name": "Acme" })).await.created().id();
    let ann = app.person("ann", &[]).await;
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "company_id": company })).await.ok();
    let segment =
        app.segment("Theirs", json!({ "version": 1, "field": "company", "op": "is", "value": company })).await;
    let mut keeper = Keeper::default();
    catch_up(&app, &mut keeper).await;
    let path = format!("/api/v1/companies/{company}");
    app.manager.delete_any(&path).await.no_content();
    catch_up(&app, &mut keeper).await;
    app.marketer.get(&format!("/api/v1/segments/{segment}/members")).await.problem(409, "segment_broken");
    app.manager.post_empty(&format!("{path}/restore")).await.ok();
    catch_up(&app, &mut keeper).await;
    let bob = app.person("bob", &[]).await;
    app.manager.patch_any(&format!("/api/v1/contacts/{bob}"), json!({ "company_id": company })).await.ok();
    catch_up(&app, &mut keeper).await;
    let size = app.marketer.get(&format!("/api/v1/segments/{segment}")).await.ok().json["members"].clone();
    assert!(size.as_i64().unwrap() >= 1, "{size}");
    assert!(app.members(&segment).await.contains(&"bob".to_owned()));
}

async fn who_was_merged_is_on_a_list_once(app: TestApp) {
    let (ann, bob) = (app.person("ann", &[]).await, app.person("bob", &[]).await);
    let list = app.list("Guests", &[&bob]).await;
    app.manager.post(&format!("/api/v1/contacts/{ann}/merge"), json!({ "contact_ids": [bob] })).await.ok();
    let path = format!("/api/v1/segments/{list}/members");
    let again = app.marketer.post(&path, json!({ "add": [ann] })).await.ok();
    assert_eq!((&again.json["added"], &again.json["unchanged"]), (&json!(0), &json!(1)));
    let off = app.marketer.post(&path, json!({ "remove": [ann] })).await.ok();
    assert_eq!((&off.json["removed"], &off.json["unchanged"]), (&json!(1), &json!(0)));
    let kinds: Vec<_> = events(&app).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["segment.entered", "segment.left"]);
    assert!(app.members(&list).await.is_empty());
}

async fn a_fact_between_the_reading_and_the_writing_of_a_sweep_is_not_lost(app: TestApp) {
    let (ann, bob) = (app.person("ann", &["vip"]).await, app.person("bob", &[]).await);
    let segment = app.segment("Best", tagged("vip")).await;
    let (id, contact) = (segment.parse().unwrap(), ann.parse::<ContactId>().unwrap());
    let (db, mut keeper, mut sweeper) = (&app.state.db, Keeper::default(), Keeper::default());
    catch_up(&app, &mut keeper).await;
    let tag = async |who: &str, tags: Value| {
        app.manager.patch_any(&format!("/api/v1/contacts/{who}"), json!({ "tags": tags })).await.ok();
        told(&app).await;
    };
    // What the keeper has read on without a change, and what it is about to write with one.
    for (bobs, kept_before) in [(json!([]), true), (json!(["vip"]), false)] {
        tag(&ann, json!([])).await;
        let astray = sweeper.bite(db, id, 1).await.unwrap().unwrap();
        tag(&ann, json!(["vip"])).await;
        tag(&bob, bobs).await;
        let found = keeper.look(db).await.unwrap();
        if kept_before {
            assert!(!keeper.keep(db, found).await.unwrap());
            assert!(sweeper.settle(db, id, 1, astray).await.unwrap());
        } else {
            assert!(sweeper.settle(db, id, 1, astray).await.unwrap());
            assert!(keeper.keep(db, found).await.unwrap(), "looks again");
        }
        assert!(!kept(&app, &segment).await.contains(&contact));
        catch_up(&app, &mut keeper).await;
        assert!(kept(&app, &segment).await.contains(&contact));
    }
    assert_eq!(kept(&app, &segment).await.len(), 2);
}

async fn a_program_asks_only_for_what_it_may_read(app: TestApp) {
    let rich = json!({ "version": 1, "leads": { "value": { "currency": "EUR", "at_least": 1 } } });
    let seen = json!({ "version": 1, "touchpoints": { "channel": "web" } });
    let body =
        json!({ "name": "Narrow", "scopes": ["segments:read", "segments:write", "contacts:read", "reports:read"] });
    let made = app.admin.post("/api/v1/api-keys", body).await.created();
    let key = app.key.with_token(made.json["key"].as_str().unwrap());
    for rule in [rich, seen] {
        key.post("/api/v1/segments/preview", json!({ "rule": rule })).await.problem(403, "forbidden");
        key.post("/api/v1/segments", json!({ "name": "Rich", "rule": rule })).await.problem(403, "forbidden");
    }
    key.post("/api/v1/segments/preview", json!({ "rule": tagged("vip") })).await.ok();
    let pipeline = app.pipeline().await;
    let funnel = |by: &str| format!("/api/v1/reports/funnel?pipeline_id={}&breakdown={by}", pipeline.id);
    key.get(&funnel("segment")).await.ok();
    key.get(&funnel("company")).await.problem(403, "forbidden");
}
