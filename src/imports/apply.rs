//! Puts what a row says into the database, through the same functions as the API: once, however often it is said.

use serde_json::{Map, json};

use super::apply_lead::{self, client_of_lead};
use super::changes::{EXTERNAL_IDS, Ledger, Of};
use super::mapping::RowKind;
use super::reader::RowError;
use super::row::{CompanyFacts, Facts, Plan};
use crate::accounts::Principal;
use crate::companies::{self, Company, CompanyChange, CompanyId, links};
use crate::contacts::identity::{Identity, IdentityKind};
use crate::contacts::model::{Contact, ContactChange, NewContact};
use crate::contacts::{self, Address, ClientRef, Unknown, cluster, identity, resolve};
use crate::db::Connection;
use crate::error::Result;
use crate::interactions::{self, Draft};

/// What became of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Something is there that was not.
    pub created: bool,
    /// Something is different.
    pub updated: bool,
    /// By what the client was found.
    pub matched: Option<IdentityKind>,
    /// Whether what identifies the client belongs to several.
    pub conflict: bool,
    /// Things to look at.
    pub warnings: Vec<RowError>,
}

/// What a row is put into the database with.
pub(super) struct Work<'a> {
    pub conn: &'a mut Connection,
    pub by: &'a Principal,
    pub plan: &'a Plan,
    pub ledger: Ledger,
    pub taken: Taken,
}

/// Takes a row; gives what it did.
///
/// # Errors
/// What the API would answer.
pub fn apply(conn: &mut Connection, by: &Principal, plan: &Plan, facts: &Facts) -> Result<(Taken, Ledger)> {
    let mut work = Work::new(conn, by, plan);
    work.taken.warnings.clone_from(&facts.warnings);
    work.row(facts)?;
    Ok((work.taken, work.ledger))
}

impl<'a> Work<'a> {
    pub fn new(conn: &'a mut Connection, by: &'a Principal, plan: &'a Plan) -> Self {
        Self { conn, by, plan, ledger: Ledger::default(), taken: Taken::default() }
    }

    fn row(&mut self, facts: &Facts) -> Result<()> {
        let company = facts.company.as_ref().map(|company| self.company(company)).transpose()?;
        if self.plan.mapping.row == RowKind::StageHistory {
            return facts.lead.as_ref().map_or(Ok(()), |lead| apply_lead::history(self, lead));
        }
        let Some(said) = &facts.contact else { return Ok(()) };
        let contact = match (&facts.lead, self.plan.mapping.row) {
            (Some(lead), RowKind::Lead) if facts.identities.is_empty() => {
                client_of_lead(self, lead, said, facts.company.as_ref(), company)?
            }
            _ => self.client(&facts.identities, said, company)?,
        };
        let lead = facts.lead.as_ref().map(|lead| apply_lead::lead(self, &contact, lead, company)).transpose()?;
        for draft in facts.touchpoint.iter().chain(&facts.notes) {
            self.touchpoint(&contact, draft)?;
        }
        if let Some(task) = &facts.task {
            self.task(&contact, task)?;
        }
        self.others(facts)?;
        if let (Some(lead), Some(facts)) = (lead, &facts.lead) {
            for draft in facts.visit.iter().chain(&facts.notes) {
                self.touchpoint(&contact, &draft.about(lead))?;
            }
        }
        Ok(())
    }

    /// The company of a row: found by its ids, else by its name; made where there is none.
    pub fn company(&mut self, facts: &CompanyFacts) -> Result<CompanyId> {
        let mut known = None;
        for (source, id) in &facts.ids {
            if known.is_none() {
                known = links::find(self.conn, source, id)?;
            }
        }
        if let (None, Some(name)) = (known, &facts.name) {
            known = companies::store::by_name(self.conn, name.trim())?;
            for (source, _) in &facts.ids {
                // The system knows the company of that name by another id: this is a second one of the same name.
                known = match known {
                    Some(company) if links::is_known(self.conn, company, source)? => None,
                    other => other,
                };
            }
        }
        let id = match known {
            Some(id) => self.known_company(id, facts)?,
            None => self.new_company(facts)?.id,
        };
        self.attach(id, &facts.ids)?;
        if let (Some(parent), Some((source, own))) = (&facts.parent, facts.ids.first()) {
            self.check_parents(source, own, parent)?;
        }
        Ok(id)
    }

