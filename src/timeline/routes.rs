//! Timelines and the record page over HTTP.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use super::client360::{self, Client360};
use super::months::{self, MonthsQuery, TimelineMonths};
use super::page::{self, Line};
use super::{TimelineEntry, TimelineQuery, company};
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::companies::CompanyId;
use crate::contacts::{self, ContactId};
use crate::error::Result;
use crate::http::{Page, Query, Reply, Routes, handlers};
use crate::pipelines::LeadId;

/// Shows a client's timeline: interactions, notes, tasks, stage moves and changes in one order. A merged contact's has
/// moved to its survivor, whose line shows the facts of both.
#[utoipa::path(get, path = "/contacts/{id}/timeline", operation_id = "get_contact_timeline", tag = "timeline", security(("bearer" = ["contacts:read"])), params(("id" = ContactId, Path), TimelineQuery), responses((status = 200, body = Page<TimelineEntry>), (status = 301, description = "Merged: `Location` names the survivor")))]
async fn of_contact(
    actor: May<grants::ContactsRead>,
    app: Data<App>,
    id: Path<ContactId>,
    query: Query<TimelineQuery>,
    req: HttpRequest,
) -> Result<Reply> {
    let (id, filter) = (*id, query.0.parse()?);
    let parameters = req.query_string().to_owned();
    app.read(&actor, move |conn, by| {
        let client = contacts::store::visible(conn, by, id)?;
        if let Some(survivor) = client.merged_into {
            return Ok(contacts::moved(survivor, "timeline", &parameters));
        }
        let lines = contacts::cluster::line_of(conn, &client)?.into_iter().map(Line::Contact).collect();
        Reply::ok(&company::merged(conn, by, lines, &filter)?)
    })
    .await
}

/// Counts a client's whole timeline by month: touchpoints online and offline, and what is neither. Months without anything
/// are left out.
#[utoipa::path(get, path = "/contacts/{id}/timeline/months", operation_id = "get_contact_timeline_months", tag = "timeline", security(("bearer" = ["contacts:read"])), params(("id" = ContactId, Path), MonthsQuery), responses((status = 200, body = TimelineMonths), (status = 301, description = "Merged: `Location` names the survivor")))]
async fn months_of_contact(
    actor: May<grants::ContactsRead>,
    app: Data<App>,
    id: Path<ContactId>,
    query: Query<MonthsQuery>,
    req: HttpRequest,
) -> Result<Reply> {
    let (id, (filter, zone)) = (*id, query.0.parse()?);
    let parameters = req.query_string().to_owned();
    app.read(&actor, move |conn, by| {
        let client = contacts::store::visible(conn, by, id)?;
        if let Some(survivor) = client.merged_into {
            return Ok(contacts::moved(survivor, "timeline/months", &parameters));
        }
        let lines: Vec<Line> = contacts::cluster::line_of(conn, &client)?.into_iter().map(Line::Contact).collect();
        Reply::ok(&months::count(conn, by, &lines, &filter, zone)?)
    })
    .await
}

/// Shows the timelines of a company's people as one.
#[utoipa::path(get, path = "/companies/{id}/timeline", operation_id = "get_company_timeline", tag = "timeline", security(("bearer" = ["contacts:read"])), params(("id" = CompanyId, Path), TimelineQuery), responses((status = 200, body = Page<TimelineEntry>)))]
async fn of_company(
    actor: May<grants::ContactsRead>,
    app: Data<App>,
    id: Path<CompanyId>,
    query: Query<TimelineQuery>,
) -> Result<Reply> {
    let (id, filter) = (*id, query.0.parse()?);
    app.read(&actor, move |conn, by| Reply::ok(&company::page(conn, by, id, &filter)?)).await
}

/// Counts the whole timelines of a company's people by month, as for one client.
#[utoipa::path(get, path = "/companies/{id}/timeline/months", operation_id = "get_company_timeline_months", tag = "timeline", security(("bearer" = ["contacts:read"])), params(("id" = CompanyId, Path), MonthsQuery), responses((status = 200, body = TimelineMonths)))]
async fn months_of_company(
    actor: May<grants::ContactsRead>,
    app: Data<App>,
    id: Path<CompanyId>,
    query: Query<MonthsQuery>,
) -> Result<Reply> {
    let (id, (filter, zone)) = (*id, query.0.parse()?);
    app.read(&actor, move |conn, by| {
        let lines = company::lines(conn, by, id)?;
        Reply::ok(&months::count(conn, by, &lines, &filter, zone)?)
    })
    .await
}

/// Shows a lead's timeline: its own entries and those of its client that belong to no lead.
#[utoipa::path(get, path = "/leads/{id}/timeline", operation_id = "get_lead_timeline", tag = "timeline", security(("bearer" = ["contacts:read"])), params(("id" = LeadId, Path), TimelineQuery), responses((status = 200, body = Page<TimelineEntry>)))]
async fn of_lead(
    actor: May<grants::ContactsRead>,
    app: Data<App>,
    id: Path<LeadId>,
    query: Query<TimelineQuery>,
) -> Result<Reply> {
    let (id, filter) = (*id, query.0.parse()?);
    app.read(&actor, move |conn, by| {
        let lines = page::lines_of_lead(conn, by, id)?;
        Reply::ok(&company::merged(conn, by, lines, &filter)?)
    })
    .await
}

/// Shows a client's whole record page in one call.
#[utoipa::path(get, path = "/contacts/{id}/360", operation_id = "get_contact_360", tag = "timeline", security(("bearer" = ["contacts:read"])), params(("id" = ContactId, Path)), responses((status = 200, body = Client360), (status = 301, description = "Merged: `Location` names the survivor")))]
async fn record_page(actor: May<grants::ContactsRead>, app: Data<App>, id: Path<ContactId>) -> Result<Reply> {
    app.read(&actor, move |conn, by| {
        let client = client360::of(conn, by, *id)?;
        if client.contact.id != *id {
            return Ok(contacts::moved(client.contact.id, "360", ""));
        }
        Ok(Reply::ok(&client)?.version(client.contact.version))
    })
    .await
}

/// The routes of timelines.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: of_contact, months_of_contact, of_company, months_of_company, of_lead, record_page);
}
