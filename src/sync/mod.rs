//! Other systems that keep a copy: the log of changes, read in order or sent to webhooks.

pub mod change;
mod changes;
pub mod log;
pub mod present;
mod snapshot;
pub mod wake;
pub mod webhooks;

use crate::http::Routes;

/// The routes of the feed of changes and of webhooks.
pub fn routes(cfg: &mut Routes) {
    cfg.configure(changes::routes).configure(snapshot::routes).configure(webhooks::routes);
}
