//! Reader and writer threads. Writes are group-committed: many requests' closures in one transaction,
//! each answered after the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use flume::{Receiver, Sender, TrySendError};
use r2d2::PooledConnection;
use tokio::sync::oneshot;

use super::{Connection, Opener, Target};
use crate::error::{Error, Result};

/// How many threads and how long their queues.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Threads that run [`Db::read`].
    pub readers: usize,
    /// Threads that run [`Db::write`]; always one on SQLite.
    pub writers: usize,
    /// Requests that may wait for a thread before callers are told to come back later.
    pub queue: usize,
    /// The most requests committed together; 1 gives each its own transaction.
    pub batch: usize,
}

impl Sizes {
    /// The defaults measured to be best for `target` on this machine.
    #[must_use]
    pub fn for_target(target: &Target) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        match target {
            Target::Sqlite(_) => Self { readers: cores, writers: 1, queue: 4096, batch: 128 },
            Target::Postgres(_) => Self { readers: cores * 4, writers: 2, queue: 4096, batch: 64 },
        }
    }
}

type Held = PooledConnection<Opener>;
/// Says whether the connection is to be trusted with the next job.
type ReadJob = Box<dyn FnOnce(Result<&mut Connection>) -> bool + Send>;

/// The database. Cheap to clone; the threads end with the last clone, after finishing what was queued.
#[derive(Clone)]
pub struct Db {
    reads: Sender<ReadJob>,
    writes: Sender<Box<dyn Job>>,
    target: Target,
    _threads: Arc<Threads>,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("sqlite", &self.target.is_sqlite()).finish_non_exhaustive()
    }
}

struct Threads(Vec<JoinHandle<()>>);

impl Drop for Threads {
    /// Runs when the last [`Db`] is gone, its queues closed: waits until what was accepted is done.
    fn drop(&mut self) {
        for thread in self.0.drain(..) {
            if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
                tracing::error!("a database thread panicked");
            }
        }
    }
}

impl Db {
    /// Starts the threads. Connections are opened as they are first needed, and again when they break.
    ///
    /// # Errors
    /// A thread cannot be started.
    pub fn open(opener: Opener, target: Target, sizes: Sizes) -> Result<Self> {
        let pool = r2d2::Pool::builder()
            .max_size(u32::try_from(sizes.readers + sizes.writers).unwrap_or(u32::MAX))
            .min_idle(Some(0))
            .test_on_check_out(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connection_timeout(Duration::from_secs(2))
            .error_handler(Box::new(LogErrors))
            .build_unchecked(opener);
        let (reads, read_queue) = flume::bounded::<ReadJob>(sizes.queue);
        let (writes, write_queue) = flume::bounded::<Box<dyn Job>>(sizes.queue);
        let mut threads = Vec::new();
        for n in 0..sizes.readers {
            let (pool, queue) = (Slot::new(pool.clone()), read_queue.clone());
            threads.push(spawn(format!("db-read-{n}"), move || serve_reads(pool, &queue))?);
        }
        for n in 0..sizes.writers {
            let (pool, queue) = (Slot::new(pool.clone()), write_queue.clone());
            threads.push(spawn(format!("db-write-{n}"), move || serve_writes(pool, &queue, sizes.batch))?);
        }
        Ok(Self { reads, writes, target, _threads: Arc::new(Threads(threads)) })
    }

    /// Which database this is.
    #[must_use]
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// Runs `work` on a reader thread. Serialise the answer in there: it is off the request threads.
    ///
    /// # Errors
    /// What `work` returns; [`Code::Unavailable`](crate::error::Code::Unavailable) where the queue is full
    /// or the database is away.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.send_read(work)?.await.map_err(Error::unavailable)?
    }

