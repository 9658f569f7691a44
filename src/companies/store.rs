//! Companies in the database.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::Map;

use super::CompanyId;
use super::model::{Company, CompanyChange, CompanyInput};
use crate::accounts::audit::{self, Subject};
use crate::accounts::{Principal, owners};
use crate::db::schema::companies;
use crate::db::types::Instant;
use crate::db::{Connection, listed};
use crate::error::{Error, FieldError, Result};
use crate::fields::{self, Entity, Mode};
use crate::http::{Version, check_version, read_json};
use crate::text::sort_key;

const fn subject(id: CompanyId) -> Subject {
    Subject { entity: "company", id: id.0, contact_id: None }
}

/// The company's name; `None` where it is absent or deleted.
///
/// # Errors
/// The database is away.
pub fn name_of(conn: &mut Connection, id: CompanyId) -> Result<Option<String>> {
    let company = companies::table.find(id).filter(companies::deleted_at.is_null());
    Ok(company.select(companies::name).first(conn).optional()?)
}

/// The names of those of these companies that are not deleted.
///
/// # Errors
/// The database is away.
pub fn names(
    conn: &mut Connection,
    ids: impl Iterator<Item = Option<CompanyId>>,
) -> Result<HashMap<CompanyId, String>> {
    let mut ids: Vec<CompanyId> = ids.flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let live = companies::table.filter(companies::id.eq_any(ids)).filter(companies::deleted_at.is_null());
    Ok(live.select((companies::id, companies::name)).load(conn)?.into_iter().collect())
}

/// The company of this name, written in whatever case; the oldest where there are several.
///
/// # Errors
/// The database is away.
pub fn by_name(conn: &mut Connection, name: &str) -> Result<Option<CompanyId>> {
    Ok(keyed(conn, &[sort_key(name)])?.into_iter().next().map(|(_, id, _)| id))
}

