//! Who works here: users, roles, teams, sessions, API keys, and the trail of what they did.

pub mod audit;
pub mod authenticate;
pub mod owners;
pub mod permissions;
pub mod principal;
pub mod teams;
pub mod tokens;

pub use permissions::{Permission, Role, Visibility};
pub use principal::{Actor, May, Principal, Scope};

crate::id! {
    /// A user's id.
    UserId
}
crate::id! {
    /// A team's id.
    TeamId
}
crate::id! {
    /// An API key's id.
    ApiKeyId
}
