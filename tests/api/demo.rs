//! The demo is made by the same functions as everything else, on either database.

use touchline::db::types::Instant;
use touchline::sample::{generator, load};

use crate::support::{TestApp, cases};

cases![the_demo_fills_the_application];

async fn the_demo_fills_the_application(app: TestApp) {
    let db = app.state.db.clone();
    let plan = generator::generate(7, Instant::now(), generator::CLIENTS);
    let (clients, leads) = (plan.clients.len(), plan.clients.iter().map(|client| client.leads.len()).sum::<usize>());
    std::thread::spawn(move || load::load(&db, plan).unwrap()).join().unwrap();
    let people = app.admin.get("/api/v1/contacts?total=true&limit=1").await.ok();
    assert_eq!(people.json["total"], clients);
    let all = app.admin.get("/api/v1/leads?total=true&limit=1").await.ok();
    assert_eq!(all.json["total"], leads);
    let owned = app.admin.get("/api/v1/contacts?limit=200").await.ok();
    assert!(owned.items().iter().any(|contact| contact["custom"]["roof"].is_string()));
    let id = people.items()[0]["id"].as_str().unwrap();
    let page = app.admin.get(&format!("/api/v1/contacts/{id}/360")).await.ok();
    assert!(page.json["channels"].as_array().is_some_and(|channels| !channels.is_empty()), "{}", page.text());
}
