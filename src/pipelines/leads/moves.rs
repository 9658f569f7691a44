//! Moves of a lead from stage to stage: its intervals, its row, its packed path and its client's timeline in step.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use validator::Validate;

use super::model::{Lead, future};
use super::{store, touches};
use crate::accounts::audit;
use crate::accounts::{ApiKeyId, Principal, UserId};
use crate::contacts::ContactId;
use crate::db::Connection;
use crate::db::schema::{lead_paths, stage_intervals as intervals};
use crate::db::types::Instant;
use crate::error::{Error, FieldError, Result};
use crate::http::{Version, check_version};
use crate::pipelines::history::{self, Change, Interval};
use crate::pipelines::{
    IntervalId, LeadId, LostReasonId, PipelineId, Stage, StageId, StageKind, lost_reasons, path, stages, visit,
};
use crate::text::filled;
use crate::timeline::{self, Changed, EntryId, EntryType, NewEntry};

/// A move to a stage.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StageMove {
    /// Where to: a stage of the lead's pipeline.
    pub stage_id: StageId,
    /// When; now where absent. May be back-dated: the move takes its place by this instant, later ones stay.
    pub at: Option<Instant>,
    /// Why.
    #[validate(length(min = 1, max = 1000), custom(function = "filled"))]
    #[schema(min_length = 1, max_length = 1000, pattern = r"^\S[^\x00-\x1f\x7f-\x9f]*$")]
    pub reason: Option<String>,
    /// Why it was lost, where the stage is lost.
    pub lost_reason_id: Option<LostReasonId>,
}

/// A stay of a lead in a stage, as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = intervals)]
pub struct Stay {
    pub(super) contact_id: ContactId,
    pub(super) lead_id: LeadId,
    pub(super) entered_at: Instant,
    pub(super) id: IntervalId,
    pub(super) pipeline_id: PipelineId,
    pub(super) stage_id: StageId,
    pub(super) exited_at: Option<Instant>,
    pub(super) reason: Option<String>,
    pub(super) lost_reason_id: Option<LostReasonId>,
    pub(super) moved_by: Option<UserId>,
    pub(super) moved_by_key: Option<ApiKeyId>,
    pub(super) recorded_at: Instant,
    pub(super) visit: i16,
}

impl Stay {
    pub(super) fn new(by: &Principal, lead: &Lead, at: Instant, to: StageId, step: Option<&StageMove>) -> Self {
        Self {
            contact_id: lead.contact_id,
            lead_id: lead.id,
            entered_at: at,
            id: IntervalId::new(),
            pipeline_id: lead.pipeline_id,
            stage_id: to,
            exited_at: None,
            reason: step.and_then(|step| step.reason.clone()),
            lost_reason_id: step.map_or(lead.lost_reason_id, |step| step.lost_reason_id),
            moved_by: by.actor.user(),
            moved_by_key: by.actor.key(),
            recorded_at: Instant::now(),
            visit: visit::BEGINS,
        }
    }

    fn interval(&self) -> Interval {
        Interval { id: self.id.0, stage: self.stage_id, entered_at: self.entered_at, exited_at: self.exited_at }
    }
}

/// The lead's stays in order.
pub fn stays(conn: &mut Connection, lead: &Lead) -> Result<Vec<Stay>> {
    let own = intervals::table.filter(intervals::contact_id.eq(lead.contact_id).and(intervals::lead_id.eq(lead.id)));
    Ok(own.order((intervals::entered_at, intervals::id)).select(Stay::as_select()).load(conn)?)
}

/// Moves a lead; says whether anything changed.
///
/// # Errors
/// The lead is not visible, or of another version than `expected`; the stage is archived or of another pipeline, the
/// instant too far ahead.
pub fn move_stage(
    conn: &mut Connection,
    by: &Principal,
    id: LeadId,
    expected: Option<Version>,
    step: &StageMove,
) -> Result<(Lead, bool)> {
    let before = store::locked(conn, by, id)?;
    check_version(expected, before.version)?;
    let (lead, made) = place(conn, by, before, step)?;
    Ok((lead, made.is_some()))
}

/// [`move_stage`] of whatever version there is; gives the interval that was made, where one was.
///
/// # Errors
/// As for [`move_stage`].
pub fn enter(
    conn: &mut Connection,
    by: &Principal,
    id: LeadId,
    step: &StageMove,
) -> Result<(Lead, Option<IntervalId>)> {
    let before = store::locked(conn, by, id)?;
    place(conn, by, before, step)
}

