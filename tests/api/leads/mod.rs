//! Leads: their fields, their list, their way through the stages.

mod bulk;
mod fields;
mod list;
mod moves;
mod touches;
