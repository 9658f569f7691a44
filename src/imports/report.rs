//! The bad rows as a file: corrected and without its first five columns it can be sent again. No cell is a formula.

use csv::WriterBuilder;

use super::store::{Import, ImportError};
use crate::error::{Error, Result};
use crate::spreadsheet::guard;

/// The bad rows of an import as CSV.
///
/// # Errors
/// A fault of ours.
pub fn csv(import: &Import, errors: &[ImportError]) -> Result<Vec<u8>> {
    let mut out = WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let mut write = |cells: &mut dyn Iterator<Item = &str>| -> Result<()> {
        for cell in cells {
            out.write_field(guard(cell).as_bytes()).map_err(Error::internal)?;
        }
        out.write_record(None::<&[u8]>).map_err(Error::internal)
    };
    let headers = import.headers.iter().flat_map(|headers| headers.0.iter().map(String::as_str));
    let first = ["row", "severity", "column", "code", "message"];
    write(&mut first.into_iter().chain(headers))?;
    for error in errors {
        let number = error.row_number.to_string();
        let column = error.column_name.as_deref().unwrap_or_default();
        let told = [&number, error.severity.as_str(), column, &error.code, &error.message];
        let cells = error.record.iter().flat_map(|record| record.0.iter().map(String::as_str));
        write(&mut told.into_iter().chain(cells))?;
    }
    out.into_inner().map_err(Error::internal)
}
