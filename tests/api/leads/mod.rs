//! Leads: their fields, their list, their way through the stages.

mod bin_many;
mod bulk;
mod fields;
mod list;
mod moves;
mod touches;
