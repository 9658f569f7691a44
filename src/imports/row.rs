//! What a row says: its cells as the same inputs that the API takes, so that the same limits hold.

use csv::StringRecord;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use validator::Validate;

use super::findings::Findings;
use super::lookups::Lookups;
use super::mapping::{CompanyField, ContactField, LeadField, Mapping, Named, RowKind, Target};
use super::reader::{Column, RowError};
pub use super::touch_row::TaskFacts;
use crate::companies::model::CompanyChange;
use crate::contacts::identity::Identity;
use crate::contacts::model::ContactChange;
use crate::db::types::Instant;
use crate::error::FieldError;
use crate::http;
use crate::interactions::Draft;
use crate::pipelines::leads::{LeadPatch, NewLead};
use crate::pipelines::{LostReasonId, PipelineId, StageId};

/// How rows of one file are read.
#[derive(Debug, Clone)]
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
    /// The client's fields, identities and tags included; `None` where the row is about no client.
    pub contact: Option<ContactChange>,
    /// The company.
    pub company: Option<CompanyFacts>,
    /// The lead.
    pub lead: Option<LeadFacts>,
    /// What happened.
    pub touchpoint: Option<Draft>,
    /// What is to be done.
    pub task: Option<TaskFacts>,
    /// What is written about the client.
    pub notes: Vec<Draft>,
    /// Others whom the row names: what happened, happened to them too.
    pub others: Vec<Identity>,
    /// What is worth a look.
    pub warnings: Vec<RowError>,
}

/// What a row says about a company.
#[derive(Debug, Clone, Default)]
pub struct CompanyFacts {
    /// Its name.
    pub name: Option<String>,
    /// Its ids in other systems.
    pub ids: Vec<(String, String)>,
    /// Its other fields.
    pub change: CompanyChange,
    /// The id of the company it belongs to, in the system of its own ids.
    pub parent: Option<String>,
    pub(super) says_name_only: bool,
}

impl CompanyFacts {
    /// Whether nothing but its name is said.
    #[must_use]
    pub fn is_name_only(&self) -> bool {
        self.says_name_only && self.ids.is_empty() && self.parent.is_none()
    }
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
    /// The stage it is in, and when it came there as far as can be told.
    pub current: Option<StageFact>,
    /// The visit that brought it.
    pub visit: Option<Draft>,
    /// What is written about it.
    pub notes: Vec<Draft>,
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
    /// Whether it ends a lead's life.
    pub is_closed: bool,
}

impl Plan {
    /// Reads a row.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(&self, cells: &StringRecord) -> Result<Facts, Vec<RowError>> {
        let mut found = Findings::new(self.mapping.keeps);
        let reading = Reading { plan: self, cells };
        let facts = match self.mapping.row {
            RowKind::Contact => reading.client_row(&mut found),
            RowKind::Company => Some(reading.company_row(&mut found)),
            RowKind::Lead => reading.lead_row(&mut found),
            RowKind::StageHistory => reading.history_row(&mut found),
        };
        match facts {
            Some(facts) if found.errors.is_empty() => {
                Ok(Facts { warnings: found.warnings, others: found.others, ..facts })
            }
            _ => Err(found.errors),
        }
    }

    /// The column that a bad field came from, whichever input it was in.
    #[must_use]
    pub fn blame_any(&self, error: FieldError) -> RowError {
        let parts = [Part::Contact, Part::Lead, Part::Touchpoint, Part::Company];
        let part =
            parts.into_iter().find(|part| self.columns.iter().any(|column| part.names(&column.target, &error.field)));
        self.blame(part.unwrap_or(Part::Contact), error)
    }

    /// The column that a bad field of an input came from.
    pub(super) fn blame(&self, part: Part, error: FieldError) -> RowError {
        let column = self.columns.iter().find(|column| part.names(&column.target, &error.field));
        let what = RowError::new(error.code.into_owned(), format!("{} {}", error.field, error.message));
        let what = RowError { params: error.params, ..what };
        what.of(column.map_or("", |column| &column.name))
    }
}

/// An input that a row fills.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Contact,
    Lead,
    Touchpoint,
    Company,
}

