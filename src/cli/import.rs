//! `touchline import`: files into the database, row by row, beside a running server if there is one.

use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use sha2::{Digest, Sha256};

use super::{Failure, Installation, Outcome, Use, say};
use crate::accounts::Principal;
use crate::config::Config;
use crate::db::Db;
use crate::http;
use crate::imports::dry_run::{DryRun, Issue};
use crate::imports::lookups::Lookups;
use crate::imports::mapping::{MappedField, MappingInput, Unmapped};
use crate::imports::propose::{Proposal, propose};
use crate::imports::run::Run;
use crate::imports::store::{self, Counts, Import, ImportError, Status, TakenBack};
use crate::imports::undo::Undo;
use crate::imports::{ImportId, report, steps};
use crate::pipelines;

/// What to import and how.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Tables (CSV, first line naming the columns) or vCards, one after the other.
    #[arg(required_unless_present = "undo")]
    files: Vec<PathBuf>,
    /// What a column means: `target=column` or `target=fixed:value`. Targets: `email`, `phone`, `external_id:<source>`
    /// (one of these finds the client), `given_name`, `family_name`, `display_name`, `company`, `tags`, `source`, `owner`,
    /// `custom.<key>`, `lead.title`, `lead.pipeline`, `lead.amount`, `lead.currency`, `lead.source`, `lead.source_id`,
    /// `lead.entered_at`, `lead.custom.<key>`, `stage:<name>` (when the lead entered it), `touchpoint.channel`,
    /// `touchpoint.kind`, `touchpoint.occurred_at`, `touchpoint.subject`, `touchpoint.campaign`, `touchpoint.utm_source`, ….
    /// Without any the file is recognised and the mapping shown.
    #[arg(long = "map", value_name = "TARGET=COLUMN")]
    map: Vec<MappedField>,
    /// A mapping as the API takes it, as JSON; `GET /api/v1/imports/{id}` shows one.
    #[arg(long, value_name = "FILE", conflicts_with = "map")]
    mapping: Option<PathBuf>,
    /// Say what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Take the proposed mapping without asking.
    #[arg(long)]
    yes: bool,
    /// Leave out columns that nobody knows, instead of making custom fields of them; all of them, however many.
    #[arg(long)]
    drop_unknown: bool,
    /// The currency of amounts, such as EUR, where the file does not say.
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// Take back what an import did.
    #[arg(long, value_name = "ID", conflicts_with_all = ["files", "map", "mapping", "dry_run"])]
    undo: Option<ImportId>,
    /// What separates columns. Default: found in the file.
    #[arg(long)]
    delimiter: Option<String>,
    /// The charset, such as windows-1251. Default: found in the file; UTF-8 with `--map`.
    #[arg(long)]
    encoding: Option<String>,
    /// How dates are written, such as %d.%m.%Y. Default: found in the file; ISO 8601 with `--map`.
    #[arg(long)]
    date_format: Option<String>,
    /// The time zone of times that name none. Default: UTC.
    #[arg(long)]
    time_zone: Option<String>,
    /// The sign before decimals. Default: found in the file; a point with `--map`.
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

