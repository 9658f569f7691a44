//! Random clients: every number of a journey, whole and by parts, equals the one counted the slow way, and opens into as
//! many clients and facts.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::{Map, Value, json};
use touchline::accounts::UserId;
use touchline::db::schema::contacts;
use touchline::db::types::Instant;

use crate::segments::world::{DAY, Dice, World};
use crate::support::{Client, TestApp, cases};

cases![every_part_is_what_a_slow_count_says];

const JOURNEY: &str = "/api/v1/reports/journey";
const NOW: &str = "2026-06-01T00:00:00Z";

/// Web, then a purchase anywhere or a stage, then won.
fn steps(world: &World, begins_with_stage: bool) -> Value {
    let first = if begins_with_stage {
        json!({ "stage": { "stage_ids": [world.stages[0], world.stages[1]] } })
    } else {
        json!({ "touch": { "channels": ["web", "email"] } })
    };
    json!([first, { "touch": { "kinds": ["purchase", "form", "page_view"] } }, { "stage": { "kind": "won" } }])
}

/// A fact: when, of which steps, and what the breakdowns by touchpoint say.
struct Seen {
    at: i64,
    steps: [bool; 3],
    group: Option<&'static str>,
    campaign: Option<&'static str>,
}

fn facts(world: &World, root: usize, begins_with_stage: bool) -> Vec<Seen> {
    let mut all = Vec::new();
    for person in world.family(root) {
        for touch in person.touches.iter().filter(|touch| !touch.deleted) {
            let first = !begins_with_stage && matches!(touch.channel, "web" | "email");
            let steps = [first, touch.channel != "note" && touch.kind.is_some(), false];
            all.push(Seen { at: touch.at, steps, group: touch.group, campaign: touch.campaign });
        }
        for lead in person.leads.iter().filter(|lead| !lead.deleted) {
            for (stage, at) in &lead.stays {
                let steps = [begins_with_stage && *stage < 2, false, *stage == 3];
                all.push(Seen { at: *at, steps, group: None, campaign: None });
            }
        }
    }
    all.sort_by_key(|seen| seen.at);
    all
}

/// When a client took each step, the part by touchpoint, and whether its window is open.
struct Way {
    times: [Option<i64>; 3],
    group: Option<&'static str>,
    campaign: Option<&'static str>,
    immature: bool,
}

struct Bounds {
    from: i64,
    to: i64,
    as_of: i64,
    window: i64,
}

fn walk(facts: &[Seen], bounds: &Bounds) -> Option<Way> {
    let first = facts.iter().find(|seen| seen.steps[0]).filter(|seen| seen.at < bounds.as_of)?;
    if first.at < bounds.from || first.at >= bounds.to {
        return None;
    }
    let mut times = [Some(first.at), None, None];
    for k in 1..3 {
        let Some(before) = times[k - 1] else { break };
        let mut later = facts.iter().filter(|seen| seen.at > before && seen.steps[k] && seen.at < bounds.as_of);
        times[k] = later.next().map(|seen| seen.at).filter(|at| *at - first.at <= bounds.window);
    }
    let immature = first.at + bounds.window >= bounds.as_of;
    Some(Way { times, group: first.group, campaign: first.campaign, immature })
}

/// Gives owners to clients, and makes no two facts of one instant.
fn prepared(dice: &mut Dice, owners: &[Option<UserId>]) -> (World, BTreeMap<usize, Option<UserId>>) {
    let mut world = World::random(dice, 70, NOW.parse().unwrap());
    let mut nudge = 0;
    for person in &mut world.people {
        for touch in &mut person.touches {
            nudge += 1;
            touch.at += nudge;
        }
        for (_, at) in person.leads.iter_mut().flat_map(|lead| &mut lead.stays) {
            nudge += 1;
            *at += nudge;
        }
    }
    let owned = world.roots().map(|root| (root, dice.pick(owners))).collect();
    (world, owned)
}

async fn insert(app: &TestApp, world: &std::sync::Arc<World>, owned: &BTreeMap<usize, Option<UserId>>) {
    let (shared, owned) = (world.clone(), owned.clone());
    let insert = move |conn: &mut touchline::db::Connection| {
        shared.insert(conn)?;
        for (root, owner) in &owned {
            for person in shared.family(*root) {
                let row = contacts::table.filter(contacts::id.eq(person.id));
                diesel::update(row).set(contacts::owner_id.eq(*owner)).execute(conn)?;
            }
        }
        Ok(())
    };
    app.state.db.write(insert).await.unwrap();
}

/// The tag, the list and the callers.
struct Segments {
    ids: [String; 3],
    listed: Vec<usize>,
}

