//! Reads JSON values and names the place of every fault: `rule.all[2].count.at_least`.

use serde_json::{Map, Value};

use super::rule::{LONGEST_LIST, Range, Span};
use crate::calendar::span::micros;
use crate::error::FieldError;
use crate::text;

/// The longest text in a rule.
const LONGEST_TEXT: usize = 500;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct At<'v> {
    pub value: &'v Value,
    pub path: String,
}

/// What is wrong, gathered.
#[derive(Debug, Default)]
pub struct Faults(pub Vec<FieldError>);

impl Faults {
    /// Notes a fault; more than a hundred help nobody.
    pub fn note(&mut self, path: &str, code: &'static str, message: impl Into<std::borrow::Cow<'static, str>>) {
        if self.0.len() < 100 {
            self.0.push(FieldError::new(path.to_owned(), code, message));
        }
    }

    /// The value, or `None` with its fault noted.
    pub fn keep<T>(&mut self, path: &str, found: Result<T, (&'static str, String)>) -> Option<T> {
        found.map_err(|(code, message)| self.note(path, code, message)).ok()
    }
}

/// An object whose members are taken one by one; what is left over is unknown.
#[derive(Debug)]
pub struct Object<'v> {
    map: &'v Map<String, Value>,
    path: String,
    taken: Vec<&'static str>,
}

impl<'v> Object<'v> {
    /// The object, where the value is one.
    pub fn of(at: &At<'v>, faults: &mut Faults) -> Option<Self> {
        if let Value::Object(map) = at.value {
            return Some(Self { map, path: at.path.clone(), taken: Vec::new() });
        }
        faults.note(&at.path, "type", "must be an object");
        None
    }

    /// Where it stands.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether it has a member that is not `null`.
    pub fn has(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(|value| !value.is_null())
    }

    /// A member; `null` is as good as none.
    pub fn take(&mut self, key: &'static str) -> Option<At<'v>> {
        self.taken.push(key);
        let value = self.map.get(key).filter(|value| !value.is_null())?;
        Some(At { value, path: format!("{}.{key}", self.path) })
    }

    /// A member that must be there.
    pub fn need(&mut self, key: &'static str, faults: &mut Faults) -> Option<At<'v>> {
        let found = self.take(key);
        if found.is_none() {
            faults.note(&format!("{}.{key}", self.path), "required", "is required");
        }
        found
    }

    /// Refuses members that nobody asked for.
    pub fn finish(&self, faults: &mut Faults) {
        for key in self.map.keys().filter(|key| !self.taken.contains(&key.as_str())) {
            let shown: String = key.chars().take(50).collect();
            faults.note(&format!("{}.{shown}", self.path), "unknown", "is not known here");
        }
    }
}

impl<'v> At<'v> {
    /// A list's entries; a single value is as good as a list of one.
    pub fn entries(&self, faults: &mut Faults) -> Vec<At<'v>> {
        let Value::Array(list) = self.value else { return vec![self.clone()] };
        if list.is_empty() || list.len() > LONGEST_LIST {
            faults.note(&self.path, "length", format!("must have 1 to {LONGEST_LIST} entries"));
            return Vec::new();
        }
        let entry = |(n, value)| At { value, path: format!("{}[{n}]", self.path) };
        list.iter().enumerate().map(entry).collect()
    }

    /// A text of one line that is more than blanks.
    pub fn text(&self, faults: &mut Faults) -> Option<String> {
        let Value::String(text) = self.value else {
            faults.note(&self.path, "type", "must be a text");
            return None;
        };
        if text.chars().count() > LONGEST_TEXT {
            faults.note(&self.path, "length", format!("must have at most {LONGEST_TEXT} characters"));
            return None;
        }
        if text::filled(text).is_err() {
            faults.note(&self.path, "format", "must be a text of one line, without control characters");
            return None;
        }
        Some(text.clone())
    }

    /// Texts of one line.
    pub fn texts(&self, faults: &mut Faults) -> Vec<String> {
        self.entries(faults).iter().filter_map(|entry| entry.text(faults)).collect()
    }

    /// A text that stands for a value of `T`.
    pub fn parsed<T: std::str::FromStr>(&self, wanted: &'static str, faults: &mut Faults) -> Option<T> {
        let text = self.text(faults)?;
        let parsed = text.parse();
        if parsed.is_err() {
            faults.note(&self.path, "choice", wanted);
        }
        parsed.ok()
    }

    /// One of the words of an enum.
    pub fn word<T: std::str::FromStr<Err = String>>(&self, faults: &mut Faults) -> Option<T> {
        let text = self.text(faults)?;
        faults.keep(&self.path, text.parse().map_err(|message| ("choice", message)))
    }

    /// Yes or no.
    pub fn truth(&self, faults: &mut Faults) -> Option<bool> {
        if self.value.as_bool().is_none() {
            faults.note(&self.path, "type", "must be true or false");
        }
        self.value.as_bool()
    }

    /// A number.
    pub fn number(&self, faults: &mut Faults) -> Option<f64> {
        let number = self.value.as_f64().filter(|number| number.is_finite());
        if number.is_none() {
            faults.note(&self.path, "type", "must be a number");
        }
        number
    }

    /// A whole number in a range.
    pub fn whole(&self, least: i64, most: i64, faults: &mut Faults) -> Option<i64> {
        let number = self.value.as_i64().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            faults.note(&self.path, "range", format!("must be a whole number from {least} to {most}"));
        }
        number
    }

    /// A length of time: `30d`, `12h`, `90m`, `45s`, `2w`.
    pub fn span(&self, faults: &mut Faults) -> Option<Span> {
        let text = self.text(faults)?;
        let span = micros(&text).map(Span);
        if span.is_none() {
            faults.note(
                &self.path,
                "format",
                "must be a length of time such as 30d, 12h, 90m, 45s or 2w, at most 100 years",
            );
        }
        span
    }

    /// `{"at_least": …, "at_most": …}` of what `read` reads; at least one of them.
    pub fn range(&self, faults: &mut Faults, read: &dyn Fn(&Self, &mut Faults) -> Option<i64>) -> Option<Range> {
        let mut object = Object::of(self, faults)?;
        let range = self.ends(&mut object, faults, read);
        object.finish(faults);
        range
    }

    /// The `at_least` and `at_most` of an object that has other members besides.
    pub fn ends(
        &self,
        object: &mut Object<'v>,
        faults: &mut Faults,
        read: &dyn Fn(&Self, &mut Faults) -> Option<i64>,
    ) -> Option<Range> {
        let (least, most) = (object.take("at_least"), object.take("at_most"));
        if least.is_none() && most.is_none() {
            faults.note(&self.path, "required", "needs at_least, at_most, or both");
            return None;
        }
        let range = Range {
            least: least.as_ref().and_then(|at| read(at, faults)),
            most: most.as_ref().and_then(|at| read(at, faults)),
        };
        if range.least.zip(range.most).is_some_and(|(least, most)| least > most) {
            faults.note(&self.path, "range", "at_least must not be more than at_most");
        }
        Some(range)
    }
}
