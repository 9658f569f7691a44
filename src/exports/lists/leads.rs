//! Leads as a table, with the client, and for each stage when the lead first entered it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;
use serde::{Serialize, Serializer};

use super::{client_columns, client_of};
use crate::accounts::{Principal, Scope};
use crate::companies;
use crate::contacts::ContactId;
use crate::db::Connection;
use crate::db::schema::stage_intervals as intervals;
use crate::db::types::Instant;
use crate::error::Result;
use crate::exports::cell::Cell;
use crate::exports::names::{self, Client, People};
use crate::exports::table::{Column, List, PIECE, custom_columns};
use crate::fields::{self, Entity, Field, Wanted};
use crate::pipelines::leads::Lead;
use crate::pipelines::leads::filter::{LeadQuery, newest};
use crate::pipelines::{LeadId, Pipeline, StageId, lost_reasons, store as pipelines};

/// Where leads come from, piece by piece; none at the end.
pub type Source = Box<dyn FnMut(&mut Connection) -> Result<Vec<Lead>> + Send>;

/// Leads.
pub struct Leads {
    scope: Scope,
    source: Source,
    known: Arc<Known>,
    fields: Vec<Field>,
}

/// What ids stand for.
#[derive(Debug)]
struct Known {
    people: People,
    pipelines: Vec<Pipeline>,
    reasons: HashMap<String, String>,
}

/// A lead with what its ids stand for.
#[derive(Debug)]
pub struct Row {
    lead: Lead,
    client: Option<Arc<Client>>,
    company: Option<String>,
    entered: HashMap<StageId, Instant>,
    known: Arc<Known>,
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.lead.serialize(serializer)
    }
}

impl Leads {
    /// The leads that a filter finds, from the newest.
    ///
    /// # Errors
    /// The database is away.
    pub fn filtered(conn: &mut Connection, by: &Principal, query: LeadQuery, custom: Vec<Wanted>) -> Result<Self> {
        let (by, scope, mut after, mut ended) = (by.clone(), by.scope.clone(), None::<(Instant, LeadId)>, false);
        let source: Source = Box::new(move |conn| {
            if ended {
                return Ok(Vec::new());
            }
            let found = newest(conn, &by, &query, &custom, after, PIECE)?;
            after = found.last().map(|last| (last.created_at, last.id));
            ended = i64::try_from(found.len()).is_ok_and(|len| len < PIECE);
            Ok(found)
        });
        Self::new(conn, scope, source)
    }

    /// Leads of whatever source, with the clients that are in sight.
    ///
    /// # Errors
    /// The database is away.
    pub fn new(conn: &mut Connection, scope: Scope, source: Source) -> Result<Self> {
        let reasons = lost_reasons::all(conn)?.into_iter().map(|reason| (reason.id.to_string(), reason.name));
        let known =
            Known { people: People::load(conn)?, pipelines: pipelines::all(conn, true)?, reasons: reasons.collect() };
        Ok(Self { scope, source, known: Arc::new(known), fields: fields::all(conn, Some(Entity::Lead))? })
    }

    /// A column for each name that stages have.
    fn stage_columns(&self) -> Vec<Column<Row>> {
        let mut named: Vec<(String, Vec<StageId>)> = Vec::new();
        for stage in self.known.pipelines.iter().flat_map(|pipeline| &pipeline.stages) {
            match named.iter_mut().find(|(name, _)| *name == stage.name) {
                Some((_, ids)) => ids.push(stage.id),
                None => named.push((stage.name.clone(), vec![stage.id])),
            }
        }
        let column = |(name, ids): (String, Vec<StageId>)| {
            Column::<Row>::new(format!("stage:{name}"), move |row| {
                Cell::at(ids.iter().filter_map(|id| row.entered.get(id)).min().copied())
            })
        };
        named.into_iter().map(column).collect()
    }
}

impl Row {
    fn pipeline(&self) -> Option<&Pipeline> {
        self.known.pipelines.iter().find(|pipeline| pipeline.id == self.lead.pipeline_id)
    }

    fn stage(&self) -> Option<&String> {
        let stages = &self.pipeline()?.stages;
        stages.iter().find(|stage| stage.id == self.lead.stage_id).map(|stage| &stage.name)
    }
}

impl List for Leads {
    type Row = Row;

