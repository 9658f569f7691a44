//! Funnels over a million leads, each with five stays, beside `DuckDB` over the same stays in the same run.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path as FilePath;
use std::process::Command;
use std::time::Instant as Clock;

use diesel::prelude::*;
use serde_json::Value;

use super::place::Place;
use super::report::Goal;
use super::stats::ratio;
use crate::accounts::Principal;
use crate::cli::{Failure, Outcome, say};
use crate::contacts::{Contact, ContactId};
use crate::db::schema::{contacts, lead_paths, stage_intervals};
use crate::db::types::Instant;
use crate::db::{Connection, Db, Opener, Sizes, generate, snapshot};
use crate::error::Result;
use crate::funnel::{self, FunnelQuery};
use crate::http::{Reply, parse_query};
use crate::insert_all;
use crate::pipelines::{IntervalId, LeadId, Pipeline, StageId, path, store as pipelines, visit};

/// What `--only` is held against.
pub const FUNNELS: &str = "funnels over 1,000,000 leads, beside DuckDB";
const LEADS: usize = 1_000_000;
/// So many of them began in the month that is asked for.
const OF_MONTH: usize = 50_000;
const SOURCES: [&str; 5] = ["web", "fair", "referral", "ad", "store"];
const DAY: i64 = 86_400_000_000;
/// The month begins so many days ago; all others began before it or after it.
const MONTH: (i64, i64) = (430, 400);

/// One report: as this program answers it, and as `DuckDB` does, in milliseconds.
#[derive(Debug, Clone)]
pub struct Figure {
    name: &'static str,
    ours: f64,
    duckdb: Option<f64>,
}

/// All reports, and the month's before there were other leads.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    reports: Vec<Figure>,
    alone: Option<f64>,
}

/// The stays of a lead: which stage, and when it was entered, in microseconds before `now`.
fn stays(lead: usize) -> [(usize, i64); 5] {
    let stages = match lead % 10 {
        0..=3 => [0, 1, 2, 3, 4],
        4 | 5 => [0, 1, 2, 3, 5],
        6 | 7 => [0, 1, 0, 1, 5],
        8 => [0, 2, 1, 2, 3],
        _ => [0, 1, 2, 1, 2],
    };
    let spread = i64::try_from(lead.wrapping_mul(2_654_435_761) % 1_000_003).unwrap_or(0);
    let begun = if lead < OF_MONTH {
        MONTH.0 * DAY - spread * (MONTH.0 - MONTH.1 - 1) * DAY / 1_000_003 - DAY / 2
    } else if lead.is_multiple_of(2) {
        (MONTH.0 + 1) * DAY + spread * (300 * DAY / 1_000_003)
    } else {
        (MONTH.1 - 1) * DAY - spread * (300 * DAY / 1_000_003)
    };
    let step = DAY / 4 + spread * 7_919 % (9 * DAY);
    let mut out = [(0, 0); 5];
    for ((slot, stage), nth) in out.iter_mut().zip(stages).zip(0..) {
        *slot = (stage, begun - nth * step);
    }
    out
}

#[derive(Debug, Insertable)]
#[diesel(table_name = lead_paths, treat_none_as_default_value = false)]
struct Row {
    pipeline_id: crate::pipelines::PipelineId,
    entered_at: Instant,
    lead_id: LeadId,
    source: Option<String>,
    path: Vec<u8>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = stage_intervals, treat_none_as_default_value = false)]
struct Stay {
    contact_id: ContactId,
    lead_id: LeadId,
    entered_at: Instant,
    id: IntervalId,
    pipeline_id: crate::pipelines::PipelineId,
    stage_id: StageId,
    recorded_at: Instant,
    visit: i16,
}

