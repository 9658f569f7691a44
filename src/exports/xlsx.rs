//! Excel workbooks in constant memory: rows go to a file without a name, which is packed and sent once it is whole.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::Path;

use chrono::{Datelike, NaiveDate, Timelike};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::cell::{Cell, Style};
use super::table::Column;
use crate::error::{Error, Result};
use crate::money::major;

/// The most rows of a sheet, the header among them.
pub const MOST_ROWS: u32 = 1_048_576;
/// The most characters of a cell.
const MOST_LETTERS: usize = 32_767;
/// Stands at the end of a text that was cut to fit its cell.
const CUT: &str = "… (cut: a cell of Excel holds 32,767 characters)";

/// A workbook being written.
pub struct Xlsx {
    workbook: Workbook,
    sheet: Worksheet,
    name: &'static str,
    sheets: u32,
    most_rows: u32,
    row: u32,
    header: Vec<String>,
    style: Style,
    bold: Format,
    moment: Format,
    day: Format,
    money: [Format; 4],
}

fn failed(error: XlsxError) -> Error {
    match error {
        XlsxError::IoError(error) => Error::from_io(&error),
        other => Error::internal(other),
    }
}

impl Xlsx {
    /// A workbook whose temporary files lie in `folder`.
    ///
    /// # Errors
    /// No file can be made there.
    pub fn new(name: &'static str, header: Vec<String>, style: Style, folder: &Path) -> Result<Self> {
        Self::with_sheets_of(MOST_ROWS, name, header, style, folder)
    }

    fn with_sheets_of(
        most_rows: u32,
        name: &'static str,
        header: Vec<String>,
        style: Style,
        folder: &Path,
    ) -> Result<Self> {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(folder).map_err(failed)?;
        let sheet = workbook.new_worksheet_with_constant_memory().map_err(failed)?;
        let number = |format: &str| Format::new().set_num_format(format);
        let mut xlsx = Self {
            workbook,
            sheet,
            name,
            sheets: 1,
            most_rows,
            row: 0,
            header,
            style,
            bold: Format::new().set_bold(),
            moment: number("yyyy-mm-dd hh:mm:ss"),
            day: number("yyyy-mm-dd"),
            money: ["0", "0.0", "0.00", "0.000"].map(number),
        };
        xlsx.begin_sheet().map_err(failed)?;
        Ok(xlsx)
    }

