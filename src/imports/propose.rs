//! What a file is taken for before anybody has decided anything: how it is written, which system it comes from, what
//! each column means, and what must be asked.

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use csv::StringRecord;
use encoding_rs::UTF_8;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::charset::{self, Decoded};
use super::delimiter::{self, Layout};
use super::guess::{self, Dates};
use super::lookups::Lookups;
use super::mapping::{
    ImportFormat, LeadField, MappedField, MappingInput, Missing, Rename, RowKind, Target, Unreadable,
};
use super::reader::{RowError, Rows};
use super::vendors::{self, Meaning, Vendor};
use super::{key, vcard};
use crate::error::{Error, FieldError, Result};
use crate::fields::Entity;

/// How much of a file is looked at.
const LOOKED_AT: u64 = 4 * 1024 * 1024;
/// Rows that are looked at.
const ROWS: usize = 2000;
/// Samples shown of each column.
const SAMPLES: usize = 5;
/// Columns that nobody knows become custom fields up to this many.
const MOST_NEW_FIELDS: usize = 200;

/// What a file is taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Proposal {
    /// What it is: `hubspot_deals`, `vcard`, `generic`, ….
    pub kind: String,
    /// The same for people.
    pub label: String,
    /// What a run would be told. Columns that nobody knows become custom fields: take them out of it to leave them out.
    pub mapping: MappingInput,
    /// The columns in their order.
    pub columns: Vec<ProposedColumn>,
    /// What only a person can tell. A run begins when the mapping answers them.
    pub questions: Vec<Question>,
    /// Names in columns of owners that are nobody's here: their records would be left without an owner.
    pub unknown_owners: BTreeSet<String>,
    /// Things to know.
    pub remarks: Vec<String>,
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProposedColumn {
    /// Its place, 1 for the first.
    pub position: u32,
    /// Its header.
    pub name: String,
    /// What it is taken for; empty where it is left out.
    pub targets: Vec<String>,
    /// The first values in it.
    pub samples: Vec<String>,
}

crate::text_enum! {
    /// What is asked.
    pub enum Asked {
        /// Which order days and months have: set `date_format`.
        DateOrder = "date_order",
        /// What currency amounts are in: map `lead.currency`.
        Currency = "currency",
    }
}

/// Something that only a person can tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Question {
    /// What is asked.
    pub code: Asked,
    /// The same for people.
    pub message: String,
    /// Answers to choose from.
    pub choices: Vec<String>,
}

impl Proposal {
    /// What the mapping leaves unanswered.
    ///
    /// # Errors
    /// Every field of the mapping that has to be given.
    pub fn check_answers(&self, mapping: &MappingInput) -> Result<()> {
        let maps = |target: &str| mapping.fields.iter().any(|field| field.target == target);
        let open = self.questions.iter().filter_map(|question| match question.code {
            Asked::DateOrder if mapping.date_format.is_none() && mapping.fields.iter().any(is_date) => {
                Some(("mapping.date_format", question))
            }
            Asked::Currency if maps("lead.amount") && !maps("lead.currency") => Some(("mapping.fields", question)),
            _ => None,
        });
        let errors: Vec<_> = open
            .map(|(field, question)| {
                let message = format!("{} Choose: {}", question.message, question.choices.join(", "));
                FieldError::new(field, question.code.as_str(), message)
            })
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(Error::invalid(errors)) }
    }
}

fn is_date(field: &MappedField) -> bool {
    field.target.parse().is_ok_and(|target: Target| target.is_date())
}

/// Looks at a file.
///
/// # Errors
/// It is empty, or cannot be read.
pub fn propose(path: &Path, lookups: &Lookups) -> Result<Proposal> {
    let unreadable = |error: std::io::Error| Error::internal(format!("the file cannot be read: {error}"));
    let open = || File::open(path).map_err(unreadable);
    let mut start = Vec::new();
    open()?.take(LOOKED_AT).read_to_end(&mut start).map_err(unreadable)?;
    let utf8 = charset::is_utf8(open()?).map_err(unreadable)?;
    let charset = charset::detect(&start, utf8);
    let mut text = Vec::new();
    // A letter at the end may be cut in two.
    drop(Decoded::new(&start[..], charset).read_to_end(&mut text));
    let text = String::from_utf8_lossy(&text);
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(Error::field("file", "required", "is empty"));
    }
    let mut mapping = MappingInput { unreadable: Some(Unreadable::Keep), ..MappingInput::default() };
    if charset != UTF_8 {
        mapping.encoding = Some(charset.name().to_lowercase());
    }
    if vcard::is_vcard(text) {
        mapping.format = Some(ImportFormat::Vcard);
    } else {
        let Layout { delimiter, preamble } = delimiter::layout(text);
        mapping.delimiter = Some(char::from(delimiter).to_string());
        mapping.skip_rows = u32::try_from(preamble).ok().filter(|rows| *rows > 0);
    }
    let sample = sample(open()?, &mapping)?;
    Ok(Draft::new(mapping, sample, lookups).finish())
}

