//! The routes of funnels.

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT;
use actix_web::web::Data;

use super::answer::{self, Report};
use super::request::{Format, FunnelQuery, LeadsQuery};
use super::table;
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::error::{Problem, Result};
use crate::http::{Page, Query, Reply, Routes, handlers};
use crate::pipelines::leads::{LeadRow, rows};

/// Counts how the leads that entered in a period went on, step by step.
#[utoipa::path(get, path = "/reports/funnel", operation_id = "get_funnel", tag = "reports", security(("bearer" = ["reports:read"])), params(FunnelQuery), responses((status = 200, content((Report = "application/json"), (String = "text/csv"))), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn show(
    actor: May<grants::ReportsRead>,
    app: Data<App>,
    query: Query<FunnelQuery>,
    req: HttpRequest,
) -> Result<Reply> {
    let accept = req.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepted = if accept.trim_start().starts_with("text/csv") { Format::Csv } else { Format::Json };
    let format = query.0.format.unwrap_or(accepted);
    app.report(&actor, move |conn, by| {
        let funnel = query.0.ask().funnel(conn)?;
        let report = answer::report(conn, by, &funnel, query.0.compare)?;
        match format {
            Format::Json => Reply::ok(&report),
            Format::Csv => Ok(Reply::raw("text/csv", table::csv(&report)?.into())),
        }
    })
    .await
}

/// Lists exactly the leads behind one number of a funnel; `total` is that number.
#[utoipa::path(get, path = "/reports/funnel/leads", operation_id = "list_funnel_leads", tag = "reports", security(("bearer" = ["reports:read", "leads:read"])), params(LeadsQuery), responses((status = 200, body = Page<LeadRow>), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn leads(
    actor: May<(grants::ReportsRead, grants::LeadsRead)>,
    app: Data<App>,
    query: Query<LeadsQuery>,
) -> Result<Reply> {
    app.report(&actor, move |conn, by| {
        let funnel = query.0.ask().funnel(conn)?;
        let page = answer::leads_behind(conn, by, &funnel, &query.0)?;
        Reply::ok(&rows::named(conn, by, page)?)
    })
    .await
}

/// The routes of funnels.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: show, leads);
    cfg.configure(super::journey::routes);
}
