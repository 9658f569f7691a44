//! The facts of a journey's clients, a few hundred clients at a time.

use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::prelude::*;
use serde_json::{Map, Value};

use super::fold::{Bounds, Seen, Walked, walk};
use super::model::{Fact, Journey};
use super::parts::{Breakdown, Parts};
use super::steps::TouchStep;
use crate::accounts::{Principal, UserId};
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::db::conditions::OneOf;
use crate::db::schema::{contacts, leads, stage_intervals as intervals, timeline_entries as entries};
use crate::db::types::{Guid, Instant, Json};
use crate::db::{Connection, MultiBackend};
use crate::error::Result;
use crate::funnel::values::Values;
use crate::interactions::{Channel, Direction};
use crate::pipelines::StageId;
use crate::timeline::page::of_seen_leads;

/// Clients whose facts are read together.
const TOGETHER: usize = 256;
/// Contacts whose survivors are looked up together.
const MERGED_TOGETHER: usize = 4096;

type Boxed = entries::BoxedQuery<'static, MultiBackend>;

/// A client as filters and breakdowns see it: the survivor of all that is merged into it.
#[derive(Debug, Clone)]
pub struct Client {
    pub id: ContactId,
    pub owner_id: Option<UserId>,
    pub source: Option<String>,
    pub company_id: Option<CompanyId>,
    /// What the custom field that is broken down by says.
    pub custom: Option<Values>,
}

/// A client of the cohort.
#[derive(Debug)]
pub struct Met<'a> {
    pub client: ContactId,
    pub walked: Walked,
    /// What the facts are of which `walked` gives the places.
    pub records: &'a [Record],
    /// The parts that it belongs to: one, but of segments and of lists of choices.
    pub buckets: Vec<Option<String>>,
}