/// Imports the files, tries them, or takes an import back.
pub fn run(config: &Config, args: &ImportArgs) -> Outcome {
    let given = args.with_options(args.given()?);
    let is_given = !given.fields.is_empty();
    if is_given {
        given.parse()?;
    }
    let installation = Installation::open(config, Use::Shared)?;
    let db = &installation.db;
    if let Some(id) = args.undo {
        return undo(db, id);
    }
    if is_given && !args.dry_run {
        db.write_now(|conn| pipelines::store::ensure_default(conn).map(drop))?;
    }
    let mut told = Vec::new();
    for file in &args.files {
        let mapping = if is_given { given.clone() } else { recognised(db, args, file)? };
        if args.dry_run {
            tried(db, config, &mapping, file, args)?;
            continue;
        }
        if !is_given && !args.yes && !agreed(file)? {
            return Err(Failure::new("Nothing was imported."));
        }
        let import = one(db, config, &mapping, file)?;
        told.push((import.clone(), summarise(db, &import)?));
        if import.status != Status::Finished {
            break;
        }
    }
    if let (Some(path), false) = (&args.errors, args.dry_run) {
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

impl ImportArgs {
    /// The mapping that the command line gives; without fields where it gives none.
    fn given(&self) -> Outcome<MappingInput> {
        let Some(path) = &self.mapping else {
            return Ok(MappingInput { fields: self.map.clone(), ..MappingInput::default() });
        };
        let unreadable = |error: std::io::Error| Failure::new(format!("{} cannot be read: {error}", path.display()));
        Ok(http::read_json(&std::fs::read(path).map_err(unreadable)?)?)
    }

    /// A mapping with what the command line says in the place of what was found.
    fn with_options(&self, mapping: MappingInput) -> MappingInput {
        let mut fields = mapping.fields;
        let maps = |target: &str| fields.iter().any(|field| field.target == target);
        if let (Some(code), true, false) = (&self.currency, maps("lead.amount"), maps("lead.currency")) {
            let to = MappedField::to("lead.currency".to_owned());
            fields.push(MappedField { value: Some(code.to_uppercase()), ..to });
        }
        if self.drop_unknown {
            fields.retain(|field| field.label.is_none());
        }
        let unmapped = mapping.unmapped.or(self.drop_unknown.then_some(Unmapped::Drop));
        let or = |given: &Option<String>, found| given.clone().or(found);
        MappingInput {
            fields,
            delimiter: or(&self.delimiter, mapping.delimiter),
            encoding: or(&self.encoding, mapping.encoding),
            date_format: or(&self.date_format, mapping.date_format),
            time_zone: or(&self.time_zone, mapping.time_zone),
            decimal: or(&self.decimal, mapping.decimal),
            unmapped,
            ..mapping
        }
    }
}

/// The mapping that is proposed for a file, shown.
fn recognised(db: &Db, args: &ImportArgs, file: &Path) -> Outcome<MappingInput> {
    let lookups = db.read_now(Lookups::load)?;
    let proposal = propose(file, &lookups)?;
    let mapping = args.with_options(proposal.mapping.clone());
    show(file, &proposal, &mapping);
    let asked = |_| Failure::new(questions(&proposal, &mapping));
    proposal.check_answers(&mapping).map_err(asked)?;
    Ok(mapping)
}

fn questions(proposal: &Proposal, mapping: &MappingInput) -> String {
    let option = |code: &str| match code {
        "currency" => "--currency",
        "unmapped" => "--drop-unknown",
        _ => "--date-format",
    };
    let open = proposal.check_answers(mapping).err().map(|error| error.errors).unwrap_or_default();
    let lines = open.iter().map(|bad| format!("{} ({})", bad.message, option(&bad.code)));
    lines.collect::<Vec<_>>().join("\n")
}

fn show(file: &Path, proposal: &Proposal, mapping: &MappingInput) {
    let layout = [&mapping.encoding, &mapping.delimiter, &mapping.date_format];
    let layout: Vec<_> = layout.into_iter().flatten().map(|text| text.replace('\t', "tab")).collect();
    say(format!("{}: {} ({})", file.display(), proposal.label, layout.join("  ")));
    for column in &proposal.columns {
        let mine = |field: &&MappedField| field.position == Some(column.position);
        let targets: Vec<_> = mapping.fields.iter().filter(mine).map(|field| field.target.as_str()).collect();
        let target = if targets.is_empty() { "(left out)".to_owned() } else { targets.join(", ") };
        let sample = column.samples.first().map(String::as_str).unwrap_or_default().replace('\n', " / ");
        say(format!("  {:<32} {target:<36} {sample}", column.name));
    }
    for field in mapping.fields.iter().filter(|field| field.position.is_none()) {
        say(format!("  {:<32} {:<36} {}", "(every row)", field.target, field.value.as_deref().unwrap_or_default()));
    }
    for owner in &proposal.unknown_owners {
        say(format!("  The owner '{owner}' is nobody here: their records are left without one."));
    }
    for remark in &proposal.remarks {
        say(format!("  {remark}"));
    }
}

fn agreed(file: &Path) -> Outcome<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(
            "Give --yes to import it so, --dry-run to try it, or --map for a mapping of your own.",
        ));
    }
    say(format!("Import {} so? [y/N]", file.display()));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(Failure::new)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

fn bar(name: &str, rows: u64) -> ProgressBar {
    let bar = ProgressBar::new(rows);
    let template = "{prefix} {wide_bar} {pos} rows, {per_sec}, {elapsed}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_prefix(name.to_owned());
    bar
}

/// A file's digest, and its lines, which are about its rows.
fn digest(path: &Path) -> Outcome<(Vec<u8>, u64)> {
    let unreadable = |error: std::io::Error| Failure::new(format!("{} cannot be read: {error}", path.display()));
    let (mut file, mut block) = (File::open(path).map_err(unreadable)?, vec![0; 64 * 1024]);
    let (mut digest, mut lines) = (Sha256::new(), 0_u64);
    loop {
        let read = file.read(&mut block).map_err(unreadable)?;
        let some = block.get(..read).unwrap_or_default();
        if some.is_empty() {
            return Ok((digest.finalize().to_vec(), lines));
        }
        digest.update(some);
        lines += some.iter().fold(0_u64, |count, byte| count + u64::from(*byte == b'\n'));
    }
}

/// Imports a file, going on where a crashed run of the same has left it.
fn one(db: &Db, config: &Config, mapping: &MappingInput, path: &Path) -> Outcome<Import> {
    let (digest, lines) = digest(path)?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let new = Import::new(&Principal::system(), name, digest, mapping.clone());
    let import = db.write_now(move |conn| store::resume_or_insert(conn, &new, CRASHED_AFTER))?;
    let bar = bar(&import.filename, lines);
    bar.inc(u64::try_from(import.rows_read).unwrap_or_default());
    let by = Principal::system();
    let run = Run { db, by: &by, region: &config.region, file: path };
    let ran = run.run(&import, &mut |more: &Counts| {
        bar.inc(u64::try_from(more.rows_read).unwrap_or_default());
        true
    });
    bar.finish_and_clear();
    ran?;
    let id = import.id;
    Ok(db.read_now(move |conn| store::find(conn, &Principal::system(), id))?)
}

