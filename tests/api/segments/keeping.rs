//! Membership is kept as facts arrive, told to others, and equals evaluation from scratch whatever happens.

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde_json::{Value, json};
use touchline::contacts::ContactId;
use touchline::db::schema::{contacts, feed, segment_members as stays, segments, timeline_entries};
use touchline::db::types::{Instant, Json};
use touchline::db::{Connection, MultiBackend};
use touchline::segments::SegmentId;
use touchline::segments::compile::{Asked, condition};
use touchline::segments::keeper::{self, Keeper};
use touchline::segments::parse::parse;
use touchline::segments::store::catalogue;
use touchline::sync::log::{self, Place};

use super::random;
use super::records::tagged;
use super::world::{DAY, Dice, World};
use crate::support::{TestApp, cases};

cases![
    who_enters_and_leaves_is_told,
    a_new_segment_is_filled_without_news,
    time_alone_is_noticed_by_a_sweep,
    memberships_are_shown_with_their_reasons,
    a_merge_and_its_undoing_move_memberships,
    a_list_that_a_rule_names_is_followed,
    a_broken_segment_keeps_its_members,
    the_bin_and_erasure_empty_memberships,
    who_enters_after_a_rule_was_made_is_told_though_nobody_looked_meanwhile,
    membership_equals_evaluation_from_scratch_after_any_sequence,
];

pub async fn kept(app: &TestApp, segment: &str) -> BTreeSet<ContactId> {
    let id: SegmentId = segment.parse().unwrap();
    let there = stays::table.filter(stays::segment_id.eq(id).and(stays::left_at.is_null()));
    app.state
        .db
        .read(move |conn| Ok(there.select(stays::contact_id).load::<ContactId>(conn)?))
        .await
        .unwrap()
        .into_iter()
        .collect()
}

/// Until all that was written is in sight: on PostgreSQL a change waits until no older transaction runs in the whole
/// cluster, so another test's may delay it.
pub async fn told(app: &TestApp) {
    loop {
        let work = |conn: &mut Connection| {
            let all: i64 = feed::table.count().get_result(conn)?;
            Ok(i64::try_from(log::after(conn, Place::START, i64::MAX)?.len()).unwrap() == all)
        };
        if app.state.db.read(work).await.unwrap() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

pub async fn catch_up(app: &TestApp, keeper: &mut Keeper) {
    told(app).await;
    keeper::catch_up(&app.state.db, keeper).await.unwrap();
    told(app).await;
}

pub async fn events(app: &TestApp) -> Vec<(String, String)> {
    told(app).await;
    let page = app.key.get("/api/v1/changes?types=segment.*&limit=1000").await.ok();
    let event =
        |one: &Value| (one["type"].as_str().unwrap().to_owned(), one["contact_id"].as_str().unwrap().to_owned());
    page.items().iter().map(event).collect()
}

fn visited() -> Value {
    json!({ "version": 1, "touchpoints": { "channel": "web" }, "window": { "last": "1d" } })
}

/// A keeper that has begun, as on a server that runs.
async fn keeper(app: &TestApp) -> Keeper {
    let mut keeper = Keeper::default();
    catch_up(app, &mut keeper).await;
    keeper
}

async fn who_enters_and_leaves_is_told(app: TestApp) {
    let (ann, bob) = (app.person("ann", &[]).await, app.person("bob", &[]).await);
    let segment = app.segment("Visitors", visited()).await;
    let mut keeper = keeper(&app).await;
    let touch = app.touch(json!({ "contact": { "id": ann }, "channel": "web" })).await;
    app.touch(json!({ "contact": { "id": bob }, "channel": "call" })).await;
    catch_up(&app, &mut keeper).await;
    assert_eq!(kept(&app, &segment).await, BTreeSet::from([ann.parse().unwrap()]));
    app.manager.delete_any(&format!("/api/v1/interactions/{}", touch["id"].as_str().unwrap())).await.no_content();
    catch_up(&app, &mut keeper).await;
    assert!(kept(&app, &segment).await.is_empty());
    let (entered, left) = ("segment.entered".to_owned(), "segment.left".to_owned());
    assert_eq!(events(&app).await, [(entered, ann.clone()), (left, ann.clone())]);
    let page = app.key.get("/api/v1/changes?types=segment.entered").await.ok();
    assert_eq!(
        (&page.items()[0]["record"]["name"], &page.items()[0]["record_id"]),
        (&json!("Visitors"), &json!(segment))
    );
    let line = app.manager.get(&format!("/api/v1/contacts/{ann}/timeline?type=change&order=oldest")).await.ok();
    let kinds: Vec<_> = line.items().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds[kinds.len() - 2..], ["segment.entered", "segment.left"]);
    assert_eq!(line.items().last().unwrap()["properties"]["name"], "Visitors");
    // Whom a seller does not see, of that one nothing is told.
    app.give(ann.parse().unwrap(), app.users.rival).await;
    assert!(app.sales.get("/api/v1/changes?types=segment.*").await.ok().items().is_empty());
}

async fn a_new_segment_is_filled_without_news(app: TestApp) {
    let (ann, bob) = (app.person("ann", &["vip"]).await, app.person("bob", &["new"]).await);
    let mut keeper = keeper(&app).await;
    let segment = app.segment("Best", tagged("vip")).await;
    catch_up(&app, &mut keeper).await;
    assert_eq!(kept(&app, &segment).await, BTreeSet::from([ann.parse().unwrap()]));
    app.marketer.patch_any(&format!("/api/v1/segments/{segment}"), json!({ "rule": tagged("new") })).await.ok();
    catch_up(&app, &mut keeper).await;
    assert_eq!(kept(&app, &segment).await, BTreeSet::from([bob.parse().unwrap()]));
    assert!(events(&app).await.is_empty());
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "tags": ["new"] })).await.ok();
    catch_up(&app, &mut keeper).await;
    assert_eq!(events(&app).await, [("segment.entered".to_owned(), ann)]);
}

