//! An import at work: chunk after chunk in short writes, each with the count of rows behind it. One thread reads ahead,
//! the other writes.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use csv::StringRecord;
use flume::Sender;

use super::batch::Batch;
use super::changes::Ledger;
use super::lookups::Lookups;
use super::making;
use super::mapping::{Mapping, MappingInput};
use super::patience::{self, explain};
use super::reader::{Row, RowError, Rows};
use super::row::{Facts, Plan};
use super::store::{self, Counts, Import, ImportError, MOST_ERRORS, MOST_WITH_CELLS, Severity, Status};
use super::{ImportId, mapping};
use crate::accounts::Principal;
use crate::db::dialect::take_turns;
use crate::db::{Connection, Db};
use crate::error::{Error, Result};

/// Rows read ahead of the database.
const CHUNK: usize = 1024;
/// Chunks read ahead.
const AHEAD: usize = 2;
/// How long one write may hold up others.
const LONGEST_WRITE: Duration = Duration::from_millis(25);
/// How long one write may take while nobody else wants to write: what rows of one write touch is written once.
const LONGEST_ALONE: Duration = Duration::from_millis(250);

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
pub(super) struct Prepared {
    pub number: i64,
    pub cells: Option<StringRecord>,
    pub facts: Result<Facts, Vec<RowError>>,
}

/// Rows, and how they were read.
struct Chunk {
    plan: Arc<Plan>,
    rows: Vec<Prepared>,
    /// How much of the file had been read then.
    bytes_read: i64,
    /// Whether the file ends here, inside quotes.
    cut_off: bool,
}

/// How the reading of a file ended.
enum Ended {
    /// All of it is taken or refused; whether it ended inside quotes.
    Whole { cut_off: bool },
    /// Somebody wants it to go on later.
    Stopped,
}

