//! Makes the demo up: the same seed and moment give the same business, to the last call.

use chrono::{Datelike, TimeDelta, Timelike};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::plan::{Client, House, Lead, Plan, Step, Task, Touch};
use super::words;
use crate::db::types::Instant;

/// How many clients the demo has.
pub const CLIENTS: usize = 480;
/// How far back it goes.
const DAYS: i64 = 545;

/// How a client comes: name, weight, chance in a hundred to buy.
const SOURCES: [(&str, u32, u32); 8] = [
    ("organic search", 26, 24),
    ("paid search", 20, 20),
    ("social", 16, 10),
    ("trade fair", 12, 34),
    ("referral", 10, 48),
    ("showroom", 8, 38),
    ("newsletter", 5, 18),
    ("mailing", 3, 12),
];

/// Makes the demo as of `now`, with so many clients.
#[must_use]
pub fn generate(seed: u64, now: Instant, clients: usize) -> Plan {
    let mut maker = Maker { random: StdRng::seed_from_u64(seed), now };
    let mut arrivals: Vec<Instant> = (0..clients).map(|_| maker.arrival()).collect();
    arrivals.sort_unstable();
    let clients = arrivals.into_iter().enumerate().map(|(number, at)| maker.client(number, at)).collect();
    Plan { clients }
}

struct Maker {
    random: StdRng,
    now: Instant,
}

impl Maker {
    fn chance(&mut self, in_hundred: u32) -> bool {
        self.random.random_range(0..100) < in_hundred
    }

    fn pick<T: Copy>(&mut self, from: &[T], otherwise: T) -> T {
        from.choose(&mut self.random).copied().unwrap_or(otherwise)
    }

    /// More of late than long ago, fewer in winter.
    fn arrival(&mut self) -> Instant {
        loop {
            let share = self.random.random_range(0.0_f64..1.0).powf(1.35);
            #[expect(clippy::cast_possible_truncation, reason = "a number of days below 545")]
            let days = (share * 545.0) as i64;
            let at = self.office_hours(self.now.plus(-TimeDelta::days(days.clamp(0, DAYS) + 1)));
            if ![11, 12, 1].contains(&at.to_utc().month()) || self.chance(60) {
                return at;
            }
        }
    }

    /// The same day between eight and eighteen o'clock.
    fn office_hours(&mut self, at: Instant) -> Instant {
        let since_midnight = i64::from(at.to_utc().num_seconds_from_midnight());
        let second = self.random.random_range(8 * 3600..18 * 3600);
        let micros = at.micros().rem_euclid(1_000_000);
        at.plus(TimeDelta::seconds(second - since_midnight) - TimeDelta::microseconds(micros))
    }

    /// Some days later in office hours; `None` where that is still to come.
    fn later(&mut self, at: Instant, days: std::ops::Range<i64>) -> Option<Instant> {
        let gap = self.random.random_range(days);
        let moved = self.office_hours(at.plus(TimeDelta::days(gap)));
        let moved = if moved <= at { at.plus(TimeDelta::minutes(self.random.random_range(7..90))) } else { moved };
        (moved < self.now).then_some(moved)
    }

    fn source(&mut self) -> (&'static str, u32) {
        let total: u32 = SOURCES.iter().map(|(_, weight, _)| weight).sum();
        let mut left = self.random.random_range(0..total);
        for (name, weight, odds) in SOURCES {
            if left < weight {
                return (name, odds);
            }
            left -= weight;
        }
        ("organic search", 24)
    }

    fn client(&mut self, number: usize, arrived: Instant) -> Client {
        let group = if self.chance(72) { 0 } else { self.random.random_range(1..words::PEOPLE.len()) };
        let (given, family) = words::PEOPLE.get(group).copied().unwrap_or_default();
        let (given, family) = (self.pick(given, "Alex"), self.pick(family, "Green"));
        let company = self.chance(22).then(|| self.random.random_range(0..words::COMPANIES.len()));
        let (source, odds) = self.source();
        let owner = if company.is_some() { self.pick(&[5, 6], 5) } else { self.pick(&[3, 4], 3) };
        let (town, code) = self.pick(&words::TOWNS, ("Leeds", "LS6"));
        let street = format!("{} {}", self.random.random_range(1..140), self.pick(&words::STREETS, "Mill Lane"));
        let postcode = format!("{code} {}{}{}", number % 9 + 1, letter(number / 9), letter(number / 7 + 3));
        let mut client = Client {
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            email: format!("{}.{}{number}@mail.example", plain(given), plain(family)),
            phone: self.chance(85).then(|| format!("+447700900{number:03}")),
            company,
            owner: Some(owner),
            source,
            tags: Vec::new(),
            address: (street, town, postcode),
            consent: None,
            house: self.house(),
            touches: Vec::new(),
            leads: Vec::new(),
            notes: Vec::new(),
            tasks: Vec::new(),
        };
        self.live(&mut client, arrived, odds);
        client
    }

