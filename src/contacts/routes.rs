//! `/api/v1/contacts`.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa::openapi::{RefOr, schema::Schema};

use super::filter::{self, ContactQuery};
use super::model::{Contact, ContactChange, ContactInput, NewContact};
use super::parts::{ConsentChannel, ConsentInput};
use super::upsert::{self, Item, Lists};
use super::{ContactId, bin, bin_many, erasure, store};
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::db::types::Instant;
use crate::error::{Error, Problem, Result};
use crate::http::batch::{self, UpsertResults, describe_item};
use crate::http::{Body, Ids, IfMatch, ListQuery, Page, Parts, Post, Query, Reply, Routes, SeenIds, handlers};

fn reply(contact: &Contact) -> Result<Reply> {
    Ok(Reply::ok(contact)?.version(contact.version))
}

/// Lists contacts, newest first where no other order is asked for.
#[utoipa::path(get, path = "/contacts", operation_id = "list_contacts", tag = "contacts", security(("bearer" = ["contacts:read"])), params(ContactQuery), responses((status = 200, body = Page<Contact>), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn list(actor: May<grants::ContactsRead>, app: Data<App>, query: ListQuery<ContactQuery>) -> Result<Reply> {
    let region = app.config.region.clone();
    app.read(&actor, move |conn, by| Reply::ok(&filter::page(conn, by, &query.known, &query.custom, &region)?)).await
}

/// Where a page of a contact that was merged is found.
#[must_use]
pub fn moved(survivor: ContactId, page: &str, parameters: &str) -> Reply {
    let mark = if parameters.is_empty() { "" } else { "?" };
    Reply::moved(format!("/api/v1/contacts/{survivor}/{page}{mark}{parameters}"))
}

/// Shows a contact; a merged one has moved to its survivor.
#[utoipa::path(get, path = "/contacts/{id}", operation_id = "get_contact", tag = "contacts", security(("bearer" = ["contacts:read"])), params(("id" = ContactId, Path)), responses((status = 200, body = Contact), (status = 301, description = "Merged: `Location` names the survivor")))]
async fn show(actor: May<grants::ContactsRead>, app: Data<App>, id: Path<ContactId>) -> Result<Reply> {
    let id = *id;
    app.read(&actor, move |conn, by| {
        let contact = store::find(conn, by, id)?;
        if contact.id == id { reply(&contact) } else { Ok(Reply::moved(format!("/api/v1/contacts/{}", contact.id))) }
    })
    .await
}

/// Creates a contact: at least a name, an e-mail address, a phone number or an external id.
#[utoipa::path(post, path = "/contacts", operation_id = "create_contact", tag = "contacts", security(("bearer" = ["contacts:write"])), request_body = ContactInput, responses((status = 201, body = Contact)))]
async fn create(actor: May<grants::ContactsWrite>, app: Data<App>, body: Post<ContactInput>) -> Result<Reply> {
    let Post { value, retry } = body;
    let new = NewContact { fields: value.parse(&app.config.region)?, partial: false };
    app.write(&actor, retry, move |conn, by| {
        let contact = store::insert(conn, by, new.clone())?;
        Ok(Reply::created(&contact, format!("/api/v1/contacts/{}", contact.id))?.version(contact.version))
    })
    .await
}

/// What becomes of lists.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UpsertQuery {
    /// What becomes of a known contact's e-mail addresses, phone numbers, external ids and tags: `add` (where absent)
    /// adds what the item has, `replace` makes them what the item has.
    #[param(inline)]
    lists: Option<Lists>,
}

/// Items of a batch, in the API's description.
struct ContactBatch;

impl utoipa::PartialSchema for ContactBatch {
    fn schema() -> RefOr<Schema> {
        describe_item(ContactInput::schema(), "A contact as in a POST, and perhaps its `id`.")
    }
}

impl utoipa::ToSchema for ContactBatch {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        ContactInput::schemas(schemas);
    }
}

/// Makes or changes up to 1,000 contacts, each on its own. An item is matched by its `id`, else by any of its e-mail
/// addresses, phone numbers and external ids; one that fits several contacts is refused. Absent fields stay, `null`
/// clears. Items of one request about one person make one contact.
#[utoipa::path(post, path = "/contacts/batch", operation_id = "upsert_contacts", tag = "contacts", security(("bearer" = ["contacts:write"])), params(UpsertQuery, ("Idempotency-Key" = Option<String>, Header)), request_body = ContactBatch, responses((status = 200, body = UpsertResults)))]
async fn upsert_many(
    actor: May<grants::ContactsWrite>,
    app: Data<App>,
    query: Query<UpsertQuery>,
    body: Parts,
) -> Result<Reply> {
    let items = batch::parse(&body.bytes, |item| Item::parse(item, &app.config.region))?;
    let lists = query.0.lists.unwrap_or(Lists::Add);
    let work = move |conn: &mut _, by: &_, items: &_| upsert::upsert(conn, by, items, lists);
    batch::write(&app, &actor, body.retry.as_ref(), items, work).await
}

