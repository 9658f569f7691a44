//! Touchpoints on any channel, online or offline, and tasks.
//!
//! An interaction is its timeline entry: there is no second copy. It carries its author and when it was recorded, so
//! making one writes no audit row; correcting, deleting and restoring one do.

pub mod batch;
pub mod correction;
mod limits;
pub mod list;
pub mod model;
pub mod replies;
pub mod routes;
pub mod store;
pub mod tasks;
pub mod together;
pub mod totals;

pub use correction::InteractionPatch;
pub use limits::known_currency;
pub use model::{Channel, Direction, Draft, Interaction, NewInteraction};

crate::id! {
    /// An interaction's id; its timeline entry is the same row.
    InteractionId
}
crate::id! {
    /// A task's id; its timeline entry has the same.
    TaskId
}

impl TaskId {
    /// The id of a task that another system knows by this one: the same whenever it is told of.
    #[must_use]
    pub fn of(source: &str, id: &str) -> Self {
        let digest = <sha2::Sha256 as sha2::Digest>::digest(format!("{source}\0{id}"));
        let first: [u8; 16] = digest.first_chunk().copied().unwrap_or_default();
        Self(crate::db::types::Guid(uuid::Builder::from_random_bytes(first).into_uuid()))
    }
}