/// Gives a move its place among the stays of a lead that is locked.
fn place(conn: &mut Connection, by: &Principal, before: Lead, step: &StageMove) -> Result<(Lead, Option<IntervalId>)> {
    let all = stages::of(conn, before.pipeline_id)?;
    let to = check(conn, &all, step)?;
    let at = step.at.unwrap_or_else(Instant::now);
    let mut stays = stays(conn, &before)?;
    let known: Vec<_> = stays.iter().map(Stay::interval).collect();
    let Change::Insert { index, exited_at } = history::insert(&known, to.id, at) else { return Ok((before, None)) };
    let visit = visit::after(stays.iter().take(index).map(|stay| stay.stage_id), to.id);
    let new = Stay { exited_at, visit, ..Stay::new(by, &before, at, to.id, Some(step)) };
    let made = new.id;
    diesel::insert_into(intervals::table).values(&new).execute(conn)?;
    let previous = index.checked_sub(1).and_then(|previous| stays.get(previous)).cloned();
    let next = stays.get(index).cloned();
    if let Some(previous) = &previous {
        diesel::update(row(previous)).set(intervals::exited_at.eq(at)).execute(conn)?;
    }
    record(conn, by, &all, previous.as_ref(), &new)?;
    if let Some(next) = &next {
        amend(conn, &all, Some(&new), next, None)?;
    }
    stays.insert(index.min(stays.len()), new);
    number(conn, &mut stays)?;
    let mut after = standing(&before, &all, &stays)?;
    if after.entered_at != before.entered_at {
        after = touches::told(conn, after)?;
    }
    store::save(conn, &after)?;
    write_path(conn, &after, &all, &stays)?;
    audit::record(conn, by, "move", store::subject(&after), Some(&before), Some(&after))?;
    Ok((after, Some(made)))
}

/// Brings a stay's entry on the timeline up to date with the stay before it; hides it from `deleted_at` on.
pub(super) fn amend(
    conn: &mut Connection,
    all: &[Stage],
    previous: Option<&Stay>,
    stay: &Stay,
    deleted_at: Option<Instant>,
) -> Result<()> {
    let entry = entry(all, previous, stay);
    let changed = Changed {
        occurred_at: entry.occurred_at,
        lead_id: entry.lead_id,
        kind: entry.kind,
        subject: entry.subject,
        body: None,
        properties: entry.properties,
        deleted_at,
    };
    timeline::amend(conn, entry.id, changed)
}

/// Lets each of the lead's stays say what it is in the lead's life; only those that said otherwise are written.
pub(super) fn number(conn: &mut Connection, stays: &mut [Stay]) -> Result<()> {
    for index in 0..stays.len() {
        let (earlier, rest) = stays.split_at_mut(index);
        let Some(stay) = rest.first_mut() else { break };
        let visit = visit::after(earlier.iter().map(|stay| stay.stage_id), stay.stage_id);
        if stay.visit != visit {
            stay.visit = visit;
            diesel::update(row(stay)).set(intervals::visit.eq(visit)).execute(conn)?;
        }
    }
    Ok(())
}

fn check<'a>(conn: &mut Connection, all: &'a [Stage], step: &StageMove) -> Result<&'a Stage> {
    let mut faults: Vec<FieldError> = step.at.and_then(|at| future("at", at)).into_iter().collect();
    let stage = all.iter().find(|stage| stage.id == step.stage_id);
    faults.extend(stage_fault(stage));
    faults.extend(lost_reason_fault(conn, stage.map(|stage| stage.kind), step.lost_reason_id)?);
    match stage {
        Some(stage) if faults.is_empty() => Ok(stage),
        _ => Err(Error::invalid(faults)),
    }
}

/// What is wrong with a stage to move to.
pub(super) fn stage_fault(stage: Option<&Stage>) -> Option<FieldError> {
    match stage {
        None => Some(FieldError::new("stage_id", "unknown", "is not a stage of the lead's pipeline")),
        Some(stage) if stage.archived_at.is_some() => {
            Some(FieldError::new("stage_id", "archived", "is archived: no lead can be moved there"))
        }
        Some(_) => None,
    }
}

/// What is wrong with a lost reason given for a stage of this kind.
pub(super) fn lost_reason_fault(
    conn: &mut Connection,
    kind: Option<StageKind>,
    reason: Option<LostReasonId>,
) -> Result<Option<FieldError>> {
    const FIELD: &str = "lost_reason_id";
    let Some(reason) = reason else { return Ok(None) };
    if kind != Some(StageKind::Lost) {
        return Ok(Some(FieldError::new(FIELD, "not_lost", "can be given only where the stage is lost")));
    }
    match lost_reasons::find(conn, reason) {
        Ok(found) if found.archived_at.is_some() => Ok(Some(FieldError::new(FIELD, "archived", "is archived"))),
        Ok(_) => Ok(None),
        Err(error) if error.status() == 404 => Ok(Some(FieldError::new(FIELD, "unknown", "is not a lost reason"))),
        Err(error) => Err(error),
    }
}

