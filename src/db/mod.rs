//! The database: dedicated threads, one connection each, reached through [`Db::read`] and [`Db::write`].

pub mod answers;
pub mod composed;
pub mod conditions;
pub mod connection;
mod declare;
pub mod dialect;
pub mod generate;
pub mod life;
pub mod listed;
mod member;
pub mod migrate;
mod savepoint;
pub mod schema;
pub mod search;
pub mod settings;
pub mod statement;
mod threads;
pub mod types;

pub use connection::{Conn as Connection, MultiBackend, Opener, Target};
pub use dialect::Both;
pub use savepoint::{savepoint, scattered, snapshot, transaction};
pub use threads::{Db, Load, Sizes};
