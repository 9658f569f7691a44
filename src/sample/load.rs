//! Puts the made-up business into a database, through the same functions as the API.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use validator::Validate;

use super::plan::{Client, Lead, Plan, Step, Touch};
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
use crate::error::{Code, Error, Result};
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
pub struct Setting {
    staff: Vec<UserId>,
    companies: Vec<CompanyId>,
    sales: Sales,
    /// Whether the demo's custom fields are there.
    fields: bool,
    /// A tag that all clients bear.
    tag: Option<&'static str>,
}

/// The pipeline that leads move through.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sales {
    pub(super) pipeline: PipelineId,
    open: Vec<StageId>,
    won: StageId,
    lost: StageId,
    pub(super) reasons: Vec<LostReasonId>,
}

impl Setting {
    /// Everything is one person's or nobody's, and all clients bear the tag.
    pub(super) fn of_one(owner: Option<UserId>, companies: Vec<CompanyId>, sales: Sales, tag: &'static str) -> Self {
        Self {
            staff: owner.map_or_else(Vec::new, |owner| vec![owner; words::STAFF.len()]),
            companies,
            sales,
            fields: false,
            tag: Some(tag),
        }
    }
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
            some.map(|client| load_client(conn, &setting, client).map(drop)).collect::<Result<Vec<()>>>()
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
pub(super) fn fault(error: Error) -> Error {
    match error.errors.first() {
        Some(bad) if error.code == Code::Invalid => Error::internal(format!("{}: {}", bad.field, bad.message)),
        _ => error,
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
    let companies = add_companies(conn, &by, &["business"])?;
    Ok(Setting { staff, companies, sales: add_sales(conn, &by, "Sales")?.0, fields: true, tag: None })
}

/// Makes the companies that clients work for.
pub(super) fn add_companies(conn: &mut Connection, by: &Principal, tags: &[&str]) -> Result<Vec<CompanyId>> {
    let mut made = Vec::new();
    for (name, industry) in words::COMPANIES {
        let new = json!({ "name": name, "industry": industry, "tags": tags });
        let new = input::<CompanyInput>(&new)?.parse(REGION).map_err(fault)?;
        made.push(companies::store::insert(conn, by, &new, true).map_err(fault)?.id);
    }
    Ok(made)
}

/// Makes the pipeline, and the lost reasons that are not there yet; says which reasons are new.
pub(super) fn add_sales(conn: &mut Connection, by: &Principal, name: &str) -> Result<(Sales, Vec<LostReasonId>)> {
    let pipeline = pipelines::insert(conn, by, &input(&stages(name))?)?;
    let stage = |name: &str| pipeline.stages.iter().find(|stage| stage.name == name).map(|stage| stage.id);
    let missing = || Error::internal("a stage of the demo is missing");
    let known = lost_reasons::all(conn)?;
    let (mut reasons, mut new) = (Vec::new(), Vec::new());
    for name in words::LOST {
        if let Some(known) = known.iter().find(|known| known.name == name && known.archived_at.is_none()) {
            reasons.push(known.id);
        } else if !known.iter().any(|known| known.name == name) {
            let made = lost_reasons::insert(conn, by, &input(&json!({ "name": name }))?)?.id;
            reasons.push(made);
            new.push(made);
        }
    }
    let sales = Sales {
        pipeline: pipeline.id,
        open: words::STAGES.iter().filter_map(|(name, ..)| stage(name)).collect(),
        won: stage("Won").ok_or_else(missing)?,
        lost: stage("Lost").ok_or_else(missing)?,
        reasons,
    };
    Ok((sales, new))
}

fn custom_fields() -> [Value; 3] {
    [
        json!({ "entity": "contact", "key": "roof", "label": "Roof", "kind": "choice", "options": ["tile", "slate", "metal", "flat"] }),
        json!({ "entity": "contact", "key": "heating", "label": "Heating", "kind": "choice", "options": ["gas", "oil", "electric", "heat_pump"] }),
        json!({ "entity": "contact", "key": "usage_kwh", "label": "Electricity, kWh a year", "kind": "number" }),
    ]
}

fn stages(name: &str) -> Value {
    let open = words::STAGES.iter().map(|(name, probability, stale)| {
        json!({ "name": name, "kind": "open", "probability": probability, "stale_after_days": stale })
    });
    let ends = [json!({ "name": "Won", "kind": "won" }), json!({ "name": "Lost", "kind": "lost" })];
    json!({ "name": name, "stages": open.chain(ends).collect::<Vec<_>>() })
}

/// Whoever of the staff did it.
fn person(setting: &Setting, index: Option<usize>) -> Principal {
    let user = index.and_then(|index| setting.staff.get(index)).copied();
    Principal { actor: user.map_or(Actor::System, Actor::User), ..Principal::system() }
}

/// Whether a client did it all alone, on a page or with a program: nobody here recorded it.
fn is_their_own(touch: &Touch) -> bool {
    touch.inbound && matches!(touch.channel, "web" | "ad" | "social" | "email" | "chat")
}

/// Puts a client with their whole history into the database.
pub(super) fn load_client(conn: &mut Connection, setting: &Setting, client: &Client) -> Result<ContactId> {
    let by = person(setting, client.owner.or(Some(2)));
    let said: ContactInput = input(&contact(setting, client))?;
    let fields = said.parse(REGION).map_err(fault)?;
    let id = contacts::store::insert(conn, &by, NewContact { fields, partial: true }).map_err(fault)?.id;
    for lead in &client.leads {
        load_lead(conn, &by, setting, id, client, lead)?;
    }
    let touches = client.touches.iter().map(|touch| {
        let said = json!({
            "contact": { "id": id }, "channel": touch.channel, "occurred_at": touch.at, "kind": touch.kind,
            "direction": if touch.inbound { "inbound" } else { "outbound" }, "subject": touch.subject,
            "duration_seconds": touch.duration, "campaign": touch.campaign, "utm_campaign": touch.utm.and(touch.campaign.as_ref()),
            "utm_source": touch.utm.map(|(source, _)| source), "utm_medium": touch.utm.map(|(_, medium)| medium),
        });
        (said, is_their_own(touch))
    });
    let notes = client.notes.iter().map(|(at, text)| {
        let said = json!({ "contact": { "id": id }, "channel": "note", "direction": "internal", "occurred_at": at, "body": text });
        (said, false)
    });
    let now = Instant::now();
    let nobody = Principal::system();
    let rows = touches.chain(notes).map(|(said, own)| {
        let draft = input::<NewInteraction>(&said)?.parse(now, REGION).map_err(fault)?;
        Ok(draft.of(if own { &nobody } else { &by }, id))
    });
    interactions::store::insert(conn, &mut rows.collect::<Result<Vec<_>>>()?)?;
    load_tasks(conn, setting, id, client)?;
    Ok(id)
}

fn contact(setting: &Setting, client: &Client) -> Value {
    let (street, town, postcode) = &client.address;
    let tags: Vec<_> = client.tags.iter().copied().chain(setting.tag).collect();
    let mut said = json!({
        "given_name": client.given_name, "family_name": client.family_name, "emails": [{ "address": client.email }],
        "company_id": client.company.and_then(|index| setting.companies.get(index)),
        "owner_id": client.owner.and_then(|index| setting.staff.get(index)),
        "source": client.source, "tags": tags, "language": "en-GB", "time_zone": "Europe/London",
        "address": { "street": street, "city": town, "postal_code": postcode, "country": "GB" },
    });
    let mut more = Map::new();
    if setting.fields {
        let house = &client.house;
        let custom = json!({ "roof": house.roof, "heating": house.heating, "usage_kwh": house.usage_kwh });
        more.insert("custom".to_owned(), custom);
    }
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
        pipeline_id: Some(setting.sales.pipeline),
        title: Some(lead.title.to_owned()),
        owner_id: Some(client.owner.and_then(|index| setting.staff.get(index)).copied()),
        amount: Some(lead.amount),
        currency: Some("GBP".to_owned()),
        source: Some(client.source.to_owned()),
        expected_close_on: Some(close),
        entered_at: Some(lead.entered_at),
        partial: true,
        ..NewLead::default()
    };
    let (made, _) = leads::insert(conn, by, contact, &new).map_err(fault)?;
    for (step, at) in &lead.moves {
        let (stage, lost_reason_id) = match step {
            Step::Open(index) => (setting.sales.open.get(*index).copied(), None),
            Step::Won => (Some(setting.sales.won), None),
            Step::Lost(index) => (Some(setting.sales.lost), setting.sales.reasons.get(*index).copied()),
        };
        let stage_id = stage.ok_or_else(|| Error::internal("a stage of the demo is missing"))?;
        let step = StageMove { stage_id, at: Some(*at), reason: None, lost_reason_id };
        moves::move_stage(conn, by, made.id, None, &step).map_err(fault)?;
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
