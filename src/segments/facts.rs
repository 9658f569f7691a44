//! What is known of some clients, read at once, so that many rules can be asked of them without a statement for each.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use serde_json::Value;

use super::SegmentId;
use super::rfm::RfmGroup;
use super::rule::{Field, LeadTest, Members, Node, OwnField, Rule};
use crate::accounts::permissions::Permission;
use crate::accounts::{Principal, UserId};
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::contacts::identity::IdentityKind;
use crate::db::Connection;
use crate::db::conditions::OneOf;
use crate::db::schema::{
    companies, contact_tags, contacts, identities, leads, rfm_scores, segment_members, stage_intervals,
    timeline_entries as entries,
};
use crate::db::types::{Guid, Instant, Json};
use crate::error::Result;
use crate::interactions::{Channel, Direction};
use crate::pipelines::{LeadId, LostReasonId, PipelineId, StageId, StageKind};

/// So many entries of lines are read into memory at once; of whom there are more, the database is asked.
const MOST_ENTRIES: i64 = 4_000;

/// Of a client itself, not of those merged into it.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = contacts)]
pub(super) struct Own {
    pub(super) id: ContactId,
    pub(super) given_name: Option<String>,
    pub(super) family_name: Option<String>,
    pub(super) display_name: String,
    pub(super) job_title: Option<String>,
    pub(super) language: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) source: Option<String>,
    pub(super) owner_id: Option<UserId>,
    pub(super) company_id: Option<CompanyId>,
    pub(super) created_at: Instant,
    pub(super) updated_at: Instant,
    pub(super) anonymous: bool,
    pub(super) address: Option<Json<Value>>,
    pub(super) emails: Json<Value>,
    pub(super) phones: Json<Value>,
    pub(super) consents: Json<Value>,
    pub(super) custom: Json<Value>,
}

/// Of a client's company.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = companies)]
pub(super) struct Firm {
    id: CompanyId,
    pub(super) name: String,
    pub(super) industry: Option<String>,
    pub(super) domain: Option<String>,
    pub(super) source: Option<String>,
    pub(super) address: Option<Json<Value>>,
    pub(super) custom: Json<Value>,
}

/// A touchpoint, or a change of the client's fields.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = entries)]
pub(super) struct Entry {
    contact_id: ContactId,
    pub(super) occurred_at: Instant,
    /// None of a change.
    pub(super) channel: Option<Channel>,
    pub(super) online: Option<bool>,
    pub(super) direction: Option<Direction>,
    pub(super) kind: Option<String>,
    pub(super) amount: Option<i64>,
    pub(super) currency: Option<String>,
    pub(super) campaign: Option<String>,
    pub(super) utm_source: Option<String>,
    pub(super) utm_medium: Option<String>,
    pub(super) utm_campaign: Option<String>,
    pub(super) utm_term: Option<String>,
    pub(super) utm_content: Option<String>,
    pub(super) source: Option<String>,
    pub(super) channel_group: Option<String>,
    pub(super) properties: Option<Json<Value>>,
}

/// A lead that is not in the bin.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = leads)]
pub(super) struct Lead {
    contact_id: ContactId,
    id: LeadId,
    pub(super) pipeline_id: PipelineId,
    pub(super) stage_id: StageId,
    pub(super) stage_kind: StageKind,
    pub(super) stage_entered_at: Instant,
    pub(super) entered_at: Instant,
    pub(super) closed_at: Option<Instant>,
    pub(super) owner_id: Option<UserId>,
    pub(super) amount: Option<i64>,
    pub(super) currency: Option<String>,
    pub(super) source: Option<String>,
    pub(super) first_touch_group: Option<String>,
    pub(super) last_touch_group: Option<String>,
    pub(super) lost_reason_id: Option<LostReasonId>,
    pub(super) custom: Json<Value>,
}

/// A lead's stay in a stage.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = stage_intervals)]
pub(super) struct Stay {
    lead_id: LeadId,
    pub(super) stage_id: StageId,
    pub(super) entered_at: Instant,
    pub(super) exited_at: Option<Instant>,
    pub(super) reason: Option<String>,
}

/// Scores of recency, frequency, value.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = rfm_scores)]
pub(super) struct Scores {
    contact_id: ContactId,
    pub(super) recency: i32,
    pub(super) frequency: i32,
    pub(super) monetary: i32,
    #[diesel(column_name = grp)]
    pub(super) group: RfmGroup,
}