impl Segments {
    async fn made(app: &TestApp, world: &World, dice: &mut Dice) -> Self {
        let listed: Vec<usize> = world.roots().filter(|_| dice.one_in(3)).collect();
        let ids: Vec<String> = listed.iter().map(|root| world.people[*root].id.to_string()).collect();
        let vip = app.segment("Best", json!({ "version": 1, "tag": "vip" })).await;
        let guests = app.list("Guests", &ids.iter().collect::<Vec<_>>()).await;
        let callers = app.segment("Callers", json!({ "version": 1, "touchpoints": { "channel": "call" } })).await;
        Self { ids: [vip, guests, callers], listed }
    }

    fn of(&self, world: &World, root: usize, as_of: i64) -> Vec<String> {
        let called = |at: i64| at < as_of;
        let calls = world.family(root).into_iter().flat_map(|person| &person.touches);
        let mut calls = calls.filter(|touch| touch.channel == "call" && !touch.deleted);
        let within = [
            world.people[root].tags.contains(&"vip"),
            self.listed.contains(&root),
            calls.any(|touch| called(touch.at)),
        ];
        self.ids.iter().zip(within).filter(|(_, within)| *within).map(|(id, _)| id.clone()).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The parts of a client, by the breakdown's name.
fn parts(ask: &Asked<'_>, root: usize, way: &Way) -> Vec<Option<String>> {
    let person = &ask.world.people[root];
    let owner = ask.owned[&root];
    let one = match ask.breakdown {
        "owner" => owner.map(|owner| owner.to_string()),
        "team" => owner.and_then(|owner| ask.teams.get(&owner)).cloned(),
        "source" => person.source.map(str::to_owned),
        "company" => person.firm.map(|firm| ask.world.firms[firm].id.to_string()),
        "channel_group" => way.group.map(str::to_owned),
        "campaign" => way.campaign.map(str::to_owned),
        "custom.budget" => person.custom.get("budget").map(|money| text(&money["currency"])),
        "period" => Some(ask.world.at(way.times[0].unwrap()).to_string()[..10].to_owned()),
        "segment" => {
            let own = ask.segments.of(ask.world, root, ask.bounds.as_of);
            return if own.is_empty() { vec![None] } else { own.into_iter().map(Some).collect() };
        }
        custom => match person.custom.get(custom.trim_start_matches("custom.")) {
            Some(Value::Array(choices)) if !choices.is_empty() => {
                return choices.iter().map(|choice| Some(text(choice))).collect();
            }
            Some(Value::Array(_) | Value::Null) | None => None,
            Some(value) => Some(text(value)),
        },
    };
    vec![one]
}

struct Asked<'a> {
    world: &'a World,
    owned: &'a BTreeMap<usize, Option<UserId>>,
    teams: &'a BTreeMap<UserId, String>,
    segments: &'a Segments,
    breakdown: &'a str,
    bounds: Bounds,
}

impl Asked<'_> {
    /// Whether the filters let a client through.
    fn lets(&self, filter: &Map<String, Value>, root: usize) -> bool {
        let (person, owner) = (&self.world.people[root], self.owned[&root]);
        filter.iter().all(|(name, value)| {
            let own = match name.as_str() {
                "owner_id" => json!(owner),
                "team_id" => json!(owner.and_then(|owner| self.teams.get(&owner))),
                "source" => json!(person.source),
                "company_id" => json!(person.firm.map(|firm| self.world.firms[firm].id)),
                _ => {
                    let segments = self.segments.of(self.world, root, self.bounds.as_of);
                    json!(segments.contains(&text(value)).then_some(value))
                }
            };
            value.is_null() || own == *value
        })
    }
}

/// Entered, dropped and immature, by step.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    entered: [i64; 3],
    dropped: [i64; 3],
    immature: i64,
}

impl Counted {
    fn add(&mut self, way: &Way) {
        for k in 0..3 {
            self.entered[k] += i64::from(way.times[k].is_some());
            self.dropped[k] += i64::from(k > 0 && way.times[k - 1].is_some() && way.times[k].is_none());
        }
        self.immature += i64::from(way.immature);
    }

    fn told(group: &Value) -> Self {
        let of = |name: &str| [0, 1, 2].map(|n| group["steps"][n][name].as_i64().unwrap());
        assert_eq!(group["cohort"], group["steps"][0]["entered"]);
        assert_eq!(group["immature"], group["immature_clients"].as_i64().unwrap() > 0);
        Self { entered: of("entered"), dropped: of("dropped"), immature: group["immature_clients"].as_i64().unwrap() }
    }
}

/// The lists behind a part have exactly the length of its numbers.
async fn opens(client: &Client, journey: &Value, bucket: Option<&str>, counted: &Counted) {
    let ask = async |list: &str, step: usize, outcome: Option<&str>| {
        let mut body = json!({ "journey": journey, "step": step, "bucket": bucket, "limit": 200 });
        if let Some(outcome) = outcome {
            body["outcome"] = json!(outcome);
        }
        let page = client.post(&format!("{JOURNEY}/{list}"), body).await.ok();
        assert_eq!(page.json["total"], page.items().len());
        i64::try_from(page.items().len()).unwrap()
    };
    for step in 0..3 {
        assert_eq!(ask("clients", step, None).await, counted.entered[step]);
        assert_eq!(ask("clients", step, Some("dropped")).await, counted.dropped[step]);
        assert_eq!(ask("facts", step, None).await, counted.entered[step]);
    }
    assert_eq!(ask("clients", 2, Some("immature")).await, counted.immature);
}

