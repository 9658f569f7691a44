//! Companies that contacts work for.

crate::id! {
    /// A company's id.
    CompanyId
}
