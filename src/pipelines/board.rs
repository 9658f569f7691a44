//! A pipeline as a board: a column for each stage with its count, worth, stale leads and first cards.
//!
//! Won and lost columns hold only what was closed in the last days, so that a board costs the same after ten years.

use actix_web::web::{Data, Path};
use chrono::TimeDelta;
use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::leads::{Lead, LeadRow, rows};
use super::model::{Stage, StageKind};
use super::{LeadId, PipelineId, stages, store};
use crate::accounts::owners::Whose;
use crate::accounts::permissions::grants;
use crate::accounts::{May, Principal, UserId};
use crate::app::App;
use crate::db::Connection;
use crate::db::schema::leads;
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::http::{Cursor, Limit, Page, Query, Reply, Routes, handlers};

/// What the board shows.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct BoardQuery {
    /// Only leads of this owner: a user's id, `me`, or `none`.
    #[param(value_type = Option<String>)]
    owner_id: Option<Whose>,
    /// Won and lost columns hold leads closed in this many days.
    #[param(minimum = 1, maximum = 366, default = 30)]
    closed_days: Option<i64>,
    /// Cards of a column.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// A pipeline's board.
#[derive(Debug, Serialize, ToSchema)]
struct Board {
    /// The pipeline.
    pipeline_id: PipelineId,
    /// Its name.
    name: String,
    /// How many days back won and lost columns go.
    closed_days: i64,
    /// Its stages in order; archived ones only where leads are in them.
    columns: Vec<Column>,
}

/// A stage with what is in it.
#[derive(Debug, Serialize, ToSchema)]
struct Column {
    /// The stage.
    stage: Stage,
    /// How many leads.
    count: i64,
    /// What they are worth.
    totals: Vec<Money>,
    /// How many of them have been in the stage for more than its `stale_after_days`.
    stale: i64,
    /// The first cards, those that came last on top. More are in the list of leads with `stage_id`,
    /// `sort=-stage_entered_at` and this `next_cursor`.
    leads: Page<LeadRow>,
}

/// A sum in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Money {
    /// ISO 4217 code.
    pub currency: String,
    /// Minor units.
    pub amount: i64,
}

/// The leads of a column, from a boxed query of any shape.
macro_rules! limited {
    ($rows:expr, $by:ident, $stage:expr, $closed_from:ident, $owner:ident) => {{
        let mut rows = $rows.filter(leads::stage_id.eq($stage).and(leads::deleted_at.is_null()));
        if let Some(owners) = $by.scope.owners() {
            rows = rows.filter(leads::owner_id.is_null().or(leads::owner_id.eq_any(owners).assume_not_null()));
        }
        if let Some(closed_from) = $closed_from {
            rows = rows.filter(leads::stage_entered_at.ge(closed_from));
        }
        if let Some(owner) = $owner {
            rows = match owner {
                Some(owner) => rows.filter(leads::owner_id.eq(owner)),
                None => rows.filter(leads::owner_id.is_null()),
            };
        }
        rows
    }};
}

fn board(conn: &mut Connection, by: &Principal, id: PipelineId, query: &BoardQuery) -> Result<Board> {
    let closed_days = query.closed_days.unwrap_or(30);
    if !(1..=366).contains(&closed_days) {
        return Err(Error::outside("closed_days", 1, 366));
    }
    let limit = query.limit.get()?;
    let owner = query.owner_id.map(|owner| owner.user("owner_id", by)).transpose()?;
    let now = Instant::now();
    let closed_from = now.plus(-TimeDelta::days(closed_days));
    let pipeline = store::find(conn, id)?;
    let mut columns = Vec::with_capacity(pipeline.stages.len());
    for stage in pipeline.stages {
        let column = column(conn, by, owner, stage, closed_from, now, limit)?;
        if column.count > 0 || column.stage.archived_at.is_none() {
            columns.push(column);
        }
    }
    Ok(Board { pipeline_id: id, name: pipeline.name, closed_days, columns })
}

fn column(
    conn: &mut Connection,
    by: &Principal,
    owner: Option<Option<UserId>>,
    stage: Stage,
    closed_from: Instant,
    now: Instant,
    limit: i64,
) -> Result<Column> {
    let closed_from = (stage.kind != StageKind::Open).then_some(closed_from);
    let all = || limited!(leads::table.into_boxed(), by, stage.id, closed_from, owner);
    let sums = leads::table
        .group_by(leads::currency)
        .select((leads::currency, count_star(), sql::<Nullable<BigInt>>("CAST(SUM(leads.amount) AS BIGINT)")))
        .into_boxed();
    let sums: Vec<(Option<String>, i64, Option<i64>)> =
        limited!(sums, by, stage.id, closed_from, owner).order(leads::currency).load(conn)?;
    let overdue = match stage.stale_after_days {
        Some(days) if stage.kind == StageKind::Open => {
            let since = stages::stale_since(now, days);
            all().filter(leads::stage_entered_at.lt(since)).count().get_result(conn)?
        }
        _ => 0,
    };
    let cards = all().order((leads::stage_entered_at.desc(), leads::id.desc())).limit(limit + 1);
    let cards: Vec<Lead> = cards.select(Lead::as_select()).load(conn)?;
    let cursor = |lead: &Lead| Cursor::<Instant, LeadId>(lead.stage_entered_at, lead.id).encode();
    Ok(Column {
        count: sums.iter().map(|(_, count, _)| count).sum(),
        totals: sums
            .into_iter()
            .filter_map(|(currency, _, amount)| Some(Money { currency: currency?, amount: amount? }))
            .collect(),
        stale: overdue,
        leads: rows::named(conn, by, Page::cut(cards, limit, cursor))?,
        stage,
    })
}

/// Shows a pipeline as a board.
#[utoipa::path(get, path = "/pipelines/{id}/board", operation_id = "get_board", tag = "pipelines", security(("bearer" = ["leads:read"])), params(("id" = PipelineId, Path), BoardQuery), responses((status = 200, body = Board)))]
async fn show(
    actor: May<grants::LeadsRead>,
    app: Data<App>,
    id: Path<PipelineId>,
    query: Query<BoardQuery>,
) -> Result<Reply> {
    app.read(&actor, move |conn, by| Reply::ok(&board(conn, by, *id, &query.0)?)).await
}

/// The route of the board.
pub(super) fn routes(cfg: &mut Routes) {
    handlers!(cfg: show);
}