/// The lead's row as its stays say.
pub(super) fn standing(lead: &Lead, all: &[Stage], stays: &[Stay]) -> Result<Lead> {
    let known: Vec<_> = stays.iter().map(Stay::interval).collect();
    let standing = history::standing(&known).ok_or_else(|| Error::internal("a lead without stage intervals"))?;
    let kind = all.iter().find(|stage| stage.id == standing.stage).map(|stage| stage.kind);
    let kind = kind.ok_or_else(|| Error::internal("a stage interval of another pipeline"))?;
    Ok(Lead {
        stage_id: standing.stage,
        stage_kind: kind,
        stage_entered_at: standing.since,
        entered_at: standing.first,
        closed_at: (kind != StageKind::Open).then_some(standing.since),
        lost_reason_id: stays.last().filter(|_| kind == StageKind::Lost).and_then(|last| last.lost_reason_id),
        version: lead.version + 1,
        updated_at: Instant::now(),
        ..lead.clone()
    })
}

pub(super) type Row = diesel::dsl::Find<intervals::table, (ContactId, LeadId, Instant, IntervalId)>;

pub(super) fn row(stay: &Stay) -> Row {
    intervals::table.find((stay.contact_id, stay.lead_id, stay.entered_at, stay.id))
}

/// Puts a stay that begins on the client's timeline.
pub(super) fn record(
    conn: &mut Connection,
    by: &Principal,
    all: &[Stage],
    previous: Option<&Stay>,
    stay: &Stay,
) -> Result<()> {
    timeline::record(conn, by, entry(all, previous, stay))
}

fn entry(all: &[Stage], previous: Option<&Stay>, stay: &Stay) -> NewEntry {
    NewEntry {
        id: EntryId(stay.id.0),
        contact_id: stay.contact_id,
        occurred_at: stay.entered_at,
        entry_type: EntryType::StageMove,
        lead_id: Some(stay.lead_id),
        kind: "lead.moved".to_owned(),
        subject: all.iter().find(|stage| stage.id == stay.stage_id).map(|stage| stage.name.clone()),
        properties: Some(properties(all, previous, stay)),
    }
}

/// A stage as the timeline names it: its id, and its name at that time.
#[derive(Serialize)]
struct Named<'a> {
    id: StageId,
    name: &'a str,
    kind: StageKind,
}

fn properties(all: &[Stage], previous: Option<&Stay>, stay: &Stay) -> Value {
    let named = |id: StageId| {
        all.iter().find(|stage| stage.id == id).map(|stage| Named { id, name: &stage.name, kind: stage.kind })
    };
    json!({
        "pipeline_id": stay.pipeline_id,
        "from_stage": previous.and_then(|previous| named(previous.stage_id)),
        "to_stage": named(stay.stage_id),
        "reason": stay.reason,
        "lost_reason_id": stay.lost_reason_id,
    })
}

/// Writes what funnels read of the lead; nothing while it is deleted.
pub(super) fn write_path(conn: &mut Connection, lead: &Lead, all: &[Stage], stays: &[Stay]) -> Result<()> {
    diesel::delete(lead_paths::table.filter(lead_paths::lead_id.eq(lead.id))).execute(conn)?;
    if lead.deleted_at.is_some() {
        return Ok(());
    }
    insert_path(conn, lead, all, stays)
}

/// [`write_path`] of a lead that has none yet.
pub(super) fn insert_path(conn: &mut Connection, lead: &Lead, all: &[Stage], stays: &[Stay]) -> Result<()> {
    let code = |id| all.iter().find(|stage| stage.id == id).map(Stage::code);
    let entries = stays.iter().filter_map(|stay| Some((code(stay.stage_id)?, stay.entered_at)));
    diesel::insert_into(lead_paths::table)
        .values((
            lead_paths::pipeline_id.eq(lead.pipeline_id),
            lead_paths::entered_at.eq(lead.entered_at),
            lead_paths::lead_id.eq(lead.id),
            lead_paths::owner_id.eq(lead.owner_id),
            lead_paths::source.eq(lead.source.as_deref()),
            lead_paths::first_touch_group.eq(lead.first_touch_group.as_deref()),
            lead_paths::last_touch_group.eq(lead.last_touch_group.as_deref()),
            lead_paths::touch_campaign.eq(lead.touch_campaign.as_deref()),
            lead_paths::path.eq(path::pack(lead.amount.zip(lead.currency.as_deref()), entries)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives the lead's last stay, a lost one, another reason.
pub(super) fn explain_loss(conn: &mut Connection, stays: &[Stay], reason: Option<LostReasonId>) -> Result<()> {
    if let Some(last) = stays.last() {
        diesel::update(row(last)).set(intervals::lost_reason_id.eq(reason)).execute(conn)?;
    }
    Ok(())
}
