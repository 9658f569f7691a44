//! Files brought in: read as a stream, each row taken or refused with its reason, safe to run twice.
//!
//! A row is matched by what identifies its client and its lead, so a second run finds what the first one made and
//! changes nothing. Rows go in by short writes, each with the count of rows behind it: after a crash an import goes on
//! where it was.

mod apply;
mod lead_row;
pub mod lookups;
pub mod mapping;
pub mod queue;
pub mod reader;
pub mod report;
mod routes;
pub mod row;
pub mod run;
pub mod store;
mod values;

pub use routes::routes;
pub use values::exponent;

crate::id! {
    /// An import's id.
    ImportId
}
