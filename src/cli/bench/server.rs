//! The server under measurement: this same program as a child process, so that its processor time is its own.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::client::{self, Client, Request};
use crate::cli::{Failure, Outcome};

/// A running `touchline serve`; stopped when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: String,
    /// From start to the first answer.
    pub started_in: Duration,
}

impl Server {
    /// Starts the server on a database and waits for its first answer.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(database: &str, data: &Path, batch: Option<usize>, token: &str) -> Outcome<Self> {
        let address = free_address()?;
        let program = std::env::current_exe().map_err(Failure::new)?;
        let started = Instant::now();
        let mut command = Command::new(program);
        command.arg("serve").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        command.env("DATABASE_URL", database).env("TOUCHLINE_DATA", data).env("TOUCHLINE_BIND", &address);
        command.env("TOUCHLINE_LOG", "error");
        if let Some(batch) = batch {
            command.env("TOUCHLINE_WRITE_BATCH", batch.to_string());
        }
        let mut child =
            command.spawn().map_err(|error| Failure::new(format!("the server cannot be started: {error}")))?;
        let said = child.stdout.take().map(BufReader::new).and_then(|out| out.lines().next());
        if !matches!(said, Some(Ok(_))) {
            return Err(Failure::new("the server has ended at once"));
        }
        let mut server = Self { child, address, started_in: Duration::ZERO };
        let answered = client::run(Duration::from_secs(10), async {
            let mut client = Client::connect(&server.address, token).await?;
            let (status, body) = client.send(&Request::get("/api/v1/teams")).await?;
            Ok((status, String::from_utf8_lossy(body).into_owned()))
        });
        server.started_in = started.elapsed();
        match answered.map_err(Failure::new)? {
            (200, _) => Ok(server),
            (status, body) => Err(Failure::new(format!("the server answered {status}: {body}"))),
        }
    }

    /// Its processor time so far.
    #[must_use]
    pub fn cpu(&self) -> Option<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        cpu_of(&stat)
    }

    /// Its resident memory in bytes.
    #[must_use]
    pub fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// User and system time out of `/proc/<pid>/stat`, in ticks of a hundredth of a second.
fn cpu_of(stat: &str) -> Option<Duration> {
    // The program's name, in brackets, may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(Duration::from_millis((user + system) * 10))
}

fn free_address() -> Outcome<String> {
    let probe = TcpListener::bind("127.0.0.1:0").map_err(Failure::new)?;
    Ok(probe.local_addr().map_err(Failure::new)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_name() {
        let stat = "42 (a ) b) S 1 42 42 0 -1 4194560 1 0 0 0 150 25 0 0 20 0 9 0 1";
        assert_eq!(cpu_of(stat), Some(Duration::from_millis(1750)));
    }
}
