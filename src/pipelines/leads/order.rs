//! The orders of the list of leads. Each is one range of an index, from wherever a page begins.

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Untyped};

use super::filter::Boxed;
use super::model::Lead;
use crate::db::Connection;
use crate::db::conditions::Direction as Way;
use crate::db::schema::leads;
use crate::db::types::{Instant, sql::Guid};
use crate::error::Result;
use crate::http::Cursor;
use crate::pipelines::LeadId;

crate::text_enum! {
    /// The order of the list; `-` for the latest or greatest first. Leads without an amount, or without a day to close on,
    /// come last in the orders by these, whichever way.
    pub enum LeadSort {
        /// By the time of recording.
        Created = "created_at",
        /// By the time of recording, latest first.
        CreatedDown = "-created_at",
        /// By the time of change.
        Updated = "updated_at",
        /// By the time of change, latest first.
        UpdatedDown = "-updated_at",
        /// By the entry to the pipeline.
        Entered = "entered_at",
        /// By the entry to the pipeline, latest first.
        EnteredDown = "-entered_at",
        /// By the entry to the stage.
        StageEntered = "stage_entered_at",
        /// By the entry to the stage, latest first.
        StageEnteredDown = "-stage_entered_at",
        /// By the amount in minor units, whatever the currency.
        Amount = "amount",
        /// By the amount in minor units, whatever the currency, greatest first.
        AmountDown = "-amount",
        /// By the day on which it is expected to close.
        Close = "expected_close_on",
        /// By the day on which it is expected to close, latest first.
        CloseDown = "-expected_close_on",
    }
}

/// Makes the query again: what an order reads may take two.
pub(super) type Rows<'a> = dyn FnMut(&mut Connection) -> Result<Boxed> + 'a;

/// Up to `count` leads behind a cursor of this order.
///
/// # Errors
/// It is no cursor of this order.
pub(super) fn load(
    conn: &mut Connection,
    rows: &mut Rows<'_>,
    sort: LeadSort,
    cursor: Option<&str>,
    count: i64,
) -> Result<Vec<Lead>> {
    use Way::{Ascending, Descending};
    match sort {
        LeadSort::Amount => by_amount(conn, rows, Ascending, cursor, count),
        LeadSort::AmountDown => by_amount(conn, rows, Descending, cursor, count),
        LeadSort::Close => by_close(conn, rows, Ascending, cursor, count),
        LeadSort::CloseDown => by_close(conn, rows, Descending, cursor, count),
        _ => {
            let after = cursor.map(Cursor::decode).transpose()?;
            let rows = by_time(rows(conn)?, sort, after);
            Ok(rows.limit(count).select(Lead::as_select()).load(conn)?)
        }
    }
}

/// The cursor behind a lead in this order.
pub(super) fn cursor(lead: &Lead, sort: LeadSort) -> String {
    let at = match sort {
        LeadSort::Created | LeadSort::CreatedDown => lead.created_at,
        LeadSort::Updated | LeadSort::UpdatedDown => lead.updated_at,
        LeadSort::Entered | LeadSort::EnteredDown => lead.entered_at,
        LeadSort::StageEntered | LeadSort::StageEnteredDown => lead.stage_entered_at,
        LeadSort::Amount | LeadSort::AmountDown => return Cursor(lead.amount, lead.id).encode(),
        LeadSort::Close | LeadSort::CloseDown => return Cursor(lead.expected_close_on, lead.id).encode(),
    };
    Cursor(at, lead.id).encode()
}

macro_rules! by_key {
    ($rows:expr, $after:expr, $column:ident, up) => {{
        let rows = $rows.order((leads::$column.asc(), leads::id.asc()));
        match $after {
            Some(Cursor(at, id)) => {
                let later = leads::$column.gt(at).or(leads::id.gt(id));
                rows.filter(leads::$column.ge(at)).filter(later)
            }
            None => rows,
        }
    }};
    ($rows:expr, $after:expr, $column:ident, down) => {{
        let rows = $rows.order((leads::$column.desc(), leads::id.desc()));
        match $after {
            Some(Cursor(at, id)) => {
                let earlier = leads::$column.lt(at).or(leads::id.lt(id));
                rows.filter(leads::$column.le(at)).filter(earlier)
            }
            None => rows,
        }
    }};
}

/// The rows behind a lead in an order by a time that every lead has.
pub(super) fn by_time(rows: Boxed, sort: LeadSort, after: Option<Cursor<Instant, LeadId>>) -> Boxed {
    match sort {
        LeadSort::Created => by_key!(rows, after, created_at, up),
        LeadSort::Updated => by_key!(rows, after, updated_at, up),
        LeadSort::UpdatedDown => by_key!(rows, after, updated_at, down),
        LeadSort::Entered => by_key!(rows, after, entered_at, up),
        LeadSort::EnteredDown => by_key!(rows, after, entered_at, down),
        LeadSort::StageEntered => by_key!(rows, after, stage_entered_at, up),
        LeadSort::StageEnteredDown => by_key!(rows, after, stage_entered_at, down),
        _ => by_key!(rows, after, created_at, down),
    }
}

/// Makes the order by a column that some leads have nothing in: first those that have, then the others by their ids.
macro_rules! by_value {
    ($name:ident: $column:ident, $value:ty as $sql:ty) => {
        fn $name(
            conn: &mut Connection,
            rows: &mut Rows<'_>,
            way: Way,
            cursor: Option<&str>,
            count: i64,
        ) -> Result<Vec<Lead>> {
            const COLUMN: &str = concat!("leads.", stringify!($column));
            let after = cursor.map(Cursor::<Option<$value>, LeadId>::decode).transpose()?;
            let mut found: Vec<Lead> = Vec::new();
            if !matches!(after, Some(Cursor(None, _))) {
                let mut with = rows(conn)?.filter(leads::$column.is_not_null());
                if let Some(Cursor(Some(value), id)) = after {
                    let behind = sql::<Bool>(&format!("({COLUMN}, leads.id) {} (", beyond(way)));
                    with = with.filter(behind.bind::<$sql, _>(value).sql(", ").bind::<Guid, _>(id).sql(")"));
                }
                found = with.order(order(COLUMN, way)).limit(count).select(Lead::as_select()).load(conn)?;
            }
            let left = count - i64::try_from(found.len()).unwrap_or(count);
            if left > 0 {
                let mut without = rows(conn)?.filter(leads::$column.is_null());
                if let Some(Cursor(None, id)) = after {
                    let behind = sql::<Bool>(&format!("leads.id {} ", beyond(way)));
                    without = without.filter(behind.bind::<Guid, _>(id));
                }
                let without = without.order(order(COLUMN, way)).limit(left).select(Lead::as_select());
                found.extend(without.load::<Lead>(conn)?);
            }
            Ok(found)
        }
    };
}
by_value!(by_amount: amount, i64 as BigInt);
by_value!(by_close: expected_close_on, NaiveDate as Date);

const fn beyond(way: Way) -> &'static str {
    match way {
        Way::Ascending => ">",
        Way::Descending => "<",
    }
}

fn order(column: &str, way: Way) -> diesel::expression::SqlLiteral<Untyped> {
    let way = match way {
        Way::Ascending => "ASC",
        Way::Descending => "DESC",
    };
    sql(&format!("{column} {way}, leads.id {way}"))
}
