//! Sample data over HTTP.

use actix_web::web::Data;

use super::kept::{self, SampleData, SampleRemoved};
use super::{made, remove};
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::error::{Problem, Result};
use crate::http::{Reply, Routes, handlers};

/// Tells whether there is sample data, and what people have entered about its contacts.
#[utoipa::path(get, path = "/sample-data", operation_id = "get_sample_data", tag = "sample data", security(("bearer" = ["sample-data:manage"])), responses((status = 200, body = SampleData)))]
async fn show(actor: May<grants::SampleDataManage>, app: Data<App>) -> Result<Reply> {
    app.read(&actor, |conn, _| Reply::ok(&kept::shown(conn)?)).await
}

/// Makes sample data: some sixty clients with companies, leads in a pipeline of their own, tasks and a history, all of it
/// the caller's, or nobody's where that is a program. Contacts and companies bear the tag `sample`. Changes are told like
/// any others.
#[utoipa::path(post, path = "/sample-data", operation_id = "create_sample_data", tag = "sample data", security(("bearer" = ["sample-data:manage"])), responses((status = 201, body = SampleData)))]
async fn create(actor: May<grants::SampleDataManage>, app: Data<App>) -> Result<Reply> {
    made::make(&app, &actor).await
}

/// Removes the sample data for good, with all that was entered about its contacts since. What people entered otherwise
/// stays, and so does what it depends on: a contact that was merged with another one, a company that others work for, a
/// pipeline that other leads are in. Where this was broken off, it goes on.
#[utoipa::path(delete, path = "/sample-data", operation_id = "delete_sample_data", tag = "sample data", security(("bearer" = ["sample-data:manage"])), responses((status = 200, body = SampleRemoved), (status = 404, body = Problem, content_type = "application/problem+json", description = "A problem: not_found")))]
async fn remove_all(actor: May<grants::SampleDataManage>, app: Data<App>) -> Result<Reply> {
    remove::remove(&app, &actor).await
}

/// The routes of sample data.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: show, create, remove_all);
}
