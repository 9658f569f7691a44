//! Views of lists: a filter, an order and columns under a name, one's own or shared with roles.

mod check;
mod model;
mod routes;
mod store;

pub use routes::routes;

crate::id! {
    /// A view's id.
    ViewId
}