/// Changes a contact: absent fields stay, `null` clears.
#[utoipa::path(patch, path = "/contacts/{id}", operation_id = "update_contact", tag = "contacts", security(("bearer" = ["contacts:write"])), params(("id" = ContactId, Path), ("If-Match" = Option<String>, Header)), request_body = ContactInput, responses((status = 200, body = Contact)))]
async fn update(
    actor: May<grants::ContactsWrite>,
    app: Data<App>,
    id: Path<ContactId>,
    expected: IfMatch,
    body: Body<ContactInput>,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    let change = body.0.parse(&app.config.region)?;
    app.write(&actor, None, move |conn, by| reply(&store::update(conn, by, id, expected, &change)?)).await
}

/// Records what the person said about being reached on a channel.
#[utoipa::path(put, path = "/contacts/{id}/consents/{channel}", operation_id = "put_contact_consent", tag = "contacts", security(("bearer" = ["contacts:write"])), params(("id" = ContactId, Path), ("channel" = ConsentChannel, Path), ("If-Match" = Option<String>, Header)), request_body = ConsentInput, responses((status = 200, body = Contact)))]
async fn consent(
    actor: May<grants::ContactsWrite>,
    app: Data<App>,
    path: Path<(ContactId, ConsentChannel)>,
    expected: IfMatch,
    body: Body<ConsentInput>,
) -> Result<Reply> {
    let ((id, channel), expected) = (*path, expected.expected(actor.is_person())?);
    let consent = body.0.parse(Instant::now()).map_err(|error| Error::invalid(vec![error]))?;
    let change = ContactChange { consents: BTreeMap::from([(channel, consent)]), ..ContactChange::default() };
    app.write(&actor, None, move |conn, by| reply(&store::update(conn, by, id, expected, &change)?)).await
}

/// Puts a contact into the bin, where its identities find nobody.
#[utoipa::path(delete, path = "/contacts/{id}", operation_id = "delete_contact", tag = "contacts", security(("bearer" = ["contacts:write"])), params(("id" = ContactId, Path), ("If-Match" = Option<String>, Header)), responses((status = 204)))]
async fn remove(
    actor: May<grants::ContactsWrite>,
    app: Data<App>,
    id: Path<ContactId>,
    expected: IfMatch,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write(&actor, None, move |conn, by| bin::delete(conn, by, id, expected).map(|()| Reply::no_content())).await
}

/// Takes a contact out of the bin.
#[utoipa::path(post, path = "/contacts/{id}/restore", operation_id = "restore_contact", tag = "contacts", security(("bearer" = ["contacts:write"])), params(("id" = ContactId, Path)), responses((status = 200, body = Contact)))]
async fn restore(actor: May<grants::ContactsWrite>, app: Data<App>, id: Path<ContactId>) -> Result<Reply> {
    let id = *id;
    app.write(&actor, None, move |conn, by| reply(&bin::restore(conn, by, id)?)).await
}

/// Puts up to 200 contacts into the bin, each on its own: `updated` says that it is there now. With `items` each can name
/// the version it was seen in: one that was changed since stays, with the problem `precondition_failed`.
#[utoipa::path(post, path = "/contacts/delete", operation_id = "delete_contacts", tag = "contacts", security(("bearer" = ["contacts:write"])), params(("Idempotency-Key" = Option<String>, Header)), request_body = SeenIds<ContactId>, responses((status = 200, body = UpsertResults)))]
async fn remove_many(
    actor: May<grants::ContactsWrite>,
    app: Data<App>,
    body: Post<SeenIds<ContactId>>,
) -> Result<Reply> {
    batch::write(&app, &actor, body.retry.as_ref(), body.value.items()?, bin_many::delete).await
}

/// Takes up to 200 contacts out of the bin, each on its own: `updated` says that it is back, `unchanged` that it was not
/// there.
#[utoipa::path(post, path = "/contacts/restore", operation_id = "restore_contacts", tag = "contacts", security(("bearer" = ["contacts:write"])), params(("Idempotency-Key" = Option<String>, Header)), request_body = Ids<ContactId>, responses((status = 200, body = UpsertResults)))]
async fn restore_many(actor: May<grants::ContactsWrite>, app: Data<App>, body: Post<Ids<ContactId>>) -> Result<Reply> {
    batch::write(&app, &actor, body.retry.as_ref(), body.value.items(), bin_many::restore).await
}

/// Erases the person for good, everywhere; counts and reports stay what they were. There is no way back.
#[utoipa::path(post, path = "/contacts/{id}/erase", operation_id = "erase_contact", tag = "contacts", security(("bearer" = ["contacts:erase"])), params(("id" = ContactId, Path)), responses((status = 204)))]
async fn erase(actor: May<grants::ContactsErase>, app: Data<App>, id: Path<ContactId>) -> Result<Reply> {
    let id = *id;
    app.write(&actor, None, move |conn, by| erasure::erase(conn, by, id).map(|()| Reply::no_content())).await
}

/// The routes of contacts.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: upsert_many, remove_many, restore_many);
    handlers!(cfg: list, show, create, update, consent);
    handlers!(cfg: remove, restore, erase);
    cfg.configure(super::identities::routes).configure(super::merge::routes).configure(super::duplicates::routes);
}
