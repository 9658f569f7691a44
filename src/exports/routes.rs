//! `/api/v1/exports`: the lists of the API as files, by the same filters, for those who may read them there.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::lists::companies::Companies;
use super::lists::contacts::Contacts;
use super::lists::funnel::{Steps, leads_behind};
use super::lists::interactions::Interactions;
use super::lists::journey::{self, SavedNumber, Steps as JourneySteps};
use super::lists::leads::Leads;
use super::lists::reports::Parts;
use super::lists::tasks::Tasks;
use super::lists::timeline::Timeline;
use super::request::{Asked, FormQuery, Reported, ZoneQuery, no_custom};
use super::{archive, stream};
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::companies::filter::CompanyQuery;
use crate::contacts::ContactId;
use crate::contacts::filter::ContactQuery;
use crate::error::{Problem, Result};
use crate::funnel::{FunnelTable, JourneyInput, JourneyNumberInput, LeadsQuery};
use crate::http::{Body, Routes, handlers};
use crate::interactions::list::InteractionQuery;
use crate::interactions::tasks::list::TaskQuery;
use crate::pipelines::leads::filter::LeadQuery;
use crate::reports::{SavedReportId, SnapshotId};
use crate::timeline::TimelineQuery;

/// Exports contacts, the newest first; of merged ones the survivor.
#[utoipa::path(get, path = "/exports/contacts", operation_id = "export_contacts", tag = "exports", security(("bearer" = ["exports:run", "contacts:read"])), params(ContactQuery, FormQuery, ZoneQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (String = "text/vcard"))), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn contacts(
    actor: May<(grants::ExportsRun, grants::ContactsRead)>,
    app: Data<App>,
    asked: Asked<ContactQuery>,
) -> Result<HttpResponse> {
    let Asked { form, filter, custom, text } = asked;
    let region = app.config.region.clone();
    let open = move |conn: &mut _, by: &_| Contacts::new(conn, by, filter, custom, region);
    stream::answer(&app, &actor, ("contacts", text, form), None, open).await
}

/// Exports companies, the newest first.
#[utoipa::path(get, path = "/exports/companies", operation_id = "export_companies", tag = "exports", security(("bearer" = ["exports:run", "companies:read"])), params(CompanyQuery, FormQuery, ZoneQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
async fn companies(
    actor: May<(grants::ExportsRun, grants::CompaniesRead)>,
    app: Data<App>,
    asked: Asked<CompanyQuery>,
) -> Result<HttpResponse> {
    let Asked { form, filter, custom, text } = asked;
    let region = app.config.region.clone();
    let open = move |conn: &mut _, by: &_| Companies::new(conn, by, filter, custom, region);
    stream::answer(&app, &actor, ("companies", text, form), None, open).await
}

/// Exports leads, the newest first, each with its client and when it entered which stage.
#[utoipa::path(get, path = "/exports/leads", operation_id = "export_leads", tag = "exports", security(("bearer" = ["exports:run", "leads:read"])), params(LeadQuery, FormQuery, ZoneQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn leads(
    actor: May<(grants::ExportsRun, grants::LeadsRead)>,
    app: Data<App>,
    asked: Asked<LeadQuery>,
) -> Result<HttpResponse> {
    let Asked { form, filter, custom, text } = asked;
    let open = move |conn: &mut _, by: &_| Leads::filtered(conn, by, filter, custom);
    stream::answer(&app, &actor, ("leads", text, form), None, open).await
}

/// Exports interactions, the newest first.
#[utoipa::path(get, path = "/exports/interactions", operation_id = "export_interactions", tag = "exports", security(("bearer" = ["exports:run", "interactions:read"])), params(InteractionQuery, FormQuery, ZoneQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
async fn interactions(
    actor: May<(grants::ExportsRun, grants::InteractionsRead)>,
    app: Data<App>,
    asked: Asked<InteractionQuery>,
) -> Result<HttpResponse> {
    let Asked { form, filter, custom, text } = asked;
    no_custom(&custom)?;
    let open = move |conn: &mut _, by: &_| Interactions::new(conn, by, filter);
    stream::answer(&app, &actor, ("interactions", text, form), None, open).await
}

