//! Everything that is known about one person, as one ZIP file: for whoever asks what is stored about them (GDPR,
//! articles 15 and 20). Written piece by piece, however long the history.

mod mentions;
mod parts;
mod person;

use std::collections::VecDeque;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::HttpResponse;
use chrono::{Datelike, Timelike};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use self::mentions::{Mentions, RefusedRow};
use super::file::{Export, Pieces};
use super::lists::interactions::Interactions;
use super::lists::leads::Leads;
use super::lists::tasks::Tasks;
use super::lists::timeline::Timeline;
use super::request::{FileFormat, Form};
use super::stream::{self, Sent};
use super::table::List;
use crate::accounts::{Permission, Principal};
use crate::app::App;
use crate::contacts::{self, ContactId};
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::http::parse_query;
use crate::ingest::refused::Refused;
use crate::pipelines::leads::filter::LeadQuery;

/// Answers with a person's archive.
///
/// # Errors
/// Not found; too many exports are under way.
pub async fn answer(app: &App, by: &Principal, id: ContactId) -> Result<HttpResponse> {
    let sent = Sent {
        list: "contact_archive",
        query: String::new(),
        contact: Some(id.0),
        media_type: "application/zip",
        extension: "zip",
        packed: true,
    };
    stream::send(app, by, sent, move |conn, by| Ok(Box::new(Archive::of(conn, by, id)?))).await
}

/// One or more files of the archive.
enum Part {
    /// A file.
    File(&'static str, Box<dyn Pieces>),
    /// The HTML of each e-mail that has any.
    Mails(Box<parts::Mails>),
}

/// What the archive has written and nobody has taken yet.
#[derive(Debug, Clone, Default)]
struct Waiting(Arc<Mutex<Vec<u8>>>);

impl Waiting {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Waiting {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An archive on its way.
struct Archive {
    zip: Option<ZipWriter<StreamWriter<Waiting>>>,
    waiting: Waiting,
    parts: VecDeque<Part>,
    begun: bool,
    rows: u64,
    options: SimpleFileOptions,
}

fn broken(error: zip::result::ZipError) -> Error {
    Error::internal(error)
}

impl Archive {
    /// The archive of the person behind a contact.
    fn of(conn: &mut Connection, by: &Principal, id: ContactId) -> Result<Self> {
        let contact = contacts::store::find(conn, by, id)?;
        let root = contact.id;
        let members = contacts::cluster::members_of(conn, root)?;
        let query = format!("contact_id={root}");
        let mut all = Vec::new();
        let may = |permission| by.permissions.contains(&permission);
        let audit = may(Permission::AuditRead);
        let (events, rows) = (may(Permission::IngestManage), may(Permission::ImportsRun));
        all.push(text("README.txt", person::readme(&contact, audit, events, rows)));
        all.push(text("contact.json", person::json(conn, &contact, &members)?));
        all.push(text("contact.vcf", person::card(conn, &contact)?));
        let leads = parse_query::<LeadQuery>(&query)?;
        for format in [FileFormat::Ndjson, FileFormat::Csv] {
            let name = |csv, ndjson| if format == FileFormat::Csv { csv } else { ndjson };
            let interactions = Interactions::new(conn, by, parse_query(&query)?)?;
            all.push(file(name("interactions.csv", "interactions.ndjson"), interactions, format)?);
            let of_leads = Leads::filtered(conn, by, leads.clone(), Vec::new())?;
            all.push(file(name("leads.csv", "leads.ndjson"), of_leads, format)?);
            let stages = parts::Stages::new(conn, by, leads.clone())?;
            all.push(file(name("lead_stages.csv", "lead_stages.ndjson"), stages, format)?);
            let tasks = Tasks::new(conn, by, parse_query(&query)?)?;
            all.push(file(name("tasks.csv", "tasks.ndjson"), tasks, format)?);
            let line = Timeline::new(conn, by, root, parse_query("")?)?;
            all.push(file(name("timeline.csv", "timeline.ndjson"), line, format)?);
        }
        all.push(Part::Mails(Box::new(parts::Mails::new(by, &query)?)));
        all.push(file("identity_decisions.ndjson", parts::Decisions::new(members.clone()), FileFormat::Ndjson)?);
        if audit {
            all.push(file("audit_log.ndjson", parts::Audit::new(by, members.clone()), FileFormat::Ndjson)?);
        }
        let texts = mentions::telling(conn, &members)?;
        if events {
            let list = Mentions::<Refused>::of(texts.clone());
            all.push(file("refused_events.ndjson", list, FileFormat::Ndjson)?);
        }
        if rows {
            all.push(file("refused_rows.ndjson", Mentions::<RefusedRow>::of(texts), FileFormat::Ndjson)?);
        }
        let waiting = Waiting::default();
        Ok(Self {
            zip: Some(ZipWriter::new_stream(waiting.clone())),
            waiting,
            parts: all.into(),
            begun: false,
            rows: 0,
            options: options(Instant::now()),
        })
    }

