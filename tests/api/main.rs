//! The API's test suite. Every test runs on SQLite and, where PostgreSQL is at hand, on PostgreSQL too.

mod accounts;
mod support;

fn main() -> std::process::ExitCode {
    support::runner::run()
}
