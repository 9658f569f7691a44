//! Recency, frequency, value as of a past instant: against scores computed the slow way; and the clients behind each group.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::{Value, json};
use touchline::accounts::UserId;
use touchline::contacts::ContactId;
use touchline::db::schema::contacts;
use touchline::db::types::Instant;
use touchline::segments::rfm::{RfmGroup, refresh};

use super::world::{DAY, Dice, STAGES, World};
use crate::support::{Client, TestApp, cases};

cases![
    scores_of_then_are_what_a_slow_count_says,
    a_reopened_lead_was_won_then_and_was_worth_what_it_was_worth_then,
    a_late_purchase_counts_from_when_it_happened,
    a_merge_joins_purchases_and_an_undo_parts_them,
    kept_groups_open_into_their_clients_and_narrow_by_filters,
    bad_questions_about_rfm_are_refused,
    groups_are_a_saved_report_with_snapshots_and_files,
];

const RFM: &str = "/api/v1/reports/rfm";

/// The clients of each group by its list, all pages of it; each as long as its number.
async fn groups(client: &Client, query: &str) -> BTreeMap<String, Vec<Value>> {
    let report = client.get(&format!("{RFM}?{query}")).await.ok().json;
    let mut found = BTreeMap::new();
    for group in report["groups"].as_array().unwrap() {
        let name = group["group"].as_str().unwrap();
        let path = format!("{RFM}/clients?group={name}&limit=3&{query}");
        let (mut items, mut page) = (Vec::new(), client.get(&path).await.ok());
        loop {
            assert_eq!(page.json["total"], group["clients"], "{name} {query}");
            items.extend(page.items().clone());
            match page.json["next_cursor"].as_str() {
                Some(next) => page = client.get(&format!("{path}&cursor={next}")).await.ok(),
                None => break,
            }
        }
        assert_eq!(json!(items.len()), group["clients"], "{name} {query}");
        found.insert(name.to_owned(), items);
    }
    let all: usize = found.values().map(Vec::len).sum();
    assert_eq!(client.get(&format!("{RFM}/clients?{query}")).await.ok().json["total"], all);
    found
}