async fn every_part_is_what_a_slow_count_says(app: TestApp) {
    let mut dice = Dice(41);
    let owners = [None, Some(app.users.sales), Some(app.users.mate), Some(app.users.rival), Some(app.users.admin)];
    let (world, owned) = prepared(&mut dice, &owners);
    let world = std::sync::Arc::new(world);
    insert(&app, &world, &owned).await;
    let teams =
        [(app.users.sales, app.users.north), (app.users.mate, app.users.north), (app.users.rival, app.users.south)];
    let teams: BTreeMap<UserId, String> = teams.into_iter().map(|(user, team)| (user, team.to_string())).collect();
    let segments = Segments::made(&app, &world, &mut dice).await;
    let breakdowns = [
        "owner",
        "team",
        "source",
        "company",
        "segment",
        "channel_group",
        "campaign",
        "period",
        "custom.level",
        "custom.score",
        "custom.vip",
        "custom.likes",
        "custom.budget",
    ];
    let (mut met, mut parted) = (Counted::default(), 0);
    for (n, breakdown) in breakdowns.into_iter().enumerate() {
        let day = |n: i64| n * DAY + 500_000_000;
        let bounds = Bounds {
            from: day(-50 + dice.number(10)),
            to: day(-20 + dice.number(15)),
            as_of: day(-15 + dice.number(15)),
            window: (5 + dice.number(20)) * DAY,
        };
        let (root, stage) = (world.roots().nth(usize::try_from(dice.roll(20)).unwrap()).unwrap(), n % 5 == 4);
        let at = |micros: i64| -> Instant { world.at(micros) };
        let mut journey = json!({
            "steps": steps(&world, stage), "from": at(bounds.from), "to": at(bounds.to), "as_of": at(bounds.as_of),
            "window": format!("{}d", bounds.window / DAY), "breakdown": breakdown, "period": "day",
        });
        let person = &world.people[root];
        let filter: Map<String, Value> = match n % 6 {
            1 => json!({ "owner_id": owned[&root] }),
            2 => json!({ "team_id": app.users.north }),
            3 => json!({ "source": person.source }),
            4 => json!({ "company_id": person.firm.map(|firm| world.firms[firm].id) }),
            5 => json!({ "segment_id": segments.ids[n % 3] }),
            _ => json!({}),
        }
        .as_object()
        .unwrap()
        .clone();
        journey.as_object_mut().unwrap().extend(filter.clone());
        let ask = Asked { world: &world, owned: &owned, teams: &teams, segments: &segments, breakdown, bounds };
        let lets = |root: usize| ask.lets(&filter, root);
        for (client, seen) in [(&app.admin, None), (&app.sales, Some([app.users.sales, app.users.mate]))] {
            let (mut total, mut groups) = (Counted::default(), BTreeMap::<Option<String>, Counted>::new());
            for root in world.roots().filter(|root| lets(*root)) {
                let hidden = |seen: [UserId; 2]| owned[&root].is_some_and(|owner| !seen.contains(&owner));
                let Some(way) = walk(&facts(&world, root, stage), &ask.bounds) else { continue };
                if seen.is_some_and(hidden) {
                    continue;
                }
                total.add(&way);
                met.add(&way);
                for bucket in parts(&ask, root, &way) {
                    groups.entry(bucket).or_default().add(&way);
                }
            }
            let answer = client.post(JOURNEY, journey.clone()).await.ok().json;
            assert_eq!(Counted::told(&answer), total, "{breakdown} {filter:?}");
            let told = answer["groups"].as_array().unwrap().iter();
            let told: BTreeMap<_, _> =
                told.map(|group| (group["bucket"].as_str().map(str::to_owned), Counted::told(group))).collect();
            assert_eq!(told, groups, "{breakdown} {filter:?}");
            assert_eq!(answer["rows_overlap"], ["segment", "custom.likes"].contains(&breakdown));
            parted += usize::from(groups.len() > 1);
            opens(client, &journey, None, &total).await;
            for (bucket, counted) in groups.iter().take(4) {
                opens(client, &journey, Some(bucket.as_deref().unwrap_or_default()), counted).await;
            }
        }
    }
    // The dice leave nothing untried.
    assert!(met.entered.iter().chain(&met.dropped[1..]).all(|count| *count > 10) && met.immature > 10, "{met:?}");
    assert!(parted > 6, "{parted}");
}