async fn who_enters_after_a_rule_was_made_is_told_though_nobody_looked_meanwhile(app: TestApp) {
    let (ann, bob) = (app.person("ann", &["vip"]).await, app.person("bob", &[]).await);
    let mut keeper = keeper(&app).await;
    let segment = app.segment("Best", tagged("vip")).await;
    assert_eq!(kept(&app, &segment).await, BTreeSet::from([ann.parse().unwrap()]));
    app.manager.patch_any(&format!("/api/v1/contacts/{bob}"), json!({ "tags": ["vip"] })).await.ok();
    catch_up(&app, &mut keeper).await;
    assert_eq!(events(&app).await, [("segment.entered".to_owned(), bob.clone())]);
    app.marketer.patch_any(&format!("/api/v1/segments/{segment}"), json!({ "rule": tagged("new") })).await.ok();
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "tags": ["new"] })).await.ok();
    catch_up(&app, &mut keeper).await;
    let entered = "segment.entered".to_owned();
    assert_eq!(events(&app).await, [(entered.clone(), bob), (entered, ann)]);
}

async fn time_alone_is_noticed_by_a_sweep(app: TestApp) {
    let ann = app.person("ann", &[]).await;
    let segment = app.segment("Visitors", visited()).await;
    let mut keeper = keeper(&app).await;
    app.touch(json!({ "contact": { "id": ann }, "channel": "web" })).await;
    catch_up(&app, &mut keeper).await;
    assert_eq!(kept(&app, &segment).await.len(), 1);
    // As if two days had passed: nothing is changed that would be told.
    let contact: ContactId = ann.parse().unwrap();
    let ago = Instant::now().plus(chrono::TimeDelta::days(-2));
    let web = timeline_entries::table
        .filter(timeline_entries::contact_id.eq(contact).and(timeline_entries::channel.eq("web")));
    let age = move |conn: &mut Connection| {
        Ok(diesel::update(web).set(timeline_entries::occurred_at.eq(ago)).execute(conn)?)
    };
    app.state.db.write(age).await.unwrap();
    catch_up(&app, &mut keeper).await;
    assert_eq!(kept(&app, &segment).await.len(), 1);
    assert_eq!(keeper.sweep(&app.state.db, false).await.unwrap(), 1);
    assert!(kept(&app, &segment).await.is_empty());
    assert_eq!(keeper.sweep(&app.state.db, false).await.unwrap(), 0);
    assert_eq!(events(&app).await.len(), 2);
}

