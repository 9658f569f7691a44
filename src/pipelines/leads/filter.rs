//! The list of leads: filters, order, pages.
#![expect(clippy::large_stack_arrays, reason = "the derive of IntoParams lists the parameters in an array")]

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::Lead;
use super::order::{self, LeadSort};
use super::rows::{self, LeadRow};
use crate::accounts::Principal;
use crate::accounts::owners::Whose;
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::contacts::filter::parse_ids;
use crate::db::composed::{Sql, Value};
use crate::db::dialect::Condition;
use crate::db::schema::leads;
use crate::db::search::lead_text_contains;
use crate::db::types::Instant;
use crate::db::types::sql::Guid;
use crate::db::{Connection, MultiBackend};
use crate::error::{Error, FieldError, Result};
use crate::fields::{self, Entity, Wanted};
use crate::http::{Cursor, Limit, Page};
use crate::pipelines::{LeadId, LostReasonId, PipelineId, StageId, StageKind, stages};
use crate::segments::{self, SegmentId};

/// Which leads, in which order.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LeadQuery {
    /// Only these: up to 200 ids with commas between.
    pub id: Option<String>,
    /// Of this pipeline.
    pub pipeline_id: Option<PipelineId>,
    /// In this stage.
    pub stage_id: Option<StageId>,
    /// In a stage of this kind.
    pub kind: Option<StageKind>,
    /// Of this owner: a user's id, `me`, or `none`.
    #[param(value_type = Option<String>)]
    pub owner_id: Option<Whose>,
    /// Without (`true`) or with (`false`) an owner.
    pub unowned: Option<bool>,
    /// Of this client.
    pub contact_id: Option<ContactId>,
    /// Of clients who belong to this segment.
    #[param(value_type = Option<uuid::Uuid>)]
    pub segment_id: Option<SegmentId>,
    /// Of this company.
    pub company_id: Option<CompanyId>,
    /// From this source.
    pub source: Option<String>,
    /// Lost for this reason.
    pub lost_reason_id: Option<LostReasonId>,
    /// In this currency.
    pub currency: Option<String>,
    /// Worth at least this, in minor units.
    pub amount_min: Option<i64>,
    /// Worth at most this, in minor units.
    pub amount_max: Option<i64>,
    /// Expected to close on this day or later.
    #[param(value_type = Option<String>, format = Date)]
    pub expected_close_from: Option<NaiveDate>,
    /// Expected to close before this day.
    #[param(value_type = Option<String>, format = Date)]
    pub expected_close_to: Option<NaiveDate>,
    /// Recorded at this time or later.
    pub created_from: Option<Instant>,
    /// Recorded before this time.
    pub created_to: Option<Instant>,
    /// Changed at this time or later.
    pub updated_from: Option<Instant>,
    /// Changed before this time.
    pub updated_to: Option<Instant>,
    /// Entered the pipeline at this time or later.
    pub entered_from: Option<Instant>,
    /// Entered the pipeline before this time.
    pub entered_to: Option<Instant>,
    /// Closed at this time or later.
    pub closed_from: Option<Instant>,
    /// Closed before this time.
    pub closed_to: Option<Instant>,
    /// Standing (`true`) or not standing (`false`) in an open stage for more than that stage's `stale_after_days`.
    pub stale: Option<bool>,
    /// The title holds this text.
    #[param(max_length = 200)]
    pub q: Option<String>,
    /// Only deleted leads.
    #[serde(default)]
    pub deleted: bool,
    /// The order; newest record first where absent.
    #[param(inline)]
    pub sort: Option<LeadSort>,
    /// Where the previous page ended.
    pub cursor: Option<String>,
    /// Rows of a page.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Limit,
    /// Whether to count the whole list.
    #[serde(default)]
    pub total: bool,
}

pub(super) type Boxed = leads::BoxedQuery<'static, MultiBackend>;

/// The page of leads that the caller sees.
///
/// # Errors
/// The cursor, the limit or a filter is not valid.
pub fn page(conn: &mut Connection, by: &Principal, query: &LeadQuery, custom: &[Wanted]) -> Result<Page<LeadRow>> {
    let limit = query.limit.get()?;
    let sort = query.sort.unwrap_or(LeadSort::CreatedDown);
    let mut wanted = |conn: &mut Connection| filtered(conn, by, query, custom);
    let rows = order::load(conn, &mut wanted, sort, query.cursor.as_deref(), limit + 1)?;
    let mut page = Page::cut(rows, limit, |lead| order::cursor(lead, sort));
    if query.total {
        page.total = Some(filtered(conn, by, query, custom)?.count().get_result(conn)?);
    }
    rows::named(conn, by, page)
}

/// Up to `count` leads that the caller sees, the newest first, behind the one recorded at that time with that id: the
/// whole list piece by piece, in an order that no change of a lead disturbs.
///
/// # Errors
/// A filter is not valid.
pub fn newest(
    conn: &mut Connection,
    by: &Principal,
    query: &LeadQuery,
    custom: &[Wanted],
    after: Option<(Instant, LeadId)>,
    count: i64,
) -> Result<Vec<Lead>> {
    let after = after.map(|(at, id)| Cursor(at, id));
    let rows = order::by_time(filtered(conn, by, query, custom)?, LeadSort::CreatedDown, after);
    Ok(rows.limit(count).select(Lead::as_select()).load(conn)?)
}