    /// [`Db::read`] for the command line and other threads without an event loop.
    ///
    /// # Errors
    /// As for [`Db::read`].
    pub fn read_now<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.send_read(work)?.blocking_recv().map_err(Error::unavailable)?
    }

    /// Runs `work` in a transaction that is shared with other requests, in a savepoint of its own where needed,
    /// and answers once it is on disk. `work` may run more than once (its earlier run undone), so it must
    /// change nothing but the database, and it must be short: others wait behind it.
    ///
    /// # Errors
    /// What `work` returns, with nothing of it kept;
    /// [`Code::Unavailable`](crate::error::Code::Unavailable) where the queue is full or the database is away.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.send_write(work)?.await.map_err(Error::unavailable)?
    }

    /// [`Db::write`] for the command line and other threads without an event loop.
    ///
    /// # Errors
    /// As for [`Db::write`].
    pub fn write_now<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.send_write(work)?.blocking_recv().map_err(Error::unavailable)?
    }

    fn send_read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T>>> {
        let (answer, receiver) = oneshot::channel();
        let job: ReadJob = Box::new(move |conn| {
            let result = conn.and_then(work);
            let healthy = !matches!(&result, Err(error) if error.code.status() >= 500);
            // The caller may have gone away: then nobody needs the answer.
            drop(answer.send(result));
            healthy
        });
        self.reads.try_send(job).map_err(queue_error)?;
        Ok(receiver)
    }

    fn send_write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T>>> {
        let (answer, receiver) = oneshot::channel();
        let job = Box::new(Task { work, result: None, answer });
        self.writes.try_send(job).map_err(queue_error)?;
        Ok(receiver)
    }
}

fn queue_error<T>(error: TrySendError<T>) -> Error {
    match error {
        TrySendError::Full(_) => Error::unavailable("the database queue is full"),
        TrySendError::Disconnected(_) => Error::unavailable("the database threads have ended"),
    }
}

fn spawn(name: String, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name).spawn(work).map_err(Error::internal)
}

#[derive(Debug)]
struct LogErrors;

impl r2d2::HandleError<diesel::r2d2::Error> for LogErrors {
    fn handle_error(&self, error: diesel::r2d2::Error) {
        tracing::warn!(%error, "the database cannot be reached");
    }
}

/// A thread's connection, fetched again after it broke.
struct Slot {
    pool: r2d2::Pool<Opener>,
    held: Option<Held>,
}

impl Slot {
    const fn new(pool: r2d2::Pool<Opener>) -> Self {
        Self { pool, held: None }
    }

    fn connection(&mut self) -> Result<&mut Connection> {
        if self.held.is_none() {
            self.held = Some(self.pool.get().map_err(Error::unavailable)?);
        }
        match self.held.as_mut() {
            Some(conn) => Ok(conn),
            None => Err(Error::unavailable("no connection")),
        }
    }

    /// Ends what a failure left open; gives the connection up where it is broken.
    fn recover(&mut self) {
        if let Some(conn) = self.held.as_mut() {
            // Fails harmlessly where no transaction is open.
            drop(conn.batch_execute("ROLLBACK"));
            if conn.batch_execute("SELECT 1").is_err() {
                self.held = None;
            }
        }
    }
}

fn serve_reads(mut slot: Slot, queue: &Receiver<ReadJob>) {
    while let Ok(job) = queue.recv() {
        let conn = slot.connection();
        if !catch_unwind(AssertUnwindSafe(|| job(conn))).unwrap_or(false) {
            slot.recover();
        }
    }
}

/// A request's write, which can be run again.
trait Job: Send {
    /// Runs the work and keeps its result; says whether it succeeded.
    fn run(&mut self, conn: &mut Connection) -> bool;
    /// Whether the last run failed in a way that another run may not.
    fn is_transient(&self) -> bool;
    /// Replaces the result by a failure.
    fn fail(&mut self, error: &Error);
    /// Tells the caller.
    fn answer(self: Box<Self>);
}

struct Task<F, T> {
    work: F,
    result: Option<Result<T>>,
    answer: oneshot::Sender<Result<T>>,
}

