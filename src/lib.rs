//! Touchline: a lightweight CRM with a customer-360 view. Every touchpoint of a client, online and offline,
//! stands on one timeline; leads move through stages; funnels say exactly how that goes.
//!
//! The modules, each building on those above it. A feature's routes call its ideas, its ideas its store, its store
//! the database; a feature calls another feature's functions, never its tables (the read-only views
//! `timeline`, `funnel`, `exports` and `sync` excepted).

/// Every setting, from the command line or the environment.
pub mod config;
/// What can go wrong: one table from code to HTTP status and title.
pub mod error;

/// Texts as people write them: what is refused, and the form they are compared in.
pub mod text;

/// Money in minor and in major units.
pub mod money;

/// What a cell of a spreadsheet can hold: lists, and texts that are no formulas.
pub mod spreadsheet;

/// Both databases behind one connection type: threads, group commit, column types, dialects, migrations.
pub mod db;
/// What every endpoint shares: bodies, queries, pages, versions, retries, answers, middleware.
pub mod http;

/// Days, weeks and months in a time zone, and the spans that reports are about.
pub mod calendar;

/// Who works here: users, roles, teams, sessions, API keys, the audit log.
pub mod accounts;
/// Companies that contacts work for.
pub mod companies;
/// Clients: fields, identities, consent, erasure.
pub mod contacts;
/// Custom fields of contacts, companies and leads.
pub mod fields;
/// Touchpoints on any channel, notes and tasks.
pub mod interactions;
/// Pipelines, stages, leads, and the history of where each lead stood.
pub mod pipelines;

/// How clients came: the rules that give touchpoints their channel groups.
pub mod channels;

/// Who belongs together: rules over what is known of clients and what they did.
pub mod segments;

/// Lists as files, and everything about one person as an archive.
pub mod exports;
/// How leads convert: cohorts, modes, windows, breakdowns.
pub mod funnel;
/// CSV files into contacts, leads and touchpoints.
pub mod imports;
/// What other systems send: tracking events, e-mail, web forms.
pub mod ingest;
/// Reports with a name, shared with roles, and snapshots of them.
pub mod reports;
/// Sales in numbers: time in stage, win rate, cycle, velocity, forecast, activity.
pub mod sales;
/// One client, one line.
pub mod timeline;
/// Views of lists under a name, one's own or shared with roles.
pub mod views;

/// What other systems keep a copy of: the log of changes, read in order or sent to webhooks.
pub mod sync;

/// What happens, as it happens.
pub mod stream;

/// A business made up: the demo, and sample data that can be removed.
pub mod sample;

/// Health, metrics, housekeeping.
pub mod operations;

/// The front end: the files of `web/dist`.
pub mod front;

/// The application: state, middleware, the whole route table.
pub mod app;
/// The commands: serve, demo, user, import, backup, bench.
pub mod cli;
/// The API's description.
pub mod openapi;
