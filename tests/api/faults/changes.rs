use std::collections::BTreeSet;
use std::thread::JoinHandle;

use serde_json::{Value, json};
use touchline::app::App;
use touchline::db::types::Instant;
use touchline::sync::webhooks::deliver;

use crate::support::process::{Caller, Home, Server};
use crate::support::{SECRET, TestApp, cases};
use crate::sync::receiver::Receiver;

cases![
    a_consumer_of_the_feed_misses_nothing_and_gets_nothing_twice_over_ten_kills,
    what_a_killed_server_had_not_delivered_is_delivered_by_the_next
];

const WRITERS: usize = 6;
/// Changes that a consumer has read after which the process is killed.
const LOAD: usize = 60;

/// Records interactions until the server dies.
fn write(caller: &Caller, prefix: &str) {
    for n in 0.. {
        let email = format!("{}@example.com", n % 5);
        let touch = json!({ "contact": { "email": email }, "channel": "call", "source": "kill", "source_id": format!("{prefix}.{n}") });
        if caller.post("/api/v1/interactions", &touch).is_err() {
            return;
        }
    }
}

/// Reads what comes behind a place, or all there is; the place where it stopped.
fn read(caller: &Caller, place: Option<&str>, found: &mut Vec<Value>) -> Option<String> {
    let after = place.map(|place| format!("after={place}&")).unwrap_or_default();
    let page = caller.get(&format!("/api/v1/changes?{after}limit=50&wait=1")).ok()?;
    assert_eq!(page.status, 200, "{page:?}");
    found.extend(page.json["items"].as_array().unwrap().clone());
    Some(page.json["cursor"].as_str().unwrap().to_owned())
}

async fn a_consumer_of_the_feed_misses_nothing_and_gets_nothing_twice_over_ten_kills(app: TestApp) {
    let home = Home::of(&app);
    let (mut place, mut told) = (None, Vec::new());
    for round in 0..10 {
        let server = home.serve();
        let writers: Vec<JoinHandle<()>> = (0..WRITERS)
            .map(|writer| {
                let caller = server.caller();
                std::thread::spawn(move || write(&caller, &format!("{round}.{writer}")))
            })
            .collect();
        let (caller, before) = (server.caller(), told.len());
        while told.len() < before + LOAD {
            place = Some(read(&caller, place.as_deref(), &mut told).unwrap());
        }
        server.kill();
        for writer in writers {
            writer.join().unwrap();
        }
    }
    let server = home.serve();
    let caller = server.caller();
    let end = caller.post("/api/v1/companies", &json!({ "name": "The end" })).unwrap().json["id"].clone();
    while !told.iter().any(|change| change["record_id"] == end) {
        place = Some(read(&caller, place.as_deref(), &mut told).unwrap());
    }
    let recorded = told.iter().filter(|change| change["type"] == "interaction.recorded");
    let recorded: Vec<_> = recorded.map(|change| change["record_id"].as_str().unwrap().to_owned()).collect();
    let distinct: BTreeSet<_> = recorded.iter().cloned().collect();
    assert_eq!(distinct.len(), recorded.len(), "a change came twice");
    assert_eq!(distinct, stored(&caller));
}

/// The ids of all interactions.
fn stored(caller: &Caller) -> BTreeSet<String> {
    let (mut found, mut path) = (BTreeSet::new(), "/api/v1/interactions?limit=200".to_owned());
    loop {
        let page = caller.get(&path).unwrap();
        found.extend(page.json["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        let Some(next) = page.json["next_cursor"].as_str() else { return found };
        path = format!("/api/v1/interactions?limit=200&cursor={next}");
    }
}

async fn what_a_killed_server_had_not_delivered_is_delivered_by_the_next(app: TestApp) {
    const COMPANIES: usize = 60;
    let (home, receiver) = (Home::of(&app), Receiver::start());
    let server = Server::start(home.program().env("TOUCHLINE_WEBHOOK_NETWORKS", "127.0.0.0/8"));
    let caller = server.caller();
    let hook = json!({ "url": receiver.url, "types": ["company.created"] });
    assert_eq!(caller.post("/api/v1/webhooks", &hook).unwrap().status, 201);
    let made: BTreeSet<_> = (0..COMPANIES)
        .map(|n| {
            let made = caller.post("/api/v1/companies", &json!({ "name": format!("{n}") })).unwrap();
            made.json["id"].as_str().unwrap().to_owned()
        })
        .collect();
    while receiver.got().len() < 3 {
        std::thread::yield_now();
    }
    server.kill();
    let mut config = app.state.config.clone();
    config.webhook_networks = vec!["127.0.0.0/8".parse().unwrap()];
    let next = App::new(home.open(), config, SECRET);
    // What was under way is taken for lost after a while.
    let later = Instant::now().plus(chrono::TimeDelta::minutes(1));
    let arrived = |receiver: &Receiver| -> BTreeSet<String> {
        receiver.got().iter().map(|got| got.json["data"]["record_id"].as_str().unwrap().to_owned()).collect()
    };
    for _ in 0..300 {
        deliver(&next, later).await.unwrap();
        if arrived(&receiver).len() == COMPANIES {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(arrived(&receiver), made);
}
