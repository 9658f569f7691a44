//! Touchpoints on any channel, online or offline, and tasks.
//!
//! An interaction is its timeline entry: there is no second copy. It carries its author and when it was recorded, so
//! making one writes no audit row; correcting, deleting and restoring one do.

pub mod batch;
pub mod correction;
mod limits;
pub mod list;
pub mod model;
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
