//! Thousands of random rules over random clients: the database and a slow evaluator agree on every client.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use diesel::prelude::*;
use serde_json::{Value, json};
use touchline::contacts::ContactId;
use touchline::db::schema::contacts;
use touchline::db::types::Instant;
use touchline::db::{Connection, MultiBackend};
use touchline::segments::catalogue::Catalogue;
use touchline::segments::compile::{Asked, condition};
use touchline::segments::parse::parse;
use touchline::segments::rule::Rule;
use touchline::segments::settle;

use super::oracle::Oracle;
use super::random;
use super::world::{Dice, World};
use crate::support::{TestApp, cases};

cases![every_rule_holds_of_whom_it_should, a_rule_asked_of_one_client_says_the_same];

fn with_root(node: &Value, zone: Tz) -> Value {
    let mut rule = node.clone();
    rule["version"] = json!(1);
    rule["time_zone"] = json!(zone.name());
    rule
}

fn read(rule: &Value, catalogue: &Catalogue) -> Rule {
    parse(rule, catalogue, None).unwrap_or_else(|errors| panic!("{rule}: {errors:?}"))
}

fn asked(conn: &mut Connection, rule: &Rule, asked: &Asked<'_>) -> BTreeSet<ContactId> {
    let shown = contacts::table.filter(contacts::deleted_at.is_null().and(contacts::merged_into.is_null()));
    let mut query = shown.select(contacts::id).into_boxed::<MultiBackend>().filter(condition(rule, asked));
    if let Some(only) = asked.only {
        query = query.filter(contacts::id.eq_any(only.to_vec()));
    }
    query.load::<ContactId>(conn).unwrap().into_iter().collect()
}

fn now(dice: &mut Dice) -> Instant {
    // Around the new year and the end of February, where anniversaries are hardest.
    dice.pick(&["2026-02-27T23:30:00Z", "2026-12-30T12:00:00Z", "2028-02-28T10:00:00Z"]).parse().unwrap()
}

async fn every_rule_holds_of_whom_it_should(app: TestApp) {
    let work = |conn: &mut Connection| {
        let mut dice = Dice(11);
        let now = now(&mut dice);
        let world = World::random(&mut dice, 60, now);
        world.insert(conn)?;
        let catalogue = Catalogue::load(conn)?;
        let (mut some, mut all) = (0, 0);
        for n in 0..2000 {
            let zone = dice.pick(&[Tz::UTC, Tz::Pacific__Auckland, Tz::America__Los_Angeles]);
            let node = random::node(&mut dice, &world, 3);
            let found = asked(conn, &read(&with_root(&node, zone), &catalogue), &Asked::of_all(world.now));
            let oracle = Oracle { world: &world, zone };
            let wanted: BTreeSet<_> =
                world.roots().filter(|root| oracle.holds(*root, &node)).map(|root| world.people[root].id).collect();
            assert_eq!(found, wanted, "rule {n}: {node:#}");
            some += usize::from(!found.is_empty());
            all += usize::from(found.len() == world.roots().count());
        }
        // The rules are worth asking: most hold of some and few of everybody.
        assert!(some > 1200 && all < 400, "{some} of some, {all} of all");
        Ok(())
    };
    app.state.db.write(work).await.unwrap();
}

async fn a_rule_asked_of_one_client_says_the_same(app: TestApp) {
    let work = |conn: &mut Connection| {
        let mut dice = Dice(5);
        let now = now(&mut dice);
        let world = World::random(&mut dice, 40, now);
        world.insert(conn)?;
        let catalogue = Catalogue::load(conn)?;
        let (mut known, mut unknown) = (0, 0);
        for _ in 0..300 {
            let rule = read(&with_root(&random::node(&mut dice, &world, 2), Tz::UTC), &catalogue);
            let all = asked(conn, &rule, &Asked::of_all(world.now));
            for root in world.roots().step_by(3) {
                let family: Vec<_> = world.family(root).iter().map(|person| person.id).collect();
                let alone = asked(conn, &rule, &Asked::of(world.now, &family));
                let id = world.people[root].id;
                assert_eq!(alone.contains(&id), all.contains(&id), "{rule:?}");
                let judged = settle::judged(conn, id, std::slice::from_ref(&rule), world.now)?;
                let judged = judged.first().copied().flatten();
                assert!(judged.is_none_or(|holds| holds == all.contains(&id)), "{judged:?}: {rule:?}");
                (known, unknown) = (known + usize::from(judged.is_some()), unknown + usize::from(judged.is_none()));
            }
        }
        // Nearly every rule is asked in memory.
        assert!(known > 50 * unknown, "{known} known, {unknown} not");
        Ok(())
    };
    app.state.db.write(work).await.unwrap();
}
