//! What keeps an installation running: health, metrics, housekeeping.

pub mod health;
pub mod housekeeping;
pub mod metrics;
