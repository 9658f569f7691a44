//! Saved reports over HTTP.

use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::{NewSavedReport, SavedReport, SavedReportPatch};
use super::snapshots::{self, Snapshot, SnapshotId};
use super::{SavedReportId, run, store};
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::error::{Problem, Result};
use crate::http::{Body, IfMatch, Limit, Page, Post, Query, Reply, Routes, handlers};

/// A page of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    /// Where the previous page ended.
    cursor: Option<String>,
    /// Rows of a page.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Which saved reports.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SavedQuery {
    /// Those in the bin instead of those in use.
    deleted: Option<bool>,
    /// Where the previous page ended.
    cursor: Option<String>,
    /// Rows of a page.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Lists the saved reports that are the caller's or shared with their role.
#[utoipa::path(get, path = "/saved-reports", operation_id = "list_saved_reports", tag = "reports", security(("bearer" = ["reports:read"])), params(SavedQuery), responses((status = 200, body = Page<SavedReport>)))]
async fn list(actor: May<grants::ReportsRead>, app: Data<App>, query: Query<SavedQuery>) -> Result<Reply> {
    let SavedQuery { deleted, cursor, limit } = query.0;
    let (deleted, limit) = (deleted == Some(true), limit.get()?);
    app.read(&actor, move |conn, by| Reply::ok(&store::list(conn, by, deleted, cursor.as_deref(), limit)?)).await
}

/// Saves a report under a name.
#[utoipa::path(post, path = "/saved-reports", operation_id = "create_saved_report", tag = "reports", security(("bearer" = ["reports:write"])), request_body = NewSavedReport, responses((status = 201, body = SavedReport)))]
async fn create(actor: May<grants::ReportsWrite>, app: Data<App>, body: Post<NewSavedReport>) -> Result<Reply> {
    let Post { value, retry } = body;
    let wish = value.clone();
    app.report(&actor, move |conn, by| store::check_new(conn, by, &wish)).await?;
    app.write(&actor, retry, move |conn, by| {
        let report = store::insert(conn, by, &value)?;
        Ok(Reply::created(&report, format!("/api/v1/saved-reports/{}", report.id))?.version(report.version))
    })
    .await
}

/// Shows a saved report's parameters and sharing.
#[utoipa::path(get, path = "/saved-reports/{id}", operation_id = "get_saved_report", tag = "reports", security(("bearer" = ["reports:read"])), params(("id" = SavedReportId, Path)), responses((status = 200, body = SavedReport)))]
async fn show(actor: May<grants::ReportsRead>, app: Data<App>, id: Path<SavedReportId>) -> Result<Reply> {
    app.read(&actor, move |conn, by| {
        let report = store::find(conn, by, *id)?;
        Ok(Reply::ok(&report)?.version(report.version))
    })
    .await
}

/// Changes a saved report: its owner may, and whoever leads. Snapshots stay as they were.
#[utoipa::path(patch, path = "/saved-reports/{id}", operation_id = "update_saved_report", tag = "reports", security(("bearer" = ["reports:write"])), params(("id" = SavedReportId, Path), ("If-Match" = Option<String>, Header)), request_body = SavedReportPatch, responses((status = 200, body = SavedReport)))]
async fn update(
    actor: May<grants::ReportsWrite>,
    app: Data<App>,
    id: Path<SavedReportId>,
    expected: IfMatch,
    body: Body<SavedReportPatch>,
) -> Result<Reply> {
    let (id, expected, patch) = (*id, expected.expected(actor.is_person())?, body.0.clone());
    app.report(&actor, move |conn, by| store::check_change(conn, by, id, &patch)).await?;
    app.write(&actor, None, move |conn, by| {
        let report = store::update(conn, by, id, expected, &body.0)?;
        Ok(Reply::ok(&report)?.version(report.version))
    })
    .await
}

