//! SQLite's log is brought to disk by a thread of its own, while the writer runs the next requests: a commit leaves its pages
//! in the log (`synchronous = NORMAL`), and whoever asked is answered once they are on disk. So what was answered survives a
//! loss of power, as with `FULL`; a reader may see a change some milliseconds before.
//!
//! What `NORMAL` leaves out is just this: SQLite still brings the log to disk before its pages go to the database file, and
//! before it begins the log anew.

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

use flume::{Receiver, Sender};
use tokio::sync::watch;

use super::commit::Job;
use crate::db::{Connection, Target};
use crate::error::Error;

/// Requests whose changes are committed and not yet told.
pub type Batch = Vec<Box<dyn Job>>;

/// How many groups may wait for the disk.
pub const WAITING: usize = 4;

/// Answers requests once their changes are on disk.
pub struct Answers {
    /// To the thread that brings the log to disk, where one does.
    apart: Option<(Sender<Batch>, Disk)>,
    committed: watch::Sender<()>,
}

impl Answers {
    /// Changes are on disk as soon as they are committed, where no thread is given.
    pub const fn new(apart: Option<(Sender<Batch>, Disk)>, committed: watch::Sender<()>) -> Self {
        Self { apart, committed }
    }

    /// What begins a transaction of the writer.
    pub const fn begin(&self, conn: &Connection) -> &'static str {
        match conn {
            Connection::Sqlite(_) if self.apart.is_some() => "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
            _ => super::begin(conn),
        }
    }

    /// Answers the requests of one commit, in their time.
    pub fn give(&self, batch: Batch) {
        let Some((queue, disk)) = &self.apart else { return tell(batch, &self.committed) };
        if let Err(rest) = queue.send(batch) {
            disk.settle(rest.into_inner());
        }
    }
}

/// The log of an embedded database.
#[derive(Clone)]
pub struct Disk {
    database: PathBuf,
    committed: watch::Sender<()>,
}

impl Disk {
    /// Where the database is a file.
    pub fn of(target: &Target, committed: watch::Sender<()>) -> Option<Self> {
        match target {
            Target::Sqlite(path) => Some(Self { database: path.clone(), committed }),
            Target::Postgres(_) => None,
        }
    }

    /// Brings the log to disk whenever something was committed, until nobody commits any more.
    pub fn serve(&self, queue: &Receiver<Batch>) {
        while let Ok(mut batch) = queue.recv() {
            batch.extend(queue.try_iter().flatten());
            self.settle(batch);
        }
    }

    fn settle(&self, mut batch: Batch) {
        if let Err(error) = sync(&self.database) {
            tracing::error!(%error, "the log cannot be brought to disk: changes may be lost with the power");
            let error = Error::unavailable(error);
            for job in &mut batch {
                job.fail(&error);
            }
        }
        tell(batch, &self.committed);
    }
}

/// The log is opened each time: SQLite makes another one where the last connection was closed in between. Where there is
/// none, all of it is in the database, and on disk.
fn sync(database: &Path) -> io::Result<()> {
    let mut log = database.canonicalize()?.into_os_string();
    log.push("-wal");
    match OpenOptions::new().write(true).open(log) {
        Ok(log) => log.sync_data(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn tell(batch: Batch, committed: &watch::Sender<()>) {
    for job in batch {
        job.answer();
    }
    committed.send_replace(());
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::super::commit::Task;
    use super::*;
    use crate::db::Connection;
    use crate::error::{Code, Result};

    fn settled(database: PathBuf) -> Result<i32> {
        let (answer, mut receiver) = oneshot::channel();
        let work = |_: &mut Connection| Ok(1);
        let job = Task { work, apart: false, result: Some(Ok(1)), answer };
        Disk { database, committed: watch::Sender::new(()) }.settle(vec![Box::new(job)]);
        receiver.try_recv().unwrap()
    }

    #[test]
    fn what_is_not_on_disk_is_not_told_as_saved() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("x.db");
        assert_eq!(settled(database.clone()).unwrap_err().code, Code::Unavailable);
        std::fs::write(&database, "").unwrap();
        assert_eq!(settled(database.clone()).unwrap(), 1);
        std::fs::create_dir(folder.path().join("x.db-wal")).unwrap();
        assert_eq!(settled(database).unwrap_err().code, Code::Unavailable);
    }
}
