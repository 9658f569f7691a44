//! vCards (2.1, 3.0, 4.0) as rows: each card is one, under headers of our own. Pictures, sounds and keys are passed over.

use std::io::{self, BufRead, BufReader, Read};

use calcard::common::{IanaString, PartialDateTime};
use calcard::vcard::{VCard, VCardEntry, VCardProperty as Property, VCardValue};
use calcard::{Entry, Parser};
use csv::StringRecord;

/// The most bytes a card may have without its pictures.
const LONGEST_CARD: usize = 4 * 1024 * 1024;

macro_rules! headers {
    ($($name:ident = $text:literal),+ $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Cell { $($name),+ }

        /// The names of the cells of a card's row, in their order.
        pub const HEADERS: &[&str] = &[$($text),+];
    };
}

headers! {
    Name = "Name", Given = "Given name", Family = "Family name", Middle = "Middle name", Prefix = "Prefix",
    Suffix = "Suffix", Nickname = "Nickname", Organization = "Organization", Department = "Department",
    Title = "Title", Role = "Role", Phones = "Phones", Emails = "Emails", Street = "Street", City = "City",
    Region = "Region", PostalCode = "Postal code", Country = "Country", MoreAddresses = "More addresses",
    Birthday = "Birthday", Anniversary = "Anniversary", Notes = "Notes", Urls = "URLs", Categories = "Categories",
    Chat = "Chat", Uid = "UID", Language = "Language", TimeZone = "Time zone", Other = "Other",
}

/// Cards of a file, one after the other.
pub struct Cards<R> {
    lines: BufReader<R>,
    /// The `BEGIN:VCARD` that told that the card before it has no end.
    begun: bool,
    ended: bool,
}

impl<R> std::fmt::Debug for Cards<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cards").field("ended", &self.ended).finish_non_exhaustive()
    }
}

/// A card as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Card {
    /// A whole one, without its pictures.
    Whole(Vec<u8>),
    /// Without its end: the file is cut off, or the next card begins inside it.
    Cut(Vec<u8>),
    /// Longer than any card should be.
    TooLong,
}

/// Whether a file that begins so holds vCards; some programs write a few lines of their own above the first.
#[must_use]
pub fn is_vcard(start: &str) -> bool {
    let mut lines =
        start.lines().map(|line| line.trim_start_matches('\u{feff}').trim()).filter(|line| !line.is_empty());
    lines.by_ref().take(5).any(|line| line.eq_ignore_ascii_case("BEGIN:VCARD"))
}

impl<R: Read> Cards<R> {
    /// The cards of a file in UTF-8.
    pub fn new(file: R) -> Self {
        Self { lines: BufReader::with_capacity(64 * 1024, file), begun: false, ended: false }
    }

    /// The next card; what stands between cards is passed over.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn next_card(&mut self) -> io::Result<Option<Card>> {
        if !std::mem::take(&mut self.begun) {
            loop {
                match self.line()? {
                    None => return Ok(None),
                    Some(line) if is(&line, "BEGIN:VCARD") => break,
                    Some(_) => {}
                }
            }
        }
        let mut card = b"BEGIN:VCARD\n".to_vec();
        let (mut inside, mut agent, mut binary) = (0_usize, false, false);
        while let Some(line) = self.line()? {
            let folded = line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t'));
            if binary && (folded || is_base64(&line)) {
                continue;
            }
            binary = !folded && is_binary(&line);
            if is(&line, "BEGIN:VCARD") {
                if agent || inside > 0 {
                    inside += 1;
                } else {
                    self.begun = true;
                    return Ok(Some(Card::Cut(card)));
                }
            }
            let ends = is(&line, "END:VCARD");
            if ends && inside == 0 {
                card.extend_from_slice(b"END:VCARD\n");
                return Ok(Some(if card.len() > LONGEST_CARD { Card::TooLong } else { Card::Whole(card) }));
            }
            agent = starts(&line, "AGENT") && line.trim_ascii_end().ends_with(b":");
            // Another person inside this card is not this person.
            if inside == 0 && !binary && !agent && card.len() <= LONGEST_CARD {
                card.extend_from_slice(&line);
                card.push(b'\n');
            }
            inside -= usize::from(ends && inside > 0);
        }
        Ok(Some(Card::Cut(card)))
    }

    /// A line; the rest of one that is longer than a card may be is dropped.
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.ended {
            return Ok(None);
        }
        let mut line = Vec::new();
        loop {
            let some = self.lines.fill_buf()?;
            if some.is_empty() {
                self.ended = true;
                return Ok((!line.is_empty()).then_some(line));
            }
            // Old files of Macs end their lines by a carriage return alone.
            let end = some.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let used = end.map_or(some.len(), |end| end + 1);
            if line.len() <= LONGEST_CARD {
                line.extend_from_slice(some.get(..end.unwrap_or(used)).unwrap_or_default());
            }
            self.lines.consume(used);
            if end.is_some() && !line.is_empty() {
                return Ok(Some(line));
            }
        }
    }
}

