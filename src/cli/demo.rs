//! `touchline demo`: a small business made up, so that there is something to look at.

use std::path::Path;

use super::installation::{Installation, Use, beside};
use super::{Failure, Outcome, say, serve};
use crate::config::Config;
use crate::db::types::Instant;
use crate::sample::{generator, load, words};

/// Which business is made up.
const SEED: u64 = 20_260;

/// Makes the demo at its first start, then serves it. It has a folder of its own, so nothing real is touched.
pub fn run(config: Config) -> Outcome {
    if config.is_public() {
        return Err(Failure::new("the demo's passwords are known to everybody: bind it to 127.0.0.1"));
    }
    if config.database_url.is_some() {
        say("The demo has a database of its own: the address of another is not used.");
    }
    let config = Config { data: config.data.join("demo"), database_url: None, ..config };
    let database = config.data.join("touchline.db");
    if !database.exists() {
        make(&config, &database)?;
    }
    say("A business that puts solar panels and heat pumps on roofs. Log in as:");
    for (name, login, role, team) in words::STAFF {
        let team = team.map(|team| format!(", team {team}")).unwrap_or_default();
        say(format!("  {:<31} {} ({name}, {role}{team})", load::email(login), load::PASSWORD));
    }
    serve::run(config)
}

/// Makes the database beside its place and moves it there once it is whole.
fn make(config: &Config, database: &Path) -> Outcome {
    let building = beside(database, ".building");
    for suffix in ["", "-wal", "-shm", ".lock"] {
        drop(std::fs::remove_file(beside(&building, suffix)));
    }
    let path = building.to_string_lossy().into_owned();
    let installation = Installation::open(&Config { database_url: Some(path), ..config.clone() }, Use::Alone)?;
    load::load(&installation.db, generator::generate(SEED, Instant::now(), generator::CLIENTS))?;
    // Closing the last connection folds the journal into the file.
    drop(installation);
    drop(std::fs::remove_file(beside(&building, ".lock")));
    std::fs::rename(&building, database).map_err(Failure::new)
}
