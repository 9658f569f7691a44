//! Clients, leads and touchpoints to test with.

use diesel::prelude::*;
use serde_json::{Map, Value, json};
use touchline::accounts::UserId;
use touchline::companies::CompanyId;
use touchline::contacts::ContactId;
use touchline::db::schema::{companies, contacts, leads, pipelines, stages};
use touchline::db::types::{Guid, Instant, Json};
use touchline::pipelines::{LeadId, PipelineId, StageId};

use super::TestApp;

impl TestApp {
    /// Records a touchpoint as the manager; `more` is added to a phone call with `ann@example.com`.
    pub async fn touch(&self, more: Value) -> Value {
        self.manager.post("/api/v1/interactions", touchpoint(more)).await.created().json
    }

    /// The client with this e-mail address, made where there is none.
    pub async fn client(&self, email: &str) -> ContactId {
        let touch = self.touch(json!({ "contact": { "email": email }, "channel": "other" })).await;
        self.manager.delete_any(&format!("/api/v1/interactions/{}", touch["id"].as_str().unwrap())).await.no_content();
        touch["contact_id"].as_str().unwrap().parse().unwrap()
    }

    pub async fn give(&self, contact: ContactId, owner: UserId) {
        let write = move |conn: &mut touchline::db::Connection| {
            let row = contacts::table.filter(contacts::id.eq(contact));
            Ok(diesel::update(row).set(contacts::owner_id.eq(owner)).execute(conn)?)
        };
        self.state.db.write(write).await.unwrap();
    }

    /// A company with these people.
    pub async fn company(&self, people: Vec<ContactId>) -> CompanyId {
        let (id, now) = (CompanyId::new(), Instant::now());
        let write = move |conn: &mut touchline::db::Connection| {
            let row = (
                companies::id.eq(id),
                companies::name.eq("Acme"),
                companies::name_key.eq("acme"),
                companies::tags.eq(Json(json!([]))),
                companies::custom.eq(Json(json!({}))),
                companies::search_text.eq("acme"),
                companies::version.eq(1_i64),
                companies::created_at.eq(now),
                companies::updated_at.eq(now),
            );
            diesel::insert_into(companies::table).values(row).execute(conn)?;
            let people = contacts::table.filter(contacts::id.eq_any(people.clone()));
            Ok(diesel::update(people).set(contacts::company_id.eq(id)).execute(conn)?)
        };
        self.state.db.write(write).await.unwrap();
        id
    }

    /// A lead of 1,000 EUR in a pipeline of its own; `kind` is `open`, `won` or `lost`.
    pub async fn lead(&self, contact: ContactId, owner: Option<UserId>, kind: &'static str) -> LeadId {
        let id = LeadId::new();
        self.state.db.write(move |conn| insert_lead(conn, id, contact, owner, kind)).await.unwrap();
        id
    }
}

fn insert_lead(
    conn: &mut touchline::db::Connection,
    id: LeadId,
    contact: ContactId,
    owner: Option<UserId>,
    kind: &str,
) -> touchline::error::Result<()> {
    let (pipeline, stage, now) = (PipelineId(Guid::new()), StageId(Guid::new()), Instant::now());
    let row = (
        pipelines::id.eq(pipeline),
        pipelines::name.eq("Sales"),
        pipelines::position.eq(1),
        pipelines::version.eq(1_i64),
        pipelines::created_at.eq(now),
        pipelines::updated_at.eq(now),
    );
    diesel::insert_into(pipelines::table).values(row).execute(conn)?;
    let row = (
        stages::id.eq(stage),
        stages::pipeline_id.eq(pipeline),
        stages::name.eq("First"),
        stages::position.eq(1),
        stages::ordinal.eq(0),
        stages::kind.eq(kind),
        stages::probability.eq(10),
        stages::version.eq(1_i64),
        stages::created_at.eq(now),
        stages::updated_at.eq(now),
    );
    diesel::insert_into(stages::table).values(row).execute(conn)?;
    let row = (
        (
            leads::id.eq(id),
            leads::contact_id.eq(contact),
            leads::pipeline_id.eq(pipeline),
            leads::stage_id.eq(stage),
            leads::stage_kind.eq(kind),
            leads::stage_entered_at.eq(now),
            leads::entered_at.eq(now),
            leads::title.eq("A lead"),
            leads::owner_id.eq(owner),
        ),
        (
            leads::amount.eq(100_000_i64),
            leads::currency.eq("EUR"),
            leads::custom.eq(Json(json!({}))),
            leads::search_text.eq("a lead"),
            leads::version.eq(1_i64),
            leads::created_at.eq(now),
            leads::updated_at.eq(now),
        ),
    );
    diesel::insert_into(leads::table).values(row).execute(conn)?;
    Ok(())
}

/// A phone call with `ann@example.com`, changed by `more`.
pub fn touchpoint(more: Value) -> Value {
    let mut body: Map<String, Value> = Map::new();
    body.insert("contact".to_owned(), json!({ "email": "ann@example.com" }));
    body.insert("channel".to_owned(), json!("call"));
    body.extend(more.as_object().cloned().unwrap_or_default());
    Value::Object(body)
}
