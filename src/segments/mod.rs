//! Segments: who belongs together by what is known of them and by what they did.

pub mod catalogue;
pub mod compile;
mod compile_facts;
mod compile_value;
pub mod describe;
pub mod parse;
mod parse_field;
mod parse_lead;
mod parse_touch;
mod reader;
pub mod rule;

crate::id! {
    /// A segment's id.
    SegmentId
}
