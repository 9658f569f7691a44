//! Clients: who they are, how they are reached and recognised, what they agreed to.

pub mod identity;
pub mod model;
mod parts;
mod reference;
pub mod store;

pub use model::{Contact, ContactChange, NewContact};
pub use parts::{Address, Consent, ConsentChannel, ConsentState, Email, ExternalId, Phone};
pub use reference::{ClientRef, ContactRef, Resolved, Unknown, resolve};

crate::id! {
    /// A contact's id.
    ContactId
}
