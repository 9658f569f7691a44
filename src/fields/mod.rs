//! Custom fields of contacts, companies and leads: what is defined, what a value must look like, how lists filter by it.
//!
//! A key keeps its kind for ever, even when its definition is deleted and made again: so every stored value of a key
//! can be read as that kind.

mod filter;
mod model;
mod routes;
mod store;
mod value;

pub use filter::{Wanted, conditions, holds_entry};
pub use model::{Entity, Field, FieldInput, FieldKind};
pub use routes::routes;
pub use store::{all, delete, insert, is_used};
pub use value::{Mode, check, check_against, is_web_address, merge};

crate::id! {
    /// A field definition's id.
    FieldId
}