/// Limits a boxed query by those of the fields that are given.
macro_rules! given {
    ($rows:ident, $query:ident: $($field:ident $column:ident $operator:ident),+ $(,)?) => {
        $(if let Some(value) = $query.$field.clone() {
            $rows = $rows.filter(leads::$column.$operator(value));
        })+
    };
}

/// The leads that the caller sees and the query asks for.
fn filtered(conn: &mut Connection, by: &Principal, query: &LeadQuery, custom: &[Wanted]) -> Result<Boxed> {
    let mut rows = seen(by);
    rows = if query.deleted {
        rows.filter(leads::deleted_at.is_not_null())
    } else {
        rows.filter(leads::deleted_at.is_null())
    };
    given!(rows, query:
        pipeline_id pipeline_id eq, stage_id stage_id eq, kind stage_kind eq,
        company_id company_id eq, source source eq, currency currency eq,
        lost_reason_id lost_reason_id eq, amount_min amount ge, amount_max amount le,
        expected_close_from expected_close_on ge, expected_close_to expected_close_on lt,
        created_from created_at ge, created_to created_at lt, updated_from updated_at ge, updated_to updated_at lt,
        entered_from entered_at ge, entered_to entered_at lt, closed_from closed_at ge, closed_to closed_at lt,
    );
    if let Some(ids) = &query.id {
        rows = rows.filter(leads::id.eq_any(parse_ids::<LeadId>(ids)?));
    }
    if let Some(contact) = query.contact_id {
        rows = rows.filter(of_client(contact));
    }
    if let Some(segment) = query.segment_id {
        rows = rows.filter(segments::leads_query(conn, segment).map_err(segments::named)?);
    }
    if let Some(owner) = query.owner_id {
        rows = match owner.user("owner_id", by)? {
            Some(owner) => rows.filter(leads::owner_id.eq(owner)),
            None => rows.filter(leads::owner_id.is_null()),
        };
    }
    if let Some(stale) = query.stale {
        let standing = stale_ones(conn, query.pipeline_id)?;
        rows = rows.filter(if stale { standing } else { standing.negated() });
    }
    match query.unowned {
        Some(true) => rows = rows.filter(leads::owner_id.is_null()),
        Some(false) => rows = rows.filter(leads::owner_id.is_not_null()),
        None => {}
    }
    if let Some(text) = &query.q {
        rows = holding(conn, rows, text)?;
    }
    for condition in fields::conditions::<leads::table>(conn, Entity::Lead, "leads.custom", custom)? {
        rows = rows.filter(condition);
    }
    Ok(rows)
}

/// The leads that stand too long where they are, found by stage and entry: however many were closed, they are not read.
fn stale_ones(conn: &mut Connection, pipeline: Option<PipelineId>) -> Result<Sql> {
    let waiting = stages::stale_before(conn, pipeline, Instant::now())?.into_iter().map(|(stage, since)| {
        let stage = Sql::text("(standing.stage_id = ").bind(Value::Id(stage.0));
        stage.and_text(" AND standing.stage_entered_at < ").bind(Value::At(since)).and_text(")")
    });
    let found =
        Sql::text("leads.id IN (SELECT standing.id FROM leads AS standing WHERE standing.deleted_at IS NULL AND ");
    Ok(found.then(Sql::any(waiting)).and_text(")"))
}

/// The leads of a client and of those merged with it.
fn of_client(contact: ContactId) -> Condition<leads::table> {
    let survivor = "COALESCE(asked.merged_into, asked.id)";
    let all = format!(" AND (one.id = {survivor} OR one.merged_into = {survivor}))");
    let first = "leads.contact_id IN (SELECT one.id FROM contacts AS one, contacts AS asked WHERE asked.id = ";
    Box::new(diesel::dsl::sql::<diesel::sql_types::Bool>(first).bind::<Guid, _>(contact).sql(&all))
}

/// The leads that the caller sees.
pub(crate) fn seen(by: &Principal) -> Boxed {
    let rows = leads::table.into_boxed();
    match by.scope.owners() {
        Some(owners) => rows.filter(leads::owner_id.is_null().or(leads::owner_id.eq_any(owners).assume_not_null())),
        None => rows,
    }
}

fn holding(conn: &mut Connection, rows: Boxed, text: &str) -> Result<Boxed> {
    if text.chars().count() > 200 {
        return Err(Error::invalid(vec![
            FieldError::new("q", "length", "must have at most 200 characters").with("max", 200),
        ]));
    }
    let mut rows = rows;
    for word in text.to_lowercase().split_whitespace() {
        rows = if word.chars().count() >= 3 {
            rows.filter(lead_text_contains(conn, word)?)
        } else {
            let pattern = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            rows.filter(leads::search_text.like(format!("%{pattern}%")).escape('\\'))
        };
    }
    Ok(rows)
}
