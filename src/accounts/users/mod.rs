//! Users: people who work here. They are never deleted, only deactivated, since the audit log names them.
//! One active administrator always remains.

mod model;
mod routes;
mod store;

pub use model::{NewUser, NewUserInput, User, UserFilter, UserPatch};
pub(super) use routes::routes;
pub use store::{
    Credentials, any, by_email, create, credentials, credentials_of, find, list, set_password, still_holds, update,
};
