mod decisions;
mod duplicates;
mod merges;
mod sequences;
mod undo;

use serde_json::Value;
use touchline::accounts::Principal;
use touchline::contacts::identity::Identity;
use touchline::contacts::{ContactChange, ContactId, Resolved, Sighting, recognise};
use touchline::db::types::Instant;
use touchline::error::Result;

use crate::support::TestApp;

pub fn user(id: &str) -> Identity {
    Identity::external("site", id).unwrap()
}

pub fn visitor(id: &str) -> Identity {
    Identity::anonymous("site", id).unwrap()
}

pub fn email(address: &str) -> Identity {
    Identity::email(address).unwrap()
}

impl TestApp {
    /// The client of an event that carries these identifiers.
    pub async fn event(&self, identities: &[Identity]) -> Result<Resolved> {
        let identities = identities.to_vec();
        let work = move |conn: &mut touchline::db::Connection| {
            let new = ContactChange::default();
            let at = Instant::now();
            let sighting = Sighting { identities: &identities, at, message_id: Some("m1"), new: Some(&new) };
            recognise(conn, &Principal::system(), &sighting)
        };
        self.state.db.write(work).await
    }

    pub async fn seen(&self, identities: &[Identity]) -> ContactId {
        self.event(identities).await.unwrap().contact_id
    }

    /// The contact's page, which must be its own.
    pub async fn contact(&self, id: ContactId) -> Value {
        self.manager.get(&format!("/api/v1/contacts/{id}")).await.ok().json
    }

    pub async fn merge(&self, survivor: ContactId, losers: &[ContactId]) -> Value {
        let path = format!("/api/v1/contacts/{survivor}/merge");
        self.manager.post(&path, serde_json::json!({ "contact_ids": losers })).await.ok().json
    }

    pub async fn undo(&self, merge: &Value) -> Value {
        let id = merge["id"].as_str().unwrap();
        self.manager.post_empty(&format!("/api/v1/merges/{id}/undo")).await.ok().json
    }

    /// The subjects of the touchpoints on a client's line, the oldest first.
    pub async fn subjects(&self, id: ContactId) -> Vec<String> {
        let path = format!("/api/v1/contacts/{id}/timeline?type=interaction&order=oldest&limit=200");
        let page = self.manager.get(&path).await.ok();
        page.items().iter().map(|entry| entry["subject"].as_str().unwrap_or_default().to_owned()).collect()
    }
}
