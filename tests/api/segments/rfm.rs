//! Recency, frequency, value: against scores computed the slow way, and in rules.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::json;
use touchline::contacts::ContactId;
use touchline::db::schema::rfm_scores;
use touchline::db::types::Instant;
use touchline::segments::rfm::{RfmGroup, RfmScore, refresh};

use super::world::{Dice, STAGES, World};
use crate::support::{TestApp, cases};

cases![scores_are_what_the_definition_says, groups_are_reported_and_usable_in_rules, scores_follow_what_changes];

/// When, and for how much.
type Purchase = (i64, Option<(i64, &'static str)>);

/// 5 minus how many fifths of the others are strictly better.
fn slow(values: &BTreeMap<ContactId, i64>, of: ContactId) -> i32 {
    let better = values.values().filter(|value| **value > values[&of]).count();
    5 - i32::try_from(better * 5 / values.len()).unwrap()
}

async fn scores(app: &TestApp) -> BTreeMap<ContactId, RfmScore> {
    let rows = rfm_scores::table.select(RfmScore::as_select());
    let all = app.state.db.read(move |conn| Ok(rows.load::<RfmScore>(conn)?)).await.unwrap();
    all.into_iter().map(|one| (one.contact_id, one)).collect()
}

async fn scores_are_what_the_definition_says(app: TestApp) {
    let now: Instant = "2026-06-01T00:00:00Z".parse().unwrap();
    let world = std::sync::Arc::new(World::random(&mut Dice(3), 80, now));
    let shared = world.clone();
    app.state.db.write(move |conn| shared.insert(conn)).await.unwrap();
    let mut bought: BTreeMap<ContactId, Vec<Purchase>> = BTreeMap::new();
    for root in world.roots() {
        for person in world.family(root) {
            let touches =
                person.touches.iter().filter(|t| t.kind == Some("purchase") && !t.deleted && t.channel != "note");
            let won =
                person.leads.iter().filter(|lead| !lead.deleted && STAGES[lead.stays.last().unwrap().0].1 == "won");
            let all =
                touches.map(|t| (t.at, t.money)).chain(won.map(|lead| (lead.stays.last().unwrap().1, lead.money)));
            for purchase in all {
                bought.entry(world.people[root].id).or_default().push(purchase);
            }
        }
    }
    let count = |currency: &str| {
        bought.values().flatten().filter(|(_, money)| money.is_some_and(|(_, c)| c == currency)).count()
    };
    assert!(bought.len() > 15 && count("EUR") > count("USD"), "EUR is the main currency");
    refresh(&app.state.db, now).await.unwrap();
    let kept = scores(&app).await;
    let of = |value: &dyn Fn(&[Purchase]) -> i64| {
        bought.iter().map(|(id, all)| (*id, value(all))).collect::<BTreeMap<_, _>>()
    };
    let recency = of(&|all| all.iter().map(|(at, _)| *at).max().unwrap());
    let frequency = of(&|all| i64::try_from(all.len()).unwrap());
    let monetary =
        of(&|all| all.iter().filter_map(|(_, money)| *money).filter(|(_, c)| *c == "EUR").map(|(a, _)| a).sum());
    assert_eq!(kept.keys().collect::<Vec<_>>(), bought.keys().collect::<Vec<_>>());
    for (id, one) in &kept {
        let wanted = (slow(&recency, *id), slow(&frequency, *id), slow(&monetary, *id));
        assert_eq!((one.recency, one.frequency, one.monetary), wanted);
        assert_eq!((one.purchases, one.amount), (frequency[id], monetary[id]));
        assert_eq!(one.group, RfmGroup::of(wanted.0, wanted.1, wanted.2));
    }
    // Computing it again changes nothing.
    assert_eq!(refresh(&app.state.db, now).await.unwrap(), 0);
}

async fn groups_are_reported_and_usable_in_rules(app: TestApp) {
    let shown = app.reader.get("/api/v1/reports/rfm").await.ok();
    assert!(shown.json["as_of"].is_null());
    for (name, times) in [("ann", 5), ("bob", 1)] {
        let id = app.person(name, &[]).await;
        for _ in 0..times {
            let touch = json!({ "contact": { "id": id }, "channel": "store", "kind": "purchase", "amount": 500, "currency": "EUR" });
            app.touch(touch).await;
        }
    }
    app.person("cid", &[]).await;
    refresh(&app.state.db, Instant::now()).await.unwrap();
    let shown = app.reader.get("/api/v1/reports/rfm").await.ok();
    assert_eq!(shown.json["currency"], "EUR");
    let total: i64 = shown.json["groups"].as_array().unwrap().iter().map(|one| one["clients"].as_i64().unwrap()).sum();
    assert_eq!(total, 2);
    let often = app.segment("Often", json!({ "version": 1, "rfm": { "frequency": { "at_least": 5 } } })).await;
    assert_eq!(app.members(&often).await, ["ann"]);
    let groups: Vec<_> = RfmGroup::ALL.iter().map(ToString::to_string).collect();
    let buyers = app.segment("Buyers", json!({ "version": 1, "rfm": { "group": groups } })).await;
    assert_eq!(app.members(&buyers).await, ["ann", "bob"]);
    let bad =
        json!({ "name": "x", "rule": { "version": 1, "rfm": { "group": "kings", "recency": { "at_least": 6 } } } });
    app.marketer.post("/api/v1/segments", bad).await.invalid(&["rule.rfm.group", "rule.rfm.recency.at_least"]);
}

async fn scores_follow_what_changes(app: TestApp) {
    let ann = app.person("ann", &[]).await;
    let touch = json!({ "contact": { "id": ann }, "channel": "store", "kind": "purchase" });
    let made = app.touch(touch).await;
    refresh(&app.state.db, Instant::now()).await.unwrap();
    assert_eq!(scores(&app).await.len(), 1);
    app.manager.delete_any(&format!("/api/v1/interactions/{}", made["id"].as_str().unwrap())).await.no_content();
    refresh(&app.state.db, Instant::now()).await.unwrap();
    assert!(scores(&app).await.is_empty());
}
