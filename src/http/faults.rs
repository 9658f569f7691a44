//! Why a body cannot be read: all its bad fields at once.
//!
//! serde stops at the first fault. Here that part is replaced by something readable and the reading goes on.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use validator::Validate;

use super::body::{flatten, quoted, told};
use crate::error::FieldError;

/// The most faults that are told.
const MOST: usize = 64;

/// Every bad field of a body of `size` bytes that could not be read.
pub(super) fn every_error<T: DeserializeOwned + Validate>(mut value: Value, size: usize) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut mended: Vec<String> = Vec::new();
    nul_errors(&mut value, "", &mut errors);
    // Reading a large body over and over would keep a thread busy: then fewer faults are told.
    let mut readings = ((16 << 20) / size.max(1)).clamp(8, 600);
    while errors.len() < MOST && readings > 0 {
        readings -= 1;
        let fault = match serde_path_to_error::deserialize::<_, T>(&value) {
            Ok(read) => {
                let unmet = read.validate().err();
                let unmet = unmet.iter().flat_map(flatten).filter(|error| !is_within(&error.field, &mended));
                errors.extend(unmet);
                break;
            }
            Err(error) => Fault::of(&error),
        };
        if !is_within(&fault.field, &mended) {
            errors.push(told(fault.field.clone(), &fault.message, shorten(&fault.message)));
        }
        let removed = fault.is_unknown && remove(&mut value, &fault.field);
        if !removed && !mend::<T>(&mut value, &fault, &mut readings) {
            break;
        }
        mended.push(fault.field);
    }
    errors
}

