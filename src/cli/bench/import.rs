//! A file of 100,000 clients by `touchline import`: into an empty database, then the same again, when every row finds
//! its client. The memory is the command's own.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::report::Goal;
use crate::cli::{Failure, Outcome};

/// The name of the row.
pub const IMPORT: &str = "import 100,000 contacts";
const ROWS: u32 = 100_000;

/// What it came to.
#[derive(Debug, Clone, Copy)]
pub struct Imported {
    /// Rows a second into an empty database.
    pub new: f64,
    /// Rows a second when every client is known.
    pub known: f64,
    /// The most memory the command had, in MiB.
    pub peak: Option<f64>,
}

/// Imports the file twice.
///
/// # Errors
/// The command fails.
pub fn measure(database: &str, folder: &Path) -> Outcome<Imported> {
    let file = folder.join("contacts.csv");
    std::fs::write(&file, rows()).map_err(Failure::new)?;
    let (first, peak) = once(database, folder, &file)?;
    let (second, again) = once(database, folder, &file)?;
    let rate = |took: Duration| f64::from(ROWS) / took.as_secs_f64().max(f64::EPSILON);
    Ok(Imported {
        new: rate(first),
        known: rate(second),
        peak: peak.into_iter().chain(again).reduce(f64::max).map(|kib| kib / 1024.0),
    })
}

fn rows() -> String {
    let mut text = String::from("id,first,last,mail,phone,firm,tags,title,city\n");
    for n in 0..ROWS {
        let _ = writeln!(
            text,
            "c-{n},Ann{},Dvořák{n},ann.dvorak{n}@example.com,+1415{:07},Firm {},\"north, vip\",Head of things {n},Brno",
            n % 100,
            2_000_000 + n,
            n % 2000
        );
    }
    text
}

/// The command's time from start to end, and its most memory in KiB.
fn once(database: &str, folder: &Path, file: &Path) -> Outcome<(Duration, Option<f64>)> {
    const MAPPED: [&str; 9] = [
        "external_id:shop=id",
        "given_name=first",
        "family_name=last",
        "email=mail",
        "phone=phone",
        "company=firm",
        "tags=tags",
        "job_title=title",
        "address.city=city",
    ];
    let mut command = Command::new(std::env::current_exe().map_err(Failure::new)?);
    command.arg("import").arg(file).env("DATABASE_URL", database).env("TOUCHLINE_DATA", folder);
    for field in MAPPED {
        command.args(["--map", field]);
    }
    let started = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().map_err(Failure::new)?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    loop {
        peak = most_memory(&status).or(peak);
        if let Some(ended) = child.try_wait().map_err(Failure::new)? {
            let took = started.elapsed();
            return if ended.success() { Ok((took, peak)) } else { Err(Failure::new("the import has failed")) };
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn most_memory(status: &str) -> Option<f64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// What it must reach.
#[must_use]
pub fn goals(found: Option<Imported>, sqlite: bool) -> Vec<Goal> {
    let goal = |name: &str, value, bound, at_least| Goal { name: name.to_owned(), value, bound, at_least };
    let mut goals = vec![goal("import, peak memory, MiB", found.and_then(|found| found.peak), 150.0, false)];
    if sqlite {
        goals.push(goal("import of new contacts, rows a second", found.map(|found| found.new), 10_000.0, true));
        goals.push(goal("import of known contacts, rows a second", found.map(|found| found.known), 10_000.0, true));
    }
    goals
}