async fn memberships_are_shown_with_their_reasons(app: TestApp) {
    let ann = app.person("ann", &["vip"]).await;
    let rule = json!({ "version": 1, "any": [{ "tag": "vip" }, { "tag": "new" }] });
    app.segment("Best", rule).await;
    app.list("Guests", &[&ann]).await;
    let mut keeper = keeper(&app).await;
    let shown = app.reader.get(&format!("/api/v1/contacts/{ann}/segments?language=pt")).await.ok();
    let items = shown.json["items"].as_array().unwrap();
    assert_eq!((&items[0]["name"], &items[1]["name"]), (&json!("Best"), &json!("Guests")));
    let reasons: Vec<_> = items[0]["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["path"], &one["words"], &one["holds"]))
        .collect();
    assert_eq!(
        reasons,
        [
            (&json!("rule.any[0]"), &json!("tag “vip”"), &json!(true)),
            (&json!("rule.any[1]"), &json!("tag “new”"), &json!(false)),
        ]
    );
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "tags": [] })).await.ok();
    catch_up(&app, &mut keeper).await;
    let shown = app.reader.get(&format!("/api/v1/contacts/{ann}/segments")).await.ok();
    assert_eq!(shown.json["items"].as_array().unwrap().len(), 1);
    app.give(ann.parse().unwrap(), app.users.rival).await;
    app.sales.get(&format!("/api/v1/contacts/{ann}/segments")).await.problem(404, "not_found");
}

async fn a_merge_and_its_undoing_move_memberships(app: TestApp) {
    let (ann, bob) = (app.person("ann", &[]).await, app.person("bob", &[]).await);
    let rule = json!({ "version": 1, "touchpoints": { "channel": "web" }, "count": { "at_least": 2 } });
    let segment = app.segment("Twice", rule).await;
    let mut keeper = keeper(&app).await;
    for who in [&ann, &bob] {
        app.touch(json!({ "contact": { "id": who }, "channel": "web" })).await;
    }
    catch_up(&app, &mut keeper).await;
    assert!(kept(&app, &segment).await.is_empty());
    let merged = app.manager.post(&format!("/api/v1/contacts/{ann}/merge"), json!({ "contact_ids": [bob] })).await.ok();
    catch_up(&app, &mut keeper).await;
    assert_eq!(kept(&app, &segment).await, BTreeSet::from([ann.parse().unwrap()]));
    app.touch(json!({ "contact": { "email": "bob@example.com" }, "channel": "web" })).await;
    let merge = merged.json["merges"][0]["id"].as_str().unwrap();
    app.manager.post_empty(&format!("/api/v1/merges/{merge}/undo")).await.ok();
    catch_up(&app, &mut keeper).await;
    assert_eq!(kept(&app, &segment).await, BTreeSet::from([bob.parse().unwrap()]));
}

async fn a_list_that_a_rule_names_is_followed(app: TestApp) {
    let (ann, bob) = (app.person("ann", &["vip"]).await, app.person("bob", &["vip"]).await);
    let list = app.list("Guests", &[&ann]).await;
    let rule = json!({ "version": 1, "all": [{ "tag": "vip" }, { "not": { "segment": list } }] });
    let segment = app.segment("Uninvited", rule).await;
    let mut keeper = keeper(&app).await;
    assert_eq!(kept(&app, &segment).await, BTreeSet::from([bob.parse().unwrap()]));
    let change = json!({ "add": [bob], "remove": [ann] });
    app.marketer.post(&format!("/api/v1/segments/{list}/members"), change).await.ok();
    catch_up(&app, &mut keeper).await;
    assert_eq!(kept(&app, &segment).await, BTreeSet::from([ann.parse().unwrap()]));
}

