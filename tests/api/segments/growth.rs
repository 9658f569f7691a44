//! How segments grew.

use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::{Value, json};
use touchline::contacts::ContactId;
use touchline::db::Connection;
use touchline::db::schema::{segment_members as stays, segments};
use touchline::db::types::Instant;
use touchline::segments::SegmentId;
use touchline::segments::keeper::Keeper;

use super::keeping::catch_up;
use super::records::tagged;
use crate::support::{Client, TestApp, cases};

cases![
    size_over_time_adds_up,
    the_first_fill_and_a_change_of_the_rule_are_no_news,
    only_clients_whom_the_caller_sees_are_counted,
    of_a_list_the_bin_and_the_merged_are_not_counted_twice,
    a_range_is_of_days_or_instants,
];

/// What each period of a segment's size says: `[entered, left, by_rule, members]`.
async fn size(client: &Client, segment: &str, query: &str) -> Vec<Value> {
    let shown = client.get(&format!("/api/v1/segments/{segment}/size{query}")).await.ok();
    shown.items().iter().map(|p| json!([p["entered"], p["left"], p["by_rule"], p["members"]])).collect()
}

async fn now(client: &Client, segment: &str) -> Value {
    size(client, segment, "").await.pop().unwrap()
}

/// Says that a segment was made so many days ago, and that somebody has been there since.
async fn age(app: &TestApp, segment: &str, who: &str, days: i64) {
    let (segment, who): (SegmentId, ContactId) = (segment.parse().unwrap(), who.parse().unwrap());
    let at = Instant::now().plus(TimeDelta::days(-days));
    let work = move |conn: &mut Connection| {
        diesel::update(segments::table.find(segment)).set(segments::created_at.eq(at)).execute(conn)?;
        let stay = stays::table.filter(stays::segment_id.eq(segment).and(stays::contact_id.eq(who)));
        Ok(diesel::update(stay).set(stays::entered_at.eq(at)).execute(conn)?)
    };
    app.state.db.write(work).await.unwrap();
}

async fn size_over_time_adds_up(app: TestApp) {
    let (ann, bob) = (app.person("ann", &[]).await, app.person("bob", &[]).await);
    let list = app.list("Guests", &[&ann, &bob]).await;
    app.marketer.post(&format!("/api/v1/segments/{list}/members"), json!({ "remove": [ann] })).await.ok();
    age(&app, &list, &bob, 3).await;
    let points = size(&app.reader, &list, "").await;
    let wanted =
        [json!([0, 0, 0, null]), json!([1, 0, 0, 1]), json!([0, 0, 0, 1]), json!([0, 0, 0, 1]), json!([1, 1, 0, 1])];
    assert_eq!(points[points.len() - 5..], wanted);
    let today = Instant::now().to_string();
    let points = size(&app.reader, &list, &format!("?from={}", &today[..10])).await;
    assert_eq!(points, [json!([1, 1, 0, 1])]);
}

async fn the_first_fill_and_a_change_of_the_rule_are_no_news(app: TestApp) {
    let (ann, bob) = (app.person("ann", &["vip"]).await, app.person("bob", &["new"]).await);
    let mut keeper = Keeper::default();
    catch_up(&app, &mut keeper).await;
    let segment = app.segment("Best", tagged("vip")).await;
    assert_eq!(now(&app.reader, &segment).await, json!([0, 0, 1, 1]));
    app.manager.patch_any(&format!("/api/v1/contacts/{bob}"), json!({ "tags": ["vip", "new"] })).await.ok();
    catch_up(&app, &mut keeper).await;
    assert_eq!(now(&app.reader, &segment).await, json!([1, 0, 1, 2]));
    app.marketer.patch_any(&format!("/api/v1/segments/{segment}"), json!({ "rule": tagged("new") })).await.ok();
    assert_eq!(now(&app.reader, &segment).await, json!([1, 0, 0, 1]));
    app.manager.patch_any(&format!("/api/v1/contacts/{bob}"), json!({ "tags": [] })).await.ok();
    catch_up(&app, &mut keeper).await;
    assert_eq!(now(&app.reader, &segment).await, json!([1, 1, 0, 0]));
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "tags": ["new"] })).await.ok();
    catch_up(&app, &mut keeper).await;
    assert_eq!(now(&app.reader, &segment).await, json!([2, 1, 0, 1]));
}

async fn only_clients_whom_the_caller_sees_are_counted(app: TestApp) {
    let (ann, bob) = (app.person("ann", &["vip"]).await, app.person("bob", &["vip"]).await);
    app.give(ann.parse().unwrap(), app.users.rival).await;
    app.give(bob.parse().unwrap(), app.users.sales).await;
    let segment = app.segment("Best", tagged("vip")).await;
    let list = app.list("Guests", &[&ann, &bob]).await;
    assert_eq!(now(&app.sales, &segment).await, json!([0, 0, 1, 1]));
    assert_eq!(now(&app.reader, &segment).await, json!([0, 0, 2, 2]));
    assert_eq!(
        (now(&app.sales, &list).await, now(&app.reader, &list).await),
        (json!([1, 0, 0, 1]), json!([2, 0, 0, 2]))
    );
    age(&app, &list, &ann, 3).await;
    assert_eq!(now(&app.sales, &list).await, json!([1, 0, 0, 1]));
    assert_eq!(now(&app.reader, &list).await, json!([1, 0, 0, 2]));
}

async fn of_a_list_the_bin_and_the_merged_are_not_counted_twice(app: TestApp) {
    let (ann, bob, eve) = (app.person("ann", &[]).await, app.person("bob", &[]).await, app.person("eve", &[]).await);
    let list = app.list("Guests", &[&ann, &bob, &eve]).await;
    age(&app, &list, &bob, 2).await;
    let path = format!("/api/v1/contacts/{ann}");
    app.manager.delete_any(&path).await.no_content();
    assert_eq!(now(&app.reader, &list).await, json!([2, 1, 0, 2]));
    app.manager.post_empty(&format!("{path}/restore")).await.ok();
    assert_eq!(now(&app.reader, &list).await, json!([2, 0, 0, 3]));
    let merged = app.manager.post(&format!("/api/v1/contacts/{eve}/merge"), json!({ "contact_ids": [bob] })).await.ok();
    assert_eq!(now(&app.reader, &list).await, json!([1, 0, 0, 2]));
    let merge = merged.json["merges"][0]["id"].as_str().unwrap();
    app.manager.post_empty(&format!("/api/v1/merges/{merge}/undo")).await.ok();
    assert_eq!(now(&app.reader, &list).await, json!([2, 0, 0, 3]));
}

async fn a_range_is_of_days_or_instants(app: TestApp) {
    let list = app.list("Guests", &[]).await;
    for days in ["from=2026-03-01&to=2026-03-04&tz=Europe/Lisbon", "from=2026-03-01T00:00:00Z&to=2026-03-03T12:00:00Z"]
    {
        let shown = app.reader.get(&format!("/api/v1/segments/{list}/size?{days}")).await.ok();
        let days: Vec<_> = shown.items().iter().map(|point| point["period"].clone()).collect();
        assert_eq!(days, [json!("2026-03-01"), json!("2026-03-02"), json!("2026-03-03")]);
    }
    for bad in ["tz=Mars/Olympus", "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from=1926-01-02", "from=x"] {
        let answer = app.reader.get(&format!("/api/v1/segments/{list}/size?{bad}")).await;
        answer.invalid(&[if bad.contains("&to") { "to" } else { bad.split('=').next().unwrap() }]);
    }
}
