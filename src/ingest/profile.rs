//! What senders say about a person: kept as they say it, and where a setting names a field, taken over into the
//! contact, whenever it says something new. What people entered by hand stays until the sender says otherwise.

use diesel::prelude::*;
use serde_json::{Map, Value, json};
use validator::Validate;

use super::groups;
use super::settings::Settings;
use crate::accounts::Principal;
use crate::companies::CompanyId;
use crate::contacts::model::ContactInput;
use crate::contacts::{ContactChange, ContactId, store};
use crate::db::schema::contact_traits as kept;
use crate::db::types::{Instant, Json};
use crate::db::{Both, Connection};
use crate::error::{Code, Error, Result};
use crate::http::Version;

/// The parts of an address.
const ADDRESS: [&str; 5] = ["street", "city", "region", "postal_code", "country"];

/// What senders have said about a client: a contact and those merged into it. What was said last counts.
///
/// # Errors
/// The database is away.
pub fn traits(conn: &mut Connection, members: &[ContactId]) -> Result<Map<String, Value>> {
    let rows: Vec<Json<Map<String, Value>>> = kept::table
        .filter(kept::contact_id.eq_any(members))
        .order((kept::updated_at, kept::contact_id))
        .select(kept::traits)
        .load(conn)?;
    Ok(rows.into_iter().flat_map(|Json(traits)| traits).collect())
}

fn stored(conn: &mut Connection, contact: ContactId) -> Result<Option<(Map<String, Value>, Version)>> {
    let row = kept::table.find(contact).select((kept::traits, kept::version));
    let found: Option<(Json<Map<String, Value>>, Version)> = row.first(conn).optional()?;
    Ok(found.map(|(Json(traits), version)| (traits, version)))
}

/// Takes over what a sender says about a contact.
///
/// # Errors
/// The database is away; a transient error where a concurrent request says something too.
pub fn learn(
    conn: &mut Connection,
    by: &Principal,
    settings: &Settings,
    region: &str,
    contact: ContactId,
    said: &Map<String, Value>,
) -> Result<()> {
    let before = stored(conn, contact)?;
    let old = before.as_ref().map(|(traits, _)| traits);
    let new: Map<String, Value> = said
        .iter()
        .filter(|(name, value)| old.and_then(|old| old.get(*name)).unwrap_or(&Value::Null) != *value)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if new.is_empty() {
        return Ok(());
    }
    let mut all = old.cloned().unwrap_or_default();
    for (name, value) in &new {
        if value.is_null() {
            all.shift_remove(name);
        } else {
            all.insert(name.clone(), value.clone());
        }
    }
    keep(conn, contact, before.map(|(_, version)| version), &all)?;
    fill(conn, by, settings, region, contact, &new, &all)
}

fn keep(conn: &mut Connection, contact: ContactId, version: Option<Version>, all: &Map<String, Value>) -> Result<()> {
    let (traits, now) = (kept::traits.eq(Json(all.clone())), kept::updated_at.eq(Instant::now()));
    let written = if let Some(version) = version {
        let unchanged = kept::table.find(contact).filter(kept::version.eq(version));
        diesel::update(unchanged).set((traits, now, kept::version.eq(version + 1))).execute(conn)?
    } else {
        let row = (kept::contact_id.eq(contact), traits, now, kept::version.eq(1_i64));
        Both(diesel::insert_into(kept::table).values(row).on_conflict_do_nothing()).execute(conn)?
    };
    if written == 0 {
        return Err(Error { transient: true, ..Error::unavailable("a concurrent request changed the traits") });
    }
    Ok(())
}

/// Fills the contact's fields from traits that are new.
fn fill(
    conn: &mut Connection,
    by: &Principal,
    settings: &Settings,
    region: &str,
    contact: ContactId,
    new: &Map<String, Value>,
    all: &Map<String, Value>,
) -> Result<()> {
    let mut fields = mapped(settings, &flat(new));
    if fields.keys().any(|field| ADDRESS.contains(&field.as_str())) {
        let whole = mapped(settings, &flat(all));
        let parts = whole.into_iter().filter(|(field, _)| ADDRESS.contains(&field.as_str()));
        let address: Map<String, Value> = parts.collect();
        fields.retain(|field, _| !ADDRESS.contains(&field.as_str()));
        fields.insert("address".to_owned(), Value::Object(address));
    }
    let company = fields.shift_remove("company").and_then(|name| name.as_str().map(str::to_owned));
    let mut change = readable(&fields, region);
    if let Some(name) = company {
        change.company_id = groups::named(conn, by, &name)?.map(Some);
    }
    match store::update(conn, by, contact, None, &change) {
        // A custom field that does not take the value: the trait is kept all the same.
        Err(error) if error.code == Code::Invalid && change.custom.is_some() => {
            change.custom = None;
            store::update(conn, by, contact, None, &change).map(drop)
        }
        done => done.map(drop),
    }
}

