//! The append-only trail: who changed what, when, from what to what, in which request.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::Principal;
use crate::db::Connection;
use crate::db::schema::audit_log;
use crate::db::types::{Guid, Instant, Json};
use crate::error::{Error, Result};

/// What was changed.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// The kind of record: `contact`, `lead`, `user`, ….
    pub entity: &'static str,
    /// The record.
    pub id: Guid,
    /// The client it belongs to: erasing the client empties `before` and `after`.
    pub contact_id: Option<Guid>,
}

/// Notes a change in the transaction that makes it.
///
/// `action` is `create`, `update`, `delete`, `restore`, `erase`, `move`, …. `before` and `after` are the record as the API shows it
/// (secrets never among it).
///
/// # Errors
/// The database refuses the row.
pub fn record<B: Serialize, A: Serialize>(
    conn: &mut Connection,
    by: &Principal,
    action: &str,
    subject: Subject,
    before: Option<&B>,
    after: Option<&A>,
) -> Result<()> {
    diesel::insert_into(audit_log::table)
        .values((
            audit_log::id.eq(Guid::new()),
            audit_log::at.eq(Instant::now()),
            audit_log::user_id.eq(by.actor.user().map(|id| id.0)),
            audit_log::api_key_id.eq(by.actor.key().map(|id| id.0)),
            audit_log::request_id.eq(by.request_id.as_deref()),
            audit_log::action.eq(action),
            audit_log::entity.eq(subject.entity),
            audit_log::entity_id.eq(subject.id),
            audit_log::contact_id.eq(subject.contact_id),
            audit_log::before.eq(before.map(to_json).transpose()?),
            audit_log::after.eq(after.map(to_json).transpose()?),
        ))
        .execute(conn)?;
    Ok(())
}

fn to_json<T: Serialize>(value: &T) -> Result<Json<Value>> {
    serde_json::to_value(value).map(Json).map_err(Error::internal)
}

/// The fields that differ between two versions of a record: `{"field": {"from": …, "to": …}}`.
///
/// # Errors
/// A version cannot be serialised.
pub fn difference<T: Serialize>(before: &T, after: &T) -> Result<serde_json::Map<String, Value>> {
    const BOOKKEEPING: [&str; 3] = ["version", "updated_at", "created_at"];
    let (Json(Value::Object(mut old)), Json(Value::Object(new))) = (to_json(before)?, to_json(after)?) else {
        return Err(Error::internal("only objects have differing fields"));
    };
    let mut out = serde_json::Map::new();
    for (field, to) in new {
        let from = old.remove(&field).unwrap_or(Value::Null);
        if from != to && !BOOKKEEPING.contains(&field.as_str()) {
            out.insert(field, serde_json::json!({ "from": from, "to": to }));
        }
    }
    Ok(out)
}
