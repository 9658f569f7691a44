//! `/api/v1/companies`.

use actix_web::web::{Data, Path};
use utoipa::PartialSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, Schema};

use super::filter::{self, CompanyQuery};
use super::model::{Company, CompanyInput};
use super::upsert::{self, Item};
use super::{CompanyId, bin, store};
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::contacts::{self, ExternalId};
use crate::error::Result;
use crate::http::batch::{self, UpsertResults, describe_item};
use crate::http::{Body, Ids, IfMatch, ListQuery, Page, Parts, Post, Reply, Routes, SeenIds, handlers};

/// [`CompanyInput`] with its name, in the API's description.
struct NewCompany;

impl utoipa::PartialSchema for NewCompany {
    fn schema() -> RefOr<Schema> {
        let mut schema = CompanyInput::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.required.push("name".to_owned());
            object.description = Some("A new company.".to_owned());
        }
        schema
    }
}

impl utoipa::ToSchema for NewCompany {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        CompanyInput::schemas(schemas);
    }
}

fn reply(company: &Company) -> Result<Reply> {
    Ok(Reply::ok(company)?.version(company.version))
}

/// Lists companies, newest first where no other order is asked for.
#[utoipa::path(get, path = "/companies", operation_id = "list_companies", tag = "companies", security(("bearer" = ["companies:read"])), params(CompanyQuery), responses((status = 200, body = Page<Company>)))]
async fn list(actor: May<grants::CompaniesRead>, app: Data<App>, query: ListQuery<CompanyQuery>) -> Result<Reply> {
    let region = app.config.region.clone();
    app.read(&actor, move |conn, by| Reply::ok(&filter::page(conn, by, &query.known, &query.custom, &region)?)).await
}

/// Shows a company.
#[utoipa::path(get, path = "/companies/{id}", operation_id = "get_company", tag = "companies", security(("bearer" = ["companies:read"])), params(("id" = CompanyId, Path)), responses((status = 200, body = Company)))]
async fn show(actor: May<grants::CompaniesRead>, app: Data<App>, id: Path<CompanyId>) -> Result<Reply> {
    let id = *id;
    app.read(&actor, move |conn, _| reply(&store::find(conn, id)?)).await
}

/// Creates a company.
#[utoipa::path(post, path = "/companies", operation_id = "create_company", tag = "companies", security(("bearer" = ["companies:write"])), request_body = NewCompany, responses((status = 201, body = Company)))]
async fn create(actor: May<grants::CompaniesWrite>, app: Data<App>, body: Post<CompanyInput>) -> Result<Reply> {
    let Post { value, retry } = body;
    let new = value.parse(&app.config.region)?;
    app.write(&actor, retry, move |conn, by| {
        let company = store::insert(conn, by, &new, false)?;
        Ok(Reply::created(&company, format!("/api/v1/companies/{}", company.id))?.version(company.version))
    })
    .await
}

/// Items of a batch, in the API's description.
struct CompanyBatch;

impl PartialSchema for CompanyBatch {
    fn schema() -> RefOr<Schema> {
        let mut input = CompanyInput::schema();
        if let RefOr::T(Schema::Object(company)) = &mut input {
            let ids = ArrayBuilder::new().items(ExternalId::schema()).max_items(Some(50)).description(Some(
                "Its ids in other systems, which find it next time; they are added to those there are.",
            ));
            company.properties.insert("external_ids".to_owned(), ids.into());
        }
        describe_item(input, "A company as in a POST, and perhaps its `id` and `external_ids`.")
    }
}

impl utoipa::ToSchema for CompanyBatch {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        CompanyInput::schemas(schemas);
    }
}

