//! Fills a fresh database with clients, touchpoints and leads: the same seed gives the same rows, in few statements.

use std::sync::Arc;

use chrono::TimeDelta;
use diesel::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::accounts::authenticate::hash;
use crate::accounts::{ApiKeyId, Permission, Principal, Role, UserId};
use crate::contacts::ContactId;
use crate::contacts::model::Contact;
use crate::contacts::parts::Email;
use crate::db::schema::{api_keys, contact_tags, contacts, identities, lead_paths, leads, stage_intervals, users};
use crate::db::types::{Instant, Json};
use crate::db::{Connection, Db};
use crate::error::{Error, Result};
use crate::interactions::{self, NewInteraction};
use crate::pipelines::leads::Lead;
use crate::pipelines::{IntervalId, LeadId, Pipeline, PipelineId, path, store as pipelines, visit};

/// The API key that measurements use.
pub const TOKEN: &str = "tlk_bench0000000000000000000000000000000000000";
const SEED: u64 = 1;
/// Sources that contacts come from; `source=fair` finds one in five.
const SOURCES: [&str; 5] = ["web", "fair", "referral", "ad", "store"];
const NAMES: [&str; 12] = ["Ann", "Bob", "Cleo", "Dana", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jana", "Kofi", "Lena"];
const FAMILIES: [&str; 12] = [
    "Abbott", "Brandt", "Castillo", "Dvorak", "Eriksen", "Fournier", "Galli", "Horvath", "Ivanova", "Jansen",
    "Kowalski", "Lindgren",
];

/// How much.
#[derive(Debug, Clone, Copy)]
pub struct Amounts {
    /// Clients.
    pub contacts: usize,
    /// Touchpoints.
    pub interactions: usize,
    /// Stage intervals.
    pub intervals: usize,
}

/// What measurements address.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// Ordinary clients.
    pub contacts: Vec<ContactId>,
    /// Clients with exactly 20 entries.
    pub with_20: Vec<ContactId>,
    /// Clients with exactly 50 entries.
    pub with_50: Vec<ContactId>,
    /// Clients with exactly 2,000 entries.
    pub with_2000: Vec<ContactId>,
    /// The pipeline of the leads.
    pub pipeline: Option<PipelineId>,
}

/// How many clients of each length there are.
const SPECIAL: [(usize, usize); 3] = [(20, 50), (50, 50), (2_000, 10)];
const TOGETHER: usize = 2_000;

/// Fills the database.
///
/// # Errors
/// The database refuses something.
pub fn fill(db: &Db, amounts: Amounts, tell: &dyn Fn(&str)) -> Result<Sample> {
    let mut random = StdRng::seed_from_u64(SEED);
    db.write_now(insert_caller)?;
    tell("clients");
    let mut sample = Sample::default();
    let mut number = 0;
    while number < amounts.contacts {
        let some: Vec<Contact> = (number..amounts.contacts.min(number + TOGETHER)).map(contact).collect();
        number += some.len();
        sample.contacts.extend(some.iter().map(|contact| contact.id));
        db.write_now(move |conn| insert_contacts(conn, &some))?;
    }
    let mut rest = sample.contacts.clone();
    let mut lines: Vec<(ContactId, usize)> = Vec::new();
    for (entries, clients) in SPECIAL {
        let clients = clients.min(amounts.contacts / 10);
        let chosen = rest.split_off(rest.len().saturating_sub(clients));
        lines.extend(chosen.iter().map(|id| (*id, entries)));
        match entries {
            20 => sample.with_20 = chosen,
            50 => sample.with_50 = chosen,
            _ => sample.with_2000 = chosen,
        }
    }
    sample.contacts = rest;
    tell("touchpoints");
    let left = amounts.interactions.saturating_sub(lines.iter().map(|(_, entries)| entries).sum());
    let each = left.div_ceil(sample.contacts.len().max(1));
    lines.extend(sample.contacts.iter().map(|id| (*id, each)));
    fill_interactions(db, &lines, &mut random)?;
    tell("leads");
    sample.pipeline = Some(fill_leads(db, &sample.contacts, amounts.intervals, &mut random)?);
    Ok(sample)
}