async fn a_broken_segment_keeps_its_members(app: TestApp) {
    let field = json!({ "entity": "contact", "key": "level", "label": "Level", "kind": "text" });
    let field = app.admin.post("/api/v1/fields", field).await.created();
    let body = json!({ "given_name": "ann", "custom": { "level": "gold" } });
    let ann = app.manager.post("/api/v1/contacts", body).await.created().id();
    let segment =
        app.segment("Gold", json!({ "version": 1, "field": "custom.level", "op": "is", "value": "gold" })).await;
    let mut keeper = keeper(&app).await;
    app.admin.delete_from(&field, &format!("/api/v1/fields/{}", field.id())).await.no_content();
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "job_title": "CEO" })).await.ok();
    catch_up(&app, &mut keeper).await;
    keeper.sweep(&app.state.db, false).await.unwrap();
    assert_eq!(kept(&app, &segment).await.len(), 1);
    assert!(events(&app).await.is_empty());
}

async fn the_bin_and_erasure_empty_memberships(app: TestApp) {
    let ann = app.person("ann", &["vip"]).await;
    let segment = app.segment("Best", tagged("vip")).await;
    let list = app.list("Guests", &[&ann]).await;
    let mut keeper = keeper(&app).await;
    let path = format!("/api/v1/contacts/{ann}");
    app.manager.delete_any(&path).await.no_content();
    catch_up(&app, &mut keeper).await;
    assert!(kept(&app, &segment).await.is_empty() && app.members(&list).await.is_empty());
    app.manager.post_empty(&format!("{path}/restore")).await.ok();
    catch_up(&app, &mut keeper).await;
    assert_eq!((kept(&app, &segment).await.len(), app.members(&list).await.len()), (1, 1));
    app.manager.post_empty(&format!("{path}/erase")).await.no_content();
    catch_up(&app, &mut keeper).await;
    assert!(kept(&app, &segment).await.is_empty() && kept(&app, &list).await.is_empty());
}

/// Every dynamic segment's kept members against those of whom its rule is true.
async fn check(app: &TestApp, when: &str) {
    let rows = segments::table.filter(segments::kind.eq("dynamic"));
    let work = move |conn: &mut Connection| {
        let all: Vec<(SegmentId, Json<Value>)> =
            rows.select((segments::id, segments::rule.assume_not_null())).load(conn)?;
        let catalogue = catalogue(conn, &[])?;
        let mut wrong = Vec::new();
        for (id, Json(rule)) in all {
            let read = parse(&rule, &catalogue, Some(id)).unwrap();
            let live = contacts::table.filter(contacts::deleted_at.is_null().and(contacts::merged_into.is_null()));
            let query = live.select(contacts::id).into_boxed::<MultiBackend>();
            let wanted: BTreeSet<ContactId> =
                query.filter(condition(&read, &Asked::of_all(Instant::now()))).load(conn)?.into_iter().collect();
            let there = stays::table.filter(stays::segment_id.eq(id).and(stays::left_at.is_null()));
            let kept: BTreeSet<ContactId> = there.select(stays::contact_id).load(conn)?.into_iter().collect();
            if wanted != kept {
                wrong.push(format!("{rule}: wanted {wanted:?}, kept {kept:?}"));
            }
        }
        Ok(wrong)
    };
    let wrong = app.state.db.read(work).await.unwrap();
    assert!(wrong.is_empty(), "{when}: {wrong:#?}");
}

