//! What an export is asked for: its form, and a filter as the list takes it.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use chrono_tz::Tz;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::cell::Style;
use crate::error::{Error, FieldError, Result};
use crate::fields::Wanted;
use crate::http::parse_query;

crate::text_enum! {
    /// The form of a file.
    pub enum FileFormat {
        /// Comma-separated values.
        Csv = "csv",
        /// A JSON object in each line, as the API shows the record.
        Ndjson = "ndjson",
        /// An Excel workbook.
        Xlsx = "xlsx",
        /// vCards; of contacts alone.
        Vcard = "vcard",
    }
}

crate::text_enum! {
    /// What becomes of texts that a spreadsheet would take for a formula.
    pub enum Formulas {
        /// An apostrophe stands before them.
        Escape = "escape",
        /// They stay as they are.
        Raw = "raw",
    }
}

crate::text_enum! {
    /// A version of vCard.
    pub enum CardVersion {
        /// RFC 2426.
        V3 = "3.0",
        /// RFC 6350.
        V4 = "4.0",
    }
}

impl FileFormat {
    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Vcard => "text/vcard; charset=utf-8",
        }
    }

    /// How file names end.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Vcard => "vcf",
            _ => self.as_str(),
        }
    }
}

/// The form of a file.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FormQuery {
    /// `csv` where absent.
    #[param(inline)]
    pub format: Option<FileFormat>,
    /// The columns of a table in their order, with commas between; all where absent.
    #[param(example = "email,display_name,custom.size")]
    pub columns: Option<String>,
    /// CSV begins with a byte order mark, for Excel.
    pub bom: Option<bool>,
    /// What separates the columns of CSV: a comma where absent, else another ASCII character, or `tab`.
    pub delimiter: Option<String>,
    /// The sign before decimals in CSV: `.` where absent, or `,`.
    pub decimal: Option<String>,
    /// Texts in CSV that look like formulas: `escape` where absent.
    #[param(inline)]
    pub formulas: Option<Formulas>,
    /// The version of vCards: `4.0` where absent.
    #[param(inline)]
    pub vcard: Option<CardVersion>,
}

/// The zone of moments.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ZoneQuery {
    /// The IANA time zone that moments are written in; UTC where absent.
    #[param(example = "Europe/Berlin")]
    pub tz: Option<String>,
}

/// A form that makes sense.
#[derive(Debug, Clone)]
pub struct Form {
    /// Which.
    pub format: FileFormat,
    /// The columns wanted; `None` for all.
    pub columns: Option<Vec<String>>,
    /// How values are written.
    pub style: Style,
    /// A byte order mark first.
    pub bom: bool,
    /// Between columns.
    pub delimiter: u8,
    /// Whether texts are kept from being taken for formulas.
    pub guarded: bool,
    /// The version of vCards.
    pub cards: CardVersion,
}

impl Form {
    /// The usual form of a format.
    #[must_use]
    pub const fn of(format: FileFormat) -> Self {
        Self {
            format,
            columns: None,
            style: Style { zone: Tz::UTC, decimal: '.' },
            bom: false,
            delimiter: b',',
            guarded: true,
            cards: CardVersion::V4,
        }
    }
}

impl FormQuery {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Every bad one; one that the format has no use for.
    pub fn parse(&self, tz: Option<&str>) -> Result<Form> {
        let format = self.format.unwrap_or(FileFormat::Csv);
        let mut faults = Vec::new();
        let zone = tz.map_or(Ok(Tz::UTC), str::parse).unwrap_or_else(|_| {
            faults.push(FieldError::new("tz", "unknown", "is not an IANA time zone such as Europe/Berlin"));
            Tz::UTC
        });
        let delimiter = match self.delimiter.as_deref().unwrap_or(",") {
            "tab" => b'\t',
            text => match text.as_bytes() {
                [byte] if byte.is_ascii() && !b"\"\r\n".contains(byte) => *byte,
                _ => {
                    let message = "must be one ASCII character, not a quote or line end, or tab";
                    faults.push(FieldError::new("delimiter", "format", message));
                    b','
                }
            },
        };
        let decimal = match self.decimal.as_deref().unwrap_or(".") {
            "." => '.',
            "," => ',',
            _ => {
                faults.push(FieldError::new("decimal", "choice", "must be . or ,"));
                '.'
            }
        };
        faults.extend(self.idle(format).map(|(field, of)| {
            FieldError::new(field, "format", format!("is of no use for {format}: it belongs to {of}"))
        }));
        if !faults.is_empty() {
            return Err(Error::invalid(faults));
        }
        let columns =
            self.columns.as_deref().map(|names| names.split(',').map(|name| name.trim().to_owned()).collect());
        Ok(Form {
            format,
            columns,
            style: Style { zone, decimal },
            bom: self.bom == Some(true),
            delimiter,
            guarded: self.formulas != Some(Formulas::Raw),
            cards: self.vcard.unwrap_or(CardVersion::V4),
        })
    }

