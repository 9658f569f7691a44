//! Every setting, from the command line or the environment. What is unsafe is refused in words that tell the way out.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use clap::{Args, Command, FromArgMatches, ValueEnum};

use crate::db::Target;

/// How the server runs. The README's table of settings is made from these comments.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings")]
pub struct Config {
    /// Folder for data that is not in PostgreSQL.
    #[arg(long, global = true, env = "TOUCHLINE_DATA", default_value = "data")]
    pub data: PathBuf,

    /// `postgres://user:password@host/database`, or the path of a SQLite file. Default: `touchline.db` in the data folder.
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// Address and port to listen on.
    #[arg(long, global = true, env = "TOUCHLINE_BIND", default_value = "127.0.0.1:8080")]
    pub bind: String,

    /// Address under which people reach this server. Default: made from `--bind`.
    #[arg(long, global = true, env = "TOUCHLINE_PUBLIC_URL")]
    pub public_url: Option<String>,

    /// Serve other machines although the public address is not https.
    #[arg(long, global = true, env = "TOUCHLINE_ALLOW_HTTP")]
    pub allow_http: bool,

    /// The last address in `X-Forwarded-For` is the caller's: only behind a proxy that writes that header.
    #[arg(long, global = true, env = "TOUCHLINE_TRUST_PROXY")]
    pub trust_proxy: bool,

    /// Signs sessions: at least 32 characters. Default: made once and kept in the data folder.
    #[arg(long, global = true, env = "TOUCHLINE_SECRET", hide_env_values = true)]
    pub secret: Option<String>,

    /// The secret before the last change: its sessions stay good.
    #[arg(long, global = true, env = "TOUCHLINE_SECRET_PREVIOUS", hide_env_values = true)]
    pub secret_previous: Option<String>,

    /// Country of phone numbers written without a country code (ISO 3166, two letters).
    #[arg(long, global = true, env = "TOUCHLINE_REGION", default_value = "US")]
    pub region: String,

    /// Origins whose scripts may call the API (CORS), separated by commas. Default: none but its own.
    #[arg(long, global = true, env = "TOUCHLINE_CORS_ORIGINS", value_delimiter = ',')]
    pub cors_origins: Vec<String>,

    /// The largest body of a request, in bytes.
    #[arg(long, global = true, env = "TOUCHLINE_BODY_LIMIT", default_value_t = 8 * 1024 * 1024)]
    pub body_limit: usize,

    /// The largest file that can be imported over the API, in bytes.
    #[arg(long, global = true, env = "TOUCHLINE_IMPORT_LIMIT", default_value_t = 1024 * 1024 * 1024)]
    pub import_limit: usize,

    /// Days that a file to import waits for a decision: then it is thrown away, with the samples shown of it.
    #[arg(long, global = true, env = "TOUCHLINE_IMPORT_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub import_days: u16,

    /// Days that changes are kept for systems that follow them (`/api/v1/changes`).
    #[arg(long, global = true, env = "TOUCHLINE_CHANGE_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub change_days: u16,

    /// Days that the log of webhook deliveries is kept.
    #[arg(long, global = true, env = "TOUCHLINE_WEBHOOK_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub webhook_days: u16,

    /// Seconds that a webhook's receiver has to answer.
    #[arg(long, global = true, env = "TOUCHLINE_WEBHOOK_SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=120))]
    pub webhook_seconds: u16,

    /// Private networks that webhooks may be sent to, such as `10.0.0.0/8,127.0.0.1/32`; plain http is accepted then. Default: none.
    #[arg(long, global = true, env = "TOUCHLINE_WEBHOOK_NETWORKS", value_delimiter = ',')]
    pub webhook_networks: Vec<ipnet::IpNet>,

    /// Threads that answer requests. Default: one for each core.
    #[arg(long, global = true, env = "TOUCHLINE_WORKERS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub workers: Option<u16>,

    /// The most writes committed together; for measurements.
    #[arg(long, global = true, env = "TOUCHLINE_WRITE_BATCH", hide = true, value_parser = clap::value_parser!(u16).range(1..))]
    pub write_batch: Option<u16>,

    /// Seconds that accepted requests are given to finish when the server is told to stop.
    #[arg(long, global = true, env = "TOUCHLINE_SHUTDOWN_SECONDS", default_value_t = 30)]
    pub shutdown_seconds: u64,

    /// Address and port that serve Prometheus metrics alone.
    #[arg(long, global = true, env = "TOUCHLINE_METRICS_BIND")]
    pub metrics_bind: Option<String>,

    /// Token that `/metrics` asks for (`Authorization: Bearer …`). Without it the main port serves no metrics.
    #[arg(long, global = true, env = "TOUCHLINE_METRICS_TOKEN", hide_env_values = true)]
    pub metrics_token: Option<String>,

    /// What is logged: `error`, `warn`, `info`, `debug`, or a filter such as `touchline::db=debug`.
    #[arg(long, global = true, env = "TOUCHLINE_LOG", default_value = "info")]
    pub log: String,

    /// How log lines are written.
    #[arg(long, global = true, env = "TOUCHLINE_LOG_FORMAT", value_enum, default_value = "text")]
    pub log_format: LogFormat,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Config {
    /// The declared defaults, whatever the environment says.
    fn default() -> Self {
        let command = Self::augment_args(Command::new("touchline")).mut_args(|arg| arg.env(None::<&str>));
        Self::from_arg_matches(&command.get_matches_from(["touchline"])).unwrap_or_else(|error| error.exit())
    }
}

/// The fewest characters of a secret or token.
const LEAST_SECRET: usize = 32;

impl Config {
    /// Where the data lives.
    ///
    /// # Errors
    /// The URL's scheme is unknown.
    pub fn target(&self) -> Result<Target, String> {
        match &self.database_url {
            Some(url) => Target::parse(url),
            None => Ok(Target::Sqlite(self.data.join("touchline.db"))),
        }
    }

