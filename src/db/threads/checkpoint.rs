//! SQLite's log is moved into its file by a thread of its own, while the writer goes on: else now and then a commit,
//! and all who wait behind it, would take that much longer. The writer is left with the rest, once the log is long
//! enough to be begun anew (`wal_autocheckpoint`).

use diesel::connection::SimpleConnection;
use flume::{Receiver, Sender};

use super::slot::Slot;

/// After how many writes the log is moved.
const EVERY: usize = 1000;

/// Asks for a checkpoint now and then.
pub struct Due {
    tell: Option<Sender<()>>,
    written: usize,
}

impl Due {
    /// Asks over this channel; nobody where there is no log.
    pub const fn new(tell: Option<Sender<()>>) -> Self {
        Self { tell, written: 0 }
    }

    /// Counts writes.
    pub fn count(&mut self, written: usize) {
        self.written += written;
        if self.written >= EVERY {
            self.written = 0;
            // Where one is asked for already, it will see these writes too.
            let _asked = self.tell.as_ref().map(|tell| tell.try_send(()));
        }
    }
}

/// Moves the log whenever asked, until nobody can ask any more.
pub fn serve(mut slot: Slot, asked: &Receiver<()>) {
    while asked.recv().is_ok() {
        let Ok(conn) = slot.connection() else { continue };
        if let Err(error) = conn.batch_execute("PRAGMA wal_checkpoint(PASSIVE)") {
            tracing::warn!(%error, "the log could not be moved into the database");
            slot.recover();
        }
    }
}
