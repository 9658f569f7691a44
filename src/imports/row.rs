//! What a row says: its cells as the same inputs that the API takes, so that the same limits hold.

use std::collections::HashMap;

use csv::StringRecord;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use validator::Validate;

use super::lookups::Lookups;
use super::mapping::{ContactField, LeadField, Mapping, Target, TouchpointField};
use super::reader::{Column, RowError};
use super::values;
use crate::contacts::identity::Identity;
use crate::contacts::model::{ContactChange, ContactInput};
use crate::db::types::Instant;
use crate::error::FieldError;
use crate::http;
use crate::interactions::{Draft, NewInteraction};
use crate::pipelines::leads::{LeadPatch, NewLead};
use crate::pipelines::{LostReasonId, PipelineId, StageId};
use crate::spreadsheet::split_list;

/// How rows of one file are read.
#[derive(Debug)]
pub struct Plan {
    /// The mapping.
    pub mapping: Mapping,
    /// Its columns in this file.
    pub columns: Vec<Column>,
    /// What names mean.
    pub lookups: Lookups,
    /// The country of phone numbers without a country code.
    pub region: String,
}

/// What a row says.
#[derive(Debug)]
pub struct Facts {
    /// What finds the client.
    pub identities: Vec<Identity>,
    /// The client's fields, identities and tags included.
    pub contact: ContactChange,
    /// The name of the company they work for.
    pub company: Option<String>,
    /// The lead.
    pub lead: Option<LeadFacts>,
    /// The touchpoint.
    pub touchpoint: Option<Draft>,
}

/// What a row says about a lead.
#[derive(Debug)]
pub struct LeadFacts {
    /// The lead, were it new; without its client.
    pub new: NewLead,
    /// The changes, were it known.
    pub patch: LeadPatch,
    /// Its pipeline.
    pub pipeline: PipelineId,
    /// When it entered stages, earliest first.
    pub stages: Vec<StageFact>,
}

/// A stage that the lead entered.
#[derive(Debug, Clone)]
pub struct StageFact {
    /// Which.
    pub stage: StageId,
    /// Its name.
    pub name: String,
    /// When.
    pub at: Instant,
    /// Why it was lost, where it is a lost stage.
    pub lost_reason: Option<LostReasonId>,
    /// The column that says so.
    pub column: String,
}

pub(super) type Errors = Vec<RowError>;

impl Plan {
    /// Reads a row.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(&self, cells: &StringRecord) -> Result<Facts, Errors> {
        let mut errors = Errors::new();
        let reading = Reading { plan: self, cells };
        let identities = reading.identities(&mut errors);
        if identities.is_empty() && errors.is_empty() {
            errors.push(RowError::new("required", "has no e-mail address, phone number or external id"));
        }
        let contact = reading.contact(&mut errors);
        let lead = reading.lead(&mut errors);
        let touchpoint = reading.touchpoint(&identities, &mut errors);
        let company = reading.text(&Target::Contact(ContactField::Company)).map(|(_, name)| name.to_owned());
        match contact {
            Some(contact) if errors.is_empty() => Ok(Facts { identities, contact, company, lead, touchpoint }),
            _ => Err(errors),
        }
    }

    /// The column that a bad field came from, whichever input it was in.
    #[must_use]
    pub fn blame_any(&self, error: FieldError) -> RowError {
        let parts = [Part::Contact, Part::Lead, Part::Touchpoint];
        let part =
            parts.into_iter().find(|part| self.columns.iter().any(|column| part.names(&column.target, &error.field)));
        self.blame(part.unwrap_or(Part::Contact), error)
    }

    /// The column that a bad field of an input came from.
    fn blame(&self, part: Part, error: FieldError) -> RowError {
        let column = self.columns.iter().find(|column| part.names(&column.target, &error.field));
        let what = RowError::new(error.code.into_owned(), format!("{} {}", error.field, error.message));
        what.of(column.map_or("", |column| &column.name))
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Contact,
    Lead,
    Touchpoint,
}