    fn columns(&self) -> Vec<Column<Row>> {
        let mut columns = vec![
            Column::<Row>::new("id", |row| Cell::shown(Some(row.lead.id))),
            Column::<Row>::new("title", |row| Cell::text(Some(&row.lead.title))),
            Column::<Row>::new("contact_id", |row| Cell::shown(Some(row.lead.contact_id))),
        ];
        columns.extend(client_columns(|row: &Row| row.client.as_deref()));
        columns.extend([
            Column::<Row>::new("company", |row| Cell::text(row.company.as_ref())),
            Column::<Row>::new("pipeline", |row| Cell::text(row.pipeline().map(|pipeline| &pipeline.name))),
            Column::<Row>::new("stage", |row| Cell::text(row.stage())),
            Column::<Row>::new("kind", |row| Cell::word(Some(row.lead.stage_kind.as_str()))),
            Column::<Row>::new("amount", |row| Cell::money(row.lead.amount, row.lead.currency.as_deref())),
            Column::<Row>::new("currency", |row| Cell::text(row.lead.currency.as_ref())),
            Column::<Row>::new("owner", |row| Cell::shown(row.known.people.address(row.lead.owner_id))),
            Column::<Row>::new("source", |row| Cell::text(row.lead.source.as_ref())),
            Column::<Row>::new("source_id", |row| Cell::text(row.lead.source_id.as_ref())),
            Column::<Row>::new("expected_close_on", |row| row.lead.expected_close_on.map_or(Cell::Empty, Cell::Day)),
            Column::<Row>::new("lost_reason", |row| {
                let reason = row.lead.lost_reason_id.and_then(|id| row.known.reasons.get(&id.to_string()));
                reason.map_or(Cell::Empty, |reason| Cell::Text(Cow::Borrowed(reason)))
            }),
            Column::<Row>::new("entered_at", |row| Cell::At(row.lead.entered_at)),
            Column::<Row>::new("stage_entered_at", |row| Cell::At(row.lead.stage_entered_at)),
            Column::<Row>::new("closed_at", |row| Cell::at(row.lead.closed_at)),
        ]);
        columns.extend(self.stage_columns());
        columns.extend(custom_columns(&self.fields, |row: &Row| &row.lead.custom.0));
        columns.extend([
            Column::<Row>::new("created_at", |row| Cell::At(row.lead.created_at)),
            Column::<Row>::new("updated_at", |row| Cell::At(row.lead.updated_at)),
        ]);
        columns
    }

    fn next(&mut self, conn: &mut Connection) -> Result<Option<Vec<Row>>> {
        let found = (self.source)(conn)?;
        if found.is_empty() {
            return Ok(None);
        }
        let clients = names::clients(conn, &self.scope, found.iter().map(|lead| lead.contact_id))?;
        let companies = companies::store::names(conn, found.iter().map(|lead| lead.company_id))?;
        let mut entered = entered(conn, &found)?;
        let row = |mut lead: Lead| Row {
            client: client_of(&clients, &mut lead.contact_id),
            company: lead.company_id.and_then(|id| companies.get(&id).cloned()),
            entered: entered.remove(&lead.id).unwrap_or_default(),
            known: self.known.clone(),
            lead,
        };
        Ok(Some(found.into_iter().map(row).collect()))
    }
}

/// When each of the leads first entered each stage.
fn entered(conn: &mut Connection, found: &[Lead]) -> Result<HashMap<LeadId, HashMap<StageId, Instant>>> {
    let mut out: HashMap<LeadId, HashMap<StageId, Instant>> = HashMap::new();
    if found.is_empty() {
        return Ok(out);
    }
    // The key begins with the contact.
    let mut contacts: Vec<ContactId> = found.iter().map(|lead| lead.contact_id).collect();
    contacts.sort_unstable();
    contacts.dedup();
    let ids: Vec<LeadId> = found.iter().map(|lead| lead.id).collect();
    let rows: Vec<(LeadId, StageId, Instant)> = intervals::table
        .filter(intervals::contact_id.eq_any(contacts).and(intervals::lead_id.eq_any(ids)))
        .select((intervals::lead_id, intervals::stage_id, intervals::entered_at))
        .load(conn)?;
    for (lead, stage, at) in rows {
        let first = out.entry(lead).or_default().entry(stage).or_insert(at);
        *first = at.min(*first);
    }
    Ok(out)
}