/// Exports tasks, the first due first; those without a due time come last.
#[utoipa::path(get, path = "/exports/tasks", operation_id = "export_tasks", tag = "exports", security(("bearer" = ["exports:run", "tasks:read"])), params(TaskQuery, FormQuery, ZoneQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
async fn tasks(
    actor: May<(grants::ExportsRun, grants::TasksRead)>,
    app: Data<App>,
    asked: Asked<TaskQuery>,
) -> Result<HttpResponse> {
    let Asked { form, filter, custom, text } = asked;
    no_custom(&custom)?;
    let open = move |conn: &mut _, by: &_| Tasks::new(conn, by, filter);
    stream::answer(&app, &actor, ("tasks", text, form), None, open).await
}

/// Exports a client's timeline; of a merged contact that of its survivor.
#[utoipa::path(get, path = "/exports/contacts/{id}/timeline", operation_id = "export_contact_timeline", tag = "exports", security(("bearer" = ["exports:run", "contacts:read"])), params(("id" = ContactId, Path), TimelineQuery, FormQuery, ZoneQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
async fn timeline(
    actor: May<(grants::ExportsRun, grants::ContactsRead)>,
    app: Data<App>,
    id: Path<ContactId>,
    asked: Asked<TimelineQuery>,
) -> Result<HttpResponse> {
    let (id, Asked { form, filter, custom, text }) = (*id, asked);
    no_custom(&custom)?;
    let open = move |conn: &mut _, by: &_| Timeline::new(conn, by, id, filter);
    stream::answer(&app, &actor, ("timeline", text, form), Some(id.0), open).await
}

/// Exports a funnel's numbers: a row for each part of the cohort, mode and step.
#[utoipa::path(get, path = "/exports/funnel", operation_id = "export_funnel", tag = "exports", security(("bearer" = ["exports:run", "reports:read"])), params(FunnelTable, FormQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn funnel_steps(
    actor: May<(grants::ExportsRun, grants::ReportsRead)>,
    app: Data<App>,
    asked: Reported<FunnelTable>,
) -> Result<HttpResponse> {
    let Asked { form, filter, custom, text } = asked.0;
    no_custom(&custom)?;
    let open = move |conn: &mut _, by: &_| Steps::new(conn, by, &filter);
    stream::answer(&app, &actor, ("funnel", text, form), None, open).await
}

/// Exports exactly the leads behind one number of a funnel, in the order of their entry to the first step.
#[utoipa::path(get, path = "/exports/funnel/leads", operation_id = "export_funnel_leads", tag = "exports", security(("bearer" = ["exports:run", "reports:read"])), params(LeadsQuery, FormQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn funnel_leads(
    actor: May<(grants::ExportsRun, grants::ReportsRead)>,
    app: Data<App>,
    asked: Reported<LeadsQuery>,
) -> Result<HttpResponse> {
    let Asked { form, filter, custom, text } = asked.0;
    no_custom(&custom)?;
    let open = move |conn: &mut _, by: &_| leads_behind(conn, by, &filter);
    stream::answer(&app, &actor, ("funnel_leads", text, form), None, open).await
}

/// Exports a journey's numbers: a row for each step.
#[utoipa::path(post, path = "/exports/journey", operation_id = "export_journey", tag = "exports", security(("bearer" = ["exports:run", "reports:read"])), params(FormQuery, ZoneQuery), request_body = JourneyInput, responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
async fn journey_steps(
    actor: May<(grants::ExportsRun, grants::ReportsRead)>,
    app: Data<App>,
    asked: Asked<Nothing>,
    body: Body<JourneyInput>,
) -> Result<HttpResponse> {
    let Asked { form, custom, text, .. } = asked;
    no_custom(&custom)?;
    let open = move |conn: &mut _, by: &_| JourneySteps::new(conn, by, &body.0);
    stream::answer(&app, &actor, ("journey", text, form), None, open).await
}

