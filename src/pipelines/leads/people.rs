//! What a lead borrows from other features: its client, company and owner, and the definitions of its custom fields.

use diesel::prelude::*;
use serde_json::{Map, Value};

use super::model::NewLead;
use crate::accounts::{Principal, UserId, owners};
use crate::companies::CompanyId;
use crate::contacts::{self, ClientRef, ContactId, Unknown};
use crate::db::Connection;
use crate::db::schema::companies;
use crate::error::{Code, Error, FieldError, Result};
use crate::fields::{self, Entity, Mode};

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

/// The custom fields of a new lead; what is wrong with them joins `faults`.
pub(super) fn custom(conn: &mut Connection, new: &NewLead, faults: &mut Vec<FieldError>) -> Result<Map<String, Value>> {
    let mode = if new.partial { Mode::Partial } else { Mode::Create };
    sound(fields::check(conn, Entity::Lead, &new.custom, mode), faults)
}

/// The custom fields of a lead after a change; what is wrong with them joins `faults`.
pub(super) fn changed(
    conn: &mut Connection,
    before: &Map<String, Value>,
    given: &Map<String, Value>,
    faults: &mut Vec<FieldError>,
) -> Result<Map<String, Value>> {
    let given = sound(fields::check(conn, Entity::Lead, given, Mode::Change), faults)?;
    Ok(fields::merge(before, given))
}

fn sound(checked: Result<Map<String, Value>>, faults: &mut Vec<FieldError>) -> Result<Map<String, Value>> {
    match checked {
        Err(error) if error.code == Code::Invalid => {
            faults.extend(error.errors);
            Ok(Map::new())
        }
        checked => checked,
    }
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