async fn do_something(
    app: &TestApp,
    dice: &mut Dice,
    world: &World,
    merges: &mut Vec<String>,
    touches: &mut Vec<String>,
) -> String {
    let one = |dice: &mut Dice| world.people[usize::try_from(dice.roll(world.people.len() as u64)).unwrap()].id;
    let id = one(dice);
    let path = format!("/api/v1/contacts/{id}");
    let stage = world.stages[usize::try_from(dice.roll(5)).unwrap()];
    match dice.roll(12) {
        0..=3 => {
            let ago = Instant::now().plus(chrono::TimeDelta::days(-dice.number(40))).plus(-chrono::TimeDelta::hours(1));
            let kind = dice.pick(&["page_view", "purchase", "form"]);
            let body = json!({ "contact": { "id": id }, "channel": dice.pick(&["web", "email", "call"]), "kind": kind, "occurred_at": ago, "amount": 500, "currency": "EUR" });
            let answer = app.manager.post("/api/v1/interactions", body).await;
            if answer.status == 201 {
                touches.push(answer.id());
            }
            format!("a touchpoint of {id}: {}", answer.status)
        }
        4 if !touches.is_empty() => {
            let touch = touches.swap_remove(usize::try_from(dice.roll(touches.len() as u64)).unwrap());
            let path = format!("/api/v1/interactions/{touch}");
            if dice.one_in(2) {
                let answer = app.manager.patch_any(&path, json!({ "kind": "form" })).await;
                touches.push(touch);
                format!("a correction: {}", answer.status)
            } else {
                format!("a deletion: {}", app.manager.delete_any(&path).await.status)
            }
        }
        5 | 6 => {
            let other = one(dice);
            let answer = app.manager.post(&format!("{path}/merge"), json!({ "contact_ids": [other] })).await;
            if answer.status == 200 {
                let made = answer.json["merges"].as_array().unwrap();
                merges.extend(made.iter().map(|merge| merge["id"].as_str().unwrap().to_owned()));
            }
            format!("{other} into {id}: {}", answer.status)
        }
        7 if !merges.is_empty() => {
            let merge = merges.swap_remove(usize::try_from(dice.roll(merges.len() as u64)).unwrap());
            format!("an undoing: {}", app.manager.post_empty(&format!("/api/v1/merges/{merge}/undo")).await.status)
        }
        8 => format!("{id} to the bin: {}", app.manager.delete_any(&path).await.status),
        9 => format!("{id} from the bin: {}", app.manager.post_empty(&format!("{path}/restore")).await.status),
        10 => {
            let body = json!({ "contact_id": id, "stage_id": stage, "pipeline_id": world.pipeline, "title": "Deal" });
            format!("a lead of {id}: {}", app.manager.post("/api/v1/leads", body).await.status)
        }
        _ => {
            let body = json!({ "tags": dice.pick(&[&["vip"][..], &["new", "ü"], &[]]), "job_title": dice.pick(&[Some("CEO"), None]) });
            format!("fields of {id}: {}", app.manager.patch_any(&path, body).await.status)
        }
    }
}

async fn membership_equals_evaluation_from_scratch_after_any_sequence(app: TestApp) {
    let now = Instant::now();
    let mut dice = Dice(23);
    let mut world = World::random(&mut dice, 14, now);
    for n in 0..world.people.len() {
        world.people[n].root = n;
    }
    let world = std::sync::Arc::new(world);
    let shared = world.clone();
    app.state.db.write(move |conn| shared.insert(conn)).await.unwrap();
    for n in 0..40 {
        let mut rule = random::node(&mut dice, &world, 2);
        rule["version"] = json!(1);
        app.segment(&format!("Random {n}"), rule).await;
    }
    let mut keeper = keeper(&app).await;
    check(&app, "at first").await;
    let (mut merges, mut touches, mut done) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..150 {
        done.push(do_something(&app, &mut dice, &world, &mut merges, &mut touches).await);
        if n % 3 == 0 {
            told(&app).await;
            while keeper.step(&app.state.db).await.unwrap() {}
            check(&app, &done.iter().rev().take(4).cloned().collect::<Vec<_>>().join(", ")).await;
        }
    }
    let worked =
        done.iter().filter(|line| !line.ends_with("404") && !line.ends_with("409") && !line.ends_with("422")).count();
    assert!(worked > 75, "{worked}: {done:#?}");
    assert!(world.people.len() > 10 && DAY > 0);
}
