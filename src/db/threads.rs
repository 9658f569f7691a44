//! Reader and writer threads. Writes are group-committed: many requests' closures in one transaction,
//! each answered after the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use flume::{Receiver, Sender, TrySendError};
use metrics::histogram;
use tokio::sync::{oneshot, watch};

pub use self::commit::begin;
use self::commit::{Job, Task};
use self::slot::{Health, Slot};
use self::sync::Answers;
use super::{Connection, Opener, Target};
use crate::error::{Error, Result};

mod checkpoint;
mod commit;
mod slot;
mod sync;
#[cfg(test)]
mod tests;

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

/// Says whether the connection is to be trusted with the next job.
type ReadJob = Box<dyn FnOnce(Result<&mut Connection>) -> bool + Send>;

/// How many requests wait for a database thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Waiting reads.
    pub reads: usize,
    /// Waiting writes.
    pub writes: usize,
    /// The most that may wait in each queue.
    pub capacity: usize,
}

/// The database. Cheap to clone; the threads end with the last clone, after finishing what was queued.
#[derive(Clone)]
pub struct Db {
    reads: Sender<ReadJob>,
    writes: Sender<Box<dyn Job>>,
    committed: watch::Sender<()>,
    target: Target,
    batch: usize,
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
            .max_size(u32::try_from(sizes.readers + sizes.writers + 1).unwrap_or(u32::MAX))
            .min_idle(Some(0))
            .test_on_check_out(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connection_timeout(slot::WAIT)
            .error_handler(Box::new(LogErrors))
            .build_unchecked(opener);
        let (reads, read_queue) = flume::bounded::<ReadJob>(sizes.queue);
        let (writes, write_queue) = flume::bounded::<Box<dyn Job>>(sizes.queue);
        let health = Arc::new(Health::new());
        let committed = watch::Sender::new(());
        let mut threads = Vec::new();
        for n in 0..sizes.readers {
            let (slot, queue) = (Slot::new(pool.clone(), health.clone()), read_queue.clone());
            threads.push(spawn(format!("db-read-{n}"), move || serve_reads(slot, &queue))?);
        }
        let mut ask = None;
        if target.is_sqlite() {
            let (tell, asked) = flume::bounded(1);
            ask = Some(tell);
            let slot = Slot::new(pool.clone(), health.clone());
            threads.push(spawn("db-checkpoint".to_owned(), move || checkpoint::serve(slot, &asked))?);
        }
        // A transaction a request is brought to disk by itself.
        let disk = sync::Disk::of(&target, committed.clone()).filter(|_| sizes.batch > 1);
        let mut apart = None;
        if let Some(disk) = disk {
            let (give, given) = flume::bounded(sync::WAITING);
            apart = Some((give, disk.clone()));
            threads.push(spawn("db-sync".to_owned(), move || disk.serve(&given))?);
        }
        for n in 0..sizes.writers {
            let (slot, queue) = (Slot::new(pool.clone(), health.clone()), write_queue.clone());
            let due = checkpoint::Due::new(ask.clone());
            let answers = Answers::new(apart.clone(), committed.clone());
            let serve = move || commit::serve(slot, &queue, sizes.batch, answers, due);
            threads.push(spawn(format!("db-write-{n}"), serve)?);
        }
        Ok(Self { reads, writes, committed, target, batch: sizes.batch, _threads: Arc::new(Threads(threads)) })
    }

    /// Which database this is.
    #[must_use]
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// Tells after each commit of this process.
    #[must_use]
    pub fn commits(&self) -> watch::Receiver<()> {
        self.committed.subscribe()
    }

    /// The most requests that are written together.
    #[must_use]
    pub const fn most_together(&self) -> usize {
        self.batch
    }

    /// How full the queues are.
    #[must_use]
    pub fn load(&self) -> Load {
        let capacity = self.reads.capacity().unwrap_or(usize::MAX);
        Load { reads: self.reads.len(), writes: self.writes.len(), capacity }
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

    /// [`Db::write`] in a transaction of its own where there are several writers: for work about the rows of many
    /// clients, which it takes in their order. Together with other work that order would be lost, and two transactions
    /// could wait for each other.
    ///
    /// # Errors
    /// As for [`Db::write`].
    pub async fn write_apart<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.enqueue(work, !self.target.is_sqlite())?.await.map_err(Error::unavailable)?
    }

    /// [`Db::write_apart`] for the command line and other threads without an event loop.
    ///
    /// # Errors
    /// As for [`Db::write`].
    pub fn write_apart_now<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.enqueue(work, !self.target.is_sqlite())?.blocking_recv().map_err(Error::unavailable)?
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
            let (result, healthy) = run_read(conn, work);
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
        self.enqueue(work, false)
    }

    fn enqueue<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
        apart: bool,
    ) -> Result<oneshot::Receiver<Result<T>>> {
        let (answer, receiver) = oneshot::channel();
        let job = Box::new(Task { work, apart, result: None, answer });
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

fn serve_reads(mut slot: Slot, queue: &Receiver<ReadJob>) {
    let seconds = histogram!("touchline_db_read_seconds");
    while let Some(job) = slot.next(queue) {
        let started = Instant::now();
        if !job(slot.connection()) {
            slot.recover();
        }
        seconds.record(started.elapsed());
    }
}

/// Runs a read, and says whether its connection is to be trusted with the next one.
fn run_read<T>(conn: Result<&mut Connection>, work: impl FnOnce(&mut Connection) -> Result<T>) -> (Result<T>, bool) {
    let conn = match conn {
        Ok(conn) => conn,
        // There is nothing to recover.
        Err(error) => return (Err(error), true),
    };
    let result =
        catch_unwind(AssertUnwindSafe(|| work(conn))).unwrap_or_else(|_| Err(Error::internal("a read panicked")));
    match result {
        Err(error) if error.code.status() >= 500 => (Err(slot::explain(error, slot::alive(conn))), false),
        result => (result, true),
    }
}
