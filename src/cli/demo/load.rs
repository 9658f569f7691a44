//! Puts the made-up business into a database, through the same functions as the API.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use validator::Validate;

use super::plan::{Client, Lead, Plan, Step};
use super::words;
use crate::accounts::passwords::{self, Secret};
use crate::accounts::users::{self, NewUserInput};
use crate::accounts::{Actor, Principal, TeamId, UserId, teams};
use crate::companies::model::CompanyInput;
use crate::companies::{self, CompanyId};
use crate::contacts::model::{ContactInput, NewContact};
use crate::contacts::{self, ContactId};
use crate::db::types::Instant;
use crate::db::{Connection, Db};
use crate::error::{Error, Result};
use crate::fields;
use crate::http::read_json;
use crate::interactions::{self, NewInteraction, tasks};
use crate::pipelines::leads::{NewLead, StageMove, moves, store as leads};
use crate::pipelines::{LostReasonId, PipelineId, StageId, lost_reasons, store as pipelines};

/// The password of everybody in the demo, which only this machine can reach.
pub const PASSWORD: &str = "solar-roof-demo";
/// The country of the demo's phone numbers.
const REGION: &str = "GB";
/// Clients loaded in one write.
const TOGETHER: usize = 40;

/// What clients refer to.
#[derive(Debug, Clone)]
struct Setting {
    staff: Vec<UserId>,
    companies: Vec<CompanyId>,
    pipeline: PipelineId,
    open: Vec<StageId>,
    won: StageId,
    lost: StageId,
    reasons: Vec<LostReasonId>,
}

/// The address a member of the staff logs in with.
#[must_use]
pub fn email(name: &str) -> String {
    format!("{name}@northlight.example")
}

/// Loads the plan into an empty, migrated database.
///
/// # Errors
/// The database refuses something: a fault of ours.
pub fn load(db: &Db, plan: Plan) -> Result<()> {
    let hash = passwords::hash(&Secret::new(PASSWORD.to_owned()))?;
    let setting = Arc::new(db.write_now(move |conn| set_up(conn, &hash))?);
    let clients = Arc::new(plan.clients);
    let mut from = 0;
    while from < clients.len() {
        let (setting, clients) = (setting.clone(), clients.clone());
        db.write_now(move |conn| {
            let some = clients.iter().skip(from).take(TOGETHER);
            some.map(|client| load_client(conn, &setting, client)).collect::<Result<Vec<()>>>()
        })?;
        from += TOGETHER;
    }
    Ok(())
}

/// An input as a request would bring it.
fn input<T: DeserializeOwned + Validate>(value: &Value) -> Result<T> {
    read_json(value.to_string().as_bytes()).map_err(fault)
}

/// Bad fields in the demo are our own fault.
fn fault(error: Error) -> Error {
    match error.errors.first() {
        Some(bad) => Error::internal(format!("{}: {}", bad.field, bad.message)),
        None => error,
    }
}

fn set_up(conn: &mut Connection, hash: &str) -> Result<Setting> {
    let by = Principal::system();
    let mut named: Vec<(&str, TeamId)> = Vec::new();
    for team in ["Homes", "Business"] {
        named.push((team, teams::insert(conn, &by, &input(&json!({ "name": team }))?)?.id()));
    }
    let mut staff = Vec::new();
    for (name, login, role, team) in words::STAFF {
        let team_id = named.iter().find(|(known, _)| Some(*known) == team).map(|(_, id)| *id);
        let new = NewUserInput {
            email: email(login),
            name: name.to_owned(),
            role: role.parse().map_err(Error::internal)?,
            team_id,
            locale: None,
            password: None,
        };
        staff.push(users::create(conn, &by, &new.parse().map_err(fault)?.0, Some(hash))?.id());
    }
    for field in custom_fields() {
        fields::insert(conn, &by, input(&field)?)?;
    }
    let mut firms = Vec::new();
    for (name, industry) in words::COMPANIES {
        let new = json!({ "name": name, "industry": industry, "tags": ["business"] });
        let new = input::<CompanyInput>(&new)?.parse(REGION).map_err(fault)?;
        firms.push(companies::store::insert(conn, &by, &new, false).map_err(fault)?.id);
    }
    let pipeline = pipelines::insert(conn, &by, &input(&stages())?)?;
    let stage = |name: &str| pipeline.stages.iter().find(|stage| stage.name == name).map(|stage| stage.id);
    let missing = || Error::internal("a stage of the demo is missing");
    let mut reasons = Vec::new();
    for name in words::LOST {
        reasons.push(lost_reasons::insert(conn, &by, &input(&json!({ "name": name }))?)?.id);
    }
    Ok(Setting {
        staff,
        companies: firms,
        pipeline: pipeline.id,
        open: words::STAGES.iter().filter_map(|(name, ..)| stage(name)).collect(),
        won: stage("Won").ok_or_else(missing)?,
        lost: stage("Lost").ok_or_else(missing)?,
        reasons,
    })
}

fn custom_fields() -> [Value; 3] {
    [
        json!({ "entity": "contact", "key": "roof", "label": "Roof", "kind": "choice", "options": ["tile", "slate", "metal", "flat"] }),
        json!({ "entity": "contact", "key": "heating", "label": "Heating", "kind": "choice", "options": ["gas", "oil", "electric", "heat_pump"] }),
        json!({ "entity": "contact", "key": "usage_kwh", "label": "Electricity, kWh a year", "kind": "number" }),
    ]
}