    /// Parameters that would change nothing, and the formats they belong to.
    fn idle(&self, format: FileFormat) -> impl Iterator<Item = (&'static str, &'static str)> {
        let csv = [
            ("bom", self.bom.is_some()),
            ("delimiter", self.delimiter.is_some()),
            ("decimal", self.decimal.is_some()),
            ("formulas", self.formulas.is_some()),
        ];
        let csv = csv.into_iter().map(move |(name, given)| (name, given && format != FileFormat::Csv, "csv"));
        let tables = self.columns.is_some() && !matches!(format, FileFormat::Csv | FileFormat::Xlsx);
        let cards = self.vcard.is_some() && format != FileFormat::Vcard;
        let all = csv.chain([("columns", tables, "csv and xlsx"), ("vcard", cards, "vcard")]);
        all.filter(|(_, idle, _)| *idle).map(|(name, _, of)| (name, of))
    }
}

/// An export's query string: its form, and a filter `T` as the list takes it.
#[derive(Debug, Clone)]
pub struct Asked<T> {
    /// The form.
    pub form: Form,
    /// The filter.
    pub filter: T,
    /// Conditions on custom fields.
    pub custom: Vec<Wanted>,
    /// The query string as it came, for the audit log.
    pub text: String,
}

impl<T: DeserializeOwned> FromRequest for Asked<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(req.query_string(), false))
    }
}

/// [`Asked`] for reports whose own time zone is also that of the file.
#[derive(Debug, Clone)]
pub struct Reported<T>(pub Asked<T>);

impl<T: DeserializeOwned> FromRequest for Reported<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(req.query_string(), true).map(Self))
    }
}

/// The order of every export of a list that has one.
const ORDER: &str = "-created_at";

/// Reads a query string; `shared` where `tz` belongs to the filter too.
///
/// # Errors
/// Every bad parameter of the form; a bad one of the filter; one that only pages have.
pub fn read<T: DeserializeOwned>(text: &str, shared: bool) -> Result<Asked<T>> {
    const FORM: [&str; 7] = ["format", "columns", "bom", "delimiter", "decimal", "formulas", "vcard"];
    let mut form = form_urlencoded::Serializer::new(String::new());
    let mut filter = form_urlencoded::Serializer::new(String::new());
    let (mut custom, mut tz) = (Vec::new(), None);
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        match name.as_ref() {
            "cursor" | "limit" | "total" => {
                return Err(Error::field(name.into_owned(), "unknown", "an export has no pages: it is the whole list"));
            }
            "sort" if value == ORDER => {}
            "sort" => return Err(Error::field("sort", "choice", "an export goes by -created_at, the newest first")),
            "tz" => {
                if shared {
                    filter.append_pair(&name, &value);
                }
                tz = Some(value.into_owned());
            }
            known if FORM.contains(&known) => drop(form.append_pair(&name, &value)),
            known if known.starts_with("custom.") && value.contains('\0') => {
                return Err(Error::field(name.into_owned(), "format", "must not hold the character U+0000"));
            }
            known if known.starts_with("custom.") => custom.push((name.into_owned(), value.into_owned())),
            _ => drop(filter.append_pair(&name, &value)),
        }
    }
    if custom.len() > 20 {
        return Err(Error::field("custom", "length", "at most 20 conditions on custom fields"));
    }
    Ok(Asked {
        form: parse_query::<FormQuery>(&form.finish())?.parse(tz.as_deref())?,
        filter: parse_query(&filter.finish())?,
        custom,
        text: text.to_owned(),
    })
}

/// Refuses conditions on custom fields, for lists that have none.
///
/// # Errors
/// There is one.
pub fn no_custom(custom: &[Wanted]) -> Result<()> {
    match custom.first() {
        Some((name, _)) => Err(Error::field(name.clone(), "unknown", "this list has no custom fields")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        source: Option<String>,
    }

    fn faults(text: &str) -> Vec<String> {
        let error = read::<Filter>(text, false).unwrap_err();
        error.errors.iter().map(|error| error.field.to_string()).collect()
    }

    #[test]
    fn the_form_is_told_from_the_filter() {
        let asked = read::<Filter>("format=csv&source=fair&custom.size=3&delimiter=%3B&tz=Asia/Tokyo", false).unwrap();
        assert_eq!((asked.filter.source.as_deref(), asked.custom.len()), (Some("fair"), 1));
        assert_eq!((asked.form.delimiter, asked.form.style.zone), (b';', Tz::Asia__Tokyo));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert_eq!(faults("limit=5"), ["limit"]);
        assert_eq!(faults("sort=name"), ["sort"]);
        assert_eq!(faults("colour=red"), ["colour"]);
        assert_eq!(faults("tz=Mars&delimiter=%22&decimal=x"), ["tz", "delimiter", "decimal"]);
        assert_eq!(faults("format=ndjson&bom=true&columns=id&vcard=3.0"), ["bom", "columns", "vcard"]);
    }
}
