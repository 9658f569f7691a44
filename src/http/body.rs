//! JSON bodies: every bad field is named at once, unknown fields are refused.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use super::idempotency::Retry;
use crate::error::{Code, Error, FieldError, Result};

/// A JSON body read into a `T`, whose declared limits hold.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

/// A JSON body of a POST, with what is needed to answer a retried request only once.
#[derive(Debug, Clone)]
pub struct Post<T> {
    /// The body.
    pub value: T,
    /// Set where the client sent an `Idempotency-Key`.
    pub retry: Option<Retry>,
}

/// A JSON body of a POST whose parts the handler reads one by one with [`read`].
#[derive(Debug, Clone)]
pub struct Parts {
    /// The body as it came.
    pub bytes: Bytes,
    /// Set where the client sent an `Idempotency-Key`.
    pub retry: Option<Retry>,
}

impl FromRequest for Parts {
    type Error = Error;
    type Future = Reading<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = json_bytes(req, payload);
        let req = req.clone();
        Box::pin(async move {
            let bytes = bytes.await?;
            let retry = Retry::from_request(&req, &bytes)?;
            Ok(Self { bytes, retry })
        })
    }
}

type Reading<T> = Pin<Box<dyn Future<Output = Result<T>>>>;

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Body<T> {
    type Error = Error;
    type Future = Reading<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = json_bytes(req, payload);
        Box::pin(async move { read(&bytes.await?).map(Self) })
    }
}

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Post<T> {
    type Error = Error;
    type Future = Reading<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = json_bytes(req, payload);
        let req = req.clone();
        Box::pin(async move {
            let bytes = bytes.await?;
            Ok(Self { value: read(&bytes)?, retry: Retry::from_request(&req, &bytes)? })
        })
    }
}

fn json_bytes(req: &HttpRequest, payload: &mut Payload) -> Reading<Bytes> {
    let declared = req.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !(media_type == "application/json" || media_type.ends_with("+json")) {
        let error = Error::because(Code::UnsupportedMediaType, "Send the body as application/json.");
        return Box::pin(std::future::ready(Err(error)));
    }
    let bytes = Bytes::from_request(req, payload);
    Box::pin(async move {
        bytes.await.map_err(|error| {
            let error: actix_web::Error = error;
            match error.as_response_error().status_code().as_u16() {
                413 => Error::new(Code::TooLarge),
                _ => Error::because(Code::MalformedBody, error.to_string()),
            }
        })
    })
}

/// Reads a JSON text and checks the limits its type declares.
///
/// # Errors
/// [`Code::MalformedBody`] where it is not JSON; [`Code::Invalid`] with every bad field.
pub fn read<T: DeserializeOwned + Validate>(bytes: &[u8]) -> Result<T> {
    // serde would take an array for a struct, field by field.
    let is_object = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if is_object
        && !holds_nul(bytes)
        && let Ok(value) = serde_json::from_slice::<T>(bytes)
    {
        return value.validate().map(|()| value).map_err(|errors| Error::invalid(flatten(&errors)));
    }
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| Error::because(Code::MalformedBody, error.to_string()))?;
    if !is_object {
        return Err(Error::field("", "type", "must be a JSON object"));
    }
    Err(Error::invalid(super::faults::every_error::<T>(value, bytes.len())))
}

fn holds_nul(bytes: &[u8]) -> bool {
    bytes.windows(6).any(|window| window == b"\\u0000")
}

/// The first word in backquotes.
pub(super) fn quoted(message: &str) -> Option<&str> {
    message.split('`').nth(1)
}

/// A stable word for serde's message.
fn code_of(message: &str) -> &'static str {
    match message {
        m if m.starts_with("unknown field") => "unknown",
        m if m.starts_with("missing field") => "required",
        m if m.starts_with("unknown variant") || m.starts_with("must be one of") => "choice",
        m if m.starts_with("invalid type") => "type",
        _ => "format",
    }
}

/// What serde's message tells of a field; `shown` is the message as it is sent.
pub(super) fn told(field: String, message: &str, shown: impl Into<Cow<'static, str>>) -> FieldError {
    let error = FieldError::new(field, code_of(message), shown);
    let backquoted = || message.split('`').skip(3).step_by(2).map(Value::from).collect::<Vec<_>>();
    match error.code.as_ref() {
        "choice" => match message.strip_prefix("must be one of: ") {
            Some(words) => error.with("allowed", words.split(", ").map(Value::from).collect::<Vec<_>>()),
            None => error.with("allowed", backquoted()),
        },
        "type" => match message.split_once(", expected ") {
            Some((_, expected)) => error.with("expected", expected),
            None => error,
        },
        _ => error,
    }
}