/// Makes or changes up to 1,000 companies, each on its own. An item is matched by its `id`, else by any of its
/// `external_ids`, else by its domain, else, where it has none, by its name; one that fits several companies is refused. Absent fields stay, `null` clears.
#[utoipa::path(post, path = "/companies/batch", operation_id = "upsert_companies", tag = "companies", security(("bearer" = ["companies:write"])), params(("Idempotency-Key" = Option<String>, Header)), request_body = CompanyBatch, responses((status = 200, body = UpsertResults)))]
async fn upsert_many(actor: May<grants::CompaniesWrite>, app: Data<App>, body: Parts) -> Result<Reply> {
    let items = batch::parse(&body.bytes, |item| Item::parse(item, &app.config.region))?;
    let named: Vec<bool> = items.iter().map(|(_, item)| item.as_ref().is_ok_and(Item::is_named)).collect();
    let reply = batch::write(&app, &actor, body.retry.as_ref(), items, upsert::upsert).await?;
    for id in batch::updated(&reply, |index| named.get(index) == Some(&true))? {
        contacts::search::follow_company(&app.db, CompanyId(id)).await?;
    }
    Ok(reply)
}

/// Changes a company: absent fields stay, `null` clears. Its people are found by a new name as soon as this answers.
#[utoipa::path(patch, path = "/companies/{id}", operation_id = "update_company", tag = "companies", security(("bearer" = ["companies:write"])), params(("id" = CompanyId, Path), ("If-Match" = Option<String>, Header)), request_body = CompanyInput, responses((status = 200, body = Company)))]
async fn update(
    actor: May<grants::CompaniesWrite>,
    app: Data<App>,
    id: Path<CompanyId>,
    expected: IfMatch,
    body: Body<CompanyInput>,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    let change = body.0.parse(&app.config.region)?;
    let renamed = change.name.is_some();
    let reply =
        app.write(&actor, None, move |conn, by| reply(&store::update(conn, by, id, expected, &change)?)).await?;
    if renamed {
        contacts::search::follow_company(&app.db, id).await?;
    }
    Ok(reply)
}

/// Puts a company into the bin.
#[utoipa::path(delete, path = "/companies/{id}", operation_id = "delete_company", tag = "companies", security(("bearer" = ["companies:write"])), params(("id" = CompanyId, Path), ("If-Match" = Option<String>, Header)), responses((status = 204)))]
async fn remove(
    actor: May<grants::CompaniesWrite>,
    app: Data<App>,
    id: Path<CompanyId>,
    expected: IfMatch,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write(&actor, None, move |conn, by| store::delete(conn, by, id, expected).map(|()| Reply::no_content())).await
}

/// Takes a company out of the bin.
#[utoipa::path(post, path = "/companies/{id}/restore", operation_id = "restore_company", tag = "companies", security(("bearer" = ["companies:write"])), params(("id" = CompanyId, Path)), responses((status = 200, body = Company)))]
async fn restore(actor: May<grants::CompaniesWrite>, app: Data<App>, id: Path<CompanyId>) -> Result<Reply> {
    let id = *id;
    app.write(&actor, None, move |conn, by| reply(&store::restore(conn, by, id)?)).await
}

/// Puts up to 200 companies into the bin, each on its own: `updated` says that it is there now. With `items` each can name
/// the version it was seen in: one that was changed since stays, with the problem `precondition_failed`.
#[utoipa::path(post, path = "/companies/delete", operation_id = "delete_companies", tag = "companies", security(("bearer" = ["companies:write"])), params(("Idempotency-Key" = Option<String>, Header)), request_body = SeenIds<CompanyId>, responses((status = 200, body = UpsertResults)))]
async fn remove_many(
    actor: May<grants::CompaniesWrite>,
    app: Data<App>,
    body: Post<SeenIds<CompanyId>>,
) -> Result<Reply> {
    batch::write(&app, &actor, body.retry.as_ref(), body.value.items()?, bin::delete).await
}

/// Takes up to 200 companies out of the bin, each on its own: `updated` says that it is back, `unchanged` that it was not
/// there.
#[utoipa::path(post, path = "/companies/restore", operation_id = "restore_companies", tag = "companies", security(("bearer" = ["companies:write"])), params(("Idempotency-Key" = Option<String>, Header)), request_body = Ids<CompanyId>, responses((status = 200, body = UpsertResults)))]
async fn restore_many(actor: May<grants::CompaniesWrite>, app: Data<App>, body: Post<Ids<CompanyId>>) -> Result<Reply> {
    batch::write(&app, &actor, body.retry.as_ref(), body.value.items(), bin::restore).await
}

/// The routes of companies.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: upsert_many, remove_many, restore_many);
    handlers!(cfg: list, show, create, update, remove, restore);
}
