//! Short ways to pipelines, clients and leads.

use diesel::prelude::*;
use serde_json::{Value, json};
use touchline::contacts::ContactId;
use touchline::db::schema::contacts;
use touchline::db::types::{Instant, Json};

use super::{Answer, Client, TestApp};

/// A pipeline and its stages' ids by name.
pub struct Pipeline {
    pub id: String,
    pub stages: Vec<(String, String)>,
}

impl Pipeline {
    /// The id of a stage.
    pub fn stage(&self, name: &str) -> &str {
        &self.stages.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no stage {name}")).1
    }

    pub fn of(answer: &Answer) -> Self {
        let stages = answer.json["stages"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self { id: answer.id(), stages: stages.iter().map(|s| (text(&s["name"]), text(&s["id"]))).collect() }
    }
}

impl TestApp {
    /// A pipeline with the default stages.
    pub async fn pipeline(&self) -> Pipeline {
        Pipeline::of(&self.admin.post("/api/v1/pipelines", json!({ "name": "Sales" })).await.created())
    }

    /// A client without owner.
    pub async fn buyer(&self, name: &str) -> String {
        let (id, now, name) = (ContactId::new(), Instant::now(), name.to_owned());
        let insert = move |conn: &mut touchline::db::Connection| {
            let row = (
                contacts::id.eq(id),
                contacts::display_name.eq(&name),
                contacts::name_key.eq(name.to_lowercase()),
                contacts::emails.eq(Json(json!([]))),
                contacts::phones.eq(Json(json!([]))),
                contacts::external_ids.eq(Json(json!([]))),
                contacts::tags.eq(Json(json!([]))),
                contacts::consents.eq(Json(json!({}))),
                contacts::custom.eq(Json(json!({}))),
                contacts::search_text.eq(name.to_lowercase()),
                contacts::version.eq(1_i64),
                contacts::created_at.eq(now),
                contacts::updated_at.eq(now),
            );
            diesel::insert_into(contacts::table).values(row).execute(conn)?;
            Ok(())
        };
        self.state.db.write(insert).await.expect("a contact");
        id.to_string()
    }

    /// A lead of a new client; `fields` may say more.
    pub async fn deal(&self, by: &Client, fields: Value) -> Answer {
        let mut body = json!({ "contact_id": self.buyer("Ann Lee").await });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        by.post("/api/v1/leads", body).await.created()
    }
}

/// The address of a lead.
pub fn path(lead: &Answer) -> String {
    format!("/api/v1/leads/{}", lead.id())
}
