//! `touchline bench`: how fast this program is on this machine, beside what the same work costs without a server.

pub mod client;
mod export;
mod fill;
mod funnels;
mod import;
mod ingest;
mod local;
mod place;
pub mod report;
mod reports;
mod segments;
mod server;
pub mod stats;
mod work;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use clap::Args;

use self::client::load;
use self::export::{EXPORT, Figure, UPSERT};
use self::fill::{Amounts, Sample, TOKEN, fill};
use self::import::{IMPORT, Imported};
use self::ingest::{Flood, INGEST};
use self::place::Place;
use self::report::{Goal, Line, Report, Way};
use self::server::Server;
use self::stats::{Rate, median, ratio};
use self::work::{BATCH, CONTACT, LINE_50, LINE_2000, SINGLE, Thing, things};
use super::{Failure, Outcome, say};
use crate::channels;
use crate::config::Config;
use crate::contacts::duplicates;
use crate::db::types::Instant;
use crate::db::{Db, Opener, Sizes, Target, generate};
use crate::segments::rfm;

/// What to measure on.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// Clients.
    #[arg(long, default_value_t = 100_000)]
    contacts: usize,
    /// Touchpoints.
    #[arg(long, default_value_t = 1_000_000)]
    interactions: usize,
    /// Stage intervals of leads.
    #[arg(long, default_value_t = 1_000_000)]
    intervals: usize,
    /// A PostgreSQL server's URL, where databases are made and dropped, or a folder for SQLite. Default: the data folder.
    #[arg(long)]
    database: Option<String>,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// How often everything is measured; the round in the middle counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Measure only what has this in its name; may be given several times.
    #[arg(long)]
    only: Vec<String>,
    /// A Python with the package `duckdb`, for the rows beside `DuckDB`.
    #[arg(long, env = "TOUCHLINE_BENCH_PYTHON", default_value = "python3")]
    python: PathBuf,
    /// Where to write the figures as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Leave the databases where they are.
    #[arg(long)]
    keep: bool,
}

const SMALL: &str = "timeline page of 50, 50 entries, 1,000 clients";
const ALONE: &str = "record one interaction, one transaction each";
/// In how many requests at once over HTTP.
const WIDTHS: [usize; 3] = [1, 16, 64];

/// A filled database.
struct Base {
    url: String,
    target: Target,
    sample: Sample,
}

/// Runs the bench.
pub fn run(config: &Config, args: &BenchArgs) -> Outcome {
    let mut place = Place::new(args.database.as_deref(), &config.data, args.keep)?;
    let large = Amounts { contacts: args.contacts, interactions: args.interactions, intervals: args.intervals };
    let small = Amounts { contacts: 1_000, interactions: 12_000, intervals: 4_000 };
    let large = prepare(&mut place, "large", large)?;
    let small = prepare(&mut place, "small", small)?;
    let imported = if wanted(&args.only, IMPORT) {
        say(format!("Measuring: {IMPORT}"));
        let (url, _) = place.database("import")?;
        Some(import::measure(&url, place.folder())?)
    } else {
        None
    };
    let segments = segments::measure(&mut place, &args.only)?;
    let funnels = funnels::measure(&mut place, &args.only, &args.python)?;
    let rates = BTreeMap::new();
    let (order, exports) = (Vec::new(), Vec::new());
    let mut bench = Bench { args, place: &place, rates, order, flood: None, imported, exports, segments, funnels };
    let (memory, started) = bench.measure(&large, &small)?;
    let report = bench.report(&large, memory, started);
    say(report.table());
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&report.json()).map_err(Failure::new)?;
        std::fs::write(path, text).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    }
    Ok(())
}

fn prepare(place: &mut Place, name: &str, amounts: Amounts) -> Outcome<Base> {
    let (url, target) = place.database(name)?;
    let Amounts { contacts, interactions, intervals } = amounts;
    say(format!("Filling '{name}': {contacts} clients, {interactions} touchpoints, {intervals} stage intervals"));
    let db = Db::open(Opener::new(target.clone()), target.clone(), Sizes::for_target(&target))?;
    let sample = fill(&db, amounts, &|what| say(format!("  {what}")))?;
    ingest::introduce(&db, &sample.contacts)?;
    segments::introduce(&db, ingest::known(&sample.contacts))?;
    say("  what a server does by itself with new records");
    catch_up(&db)?;
    drop(db);
    say("  statistics");
    settle(&target)?;
    Ok(Base { url, target, sample })
}

