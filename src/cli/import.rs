//! `touchline import`: files into the database, row by row, beside a running server if there is one.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use sha2::{Digest, Sha256};

use super::{Failure, Installation, Outcome, Use, say};
use crate::accounts::Principal;
use crate::config::Config;
use crate::db::Db;
use crate::imports::mapping::{MappedField, MappingInput};
use crate::imports::report;
use crate::imports::run::Run;
use crate::imports::store::{self, Counts, Import, ImportError, Status};
use crate::pipelines;

/// What to import and how.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// CSV files (UTF-8, first line naming the columns), one after the other.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// What a column means: `target=column` or `target=fixed:value`. Targets: `email`, `phone`, `external_id:<source>`
    /// (one of these finds the client), `given_name`, `family_name`, `display_name`, `company`, `tags`, `source`, `owner`,
    /// `custom.<key>`, `lead.title`, `lead.pipeline`, `lead.amount`, `lead.currency`, `lead.source`, `lead.source_id`,
    /// `lead.entered_at`, `lead.custom.<key>`, `stage:<name>` (when the lead entered it), `touchpoint.channel`,
    /// `touchpoint.kind`, `touchpoint.occurred_at`, `touchpoint.subject`, `touchpoint.campaign`, `touchpoint.utm_source`, ….
    #[arg(long = "map", required = true, value_name = "TARGET=COLUMN")]
    map: Vec<MappedField>,
    /// What separates columns. Default: found in the first line.
    #[arg(long)]
    delimiter: Option<String>,
    /// How dates are written, such as %d.%m.%Y. Default: ISO 8601.
    #[arg(long)]
    date_format: Option<String>,
    /// The time zone of times that name none. Default: UTC.
    #[arg(long)]
    time_zone: Option<String>,
    /// The sign before decimals. Default: a point.
    #[arg(long)]
    decimal: Option<String>,
    /// Where to write the rows that were refused or are worth a look.
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
}

/// An import of the same file that has not moved for so long has crashed.
const CRASHED_AFTER: chrono::TimeDelta = chrono::TimeDelta::seconds(30);
/// How many bad rows are told on the terminal.
const TOLD: usize = 10;

/// Imports the files.
pub fn run(config: &Config, args: &ImportArgs) -> Outcome {
    let mapping = MappingInput {
        fields: args.map.clone(),
        delimiter: args.delimiter.clone(),
        date_format: args.date_format.clone(),
        time_zone: args.time_zone.clone(),
        decimal: args.decimal.clone(),
    };
    mapping.parse()?;
    let installation = Installation::open(config, Use::Shared)?;
    let db = &installation.db;
    db.write_now(|conn| pipelines::store::ensure_default(conn).map(drop))?;
    let mut told = Vec::new();
    for file in &args.files {
        let import = one(db, config, &mapping, file)?;
        told.push((import.clone(), summarise(db, &import)?));
        if import.status != Status::Finished {
            break;
        }
    }
    if let Some(path) = &args.errors {
        write_errors(path, &told)?;
    }
    match told.last() {
        Some((import, _)) if import.status != Status::Finished => {
            let problem = import.problem.as_deref().unwrap_or("it did not reach its end");
            Err(Failure::new(format!("{} was not imported: {problem}", import.filename)))
        }
        _ => Ok(()),
    }
}

/// Imports a file, going on where a crashed run of the same has left it.
fn one(db: &Db, config: &Config, mapping: &MappingInput, path: &Path) -> Outcome<Import> {
    let unreadable = |error: std::io::Error| Failure::new(format!("{} cannot be read: {error}", path.display()));
    let mut digest = Sha256::new();
    std::io::copy(&mut File::open(path).map_err(unreadable)?, &mut digest).map_err(unreadable)?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let new = Import::new(&Principal::system(), name, digest.finalize().to_vec(), mapping.clone());
    let import = db.write_now(move |conn| store::resume_or_insert(conn, &new, CRASHED_AFTER))?;
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}: {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.set_prefix(import.filename.clone());
    bar.enable_steady_tick(Duration::from_millis(200));
    let mut rows = import.rows_read;
    let by = Principal::system();
    let run = Run { db, by: &by, region: &config.region, file: path };
    let ran = run.run(&import, &mut |more: &Counts| {
        rows += more.rows_read;
        bar.set_message(format!("{rows} rows"));
        true
    });
    bar.finish_and_clear();
    ran?;
    let id = import.id;
    Ok(db.read_now(move |conn| store::find(conn, &Principal::system(), id))?)
}

/// Prints what became of a file; gives its bad rows.
fn summarise(db: &Db, import: &Import) -> Outcome<Vec<ImportError>> {
    let Import { filename, rows_read, created, updated, unchanged, failed, warnings, .. } = import;
    say(format!(
        "{filename}: {rows_read} rows; {created} created, {updated} updated, {unchanged} unchanged, {failed} failed, \
         {warnings} with a warning"
    ));
    let id = import.id;
    let errors = db.read_now(move |conn| store::errors(conn, id, None, store::MOST_ERRORS))?;
    for error in errors.iter().take(TOLD) {
        let column = error.column_name.as_ref().map(|column| format!(", column {column}")).unwrap_or_default();
        say(format!("  row {}{column}: {}: {}", error.row_number, error.severity, error.message));
    }
    if errors.len() > TOLD {
        say(format!("  and {} more: --errors FILE writes them all", errors.len() - TOLD));
    }
    Ok(errors)
}

fn write_errors(path: &Path, told: &[(Import, Vec<ImportError>)]) -> Outcome {
    let mut bytes = Vec::new();
    for (import, errors) in told {
        bytes.extend(report::csv(import, errors)?);
    }
    let written = std::fs::write(path, bytes);
    written.map_err(|error| Failure::new(format!("{} cannot be written: {error}", path.display())))
}
