//! Runs every case on both databases. PostgreSQL is `TEST_DATABASE_URL`, or a throw-away cluster where its
//! programs are found; without either the run says so, and in CI (`TOUCHLINE_TEST_POSTGRES=required`) it fails.

use std::process::ExitCode;
use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use libtest_mimic::{Arguments, Trial};

use super::TestApp;
use super::cluster::Cluster;
use super::database::{Postgres, TestDatabase};

/// A test of the API: a name and what it does with an application of its own.
pub struct Case {
    pub module: &'static str,
    pub name: &'static str,
    pub run: fn(TestApp) -> LocalBoxFuture<'static, ()>,
}

inventory::collect!(Case);

/// Registers the test functions of a file: `async fn name(app: TestApp)`.
macro_rules! cases {
    ($($name:ident),+ $(,)?) => {
        $(inventory::submit! {
            $crate::support::runner::Case {
                module: module_path!(),
                name: stringify!($name),
                run: |app| Box::pin($name(app)),
            }
        })+
    };
}
pub(crate) use cases;

pub fn run() -> ExitCode {
    let arguments = Arguments::from_args();
    let cluster = (!arguments.list).then(Cluster::find_or_start).flatten();
    let postgres = cluster.as_ref().map(|cluster| Arc::new(Postgres::prepare(cluster.url())));
    if postgres.is_none() && !arguments.list {
        eprintln!("\nNOTE: the PostgreSQL half did not run: set TEST_DATABASE_URL or install PostgreSQL's programs.\n");
        if std::env::var("TOUCHLINE_TEST_POSTGRES").is_ok_and(|value| value == "required") {
            eprintln!("PostgreSQL is required here.");
            return ExitCode::FAILURE;
        }
    }
    let mut trials = Vec::new();
    for case in inventory::iter::<Case> {
        let name = format!("{}::{}", case.module.trim_start_matches("api::"), case.name);
        let run = case.run;
        trials.push(Trial::test(format!("sqlite::{name}"), move || {
            block_on(TestDatabase::sqlite(), run);
            Ok(())
        }));
        if let Some(postgres) = postgres.clone() {
            trials.push(Trial::test(format!("postgres::{name}"), move || {
                block_on(TestDatabase::postgres(&postgres), run);
                Ok(())
            }));
        }
    }
    trials.sort_by(|a, b| a.name().cmp(b.name()));
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(postgres);
    drop(cluster);
    conclusion.exit_code()
}

fn block_on(database: TestDatabase, run: fn(TestApp) -> LocalBoxFuture<'static, ()>) {
    actix_web::rt::System::new().block_on(async move { run(TestApp::start(database).await).await });
}
