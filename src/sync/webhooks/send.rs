//! One attempt over HTTP.

use std::error::Error as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use reqwest::{Client, Response, header};
use tokio::sync::Notify;
use url::Url;

use super::addresses::Allowed;
use super::schedule::Outcome;
use crate::config::Config;
use crate::error::{Error, Result};

/// How much of an answer is kept, in bytes.
const KEPT: usize = 1024;
/// Connections to a receiver are kept open for so long.
const IDLE: Duration = Duration::from_secs(30);

/// Sends deliveries. Its HTTP client is made when the first one is sent, since most servers have no webhooks.
#[derive(Debug)]
pub struct Sender {
    client: Mutex<Option<Client>>,
    /// Where may be sent to.
    pub(super) allowed: Allowed,
    pub(super) timeout: Duration,
    /// Wakes the worker.
    pub(super) stir: Notify,
}

/// A message, ready to be sent.
#[derive(Debug, Clone)]
pub struct Message {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub timestamp: i64,
    /// `webhook-signature`.
    pub signature: String,
    /// The body.
    pub body: String,
}

impl Sender {
    /// A sender with these settings.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            client: Mutex::default(),
            allowed: Allowed::new(&config.webhook_networks),
            timeout: Duration::from_secs(config.webhook_seconds.into()),
            stir: Notify::new(),
        }
    }

    /// No proxy of the environment, which would look names up itself; no redirects, which could lead anywhere.
    fn client(&self) -> Result<Client> {
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = &*client {
            return Ok(client.clone());
        }
        let made = Client::builder()
            .user_agent(concat!("Touchline/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(std::sync::Arc::new(self.allowed.clone()))
            .timeout(self.timeout)
            .pool_max_idle_per_host(2)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(Error::internal)?;
        Ok(client.insert(made).clone())
    }

    /// Sends a message. Every failure is an outcome.
    pub async fn post(&self, url: &str, message: Message) -> Outcome {
        let started = Instant::now();
        let sent = self.try_post(url, message).await;
        let duration_ms = i32::try_from(started.elapsed().as_millis()).unwrap_or(i32::MAX);
        match sent {
            Ok(response) => read(response, duration_ms).await,
            Err(error) => Outcome { error: Some(error), duration_ms, ..Outcome::default() },
        }
    }

    async fn try_post(&self, url: &str, message: Message) -> std::result::Result<Response, String> {
        let url: Url = url.parse().map_err(|_| "the address is not a URL".to_owned())?;
        self.allowed.check(&url).map_err(|refused| refused.to_string())?;
        let client = self.client().map_err(|error| error.cause.unwrap_or_default())?;
        let request = client
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", message.id)
            .header("webhook-timestamp", message.timestamp)
            .header("webhook-signature", message.signature)
            .body(message.body);
        request.send().await.map_err(|error| explain(&error.without_url(), self.timeout))
    }
}

/// The failure with its causes, in one line.
fn explain(error: &reqwest::Error, timeout: Duration) -> String {
    if error.is_timeout() {
        return format!("no answer within {} seconds", timeout.as_secs());
    }
    let (mut texts, mut cause) = (vec![error.to_string()], error.source());
    while let Some(inner) = cause {
        texts.push(inner.to_string());
        cause = inner.source();
    }
    texts.dedup();
    texts.join(": ").chars().filter(|c| *c != '\0').take(500).collect()
}

async fn read(mut response: Response, duration_ms: i32) -> Outcome {
    let status = response.status();
    let retry_after = response.headers().get(header::RETRY_AFTER);
    let retry_after = retry_after.and_then(|value| seconds(value.to_str().ok()?, SystemTime::now()));
    let mut body = Vec::new();
    while let (true, Ok(Some(chunk))) = (body.len() < KEPT, response.chunk().await) {
        body.extend_from_slice(&chunk);
    }
    body.truncate(KEPT);
    // PostgreSQL's texts hold no U+0000.
    let text = String::from_utf8_lossy(&body).replace('\0', "\u{fffd}");
    let error = status.is_redirection().then(|| "redirects are not followed".to_owned());
    Outcome { status: Some(status.as_u16()), error, response: Some(text), duration_ms, retry_after }
}

/// `Retry-After`: seconds, or a date.
fn seconds(text: &str, now: SystemTime) -> Option<i64> {
    if let Ok(seconds) = text.trim().parse::<u32>() {
        return Some(seconds.into());
    }
    let until = httpdate::parse_http_date(text.trim()).ok()?;
    let wait = until.duration_since(now).unwrap_or_default();
    i64::try_from(wait.as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(seconds("120", now), Some(120));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:50:37 GMT", now), Some(60));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:40:37 GMT", now), Some(0));
        assert_eq!(seconds("soon", now), None);
    }
}
