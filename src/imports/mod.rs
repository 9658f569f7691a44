//! Files brought in: read as a stream, each row taken or refused with its reason, safe to run twice.
//!
//! A file is recognised (`propose`), tried (`dry_run`), taken (`run`) and taken back (`undo`); `flow` is how the API goes
//! through that. A row is matched by what identifies its client and its lead, so a second run finds what the first one made and
//! changes nothing. Rows go in by short writes, each with the count of rows behind it: after a crash an import goes on
//! where it was.

mod apply;
mod apply_lead;
mod apply_rest;
mod bad_rows;
pub mod batch;
pub mod changes;
pub mod charset;
mod company_row;
mod contact_row;
mod countries;
pub mod delimiter;
pub mod dry_run;
mod findings;
mod flow;
pub mod guess;
mod key;
mod lead_row;
pub mod lookups;
mod making;
pub mod mapping;
mod options;
mod parsed;
mod patience;
pub mod proposal;
pub mod propose;
pub mod queue;
pub mod reader;
pub mod report;
mod routes;
pub mod row;
pub mod run;
mod sample;
mod stays;
pub mod steps;
pub mod store;
mod take_back;
mod targets;
mod touch_row;
pub mod undo;
mod upload;
mod values;
pub mod vcard;
pub mod vendors;

pub use routes::routes;

crate::id! {
    /// An import's id.
    ImportId
}