fn insert_caller(conn: &mut Connection) -> Result<()> {
    let (now, user) = (Instant::now(), UserId::new());
    let row = (
        users::id.eq(user),
        users::email.eq("bench@touchline.example"),
        users::name.eq("Bench"),
        users::role.eq(Role::Admin),
        users::active.eq(true),
        users::version.eq(1_i64),
        users::created_at.eq(now),
        users::updated_at.eq(now),
    );
    diesel::insert_into(users::table).values(row).execute(conn)?;
    let row = (
        api_keys::id.eq(ApiKeyId::new()),
        api_keys::name.eq("bench"),
        api_keys::prefix.eq("tlk_benc"),
        api_keys::hash.eq(hash(TOKEN)),
        api_keys::scopes.eq(Json(Permission::ALL.to_vec())),
        api_keys::created_by.eq(user),
        api_keys::created_at.eq(now),
    );
    diesel::insert_into(api_keys::table).values(row).execute(conn)?;
    Ok(())
}

fn choose<'a>(from: &[&'a str], number: usize) -> &'a str {
    from.get(number % from.len()).copied().unwrap_or_default()
}

/// The address of the client with this number.
#[must_use]
pub fn address(number: usize) -> String {
    let (given, family) = (choose(&NAMES, number), choose(&FAMILIES, number / NAMES.len()));
    format!("{}.{}{number}@example.com", given.to_lowercase(), family.to_lowercase())
}

fn contact(number: usize) -> Contact {
    let mut contact = Contact::blank(Instant::now());
    let (given, family) = (choose(&NAMES, number), choose(&FAMILIES, number / NAMES.len()));
    contact.given_name = Some(given.to_owned());
    contact.family_name = Some(format!("{family}{number}"));
    contact.emails.0.push(Email { address: address(number), label: None, primary: true });
    contact.source = Some(choose(&SOURCES, number).to_owned());
    contact.tags.0.push(choose(&["north", "south", "east", "west"], number).to_owned());
    contact.display_name = contact.computed_name();
    contact.index(None);
    contact
}

fn insert_contacts(conn: &mut Connection, some: &[Contact]) -> Result<()> {
    for contact in some {
        diesel::insert_into(contacts::table).values(contact).execute(conn)?;
        for (_, identity) in contact.identities() {
            let row = (
                identities::contact_id.eq(contact.id),
                identities::kind.eq(identity.kind),
                identities::source.eq(identity.source),
                identities::value.eq(identity.value),
                identities::created_at.eq(contact.created_at),
            );
            diesel::insert_into(identities::table).values(row).execute(conn)?;
        }
        for tag in &contact.tags.0 {
            let row = (contact_tags::contact_id.eq(contact.id), contact_tags::tag.eq(tag));
            diesel::insert_into(contact_tags::table).values(row).execute(conn)?;
        }
    }
    Ok(())
}

/// A touchpoint as a program would send it.
#[must_use]
pub fn touchpoint(contact: ContactId, at: Instant, number: u64) -> serde_json::Value {
    let channels = ["web", "email", "call", "store", "ad"];
    let channel = choose(&channels, usize::try_from(number % 5).unwrap_or(0));
    serde_json::json!({
        "contact": { "id": contact }, "channel": channel, "kind": "visit", "occurred_at": at, "direction": "inbound",
        "subject": format!("Touchpoint {number}"), "utm_source": "newsletter", "utm_campaign": "spring",
        "properties": { "page": "/prices", "seconds": number % 300 },
    })
}

fn fill_interactions(db: &Db, lines: &[(ContactId, usize)], random: &mut StdRng) -> Result<()> {
    let by = Principal::system();
    let now = Instant::now();
    let mut rows = Vec::with_capacity(TOGETHER * 2);
    let mut number = 0;
    for (contact, entries) in lines {
        // One parsed touchpoint a client; the rest differ in time and id.
        let bytes = serde_json::to_vec(&touchpoint(*contact, now, number)).map_err(Error::internal)?;
        let draft = crate::http::read_json::<NewInteraction>(&bytes)?.parse(now, "US")?;
        for _ in 0..*entries {
            let mut row = draft.of(&by, *contact);
            row.id = interactions::InteractionId::new();
            row.occurred_at = now.plus(-TimeDelta::seconds(random.random_range(0..500 * 86_400)));
            rows.push(row);
            number += 1;
        }
        if rows.len() >= TOGETHER {
            let mut some = std::mem::take(&mut rows);
            db.write_now(move |conn| interactions::store::insert(conn, &mut some))?;
        }
    }
    db.write_now(move |conn| interactions::store::insert(conn, &mut rows))
}

/// A lead's stages and when it entered them.
type Way = Vec<(usize, Instant)>;

