//! A small world of random clients, kept both in the database and here.

use diesel::prelude::*;
use serde_json::{Map, Value, json};
use touchline::contacts::ContactId;
use touchline::db::Connection;
use touchline::db::schema::{
    contact_tags, contacts, field_definitions, leads, pipelines, stage_intervals, stages, timeline_entries,
};
use touchline::db::types::{Guid, Instant, Json};
use touchline::pipelines::{LeadId, PipelineId, StageId};

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

    /// Puts all of it into the database.
    pub fn insert(&self, conn: &mut Connection) -> touchline::error::Result<()> {
        self.insert_settings(conn)?;
        self.insert_firms(conn)?;
        let roots_first = (0..self.people.len()).filter(|n| self.people[*n].root == *n);
        let merged = (0..self.people.len()).filter(|n| self.people[*n].root != *n);
        for place in roots_first.chain(merged) {
            self.insert_person(conn, place)?;
        }
        Ok(())
    }

    fn insert_settings(&self, conn: &mut Connection) -> touchline::error::Result<()> {
        let now = self.now;
        let row = (
            pipelines::id.eq(self.pipeline),
            pipelines::name.eq("Sales"),
            pipelines::position.eq(1),
            pipelines::version.eq(1_i64),
            pipelines::created_at.eq(now),
            pipelines::updated_at.eq(now),
        );
        diesel::insert_into(pipelines::table).values(row).execute(conn)?;
        for (n, (name, kind)) in (0_i32..).zip(STAGES) {
            let row = (
                stages::id.eq(self.stages[usize::try_from(n).unwrap()]),
                stages::pipeline_id.eq(self.pipeline),
                stages::name.eq(name),
                stages::position.eq(n),
                stages::ordinal.eq(n),
                stages::kind.eq(kind),
                stages::probability.eq(10),
                stages::version.eq(1_i64),
                stages::created_at.eq(now),
                stages::updated_at.eq(now),
            );
            diesel::insert_into(stages::table).values(row).execute(conn)?;
        }
        let options = json!(["tea", "a\"b", "coffee"]);
        for (entity, key, kind) in [
            ("contact", "level", "text"),
            ("contact", "score", "number"),
            ("contact", "born", "date"),
            ("contact", "vip", "boolean"),
            ("contact", "likes", "multi_choice"),
            ("contact", "budget", "money"),
            ("lead", "seats", "number"),
        ] {
            let row = (
                field_definitions::id.eq(Guid::new()),
                field_definitions::entity.eq(entity),
                field_definitions::key.eq(key),
                field_definitions::label.eq(key),
                field_definitions::kind.eq(kind),
                field_definitions::required.eq(false),
                field_definitions::options.eq(Json(if kind == "multi_choice" { options.clone() } else { json!([]) })),
                field_definitions::position.eq(0),
                field_definitions::version.eq(1_i64),
                field_definitions::created_at.eq(now),
                field_definitions::updated_at.eq(now),
            );
            diesel::insert_into(field_definitions::table).values(row).execute(conn)?;
        }
        Ok(())
    }

    fn insert_person(&self, conn: &mut Connection, place: usize) -> touchline::error::Result<()> {
        let person = &self.people[place];
        let root = (person.root != place).then(|| self.people[person.root].id);
        let members = self.people.iter().filter(|other| other.root == place).count() - usize::from(root.is_none());
        let city = person.city.map(|city| Json(json!({ "city": city })));
        let row = (
            (
                contacts::id.eq(person.id),
                contacts::display_name.eq("Somebody"),
                contacts::name_key.eq("somebody"),
                contacts::job_title.eq(person.job_title),
                contacts::source.eq(person.source),
                contacts::address.eq(city),
                contacts::emails.eq(self.listed(place, |person| &person.emails, "address")),
                contacts::phones.eq(self.listed(place, |person| &person.phones, "number")),
                contacts::external_ids.eq(Json(json!([]))),
                contacts::tags.eq(Json(json!(person.tags))),
                contacts::consents.eq(Json(Value::Object(person.consents.clone()))),
                contacts::custom.eq(Json(Value::Object(person.custom.clone()))),
            ),
            (
                contacts::search_text.eq("somebody"),
                contacts::version.eq(1_i64),
                contacts::created_at.eq(self.at(person.created)),
                contacts::updated_at.eq(self.now),
                contacts::deleted_at.eq(person.deleted.then_some(self.now)),
                contacts::merged_into.eq(root),
                contacts::members.eq(i32::try_from(members).unwrap()),
                contacts::company_id.eq(person.firm.map(|firm| self.firms[firm].id)),
            ),
        );
        diesel::insert_into(contacts::table).values(row).execute(conn)?;
        for tag in &person.tags {
            let row = (contact_tags::contact_id.eq(person.id), contact_tags::tag.eq(*tag));
            diesel::insert_into(contact_tags::table).values(row).execute(conn)?;
        }
        self.insert_reached(conn, person)?;
        for touch in &person.touches {
            self.insert_touch(conn, person.id, touch)?;
        }
        for at in &person.changed {
            self.insert_change(conn, person.id, *at)?;
        }
        for lead in &person.leads {
            self.insert_lead(conn, person.id, lead)?;
        }
        Ok(())
    }

    pub fn insert_touch(
        &self,
        conn: &mut Connection,
        contact: ContactId,
        touch: &Touch,
    ) -> touchline::error::Result<()> {
        let entry_type = if touch.channel == "note" { "note" } else { "interaction" };
        let row = (
            (
                timeline_entries::contact_id.eq(contact),
                timeline_entries::id.eq(Guid::new()),
                timeline_entries::occurred_at.eq(self.at(touch.at)),
                timeline_entries::entry_type.eq(entry_type),
                timeline_entries::channel.eq(touch.channel),
                timeline_entries::online.eq(touch.online),
                timeline_entries::direction.eq(touch.direction),
                timeline_entries::kind.eq(touch.kind),
                timeline_entries::campaign.eq(touch.campaign),
                timeline_entries::channel_group.eq(touch.group),
            ),
            (
                timeline_entries::amount.eq(touch.money.map(|(amount, _)| amount)),
                timeline_entries::currency.eq(touch.money.map(|(_, currency)| currency)),
                timeline_entries::properties.eq(touch.properties.clone().map(Json)),
                timeline_entries::version.eq(1_i64),
                timeline_entries::recorded_at.eq(self.now),
                timeline_entries::updated_at.eq(self.now),
                timeline_entries::deleted_at.eq(touch.deleted.then_some(self.now)),
            ),
        );
        diesel::insert_into(timeline_entries::table).values(row).execute(conn)?;
        Ok(())
    }

    fn insert_change(&self, conn: &mut Connection, contact: ContactId, at: i64) -> touchline::error::Result<()> {
        let row = (
            timeline_entries::contact_id.eq(contact),
            timeline_entries::id.eq(Guid::new()),
            timeline_entries::occurred_at.eq(self.at(at)),
            timeline_entries::entry_type.eq("change"),
            timeline_entries::kind.eq("contact.updated"),
            timeline_entries::properties.eq(Json(json!({
                "job_title": { "from": null, "to": "CEO" },
                "custom": { "from": { "level": "gold", "score": 1 }, "to": { "level": "gold", "score": 2 } },
            }))),
            timeline_entries::version.eq(1_i64),
            timeline_entries::recorded_at.eq(self.now),
            timeline_entries::updated_at.eq(self.now),
        );
        diesel::insert_into(timeline_entries::table).values(row).execute(conn)?;
        Ok(())
    }

    fn insert_lead(&self, conn: &mut Connection, contact: ContactId, lead: &KnownLead) -> touchline::error::Result<()> {
        let id = LeadId::new();
        let (stage, since) = *lead.stays.last().unwrap();
        let kind = STAGES[stage].1;
        let row = (
            (
                leads::id.eq(id),
                leads::contact_id.eq(contact),
                leads::pipeline_id.eq(self.pipeline),
                leads::stage_id.eq(self.stages[stage]),
                leads::stage_kind.eq(kind),
                leads::stage_entered_at.eq(self.at(since)),
                leads::entered_at.eq(self.at(lead.stays[0].1)),
                leads::closed_at.eq((kind != "open").then(|| self.at(since))),
                leads::title.eq("A lead"),
                leads::source.eq(lead.source),
                leads::first_touch_group.eq(lead.groups[0]),
                leads::last_touch_group.eq(lead.groups[1]),
                leads::deleted_at.eq(lead.deleted.then_some(self.now)),
            ),
            (
                leads::amount.eq(lead.money.map(|(amount, _)| amount)),
                leads::currency.eq(lead.money.map(|(_, currency)| currency)),
                leads::custom.eq(Json(Value::Object(lead.custom.clone()))),
                leads::search_text.eq("a lead"),
                leads::version.eq(1_i64),
                leads::created_at.eq(self.now),
                leads::updated_at.eq(self.now),
            ),
        );
        diesel::insert_into(leads::table).values(row).execute(conn)?;
        for (n, (stage, at)) in lead.stays.iter().enumerate() {
            let row = (
                stage_intervals::contact_id.eq(contact),
                stage_intervals::lead_id.eq(id),
                stage_intervals::entered_at.eq(self.at(*at)),
                stage_intervals::id.eq(Guid::new()),
                stage_intervals::pipeline_id.eq(self.pipeline),
                stage_intervals::stage_id.eq(self.stages[*stage]),
                stage_intervals::exited_at.eq(lead.stays.get(n + 1).map(|(_, at)| self.at(*at))),
                stage_intervals::starts.eq(n == 0),
                stage_intervals::recorded_at.eq(self.now),
            );
            diesel::insert_into(stage_intervals::table).values(row).execute(conn)?;
        }
        Ok(())
    }
}
