//! The file as rows: UTF-8 with or without a byte order mark, delimiter given or found, one row in memory at a time.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};

use csv::{Reader, ReaderBuilder, StringRecord};

use super::mapping::{Mapping, Place, Target};
use crate::error::{Code, Error, FieldError, Result};
use crate::spreadsheet::unguard;

/// The most bytes one row may have.
const LARGEST_ROW: usize = 1024 * 1024;

/// A file being read.
pub struct Rows<R> {
    reader: Reader<BufReader<R>>,
    columns: Vec<Column>,
    headers: StringRecord,
    number: u64,
}

impl<R> std::fmt::Debug for Rows<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("columns", &self.columns).field("number", &self.number).finish_non_exhaustive()
    }
}

/// A mapped field and where it stands in a row.
#[derive(Debug, Clone)]
pub struct Column {
    /// What it means.
    pub target: Target,
    /// Its header; empty for a constant.
    pub name: String,
    place: At,
}

#[derive(Debug, Clone)]
enum At {
    Index(usize),
    Fixed(String),
}

/// A row of the file.
#[derive(Debug, Clone)]
pub struct Row {
    /// 1 for the first row after the header.
    pub number: u64,
    /// Its cells, or why it cannot be read.
    pub cells: Result<StringRecord, RowError>,
}

/// Something wrong with a row, or worth saying about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The column's header, where one is to blame.
    pub column: Option<String>,
    /// A stable word.
    pub code: String,
    /// For people.
    pub message: String,
}

impl RowError {
    /// Something wrong with the row as a whole.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { column: None, code: code.into(), message: message.into() }
    }

    /// The same, with the column to blame.
    #[must_use]
    pub fn of(self, column: &str) -> Self {
        Self { column: (!column.is_empty()).then(|| column.to_owned()), ..self }
    }
}

impl<R: Read> Rows<R> {
    /// Reads the header and finds the mapping's columns in it.
    ///
    /// # Errors
    /// The file is empty, has two columns of one name that the mapping uses, or lacks columns that it names.
    pub fn open(file: R, mapping: &Mapping) -> Result<Self> {
        let mut file = BufReader::with_capacity(256 * 1024, file);
        let start = file.fill_buf().map_err(unreadable)?;
        let mark = if start.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let delimiter = mapping.delimiter.unwrap_or_else(|| find_delimiter(start.get(mark..).unwrap_or_default()));
        file.consume(mark);
        let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(true).from_reader(file);
        let headers = reader.headers().map_err(|error| Error::because(Code::MalformedBody, describe(&error)))?;
        let headers: StringRecord = headers.iter().map(str::trim).collect();
        if headers.iter().all(str::is_empty) {
            return Err(Error::field("file", "required", "is empty: the first line must name the columns"));
        }
        let columns = find_columns(&headers, mapping)?;
        Ok(Self { reader, columns, headers, number: 0 })
    }

    /// The mapped columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The names in the first line.
    #[must_use]
    pub const fn headers(&self) -> &StringRecord {
        &self.headers
    }

    /// The next row; blank lines are passed over.
    ///
    /// # Errors
    /// The file itself cannot be read.
    pub fn read(&mut self) -> Result<Option<Row>> {
        let mut cells = StringRecord::new();
        let read = self.reader.read_record(&mut cells);
        if matches!(read, Ok(false)) {
            return Ok(None);
        }
        self.number += 1;
        let cells = match read {
            Ok(_) => self.check(cells),
            Err(error) => match error.kind() {
                csv::ErrorKind::Utf8 { .. } => Err(RowError::new("encoding", describe(&error))),
                _ => return Err(unreadable(error)),
            },
        };
        Ok(Some(Row { number: self.number, cells }))
    }

    /// Passes over rows that were taken before.
    ///
    /// # Errors
    /// The file itself cannot be read.
    pub fn skip(&mut self, rows: u64) -> Result<()> {
        let mut record = csv::ByteRecord::new();
        while self.number < rows && self.reader.read_byte_record(&mut record).map_err(unreadable)? {
            self.number += 1;
        }
        Ok(())
    }

    fn check(&self, cells: StringRecord) -> Result<StringRecord, RowError> {
        if cells.len() != self.headers.len() {
            let message = format!("has {} cells where the first line has {}", cells.len(), self.headers.len());
            Err(RowError::new("ragged", message))
        } else if cells.as_slice().contains('\0') {
            Err(RowError::new("format", "holds the character U+0000"))
        } else if cells.as_slice().len() > LARGEST_ROW {
            Err(RowError::new("length", "is longer than 1 MiB: is a quote left open?"))
        } else {
            Ok(cells)
        }
    }
}

