//! Fields and what their values must be, in words.

use super::Speaker;
use super::grammar::{Gender, fill, listed};
use crate::segments::rule::{Field, Kind, OwnField, Range, Scalar, Test, TextTest};

/// What a test is of.
pub(super) struct Subject {
    /// It, as the subject of a sentence.
    pub name: String,
    /// It in the genitive.
    pub of: String,
    pub gender: Gender,
    /// What values it has.
    pub kind: Kind,
}

impl Speaker<'_> {
    /// `country is “PT” or “BR”`.
    pub(super) fn field(&self, field: &Field, test: &Test) -> String {
        let w = self.words;
        match (field, test) {
            (Field::Own(OwnField::CreatedAt), Test::In(window)) => fill(w.created, &[&self.window(*window)]),
            (Field::Own(OwnField::UpdatedAt), Test::In(window)) => fill(w.updated, &[&self.window(*window)]),
            (Field::Own(OwnField::Anonymous), Test::Among(values) | Test::NotAmong(values)) if values.len() == 1 => {
                let is_wanted = values.contains(&Scalar::Truth(true)) == matches!(test, Test::Among(_));
                if is_wanted { w.anonymous.to_owned() } else { w.not_anonymous.to_owned() }
            }
            _ => self.tested(&self.subject(field), test),
        }
    }

    pub(super) fn subject(&self, field: &Field) -> Subject {
        match field {
            Field::Own(own) => {
                let (name, gender) = self.language.field(*own);
                Subject { name: name.to_owned(), of: name.to_owned(), gender, kind: own.kind() }
            }
            Field::Custom(key, kind) => {
                let known = self.catalogue.contact_fields.get(key);
                self.custom(known.map_or(key, |custom| &custom.label), *kind)
            }
            Field::CompanyCustom(key, kind) => {
                let known = self.catalogue.company_fields.get(key);
                let label = self.language.quoted(known.map_or(key, |custom| &custom.label));
                let (name, of) =
                    (fill(self.words.company_field, &[&label]), fill(self.words.of_company_field, &[&label]));
                Subject { name, of, gender: Gender::Neuter, kind: *kind }
            }
        }
    }

    /// A field that people here have made.
    pub(super) fn custom(&self, label: &str, kind: Kind) -> Subject {
        let label = self.language.quoted(label);
        let (name, of) = (fill(self.words.own_field, &[&label]), fill(self.words.of_own_field, &[&label]));
        Subject { name, of, gender: Gender::Neuter, kind }
    }

    /// A subject and what its value must be.
    pub(super) fn tested(&self, subject: &Subject, test: &Test) -> String {
        let w = self.words;
        let lies = |where_to: String| fill(w.lies, &[&subject.name, &where_to]);
        match test {
            Test::Empty => fill(subject.gender.pick(w.empty), &[&subject.name]),
            Test::Filled => fill(subject.gender.pick(w.filled), &[&subject.name]),
            Test::Among(values) => self.among(subject, values),
            Test::NotAmong(values) => self.not_among(subject, values),
            Test::Text(how, wanted) => self.made(*how, &subject.name, wanted),
            Test::Between(least, most) if subject.kind == Kind::Date => {
                lies(self.days(subject, least.as_ref(), most.as_ref()))
            }
            Test::Between(least, most) => {
                lies(self.ends(least.as_ref(), most.as_ref(), |value, _| self.scalar(subject, value)))
            }
            Test::Money(currency, least, most) => {
                lies(self.ends(*least, *most, |amount, _| self.language.money(amount, currency)))
            }
            Test::In(window) => lies(self.window(*window)),
            Test::LastDays(days) => lies(self.last_days(*days)),
            Test::NextDays(days) => lies(self.next_days(*days)),
            Test::Anniversary(days) => fill(w.anniversary, &[&subject.of, &self.next_days(*days)]),
            Test::Domain(domains) => fill(w.at_domain, &[&subject.name, &self.texts(domains, w.or)]),
            Test::Holds(texts, each) => {
                fill(w.includes, &[&subject.name, &self.texts(texts, if *each { w.and } else { w.or })])
            }
        }
    }

    fn among(&self, subject: &Subject, values: &[Scalar]) -> String {
        let w = self.words;
        let shown: Vec<_> = values.iter().map(|value| self.scalar(subject, value)).collect();
        let shown = listed(&shown, w.or);
        if subject.kind == Kind::Boolean {
            return format!("{}: {shown}", subject.name);
        }
        fill(w.is, &[&subject.name, &shown])
    }

    fn not_among(&self, subject: &Subject, values: &[Scalar]) -> String {
        let w = self.words;
        if subject.kind == Kind::Boolean {
            let other = match (values.contains(&Scalar::Truth(true)), values.contains(&Scalar::Truth(false))) {
                (true, false) => w.no,
                (false, true) => w.yes,
                _ => return self.tested(subject, &Test::Empty),
            };
            return format!("{}: {}", subject.name, fill(w.or_empty, &[other]));
        }
        let shown: Vec<_> = values.iter().map(|value| fill(w.not_this, &[&self.scalar(subject, value)])).collect();
        let pattern = if values.len() > 1 { w.is_none_of } else { w.is_not };
        fill(pattern, &[&subject.name, &listed(&shown, w.nor)])
    }

    /// `reason contains “price”`.
    pub(super) fn made(&self, how: TextTest, name: &str, wanted: &str) -> String {
        let pattern = match how {
            TextTest::Contains => self.words.contains,
            TextTest::StartsWith => self.words.starts_with,
            TextTest::EndsWith => self.words.ends_with,
        };
        fill(pattern, &[name, &self.language.quoted(wanted)])
    }

    /// Texts in quotes.
    pub(super) fn texts(&self, texts: &[String], word: &str) -> String {
        let quoted: Vec<_> = texts.iter().map(|text| self.language.quoted(text)).collect();
        listed(&quoted, word)
    }

    fn scalar(&self, subject: &Subject, value: &Scalar) -> String {
        match value {
            Scalar::Text(text) if subject.kind == Kind::Date => {
                text.parse().map_or_else(|_| text.clone(), |day| self.day(day))
            }
            Scalar::Text(text) => self.language.quoted(text),
            Scalar::Number(number) => self.language.number(*number),
            Scalar::Truth(true) => self.words.yes.to_owned(),
            Scalar::Truth(false) => self.words.no.to_owned(),
            Scalar::User(id) => self.catalogue.users.get(id).cloned().unwrap_or_else(|| id.to_string()),
            Scalar::Company(id) => {
                let name = self.catalogue.companies.get(id).cloned();
                self.language.quoted(&name.unwrap_or_else(|| id.to_string()))
            }
        }
    }

    /// Days between two, each of which counts.
    fn days(&self, subject: &Subject, least: Option<&Scalar>, most: Option<&Scalar>) -> String {
        let w = self.words;
        let shown = |value: &Scalar| self.scalar(subject, value);
        match (least.map(shown), most.map(shown)) {
            (Some(least), Some(most)) if least == most => least,
            (Some(least), Some(most)) => fill(w.through, &[&least, &most]),
            (Some(least), None) => fill(w.since, &[&least]),
            (None, Some(most)) => fill(w.day_most, &[&most]),
            (None, None) => String::new(),
        }
    }

    /// A range; what is shown is told whether it follows a word that governs the genitive.
    pub(super) fn ends<T: PartialEq>(
        &self,
        least: Option<T>,
        most: Option<T>,
        shown: impl Fn(T, bool) -> String,
    ) -> String {
        let w = self.words;
        match (least, most) {
            (Some(least), Some(most)) if least == most => fill(w.exactly, &[&shown(least, false)]),
            (Some(least), Some(most)) => fill(w.from_to, &[&shown(least, true), &shown(most, true)]),
            (Some(least), None) => fill(w.at_least, &[&shown(least, true)]),
            (None, Some(most)) => fill(w.at_most, &[&shown(most, true)]),
            (None, None) => String::new(),
        }
    }

    /// A range of something.
    pub(super) fn range(&self, range: Range, shown: impl Fn(i64, bool) -> String) -> String {
        self.ends(range.least, range.most, shown)
    }
}
