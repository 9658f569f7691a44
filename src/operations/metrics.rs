//! Figures for Prometheus: requests by route, the database's queues, batches and times.
//!
//! They are collected only where somebody may read them: on a port of their own, or with a token on the main one.

use std::time::Duration;

use actix_web::http::{Method, header};
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, guard};
use metrics::{describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use subtle::ConstantTimeEq;

use crate::app::App;
use crate::db::Db;
use crate::error::{Code, Error, Result};

/// Upper bounds of times, in seconds.
const SECONDS: [f64; 14] = [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
/// Upper bounds of batch sizes.
const JOBS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// What is known about this process, ready to be read.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics(..)")
    }
}

impl Metrics {
    /// Starts collecting, for this process; to be called before the database is opened.
    ///
    /// # Errors
    /// It was called before.
    pub fn start() -> Result<Self> {
        let handle = PrometheusBuilder::new()
            .set_buckets(&SECONDS)
            .and_then(|builder| {
                let name = metrics_exporter_prometheus::Matcher::Full("touchline_db_batch_size".to_owned());
                builder.set_buckets_for_metric(name, &JOBS)
            })
            .map_err(Error::internal)?
            .install_recorder()
            .map_err(Error::internal)?;
        describe_histogram!("touchline_http_request_seconds", "Requests and the time they took");
        describe_histogram!("touchline_db_read_seconds", "Reads and the time they took on a database thread");
        describe_histogram!("touchline_db_commit_seconds", "Committed transactions and the time they took");
        describe_histogram!("touchline_db_batch_size", "Writes committed together");
        describe_gauge!("touchline_db_queue_depth", "Requests that wait for a database thread");
        Ok(Self(handle))
    }

    /// The figures in Prometheus' text format.
    #[must_use]
    pub fn render(&self, db: &Db) -> String {
        let load = db.load();
        for (queue, waiting) in [("read", load.reads), ("write", load.writes)] {
            gauge!("touchline_db_queue_depth", "queue" => queue).set(u32::try_from(waiting).unwrap_or(u32::MAX));
        }
        self.0.render()
    }

    /// Moves what was recorded into buckets: without it memory grows while nobody reads.
    pub fn upkeep(&self) {
        self.0.run_upkeep();
    }
}

/// Counts a finished request.
pub fn request(method: &Method, route: Option<String>, status: u16, took: Duration) {
    let method = match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    };
    let route = route.unwrap_or_else(|| "unknown".to_owned());
    let labels = [("method", method.to_owned()), ("route", route), ("status", status.to_string())];
    histogram!("touchline_http_request_seconds", &labels).record(took);
}

/// `/metrics`, on a port of its own or beside the API; with a token, for those who know it.
pub fn serve(cfg: &mut web::ServiceConfig, metrics: Metrics, token: Option<String>) {
    let show = move |req: HttpRequest, app: Data<App>| {
        let answer = if token.as_deref().is_none_or(|token| knows(&req, token)) {
            Ok(HttpResponse::Ok()
                .content_type("text/plain; version=0.0.4; charset=utf-8")
                .body(metrics.render(&app.db)))
        } else {
            Err(Error::new(Code::Unauthorized))
        };
        std::future::ready(answer)
    };
    cfg.route("/metrics", web::route().guard(guard::Get()).to(show));
}

/// `/metrics` on the main port, for those who know the token alone.
pub fn beside_the_api(cfg: &mut web::ServiceConfig, metrics: Option<Metrics>, token: Option<String>) {
    if let (Some(metrics), Some(token)) = (metrics, token) {
        serve(cfg, metrics, Some(token));
    }
}

fn knows(req: &HttpRequest, token: &str) -> bool {
    let given = req.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    given.as_bytes().ct_eq(token.as_bytes()).into()
}
