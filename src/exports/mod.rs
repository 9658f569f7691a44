//! The lists of the API as files (CSV, NDJSON, Excel, vCard), and everything about one person as an archive. Read only;
//! read piece by piece, so that no export holds anything up, however long it is.

pub mod archive;
pub mod cell;
pub mod file;
pub mod lists;
pub mod log;
pub mod names;
pub mod request;
mod routes;
pub mod stream;
pub mod table;
pub mod vcard;
pub mod xlsx;

pub use routes::routes;
pub use stream::Desk;
