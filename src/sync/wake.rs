//! When to look into the log again.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::db::Db;

/// How often another server's writes are looked for.
const POLL: Duration = Duration::from_secs(2);
/// How often it is looked again for what was written here and may wait for an older transaction to end, and how long.
const SOON: Duration = Duration::from_millis(200);
const PENDING: Duration = Duration::from_secs(3);
/// News of this long are read together.
const TOGETHER: Duration = Duration::from_millis(100);

/// Wakes whoever reads the log: after a commit here, and now and then for other servers'.
#[derive(Debug)]
pub struct Wake {
    commits: watch::Receiver<()>,
    closing: watch::Receiver<bool>,
    /// Until when something written here may not be visible yet.
    pending: Instant,
}

impl Wake {
    /// To be made before the log is read, so that nothing committed from here on goes unnoticed.
    #[must_use]
    pub fn new(db: &Db, closing: watch::Receiver<bool>) -> Self {
        let mut commits = db.commits();
        commits.mark_unchanged();
        Self { commits, closing, pending: Instant::now() }
    }

    /// Whether the server is to stop.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }

    /// Until something was written here, it is time to look for what other servers wrote, the server is to stop, or
    /// `until` has come.
    pub async fn wait(&mut self, until: Instant) {
        let now = Instant::now();
        let look = now + if now < self.pending { SOON } else { POLL };
        tokio::select! {
            _ = self.closing.changed() => {}
            () = tokio::time::sleep_until(look.min(until)) => {}
            changed = self.commits.changed() => {
                if changed.is_ok() {
                    tokio::time::sleep(TOGETHER).await;
                    self.commits.mark_unchanged();
                    self.pending = Instant::now() + PENDING;
                }
            }
        }
    }
}