fn fill_leads(db: &Db, contacts: &[ContactId], intervals: usize, random: &mut StdRng) -> Result<PipelineId> {
    let pipeline = db.write_now(|conn| {
        let id = pipelines::ensure_default(conn)?;
        pipelines::find(conn, id)
    })?;
    let id = pipeline.id;
    let pipeline = Arc::new(pipeline);
    let now = Instant::now();
    let (mut done, mut owner) = (0, contacts.iter().cycle());
    while done < intervals {
        let mut some = Vec::new();
        while some.len() < 500 && done < intervals {
            let Some(contact) = owner.next() else { break };
            let way = way(now, pipeline.stages.len(), random);
            done += way.len();
            some.push((*contact, way));
        }
        if some.is_empty() {
            break;
        }
        let pipeline = pipeline.clone();
        db.write_now(move |conn| insert_leads(conn, &pipeline, &some))?;
    }
    Ok(id)
}

/// Through the first stages one after the other, to an end perhaps.
fn way(now: Instant, stages: usize, random: &mut StdRng) -> Way {
    let mut at = now.plus(-TimeDelta::seconds(random.random_range(90 * 86_400..720 * 86_400)));
    let open = stages.saturating_sub(2).max(1);
    let reached = random.random_range(1..=open);
    let mut way: Way = Vec::new();
    for stage in 0..reached {
        way.push((stage, at));
        at = at.plus(TimeDelta::seconds(random.random_range(3_600..10 * 86_400)));
    }
    if random.random_range(0..10) < 7 {
        way.push((if reached == open { open } else { open + 1 }, at));
    }
    way
}

fn insert_leads(conn: &mut Connection, pipeline: &Pipeline, some: &[(ContactId, Way)]) -> Result<()> {
    for (number, (contact, way)) in some.iter().enumerate() {
        let Some(lead) = lead(pipeline, *contact, way, number) else { continue };
        let text = leads::search_text.eq(lead.title.to_lowercase());
        diesel::insert_into(leads::table).values((&lead, text)).execute(conn)?;
        let ends = way.iter().skip(1).map(|(_, at)| Some(*at)).chain([None]);
        for ((stage, at), end) in way.iter().zip(ends) {
            let Some(stage) = pipeline.stages.get(*stage) else { continue };
            let row = (
                stage_intervals::contact_id.eq(contact),
                stage_intervals::lead_id.eq(lead.id),
                stage_intervals::entered_at.eq(*at),
                stage_intervals::id.eq(IntervalId::new()),
                stage_intervals::pipeline_id.eq(pipeline.id),
                stage_intervals::stage_id.eq(stage.id),
                stage_intervals::exited_at.eq(end),
                stage_intervals::recorded_at.eq(lead.created_at),
                // No way comes back to a stage.
                stage_intervals::visit.eq(if *at == lead.entered_at { visit::BEGINS } else { visit::ARRIVES }),
            );
            diesel::insert_into(stage_intervals::table).values(row).execute(conn)?;
        }
        let codes = way.iter().filter_map(|(stage, at)| Some((pipeline.stages.get(*stage)?.code(), *at)));
        let row = (
            lead_paths::pipeline_id.eq(pipeline.id),
            lead_paths::entered_at.eq(lead.entered_at),
            lead_paths::lead_id.eq(lead.id),
            lead_paths::source.eq(lead.source.as_deref()),
            lead_paths::path.eq(path::pack(lead.amount.zip(lead.currency.as_deref()), codes)),
        );
        diesel::insert_into(lead_paths::table).values(row).execute(conn)?;
    }
    Ok(())
}

fn lead(pipeline: &Pipeline, contact: ContactId, way: &Way, number: usize) -> Option<Lead> {
    let ((_, first), (last, since)) = (way.first()?, way.last()?);
    let stage = pipeline.stages.get(*last)?;
    let now = Instant::now();
    Some(Lead {
        id: LeadId::new(),
        contact_id: contact,
        pipeline_id: pipeline.id,
        stage_id: stage.id,
        stage_kind: stage.kind,
        stage_entered_at: *since,
        entered_at: *first,
        closed_at: (stage.kind != crate::pipelines::StageKind::Open).then_some(*since),
        title: format!("Lead {number}"),
        company_id: None,
        owner_id: None,
        amount: Some(100_000),
        currency: Some("EUR".to_owned()),
        source: Some(choose(&SOURCES, number).to_owned()),
        source_id: None,
        expected_close_on: None,
        first_touch_group: None,
        last_touch_group: None,
        touch_campaign: None,
        lost_reason_id: None,
        custom: Json::default(),
        version: 1,
        created_at: now,
        updated_at: now,
        deleted_at: None,
    })
}
