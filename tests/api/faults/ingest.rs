use std::collections::BTreeSet;
use std::sync::mpsc::{Sender, channel};

use serde_json::{Value, json};

use crate::support::process::{Caller, Home};
use crate::support::{TestApp, cases};

cases![no_acknowledged_event_is_lost_or_doubled_by_twenty_kills];

const SENDERS: usize = 6;
/// Acknowledged batches after which the process is killed.
const LOAD: usize = 30;
/// Events of a batch, and people they are about.
const EVENTS: usize = 10;

/// A batch as an SDK sends it, again and again until it is acknowledged: its message ids are its name's.
fn batch(name: &str) -> Value {
    let event = |n: usize| {
        json!({ "type": if n == 0 { "identify" } else { "track" }, "event": "x", "messageId": format!("{name}.{n}"),
            "userId": format!("u-{n}"), "anonymousId": format!("a-{name}"), "traits": { "batch": name } })
    };
    json!({ "batch": (0..EVENTS).map(event).collect::<Value>() })
}

/// Sends batches until the server dies; returns the one that got no answer.
fn send(caller: &Caller, acks: &Sender<String>, prefix: &str) -> String {
    for n in 0.. {
        let name = format!("{prefix}.{n}");
        match caller.post("/v1/batch", &batch(&name)) {
            Ok(reply) if reply.status == 200 => acks.send(name).unwrap(),
            Ok(reply) => assert_eq!(reply.status, 503, "{reply:?}"),
            Err(_) => return name,
        }
    }
    unreachable!("senders end with the server")
}

async fn no_acknowledged_event_is_lost_or_doubled_by_twenty_kills(app: TestApp) {
    let home = Home::of(&app);
    let (mut acknowledged, mut unknown): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for round in 0..20 {
        let server = home.serve();
        for name in unknown.drain(..) {
            let reply = server.caller().post("/v1/batch", &batch(&name)).unwrap();
            assert_eq!((reply.status, &reply.json["refused"]), (200, &json!(0)), "{reply:?}");
            acknowledged.push(name);
        }
        let (acks, received) = channel();
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let (caller, acks) = (server.caller(), acks.clone());
                std::thread::spawn(move || send(&caller, &acks, &format!("k{round}.{sender}")))
            })
            .collect();
        drop(acks);
        acknowledged.extend(received.iter().take(LOAD));
        server.kill();
        acknowledged.extend(received);
        unknown = senders.into_iter().map(|sender| sender.join().unwrap()).collect();
    }
    let server = home.serve();
    let stored = stored(&server.caller());
    let distinct: BTreeSet<&String> = stored.iter().collect();
    assert_eq!(distinct.len(), stored.len(), "an event is there twice");
    let events = acknowledged.iter().flat_map(|name| (1..EVENTS).map(move |n| format!("{name}.{n}")));
    let lost: Vec<_> = events.filter(|event| !distinct.contains(event)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert!(acknowledged.len() >= 20 * LOAD);
}

/// The message ids of all touchpoints.
fn stored(caller: &Caller) -> Vec<String> {
    let (mut found, mut path) = (Vec::new(), "/api/v1/interactions?limit=200".to_owned());
    loop {
        let page = caller.get(&path).unwrap();
        assert_eq!(page.status, 200, "{page:?}");
        let items = page.json["items"].as_array().unwrap();
        found.extend(items.iter().map(|item| item["source_id"].as_str().unwrap().to_owned()));
        let Some(next) = page.json["next_cursor"].as_str() else { return found };
        path = format!("/api/v1/interactions?limit=200&cursor={next}");
    }
}
