//! Leads: their fields, their list, their way through the stages.

mod fields;
mod list;
mod moves;