    fn house(&mut self) -> House {
        House {
            roof: self.pick(&["tile", "tile", "slate", "metal", "flat"], "tile"),
            heating: self.pick(&["gas", "gas", "gas", "oil", "electric", "heat_pump"], "gas"),
            usage_kwh: self.random.random_range(18..95) * 100,
        }
    }

    /// Everything from the first touch to today.
    fn live(&mut self, client: &mut Client, arrived: Instant, odds: u32) {
        let asked = self.approach(client, arrived);
        if self.chance(70) {
            let withdrawn = self.chance(9);
            let at = if withdrawn { self.later(asked, 20..200).unwrap_or(asked) } else { asked };
            client.consent = Some((!withdrawn, at));
        }
        if !self.chance(88) {
            // Came, looked, never asked for an offer; nobody's client yet.
            client.owner = None;
            client.tags.push("newsletter");
            return;
        }
        let odds = if client.company.is_some() { odds * 3 / 4 } else { odds };
        let won_at = self.sell(client, asked, odds);
        if let Some(won_at) = won_at {
            client.tags.push("customer");
            self.aftercare(client, won_at);
        }
        if client.company.is_some() {
            client.tags.push("business");
        }
        client.touches.sort_by_key(|touch| touch.at);
    }

    /// How they found us, up to the moment they asked for something.
    fn approach(&mut self, client: &mut Client, arrived: Instant) -> Instant {
        let season = season(arrived);
        let campaign = |name: &str| Some(format!("{name} {season}"));
        let (first, utm, named): (_, _, Option<String>) = match client.source {
            "organic search" => (("web", "page_view"), Some(("google", "organic")), None),
            "paid search" => (("ad", "click"), Some(("google", "cpc")), campaign("Solar search")),
            "social" => (("social", "ad_click"), Some(("instagram", "paid_social")), campaign("Neighbours' roofs")),
            "trade fair" => (("event", "fair_talk"), None, campaign("Home & Energy Fair")),
            "referral" => (("call", "enquiry"), None, None),
            "showroom" => (("store", "visit"), None, None),
            "newsletter" => (("email", "click"), Some(("newsletter", "email")), campaign("Newsletter")),
            _ => (("mail", "reply_card"), None, campaign("Door drop")),
        };
        let online = matches!(first.0, "web" | "ad" | "social" | "email");
        let subject = if online { None } else { Some(format!("Came by {}", client.source)) };
        let mut at = arrived;
        client.touches.push(Touch { utm, campaign: named.clone(), subject, ..touch(at, first.0, true, first.1) });
        for _ in 0..self.random.random_range(0..5) {
            let Some(next) = self.later(at, 0..9) else { break };
            at = next;
            let page = self.pick(&["/solar", "/heat-pumps", "/prices", "/grants", "/references"], "/solar");
            client.touches.push(Touch {
                subject: Some(page.to_owned()),
                utm: None,
                ..touch(at, "web", true, "page_view")
            });
        }
        let asked = self.later(at, 0..3).unwrap_or(at);
        let how = self.pick(
            &[("web", "form_submitted"), ("web", "form_submitted"), ("call", "enquiry"), ("chat", "enquiry")],
            ("web", "form_submitted"),
        );
        let duration = (how.0 == "call").then(|| self.random.random_range(90..900));
        client.touches.push(Touch {
            duration,
            subject: Some("Asked for an offer".to_owned()),
            ..touch(asked, how.0, true, how.1)
        });
        asked
    }

