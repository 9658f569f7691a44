//! Reads rules: pure, and every fault with its place in the rule.

use chrono_tz::Tz;
use serde_json::Value;

use super::SegmentId;
use super::catalogue::Catalogue;
use super::reader::{At, Faults, Object};
use super::rule::{DEEPEST, MOST_CONDITIONS, Members, Node, Rule, VERSION, Window};
use crate::calendar::period::midnight;
use crate::contacts::{ConsentChannel, ConsentState};
use crate::db::types::Instant;
use crate::error::FieldError;

/// Reads a rule that stands in a request's field `rule`. `own` is the segment it belongs to, where that exists.
///
/// # Errors
/// Every fault, with its place.
pub fn parse(value: &Value, catalogue: &Catalogue, own: Option<SegmentId>) -> Result<Rule, Vec<FieldError>> {
    Parser::new(catalogue, own).read(value).map_err(|parser| parser.faults.0)
}

/// [`parse`], which also tells the place in the rule of another segment that is to blame, where that is so.
///
/// # Errors
/// Every fault, with its place.
pub(super) fn parse_blaming(
    value: &Value,
    catalogue: &Catalogue,
    own: Option<SegmentId>,
    suspect: SegmentId,
) -> Result<Rule, (Vec<FieldError>, Option<String>)> {
    let parser = Parser { suspect: Some(suspect), ..Parser::new(catalogue, own) };
    parser.read(value).map_err(|parser| (parser.faults.0, parser.blamed))
}

/// What reading needs to know.
pub(super) struct Parser<'c> {
    pub(super) catalogue: &'c Catalogue,
    pub(super) faults: Faults,
    pub(super) zone: Tz,
    conditions: usize,
    /// The segments whose rules are being read.
    inside: Vec<SegmentId>,
    /// Of whose rule it is asked where it is to blame, …
    suspect: Option<SegmentId>,
    /// … and that place.
    blamed: Option<String>,
}

/// What a condition can be, and what else belongs to it.
const HEADS: [&str; 11] =
    ["all", "any", "not", "field", "tag", "consent", "touchpoints", "sequence", "leads", "rfm", "segment"];

impl<'c> Parser<'c> {
    fn new(catalogue: &'c Catalogue, own: Option<SegmentId>) -> Self {
        let (faults, inside) = (Faults::default(), own.into_iter().collect());
        Self { catalogue, faults, zone: Tz::UTC, conditions: 0, inside, suspect: None, blamed: None }
    }

    fn read(mut self, value: &Value) -> Result<Rule, Self> {
        match self.rule(&At { value, path: "rule".to_owned() }, 0) {
            Some(rule) if self.faults.0.is_empty() => Ok(rule),
            _ => Err(self),
        }
    }
}

