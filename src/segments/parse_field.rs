//! Reads conditions on values: a client's fields, custom fields, properties of touchpoints. The kind of the value says
//! which operators there are.

use email_address::EmailAddress;
use serde_json::Value;

use super::catalogue::Custom;
use super::parse::Parser;
use super::reader::{At, Object};
use super::rule::{Field, Kind, Node, OwnField, PropertyTest, Scalar, Test, TextTest};
use crate::accounts::UserId;
use crate::companies::CompanyId;
use crate::contacts::identity::{normalise_email, normalise_phone};
use crate::interactions::known_currency;

/// The operators of a kind of value, beside `empty` and `filled`.
const fn operators(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text => &["is", "is_not", "contains", "starts_with", "ends_with"],
        Kind::Presence => &[],
        Kind::Email => &["is", "is_not", "contains", "starts_with", "domain"],
        Kind::Phone => &["is", "is_not", "contains", "starts_with"],
        Kind::Number => &["is", "is_not", "between", "at_least", "at_most"],
        Kind::Boolean | Kind::User | Kind::Company => &["is", "is_not"],
        Kind::Money => &["between", "at_least", "at_most"],
        Kind::Date => &[
            "is",
            "is_not",
            "between",
            "at_least",
            "at_most",
            "in_last_days",
            "in_next_days",
            "anniversary_in_next_days",
        ],
        Kind::Instant => &["in"],
        Kind::List => &["has_any", "has_all"],
    }
}