    /// One lead from entry to where it stands today; gives the moment it was won.
    fn sell(&mut self, client: &mut Client, asked: Instant, odds: u32) -> Option<Instant> {
        let products: &[_] = if client.company.is_some() { &words::FIRM_PRODUCTS } else { &words::HOME_PRODUCTS };
        let (title, least, most) = self.pick(products, ("Solar roof 4 kWp", 6_200, 8_900));
        let amount = self.random.random_range(least..most) / 50 * 5_000;
        let mut lead = Lead {
            title,
            amount,
            entered_at: asked,
            moves: Vec::new(),
            expected_after_days: self.random.random_range(40..110),
        };
        let wins = self.chance(odds);
        // Those who do not buy leave at some stage, or are forgotten there.
        let stages = if wins { words::STAGES.len() } else { self.random.random_range(1..=words::STAGES.len()) };
        let mut at = Some(asked);
        for stage in 1..stages {
            at = at.and_then(|at| self.step(client, &mut lead, at, stage));
        }
        let Some(reached) = at else {
            self.next_task(client);
            client.leads.push(lead);
            return None;
        };
        let mut won = None;
        match self.later(reached, 3..32) {
            Some(end) if wins => {
                lead.moves.push((Step::Won, end));
                client.touches.push(Touch {
                    subject: Some("Signed the order".to_owned()),
                    ..touch(end, "meeting", true, "order_signed")
                });
                won = Some(end);
            }
            Some(end) if self.chance(80) => {
                lead.moves.push((Step::Lost(self.random.random_range(0..words::LOST.len())), end));
            }
            // Nobody has touched it since: the board shows it as stale.
            _ => self.next_task(client),
        }
        client.leads.push(lead);
        won
    }

    /// One stage further, with what people did for it.
    fn step(&mut self, client: &mut Client, lead: &mut Lead, from: Instant, stage: usize) -> Option<Instant> {
        let owner = client.owner.unwrap_or(3);
        for _ in 0..self.random.random_range(0..2) {
            if let Some(at) = self.later(from, 0..6) {
                let subject = self.pick(&words::CALLS, "First call").to_owned();
                let answered = self.chance(70);
                let duration = answered.then(|| self.random.random_range(60..1500));
                let kind = if answered { "call" } else { "missed_call" };
                client.touches.push(Touch { duration, subject: Some(subject), ..touch(at, "call", false, kind) });
            }
        }
        let at = self.later(from, 1..13)?;
        let seconds = self.random.random_range(1200..5400);
        let (channel, kind, subject, duration) = match stage {
            1 => ("call", "call", "Talked about the house", Some(seconds / 4)),
            2 => ("meeting", "site_visit", "Site visit: roof and meter cupboard", Some(seconds)),
            _ => ("email", "offer_sent", "Your offer", None),
        };
        client.touches.push(Touch { duration, subject: Some(subject.to_owned()), ..touch(at, channel, false, kind) });
        if stage == 3 && self.chance(75) {
            let opened = at.plus(TimeDelta::minutes(self.random.random_range(5..2000)));
            if opened < self.now {
                client.touches.push(touch(opened, "email", true, "opened"));
            }
        }
        if self.chance(35) {
            client.notes.push((at, self.pick(&words::NOTES, "Prefers calls after five.")));
        }
        if self.chance(40) {
            client.tasks.push(Task { title: "Prepare the next step", due_at: at, done_at: Some(at), assignee: owner });
        }
        lead.moves.push((Step::Open(stage), at));
        Some(at)
    }

    /// What is to be done next: due soon, or overdue.
    fn next_task(&mut self, client: &mut Client) {
        let title =
            self.pick(&["Call back", "Send the calculation", "Agree a site visit", "Ask for a decision"], "Call back");
        let hours = self.random.random_range(-9 * 24..14 * 24);
        let due_at = self.office_hours(self.now.plus(TimeDelta::hours(hours)));
        client.tasks.push(Task { title, due_at, done_at: None, assignee: client.owner.unwrap_or(3) });
    }