/// The validator crate's tree of errors as a list of paths.
#[must_use]
pub fn flatten(errors: &ValidationErrors) -> Vec<FieldError> {
    let mut out = Vec::new();
    for (field, kind) in errors.errors() {
        match kind {
            ValidationErrorsKind::Field(errors) => out.extend(errors.iter().map(|error| {
                let message = error.message.clone().unwrap_or_else(|| describe(error));
                let params = error.params.iter().filter(|(name, _)| *name != "value");
                let told = FieldError::new(field.clone(), error.code.clone(), message);
                params.fold(told, |told, (name, value)| told.with(name.to_string(), value.clone()))
            })),
            ValidationErrorsKind::Struct(errors) => {
                out.extend(flatten(errors).into_iter().map(|error| error.within(field)));
            }
            ValidationErrorsKind::List(items) => {
                for (index, errors) in items {
                    let parent = format!("{field}[{index}]");
                    out.extend(flatten(errors).into_iter().map(|error| error.within(&parent)));
                }
            }
        }
    }
    out.sort_by(|a, b| a.field.cmp(&b.field));
    out
}

fn describe(error: &validator::ValidationError) -> Cow<'static, str> {
    let bound = |name: &str| error.params.get(name).map(ToString::to_string);
    match (error.code.as_ref(), bound("min"), bound("max")) {
        ("length", Some(min), Some(max)) => format!("must have {min} to {max} characters or entries"),
        ("length", None, Some(max)) => format!("must have at most {max} characters or entries"),
        ("length", Some(min), None) => format!("must have at least {min} characters or entries"),
        ("range", Some(min), Some(max)) => format!("must be between {min} and {max}"),
        ("range", None, Some(max)) => format!("must be at most {max}"),
        ("range", Some(min), None) => format!("must be at least {min}"),
        ("email", ..) => "must be an e-mail address".to_owned(),
        ("required", ..) => "is required".to_owned(),
        (code, ..) => format!("is not valid ({code})"),
    }
    .into()
}

/// Tells an absent field (`None`) from `null` (`Some(None)`) in a PATCH body:
/// `#[serde(default, deserialize_with = "nullable")]`.
///
/// # Errors
/// The value is of another type.
pub fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[validate(range(min = 1, max = 3))]
        n: i64,
    }

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its reading is of interest")]
    struct Outer {
        #[validate(length(min = 1, max = 3))]
        name: Option<String>,
        #[serde(default)]
        #[validate(nested)]
        list: Vec<Inner>,
        flag: Option<bool>,
    }

    fn fields(text: &str) -> Vec<String> {
        let mut fields: Vec<_> = read::<Outer>(text.as_bytes())
            .unwrap_err()
            .errors
            .iter()
            .map(|error| format!("{} {}", error.field, error.code))
            .collect();
        fields.sort();
        fields
    }

    #[test]
    fn every_bad_field_is_named_at_once() {
        assert_eq!(
            fields(r#"{"name": "abcd", "flag": 3, "list": [{"n": 1}, {"n": "x"}], "more": 1, "\u0000": 1}"#),
            [" format", "flag type", "list[1].n type", "more unknown", "name length"]
        );
        assert_eq!(fields(r#"{"name": "abcd", "list": [{"n": 9}]}"#), ["list[0].n range", "name length"]);
        assert_eq!(fields(r#"{"name": "a\u0000"}"#), ["name format"]);
        assert_eq!(fields("[]"), [" type"]);
    }

    #[test]
    fn broken_and_bottomless_json_is_malformed() {
        let deep = "[".repeat(10_000);
        for text in ["", "{", "nul", deep.as_str(), "\"\u{fffd}"] {
            assert_eq!(read::<Outer>(text.as_bytes()).unwrap_err().code, Code::MalformedBody, "{text:.10}");
        }
        assert_eq!(read::<Outer>(b"{\"name\": \"\xff\"}").unwrap_err().code, Code::MalformedBody);
    }
}
