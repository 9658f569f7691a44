//! The imports and their bad rows, as kept.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ImportId;
pub use super::bad_rows::{ImportError, MOST_ERRORS, Severity, errors, errors_kept};
pub(super) use super::bad_rows::{MOST_WITH_CELLS, is_short, keep_errors};
use super::dry_run::DryRun;
use super::mapping::MappingInput;
use super::propose::Proposal;
use super::reader::RowError;
use crate::accounts::audit::{self, Subject};
use crate::accounts::{ApiKeyId, Principal, Scope, UserId};
use crate::db::Connection;
use crate::db::schema::imports;
use crate::db::types::{Instant, Json};
use crate::error::{Code, Error, Result};

crate::text_enum! {
    /// How far an import is.
    pub enum Status {
        /// Recognised, and waiting for what is decided about its columns.
        Draft = "draft",
        /// Being tried: nothing is changed.
        Checking = "checking",
        /// Waiting for its turn, or being read.
        Running = "running",
        /// Every row was taken or refused.
        Finished = "finished",
        /// The file as a whole cannot be taken: see `problem`.
        Failed = "failed",
        /// It stopped half-way and its file is gone: send the file again, nothing comes in twice.
        Interrupted = "interrupted",
        /// Somebody stopped it: what came in stays, unless it is undone.
        Cancelled = "cancelled",
        /// What it did is being taken back.
        Undoing = "undoing",
        /// What it did has been taken back.
        Undone = "undone",
    }
}

/// A file brought in, and what became of its rows.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = imports)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// The file's name, as told by who sent it.
    pub filename: String,
    #[serde(skip)]
    pub(super) fingerprint: Vec<u8>,
    /// What the columns mean.
    #[schema(value_type = MappingInput)]
    pub mapping: Json<MappingInput>,
    #[serde(skip)]
    pub(super) headers: Option<Json<Vec<String>>>,
    /// How far it is.
    pub status: Status,
    /// Rows read so far, header and blank lines not counted.
    pub rows_read: i64,
    /// Rows that made a client, a lead or a touchpoint.
    pub created: i64,
    /// Rows that changed what was there.
    pub updated: i64,
    /// Rows that said nothing new.
    pub unchanged: i64,
    /// Rows that were refused.
    pub failed: i64,
    /// Rows that were taken but are worth a look.
    pub warnings: i64,
    /// The file's size, in bytes; absent for imports of earlier versions.
    pub bytes: Option<i64>,
    /// How much of the file a run or a dry run has read, in bytes.
    pub bytes_read: i64,
    /// Why the file as a whole was not taken, or not to its end.
    pub problem: Option<String>,
    /// The person who sent it.
    pub created_by: Option<UserId>,
    /// The program that sent it.
    pub created_by_key: Option<ApiKeyId>,
    /// When it was sent.
    pub created_at: Instant,
    /// When it last made progress.
    pub updated_at: Instant,
    /// When it ended.
    pub finished_at: Option<Instant>,
    /// What the file was taken for; absent where it came with its mapping.
    #[schema(value_type = Option<Proposal>)]
    pub proposal: Option<Json<Proposal>>,
    /// What the last dry run came to.
    #[schema(value_type = Option<DryRun>)]
    pub dry_run: Option<Json<DryRun>>,
    #[serde(skip)]
    pub(super) tracked: bool,
    /// How far undoing it is, or what it came to.
    #[schema(value_type = Option<TakenBack>)]
    pub taken_back: Option<Json<TakenBack>>,
    #[serde(skip)]
    pub(super) undone_by: Option<UserId>,
    #[serde(skip)]
    pub(super) undone_by_key: Option<ApiKeyId>,
}

/// What undoing an import came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TakenBack {
    /// Records that are in the bin or as they were before.
    pub taken_back: i64,
    /// Records that stayed, wholly or in part, since somebody has changed them since.
    pub kept: i64,
}