impl Part {
    /// Whether the target fills the input's field.
    pub(super) fn names(self, target: &Target, field: &str) -> bool {
        let root = field.split(['.', '[']).next().unwrap_or_default();
        let is = |known: &str| known == field || known == root;
        match (self, target) {
            (Self::Contact, Target::Contact(ContactField::Email)) => root == "emails",
            (Self::Contact, Target::Contact(ContactField::Phone)) => root == "phones",
            (Self::Contact, Target::Contact(ContactField::Owner))
            | (Self::Lead, Target::Lead(LeadField::Owner))
            | (Self::Company, Target::Company(CompanyField::Owner)) => root == "owner_id",
            (Self::Contact, Target::ExternalId(_)) => root == "external_ids",
            (Self::Contact, Target::Contact(known)) => is(known.as_str()),
            (Self::Contact, Target::Company(CompanyField::Name)) => root == "company",
            (Self::Contact, Target::Custom(key))
            | (Self::Lead, Target::LeadCustom(key))
            | (Self::Company, Target::CompanyCustom(key)) => field.strip_prefix("custom.") == Some(key),
            (Self::Lead, Target::Lead(known)) => is(known.as_str()),
            (Self::Touchpoint, Target::Touchpoint(known)) => is(known.as_str()),
            (Self::Company, Target::Company(known)) => is(known.as_str()),
            _ => false,
        }
    }
}

