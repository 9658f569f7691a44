//! Saved reports: a report with its parameters under a name, shared with roles, and snapshots of it that stay as they were
//! however the facts change.

mod model;
mod routes;
mod run;
mod snapshots;
mod store;
mod table;

pub use model::ReportKind;
pub use routes::routes;
pub use snapshots::{SnapshotId, find as snapshot, run as take_snapshots, step};
pub use store::{asked_now, find};
pub use table::{Flat, flatten};

crate::id! {
    /// A saved report's id.
    SavedReportId
}

pub use run::{journey, run as count};
