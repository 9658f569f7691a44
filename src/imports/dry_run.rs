//! A run that changes nothing: every row is put into the database as it would be, chunk by chunk, and each chunk is
//! taken back. So it tells just what a run would do.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use csv::StringRecord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::batch::Batch;
use super::changes::Ledger;
use super::lookups::Lookups;
use super::making;
use super::mapping::{Mapping, MappingInput};
use super::patience;
use super::reader::{Column, Row, RowError};
use super::row::{Facts, Plan};
use super::run::{Prepared, Run, prepare, prepare_names, read_raw};
use super::store::{Counts, MOST_ERRORS, MOST_WITH_CELLS, Severity, is_short};
use crate::accounts::Principal;
use crate::contacts::identity::IdentityKind;
use crate::db::dialect::take_turns;
use crate::db::{Connection, savepoint};
use crate::error::{Error, Result};

/// Rows of a chunk.
const CHUNK: usize = 200;
/// How long a chunk may hold up others.
const LONGEST: Duration = Duration::from_millis(25);
/// The most identities that are remembered, to know a row about somebody an earlier row would have made.
const MOST_REMEMBERED: usize = 4_000_000;

/// What a run would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DryRun {
    /// Rows of the file.
    pub rows: i64,
    /// Rows that would make something.
    pub creates: i64,
    /// Rows that would change something.
    pub updates: i64,
    /// Rows that say nothing new.
    pub unchanged: i64,
    /// Rows that would be refused.
    pub errors: i64,
    /// Rows to look at.
    pub warnings: i64,
    /// Rows whose addresses and ids belong to several clients.
    pub conflicts: i64,
    /// Rows whose client is found by an e-mail address.
    pub matched_by_email: i64,
    /// Rows whose client is found by a phone number.
    pub matched_by_phone: i64,
    /// Rows whose client is found by an id in another system.
    pub matched_by_external_id: i64,
    /// Rows about somebody that an earlier row makes.
    pub repeated: i64,
    /// Custom fields that would be made.
    pub new_fields: Vec<String>,
    /// Pipelines and stages that would be made.
    pub new_stages: BTreeSet<String>,
}

/// A row's problem, with the row where it is short enough to be kept.
#[derive(Debug)]
pub struct Issue {
    /// The row's number.
    pub row: i64,
    /// How bad it is.
    pub severity: Severity,
    /// What it is.
    pub error: RowError,
    /// The row, shared by its problems.
    pub cells: Option<Arc<StringRecord>>,
}

/// The most bytes of rows that are kept with what is wrong with them; later problems are kept without.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Rows that were tried, and the pipelines and stages they need.
type Tried = (Vec<(Prepared, super::batch::Became)>, Vec<String>);

impl Run<'_> {
    /// Tries the whole file; gives what it came to and the rows to look at. `progress` is told of the rows tried and the
    /// bytes read, and says whether to go on.
    ///
    /// # Errors
    /// The mapping or the file as a whole cannot be taken, or the database is away.
    pub fn dry_run(
        &self,
        input: &MappingInput,
        progress: &mut dyn FnMut(i64, i64) -> bool,
    ) -> Result<Option<(DryRun, Vec<Issue>)>> {
        let mapping = input.parse()?;
        let mut rows = self.open(&mapping)?;
        let mut trial = Trial::default();
        let mut stride = CHUNK;
        trial.report.new_fields = self.missing_fields(&mapping)?;
        self.check_allowed(input, &mapping)?;
        let shared = Arc::new((mapping, rows.columns().to_vec(), self.region.to_owned()));
        loop {
            let mut raw = read_raw(&mut rows, CHUNK)?;
            if raw.is_empty() {
                break;
            }
            while !raw.is_empty() {
                let some: Arc<[Row]> = raw.iter().take(stride).cloned().collect();
                let (by, shared, some) = (self.by.clone(), shared.clone(), some);
                let (tried, new_stages) = patience::write(self.db, move |conn| {
                    // The turn is kept until the end of the transaction: the savepoint would give it back.
                    take_turns(conn)?;
                    try_rows(conn, &by, &shared, &some)
                })?;
                let taken = tried.len();
                stride = if taken < stride.min(raw.len()) { taken.max(8) + taken / 2 } else { (stride * 2).min(CHUNK) };
                raw.drain(..taken);
                trial.report.new_stages.extend(new_stages);
                trial.count(tried);
                if !progress(trial.report.rows, rows.bytes_read()) {
                    return Ok(None);
                }
            }
        }
        if rows.ended_in_quotes() {
            trial.report.warnings += 1;
            let (row, error) = (trial.report.rows, RowError::cut_off());
            trial.issues.push(Issue { row, severity: Severity::Warning, error, cells: None });
        }
        Ok(Some((trial.report, trial.issues)))
    }

    fn check_allowed(&self, input: &MappingInput, mapping: &Mapping) -> Result<()> {
        let (by, input, mapping) = (self.by.clone(), input.clone(), mapping.clone());
        self.db.read_now(move |conn| making::check_allowed(&Lookups::load(conn)?, &input, &mapping, &by))
    }

    fn missing_fields(&self, mapping: &Mapping) -> Result<Vec<String>> {
        let makes = mapping.makes.clone();
        self.db.read_now(move |conn| {
            let known = crate::fields::all(conn, None)?;
            let missing = makes
                .into_iter()
                .filter(|making| !known.iter().any(|field| field.entity == making.entity && field.key == making.key));
            Ok(missing.map(|making| making.label).collect())
        })
    }
}