impl Part {
    /// Whether the target fills the input's field.
    fn names(self, target: &Target, field: &str) -> bool {
        let root = field.split(['.', '[']).next().unwrap_or_default();
        match (self, target) {
            (Self::Contact, Target::Contact(ContactField::Email)) => root == "emails",
            (Self::Contact, Target::Contact(ContactField::Phone)) => root == "phones",
            (Self::Contact, Target::Contact(ContactField::Owner)) | (Self::Lead, Target::Lead(LeadField::Owner)) => {
                root == "owner_id"
            }
            (Self::Contact, Target::ExternalId(_)) => root == "external_ids",
            (Self::Contact, Target::Contact(known)) => root == known.as_str(),
            (Self::Contact, Target::Custom(key)) | (Self::Lead, Target::LeadCustom(key)) => {
                field.strip_prefix("custom.") == Some(key)
            }
            (Self::Lead, Target::Lead(known)) => root == known.as_str(),
            (Self::Touchpoint, Target::Touchpoint(known)) => root == known.as_str(),
            _ => false,
        }
    }
}

pub(super) struct Reading<'a> {
    pub(super) plan: &'a Plan,
    cells: &'a StringRecord,
}

impl<'a> Reading<'a> {
    /// The first value of a target, and its column.
    pub(super) fn text(&self, target: &Target) -> Option<(&'a Column, &'a str)> {
        self.texts().find(|(column, _)| column.target == *target)
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = (&'a Column, &'a str)> + use<'a> {
        let cells = self.cells;
        self.plan.columns.iter().filter_map(move |column| Some((column, column.value(cells)?)))
    }