fn is(line: &[u8], wanted: &str) -> bool {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let plain: Vec<u8> = line.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    plain.eq_ignore_ascii_case(wanted.as_bytes())
}

fn starts(line: &[u8], name: &str) -> bool {
    let line = without_group(line);
    line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
        && line.get(name.len()).is_some_and(|next| matches!(next, b':' | b';'))
}

/// A property without the group before it: `item1.TEL` is `TEL`.
fn without_group(line: &[u8]) -> &[u8] {
    let name = line.iter().position(|byte| matches!(byte, b':' | b';')).unwrap_or(line.len());
    let dot = line.get(..name).and_then(|name| name.iter().position(|byte| *byte == b'.'));
    dot.and_then(|dot| line.get(dot + 1..)).unwrap_or(line)
}

fn is_binary(line: &[u8]) -> bool {
    ["PHOTO", "LOGO", "SOUND", "KEY", "X-THUMBNAIL"].iter().any(|name| starts(line, name))
}

/// A line of base64 that is not folded, as vCard 2.1 has them.
fn is_base64(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.len() > 8 && line.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
}

/// A card's row.
///
/// # Errors
/// It is no card that can be read.
pub fn row(card: &str) -> Result<StringRecord, String> {
    match Parser::new(card).entry() {
        Entry::VCard(card) => Ok(Cells::of(&card).record()),
        _ => Err("is no vCard that can be read".to_owned()),
    }
}

#[derive(Default)]
struct Cells(Vec<String>);

impl Cells {
    fn of(card: &VCard) -> Self {
        let mut cells = Self(vec![String::new(); HEADERS.len()]);
        for entry in &card.entries {
            cells.add(entry);
        }
        cells
    }

    fn record(self) -> StringRecord {
        StringRecord::from(self.0)
    }

    fn is_free(&self, cell: Cell) -> bool {
        self.0.get(cell as usize).is_none_or(String::is_empty)
    }

    /// Adds a text to a cell that may hold several, each in its line.
    fn push(&mut self, cell: Cell, text: &str) {
        let text = text.trim();
        let Some(known) = self.0.get_mut(cell as usize) else { return };
        if text.is_empty() || known.lines().any(|line| line == text) {
            return;
        }
        if !known.is_empty() {
            known.push('\n');
        }
        known.push_str(text);
    }

    fn add(&mut self, entry: &VCardEntry) {
        let one = || texts(entry).join(", ");
        match &entry.name {
            Property::Fn => self.push(Cell::Name, &one()),
            Property::N => self.name(&components(entry)),
            Property::Nickname => self.push(Cell::Nickname, &one()),
            Property::Org => self.organization(&components(entry)),
            Property::Title => self.push(Cell::Title, &one()),
            Property::Role => self.push(Cell::Role, &one()),
            Property::Tel => self.push(Cell::Phones, phone(&one())),
            Property::Email => self.push(Cell::Emails, strip(&one(), "mailto:")),
            Property::Adr => self.address(&components(entry)),
            Property::Bday => self.push(Cell::Birthday, &one()),
            Property::Anniversary => self.push(Cell::Anniversary, &one()),
            Property::Note => self.push(Cell::Notes, &one()),
            Property::Url | Property::Socialprofile => self.push(Cell::Urls, &one()),
            Property::Categories => texts(entry).iter().for_each(|tag| self.push(Cell::Categories, tag)),
            Property::Impp => self.push(Cell::Chat, &one()),
            Property::Uid => self.push(Cell::Uid, &one()),
            Property::Lang | Property::Language => self.push(Cell::Language, &one()),
            Property::Tz => self.push(Cell::TimeZone, &one()),
            Property::Begin
            | Property::End
            | Property::Version
            | Property::Prodid
            | Property::Rev
            | Property::Photo
            | Property::Logo
            | Property::Sound
            | Property::Key
            | Property::Clientpidmap => {}
            Property::Other(name) if name.eq_ignore_ascii_case("PHONE") => self.push(Cell::Phones, phone(&one())),
            Property::Other(name) if name.eq_ignore_ascii_case("CN") => self.push(Cell::Name, &one()),
            Property::Other(name) if name.eq_ignore_ascii_case("SN") => self.push(Cell::Family, &one()),
            name => {
                let value = one();
                if !value.trim().is_empty() {
                    self.push(Cell::Other, &format!("{}: {value}", name.as_str()));
                }
            }
        }
    }