    /// The address under which people reach this server, without a slash at its end.
    #[must_use]
    pub fn public_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.bind),
        }
    }

    /// Whether anybody but this machine can reach the server.
    #[must_use]
    pub fn is_public(&self) -> bool {
        addresses(&self.bind).is_ok_and(|found| is_public(&found))
    }

    /// Everything that is wrong or unsafe, each with the way out. Empty: the server may start.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        problems.extend(self.target().err().map(|error| format!("DATABASE_URL: {error}.")));
        match addresses(&self.bind) {
            Ok(found) if is_public(&found) => problems.extend(self.public_problems()),
            Ok(_) => {}
            Err(error) => problems.push(format!("TOUCHLINE_BIND: {error}.")),
        }
        for (name, secret) in [
            ("TOUCHLINE_SECRET", &self.secret),
            ("TOUCHLINE_SECRET_PREVIOUS", &self.secret_previous),
            ("TOUCHLINE_METRICS_TOKEN", &self.metrics_token),
        ] {
            if secret.as_ref().is_some_and(|secret| secret.chars().count() < LEAST_SECRET) {
                problems.push(format!(
                    "{name} is shorter than {LEAST_SECRET} characters. Make one with: openssl rand -hex 32"
                ));
            }
        }
        if self.region.parse::<phonenumber::country::Id>().is_err() {
            problems.push(format!(
                "TOUCHLINE_REGION: '{}' is not a country. Use its two capital letters, such as US, DE or BR.",
                self.region
            ));
        }
        if self.public_url.as_ref().is_some_and(|url| !is_web_address(url)) {
            problems.push("TOUCHLINE_PUBLIC_URL must be like https://crm.example.com, without a path.".to_owned());
        }
        for origin in self.cors_origins.iter().filter(|origin| !is_web_address(origin)) {
            problems.push(format!(
                "TOUCHLINE_CORS_ORIGINS: '{origin}' is not an origin. Name each one, like https://app.example.com."
            ));
        }
        problems.extend(self.metrics_problems());
        problems
    }

    fn public_problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.secret.is_none() {
            problems.push(format!(
                "TOUCHLINE_SECRET is missing, and {} can be reached by other machines. Set it to the output of \
                 'openssl rand -hex 32', or bind to 127.0.0.1.",
                self.bind
            ));
        }
        if !self.public_url().starts_with("https://") && !self.allow_http {
            problems.push(format!(
                "{} can be reached by other machines, and passwords would travel unencrypted. Put a TLS proxy in front \
                 and set TOUCHLINE_PUBLIC_URL=https://…, or accept it with TOUCHLINE_ALLOW_HTTP=true.",
                self.bind
            ));
        }
        problems
    }

    fn metrics_problems(&self) -> Option<String> {
        let bind = self.metrics_bind.as_ref()?;
        match addresses(bind) {
            Err(error) => Some(format!("TOUCHLINE_METRICS_BIND: {error}.")),
            Ok(found) if is_public(&found) && self.metrics_token.is_none() => Some(format!(
                "Metrics on {bind} can be read by other machines. Set TOUCHLINE_METRICS_TOKEN, or bind to 127.0.0.1."
            )),
            Ok(_) => None,
        }
    }
}

fn addresses(bind: &str) -> Result<Vec<SocketAddr>, String> {
    let found = bind.to_socket_addrs().map_err(|error| format!("'{bind}' is not an address with a port ({error})"))?;
    Ok(found.collect())
}

fn is_public(addresses: &[SocketAddr]) -> bool {
    addresses.iter().any(|address| !address.ip().is_loopback())
}

/// `http://host` or `https://host`, with a port perhaps, and nothing behind.
fn is_web_address(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.map(|host| host.trim_end_matches('/'))
        .is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@', '*', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(change: impl FnOnce(&mut Config)) -> Vec<String> {
        let mut config = Config::default();
        change(&mut config);
        config.problems()
    }

    #[test]
    fn the_defaults_are_safe() {
        assert_eq!(problems(|_| ()), Vec::<String>::new());
    }

    #[test]
    fn a_public_server_needs_a_secret_and_https() {
        let told = problems(|config| config.bind = "0.0.0.0:8080".into());
        assert!(told[0].contains("TOUCHLINE_SECRET is missing"), "{told:?}");
        assert!(told[1].contains("TOUCHLINE_ALLOW_HTTP"), "{told:?}");
        let safe = problems(|config| {
            config.bind = "[::]:8080".into();
            config.secret = Some("x".repeat(32));
            config.public_url = Some("https://crm.example.com".into());
        });
        assert_eq!(safe, Vec::<String>::new());
    }

    #[test]
    fn every_bad_setting_is_told_at_once() {
        let told = problems(|config| {
            config.database_url = Some("mysql://x".into());
            config.secret = Some("short".into());
            config.region = "Mars".into();
            config.metrics_bind = Some("0.0.0.0:9000".into());
            config.cors_origins = vec!["*".into()];
            config.public_url = Some("ftp://x".into());
        });
        for (told, name) in told.iter().zip([
            "DATABASE_URL",
            "TOUCHLINE_SECRET",
            "TOUCHLINE_REGION",
            "TOUCHLINE_PUBLIC_URL",
            "TOUCHLINE_CORS_ORIGINS",
            "Metrics",
        ]) {
            assert!(told.contains(name), "{name}: {told}");
        }
        assert_eq!(told.len(), 6);
    }
}
