//! From state to state: what an import may do next, kept so that two workers never do the same.

use diesel::prelude::*;

use super::ImportId;
use super::dry_run::DryRun;
use super::mapping::MappingInput;
use super::store::{ELSEWHERE, Import, ImportError, Status, TakenBack, keep_errors};
use crate::accounts::Principal;
use crate::db::Connection;
use crate::db::schema::{import_errors, imports};
use crate::db::types::{Instant, Json};
use crate::error::{Code, Error, Result};

/// Imports whose files are still needed: drafts, and those at work.
///
/// # Errors
/// The database is away.
pub fn with_files(conn: &mut Connection) -> Result<Vec<ImportId>> {
    const WAITING: [Status; 3] = [Status::Draft, Status::Checking, Status::Running];
    Ok(imports::table.filter(imports::status.eq_any(WAITING)).select(imports::id).load(conn)?)
}

/// Throws away drafts that nobody has touched for so long: their samples, and the rows that a dry run told of. Gives some
/// of them, whose files can go.
///
/// # Errors
/// The database is away.
pub fn forget_old(conn: &mut Connection, now: Instant, kept: chrono::TimeDelta) -> Result<Vec<ImportId>> {
    const BITE: i64 = 20;
    const PROBLEM: &str = "It waited too long for a decision: send the file again.";
    let old = imports::table.filter(imports::status.eq(Status::Draft).and(imports::updated_at.lt(now.plus(-kept))));
    let drafts: Vec<Import> = old.limit(BITE).select(Import::as_select()).load(conn)?;
    for draft in &drafts {
        advance_to(conn, draft, &[Status::Draft], Status::Cancelled)?;
        diesel::update(imports::table.find(draft.id))
            .set((imports::finished_at.eq(now), imports::problem.eq(PROBLEM)))
            .execute(conn)?;
        forget_samples(conn, draft)?;
        diesel::delete(import_errors::table.filter(import_errors::import_id.eq(draft.id))).execute(conn)?;
    }
    Ok(drafts.into_iter().map(|draft| draft.id).collect())
}

/// Notes how far a dry run has read; says whether it is to go on.
///
/// # Errors
/// The database refuses it.
pub fn advance_trial(conn: &mut Connection, id: ImportId, bytes_read: i64) -> Result<bool> {
    let checking = imports::table.find(id).filter(imports::status.eq(Status::Checking));
    let set = (imports::bytes_read.eq(bytes_read), imports::updated_at.eq(Instant::now()));
    Ok(diesel::update(checking).set(set).execute(conn)? > 0)
}

/// Forgets the samples of people's data that a draft showed.
fn forget_samples(conn: &mut Connection, import: &Import) -> Result<()> {
    let Some(Json(proposal)) = import.proposal.clone() else { return Ok(()) };
    let proposal = proposal.without_samples();
    diesel::update(imports::table.find(import.id)).set(imports::proposal.eq(Some(Json(proposal)))).execute(conn)?;
    Ok(())
}

/// Moves an import from one of these states to another; says what is in its way.
///
/// # Errors
/// [`Code::Conflict`] where it is in none of them.
pub fn advance_to(conn: &mut Connection, import: &Import, from: &[Status], to: Status) -> Result<()> {
    let there = imports::table.find(import.id).filter(imports::status.eq_any(from));
    let now = Instant::now();
    let set = (imports::status.eq(to), imports::updated_at.eq(now), imports::problem.eq(None::<String>));
    if diesel::update(there).set(set).execute(conn)? == 0 {
        return Err(Error::because(Code::Conflict, format!("The import is {} now.", import.status)));
    }
    Ok(())
}

/// Decides what a draft's columns mean; what was tried before does not count any more.
///
/// # Errors
/// [`Code::Conflict`] where it is no draft.
pub fn set_mapping(conn: &mut Connection, import: &Import, mapping: &MappingInput) -> Result<()> {
    advance_to(conn, import, &[Status::Draft], Status::Draft)?;
    diesel::delete(import_errors::table.filter(import_errors::import_id.eq(import.id))).execute(conn)?;
    diesel::update(imports::table.find(import.id))
        .set((imports::mapping.eq(Json(mapping.clone())), imports::dry_run.eq(None::<Json<DryRun>>)))
        .execute(conn)?;
    Ok(())
}

