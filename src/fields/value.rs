//! What a value of a custom field must look like.

use chrono::{Datelike, NaiveDate};
use serde_json::{Map, Value};

use super::model::{Entity, Field, FieldKind};
use super::store;
use crate::db::Connection;
use crate::error::{Error, FieldError, Result};
use crate::text::many_lines;

/// How much of a record's custom fields is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// All of a new record's: required fields must be there.
    Create,
    /// What a touchpoint or a file tells of a new record: required fields may be missing.
    Partial,
    /// Changes: `null` clears, which a required field refuses; the `null`s stay in the result for [`merge`].
    Change,
}

/// Checks values against the definitions and normalises them. Errors are named `custom.<key>`.
///
/// # Errors
/// Every bad, unknown or missing field.
pub fn check(
    conn: &mut Connection,
    entity: Entity,
    custom: &Map<String, Value>,
    mode: Mode,
) -> Result<Map<String, Value>> {
    if custom.is_empty() && mode != Mode::Create {
        return Ok(Map::new());
    }
    check_against(&store::all(conn, Some(entity))?, custom, mode)
}

/// The custom fields of a record after a [`Mode::Change`].
#[must_use]
pub fn merge(existing: &Map<String, Value>, checked: Map<String, Value>) -> Map<String, Value> {
    let mut out = existing.clone();
    for (key, value) in checked {
        if value.is_null() {
            out.shift_remove(&key);
        } else {
            out.insert(key, value);
        }
    }
    out
}

/// [`check`] against definitions that were read before.
///
/// # Errors
/// As for [`check`].
pub fn check_against(definitions: &[Field], custom: &Map<String, Value>, mode: Mode) -> Result<Map<String, Value>> {
    let mut errors = Vec::new();
    let mut out = Map::new();
    let mut fault = |key: &str, code: &'static str, message: &'static str| {
        errors.push(FieldError::new(format!("custom.{key}"), code, message));
    };
    for (key, value) in custom {
        let Some(field) = definitions.iter().find(|field| field.key == *key) else {
            fault(key, "unknown", "there is no such custom field");
            continue;
        };
        match (value, mode) {
            (Value::Null, Mode::Create | Mode::Partial) => {}
            (Value::Null, Mode::Change) if field.required => fault(key, "required", "is required"),
            (Value::Null, Mode::Change) => drop(out.insert(key.clone(), Value::Null)),
            _ => match parse(field, value) {
                Ok(value) => drop(out.insert(key.clone(), value)),
                Err((code, message)) => fault(key, code, message),
            },
        }
    }
    if mode == Mode::Create {
        for field in definitions.iter().filter(|field| field.required) {
            if custom.get(&field.key).is_none_or(Value::is_null) {
                fault(&field.key, "required", "is required");
            }
        }
    }
    if errors.is_empty() { Ok(out) } else { Err(Error::invalid(errors)) }
}

type Fault = (&'static str, &'static str);

fn parse(field: &Field, value: &Value) -> std::result::Result<Value, Fault> {
    let options = &field.options.0;
    match (field.kind, value) {
        (FieldKind::Text, Value::String(text)) => parse_text(text),
        (FieldKind::Number, Value::Number(number)) => Ok(number.clone().into()),
        (FieldKind::Date, Value::String(text)) => parse_date(text).map(Value::String),
        (FieldKind::Boolean, Value::Bool(_)) => Ok(value.clone()),
        (FieldKind::Choice, Value::String(text)) if options.contains(text) => Ok(value.clone()),
        (FieldKind::Choice, Value::String(_)) => Err(("choice", "is not among the options")),
        (FieldKind::MultiChoice, Value::Array(chosen)) => parse_choices(options, chosen),
        (FieldKind::Url, Value::String(text)) => parse_url(text),
        (FieldKind::Money, Value::Object(money)) => parse_money(money),
        (kind, _) => Err(("type", wanted(kind))),
    }
}

const fn wanted(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "must be a text",
        FieldKind::Number => "must be a number",
        FieldKind::Date => "must be a day such as \"2026-01-31\"",
        FieldKind::Boolean => "must be true or false",
        FieldKind::Choice => "must be one of the options",
        FieldKind::MultiChoice => "must be a list of options",
        FieldKind::Url => "must be the address of a web page",
        FieldKind::Money => "must be like {\"amount\": 1250, \"currency\": \"EUR\"}, in minor units",
    }
}

fn parse_text(text: &str) -> std::result::Result<Value, Fault> {
    if text.chars().count() > 2000 {
        return Err(("length", "must have at most 2000 characters"));
    }
    match many_lines(text) {
        Ok(()) => Ok(Value::String(text.to_owned())),
        Err(_) => Err(("format", "must not hold control characters other than line ends and tabs")),
    }
}

