//! Leads as news of them tells: what they are about and where they stand now.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use crate::db::Connection;
use crate::db::schema::{leads, stages};
use crate::db::types::Instant;
use crate::error::Result;
use crate::http::Version;
use crate::pipelines::{LeadId, PipelineId, StageId, StageKind};

/// A lead in few words.
#[derive(Debug, Clone, Serialize, Queryable)]
pub struct Brief {
    id: LeadId,
    title: String,
    pipeline_id: PipelineId,
    stage_id: StageId,
    stage_kind: StageKind,
    stage_entered_at: Instant,
    version: Version,
    deleted_at: Option<Instant>,
}

/// A lead in few words, with the name of its stage.
#[derive(Debug, Clone, Serialize)]
pub struct Told {
    #[serde(flatten)]
    lead: Brief,
    stage_name: Option<String>,
}

/// These leads as they are now, deleted or not. The caller has made sure that they may be seen.
///
/// # Errors
/// The database is away.
pub fn told(conn: &mut Connection, ids: Vec<LeadId>) -> Result<HashMap<LeadId, Told>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let columns = (
        leads::id,
        leads::title,
        leads::pipeline_id,
        leads::stage_id,
        leads::stage_kind,
        leads::stage_entered_at,
        leads::version,
        leads::deleted_at,
    );
    let found: Vec<Brief> = leads::table.filter(leads::id.eq_any(ids)).select(columns).load(conn)?;
    let there: Vec<StageId> = found.iter().map(|lead| lead.stage_id).collect();
    let names = stages::table.filter(stages::id.eq_any(there)).select((stages::id, stages::name));
    let names: HashMap<StageId, String> = names.load(conn)?.into_iter().collect();
    let told = |lead: Brief| (lead.id, Told { stage_name: names.get(&lead.stage_id).cloned(), lead });
    Ok(found.into_iter().map(told).collect())
}
