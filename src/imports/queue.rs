//! The imports that wait for a worker, and the worker. Whatever happens to one import, the worker goes on with the next.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use flume::{Receiver, Sender};

use super::ImportId;
use super::patience::{self, FILE_GONE, explain};
use super::run::Run;
use super::steps;
use super::store::{self, Import, ImportError, Status};
use super::undo::Undo;
use crate::accounts::{Principal, authenticate};
use crate::db::Db;
use crate::db::types::Instant;
use crate::error::{Code, Error, Result};

/// An import whose file is not here and that has not moved for so long belongs to nobody.
const ABANDONED_AFTER: TimeDelta = TimeDelta::minutes(2);

/// Imports waiting for the worker.
#[derive(Debug)]
pub struct Queue {
    sender: Sender<ImportId>,
    receiver: Receiver<ImportId>,
}

impl Default for Queue {
    fn default() -> Self {
        let (sender, receiver) = flume::unbounded();
        Self { sender, receiver }
    }
}

/// Works through a queue; ends when the queue's owner is gone.
#[derive(Debug)]
pub struct Worker {
    db: Db,
    folder: PathBuf,
    region: String,
    waiting: Receiver<ImportId>,
}

/// Where files wait.
#[must_use]
pub fn folder(data: &Path) -> PathBuf {
    data.join("imports")
}

/// Where the file of an import waits.
#[must_use]
pub fn file(folder: &Path, id: ImportId) -> PathBuf {
    folder.join(format!("{id}.csv"))
}

/// Removes files that no import waits for and that are no longer being sent.
pub fn sweep(folder: &Path, wanted: &[ImportId]) {
    const OLD: Duration = Duration::from_secs(24 * 3600);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let wanted = wanted.iter().any(|id| entry.path() == file(folder, *id));
        let age = entry.metadata().and_then(|data| data.modified()).ok().and_then(|at| at.elapsed().ok());
        if !wanted && age.is_some_and(|age| age > OLD) {
            drop(fs::remove_file(entry.path()));
        }
    }
}

impl Queue {
    /// Lets the worker know of an import.
    pub fn push(&self, id: ImportId) {
        // The receiver lives as long as this does.
        let _ = self.sender.send(id);
    }

    /// A worker for this queue.
    #[must_use]
    pub fn worker(&self, db: Db, data: &Path, region: &str) -> Worker {
        Worker { db, folder: folder(data), region: region.to_owned(), waiting: self.receiver.clone() }
    }
}

impl Worker {
    /// Takes up what a crash or a restart has left, then works until the queue's owner is gone.
    pub fn work(&self) {
        if let Err(error) = self.take_up() {
            tracing::error!(cause = error.cause.as_deref(), "unfinished imports cannot be read");
        }
        while let Ok(id) = self.waiting.recv() {
            self.import(id);
        }
    }

    /// Works through what waits now.
    pub fn drain(&self) {
        while let Ok(id) = self.waiting.try_recv() {
            self.import(id);
        }
    }

    /// Goes on with unfinished imports whose file is here; marks those that nobody can finish.
    ///
    /// # Errors
    /// The database is away.
    pub fn take_up(&self) -> Result<()> {
        let unfinished = self.db.read_now(store::running)?;
        let now = Instant::now();
        for import in &unfinished {
            if import.status == Status::Undoing || file(&self.folder, import.id).exists() {
                self.import(import.id);
            } else if now.since(import.updated_at) > ABANDONED_AFTER {
                let id = import.id;
                let problem =
                    "It stopped half-way. Send the file again: what came in stays and does not come in twice.";
                self.db.write_now(move |conn| store::finish(conn, id, Status::Interrupted, Some(problem)))?;
            }
        }
        sweep(&self.folder, &self.db.read_now(steps::with_files)?);
        Ok(())
    }

    fn import(&self, id: ImportId) {
        let ran = catch_unwind(AssertUnwindSafe(|| self.run(id)));
        let Err(error) = ran.unwrap_or_else(|_| Err(Error::internal("a panic"))) else { return };
        tracing::error!(import = %id, cause = error.cause.as_deref(), %error, "an import has stopped");
        if let Err(error) = self.stopped(id, &error) {
            tracing::error!(import = %id, cause = error.cause.as_deref(), %error, "that cannot be noted");
        }
    }

