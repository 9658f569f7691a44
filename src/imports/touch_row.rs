//! What a row says that happened or was written: touchpoints, notes, the visit that brought a lead.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::findings::Findings;
use super::mapping::{LeadField, Named, Target, TouchpointField};
use super::reader::RowError;
use super::row::{Part, Reading};
use super::values;
use crate::accounts::UserId;
use crate::contacts::identity::Identity;
use crate::db::types::Instant;
use crate::interactions::{Draft, NewInteraction, TaskId};

/// The most characters of one note; longer texts become several.
const LONGEST_NOTE: usize = 60_000;

/// Something to do for the client.
#[derive(Debug, Clone)]
pub struct TaskFacts {
    /// The task's id here, the same whenever the row comes.
    pub id: TaskId,
    /// What to do.
    pub title: String,
    /// More about it.
    pub body: Option<String>,
    /// By when.
    pub due_at: Option<Instant>,
    /// Who is to do it.
    pub assignee: Option<UserId>,
    /// Whether it was done.
    pub is_done: bool,
}

impl Reading<'_> {
    pub(super) fn touchpoint(&self, identities: &[Identity], found: &mut Findings) -> Option<Draft> {
        let happened = Target::Touchpoint(TouchpointField::OccurredAt);
        if !self.says(|target| matches!(target, Target::Touchpoint(_))) {
            return None;
        }
        let before = found.errors.len();
        let mut input = Map::new();
        let is_open = self.is_open(found);
        for (column, text) in self.texts() {
            let Target::Touchpoint(field) = &column.target else { continue };
            let value = match field {
                TouchpointField::Done | TouchpointField::Assignee => continue,
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
                Err(message) => found.errors.push(RowError::new("format", message).of(&column.name)),
            }
        }
        if is_open == Some(true) {
            // Nothing has happened yet.
            return None;
        }
        if is_open == Some(false) && self.done_early(&mut input) {
            found.warnings.push(RowError::new("future", "it is done already: its time is now"));
        }
        if self.text(&happened).is_none() {
            found.errors.push(RowError::new("required", "a touchpoint needs its time"));
        }
        if found.errors.len() > before {
            return None;
        }
        input.entry("source").or_insert_with(|| json!("import"));
        if !input.contains_key("source_id") {
            let digest = fingerprint(identities, &input);
            input.insert("source_id".to_owned(), json!(digest));
        }
        self.draft(&mut input, found)
    }

    /// Whether the file's rows are about what happens.
    pub(super) fn tells_of_touchpoints(&self) -> bool {
        self.plan.columns.iter().any(|column| !column.is_fixed() && matches!(column.target, Target::Touchpoint(_)))
    }

    /// Whether the row is about something that is not done yet; `None` where the file does not say.
    fn is_open(&self, found: &mut Findings) -> Option<bool> {
        let done = Target::Touchpoint(TouchpointField::Done);
        let column = self.plan.columns.iter().find(|column| column.target == done)?;
        let Some(text) = column.value(self.cells) else { return Some(true) };
        let read = values::yes(text).map(|done| !done);
        if read.is_none() {
            let error = RowError::new("format", format!("'{text}' is neither yes nor no"));
            found.bad(&column.name, text, error);
        }
        read
    }

    /// What is done before it was due happened now at the latest.
    fn done_early(&self, input: &mut Map<String, Value>) -> bool {
        let at = self.text(&Target::Touchpoint(TouchpointField::OccurredAt));
        let at = at.and_then(|(_, text)| values::instant(text, &self.plan.mapping).ok());
        let early = at.is_some_and(|at| at > Instant::now());
        if early {
            input.insert(TouchpointField::OccurredAt.to_string(), json!(Instant::now()));
        }
        early
    }

    /// What is to be done: a row about something that is not done yet. `done` is what it came to where it is done: a task
    /// that an earlier file has told of is done then.
    pub(super) fn task(&self, done: Option<&Draft>, found: &mut Findings) -> Option<TaskFacts> {
        use TouchpointField as Field;
        let text = |field| self.text(&Target::Touchpoint(field));
        let says = |target: &Target| matches!(target, Target::Touchpoint(_));
        if !self.plan.mapping.has(&Target::Touchpoint(Field::Done)) || !self.says(says) {
            return None;
        }
        let is_done = done.is_some();
        if !is_done && self.is_open(&mut Findings::new(true)) != Some(true) {
            return None;
        }
        let line = |field| text(field).map(|(_, text)| self.line(text)).filter(|line| !line.trim().is_empty());
        let title: String = line(Field::Subject).or_else(|| line(Field::Kind))?.chars().take(500).collect();
        let at = text(Field::OccurredAt);
        let due_at = at.and_then(|(column, text)| match values::instant(text, &self.plan.mapping) {
            Ok(at) => Some(at),
            Err(message) => {
                found.bad(&column.name, text, RowError::new("format", message));
                None
            }
        });
        let assignee = text(Field::Assignee).and_then(|(column, name)| {
            let who = self.plan.lookups.owner(self.plan.mapping.renamed(Named::Owner, name));
            if who.is_none() {
                let message = format!("'{name}' is nobody here: the task is left to nobody");
                found.warnings.push(RowError::new("unknown_owner", message).with("value", name).of(&column.name));
            }
            who
        });
        let source = text(Field::Source).map_or("import", |(_, source)| source);
        let own = text(Field::SourceId).map(|(_, id)| id.to_owned());
        let own = own.unwrap_or_else(|| format!("{title}\0{due_at:?}\0{:?}", self.cells));
        let body = text(Field::Body).map(|(_, text)| cut(text).into_iter().next().unwrap_or_default());
        Some(TaskFacts { id: TaskId::of(source, &own), title, body, due_at, assignee, is_done })
    }

    /// The notes of a row: the columns that are notes, and what could not be read elsewhere.
    pub(super) fn notes(&self, target: &Target, identities: &[Identity], found: &mut Findings) -> Vec<Draft> {
        let mut texts: Vec<String> = Vec::new();
        let several = self.plan.columns.iter().filter(|other| other.target == *target).count() > 1;
        for (column, text) in self.texts().filter(|(column, _)| column.target == *target) {
            texts.push(if several { format!("{}: {text}", column.name) } else { text.to_owned() });
        }
        if !found.kept.is_empty() {
            let lines: Vec<_> = found.kept.drain(..).map(|(column, text)| format!("{column}: {text}")).collect();
            texts.push(lines.join("\n"));
        }
        let parts = texts.iter().flat_map(|text| cut(text));
        let drafts: Vec<_> = parts.map(|text| self.note(&text, identities, found)).collect();
        drafts.into_iter().flatten().collect()
    }

    fn note(&self, text: &str, identities: &[Identity], found: &mut Findings) -> Option<Draft> {
        let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        let mut input = Map::from_iter([("channel".to_owned(), json!("note")), ("body".to_owned(), json!(text))]);
        let lead = self.text(&Target::Lead(LeadField::SourceId)).map(|(_, id)| id).unwrap_or_default();
        let digest = fingerprint(
            identities,
            &Map::from_iter([("note".to_owned(), json!(text)), ("of".to_owned(), json!(lead))]),
        );
        if let Some(at) = self.began() {
            input.insert("occurred_at".to_owned(), json!(at));
        }
        input.insert("source".to_owned(), json!("import"));
        input.insert("source_id".to_owned(), json!(digest));
        self.draft(&mut input, found)
    }

    /// The visit that brought a lead, where the file knows its campaign.
    pub(super) fn visit(&self, found: &mut Findings) -> Option<Draft> {
        use LeadField as Field;
        let utm = [Field::UtmSource, Field::UtmMedium, Field::UtmCampaign, Field::UtmTerm, Field::UtmContent];
        let mut input = Map::new();
        for field in utm {
            if let Some((_, text)) = self.text(&Target::Lead(field)) {
                let text: String = self.line(text).chars().take(200).collect();
                input.insert(field.to_string(), json!(text));
            }
        }
        if input.is_empty() {
            return None;
        }
        let source_id = self.text(&Target::Lead(Field::SourceId)).map(|(_, id)| format!("visit of {id}"));
        let source = self.text(&Target::Lead(Field::Source)).map_or("import", |(_, source)| source);
        input.insert("channel".to_owned(), json!("web"));
        input.insert("kind".to_owned(), json!("lead_visit"));
        if let Some(at) = self.began() {
            input.insert("occurred_at".to_owned(), json!(at));
        }
        let made_up = fingerprint(&[], &input);
        input.insert("source".to_owned(), json!(source));
        input.insert("source_id".to_owned(), json!(source_id.unwrap_or(made_up)));
        self.draft(&mut input, found)
    }

    /// When the row's lead began.
    fn began(&self) -> Option<Instant> {
        let (_, text) = self.text(&Target::Lead(LeadField::EnteredAt))?;
        values::instant(text, &self.plan.mapping).ok().filter(|at| *at <= Instant::now())
    }

    fn draft(&self, input: &mut Map<String, Value>, found: &mut Findings) -> Option<Draft> {
        // The client is found by the row's identities; this one only makes the input whole.
        input.insert("contact".to_owned(), json!({ "external_ids": [{ "source": "import", "id": "row" }] }));
        let region = &self.plan.region;
        self.parsed(Part::Touchpoint, input, found, |new: NewInteraction| new.parse(Instant::now(), region))
    }

    pub(super) fn money(&self, currency: Target, text: &str) -> Result<i64, String> {
        let Some((_, currency)) = self.text(&currency) else { return Err("an amount needs a currency".to_owned()) };
        values::amount(text, self.plan.mapping.decimal, currency)
    }
}

fn cut(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.trim().chars().collect();
    letters.chunks(LONGEST_NOTE).map(|part| part.iter().collect()).collect()
}

/// What the same touchpoint in a second run has in common with the first.
pub(super) fn fingerprint(identities: &[Identity], input: &Map<String, Value>) -> String {
    let mut identities: Vec<_> = identities.iter().collect();
    identities.sort();
    let mut digest = Sha256::new();
    for identity in identities {
        digest.update(format!("{identity:?}\0"));
    }
    for (name, value) in input {
        digest.update(format!("{name}\0{value}\0"));
    }
    base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, digest.finalize())
}