    /// Writes the next piece of the part at hand; false where it is used up.
    fn step(&mut self, conn: &mut Connection) -> Result<bool> {
        let (Some(part), Some(zip)) = (self.parts.front_mut(), self.zip.as_mut()) else { return Ok(false) };
        match part {
            Part::File(name, pieces) => {
                if !self.begun {
                    self.begun = true;
                    zip.start_file(*name, self.options).map_err(broken)?;
                }
                let before = pieces.rows();
                let Some(bytes) = pieces.next(conn)? else { return Ok(false) };
                self.rows += pieces.rows() - before;
                zip.write_all(&bytes).map_err(|error| Error::from_io(&error))?;
            }
            Part::Mails(mails) => {
                let Some(some) = mails.next(conn)? else { return Ok(false) };
                for (name, html) in some {
                    zip.start_file(name, self.options).map_err(broken)?;
                    zip.write_all(html.as_bytes()).map_err(|error| Error::from_io(&error))?;
                }
            }
        }
        Ok(true)
    }
}

impl Pieces for Archive {
    fn next(&mut self, conn: &mut Connection) -> Result<Option<Vec<u8>>> {
        if self.zip.is_none() {
            return Ok(None);
        }
        if !self.step(conn)? {
            self.parts.pop_front();
            self.begun = false;
            if self.parts.is_empty()
                && let Some(zip) = self.zip.take()
            {
                zip.finish().map_err(broken)?;
            }
        }
        Ok(Some(self.waiting.take()))
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn finish(self: Box<Self>) -> Result<Option<std::fs::File>> {
        Ok(None)
    }
}

fn options(now: Instant) -> SimpleFileOptions {
    let utc = now.to_utc();
    let small = |n: u32| u8::try_from(n).unwrap_or(1);
    let year = u16::try_from(utc.year()).unwrap_or(1980);
    let (day, clock) = ((small(utc.month()), small(utc.day())), (small(utc.hour()), small(utc.minute())));
    let at = DateTime::from_date_and_time(year, day.0, day.1, clock.0, clock.1, small(utc.second()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    at.map_or(options, |at| options.last_modified_time(at))
}

fn file<L: List>(name: &'static str, list: L, format: FileFormat) -> Result<Part> {
    // Only workbooks need a folder.
    Ok(Part::File(name, Box::new(Export::new(name, list, &Form::of(format), PathBuf::new())?)))
}

fn text(name: &'static str, bytes: Vec<u8>) -> Part {
    Part::File(name, Box::new(Once(Some(bytes))))
}

/// A file written at once.
struct Once(Option<Vec<u8>>);

impl Pieces for Once {
    fn next(&mut self, _: &mut Connection) -> Result<Option<Vec<u8>>> {
        Ok(self.0.take())
    }

    fn rows(&self) -> u64 {
        0
    }

    fn finish(self: Box<Self>) -> Result<Option<std::fs::File>> {
        Ok(None)
    }
}