/// Gives every client of the cohort to `visit`, each once; then what was looked up of the parts.
///
/// # Errors
/// There is no such segment, or it is broken.
pub fn cohort(
    conn: &mut Connection,
    by: &Principal,
    journey: &Journey,
    visit: &mut dyn FnMut(Met<'_>),
) -> Result<Parts> {
    let bounds = Bounds {
        from: journey.span.from.micros(),
        to: journey.span.to.micros().min(journey.span.as_of.micros()),
        as_of: journey.span.as_of.micros(),
        window: journey.window,
        steps: journey.steps.len(),
    };
    let candidates = candidates(conn, journey, bounds)?;
    let roots = roots(conn, candidates)?;
    let parts = Parts::new(conn, journey, &roots)?;
    for some in roots.chunks(TOGETHER) {
        let clients = clients(conn, by, journey, &parts, some)?;
        let lines = lines(conn, &clients)?;
        let mut facts = facts(conn, by, journey, &lines)?;
        for client in clients {
            let own = facts.remove(&client.id).unwrap_or_default();
            let Some(walked) = walk(&own.seen, bounds) else { continue };
            let first = walked.facts.first().copied().flatten().and_then(|place| own.texts.get(place)?.as_deref());
            let buckets = parts.of(journey, &client, first, walked.cohort_at);
            visit(Met { client: client.id, walked, records: &own.records, buckets });
        }
    }
    Ok(parts)
}

/// Whoever has a fact of the first step in the period, as far as an index tells.
fn candidates(conn: &mut Connection, journey: &Journey, bounds: Bounds) -> Result<Vec<ContactId>> {
    let range = (Instant::from_micros(bounds.from), Instant::from_micros(bounds.to));
    let (Some(from), Some(to)) = range else { return Ok(Vec::new()) };
    match journey.steps.first().map(|step| &step.fact) {
        Some(Fact::Touch(touch)) => {
            let rows = touches(std::slice::from_ref(&touch));
            let rows = rows.filter(entries::occurred_at.ge(from).and(entries::occurred_at.lt(to)));
            Ok(rows.select(entries::contact_id).distinct().order(entries::contact_id).load(conn)?)
        }
        Some(Fact::Stage(stages)) => {
            let rows = intervals::table.filter(intervals::stage_id.eq_any(stages.iter().copied().collect::<Vec<_>>()));
            let rows = rows.filter(intervals::entered_at.ge(from).and(intervals::entered_at.lt(to)));
            Ok(rows.select(intervals::contact_id).distinct().order(intervals::contact_id).load(conn)?)
        }
        None => Ok(Vec::new()),
    }
}

/// Touchpoints that may be of one of these steps.
fn touches(steps: &[&TouchStep]) -> Boxed {
    let mut rows =
        entries::table.filter(entries::channel.is_not_null()).filter(entries::deleted_at.is_null()).into_boxed();
    if steps.iter().all(|step| !step.channels.is_empty()) {
        let channels: Vec<Channel> = steps.iter().flat_map(|step| step.channels.iter().copied()).collect();
        rows = rows.filter(entries::channel.eq_any(channels).assume_not_null());
    }
    if steps.iter().all(|step| !step.kinds.is_empty()) {
        let kinds: Vec<String> = steps.iter().flat_map(|step| step.kinds.iter().cloned()).collect();
        rows = rows.filter(entries::kind.eq_any(kinds).assume_not_null());
    }
    if steps.iter().all(|step| !step.channel_groups.is_empty()) {
        let groups: Vec<String> = steps.iter().flat_map(|step| step.channel_groups.iter().cloned()).collect();
        rows = rows.filter(entries::channel_group.eq_any(groups).assume_not_null());
    }
    rows
}

/// Contacts, each merged one replaced by its survivor, in order.
fn roots(conn: &mut Connection, contacts: Vec<ContactId>) -> Result<Vec<ContactId>> {
    let mut survivors: HashMap<ContactId, ContactId> = HashMap::new();
    for some in contacts.chunks(MERGED_TOGETHER) {
        let merged = contacts::table.filter(OneOf::new("contacts.id", ids(some.iter().copied())));
        let merged = merged.filter(contacts::merged_into.is_not_null());
        let merged = merged.select((contacts::id, contacts::merged_into.assume_not_null()));
        survivors.extend(merged.load::<(ContactId, ContactId)>(conn)?);
    }
    let mut roots: Vec<ContactId> = contacts.into_iter().map(|id| survivors.get(&id).copied().unwrap_or(id)).collect();
    roots.sort_unstable();
    roots.dedup();
    Ok(roots)
}

fn ids(ids: impl IntoIterator<Item = ContactId>) -> Vec<Guid> {
    ids.into_iter().map(|id| id.0).collect()
}

type Row = (ContactId, Option<UserId>, Option<String>, Option<CompanyId>);

/// Those of them whom the caller sees and the filters let through, in order.
fn clients(
    conn: &mut Connection,
    by: &Principal,
    journey: &Journey,
    parts: &Parts,
    some: &[ContactId],
) -> Result<Vec<Client>> {
    let live = contacts::table.filter(OneOf::new("contacts.id", ids(some.iter().copied())));
    let live = live.filter(contacts::deleted_at.is_null()).order(contacts::id);
    let rows: Vec<Row> =
        live.select((contacts::id, contacts::owner_id, contacts::source, contacts::company_id)).load(conn)?;
    let client = |(id, owner_id, source, company_id)| Client { id, owner_id, source, company_id, custom: None };
    let seen = rows.into_iter().map(client).filter(|client| by.scope.sees(client.owner_id));
    let mut seen: Vec<Client> = seen.filter(|client| parts.lets(&journey.only, client)).collect();
    if matches!(journey.breakdown, Breakdown::Custom(..)) {
        let rows = contacts::table.filter(OneOf::new("contacts.id", ids(seen.iter().map(|client| client.id))));
        let rows: Vec<(ContactId, Json<Map<String, Value>>)> =
            rows.select((contacts::id, contacts::custom)).load(conn)?;
        let mut values: HashMap<ContactId, Option<Values>> =
            rows.into_iter().map(|(id, Json(custom))| (id, journey.breakdown.values(&custom))).collect();
        for client in &mut seen {
            client.custom = values.remove(&client.id).flatten();
        }
    }
    Ok(seen)
}

/// Whose facts belong to whom: the survivor of each contact.
fn lines(conn: &mut Connection, clients: &[Client]) -> Result<HashMap<ContactId, ContactId>> {
    let roots = ids(clients.iter().map(|client| client.id));
    let merged = contacts::table.filter(OneOf::new("contacts.merged_into", roots));
    let merged = merged.select((contacts::id, contacts::merged_into.assume_not_null()));
    let mut lines: HashMap<ContactId, ContactId> = merged.load::<(ContactId, ContactId)>(conn)?.into_iter().collect();
    lines.extend(clients.iter().map(|client| (client.id, client.id)));
    Ok(lines)
}

/// What a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// A touchpoint.
    Touch(Guid),
    /// A stay in a stage, which begins with the fact.
    Stay(Guid),
}

