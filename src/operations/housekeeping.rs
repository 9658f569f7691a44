//! Small jobs done every hour: what has expired is forgotten, the database keeps its statistics fresh.
//!
//! Each step is a short write, so that no request waits long behind it.

use std::time::Duration;

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;

use crate::accounts::sessions;
use crate::config::Config;
use crate::db::types::Instant;
use crate::db::{Connection, Db, dialect};
use crate::error::{Error, Result};
use crate::http::idempotency;
use crate::imports::{queue, steps};
use crate::sync::{log, webhooks};

const EVERY: Duration = Duration::from_secs(3600);

/// Does the jobs now and then every hour, for ever.
pub async fn run(db: Db, config: Config) {
    let mut clock = tokio::time::interval(EVERY);
    // The first tick comes at once; a server that has just started has better things to do.
    clock.tick().await;
    loop {
        clock.tick().await;
        match once(&db, &config).await {
            Ok(forgotten) => tracing::info!(forgotten, "housekeeping done"),
            Err(error) => tracing::warn!(%error, cause = error.cause.as_deref(), "housekeeping failed"),
        }
    }
}

/// Does the jobs once; returns how many rows were forgotten.
///
/// # Errors
/// The database is away.
pub async fn once(db: &Db, config: &Config) -> Result<usize> {
    let (changes, deliveries) =
        (TimeDelta::days(config.change_days.into()), TimeDelta::days(config.webhook_days.into()));
    let answers = until_none_is_left(db, |conn| idempotency::forget_old(conn, Instant::now())).await?;
    let sessions = until_none_is_left(db, |conn| sessions::forget_old(conn, Instant::now())).await?;
    let news = until_none_is_left(db, move |conn| log::forget_old(conn, Instant::now(), changes)).await?;
    let sent = move |conn: &mut Connection| webhooks::forget_old(conn, Instant::now(), deliveries);
    let sent = until_none_is_left(db, sent).await?;
    let drafts = forget_drafts(db, config).await?;
    let optimize = dialect::optimize(db.target());
    db.write(move |conn| Ok(conn.batch_execute(optimize)?)).await?;
    Ok(answers + sessions + news + sent + drafts)
}

/// Throws away drafts of imports that wait too long, and files that no import waits for.
async fn forget_drafts(db: &Db, config: &Config) -> Result<usize> {
    let kept = TimeDelta::days(config.import_days.into());
    let mut total = 0;
    loop {
        let old = db.write(move |conn| steps::forget_old(conn, Instant::now(), kept)).await?;
        if old.is_empty() {
            break;
        }
        total += old.len();
        for id in old {
            drop(tokio::fs::remove_file(queue::file(&queue::folder(&config.data), id)).await);
        }
    }
    let (folder, wanted) = (queue::folder(&config.data), db.read(steps::with_files).await?);
    let swept = tokio::task::spawn_blocking(move || queue::sweep(&folder, &wanted)).await;
    swept.map(|()| total).map_err(Error::internal)
}

/// Repeats a job that takes a bounded bite each time.
async fn until_none_is_left(
    db: &Db,
    bite: impl Fn(&mut Connection) -> Result<usize> + Clone + Send + 'static,
) -> Result<usize> {
    let mut total = 0;
    loop {
        let bite = bite.clone();
        match db.write(move |conn| bite(conn)).await? {
            0 => return Ok(total),
            taken => total += taken,
        }
    }
}
