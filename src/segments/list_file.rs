//! A file that names those who are to be put on a list. It is read as imports are: whatever separates its cells and whatever
//! charset it is written in.

use encoding_rs::UTF_8;

use super::lists::MOST_FAULTS;
use crate::contacts::ContactId;
use crate::contacts::identity::Identity;
use crate::error::{Error, FieldError, Result};
use crate::imports::charset;
use crate::imports::delimiter::{self, Layout};
use crate::imports::mapping::MappingInput;
use crate::imports::reader::{RowError, Rows};
use crate::spreadsheet::unguard;

/// The most rows of a file.
const MOST_ROWS: usize = 100_000;
/// The columns that name somebody.
const COLUMNS: [&str; 4] = ["id", "email", "phone", "external_id"];

/// A file of identities under the headers `id`, `email`, `phone` or `external_id` (as `source:id`), those of one client a row.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// Each row's number and what it names somebody by, in the order of its columns.
    pub rows: Vec<(u64, Vec<Named>)>,
    /// Rows that cannot be read.
    pub faults: Vec<FieldError>,
}

/// Whom a row names.
#[derive(Debug, Clone)]
pub enum Named {
    /// A contact.
    Id(ContactId),
    /// Whoever has this identity.
    Identity(Identity),
}

impl File {
    /// Reads a CSV file. Rows are numbered from 1 under the header, blank lines included, as a spreadsheet shows them.
    ///
    /// # Errors
    /// It has no such column, too many rows, or ends inside quotes.
    pub fn read(bytes: &[u8], region: &str) -> Result<Self> {
        let text = decoded(bytes)?;
        let mut table = Rows::open(text.as_bytes(), &layout(&text).layout()?).map_err(in_file)?;
        let columns = columns(&table)?;
        let (mut file, mut number) = (Self::default(), 0);
        loop {
            let begins = usize::try_from(table.offset()).unwrap_or(usize::MAX);
            let Some(row) = table.read().map_err(in_file)? else { break };
            if row.number > MOST_ROWS as u64 {
                return Err(Error::field("file", "length", format!("must have at most {MOST_ROWS} rows")));
            }
            number += blank_lines(&text, begins) + 1;
            match row.cells {
                Ok(cells) if cells.iter().all(|cell| cell.trim().is_empty()) => {}
                Ok(cells) => {
                    let cell = |(place, kind): &(usize, _)| (*kind, unguard(cells.get(*place).unwrap_or("").trim()));
                    file.take(number, columns.iter().map(cell), region);
                }
                Err(error) => file.note(number, error.message),
            }
        }
        if table.ended_in_quotes() {
            let RowError { message, .. } = RowError::cut_off();
            return Err(Error::field("file", "format", message));
        }
        Ok(file)
    }

    /// A cell that cannot be read is the row's fault where no other names somebody.
    fn take<'a>(&mut self, row: u64, cells: impl Iterator<Item = (&'static str, &'a str)>, region: &str) {
        let (mut names, mut fault) = (Vec::new(), "names nobody: id, email, phone or external_id is empty");
        for (kind, cell) in cells.filter(|(_, cell)| !cell.is_empty()) {
            match named(kind, cell, region) {
                Ok(name) => names.push(name),
                Err(message) => fault = message,
            }
        }
        if names.is_empty() {
            self.note(row, fault.to_owned());
        } else {
            self.rows.push((row, names));
        }
    }

    fn note(&mut self, row: u64, message: String) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(FieldError::new(format!("rows[{row}]"), "format", message));
        }
    }
}

/// The text, whatever charset it is written in.
fn decoded(bytes: &[u8]) -> Result<String> {
    let foreign = charset::foreign(bytes).map_err(Error::internal)?;
    let (text, ..) = charset::detect(bytes, foreign.as_deref()).decode(bytes);
    if text.trim().is_empty() {
        return Err(Error::field("file", "required", "is empty"));
    }
    Ok(text.into_owned())
}

/// How the decoded text is laid out.
fn layout(text: &str) -> MappingInput {
    let Layout { delimiter, preamble } = delimiter::layout(text);
    MappingInput {
        delimiter: Some(char::from(delimiter).to_string()),
        encoding: Some(UTF_8.name().to_owned()),
        skip_rows: u32::try_from(preamble).ok(),
        ..MappingInput::default()
    }
}

