//! Imports over the API: the file comes as `multipart/form-data` and is worked through in the background.

use std::path::PathBuf;

use actix_multipart::{Field, Multipart};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, get, post};
use futures_util::TryStreamExt;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use utoipa::{IntoParams, ToSchema};

use super::lookups::Lookups;
use super::mapping::{Mapping, MappingInput};
use super::reader::Rows;
use super::store::{self, Import, ImportError};
use super::{ImportId, queue};
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::db::types::{Guid, Instant};
use crate::error::{Code, Error, Result};
use crate::http::idempotency::Retry;
use crate::http::{self, Cursor, Limit, Page, Query, Reply, Routes};

/// A file and what its columns mean.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form; it is read as a stream")]
struct ImportForm {
    /// What the columns mean: JSON. Comes before the file.
    mapping: MappingInput,
    /// The CSV file, UTF-8, first line naming the columns.
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

/// The largest mapping, in bytes.
const LARGEST_MAPPING: usize = 256 * 1024;

/// What a form held.
struct Upload {
    mapping: MappingInput,
    filename: String,
    digest: Vec<u8>,
    path: PathBuf,
    kept: bool,
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.kept {
            drop(std::fs::remove_file(&self.path));
        }
    }
}

fn malformed(error: impl std::fmt::Display) -> Error {
    Error::because(Code::MalformedBody, error.to_string())
}

/// The body as a form.
fn form(req: &HttpRequest, payload: Payload) -> Result<Multipart> {
    let declared = req.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !declared.to_ascii_lowercase().starts_with("multipart/form-data") {
        return Err(Error::because(Code::UnsupportedMediaType, "Send the file as multipart/form-data."));
    }
    Ok(Multipart::new(req.headers(), payload))
}

/// Reads the form: the mapping into memory, the file into the data folder.
async fn receive(app: &App, id: ImportId, mut form: Multipart) -> Result<Upload> {
    let (mut mapping, mut file) = (None, None);
    while let Some(field) = form.try_next().await.map_err(malformed)? {
        match field.name() {
            Some("mapping") if mapping.is_none() => mapping = Some(read_mapping(field).await?),
            Some("file") if file.is_none() => file = Some(keep_file(app, id, field).await?),
            name => {
                let name = name.unwrap_or_default().to_owned();
                return Err(Error::field(name, "unknown", "the form has one `mapping` and one `file`"));
            }
        }
    }
    let (Some(mapping), Some(mut file)) = (mapping, file) else {
        return Err(Error::field("file", "required", "the form must hold a `mapping` and a `file`"));
    };
    file.mapping = mapping;
    Ok(file)
}

async fn read_mapping(mut field: Field) -> Result<MappingInput> {
    let mut text = Vec::new();
    while let Some(bytes) = field.try_next().await.map_err(malformed)? {
        text.extend_from_slice(&bytes);
        if text.len() > LARGEST_MAPPING {
            return Err(Error::because(Code::TooLarge, "The mapping is larger than 256 KiB."));
        }
    }
    http::read_json(&text)
}

async fn keep_file(app: &App, id: ImportId, mut field: Field) -> Result<Upload> {
    let folder = queue::folder(&app.config.data);
    let unusable = |error: std::io::Error| Error::from_io(&error);
    tokio::fs::create_dir_all(&folder).await.map_err(unusable)?;
    let path = queue::file(&folder, id);
    let filename = field.content_disposition().and_then(|header| header.get_filename()).unwrap_or("file.csv");
    let filename = filename.chars().filter(|c| !c.is_control()).take(200).collect();
    let mut upload = Upload { mapping: MappingInput::default(), filename, digest: Vec::new(), path, kept: false };
    let mut options = tokio::fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(&upload.path).await.map_err(unusable)?;
    let (mut digest, mut size) = (Sha256::new(), 0);
    while let Some(bytes) = field.try_next().await.map_err(malformed)? {
        size += bytes.len();
        if size > app.config.import_limit {
            return Err(Error::because(Code::TooLarge, format!("A file may have {} bytes.", app.config.import_limit)));
        }
        digest.update(&bytes);
        file.write_all(&bytes).await.map_err(unusable)?;
    }
    file.sync_all().await.map_err(unusable)?;
    upload.digest = digest.finalize().to_vec();
    Ok(upload)
}