/// Puts rows into the database until the time is up, and takes them back.
fn try_rows(
    conn: &mut Connection,
    by: &Principal,
    shared: &(Mapping, Vec<Column>, String),
    raw: &[Row],
) -> Result<Tried> {
    let mut tried = None;
    let back = savepoint(conn, |conn| {
        tried = Some(put(conn, by, shared, raw)?);
        Err::<(), _>(Error::not_found())
    });
    match (tried, back) {
        (Some(tried), _) => Ok(tried),
        (None, Err(error)) => Err(error),
        (None, Ok(())) => Ok((Vec::new(), Vec::new())),
    }
}

fn put(
    conn: &mut Connection,
    by: &Principal,
    (mapping, columns, region): &(Mapping, Vec<Column>, String),
    raw: &[Row],
) -> Result<Tried> {
    let mut ledger = Ledger::default();
    let before = Lookups::load(conn)?;
    let mut lookups = prepare_names(conn, by, mapping, &mut ledger)?;
    let cells = raw.iter().filter_map(|row| row.cells.as_ref().ok());
    let of_rows = making::of_rows(mapping, columns, cells);
    let of_columns = making::of_columns(mapping);
    let mut new = Vec::new();
    if mapping.makes_stages {
        new = making::missing(mapping, &before, of_rows.iter().chain(&of_columns));
    }
    making::ways(conn, by, mapping, &mut lookups, &of_rows, &mut ledger)?;
    let plan = Plan { mapping: mapping.clone(), columns: columns.clone(), lookups, region: region.clone() };
    let rows: Vec<Prepared> = raw.iter().map(|row| prepare(row.clone(), &plan)).collect();
    let facts: Vec<&Facts> = rows.iter().filter_map(|row| row.facts.as_ref().ok()).collect();
    let mut batch = Batch::new(conn, by, &plan, facts.into_iter())?;
    let mut became = Vec::with_capacity(rows.len());
    // What was made ready is to be used: the time begins here.
    let started = Clock::now();
    for row in &rows {
        if !became.is_empty() && started.elapsed() > LONGEST {
            break;
        }
        became.push(match &row.facts {
            Ok(facts) => batch.take(facts)?,
            Err(errors) => Err(errors.clone()),
        });
    }
    batch.end(None)?;
    Ok((rows.into_iter().zip(became).collect(), new))
}

#[derive(Default)]
struct Trial {
    report: DryRun,
    issues: Vec<Issue>,
    /// The bytes of the rows among them.
    bytes: usize,
    seen: HashSet<u64>,
}

impl Trial {
    fn count(&mut self, tried: Vec<(Prepared, super::batch::Became)>) {
        for (row, mut became) in tried {
            let keys = row.facts.as_ref().map(keys).unwrap_or_default();
            let repeats = keys.iter().any(|key| self.seen.contains(key));
            let report = &mut self.report;
            if let Ok(taken) = &mut became {
                if taken.created && repeats {
                    // Whoever an earlier row makes is there when this one comes.
                    (taken.created, taken.updated) = (false, true);
                    report.repeated += 1;
                } else {
                    match taken.matched {
                        Some(IdentityKind::Email) => report.matched_by_email += 1,
                        Some(IdentityKind::Phone) => report.matched_by_phone += 1,
                        Some(_) => report.matched_by_external_id += 1,
                        None => {}
                    }
                }
                report.conflicts += i64::from(taken.conflict);
                if self.seen.len() < MOST_REMEMBERED {
                    self.seen.extend(keys);
                }
            }
            let mut counts = Counts::default();
            let (severity, told) = counts.count(became);
            report.rows += 1;
            report.creates += counts.created;
            report.updates += counts.updated;
            report.unchanged += counts.unchanged;
            report.errors += counts.failed;
            report.warnings += counts.warnings;
            self.tell(row.number, severity, told, row.cells);
        }
    }

    /// Keeps a row's problems, as many as are kept.
    fn tell(&mut self, row: i64, severity: Severity, told: Vec<RowError>, cells: Option<StringRecord>) {
        let most = usize::try_from(MOST_ERRORS).unwrap_or(usize::MAX);
        if told.is_empty() || self.issues.len() >= most {
            return;
        }
        let cells = cells.filter(|cells| is_short(cells) && self.bytes < MOST_BYTES);
        self.bytes += cells.as_ref().map_or(0, |cells| cells.as_slice().len());
        let cells = cells.map(Arc::new);
        let left = most - self.issues.len();
        self.issues.extend(told.into_iter().take(left).enumerate().map(|(index, error)| {
            let cells = cells.clone().filter(|_| index < MOST_WITH_CELLS);
            Issue { row, severity, error, cells }
        }));
    }
}

/// What a later row about the same has in common with this one.
fn keys(facts: &Facts) -> Vec<u64> {
    let hash = |what: &dyn Fn(&mut DefaultHasher)| {
        let mut hasher = DefaultHasher::new();
        what(&mut hasher);
        hasher.finish()
    };
    if let Some(lead) = &facts.lead
        && let Some(id) = &lead.new.source_id
    {
        return vec![hash(&|hasher| ("lead", &lead.new.source, id).hash(hasher))];
    }
    if let (None, Some(company)) = (&facts.contact, &facts.company) {
        let ids = company.ids.iter().map(|id| hash(&|hasher| ("company", id).hash(hasher)));
        let name = company.name.as_ref().filter(|_| company.ids.is_empty());
        return ids.chain(name.map(|name| hash(&|hasher| ("name", name.to_lowercase()).hash(hasher)))).collect();
    }
    facts.identities.iter().map(|one| hash(&|hasher| one.hash(hasher))).collect()
}
