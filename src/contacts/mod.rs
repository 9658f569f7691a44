//! Clients: who they are, how they are reached and recognised, what they agreed to.

pub mod bin;
pub mod erasure;
pub mod filter;
pub mod identity;
pub mod model;
pub mod parts;
mod reference;
mod routes;
pub mod search;
pub mod store;

pub use model::{Contact, ContactChange, NewContact};
pub use parts::{Address, Consent, ConsentChannel, ConsentState, Email, ExternalId, Phone};
pub use reference::{ClientRef, ContactRef, Resolved, Unknown, resolve};
pub use routes::routes;

crate::id! {
    /// A contact's id.
    ContactId
}
