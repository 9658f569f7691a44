//! `touchline export`: a list into a file, beside a running server if there is one.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Failure, Installation, Outcome, Use, say};
use crate::accounts::Principal;
use crate::config::Config;
use crate::db::{Connection, Db};
use crate::error::Result;
use crate::exports::file::{Export, Pieces};
use crate::exports::lists::companies::Companies;
use crate::exports::lists::contacts::Contacts;
use crate::exports::lists::interactions::Interactions;
use crate::exports::lists::leads::Leads;
use crate::exports::lists::tasks::Tasks;
use crate::exports::log::{ExportId, Taken};
use crate::exports::request::{self, Asked, no_custom};
use crate::exports::table::List;

/// The lists there are.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    Contacts,
    Companies,
    Leads,
    Interactions,
    Tasks,
}

impl What {
    const fn name(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Companies => "companies",
            Self::Leads => "leads",
            Self::Interactions => "interactions",
            Self::Tasks => "tasks",
        }
    }
}

/// What to export and how.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The list.
    #[arg(value_enum)]
    list: What,
    /// `csv`, `ndjson`, `xlsx` or `vcard`. Default: by the file's ending, else CSV.
    #[arg(long)]
    format: Option<String>,
    /// The file to write; it appears once it is whole.
    #[arg(long, short)]
    output: PathBuf,
    /// The filter as in the API's query string, such as 'source=fair&tag=vip'; may be given several times.
    #[arg(long)]
    filter: Vec<String>,
    /// The columns in their order, with commas between. Default: all.
    #[arg(long)]
    columns: Option<String>,
    /// The IANA time zone of moments. Default: UTC.
    #[arg(long)]
    tz: Option<String>,
    /// Begin CSV with a byte order mark, for Excel.
    #[arg(long)]
    bom: bool,
    /// What separates the columns of CSV. Default: a comma.
    #[arg(long)]
    delimiter: Option<String>,
    /// Leave texts that look like formulas as they are.
    #[arg(long)]
    raw_formulas: bool,
    /// The version of vCards. Default: 4.0.
    #[arg(long)]
    vcard: Option<String>,
}

impl ExportArgs {
    /// The same as a query string of the API.
    fn query(&self) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        let ending = self.output.extension().and_then(|ending| ending.to_str());
        let by_ending = match ending {
            Some("ndjson" | "jsonl") => Some("ndjson"),
            Some("xlsx") => Some("xlsx"),
            Some("vcf") => Some("vcard"),
            _ => None,
        };
        let given = [
            ("format", self.format.as_deref().or(by_ending)),
            ("columns", self.columns.as_deref()),
            ("tz", self.tz.as_deref()),
            ("bom", self.bom.then_some("true")),
            ("delimiter", self.delimiter.as_deref()),
            ("formulas", self.raw_formulas.then_some("raw")),
            ("vcard", self.vcard.as_deref()),
        ];
        given.iter().filter_map(|(name, value)| Some((name, (*value)?))).for_each(|(name, value)| {
            form.append_pair(name, value);
        });
        let parts = self.filter.iter().map(|part| part.trim_start_matches('?').to_owned());
        std::iter::once(form.finish()).chain(parts).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&")
    }
}

/// Exports the list.
pub fn run(config: &Config, args: &ExportArgs) -> Outcome {
    let installation = Installation::open(config, Use::Shared)?;
    let db = &installation.db;
    let (query, by, region) = (args.query(), Principal::system(), config.region.clone());
    let folder =
        args.output.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or(".".into(), Path::to_owned);
    let name = args.list.name();
    let pieces = match args.list {
        What::Contacts => {
            let asked = request::read(&query, false)?;
            open(db, name, asked, folder.clone(), move |conn, filter, custom| {
                Contacts::new(conn, &by, filter, custom, region)
            })
        }
        What::Companies => {
            let asked = request::read(&query, false)?;
            open(db, name, asked, folder.clone(), move |conn, filter, custom| {
                Companies::new(conn, &by, filter, custom, region)
            })
        }
        What::Leads => {
            let asked = request::read(&query, false)?;
            open(db, name, asked, folder.clone(), move |conn, filter, custom| {
                Leads::filtered(conn, &by, filter, custom)
            })
        }
        What::Interactions => {
            let asked = request::read(&query, false)?;
            open(db, name, asked, folder.clone(), move |conn, filter, custom| {
                no_custom(&custom)?;
                Interactions::new(conn, &by, filter)
            })
        }
        What::Tasks => {
            let asked = request::read(&query, false)?;
            open(db, name, asked, folder.clone(), move |conn, filter, custom| {
                no_custom(&custom)?;
                Tasks::new(conn, &by, filter)
            })
        }
    }?;
    let taken = Taken { id: ExportId::new(), list: name, query, contact: None };
    let note = taken.clone();
    db.write_now(move |conn| note.begin(conn, &Principal::system()))?;
    let (rows, wrote) = match write(db, pieces, &args.output, &folder) {
        Ok(rows) => (rows, Ok(())),
        Err(failure) => (0, Err(failure)),
    };
    let complete = wrote.is_ok();
    db.write_now(move |conn| taken.end(conn, &Principal::system(), rows, complete))?;
    wrote?;
    say(format!("{}: {rows} {name}", args.output.display()));
    Ok(())
}

fn open<L: List, T: Send + 'static>(
    db: &Db,
    name: &'static str,
    asked: Asked<T>,
    folder: PathBuf,
    make: impl FnOnce(&mut Connection, T, Vec<crate::fields::Wanted>) -> Result<L> + Send + 'static,
) -> Result<Box<dyn Pieces>> {
    let Asked { form, filter, custom, .. } = asked;
    db.read_now(move |conn| {
        let list = make(conn, filter, custom)?;
        Ok(Box::new(Export::new(name, list, &form, folder)?) as Box<dyn Pieces>)
    })
}

/// Writes the file beside its place and puts it there when it is whole; gives the number of rows.
fn write(db: &Db, mut pieces: Box<dyn Pieces>, output: &Path, folder: &Path) -> Outcome<u64> {
    let unwritable = |error: std::io::Error| Failure::new(format!("{} cannot be written: {error}", output.display()));
    let mut part = tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
    let mut out = BufWriter::new(part.as_file_mut());
    loop {
        let (back, bytes) = db.read_now(move |conn| {
            let bytes = pieces.next(conn)?;
            Ok((pieces, bytes))
        })?;
        pieces = back;
        let Some(bytes) = bytes else { break };
        out.write_all(&bytes).map_err(unwritable)?;
    }
    let rows = pieces.rows();
    if let Some(mut file) = pieces.finish()? {
        std::io::copy(&mut file, &mut out).map_err(unwritable)?;
    }
    out.flush().map_err(unwritable)?;
    drop(out);
    File::sync_all(part.as_file()).map_err(unwritable)?;
    part.persist(output).map_err(|error| unwritable(error.error))?;
    Ok(rows)
}