/// Leads as funnels read them, and, of the stays behind them, those that funnels look for besides: in the first stage.
fn fill(db: &Db, pipeline: &Pipeline, now: Instant, range: std::ops::Range<usize>) -> Result<()> {
    let codes: Vec<u16> = pipeline.stages.iter().map(crate::pipelines::Stage::code).collect();
    let at = move |before: i64| now.plus(-chrono::TimeDelta::microseconds(before));
    let id = pipeline.id;
    let Some(first) = pipeline.stages.first().map(|stage| stage.id) else { return Ok(()) };
    let contact_id = db.write_now(|conn| {
        let client = Contact::blank(Instant::now());
        diesel::insert_into(contacts::table).values(&client).execute(conn)?;
        Ok(client.id)
    })?;
    for from in range.clone().step_by(20_000) {
        let numbers = from..range.end.min(from + 20_000);
        let codes = codes.clone();
        db.write_now(move |conn| {
            let rows: Vec<Row> = numbers
                .clone()
                .map(|n| {
                    let stays = stays(n);
                    let entries = stays.iter().filter_map(|(stage, before)| Some((*codes.get(*stage)?, at(*before))));
                    let packed = path::pack(Some((100_000, "EUR")), entries);
                    let begun = stays.first().map_or(now, |(_, before)| at(*before));
                    let source = SOURCES.get(n % 5).map(|source| (*source).to_owned());
                    Row {
                        pipeline_id: id,
                        entered_at: begun,
                        lead_id: LeadId(generate::id(conn, n)),
                        source,
                        path: packed,
                    }
                })
                .collect();
            let mut of_first = Vec::new();
            for n in numbers.clone() {
                let lead_id = LeadId(generate::id(conn, n));
                let entries = stays(n).into_iter().enumerate().filter(|(_, (stage, _))| *stage == 0);
                of_first.extend(entries.map(|(nth, (_, before))| Stay {
                    contact_id,
                    lead_id,
                    entered_at: at(before),
                    id: IntervalId::new(),
                    pipeline_id: id,
                    stage_id: first,
                    recorded_at: now,
                    visit: if nth == 0 { visit::BEGINS } else { visit::RETURNS },
                }));
            }
            insert_all!(conn, lead_paths::table, rows: Row)?;
            Ok(insert_all!(conn, stage_intervals::table, of_first: Stay)?)
        })?;
    }
    Ok(())
}

/// The stays as a file: number of the lead, source, position of the stage, microseconds since 1970.
fn write_stays(file: &FilePath, now: Instant) -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
    for lead in 0..LEADS {
        for (stage, before) in stays(lead) {
            writeln!(out, "{lead},{},{stage},{}", SOURCES.get(lead % 5).unwrap_or(&""), now.micros() - before)?;
        }
    }
    out.flush()
}

/// The same numbers in `DuckDB`: each lead's first entry to a step or beyond it, how many, how long, and where the rest stand.
const SCRIPT: &str = r#"
import duckdb, json, sys, time
file, month_from, month_to = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
db = duckdb.connect()
db.execute("CREATE TABLE stays AS SELECT * FROM read_csv(?, header = false, columns = {'lead': 'BIGINT', 'source': 'VARCHAR', 'stage': 'TINYINT', 'entered': 'BIGINT'})", [file])
steps = range(5)
def report(begin, end, by):
    firsts = ', '.join(f"min(entered) FILTER (WHERE stage >= {k} AND stage < 5) AS s{k}" for k in steps)
    counts = ', '.join(f"count(s{k}), 100000 * count(s{k}), quantile_cont(s{k} - s0, [0.5, 0.9]), count(*) FILTER (WHERE s{k} IS NULL AND standing = 5), count(*) FILTER (WHERE s{k} IS NULL AND standing < 4)" for k in steps)
    group = f" GROUP BY {by}" if by else ""
    return f"""WITH ways AS (SELECT lead, any_value(source) AS source, {firsts}, min(entered) FILTER (WHERE stage = 0) AS began, arg_max(stage, entered) AS standing
        FROM stays GROUP BY lead HAVING min(entered) FILTER (WHERE stage = 0) >= {begin} AND min(entered) FILTER (WHERE stage = 0) < {end}) SELECT {counts} FROM ways{group}"""
