//! What a lead borrows from other features: its client, company and owner, and the definitions of its custom fields.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use serde_json::{Map, Value};

use super::model::NewLead;
use crate::accounts::{Principal, UserId, owners};
use crate::companies::CompanyId;
use crate::contacts::{self, ClientRef, ContactId, Unknown};
use crate::db::schema::{companies, leads};
use crate::db::{Connection, MultiBackend};
use crate::error::{Code, Error, FieldError, Result};

/// What a lead takes from its client.
pub(super) struct Client {
    pub name: String,
    pub company_id: Option<CompanyId>,
}

/// The client, where the caller sees it and it is not deleted; its name only where it is needed.
pub(super) fn client(conn: &mut Connection, by: &Principal, id: ContactId, named: bool) -> Result<Client> {
    let unknown = |error: Error| match error.status().as_u16() {
        404 => Error::field("contact_id", "unknown", "is not a contact"),
        _ => error,
    };
    if named {
        let contact = contacts::store::find(conn, by, id).map_err(unknown)?;
        return Ok(Client { name: contact.display_name, company_id: contact.company_id });
    }
    let brief = contacts::store::visible(conn, by, id).map_err(unknown)?;
    Ok(Client { name: String::new(), company_id: brief.company_id })
}

/// What is wrong with an owner.
pub(super) fn owner_fault(conn: &mut Connection, owner: Option<UserId>) -> Result<Vec<FieldError>> {
    match owner.map(|owner| owners::check(conn, "owner_id", owner)) {
        Some(Err(error)) if error.code == Code::Invalid => Ok(error.errors),
        Some(Err(error)) => Err(error),
        Some(Ok(())) | None => Ok(Vec::new()),
    }
}

/// What is wrong with a company.
pub(super) fn company_fault(conn: &mut Connection, company: Option<CompanyId>) -> Result<Option<FieldError>> {
    let Some(company) = company else { return Ok(None) };
    let there = companies::table.find(company).filter(companies::deleted_at.is_null());
    let found: Option<CompanyId> = there.select(companies::id).first(conn).optional()?;
    Ok(found.is_none().then(|| FieldError::new("company_id", "unknown", "is not a company")))
}

/// The custom fields after a change.
pub(super) fn custom(
    before: &Map<String, Value>,
    change: &Map<String, Value>,
    faults: &mut Vec<FieldError>,
) -> Map<String, Value> {
    if change.len() > 200 {
        faults.push(FieldError::new("custom", "length", "must have at most 200 entries"));
    }
    let mut after = before.clone();
    for (key, value) in change {
        if value.is_null() {
            after.shift_remove(key);
        } else {
            after.insert(key.clone(), value.clone());
        }
    }
    after
}

/// Leads whose custom field has this value, or holds it where the field has many.
pub(super) fn with_custom<'a>(
    rows: leads::BoxedQuery<'a, MultiBackend>,
    key: &str,
    value: &str,
) -> leads::BoxedQuery<'a, MultiBackend> {
    let quoted = serde_json::to_string(value).unwrap_or_default();
    // Numbers and booleans are stored bare.
    let is_bare = matches!(serde_json::from_str(value), Ok(Value::Number(_) | Value::Bool(_)));
    let bare = if is_bare { value.to_owned() } else { quoted.clone() };
    let within = format!("[%{}%", quoted.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    rows.filter(
        sql::<Bool>("(CAST(leads.custom->")
            .bind::<Text, _>(key.to_owned())
            .sql(" AS TEXT) IN (")
            .bind::<Text, _>(quoted)
            .sql(", ")
            .bind::<Text, _>(bare)
            .sql(") OR CAST(leads.custom->")
            .bind::<Text, _>(key.to_owned())
            .sql(" AS TEXT) LIKE ")
            .bind::<Text, _>(within)
            .sql(" ESCAPE '\\')"),
    )
}

/// The client that a new lead names.
pub(super) fn client_of(new: &mut NewLead, region: &str) -> Result<ClientRef> {
    match (new.contact_id, new.contact.take()) {
        (Some(_), Some(_)) => Err(Error::field("contact", "format", "give either contact or contact_id, not both")),
        (Some(id), None) => Ok(ClientRef::Id(id)),
        (None, Some(contact)) => contact.parse(region),
        (None, None) => Err(Error::field("contact_id", "required", "is required where contact is absent")),
    }
}

/// Finds that client, or makes it.
pub(super) fn resolve(conn: &mut Connection, by: &Principal, client: &ClientRef, new: &NewLead) -> Result<ContactId> {
    match client {
        ClientRef::Id(id) => Ok(*id),
        ClientRef::Known { .. } => {
            let unknown = Unknown::Create { source: new.source.as_deref() };
            Ok(contacts::resolve(conn, by, client, unknown)?.contact_id)
        }
    }
}
