//! Exports of all contacts over HTTP, with what they do to the server's memory; and many contacts made or changed in one
//! request.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::{self, Request};
use super::fill::{TOKEN, address};
use super::report::Goal;
use super::server::Server;
use super::stats::count;
use super::work::Thing;
use crate::accounts::Principal;
use crate::cli::{Failure, Outcome};
use crate::contacts::upsert::{self, Item, Lists};
use crate::db::types;
use crate::http::batch;

/// What `--only` is held against.
pub const EXPORT: &str = "export of all contacts";
/// A thousand contacts in a request, half of them known.
pub const UPSERT: &str = "upsert 1,000 contacts, half of them known";
const FORMS: [&str; 4] = ["csv", "ndjson", "vcard", "xlsx"];

/// How fast an export went.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    form: &'static str,
    rows_per_second: f64,
    megabytes: f64,
    /// How much more memory the server had at its most, in MiB.
    grown: Option<f64>,
}

/// Exports all contacts in each form, the middle of three times.
///
/// # Errors
/// The server breaks off.
pub fn measure(server: &Server, contacts: usize) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    for form in FORMS {
        let mut rounds = Vec::new();
        for _ in 0..3 {
            rounds.push(once(server, form, contacts)?);
        }
        rounds.sort_by(|a, b| a.rows_per_second.total_cmp(&b.rows_per_second));
        figures.extend(rounds.get(1).copied());
    }
    Ok(figures)
}

fn once(server: &Server, form: &'static str, contacts: usize) -> Outcome<Figure> {
    let broken = |error: std::io::Error| Failure::new(format!("{EXPORT}, {form}: {error}"));
    let before = server.memory();
    let (most, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let (bytes, took) = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Acquire) {
                most.fetch_max(server.memory().unwrap_or(0), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let started = Instant::now();
        let done = client::run(Duration::from_secs(600), download(&server.address, form));
        let took = started.elapsed();
        over.store(true, Ordering::Release);
        done.map(|bytes| (bytes, took))
    })
    .map_err(broken)?;
    let mib = |bytes: u64| f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) / 1024.0;
    Ok(Figure {
        form,
        rows_per_second: count(contacts) / took.as_secs_f64(),
        megabytes: mib(bytes),
        grown: before.map(|before| mib(most.load(Ordering::Relaxed).saturating_sub(before))),
    })
}

/// Reads an export to its end; gives its size. A chunked answer that breaks off lacks its last chunk.
async fn download(address: &str, form: &str) -> std::io::Result<u64> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!(
        "GET /api/v1/exports/contacts?format={form} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {TOKEN}\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let (mut buffer, mut bytes) = (Vec::with_capacity(1 << 20), 0_u64);
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    loop {
        buffer.clear();
        let read = stream.read_buf(&mut buffer).await?;
        if read == 0 {
            break;
        }
        bytes += read as u64;
        if head.len() < 12 {
            head.extend(buffer.iter().take(12));
        }
        tail.extend_from_slice(buffer.get(read.saturating_sub(5)..).unwrap_or_default());
        tail.drain(..tail.len().saturating_sub(5));
    }
    if head.starts_with(b"HTTP/1.1 200") && tail == b"0\r\n\r\n" {
        Ok(bytes)
    } else {
        Err(std::io::Error::other(format!("broken off after {bytes} bytes: {}", String::from_utf8_lossy(&head))))
    }
}

/// What must be reached.
#[must_use]
pub fn goals(figures: &[Figure], sqlite: bool, upserts: Option<f64>) -> Vec<Goal> {
    let mut goals = Vec::new();
    for figure in figures {
        let name = format!("{EXPORT}, {} ({:.0} MB), rows/s", figure.form, figure.megabytes);
        let bound = if figure.form == "xlsx" { 10_000.0 } else { 50_000.0 };
        goals.push(Goal { name, value: Some(figure.rows_per_second), bound, at_least: true });
        // The memory map of the embedded database counts as the server's, though it is the system's.
        if !sqlite {
            let name = format!("{EXPORT}, {}, memory grown by MiB", figure.form);
            goals.push(Goal { name, value: figure.grown, bound: 32.0, at_least: false });
        }
    }
    let name = format!("{UPSERT}, ms");
    goals.push(Goal { name, value: upserts.map(|rate| 1000.0 / rate), bound: 1000.0, at_least: false });
    goals
}

/// The upsert of a thousand contacts; in process the same in one transaction.
#[must_use]
pub fn thing(contacts: usize) -> Thing {
    Thing {
        name: UPSERT,
        request: Box::new(move |n| Request::post("/api/v1/contacts/batch", body(contacts, n))),
        local: Box::new(move |conn, n| {
            let items = batch::parse(&body(contacts, n), |item| Item::parse(item, "US"))?;
            let results = upsert::upsert(conn, &Principal::system(), &items, Lists::Add)?;
            Ok(results.len())
        }),
        writes: true,
    }
}

fn body(contacts: usize, n: u64) -> Vec<u8> {
    let now = types::Instant::now().micros();
    let start = usize::try_from(n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16).unwrap_or(0);
    let item = |nth: usize| {
        let known = nth.is_multiple_of(2);
        let mail =
            if known { address((start + nth) % contacts.max(1)) } else { format!("new.{now}.{n:x}.{nth}@example.com") };
        json!({ "emails": [{ "address": mail }], "job_title": format!("Job {now}"), "source": "web", "tags": ["bulk"] })
    };
    json!({ "items": (0..1000).map(item).collect::<Vec<_>>() }).to_string().into_bytes()
}

/// Makes sure that every item of a batch is taken: a measured refusal would flatter.
///
/// # Errors
/// One is not.
pub fn check(address: &str, contacts: usize) -> Outcome {
    let sent = client::run(Duration::from_secs(60), async {
        let mut client = client::Client::connect(address, TOKEN).await?;
        let request = Request::post("/api/v1/contacts/batch", body(contacts, u64::MAX >> 9));
        let (status, body) = client.send(&request).await?;
        Ok((status, body.to_vec()))
    });
    let (status, body) = sent.map_err(Failure::new)?;
    let text = String::from_utf8_lossy(&body);
    if status == 200 && !text.contains("\"status\":\"error\"") {
        Ok(())
    } else {
        Err(Failure::new(format!("{status}: {text}")))
    }
}