impl Run<'_> {
    /// Works through the file from where the import stands, telling each step to `progress`, which says whether to go on.
    ///
    /// # Errors
    /// The database stays away, or another worker goes on with the import. A file that cannot be taken is no error: the
    /// import then says why. Neither is an import that somebody cancels.
    pub fn run(&self, import: &Import, progress: &mut dyn FnMut(&Counts) -> bool) -> Result<()> {
        let id = import.id;
        match self.rows(import, progress) {
            Ok(Ended::Whole { cut_off }) => self.end(id, cut_off),
            Ok(Ended::Stopped) => Ok(()),
            Err(error) if store::is_elsewhere(&error) && self.is_cancelled(id)? => Ok(()),
            // The file, the mapping or what is here has to be changed before it can be taken.
            Err(error) if error.code.status() < 500 && !store::is_elsewhere(&error) => {
                let problem = explain(&error);
                patience::write(self.db, move |conn| store::finish(conn, id, Status::Failed, Some(&problem)))
            }
            Err(error) => Err(error),
        }
    }

    fn is_cancelled(&self, id: ImportId) -> Result<bool> {
        let import = self.db.read_now(move |conn| store::find(conn, &Principal::system(), id))?;
        Ok(import.status == Status::Cancelled)
    }

    fn end(&self, id: ImportId, cut_off: bool) -> Result<()> {
        patience::write(self.db, move |conn| {
            if cut_off {
                store::warn_of_end(conn, id)?;
            }
            store::finish(conn, id, Status::Finished, None)
        })
    }

    fn rows(&self, import: &Import, progress: &mut dyn FnMut(&Counts) -> bool) -> Result<Ended> {
        let id = import.id;
        let mapping = import.mapping.0.parse()?;
        let mut rows = self.open(&mapping)?;
        let headers: Vec<String> = rows.headers().iter().map(str::to_owned).collect();
        let plan = self.plan(id, &import.mapping.0, mapping, &rows, headers)?;
        let mut done = import.rows_read;
        let mut kept = self.db.read_now(move |conn| store::errors_kept(conn, id))?;
        let mut stride = CHUNK;
        rows.skip(u64::try_from(done).unwrap_or_default())?;
        let (sender, chunks) = flume::bounded::<Result<Chunk>>(AHEAD);
        std::thread::scope(|scope| {
            scope.spawn(move || self.read_ahead(id, rows, plan, &sender));
            while let Ok(chunk) = chunks.recv() {
                let chunk = Arc::new(chunk?);
                if chunk.rows.is_empty() {
                    return Ok(Ended::Whole { cut_off: chunk.cut_off });
                }
                let mut from = 0;
                while from < chunk.rows.len() {
                    let room = usize::try_from(MOST_ERRORS - kept).unwrap_or_default();
                    let counts = self.write(id, &chunk, (from, stride), done, room)?;
                    let taken = usize::try_from(counts.rows_read).unwrap_or_default();
                    // No more rows are looked up than are likely to be taken before the time is up.
                    stride = if taken < stride { taken.max(8) + taken / 2 } else { (stride * 2).min(CHUNK) };
                    from += taken;
                    done += counts.rows_read;
                    kept += i64::try_from(counts.kept).unwrap_or_default();
                    if !progress(&counts) {
                        // The reader stops when nobody takes what it reads.
                        drop(chunks);
                        return Ok(Ended::Stopped);
                    }
                }
            }
            Err(Error::internal("the file's reader has stopped"))
        })
    }

    pub(super) fn open(&self, mapping: &Mapping) -> Result<Rows<File>> {
        let file = File::open(self.file).map_err(|error| Error::internal(format!("the file is gone: {error}")))?;
        Rows::open(file, mapping)
    }

    /// Makes what the mapping's columns need, and reads what names mean.
    fn plan(
        &self,
        id: ImportId,
        input: &MappingInput,
        mapping: Mapping,
        rows: &Rows<File>,
        headers: Vec<String>,
    ) -> Result<Arc<Plan>> {
        let (by, input, for_columns) = (self.by.clone(), input.clone(), mapping.clone());
        let lookups = patience::write(self.db, move |conn| {
            let mut ledger = Ledger::default();
            making::check_allowed(&Lookups::load(conn)?, &input, &for_columns, &by)?;
            let lookups = prepare_names(conn, &by, &for_columns, &mut ledger)?;
            ledger.write(conn, id)?;
            store::set_headers(conn, id, &headers)?;
            Ok(lookups)
        })?;
        let columns = rows.columns().to_vec();
        Ok(Arc::new(Plan { mapping, columns, lookups, region: self.region.to_owned() }))
    }

    fn read_ahead(&self, id: ImportId, mut rows: Rows<File>, mut plan: Arc<Plan>, to: &Sender<Result<Chunk>>) {
        loop {
            let chunk = read_raw(&mut rows, CHUNK).and_then(|raw| {
                plan = self.with_names(id, plan.clone(), &raw)?;
                let cut_off = raw.is_empty() && rows.ended_in_quotes();
                let bytes_read = rows.bytes_read();
                let rows = raw.into_iter().map(|row| prepare(row, &plan)).collect();
                Ok(Chunk { plan: plan.clone(), rows, bytes_read, cut_off })
            });
            let last = chunk.as_ref().map_or(true, |chunk| chunk.rows.is_empty());
            if to.send(chunk).is_err() || last {
                return;
            }
        }
    }

    /// The plan, once the pipelines and stages that the rows name are made.
    fn with_names(&self, id: ImportId, plan: Arc<Plan>, raw: &[Row]) -> Result<Arc<Plan>> {
        let cells = raw.iter().filter_map(|row| row.cells.as_ref().ok());
        let ways = making::of_rows(&plan.mapping, &plan.columns, cells);
        if !making::lack(&plan.mapping, &plan.lookups, &ways) {
            return Ok(plan);
        }
        let (by, old) = (self.by.clone(), plan.clone());
        let lookups = patience::write(self.db, move |conn| {
            let (mut ledger, mut lookups) = (Ledger::default(), Lookups::load(conn)?);
            making::ways(conn, &by, &old.mapping, &mut lookups, &ways, &mut ledger)?;
            ledger.write(conn, id)?;
            Ok(lookups)
        })?;
        Ok(Arc::new(Plan { lookups, ..Plan::clone(&plan) }))
    }

    /// One short write of up to `most` rows behind `from`; waits for a database that is away.
    fn write(
        &self,
        id: ImportId,
        chunk: &Arc<Chunk>,
        (from, most): (usize, usize),
        done: i64,
        room: usize,
    ) -> Result<Counts> {
        let (by, chunk, db) = (self.by.clone(), chunk.clone(), self.db.clone());
        let is_long = move |time| time > LONGEST_ALONE || (time > LONGEST_WRITE && db.load().writes > 0);
        patience::write(self.db, move |conn| {
            let rows = chunk.rows.get(from..(from + most).min(chunk.rows.len())).unwrap_or_default();
            let is_last = from + rows.len() == chunk.rows.len();
            let counts = write_rows(conn, &by, &chunk.plan, rows, (id, done, room), &is_long)?;
            if is_last && usize::try_from(counts.rows_read).is_ok_and(|taken| taken == rows.len()) {
                store::read_so_far(conn, id, chunk.bytes_read)?;
            }
            Ok(counts)
        })
    }
}

