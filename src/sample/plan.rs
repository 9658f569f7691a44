//! What the demo is made of, before any of it is in a database.

use crate::db::types::Instant;

/// The whole demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its clients, by arrival.
    pub clients: Vec<Client>,
}

/// A client and everything that happened with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// First name.
    pub given_name: String,
    /// Last name.
    pub family_name: String,
    /// Unique among the clients.
    pub email: String,
    /// Unique among the clients; in a range reserved for fiction.
    pub phone: Option<String>,
    /// The company they work for, an index into the list of companies.
    pub company: Option<usize>,
    /// The owner, an index into the staff.
    pub owner: Option<usize>,
    /// How they came.
    pub source: &'static str,
    /// Labels.
    pub tags: Vec<&'static str>,
    /// Street, town, postcode.
    pub address: (String, &'static str, String),
    /// What they agreed to by e-mail, and when; `false`: withdrawn.
    pub consent: Option<(bool, Instant)>,
    /// Custom fields.
    pub house: House,
    /// Touchpoints in order.
    pub touches: Vec<Touch>,
    /// Leads in order.
    pub leads: Vec<Lead>,
    /// Notes.
    pub notes: Vec<(Instant, &'static str)>,
    /// Tasks.
    pub tasks: Vec<Task>,
}

/// The custom fields of the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct House {
    /// `tile`, `slate`, `metal`, `flat`.
    pub roof: &'static str,
    /// `gas`, `oil`, `electric`, `heat_pump`.
    pub heating: &'static str,
    /// Kilowatt hours a year.
    pub usage_kwh: i64,
}

/// A touchpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// When.
    pub at: Instant,
    /// Which channel, as the API names it.
    pub channel: &'static str,
    /// Whether the client came to us.
    pub inbound: bool,
    /// What happened.
    pub kind: &'static str,
    /// One line.
    pub subject: Option<String>,
    /// Seconds.
    pub duration: Option<i64>,
    /// The campaign's name.
    pub campaign: Option<String>,
    /// UTM source and medium.
    pub utm: Option<(&'static str, &'static str)>,
}

/// A lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// What is to be sold.
    pub title: &'static str,
    /// Pence.
    pub amount: i64,
    /// When it entered the first stage.
    pub entered_at: Instant,
    /// Later stages: an index into the open stages, or the end.
    pub moves: Vec<(Step, Instant)>,
    /// When it is expected to close, days after `entered_at`.
    pub expected_after_days: i64,
}

/// Where a lead moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// An open stage, an index.
    Open(usize),
    /// Won.
    Won,
    /// Lost, with an index into the reasons.
    Lost(usize),
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What is to be done.
    pub title: &'static str,
    /// Until when.
    pub due_at: Instant,
    /// When it was done.
    pub done_at: Option<Instant>,
    /// Whose it is, an index into the staff.
    pub assignee: usize,
}