struct Sample {
    headers: Vec<String>,
    rows: Vec<StringRecord>,
    bad: Vec<RowError>,
}

fn sample(file: File, mapping: &MappingInput) -> Result<Sample> {
    let reading = mapping.layout()?;
    let mut rows = Rows::open(file, &reading)?;
    let headers = rows.headers().iter().map(str::to_owned).collect();
    let (mut found, mut bad) = (Vec::new(), Vec::new());
    let (mut seen, mut bytes) = (0, 0);
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
            // The run itself says what is wrong from here on.
            Ok(None) | Err(_) => break,
        }
    }
    Ok(Sample { headers, rows: found, bad })
}

/// A proposal in the making.
struct Draft<'a> {
    vendor: &'static Vendor,
    is_vcard: bool,
    mapping: MappingInput,
    sample: Sample,
    lookups: &'a Lookups,
    taken: HashSet<String>,
    keys: HashSet<String>,
    columns: Vec<ProposedColumn>,
    questions: Vec<Question>,
    unknown_owners: BTreeSet<String>,
    remarks: Vec<String>,
}

impl<'a> Draft<'a> {
    fn new(mut mapping: MappingInput, sample: Sample, lookups: &'a Lookups) -> Self {
        let is_vcard = mapping.format == Some(ImportFormat::Vcard);
        let vendor = if is_vcard { vendors::vcards() } else { vendors::recognise(&sample.headers) };
        mapping.row = Some(vendor.row);
        mapping.source = Some(vendor.system.to_owned());
        let (taken, keys, columns) = (HashSet::new(), HashSet::new(), Vec::new());
        let (questions, unknown_owners, remarks) = (Vec::new(), BTreeSet::new(), Vec::new());
        Self { vendor, is_vcard, mapping, sample, lookups, taken, keys, columns, questions, unknown_owners, remarks }
    }

    fn finish(mut self) -> Proposal {
        for (target, value) in self.vendor.fixed {
            let field = MappedField { value: Some((*value).to_owned()), ..MappedField::to((*target).to_owned()) };
            self.taken.insert((*target).to_owned());
            self.mapping.fields.push(field);
        }
        for index in 0..self.sample.headers.len() {
            self.column(index);
        }
        self.stages();
        self.dates();
        self.amounts();
        self.tell_of_bad_rows();
        let kind = if self.is_vcard { "vcard" } else { self.vendor.key };
        Proposal {
            kind: kind.to_owned(),
            label: self.vendor.label.to_owned(),
            mapping: self.mapping,
            columns: self.columns,
            questions: self.questions,
            unknown_owners: self.unknown_owners,
            remarks: self.remarks,
        }
    }

    fn cells(&self, index: usize) -> impl Iterator<Item = &str> {
        let cells = self.sample.rows.iter().filter_map(move |row| row.get(index));
        cells.map(str::trim).filter(|cell| !cell.is_empty())
    }

    fn column(&mut self, index: usize) {
        let name = self.sample.headers.get(index).cloned().unwrap_or_default();
        let position = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let before = self.mapping.fields.len();
        match self.vendor.meaning(&name) {
            Meaning::Known => {}
            Meaning::Stage { stage, pipeline } => {
                let field = MappedField { pipeline, ..at(position, &name, format!("stage:{stage}")) };
                self.mapping.fields.push(field);
            }
            Meaning::Targets(targets) => {
                for target in targets {
                    self.map(index, position, &name, target);
                }
            }
            Meaning::Unknown => self.custom(index, position, &name),
        }
        let fields = self.mapping.fields.get(before..).unwrap_or_default();
        let targets = fields.iter().map(|field| field.target.clone()).collect();
        let mut samples: Vec<String> = Vec::new();
        for cell in self.cells(index) {
            let short: String = cell.chars().take(100).collect();
            if samples.len() < SAMPLES && !samples.contains(&short) {
                samples.push(short);
            }
        }
        self.columns.push(ProposedColumn { position, name, targets, samples });
    }

    fn map(&mut self, index: usize, position: u32, name: &str, target: &str) {
        let repeats = target.parse().is_ok_and(|target: Target| target.repeats());
        if !repeats && !self.taken.insert(target.to_owned()) {
            // Another column says that already.
            return self.custom(index, position, name);
        }
        self.mapping.fields.push(at(position, name, target.to_owned()));
        if target.ends_with("owner") {
            let nobody = self.cells(index).filter(|owner| self.lookups.owner(owner).is_none()).map(str::to_owned);
            let nobody: BTreeSet<String> = nobody.collect();
            if !nobody.is_empty() {
                // What the file says stays to be seen.
                self.custom(index, position, name);
            }
            self.unknown_owners.extend(nobody);
        }
    }