    /// Lets ids in other systems find a company.
    fn attach(&mut self, company: CompanyId, ids: &[(String, String)]) -> Result<()> {
        let mut new = Vec::new();
        for (source, external) in ids {
            if links::find(self.conn, source, external)? != Some(company) {
                new.push((source, external));
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let before = links::of(self.conn, company)?;
        for (source, external) in new {
            links::attach(self.conn, company, source, external)?;
        }
        let change = json!({ "from": before, "to": links::of(self.conn, company)? });
        self.ledger.changed(Of::Company, company.0, Map::from_iter([(EXTERNAL_IDS.to_owned(), change)]));
        Ok(())
    }

    /// Makes the company of a row; nothing is written where the row's facts are refused.
    pub(super) fn new_company(&mut self, facts: &CompanyFacts) -> Result<Company> {
        // A company of which only the id is known gets its name when its own file comes.
        let id = || facts.ids.first().map(|(source, id)| format!("{source} {id}")).unwrap_or_default();
        let name = facts.name.clone().unwrap_or_else(id);
        let name = companies::store::checked_name(&name)?.name;
        let change = CompanyChange { name, ..facts.change.clone() };
        let company = companies::store::insert(self.conn, self.by, &change, true)?;
        self.ledger.created(Of::Company, company.id.0, None, &company)?;
        self.taken.created = true;
        Ok(company)
    }

    /// A known company as the row says it is. Only its own file renames it, or a name in place of an id.
    fn known_company(&mut self, id: CompanyId, facts: &CompanyFacts) -> Result<CompanyId> {
        let before = companies::store::find(self.conn, id)?;
        let unnamed = facts.ids.iter().any(|(source, id)| before.name == format!("{source} {id}"));
        let renames = self.plan.mapping.row == RowKind::Company || unnamed;
        let name = match &facts.name {
            Some(name) if renames && *name != before.name => companies::store::checked_name(name)?.name,
            _ => None,
        };
        let change = news_of_company(&before, CompanyChange { name, ..facts.change.clone() });
        let after = companies::store::update(self.conn, self.by, id, None, &change)?;
        if after.version != before.version {
            self.taken.updated = true;
            self.ledger.updated(Of::Company, id.0, None, &before, &after)?;
        }
        Ok(id)
    }

    /// Warns where companies belong to each other in a circle. The last of them to come tells it.
    fn check_parents(&mut self, source: &str, own: &str, parent: &str) -> Result<()> {
        const DEEPEST: usize = 50;
        let mut above = parent.to_owned();
        for _ in 0..DEEPEST {
            if above == own {
                let message =
                    format!("{own} belongs to {parent}, which belongs to {own} in the end: both links are kept");
                self.taken.warnings.push(RowError::new("circular", message));
                return Ok(());
            }
            let Some(company) = links::find(self.conn, source, &above)? else { return Ok(()) };
            let company = companies::store::find(self.conn, company)?;
            match company.custom.0.get(super::mapping::PARENT).and_then(serde_json::Value::as_str) {
                Some(next) => next.clone_into(&mut above),
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// The row's client: made, or brought up to what the row says. What a row leaves out stays.
    pub fn client(
        &mut self,
        identities: &[Identity],
        said: &ContactChange,
        company: Option<CompanyId>,
    ) -> Result<Contact> {
        let by = self.by;
        let company_id = company.map(Some);
        let holders = identity::holders(self.conn, identities)?;
        let Some(first) = holders.first() else {
            let fields = ContactChange { company_id, ..said.clone() };
            let contact = contacts::store::insert(self.conn, by, NewContact { fields, partial: true })?;
            self.ledger.created(Of::Contact, contact.id.0, Some(contact.id), &contact)?;
            self.taken.created = true;
            return Ok(contact);
        };
        self.taken.matched = Some(first.identity.kind);
        if let Some(other) = holders.iter().find(|other| other.root != first.root) {
            self.taken.conflict = true;
            self.taken.warnings.push(conflict(by, first, other));
        }
        let suggested = self.suggested(&holders)?;
        let mut before: Vec<Contact> = Vec::new();
        for holder in &holders {
            if !before.iter().any(|known| known.id == holder.root) {
                before.extend(contacts::store::find(self.conn, by, holder.root).ok());
            }
        }
        let known =
            ClientRef::Known { identities: identities.to_vec(), name: None, given_name: None, family_name: None };
        // A second user id of one source is a second client, even where the row's address belongs to the first.
        let found = resolve(self.conn, by, &known, Unknown::Create { source: None })?;
        let now = contacts::store::find(self.conn, by, found.contact_id)?;
        let after = contacts::store::update(self.conn, by, now.id, None, &news(&now, said, company_id))?;
        for new in self.suggested(&holders)?.into_iter().filter(|new| !suggested.contains(new)) {
            self.ledger.created(Of::Suggestion, new.0, Some(after.id), &new)?;
        }
        self.beyond((&now, &after), identities, &holders)?;
        match before.iter().find(|known| known.id == after.id) {
            Some(before) if !found.created => {
                // The identities that `resolve` has added show in the time of change alone.
                self.taken.updated |= after.version != now.version;
                self.ledger.updated(Of::Contact, after.id.0, Some(after.id), before, &after)?;
            }
            _ => {
                self.taken.created = true;
                self.ledger.created(Of::Contact, after.id.0, Some(after.id), &after)?;
            }
        }
        Ok(after)
    }

    pub(super) fn touchpoint(&mut self, contact: &Contact, draft: &Draft) -> Result<()> {
        let (source, source_id) = draft.source().unwrap_or_default();
        let own = format!("{} of {}", source_id.chars().take(150).collect::<String>(), contact.id);
        let known = interactions::store::by_source(self.conn, source, &[source_id, &own])?;
        for (id, _, whose) in &known {
            if *id == own || *whose == contact.id || cluster::root_of(self.conn, *whose)? == contact.id {
                return Ok(());
            }
        }
        self.taken.created = true;
        // A system's id is one for all clients of a campaign: each of them has been there.
        let draft = if known.is_empty() { draft.clone() } else { draft.known_as(own) };
        let mut made = draft.of(self.by, contact.id);
        interactions::store::insert(self.conn, std::slice::from_mut(&mut made))?;
        self.ledger.created(Of::Interaction, made.id.0, Some(contact.id), &made)
    }
}

fn conflict(by: &Principal, first: &identity::Holder, other: &identity::Holder) -> RowError {
    let whose = |holder: &identity::Holder| {
        if by.scope.sees(holder.owner_id) { holder.root.to_string() } else { "you do not see".to_owned() }
    };
    let message = format!(
        "{} belongs to the contact {}, but {} to a contact {}: the row is taken for the first",
        first.identity,
        whose(first),
        other.identity,
        whose(other)
    );
    let seen = |holder: &identity::Holder| by.scope.sees(holder.owner_id).then(|| holder.root.to_string());
    RowError::new("conflict", message).with("first", seen(first)).with("other", seen(other))
}

/// What the row says about a client that is known already.
pub(super) fn news(before: &Contact, said: &ContactChange, company_id: Option<Option<CompanyId>>) -> ContactChange {
    let said = said.clone();
    let tags = said.tags.map(|tags| with_more(&before.tags.0, tags));
    let mut consents = said.consents;
    consents.retain(|channel, new| before.consents.0.get(channel).is_none_or(|known| known.state != new.state));
    ContactChange {
        company_id,
        tags,
        consents,
        address: said.address.flatten().map(|new| Some(overlay(before.address.as_ref().map(|known| &known.0), new))),
        // Where somebody came from first does not change.
        source: said.source.filter(|_| before.source.is_none()),
        emails: None,
        phones: None,
        external_ids: None,
        ..said
    }
}

fn news_of_company(before: &Company, said: CompanyChange) -> CompanyChange {
    CompanyChange {
        tags: said.tags.map(|tags| with_more(&before.tags.0, tags)),
        address: said.address.flatten().map(|new| Some(overlay(before.address.as_ref().map(|known| &known.0), new))),
        source: said.source.filter(|_| before.source.is_none()),
        ..said
    }
}

fn with_more(known: &[String], tags: Vec<String>) -> Vec<String> {
    let mut all = known.to_vec();
    all.extend(tags.into_iter().filter(|tag| !known.contains(tag)));
    all
}

/// An address with the parts that a row gives in the place of those known.
fn overlay(known: Option<&Address>, new: Address) -> Address {
    let known = known.cloned().unwrap_or_default();
    Address {
        street: new.street.or(known.street),
        city: new.city.or(known.city),
        region: new.region.or(known.region),
        postal_code: new.postal_code.or(known.postal_code),
        country: new.country.or(known.country),
    }
}
