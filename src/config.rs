//! Every setting, from the command line or the environment.

use std::path::PathBuf;

use clap::Args;

/// How the server runs. The README's table of settings is made from these comments.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Where data is kept that is not in PostgreSQL.
    #[arg(long, env = "TOUCHLINE_DATA", default_value = "data")]
    pub data: PathBuf,

    /// `postgres://user:password@host/database`, or the path of a SQLite file. Default: `touchline.db` in the data folder.
    #[arg(long, env = "DATABASE_URL")]
    pub database_url: Option<String>,

    /// The address and port to listen on.
    #[arg(long, env = "TOUCHLINE_BIND", default_value = "127.0.0.1:8080")]
    pub bind: String,

    /// Signs sessions: at least 32 characters. Default: made once and kept in the data folder.
    #[arg(long, env = "TOUCHLINE_SECRET", hide_env_values = true)]
    pub secret: Option<String>,

    /// The secret before the last change: its sessions stay good.
    #[arg(long, env = "TOUCHLINE_SECRET_PREVIOUS", hide_env_values = true)]
    pub secret_previous: Option<String>,

    /// The country of phone numbers written without a country code (ISO 3166, two letters).
    #[arg(long, env = "TOUCHLINE_REGION", default_value = "US")]
    pub region: String,

    /// The largest body of a request, in bytes.
    #[arg(long, env = "TOUCHLINE_BODY_LIMIT", default_value_t = 8 * 1024 * 1024)]
    pub body_limit: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: "data".into(),
            database_url: None,
            bind: "127.0.0.1:8080".to_owned(),
            secret: None,
            secret_previous: None,
            region: "US".to_owned(),
            body_limit: 8 * 1024 * 1024,
        }
    }
}
