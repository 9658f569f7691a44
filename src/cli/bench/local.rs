//! The limit that HTTP is held against: the same function on the same kind of connection, without a server.

use std::time::{Duration, Instant};

use super::stats::Stretch;
use crate::db::{Connection, Opener, Target, transaction};
use crate::error::{Error, Result};

/// What is run: gives the size of its answer.
pub type Work = dyn Fn(&mut Connection, u64) -> Result<usize> + Send + Sync;

/// Runs `work` on `threads` connections at once for `time`; writes commit one by one.
///
/// # Errors
/// A connection cannot be made.
pub fn run(target: &Target, threads: usize, time: Duration, writes: bool, work: &Work) -> Result<Stretch> {
    let opener = Opener::new(target.clone());
    let open = |_| opener.open().map_err(Error::unavailable);
    let connections: Vec<Connection> = (0..threads).map(open).collect::<Result<_>>()?;
    let started = Instant::now();
    let parts: Vec<Stretch> = std::thread::scope(|scope| {
        let threads: Vec<_> = connections
            .into_iter()
            .zip(0_u64..)
            .map(|(conn, nth)| scope.spawn(move || drive(conn, nth, started, time, writes, work)))
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let mut all = Stretch { elapsed: started.elapsed(), ..Stretch::default() };
    for part in parts {
        all.micros.extend(part.micros);
        all.failed += part.failed;
    }
    Ok(all)
}

fn drive(mut conn: Connection, nth: u64, started: Instant, time: Duration, writes: bool, work: &Work) -> Stretch {
    let mut stretch = Stretch::default();
    // Numbers that no connection of a load uses.
    let mut number = (nth + (1 << 20)) << 32;
    while started.elapsed() < time {
        let begun = Instant::now();
        let done = if writes { transaction(&mut conn, |conn| work(conn, number)) } else { work(&mut conn, number) };
        number += 1;
        match done {
            Ok(_) => stretch.micros.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX)),
            Err(error) => {
                tracing::debug!(%error, "a measured step failed");
                stretch.failed += 1;
            }
        }
    }
    stretch
}
