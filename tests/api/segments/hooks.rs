//! Webhooks are told who enters and who leaves.

use serde_json::json;
use touchline::db::types::Instant;
use touchline::segments::keeper::Keeper;
use touchline::sync::webhooks::deliver;

use super::keeping::catch_up;
use super::records::tagged;
use crate::support::{TestApp, cases};
use crate::sync::receiver::Receiver;

cases![
    entering_and_leaving_reach_a_webhook_once_and_with_their_time,
    a_webhook_and_the_feed_can_be_narrowed_to_one_segment,
];

async fn entering_and_leaving_reach_a_webhook_once_and_with_their_time(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    let ann = app.person("ann", &[]).await;
    let segment = app.segment("Visitors", json!({ "version": 1, "touchpoints": { "channel": "web" } })).await;
    let mut keeper = Keeper::default();
    catch_up(&app, &mut keeper).await;
    app.webhook(&receiver, &["segment.entered", "segment.left"], json!({ "ordered": true })).await;
    let before = Instant::now();
    let touch = app.touch(json!({ "contact": { "id": ann }, "channel": "web" })).await;
    catch_up(&app, &mut keeper).await;
    catch_up(&app, &mut keeper).await;
    app.manager.delete_any(&format!("/api/v1/interactions/{}", touch["id"].as_str().unwrap())).await.no_content();
    catch_up(&app, &mut keeper).await;
    app.sent(&receiver, 2).await;
    assert_eq!(receiver.kinds(), ["segment.entered", "segment.left"]);
    let told = app.key.get("/api/v1/changes?types=segment.*").await.ok();
    let mut last = before;
    for (got, change) in receiver.got().iter().zip(told.items()) {
        let at: Instant = got.json["timestamp"].as_str().unwrap().parse().unwrap();
        assert!(at >= last && at <= Instant::now(), "{at}");
        last = at;
        assert_eq!(got.json["timestamp"], change["at"]);
        assert_eq!((&got.json["data"]["contact_id"], &got.json["data"]["record_id"]), (&json!(ann), &json!(segment)));
        assert_eq!(got.json["data"]["record"]["name"], "Visitors");
    }
    catch_up(&app, &mut keeper).await;
    deliver(&app.state, Instant::now()).await.unwrap();
    assert_eq!(receiver.got().len(), 2, "nothing is told twice");
}

async fn a_webhook_and_the_feed_can_be_narrowed_to_one_segment(app: TestApp) {
    let (app, receiver) = (app.sending().await, Receiver::start());
    let ann = app.person("ann", &[]).await;
    let (wanted, other) = (app.segment("Best", tagged("vip")).await, app.segment("Also", tagged("vip")).await);
    let mut keeper = Keeper::default();
    catch_up(&app, &mut keeper).await;
    let filter = json!({ "filter": { "segment_id": wanted }, "ordered": true });
    let hook = app.webhook(&receiver, &["*"], filter).await;
    assert_eq!(hook.json["webhook"]["filter"], json!({ "segment_id": wanted }));
    for tags in [json!(["vip"]), json!([])] {
        app.manager.patch_any(&format!("/api/v1/contacts/{ann}"), json!({ "tags": tags })).await.ok();
        catch_up(&app, &mut keeper).await;
    }
    app.sent(&receiver, 2).await;
    assert_eq!(receiver.kinds(), ["segment.entered", "segment.left"]);
    assert!(receiver.got().iter().all(|got| got.json["data"]["record_id"] == json!(wanted)));
    let told = app.key.get("/api/v1/changes?types=segment.*").await.ok();
    assert_eq!(told.items().len(), 4);
    for segment in [&wanted, &other] {
        let told = app.key.get(&format!("/api/v1/changes?segment_id={segment}")).await.ok();
        let kinds: Vec<_> = told.items().iter().map(|one| one["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["segment.entered", "segment.left"]);
        assert!(told.items().iter().all(|one| one["record_id"] == json!(segment)));
    }
}
