//! Clients: who they are, how they are reached and recognised, what they agreed to.

crate::id! {
    /// A contact's id.
    ContactId
}
