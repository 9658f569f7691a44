//! The file as rows, whatever it is written in: one row in memory at a time.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use csv::{Reader, ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, UTF_8};
use serde_json::{Map, Value};

use super::charset::{Decoded, Seen};
use super::delimiter;
use super::mapping::{ImportFormat, Mapping, Place, Target};
use super::vcard::{self, Card, Cards};
use crate::error::{Code, Error, FieldError, Result};
use crate::spreadsheet::unguard;

/// The most bytes one row may have.
const LARGEST_ROW: usize = 1024 * 1024;

/// A file being read.
pub struct Rows<R> {
    source: Source<R>,
    columns: Vec<Column>,
    headers: StringRecord,
    number: u64,
    seen: Arc<Seen>,
    /// Whether letters were replaced that the charset does not know.
    decodes: bool,
}

enum Source<R> {
    Table(Box<Reader<BufReader<Decoded<BufReader<R>>>>>),
    Cards(Cards<Decoded<BufReader<R>>>),
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
    /// What is worth a look although it can be read.
    pub warning: Option<RowError>,
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
    /// What differs between those of one code: the cell's `value`, the names and times of the message.
    pub params: Option<Box<Map<String, Value>>>,
}

impl RowError {
    /// Something wrong with the row as a whole.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { column: None, code: code.into(), message: message.into(), params: None }
    }

    /// The same with a value, name or time of its message; what was given before stays.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.params.get_or_insert_default().entry(name).or_insert_with(|| value.into());
        self
    }

    /// What is told of the last row of a file that ends inside quotes.
    #[must_use]
    pub fn cut_off() -> Self {
        Self::new("truncated", "the file ends inside quotes: is it cut off? Look at its last row")
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
        // A mark says more than the mapping.
        let marked = Encoding::for_bom(start);
        let charset = marked.map_or(mapping.charset, |(charset, _)| charset);
        if let (Some((_, mark)), true) = (marked, charset == UTF_8) {
            file.consume(mark);
        }
        let file = Decoded::new(file, charset);
        let (seen, decodes) = (file.seen(), charset != UTF_8);
        let (source, headers) = match mapping.format {
            ImportFormat::Vcard => (Source::Cards(Cards::new(file.of_cards())), StringRecord::from(vcard::HEADERS)),
            ImportFormat::Csv => {
                let (table, headers) = open_table(file, mapping)?;
                (Source::Table(Box::new(table)), headers)
            }
        };
        seen.row_ended();
        let columns = find_columns(&headers, mapping)?;
        Ok(Self { source, columns, headers, number: 0, seen, decodes })
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
    /// The file itself cannot be read, or a row has no end.
    pub fn read(&mut self) -> Result<Option<Row>> {
        let mut warning = None;
        let cells = match &mut self.source {
            Source::Table(table) => {
                let mut cells = StringRecord::new();
                match table.read_record(&mut cells) {
                    Ok(false) => return Ok(None),
                    Ok(true) => Ok(cells),
                    Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
                        Err(RowError::new("encoding", describe(&error)))
                    }
                    Err(error) => return Err(endless(self.number + 1, cause(error))),
                }
            }
            Source::Cards(cards) => match cards.next_card().map_err(|error| endless(self.number + 1, error))? {
                None => return Ok(None),
                Some(Card::Whole(card)) => card_row(card, &mut warning),
                Some(Card::Cut(card)) => {
                    // What is there is taken; a whole card adds the rest when it comes.
                    let row = card_row(card, &mut warning);
                    warning = Some(RowError::new("truncated", "has no END:VCARD: is the file cut off?"));
                    row
                }
                Some(Card::TooLong) => Err(RowError::new("length", "is longer than 4 MiB")),
            },
        };
        self.number += 1;
        self.seen.row_ended();
        let cells = cells.and_then(|cells| self.check(cells));
        Ok(Some(Row { number: self.number, cells, warning }))
    }

    /// Where the next row is looked for, in bytes of the decoded text: blank lines may stand before it.
    #[must_use]
    pub fn offset(&self) -> u64 {
        match &self.source {
            Source::Table(table) => table.position().byte(),
            Source::Cards(_) => 0,
        }
    }

    /// How much of the file has been read so far, in bytes.
    #[must_use]
    pub fn bytes_read(&self) -> i64 {
        i64::try_from(self.seen.raw()).unwrap_or(i64::MAX)
    }

    /// Whether the file ended inside quotes, once all of it has been read: its last row may be cut off.
    #[must_use]
    pub fn ended_in_quotes(&self) -> bool {
        matches!(self.source, Source::Table(_)) && self.seen.open_quote()
    }

    /// Passes over rows that were taken before.
    ///
    /// # Errors
    /// The file itself cannot be read.
    pub fn skip(&mut self, rows: u64) -> Result<()> {
        let mut record = csv::ByteRecord::new();
        while self.number < rows {
            let more = match &mut self.source {
                Source::Table(table) => table.read_byte_record(&mut record).map_err(unreadable)?,
                Source::Cards(cards) => cards.next_card().map_err(unreadable)?.is_some(),
            };
            if !more {
                break;
            }
            self.number += 1;
            self.seen.row_ended();
        }
        Ok(())
    }

    fn check(&self, cells: StringRecord) -> Result<StringRecord, RowError> {
        if cells.len() != self.headers.len() {
            let message = format!("has {} cells where the first line has {}", cells.len(), self.headers.len());
            Err(RowError::new("ragged", message).with("cells", cells.len()).with("expected", self.headers.len()))
        } else if cells.as_slice().contains('\0') {
            Err(RowError::new("format", "holds the character U+0000"))
        } else if cells.as_slice().len() > LARGEST_ROW {
            Err(RowError::new("length", "is longer than 1 MiB: is a quote left open?"))
        } else if self.decodes && cells.as_slice().contains('\u{fffd}') {
            Err(RowError::new("encoding", "holds letters that its charset does not know"))
        } else {
            Ok(cells)
        }
    }
}

