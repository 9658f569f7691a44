//! Segments: who belongs together by what is known of them and by what they did.

mod bin;
pub mod catalogue;
mod census;
pub mod compile;
mod compile_facts;
mod compile_reach;
mod compile_value;
pub mod decide;
mod dependents;
pub mod describe;
mod facts;
mod groups;
pub mod growth;
mod judge;
mod judge_value;
pub mod keeper;
mod list_file;
mod lists;
pub mod members;
pub mod model;
mod news;
mod of_leads;
pub mod parse;
mod parse_field;
mod parse_lead;
mod parse_touch;
mod plan;
mod reader;
pub mod rfm;
mod rfm_report;
mod rfm_then;
mod routes;
pub mod rule;
mod rule_field;
mod rules;
pub mod schema;
mod sets;
pub mod settle;
mod sizes;
pub mod split;
pub mod stays;
pub mod store;

pub use lists::forget_contact;
pub use members::{leads_query, members_query, named};
pub use model::{Segment, SegmentKind};
pub use of_leads::{Part, clients_as_of, leads_as_of, parts, parts_of_clients};
pub use rfm_report::{RfmQuery, report as rfm_report};
pub use routes::routes;

crate::id! {
    /// A segment's id.
    SegmentId
}