/// Tries a file and prints what that came to.
fn tried(db: &Db, config: &Config, mapping: &MappingInput, path: &Path, args: &ImportArgs) -> Outcome {
    let (_, lines) = digest(path)?;
    let bar = bar("trying", lines);
    let by = Principal::system();
    let run = Run { db, by: &by, region: &config.region, file: path };
    let result = run.dry_run(mapping, &mut |rows, _| {
        bar.set_position(u64::try_from(rows).unwrap_or_default());
        true
    });
    bar.finish_and_clear();
    let Some((found, issues)) = result? else { return Ok(()) };
    tell_trial(path, &found);
    let import = Import::new(&by, path.display().to_string(), Vec::new(), mapping.clone());
    let error =
        |issue: Issue| ImportError::new(import.id, issue.row, issue.severity, issue.error, issue.cells.as_deref());
    let errors: Vec<_> = issues.into_iter().map(error).collect();
    tell_errors(&errors);
    match &args.errors {
        Some(to) => write_errors(to, &[(import, errors)]),
        None => Ok(()),
    }
}

fn tell_trial(path: &Path, found: &DryRun) {
    let DryRun { rows, creates, updates, unchanged, errors, warnings, conflicts, repeated, .. } = found;
    say(format!(
        "{}: {rows} rows would give {creates} created, {updates} updated, {unchanged} unchanged, {errors} failed, \
         {warnings} with a warning; nothing was changed",
        path.display()
    ));
    let (email, phone, id) = (found.matched_by_email, found.matched_by_phone, found.matched_by_external_id);
    say(format!(
        "  clients found by e-mail {email}, by phone {phone}, by an id {id}; {repeated} rows about somebody of the file; \
         {conflicts} about several clients"
    ));
    for (what, names) in [("custom fields", found.new_fields.join(", ")), ("stages", join(&found.new_stages))] {
        if !names.is_empty() {
            say(format!("  {what} that would be made: {names}"));
        }
    }
}

fn join(names: &std::collections::BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Prints what became of a file; gives its bad rows.
fn summarise(db: &Db, import: &Import) -> Outcome<Vec<ImportError>> {
    let Import { filename, rows_read, created, updated, unchanged, failed, warnings, id, .. } = import;
    say(format!(
        "{filename}: {rows_read} rows; {created} created, {updated} updated, {unchanged} unchanged, {failed} failed, \
         {warnings} with a warning"
    ));
    let id = *id;
    let errors = db.read_now(move |conn| store::errors(conn, id, None, store::MOST_ERRORS))?;
    tell_errors(&errors);
    say(format!("  To take it back: touchline import --undo {id}"));
    Ok(errors)
}

fn tell_errors(errors: &[ImportError]) {
    for error in errors.iter().take(TOLD) {
        let column = error.column_name.as_ref().map(|column| format!(", column {column}")).unwrap_or_default();
        say(format!("  row {}{column}: {}: {}", error.row_number, error.severity, error.message));
    }
    if errors.len() > TOLD {
        say(format!("  and {} more: --errors FILE writes them all", errors.len() - TOLD));
    }
}

fn write_errors(path: &Path, told: &[(Import, Vec<ImportError>)]) -> Outcome {
    let mut bytes = Vec::new();
    for (import, errors) in told {
        bytes.extend(report::csv(import, errors)?);
    }
    let written = std::fs::write(path, bytes);
    written.map_err(|error| Failure::new(format!("{} cannot be written: {error}", path.display())))
}

/// Takes an import back, going on where a crash has left it.
fn undo(db: &Db, id: ImportId) -> Outcome {
    let by = Principal::system();
    let system = by.clone();
    let import = db.write_now(move |conn| {
        let import = store::find(conn, &system, id)?;
        if !matches!(import.status, Status::Undoing | Status::Undone) {
            steps::begin_undo(conn, &system, &import)?;
        }
        store::find(conn, &system, id)
    })?;
    if import.status == Status::Undoing {
        let bar = bar("taking back", 0);
        let undo = Undo { db, by: &by };
        let ran = undo.run(&import, &mut |so_far: &TakenBack| {
            bar.set_position(u64::try_from(so_far.taken_back + so_far.kept).unwrap_or_default());
            true
        });
        bar.finish_and_clear();
        ran?;
    }
    let import = db.read_now(move |conn| store::find(conn, &Principal::system(), id))?;
    let TakenBack { taken_back, kept } = import.taken_back.map(|known| known.0).unwrap_or_default();
    say(format!("{}: {taken_back} changes taken back, {kept} kept since they were changed meanwhile", import.filename));
    Ok(())
}