/// What a stretch of rows came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows read.
    pub rows_read: i64,
    /// Rows that made something.
    pub created: i64,
    /// Rows that changed something.
    pub updated: i64,
    /// Rows that said nothing new.
    pub unchanged: i64,
    /// Rows refused.
    pub failed: i64,
    /// Rows to look at.
    pub warnings: i64,
    /// Bad rows and warnings that were kept.
    pub kept: usize,
}

impl Import {
    /// An import that has not read a row.
    #[must_use]
    pub fn new(by: &Principal, filename: String, fingerprint: Vec<u8>, mapping: MappingInput) -> Self {
        let now = Instant::now();
        Self {
            id: ImportId::new(),
            filename,
            fingerprint,
            mapping: Json(mapping),
            headers: None,
            status: Status::Running,
            rows_read: 0,
            created: 0,
            updated: 0,
            unchanged: 0,
            failed: 0,
            warnings: 0,
            bytes: None,
            bytes_read: 0,
            problem: None,
            created_by: by.actor.user(),
            created_by_key: by.actor.key(),
            created_at: now,
            updated_at: now,
            finished_at: None,
            proposal: None,
            dry_run: None,
            tracked: true,
            taken_back: None,
            undone_by: None,
            undone_by_key: None,
        }
    }

    /// A file that waits for what is decided about its columns.
    #[must_use]
    pub fn draft(by: &Principal, filename: String, fingerprint: Vec<u8>, proposal: Proposal) -> Self {
        let new = Self::new(by, filename, fingerprint, proposal.mapping.clone());
        let headers = proposal.columns.iter().map(|column| column.name.clone()).collect();
        Self { status: Status::Draft, headers: Some(Json(headers)), proposal: Some(Json(proposal)), ..new }
    }
}

const fn subject(id: ImportId) -> Subject {
    Subject { entity: "import", id: id.0, contact_id: None }
}

/// Notes in the audit log what somebody did about an import.
///
/// # Errors
/// The database refuses it.
pub fn note(conn: &mut Connection, by: &Principal, action: &str, import: &Import) -> Result<()> {
    let shown = serde_json::json!({ "filename": import.filename, "status": import.status });
    audit::record(conn, by, action, subject(import.id), None::<&()>, Some(&shown))
}

/// Keeps a new import.
///
/// # Errors
/// The database refuses the row.
pub fn insert(conn: &mut Connection, import: &Import) -> Result<()> {
    diesel::insert_into(imports::table).values(import).execute(conn)?;
    Ok(())
}

/// Takes up an import of the same file and mapping that a command line has left half-way, or keeps the new one.
///
/// # Errors
/// The database refuses it.
pub fn resume_or_insert(conn: &mut Connection, new: &Import, crashed_after: chrono::TimeDelta) -> Result<Import> {
    let left = running(conn)?.into_iter().find(|other| {
        other.status == Status::Running
            && other.created_by.is_none()
            && other.created_by_key.is_none()
            && other.fingerprint == new.fingerprint
            && other.mapping == new.mapping
            && new.created_at.since(other.updated_at) > crashed_after
    });
    match left {
        Some(left) => Ok(left),
        None => insert(conn, new).map(|()| new.clone()),
    }
}

/// One import, where the caller may see it: those who see all records see all imports, others their own.
///
/// # Errors
/// There is none for this caller.
pub fn find(conn: &mut Connection, by: &Principal, id: ImportId) -> Result<Import> {
    let import: Import = imports::table.find(id).select(Import::as_select()).first(conn)?;
    match by.scope {
        Scope::All => Ok(import),
        Scope::Owners(_) if import.created_by.is_some() && import.created_by == by.actor.user() => Ok(import),
        Scope::Owners(_) => Err(Error::not_found()),
    }
}

/// Imports, newest first: up to `limit` behind `after`.
///
/// # Errors
/// The database is away.
pub fn list(
    conn: &mut Connection,
    by: &Principal,
    after: Option<(Instant, ImportId)>,
    limit: i64,
) -> Result<Vec<Import>> {
    let mut query = imports::table.select(Import::as_select()).into_boxed();
    if by.scope.owners().is_some() {
        query = query.filter(imports::created_by.eq(by.actor.user().map(|user| user.0)));
    }
    if let Some((at, id)) = after {
        query = query.filter(imports::created_at.lt(at).or(imports::created_at.eq(at).and(imports::id.lt(id))));
    }
    Ok(query.order((imports::created_at.desc(), imports::id.desc())).limit(limit).load(conn)?)
}

