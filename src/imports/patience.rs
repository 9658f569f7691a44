//! Work that waits for a database that is away, and what is told of an error.

use std::time::Duration;

use crate::db::{Connection, Db};
use crate::error::{Error, Result};

/// How often work is tried again, a second apart.
const MOST_TRIES: u32 = 120;

/// What is told of an import whose file is not here any more.
pub const FILE_GONE: &str = "Its file is gone: send it again.";

/// [`Db::write_apart_now`], again and again while the database is away.
///
/// # Errors
/// What `work` returns; the database stays away.
pub fn write<T: Send + 'static>(
    db: &Db,
    work: impl FnMut(&mut Connection) -> Result<T> + Clone + Send + 'static,
) -> Result<T> {
    let mut tries = 0;
    loop {
        match db.write_apart_now(work.clone()) {
            Err(error) if error.code.status() == 503 && tries < MOST_TRIES => {
                tries += 1;
                std::thread::sleep(Duration::from_secs(1));
            }
            other => return other,
        }
    }
}

/// What is wrong, for a person, in one line.
#[must_use]
pub fn explain(error: &Error) -> String {
    let told: Vec<_> = error.errors.iter().map(|bad| format!("{}: {}", bad.field, bad.message)).collect();
    if told.is_empty() { error.detail.as_deref().unwrap_or(error.code.title()).to_owned() } else { told.join("; ") }
}