fn open_table<R: Read>(file: Decoded<R>, mapping: &Mapping) -> Result<(Reader<BufReader<Decoded<R>>>, StringRecord)> {
    let mut file = BufReader::with_capacity(64 * 1024, file);
    let delimiter = match mapping.delimiter {
        Some(delimiter) => delimiter,
        None => delimiter::in_first_line(file.fill_buf().map_err(unreadable)?),
    };
    let mut table = ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(file);
    let mut headers = csv::ByteRecord::new();
    for _ in 0..=mapping.skip_rows {
        table.read_byte_record(&mut headers).map_err(|error| Error::because(Code::MalformedBody, describe(&error)))?;
    }
    let headers = StringRecord::from_byte_record(headers).map_err(|_| Error::because(Code::MalformedBody, NO_UTF8))?;
    if headers.as_slice().contains('\0') {
        let message = "has the character U+0000 in its first line: is it a table of text, and its charset right?";
        return Err(Error::field("file", "format", message));
    }
    let headers: StringRecord = headers.iter().map(str::trim).collect();
    if headers.iter().all(str::is_empty) {
        return Err(Error::field("file", "required", "is empty: the first line must name the columns"));
    }
    Ok((table, headers))
}

fn cause(error: csv::Error) -> std::io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(cause) => cause,
        other => std::io::Error::other(format!("{other:?}")),
    }
}

/// A card's row. Where the card is not in the charset that the file is said to be in, it is read in the one that its letters
/// tell.
fn card_row(card: Vec<u8>, warning: &mut Option<RowError>) -> Result<StringRecord, RowError> {
    let text = String::from_utf8(card).unwrap_or_else(|card| {
        let card = card.into_bytes();
        let charset = super::charset::detect(&card, Some(&card));
        let message = format!("is not UTF-8, as the file is said to be: it was read as {}", charset.name());
        *warning = Some(RowError::new("encoding", message));
        charset.decode(&card).0.into_owned()
    });
    vcard::row(&text).map_err(|message| RowError::new("format", message))
}

/// A row that goes on and on is the file's fault.
fn endless(row: u64, error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::InvalidData {
        return Error::because(Code::MalformedBody, format!("From row {row} on {error}"));
    }
    unreadable(error)
}

impl Column {
    /// Whether it is the same in every row.
    #[must_use]
    pub const fn is_fixed(&self) -> bool {
        matches!(self.place, At::Fixed(_))
    }

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
            Place::At(index, name) => match headers.get(*index) {
                Some(header) if name.is_empty() || header == name.trim() => {
                    (header.to_owned(), Some(At::Index(*index)))
                }
                found => {
                    let found = found.map_or("nothing".to_owned(), |found| format!("'{found}'"));
                    let message = format!("column {} is {found}, not '{name}'", index + 1);
                    errors.push(FieldError::new("mapping.fields", "unknown", message));
                    continue;
                }
            },
            Place::Column(name) => {
                let mut found = headers.iter().enumerate().filter(|(_, header)| header == name);
                let first = found.next().map(|(index, _)| At::Index(index));
                let wrong = match (&first, found.next()) {
                    (None, _) => Some(("unknown", format!("the file has no column '{name}', but: {}", list(headers)))),
                    (_, Some(_)) => {
                        Some(("duplicate", format!("the file has two columns '{name}': say which by its position")))
                    }
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

const NO_UTF8: &str = "is not UTF-8: say its charset, or save the file as UTF-8 and send it again";

fn describe(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => NO_UTF8.to_owned(),
        _ => error.to_string(),
    }
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("the imported file cannot be read: {error}"))
}

#[cfg(test)]
mod tests;
