//! Definitions in the database.

use diesel::prelude::*;

use super::FieldId;
use super::model::{Entity, Field, FieldChange, FieldInput, FieldKind, parse_options};
use crate::accounts::Principal;
use crate::accounts::audit::{self, Subject};
use crate::db::Connection;
use crate::db::schema::field_definitions as fields;
use crate::db::types::{Instant, Json};
use crate::error::{Code, Error, OnUnique, Result};
use crate::http::{Version, check_version};

const KEY_TAKEN: &str = "Another field has this key.";

const fn subject(id: FieldId) -> Subject {
    Subject { entity: "field", id: id.0, contact_id: None }
}

/// The definitions of an entity, or of all, in the order shown.
///
/// # Errors
/// The database is away.
pub fn all(conn: &mut Connection, entity: Option<Entity>) -> Result<Vec<Field>> {
    let mut query = fields::table.filter(fields::deleted_at.is_null()).select(Field::as_select()).into_boxed();
    if let Some(entity) = entity {
        query = query.filter(fields::entity.eq(entity));
    }
    Ok(query.order((fields::entity, fields::position, fields::key)).load(conn)?)
}

/// The definition.
pub(super) fn find(conn: &mut Connection, id: FieldId) -> Result<Field> {
    Ok(fields::table.find(id).filter(fields::deleted_at.is_null()).select(Field::as_select()).first(conn)?)
}

/// Makes a definition.
///
/// # Errors
/// Every bad field; the key is taken.
pub fn insert(conn: &mut Connection, by: &Principal, input: FieldInput) -> Result<Field> {
    let options = parse_options(input.kind, input.options)?;
    check_kind(conn, input.entity, &input.key, input.kind)?;
    let now = Instant::now();
    let field = Field {
        id: FieldId::new(),
        entity: input.entity,
        key: input.key,
        label: input.label.trim().to_owned(),
        kind: input.kind,
        required: input.required.unwrap_or_default(),
        options: Json(options),
        position: input.position.unwrap_or_default(),
        version: 1,
        created_at: now,
        updated_at: now,
        deleted_at: None,
    };
    diesel::insert_into(fields::table).values(&field).execute(conn).on_unique(Code::AlreadyExists, KEY_TAKEN)?;
    audit::record(conn, by, "create", subject(field.id), None::<&Field>, Some(&field))?;
    Ok(field)
}

/// A key that was used before keeps its kind.
fn check_kind(conn: &mut Connection, entity: Entity, key: &str, kind: FieldKind) -> Result<()> {
    let before: Option<FieldKind> = fields::table
        .filter(fields::entity.eq(entity).and(fields::key.eq(key)))
        .select(fields::kind)
        .first(conn)
        .optional()?;
    match before {
        Some(before) if before != kind => Err(Error::because(
            Code::Conflict,
            format!("The key was a field of kind {before} before and stays that: choose another key."),
        )),
        _ => Ok(()),
    }
}

/// Changes a definition.
pub(super) fn update(
    conn: &mut Connection,
    by: &Principal,
    id: FieldId,
    expected: Option<Version>,
    change: FieldChange,
) -> Result<Field> {
    let before = find(conn, id)?;
    check_version(expected, before.version)?;
    let options = match change.options {
        Some(options) => parse_options(before.kind, Some(options))?,
        None => before.options.0.clone(),
    };
    let after = Field {
        label: change.label.map_or_else(|| before.label.clone(), |label| label.trim().to_owned()),
        required: change.required.unwrap_or(before.required),
        options: Json(options),
        position: change.position.unwrap_or(before.position),
        version: before.version + 1,
        updated_at: Instant::now(),
        ..before.clone()
    };
    overwrite(conn, before.version, &after)?;
    audit::record(conn, by, "update", subject(id), Some(&before), Some(&after))?;
    Ok(after)
}

/// Deletes a definition. Values stay stored and shown; they can no longer be set or filtered by.
pub fn delete(conn: &mut Connection, by: &Principal, id: FieldId, expected: Option<Version>) -> Result<()> {
    let before = find(conn, id)?;
    check_version(expected, before.version)?;
    let now = Instant::now();
    let after = Field { deleted_at: Some(now), updated_at: now, version: before.version + 1, ..before.clone() };
    overwrite(conn, before.version, &after)?;
    audit::record(conn, by, "delete", subject(id), Some(&before), None::<&Field>)?;
    // What web sites may see of visitors does not come back with another field of the same key.
    if before.entity == Entity::Contact { crate::segments::decide::forget_gone(conn, by) } else { Ok(()) }
}

fn overwrite(conn: &mut Connection, read: Version, after: &Field) -> Result<()> {
    let unchanged = fields::table.find(after.id).filter(fields::version.eq(read));
    if diesel::update(unchanged).set(after).execute(conn)? == 0 {
        return Err(Error { transient: true, ..Error::unavailable("a concurrent request changed the field") });
    }
    Ok(())
}

/// Whether a record that is not deleted holds a value of the field. Reads all records where none does.
///
/// # Errors
/// The database is away.
pub fn is_used(conn: &mut Connection, field: &Field) -> Result<bool> {
    #[derive(QueryableByName)]
    struct One {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        #[expect(dead_code, reason = "that there is one is all that is asked")]
        one: i32,
    }
    let query = match field.entity {
        Entity::Contact => "SELECT 1 AS one FROM contacts WHERE deleted_at IS NULL AND custom->>$1 IS NOT NULL LIMIT 1",
        Entity::Company => {
            "SELECT 1 AS one FROM companies WHERE deleted_at IS NULL AND custom->>$1 IS NOT NULL LIMIT 1"
        }
        Entity::Lead => "SELECT 1 AS one FROM leads WHERE deleted_at IS NULL AND custom->>$1 IS NOT NULL LIMIT 1",
    };
    let found: Vec<One> = diesel::sql_query(query).bind::<diesel::sql_types::Text, _>(&field.key).load(conn)?;
    Ok(!found.is_empty())
}
