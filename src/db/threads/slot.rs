//! A thread's connection: fetched again after it broke, and not waited for while the database is known to be away.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use flume::{Receiver, RecvTimeoutError};
use r2d2::PooledConnection;

use crate::db::connection::rest;
use crate::db::{Connection, Opener};
use crate::error::{Code, Error, Result};

/// How long a thread waits for a connection.
pub const WAIT: Duration = Duration::from_secs(2);

/// How long nobody asks again for a connection after one was not to be had: requests are refused at once
/// instead of each waiting in turn.
const PAUSE: Duration = Duration::from_millis(500);

/// After how long without work a thread's connection gives back the memory it holds.
const REST: Duration = Duration::from_millis(300);

/// What the threads of one database know together.
#[derive(Debug)]
pub struct Health {
    started: Instant,
    /// Milliseconds after `started` until which connections are not asked for; 0 where all is well.
    away_until: AtomicU64,
    /// Counts broken connections: the others are looked at before they are used again.
    broken: AtomicU64,
}

impl Health {
    pub fn new() -> Self {
        Self { started: Instant::now(), away_until: AtomicU64::new(0), broken: AtomicU64::new(0) }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Whether this thread may ask for a connection. While the database is away one thread asks at a time.
    fn may_ask(&self) -> bool {
        let until = self.away_until.load(Ordering::Relaxed);
        let claimed = self.after(WAIT + PAUSE);
        until == 0
            || (until <= self.now()
                && self.away_until.compare_exchange(until, claimed, Ordering::Relaxed, Ordering::Relaxed).is_ok())
    }

    fn after(&self, pause: Duration) -> u64 {
        self.now() + u64::try_from(pause.as_millis()).unwrap_or(u64::MAX / 2)
    }
}

/// A thread's connection.
pub struct Slot {
    pool: r2d2::Pool<Opener>,
    health: Arc<Health>,
    held: Option<PooledConnection<Opener>>,
    /// How many broken connections were known when this one was last seen to work.
    seen_broken: u64,
}

impl Slot {
    pub const fn new(pool: r2d2::Pool<Opener>, health: Arc<Health>) -> Self {
        Self { pool, health, held: None, seen_broken: 0 }
    }

    /// The connection, opened where there is none.
    ///
    /// # Errors
    /// The database is away.
    pub fn connection(&mut self) -> Result<&mut Connection> {
        let broken = self.health.broken.load(Ordering::Relaxed);
        if broken != self.seen_broken {
            self.seen_broken = broken;
            if self.held.as_mut().is_some_and(|conn| !alive(conn)) {
                self.held = None;
            }
        }
        if self.held.is_none() {
            self.held = Some(self.ask()?);
        }
        match self.held.as_mut() {
            Some(conn) => Ok(conn),
            None => Err(Error::unavailable("no connection")),
        }
    }

    fn ask(&self) -> Result<PooledConnection<Opener>> {
        if !self.health.may_ask() {
            return Err(Error::unavailable("the database is away"));
        }
        let got = self.pool.get();
        let until = if got.is_ok() { 0 } else { self.health.after(PAUSE) };
        self.health.away_until.store(until, Ordering::Relaxed);
        got.map_err(Error::unavailable)
    }

    /// The next one of the thread's queue; `None` once that is closed and empty. The connection rests where none comes soon.
    pub fn next<T>(&mut self, queue: &Receiver<T>) -> Option<T> {
        match queue.recv_timeout(REST) {
            Err(RecvTimeoutError::Timeout) => {
                if let Some(conn) = self.held.as_mut() {
                    rest(conn);
                }
                queue.recv().ok()
            }
            next => next.ok(),
        }
    }

    /// Whether a connection was opened.
    pub const fn is_open(&self) -> bool {
        self.held.is_some()
    }

    /// Ends what a failure left open. Says whether the connection still works; if not, it is given up.
    pub fn recover(&mut self) -> bool {
        let Some(conn) = self.held.as_mut() else { return false };
        // Fails harmlessly where no transaction is open.
        drop(conn.batch_execute("ROLLBACK"));
        if alive(conn) {
            return true;
        }
        self.held = None;
        self.seen_broken = self.health.broken.fetch_add(1, Ordering::Relaxed) + 1;
        false
    }
}

/// Whether the connection answers.
pub fn alive(conn: &mut Connection) -> bool {
    conn.batch_execute("SELECT 1").is_ok()
}

/// A failure that a broken connection explains is not a fault of ours, however the driver words it.
pub fn explain(error: Error, conn_alive: bool) -> Error {
    if error.code == Code::Internal && !conn_alive {
        return Error::unavailable(error.cause.as_deref().unwrap_or("the connection broke"));
    }
    error
}