/// A day in its one form.
pub(super) fn parse_date(text: &str) -> std::result::Result<String, Fault> {
    const WRONG: Fault = ("format", wanted(FieldKind::Date));
    let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").map_err(|_| WRONG)?;
    if (1..=9999).contains(&day.year()) { Ok(day.format("%Y-%m-%d").to_string()) } else { Err(WRONG) }
}

fn parse_choices(options: &[String], chosen: &[Value]) -> std::result::Result<Value, Fault> {
    let mut out: Vec<Value> = Vec::new();
    for value in chosen {
        let known = value.as_str().is_some_and(|text| options.iter().any(|option| option == text));
        if !known {
            return Err(("choice", "holds what is not among the options"));
        }
        if !out.contains(value) {
            out.push(value.clone());
        }
    }
    Ok(Value::Array(out))
}

fn parse_url(text: &str) -> std::result::Result<Value, Fault> {
    let text = text.trim();
    if text.chars().count() > 2000 {
        return Err(("length", "must have at most 2000 characters"));
    }
    is_web_address(text).then(|| Value::String(text.to_owned())).ok_or(("format", wanted(FieldKind::Url)))
}

/// Whether the text is an `http` or `https` URL.
#[must_use]
pub fn is_web_address(text: &str) -> bool {
    let harmless = !text.contains(|c: char| c.is_control() || c.is_whitespace());
    harmless && url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn parse_money(money: &Map<String, Value>) -> std::result::Result<Value, Fault> {
    const WRONG: Fault = ("format", wanted(FieldKind::Money));
    let amount = money.get("amount").and_then(Value::as_i64).ok_or(WRONG)?;
    let currency = money.get("currency").and_then(Value::as_str).ok_or(WRONG)?;
    let is_currency = currency.len() == 3 && currency.bytes().all(|letter| letter.is_ascii_uppercase());
    // Larger amounts would not survive a number of JavaScript.
    if !is_currency || money.len() != 2 || amount.unsigned_abs() > 9_007_199_254_740_991 {
        return Err(WRONG);
    }
    Ok(serde_json::json!({ "amount": amount, "currency": currency }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::types::{Instant, Json};
    use crate::fields::FieldId;
    use serde_json::json;

    fn field(kind: FieldKind, required: bool) -> Field {
        let now = Instant::now();
        Field {
            id: FieldId::new(),
            entity: Entity::Contact,
            key: "k".to_owned(),
            label: "K".to_owned(),
            kind,
            required,
            options: Json(vec!["a".to_owned(), "b".to_owned()]),
            position: 0,
            version: 1,
            created_at: now,
            updated_at: now,
            deleted_at: None,
        }
    }

    fn code(kind: FieldKind, value: Value) -> Option<String> {
        let custom = Map::from_iter([("k".to_owned(), value)]);
        let checked = check_against(&[field(kind, false)], &custom, Mode::Create);
        checked.err().map(|error| error.errors[0].code.to_string())
    }

    #[test]
    fn values_fit_their_kind() {
        use FieldKind as Kind;
        for (kind, good, bad, wrong) in [
            (Kind::Text, json!("a\nb"), json!(1), Some(json!("a\u{7}"))),
            (Kind::Number, json!(1.5), json!("1"), None),
            (Kind::Date, json!("2024-02-29"), json!(20), Some(json!("2023-02-29"))),
            (Kind::Boolean, json!(true), json!("true"), None),
            (Kind::Choice, json!("a"), json!(["a"]), Some(json!("c"))),
            (Kind::MultiChoice, json!(["b", "a", "b"]), json!("a"), Some(json!(["c"]))),
            (Kind::Url, json!("https://example.com/ü?x=1"), json!({}), Some(json!("javascript:alert(1)"))),
            (
                Kind::Money,
                json!({ "amount": -5, "currency": "EUR" }),
                json!(5),
                Some(json!({ "amount": 1.5, "currency": "EUR" })),
            ),
        ] {
            assert_eq!(code(kind, good), None, "{kind}");
            assert_eq!(code(kind, bad).as_deref(), Some("type"), "{kind}");
            assert!(wrong.is_none_or(|wrong| code(kind, wrong).is_some_and(|code| code != "type")), "{kind}");
        }
    }

    #[test]
    fn a_required_field_is_missed_in_a_new_record_and_kept_in_a_change() {
        let defined = [field(FieldKind::Text, true)];
        assert!(check_against(&defined, &Map::new(), Mode::Create).is_err());
        assert!(check_against(&defined, &Map::new(), Mode::Partial).is_ok());
        let cleared = Map::from_iter([("k".to_owned(), Value::Null)]);
        assert!(check_against(&defined, &cleared, Mode::Change).is_err());
        let optional = [field(FieldKind::Text, false)];
        let checked = check_against(&optional, &cleared, Mode::Change).unwrap();
        let before = Map::from_iter([("k".to_owned(), json!("x"))]);
        assert!(merge(&before, checked).is_empty());
    }
}