/// Exports exactly the clients behind one number of a journey, in the order of their first step.
#[utoipa::path(post, path = "/exports/journey/clients", operation_id = "export_journey_clients", tag = "exports", security(("bearer" = ["exports:run", "reports:read", "contacts:read"])), params(FormQuery, ZoneQuery), request_body = JourneyNumberInput, responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
async fn journey_clients(
    actor: May<(grants::ExportsRun, (grants::ReportsRead, grants::ContactsRead))>,
    app: Data<App>,
    asked: Asked<Nothing>,
    body: Body<JourneyNumberInput>,
) -> Result<HttpResponse> {
    let Asked { form, custom, text, .. } = asked;
    no_custom(&custom)?;
    let open = move |conn: &mut _, by: &_| journey::clients(conn, by, &body.0);
    stream::answer(&app, &actor, ("journey_clients", text, form), None, open).await
}

/// Exports exactly the clients behind one number of a journey that was saved as a report, in the order of their first step.
#[utoipa::path(get, path = "/exports/journey/clients", operation_id = "export_saved_journey_clients", tag = "exports", security(("bearer" = ["exports:run", "reports:read", "contacts:read"])), params(SavedNumber, FormQuery, ZoneQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), (status = 404, body = Problem, content_type = "application/problem+json", description = "A problem: not_found"), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn saved_journey_clients(
    actor: May<(grants::ExportsRun, (grants::ReportsRead, grants::ContactsRead))>,
    app: Data<App>,
    asked: Asked<SavedNumber>,
) -> Result<HttpResponse> {
    let Asked { form, filter, custom, text } = asked;
    no_custom(&custom)?;
    let open = move |conn: &mut _, by: &_| journey::saved_clients(conn, by, filter);
    stream::answer(&app, &actor, ("journey_clients", text, form), None, open).await
}

/// Nothing but the form of the file.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Exports a saved report as it is now: a row for each of its parts.
#[utoipa::path(get, path = "/exports/saved-reports/{id}", operation_id = "export_saved_report", tag = "exports", security(("bearer" = ["exports:run", "reports:read"])), params(("id" = SavedReportId, Path), FormQuery, ZoneQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn saved_report(
    actor: May<(grants::ExportsRun, grants::ReportsRead)>,
    app: Data<App>,
    id: Path<SavedReportId>,
    asked: Asked<Nothing>,
) -> Result<HttpResponse> {
    let (id, Asked { form, custom, text, .. }) = (*id, asked);
    no_custom(&custom)?;
    let open = move |conn: &mut _, by: &_| Parts::now(conn, by, id);
    stream::answer(&app, &actor, ("saved_report", text, form), None, open).await
}

/// Exports a report as a snapshot kept it.
#[utoipa::path(get, path = "/exports/report-snapshots/{id}", operation_id = "export_report_snapshot", tag = "exports", security(("bearer" = ["exports:run", "reports:read"])), params(("id" = SnapshotId, Path), FormQuery, ZoneQuery), responses((status = 200, content((String = "text/csv"), (Value = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
async fn report_snapshot(
    actor: May<(grants::ExportsRun, grants::ReportsRead)>,
    app: Data<App>,
    id: Path<SnapshotId>,
    asked: Asked<Nothing>,
) -> Result<HttpResponse> {
    let (id, Asked { form, custom, text, .. }) = (*id, asked);
    no_custom(&custom)?;
    let open = move |conn: &mut _, by: &_| Parts::kept(conn, by, id);
    stream::answer(&app, &actor, ("report_snapshot", text, form), None, open).await
}

/// What a caller must be allowed to be given all that is known about a person.
type Everything =
    (grants::ExportsRun, ((grants::ContactsRead, grants::LeadsRead), (grants::InteractionsRead, grants::TasksRead)));

/// Gives everything that is known about one person as a ZIP file: for whoever asks what is stored about them.
#[utoipa::path(get, path = "/contacts/{id}/archive", operation_id = "get_contact_archive", tag = "exports", security(("bearer" = ["exports:run", "contacts:read", "leads:read", "interactions:read", "tasks:read"])), params(("id" = ContactId, Path)), responses((status = 200, content_type = "application/zip", body = String)))]
async fn person(actor: May<Everything>, app: Data<App>, id: Path<ContactId>) -> Result<HttpResponse> {
    archive::answer(&app, &actor, *id).await
}

/// The routes of exports.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: contacts, companies, leads, interactions, tasks);
    handlers!(cfg: timeline, funnel_steps, funnel_leads, journey_steps, journey_clients, saved_journey_clients);
    handlers!(cfg: saved_report, report_snapshot, person);
}