/// A client with the facts of all that are merged into it.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) own: Own,
    pub(super) company: Option<Firm>,
    /// The addresses and numbers that find the client.
    pub(super) reached: Vec<(IdentityKind, String)>,
    pub(super) tags: BTreeSet<String>,
    /// `None` where there are too many to be held.
    pub(super) entries: Option<Vec<Entry>>,
    pub(super) leads: Vec<(Lead, Vec<Stay>)>,
    pub(super) lists: BTreeSet<SegmentId>,
    pub(super) scores: Option<Scores>,
}

/// Refuses a rule that asks for what the caller may not read: whom it is true of tells that.
///
/// # Errors
/// [`Code::Forbidden`](crate::error::Code::Forbidden).
pub fn may_ask(by: &Principal, rule: &Rule) -> Result<()> {
    let needs = Needs::of([rule].into_iter());
    let permissions = [
        (needs.leads || needs.stays, Permission::LeadsRead),
        (needs.entries, Permission::InteractionsRead),
        (needs.company, Permission::CompaniesRead),
    ];
    permissions.into_iter().filter(|(needed, _)| *needed).try_for_each(|(_, permission)| by.require(permission))
}

/// What rules ask for: nothing else is read.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a table that is read or not")]
pub(super) struct Needs {
    company: bool,
    reached: bool,
    tags: bool,
    entries: bool,
    leads: bool,
    stays: bool,
    lists: bool,
    scores: bool,
}

impl Needs {
    /// What these rules ask for.
    pub(super) fn of<'r>(rules: impl Iterator<Item = &'r Rule>) -> Self {
        let mut needs = Self::default();
        rules.for_each(|rule| needs.node(&rule.node));
        needs
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().for_each(|node| self.node(node)),
            Node::Not(node) => self.node(node),
            Node::Field(Field::Own(OwnField::Email | OwnField::Phone), _) => self.reached = true,
            Node::Field(Field::Own(own), _) => self.company |= own.is_of_company(),
            Node::Field(Field::CompanyCustom(..), _) => self.company = true,
            Node::Tag(_) => self.tags = true,
            Node::Changed(..) | Node::Touch(_) | Node::Sequence(_) => self.entries = true,
            Node::Lead(test) => {
                let LeadTest { reached, entered, time_in_stage, reason, .. } = &**test;
                self.leads = true;
                self.stays |= reached.is_some() || entered.is_some() || time_in_stage.is_some() || reason.is_some();
            }
            Node::Rfm(_) => self.scores = true,
            Node::Segment(_, Members::Rule(rule)) => self.node(&rule.node),
            Node::Segment(_, Members::Listed) => self.lists = true,
            Node::Field(Field::Custom(..), _) | Node::Consent(..) => {}
        }
    }
}

fn ids(of: &[ContactId]) -> Vec<Guid> {
    of.iter().map(|id| id.0).collect()
}

/// Reads what is known of clients. `whose` names all whose facts count, and the client that each counts for.
///
/// # Errors
/// The database is away.
pub(super) fn load(
    conn: &mut Connection,
    whose: &BTreeMap<ContactId, ContactId>,
    needs: Needs,
) -> Result<BTreeMap<ContactId, Client>> {
    let roots: Vec<ContactId> = whose.values().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let members: Vec<ContactId> = whose.keys().copied().collect();
    let rows = contacts::table.filter(OneOf::new("contacts.id", ids(&roots))).select(Own::as_select());
    let mut clients: BTreeMap<ContactId, Client> = BTreeMap::new();
    for own in rows.load::<Own>(conn)? {
        let (tags, lists, leads) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        let (reached, entries) = (Vec::new(), Some(Vec::new()));
        let client = Client { own, company: None, reached, tags, entries, leads, lists, scores: None };
        clients.insert(client.own.id, client);
    }
    if needs.company {
        load_companies(conn, &mut clients)?;
    }
    if needs.reached {
        load_reached(conn, whose, &members, &mut clients)?;
    }
    if needs.tags {
        let rows = contact_tags::table.filter(OneOf::new("contact_tags.contact_id", ids(&roots)));
        for (id, tag) in rows.select((contact_tags::contact_id, contact_tags::tag)).load::<(ContactId, String)>(conn)? {
            clients.get_mut(&id).map(|client| client.tags.insert(tag));
        }
    }
    if needs.scores {
        let rows = rfm_scores::table.filter(OneOf::new("rfm_scores.contact_id", ids(&roots)));
        for scores in rows.select(Scores::as_select()).load(conn)? {
            if let Some(client) = clients.get_mut(&scores.contact_id) {
                client.scores = Some(scores);
            }
        }
    }
    if needs.lists {
        let there = segment_members::left_at.is_null();
        let rows = segment_members::table.filter(OneOf::new("segment_members.contact_id", ids(&members))).filter(there);
        let rows = rows.select((segment_members::contact_id, segment_members::segment_id));
        for (id, segment) in rows.load::<(ContactId, SegmentId)>(conn)? {
            whose.get(&id).and_then(|root| clients.get_mut(root)).map(|client| client.lists.insert(segment));
        }
    }
    if needs.leads {
        load_leads(conn, whose, needs.stays, &mut clients)?;
    }
    if needs.entries {
        load_entries(conn, whose, &members, &mut clients)?;
    }
    Ok(clients)
}

