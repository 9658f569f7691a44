//! Group commit: many requests' writes in one transaction, each answered after the commit.
//!
//! A job that fails harms no other. Nothing is answered before it is on disk, and no job is run again once its
//! commit may have happened.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use diesel::connection::SimpleConnection;
use flume::Receiver;
use metrics::{Histogram, histogram};
use tokio::sync::oneshot;

use super::checkpoint::Due;
use super::slot::{Slot, explain};
use super::sync::Answers;
use crate::db::Connection;
use crate::error::{Error, Result};

/// A request's write, which can be run again.
pub trait Job: Send {
    /// Runs the work and keeps its result; says whether it succeeded.
    fn run(&mut self, conn: &mut Connection) -> bool;
    /// Whether it wants a transaction of its own.
    fn is_apart(&self) -> bool;
    /// Whether the last run failed in a way that another run may not.
    fn is_transient(&self) -> bool;
    /// Replaces the result by a failure.
    fn fail(&mut self, error: &Error);
    /// Replaces a failure by its explanation.
    fn explain(&mut self, conn_alive: bool);
    /// Tells the caller.
    fn answer(self: Box<Self>);
}

/// A [`Job`] made of a closure.
pub struct Task<F, T> {
    pub work: F,
    pub apart: bool,
    pub result: Option<Result<T>>,
    pub answer: oneshot::Sender<Result<T>>,
}

impl<F: FnMut(&mut Connection) -> Result<T> + Send, T: Send> Job for Task<F, T> {
    fn run(&mut self, conn: &mut Connection) -> bool {
        let result = catch_unwind(AssertUnwindSafe(|| (self.work)(conn)))
            .unwrap_or_else(|_| Err(Error::internal("a write panicked")));
        self.result.insert(result).is_ok()
    }

    fn is_apart(&self) -> bool {
        self.apart
    }

    fn is_transient(&self) -> bool {
        matches!(&self.result, Some(Err(error)) if error.transient)
    }

    fn fail(&mut self, error: &Error) {
        self.result = Some(Err(error.clone()));
    }

    fn explain(&mut self, conn_alive: bool) {
        if let Some(Err(error)) = self.result.take_if(|result| result.is_err()) {
            self.result = Some(Err(explain(error, conn_alive)));
        }
    }

    fn answer(self: Box<Self>) {
        let result = self.result.unwrap_or_else(|| Err(Error::internal("a write was not run")));
        drop(self.answer.send(result));
    }
}

type Jobs = [Box<dyn Job>];

/// Serves a queue of writes until it is closed and empty.
pub fn serve(slot: Slot, queue: &Receiver<Box<dyn Job>>, limit: usize, answers: Answers, mut checkpoint: Due) {
    let mut writer = Writer {
        slot,
        answers,
        savepoints: Savepoints::None,
        batch_size: histogram!("touchline_db_batch_size"),
        commit_seconds: histogram!("touchline_db_commit_seconds"),
    };
    let mut next = None;
    while let Some(first) = next.take().or_else(|| writer.slot.next(queue)) {
        let mut batch = vec![first];
        next = fill(&mut batch, queue, limit);
        writer.batch_size.record(u32::try_from(batch.len()).unwrap_or(u32::MAX));
        writer.commit(&mut batch);
        writer.answers.give(batch);
        checkpoint.look(&mut writer.slot);
    }
}

/// Adds those that wait to the first; gives the one that comes next where it is to be apart.
fn fill(batch: &mut Vec<Box<dyn Job>>, queue: &Receiver<Box<dyn Job>>, limit: usize) -> Option<Box<dyn Job>> {
    if batch.iter().any(|job| job.is_apart()) {
        return None;
    }
    while batch.len() < limit {
        let job = queue.try_recv().ok()?;
        if job.is_apart() {
            return Some(job);
        }
        batch.push(job);
    }
    None
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Savepoints {
    /// All or nothing: no cost beyond the transaction's.
    None,
    /// A failed job is undone alone.
    Each,
}

/// How an attempt ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attempt {
    /// Every job holds its result.
    Done,
    /// Nothing was kept: the jobs can be run again.
    Undone,
    /// Nothing was kept, since the connection broke: the jobs can be run again.
    Broken,
}

/// How often a write is run that loses against others (deadlock, serialisation failure).
const MOST_RUNS: usize = 5;

struct Writer {
    slot: Slot,
    answers: Answers,
    /// Where jobs failed lately, each gets its savepoint from the start, which spares the second run.
    savepoints: Savepoints,
    batch_size: Histogram,
    commit_seconds: Histogram,
}

