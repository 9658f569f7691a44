//! Users from the command line, for whoever runs the server: also the way back in when every password is lost.

use super::input::normal_email;
use super::passwords::{self, Secret};
use super::users::{self, NewUserInput, User, UserFilter};
use super::{Principal, Role, sessions};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::http::Page;

/// A user, and the password where one was made up here.
#[derive(Debug, Clone)]
pub struct Account {
    /// The user.
    pub user: User,
    /// To be shown once; `None` where the caller gave one.
    pub made_up: Option<String>,
}

fn given_or_made_up(password: Option<String>) -> (Secret, Option<String>) {
    if let Some(password) = password {
        return (Secret::new(password), None);
    }
    let made_up: String = sessions::random_token().chars().take(24).collect();
    (Secret::new(made_up.clone()), Some(made_up))
}

/// Adds a user.
///
/// # Errors
/// A field is not valid or the address is taken.
pub fn create_user(db: &Db, email: &str, name: &str, role: Role, password: Option<String>) -> Result<Account> {
    let (password, made_up) = given_or_made_up(password);
    let input = NewUserInput {
        email: email.to_owned(),
        name: name.to_owned(),
        role,
        team_id: None,
        locale: None,
        password: Some(password.clone()),
    };
    let (new, _) = input.parse()?;
    let hash = passwords::hash(&password)?;
    let user = db.write_now(move |conn| users::create(conn, &Principal::system(), &new, Some(&hash)))?;
    Ok(Account { user, made_up })
}

/// Sets a user's password and ends the sessions (on a running server, within seconds).
///
/// # Errors
/// There is no such user, or the password is not acceptable.
pub fn reset_password(db: &Db, email: &str, password: Option<String>) -> Result<Account> {
    let email = normal_email(email);
    let user = db.read_now(move |conn| users::by_email(conn, &email))?;
    let (password, made_up) = given_or_made_up(password);
    passwords::check("password", &password, user.email(), user.name()).map_err(|error| Error::invalid(vec![error]))?;
    let (id, hash) = (user.id(), passwords::hash(&password)?);
    db.write_now(move |conn| users::set_password(conn, &Principal::system(), id, &hash, None, "reset_password"))?;
    Ok(Account { user, made_up })
}

/// Every user, by name.
///
/// # Errors
/// The database is away.
pub fn list_users(db: &Db) -> Result<Vec<User>> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let filter = UserFilter::page(cursor);
        let Page { items, next_cursor, .. } = db.read_now(move |conn| users::list(conn, &filter))?;
        all.extend(items);
        cursor = next_cursor;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}
