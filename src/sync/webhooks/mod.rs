//! Webhooks: other systems are told of changes, signed as Standard Webhooks says, at least once.
//!
//! Nothing is done where changes are made: each webhook has its own place in the log of changes, from which a worker makes
//! deliveries and sends them. All state is in the database, so that a restart loses nothing and several servers share the
//! work.

mod addresses;
mod deliveries;
mod delivery;
mod fan_out;
mod health;
mod model;
mod routes;
mod schedule;
mod send;
mod signature;
mod store;
mod work;

pub use deliveries::{forget_contact, forget_old};
pub use routes::routes;
pub use send::Sender;
pub use signature::Secret;
pub use work::{deliver, run};

crate::id! {
    /// A webhook's id.
    WebhookId
}
crate::id! {
    /// A delivery's id, sent as `webhook-id`.
    DeliveryId
}