/// Does what the server would do in the background for a while, so that it is at rest when it is measured.
fn catch_up(db: &Db) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(Failure::new)?;
    // A change becomes visible a moment after its time was taken.
    let until = Instant::now().plus(TimeDelta::minutes(1));
    runtime.block_on(async {
        while duplicates::step(db, until).await? > 0 {}
        while channels::step(db).await? {}
        rfm::refresh(db, Instant::now()).await
    })?;
    Ok(())
}

/// Whether something of this name is to be measured.
fn wanted(only: &[String], name: &str) -> bool {
    only.is_empty() || only.iter().any(|only| name.contains(only.as_str()))
}

/// Lets a filled database come to rest.
fn settle(target: &Target) -> Outcome {
    let mut conn = Opener::new(target.clone()).open().map_err(Failure::new)?;
    generate::settle(&mut conn).map_err(Failure::new)
}

struct Bench<'a> {
    args: &'a BenchArgs,
    place: &'a Place,
    rates: BTreeMap<(&'static str, Way), Vec<Rate>>,
    order: Vec<&'static str>,
    flood: Option<Flood>,
    exports: Vec<Figure>,
    imported: Option<Imported>,
    segments: segments::Figures,
    funnels: funnels::Figures,
}

impl Bench<'_> {
    fn time(&self) -> Duration {
        Duration::from_secs_f64(self.args.seconds.clamp(0.05, 600.0))
    }

    fn start(&self, base: &Base, batch: Option<usize>) -> Outcome<Server> {
        Server::start(&base.url, self.place.folder(), batch, TOKEN)
    }

    /// Everything, round after round; gives the server's memory at rest and how long it took to start.
    fn measure(&mut self, large: &Base, small: &Base) -> Outcome<(Option<u64>, Duration)> {
        let asked = |thing: &Thing| wanted(&self.args.only, thing.name);
        let mut all: Vec<Thing> = things(&large.sample).into_iter().filter(asked).collect();
        all.extend(Some(export::thing(self.args.contacts)).filter(asked));
        let mut of_small: Vec<Thing> =
            things(&small.sample).into_iter().filter(|thing| thing.name == LINE_50).collect();
        for thing in &mut of_small {
            thing.name = SMALL;
        }
        let mut alone: Vec<Thing> = things(&large.sample).into_iter().filter(|thing| thing.name == SINGLE).collect();
        for thing in &mut alone {
            thing.name = ALONE;
        }
        // The first start fills the system's cache of the program and the database.
        drop(self.start(large, None)?);
        let mut starts = Vec::new();
        for _ in 0..4 {
            starts.push(self.start(large, None)?.started_in);
        }
        let first = self.start(large, None)?;
        starts.push(first.started_in);
        starts.sort_unstable();
        let started = starts.get(starts.len() / 2).copied().unwrap_or_default();
        std::thread::sleep(Duration::from_secs(1));
        let memory = first.memory();
        if all.iter().any(|thing| thing.name == INGEST) {
            ingest::check(&first.address, &large.sample.contacts)?;
        }
        if all.iter().any(|thing| thing.name == UPSERT) {
            export::check(&first.address, self.args.contacts)?;
        }
        drop(first);
        // Before the rounds make more of them.
        if wanted(&self.args.only, EXPORT) {
            self.exports = export::measure(&self.start(large, None)?, self.args.contacts)?;
        }
        for round in 0..self.args.rounds.max(1) {
            say(format!("Round {} of {}", round + 1, self.args.rounds.max(1)));
            let server = self.start(large, None)?;
            self.round(&server, large, &all)?;
            drop(server);
            let server = self.start(small, None)?;
            self.round(&server, small, &of_small)?;
            drop(server);
            let server = self.start(large, Some(1))?;
            self.round(&server, large, &alone)?;
        }
        if all.iter().any(|thing| thing.name == INGEST) {
            let server = self.start(large, None)?;
            self.flood = Some(ingest::flood(&server.address, self.time())?);
        }
        Ok((memory, started))
    }

    fn round(&mut self, server: &Server, base: &Base, things: &[Thing]) -> Outcome {
        for thing in things {
            if thing.name != ALONE {
                for threads in [1, 2] {
                    let stretch = local::run(&base.target, threads, self.time(), thing.writes, &*thing.local)?;
                    self.note(thing.name, Way::Local(threads), stretch.rate());
                }
            }
            for width in WIDTHS {
                let before = server.cpu();
                let mut stretch = load(&server.address, TOKEN, width, self.time(), &*thing.request)
                    .map_err(|error| Failure::new(format!("{}: {error}", thing.name)))?;
                stretch.cpu = server.cpu().zip(before).map(|(after, before)| after.saturating_sub(before));
                self.note(thing.name, Way::Http(width), stretch.rate());
            }
        }
        Ok(())
    }

    fn note(&mut self, name: &'static str, way: Way, rate: Rate) {
        if !self.order.contains(&name) {
            self.order.push(name);
        }
        self.rates.entry((name, way)).or_default().push(rate);
    }

    fn report(self, base: &Base, memory: Option<u64>, started: Duration) -> Report {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let database = if base.target.is_sqlite() { "SQLite" } else { "PostgreSQL" };
        let mib = memory.map(|bytes| f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) / 1024.0);
        let (args, imported, mut lines) = (self.args, self.imported, Vec::new());
        let rates = imported.map_or("not measured".to_owned(), |found| {
            format!("{:.0} new / {:.0} known rows a second", found.new, found.known)
        });
        for name in self.order {
            let ways = self.rates.iter().filter(|((known, _), _)| *known == name);
            let ways = ways.filter_map(|((_, way), rounds)| Some((*way, median(rounds.clone())?))).collect();
            lines.push(Line { name, ways });
        }
        let mut report = Report {
            setting: vec![
                ("database", database.to_owned()),
                ("cores, shared with the client", cores.to_string()),
                (
                    "clients / touchpoints / stage intervals",
                    format!("{} / {} / {}", args.contacts, args.interactions, args.intervals),
                ),
                ("memory at rest", mib.map_or("unknown".to_owned(), |mib| format!("{mib:.1} MiB"))),
                (IMPORT, rates),
                ("start to first answer", format!("{} ms", started.as_millis())),
            ],
            lines,
            goals: Vec::new(),
        };
        report.goals = goals(&report, base.target.is_sqlite(), mib, started);
        let best = report.lines.iter().find(|line| line.name == INGEST).and_then(Line::best_http);
        report.goals.extend(export::goals(&self.exports, base.target.is_sqlite(), report.rate(UPSERT, Way::Http(1))));
        report.goals.extend(ingest::goals(best, report.rate(INGEST, Way::Local(1)), self.flood));
        report.goals.extend(import::goals(imported, base.target.is_sqlite()));
        report.goals.extend(funnels::goals(&self.funnels));
        let best = |name| report.lines.iter().find(|line| line.name == name).and_then(Line::best_http);
        let (decide, contact) = (best(segments::DECIDE), best(CONTACT));
        report.goals.extend(segments::goals(self.segments, decide, contact));
        report
    }
}

