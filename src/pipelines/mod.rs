//! Pipelines and their stages, the leads in them, and the exact history of where each lead stood.

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
