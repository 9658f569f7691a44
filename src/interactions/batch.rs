//! Many interactions at once: each item stands alone, a bad one harms no other, and the whole is written in a few
//! statements.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use validator::Validate;

use super::{Draft, Interaction, InteractionId, NewInteraction, store};
use crate::accounts::{Principal, UserId};
use crate::contacts::identity::{self, Identity};
use crate::contacts::{self, ClientRef, ContactId};
use crate::db::Connection;
use crate::db::types::{Guid, Instant};
use crate::error::{Code, Error, Problem, Result};
pub use crate::http::batch::joined;
use crate::http::read_json;
use crate::pipelines::LeadId;

/// The most items of a request.
pub const MOST: usize = 1000;
/// How many are written together: others who write do not wait longer than for these.
pub const TOGETHER: usize = 500;

/// Interactions to record.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchInput {
    #[validate(length(min = 1, max = 1000))]
    #[schema(value_type = Vec<NewInteraction>, min_items = 1, max_items = 1000)]
    items: Vec<serde_json::Value>,
}

crate::text_enum! {
    /// What became of an item.
    pub enum ItemStatus {
        /// It was recorded.
        Created = "created",
        /// Its `(source, source_id)` was there already.
        Existing = "existing",
        /// It could not be recorded.
        Error = "error",
    }
}

/// What became of an item.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ItemResult {
    /// The item's place in the request, from 0.
    pub index: usize,
    /// What became of it.
    pub status: ItemStatus,
    /// The interaction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<InteractionId>,
    /// Its client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// What became of each item, in the order of the request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BatchResult {
    /// One for each item.
    pub items: Vec<ItemResult>,
}

impl ItemResult {
    const fn of(index: usize, status: ItemStatus, id: InteractionId, contact: ContactId) -> Self {
        Self { index, status, id: Some(id), contact_id: Some(contact), problem: None }
    }

    fn failed(index: usize, error: &Error) -> Self {
        let problem = Some(error.to_problem());
        Self { index, status: ItemStatus::Error, id: None, contact_id: None, problem }
    }
}

/// An item as it came: ready, or why it is not.
pub type Item = (usize, Result<Draft>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

/// Reads the items one by one.
///
/// # Errors
/// The body is not an object with 1 to 1,000 `items`.
pub fn parse(body: &[u8], region: &str) -> Result<Vec<Item>> {
    let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(body) else {
        let input: BatchInput = read_json(body)?;
        return Err(Error::field("items", "format", format!("cannot be read: {} items", input.items.len())));
    };
    if !(1..=MOST).contains(&envelope.items.len()) {
        return Err(Error::field("items", "length", "must have 1 to 1000 entries"));
    }
    let now = Instant::now();
    let read = |item: &RawValue| read_json::<NewInteraction>(item.get().as_bytes())?.parse(now, region);
    Ok(envelope.items.into_iter().map(read).enumerate().collect())
}

/// Records the items; problems are told in their results.
///
/// # Errors
/// The database is away.
pub fn record(conn: &mut Connection, by: &Principal, items: &[Item]) -> Result<Vec<ItemResult>> {
    let drafts: Vec<&Draft> = items.iter().filter_map(|(_, draft)| draft.as_ref().ok()).collect();
    let mut stored = stored(conn, &drafts)?;
    let leads = leads(conn, by, &drafts)?;
    let mut clients = Clients::of(conn, &drafts, stored.values().map(|(_, contact)| *contact))?;
    let mut rows: Vec<Interaction> = Vec::with_capacity(drafts.len());
    let mut results = Vec::with_capacity(items.len());
    for (index, draft) in items {
        let one = draft.as_ref().map_err(Clone::clone).and_then(|draft| {
            if let Some((id, contact)) = draft.source().and_then(|key| stored.get(&key)) {
                return if clients.sees(by, *contact) {
                    Ok(ItemResult::of(*index, ItemStatus::Existing, *id, *contact))
                } else {
                    Err(store::not_your_source())
                };
            }
            let contact = clients.find(conn, by, draft)?;
            if let Some(lead) = draft.lead_id() {
                let of = leads.get(&lead).copied();
                if !of.map_or(Ok(false), |of| contacts::cluster::are_one(conn, of, contact))? {
                    return Err(Error::invalid(vec![store::not_their_lead()]));
                }
            }
            let interaction = draft.of(by, contact);
            let result = ItemResult::of(*index, ItemStatus::Created, interaction.id, contact);
            if let Some(key) = draft.source() {
                stored.insert(key, (interaction.id, contact));
            }
            rows.push(interaction);
            Ok(result)
        });
        results.push(match one {
            Err(error) if error.transient || error.code.status() >= 500 => return Err(error),
            Err(error) => ItemResult::failed(*index, &error),
            Ok(result) => result,
        });
    }
    store::insert(conn, &mut rows)?;
    Ok(results)
}

type Stored<'a> = HashMap<(&'a str, &'a str), (InteractionId, ContactId)>;

/// Those that were recorded before, with one query a source.
fn stored<'a>(conn: &mut Connection, drafts: &[&'a Draft]) -> Result<Stored<'a>> {
    let mut wanted: HashMap<&str, HashMap<&'a str, &'a str>> = HashMap::new();
    for (source, source_id) in drafts.iter().filter_map(|draft| draft.source()) {
        wanted.entry(source).or_default().insert(source_id, source);
    }
    let mut out = HashMap::new();
    for (source, ids) in wanted {
        let list: Vec<&str> = ids.keys().copied().collect();
        for (source_id, id, contact) in store::by_source(conn, source, &list)? {
            if let Some((source_id, source)) = ids.get_key_value(source_id.as_str()) {
                out.insert((*source, *source_id), (id, contact));
            }
        }
    }
    Ok(out)
}

