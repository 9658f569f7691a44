//! A stretch of rows put into the database together. Rows that only make a client, or say nothing new about one, are
//! looked up and written many at a time; all others go the way of [`apply`], each in its savepoint.

use std::collections::{HashMap, HashSet};

use super::ImportId;
use super::apply::{self, Taken, Work, news};
use super::changes::{Ledger, Of, state};
use super::patience::explain;
use super::reader::RowError;
use super::row::{CompanyFacts, Facts, Plan};
use crate::accounts::Principal;
use crate::companies::{CompanyId, links};
use crate::contacts::identity::{self, Holder, Identity};
use crate::contacts::model::{Contact, ContactChange};
use crate::contacts::{ContactId, bulk, many, recognise};
use crate::db::types::Instant;
use crate::db::{Connection, savepoint};
use crate::error::{Error, Result};
use crate::fields::{self, Entity, Field, Mode};
use crate::text::sort_key;

/// New clients that are written together: each statement makes the search write what it has of those before.
const TOGETHER: usize = 512;

/// What became of a row: taken, or refused and why.
pub type Became = Result<Taken, Vec<RowError>>;

/// Rows at work.
pub struct Batch<'a> {
    conn: &'a mut Connection,
    by: &'a Principal,
    plan: &'a Plan,
    definitions: Vec<Field>,
    holders: HashMap<Identity, Holder>,
    contacts: HashMap<ContactId, Contact>,
    companies: HashMap<String, (CompanyId, String)>,
    pending: Vec<Contact>,
    /// Whose identities were seen without anything new.
    seen: Vec<Holder>,
    /// Identities and contacts that rows before have changed: what was looked up is out of date.
    stale: HashSet<Identity>,
    stale_contacts: HashSet<ContactId>,
    ledger: Ledger,
}

impl std::fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch").field("pending", &self.pending.len()).finish_non_exhaustive()
    }
}

