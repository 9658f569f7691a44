//! A small world of random clients.

use serde_json::{Map, Value, json};
use touchline::contacts::ContactId;
use touchline::db::types::Instant;
use touchline::pipelines::{PipelineId, StageId};

use super::firms::{self, Firm, GROUPS};

pub const DAY: i64 = 86_400_000_000;
pub const STAGES: [(&str, &str); 5] =
    [("New", "open"), ("Talk", "open"), ("Offer", "open"), ("Won", "won"), ("Lost", "lost")];

/// A small generator of numbers, the same on every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap()]
    }

    pub fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    pub fn number(&mut self, sides: u64) -> i64 {
        i64::try_from(self.roll(sides)).unwrap()
    }
}

pub struct Touch {
    pub at: i64,
    pub channel: &'static str,
    pub online: bool,
    pub direction: Option<&'static str>,
    pub kind: Option<&'static str>,
    pub campaign: Option<&'static str>,
    pub money: Option<(i64, &'static str)>,
    pub group: Option<&'static str>,
    pub properties: Option<Value>,
    pub deleted: bool,
}

pub struct KnownLead {
    pub stays: Vec<(usize, i64)>,
    pub money: Option<(i64, &'static str)>,
    pub source: Option<&'static str>,
    /// Of the first and of the last touch.
    pub groups: [Option<&'static str>; 2],
    pub custom: Map<String, Value>,
    pub deleted: bool,
}

pub struct Person {
    pub id: ContactId,
    /// Whose line shows this one's facts, by place.
    pub root: usize,
    pub deleted: bool,
    pub job_title: Option<&'static str>,
    pub source: Option<&'static str>,
    pub city: Option<&'static str>,
    pub emails: Vec<String>,
    pub phones: Vec<String>,
    pub firm: Option<usize>,
    pub custom: Map<String, Value>,
    pub tags: Vec<&'static str>,
    pub consents: Map<String, Value>,
    pub created: i64,
    pub touches: Vec<Touch>,
    pub leads: Vec<KnownLead>,
    /// Days at which the job title changed.
    pub changed: Vec<i64>,
}

pub struct World {
    pub now: Instant,
    pub people: Vec<Person>,
    pub firms: Vec<Firm>,
    pub pipeline: PipelineId,
    pub stages: Vec<StageId>,
}

impl World {
    pub fn at(&self, micros: i64) -> Instant {
        Instant::from_micros(self.now.micros() + micros).unwrap()
    }

    /// Those whose facts a client's line shows.
    pub fn family(&self, root: usize) -> Vec<&Person> {
        self.people.iter().filter(|person| person.root == root).collect()
    }

    /// Clients that a segment can hold.
    pub fn roots(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.people.len()).filter(|n| self.people[*n].root == *n && !self.people[*n].deleted)
    }
}

/// Random times: whole days and minutes, so that ends of windows are hit.
fn some_time(dice: &mut Dice) -> i64 {
    let odd = if dice.one_in(3) { 60_000_000 } else { 0 };
    -dice.number(60) * DAY - odd - 1_000_000
}

fn touch(dice: &mut Dice) -> Touch {
    let properties =
        json!({ "plan": dice.pick(&["pro", "free"]), "n": dice.number(4), "$odd.key [1]": dice.one_in(2) });
    let channel = dice.pick(&["web", "web", "email", "call", "store", "note"]);
    Touch {
        at: some_time(dice),
        channel,
        online: matches!(channel, "web" | "email"),
        direction: dice.pick(&[Some("inbound"), Some("outbound"), None]),
        kind: dice.pick(&[Some("page_view"), Some("purchase"), Some("form"), None]),
        campaign: dice.pick(&[Some("spring"), Some("autumn"), None]),
        money: dice.pick(&[None, Some((500, "EUR")), Some((1500, "EUR")), Some((900, "USD")), Some((-500, "EUR"))]),
        group: dice.pick(&GROUPS),
        properties: dice.pick(&[true, true, false]).then_some(properties),
        deleted: dice.one_in(8),
    }
}

fn lead(dice: &mut Dice) -> KnownLead {
    let mut times: Vec<_> = (0..=dice.roll(4)).map(|_| some_time(dice)).collect();
    times.sort_unstable();
    times.dedup();
    let mut stays: Vec<(usize, i64)> = Vec::new();
    for at in times {
        let stage = usize::try_from(dice.roll(5)).unwrap();
        if stays.last().is_none_or(|(last, _)| *last != stage) {
            stays.push((stage, at));
        }
    }
    let custom = if dice.one_in(2) { json!({ "seats": dice.number(5) }) } else { json!({}) };
    KnownLead {
        stays,
        money: dice.pick(&[None, Some((1000, "EUR")), Some((5000, "EUR")), Some((1000, "USD"))]),
        source: dice.pick(&[None, Some("web"), Some("fair")]),
        groups: [dice.pick(&GROUPS), dice.pick(&GROUPS)],
        custom: custom.as_object().unwrap().clone(),
        deleted: dice.one_in(8),
    }
}

fn person(dice: &mut Dice, place: usize) -> Person {
    let mut custom = Map::new();
    let mut maybe = |dice: &mut Dice, key: &str, value: Value| {
        if !dice.one_in(3) {
            custom.insert(key.to_owned(), value);
        }
    };
    let level = json!(dice.pick(&["gold", "silver", "it's"]));
    maybe(dice, "level", level);
    let score = json!(dice.pick(&[1.0, 2.5, 10.0]));
    maybe(dice, "score", score);
    let born = json!(dice.pick(&["1990-01-03", "1984-02-29", "2001-12-30", "1999-06-15", "2026-05-01"]));
    maybe(dice, "born", born);
    let vip = json!(dice.one_in(2));
    maybe(dice, "vip", vip);
    let likes = json!(dice.pick(&[&["tea"][..], &["tea", "a\"b"], &[], &["coffee"]]));
    maybe(dice, "likes", likes);
    let budget = json!({ "amount": dice.pick(&[100, 200]), "currency": dice.pick(&["EUR", "USD"]) });
    maybe(dice, "budget", budget);
    let (emails, phones) = firms::reached(dice, place);
    let firm = dice.number(9);
    let state = dice.pick(&[None, Some("granted"), Some("withdrawn")]);
    let consent = state.map(|state| json!({ "state": state, "at": "2026-01-01T00:00:00Z", "how": null }));
    Person {
        id: ContactId::new(),
        root: place,
        deleted: dice.one_in(10),
        job_title: dice.pick(&[None, Some("CEO"), Some("Chief Буквы"), Some("100%_ok")]),
        source: dice.pick(&[None, Some("web"), Some("fair")]),
        city: dice.pick(&[None, Some("Porto"), Some("Казань")]),
        emails,
        phones,
        firm: usize::try_from(firm).ok().filter(|firm| *firm < 6),
        custom,
        tags: ["vip", "new", "ü"].into_iter().filter(|_| dice.one_in(3)).collect(),
        consents: consent.map(|consent| ("email".to_owned(), consent)).into_iter().collect(),
        created: some_time(dice),
        touches: (0..dice.roll(9)).map(|_| touch(dice)).collect(),
        leads: (0..dice.roll(3)).map(|_| lead(dice)).collect(),
        changed: if dice.one_in(3) { vec![some_time(dice)] } else { Vec::new() },
    }
}

impl World {
    /// People of whom some are merged into others.
    pub fn random(dice: &mut Dice, size: usize, now: Instant) -> Self {
        let mut people: Vec<_> = (0..size).map(|place| person(dice, place)).collect();
        for place in 1..size {
            let root = usize::try_from(dice.roll(place as u64)).unwrap();
            if dice.one_in(4)
                && people[root].root == root
                && people.iter().all(|other| other.root != place || other.id == people[place].id)
            {
                people[place].root = root;
                people[place].deleted = people[root].deleted;
            }
        }
        let firms = firms::some(dice);
        Self { now, people, firms, pipeline: PipelineId::new(), stages: (0..5).map(|_| StageId::new()).collect() }
    }
}