impl Parser<'_> {
    fn rule(&mut self, at: &At<'_>, depth: usize) -> Option<Rule> {
        let mut object = Object::of(at, &mut self.faults)?;
        if let Some(version) = object.need("version", &mut self.faults)
            && version.value.as_u64() != Some(VERSION)
        {
            self.faults.note(&version.path, "choice", "must be 1: this program reads no other version");
            return None;
        }
        let zone = match object.take("time_zone") {
            None => Tz::UTC,
            Some(at) => at.parsed("is not an IANA time zone such as Europe/Berlin", &mut self.faults)?,
        };
        let outer = std::mem::replace(&mut self.zone, zone);
        let node = self.node(&mut object, depth);
        self.zone = outer;
        Some(Rule { zone, node: node? })
    }

    fn inner(&mut self, at: &At<'_>, depth: usize) -> Option<Node> {
        let mut object = Object::of(at, &mut self.faults)?;
        self.node(&mut object, depth)
    }

    fn node(&mut self, object: &mut Object<'_>, depth: usize) -> Option<Node> {
        if depth > DEEPEST {
            self.faults.note(object.path(), "depth", format!("conditions may be nested {DEEPEST} deep"));
            return None;
        }
        let heads: Vec<_> = HEADS.into_iter().filter(|head| object.has(head)).collect();
        let [head] = heads.as_slice() else {
            let message = format!("must have exactly one of {}", HEADS.join(", "));
            self.faults.note(object.path(), "required", message);
            return None;
        };
        self.conditions += 1;
        if self.conditions > MOST_CONDITIONS {
            if self.conditions == MOST_CONDITIONS + 1 {
                let message = format!("has more than {MOST_CONDITIONS} conditions, those of other segments included");
                self.faults.note("rule", "length", message);
            }
            return None;
        }
        let node = self.condition(head, object, depth);
        object.finish(&mut self.faults);
        node
    }

    fn condition(&mut self, head: &'static str, object: &mut Object<'_>, depth: usize) -> Option<Node> {
        if matches!(head, "touchpoints" | "sequence" | "leads") {
            let at = object.take(head)?;
            return match head {
                "touchpoints" => self.touchpoints(&at, object),
                "sequence" => self.sequence(&at, object),
                _ => self.leads(&at, object),
            };
        }
        if head == "field" {
            return self.field(object);
        }
        let at = object.take(head)?;
        match head {
            "all" => self.several(&at, depth).map(Node::All),
            "any" => self.several(&at, depth).map(Node::Any),
            "not" => self.inner(&at, depth + 1).map(|node| Node::Not(Box::new(node))),
            "tag" => at.text(&mut self.faults).map(|tag| Node::Tag(tag.trim().to_owned())),
            "consent" => self.consent(&at, object),
            "rfm" => self.rfm(&at),
            _ => self.segment(&at, depth),
        }
    }

    fn several(&mut self, at: &At<'_>, depth: usize) -> Option<Vec<Node>> {
        if !at.value.is_array() {
            self.faults.note(&at.path, "type", "must be a list of conditions");
            return None;
        }
        let entries = at.entries(&mut self.faults);
        let nodes: Vec<_> = entries.iter().map(|entry| self.inner(entry, depth + 1)).collect();
        nodes.into_iter().collect()
    }

    fn consent(&mut self, at: &At<'_>, object: &mut Object<'_>) -> Option<Node> {
        let channel: Option<ConsentChannel> = at.word(&mut self.faults);
        let state = object.need("state", &mut self.faults)?;
        if state.value.as_str() == Some("none") {
            return Some(Node::Consent(channel?, None));
        }
        let state: ConsentState = state.parsed("must be one of: granted, withdrawn, none", &mut self.faults)?;
        Some(Node::Consent(channel?, Some(state)))
    }

    fn segment(&mut self, at: &At<'_>, depth: usize) -> Option<Node> {
        let id: SegmentId = at.parsed("must be a segment's id", &mut self.faults)?;
        let Some(segment) = self.catalogue.segments.get(&id) else {
            self.faults.note(&at.path, "unknown", "there is no such segment");
            return None;
        };
        if self.inside.contains(&id) {
            self.faults.note(&at.path, "cycle", "a segment cannot depend on itself");
            return None;
        }
        let Some(rule) = &segment.rule else { return Some(Node::Segment(id, Members::Listed)) };
        self.inside.push(id);
        let known = self.faults.0.len();
        let read = self.rule(&At { value: rule, path: "rule".to_owned() }, depth + 1);
        self.inside.pop();
        // The faults of another segment's rule are told at the place that names it.
        let inner: Vec<_> = self.faults.0.drain(known..).collect();
        if let Some(first) = inner.first() {
            if self.suspect == Some(id) {
                self.blamed.get_or_insert_with(|| first.field.to_string());
            }
            let code = if first.code == "cycle" { "cycle" } else { "broken" };
            let name: String = segment.name.chars().take(100).collect();
            let message = format!("the segment {name} cannot be read: {}: {}", first.field, first.message);
            self.faults.note(&at.path, code, message);
            return None;
        }
        Some(Node::Segment(id, Members::Rule(Box::new(read?))))
    }

    /// `{"last": "30d"}`, `{"before_last": "30d"}`, or `{"from": …, "to": …}` with days or instants.
    pub(super) fn window(&mut self, at: &At<'_>) -> Option<Window> {
        let mut object = Object::of(at, &mut self.faults)?;
        let (last, before) = (object.take("last"), object.take("before_last"));
        let (from, to) = (object.take("from"), object.take("to"));
        object.finish(&mut self.faults);
        let fixed = from.is_some() || to.is_some();
        match (last, before, fixed) {
            (Some(last), None, false) => last.span(&mut self.faults).map(Window::Last),
            (None, Some(before), false) => before.span(&mut self.faults).map(Window::Before),
            (None, None, true) => {
                let known = self.faults.0.len();
                let (from, to) =
                    (from.as_ref().and_then(|at| self.instant(at)), to.as_ref().and_then(|at| self.instant(at)));
                if from.zip(to).is_some_and(|(from, to)| from >= to) {
                    self.faults.note(&at.path, "range", "from must be before to");
                }
                (self.faults.0.len() == known).then_some(Window::Fixed(from, to))
            }
            _ => {
                self.faults.note(&at.path, "required", "needs last, before_last, or from and to");
                None
            }
        }
    }

    /// A day, taken as its beginning in the rule's time zone, or an instant.
    pub(super) fn instant(&mut self, at: &At<'_>) -> Option<Instant> {
        let text = at.text(&mut self.faults)?;
        let found = match text.parse::<chrono::NaiveDate>() {
            Ok(day) if text.len() == 10 && text.as_str() > "0001-01-01" => Ok(midnight(self.zone, day)),
            Ok(_) => Err("must lie within the years 1 to 9999".to_owned()),
            Err(_) => text.parse().map_err(|error| format!("{error}, or a day like 2026-01-31")),
        };
        self.faults.keep(&at.path, found.map_err(|message| ("format", message)))
    }
}
