//! Sales in numbers, by the definitions of "Time, speed, outcome": time in stage, win rate, cycle, velocity, forecast,
//! lost reasons, activity, stale leads; each opens into its records.
//!
//! Leads are read as their packed paths, found by the stages they entered in the period: the cost is that of the period.

mod activity;
mod activity_facts;
mod activity_rows;
mod closing;
mod deals;
mod forecast;
mod leads;
mod outcome;
mod request;
mod routes;
mod stages;
mod survival;

pub use activity::{ActivityQuery, report as activity};
pub use closing::Closing;
pub use forecast::report as forecast;
pub use outcome::report as outcome;
pub use request::{ForecastQuery, SalesQuery, StageTimesQuery};
pub use routes::routes;
pub use stages::report as stage_times;
