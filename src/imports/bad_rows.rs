//! The rows of a file that were refused or are worth a look, as kept.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::ImportId;
use super::reader::RowError;
use crate::db::Connection;
use crate::db::schema::import_errors;
use crate::db::types::{Guid, Json};
use crate::error::Result;
use crate::on;

crate::text_enum! {
    /// How bad it is.
    pub enum Severity {
        /// The row was not taken.
        Error = "error",
        /// The row was taken, but look at it.
        Warning = "warning",
    }
}

/// Something wrong with a row, or worth a look.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = import_errors, treat_none_as_default_value = false)]
pub struct ImportError {
    #[serde(skip)]
    import_id: ImportId,
    /// The row: 1 is the first one under the header.
    pub row_number: i64,
    #[serde(skip)]
    pub(super) id: Guid,
    /// The column to blame, where there is one.
    pub column_name: Option<String>,
    /// Whether the row was refused.
    pub severity: Severity,
    /// What is wrong, as a stable word.
    pub code: String,
    /// What is wrong, for a person.
    pub message: String,
    /// The row's cells.
    #[schema(value_type = Option<Vec<String>>)]
    pub record: Option<Json<Vec<String>>>,
    /// What differs between those of one `code`, for a message in another language: the cell's `value`; `cells` and
    /// `expected` of `ragged`; `what` and `name` of `unknown`; `stage`, `from` and `until` of `gap` and `overlap`, with the
    /// `next` stage; `stage` and `from` of `assumed_entry`; `first` and `other` of `conflict`; what bad fields have.
    #[schema(value_type = Option<Object>)]
    pub params: Option<Json<Map<String, Value>>>,
}

/// The bad rows kept for an import; those behind them are counted only.
pub const MOST_ERRORS: i64 = 10_000;
/// The problems of one row that are kept with its cells.
pub(super) const MOST_WITH_CELLS: usize = 20;

/// Whether a row is short enough to be kept.
pub(super) fn is_short(cells: &csv::StringRecord) -> bool {
    const LONGEST: usize = 10_000;
    cells.as_slice().len() <= LONGEST
}

impl ImportError {
    /// A row's problem as kept; very long rows are kept without their cells.
    #[must_use]
    pub fn new(
        import_id: ImportId,
        row: i64,
        severity: Severity,
        error: RowError,
        cells: Option<&csv::StringRecord>,
    ) -> Self {
        let short = cells.filter(|cells| is_short(cells));
        Self {
            import_id,
            row_number: row,
            id: Guid::new(),
            column_name: error.column,
            severity,
            code: error.code,
            message: error.message,
            record: short.map(|cells| Json(cells.iter().map(str::to_owned).collect())),
            params: error.params.map(|params| Json(*params)),
        }
    }
}

/// Bad rows in the order of the file: up to `limit` behind `after`.
///
/// # Errors
/// The database is away.
pub fn errors(conn: &mut Connection, id: ImportId, after: Option<(i64, Guid)>, limit: i64) -> Result<Vec<ImportError>> {
    let mut query = import_errors::table.filter(import_errors::import_id.eq(id)).into_boxed();
    if let Some((row, id)) = after {
        let behind = import_errors::row_number.gt(row);
        query = query.filter(behind.or(import_errors::row_number.eq(row).and(import_errors::id.gt(id))));
    }
    let order = (import_errors::row_number, import_errors::id);
    Ok(query.order(order).limit(limit).select(ImportError::as_select()).load(conn)?)
}

/// Keeps bad rows, few enough at a time for the values that a statement may have.
///
/// # Errors
/// The database refuses one.
pub(super) fn keep_errors(conn: &mut Connection, errors: &[ImportError]) -> Result<()> {
    for some in errors.chunks(500) {
        on!(conn, c => diesel::insert_into(import_errors::table).values(some).execute(c))?;
    }
    Ok(())
}

/// How many bad rows are kept of an import.
///
/// # Errors
/// The database is away.
pub fn errors_kept(conn: &mut Connection, id: ImportId) -> Result<i64> {
    Ok(import_errors::table.filter(import_errors::import_id.eq(id)).count().get_result(conn)?)
}