fn stages() -> Value {
    let open = words::STAGES.iter().map(|(name, probability, stale)| {
        json!({ "name": name, "kind": "open", "probability": probability, "stale_after_days": stale })
    });
    let ends = [json!({ "name": "Won", "kind": "won" }), json!({ "name": "Lost", "kind": "lost" })];
    json!({ "name": "Sales", "stages": open.chain(ends).collect::<Vec<_>>() })
}

/// Whoever of the staff did it.
fn person(setting: &Setting, index: Option<usize>) -> Principal {
    let user = index.and_then(|index| setting.staff.get(index)).copied();
    Principal { actor: user.map_or(Actor::System, Actor::User), ..Principal::system() }
}

fn load_client(conn: &mut Connection, setting: &Setting, client: &Client) -> Result<()> {
    let by = person(setting, client.owner.or(Some(2)));
    let said: ContactInput = input(&contact(setting, client))?;
    let fields = said.parse(REGION).map_err(fault)?;
    let id = contacts::store::insert(conn, &by, NewContact { fields, partial: false }).map_err(fault)?.id;
    for lead in &client.leads {
        load_lead(conn, &by, setting, id, client, lead)?;
    }
    let touches = client.touches.iter().map(|touch| {
        json!({
            "contact": { "id": id }, "channel": touch.channel, "occurred_at": touch.at, "kind": touch.kind,
            "direction": if touch.inbound { "inbound" } else { "outbound" }, "subject": touch.subject,
            "duration_seconds": touch.duration, "campaign": touch.campaign, "utm_campaign": touch.utm.and(touch.campaign.as_ref()),
            "utm_source": touch.utm.map(|(source, _)| source), "utm_medium": touch.utm.map(|(_, medium)| medium),
        })
    });
    let notes = client.notes.iter().map(|(at, text)| {
        json!({ "contact": { "id": id }, "channel": "note", "direction": "internal", "occurred_at": at, "body": text })
    });
    let now = Instant::now();
    let rows = touches.chain(notes).map(|said| {
        let draft = input::<NewInteraction>(&said)?.parse(now, REGION).map_err(fault)?;
        Ok(draft.of(&by, id))
    });
    interactions::store::insert(conn, &mut rows.collect::<Result<Vec<_>>>()?)?;
    load_tasks(conn, setting, id, client)
}

fn contact(setting: &Setting, client: &Client) -> Value {
    let (street, town, postcode) = &client.address;
    let mut said = json!({
        "given_name": client.given_name, "family_name": client.family_name, "emails": [{ "address": client.email }],
        "company_id": client.company.and_then(|index| setting.companies.get(index)),
        "owner_id": client.owner.and_then(|index| setting.staff.get(index)),
        "source": client.source, "tags": client.tags, "language": "en-GB", "time_zone": "Europe/London",
        "address": { "street": street, "city": town, "postal_code": postcode, "country": "GB" },
        "custom": { "roof": client.house.roof, "heating": client.house.heating, "usage_kwh": client.house.usage_kwh },
    });
    let mut more = Map::new();
    if let Some(phone) = &client.phone {
        more.insert("phones".to_owned(), json!([{ "number": phone, "label": "mobile" }]));
    }
    if let Some((granted, at)) = client.consent {
        let state = if granted { "granted" } else { "withdrawn" };
        more.insert("consents".to_owned(), json!({ "email": { "state": state, "at": at, "how": "web form" } }));
    }
    if let Value::Object(fields) = &mut said {
        fields.extend(more);
    }
    said
}

fn load_lead(
    conn: &mut Connection,
    by: &Principal,
    setting: &Setting,
    contact: ContactId,
    client: &Client,
    lead: &Lead,
) -> Result<()> {
    let close = lead.entered_at.plus(chrono::TimeDelta::days(lead.expected_after_days)).to_utc().date_naive();
    let new = NewLead {
        pipeline_id: Some(setting.pipeline),
        title: Some(lead.title.to_owned()),
        owner_id: Some(client.owner.and_then(|index| setting.staff.get(index)).copied()),
        amount: Some(lead.amount),
        currency: Some("GBP".to_owned()),
        source: Some(client.source.to_owned()),
        expected_close_on: Some(close),
        entered_at: Some(lead.entered_at),
        ..NewLead::default()
    };
    let (made, _) = leads::insert(conn, by, contact, &new).map_err(fault)?;
    for (step, at) in &lead.moves {
        let (stage, lost_reason_id) = match step {
            Step::Open(index) => (setting.open.get(*index).copied(), None),
            Step::Won => (Some(setting.won), None),
            Step::Lost(index) => (Some(setting.lost), setting.reasons.get(*index).copied()),
        };
        let stage_id = stage.ok_or_else(|| Error::internal("a stage of the demo is missing"))?;
        let step = StageMove { stage_id, at: Some(*at), reason: None, lost_reason_id };
        moves::move_stage(conn, by, made.id, &step).map_err(fault)?;
    }
    Ok(())
}

fn load_tasks(conn: &mut Connection, setting: &Setting, contact: ContactId, client: &Client) -> Result<()> {
    for task in &client.tasks {
        let by = person(setting, Some(task.assignee));
        let new = tasks::NewTask {
            contact_id: contact,
            lead_id: None,
            title: task.title.to_owned(),
            body: None,
            due_at: Some(task.due_at),
            assignee_id: by.actor.user(),
        };
        let made = tasks::insert(conn, &by, &new).map_err(fault)?;
        if task.done_at.is_some() {
            tasks::update(conn, &by, made.id, None, &input(&json!({ "done": true }))?)?;
        }
    }
    Ok(())
}
