//! An import at work: chunk after chunk in short writes, each with the count of rows behind it.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use csv::StringRecord;

use super::ImportId;
use super::apply::{self, Taken};
use super::lookups::Lookups;
use super::reader::{Row, RowError, Rows};
use super::row::{Facts, Plan};
use super::store::{self, Counts, Import, ImportError, MOST_ERRORS, Severity, Status};
use crate::accounts::Principal;
use crate::db::{Connection, Db, savepoint};
use crate::error::{Code, Error, Result};

/// Rows read ahead of the database.
const CHUNK: usize = 200;
/// How long one write may hold up others.
const LONGEST_WRITE: Duration = Duration::from_millis(20);
/// How often a write is tried again while the database is away, a second apart.
const MOST_TRIES: u32 = 120;

/// An import and what it is done with.
#[derive(Debug)]
pub struct Run<'a> {
    /// The database.
    pub db: &'a Db,
    /// On whose behalf.
    pub by: &'a Principal,
    /// The country of phone numbers without a country code.
    pub region: &'a str,
    /// The file.
    pub file: &'a Path,
}

/// A row ready for the database.
#[derive(Debug)]
struct Prepared {
    number: i64,
    cells: Vec<String>,
    facts: Result<Facts, Vec<RowError>>,
}

impl Run<'_> {
    /// Works through the file from where the import stands, telling each step to `progress`, which says whether to go on.
    ///
    /// # Errors
    /// The database stays away, or another worker goes on with the import. A file that cannot be taken is no error: the
    /// import then says why.
    pub fn run(&self, import: &Import, progress: &mut dyn FnMut(&Counts) -> bool) -> Result<()> {
        let id = import.id;
        match self.rows(import, progress) {
            Ok(true) => self.end(id, Status::Finished, None),
            Ok(false) => Ok(()),
            Err(error) if error.code == Code::Invalid || error.code == Code::MalformedBody => {
                let mut problem = error.detail.unwrap_or_default().into_owned();
                for bad in &error.errors {
                    let sign = if problem.is_empty() { "" } else { "; " };
                    problem = format!("{problem}{sign}{}: {}", bad.field, bad.message);
                }
                self.end(id, Status::Failed, Some(problem))
            }
            Err(error) => Err(error),
        }
    }

    fn end(&self, id: ImportId, status: Status, problem: Option<String>) -> Result<()> {
        self.db.write_now(move |conn| store::finish(conn, id, status, problem.as_deref()))
    }

    /// Says whether the end of the file was reached.
    fn rows(&self, import: &Import, progress: &mut dyn FnMut(&Counts) -> bool) -> Result<bool> {
        let mapping = import.mapping.0.parse()?;
        let lookups = self.db.read_now(Lookups::load)?;
        lookups.check(&mapping)?;
        let file = File::open(self.file).map_err(|error| Error::internal(format!("the file is gone: {error}")))?;
        let mut rows = Rows::open(file, &mapping)?;
        let headers: Vec<String> = rows.headers().iter().map(str::to_owned).collect();
        let id = import.id;
        self.db.write_now(move |conn| store::set_headers(conn, id, &headers))?;
        let columns = rows.columns().to_vec();
        let plan = Arc::new(Plan { mapping, columns, lookups, region: self.region.to_owned() });
        let mut done = import.rows_read;
        let mut kept = import.failed + import.warnings;
        rows.skip(u64::try_from(done).unwrap_or_default())?;
        loop {
            let chunk = Arc::new(read_chunk(&mut rows, &plan)?);
            if chunk.is_empty() {
                return Ok(true);
            }
            let mut from = 0;
            while from < chunk.len() {
                let counts = self.write(id, &plan, &chunk, from, done, kept < MOST_ERRORS)?;
                from += usize::try_from(counts.rows_read).unwrap_or_default();
                done += counts.rows_read;
                kept += counts.failed + counts.warnings;
                if !progress(&counts) {
                    return Ok(false);
                }
            }
        }
    }

    /// One short write; waits for a database that is away.
    fn write(
        &self,
        id: ImportId,
        plan: &Arc<Plan>,
        chunk: &Arc<Vec<Prepared>>,
        from: usize,
        done: i64,
        keep: bool,
    ) -> Result<Counts> {
        let mut tries = 0;
        loop {
            let (by, plan, chunk) = (self.by.clone(), plan.clone(), chunk.clone());
            let written = self.db.write_now(move |conn| {
                let rows = chunk.get(from..).unwrap_or_default();
                write_rows(conn, &by, id, &plan, rows, done, keep)
            });
            match written {
                Err(error) if error.code.status() == 503 && tries < MOST_TRIES => {
                    tries += 1;
                    std::thread::sleep(Duration::from_secs(1));
                }
                other => return other,
            }
        }
    }
}

