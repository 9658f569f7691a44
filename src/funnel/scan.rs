//! The cohort's leads, each once, as narrow rows.
//!
//! Two index ranges hold the cohort: leads that began in the period (`lead_paths`, in the order of entry), of which
//! those count whose life began in the first step; and leads that came to the first step later in their life
//! (`stage_intervals_by_stage`), of which the others count.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::fold::Way;
use super::request::{Funnel, Only};
use crate::accounts::{Principal, UserId};
use crate::db::schema::{lead_paths as paths, leads, stage_intervals as intervals, users};
use crate::db::types::Instant;
use crate::db::{Connection, MultiBackend};
use crate::error::Result;
use crate::pipelines::path::Path;
use crate::pipelines::{LeadId, PipelineId};

/// A lead as the reports see it; what a report does not need is left out.
#[derive(Debug)]
pub struct Row {
    pub lead_id: Option<LeadId>,
    pub owner_id: Option<UserId>,
    /// The column that was asked for.
    pub text: Option<String>,
}

/// Which columns a report needs besides the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    pub id: bool,
    pub owner: bool,
    /// A column of texts, such as `lead_paths.source`.
    pub text: Option<&'static str>,
}

/// Leads of a pipeline that the caller sees, to be narrowed further.
pub type Boxed = paths::BoxedQuery<'static, MultiBackend>;

/// Gives every lead of the cohort to `visit`, those that began in the first step in the order of entry.
pub fn cohort(
    conn: &mut Connection,
    by: &Principal,
    funnel: &Funnel,
    need: Need,
    visit: &mut dyn FnMut(&Row, Path<'_>, &Way),
) -> Result<()> {
    let (Some(from), Some(to)) = (Instant::from_micros(funnel.plan.from), Instant::from_micros(funnel.plan.to)) else {
        return Ok(());
    };
    let Some(first) = funnel.steps.first().filter(|_| from < to) else { return Ok(()) };
    let mut way = Way::default();
    let begun =
        seen(by, funnel.pipeline.id, &funnel.only).filter(paths::entered_at.ge(from).and(paths::entered_at.lt(to)));
    read(conn, begun.order(paths::entered_at), need, &mut |row, path| {
        if funnel.plan.begins_in_first_step(path) && funnel.plan.walk(path, &mut way) {
            visit(row, path, &way);
        }
    })?;
    let came = intervals::table
        .filter(intervals::stage_id.eq(first.id).and(intervals::starts.eq(false)))
        .filter(intervals::entered_at.ge(from).and(intervals::entered_at.lt(to)))
        .select(intervals::lead_id);
    read(
        conn,
        seen(by, funnel.pipeline.id, &funnel.only).filter(paths::lead_id.eq_any(came)),
        need,
        &mut |row, path| {
            if !funnel.plan.begins_in_first_step(path) && funnel.plan.walk(path, &mut way) {
                visit(row, path, &way);
            }
        },
    )
}

/// The pipeline's leads that the caller sees and the filters let through.
#[must_use]
pub fn seen(by: &Principal, pipeline: PipelineId, only: &Only) -> Boxed {
    let mut rows = paths::table.filter(paths::pipeline_id.eq(pipeline)).into_boxed();
    if let Some(owners) = by.scope.owners() {
        rows = rows.filter(paths::owner_id.is_null().or(paths::owner_id.eq_any(owners).assume_not_null()));
    }
    if let Some(owner) = only.owner_id {
        rows = rows.filter(paths::owner_id.eq(owner));
    }
    if let Some(team) = only.team_id {
        let members = users::table.filter(users::team_id.eq(team)).select(users::id.nullable());
        rows = rows.filter(paths::owner_id.eq_any(members).assume_not_null());
    }
    if let Some(company) = only.company_id {
        let own = leads::table.filter(leads::company_id.eq(company)).select(leads::id);
        rows = rows.filter(paths::lead_id.eq_any(own));
    }
    if let Some(source) = &only.source {
        rows = rows.filter(paths::source.eq(source.clone()));
    }
    if let Some(group) = &only.first_touch_group {
        rows = rows.filter(paths::first_touch_group.eq(group.clone()));
    }
    if let Some(group) = &only.last_touch_group {
        rows = rows.filter(paths::last_touch_group.eq(group.clone()));
    }
    if let Some(campaign) = &only.campaign {
        rows = rows.filter(paths::touch_campaign.eq(campaign.clone()));
    }
    rows
}

fn read(conn: &mut Connection, rows: Boxed, need: Need, visit: &mut dyn FnMut(&Row, Path<'_>)) -> Result<()> {
    let mut row = Row { lead_id: None, owner_id: None, text: None };
    // Named by the breakdown, never by a request.
    let text = sql::<Nullable<Text>>(need.text.unwrap_or("NULL"));
    match need {
        Need { id: false, owner: false, text: None } => {
            for path in rows.select(paths::path).load_iter::<Vec<u8>, _>(conn)? {
                visit(&row, Path(&path?));
            }
        }
        Need { id: false, owner: true, text: None } => {
            for found in rows.select((paths::owner_id, paths::path)).load_iter::<(Option<UserId>, Vec<u8>), _>(conn)? {
                let (owner_id, path) = found?;
                row.owner_id = owner_id;
                visit(&row, Path(&path));
            }
        }
        Need { id: false, owner: false, text: Some(_) } => {
            for found in rows.select((text, paths::path)).load_iter::<(Option<String>, Vec<u8>), _>(conn)? {
                let (text, path) = found?;
                row.text = text;
                visit(&row, Path(&path));
            }
        }
        _ => {
            type Found = (LeadId, Option<UserId>, Option<String>, Vec<u8>);
            let columns = (paths::lead_id, paths::owner_id, text, paths::path);
            for found in rows.select(columns).load_iter::<Found, _>(conn)? {
                let (lead_id, owner_id, text, path) = found?;
                row = Row { lead_id: Some(lead_id), owner_id, text };
                visit(&row, Path(&path));
            }
        }
    }
    Ok(())
}
