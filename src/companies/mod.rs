//! Companies that contacts work for. Everybody sees every company; its people are seen as contacts are.

mod bin;
pub mod filter;
pub mod links;
pub mod model;
mod routes;
pub mod store;
pub mod upsert;

pub use model::{Company, CompanyChange};
pub use routes::routes;
pub use store::name_of;

crate::id! {
    /// A company's id.
    CompanyId
}