impl<'a> Batch<'a> {
    /// Looks up whom and what these rows are about.
    ///
    /// # Errors
    /// The database is away.
    pub fn new<'f>(
        conn: &'a mut Connection,
        by: &'a Principal,
        plan: &'a Plan,
        rows: impl Iterator<Item = &'f Facts> + Clone,
    ) -> Result<Self> {
        let mut wanted: Vec<Identity> = rows.clone().flat_map(|facts| facts.identities.iter().cloned()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let holders = identity::holders(conn, &wanted)?;
        let mut roots: Vec<ContactId> = holders.iter().map(|holder| holder.root).collect();
        roots.sort_unstable();
        roots.dedup();
        let contacts = bulk::by_ids(conn, &roots)?;
        let names: Vec<&str> =
            rows.filter_map(|facts| facts.company.as_ref()).filter_map(|company| company.name.as_deref()).collect();
        let companies = links::by_names(conn, &names)?;
        let of_contact = |field: &&Field| field.entity == Entity::Contact;
        Ok(Self {
            definitions: plan.lookups.fields().iter().filter(of_contact).cloned().collect(),
            holders: holders.into_iter().map(|holder| (holder.identity.clone(), holder)).collect(),
            conn,
            by,
            plan,
            contacts,
            companies,
            pending: Vec::new(),
            seen: Vec::new(),
            stale: HashSet::new(),
            stale_contacts: HashSet::new(),
            ledger: Ledger::default(),
        })
    }

    /// Takes a row, or says what is wrong with it.
    ///
    /// # Errors
    /// The database fails: nothing of the stretch may be kept.
    pub fn take(&mut self, facts: &Facts) -> Result<Became> {
        if let Some(became) = self.take_quickly(facts)? {
            return Ok(became);
        }
        self.flush()?;
        let (by, plan) = (self.by, self.plan);
        let applied = savepoint(self.conn, |conn| apply::apply(conn, by, plan, facts));
        for identity in &facts.identities {
            self.stale.insert(identity.clone());
            self.stale_contacts.extend(self.holders.get(identity).map(|holder| holder.root));
        }
        match applied {
            Ok((taken, ledger)) => {
                self.ledger.absorb(ledger);
                Ok(Ok(taken))
            }
            Err(error) => refused(plan, error),
        }
    }

    /// Takes a row about nothing but a client that is new, or of whom it says nothing new; `None` where it is another.
    fn take_quickly(&mut self, facts: &Facts) -> Result<Option<Became>> {
        let Some(said) = &facts.contact else { return Ok(None) };
        let nothing_else = facts.notes.is_empty() && facts.task.is_none() && facts.others.is_empty();
        let alone = facts.lead.is_none() && facts.touchpoint.is_none() && nothing_else;
        let named_only = facts.company.as_ref().is_none_or(CompanyFacts::is_name_only);
        if !alone || !named_only || facts.identities.iter().any(|one| self.stale.contains(one)) {
            return Ok(None);
        }
        let mut holders: Vec<Holder> =
            facts.identities.iter().filter_map(|one| self.holders.get(one)).cloned().collect();
        if holders.is_empty() {
            return self.make(facts, said);
        }
        identity::most_telling_first(&mut holders);
        Ok(self.nothing_new(facts, said, holders).map(Ok))
    }

    fn make(&mut self, facts: &Facts, said: &ContactChange) -> Result<Option<Became>> {
        let company = match &facts.company {
            Some(company) => match self.company(company, said) {
                Ok(company) => company,
                Err(error) => return refused(self.plan, error).map(Some),
            },
            None => None,
        };
        let said = ContactChange { company_id: company.as_ref().map(|(id, _)| Some(*id)), ..said.clone() };
        match bulk::prepare(&said, &self.definitions, company.as_ref().map(|(_, name)| name.as_str())) {
            Ok(contact) => {
                // A second row about the same client finds what this one makes.
                self.stale.extend(facts.identities.iter().cloned());
                self.pending.push(contact);
            }
            Err(error) => return refused(self.plan, error).map(Some),
        }
        if self.pending.len() >= TOGETHER {
            self.flush()?;
        }
        let warnings = facts.warnings.clone();
        Ok(Some(Ok(Taken { created: true, warnings, ..Taken::default() })))
    }

    /// The company that a row names for a client; made where there is none, once the client is known to be good.
    fn company(&mut self, facts: &CompanyFacts, of: &ContactChange) -> Result<Option<(CompanyId, String)>> {
        let Some(name) = facts.name.as_deref() else { return Ok(None) };
        let key = sort_key(name);
        if !self.companies.contains_key(&key) {
            // One that a row before has made.
            self.companies.extend(links::by_names(self.conn, &[name])?);
        }
        if let Some(known) = self.companies.get(&key) {
            return Ok(Some(known.clone()));
        }
        bulk::prepare(of, &self.definitions, None)?;
        let mut work = Work::new(self.conn, self.by, self.plan);
        let made = work.new_company(facts)?;
        let ledger = work.ledger;
        self.ledger.absorb(ledger);
        Ok(Some(self.companies.entry(key).or_insert((made.id, made.name)).clone()))
    }

    fn nothing_new(&mut self, facts: &Facts, said: &ContactChange, holders: Vec<Holder>) -> Option<Taken> {
        let first = holders.first()?;
        let agreed = holders.len() == facts.identities.len() && holders.iter().all(|holder| holder.root == first.root);
        let before = self.contacts.get(&first.root).filter(|_| agreed && !self.stale_contacts.contains(&first.root))?;
        if !self.by.scope.sees(before.owner_id) {
            return None;
        }
        let company_id = match facts.company.as_ref().and_then(|company| company.name.as_deref()) {
            None => None,
            Some(name) => Some(Some(self.companies.get(&sort_key(name))?.0)),
        };
        let change = news(before, said, company_id);
        let mut after = before.clone();
        after.apply(&change);
        if let Some(Some(custom)) = &change.custom {
            let custom = fields::check_against(&self.definitions, custom, Mode::Change).ok()?;
            after.custom.0 = fields::merge(&before.custom.0, custom);
        }
        if after != *before {
            return None;
        }
        let matched = Some(first.identity.kind);
        self.seen.extend(holders);
        Some(Taken { matched, warnings: facts.warnings.clone(), ..Taken::default() })
    }

    fn flush(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let new = std::mem::take(&mut self.pending);
        // What is only reckoned is done beside the writing, for which all others wait.
        let states = std::thread::scope(|scope| {
            let states = scope.spawn(|| new.iter().map(state).collect::<Result<Vec<i64>>>());
            many::insert(self.conn, self.by, &new)?;
            states.join().unwrap_or_else(|_| Err(Error::internal("a digest panicked")))
        })?;
        for (contact, state) in new.iter().zip(states) {
            self.ledger.made(Of::Contact, contact.id.0, Some(contact.id), state);
        }
        Ok(())
    }

    /// Writes what is left, and what was done as this import's where it is one.
    ///
    /// # Errors
    /// The database refuses it.
    pub fn end(mut self, import: Option<ImportId>) -> Result<()> {
        self.flush()?;
        recognise::touch(self.conn, &self.seen, Instant::now())?;
        match import {
            Some(import) => self.ledger.write(self.conn, import),
            None => Ok(()),
        }
    }
}

/// A row's own fault; fails where the database does.
fn refused(plan: &Plan, error: Error) -> Result<Became> {
    if error.transient || error.code.status() >= 500 {
        return Err(error);
    }
    if error.errors.is_empty() {
        return Ok(Err(vec![RowError::new(error.code.as_str(), explain(&error))]));
    }
    Ok(Err(error.errors.into_iter().map(|bad| plan.blame_any(bad)).collect()))
}