    fn begin_sheet(&mut self) -> Result<(), XlsxError> {
        let name = if self.sheets == 1 { self.name.to_owned() } else { format!("{} {}", self.name, self.sheets) };
        self.sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        for (column, name) in (0..).zip(&self.header) {
            self.sheet.write_string_with_format(0, column, name, &self.bold)?;
        }
        self.row = 1;
        Ok(())
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The disk is full.
    pub fn write<R>(&mut self, columns: &[Column<R>], row: &R) -> Result<()> {
        if self.row >= self.most_rows {
            let next = self.workbook.new_worksheet_with_constant_memory().map_err(failed)?;
            self.workbook.push_worksheet(std::mem::replace(&mut self.sheet, next));
            self.sheets += 1;
            self.begin_sheet().map_err(failed)?;
        }
        for (column, each) in (0..).zip(columns) {
            self.cell(column, &(each.cell)(row)).map_err(failed)?;
        }
        self.row += 1;
        Ok(())
    }

    fn cell(&mut self, column: u16, cell: &Cell<'_>) -> Result<(), XlsxError> {
        let (sheet, row) = (&mut self.sheet, self.row);
        match cell {
            Cell::Empty => return Ok(()),
            Cell::Text(text) => sheet.write_string(row, column, fitting(text).as_ref())?,
            Cell::Whole(number) => sheet.write_number(row, column, as_float(&number.to_string()))?,
            Cell::Number(digits) => sheet.write_number(row, column, as_float(digits))?,
            Cell::Money(minor, places) => {
                let value = as_float(&major(*minor, *places, '.'));
                match usize::try_from(*places).ok().and_then(|places| self.money.get(places)) {
                    Some(format) => sheet.write_number_with_format(row, column, value, format)?,
                    None => sheet.write_number(row, column, value)?,
                }
            }
            Cell::Sum(minor, currency) => sheet.write_string(row, column, self.style.sum(*minor, currency))?,
            Cell::Flag(flag) => sheet.write_boolean(row, column, *flag)?,
            Cell::At(at) => {
                let local = at.to_utc().with_timezone(&self.style.zone).naive_local();
                let (time, milli) = (local.time(), local.and_utc().timestamp_subsec_millis());
                let second = u16::try_from(time.second()).unwrap_or(0);
                let clock = |n| u8::try_from(n).unwrap_or(0);
                match of_day(local.date()) {
                    Some(day) => {
                        let (hour, minute) = (u16::from(clock(time.hour())), clock(time.minute()));
                        let at = day.and_hms(hour, minute, f64::from(second) + f64::from(milli) / 1000.0)?;
                        sheet.write_datetime_with_format(row, column, &at, &self.moment)?
                    }
                    None => sheet.write_string(row, column, self.style.moment(*at))?,
                }
            }
            Cell::Day(day) => match of_day(*day) {
                Some(date) => sheet.write_datetime_with_format(row, column, &date, &self.day)?,
                None => sheet.write_string(row, column, day.to_string())?,
            },
        };
        Ok(())
    }

    /// Packs the workbook into a file without a name, ready to be read from its start. Takes a second for every
    /// hundred thousand rows or so.
    ///
    /// # Errors
    /// The disk is full.
    pub fn finish(self, folder: &Path) -> Result<File> {
        let Self { mut workbook, sheet, .. } = self;
        workbook.push_worksheet(sheet);
        let mut file = tempfile::tempfile_in(folder).map_err(|error| Error::from_io(&error))?;
        let written = file.try_clone().map_err(|error| Error::from_io(&error))?;
        workbook.save_to_writer(std::io::BufWriter::new(written)).map_err(failed)?;
        file.seek(SeekFrom::Start(0)).map_err(|error| Error::from_io(&error))?;
        Ok(file)
    }
}

/// Excel's dates begin with 1900.
fn of_day(day: NaiveDate) -> Option<ExcelDateTime> {
    let year = u16::try_from(day.year()).ok().filter(|year| *year > 1900)?;
    ExcelDateTime::from_ymd(year, u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?).ok()
}

/// Excel knows no other numbers.
fn as_float(digits: &str) -> f64 {
    digits.parse().unwrap_or_default()
}

fn fitting(text: &str) -> std::borrow::Cow<'_, str> {
    // Excel counts UTF-16 units.
    if text.len() <= MOST_LETTERS || text.encode_utf16().count() <= MOST_LETTERS {
        return text.into();
    }
    let (mut room, mut end) = (MOST_LETTERS - CUT.encode_utf16().count(), 0);
    for letter in text.chars() {
        let Some(left) = room.checked_sub(letter.len_utf16()) else { break };
        room = left;
        end += letter.len_utf8();
    }
    format!("{}{CUT}", text.get(..end).unwrap_or_default()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx as Read};
    use chrono_tz::Tz;

    #[test]
    fn a_long_list_goes_on_in_further_sheets() {
        let folder = tempfile::tempdir().unwrap();
        let style = Style { zone: Tz::UTC, decimal: '.' };
        let columns = [Column::new("n", |n: &i64| Cell::Whole(*n))];
        let mut xlsx = Xlsx::with_sheets_of(4, "numbers", vec!["n".to_owned()], style, folder.path()).unwrap();
        for n in 1..=7 {
            xlsx.write(&columns, &n).unwrap();
        }
        let mut book: Read<_> = Read::new(std::io::BufReader::new(xlsx.finish(folder.path()).unwrap())).unwrap();
        let mut found = Vec::new();
        for name in book.sheet_names() {
            let sheet = book.worksheet_range(&name).unwrap();
            found.push((name, sheet.rows().skip(1).map(|row| row[0].clone()).collect::<Vec<_>>()));
        }
        let numbers = |list: &[f64]| list.iter().map(|n| Data::Float(*n)).collect::<Vec<_>>();
        let expected = [
            ("numbers", numbers(&[1.0, 2.0, 3.0])),
            ("numbers 2", numbers(&[4.0, 5.0, 6.0])),
            ("numbers 3", numbers(&[7.0])),
        ];
        assert_eq!(found, expected.map(|(name, list)| (name.to_owned(), list)));
    }

    #[test]
    fn a_text_too_long_for_a_cell_says_so() {
        let cut = fitting(&"😀".repeat(20_000)).into_owned();
        assert!(cut.ends_with(CUT) && cut.encode_utf16().count() <= MOST_LETTERS);
        assert_eq!(fitting("short"), "short");
    }
}
