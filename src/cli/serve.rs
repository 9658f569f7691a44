//! `touchline serve`: from settings to a running server, and back down without losing accepted work.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::Server;
use actix_web::web::Data;
use tokio::signal::unix::{SignalKind, signal};

use super::installation::{self, Installation, Use};
use super::{Failure, Outcome, logs, say};
use crate::accounts::setup;
use crate::app::{self, App};
use crate::channels;
use crate::config::Config;
use crate::contacts::duplicates;
use crate::operations::{self, housekeeping, metrics::Metrics};
use crate::pipelines;
use crate::reports;
use crate::segments;
use crate::sync::webhooks;

/// Serves until the process is told to stop.
pub fn run(mut config: Config) -> Outcome {
    logs::start(&config)?;
    let problems = config.problems();
    if !problems.is_empty() {
        return Err(Failure::new(format!("this is not safe to start:\n- {}", problems.join("\n- "))));
    }
    let secret = installation::secret(&config)?;
    let listener = listen(&config.bind)?;
    if config.bind.ends_with(":0") {
        // The system chose the port: links name that one.
        config.bind = listener.local_addr().map_err(Failure::new)?.to_string();
    }
    let wanted = config.metrics_bind.is_some() || config.metrics_token.is_some();
    let metrics = wanted.then(Metrics::start).transpose()?;
    let installation = Installation::open(&config, Use::Alone)?;
    let state = Data::new(App { metrics, ..App::new(installation.db.clone(), config, &secret) });
    state.db.write_now(pipelines::store::ensure_default)?;
    if let Some(token) = state.db.write_now(setup::issue_token)? {
        say(format!("Make the first administrator at {}/setup#{token}", state.config.public_url()));
    }
    let worker = state.imports.worker(installation.db.clone(), &state.config.data, &state.config.region);
    let importer = std::thread::Builder::new().name("imports".to_owned()).spawn(move || worker.work());
    let served = actix_web::rt::System::new().block_on(serve(listener, state));
    wait_for(importer.map_err(Failure::new)?);
    // Ends the database threads once they have done what was accepted; only then is the lock given up.
    drop(installation);
    tracing::info!("stopped");
    served
}

/// Lets the imports' worker finish its write; a file half-way through is gone on with at the next start.
fn wait_for(importer: std::thread::JoinHandle<()>) {
    for _ in 0..500 {
        if importer.is_finished() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn listen(bind: &str) -> Outcome<TcpListener> {
    let unusable = |error: std::io::Error| Failure::new(format!("cannot listen on {bind}: {error}"));
    let addresses: Vec<_> = bind.to_socket_addrs().map_err(unusable)?.collect();
    TcpListener::bind(addresses.as_slice()).map_err(unusable)
}

async fn serve(listener: TcpListener, state: Data<App>) -> Outcome {
    let housekeeping = actix_web::rt::spawn(housekeeping::run(state.db.clone(), state.config.clone()));
    let webhooks = actix_web::rt::spawn(webhooks::run(state.clone()));
    let keeper = actix_web::rt::spawn(segments::keeper::run(state.clone()));
    let duplicates = actix_web::rt::spawn(duplicates::run(state.db.clone()));
    let groups = actix_web::rt::spawn(channels::run(state.db.clone()));
    let snapshots = actix_web::rt::spawn(reports::take_snapshots(state.db.clone()));
    let figures = actix_web::rt::spawn(serve_metrics(state.clone())?);
    let config = state.config.clone();
    let streaming = state.clone();
    let address = config.public_url();
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let server = HttpServer::new(move || app::build(state.clone()))
        .workers(config.workers.map_or(cores, usize::from))
        .keep_alive(Duration::from_secs(75))
        .client_request_timeout(Duration::from_secs(10))
        .client_disconnect_timeout(Duration::from_secs(5))
        .shutdown_timeout(config.shutdown_seconds)
        .disable_signals()
        .listen(listener)
        .map_err(Failure::new)?
        .run();
    let handle = server.handle();
    let stopping = streaming.clone();
    // Heard from before the first word is said, so that whoever reads it may stop us at once.
    let stop = told_to_stop().map_err(Failure::new)?;
    actix_web::rt::spawn(async move {
        stop.await;
        tracing::info!("finishing accepted requests");
        stopping.streams.close();
        handle.stop(true).await;
    });
    say(format!("Touchline serves {address}"));
    let ended = server.await.map_err(Failure::new);
    housekeeping.abort();
    duplicates.abort();
    groups.abort();
    snapshots.abort();
    webhooks.abort();
    keeper.abort();
    figures.abort();
    ended
}

/// Serves the figures on a port of their own, where the settings name one, and keeps them small.
fn serve_metrics(state: Data<App>) -> Outcome<impl Future<Output = ()>> {
    let server = match (&state.metrics, &state.config.metrics_bind) {
        (Some(metrics), Some(bind)) => Some((metrics.clone(), listen(bind)?)),
        _ => None,
    };
    let server = server.map(|(metrics, listener)| metrics_server(listener, &state, metrics)).transpose()?;
    Ok(async move {
        let _running = server.map(actix_web::rt::spawn);
        let mut clock = tokio::time::interval(Duration::from_secs(5));
        while let Some(metrics) = &state.metrics {
            clock.tick().await;
            metrics.upkeep();
        }
    })
}

fn metrics_server(listener: TcpListener, state: &Data<App>, metrics: Metrics) -> Outcome<Server> {
    let (state, token) = (state.clone(), state.config.metrics_token.clone());
    let app = move || {
        let (state, metrics, token) = (state.clone(), metrics.clone(), token.clone());
        actix_web::App::new().app_data(state).configure(move |cfg| operations::metrics::serve(cfg, metrics, token))
    };
    say(format!("Metrics are at http://{}/metrics", listener.local_addr().map_err(Failure::new)?));
    let server = HttpServer::new(app).workers(1).disable_signals().listen(listener).map_err(Failure::new)?;
    Ok(server.run())
}

/// Done when the process is asked to end, by a supervisor or from the keyboard.
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// `touchline health`: succeeds where the server of these settings says it is ready.
pub fn health(config: &Config) -> Outcome {
    let bind = config.bind.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]");
    let status = ask(&bind).map_err(|error| Failure::new(format!("{bind} does not answer: {error}")))?;
    if status.starts_with("HTTP/1.1 200") { Ok(()) } else { Err(Failure::new(format!("not ready: {status}"))) }
}

fn ask(bind: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(bind)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer)?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}
