//! Structured logs on standard error, as text or JSON.

use std::io::stderr;

use tracing_subscriber::EnvFilter;

use super::{Failure, Outcome};
use crate::config::{Config, LogFormat};

/// Starts logging as the settings say.
pub fn start(config: &Config) -> Outcome {
    let filter = EnvFilter::try_new(&config.log)
        .map_err(|error| Failure::new(format!("TOUCHLINE_LOG: {error}. Use error, warn, info or debug.")))?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    let started = match config.log_format {
        LogFormat::Text => logs.with_ansi(false).try_init(),
        LogFormat::Json => logs.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
    };
    started.map_err(Failure::new)
}
