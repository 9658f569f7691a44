//! Leads: a chance to sell something to a client, on its way through a pipeline.

pub mod brief;
pub mod bulk;
pub mod filter;
pub mod model;
pub mod moves;
pub mod order;
mod people;
pub mod retract;
mod routes;
pub mod rows;
pub mod store;
pub mod touch_path;
pub mod touches;
pub mod upsert;

pub use model::{Lead, LeadPatch, NewLead};
pub use moves::StageMove;
pub(super) use routes::routes;
pub use rows::LeadRow;