impl Parser<'_> {
    /// `{"field": …, "op": …, "value": …}`.
    pub(super) fn field(&mut self, object: &mut Object<'_>) -> Option<Node> {
        let name = object.take("field")?;
        let op = object.need("op", &mut self.faults);
        let value = object.take("value");
        let called = name.text(&mut self.faults)?;
        let (field, kind, options) = if let Some(key) = called.strip_prefix("custom.") {
            let custom = self.custom(&self.catalogue.contact_fields, key, &name.path)?;
            (Field::Custom(key.to_owned(), custom.kind), custom.kind, custom.options)
        } else if let Some(key) = called.strip_prefix("company.custom.") {
            let custom = self.custom(&self.catalogue.company_fields, key, &name.path)?;
            (Field::CompanyCustom(key.to_owned(), custom.kind), custom.kind, custom.options)
        } else if let Ok(own) = called.parse::<OwnField>() {
            (Field::Own(own), own.kind(), Vec::new())
        } else {
            self.faults.note(&name.path, "unknown", "there is no such field");
            return None;
        };
        let op = op?;
        if op.value.as_str() == Some("changed_in_last") {
            return self.changed(field, &op, value.as_ref());
        }
        let test = self.test(kind, &options, &op, value.as_ref(), object.path())?;
        Some(Node::Field(field, test))
    }

    fn changed(&mut self, field: Field, op: &At<'_>, value: Option<&At<'_>>) -> Option<Node> {
        let is_kept = match &field {
            Field::Own(own) => own.change().is_some(),
            Field::Custom(..) => true,
            Field::CompanyCustom(..) => false,
        };
        if !is_kept {
            self.faults.note(&op.path, "choice", "changes of this field are not kept");
            return None;
        }
        let Some(value) = value else {
            let place = op.path.strip_suffix(".op").unwrap_or(&op.path);
            self.faults.note(&format!("{place}.value"), "required", "is required");
            return None;
        };
        Some(Node::Changed(field, value.span(&mut self.faults)?))
    }

    /// The custom field; a deleted one is told apart from one that never was.
    pub(super) fn custom(
        &mut self,
        known: &std::collections::BTreeMap<String, Custom>,
        key: &str,
        path: &str,
    ) -> Option<Custom> {
        match known.get(key) {
            Some(custom) if !custom.deleted => Some(custom.clone()),
            Some(_) => {
                self.faults.note(path, "deleted", "the custom field was deleted");
                None
            }
            None => {
                self.faults.note(path, "unknown", "there is no such custom field");
                None
            }
        }
    }

    /// A test of a value of a kind.
    pub(super) fn test(
        &mut self,
        kind: Kind,
        options: &[String],
        op: &At<'_>,
        value: Option<&At<'_>>,
        path: &str,
    ) -> Option<Test> {
        let name = op.text(&mut self.faults)?;
        if matches!(name.as_str(), "empty" | "filled") {
            if let Some(value) = value {
                self.faults.note(&value.path, "unknown", "empty and filled take no value");
            }
            return Some(if name == "empty" { Test::Empty } else { Test::Filled });
        }
        let known = operators(kind);
        if !known.contains(&name.as_str()) {
            let message = format!("must be one of: {}", [known, &["empty", "filled"]].concat().join(", "));
            self.faults.note(&op.path, "choice", message);
            return None;
        }
        let Some(value) = value else {
            self.faults.note(&format!("{path}.value"), "required", "is required");
            return None;
        };
        match name.as_str() {
            "is" => self.scalars(kind, options, value).map(Test::Among),
            "is_not" => self.scalars(kind, options, value).map(Test::NotAmong),
            "contains" | "starts_with" | "ends_with" => {
                let test: TextTest = op.word(&mut self.faults)?;
                self.part(kind, test, value).map(|text| Test::Text(test, text))
            }
            "domain" => self.domains(value).map(Test::Domain),
            "at_least" | "at_most" | "between" => self.between(kind, &name, value),
            "in_last_days" => self.days(value, 36_500).map(Test::LastDays),
            "in_next_days" => self.days(value, 36_500).map(Test::NextDays),
            "anniversary_in_next_days" => self.days(value, 366).map(Test::Anniversary),
            "in" => self.window(value).map(Test::In),
            _ => {
                let texts = value.texts(&mut self.faults);
                self.among_options(options, &texts, &value.path);
                (!texts.is_empty()).then(|| Test::Holds(texts, name == "has_all"))
            }
        }
    }

    fn days(&mut self, value: &At<'_>, most: i64) -> Option<u32> {
        value.whole(0, most, &mut self.faults).and_then(|days| u32::try_from(days).ok())
    }

    fn scalars(&mut self, kind: Kind, options: &[String], value: &At<'_>) -> Option<Vec<Scalar>> {
        let entries = value.entries(&mut self.faults);
        let read: Option<Vec<_>> = entries.iter().map(|entry| self.scalar(kind, entry)).collect();
        let read = read.filter(|read| !read.is_empty())?;
        if kind == Kind::Text {
            let texts: Vec<_> = entries.iter().filter_map(|entry| entry.value.as_str().map(str::to_owned)).collect();
            self.among_options(options, &texts, &value.path);
        }
        Some(read)
    }

    /// What is not among a field's options can never be its value: that is a mistake in the rule.
    fn among_options(&mut self, options: &[String], texts: &[String], path: &str) {
        if !options.is_empty() && texts.iter().any(|text| !options.contains(text)) {
            self.faults.note(path, "choice", "is not among the field's options");
        }
    }

    fn scalar(&mut self, kind: Kind, at: &At<'_>) -> Option<Scalar> {
        match kind {
            Kind::Number => at.number(&mut self.faults).map(Scalar::Number),
            Kind::Boolean => at.truth(&mut self.faults).map(Scalar::Truth),
            Kind::Date => self.day(at).map(Scalar::Text),
            Kind::User => {
                let id: UserId = at.parsed("must be a user's id", &mut self.faults)?;
                let known = self.catalogue.users.contains_key(&id);
                self.known(known, at, "there is no such user").then_some(Scalar::User(id))
            }
            Kind::Company => {
                let id: CompanyId = at.parsed("must be a company's id", &mut self.faults)?;
                let known = self.catalogue.companies.contains_key(&id);
                self.known(known, at, "there is no such company").then_some(Scalar::Company(id))
            }
            Kind::Email => self.reached(at, normalise_email),
            // What a rule means must not depend on where the program runs.
            Kind::Phone => self.reached(at, |text| normalise_phone(text, "")),
            _ => at.text(&mut self.faults).map(Scalar::Text),
        }
    }

    /// An address or a number in the form in which they are compared.
    fn reached(&mut self, at: &At<'_>, normalise: fn(&str) -> Result<String, &'static str>) -> Option<Scalar> {
        let text = at.text(&mut self.faults)?;
        self.faults.keep(&at.path, normalise(&text).map_err(|message| ("format", message.to_owned()))).map(Scalar::Text)
    }

    /// A part of a text, of an address or a number in the form in which these are compared: a number begins with its country's
    /// code, whether its `+` is written or not.
    fn part(&mut self, kind: Kind, how: TextTest, at: &At<'_>) -> Option<String> {
        let text = at.text(&mut self.faults)?;
        match kind {
            Kind::Email => Some(text.trim().to_lowercase()),
            Kind::Phone => {
                let plus = text.trim_start().starts_with('+');
                let is_known = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+()-./".contains(c);
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                if digits.is_empty() || !text.chars().all(is_known) || text.matches('+').count() > usize::from(plus) {
                    self.faults.note(&at.path, "format", "must be digits of a phone number such as +351 91");
                    return None;
                }
                let whole = plus || how == TextTest::StartsWith;
                Some(if whole { format!("+{digits}") } else { digits })
            }
            _ => Some(text),
        }
    }

    /// What follows the `@` of addresses.
    fn domains(&mut self, value: &At<'_>) -> Option<Vec<String>> {
        let entries = value.entries(&mut self.faults);
        let domain = |at: &At<'_>, this: &mut Self| {
            let text = at.text(&mut this.faults)?.trim().trim_start_matches('@').to_lowercase();
            if !EmailAddress::is_valid_domain(&text) {
                this.faults.note(&at.path, "format", "must be a domain such as example.com");
                return None;
            }
            Some(text)
        };
        let read: Option<Vec<_>> = entries.iter().map(|entry| domain(entry, self)).collect();
        read.filter(|read| !read.is_empty())
    }

    /// Notes that something named is not there.
    pub(super) fn known(&mut self, known: bool, at: &At<'_>, message: &'static str) -> bool {
        if !known {
            self.faults.note(&at.path, "unknown", message);
        }
        known
    }

    /// A day in its one form.
    fn day(&mut self, at: &At<'_>) -> Option<String> {
        let text = at.text(&mut self.faults)?;
        let day = chrono::NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok();
        let day = day.map(|day| day.format("%Y-%m-%d").to_string()).filter(|day| day.len() == 10);
        if day.is_none() {
            self.faults.note(&at.path, "format", "must be a day such as 2026-01-31");
        }
        day
    }

    fn between(&mut self, kind: Kind, op: &str, value: &At<'_>) -> Option<Test> {
        if kind == Kind::Money {
            return self.money(op, value);
        }
        let (least, most) = match op {
            "at_least" => (Some(self.scalar(kind, value)?), None),
            "at_most" => (None, Some(self.scalar(kind, value)?)),
            _ => {
                let (least, most) = self.pair(value)?;
                (Some(self.scalar(kind, &least)?), Some(self.scalar(kind, &most)?))
            }
        };
        let reversed = match (&least, &most) {
            (Some(Scalar::Number(least)), Some(Scalar::Number(most))) => least > most,
            (Some(Scalar::Text(least)), Some(Scalar::Text(most))) => least > most,
            _ => false,
        };
        if reversed {
            self.faults.note(&value.path, "range", "the first must not be more than the second");
        }
        Some(Test::Between(least, most))
    }

    fn pair<'v>(&mut self, value: &At<'v>) -> Option<(At<'v>, At<'v>)> {
        if let Value::Array(list) = value.value
            && let [least, most] = list.as_slice()
        {
            return Some((
                At { value: least, path: format!("{}[0]", value.path) },
                At { value: most, path: format!("{}[1]", value.path) },
            ));
        }
        self.faults.note(&value.path, "type", "must be a list of two: the least and the most");
        None
    }

    fn money(&mut self, op: &str, value: &At<'_>) -> Option<Test> {
        let (least, most) = match op {
            "at_least" => (Some(self.sum(value)?), None),
            "at_most" => (None, Some(self.sum(value)?)),
            _ => {
                let (least, most) = self.pair(value)?;
                (Some(self.sum(&least)?), Some(self.sum(&most)?))
            }
        };
        let currency = least.as_ref().or(most.as_ref()).map(|(currency, _)| currency.clone())?;
        if [&least, &most].into_iter().flatten().any(|(other, _)| *other != currency) {
            self.faults.note(&value.path, "currency", "both must be of one currency");
            return None;
        }
        let (least, most) = (least.map(|(_, amount)| amount), most.map(|(_, amount)| amount));
        if least.zip(most).is_some_and(|(least, most)| least > most) {
            self.faults.note(&value.path, "range", "the first must not be more than the second");
        }
        Some(Test::Money(currency, least, most))
    }

    fn sum(&mut self, at: &At<'_>) -> Option<(String, f64)> {
        let mut object = Object::of(at, &mut self.faults)?;
        let (amount, currency) = (object.need("amount", &mut self.faults), object.need("currency", &mut self.faults));
        object.finish(&mut self.faults);
        let amount = amount?.number(&mut self.faults);
        Some((self.currency(&currency?)?, amount?))
    }

    /// A currency's code.
    pub(super) fn currency(&mut self, at: &At<'_>) -> Option<String> {
        let code = at.text(&mut self.faults)?;
        if !known_currency(&code) {
            self.faults.note(&at.path, "choice", "must be an ISO 4217 code such as EUR");
            return None;
        }
        Some(code)
    }

    /// A test of a property: the values asked for say of what kind it is.
    pub(super) fn property(&mut self, at: &At<'_>) -> Option<(String, PropertyTest)> {
        let mut object = Object::of(at, &mut self.faults)?;
        let (key, op) = (object.need("key", &mut self.faults), object.need("op", &mut self.faults));
        let value = object.take("value");
        object.finish(&mut self.faults);
        let (key, op) = (key?, op?);
        let name = key.text(&mut self.faults)?;
        if !crate::db::composed::is_key(&name) || name.chars().count() > 100 {
            self.faults.note(&key.path, "format", "must have at most 100 characters, none of them \" or \\");
            return None;
        }
        let first = value.as_ref().map(|at| match at.value {
            Value::Array(list) => list.first().unwrap_or(at.value),
            value => value,
        });
        let kind = match first {
            Some(Value::Number(_)) => Kind::Number,
            Some(Value::Bool(_)) => Kind::Boolean,
            // Whether there is any has nothing to do with of what kind.
            None => Kind::Presence,
            Some(_) => Kind::Text,
        };
        let test = self.test(kind, &[], &op, value.as_ref(), object.path())?;
        Some((name, PropertyTest { kind, test }))
    }
}
