//! Segments that were deleted, and had back.

use serde_json::json;

use super::keeping::{catch_up, events};
use super::records::{names, tagged};
use crate::support::{TestApp, cases};
use touchline::segments::keeper::Keeper;

cases![
    a_list_comes_back_with_those_who_were_on_it,
    a_segment_of_a_rule_comes_back_with_those_who_belong_to_it_now,
    what_cannot_come_back_says_why,
];

async fn a_list_comes_back_with_those_who_were_on_it(app: TestApp) {
    let (ann, bob) = (app.person("ann", &[]).await, app.person("bob", &[]).await);
    let list = app.list("Guests", &[&ann, &bob]).await;
    let path = format!("/api/v1/segments/{list}");
    app.marketer.post(&format!("{path}/members"), json!({ "remove": [bob] })).await.ok();
    app.marketer.delete_any(&path).await.no_content();
    app.marketer.get(&path).await.problem(404, "not_found");
    let bin = app.marketer.get("/api/v1/segments?deleted=true").await.ok();
    assert_eq!(bin.items()[0]["id"], json!(list));
    assert!(app.marketer.get("/api/v1/segments").await.ok().items().is_empty());
    app.reader.post_empty(&format!("{path}/restore")).await.problem(403, "forbidden");
    for _ in 0..2 {
        let back = app.marketer.post_empty(&format!("{path}/restore")).await.ok();
        assert_eq!((&back.json["members"], &back.json["version"]), (&json!(1), &json!(3)), "once is as good as twice");
    }
    assert_eq!(app.members(&list).await, ["ann"]);
    let entered = app.marketer.get(&format!("{path}/size")).await.ok();
    assert_eq!(entered.items().last().unwrap()["left"], 1, "whoever the deletion took out never left");
    assert!(app.marketer.get("/api/v1/segments?deleted=true").await.ok().items().is_empty());
}

async fn a_segment_of_a_rule_comes_back_with_those_who_belong_to_it_now(app: TestApp) {
    let ann = app.person("ann", &["vip"]).await;
    let segment = app.segment("Best", tagged("vip")).await;
    let mut keeper = Keeper::default();
    catch_up(&app, &mut keeper).await;
    let path = format!("/api/v1/segments/{segment}");
    app.marketer.delete_any(&path).await.no_content();
    app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "tags": [] })).await.ok();
    app.person("bob", &["vip"]).await;
    catch_up(&app, &mut keeper).await;
    let before = events(&app).await.len();
    app.marketer.post_empty(&format!("{path}/restore")).await.ok();
    catch_up(&app, &mut keeper).await;
    assert_eq!(names(&app.marketer.get(&format!("{path}/members")).await.ok()), ["bob"]);
    assert_eq!(app.marketer.get(&path).await.ok().json["members"], 1);
    assert_eq!(events(&app).await.len(), before, "nobody is told");
}

async fn what_cannot_come_back_says_why(app: TestApp) {
    let segment = app.segment("Best", tagged("vip")).await;
    let path = format!("/api/v1/segments/{segment}");
    app.marketer.delete_any(&path).await.no_content();
    let other = app.segment("Best", tagged("top")).await;
    app.marketer.post_empty(&format!("{path}/restore")).await.problem(409, "already_exists");
    app.marketer.delete_any(&format!("/api/v1/segments/{other}")).await.no_content();
    app.marketer.post_empty(&format!("{path}/restore")).await.ok();
    app.marketer.post_empty(&format!("/api/v1/segments/{}/restore", app.users.admin)).await.problem(404, "not_found");
}
