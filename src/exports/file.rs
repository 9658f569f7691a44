//! A list written to a file, piece by piece, in the form asked for.

use std::fs::File;
use std::path::PathBuf;

use super::cell::{Cell, Style};
use super::request::{CardVersion, FileFormat, Form};
use super::table::{Column, List, choose};
use super::vcard;
use super::xlsx::Xlsx;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::spreadsheet::guard;

/// A file in pieces, whatever is in it.
pub trait Pieces: Send {
    /// The next bytes, perhaps none yet; `None` where no rows are left.
    ///
    /// # Errors
    /// The database is away, the disk is full, or with the first piece a bad parameter.
    fn next(&mut self, conn: &mut Connection) -> Result<Option<Vec<u8>>>;

    /// How many rows have been read.
    fn rows(&self) -> u64;

    /// What somebody has called it; `None` where its kind is its name.
    fn title(&self) -> Option<&str> {
        None
    }

    /// What could be written only after the last row. Slow: not for a thread of the database.
    ///
    /// # Errors
    /// The disk is full.
    fn finish(self: Box<Self>) -> Result<Option<File>>;
}

enum Output {
    Csv(Csv),
    Ndjson,
    Xlsx(Box<Xlsx>),
    Vcard(CardVersion),
}

/// A list on its way into a file.
pub struct Export<L: List> {
    list: L,
    columns: Vec<Column<L::Row>>,
    output: Output,
    begun: bool,
    rows: u64,
    folder: PathBuf,
}

impl<L: List> Export<L> {
    /// Begins a file named `name`; an Excel workbook's temporary files lie in `folder`.
    ///
    /// # Errors
    /// A column there is not; a format that the list cannot take.
    pub fn new(name: &'static str, list: L, form: &Form, folder: PathBuf) -> Result<Self> {
        let columns = choose(&list, form.columns.as_deref())?;
        let output = match form.format {
            FileFormat::Csv => Output::Csv(Csv::new(form)),
            FileFormat::Ndjson => Output::Ndjson,
            FileFormat::Xlsx => {
                std::fs::create_dir_all(&folder).map_err(|error| Error::from_io(&error))?;
                let header = columns.iter().map(|column| column.name.to_string()).collect();
                Output::Xlsx(Box::new(Xlsx::new(name, header, form.style, &folder)?))
            }
            FileFormat::Vcard if list.has_cards() => Output::Vcard(form.cards),
            FileFormat::Vcard => return Err(Error::field("format", "choice", "only contacts have vCards")),
        };
        Ok(Self { list, columns, output, begun: false, rows: 0, folder })
    }
}

impl<L: List> Pieces for Export<L> {
    fn next(&mut self, conn: &mut Connection) -> Result<Option<Vec<u8>>> {
        let rows = self.list.next(conn)?;
        let mut out = Vec::new();
        if !self.begun {
            self.begun = true;
            if let Output::Csv(csv) = &self.output {
                csv.begin(&self.columns, &mut out)?;
            }
        } else if rows.is_none() {
            return Ok(None);
        }
        let rows = rows.unwrap_or_default();
        self.rows += u64::try_from(rows.len()).unwrap_or_default();
        match &mut self.output {
            Output::Csv(csv) => out = csv.rows(&self.columns, &rows, out)?,
            Output::Ndjson => {
                for row in &rows {
                    serde_json::to_writer(&mut out, row).map_err(Error::internal)?;
                    out.push(b'\n');
                }
            }
            Output::Xlsx(xlsx) => rows.iter().try_for_each(|row| xlsx.write(&self.columns, row))?,
            Output::Vcard(version) => {
                let mut text = String::new();
                for card in rows.iter().filter_map(L::card) {
                    vcard::write(card, *version, &mut text)?;
                }
                out = text.into_bytes();
            }
        }
        Ok(Some(out))
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn title(&self) -> Option<&str> {
        self.list.title()
    }

    fn finish(self: Box<Self>) -> Result<Option<File>> {
        match self.output {
            Output::Xlsx(xlsx) => xlsx.finish(&self.folder).map(Some),
            _ => Ok(None),
        }
    }
}

struct Csv {
    style: Style,
    delimiter: u8,
    bom: bool,
    guarded: bool,
    scratch: Vec<u8>,
}

impl Csv {
    const fn new(form: &Form) -> Self {
        let Form { style, delimiter, bom, guarded, .. } = *form;
        Self { style, delimiter, bom, guarded, scratch: Vec::new() }
    }

    fn writer(&self, out: Vec<u8>) -> csv::Writer<Vec<u8>> {
        csv::WriterBuilder::new().delimiter(self.delimiter).terminator(csv::Terminator::CRLF).from_writer(out)
    }

    fn begin<R>(&self, columns: &[Column<R>], out: &mut Vec<u8>) -> Result<()> {
        if self.bom {
            out.extend_from_slice("\u{feff}".as_bytes());
        }
        let mut writer = self.writer(std::mem::take(out));
        writer.write_record(columns.iter().map(|column| column.name.as_bytes())).map_err(Error::internal)?;
        *out = writer.into_inner().map_err(Error::internal)?;
        Ok(())
    }

    fn rows<R>(&mut self, columns: &[Column<R>], rows: &[R], out: Vec<u8>) -> Result<Vec<u8>> {
        let mut writer = self.writer(out);
        for row in rows {
            for column in columns {
                let cell = (column.cell)(row);
                match &cell {
                    Cell::Text(text) if self.guarded => writer.write_field(guard(text).as_bytes()),
                    Cell::Text(text) => writer.write_field(text.as_bytes()),
                    cell => {
                        self.style.write(cell, &mut self.scratch);
                        writer.write_field(&self.scratch)
                    }
                }
                .map_err(Error::internal)?;
            }
            writer.write_record(None::<&[u8]>).map_err(Error::internal)?;
        }
        writer.into_inner().map_err(Error::internal)
    }
}
