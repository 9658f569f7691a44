//! What every endpoint shares: bodies, queries, pages, versions, retries, answers.

pub mod batch;
mod body;
mod chosen;
pub mod describe;
mod etag;
mod faults;
pub mod idempotency;
pub mod middleware;
mod page;
mod query;
pub mod reply;
mod routes;
mod sort;
mod table;

pub use body::{Body, Parts, Post, flatten, nullable, read as read_json};
pub use chosen::{Ids, Seen, SeenIds};
pub use etag::{IfMatch, check_version};
pub use page::{Cursor, Limit, Page};
pub use query::{Query, parse as parse_query};
pub use reply::Reply;
pub use routes::Routes;
pub(crate) use routes::handlers;
pub use sort::{ListQuery, Sort};
pub use table::Table;

/// A version counter as an entity carries it; shown as the `ETag` `"v3"`.
pub type Version = i64;