    /// Installation, review, and for some a second purchase.
    fn aftercare(&mut self, client: &mut Client, won_at: Instant) {
        let Some(installed) = self.later(won_at, 14..50) else { return };
        let crew = Some("Installation by our crew".to_owned());
        client.touches.push(Touch { subject: crew, ..touch(installed, "meeting", false, "installation") });
        if let Some(at) = self.later(installed, 5..20) {
            client
                .touches
                .push(Touch { subject: Some("How are we doing?".to_owned()), ..touch(at, "email", false, "survey") });
            if self.chance(55) {
                client.touches.push(touch(at.plus(TimeDelta::minutes(90)).min(self.now), "web", true, "review"));
            }
        }
        if self.chance(22)
            && let Some(again) = self.later(installed, 60..200)
        {
            let subject = Some("Interested in a battery".to_owned());
            client.touches.push(Touch { subject, ..touch(again, "store", true, "visit") });
            self.sell(client, again, 60);
        }
    }
}

fn touch(at: Instant, channel: &'static str, inbound: bool, kind: &'static str) -> Touch {
    Touch { at, channel, inbound, kind, subject: None, duration: None, campaign: None, utm: None }
}

fn season(at: Instant) -> String {
    let date = at.to_utc();
    let name = match date.month() {
        3..=5 => "spring",
        6..=8 => "summer",
        9..=11 => "autumn",
        _ => "winter",
    };
    format!("{name} {}", date.year())
}

fn letter(n: usize) -> char {
    "ABDEFGHJLNPQRSTUWXYZ".chars().nth(n % 20).unwrap_or('A')
}

/// The name in letters an address may have.
fn plain(name: &str) -> String {
    let simple = |c: char| match c {
        'á' | 'à' | 'ä' | 'å' | 'ą' => 'a',
        'é' | 'è' | 'ë' | 'ę' | 'É' => 'e',
        'í' => 'i',
        'ó' | 'ö' | 'ø' => 'o',
        'ü' | 'ú' => 'u',
        'ł' | 'Ł' => 'l',
        'ń' => 'n',
        other => other,
    };
    name.chars().map(simple).filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn now() -> Instant {
        "2026-06-15T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_same_seed_gives_the_same_business() {
        assert_eq!(generate(7, now(), CLIENTS), generate(7, now(), CLIENTS));
        assert_ne!(generate(7, now(), CLIENTS), generate(8, now(), CLIENTS));
    }

    #[test]
    fn nothing_that_happened_lies_in_the_future_and_stages_come_in_order() {
        for client in generate(1, now(), CLIENTS).clients {
            assert!(client.touches.iter().all(|touch| touch.at <= now()), "{client:?}");
            for lead in &client.leads {
                let times: Vec<_> =
                    std::iter::once(lead.entered_at).chain(lead.moves.iter().map(|(_, at)| *at)).collect();
                assert!(times.is_sorted(), "{lead:?}");
                assert!(times.iter().all(|at| *at < now()));
            }
        }
    }

    #[test]
    fn every_address_and_number_belongs_to_one_client() {
        let plan = generate(1, now(), CLIENTS);
        let emails: BTreeSet<_> = plan.clients.iter().map(|client| &client.email).collect();
        assert_eq!(emails.len(), CLIENTS);
        assert!(emails.iter().all(|email| email.is_ascii()));
    }

    #[test]
    fn the_business_looks_alive() {
        let plan = generate(1, now(), CLIENTS);
        let leads: Vec<_> = plan.clients.iter().flat_map(|client| &client.leads).collect();
        let ended = |wanted: fn(&Step) -> bool| {
            leads.iter().filter(|lead| lead.moves.last().is_some_and(|(step, _)| wanted(step))).count()
        };
        let (won, lost) = (ended(|step| *step == Step::Won), ended(|step| matches!(step, Step::Lost(_))));
        assert!(won > 60 && lost > 100 && leads.len() - won - lost > 40, "{won} {lost} of {}", leads.len());
        let tasks: Vec<_> =
            plan.clients.iter().flat_map(|client| &client.tasks).filter(|task| task.done_at.is_none()).collect();
        assert!(tasks.iter().any(|task| task.due_at < now()) && tasks.iter().any(|task| task.due_at > now()));
        let channels: BTreeSet<_> =
            plan.clients.iter().flat_map(|client| &client.touches).map(|touch| touch.channel).collect();
        assert!(channels.len() >= 9, "{channels:?}");
    }
}
