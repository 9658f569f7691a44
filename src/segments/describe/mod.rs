//! What a rule says, in plain words: English, Russian, Portuguese.

mod facts;
mod fields;
mod grammar;
mod language;
mod leads;
mod names;
mod nouns;
#[cfg(test)]
mod tests;
mod time;
mod words;

use std::borrow::Cow;

use chrono_tz::Tz;

use super::SegmentId;
use super::catalogue::Catalogue;
use super::rule::{Field, Node, OwnField, Rule, Scalar, Test, TouchTest, Window};
use grammar::fill;
pub use language::Language;
use words::Words;

/// The rule in words. Its zone is told where days are spoken of.
#[must_use]
pub fn describe(rule: &Rule, catalogue: &Catalogue, language: Language) -> String {
    let speaker = Speaker { words: language.words(), language, catalogue, zone: rule.zone };
    let text = speaker.node(&rule.node);
    if rule.zone == Tz::UTC || !time::has_days(&rule.node) {
        return text;
    }
    format!("{text} {}", fill(speaker.words.zone, &[rule.zone.name()]))
}

struct Speaker<'a> {
    words: &'static Words,
    language: Language,
    catalogue: &'a Catalogue,
    zone: Tz,
}

impl Speaker<'_> {
    fn node(&self, node: &Node) -> String {
        let w = self.words;
        match &*plain(node) {
            Node::All(nodes) => self.joined(nodes, w.and),
            Node::Any(nodes) => self.joined(nodes, w.or),
            Node::Not(node) => self.not(node),
            Node::Field(field, test) => self.field(field, test),
            Node::Changed(field, span) => {
                let when = self.window(Window::Last(*span));
                if let Field::Own(own) = field {
                    let (name, gender) = self.language.changing(*own);
                    return fill(gender.pick(w.changed), &[name, &when]);
                }
                let subject = self.subject(field);
                fill(subject.gender.pick(w.changed), &[&subject.name, &when])
            }
            Node::Tag(tag) => fill(w.tag, &[&self.language.quoted(tag)]),
            Node::Consent(channel, state) => {
                fill(w.consent, &[self.language.consent(*channel), self.language.consent_state(*state)])
            }
            Node::Touch(test) => self.touch(test),
            Node::Sequence(sequence) => self.sequence(sequence),
            Node::Lead(test) => self.lead(test, false),
            Node::Rfm(test) => self.rfm(test),
            Node::Segment(id, _) => fill(w.segment, &[&self.segment(*id)]),
        }
    }

    /// What must not hold; as one says it, where there is a way to.
    fn not(&self, node: &Node) -> String {
        let w = self.words;
        match node {
            Node::Tag(tag) => fill(w.no_tag, &[&self.language.quoted(tag)]),
            Node::Segment(id, _) => fill(w.no_segment, &[&self.segment(*id)]),
            Node::Touch(test) if test.count.is_none() && !is_measured(test) => self.no_touch(test),
            Node::Lead(test) if test.count.is_none() => self.lead(test, true),
            other => fill(w.not, &[&self.node(other)]),
        }
    }

    fn segment(&self, id: SegmentId) -> String {
        let known = self.catalogue.segments.get(&id);
        self.language.quoted(&known.map_or_else(|| id.to_string(), |known| known.name.clone()))
    }

    fn joined(&self, nodes: &[Node], by: &str) -> String {
        match nodes {
            [] => self.words.nothing.to_owned(),
            [only] => self.node(only),
            several => several.iter().map(|node| self.bracketed(node)).collect::<Vec<_>>().join(&format!(" {by} ")),
        }
    }

    /// A condition among others: in brackets where it could be read as two.
    fn bracketed(&self, node: &Node) -> String {
        let text = self.node(node);
        if is_loose(node) { format!("({text})") } else { text }
    }
}

/// The condition without a negation where the language of rules has a test that says the same.
fn plain(node: &Node) -> Cow<'_, Node> {
    let Node::Not(inner) = node else { return Cow::Borrowed(node) };
    let (field, test) = match &**inner {
        Node::Not(inner) => return plain(inner),
        Node::Field(field, test) => (field, test),
        _ => return Cow::Borrowed(node),
    };
    let opposite = match test {
        Test::Empty => Test::Filled,
        Test::Filled => Test::Empty,
        // Of several addresses "not one of them is" and "one of them is not" must not be confused.
        Test::Among(values) if !has_several(field) => Test::NotAmong(values.clone()),
        Test::NotAmong(values) if !has_several(field) => Test::Among(values.clone()),
        _ => return Cow::Borrowed(node),
    };
    Cow::Owned(Node::Field(field.clone(), opposite))
}

/// Whether a client can have several of it.
const fn has_several(field: &Field) -> bool {
    matches!(field, Field::Own(OwnField::Email | OwnField::Phone))
}

fn is_measured(test: &TouchTest) -> bool {
    test.sum.is_some() || test.first.is_some() || test.last.is_some()
}

/// Whether its words have an "and", an "or" or a comma of their own.
fn is_loose(node: &Node) -> bool {
    match &*plain(node) {
        Node::All(nodes) | Node::Any(nodes) => match nodes.as_slice() {
            [] => false,
            [only] => is_loose(only),
            _ => true,
        },
        Node::Sequence(_) => true,
        Node::Touch(test) => is_measured(test),
        Node::Field(_, test) => is_loose_test(test),
        _ => false,
    }
}

fn is_loose_test(test: &Test) -> bool {
    match test {
        Test::NotAmong(values) => values.len() > 1 || values.iter().any(|value| matches!(value, Scalar::Truth(_))),
        Test::Among(values) => values.len() > 1,
        Test::Holds(texts, _) | Test::Domain(texts) => texts.len() > 1,
        Test::LastDays(days) | Test::NextDays(days) | Test::Anniversary(days) => *days == 1,
        _ => false,
    }
}
