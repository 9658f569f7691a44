//! Touchpoints on any channel, online or offline, and tasks.

crate::id! {
    /// A task's id; its timeline entry has the same.
    TaskId
}