    fn identities(&self, errors: &mut Errors) -> Vec<Identity> {
        let mut found = Vec::new();
        for (column, text) in self.texts() {
            let mut note = |text: &str, identity: Result<Identity, &'static str>| match identity {
                Ok(identity) => found.push(identity),
                Err(message) => errors.push(RowError::new("format", format!("'{text}' {message}")).of(&column.name)),
            };
            match &column.target {
                Target::Contact(ContactField::Email) => {
                    for text in split_list(text, &[';']) {
                        note(&text, Identity::email(&text));
                    }
                }
                Target::Contact(ContactField::Phone) => {
                    let region = &self.plan.region;
                    for text in split_list(text, &[';']) {
                        note(&text, Identity::phone(&text, region));
                    }
                }
                Target::ExternalId(source) => note(text, Identity::external(source, text)),
                _ => {}
            }
        }
        found.sort();
        found.dedup();
        found
    }

    fn contact(&self, errors: &mut Errors) -> Option<ContactChange> {
        let before = errors.len();
        let mut input = Map::new();
        let mut custom = Map::new();
        let mut lists: HashMap<&str, Vec<Value>> = HashMap::new();
        for (column, text) in self.texts() {
            match &column.target {
                Target::Contact(ContactField::Email) => {
                    for address in split_list(text, &[';']) {
                        push_new(&mut lists, "emails", json!({ "address": address }));
                    }
                }
                Target::Contact(ContactField::Phone) => {
                    for number in split_list(text, &[';']) {
                        push_new(&mut lists, "phones", json!({ "number": number }));
                    }
                }
                Target::ExternalId(source) => {
                    push_new(&mut lists, "external_ids", json!({ "source": source, "id": text }));
                }
                Target::Contact(ContactField::Tags) => {
                    for tag in split_list(text, &[',', ';']) {
                        push_new(&mut lists, "tags", json!(tag));
                    }
                }
                Target::Contact(ContactField::Company) => {}
                Target::Contact(ContactField::Owner) => self.owner(column, text, &mut input, errors),
                Target::Contact(field) => drop(input.insert(field.to_string(), json!(text))),
                Target::Custom(key) => match self.plan.lookups.contact_field(key, text, &self.plan.mapping) {
                    Ok(value) => drop(custom.insert(key.clone(), value)),
                    Err(error) => errors.push(error.of(&column.name)),
                },
                _ => {}
            }
        }
        input.extend(lists.into_iter().map(|(name, list)| (name.to_owned(), Value::Array(list))));
        if !custom.is_empty() {
            input.insert("custom".to_owned(), Value::Object(custom));
        }
        if errors.len() > before {
            return None;
        }
        let read = self.input::<ContactInput>(Part::Contact, input, errors)?;
        match read.parse(&self.plan.region) {
            Ok(change) => Some(change),
            Err(error) => {
                // What is wrong with an identity has been told.
                let known =
                    |field: &str| ["emails", "phones", "external_ids"].iter().any(|list| field.starts_with(list));
                let more = error.errors.into_iter().filter(|bad| bad.code == "duplicate" || !known(&bad.field));
                errors.extend(more.map(|bad| self.plan.blame(Part::Contact, bad)));
                None
            }
        }
    }

    pub(super) fn owner(&self, column: &Column, text: &str, input: &mut Map<String, Value>, errors: &mut Errors) {
        match self.plan.lookups.owner(text) {
            Some(id) => drop(input.insert("owner_id".to_owned(), json!(id))),
            None => {
                errors.push(RowError::new("unknown", format!("'{text}' is nobody's address here")).of(&column.name));
            }
        }
    }

    /// Reads an input as a request's body is read.
    pub(super) fn input<T: DeserializeOwned + Validate>(
        &self,
        part: Part,
        input: Map<String, Value>,
        errors: &mut Errors,
    ) -> Option<T> {
        let bytes = serde_json::to_vec(&Value::Object(input)).unwrap_or_default();
        http::read_json(&bytes)
            .map_err(|error| errors.extend(error.errors.into_iter().map(|bad| self.plan.blame(part, bad))))
            .ok()
    }

    fn touchpoint(&self, identities: &[Identity], errors: &mut Errors) -> Option<Draft> {
        let happened = Target::Touchpoint(TouchpointField::OccurredAt);
        let of_touch = |target: &Target| matches!(target, Target::Touchpoint(_));
        self.texts().find(|(column, _)| of_touch(&column.target) && !column.name.is_empty())?;
        let before = errors.len();
        let mut input = Map::new();
        for (column, text) in self.texts() {
            let Target::Touchpoint(field) = &column.target else { continue };
            let value = match field {
                TouchpointField::OccurredAt => values::instant(text, &self.plan.mapping).map(|at| json!(at)),
                TouchpointField::Amount => {
                    self.money(Target::Touchpoint(TouchpointField::Currency), text).map(|minor| json!(minor))
                }
                TouchpointField::Currency if self.text(&Target::Touchpoint(TouchpointField::Amount)).is_none() => {
                    continue;
                }
                TouchpointField::Channel | TouchpointField::Direction => Ok(json!(text.to_lowercase())),
                _ => Ok(json!(text)),
            };
            match value {
                Ok(value) => drop(input.insert(field.to_string(), value)),
                Err(message) => errors.push(RowError::new("format", message).of(&column.name)),
            }
        }
        if self.text(&happened).is_none() {
            errors.push(RowError::new("required", "a touchpoint needs its time"));
        }
        if errors.len() > before {
            return None;
        }
        input.entry("source").or_insert_with(|| json!("import"));
        if !input.contains_key("source_id") {
            let digest = fingerprint(identities, &input);
            input.insert("source_id".to_owned(), json!(digest));
        }
        // The client is found by the row's identities; this one only makes the input whole.
        input.insert("contact".to_owned(), json!({ "external_ids": [{ "source": "import", "id": "row" }] }));
        let new = self.input::<NewInteraction>(Part::Touchpoint, input, errors)?;
        new.parse(Instant::now(), &self.plan.region)
            .map_err(|error| errors.extend(error.errors.into_iter().map(|bad| self.plan.blame(Part::Touchpoint, bad))))
            .ok()
    }
}

fn push_new(lists: &mut HashMap<&'static str, Vec<Value>>, list: &'static str, value: Value) {
    let list = lists.entry(list).or_default();
    if !list.contains(&value) {
        list.push(value);
    }
}

/// What the same touchpoint in a second run has in common with the first.
fn fingerprint(identities: &[Identity], input: &Map<String, Value>) -> String {
    let mut digest = Sha256::new();
    for identity in identities {
        digest.update(format!("{identity:?}\0"));
    }
    for (name, value) in input {
        digest.update(format!("{name}\0{value}\0"));
    }
    base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, digest.finalize())
}
