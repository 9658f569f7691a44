//! A business made up: the whole of it as the demo, a part of it as sample data in an installation that is new, from which
//! it can be taken away again.

pub mod generator;
mod kept;
pub mod load;
mod made;
pub mod plan;
mod remove;
mod routes;
pub mod words;

pub use routes::routes;
