//! What commands tell: results on standard output, failures on standard error.

use std::fmt::Display;
use std::io::Write;

use crate::error::Error;

/// How a command ended.
pub type Outcome<T = ()> = Result<T, Failure>;

/// Why a command failed, in words for the person who ran it.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// A failure explained.
    pub fn new(reason: impl Display) -> Self {
        Self(reason.to_string())
    }

    /// Prints it on standard error.
    pub(super) fn tell(&self) {
        drop(writeln!(std::io::stderr().lock(), "touchline: {}", self.0));
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let cause = error.cause.as_ref().map(|cause| format!(" ({cause})")).unwrap_or_default();
        let summary = format!("{}{cause}", error.detail.as_deref().unwrap_or(error.code.title()));
        let fields = error.errors.iter().map(|bad| format!("  {}: {}", bad.field, bad.message));
        Self(std::iter::once(summary).chain(fields).collect::<Vec<_>>().join("\n"))
    }
}

/// Prints a line on standard output; a reader who has gone is no failure.
pub fn say(line: impl Display) {
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}