fn load_companies(conn: &mut Connection, clients: &mut BTreeMap<ContactId, Client>) -> Result<()> {
    let named: BTreeSet<_> = clients.values().filter_map(|client| client.own.company_id).collect();
    let rows = companies::table
        .filter(OneOf::new("companies.id", named.iter().map(|id| id.0).collect()))
        .filter(companies::deleted_at.is_null())
        .select(Firm::as_select());
    let known: BTreeMap<_, _> = rows.load::<Firm>(conn)?.into_iter().map(|firm| (firm.id, firm)).collect();
    for client in clients.values_mut() {
        client.company = client.own.company_id.and_then(|id| known.get(&id)).cloned();
    }
    Ok(())
}

fn load_reached(
    conn: &mut Connection,
    whose: &BTreeMap<ContactId, ContactId>,
    members: &[ContactId],
    clients: &mut BTreeMap<ContactId, Client>,
) -> Result<()> {
    let rows = identities::table
        .filter(OneOf::new("identities.contact_id", ids(members)))
        .filter(identities::retired_at.is_null())
        .select((identities::contact_id, identities::kind, identities::value));
    for (id, kind, value) in rows.load::<(ContactId, IdentityKind, String)>(conn)? {
        if let Some(client) = whose.get(&id).and_then(|root| clients.get_mut(root)) {
            client.reached.push((kind, value));
        }
    }
    Ok(())
}

fn load_leads(
    conn: &mut Connection,
    whose: &BTreeMap<ContactId, ContactId>,
    with_stays: bool,
    clients: &mut BTreeMap<ContactId, Client>,
) -> Result<()> {
    let members: Vec<ContactId> = whose.keys().copied().collect();
    let rows = leads::table.filter(OneOf::new("leads.contact_id", ids(&members))).filter(leads::deleted_at.is_null());
    let rows: Vec<Lead> = rows.select(Lead::as_select()).load(conn)?;
    let mut stays: BTreeMap<LeadId, Vec<Stay>> = BTreeMap::new();
    if with_stays && !rows.is_empty() {
        let of = stage_intervals::table.filter(OneOf::new("stage_intervals.contact_id", ids(&members)));
        for stay in of.select(Stay::as_select()).load::<Stay>(conn)? {
            stays.entry(stay.lead_id).or_default().push(stay);
        }
    }
    for lead in rows {
        if let Some(client) = whose.get(&lead.contact_id).and_then(|root| clients.get_mut(root)) {
            let stays = stays.remove(&lead.id).unwrap_or_default();
            client.leads.push((lead, stays));
        }
    }
    Ok(())
}

/// Reads lines; where they are too long together, a half of them after the other.
fn load_entries(
    conn: &mut Connection,
    whose: &BTreeMap<ContactId, ContactId>,
    members: &[ContactId],
    clients: &mut BTreeMap<ContactId, Client>,
) -> Result<()> {
    const CHANGES: [&str; 2] = ["contact.updated", "contact.owner_changed"];
    let change = entries::entry_type.eq("change").and(entries::kind.assume_not_null().eq_any(CHANGES));
    let rows: Vec<Entry> = entries::table
        .filter(OneOf::new("timeline_entries.contact_id", ids(members)))
        .filter(entries::deleted_at.is_null())
        .filter(entries::channel.is_not_null().or(change))
        .select(Entry::as_select())
        .limit(MOST_ENTRIES + 1)
        .load(conn)?;
    if i64::try_from(rows.len()).unwrap_or(i64::MAX) <= MOST_ENTRIES {
        for entry in rows {
            let client = whose.get(&entry.contact_id).and_then(|root| clients.get_mut(root));
            if let Some(entries) = client.and_then(|client| client.entries.as_mut()) {
                entries.push(entry);
            }
        }
    } else if let [one] = members {
        if let Some(client) = whose.get(one).and_then(|root| clients.get_mut(root)) {
            client.entries = None;
        }
    } else {
        let (first, second) = members.split_at(members.len() / 2);
        load_entries(conn, whose, first, clients)?;
        load_entries(conn, whose, second, clients)?;
    }
    Ok(())
}