fn read_chunk<R: std::io::Read>(rows: &mut Rows<R>, plan: &Plan) -> Result<Vec<Prepared>> {
    let mut chunk = Vec::with_capacity(CHUNK);
    while chunk.len() < CHUNK
        && let Some(row) = rows.read()?
    {
        chunk.push(prepare(row, plan));
    }
    Ok(chunk)
}

fn prepare(row: Row, plan: &Plan) -> Prepared {
    let number = i64::try_from(row.number).unwrap_or(i64::MAX);
    let texts = |cells: &StringRecord| cells.iter().map(str::to_owned).collect();
    match row.cells {
        Ok(cells) => Prepared { number, facts: plan.read(&cells), cells: texts(&cells) },
        Err(error) => Prepared { number, facts: Err(vec![error]), cells: Vec::new() },
    }
}

/// Takes rows until the time is up; says what they came to.
fn write_rows(
    conn: &mut Connection,
    by: &Principal,
    id: ImportId,
    plan: &Plan,
    rows: &[Prepared],
    done: i64,
    keep: bool,
) -> Result<Counts> {
    let started = Clock::now();
    store::claim(conn, id, done)?;
    let mut counts = Counts::default();
    let mut errors = Vec::new();
    for row in rows {
        if counts.rows_read > 0 && started.elapsed() > LONGEST_WRITE {
            break;
        }
        counts.rows_read += 1;
        let mut note = |severity, error| {
            if keep {
                errors.push(ImportError::new(id, row.number, severity, error, Some(&row.cells)));
            }
        };
        match take(conn, by, plan, row)? {
            Ok(taken) => {
                match (taken.created, taken.updated) {
                    (true, _) => counts.created += 1,
                    (false, true) => counts.updated += 1,
                    (false, false) => counts.unchanged += 1,
                }
                counts.warnings += i64::from(!taken.warnings.is_empty());
                for warning in taken.warnings {
                    note(Severity::Warning, warning);
                }
            }
            Err(bad) => {
                counts.failed += 1;
                for error in bad {
                    note(Severity::Error, error);
                }
            }
        }
    }
    store::advance(conn, id, &counts, &errors)?;
    Ok(counts)
}

/// Takes a row, or says what is wrong with it; fails where the database does.
fn take(conn: &mut Connection, by: &Principal, plan: &Plan, row: &Prepared) -> Result<Result<Taken, Vec<RowError>>> {
    let facts = match &row.facts {
        Ok(facts) => facts,
        Err(errors) => return Ok(Err(errors.clone())),
    };
    match savepoint(conn, |conn| apply::apply(conn, by, &plan.lookups, facts)) {
        Ok(taken) => Ok(Ok(taken)),
        Err(error) if error.transient || error.code.status() >= 500 => Err(error),
        Err(error) if error.errors.is_empty() => {
            let message = error.detail.as_deref().unwrap_or(error.code.title()).to_owned();
            Ok(Err(vec![RowError::new(error.code.as_str(), message)]))
        }
        Err(error) => Ok(Err(error.errors.into_iter().map(|bad| plan.blame_any(bad)).collect())),
    }
}
