//! An export over HTTP: pieces are read as the client takes them, so memory stays flat however long the list is.
//!
//! Each piece is a read of its own: no transaction stays open, and nothing keeps the log of a busy database from being
//! written back. A record that is there all the while is in the file once, as it was when its piece was read. Where
//! something fails on the way the connection breaks, so that a part never looks like the whole.

use std::fs::File;
use std::io::Read;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{
    Charset, ContentDisposition, ContentEncoding, DispositionParam, DispositionType, ExtendedValue,
};
use actix_web::rt::task::{JoinHandle, spawn_blocking};
use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::file::{Export, Pieces};
use super::log::{ExportId, Taken, Watch};
use super::request::{FileFormat, Form};
use super::table::List;
use crate::accounts::Principal;
use crate::app::App;
use crate::db::types::{Guid, Instant};
use crate::db::{Connection, Db};
use crate::error::{Code, Error, Result};

/// The most exports at once: each keeps a thread of the database busy while its client reads fast.
const MOST: usize = 8;
/// How much of a finished file is sent at once.
const BITE: usize = 256 * 1024;

/// The exports of this server.
#[derive(Debug)]
pub struct Desk(Arc<Semaphore>);

impl Default for Desk {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST)))
    }
}

impl Desk {
    fn place(&self) -> Result<OwnedSemaphorePermit> {
        self.0.clone().try_acquire_owned().map_err(|_| Error {
            retry_after: Some(5),
            ..Error::because(Code::TooMany, "Too many exports are under way.")
        })
    }
}

/// What is sent, and by which name.
#[derive(Debug)]
pub struct Sent {
    /// `contacts`, `leads`, ….
    pub list: &'static str,
    /// The query string, for the audit log.
    pub query: String,
    /// The client whose data it is alone.
    pub contact: Option<Guid>,
    /// The media type.
    pub media_type: &'static str,
    /// How the file's name ends.
    pub extension: &'static str,
    /// Whether it is compressed as it is.
    pub packed: bool,
}