/// The companies whose names are sorted by these keys, oldest first: the key, the id, the name.
///
/// # Errors
/// The database is away.
pub fn keyed(conn: &mut Connection, keys: &[String]) -> Result<Vec<(String, CompanyId, String)>> {
    let mut found = Vec::new();
    for some in keys.chunks(5000) {
        let live = companies::table.filter(listed::company_names(some)).filter(companies::deleted_at.is_null());
        let rows: Vec<(String, CompanyId, String)> =
            live.order(companies::id.asc()).select((companies::name_key, companies::id, companies::name)).load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// The company.
///
/// # Errors
/// Not found, also where it is deleted.
pub fn find(conn: &mut Connection, id: CompanyId) -> Result<Company> {
    let company = companies::table.find(id).filter(companies::deleted_at.is_null());
    Ok(company.select(Company::as_select()).first(conn)?)
}

/// Makes a company; `partial` where required custom fields may be missing.
///
/// # Errors
/// Every bad field.
pub fn insert(conn: &mut Connection, by: &Principal, new: &CompanyChange, partial: bool) -> Result<Company> {
    if new.name.is_none() {
        return Err(Error::field("name", "required", "is required"));
    }
    let mut company = Company::blank(Instant::now());
    company.apply(new);
    check_owner(conn, new)?;
    let mode = if partial { Mode::Partial } else { Mode::Create };
    let custom = new.custom.clone().flatten().unwrap_or_default();
    company.custom.0 = fields::check(conn, Entity::Company, &custom, mode)?;
    diesel::insert_into(companies::table).values(&company).execute(conn)?;
    audit::record(conn, by, "create", subject(company.id), None::<&Company>, Some(&company))?;
    Ok(company)
}

/// The company of this name, whatever its case and accents; made where there is none. Says whether it was made.
///
/// # Errors
/// The name is not one line of 1 to 200 characters.
pub fn named(conn: &mut Connection, by: &Principal, name: &str) -> Result<(CompanyId, bool)> {
    if let Some(known) = by_name(conn, name.trim())? {
        return Ok((known, false));
    }
    let new = checked_name(name)?;
    Ok((insert(conn, by, &new, true)?.id, true))
}

/// Changes a company; where nothing differs nothing is written. The search text of its people follows later.
///
/// # Errors
/// Every bad field; not found; [`Code::PreconditionFailed`](crate::error::Code::PreconditionFailed).
pub fn update(
    conn: &mut Connection,
    by: &Principal,
    id: CompanyId,
    expected: Option<Version>,
    change: &CompanyChange,
) -> Result<Company> {
    let before = find(conn, id)?;
    check_version(expected, before.version)?;
    let mut after = before.clone();
    after.apply(change);
    check_owner(conn, change)?;
    match &change.custom {
        None => {}
        Some(Some(custom)) => {
            let custom = fields::check(conn, Entity::Company, custom, Mode::Change)?;
            after.custom.0 = fields::merge(&before.custom.0, custom);
        }
        Some(None) => after.custom.0 = fields::check(conn, Entity::Company, &Map::new(), Mode::Create)?,
    }
    if after == before {
        return Ok(after);
    }
    save(conn, by, "update", &before, after)
}

/// Puts a company into the bin. Its people keep it, and have it again when it is restored.
///
/// # Errors
/// Not found; [`Code::PreconditionFailed`](crate::error::Code::PreconditionFailed).
pub fn delete(conn: &mut Connection, by: &Principal, id: CompanyId, expected: Option<Version>) -> Result<()> {
    let before = find(conn, id)?;
    check_version(expected, before.version)?;
    let after = Company { deleted_at: Some(Instant::now()), ..before.clone() };
    save(conn, by, "delete", &before, after)?;
    Ok(())
}

/// Whether the company is there and not in the bin.
///
/// # Errors
/// The database is away.
pub fn is_in_use(conn: &mut Connection, id: CompanyId) -> Result<bool> {
    Ok(name_of(conn, id)?.is_some())
}

/// Takes a company out of the bin; one that is not there stays as it is.
///
/// # Errors
/// Not found.
pub fn restore(conn: &mut Connection, by: &Principal, id: CompanyId) -> Result<Company> {
    let before: Company = companies::table.find(id).select(Company::as_select()).first(conn)?;
    if before.deleted_at.is_none() {
        return Ok(before);
    }
    let after = Company { deleted_at: None, ..before.clone() };
    save(conn, by, "restore", &before, after)
}

/// Writes the row, unless somebody else has done so since it was read: then the whole work is run again.
fn save(conn: &mut Connection, by: &Principal, action: &str, before: &Company, mut after: Company) -> Result<Company> {
    after.version = before.version + 1;
    after.updated_at = Instant::now();
    let unchanged = companies::table.find(after.id).filter(companies::version.eq(before.version));
    if diesel::update(unchanged).set(&after).execute(conn)? == 0 {
        return Err(Error { transient: true, ..Error::unavailable("a concurrent request changed the company") });
    }
    audit::record(conn, by, action, subject(after.id), Some(before), Some(&after))?;
    Ok(after)
}

fn check_owner(conn: &mut Connection, change: &CompanyChange) -> Result<()> {
    match change.owner_id {
        Some(Some(owner)) => owners::check(conn, "owner_id", owner),
        _ => Ok(()),
    }
}

/// A change that gives a company this name.
///
/// # Errors
/// The name is not one line of 1 to 200 characters; the field is `company`.
pub fn checked_name(name: &str) -> Result<CompanyChange> {
    let input = serde_json::to_vec(&serde_json::json!({ "name": name })).map_err(Error::internal)?;
    read_json::<CompanyInput>(&input).and_then(|input| input.parse("")).map_err(|error| Error {
        errors: error.errors.into_iter().map(|bad| FieldError { field: "company".into(), ..bad }).collect(),
        ..error
    })
}