/// Fills fields of the contact that are empty, and leaves the others as they are.
///
/// # Errors
/// The database is away.
pub fn complete(
    conn: &mut Connection,
    by: &Principal,
    region: &str,
    contact: ContactId,
    fields: &Map<String, Value>,
    company: Option<CompanyId>,
) -> Result<()> {
    let known = store::find(conn, by, contact)?;
    let mut fields = fields.clone();
    let is_nameless = known.given_name.is_none() && known.family_name.is_none();
    let empty = |field: &str| match field {
        "display_name" => is_nameless && known.display_name == known.computed_name(),
        "given_name" | "family_name" => is_nameless,
        "job_title" => known.job_title.is_none(),
        _ => false,
    };
    fields.retain(|field, _| empty(field));
    let mut change = readable(&fields, region);
    change.company_id = company.filter(|_| known.company_id.is_none()).map(Some);
    store::update(conn, by, contact, None, &change).map(drop)
}

/// Traits inside objects are named with a dot.
fn flat(traits: &Map<String, Value>) -> Vec<(String, &Value)> {
    let mut out = Vec::new();
    for (name, value) in traits {
        match value {
            Value::Object(map) => out.extend(map.iter().map(|(key, value)| (format!("{name}.{key}"), value))),
            _ => out.push((name.clone(), value)),
        }
    }
    out
}

/// The fields that traits fill; custom ones together under `custom`.
fn mapped(settings: &Settings, traits: &[(String, &Value)]) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut custom = Map::new();
    for (name, value) in traits {
        let Some(field) = settings.traits.get(name) else { continue };
        if let Some(key) = field.strip_prefix("custom.") {
            custom.insert(key.to_owned(), (*value).clone());
        } else if let Some(text) = plain(value) {
            fields.insert(field.clone(), text.into());
        }
    }
    if !custom.is_empty() {
        fields.insert("custom".to_owned(), Value::Object(custom));
    }
    fields
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The fields as a change, without those that a contact does not take.
fn readable(fields: &Map<String, Value>, region: &str) -> ContactChange {
    if let Some(change) = read(fields.clone(), region) {
        return change;
    }
    let alone =
        |(field, value): &(&String, &Value)| read(Map::from_iter([((*field).clone(), (*value).clone())]), region);
    let good = fields.iter().filter(|pair| alone(pair).is_some());
    read(good.map(|(field, value)| (field.clone(), value.clone())).collect(), region).unwrap_or_default()
}

fn read(fields: Map<String, Value>, region: &str) -> Option<ContactChange> {
    let input: ContactInput = serde_json::from_value(json!(fields)).ok()?;
    input.validate().ok()?;
    input.parse(region).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(traits: Value) -> Map<String, Value> {
        let map = traits.as_object().unwrap().clone();
        mapped(&Settings::default(), &flat(&map))
    }

    #[test]
    fn traits_fill_fields_by_their_names() {
        let said = json!({ "firstName": "Ann", "age": 7, "address": { "city": "Bonn", "planet": "x" }, "title": null });
        assert_eq!(Value::Object(fields(said)), json!({ "given_name": "Ann", "city": "Bonn" }));
        assert_eq!(Value::Object(fields(json!({ "company": { "name": "Acme" } }))), json!({ "company": "Acme" }));
    }

    #[test]
    fn a_value_that_a_field_does_not_take_is_left_out() {
        let said = fields(json!({ "firstName": "Ann", "lastName": "x".repeat(300), "timezone": "Mars/Base" }));
        let change = readable(&said, "US");
        assert_eq!(change.given_name, Some(Some("Ann".to_owned())));
        assert_eq!((change.family_name, change.time_zone), (None, None));
    }
}