/// Begins the run of a draft: what a dry run told of its rows goes.
///
/// # Errors
/// [`Code::Conflict`] where it is no draft.
pub fn start(conn: &mut Connection, import: &Import) -> Result<()> {
    advance_to(conn, import, &[Status::Draft], Status::Running)?;
    forget_samples(conn, import)?;
    diesel::delete(import_errors::table.filter(import_errors::import_id.eq(import.id))).execute(conn)?;
    Ok(())
}

/// Keeps what a dry run came to, and the rows to look at; the draft waits again.
///
/// # Errors
/// The database refuses it.
pub fn tried(conn: &mut Connection, id: ImportId, report: &DryRun, errors: &[ImportError]) -> Result<()> {
    let checking = imports::table.find(id).filter(imports::status.eq(Status::Checking));
    let set = (
        imports::status.eq(Status::Draft),
        imports::dry_run.eq(Some(Json(report.clone()))),
        imports::updated_at.eq(Instant::now()),
    );
    if diesel::update(checking).set(set).execute(conn)? == 0 {
        return Ok(());
    }
    diesel::delete(import_errors::table.filter(import_errors::import_id.eq(id))).execute(conn)?;
    keep_errors(conn, errors)
}

/// The draft waits again, since its dry run could not be made.
///
/// # Errors
/// The database refuses it.
pub fn not_tried(conn: &mut Connection, id: ImportId, problem: &str) -> Result<()> {
    let checking = imports::table.find(id).filter(imports::status.eq(Status::Checking));
    let set = (imports::status.eq(Status::Draft), imports::problem.eq(problem), imports::updated_at.eq(Instant::now()));
    diesel::update(checking).set(set).execute(conn)?;
    Ok(())
}

/// Stops a draft, a dry run or a run for good.
///
/// # Errors
/// [`Code::Conflict`] where it has ended.
pub fn cancel(conn: &mut Connection, import: &Import) -> Result<()> {
    advance_to(conn, import, &[Status::Draft, Status::Checking, Status::Running], Status::Cancelled)?;
    diesel::update(imports::table.find(import.id)).set(imports::finished_at.eq(Instant::now())).execute(conn)?;
    forget_samples(conn, import)
}

/// Begins to take back what an import did, on behalf of `by`.
///
/// # Errors
/// [`Code::Conflict`] where it is at work, or is from before it was noted what imports do.
pub fn begin_undo(conn: &mut Connection, by: &Principal, import: &Import) -> Result<()> {
    const ENDED: [Status; 4] = [Status::Finished, Status::Failed, Status::Interrupted, Status::Cancelled];
    if !import.tracked {
        return Err(Error::because(Code::Conflict, "It was not noted what this import did: it cannot be undone."));
    }
    advance_to(conn, import, &ENDED, Status::Undoing)?;
    diesel::update(imports::table.find(import.id))
        .set((
            imports::undone_by.eq(by.actor.user()),
            imports::undone_by_key.eq(by.actor.key()),
            imports::taken_back.eq(Some(Json(TakenBack::default()))),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes the undoing of an import at `so_far` for this transaction, and adds what a stretch of it came to.
///
/// # Errors
/// [`Code::Conflict`] where another worker has gone on with it.
pub fn advance_undo(conn: &mut Connection, id: ImportId, so_far: TakenBack, more: TakenBack) -> Result<TakenBack> {
    let undoing = imports::table.find(id).filter(imports::status.eq(Status::Undoing));
    let known: Option<Json<TakenBack>> = undoing.select(imports::taken_back).first(conn)?;
    if known.map(|known| known.0) != Some(so_far) {
        return Err(Error::because(Code::Conflict, ELSEWHERE));
    }
    let now = TakenBack { taken_back: so_far.taken_back + more.taken_back, kept: so_far.kept + more.kept };
    diesel::update(undoing)
        .set((imports::taken_back.eq(Some(Json(now))), imports::updated_at.eq(Instant::now())))
        .execute(conn)?;
    Ok(now)
}
