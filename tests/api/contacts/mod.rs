//! Contacts: fields, identities, lists, bin, erasure.

use serde_json::Value;

use crate::support::{TestApp, answer::Answer};

mod bin;
mod bin_many;
mod document;
mod erasure;
mod list;
mod recognition;
mod search;
mod versions;

pub const CONTACTS: &str = "/api/v1/contacts";

/// Makes a contact as the administrator.
pub async fn create(app: &TestApp, body: Value) -> Answer {
    app.admin.post(CONTACTS, body).await.created()
}

/// The path of the contact an answer shows.
pub fn path(answer: &Answer) -> String {
    format!("{CONTACTS}/{}", answer.id())
}

/// The display names of a list.
pub fn names(answer: &Answer) -> Vec<&str> {
    answer.items().iter().filter_map(|item| item["display_name"].as_str()).collect()
}
