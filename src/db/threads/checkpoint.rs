//! SQLite's log is moved into its file by a thread of its own, while the writer goes on: else now and then a commit,
//! and all who wait behind it, would take that much longer. The writer is left with the rest, once the log is long
//! enough to be begun anew (`wal_autocheckpoint`).

use diesel::connection::SimpleConnection;
use diesel::{RunQueryDsl, select};
use flume::{Receiver, Sender};

use super::slot::Slot;

diesel::define_sql_function! {
    /// How many rows the connection has written, those of triggers included.
    fn total_changes() -> BigInt;
}

/// After how many rows the log is moved.
pub const EVERY: u64 = 15_000;

/// Asks for a checkpoint now and then.
pub struct Due {
    tell: Option<Sender<()>>,
    /// What the connection had written when one was asked for last.
    before: i64,
}

impl Due {
    /// Asks over this channel; nobody where there is no log.
    pub const fn new(tell: Option<Sender<()>>) -> Self {
        Self { tell, before: 0 }
    }

    /// Looks at how much has been written; transactions may hold one row or thousands.
    pub fn look(&mut self, slot: &mut Slot) {
        let Some(tell) = self.tell.as_ref().filter(|_| slot.is_open()) else { return };
        let Ok(Ok(written)) = slot.connection().map(|conn| select(total_changes()).get_result::<i64>(conn)) else {
            return;
        };
        if written.abs_diff(self.before) >= EVERY {
            self.before = written;
            // Where one is asked for already, it will see these rows too.
            let _asked = tell.try_send(());
        }
    }
}

/// Moves the log whenever asked, until nobody can ask any more.
pub fn serve(mut slot: Slot, asked: &Receiver<()>) {
    while slot.next(asked).is_some() {
        let Ok(conn) = slot.connection() else { continue };
        if let Err(error) = conn.batch_execute("PRAGMA wal_checkpoint(PASSIVE)") {
            tracing::warn!(%error, "the log could not be moved into the database");
            slot.recover();
        }
    }
}
