//! Companies as senders know them: by their id of a group, else by name.

use diesel::prelude::*;
use serde_json::{Map, Value};
use validator::Validate;

use crate::accounts::Principal;
use crate::companies::model::{CompanyChange, CompanyInput};
use crate::companies::{self, CompanyId};
use crate::db::schema::company_groups as groups;
use crate::db::types::Instant;
use crate::db::{Both, Connection};
use crate::error::{Error, Result};

/// The company of a group: known by the id, else found by the name among its traits, else made.
///
/// # Errors
/// The database is away; a transient error where a concurrent request makes it too.
pub fn company(
    conn: &mut Connection,
    by: &Principal,
    region: &str,
    group_id: &str,
    traits: &Map<String, Value>,
) -> Result<CompanyId> {
    let known: Option<CompanyId> = groups::table.find(group_id).select(groups::company_id).first(conn).optional()?;
    if let Some(known) = known
        && companies::store::name_of(conn, known)?.is_some()
    {
        companies::store::update(conn, by, known, None, &said(traits, region))?;
        return Ok(known);
    }
    let name = traits.get("name").and_then(Value::as_str).map(str::trim).filter(|name| !name.is_empty());
    let found = name.map_or(Ok(None), |name| companies::store::by_name(conn, name))?;
    let id = match found {
        Some(found) => found,
        None => make(conn, by, name.unwrap_or(group_id), said(traits, region))?,
    };
    let row = (groups::group_id.eq(group_id), groups::company_id.eq(id), groups::created_at.eq(Instant::now()));
    let upsert = diesel::insert_into(groups::table).values(row).on_conflict(groups::group_id);
    let written = if known.is_some() {
        Both(upsert.do_update().set(groups::company_id.eq(id))).execute(conn)?
    } else {
        Both(upsert.do_nothing()).execute(conn)?
    };
    if written == 0 {
        return Err(Error { transient: true, ..Error::unavailable("a concurrent request made the same company") });
    }
    Ok(id)
}

/// The company of this name, made where there is none; `None` where it is no name.
///
/// # Errors
/// The database is away.
pub fn named(conn: &mut Connection, by: &Principal, name: &str) -> Result<Option<CompanyId>> {
    let name = name.trim();
    if name.is_empty() || crate::text::one_line(name).is_err() {
        return Ok(None);
    }
    match companies::store::by_name(conn, name)? {
        Some(found) => Ok(Some(found)),
        None => make(conn, by, name, CompanyChange::default()).map(Some),
    }
}

fn make(conn: &mut Connection, by: &Principal, name: &str, change: CompanyChange) -> Result<CompanyId> {
    let name = name.chars().filter(|c| !c.is_control()).take(200).collect();
    let change = CompanyChange { name: Some(name), ..change };
    Ok(companies::store::insert(conn, by, &change, true)?.id)
}

/// What the traits say about a company, as far as its fields take it.
fn said(traits: &Map<String, Value>, region: &str) -> CompanyChange {
    let fields = ["name", "website", "industry", "email", "phone"].into_iter().filter_map(|field| {
        let one = Map::from_iter([(field.to_owned(), traits.get(field)?.clone())]);
        read(one.clone(), region).map(|_| one)
    });
    read(fields.flatten().collect(), region).unwrap_or_default()
}

fn read(fields: Map<String, Value>, region: &str) -> Option<CompanyChange> {
    let input: CompanyInput = serde_json::from_value(Value::Object(fields)).ok()?;
    input.validate().ok()?;
    input.parse(region).ok()
}
