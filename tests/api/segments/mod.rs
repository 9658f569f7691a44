//! Segments: rules, records, membership.

mod bin;
mod corners;
mod decide;
mod dependents;
mod files;
mod firms;
mod growth;
mod hooks;
mod keeping;
mod language;
mod oracle;
mod random;
mod records;
mod reference;
mod rfm;
mod rfm_then;
mod sides;
pub mod world;
mod world_rows;
