//! Tasks: something to do for a client. Each is mirrored by a timeline entry of the same id, which stands where the
//! task was done, else is due, else was made.

pub mod list;
mod model;
mod routes;
mod rows;
pub mod store;

pub use model::{NewTask, Task, TaskPatch};
pub use routes::routes;
pub use store::{insert, next, update};