found = {}
for name, begin, end, by in [("all", 0, 1 << 62, None), ("source", 0, 1 << 62, "source"), ("month", month_from, month_to, None)]:
    times = []
    for n in range(6):
        started = time.perf_counter()
        rows = db.execute(report(begin, end, by)).fetchall()
        if n: times.append((time.perf_counter() - started) * 1000)
    found[name] = [sorted(times)[len(times) // 2], sum(row[0] for row in rows)]
print(json.dumps(found))
"#;

/// What `DuckDB` found; why not, where it did not.
fn duckdb(python: &FilePath, file: &FilePath, month: (i64, i64)) -> std::result::Result<Value, String> {
    let mut command = Command::new(python);
    command.arg("-c").arg(SCRIPT).arg(file).arg(month.0.to_string()).arg(month.1.to_string());
    let output = command.output().map_err(|error| error.to_string())?;
    serde_json::from_slice(&output.stdout).map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned())
}

fn report(conn: &mut Connection, query: &str) -> Result<(usize, u64)> {
    let report = snapshot(conn, |conn| {
        let funnel = parse_query::<FunnelQuery>(query)?.ask().funnel(conn)?;
        funnel::report(conn, &Principal::system(), &funnel, None)
    })?;
    let body = Reply::ok(&report)?.body;
    let shown: Value = serde_json::from_slice(&body).map_err(crate::error::Error::internal)?;
    Ok((body.len(), shown.pointer("/total/cohort").and_then(Value::as_u64).unwrap_or(0)))
}

/// The middle of five times, and the size of the cohort.
fn timed(conn: &mut Connection, query: &str) -> Outcome<(f64, u64)> {
    let (mut times, mut cohort) = (Vec::new(), 0);
    for n in 0..6 {
        let started = Clock::now();
        (_, cohort) = report(conn, query)?;
        times.extend((n > 0).then(|| started.elapsed().as_secs_f64() * 1000.0));
    }
    times.sort_by(f64::total_cmp);
    Ok((times.get(times.len() / 2).copied().unwrap_or_default(), cohort))
}

/// Measures funnels, where they are wanted, on a database of their own.
///
/// # Errors
/// The database cannot be made or filled; `DuckDB` counts other leads.
pub fn measure(place: &mut Place, only: &[String], python: &FilePath) -> Outcome<Figures> {
    if !super::wanted(only, FUNNELS) {
        return Ok(Figures::default());
    }
    let (_, target) = place.database("funnels")?;
    say(format!("Filling 'funnels': {LEADS} leads, five stays each"));
    let db = Db::open(Opener::new(target.clone()), target.clone(), Sizes::for_target(&target))?;
    let pipeline = db.write_now(|conn| {
        let id = pipelines::ensure_default(conn)?;
        pipelines::find(conn, id)
    })?;
    let now = Instant::now();
    let ago = |days: i64| now.plus(-chrono::TimeDelta::days(days));
    let mut all = format!("pipeline_id={}", pipeline.id);
    write!(all, "&as_of={now}").map_err(Failure::new)?;
    let month = format!("{all}&from={}&to={}", ago(MONTH.0), ago(MONTH.1));
    let source = format!("{all}&breakdown=source");
    fill(&db, &pipeline, now, 0..OF_MONTH)?;
    super::settle(&target)?;
    let mut conn = Opener::new(target.clone()).open().map_err(Failure::new)?;
    let (alone, _) = timed(&mut conn, &month)?;
    fill(&db, &pipeline, now, OF_MONTH..LEADS)?;
    super::settle(&target)?;
    say(format!("Measuring: {FUNNELS}"));
    let file = place.folder().join("stays.csv");
    write_stays(&file, now).map_err(Failure::new)?;
    let theirs = duckdb(python, &file, (ago(MONTH.0).micros(), ago(MONTH.1).micros()));
    let theirs = theirs.inspect_err(|why| say(format!("DuckDB is not measured: {why}"))).ok();
    drop(std::fs::remove_file(file));
    let mut reports = Vec::new();
    for (name, key, query) in [
        ("funnel over 1M leads / DuckDB", "all", &all),
        ("funnel over 1M leads by source / DuckDB", "source", &source),
        ("funnel over a month of 1M leads / DuckDB", "month", &month),
    ] {
        let (ours, cohort) = timed(&mut conn, query)?;
        let found = theirs.as_ref().and_then(|theirs| theirs.get(key));
        let counted = found.and_then(|found| found.get(1)).and_then(Value::as_u64);
        if counted.is_some_and(|counted| counted != cohort) {
            return Err(Failure::new(format!("{name}: {cohort} leads here and {counted:?} there")));
        }
        let duckdb = found.and_then(|found| found.get(0)).and_then(Value::as_f64);
        say(format!("  {name}: {ours:.1} ms / {:.1} ms, {cohort} leads", duckdb.unwrap_or(f64::NAN)));
        reports.push(Figure { name, ours, duckdb });
    }
    Ok(Figures { reports, alone: Some(alone) })
}

/// What must be reached.
#[must_use]
pub fn goals(figures: &Figures) -> Vec<Goal> {
    let at_most = |name: &str, value, bound| Goal { name: name.to_owned(), value, bound, at_least: false };
    let month = figures.reports.last().map(|figure| figure.ours);
    let grown = month.zip(figures.alone).and_then(|(month, alone)| ratio(month, alone));
    let each = figures
        .reports
        .iter()
        .map(|figure| at_most(figure.name, ratio(figure.ours, figure.duckdb.unwrap_or(0.0)), 2.0));
    let mut goals: Vec<Goal> = each.collect();
    goals.push(at_most("funnel over a month, among 1M leads / alone", grown, 1.3));
    goals
}