/// Puts a saved report into the bin; its snapshots stay.
#[utoipa::path(delete, path = "/saved-reports/{id}", operation_id = "delete_saved_report", tag = "reports", security(("bearer" = ["reports:write"])), params(("id" = SavedReportId, Path), ("If-Match" = Option<String>, Header)), responses((status = 204)))]
async fn remove(
    actor: May<grants::ReportsWrite>,
    app: Data<App>,
    id: Path<SavedReportId>,
    expected: IfMatch,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write(&actor, None, move |conn, by| {
        store::delete(conn, by, id, expected)?;
        Ok(Reply::no_content())
    })
    .await
}

/// Takes a saved report out of the bin, with its snapshots; the next is due at the end of the period that it is in now.
#[utoipa::path(post, path = "/saved-reports/{id}/restore", operation_id = "restore_saved_report", tag = "reports", security(("bearer" = ["reports:write"])), params(("id" = SavedReportId, Path)), responses((status = 200, body = SavedReport)))]
async fn restore(actor: May<grants::ReportsWrite>, app: Data<App>, id: Path<SavedReportId>) -> Result<Reply> {
    app.write(&actor, None, move |conn, by| {
        let report = store::restore(conn, by, *id)?;
        Ok(Reply::ok(&report)?.version(report.version))
    })
    .await
}

/// Counts a saved report as it is now, as the caller sees it: what the report's own endpoint answers. One with a schedule is
/// counted for the period it is in.
#[utoipa::path(get, path = "/saved-reports/{id}/run", operation_id = "run_saved_report", tag = "reports", security(("bearer" = ["reports:read"])), params(("id" = SavedReportId, Path)), responses((status = 200, body = Object), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn run_now(actor: May<grants::ReportsRead>, app: Data<App>, id: Path<SavedReportId>) -> Result<Reply> {
    app.report(&actor, move |conn, by| {
        let report = store::find(conn, by, *id)?;
        Reply::ok(&run::run(conn, by, report.kind, &store::asked_now(&report))?)
    })
    .await
}

/// Lists the snapshots of a saved report, the newest first: those counted over nothing that the caller does not see.
#[utoipa::path(get, path = "/saved-reports/{id}/snapshots", operation_id = "list_report_snapshots", tag = "reports", security(("bearer" = ["reports:read"])), params(("id" = SavedReportId, Path), PageQuery), responses((status = 200, body = Page<Snapshot>)))]
async fn list_snapshots(
    actor: May<grants::ReportsRead>,
    app: Data<App>,
    id: Path<SavedReportId>,
    query: Query<PageQuery>,
) -> Result<Reply> {
    let limit = query.0.limit.get()?;
    app.read(&actor, move |conn, by| Reply::ok(&snapshots::list(conn, by, *id, query.0.cursor.as_deref(), limit)?))
        .await
}

/// Takes a snapshot of a saved report now, as the caller sees it; it is shown to those who see as much.
#[utoipa::path(post, path = "/saved-reports/{id}/snapshots", operation_id = "create_report_snapshot", tag = "reports", security(("bearer" = ["reports:write"])), params(("id" = SavedReportId, Path)), responses((status = 201, body = Snapshot)))]
async fn take_snapshot(actor: May<grants::ReportsWrite>, app: Data<App>, id: Path<SavedReportId>) -> Result<Reply> {
    let snapshot = app.report(&actor, move |conn, by| snapshots::counted(conn, by, *id)).await?;
    app.write(&actor, None, move |conn, _| {
        snapshots::keep(conn, &snapshot)?;
        Reply::created(&snapshot, format!("/api/v1/report-snapshots/{}", snapshot.id))
    })
    .await
}

/// Shows a snapshot. One that was counted over records the caller does not see is as good as absent.
#[utoipa::path(get, path = "/report-snapshots/{id}", operation_id = "get_report_snapshot", tag = "reports", security(("bearer" = ["reports:read"])), params(("id" = SnapshotId, Path)), responses((status = 200, body = Snapshot)))]
async fn show_snapshot(actor: May<grants::ReportsRead>, app: Data<App>, id: Path<SnapshotId>) -> Result<Reply> {
    app.read(&actor, move |conn, by| Reply::ok(&snapshots::find(conn, by, *id)?)).await
}

/// The routes of saved reports.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: list, create, show, update, remove, restore, run_now);
    handlers!(cfg: list_snapshots, take_snapshot, show_snapshot);
}
