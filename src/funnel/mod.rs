//! Funnels: how the leads that entered in a period went on, by the definitions of "Stage history" and "Funnel".
//!
//! The cohort is read as one narrow row for each lead (`lead_paths`) through an index on the entry, and folded in one
//! pass; the cost is that of the leads which entered in the period.

mod answer;
mod breakdown;
mod buckets;
pub mod compare;
mod fold;
mod journey;
mod named;
mod only;
mod query;
mod request;
mod routes;
mod scan;
mod table;
mod tally;
mod values;

pub use answer::{ids_behind, report};
pub use journey::{
    JourneyInput, JourneyNumberInput, JourneyOutcome, JourneyReport, StepReport as JourneyStepReport,
    ids_behind as journey_clients, report as journey,
};
pub use only::{Only, SeenPaths};
pub(crate) use query::report_queries;
pub use request::{FunnelQuery, FunnelTable, LeadsQuery};
pub use routes::routes;
pub use table::{StepRow, step_rows};
pub use tally::quantile;
