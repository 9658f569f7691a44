//! Journeys: funnels of clients over ordered steps, each a touchpoint or an entry to a stage (web visit → form → meeting →
//! won), by the definitions of "Funnel" with a client in place of a lead.
//!
//! * A client and all that is merged into it are one.
//! * In the cohort: the client's first fact of the first step lies in the period.
//! * A step counts where a fact of it follows the fact of the step before, in the order of time; of one instant,
//!   touchpoints come before entries to stages. No fact serves two steps.
//! * A fact exactly at the end of the window counts.
//! * Filters and breakdowns by a client's owner, team, source, company or custom field go by what it has now; by segment, by
//!   what its rule says as of `as_of`.

mod answer;
mod behind;
mod fold;
mod model;
mod parts;
mod routes;
mod steps;
mod store;

pub use answer::{JourneyReport, StepReport, report};
pub use behind::{JourneyNumberInput, JourneyOutcome, ids_behind};
pub use model::JourneyInput;
pub use routes::routes;
