//! Pipelines and their stages, the leads in them, and the exact history of where each lead stood.

pub mod board;
pub mod history;
pub mod leads;
pub mod lost_reasons;
pub mod model;
pub mod path;
mod routes;
pub mod stages;
pub mod store;
pub mod then;
pub mod visit;

pub use model::{Pipeline, Stage, StageKind};
pub use routes::routes;

crate::id! {
    /// A pipeline's id.
    PipelineId
}
crate::id! {
    /// A stage's id.
    StageId
}
crate::id! {
    /// A lost reason's id.
    LostReasonId
}
crate::id! {
    /// A lead's id.
    LeadId
}
crate::id! {
    /// A stage interval's id; the timeline entry of the move has the same.
    IntervalId
}