pub(super) struct Reading<'a> {
    pub(super) plan: &'a Plan,
    pub(super) cells: &'a StringRecord,
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

    /// Whether a column, not a constant, says something that `wanted` wants.
    pub(super) fn says(&self, wanted: impl Fn(&Target) -> bool) -> bool {
        self.texts().any(|(column, _)| !column.is_fixed() && wanted(&column.target))
    }

    fn client_row(&self, found: &mut Findings) -> Option<Facts> {
        let mut identities = self.identities(found);
        let company = self.company(found);
        if identities.is_empty() && found.errors.is_empty() {
            match self.made_up_identity(found) {
                Some(identity) => identities.push(identity),
                None if company.is_some() && self.plan.mapping.keeps => {
                    return Some(Facts::of_company(company));
                }
                None => {
                    let message = "has no e-mail address, phone number or external id";
                    found.errors.push(RowError::new("required", message));
                }
            }
        }
        let contact = self.contact(&identities, found);
        let lead = self.lead(&identities, found);
        let touchpoint = self.touchpoint(&identities, found);
        let task = self.task(touchpoint.as_ref(), found);
        let contact = contact?;
        let notes = self.notes(&Target::Contact(ContactField::Note), &identities, found);
        let contact = Some(contact);
        Some(Facts { identities, contact, lead, touchpoint, task, notes, ..Facts::of_company(company) })
    }

    fn company_row(&self, found: &mut Findings) -> Facts {
        let company = self.company(found);
        if company.is_none() {
            found.errors.push(RowError::new("required", "has neither a company's name nor its id"));
        }
        Facts::of_company(company)
    }

    fn lead_row(&self, found: &mut Findings) -> Option<Facts> {
        use ContactField as Field;
        let mut identities = self.identities(found);
        let named = |target: &Target| {
            matches!(target, Target::Contact(Field::GivenName | Field::FamilyName | Field::DisplayName))
        };
        if identities.is_empty() && self.says(named) {
            identities.extend(self.made_up_identity(found));
        }
        let company = self.company(found);
        let contact = self.contact(&identities, found);
        let lead = self.lead(&identities, found);
        if lead.is_none() && found.errors.is_empty() {
            found.errors.push(RowError::new("required", "says nothing of a lead"));
        }
        let notes = self.notes(&Target::Contact(ContactField::Note), &identities, found);
        Some(Facts { identities, contact: Some(contact?), lead, notes, ..Facts::of_company(company) })
    }

    fn history_row(&self, found: &mut Findings) -> Option<Facts> {
        for field in [LeadField::SourceId, LeadField::Stage, LeadField::StageAt] {
            if self.text(&Target::Lead(field)).is_none() {
                found.errors.push(RowError::new("required", format!("lacks lead.{field}")));
            }
        }
        let lead = self.lead(&[], found)?;
        Some(Facts { lead: Some(lead), ..Facts::of_company(None) })
    }

    /// What finds the client of a row that has no address, number or id: what the row says of the client.
    fn made_up_identity(&self, found: &mut Findings) -> Option<Identity> {
        use ContactField as Field;
        let source = self.plan.mapping.source.as_deref().filter(|_| self.plan.mapping.keeps)?;
        let is_name = |target: &Target| {
            matches!(target, Target::Contact(Field::GivenName | Field::FamilyName | Field::DisplayName))
        };
        let is_unread = !found.kept.is_empty();
        let has_name = self.says(is_name) || is_unread;
        // What happened says nothing of who somebody is.
        let happened = self.tells_of_touchpoints();
        let said = |target: &Target| {
            is_name(target) || (!happened && matches!(target, Target::Contact(_) | Target::Custom(_)))
        };
        if !has_name && (self.says(Target::of_company) || self.says(|t| *t == Target::Contact(Field::Company))) {
            return None;
        }
        if !self.says(said) && !is_unread {
            return None;
        }
        let mut digest = Sha256::new();
        for (column, text) in self.texts().filter(|(column, _)| said(&column.target) && !column.is_fixed()) {
            digest.update(format!("{:?}\0{text}\0", column.target));
        }
        let id = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, digest.finalize());
        match Identity::external(&format!("{source}-row"), &id) {
            Ok(identity) => Some(identity),
            Err(message) => {
                found.errors.push(RowError::new("format", message));
                None
            }
        }
    }

    pub(super) fn owner(&self, column: &Column, text: &str, input: &mut Map<String, Value>, found: &mut Findings) {
        let name = self.plan.mapping.renamed(Named::Owner, text);
        match self.plan.lookups.owner(name) {
            Some(id) => drop(input.insert("owner_id".to_owned(), json!(id))),
            None if found.keeps() => {
                let message = format!("'{text}' is nobody here: the record is left without an owner");
                found.warnings.push(RowError::new("unknown_owner", message).with("value", text).of(&column.name));
            }
            None => {
                let error = RowError::new("unknown", format!("'{text}' is nobody's address here"));
                found.errors.push(error.with("what", "owner").with("name", text).of(&column.name));
            }
        }
    }

    /// Reads an input as a request's body is read.
    ///
    /// # Errors
    /// Every bad field.
    pub(super) fn input<T: DeserializeOwned + Validate>(input: &Map<String, Value>) -> Result<T, Vec<FieldError>> {
        let bytes = serde_json::to_vec(input).unwrap_or_default();
        http::read_json(&bytes).map_err(|error| error.errors)
    }

    /// [`Self::input`], then `parse`; where cells that cannot be read are kept, they are taken out and it is tried again.
    pub(super) fn parsed<T: DeserializeOwned + Validate, P>(
        &self,
        part: Part,
        input: &mut Map<String, Value>,
        found: &mut Findings,
        parse: impl Fn(T) -> crate::error::Result<P>,
    ) -> Option<P> {
        for _ in 0..4 {
            let read = Self::input::<T>(input).and_then(|read| parse(read).map_err(|error| error.errors));
            let errors = match read {
                Ok(parsed) => return Some(parsed),
                Err(errors) => errors,
            };
            if !found.keeps() || errors.is_empty() {
                found.errors.extend(errors.into_iter().map(|bad| self.plan.blame(part, bad)));
                return None;
            }
            for bad in errors {
                self.set_aside(part, input, bad, found);
            }
        }
        found.errors.push(RowError::new("format", "cannot be read"));
        None
    }

    fn set_aside(&self, part: Part, input: &mut Map<String, Value>, bad: FieldError, found: &mut Findings) {
        let root = bad.field.split(['.', '[']).next().unwrap_or_default().to_owned();
        let inner = bad.field.split_once('.').map(|(_, key)| key.to_owned());
        match (input.get_mut(&root), inner) {
            (Some(Value::Object(fields)), Some(key)) if fields.contains_key(&key) => drop(fields.shift_remove(&key)),
            _ => drop(input.shift_remove(&root)),
        }
        for (column, text) in self.texts().filter(|(column, _)| part.names(&column.target, &bad.field)) {
            found.keep(&column.name, text);
        }
        found.warnings.push(self.plan.blame(part, bad));
    }
}

impl Facts {
    const fn of_company(company: Option<CompanyFacts>) -> Self {
        Self {
            identities: Vec::new(),
            contact: None,
            company,
            lead: None,
            touchpoint: None,
            task: None,
            notes: Vec::new(),
            others: Vec::new(),
            warnings: Vec::new(),
        }
    }
}
