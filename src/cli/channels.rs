//! `touchline channels`: what the channel rules make of a web server's log.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use clap::Args;
use url::Url;

use super::output::{Failure, Outcome, say};
use crate::channels::Weblog;

/// How many unknown referrers are shown where nobody says.
const SHOWN: usize = 20;

#[derive(Debug, Args)]
pub(super) struct ChannelsArgs {
    /// The log, in the combined format of Apache and nginx.
    file: PathBuf,
    /// The address of the site that wrote it, such as <https://www.example.com>.
    #[arg(long)]
    site: String,
    /// How many unknown referrers to show.
    #[arg(long, default_value_t = SHOWN)]
    most: usize,
}

/// Prints the channel groups of a log by the published rules, and the referrers that no list of sources knows.
pub(super) fn run(args: &ChannelsArgs) -> Outcome {
    let site = Url::parse(&args.site).ok().filter(Url::has_host);
    let site = site.ok_or_else(|| Failure::new("--site must be an address such as https://www.example.com"))?;
    let told = |error: std::io::Error| Failure::new(format!("{}: {error}", args.file.display()));
    let mut lines = BufReader::new(File::open(&args.file).map_err(told)?);
    let (mut log, mut line) = (Weblog::default(), Vec::new());
    while lines.read_until(b'\n', &mut line).map_err(told)? > 0 {
        log.add(&site, String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
    say(format!("{} requests: {} within a visit, {} lines unreadable", log.requests(), log.within, log.unreadable));
    let mut groups: Vec<_> = log.groups.iter().collect();
    groups.sort_by_key(|(group, count)| (std::cmp::Reverse(**count), *group));
    for (group, count) in groups {
        say(format!("{count:>10}  {group}"));
    }
    let unknown = log.most_unknown(args.most);
    if !unknown.is_empty() {
        say(format!("\nReferrers in no list of sources: {}", log.unknown.len()));
        for (host, count) in unknown {
            say(format!("{count:>10}  {host}"));
        }
    }
    Ok(())
}
