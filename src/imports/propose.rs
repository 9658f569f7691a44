//! What a file is taken for before anybody has decided anything: how it is written, which system it comes from, what
//! each column means, and what must be asked.

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use encoding_rs::UTF_8;

use super::charset::{self, Decoded};
use super::delimiter::{self, Layout};
use super::guess::{self, Dates};
use super::lookups::Lookups;
use super::mapping::{
    ImportFormat, LeadField, MappedField, MappingInput, Missing, Rename, RowKind, Target, Unreadable,
};
use super::proposal::is_date;
pub use super::proposal::{Asked, Proposal, ProposedColumn, Question};
use super::sample::{Sample, sample};
use super::vendors::{self, Meaning, Vendor};
use super::{key, vcard};
use crate::error::{Error, Result};
use crate::fields::{Entity, FieldKind};

/// How much of a file is looked at.
pub(super) const LOOKED_AT: u64 = 4 * 1024 * 1024;
/// Samples shown of each column.
const SAMPLES: usize = 5;
/// Columns that nobody knows become custom fields up to this many.
const MOST_NEW_FIELDS: usize = 200;

/// Looks at a file.
///
/// # Errors
/// It is empty, or cannot be read.
pub fn propose(path: &Path, lookups: &Lookups) -> Result<Proposal> {
    let unreadable = |error: std::io::Error| Error::internal(format!("the file cannot be read: {error}"));
    let open = || File::open(path).map_err(unreadable);
    let mut start = Vec::new();
    open()?.take(LOOKED_AT).read_to_end(&mut start).map_err(unreadable)?;
    let foreign = charset::foreign(open()?).map_err(unreadable)?;
    let charset = charset::detect(&start, foreign.as_deref());
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
    /// Columns that hold nothing in all of the file.
    blank: Vec<String>,
    /// The places of columns for which nothing is proposed.
    left_out: Vec<u32>,
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
        let (blank, left_out) = (Vec::new(), Vec::new());
        Self {
            vendor,
            is_vcard,
            mapping,
            sample,
            lookups,
            taken,
            keys,
            columns,
            questions,
            unknown_owners,
            blank,
            left_out,
            remarks,
        }
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
        self.tell_of_columns();
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
            Meaning::Left { stage, pipeline } => {
                let field = MappedField { pipeline, ..at(position, &name, format!("left:{stage}")) };
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

    /// A column that nobody knows becomes a custom field, unless it holds nothing in all of the file.
    fn custom(&mut self, index: usize, position: u32, name: &str) {
        let all_seen = self.sample.whole && self.sample.bad.is_empty() && !self.sample.rows.is_empty();
        if all_seen && self.cells(index).next().is_none() {
            self.blank.push(name.trim().to_owned());
            return;
        }
        if self.keys.len() >= MOST_NEW_FIELDS {
            self.left_out.push(position);
            return;
        }
        let entity = match self.vendor.row {
            RowKind::Contact => Entity::Contact,
            RowKind::Company => Entity::Company,
            RowKind::Lead | RowKind::StageHistory => Entity::Lead,
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
        let holds_dates = |field: &&MappedField| is_date(field) || self.kind_of(field) == Some(FieldKind::Date);
        let columns: Vec<usize> = self.mapping.fields.iter().filter(holds_dates).filter_map(place).collect();
        match guess::dates(columns.iter().flat_map(|index| self.cells(*index))) {
            Dates::Iso => {}
            Dates::Form(form) => self.mapping.date_format = Some(form.to_owned()),
            Dates::Ambiguous(forms) => {
                let example = columns.iter().find_map(|index| self.cells(*index).next()).unwrap_or_default();
                let message = format!("How are dates such as {example} to be read?");
                let choices = forms.into_iter().map(str::to_owned).collect();
                let columns = columns.iter().filter_map(|index| u32::try_from(index + 1).ok()).collect();
                self.questions.push(Question { code: Asked::DateOrder, message, choices, columns });
            }
        }
    }

    fn amounts(&mut self) {
        const AMOUNTS: [&str; 2] = ["lead.amount", "touchpoint.amount"];
        let holds_numbers = |field: &&MappedField| {
            AMOUNTS.contains(&field.target.as_str())
                || matches!(self.kind_of(field), Some(FieldKind::Number | FieldKind::Money))
        };
        let numbers: Vec<usize> = self.mapping.fields.iter().filter(holds_numbers).filter_map(place).collect();
        if guess::decimal(numbers.iter().flat_map(|index| self.cells(*index))) == ',' {
            self.mapping.decimal = Some(",".to_owned());
        }
        let amount = self.mapping.fields.iter().find(|field| field.target == "lead.amount").and_then(place);
        let Some(index) = amount else { return };
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
            let columns = u32::try_from(index + 1).into_iter().collect();
            self.questions.push(Question { code: Asked::Currency, message, choices, columns });
        }
    }

    /// The kind of the custom field that is here and the column goes to.
    fn kind_of(&self, field: &MappedField) -> Option<FieldKind> {
        let (entity, key) = match field.target.parse().ok()? {
            Target::Custom(key) => (Entity::Contact, key),
            Target::LeadCustom(key) => (Entity::Lead, key),
            Target::CompanyCustom(key) => (Entity::Company, key),
            _ => return None,
        };
        let known = self.lookups.fields().iter().find(|field| field.entity == entity && field.key == key);
        known.map(|field| field.kind)
    }

    fn tell_of_columns(&mut self) {
        const TOLD: usize = 30;
        if !self.blank.is_empty() {
            let names = self.blank.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join(", ");
            let more = if self.blank.len() > TOLD { ", …" } else { "" };
            self.remarks.push(format!("Columns that hold nothing are left out: {names}{more}."));
        }
        if !self.left_out.is_empty() {
            let columns = std::mem::take(&mut self.left_out);
            let message = format!(
                "{} columns are left that nobody knows, beside the {MOST_NEW_FIELDS} that become custom fields. Map those that \
                 you need; are the others to be left out?",
                columns.len()
            );
            let choices = vec!["drop".to_owned()];
            self.questions.push(Question { code: Asked::Unmapped, message, choices, columns });
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
