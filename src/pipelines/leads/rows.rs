//! Leads as lists and boards show them: with the names of whom they are about.

use serde::Serialize;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{RefOr, schema::SchemaType};
use utoipa::{PartialSchema, ToSchema};

use super::Lead;
use crate::accounts::Principal;
use crate::db::Connection;
use crate::error::Result;
use crate::http::Page;
use crate::{companies, contacts};

/// A lead in a list.
#[derive(Debug, Clone, Serialize)]
pub struct LeadRow {
    #[serde(flatten)]
    lead: Lead,
    contact_name: Option<String>,
    company_name: Option<String>,
}

/// The description of a [`Lead`] with two fields more: one object, which all makers of clients understand.
impl PartialSchema for LeadRow {
    fn schema() -> RefOr<Schema> {
        let name = |about: &str| {
            let kind = SchemaType::from_iter([Type::String, Type::Null]);
            ObjectBuilder::new().schema_type(kind).description(Some(about.to_owned()))
        };
        let RefOr::T(Schema::Object(mut row)) = Lead::schema() else { return Lead::schema() };
        row.description = Some("A lead in a list.".to_owned());
        let about = "The client's name; `null` where the caller does not see the client, or it is deleted.";
        row.properties.insert("contact_name".to_owned(), name(about).into());
        row.properties.insert("company_name".to_owned(), name("The company's name.").into());
        RefOr::T(Schema::Object(row))
    }
}

impl ToSchema for LeadRow {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Lead::schemas(schemas);
    }
}

/// The same page with the names of clients and companies, looked up for all rows at once.
///
/// # Errors
/// The database is away.
pub fn named(conn: &mut Connection, by: &Principal, page: Page<Lead>) -> Result<Page<LeadRow>> {
    let clients = contacts::names::shown(conn, &by.scope, page.items.iter().map(|lead| lead.contact_id))?;
    let companies = companies::store::names(conn, page.items.iter().map(|lead| lead.company_id))?;
    Ok(page.map(|lead| LeadRow {
        contact_name: clients.get(&lead.contact_id).map(|client| client.name.clone()),
        company_name: lead.company_id.and_then(|id| companies.get(&id).cloned()),
        lead,
    }))
}