fn leads(conn: &mut Connection, by: &Principal, drafts: &[&Draft]) -> Result<HashMap<LeadId, ContactId>> {
    let ids: Vec<Guid> = drafts.iter().filter_map(|draft| draft.lead_id()).map(|lead| lead.0).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(store::seen_leads(conn, by, &ids)?.into_iter().collect())
}

/// The clients of a batch, found with one query a way of addressing them.
pub(super) struct Clients {
    /// Who looks after each of the contacts that are there.
    owners: HashMap<ContactId, Option<UserId>>,
    holders: HashMap<Identity, ContactId>,
    found: HashMap<Vec<Identity>, ContactId>,
}

impl Clients {
    /// Those whom the drafts name, and these others.
    pub(super) fn of(
        conn: &mut Connection,
        drafts: &[&Draft],
        others: impl Iterator<Item = ContactId>,
    ) -> Result<Self> {
        let mut ids: Vec<ContactId> = others.collect();
        let mut identities: Vec<Identity> = Vec::new();
        for draft in drafts {
            match &draft.client {
                ClientRef::Id(id) => ids.push(*id),
                ClientRef::Known { identities: known, .. } => identities.extend(known.iter().cloned()),
            }
        }
        ids.sort_unstable();
        ids.dedup();
        identities.sort_unstable();
        identities.dedup();
        let mut owners = contacts::store::owners(conn, &ids)?;
        let mut holders = HashMap::new();
        for holder in identity::holders(conn, &identities)? {
            owners.insert(holder.contact_id, holder.owner_id);
            holders.insert(holder.identity, holder.contact_id);
        }
        Ok(Self { owners, holders, found: HashMap::new() })
    }

    fn sees(&self, by: &Principal, contact: ContactId) -> bool {
        self.owners.get(&contact).is_some_and(|owner| by.scope.sees(*owner))
    }

    /// The draft's client, where the caller sees them and nothing is to be made or completed.
    pub(super) fn known(&self, by: &Principal, draft: &Draft) -> Option<ContactId> {
        let contact = match &draft.client {
            ClientRef::Id(id) => *id,
            ClientRef::Known { identities, .. } => {
                let mut known = identities.iter().map(|identity| self.holders.get(identity).copied());
                let first = known.next().flatten()?;
                if !known.all(|other| other == Some(first)) {
                    return None;
                }
                first
            }
        };
        self.sees(by, contact).then_some(contact)
    }

    /// The draft's client. Whoever is not wholly known yet goes the long way, which may make or complete a contact.
    fn find(&mut self, conn: &mut Connection, by: &Principal, draft: &Draft) -> Result<ContactId> {
        if let Some(contact) = self.known(by, draft) {
            return Ok(contact);
        }
        let ClientRef::Known { identities, .. } = &draft.client else { return Err(Error::new(Code::NotFound)) };
        if let Some(contact) = self.found.get(identities) {
            return Ok(*contact);
        }
        let contact = contacts::resolve(conn, by, &draft.client, store::unknown(draft))?.contact_id;
        self.found.insert(identities.clone(), contact);
        Ok(contact)
    }
}