/// Answers with a list in the form asked for; `make` opens the list.
///
/// # Errors
/// A bad parameter; too many exports are under way; the database is away.
pub async fn answer<L: List>(
    app: &App,
    by: &Principal,
    (list, query, form): (&'static str, String, Form),
    contact: Option<Guid>,
    make: impl FnOnce(&mut Connection, &Principal) -> Result<L> + Send + 'static,
) -> Result<HttpResponse> {
    let sent = Sent {
        list,
        query,
        contact,
        media_type: form.format.media_type(),
        extension: form.format.extension(),
        packed: form.format == FileFormat::Xlsx,
    };
    let folder = app.config.data.join("exports");
    send(app, by, sent, move |conn, by| {
        let list_of = make(conn, by)?;
        Ok(Box::new(Export::new(list, list_of, &form, folder)?))
    })
    .await
}

/// Answers with a file in pieces. The first piece is read before the answer begins, so that what is wrong with the
/// request is told as a problem.
///
/// # Errors
/// What `make` or its first piece returns; too many exports are under way.
pub async fn send(
    app: &App,
    by: &Principal,
    sent: Sent,
    make: impl FnOnce(&mut Connection, &Principal) -> Result<Box<dyn Pieces>> + Send + 'static,
) -> Result<HttpResponse> {
    let place = app.exports.place()?;
    let caller = by.clone();
    let first = app.db.read(move |conn| {
        let mut pieces = make(conn, &caller)?;
        let bytes = pieces.next(conn)?;
        Ok((pieces, bytes))
    });
    let (pieces, bytes) = first.await?;
    let named = named(&sent, pieces.title());
    let taken = Taken { id: ExportId::new(), list: sent.list, query: sent.query, contact: sent.contact };
    let (note, caller) = (taken.clone(), by.clone());
    app.db.write(move |conn| note.begin(conn, &caller)).await?;
    let watch = Watch::new(app.db.clone(), by.clone(), taken);
    let sending = Sending { db: app.db.clone(), phase: Phase::Read(pieces, bytes), watch, _place: place };
    let mut response = HttpResponse::Ok();
    response.content_type(sent.media_type).insert_header(named);
    if sent.packed {
        response.insert_header(ContentEncoding::Identity);
    }
    Ok(response.streaming(sending.stream()))
}

/// The file's name with the day. Letters other than those of ASCII are in `filename*` (RFC 6266 §4.3); who does not read that
/// is given the kind of the list.
fn named(sent: &Sent, title: Option<&str>) -> ContentDisposition {
    let day = Instant::now().to_utc().format("%Y-%m-%d");
    let file = |name: &str| format!("{name}-{day}.{}", sent.extension);
    let plain = file(&sent.list.replace('_', "-"));
    let parameters = match title.map(file_name).filter(|title| !title.is_empty()).map(|title| file(&title)) {
        None => vec![DispositionParam::Filename(plain)],
        Some(title) if title.is_ascii() => vec![DispositionParam::Filename(title)],
        Some(title) => {
            let value =
                ExtendedValue { charset: Charset::Ext("UTF-8".into()), language_tag: None, value: title.into() };
            vec![DispositionParam::Filename(plain), DispositionParam::FilenameExt(value)]
        }
    };
    ContentDisposition { disposition: DispositionType::Attachment, parameters }
}

/// A text as the name of a file on every system.
fn file_name(title: &str) -> String {
    let kept = |c: char| if c.is_control() || r#"/\:*?"<>|%"#.contains(c) { '-' } else { c };
    title.chars().map(kept).take(100).collect::<String>().trim_matches([' ', '.', '-']).to_owned()
}

type Piece = (Box<dyn Pieces>, Option<Vec<u8>>);

enum Phase {
    /// A piece has been read.
    Read(Box<dyn Pieces>, Option<Vec<u8>>),
    /// The next one is being read while the client takes the last.
    Reading(JoinHandle<Result<Piece>>),
    /// What was written to a file is being sent.
    File(File),
    Ended,
}

struct Sending {
    db: Db,
    phase: Phase,
    watch: Watch,
    _place: OwnedSemaphorePermit,
}

impl Sending {
    fn stream(self) -> Pin<Box<dyn Stream<Item = Result<Bytes>>>> {
        Box::pin(futures_util::stream::unfold(self, |mut sending| async move {
            match sending.next().await {
                Ok(Some(bytes)) => Some((Ok(bytes), sending)),
                Ok(None) => None,
                Err(error) => {
                    tracing::warn!(%error, cause = error.cause.as_deref(), "an export breaks off");
                    sending.phase = Phase::Ended;
                    Some((Err(error), sending))
                }
            }
        }))
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            self.phase = match std::mem::replace(&mut self.phase, Phase::Ended) {
                Phase::Read(pieces, Some(bytes)) => {
                    self.watch.rows = pieces.rows();
                    self.phase = Phase::Reading(read(self.db.clone(), pieces));
                    if !bytes.is_empty() {
                        return Ok(Some(bytes.into()));
                    }
                    continue;
                }
                Phase::Read(pieces, None) => {
                    match spawn_blocking(|| pieces.finish()).await.map_err(Error::internal)?? {
                        Some(file) => Phase::File(file),
                        None => Phase::Ended,
                    }
                }
                Phase::Reading(reading) => {
                    let (pieces, bytes) = reading.await.map_err(Error::internal)??;
                    Phase::Read(pieces, bytes)
                }
                Phase::File(file) => {
                    let (file, bytes) = spawn_blocking(move || bite(file)).await.map_err(Error::internal)??;
                    if bytes.is_empty() {
                        Phase::Ended
                    } else {
                        self.phase = Phase::File(file);
                        return Ok(Some(bytes));
                    }
                }
                Phase::Ended => {
                    self.watch.complete = true;
                    return Ok(None);
                }
            };
        }
    }
}

/// Reads the next piece on a thread of the database.
fn read(db: Db, mut pieces: Box<dyn Pieces>) -> JoinHandle<Result<Piece>> {
    actix_web::rt::spawn(async move {
        db.read(move |conn| {
            let bytes = pieces.next(conn)?;
            Ok((pieces, bytes))
        })
        .await
    })
}

fn bite(mut file: File) -> Result<(File, Bytes)> {
    let mut bytes = Vec::with_capacity(BITE);
    let part = std::io::Read::by_ref(&mut file).take(BITE as u64);
    { part }.read_to_end(&mut bytes).map_err(|error| Error::from_io(&error))?;
    Ok((file, bytes.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_what_somebody_called_it() {
        let sent = Sent {
            list: "saved_report",
            query: String::new(),
            contact: None,
            media_type: "text/csv",
            extension: "csv",
            packed: false,
        };
        let name = |title| {
            let header = named(&sent, title).to_string();
            header.split("-20").next().unwrap_or_default().to_owned()
        };
        assert_eq!(name(None), r#"attachment; filename="saved-report"#);
        assert_eq!(name(Some("..\\ \r\n")), r#"attachment; filename="saved-report"#);
        assert_eq!(name(Some("../Won \"by\" 1/2;x")), r#"attachment; filename="Won -by- 1-2;x"#);
        let told = named(&sent, Some("Итог")).to_string();
        assert!(told.contains("filename*=UTF-8''%D0%98%D1%82%D0%BE%D0%B3%2D20"), "{told}");
        assert!(told.starts_with(r#"attachment; filename="saved-report-20"#), "{told}");
    }
}