/// Makes the fields, pipelines and stages that the mapping itself names; gives what names mean then.
///
/// # Errors
/// The mapping names what is not there and may not be made.
pub(super) fn prepare_names(
    conn: &mut Connection,
    by: &Principal,
    mapping: &mapping::Mapping,
    ledger: &mut Ledger,
) -> Result<Lookups> {
    let mut lookups = Lookups::load(conn)?;
    making::ways(conn, by, mapping, &mut lookups, &making::of_columns(mapping), ledger)?;
    lookups.check(mapping)?;
    if making::fields(conn, by, &lookups, &mapping.makes, ledger)? {
        lookups = Lookups::load(conn)?;
    }
    Ok(lookups)
}

pub(super) fn read_raw<R: std::io::Read>(rows: &mut Rows<R>, most: usize) -> Result<Vec<Row>> {
    // Wide and long rows are read fewer at a time, so that memory stays flat.
    const MOST_CELLS: usize = 100_000;
    const MOST_BYTES: usize = 2 * 1024 * 1024;
    let mut raw = Vec::new();
    let (mut cells, mut bytes) = (0, 0);
    while raw.len() < most
        && cells < MOST_CELLS
        && bytes < MOST_BYTES
        && let Some(row) = rows.read()?
    {
        cells += row.cells.as_ref().map_or(0, StringRecord::len);
        bytes += row.cells.as_ref().map_or(0, |cells| cells.as_slice().len());
        raw.push(row);
    }
    Ok(raw)
}

pub(super) fn prepare(row: Row, plan: &Plan) -> Prepared {
    let number = i64::try_from(row.number).unwrap_or(i64::MAX);
    match row.cells {
        Ok(cells) => {
            let mut facts = plan.read(&cells);
            if let Ok(facts) = &mut facts {
                facts.warnings.extend(row.warning);
            }
            Prepared { number, facts, cells: Some(cells) }
        }
        Err(error) => Prepared { number, facts: Err(vec![error]), cells: None },
    }
}

/// Takes rows until the time is up; says what they came to.
fn write_rows(
    conn: &mut Connection,
    by: &Principal,
    plan: &Plan,
    rows: &[Prepared],
    (id, done, room): (ImportId, i64, usize),
    is_long: &dyn Fn(Duration) -> bool,
) -> Result<Counts> {
    store::claim(conn, id, done)?;
    take_turns(conn)?;
    let mut counts = Counts::default();
    let mut errors = Vec::new();
    let mut batch = Batch::new(conn, by, plan, rows.iter().filter_map(|row| row.facts.as_ref().ok()))?;
    // What was looked up is to be used: the time begins here.
    let started = Clock::now();
    for row in rows {
        if counts.rows_read > 0 && is_long(started.elapsed()) {
            break;
        }
        let became = match &row.facts {
            Ok(facts) => batch.take(facts)?,
            Err(errors) => Err(errors.clone()),
        };
        let (severity, told) = counts.count(became);
        let told = told.into_iter().take(room - errors.len());
        errors.extend(told.enumerate().map(|(index, error)| {
            let cells = row.cells.as_ref().filter(|_| index < MOST_WITH_CELLS);
            ImportError::new(id, row.number, severity, error, cells)
        }));
    }
    counts.kept = errors.len();
    batch.end(Some(id))?;
    store::advance(conn, id, &counts, &errors)?;
    Ok(counts)
}

impl Counts {
    /// Counts a row; gives what is to be told of it.
    pub(super) fn count(&mut self, became: super::batch::Became) -> (Severity, Vec<RowError>) {
        self.rows_read += 1;
        match became {
            Ok(taken) => {
                match (taken.created, taken.updated) {
                    (true, _) => self.created += 1,
                    (false, true) => self.updated += 1,
                    (false, false) => self.unchanged += 1,
                }
                self.warnings += i64::from(!taken.warnings.is_empty());
                (Severity::Warning, taken.warnings)
            }
            Err(errors) => {
                self.failed += 1;
                (Severity::Error, errors)
            }
        }
    }
}
