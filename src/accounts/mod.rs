//! Who works here: users, roles, teams, sessions, API keys, and the trail of what they did.

pub mod audit;
pub mod authenticate;
pub mod commands;
mod input;
pub mod keys;
mod login;
mod me;
pub mod owners;
pub mod passwords;
pub mod permissions;
pub mod principal;
mod roles;
pub mod sessions;
pub mod setup;
pub mod teams;
pub mod throttle;
pub mod tokens;
pub mod users;
pub mod write_keys;

pub use permissions::{Permission, Role, Visibility};
pub use principal::{Actor, May, Principal, Scope};

use crate::app::App;
use crate::db::Connection;
use crate::error::Result;
use crate::http::idempotency::Retry;
use crate::http::{Reply, Routes};

crate::id! {
    /// A user's id.
    UserId
}
crate::id! {
    /// A team's id.
    TeamId
}
crate::id! {
    /// An API key's id.
    ApiKeyId
}

/// The routes of set-up, log-in, users, roles, teams, keys and the audit log.
pub fn routes(cfg: &mut Routes) {
    cfg.configure(setup::routes)
        .configure(login::routes)
        .configure(me::routes)
        .configure(users::routes)
        .configure(roles::routes)
        .configure(teams::routes)
        .configure(keys::routes)
        .configure(audit::routes);
}

/// [`App::write`] for changes of who may do what: this server acts on them from the next request on.
async fn change(
    app: &App,
    by: &Principal,
    retry: Option<Retry>,
    work: impl FnMut(&mut Connection, &Principal) -> Result<Reply> + Send + 'static,
) -> Result<Reply> {
    let reply = app.write(by, retry, work).await;
    // A refusal changed nothing; after a fault of ours nobody knows.
    if !matches!(&reply, Err(error) if error.code.status() < 500) {
        app.auth.forget();
    }
    reply
}
