//! Journeys over HTTP.

use actix_web::web::Data;

use super::answer::{self, JourneyReport};
use super::behind::{self, JourneyClientsInput, JourneyFact, JourneyFactsInput};
use super::model::JourneyInput;
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::contacts::Contact;
use crate::error::{Problem, Result};
use crate::http::{Body, Page, Reply, Routes, handlers};

/// Counts how the clients that took the first step in a period went on: touchpoints and stages in one funnel.
#[utoipa::path(post, path = "/reports/journey", operation_id = "count_journey", tag = "reports", security(("bearer" = ["reports:read"])), request_body = JourneyInput, responses((status = 200, body = JourneyReport), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn count(actor: May<grants::ReportsRead>, app: Data<App>, body: Body<JourneyInput>) -> Result<Reply> {
    app.report(&actor, move |conn, by| {
        let journey = body.0.parse(conn)?;
        Reply::ok(&answer::report(conn, by, &journey)?)
    })
    .await
}

/// Lists exactly the clients behind one number of a journey; `total` is that number.
#[utoipa::path(post, path = "/reports/journey/clients", operation_id = "list_journey_clients", tag = "reports", security(("bearer" = ["reports:read", "contacts:read"])), request_body = JourneyClientsInput, responses((status = 200, body = Page<Contact>), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn clients(
    actor: May<(grants::ReportsRead, grants::ContactsRead)>,
    app: Data<App>,
    body: Body<JourneyClientsInput>,
) -> Result<Reply> {
    app.report(&actor, move |conn, by| Reply::ok(&behind::clients(conn, by, &body.0)?)).await
}

/// Lists the touchpoints and entries to stages by which clients took a step; `total` is the step's number.
#[utoipa::path(post, path = "/reports/journey/facts", operation_id = "list_journey_facts", tag = "reports", security(("bearer" = ["reports:read", "interactions:read", "leads:read"])), request_body = JourneyFactsInput, responses((status = 200, body = Page<JourneyFact>), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn facts(
    actor: May<(grants::ReportsRead, (grants::InteractionsRead, grants::LeadsRead))>,
    app: Data<App>,
    body: Body<JourneyFactsInput>,
) -> Result<Reply> {
    app.report(&actor, move |conn, by| Reply::ok(&behind::facts(conn, by, &body.0)?)).await
}

/// The routes of journeys.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: count, clients, facts);
}
