//! Imports over the API: a file comes as `multipart/form-data`, with its mapping to be run at once, or without to be
//! recognised first. What takes long is done in the background.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::ImportId;
use super::changes::{self as log, ImportChange, Of, Undone};
use super::lookups::Lookups;
use super::making;
use super::mapping::MappingInput;
use super::store::{self, Import, ImportError};
use super::upload::{Upload, check, form, receive};
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::db::types::{Guid, Instant};
use crate::error::{Error, Result};
use crate::http::idempotency::Retry;
use crate::http::{Cursor, Limit, Page, Query, Reply, Routes, handlers};

/// A file and what its columns mean.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form; it is read as a stream")]
struct ImportForm {
    /// What the columns mean: JSON. Where absent, the file is recognised and waits for what is decided.
    mapping: Option<MappingInput>,
    /// A CSV file, its first line naming the columns, or vCards.
    #[schema(format = Binary, content_media_type = "text/csv")]
    file: String,
}

/// Which imports to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Listing {
    /// How many; 50 where absent.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    #[serde(default)]
    limit: Limit,
    /// Where the last page ended.
    cursor: Option<String>,
}

/// Which changes to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ChangeListing {
    /// Only those that undoing took back, or kept.
    outcome: Option<Undone>,
    /// How many; 50 where absent.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    #[serde(default)]
    limit: Limit,
    /// Where the last page ended.
    cursor: Option<String>,
}

/// Takes in a file: a table of cells in any usual charset, or vCards. With a `mapping` its rows are worked through in the
/// background at once. Without one the file is recognised: the answer, of status `draft`, proposes a mapping, shows samples and
/// asks what only a person can tell; nothing is changed until it is run.
#[utoipa::path(post, path = "/imports", operation_id = "create_import", tag = "imports", security(("bearer" = ["imports:run"])), params(("Idempotency-Key" = Option<String>, Header)), request_body(content = ImportForm, content_type = "multipart/form-data"), responses((status = 202, body = Import)))]
async fn create(actor: May<grants::ImportsRun>, app: Data<App>, req: HttpRequest, payload: Payload) -> Result<Reply> {
    let id = ImportId::new();
    let mut upload = receive(&app, id, form(&req, payload)?).await?;
    let mut said = serde_json::to_vec(&upload.mapping).map_err(Error::internal)?;
    said.extend_from_slice(&upload.digest);
    let retry = Retry::from_request(&req, &said)?;
    let (import, mapping) = match &upload.mapping {
        Some(input) => {
            let mapping = check(input, upload.path.clone()).await?;
            (Import::new(&actor, upload.filename.clone(), upload.digest.clone(), input.clone()), Some(mapping))
        }
        None => (recognise(&app, &actor, &upload).await?, None),
    };
    let import = Import { id, bytes: i64::try_from(upload.size).ok(), ..import };
    let location = format!("/api/v1/imports/{id}");
    let runs = mapping.is_some();
    let reply = app
        .write(&actor, retry, move |conn, by| {
            if let Some(mapping) = &mapping {
                let lookups = Lookups::load(conn)?;
                lookups.check(mapping)?;
                making::check_allowed(&lookups, &import.mapping.0, mapping, by)?;
            }
            store::insert(conn, &import)?;
            Ok(Reply::created(&import, format!("/api/v1/imports/{}", import.id))?.status(202))
        })
        .await?;
    // The answer to a retried request names the first one's import, which has its own file.
    if reply.location.as_deref() == Some(&location) {
        upload.kept = true;
        if runs {
            app.imports.push(id);
        }
    }
    Ok(reply)
}

async fn recognise(app: &App, actor: &crate::accounts::Principal, upload: &Upload) -> Result<Import> {
    let lookups = app.db.read(Lookups::load).await?;
    let path = upload.path.clone();
    let look = move || super::propose::propose(&path, &lookups);
    let proposal = actix_web::web::block(look).await.map_err(Error::internal)??;
    Ok(Import::draft(actor, upload.filename.clone(), upload.digest.clone(), proposal))
}