/// Reads the mapping, and the file's first line with it.
async fn check(upload: &Upload) -> Result<Mapping> {
    let mapping = upload.mapping.parse().map_err(|error| Error {
        errors: error.errors.into_iter().map(|bad| bad.within("mapping")).collect(),
        ..error
    })?;
    let path = upload.path.clone();
    let open = move || {
        let file = std::fs::File::open(path).map_err(Error::internal)?;
        Rows::open(file, &mapping)?;
        Ok(mapping)
    };
    actix_web::web::block(open).await.map_err(Error::internal)?
}

/// Takes in a CSV file; rows are worked through in the background.
#[utoipa::path(operation_id = "create_import", tag = "imports", security(("bearer" = ["imports:run"])), params(("Idempotency-Key" = Option<String>, Header)), request_body(content = ImportForm, content_type = "multipart/form-data"), responses((status = 202, body = Import)))]
#[post("/imports")]
async fn create(actor: May<grants::ImportsRun>, app: Data<App>, req: HttpRequest, payload: Payload) -> Result<Reply> {
    let id = ImportId::new();
    let mut upload = receive(&app, id, form(&req, payload)?).await?;
    let mapping = check(&upload).await?;
    let mut said = serde_json::to_vec(&upload.mapping).map_err(Error::internal)?;
    said.extend_from_slice(&upload.digest);
    let retry = Retry::from_request(&req, &said)?;
    let new = Import::new(&actor, upload.filename.clone(), upload.digest.clone(), upload.mapping.clone());
    let import = Import { id, ..new };
    let location = format!("/api/v1/imports/{id}");
    let reply = app
        .write(&actor, retry, move |conn, _| {
            Lookups::load(conn)?.check(&mapping)?;
            store::insert(conn, &import)?;
            Ok(Reply::created(&import, format!("/api/v1/imports/{}", import.id))?.status(202))
        })
        .await?;
    // The answer to a retried request names the first one's import, which has its own file.
    if reply.location.as_deref() == Some(&location) {
        upload.kept = true;
        app.imports.push(id);
    }
    Ok(reply)
}

/// Lists imports, newest first.
#[utoipa::path(operation_id = "list_imports", tag = "imports", security(("bearer" = ["imports:run"])), params(Listing), responses((status = 200, body = Page<Import>)))]
#[get("/imports")]
async fn list(actor: May<grants::ImportsRun>, app: Data<App>, query: Query<Listing>) -> Result<Reply> {
    let limit = query.0.limit.get()?;
    let after = query.0.cursor.as_deref().map(Cursor::<Instant, ImportId>::decode).transpose()?;
    app.read(&actor, move |conn, by| {
        let rows = store::list(conn, by, after.map(|Cursor(at, id)| (at, id)), limit + 1)?;
        Reply::ok(&Page::cut(rows, limit, |last| Cursor(last.created_at, last.id).encode()))
    })
    .await
}

/// Shows an import and how far it is.
#[utoipa::path(operation_id = "get_import", tag = "imports", security(("bearer" = ["imports:run"])), params(("id" = ImportId, Path)), responses((status = 200, body = Import)))]
#[get("/imports/{id}")]
async fn show(actor: May<grants::ImportsRun>, app: Data<App>, id: Path<ImportId>) -> Result<Reply> {
    app.read(&actor, move |conn, by| Reply::ok(&store::find(conn, by, *id)?)).await
}

/// Lists the rows that were refused or are worth a look, in the order of the file; the first 10,000 are kept.
#[utoipa::path(operation_id = "list_import_errors", tag = "imports", security(("bearer" = ["imports:run"])), params(("id" = ImportId, Path), Listing), responses((status = 200, body = Page<ImportError>)))]
#[get("/imports/{id}/errors")]
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
#[utoipa::path(operation_id = "export_import_errors", tag = "imports", security(("bearer" = ["imports:run"])), params(("id" = ImportId, Path)), responses((status = 200, body = String, content_type = "text/csv")))]
#[get("/imports/{id}/errors.csv")]
async fn errors_file(actor: May<grants::ImportsRun>, app: Data<App>, id: Path<ImportId>) -> Result<Reply> {
    app.read(&actor, move |conn, by| {
        let import = store::find(conn, by, *id)?;
        let bad = store::errors(conn, import.id, None, store::MOST_ERRORS)?;
        Ok(Reply::raw("text/csv; charset=utf-8", super::report::csv(&import, &bad)?.into()))
    })
    .await
}

/// The routes of imports.
pub fn routes(cfg: &mut Routes) {
    cfg.service(create).service(list).service(errors_file).service(errors).service(show);
}
