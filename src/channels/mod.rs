//! Channel groups: how a client came to us. Each touchpoint gets the group of the first rule that fits it; the rules are
//! data that can be changed, and by default those of Google Analytics 4 with groups for offline touchpoints
//! (metrics.md §4).

mod apply;
mod arrival;
pub mod clicks;
mod routes;
mod rules;
mod sources;
mod store;
mod weblog;

pub use apply::{run, step};
pub use arrival::Arrival;
pub use routes::routes;
pub use rules::{Compiled, Rule};
pub use store::{in_force, unknown_groups};
pub use weblog::Weblog;
