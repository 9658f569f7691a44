//! Clients: who they are, how they are reached and recognised, what they agreed to.

pub mod bin;
pub mod bin_many;
pub mod bulk;
pub mod cluster;
pub mod decide;
pub mod duplicates;
pub mod erasure;
pub mod filter;
mod identities;
pub mod identity;
pub mod log;
pub mod many;
pub mod merge;
pub mod model;
pub mod names;
pub mod parts;
pub mod recognise;
mod reference;
mod routes;
pub mod search;
pub mod store;
pub mod upsert;

pub use model::{Contact, ContactChange, NewContact};
pub use parts::{Address, Consent, ConsentChannel, ConsentState, Email, ExternalId, Phone};
pub use recognise::{Sighting, recognise};
pub use reference::{ClientRef, ContactRef, Resolved, Unknown, resolve};
pub use routes::{moved, routes};

crate::id! {
    /// A contact's id.
    ContactId
}
