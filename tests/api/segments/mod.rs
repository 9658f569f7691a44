//! Segments: rules, records, membership.

mod language;
mod oracle;
mod random;
mod reference;
mod world;
