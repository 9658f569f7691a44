use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::Data;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use touchline::app::App;
use touchline::db::{Db, Opener, Sizes};

use super::{CHANGES, now};
use crate::support::sales::Pipeline;
use crate::support::{Answer, Client, SECRET, TestApp, cases};

cases![a_consumer_during_sixty_four_writers_ends_with_the_present_state];

/// What a consumer of the feed keeps, and which contact stands for which.
#[derive(Debug, Default)]
pub struct Copy(BTreeMap<(String, String), Value>, BTreeMap<String, String>);

impl Copy {
    /// Puts a record of a snapshot or of a change into its place, or removes it, with what belongs to it.
    pub fn put(&mut self, item: &Value) {
        let text = |field: &str| item[field].as_str().unwrap().to_owned();
        let key = (text("record_type"), text("record_id"));
        self.1.remove(&key.1);
        if let Some(survivor) = item["merged_into"].as_str() {
            self.1.insert(key.1.clone(), survivor.to_owned());
        }
        match &item["record"] {
            Value::Null => {
                self.0.remove(&key);
                if key.0 == "contact" && item["merged_into"].is_null() {
                    self.remove_facts_of(&key.1);
                }
            }
            record => drop(self.0.insert(key, record.clone())),
        }
    }

    fn remove_facts_of(&mut self, contact: &str) {
        let merged = &self.1;
        self.0.retain(|(kind, _), record| {
            let of = record["contact_id"].as_str().unwrap_or_default();
            kind != "interaction" || (of != contact && merged.get(of).is_none_or(|survivor| survivor != contact))
        });
    }

    pub fn remove_companies(&mut self) {
        self.0.retain(|(kind, _), _| kind != "company");
    }

    /// What the lists of the API show, companies left out.
    pub async fn of_lists(app: &TestApp) -> Self {
        let mut copy = Self::default();
        for (kind, list) in [("contact", "contacts"), ("lead", "leads"), ("interaction", "interactions")] {
            let mut path = format!("/api/v1/{list}?limit=200");
            loop {
                let page = app.key.get(&path).await.ok();
                for record in page.items() {
                    let id = record["id"].as_str().unwrap().to_owned();
                    let mut record = record.clone();
                    // Lists tell the names of others, too, which are changes of those.
                    let names = ["contact_name", "contact_phone", "contact_email", "company_name"];
                    for name in names.into_iter().filter(|_| kind == "lead") {
                        record.as_object_mut().unwrap().remove(name);
                    }
                    copy.0.insert((kind.to_owned(), id), record);
                }
                let Some(next) = page.json["next_cursor"].as_str() else { break };
                path = format!("/api/v1/{list}?limit=200&cursor={next}");
            }
        }
        copy
    }

    /// Fails where two copies differ.
    #[track_caller]
    pub fn expect(&self, other: &Self) {
        let keys: BTreeSet<_> = self.0.keys().chain(other.0.keys()).collect();
        let pairs = keys.into_iter().map(|key| (key, self.0.get(key), other.0.get(key)));
        let different: Vec<_> = pairs.filter(|(_, ours, theirs)| ours != theirs).take(3).collect();
        assert!(different.is_empty(), "{different:#?}");
    }
}

const WRITERS: usize = 64;
const ROUNDS: usize = 6;

/// A client that asks again where two servers have lost against each other too often: 503 says that nothing was done.
struct Writer(Client);

impl Writer {
    async fn post(&self, path: &str, body: Value) -> Answer {
        loop {
            let answer = self.0.post(path, body.clone()).await;
            if answer.status != 503 {
                return answer;
            }
        }
    }

    async fn patch_any(&self, path: &str, body: Value) -> Answer {
        loop {
            let answer = self.0.patch_any(path, body.clone()).await;
            if answer.status != 503 {
                return answer;
            }
        }
    }

    async fn post_empty(&self, path: &str) -> Answer {
        loop {
            let answer = self.0.post_empty(path).await;
            if answer.status != 503 {
                return answer;
            }
        }
    }

    async fn delete_any(&self, path: &str) -> Answer {
        loop {
            let answer = self.0.delete_any(path).await;
            if answer.status != 503 {
                return answer;
            }
        }
    }
}

