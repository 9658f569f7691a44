//! `/api/v1/exports`: the lists of the API as files, by the same filters, for those who may read them there.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};

use super::lists::companies::Companies;
use super::lists::contacts::Contacts;
use super::lists::funnel::{Steps, leads_behind};
use super::lists::interactions::Interactions;
use super::lists::leads::Leads;
use super::lists::tasks::Tasks;
use super::lists::timeline::Timeline;
use super::request::{Asked, FormQuery, Reported, ZoneQuery, no_custom};
use super::{archive, stream};
use crate::accounts::May;
use crate::accounts::permissions::{Permission, grants};
use crate::app::App;
use crate::companies::filter::CompanyQuery;
use crate::contacts::ContactId;
use crate::contacts::filter::ContactQuery;
use crate::error::{Problem, Result};
use crate::funnel::{FunnelTable, LeadsQuery};
use crate::http::Routes;
use crate::interactions::list::InteractionQuery;
use crate::interactions::tasks::list::TaskQuery;
use crate::pipelines::leads::filter::LeadQuery;
use crate::timeline::TimelineQuery;

/// Exports contacts, the newest first; of merged ones the survivor.
#[utoipa::path(operation_id = "export_contacts", tag = "exports", security(("bearer" = ["exports:run"])), params(ContactQuery, FormQuery, ZoneQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (String = "text/vcard"))), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
#[get("/exports/contacts")]
async fn contacts(actor: May<grants::ExportsRun>, app: Data<App>, asked: Asked<ContactQuery>) -> Result<HttpResponse> {
    actor.require(Permission::ContactsRead)?;
    let Asked { form, filter, custom, text } = asked;
    let region = app.config.region.clone();
    let open = move |conn: &mut _, by: &_| Contacts::new(conn, by, filter, custom, region);
    stream::answer(&app, &actor, ("contacts", text, form), None, open).await
}

/// Exports companies, the newest first.
#[utoipa::path(operation_id = "export_companies", tag = "exports", security(("bearer" = ["exports:run"])), params(CompanyQuery, FormQuery, ZoneQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/exports/companies")]
async fn companies(actor: May<grants::ExportsRun>, app: Data<App>, asked: Asked<CompanyQuery>) -> Result<HttpResponse> {
    actor.require(Permission::CompaniesRead)?;
    let Asked { form, filter, custom, text } = asked;
    let region = app.config.region.clone();
    let open = move |conn: &mut _, _: &_| Companies::new(conn, filter, custom, region);
    stream::answer(&app, &actor, ("companies", text, form), None, open).await
}

/// Exports leads, the newest first, each with its client and when it entered which stage.
#[utoipa::path(operation_id = "export_leads", tag = "exports", security(("bearer" = ["exports:run"])), params(LeadQuery, FormQuery, ZoneQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
#[get("/exports/leads")]
async fn leads(actor: May<grants::ExportsRun>, app: Data<App>, asked: Asked<LeadQuery>) -> Result<HttpResponse> {
    actor.require(Permission::LeadsRead)?;
    let Asked { form, filter, custom, text } = asked;
    let open = move |conn: &mut _, by: &_| Leads::filtered(conn, by, filter, custom);
    stream::answer(&app, &actor, ("leads", text, form), None, open).await
}

/// Exports interactions, the newest first.
#[utoipa::path(operation_id = "export_interactions", tag = "exports", security(("bearer" = ["exports:run"])), params(InteractionQuery, FormQuery, ZoneQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/exports/interactions")]
async fn interactions(
    actor: May<grants::ExportsRun>,
    app: Data<App>,
    asked: Asked<InteractionQuery>,
) -> Result<HttpResponse> {
    actor.require(Permission::InteractionsRead)?;
    let Asked { form, filter, custom, text } = asked;
    no_custom(&custom)?;
    let open = move |conn: &mut _, by: &_| Interactions::new(conn, by, filter);
    stream::answer(&app, &actor, ("interactions", text, form), None, open).await
}

