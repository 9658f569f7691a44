//! Touchpoints that other systems send: the tracking-spec endpoints, inbound e-mail, web forms.
//!
//! A valid envelope is always taken: what cannot be taken is an event, and that is kept with the reason. What was
//! acknowledged is stored, once however often it is sent again.

mod answer;
mod body;
pub mod campaign;
pub mod cors;
pub mod email;
pub mod envelope;
pub mod event;
pub mod forms;
mod groups;
mod inbound;
mod mailbox;
mod profile;
pub mod refused;
pub mod routes;
pub mod settings;
pub mod skew;
pub mod store;
pub mod touch;
pub mod who;
pub mod write_key;

pub use event::{Call, Event, Refusal};

/// What the sending endpoints remember between requests.
#[derive(Debug, Default)]
pub struct Desk {
    /// Facts about write keys.
    keys: write_key::Known,
    /// How many forms addresses have sent.
    forms: forms::Limiter,
}