/// The columns that name somebody: their places and kinds.
fn columns<R: std::io::Read>(table: &Rows<R>) -> Result<Vec<(usize, &'static str)>> {
    let kind = |name: &str| {
        let name = name.to_lowercase();
        // As spreadsheets and other systems head it.
        let name = if name == "e-mail" { "email" } else { name.as_str() };
        COLUMNS.into_iter().find(|known| *known == name)
    };
    let found: Vec<_> =
        table.headers().iter().enumerate().filter_map(|(place, name)| Some((place, kind(name)?))).collect();
    if found.is_empty() {
        return Err(Error::field("file", "format", "must have a column id, email, phone or external_id"));
    }
    Ok(found)
}

/// A row that has no end is the file's fault.
fn in_file(error: Error) -> Error {
    match error.detail {
        Some(ref detail) if error.code == crate::error::Code::MalformedBody => {
            Error::field("file", "format", detail.to_string())
        }
        _ => error,
    }
}

/// How many blank lines stand at a place between two rows.
fn blank_lines(text: &str, at: usize) -> u64 {
    let bytes = text.as_bytes();
    let before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied();
    let rest = bytes.get(at..).unwrap_or_default();
    let (mut count, mut last) = (0, before);
    for byte in rest.iter().copied().take_while(|byte| matches!(byte, b'\r' | b'\n')) {
        // The second half of a line's end is no line.
        if !(byte == b'\n' && last == Some(b'\r')) {
            count += 1;
        }
        last = Some(byte);
    }
    count
}

fn named(kind: &str, cell: &str, region: &str) -> Result<Named, &'static str> {
    Ok(match kind {
        "id" => Named::Id(cell.parse().map_err(|_| "must be a contact's id")?),
        "email" => Named::Identity(Identity::email(cell)?),
        "phone" => Named::Identity(Identity::phone(cell, region)?),
        _ => {
            let (source, id) = cell.split_once(':').ok_or("must be like shop:4711")?;
            Named::Identity(Identity::external(source, id)?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::WINDOWS_1251;

    const A: &str = "a@example.com";

    fn numbers(bytes: &[u8]) -> Vec<u64> {
        File::read(bytes, "US").unwrap().rows.iter().map(|(row, _)| *row).collect()
    }

    #[test]
    fn rows_are_those_of_the_file_however_lines_end() {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("email,note{end}{end}{A},x{end}{end}{end}{A},\"two{end}lines\"{end}{A},{end}");
            assert_eq!(numbers(text.as_bytes()), [2, 5, 6], "{end:?}");
        }
    }

    #[test]
    fn any_separator_and_charset_is_read() {
        assert_eq!(numbers(format!("E-Mail;Name\n{A};Ann\n").as_bytes()), [1]);
        assert_eq!(numbers(format!("Name\tEmail\nAnn\t{A}\n").as_bytes()), [1]);
        assert_eq!(numbers(format!("sep=;\nName;Email\nAnn;{A}\n").as_bytes()), [1]);
        let wide: Vec<u8> =
            format!("\u{feff}Name\tEmail\nAnn\t{A}\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(numbers(&wide), [1]);
        let russian = format!("Имя;Email\nСветлана Иванова;{A}\nПётр Сидоров;{A}\n");
        assert_eq!(numbers(&WINDOWS_1251.encode(&russian).0), [1, 2]);
    }

    #[test]
    fn every_column_that_names_somebody_counts() {
        let text = format!(
            "email,name,phone\n{A},Ann,+1 201 555 0123\n,Bob,+1 201 555 0124\nnobody,Cid,+1 201 555 0125\n,,\n,Dan,\n"
        );
        let file = File::read(text.as_bytes(), "US").unwrap();
        let names: Vec<_> = file.rows.iter().map(|(row, names)| (*row, names.len())).collect();
        assert_eq!(names, [(1, 2), (2, 1), (3, 1)]);
        let faults: Vec<_> = file.faults.iter().map(|fault| fault.field.as_ref()).collect();
        assert_eq!(faults, ["rows[5]"]);
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for bad in ["", "\n", "name\nAnn\n", "\"email\n", "email\n\"a@example.com\n"] {
            let error = File::read(bad.as_bytes(), "US").unwrap_err();
            assert_eq!(error.errors[0].field, "file", "{bad:?}");
        }
        let file = File::read(b"email,name\na@example.com,Ann,Lee\n\nnobody,Bob\n", "US").unwrap();
        let faults: Vec<_> = file.faults.iter().map(|fault| fault.field.as_ref()).collect();
        assert_eq!((file.rows.len(), faults), (0, vec!["rows[1]", "rows[3]"]));
    }
}
