//! What a row says beside its client, company and lead: what is to be done, others it names, what a client has no room for.

use serde_json::{Map, json};

use super::apply::Work;
use super::changes::Of;
use super::reader::RowError;
use super::row::{Facts, TaskFacts};
use super::touch_row::fingerprint;
use crate::contacts::identity::{self, Identity, IdentityKind};
use crate::contacts::model::{Contact, ContactChange};
use crate::contacts::{self, ExternalId, duplicates};
use crate::db::types::Instant;
use crate::error::Result;
use crate::interactions::tasks::{self, NewTask, TaskPatch};
use crate::interactions::{self, Channel, Draft, Interaction};
use crate::text::fold;

impl Work<'_> {
    /// What happened to the row's client happened to the others it names; a visit that brought a lead only where they are
    /// known.
    pub(super) fn others(&mut self, facts: &Facts) -> Result<()> {
        for other in &facts.others {
            let visit = facts.lead.as_ref().and_then(|lead| lead.visit.as_ref());
            let drafts: Vec<&Draft> = facts.touchpoint.iter().chain(visit).collect();
            if drafts.is_empty() {
                return Ok(());
            }
            let holder = identity::holders(self.conn, std::slice::from_ref(other))?.into_iter().next();
            let contact = match holder {
                Some(holder) => contacts::store::find(self.conn, self.by, holder.root)?,
                None if facts.touchpoint.is_some() => {
                    let external = ExternalId { source: other.source.clone(), id: other.value.clone() };
                    let said = ContactChange { external_ids: Some(vec![external]), ..ContactChange::default() };
                    self.client(std::slice::from_ref(other), &said, None)?
                }
                None => continue,
            };
            for draft in drafts {
                self.touchpoint(&contact, draft)?;
            }
        }
        Ok(())
    }

    /// A client has so many addresses and numbers at the most, and one name: those beyond are kept in a note, and told. Of
    /// names only where the client was found by a phone number alone, which several people may share.
    pub(super) fn beyond(
        &mut self,
        (before, client): (&Contact, &Contact),
        identities: &[Identity],
        holders: &[identity::Holder],
    ) -> Result<()> {
        let own = client.identities();
        let is_kept = |one: &&Identity| own.iter().any(|(_, known)| known == *one);
        let is_others = |one: &&Identity| holders.iter().any(|holder| holder.identity == **one);
        let mut beyond: Vec<String> = identities
            .iter()
            .filter(|one| !is_kept(one) && !is_others(one))
            .map(|one| format!("{}: {one}", one.kind))
            .collect();
        let is_renamed = fold(&before.display_name) != fold(&client.display_name);
        if is_renamed && self.taken.matched == Some(IdentityKind::Phone) {
            beyond.push(format!("name: {}", before.display_name));
        }
        if beyond.is_empty() {
            return Ok(());
        }
        let text = beyond.join("\n");
        let mut note = Interaction::blank(self.by, client.id, Channel::Note, Instant::now());
        note.source = Some("import".to_owned());
        note.source_id = Some(fingerprint(&[], &Map::from_iter([(client.id.to_string(), json!(text))])));
        let told = format!("has more than the client has room for; a note keeps {}", beyond.join(", "));
        note.body = Some(text);
        self.taken.warnings.push(RowError::new("beyond_limit", told));
        let (source, id) = (note.source.as_deref().unwrap_or_default(), note.source_id.as_deref().unwrap_or_default());
        if interactions::store::by_source(self.conn, source, &[id])?.is_empty() {
            self.taken.updated = true;
            interactions::store::insert(self.conn, std::slice::from_mut(&mut note))?;
            self.ledger.created(Of::Interaction, note.id.0, Some(client.id), &note)?;
        }
        Ok(())
    }

    /// Makes what is to be done; what an earlier file told of is done where the row says so.
    pub(super) fn task(&mut self, contact: &Contact, facts: &TaskFacts) -> Result<()> {
        let (conn, by) = (&mut *self.conn, self.by);
        match tasks::store::known(conn, facts.id)? {
            None if facts.is_done => {}
            None => {
                let new = NewTask {
                    contact_id: contact.id,
                    lead_id: None,
                    title: facts.title.clone(),
                    body: facts.body.clone(),
                    due_at: facts.due_at,
                    assignee_id: facts.assignee,
                };
                let made = tasks::store::insert_as(conn, by, facts.id, &new.parse()?)?;
                self.ledger.created(Of::Task, made.id.0, Some(contact.id), &made)?;
                self.taken.created = true;
            }
            Some(known) if known.deleted_at.is_some() && !facts.is_done => {
                let back = tasks::store::restore(conn, by, known.id)?;
                self.ledger.created(Of::Task, back.id.0, Some(back.contact_id), &back)?;
                self.taken.created = true;
            }
            Some(known) if facts.is_done && known.done_at.is_none() && known.deleted_at.is_none() => {
                let done = TaskPatch { done: Some(true), ..TaskPatch::default() };
                let after = tasks::update(conn, by, known.id, None, &done)?;
                self.ledger.updated(Of::Task, after.id.0, Some(after.contact_id), &known, &after)?;
                self.taken.updated = true;
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// The pairs suggested to be one person, of those who have the row's identities.
    pub(super) fn suggested(&mut self, holders: &[identity::Holder]) -> Result<Vec<duplicates::DuplicateId>> {
        let mut roots: Vec<_> = holders.iter().map(|holder| holder.root).collect();
        roots.sort_unstable();
        roots.dedup();
        if roots.len() < 2 { Ok(Vec::new()) } else { duplicates::among(self.conn, &roots) }
    }
}
