//! The first rows of a file, by which it is taken for something.

use std::fs::File;

use csv::StringRecord;

use super::mapping::MappingInput;
use super::propose::LOOKED_AT;
use super::reader::{RowError, Rows};
use crate::error::Result;

/// Rows that are looked at.
const ROWS: usize = 2000;

/// The first rows of a file.
pub(super) struct Sample {
    pub(super) headers: Vec<String>,
    pub(super) rows: Vec<StringRecord>,
    pub(super) bad: Vec<RowError>,
    /// Whether this is all of the file.
    pub(super) whole: bool,
}

/// Reads them.
///
/// # Errors
/// The file cannot be read at all.
pub(super) fn sample(file: File, mapping: &MappingInput) -> Result<Sample> {
    let reading = mapping.layout()?;
    let mut rows = Rows::open(file, &reading)?;
    let headers = rows.headers().iter().map(str::to_owned).collect();
    let (mut found, mut bad) = (Vec::new(), Vec::new());
    let (mut seen, mut bytes, mut whole) = (0, 0, false);
    while seen < ROWS && bytes < usize::try_from(LOOKED_AT).unwrap_or(usize::MAX) {
        seen += 1;
        match rows.read() {
            Ok(Some(row)) => match row.cells {
                Ok(cells) => {
                    bytes += cells.as_slice().len();
                    found.push(cells);
                }
                Err(error) => bad.push(error),
            },
            Ok(None) => {
                whole = true;
                break;
            }
            // The run itself says what is wrong from here on.
            Err(_) => break,
        }
    }
    Ok(Sample { headers, rows: found, bad, whole })
}
