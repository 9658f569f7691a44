//! Leads as lists and boards show them: with the names of whom they are about.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::openapi::{RefOr, schema::Schema};
use utoipa::{PartialSchema, ToSchema};

use super::Lead;
use crate::accounts::Principal;
use crate::companies;
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::contacts::names::{self, Shown, Told};
use crate::db::Connection;
use crate::error::Result;
use crate::http::{Page, describe};

/// A lead in a list.
#[derive(Debug, Clone, Serialize)]
pub struct LeadRow {
    #[serde(flatten)]
    lead: Lead,
    #[serde(flatten)]
    client: Told,
    company_name: Option<String>,
}

impl PartialSchema for LeadRow {
    fn schema() -> RefOr<Schema> {
        let [name, phone, email] = names::DESCRIBED;
        let texts = [name, phone, email, ("company_name", "The company's name.")];
        describe::with_texts(Lead::schema(), "A lead in a list.", &texts)
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
    let clients = names::shown(conn, by, page.items.iter().map(|lead| lead.contact_id))?;
    let companies = companies::store::names(conn, page.items.iter().map(|lead| lead.company_id))?;
    Ok(page.map(|lead| row(lead, &clients, &companies)))
}

/// [`named`] for one lead.
///
/// # Errors
/// The database is away.
pub fn named_one(conn: &mut Connection, by: &Principal, lead: Lead) -> Result<LeadRow> {
    let clients = names::shown(conn, by, std::iter::once(lead.contact_id))?;
    let companies = companies::store::names(conn, std::iter::once(lead.company_id))?;
    Ok(row(lead, &clients, &companies))
}

fn row(lead: Lead, clients: &HashMap<ContactId, Shown>, companies: &HashMap<CompanyId, String>) -> LeadRow {
    LeadRow {
        client: Told::of(clients.get(&lead.contact_id)),
        company_name: lead.company_id.and_then(|id| companies.get(&id).cloned()),
        lead,
    }
}