/// When, and for how much.
type Purchase = (i64, Option<(i64, &'static str)>);

fn bought(world: &World, as_of: i64) -> BTreeMap<usize, Vec<Purchase>> {
    let mut bought: BTreeMap<usize, Vec<Purchase>> = BTreeMap::new();
    for root in world.roots() {
        for person in world.family(root) {
            let touches =
                person.touches.iter().filter(|t| t.kind == Some("purchase") && !t.deleted && t.channel != "note");
            let touches = touches.filter(|touch| touch.at < as_of).map(|touch| (touch.at, touch.money));
            let leads = person.leads.iter().filter(|lead| !lead.deleted).filter_map(|lead| {
                let standing = lead.stays.iter().rfind(|(_, at)| *at < as_of)?;
                (STAGES[standing.0].1 == "won").then_some((standing.1, lead.money))
            });
            for purchase in touches.chain(leads) {
                bought.entry(root).or_default().push(purchase);
            }
        }
    }
    bought
}

fn slow(values: &BTreeMap<usize, i64>, of: usize) -> i32 {
    let better = values.values().filter(|value| **value > values[&of]).count();
    5 - i32::try_from(better * 5 / values.len()).unwrap()
}

async fn scores_of_then_are_what_a_slow_count_says(app: TestApp) {
    let now: Instant = "2026-06-01T00:00:00Z".parse().unwrap();
    let mut dice = Dice(7);
    let world = std::sync::Arc::new(World::random(&mut dice, 80, now));
    let people = [None, Some(app.users.sales), Some(app.users.mate), Some(app.users.rival)];
    let of_whom: BTreeMap<usize, Option<UserId>> = world.roots().map(|root| (root, dice.pick(&people))).collect();
    let (shared, given) = (world.clone(), of_whom.clone());
    let insert = move |conn: &mut touchline::db::Connection| {
        shared.insert(conn)?;
        for (root, owner) in &given {
            let family: Vec<ContactId> = shared.family(*root).into_iter().map(|person| person.id).collect();
            let rows = contacts::table.filter(contacts::id.eq_any(family));
            diesel::update(rows).set(contacts::owner_id.eq(*owner)).execute(conn)?;
        }
        Ok(())
    };
    app.state.db.write(insert).await.unwrap();
    let vip = app.segment("Best", json!({ "version": 1, "tag": "vip" })).await;
    for as_of in [0, -10 * DAY, -25 * DAY, -40 * DAY - 30_000_000] {
        let bought = bought(&world, as_of);
        let count =
            |code: &str| bought.values().flatten().filter(|(_, money)| money.is_some_and(|m| m.1 == code)).count();
        let currency = if count("USD") > count("EUR") { "USD" } else { "EUR" };
        let of = |value: &dyn Fn(&[Purchase]) -> i64| {
            bought.iter().map(|(root, all)| (*root, value(all))).collect::<BTreeMap<_, _>>()
        };
        let recency = of(&|all| all.iter().map(|(at, _)| *at).max().unwrap());
        let frequency = of(&|all| i64::try_from(all.len()).unwrap());
        let money =
            |all: &[Purchase]| all.iter().filter_map(|(_, m)| *m).filter(|m| m.1 == currency).map(|m| m.0).sum();
        let monetary = of(&money);
        for (client, filter) in [(0, ""), (1, ""), (0, "owner"), (0, "team"), (0, "segment")] {
            let query = match filter {
                "owner" => format!("&owner_id={}", app.users.rival),
                "team" => format!("&team_id={}", app.users.north),
                "segment" => format!("&segment_id={vip}"),
                _ => String::new(),
            };
            let north = |owner: Option<UserId>| owner == Some(app.users.sales) || owner == Some(app.users.mate);
            let shown = |root: usize| {
                let owner = of_whom[&root];
                let lets = match filter {
                    "owner" => owner == Some(app.users.rival),
                    "team" => north(owner),
                    "segment" => world.people[root].tags.contains(&"vip"),
                    _ => true,
                };
                lets && (client == 0 || owner.is_none() || north(owner))
            };
            let client = if client == 0 { &app.manager } else { &app.sales };
            let found = groups(client, &format!("as_of={}{query}", world.at(as_of))).await;
            let found: BTreeMap<String, Value> = found
                .into_values()
                .flatten()
                .map(|one| (one["id"].as_str().unwrap().to_owned(), one["rfm"].clone()))
                .collect();
            let wanted: BTreeMap<String, Value> = bought
                .keys()
                .filter(|root| shown(**root))
                .map(|root| {
                    let scores = [&recency, &frequency, &monetary].map(|values| slow(values, *root));
                    let id = world.people[*root].id;
                    let told = json!({
                        "contact_id": id, "recency": scores[0], "frequency": scores[1], "monetary": scores[2],
                        "group": RfmGroup::of(scores[0], scores[1], scores[2]), "last_at": world.at(recency[root]),
                        "purchases": frequency[root], "amount": monetary[root],
                    });
                    (id.to_string(), told)
                })
                .collect();
            assert_eq!(found, wanted, "{as_of} {filter}");
        }
        let report = app.manager.get(&format!("{RFM}?as_of={}", world.at(as_of))).await.ok().json;
        assert_eq!((&report["currency"], &report["as_of"]), (&json!(currency), &json!(world.at(as_of))));
    }
    assert!(app.manager.get(RFM).await.ok().json["as_of"].is_null(), "nothing was kept");
    // What is computed of now is what is kept.
    refresh(&app.state.db, now).await.unwrap();
    assert_eq!(groups(&app.sales, "").await, groups(&app.sales, &format!("as_of={now}")).await);
}

async fn total(app: &TestApp, as_of: &str) -> i64 {
    app.manager.get(&format!("{RFM}/clients?as_of={as_of}")).await.ok().json["total"].as_i64().unwrap()
}

async fn only(app: &TestApp, as_of: &str) -> Value {
    let page = app.manager.get(&format!("{RFM}/clients?as_of={as_of}")).await.ok();
    assert_eq!(page.items().len(), 1, "{as_of}");
    page.items()[0]["rfm"].clone()
}

async fn a_reopened_lead_was_won_then_and_was_worth_what_it_was_worth_then(app: TestApp) {
    let pipeline = app.pipeline().await;
    let new = json!({
        "pipeline_id": pipeline.id, "stage_id": pipeline.stage("New"), "entered_at": "2024-01-02T12:00:00Z", "amount": 700,
        "currency": "EUR",
    });
    let lead = app.deal(&app.key, new).await;
    let step = async |stage: &str, at: &str| {
        let body = json!({ "stage_id": pipeline.stage(stage), "at": format!("2024-01-{at}T12:00:00Z") });
        app.key.post(&format!("/api/v1/leads/{}/stage", lead.id()), body).await.ok();
    };
    step("Won", "10").await;
    let before = only(&app, "2024-01-15").await;
    assert_eq!((&before["last_at"], &before["amount"]), (&json!("2024-01-10T12:00:00Z"), &json!(700)));
    step("Proposal", "20").await;
    assert_eq!(only(&app, "2024-01-15").await, before, "what was before stays");
    assert_eq!((total(&app, "2024-01-10").await, total(&app, "2024-01-25").await), (0, 0));
    step("Won", "28").await;
    assert_eq!(only(&app, "2024-01-30").await["last_at"], "2024-01-28T12:00:00Z", "once, however often");
    app.manager.patch_any(&format!("/api/v1/leads/{}", lead.id()), json!({ "amount": 900 })).await.ok();
    assert_eq!(only(&app, "2024-01-15").await, before);
    refresh(&app.state.db, Instant::now()).await.unwrap();
    let kept = app.manager.get(&format!("{RFM}/clients")).await.ok();
    assert_eq!(kept.items()[0]["rfm"]["amount"], 900);
}

async fn purchase(app: &TestApp, id: &str, day: u32) {
    let at = format!("2024-01-{day:02}T12:00:00Z");
    let touch = json!({ "contact": { "id": id }, "channel": "store", "kind": "purchase", "amount": 500, "currency": "EUR", "occurred_at": at });
    app.touch(touch).await;
}

async fn a_late_purchase_counts_from_when_it_happened(app: TestApp) {
    let ann = app.person("ann", &[]).await;
    purchase(&app, &ann, 20).await;
    assert_eq!((total(&app, "2024-01-15").await, only(&app, "2024-01-25").await["purchases"].clone()), (0, json!(1)));
    // Told only now.
    purchase(&app, &ann, 12).await;
    assert_eq!((total(&app, "2024-01-11").await, only(&app, "2024-01-15").await["purchases"].clone()), (0, json!(1)));
    let after = only(&app, "2024-01-25").await;
    assert_eq!((&after["purchases"], &after["last_at"]), (&json!(2), &json!("2024-01-20T12:00:00Z")));
}

async fn a_merge_joins_purchases_and_an_undo_parts_them(app: TestApp) {
    let (ann, anna) = (app.person("ann", &[]).await, app.person("anna", &[]).await);
    purchase(&app, &ann, 3).await;
    purchase(&app, &anna, 5).await;
    assert_eq!(total(&app, "2024-01-15").await, 2);
    let merged =
        app.manager.post(&format!("/api/v1/contacts/{ann}/merge"), json!({ "contact_ids": [anna] })).await.ok();
    let one = only(&app, "2024-01-15").await;
    assert_eq!((&one["contact_id"], &one["purchases"]), (&json!(ann), &json!(2)));
    let merge = merged.json["merges"][0]["id"].as_str().unwrap();
    app.manager.post_empty(&format!("/api/v1/merges/{merge}/undo")).await.ok();
    assert_eq!(total(&app, "2024-01-15").await, 2);
    app.manager.delete_any(&format!("/api/v1/contacts/{anna}")).await.no_content();
    assert_eq!(total(&app, "2024-01-15").await, 1);
}

async fn kept_groups_open_into_their_clients_and_narrow_by_filters(app: TestApp) {
    let mut ids = Vec::new();
    for (name, owner) in [("ann", app.users.mate), ("bo", app.users.rival), ("cy", app.users.rival)] {
        let id = app.person(name, &[]).await;
        purchase(&app, &id, 3).await;
        app.give(id.parse().unwrap(), owner).await;
        ids.push(id);
    }
    refresh(&app.state.db, Instant::now()).await.unwrap();
    let guests = app.list("Guests", &[&ids[0], &ids[1]]).await;
    let count = async |client: &Client, query: &str| groups(client, query).await.values().map(Vec::len).sum::<usize>();
    assert_eq!((count(&app.manager, "").await, count(&app.sales, "").await), (3, 1));
    assert_eq!(count(&app.manager, &format!("owner_id={}", app.users.rival)).await, 2);
    assert_eq!(count(&app.manager, &format!("team_id={}", app.users.north)).await, 1);
    assert_eq!(count(&app.manager, &format!("segment_id={guests}")).await, 2);
    assert_eq!(count(&app.manager, &format!("segment_id={guests}&owner_id={}", app.users.rival)).await, 1);
    assert_eq!(count(&app.sales, &format!("owner_id={}", app.users.rival)).await, 0);
}

async fn bad_questions_about_rfm_are_refused(app: TestApp) {
    for path in [RFM, "/api/v1/reports/rfm/clients"] {
        let ask = async |query: &str| app.manager.get(&format!("{path}?{query}")).await;
        ask("as_of=yesterday").await.invalid(&["as_of"]);
        ask("tz=Mars/Base&as_of=2024-01-01").await.invalid(&["tz"]);
        ask(&format!("segment_id={}", app.users.admin)).await.invalid(&["segment_id"]);
        ask("owner_id=%27%20OR%201=1--").await.invalid(&["owner_id"]);
        ask("colour=red").await.invalid(&["colour"]);
        app.anon.get(path).await.problem(401, "unauthorized");
    }
    let clients = async |query: &str| app.manager.get(&format!("{RFM}/clients?{query}")).await;
    clients("group=kings").await.invalid(&["group"]);
    clients("limit=1000").await.invalid(&["limit"]);
    clients("cursor=x").await.invalid(&["cursor"]);
    let field = json!({ "entity": "contact", "key": "level", "label": "Level", "kind": "text" });
    let field = app.admin.post("/api/v1/fields", field).await.created().id();
    let broken = app.segment("Level", json!({ "version": 1, "field": "custom.level", "op": "empty" })).await;
    app.admin.delete_any(&format!("/api/v1/fields/{field}")).await.no_content();
    clients(&format!("segment_id={broken}")).await.problem(409, "segment_broken");
    app.manager.get(&format!("{RFM}?segment_id={broken}&as_of=2024-01-01")).await.problem(409, "segment_broken");
}

async fn groups_are_a_saved_report_with_snapshots_and_files(app: TestApp) {
    let ann = app.person("ann", &[]).await;
    purchase(&app, &ann, 3).await;
    let save =
        |parameters: Value| json!({ "name": "Groups", "kind": "rfm", "parameters": parameters, "schedule": "day" });
    app.manager
        .post("/api/v1/saved-reports", save(json!({ "as_of": "2024-01-05" })))
        .await
        .invalid(&["parameters.as_of"]);
    app.manager.post("/api/v1/saved-reports", save(json!({ "group": "new" }))).await.invalid(&["parameters.group"]);
    let saved = app.manager.post("/api/v1/saved-reports", save(json!({}))).await.created().id();
    let later = Instant::now().plus(chrono::TimeDelta::days(2));
    assert!(touchline::reports::step(&app.state.db, later).await.unwrap());
    let list = app.manager.get(&format!("/api/v1/saved-reports/{saved}/snapshots")).await.ok();
    let taken = &list.items()[0];
    assert_eq!(taken["problem"], Value::Null, "{taken}");
    let clients: i64 =
        taken["body"]["groups"].as_array().unwrap().iter().map(|group| group["clients"].as_i64().unwrap()).sum();
    assert_eq!(clients, 1, "computed as of then, whatever is kept");
    for file in [format!("saved-reports/{saved}"), format!("report-snapshots/{}", taken["id"].as_str().unwrap())] {
        let csv = app.manager.get(&format!("/api/v1/exports/{file}?format=csv")).await.ok().text();
        let lines: Vec<_> = csv.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!((lines[0], lines.len()), ("group,clients", 1 + RfmGroup::ALL.len()));
        let book = app.manager.get(&format!("/api/v1/exports/{file}?format=xlsx")).await.ok();
        assert!(book.body.starts_with(b"PK"));
    }
}
