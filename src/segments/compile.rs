//! Turns rules into conditions on `contacts`, one text for both databases, every value bound.
//!
//! What hangs on a client is written `contacts.id IN (SELECT …)`, which both databases answer from an index. Facts stay with
//! the contact they came to, also where that was merged into another: a survivor's are those of all merged into it. These
//! few families are answered by a second part, so that the first need not look up whose each fact is.

use chrono_tz::Tz;

use super::SegmentId;
use super::plan::Plan;
use super::rule::{Field, Members, Node, OwnField, Rule, Window};
use crate::contacts::ContactId;
use crate::db::composed::{Read, Sql, Value};
use crate::db::types::Instant;

/// As of when a rule is asked, and of whom.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// Facts before this instant count.
    pub now: Instant,
    /// Only these contacts, with all that are merged into them; everybody where absent.
    pub only: Option<&'a [ContactId]>,
    /// Whether stages are those in which leads stood then: while it is the present, leads themselves tell it faster.
    pub past: bool,
}

impl<'a> Asked<'a> {
    /// Of everybody.
    #[must_use]
    pub const fn of_all(now: Instant) -> Self {
        Self { now, only: None, past: false }
    }

    /// Of everybody as of an instant that may be long ago.
    #[must_use]
    pub fn as_of(now: Instant) -> Self {
        // Who asks for the present has waited for an answer no longer than this.
        let past = now < Instant::now().plus(-chrono::TimeDelta::seconds(2));
        Self { now, only: None, past }
    }

    /// Of these contacts and no others.
    #[must_use]
    pub const fn of(now: Instant, only: &'a [ContactId]) -> Self {
        Self { now, only: Some(only), past: false }
    }
}

/// What a rule asks of the database, each question apart. It takes no notice of who is in the bin or merged: that is up to
/// the query.
#[must_use]
pub fn plan(rule: &Rule, asked: &Asked<'_>) -> Plan {
    Compiler { asked, zone: rule.zone }.node(&rule.node)
}

/// The condition on `contacts` that a rule stands for: [`plan`] as one. It is never unknown.
#[must_use]
pub fn condition(rule: &Rule, asked: &Asked<'_>) -> Sql {
    plan(rule, asked).sql()
}

/// Being on a list.
#[must_use]
pub fn listed(id: SegmentId, asked: &Asked<'_>) -> Plan {
    Compiler { asked, zone: Tz::UTC }.listed(id)
}

pub(super) struct Compiler<'a> {
    pub(super) asked: &'a Asked<'a>,
    pub(super) zone: Tz,
}

