//! `touchline backup` and `touchline restore`, for the embedded database. PostgreSQL has its own, better tools.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::installation::{beside, lock, make_private_file, target};
use super::{Failure, Outcome, say};
use crate::config::Config;
use crate::db::{Connection, Opener, Target, life};

/// Copies the database as it is at one moment, while others read and write it.
pub fn backup(config: &Config, file: &Path) -> Outcome {
    let from = embedded(config, &format!("pg_dump --format=custom --file={} \"$DATABASE_URL\"", file.display()))?;
    if !from.exists() {
        return Err(Failure::new(format!("there is no database at {}", from.display())));
    }
    if file.exists() {
        return Err(Failure::new(format!("{} exists already: name another file", file.display())));
    }
    let part = beside(file, ".part");
    remove(&part)?;
    make_private_file(&part)?;
    let name = part.to_str().ok_or_else(|| Failure::new("the file's name is not valid UTF-8"))?;
    let mut conn = Opener::new(Target::Sqlite(from)).open().map_err(Failure::new)?;
    diesel::sql_query("VACUUM INTO $1").bind::<Text, _>(name).execute(&mut conn).map_err(Failure::new)?;
    let synced = std::fs::File::open(&part).and_then(|copy| copy.sync_all());
    synced.and_then(|()| std::fs::rename(&part, file)).map_err(Failure::new)?;
    say(format!("Saved {} ({} KiB).", file.display(), file.metadata().map_or(0, |made| made.len() / 1024)));
    Ok(())
}

/// Puts a backup in the database's place. The file that was there is kept with `.before-restore` added to its name.
pub fn restore(config: &Config, file: &Path) -> Outcome {
    let command = format!("pg_restore --clean --if-exists --dbname=\"$DATABASE_URL\" {}", file.display());
    let to = embedded(config, &command)?;
    if !file.exists() {
        return Err(Failure::new(format!("there is no file {}", file.display())));
    }
    let _held = lock(&Target::Sqlite(to.clone()))?;
    let new = beside(&to, ".new");
    remove(&new)?;
    make_private_file(&new)?;
    copy(file, &new).map_err(Failure::new)?;
    check(&new)?;
    let aside = set_aside(&to)?;
    std::fs::rename(&new, &to).map_err(Failure::new)?;
    say(format!("Restored {} from {}.", to.display(), file.display()));
    if let Some(aside) = aside {
        say(format!("What was there before is in {}.", aside.display()));
    }
    Ok(())
}

/// Copies the bytes and not who may read them, down to the disk.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut to = std::fs::OpenOptions::new().write(true).open(to)?;
    std::io::copy(&mut std::fs::File::open(from)?, &mut to)?;
    to.sync_all()
}

/// The embedded database's file; on PostgreSQL a failure that names the command to use.
fn embedded(config: &Config, command: &str) -> Outcome<std::path::PathBuf> {
    match target(config)? {
        Target::Sqlite(path) => Ok(path),
        Target::Postgres(_) => {
            Err(Failure::new(format!("this is for the embedded database; for PostgreSQL run:\n  {command}")))
        }
    }
}

#[derive(QueryableByName)]
struct Integrity {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

/// Whether the file is a sound database of ours.
fn check(file: &Path) -> Outcome {
    let broken = |reason: String| Failure::new(format!("this is not a sound backup of Touchline: {reason}"));
    let mut conn = Opener::new(Target::Sqlite(file.to_owned())).open().map_err(|error| broken(error.to_string()))?;
    let sound = diesel::sql_query("PRAGMA integrity_check").load::<Integrity>(&mut conn);
    let sound = sound.map_err(|error| broken(error.to_string()))?;
    if let Some(bad) = sound.iter().find(|row| row.integrity_check != "ok") {
        return Err(broken(bad.integrity_check.clone()));
    }
    ours(&mut conn).map_err(|error| broken(error.to_string()))?;
    life::end(&mut conn).map_err(Failure::new)?;
    conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").map_err(Failure::new)?;
    drop(conn);
    remove(&beside(file, "-wal"))?;
    remove(&beside(file, "-shm"))
}

fn ours(conn: &mut Connection) -> diesel::QueryResult<()> {
    conn.batch_execute(
        "SELECT count(*) FROM __diesel_schema_migrations; SELECT count(*) FROM users; SELECT count(*) FROM settings",
    )
}

/// Moves the present database and its log away; where it is now.
fn set_aside(path: &Path) -> Outcome<Option<std::path::PathBuf>> {
    if !path.exists() {
        return Ok(None);
    }
    let stamp = chrono::Utc::now().format("%Y%m%dT%H%M%SZ");
    let aside = beside(path, &format!(".before-restore-{stamp}"));
    for suffix in ["-wal", "-shm", ""] {
        let from = beside(path, suffix);
        if from.exists() {
            std::fs::rename(&from, beside(&aside, suffix)).map_err(Failure::new)?;
        }
    }
    Ok(Some(aside))
}

fn remove(file: &Path) -> Outcome {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::new(format!("{} cannot be removed: {error}", file.display())))
        }
        _ => Ok(()),
    }
}
