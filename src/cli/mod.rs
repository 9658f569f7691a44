//! The command line. Each command is a file; `touchline` alone serves.

mod backup;
pub mod bench;
mod channels;
pub mod demo;
mod export;
mod import;
mod installation;
mod logs;
mod openapi;
mod output;
mod serve;
mod settings;
mod users;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Config;
pub use installation::{Installation, Use};
pub use output::{Failure, Outcome, say};

/// A lightweight CRM: every touchpoint of a client on one timeline.
#[derive(Debug, Parser)]
#[command(name = "touchline", version, about)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and the pages; what happens without a command.
    Serve,
    /// Bring the database up to this version and stop.
    Migrate,
    /// Make up a small business to look at, and serve it.
    Demo,
    /// Import CSV files: clients, leads with their stages, touchpoints. Safe to run twice.
    Import(import::ImportArgs),
    /// Export a list to a file: CSV, NDJSON, Excel, vCard.
    Export(export::ExportArgs),
    /// Print the channel groups and the unknown referrers of a web server's log.
    Channels(channels::ChannelsArgs),
    /// Measure how fast this program is on this machine, on databases of its own.
    Bench(bench::BenchArgs),
    /// Copy the embedded database into a file, also while a server runs.
    Backup {
        /// The file to make.
        file: PathBuf,
    },
    /// Put a backup in the place of the embedded database; the old one is kept aside.
    Restore {
        /// The file that `touchline backup` made.
        file: PathBuf,
    },
    /// Add users, reset their passwords, list them.
    #[command(subcommand)]
    User(users::UserCommand),
    /// Print the API's description as YAML.
    Openapi,
    /// Ask a running server whether it is ready; for health checks of containers.
    Health,
    /// Print the README's table of settings.
    #[command(hide = true)]
    Settings,
}

/// Runs the command the process was started with.
#[must_use]
pub fn run() -> ExitCode {
    let Cli { config, command } = Cli::parse();
    let outcome = match command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(config),
        Command::Migrate => installation::migrate(&config),
        Command::Demo => demo::run(config),
        Command::Import(args) => import::run(&config, &args),
        Command::Export(args) => export::run(&config, &args),
        Command::Channels(args) => channels::run(&args),
        Command::Bench(args) => bench::run(&config, &args),
        Command::Backup { file } => backup::backup(&config, &file),
        Command::Restore { file } => backup::restore(&config, &file),
        Command::User(command) => users::run(&config, command),
        Command::Openapi => openapi::run(),
        Command::Health => serve::health(&config),
        Command::Settings => {
            say(settings::table());
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell();
            ExitCode::FAILURE
        }
    }
}
