//! Segments: rules, records, membership.

mod decide;
mod firms;
mod hooks;
mod keeping;
mod language;
mod oracle;
mod random;
mod records;
mod reference;
mod rfm;
mod rfm_then;
pub mod world;
mod world_rows;