    /// Notes that an import has stopped for a reason that stays: a file that cannot be read or a fault of ours. While the
    /// database is away, or another worker is at it, it is left as it is: it goes on with the next start.
    fn stopped(&self, id: ImportId, error: &Error) -> Result<()> {
        if error.code.status() == 503 || store::is_elsewhere(error) {
            return Ok(());
        }
        let problem = if error.code == Code::Internal {
            "It stopped because of a fault that the log tells of: what came in stays, unless it is undone.".to_owned()
        } else {
            explain(error)
        };
        let ended = patience::write(&self.db, move |conn| {
            let import = store::find(conn, &Principal::system(), id)?;
            match import.status {
                Status::Checking => steps::not_tried(conn, id, &problem).map(|()| false),
                Status::Running => store::finish(conn, id, Status::Failed, Some(&problem)).map(|()| true),
                _ => Ok(false),
            }
        })?;
        if ended {
            drop(fs::remove_file(file(&self.folder, id)));
        }
        Ok(())
    }

    fn run(&self, id: ImportId) -> Result<()> {
        let import = self.db.read_now(move |conn| store::find(conn, &Principal::system(), id))?;
        let Some(by) = self.sender(&import)? else {
            let problem = "Whoever wanted it is no longer active here.";
            return self.db.write_now(move |conn| store::finish(conn, id, Status::Interrupted, Some(problem)));
        };
        match import.status {
            Status::Running => self.take_in(&import, &by),
            Status::Checking => self.check(&import, &by),
            Status::Undoing => {
                let undo = Undo { db: &self.db, by: &by };
                undo.run(&import, &mut |_| !self.waiting.is_disconnected())
            }
            _ => Ok(()),
        }
    }

    fn take_in(&self, import: &Import, by: &Principal) -> Result<()> {
        let (id, path) = (import.id, file(&self.folder, import.id));
        if !path.exists() {
            return self.db.write_now(move |conn| store::finish(conn, id, Status::Interrupted, Some(FILE_GONE)));
        }
        let run = Run { db: &self.db, by, region: &self.region, file: &path };
        let mut stopped = false;
        run.run(import, &mut |_| {
            stopped = self.waiting.is_disconnected();
            !stopped
        })?;
        if !stopped {
            match fs::remove_file(&path) {
                // Whoever cancelled it may have been first.
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::internal(format!("{}: {error}", path.display())));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Tries the file; the draft waits again with what that came to.
    fn check(&self, import: &Import, by: &Principal) -> Result<()> {
        const LOOK_EVERY: i64 = 2000;
        let (id, path) = (import.id, file(&self.folder, import.id));
        if !path.exists() {
            return self.db.write_now(move |conn| steps::not_tried(conn, id, FILE_GONE));
        }
        let run = Run { db: &self.db, by, region: &self.region, file: &path };
        let mut looked = 0;
        let tried = run.dry_run(&import.mapping.0, &mut |rows, bytes| {
            if rows - looked < LOOK_EVERY {
                return !self.waiting.is_disconnected();
            }
            looked = rows;
            let noted = self.db.write_now(move |conn| steps::advance_trial(conn, id, bytes));
            !self.waiting.is_disconnected() && noted.is_ok_and(|checking| checking)
        });
        let Some((report, issues)) = tried? else { return Ok(()) };
        let error = |issue: super::dry_run::Issue| {
            ImportError::new(id, issue.row, issue.severity, issue.error, issue.cells.as_deref())
        };
        let errors: Arc<Vec<_>> = Arc::new(issues.into_iter().map(error).collect());
        patience::write(&self.db, move |conn| steps::tried(conn, id, &report, &errors))
    }

    /// On whose behalf an import runs, or is undone, with the rights they have now.
    fn sender(&self, import: &Import) -> Result<Option<Principal>> {
        let (user, key) = match import.status {
            Status::Undoing => (import.undone_by, import.undone_by_key),
            _ => (import.created_by, import.created_by_key),
        };
        match (user, key) {
            (Some(user), _) => self.db.read_now(move |conn| authenticate::person(conn, user)),
            (None, Some(key)) => self.db.read_now(move |conn| authenticate::program(conn, key)),
            (None, None) => Ok(Some(Principal::system())),
        }
    }
}
