//! What every command stands on: a data folder, a secret, a migrated database, and who holds it.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::{Failure, Outcome, say};
use crate::config::Config;
use crate::db::{Db, Opener, Sizes, Target, migrate as migrations};

/// Whether others may use the embedded database at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// A server: there is one for each SQLite file.
    Alone,
    /// A command that may run beside a server.
    Shared,
}

/// An opened, migrated database with what belongs to it.
#[derive(Debug)]
pub struct Installation {
    /// The database.
    pub db: Db,
    /// Where it is.
    pub target: Target,
    _lock: Option<File>,
}

impl Installation {
    /// Opens the database of the settings and brings it up to this version.
    ///
    /// # Errors
    /// The settings are unsafe, the database cannot be reached, or a server holds it.
    pub fn open(config: &Config, how: Use) -> Outcome<Self> {
        let target = target(config)?;
        prepare_folder(config, &target)?;
        let lock = match how {
            Use::Alone => lock(&target)?,
            Use::Shared => None,
        };
        let opener = match how {
            Use::Alone => Opener::new(target.clone()),
            Use::Shared => Opener::new(target.clone()).unmapped(),
        };
        for name in migrations::run(&opener)? {
            tracing::info!(migration = %name, "migrated");
        }
        let sizes = Sizes::for_target(&target);
        let batch = config.write_batch.map_or(sizes.batch, usize::from);
        let db = Db::open(opener, target.clone(), Sizes { batch, ..sizes })?;
        Ok(Self { db, target, _lock: lock })
    }
}

/// `touchline migrate`.
pub fn migrate(config: &Config) -> Outcome {
    let target = target(config)?;
    prepare_folder(config, &target)?;
    let ran = migrations::run(&Opener::new(target))?;
    match ran.len() {
        0 => say("The database is up to date."),
        _ => say(format!("Migrated: {}", ran.join(", "))),
    }
    Ok(())
}

/// The database of the settings.
pub fn target(config: &Config) -> Outcome<Target> {
    config.target().map_err(|error| Failure::new(format!("DATABASE_URL: {error}.")))
}

/// Makes the folder of the embedded database, for its owner alone.
fn prepare_folder(config: &Config, target: &Target) -> Outcome {
    let Target::Sqlite(path) = target else { return Ok(()) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or(Ok(()), make_private)?;
    if config.database_url.is_none() {
        make_private(&config.data)?;
    }
    make_private_file(path)
}

/// Makes an empty file for its owner alone, unless there is one. SQLite's files beside it get the same mode.
///
/// # Errors
/// The file cannot be made.
pub fn make_private_file(path: &Path) -> Outcome {
    let made = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path);
    made.map(drop).map_err(|error| Failure::new(format!("{} cannot be written: {error}", path.display())))
}

fn make_private(folder: &Path) -> Outcome {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| Failure::new(format!("the folder {} cannot be made: {error}", folder.display())))
}

/// Takes the embedded database for this process alone, until the returned file is closed.
///
/// # Errors
/// Another process has it.
pub fn lock(target: &Target) -> Outcome<Option<File>> {
    let Target::Sqlite(path) = target else { return Ok(None) };
    let path = beside(path, ".lock");
    let unusable = |error: std::io::Error| Failure::new(format!("{} cannot be locked: {error}", path.display()));
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(Failure::new(format!(
            "another server uses this database ({} is locked). Stop it first, or give this one its own --data folder.",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

/// The path with something added to its name.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The secret of the settings, or the one kept in the data folder, made at the first start.
///
/// # Errors
/// The file cannot be used, or others can read it.
pub fn secret(config: &Config) -> Outcome<String> {
    if let Some(secret) = &config.secret {
        return Ok(secret.clone());
    }
    make_private(&config.data)?;
    let path = config.data.join("secret");
    let unusable = |error: std::io::Error| Failure::new(format!("{} cannot be used: {error}", path.display()));
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
        Ok(mut file) => {
            let secret = new_secret();
            file.write_all(secret.as_bytes()).and_then(|()| file.sync_all()).map_err(unusable)?;
            Ok(secret)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => read_secret(&path),
        Err(error) => Err(unusable(error)),
    }
}

fn read_secret(path: &Path) -> Outcome<String> {
    let unusable = |error: std::io::Error| Failure::new(format!("{} cannot be used: {error}", path.display()));
    let mut file = File::open(path).map_err(unusable)?;
    if file.metadata().map_err(unusable)?.permissions().mode() & 0o077 != 0 {
        return Err(Failure::new(format!(
            "others can read the secret in {0}. Keep it to its owner: chmod 600 {0}",
            path.display()
        )));
    }
    let mut secret = String::new();
    file.read_to_string(&mut secret).map_err(unusable)?;
    let secret = secret.trim().to_owned();
    if secret.len() < 32 {
        return Err(Failure::new(format!(
            "the secret in {0} is shorter than 32 characters. Remove the file to have a new one made: rm {0}",
            path.display()
        )));
    }
    Ok(secret)
}

fn new_secret() -> String {
    let mut bytes = [0_u8; 32];
    rand::RngCore::fill_bytes(&mut rand::rng(), &mut bytes);
    base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes)
}