/// Whether the field, or one it is part of, has been told already.
fn is_within(field: &str, told: &[String]) -> bool {
    told.iter().any(|told| {
        field.strip_prefix(told.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    })
}

/// Where serde stumbled, and why.
struct Fault {
    field: String,
    is_unknown: bool,
    message: String,
}

impl Fault {
    fn of(error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        let (path, message) = (error.path().to_string(), error.inner().to_string());
        let path = if path == "." { String::new() } else { path };
        let named = quoted(&message).unwrap_or_default();
        // The key of a map itself is wrong: serde does not say which, its message does.
        if let Some(map) = path.strip_suffix('?') {
            return Self { field: format!("{map}{named}"), is_unknown: true, message };
        }
        let is_unknown = message.starts_with("unknown field");
        let names_it = message.starts_with("missing field") || (is_unknown && !path.ends_with(named));
        let field = if names_it { join(&path, named) } else { path };
        Self { field, is_unknown, message }
    }
}

fn first_fault<T: DeserializeOwned>(value: &Value) -> Option<Fault> {
    serde_path_to_error::deserialize::<_, T>(value).err().map(|error| Fault::of(&error))
}

/// Puts something readable in the place of the fault; says whether there is such a thing.
fn mend<T: DeserializeOwned>(value: &mut Value, fault: &Fault, readings: &mut usize) -> bool {
    let mut candidates = vec![
        Value::Null,
        json!(""),
        json!(1),
        json!(false),
        json!([]),
        json!({}),
        json!("00000000-0000-0000-0000-000000000000"),
        json!("2000-01-01T00:00:00Z"),
        json!("2000-01-01"),
    ];
    candidates.extend(choice(&fault.message));
    let told = std::slice::from_ref(&fault.field);
    while let Some(candidate) = (!candidates.is_empty()).then(|| candidates.remove(0)) {
        *readings = readings.saturating_sub(1);
        if *readings == 0 || !put(value, &fault.field, candidate) {
            return false;
        }
        let mut next = match first_fault::<T>(value) {
            Some(next) if is_within(&next.field, told) => next,
            _ => return true,
        };
        candidates.extend(choice(&next.message).filter(|choice| !candidates.contains(choice)));
        // An object was wanted: it is filled field by field.
        while next.field != fault.field && mend::<T>(value, &next, readings) {
            next = match first_fault::<T>(value) {
                Some(next) if is_within(&next.field, told) => next,
                _ => return true,
            };
        }
        if candidates.len() > 20 {
            return false;
        }
    }
    false
}

/// The first of the values that serde says it would take.
fn choice(message: &str) -> Option<Value> {
    let (_, expected) = message.split_once("expected")?;
    message.starts_with("unknown variant").then(|| quoted(expected).map(|word| json!(word))).flatten()
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The part that holds the last step of a path such as `emails[0].address`, and that step.
fn parent<'v, 'p>(value: &'v mut Value, path: &'p str) -> Option<(&'v mut Value, &'p str)> {
    let mut steps: Vec<&str> = path.split(['.', '[']).map(|step| step.trim_end_matches(']')).collect();
    let last = steps.pop()?;
    let mut at = value;
    for step in steps {
        at = match at {
            Value::Object(map) => map.get_mut(step)?,
            Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some((at, last))
}

fn remove(value: &mut Value, path: &str) -> bool {
    match parent(value, path) {
        Some((Value::Object(map), last)) => map.shift_remove(last).is_some(),
        _ => false,
    }
}

fn put(value: &mut Value, path: &str, new: Value) -> bool {
    match parent(value, path) {
        Some((Value::Object(map), last)) if !last.is_empty() => {
            map.insert(last.to_owned(), new);
            true
        }
        Some((Value::Array(items), last)) => match last.parse().ok().and_then(|index: usize| items.get_mut(index)) {
            Some(item) => {
                *item = new;
                true
            }
            None => false,
        },
        _ => false,
    }
}

/// No database text can hold U+0000: such strings are reported and emptied.
fn nul_errors(value: &mut Value, path: &str, errors: &mut Vec<FieldError>) {
    match value {
        Value::String(text) if text.contains('\0') => {
            text.retain(|c| c != '\0');
            errors.push(FieldError::new(path.to_owned(), "format", "must not hold the character U+0000"));
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                nul_errors(item, &format!("{path}[{index}]"), errors);
            }
        }
        Value::Object(map) => {
            if map.keys().any(|key| key.contains('\0')) {
                map.retain(|key, _| !key.contains('\0'));
                errors.push(FieldError::new(path.to_owned(), "format", "must not hold the character U+0000 in a name"));
            }
            for (key, item) in map {
                nul_errors(item, &join(path, key), errors);
            }
        }
        _ => {}
    }
}

fn shorten(message: &str) -> String {
    match message.char_indices().nth(300) {
        Some((at, _)) => format!("{}…", message.get(..at).unwrap_or_default()),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::body::read;
    use super::*;
    use serde::Deserialize;

    crate::text_enum! {
        /// A colour.
        pub enum Colour {
            /// Red.
            Red = "red",
            /// Blue.
            Blue = "blue",
        }
    }

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its reading is of interest")]
    struct Inner {
        #[validate(range(min = 5))]
        n: i64,
        colour: Colour,
    }

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its reading is of interest")]
    struct Outer {
        #[validate(length(min = 2))]
        name: String,
        id: uuid::Uuid,
        at: crate::db::types::Instant,
        colour: Colour,
        #[validate(nested)]
        list: Vec<Inner>,
        flag: Option<bool>,
    }

    fn fields(text: &str) -> Vec<String> {
        let errors = read::<Outer>(text.as_bytes()).unwrap_err().errors;
        let mut fields: Vec<_> = errors.iter().map(|error| format!("{} {}", error.field, error.code)).collect();
        fields.sort();
        fields
    }

    #[test]
    fn every_missing_field_is_told() {
        let all = ["at required", "colour required", "id required", "list required", "name required"];
        assert_eq!(fields("{}"), all);
    }

    #[test]
    fn a_bad_field_does_not_hide_missing_and_other_bad_ones() {
        let text = r#"{"name": 1, "at": "soon", "colour": "green", "flag": 7, "more": 1,
                       "list": [{"n": "x", "colour": "red"}, {"colour": 3, "n": 1}, 7]}"#;
        let all = [
            "at format",
            "colour choice",
            "flag type",
            "id required",
            "list[0].n type",
            "list[1].colour type",
            "list[1].n range",
            "list[2] type",
            "more unknown",
            "name type",
        ];
        assert_eq!(fields(text), all);
    }

    #[test]
    fn a_body_full_of_faults_is_given_up_in_time() {
        let items = r#"{"n":"x","colour":"red"},"#.repeat(20_000);
        let text = format!(r#"{{"list":[{}]}}"#, items.trim_end_matches(','));
        let started = std::time::Instant::now();
        assert!(!fields(&text).is_empty());
        assert!(started.elapsed().as_secs() < 5);
    }
}