impl<F: FnMut(&mut Connection) -> Result<T> + Send, T: Send> Job for Task<F, T> {
    fn run(&mut self, conn: &mut Connection) -> bool {
        let result = catch_unwind(AssertUnwindSafe(|| (self.work)(conn)))
            .unwrap_or_else(|_| Err(Error::internal("a write panicked")));
        self.result.insert(result).is_ok()
    }

    fn is_transient(&self) -> bool {
        matches!(&self.result, Some(Err(error)) if error.transient)
    }

    fn fail(&mut self, error: &Error) {
        self.result = Some(Err(error.clone()));
    }

    fn answer(self: Box<Self>) {
        let result = self.result.unwrap_or_else(|| Err(Error::internal("a write was not run")));
        drop(self.answer.send(result));
    }
}

type Batch = Vec<Box<dyn Job>>;

fn serve_writes(mut slot: Slot, queue: &Receiver<Box<dyn Job>>, limit: usize) {
    while let Ok(first) = queue.recv() {
        let mut batch: Batch = vec![first];
        batch.extend(queue.try_iter().take(limit.saturating_sub(1)));
        commit(&mut slot, &mut batch);
        for job in batch {
            job.answer();
        }
    }
}

/// Commits the batch as one transaction; where one of its jobs fails, again with a savepoint round each;
/// where the transaction itself fails, one by one.
fn commit(slot: &mut Slot, batch: &mut Batch) {
    if attempt(slot, batch, Savepoints::None) {
        return;
    }
    if batch.len() > 1 && !batch.iter().any(|job| job.is_transient()) && attempt(slot, batch, Savepoints::Each) {
        return;
    }
    for job in batch {
        let single = std::slice::from_mut(job);
        for _ in 0..MOST_RUNS {
            if attempt(slot, single, Savepoints::None) || !single.iter().any(|job| job.is_transient()) {
                break;
            }
        }
    }
}

/// How often a write is run that loses against others (deadlock, serialisation failure).
const MOST_RUNS: usize = 5;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Savepoints {
    /// All or nothing: no cost beyond the transaction's.
    None,
    /// A failed job is undone alone.
    Each,
}

/// Runs the jobs in one transaction and commits it. Says whether every job now holds its final result.
///
/// A job alone is final also when it failed, unless the failure is transient.
fn attempt(slot: &mut Slot, batch: &mut [Box<dyn Job>], savepoints: Savepoints) -> bool {
    let conn = match slot.connection() {
        Ok(conn) => conn,
        Err(error) => return settle(batch, &error),
    };
    if let Err(error) = conn.batch_execute(begin(conn)) {
        let error = Error::from(error);
        slot.recover();
        return settle(batch, &error);
    }
    let ran = match savepoints {
        Savepoints::None => batch.iter_mut().all(|job| job.run(conn)),
        Savepoints::Each => batch.iter_mut().all(|job| run_in_savepoint(conn, job.as_mut())),
    };
    if !ran {
        slot.recover();
        return batch.len() == 1 && !batch.iter().any(|job| job.is_transient());
    }
    if let Err(error) = conn.batch_execute("COMMIT") {
        let error = Error::from(error);
        slot.recover();
        return settle(batch, &error);
    }
    true
}

/// Gives every job the transaction's own failure; it is final unless another run may succeed.
fn settle(batch: &mut [Box<dyn Job>], error: &Error) -> bool {
    for job in batch.iter_mut() {
        job.fail(error);
    }
    !error.transient
}

const fn begin(conn: &Connection) -> &'static str {
    match conn {
        Connection::Sqlite(_) => "BEGIN IMMEDIATE",
        Connection::Postgres(_) => "BEGIN",
    }
}

/// Undoes the job alone where it fails; `false` means the whole transaction is lost.
fn run_in_savepoint(conn: &mut Connection, job: &mut dyn Job) -> bool {
    if conn.batch_execute("SAVEPOINT job").is_err() {
        return false;
    }
    let end = if job.run(conn) { "RELEASE SAVEPOINT job" } else { "ROLLBACK TO SAVEPOINT job; RELEASE SAVEPOINT job" };
    conn.batch_execute(end).is_ok()
}