/// Takes the import at `rows_read` for this transaction: nobody else can take the same rows.
///
/// # Errors
/// [`Code::Conflict`] where another worker has gone on with it.
pub fn claim(conn: &mut Connection, id: ImportId, rows_read: i64) -> Result<()> {
    let at = imports::table.find(id).filter(imports::rows_read.eq(rows_read).and(imports::status.eq(Status::Running)));
    match diesel::update(at).set(imports::updated_at.eq(Instant::now())).execute(conn)? {
        0 => Err(Error::because(Code::Conflict, ELSEWHERE)),
        _ => Ok(()),
    }
}

/// What is told where two workers have taken up one import.
pub(super) const ELSEWHERE: &str = "Another worker goes on with this import.";

/// Whether the error says that another worker goes on with the import, or somebody has stopped it.
#[must_use]
pub fn is_elsewhere(error: &Error) -> bool {
    error.code == Code::Conflict && error.detail.as_deref() == Some(ELSEWHERE)
}

/// Adds what a stretch of rows came to.
///
/// # Errors
/// The database refuses it.
pub fn advance(conn: &mut Connection, id: ImportId, more: &Counts, errors: &[ImportError]) -> Result<()> {
    diesel::update(imports::table.find(id))
        .set((
            imports::rows_read.eq(imports::rows_read + more.rows_read),
            imports::created.eq(imports::created + more.created),
            imports::updated.eq(imports::updated + more.updated),
            imports::unchanged.eq(imports::unchanged + more.unchanged),
            imports::failed.eq(imports::failed + more.failed),
            imports::warnings.eq(imports::warnings + more.warnings),
        ))
        .execute(conn)?;
    keep_errors(conn, errors)
}

/// Notes how much of the file has been read, in bytes.
///
/// # Errors
/// The database refuses it.
pub fn read_so_far(conn: &mut Connection, id: ImportId, bytes: i64) -> Result<()> {
    diesel::update(imports::table.find(id)).set(imports::bytes_read.eq(bytes)).execute(conn)?;
    Ok(())
}

/// Warns that the file ends inside quotes: of its last row.
///
/// # Errors
/// The database refuses it.
pub fn warn_of_end(conn: &mut Connection, id: ImportId) -> Result<()> {
    let last: i64 = imports::table.find(id).select(imports::rows_read).first(conn)?;
    let error = ImportError::new(id, last, Severity::Warning, RowError::cut_off(), None);
    advance(conn, id, &Counts { warnings: 1, ..Counts::default() }, &[error])
}

/// Notes the names in the first line.
///
/// # Errors
/// The database refuses it.
pub fn set_headers(conn: &mut Connection, id: ImportId, headers: &[String]) -> Result<()> {
    let set = imports::headers.eq(Some(Json(headers.to_vec())));
    diesel::update(imports::table.find(id)).set(set).execute(conn)?;
    Ok(())
}

/// Ends an import that is at work: running, tried, or taken back.
///
/// # Errors
/// The database refuses it.
pub fn finish(conn: &mut Connection, id: ImportId, status: Status, problem: Option<&str>) -> Result<()> {
    let now = Instant::now();
    let at_work = imports::table.find(id).filter(imports::status.eq_any(AT_WORK));
    diesel::update(at_work)
        .set((
            imports::status.eq(status),
            imports::problem.eq(problem),
            imports::updated_at.eq(now),
            imports::finished_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

const AT_WORK: [Status; 3] = [Status::Running, Status::Checking, Status::Undoing];

/// Imports that a worker has to go on with, oldest first.
///
/// # Errors
/// The database is away.
pub fn running(conn: &mut Connection) -> Result<Vec<Import>> {
    let running = imports::table.filter(imports::status.eq_any(AT_WORK));
    Ok(running.order((imports::created_at, imports::id)).select(Import::as_select()).load(conn)?)
}