    /// A column that nobody knows becomes a custom field where it holds anything.
    fn custom(&mut self, index: usize, position: u32, name: &str) {
        if self.cells(index).next().is_none() && !self.sample.rows.is_empty() {
            return;
        }
        if self.keys.len() >= MOST_NEW_FIELDS {
            let remark =
                format!("Only the first {MOST_NEW_FIELDS} unknown columns become custom fields; map others yourself.");
            if !self.remarks.contains(&remark) {
                self.remarks.push(remark);
            }
            return;
        }
        let entity = match self.vendor.row {
            RowKind::Contact => Entity::Contact,
            RowKind::Company => Entity::Company,
            RowKind::Lead => Entity::Lead,
            RowKind::StageHistory => return,
        };
        let label: String = name.trim().chars().filter(|c| !c.is_control()).take(100).collect();
        let label = if label.trim().is_empty() { format!("Column {position}") } else { label };
        let known = self.lookups.fields().iter().find(|field| {
            field.entity == entity && field.label.to_lowercase() == label.to_lowercase() && !field.kind.has_options()
        });
        let key = match known {
            Some(field) if !self.keys.contains(&field.key) => field.key.clone(),
            _ => key::of(&label, position, |key| {
                let taken = self.lookups.fields().iter().any(|field| field.entity == entity && field.key == key);
                taken || self.keys.contains(key)
            }),
        };
        let prefix = match entity {
            Entity::Contact => "custom.",
            Entity::Company => "company.custom.",
            Entity::Lead => "lead.custom.",
        };
        let field = MappedField { label: Some(label), ..at(position, name, format!("{prefix}{key}")) };
        self.keys.insert(key);
        self.mapping.fields.push(field);
    }

    /// Pipelines and stages that are not here are made; the caller may give them other names instead.
    fn stages(&mut self) {
        let of_lead = |field: &MappedField| field.target.parse().is_ok_and(|target: Target| target.of_lead());
        if self.mapping.fields.iter().any(of_lead) {
            self.mapping.missing = Some(Missing::Create);
            self.mapping.renames = Vec::<Rename>::new();
        }
    }

    fn dates(&mut self) {
        let columns: Vec<usize> = self.mapping.fields.iter().filter(|field| is_date(field)).filter_map(place).collect();
        match guess::dates(columns.iter().flat_map(|index| self.cells(*index))) {
            Dates::Iso => {}
            Dates::Form(form) => self.mapping.date_format = Some(form.to_owned()),
            Dates::Ambiguous(forms) => {
                let example = columns.iter().find_map(|index| self.cells(*index).next()).unwrap_or_default();
                let message = format!("How are dates such as {example} to be read?");
                let choices = forms.into_iter().map(str::to_owned).collect();
                self.questions.push(Question { code: Asked::DateOrder, message, choices });
            }
        }
    }

    fn amounts(&mut self) {
        let amount = self.mapping.fields.iter().find(|field| field.target == "lead.amount").and_then(place);
        let Some(index) = amount else { return };
        if guess::decimal(self.cells(index)) == ',' {
            self.mapping.decimal = Some(",".to_owned());
        }
        let currency = Target::Lead(LeadField::Currency);
        if self.mapping.fields.iter().any(|field| field.target.parse().as_ref() == Ok(&currency)) {
            return;
        }
        let header = self.sample.headers.get(index).map(String::as_str).unwrap_or_default();
        if let Some(code) = guess::currency(header, self.cells(index)) {
            let field = MappedField { value: Some(code.to_owned()), ..MappedField::to("lead.currency".to_owned()) };
            self.mapping.fields.push(field);
        } else {
            let message = format!("Which currency are the amounts in '{header}' in?");
            let choices = ["EUR", "USD", "GBP", "RUB"].map(str::to_owned).to_vec();
            self.questions.push(Question { code: Asked::Currency, message, choices });
        }
    }

    fn tell_of_bad_rows(&mut self) {
        if let Some(first) = self.sample.bad.first() {
            let count = self.sample.bad.len();
            self.remarks.push(format!("{count} of the first rows cannot be read; the first {}.", first.message));
        }
        if self.mapping.fields.len() <= self.vendor.fixed.len() {
            self.remarks.push("No column is known: map them yourself.".to_owned());
        }
    }
}

fn at(position: u32, name: &str, target: String) -> MappedField {
    let column = Some(name.to_owned()).filter(|name| !name.is_empty() && name.chars().count() <= 200);
    MappedField { column, position: Some(position), ..MappedField::to(target) }
}

fn place(field: &MappedField) -> Option<usize> {
    usize::try_from(field.position?).ok()?.checked_sub(1)
}