/// What must be reached.
fn goals(report: &Report, sqlite: bool, mib: Option<f64>, started: Duration) -> Vec<Goal> {
    let at_least = |name: &str, value, bound| Goal { name: name.to_owned(), value, bound, at_least: true };
    let at_most = |name: &str, value, bound| Goal { name: name.to_owned(), value, bound, at_least: false };
    let best = |name: &str| report.lines.iter().find(|line| line.name == name).and_then(Line::best_http);
    let per = |a: Option<f64>, b: Option<f64>| ratio(a?, b?);
    let local = |name: &str, threads| report.rate(name, Way::Local(threads));
    let http = |name: &str, width| report.rate(name, Way::Http(width));
    vec![
        at_least("timeline page, HTTP / two threads in process", per(best(LINE_50), local(LINE_50, 2)), 0.6),
        at_most("timeline page, cost of 2,000 entries / 50 (HTTP)", per(http(LINE_50, 16), http(LINE_2000, 16)), 1.3),
        at_most("timeline page, cost of 100,000 clients / 1,000 (HTTP)", per(http(SMALL, 16), http(LINE_50, 16)), 1.3),
        at_least(
            "one interaction at c=64, together / one transaction each",
            per(http(SINGLE, 64), http(ALONE, 64)),
            if sqlite { 4.0 } else { 3.0 },
        ),
        at_least("batch of 1,000, HTTP / bare rows in one transaction", per(best(BATCH), local(BATCH, 1)), 0.5),
        at_most("memory at rest, MiB", mib, 40.0),
        at_most("start to first answer, ms", Some(started.as_secs_f64() * 1000.0), 100.0),
    ]
}
