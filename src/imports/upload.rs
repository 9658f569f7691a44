//! A file sent as a form: the mapping is read into memory, the file goes into the data folder.

use std::path::PathBuf;

use actix_multipart::{Field, Multipart};
use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Payload;
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::mapping::{Mapping, MappingInput};
use super::patience::FILE_GONE;
use super::reader::Rows;
use super::{ImportId, queue};
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::http;

/// The largest mapping, in bytes.
const LARGEST_MAPPING: usize = 2 * 1024 * 1024;

/// What a form held; the file is removed with it unless it is kept.
pub(super) struct Upload {
    /// Absent where the file is to be recognised.
    pub mapping: Option<MappingInput>,
    pub filename: String,
    pub digest: Vec<u8>,
    /// The file's size, in bytes.
    pub size: usize,
    pub path: PathBuf,
    /// Whether the file stays where it is.
    pub kept: bool,
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
pub(super) fn form(req: &HttpRequest, payload: Payload) -> Result<Multipart> {
    let declared = req.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !declared.to_ascii_lowercase().starts_with("multipart/form-data") {
        return Err(Error::because(Code::UnsupportedMediaType, "Send the file as multipart/form-data."));
    }
    Ok(Multipart::new(req.headers(), payload))
}

/// Reads the form: the mapping into memory, the file into the data folder.
pub(super) async fn receive(app: &App, id: ImportId, mut form: Multipart) -> Result<Upload> {
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
    let Some(mut file) = file else {
        return Err(Error::field("file", "required", "the form must hold a `file`"));
    };
    file.mapping = mapping;
    Ok(file)
}

async fn read_mapping(mut field: Field) -> Result<MappingInput> {
    let mut text = Vec::new();
    while let Some(bytes) = field.try_next().await.map_err(malformed)? {
        text.extend_from_slice(&bytes);
        if text.len() > LARGEST_MAPPING {
            return Err(Error::because(Code::TooLarge, "The mapping is larger than 2 MiB."));
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
    let mut upload = Upload { mapping: None, filename, digest: Vec::new(), size: 0, path, kept: false };
    let mut options = tokio::fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(&upload.path).await.map_err(unusable)?;
    let (mut digest, mut size) = (Sha256::new(), 0_usize);
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
    upload.size = size;
    Ok(upload)
}

/// Reads the mapping, and the file's first line with it.
pub(super) async fn check(mapping: &MappingInput, path: PathBuf) -> Result<Mapping> {
    let mapping = mapping.parse().map_err(within_mapping)?;
    let open = move || {
        let file = std::fs::File::open(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::because(Code::Conflict, FILE_GONE),
            _ => Error::internal(error),
        })?;
        Rows::open(file, &mapping)?;
        Ok(mapping)
    };
    actix_web::web::block(open).await.map_err(Error::internal)?
}

/// Names bad fields as parts of `mapping`.
pub(super) fn within_mapping(error: Error) -> Error {
    let errors = error.errors.into_iter();
    let named = errors.map(|bad| if bad.field.starts_with("mapping") { bad } else { bad.within("mapping") });
    Error { errors: named.collect(), ..error }
}