/// A client's facts in order, and what each of them is.
#[derive(Debug, Default)]
struct Facts {
    seen: Vec<Seen>,
    records: Vec<Record>,
    /// What the breakdown asks of touchpoints: a channel group or a campaign.
    texts: Vec<Option<String>>,
}

type Touch = (
    ContactId,
    Instant,
    Guid,
    Channel,
    bool,
    Option<Direction>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

/// What orders facts of one instant: touchpoints before entries to stages, then ids.
type Place = (i64, u8, Guid);

/// The facts of each root, in order.
fn facts(
    conn: &mut Connection,
    by: &Principal,
    journey: &Journey,
    lines: &HashMap<ContactId, ContactId>,
) -> Result<HashMap<ContactId, Facts>> {
    let members: Vec<Guid> = lines.keys().map(|member| member.0).collect();
    let mut found: BTreeMap<(ContactId, Place), (u32, Option<String>)> = BTreeMap::new();
    let touches = touch_facts(conn, by, journey, members.clone())?.into_iter().map(|found| (0, found));
    let stages = stage_facts(conn, by, journey, members)?.into_iter().map(|found| (1, found));
    for (kind, (client, at, id, steps, text)) in touches.chain(stages) {
        if let Some(root) = lines.get(&client) {
            found.insert((*root, (at.micros(), kind, id)), (steps, text));
        }
    }
    let mut out: HashMap<ContactId, Facts> = HashMap::new();
    for ((root, (at, kind, id)), (steps, text)) in found {
        let own = out.entry(root).or_default();
        own.seen.push(Seen { at, steps });
        own.records.push(if kind == 0 { Record::Touch(id) } else { Record::Stay(id) });
        own.texts.push(text);
    }
    Ok(out)
}

/// Whose fact, when, its id, which steps it is one of, and what the breakdown asks of it.
type Found = (ContactId, Instant, Guid, u32, Option<String>);

fn touch_facts(conn: &mut Connection, by: &Principal, journey: &Journey, members: Vec<Guid>) -> Result<Vec<Found>> {
    let steps: Vec<(usize, &TouchStep)> = journey
        .steps
        .iter()
        .enumerate()
        .filter_map(|(n, step)| if let Fact::Touch(touch) = &step.fact { Some((n, touch)) } else { None })
        .collect();
    if steps.is_empty() || members.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<&TouchStep> = steps.iter().map(|(_, touch)| *touch).collect();
    let mut rows = touches(&wanted)
        .filter(OneOf::new("timeline_entries.contact_id", members))
        .filter(entries::occurred_at.lt(journey.span.as_of));
    if let Some(seen) = of_seen_leads(by) {
        rows = rows.filter(seen);
    }
    let columns = (
        entries::contact_id,
        entries::occurred_at,
        entries::id,
        entries::channel.assume_not_null(),
        entries::online.assume_not_null(),
        entries::direction,
        entries::kind,
        entries::channel_group,
        entries::utm_campaign,
        entries::campaign,
    );
    let rows: Vec<Touch> = rows.select(columns).load(conn)?;
    let fits = |touch: &Touch| steps.iter().filter(|(_, step)| step.fits(touch)).map(|(n, _)| *n).collect::<Vec<_>>();
    let rows: Vec<(Touch, Vec<usize>)> = rows
        .into_iter()
        .map(|touch| (fits(&touch), touch))
        .filter(|(n, _)| !n.is_empty())
        .map(|(n, t)| (t, n))
        .collect();
    let told = |n: &usize| steps.iter().any(|(step, touch)| step == n && !touch.properties.is_empty());
    let asked: Vec<Guid> = rows.iter().filter(|(_, n)| n.iter().any(told)).map(|(touch, _)| touch.2).collect();
    let properties = properties(conn, &asked)?;
    let mut out = Vec::with_capacity(rows.len());
    for (touch, fits) in rows {
        let own = properties.get(&touch.2);
        let holds = |n: &usize| {
            let step = steps.iter().find(|(step, _)| step == n);
            step.is_some_and(|(_, step)| step.properties.iter().all(|test| test.holds(own)))
        };
        let bits = fits.iter().filter(|n| holds(n)).fold(0_u32, |bits, n| bits | 1 << n);
        if bits > 0 {
            let text = match journey.breakdown {
                Breakdown::ChannelGroup => touch.7,
                Breakdown::Campaign => touch.8.or(touch.9),
                _ => None,
            };
            out.push((touch.0, touch.1, touch.2, bits, text));
        }
    }
    Ok(out)
}

impl TouchStep {
    fn fits(&self, touch: &Touch) -> bool {
        let (_, _, _, channel, online, direction, kind, group, utm_campaign, campaign) = touch;
        let one_of = |list: &[String], value: &Option<String>| {
            list.is_empty() || value.as_ref().is_some_and(|value| list.contains(value))
        };
        // Notes are no touchpoints: only who asks for them is shown them.
        (self.channels.contains(channel) || self.channels.is_empty() && *channel != Channel::Note)
            && self.online.is_none_or(|wanted| wanted == *online)
            && self.direction.is_none_or(|wanted| Some(wanted) == *direction)
            && one_of(&self.kinds, kind)
            && one_of(&self.channel_groups, group)
            && (one_of(&self.campaigns, utm_campaign) || one_of(&self.campaigns, campaign))
    }
}

fn properties(conn: &mut Connection, ids: &[Guid]) -> Result<HashMap<Guid, Value>> {
    let mut found = HashMap::new();
    for some in ids.chunks(1024) {
        let rows = entries::table.filter(OneOf::new("timeline_entries.id", some.to_vec()));
        let rows = rows.filter(entries::properties.is_not_null());
        let rows: Vec<(Guid, Json<Value>)> =
            rows.select((entries::id, entries::properties.assume_not_null())).load(conn)?;
        found.extend(rows.into_iter().map(|(id, Json(value))| (id, value)));
    }
    Ok(found)
}

fn stage_facts(conn: &mut Connection, by: &Principal, journey: &Journey, members: Vec<Guid>) -> Result<Vec<Found>> {
    let steps: Vec<(usize, &HashSet<StageId>)> = journey
        .steps
        .iter()
        .enumerate()
        .filter_map(|(n, step)| if let Fact::Stage(stages) = &step.fact { Some((n, stages)) } else { None })
        .collect();
    if steps.is_empty() || members.is_empty() {
        return Ok(Vec::new());
    }
    let stages: HashSet<StageId> = steps.iter().flat_map(|(_, stages)| stages.iter().copied()).collect();
    let rows = intervals::table
        .inner_join(leads::table.on(leads::id.eq(intervals::lead_id)))
        .filter(OneOf::new("stage_intervals.contact_id", members))
        .filter(intervals::entered_at.lt(journey.span.as_of).and(leads::deleted_at.is_null()))
        .select((intervals::contact_id, intervals::entered_at, intervals::id, intervals::stage_id, leads::owner_id));
    let rows: Vec<(ContactId, Instant, Guid, StageId, Option<UserId>)> = rows.load(conn)?;
    let seen = rows.into_iter().filter(|row| stages.contains(&row.3) && by.scope.sees(row.4));
    Ok(seen
        .map(|(client, at, id, stage, _)| {
            let bits = steps.iter().filter(|(_, stages)| stages.contains(&stage)).fold(0, |bits, (n, _)| bits | 1 << n);
            (client, at, id, bits, None)
        })
        .collect())
}
