//! The cohort's leads, each once, as narrow rows.
//!
//! Two index ranges hold the cohort: leads that began in the period (`lead_paths`, in the order of entry); and, of those that
//! began before it, the ones that came to the first step for the first time in the period (`stage_intervals_by_stage`).

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::fold::Way;
use super::only::SeenPaths;
use super::request::Funnel;
use crate::accounts::{Principal, UserId};
use crate::db::schema::{lead_paths as paths, stage_intervals as intervals};
use crate::db::types::Instant;
use crate::db::{Connection, scattered};
use crate::error::Result;
use crate::pipelines::path::Path;
use crate::pipelines::{LeadId, visit};

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

/// Gives every lead of the cohort to `visit`, and, without a way, every lead that began in the period and never came to the
/// first step.
pub fn cohort(
    conn: &mut Connection,
    by: &Principal,
    funnel: &Funnel,
    need: Need,
    visit: &mut dyn FnMut(&Row, Path<'_>, Option<&Way>),
) -> Result<()> {
    let need = Need { id: need.id || funnel.only.is_past(), ..need };
    let (Some(from), Some(to)) = (Instant::from_micros(funnel.plan.from), Instant::from_micros(funnel.plan.to)) else {
        return Ok(());
    };
    let Some(first) = funnel.steps.first().filter(|_| from < to) else { return Ok(()) };
    let mut way = Way::default();
    let mut take = |row: &Row, path: Path<'_>| {
        if row.lead_id.is_some_and(|lead| !funnel.only.had(lead)) {
            return;
        }
        if funnel.plan.walk(path, &mut way) {
            visit(row, path, Some(&way));
        } else if funnel.plan.passes_by(path) {
            visit(row, path, None);
        }
    };
    let seen = || funnel.only.paths(by, funnel.pipeline.id);
    let begun = seen().filter(paths::entered_at.ge(from).and(paths::entered_at.lt(to)));
    if funnel.only.members.is_none() {
        scattered(conn, |conn| read(conn, begun, need, &mut take))?;
    } else {
        read(conn, begun, need, &mut take)?;
    }
    if from == Instant::MIN {
        return Ok(());
    }
    let came = intervals::table
        .filter(intervals::stage_id.eq(first.id).and(intervals::visit.eq(visit::ARRIVES)))
        .filter(intervals::entered_at.ge(from).and(intervals::entered_at.lt(to)))
        .select(intervals::lead_id);
    read(conn, seen().filter(paths::lead_id.eq_any(came)).filter(paths::entered_at.lt(from)), need, &mut take)
}

fn read(conn: &mut Connection, rows: SeenPaths, need: Need, visit: &mut dyn FnMut(&Row, Path<'_>)) -> Result<()> {
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
