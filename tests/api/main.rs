//! The API's test suite. Every test runs on SQLite and, where PostgreSQL is at hand, on PostgreSQL too.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod accounts;
mod channels;
mod companies;
mod contacts;
mod demo;
mod exports;
mod faults;
mod fields;
mod front;
mod funnel;
mod habits;
mod identity;
mod imports;
mod ingest;
mod interactions;
mod leads;
mod operations;
mod pipelines;
mod probe;
mod problems;
mod reports;
mod sales;
mod sample;
mod schema;
mod segments;
mod stream;
mod support;
mod sync;
mod tasks;
mod timeline;
mod upserts;
mod views;

fn main() -> std::process::ExitCode {
    support::runner::run()
}