impl Compiler<'_> {
    fn node(&self, node: &Node) -> Plan {
        match node {
            Node::All(nodes) => Plan::all(nodes.iter().map(|node| self.node(node))),
            Node::Any(nodes) => Plan::any(nodes.iter().map(|node| self.node(node))),
            Node::Not(node) => self.node(node).negated(),
            Node::Field(field, test) => self.field(field, test),
            Node::Changed(field, span) => {
                let (from, _) = Window::Last(*span).ends(self.asked.now);
                self.changed(field, from.unwrap_or(Instant::MIN))
            }
            Node::Tag(tag) => Self::tag(tag, self.asked),
            Node::Consent(channel, state) => {
                let said = Sql::member("contacts", ".consents", channel.as_str(), Some("state"), Read::Any);
                Plan::Holds(match state {
                    None => Sql::text("(").then(said).and_text(") IS NULL"),
                    Some(state) => Sql::text("((")
                        .then(said)
                        .and_text(") = ")
                        .bind(Value::Text(state.to_string()))
                        .and_text(") IS TRUE"),
                })
            }
            Node::Touch(test) => self.touch(test),
            Node::Sequence(sequence) => self.sequence(sequence),
            Node::Lead(test) => self.lead(test),
            Node::Rfm(test) => Plan::Among(test.select()),
            Node::Segment(_, Members::Rule(rule)) => plan(rule, self.asked),
            Node::Segment(id, Members::Listed) => self.listed(*id),
        }
    }

    /// Who is on a list. Being on it is a fact like others: it stays with the contact that was put there.
    fn listed(&self, id: SegmentId) -> Plan {
        let there = Sql::text("sm.left_at IS NULL AND sm.segment_id = ").bind(Value::Id(id.0));
        self.facts(&Facts { table: "segment_members sm", contact: "sm.contact_id" }, there, None)
    }

    fn tag(tag: &str, asked: &Asked<'_>) -> Plan {
        let tagged = Sql::text("SELECT ct.contact_id FROM contact_tags ct WHERE ct.tag = ");
        Plan::Among(tagged.bind(Value::Text(tag.to_owned())).then(only("ct.contact_id", asked)))
    }

    /// ` AND column IN (…)` where only some are asked of.
    pub(super) fn only(&self, column: &'static str) -> Sql {
        only(column, self.asked)
    }

    /// Whose line tells of a change of the field since an instant.
    fn changed(&self, field: &Field, since: Instant) -> Plan {
        let (key, inner) = match field {
            Field::Own(own) => (own.change().unwrap_or_default(), None),
            Field::Custom(key, _) => ("custom", Some(key)),
            // Changes of these are not kept: the parser refuses the question.
            Field::CompanyCustom(..) => return Plan::any([]),
        };
        let mut told = Sql::text(
            "e.entry_type = 'change' AND e.kind IN ('contact.updated', 'contact.owner_changed') AND e.deleted_at IS NULL \
             AND e.occurred_at >= ",
        )
        .bind(Value::At(since))
        .and_text(" AND e.occurred_at < ")
        .bind(Value::At(self.asked.now))
        .and_text(" AND ");
        let side = |side: &'static str, key: &str| Sql::member("e", ".properties", key, Some(side), Read::Any);
        told = match (inner, address_part(field)) {
            (Some(key), _) => {
                let part = |from: &'static str| {
                    Sql::text("(").then(Sql::nested("e", ".properties", "custom", from, key)).and_text(")")
                };
                told.then(part("from")).and_text(" IS DISTINCT FROM ").then(part("to"))
            }
            (None, Some(member)) => {
                let part = |from: &'static str| {
                    Sql::text("(").then(Sql::nested("e", ".properties", "address", from, member)).and_text(")")
                };
                told.then(part("from")).and_text(" IS DISTINCT FROM ").then(part("to"))
            }
            (None, None) => told
                .and_text("(")
                .then(side("from", key))
                .and_text(") IS DISTINCT FROM (")
                .then(side("to", key))
                .and_text(")"),
        };
        self.facts(&Facts { table: "timeline_entries e", contact: "e.contact_id" }, told, None)
    }

    /// Every contact that is merged or has others merged into it, and the one that stands for it.
    pub(super) fn family(&self, alias: &'static str) -> Sql {
        Sql::text("(SELECT m.id, m.merged_into AS root FROM contacts m WHERE m.merged_into IS NOT NULL")
            .then(self.only("m.id"))
            .and_text(" UNION SELECT m.merged_into, m.merged_into FROM contacts m WHERE m.merged_into IS NOT NULL")
            .then(self.only("m.merged_into"))
            .and_text(") ")
            .and_text(alias)
    }

    /// Those who have facts, or groups of facts, of a kind.
    pub(super) fn facts(&self, facts: &Facts, filter: Sql, having: Option<Sql>) -> Plan {
        let Facts { table, contact } = *facts;
        let mut own = Sql::text("SELECT ").and_text(contact).and_text(" FROM ").and_text(table);
        own = own.and_text(" WHERE ").then(filter.clone()).then(self.only(contact));
        let families = Sql::text(" UNION ALL SELECT f.root FROM ")
            .then(self.family("f"))
            .and_text(" CROSS JOIN ")
            .and_text(table)
            .and_text(" WHERE ")
            .and_text(contact)
            .and_text(" = f.id AND ")
            .then(filter);
        Plan::Among(match having {
            None => own.then(families),
            Some(having) => own
                // A family's facts count together.
                .and_text(" GROUP BY ")
                .and_text(contact)
                .and_text(" HAVING ")
                .and_text(contact)
                .and_text(" NOT IN (SELECT m.merged_into FROM contacts m WHERE m.merged_into IS NOT NULL")
                .then(self.only("m.merged_into"))
                .and_text(") AND ")
                .then(having.clone())
                .then(families)
                .and_text(" GROUP BY f.root HAVING ")
                .then(having),
        })
    }
}

/// Where facts of a kind are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    /// The table with its alias.
    pub(super) table: &'static str,
    /// Whose they are.
    pub(super) contact: &'static str,
}

fn only(column: &'static str, asked: &Asked<'_>) -> Sql {
    let Some(ids) = asked.only else { return Sql::default() };
    Sql::text(" AND ")
        .and_text(column)
        .and_text(" IN (")
        .then(Sql::list(ids.iter().map(|id| Value::Id(id.0))))
        .and_text(")")
}

const fn address_part(field: &Field) -> Option<&'static str> {
    match field {
        Field::Own(OwnField::City) => Some("city"),
        Field::Own(OwnField::Region) => Some("region"),
        Field::Own(OwnField::PostalCode) => Some("postal_code"),
        Field::Own(OwnField::Country) => Some("country"),
        _ => None,
    }
}