/// Lists imports, newest first, each without its proposal: `GET /imports/{id}` shows it.
#[utoipa::path(get, path = "/imports", operation_id = "list_imports", tag = "imports", security(("bearer" = ["imports:run"])), params(Listing), responses((status = 200, body = Page<Import>)))]
async fn list(actor: May<grants::ImportsRun>, app: Data<App>, query: Query<Listing>) -> Result<Reply> {
    let limit = query.0.limit.get()?;
    let after = query.0.cursor.as_deref().map(Cursor::<Instant, ImportId>::decode).transpose()?;
    app.read(&actor, move |conn, by| {
        let mut rows = store::list(conn, by, after.map(|Cursor(at, id)| (at, id)), limit + 1)?;
        for import in &mut rows {
            import.proposal = None;
        }
        Reply::ok(&Page::cut(rows, limit, |last| Cursor(last.created_at, last.id).encode()))
    })
    .await
}

/// Shows an import and how far it is.
#[utoipa::path(get, path = "/imports/{id}", operation_id = "get_import", tag = "imports", security(("bearer" = ["imports:run"])), params(("id" = ImportId, Path)), responses((status = 200, body = Import)))]
async fn show(actor: May<grants::ImportsRun>, app: Data<App>, id: Path<ImportId>) -> Result<Reply> {
    app.read(&actor, move |conn, by| Reply::ok(&store::find(conn, by, *id)?)).await
}

/// Lists the rows that were refused or are worth a look, in the order of the file; the first 10,000 are kept.
#[utoipa::path(get, path = "/imports/{id}/errors", operation_id = "list_import_errors", tag = "imports", security(("bearer" = ["imports:run"])), params(("id" = ImportId, Path), Listing), responses((status = 200, body = Page<ImportError>)))]
async fn errors(
    actor: May<grants::ImportsRun>,
    app: Data<App>,
    id: Path<ImportId>,
    query: Query<Listing>,
) -> Result<Reply> {
    let limit = query.0.limit.get()?;
    let after = query.0.cursor.as_deref().map(Cursor::<i64, Guid>::decode).transpose()?;
    app.read(&actor, move |conn, by| {
        let id = store::find(conn, by, *id)?.id;
        let rows = store::errors(conn, id, after.map(|Cursor(row, id)| (row, id)), limit + 1)?;
        Reply::ok(&Page::cut(rows, limit, |last| Cursor(last.row_number, last.id).encode()))
    })
    .await
}

/// The same as a CSV file: row, severity, column, code, message, and the row itself under its own headers.
#[utoipa::path(get, path = "/imports/{id}/errors.csv", operation_id = "export_import_errors", tag = "imports", security(("bearer" = ["imports:run"])), params(("id" = ImportId, Path)), responses((status = 200, body = String, content_type = "text/csv")))]
async fn errors_file(actor: May<grants::ImportsRun>, app: Data<App>, id: Path<ImportId>) -> Result<Reply> {
    app.read(&actor, move |conn, by| {
        let import = store::find(conn, by, *id)?;
        let bad = store::errors(conn, import.id, None, store::MOST_ERRORS)?;
        Ok(Reply::raw("text/csv; charset=utf-8", super::report::csv(&import, &bad)?.into()))
    })
    .await
}

/// Lists what an import did, record by record, and what undoing it came to.
#[utoipa::path(get, path = "/imports/{id}/changes", operation_id = "list_import_changes", tag = "imports", security(("bearer" = ["imports:run"])), params(("id" = ImportId, Path), ChangeListing), responses((status = 200, body = Page<ImportChange>)))]
async fn changes(
    actor: May<grants::ImportsRun>,
    app: Data<App>,
    id: Path<ImportId>,
    query: Query<ChangeListing>,
) -> Result<Reply> {
    let limit = query.0.limit.get()?;
    let after = query.0.cursor.as_deref().map(Cursor::<Of, Guid>::decode).transpose()?;
    let outcome = query.0.outcome;
    app.read(&actor, move |conn, by| {
        let id = store::find(conn, by, *id)?.id;
        let rows = log::list(conn, id, outcome, after.map(|Cursor(of, id)| (of, id)), limit + 1)?;
        let page = Page::cut(rows, limit, |last| Cursor(last.entity, last.entity_id).encode());
        Reply::ok(&Page { items: log::seen(conn, by, page.items)?, ..page })
    })
    .await
}

/// The routes of imports.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: create, list, errors_file, errors, changes, show);
    cfg.configure(super::flow::routes);
}