/// Exports tasks, the first due first; those without a due time come last.
#[utoipa::path(operation_id = "export_tasks", tag = "exports", security(("bearer" = ["exports:run"])), params(TaskQuery, FormQuery, ZoneQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/exports/tasks")]
async fn tasks(actor: May<grants::ExportsRun>, app: Data<App>, asked: Asked<TaskQuery>) -> Result<HttpResponse> {
    actor.require(Permission::TasksRead)?;
    let Asked { form, filter, custom, text } = asked;
    no_custom(&custom)?;
    let open = move |conn: &mut _, by: &_| Tasks::new(conn, by, filter);
    stream::answer(&app, &actor, ("tasks", text, form), None, open).await
}

/// Exports a client's timeline; of a merged contact that of its survivor.
#[utoipa::path(operation_id = "export_contact_timeline", tag = "exports", security(("bearer" = ["exports:run"])), params(("id" = ContactId, Path), TimelineQuery, FormQuery, ZoneQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/exports/contacts/{id}/timeline")]
async fn timeline(
    actor: May<grants::ExportsRun>,
    app: Data<App>,
    id: Path<ContactId>,
    asked: Asked<TimelineQuery>,
) -> Result<HttpResponse> {
    actor.require(Permission::ContactsRead)?;
    let (id, Asked { form, filter, custom, text }) = (*id, asked);
    no_custom(&custom)?;
    let open = move |conn: &mut _, by: &_| Timeline::new(conn, by, id, filter);
    stream::answer(&app, &actor, ("timeline", text, form), Some(id.0), open).await
}

/// Exports a funnel's numbers: a row for each part of the cohort, mode and step.
#[utoipa::path(operation_id = "export_funnel", tag = "exports", security(("bearer" = ["exports:run"])), params(FunnelTable, FormQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/exports/funnel")]
async fn funnel(actor: May<grants::ExportsRun>, app: Data<App>, asked: Reported<FunnelTable>) -> Result<HttpResponse> {
    actor.require(Permission::ReportsRead)?;
    let Asked { form, filter, custom, text } = asked.0;
    no_custom(&custom)?;
    let open = move |conn: &mut _, by: &_| Steps::new(conn, by, &filter);
    stream::answer(&app, &actor, ("funnel", text, form), None, open).await
}

/// Exports exactly the leads behind one number of a funnel, in the order of their entry to the first step.
#[utoipa::path(operation_id = "export_funnel_leads", tag = "exports", security(("bearer" = ["exports:run"])), params(LeadsQuery, FormQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/exports/funnel/leads")]
async fn funnel_leads(
    actor: May<grants::ExportsRun>,
    app: Data<App>,
    asked: Reported<LeadsQuery>,
) -> Result<HttpResponse> {
    actor.require(Permission::ReportsRead)?;
    let Asked { form, filter, custom, text } = asked.0;
    no_custom(&custom)?;
    let open = move |conn: &mut _, by: &_| leads_behind(conn, by, &filter);
    stream::answer(&app, &actor, ("funnel_leads", text, form), None, open).await
}

/// Gives everything that is known about one person as a ZIP file: for whoever asks what is stored about them.
#[utoipa::path(operation_id = "get_contact_archive", tag = "exports", security(("bearer" = ["exports:run"])), params(("id" = ContactId, Path)), responses((status = 200, content_type = "application/zip", body = String)))]
#[get("/contacts/{id}/archive")]
async fn person(actor: May<grants::ExportsRun>, app: Data<App>, id: Path<ContactId>) -> Result<HttpResponse> {
    for part in archive::NEEDS {
        actor.require(part)?;
    }
    archive::answer(&app, &actor, *id).await
}

/// The routes of exports.
pub fn routes(cfg: &mut Routes) {
    cfg.service(contacts).service(companies).service(leads).service(interactions).service(tasks);
    cfg.service(timeline).service(funnel).service(funnel_leads).service(person);
}