impl Column {
    /// The value in a row, without surrounding blanks; `None` where there is none.
    #[must_use]
    pub fn value<'a>(&'a self, cells: &'a StringRecord) -> Option<&'a str> {
        let text = match &self.place {
            At::Index(index) => unguard(cells.get(*index).unwrap_or_default().trim()),
            At::Fixed(text) => text.as_str(),
        };
        (!text.is_empty()).then_some(text)
    }
}

fn find_columns(headers: &StringRecord, mapping: &Mapping) -> Result<Vec<Column>> {
    let mut errors = Vec::new();
    let mut blamed = HashSet::new();
    let mut columns = Vec::new();
    for (target, place) in &mapping.fields {
        let (name, at) = match place {
            Place::Fixed(text) => (String::new(), Some(At::Fixed(text.clone()))),
            Place::Column(name) => {
                let mut found = headers.iter().enumerate().filter(|(_, header)| header == name);
                let first = found.next().map(|(index, _)| At::Index(index));
                let wrong = match (&first, found.next()) {
                    (None, _) => Some(("unknown", format!("the file has no column '{name}', but: {}", list(headers)))),
                    (_, Some(_)) => Some(("duplicate", format!("the file has two columns '{name}'"))),
                    _ => None,
                };
                if let Some((code, message)) = wrong.filter(|_| blamed.insert(name.clone())) {
                    errors.push(FieldError::new("mapping.fields", code, message));
                }
                (name.clone(), first)
            }
        };
        columns.extend(at.map(|place| Column { target: target.clone(), name, place }));
    }
    if errors.is_empty() { Ok(columns) } else { Err(Error::invalid(errors)) }
}

fn list(headers: &StringRecord) -> String {
    let all = headers.iter().take(30).collect::<Vec<_>>().join(", ");
    all.chars().take(500).collect()
}

/// The sign that the first line has most of, outside quotes.
fn find_delimiter(start: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            byte if !quoted => {
                if let Some((_, count)) = counts.iter_mut().find(|(sign, _)| sign == byte) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    // Of equals the first, which is the comma.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(sign, _)| *sign)
}

fn describe(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "is not UTF-8: save the file as UTF-8 and send it again".to_owned(),
        _ => error.to_string(),
    }
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("the imported file cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::mapping::MappingInput;

    fn mapping() -> Mapping {
        let fields = vec!["email=mail".parse().unwrap(), "source=fixed:fair".parse().unwrap()];
        MappingInput { fields, ..MappingInput::default() }.parse().unwrap()
    }

    fn rows(text: &[u8]) -> Vec<String> {
        let mut rows = Rows::open(text, &mapping()).unwrap();
        let columns = rows.columns().to_vec();
        std::iter::from_fn(|| rows.read().unwrap())
            .map(|row| match row.cells {
                Ok(cells) => columns.iter().filter_map(|column| column.value(&cells)).collect::<Vec<_>>().join("/"),
                Err(error) => format!("{} {}", row.number, error.code),
            })
            .collect()
    }

    #[test]
    fn every_usual_delimiter_is_found_and_a_byte_order_mark_passed_over() {
        for text in
            ["\u{feff}name,mail\nA,a@x\n", "name;mail\r\nA;a@x\r\n", "\"na,me\"\tmail\nA\ta@x", "name|mail\nA|a@x"]
        {
            assert_eq!(rows(text.as_bytes()), ["a@x/fair"], "{text}");
        }
    }

    #[test]
    fn quotes_may_hold_delimiters_quotes_and_line_ends() {
        assert_eq!(rows(b"mail,note\n\"a,\"\"b\"\"\n@x\",1\n"), ["a,\"b\"\n@x/fair"]);
    }

    #[test]
    fn a_bad_row_is_told_and_the_next_one_read() {
        let text = b"mail,note\na@x,1,2\nb@x\n\nc@x,\xff\nd\0@x,1\n  e@x ,1\n";
        assert_eq!(rows(text), ["1 ragged", "2 ragged", "3 encoding", "4 format", "e@x/fair"]);
    }

    #[test]
    fn a_file_without_the_columns_is_refused_as_a_whole() {
        let code = |text: &str| Rows::open(text.as_bytes(), &mapping()).unwrap_err().errors[0].code.to_string();
        assert_eq!(code(""), "required");
        assert_eq!(code("\n\n"), "required");
        assert_eq!(code("a,b\n1,2"), "unknown");
        assert_eq!(code("mail,mail\n1,2"), "duplicate");
    }

    #[test]
    fn an_import_goes_on_behind_the_rows_taken_before() {
        let mut rows = Rows::open(&b"mail\n1\n2\n3\n"[..], &mapping()).unwrap();
        rows.skip(2).unwrap();
        assert_eq!(rows.read().unwrap().unwrap().number, 3);
    }
}