/// One of those who write: creates, changes, merges, undoes, deletes, restores, moves.
async fn write(client: Writer, pipeline: &Pipeline, n: usize) -> usize {
    let mut interactions = 0;
    for round in 0..ROUNDS {
        let name = format!("{n}-{round}");
        let contact = client.post("/api/v1/contacts", json!({ "display_name": name })).await.created().id();
        let path = format!("/api/v1/contacts/{contact}");
        // Several write to the same client.
        let shared =
            json!({ "contact": { "email": format!("{}@example.com", n % 8) }, "channel": "call", "subject": name });
        client.post("/api/v1/interactions", shared).await.created();
        let own = json!({ "contact": { "id": contact }, "channel": "chat", "subject": name });
        let own = client.post("/api/v1/interactions", own).await.created().id();
        interactions += 2;
        client.patch_any(&path, json!({ "job_title": name, "tags": [name] })).await.ok();
        let new = json!({ "contact_id": contact, "pipeline_id": pipeline.id });
        let lead = client.post("/api/v1/leads", new).await.created().id();
        for (_, stage) in pipeline.stages.iter().skip(1).take(2) {
            client.post(&format!("/api/v1/leads/{lead}/stage"), json!({ "stage_id": stage })).await.ok();
        }
        match (n + round) % 5 {
            0 => drop(client.delete_any(&path).await.no_content()),
            1 => {
                client.delete_any(&format!("/api/v1/leads/{lead}")).await.no_content();
                client.post_empty(&format!("/api/v1/leads/{lead}/restore")).await.ok();
            }
            2 => drop(client.delete_any(&format!("/api/v1/interactions/{own}")).await.no_content()),
            3 => merge(&client, &contact, round % 2 == 0).await,
            _ => drop(client.patch_any(&format!("/api/v1/leads/{lead}"), json!({ "title": name })).await.ok()),
        }
    }
    interactions
}

async fn merge(client: &Writer, survivor: &str, undone: bool) {
    let other = client.post("/api/v1/contacts", json!({ "display_name": "Double" })).await.created().id();
    let merged =
        client.post(&format!("/api/v1/contacts/{survivor}/merge"), json!({ "contact_ids": [other] })).await.ok();
    if undone {
        let id = merged.json["merges"][0]["id"].as_str().unwrap().to_owned();
        client.post_empty(&format!("/api/v1/merges/{id}/undo")).await.ok();
    }
}

/// Reads the feed from a place until the company that is made when all have written.
async fn follow(client: &Client, mut place: String) -> (Copy, Vec<Value>) {
    let (mut copy, mut told) = (Copy::default(), Vec::new());
    loop {
        let page = client.get(&format!("{CHANGES}?after={place}&wait=5&limit=100")).await.ok();
        page.items().iter().for_each(|change| copy.put(change));
        told.extend(page.items().clone());
        page.json["cursor"].as_str().unwrap().clone_into(&mut place);
        if page.items().iter().any(|change| change["type"] == "company.created") {
            return (copy, told);
        }
    }
}

async fn a_consumer_during_sixty_four_writers_ends_with_the_present_state(app: TestApp) {
    let pipeline = app.pipeline().await;
    let start = now(&app).await;
    // Half of the writers use another server on the same database, with several writing threads where that can be.
    let target = app.database.target.clone();
    let writers = if app.is_sqlite() { 1 } else { 6 };
    let sizes = Sizes { readers: 2, writers, batch: 4, ..Sizes::for_target(&target) };
    let other = Db::open(Opener::new(target.clone()), target, sizes).unwrap();
    let other = Data::new(App::new(other, app.state.config.clone(), SECRET));
    let other = app.key.on(crate::support::service(other).await);
    let writing = async {
        let all = (0..WRITERS).map(|n| {
            let client = if n % 2 == 0 { app.key.clone() } else { other.clone() };
            write(Writer(client), &pipeline, n)
        });
        let interactions: usize = join_all(all).await.into_iter().sum();
        app.admin.post("/api/v1/companies", json!({ "name": "The end" })).await.created();
        interactions
    };
    let (interactions, (mut copy, told)) = join(writing, follow(&app.key, start)).await;
    copy.remove_companies();
    let lists = Copy::of_lists(&app).await;
    copy.expect(&lists);
    let cursors: BTreeSet<_> = told.iter().map(|change| change["cursor"].as_str().unwrap()).collect();
    assert_eq!(cursors.len(), told.len(), "no change comes twice");
    let of = |wanted: &str| told.iter().filter(|change| change["type"] == wanted).count();
    assert_eq!(of("interaction.recorded"), interactions);
    assert_eq!((of("lead.created"), of("lead.stage_changed")), (WRITERS * ROUNDS, 2 * WRITERS * ROUNDS));
    let mut snapshot = Copy::default();
    let mut path = format!("{CHANGES}/snapshot?limit=200&types=contact,lead,interaction");
    loop {
        let page = app.key.get(&path).await.ok();
        page.items().iter().for_each(|item| snapshot.put(item));
        let Some(next) = page.json["next_cursor"].as_str() else { break };
        path = format!("{CHANGES}/snapshot?limit=200&types=contact,lead,interaction&cursor={next}");
    }
    snapshot.expect(&lists);
}