impl Writer {
    /// Commits the batch as one transaction; where one of its jobs fails, again with a savepoint round each;
    /// where that fails too, one by one.
    fn commit(&mut self, batch: &mut Jobs) {
        let mut ended = Attempt::Undone;
        if batch.len() > 1 {
            ended = self.attempt(batch, self.savepoints);
            if ended != Attempt::Done && self.savepoints == Savepoints::None {
                self.savepoints = Savepoints::Each;
                ended = self.attempt(batch, Savepoints::Each);
            }
        }
        for job in batch.iter_mut() {
            if ended != Attempt::Done || job.is_transient() {
                self.commit_alone(std::slice::from_mut(job));
            }
        }
    }

    fn commit_alone(&mut self, job: &mut Jobs) {
        for run in 1..=MOST_RUNS {
            let ended = self.attempt(job, Savepoints::None);
            let again = match ended {
                Attempt::Done => false,
                Attempt::Undone => job.iter().any(|job| job.is_transient()),
                Attempt::Broken => run == 1,
            };
            if !again {
                break;
            }
        }
    }

    /// Runs the jobs in one transaction and commits it.
    fn attempt(&mut self, jobs: &mut Jobs, savepoints: Savepoints) -> Attempt {
        let begun = self.slot.connection().and_then(|conn| {
            let begin = self.answers.begin(conn);
            conn.batch_execute(begin).map_err(Error::from)
        });
        if let Err(error) = begun {
            return self.not_begun(jobs, error);
        }
        let started = Instant::now();
        let Ok(conn) = self.slot.connection() else { return Attempt::Broken };
        let mut failures = 0;
        let ran = jobs.iter_mut().all(|job| match savepoints {
            Savepoints::None => job.run(conn),
            Savepoints::Each => run_in_savepoint(conn, job.as_mut(), &mut failures),
        });
        if !ran {
            return self.undo(jobs);
        }
        if savepoints == Savepoints::Each && failures == 0 {
            self.savepoints = Savepoints::None;
        }
        if let Err(error) = conn.batch_execute(commit(conn)) {
            return self.not_committed(jobs, error.into());
        }
        self.commit_seconds.record(started.elapsed());
        Attempt::Done
    }

    /// Without a transaction the jobs have failed: what could be waited for has been waited for.
    fn not_begun(&mut self, jobs: &mut Jobs, error: Error) -> Attempt {
        let had_connection = self.slot.is_open();
        let alive = self.slot.recover();
        let error = Error { transient: false, ..explain(error, alive) };
        for job in jobs.iter_mut() {
            job.fail(&error);
        }
        if had_connection && !alive { Attempt::Broken } else { Attempt::Done }
    }

    fn undo(&mut self, jobs: &mut Jobs) -> Attempt {
        if self.slot.recover() {
            return Attempt::Undone;
        }
        for job in jobs.iter_mut() {
            job.explain(false);
        }
        Attempt::Broken
    }

    /// Only a failure that says "rolled back" may be tried again.
    fn not_committed(&mut self, jobs: &mut Jobs, error: Error) -> Attempt {
        let error = explain(error, self.slot.recover());
        for job in jobs.iter_mut() {
            job.fail(&error);
        }
        if error.transient { Attempt::Undone } else { Attempt::Done }
    }
}

pub const fn begin(conn: &Connection) -> &'static str {
    match conn {
        Connection::Sqlite(_) => "BEGIN IMMEDIATE",
        Connection::Postgres(_) => "BEGIN",
    }
}

/// PostgreSQL answers the COMMIT of a failed transaction with success, having rolled it back: a job that hid an
/// error must not pass for saved. The SELECT fails there.
const fn commit(conn: &Connection) -> &'static str {
    match conn {
        Connection::Sqlite(_) => "COMMIT",
        Connection::Postgres(_) => "SELECT 1; COMMIT",
    }
}

/// Undoes the job alone where it fails; `false` means the whole transaction is lost.
fn run_in_savepoint(conn: &mut Connection, job: &mut dyn Job, failures: &mut usize) -> bool {
    if conn.batch_execute("SAVEPOINT job").is_err() {
        return false;
    }
    let end = if job.run(conn) {
        "RELEASE SAVEPOINT job"
    } else {
        *failures += 1;
        "ROLLBACK TO SAVEPOINT job; RELEASE SAVEPOINT job"
    };
    conn.batch_execute(end).is_ok()
}
