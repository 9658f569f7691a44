//! Sales reports over HTTP.

use actix_web::web::Data;

use super::activity::{self, Activity, ActivityQuery};
use super::activity_facts::{self, ActivityFact, ActivityFactsQuery};
use super::closing::Closing;
use super::forecast::{self, Forecast};
use super::leads;
use super::outcome::{self, SalesReport};
use super::request::{ForecastQuery, SalesLeadsQuery, SalesQuery, StageTimesQuery};
use super::stages::{self, StageTimes};
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::error::{Problem, Result};
use crate::http::{Page, Query, Reply, Routes, handlers};
use crate::pipelines::leads::{LeadRow, rows};

/// Counts win rate, sales cycle, velocity, lost reasons and stale leads, beside those of another period where asked.
#[utoipa::path(get, path = "/reports/sales", operation_id = "get_sales", tag = "reports", security(("bearer" = ["reports:read"])), params(SalesQuery), responses((status = 200, body = SalesReport), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn sales(actor: May<grants::ReportsRead>, app: Data<App>, query: Query<SalesQuery>) -> Result<Reply> {
    app.report(&actor, move |conn, by| {
        let ask = query.0.ask(conn)?;
        Reply::ok(&outcome::report(conn, by, &ask, query.0.compare)?)
    })
    .await
}

/// Lists exactly the leads behind one number of the sales reports; `total` is that number.
#[utoipa::path(get, path = "/reports/sales/leads", operation_id = "list_sales_leads", tag = "reports", security(("bearer" = ["reports:read", "leads:read"])), params(SalesLeadsQuery), responses((status = 200, body = Page<LeadRow>), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn sales_leads(
    actor: May<(grants::ReportsRead, grants::LeadsRead)>,
    app: Data<App>,
    query: Query<SalesLeadsQuery>,
) -> Result<Reply> {
    app.report(&actor, move |conn, by| {
        let ask = query.0.ask(conn)?;
        let page = leads::behind(conn, by, &ask, &query.0)?;
        Reply::ok(&rows::named(conn, by, page)?)
    })
    .await
}

/// Estimates how long leads stay in each stage, those that are still there taken into account.
#[utoipa::path(get, path = "/reports/time-in-stage", operation_id = "get_time_in_stage", tag = "reports", security(("bearer" = ["reports:read"])), params(StageTimesQuery), responses((status = 200, body = StageTimes), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn stage_times(actor: May<grants::ReportsRead>, app: Data<App>, query: Query<StageTimesQuery>) -> Result<Reply> {
    app.report(&actor, move |conn, by| {
        let ask = query.0.ask(conn)?;
        Reply::ok(&stages::report(conn, by, &ask, query.0.compare)?)
    })
    .await
}

/// Forecasts what open leads bring, by month: weighted as the stages are configured, and by history.
#[utoipa::path(get, path = "/reports/forecast", operation_id = "get_forecast", tag = "reports", security(("bearer" = ["reports:read"])), params(ForecastQuery), responses((status = 200, body = Forecast), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn forecast_of(actor: May<grants::ReportsRead>, app: Data<App>, query: Query<ForecastQuery>) -> Result<Reply> {
    app.report(&actor, move |conn, by| {
        let ask = query.0.ask(conn)?;
        let closing = Closing::new(query.0.close_from, query.0.close_to)?;
        Reply::ok(&forecast::report(conn, by, &ask, closing, query.0.compare)?)
    })
    .await
}

/// Counts what each person did in a period.
#[utoipa::path(get, path = "/reports/activity", operation_id = "get_activity", tag = "reports", security(("bearer" = ["reports:read"])), params(ActivityQuery), responses((status = 200, body = Activity), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn activity_of(actor: May<grants::ReportsRead>, app: Data<App>, query: Query<ActivityQuery>) -> Result<Reply> {
    app.report(&actor, move |conn, by| Reply::ok(&activity::report(conn, by, &query.0)?)).await
}

/// What people's activity is made of.
type Facts = (grants::InteractionsRead, (grants::LeadsRead, grants::TasksRead));

/// Lists exactly what is behind one number of a person's activity, the newest first; `total` is that number.
#[utoipa::path(get, path = "/reports/activity/facts", operation_id = "list_activity_facts", tag = "reports", security(("bearer" = ["reports:read", "interactions:read", "leads:read", "tasks:read"])), params(ActivityFactsQuery), responses((status = 200, body = Page<ActivityFact>), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn facts_of_activity(
    actor: May<(grants::ReportsRead, Facts)>,
    app: Data<App>,
    query: Query<ActivityFactsQuery>,
) -> Result<Reply> {
    app.report(&actor, move |conn, by| Reply::ok(&activity_facts::behind(conn, by, &query.0)?)).await
}

/// The routes of sales reports.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: sales, sales_leads, stage_times, forecast_of, activity_of, facts_of_activity);
}