    fn name(&mut self, parts: &[String]) {
        let cells = [Cell::Family, Cell::Given, Cell::Middle, Cell::Prefix, Cell::Suffix];
        for (cell, part) in cells.into_iter().zip(parts) {
            if self.is_free(cell) {
                self.push(cell, part);
            }
        }
    }

    fn organization(&mut self, parts: &[String]) {
        let mut parts = parts.iter().map(String::as_str).filter(|part| !part.trim().is_empty());
        if self.is_free(Cell::Organization) {
            parts.by_ref().take(1).for_each(|name| self.push(Cell::Organization, name));
        }
        parts.for_each(|part| self.push(Cell::Department, part));
    }

    /// The first address in cells of its own, others as they would be written on a letter.
    fn address(&mut self, parts: &[String]) {
        let part = |n: usize| parts.get(n).map(|part| part.trim()).unwrap_or_default();
        let street: Vec<_> = [part(2), part(1), part(0)].into_iter().filter(|part| !part.is_empty()).collect();
        let values = [street.join(", "), part(3).into(), part(4).into(), part(5).into(), part(6).into()];
        let cells = [Cell::Street, Cell::City, Cell::Region, Cell::PostalCode, Cell::Country];
        if values.iter().all(String::is_empty) {
        } else if cells.iter().all(|cell| self.is_free(*cell)) {
            cells.into_iter().zip(&values).for_each(|(cell, value)| self.push(cell, value));
        } else {
            let filled: Vec<_> = values.iter().map(|value| one_line(value)).filter(|value| !value.is_empty()).collect();
            self.push(Cell::MoreAddresses, &filled.join(", "));
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn strip<'a>(text: &'a str, scheme: &str) -> &'a str {
    let text = text.trim();
    let is_scheme = text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if is_scheme { text.get(scheme.len()..).unwrap_or_default() } else { text }
}

/// A number without its scheme, `tel:+1-418-656-9254;ext=102`.
fn phone(text: &str) -> &str {
    strip(text, "tel:")
}

/// The values of a property as texts.
fn texts(entry: &VCardEntry) -> Vec<String> {
    let texts = entry.values.iter().map(text);
    texts.filter(|text| !text.trim().is_empty()).collect()
}

/// The values of a structured property, empty ones too.
fn components(entry: &VCardEntry) -> Vec<String> {
    entry.values.iter().map(text).collect()
}

fn text(value: &VCardValue) -> String {
    match value {
        VCardValue::Text(text) => text.clone(),
        VCardValue::Component(parts) => parts.iter().map(|part| part.trim()).collect::<Vec<_>>().join(", "),
        VCardValue::Integer(number) => number.to_string(),
        VCardValue::Float(number) => number.to_string(),
        VCardValue::Boolean(yes) => yes.to_string(),
        VCardValue::PartialDateTime(date) => self::date(date),
        VCardValue::Sex(sex) => sex.as_str().to_owned(),
        VCardValue::GramGender(gender) => gender.as_str().to_owned(),
        VCardValue::Kind(kind) => kind.as_str().to_owned(),
        VCardValue::Binary(_) => String::new(),
    }
}

/// What is known of a date: `1985-04-12`, `1985-04`, `--04-12`, an offset `+03:00`.
fn date(date: &PartialDateTime) -> String {
    let PartialDateTime { year, month, day, hour, minute, .. } = *date;
    let calendar = match (year, month, day) {
        (Some(year), Some(month), Some(day)) => format!("{year:04}-{month:02}-{day:02}"),
        (Some(year), Some(month), None) => format!("{year:04}-{month:02}"),
        (Some(year), None, _) => format!("{year:04}"),
        (None, Some(month), Some(day)) => format!("--{month:02}-{day:02}"),
        (None, Some(month), None) => format!("--{month:02}"),
        (None, None, Some(day)) => format!("---{day:02}"),
        (None, None, None) => String::new(),
    };
    match (calendar.is_empty(), hour, date.tz_hour) {
        (true, None, Some(hours)) => {
            let sign = if date.tz_minus { '-' } else { '+' };
            format!("{sign}{hours:02}:{:02}", date.tz_minute.unwrap_or_default())
        }
        (true, Some(hour), _) => format!("{hour:02}:{:02}", minute.unwrap_or_default()),
        _ => calendar,
    }
}

#[cfg(test)]
mod tests;
